//! What every defendant of a hearing shares.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use throughline_domain::time::{Instant, london_date};

use crate::{
    Notice,
    fields::{field, is_true, items_of, object_of, without},
    times::read_time,
};

/// The parts of a hearing that tell of one defendant each.
const OF_ONE: [&str; 4] =
    ["defendantAttendance", "defendantHearingYouthMarkers", "defendantJudicialResults", "defendantReferralReasons"];

/// Court, days and everything else that the defendants of a hearing share.
pub(super) struct Hearing<'a> {
    pub(super) id: Option<String>,
    pub(super) court_house: Option<String>,
    pub(super) court_code: Option<String>,
    pub(super) court_room: Option<String>,
    /// The start of the first day from today on that is not cancelled, or else of the last.
    pub(super) sitting_at: Option<Instant>,
    pub(super) kind: Option<String>,
    pub(super) restriction: Option<String>,
    /// What is to be known of the days.
    pub(super) notices: Vec<Notice>,
    pub(super) today: NaiveDate,
    shared: Value,
    of_one: OfOne<'a>,
    /// How many bytes of it stand with each defendant.
    pub(super) bytes: usize,
}

impl<'a> Hearing<'a> {
    pub(super) fn of(id: Option<&str>, value: &'a Value, today: NaiveDate) -> Self {
        let court = object_of(value, "courtCentre");
        let of_court = |name: &str| court.and_then(|court| field(court, name));
        let shared = without(value, &[&["prosecutionCases", "courtApplications"], &OF_ONE[..]].concat());
        let days = Days::of(value, today);
        Self {
            id: id.map(str::to_owned),
            court_house: of_court("name").or_else(|| of_court("code")),
            court_code: of_court("code"),
            court_room: of_court("roomName"),
            sitting_at: days.next(today),
            kind: object_of(value, "type").and_then(|kind| field(kind, "description")),
            restriction: field(value, "reportingRestrictionReason"),
            notices: days.notices(),
            today,
            bytes: shared.to_string().len(),
            shared,
            of_one: OfOne::of(value),
        }
    }

    /// The hearing as it came, without the cases, the applications and what it says of other defendants.
    pub(super) fn verbatim(&self, ids: &Ids) -> Value {
        let mut fields: Map<String, Value> = self.shared.as_object().cloned().unwrap_or_default();
        for name in OF_ONE {
            let own = self.own(name, ids);
            if !own.is_empty() {
                fields.insert(name.to_owned(), own.into_iter().cloned().collect());
            }
        }
        Value::Object(fields)
    }

    /// What the hearing says of one defendant in a part that tells of each.
    pub(super) fn own(&self, name: &str, ids: &Ids) -> Vec<&'a Value> {
        ids.each()
            .filter_map(|id| self.of_one.parts.get(&(name.to_owned(), id.to_owned())))
            .flatten()
            .copied()
            .collect()
    }

    /// How many bytes the hearing says of one defendant alone.
    pub(super) fn own_bytes(&self, ids: &Ids) -> usize {
        ids.each().filter_map(|id| self.of_one.bytes.get(id)).sum()
    }
}

/// The ids by which a hearing speaks of a defendant.
pub(super) struct Ids {
    /// The id in the case; for a party of an application its own.
    pub(super) own: Option<String>,
    /// The id across cases.
    pub(super) master: Option<String>,
}

impl Ids {
    fn each(&self) -> impl Iterator<Item = &str> {
        let master = self.master.as_deref().filter(|master| Some(*master) != self.own.as_deref());
        self.own.as_deref().into_iter().chain(master)
    }
}

/// The parts of a hearing that tell of one defendant each, by part and id.
#[derive(Default)]
struct OfOne<'a> {
    parts: HashMap<(String, String), Vec<&'a Value>>,
    bytes: HashMap<String, usize>,
}

impl<'a> OfOne<'a> {
    fn of(hearing: &'a Value) -> Self {
        let mut found = Self::default();
        for (name, item) in OF_ONE.iter().flat_map(|name| items_of(hearing, name).iter().map(move |item| (name, item)))
        {
            let id = field(item, "defendantId").or_else(|| field(item, "masterDefendantId"));
            let Some(id) = id else { continue };
            *found.bytes.entry(id.clone()).or_default() += item.to_string().len();
            found.parts.entry(((*name).to_owned(), id)).or_default().push(item);
        }
        found
    }
}

/// The days of a hearing, in their order.
#[derive(Default)]
struct Days {
    sitting: Vec<Instant>,
    cancelled: Vec<Instant>,
    unreadable: Vec<String>,
}

impl Days {
    fn of(hearing: &Value, today: NaiveDate) -> Self {
        let mut days = Self::default();
        for day in items_of(hearing, "hearingDays") {
            let Some(text) = field(day, "sittingDay") else {
                continue;
            };
            let at = read_time(&text, today).filter(|time| !time.day_assumed).map(|time| time.at);
            match at {
                Some(at) if day.get("isCancelled").is_some_and(is_true) => days.cancelled.push(at),
                Some(at) => days.sitting.push(at),
                None => days.unreadable.push(text),
            }
        }
        days.sitting.sort_unstable();
        days.cancelled.sort_unstable();
        days
    }

    /// The day on which there is work: a hearing goes on for days, and news of it comes on any of them.
    fn next(&self, today: NaiveDate) -> Option<Instant> {
        let ahead = self.sitting.iter().find(|at| london_date(**at) >= today);
        ahead.or(self.sitting.last()).copied()
    }

    fn notices(&self) -> Vec<Notice> {
        let several = (self.sitting.len() > 1).then(|| Notice::SeveralHearingDays(self.sitting.clone()));
        let cancelled = (!self.cancelled.is_empty()).then(|| Notice::CancelledHearingDays(self.cancelled.clone()));
        let column = "Sitting day";
        let unreadable = self.unreadable.iter();
        let unreadable =
            unreadable.map(|text| Notice::UnreadableTime { column: column.to_owned(), text: text.clone() });
        several.into_iter().chain(cancelled).chain(unreadable).collect()
    }
}
