//! What changed between two sendings of the same list.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, date_long, date_time_long};

use crate::Entry;

/// What became of one entry. Numbers are places in the two slices given to [`diff()`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// Not on the list before.
    New {
        /// Its place on the list now.
        now: usize,
    },
    /// On the list before, and different now.
    Changed {
        /// Its place on the list before.
        before: usize,
        /// Its place on the list now.
        now: usize,
        /// What is different.
        fields: Vec<FieldChange>,
    },
    /// On the list before, and the same.
    Same {
        /// Its place on the list before.
        before: usize,
        /// Its place on the list now.
        now: usize,
    },
    /// On the list before, and no longer. Never silent: a person may have been released.
    Gone {
        /// Its place on the list before.
        before: usize,
    },
}

impl Change {
    /// Whether who the entry is about has changed. A match to a person must then be decided
    /// again: a court may put another party in the same place of a case.
    pub fn concerns_identity(&self) -> bool {
        const IDENTITY: [&str; 6] = ["name", "date_of_birth", "sex", "pnc", "cro", "nhs_number"];
        matches!(self, Self::Changed { fields, .. } if fields.iter().any(|change| IDENTITY.contains(&change.field.as_str())))
    }
}

/// One field of an entry that changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldChange {
    /// The field of [`Entry`], or of the verbatim row when no field of the entry holds it.
    pub field: String,
    /// The field's name for people.
    pub label: String,
    /// What it said before; empty when nothing.
    pub before: String,
    /// What it says now; empty when nothing.
    pub after: String,
}

/// Compares two sendings of a list: everything on the list now in its order, then what is gone.
///
/// Entries pair by `key`. What is left over pairs by `second_key` when that is unambiguous on
/// both sides; two different custody record numbers are two detentions and never pair.
pub fn diff(before: &[Entry], now: &[Entry]) -> Vec<Change> {
    let mut paired_before: Vec<bool> = vec![false; before.len()];
    let by_key: HashMap<&str, usize> = before.iter().enumerate().map(|(at, entry)| (entry.key.as_str(), at)).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; now.len()];
    for (at, entry) in now.iter().enumerate() {
        let found = by_key.get(entry.key.as_str()).copied().filter(|found| !paired_before[*found]);
        if let Some(found) = found {
            paired_before[found] = true;
        }
        pairs[at] = found;
    }
    let left_before = lone_second_keys(before, |at| !paired_before[at]);
    let left_now = lone_second_keys(now, |at| pairs[at].is_none());
    for (key, at) in left_now {
        let Some(&found) = left_before.get(key) else {
            continue;
        };
        if may_be_one(&before[found], &now[at]) {
            paired_before[found] = true;
            pairs[at] = Some(found);
        }
    }
    let present = pairs.iter().enumerate().map(|(at, found)| match found {
        Some(found) => compared(before, *found, now, at),
        None => Change::New { now: at },
    });
    let gone =
        paired_before.iter().enumerate().filter(|(_, paired)| !**paired).map(|(at, _)| Change::Gone { before: at });
    present.chain(gone).collect()
}

/// The entries that are left, by second key, without those whose second key is not theirs alone.
fn lone_second_keys(entries: &[Entry], is_left: impl Fn(usize) -> bool) -> HashMap<&str, usize> {
    let mut found: HashMap<&str, Option<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate().filter(|(at, _)| is_left(*at)) {
        let Some(key) = &entry.second_key else {
            continue;
        };
        found.entry(key).and_modify(|only| *only = None).or_insert(Some(at));
    }
    found.into_iter().filter_map(|(key, only)| Some((key, only?))).collect()
}

fn may_be_one(before: &Entry, now: &Entry) -> bool {
    match (&before.custody_number, &now.custody_number) {
        (Some(before), Some(now)) => before == now,
        _ => true,
    }
}

fn compared(before: &[Entry], at_before: usize, now: &[Entry], at_now: usize) -> Change {
    let fields = field_changes(&before[at_before], &now[at_now]);
    if fields.is_empty() {
        Change::Same { before: at_before, now: at_now }
    } else {
        Change::Changed { before: at_before, now: at_now, fields }
    }
}

/// A field of an entry: its name, its name for people, and its value in words.
type Field = (&'static str, &'static str, fn(&Entry) -> String);

const FIELDS: &[Field] = &[
    ("name", "Name", |e| e.name.formal()),
    ("aliases", "Also known as", |e| e.aliases.iter().map(Name::formal).collect::<Vec<_>>().join("; ")),
    ("date_of_birth", "Date of birth", |e| date(e.date_of_birth)),
    ("perceived_birth_year", "Perceived birth year", |e| {
        e.perceived_birth_year.map_or_else(String::new, |year| year.to_string())
    }),
    ("age", "Age", |e| e.age.map_or_else(String::new, |age| age.to_string())),
    ("sex", "Sex", |e| e.sex.map_or_else(String::new, |sex| sex.to_string())),
    ("ethnicity", "Ethnicity", |e| words(e.ethnicity.as_deref())),
    ("address", "Address", |e| words(e.address.as_deref())),
    ("postcode", "Postcode", |e| words(e.postcode.as_deref())),
    ("pnc", "PNC", |e| words(e.pnc.as_deref())),
    ("cro", "CRO", |e| words(e.cro.as_deref())),
    ("nhs_number", "NHS number", |e| e.nhs_number.as_ref().map_or_else(String::new, |n| n.digits().to_owned())),
    ("custody_number", "Custody record number", |e| words(e.custody_number.as_deref())),
    ("asn", "ASN", |e| words(e.asn.as_deref())),
    ("interview_at", "Interview", |e| time(e.interview_at)),
    ("officer", "Officer in the case", |e| words(e.officer.as_deref())),
    ("arrested_at", "Arrested", |e| time(e.arrested_at)),
    ("arrived_at", "Arrived", |e| time(e.arrived_at)),
    ("detention_authorised_at", "Detention authorised", |e| time(e.detention_authorised_at)),
    ("site", "Site", |e| words(e.site.as_deref())),
    ("court_code", "Court code", |e| words(e.court_code.as_deref())),
    ("court_room", "Court room", |e| words(e.court_room.as_deref())),
    ("sitting_at", "Sitting", |e| time(e.sitting_at)),
    ("listed_on", "Listed for", |e| date(e.listed_on)),
    ("urn", "Case reference", |e| words(e.urn.as_deref())),
    ("hearing_type", "Hearing type", |e| words(e.hearing_type.as_deref())),
    ("offences", "Offences", offences),
    ("in_custody", "In custody", |e| yes_no(e.in_custody)),
    ("bail_status", "Bail status", |e| words(e.bail_status.as_deref())),
    ("youth", "Under 18", |e| yes_no(e.youth)),
    ("reporting_restriction", "Reporting restriction", |e| words(e.reporting_restriction.as_deref())),
    ("appropriate_adult", "Appropriate adult", |e| words(e.appropriate_adult.as_deref())),
    ("interpreter", "Interpreter", |e| words(e.interpreter.as_deref())),
    ("observation", "Observation level", |e| words(e.observation.as_deref())),
    ("notes", "Notes", |e| words(e.notes.as_deref())),
];

/// Everything an entry says, field by field in words: label and value, without what is not given.
pub fn facts(entry: &Entry) -> Vec<(&'static str, String)> {
    let all = FIELDS.iter().map(|(_, label, value)| (*label, value(entry)));
    all.filter(|(_, value)| !value.is_empty()).collect()
}

fn field_changes(before: &Entry, now: &Entry) -> Vec<FieldChange> {
    let changes = FIELDS.iter().filter_map(|(field, label, value)| change(field, label, value(before), value(now)));
    let known: Vec<FieldChange> = changes.collect();
    if known.is_empty() { other_changes(&before.verbatim, &now.verbatim) } else { known }
}

/// The parts of the verbatim rows that differ, for columns that no field of the entry holds.
fn other_changes(before: &Value, now: &Value) -> Vec<FieldChange> {
    let (Some(was), Some(is)) = (before.as_object(), now.as_object()) else {
        return Vec::new();
    };
    let names = was.keys().chain(is.keys().filter(|name| !was.contains_key(*name)));
    names.filter_map(|name| change(name, name, plain(was.get(name)), plain(is.get(name)))).collect()
}

fn change(field: &str, label: &str, before: String, after: String) -> Option<FieldChange> {
    (before != after).then(|| FieldChange { field: field.to_owned(), label: label.to_owned(), before, after })
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    }
}

fn words(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(String::new, date_long)
}

fn time(at: Option<Instant>) -> String {
    at.map_or_else(String::new, date_time_long)
}

fn yes_no(yes: bool) -> String {
    if yes { "Yes" } else { "No" }.to_owned()
}

fn offences(entry: &Entry) -> String {
    let lines = entry.offences.iter().map(|offence| {
        let parts = [offence.code.as_deref(), Some(offence.title.as_str()), offence.wording.as_deref()];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("; ")
}
