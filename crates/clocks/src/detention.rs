//! One detention at one instant: what its recorded events make of each rule.

use chrono::Duration;
use serde::Serialize;
use throughline_domain::time::{Instant, from_london, london_date};

use crate::events::{Events, Hours};
use crate::table::{ExcludedTime, Kind, Length, MetBy, Permission, Rule, StartsFrom};

throughline_domain::codes! {
    /// Where a clock stands at the instant it was worked out for.
    pub enum State {
        /// The event it starts from is not recorded, or lies ahead.
        NotStarted = "not_started", "Not started";
        /// The decision that brings it into force is not recorded; its times say what would be.
        NotInForce = "not_in_force", "Not in force";
        /// Running, with time left.
        Running = "running", "Running";
        /// Running, with little time left (the rule table says how little).
        DueSoon = "due_soon", "Due soon";
        /// A review that was not held in time.
        Overdue = "overdue", "Overdue";
        /// A limit that has passed.
        Expired = "expired", "Limit passed";
        /// A review held in time.
        Met = "met", "Met";
        /// A review held after it was due.
        MetLate = "met_late", "Held late";
        /// A limit beyond which detention was lawfully extended: the next limit applies.
        Extended = "extended", "Extended";
        /// The person was released before the time came.
        Stopped = "stopped", "Stopped";
    }
}

/// One legal clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// The rule's id, such as `pace_24h`.
    pub id: String,
    /// When it starts, when that is known.
    pub starts_at: Option<Instant>,
    /// When it is due or ends. For a clock that is not in force: when it would.
    pub due_at: Option<Instant>,
    /// Where it stands.
    pub state: State,
    /// The rule in a sentence.
    pub rule: String,
    /// The version of the rule: the day it came into force.
    pub rule_version: String,
    /// The provision the rule comes from.
    pub source: String,
    /// The rule in two or three words.
    #[serde(skip)]
    pub label: String,
    /// Whether it ends a power or owes a review.
    #[serde(skip)]
    pub kind: Kind,
}

/// The recorded events with what is impossible set aside, at an instant.
#[derive(Debug)]
pub(crate) struct Detention<'a> {
    pub(crate) events: &'a Events,
    pub(crate) as_of: Instant,
    /// Reviews held by now and not before detention was authorised, in order.
    reviews: Vec<Instant>,
    /// Excluded time in order, overlaps joined.
    excluded: Vec<(Instant, Instant)>,
    /// The release, unless it lies ahead or before everything else.
    released: Option<Instant>,
}

impl<'a> Detention<'a> {
    pub(crate) fn of(events: &'a Events, as_of: Instant) -> Self {
        let authorised = events.detention_authorised_at;
        let held = |review: &Instant| *review <= as_of && authorised.is_none_or(|start| start <= *review);
        let mut reviews: Vec<Instant> = events.reviews_held.iter().copied().filter(held).collect();
        reviews.sort_unstable();
        let began = began(events);
        let released = events.released_at.filter(|at| *at <= as_of && began.is_none_or(|began| began <= *at));
        Self { events, as_of, reviews, excluded: joined(events, as_of), released }
    }

    /// Whether anything was recorded that has to do with the rule's power.
    pub(crate) fn concerns(&self, rule: &Rule) -> bool {
        match rule.starts_from {
            StartsFrom::S136Arrival => {
                self.events.s136_arrived_at.is_some() || self.events.s136_extension_hours.is_some()
            }
            StartsFrom::RelevantTime | StartsFrom::DetentionAuthorised | StartsFrom::LastReviewHeld => {
                is_police_detention(self.events)
            }
        }
    }

    pub(crate) fn start(&self, rule: &Rule) -> Option<Instant> {
        match rule.starts_from {
            StartsFrom::RelevantTime => self.relevant_time(rule.arrival_within),
            StartsFrom::DetentionAuthorised => self.events.detention_authorised_at,
            StartsFrom::LastReviewHeld => self.reviews.last().copied(),
            StartsFrom::S136Arrival => self.events.s136_arrived_at,
        }
    }

    fn relevant_time(&self, arrival_within: Option<Hours>) -> Option<Instant> {
        let latest = self.events.arrested_at.zip(arrival_within).map(|(arrest, within)| arrest + within.duration());
        match (self.events.arrived_station_at, latest) {
            (Some(arrival), Some(latest)) => Some(arrival.min(latest)),
            (arrival, latest) => arrival.or(latest),
        }
    }

    fn due(&self, rule: &Rule, start: Instant) -> Instant {
        let due = match rule.length {
            Length::Hours(hours) => start + hours.duration() + self.extension(rule),
            Length::Days(days) => {
                from_london((london_date(start) + Duration::days(i64::from(days))).and_time(chrono::NaiveTime::MIN))
            }
        };
        match rule.excluded_time {
            ExcludedTime::Moves => moved(start, due, &self.excluded),
            ExcludedTime::Ignored => due,
        }
    }

    /// What an extension adds: what the doctor gave, at most what the law allows; the most it
    /// allows while none is recorded.
    fn extension(&self, rule: &Rule) -> Duration {
        let Some(most) = rule.extension_max else {
            return Duration::zero();
        };
        self.events.s136_extension_hours.map_or(most, |given| given.min(most)).duration()
    }

    pub(crate) fn clock(&self, rule: &Rule) -> Clock {
        let starts_at = self.start(rule);
        let due_at = starts_at.map(|start| self.due(rule, start));
        Clock {
            id: rule.id.clone(),
            starts_at,
            due_at,
            state: self.state(rule, starts_at.zip(due_at)),
            rule: rule.name.clone(),
            rule_version: rule.version(),
            source: rule.source.clone(),
            label: rule.label.clone(),
            kind: rule.kind,
        }
    }

    fn state(&self, rule: &Rule, span: Option<(Instant, Instant)>) -> State {
        let Some((start, due)) = span else {
            return State::NotStarted;
        };
        if rule.needs.is_some_and(|needed| self.permitted_at(needed).is_none()) {
            return State::NotInForce;
        }
        if let Some(held) = rule.met_by.and_then(|met_by| self.met_at(met_by)) {
            return if held <= due { State::Met } else { State::MetLate };
        }
        if self.released.is_some_and(|released| released <= due) {
            return State::Stopped;
        }
        if rule.extended_by.iter().filter_map(|by| self.permitted_at(*by)).any(|at| at <= due) {
            return State::Extended;
        }
        self.running_state(rule, start, due)
    }

    fn running_state(&self, rule: &Rule, start: Instant, due: Instant) -> State {
        if self.as_of > due {
            return if rule.kind == Kind::Review { State::Overdue } else { State::Expired };
        }
        if start > self.as_of {
            return State::NotStarted;
        }
        if due - self.as_of <= rule.due_soon { State::DueSoon } else { State::Running }
    }

    fn met_at(&self, met_by: MetBy) -> Option<Instant> {
        match met_by {
            MetBy::FirstReview => self.reviews.first().copied(),
        }
    }

    /// When a decision was made, if it was made by now. The doctor's extension has no recorded
    /// time of its own and counts from arrival.
    pub(crate) fn permitted_at(&self, permission: Permission) -> Option<Instant> {
        let at = match permission {
            Permission::SuperintendentExtension => self.events.superintendent_extension_at,
            Permission::Warrant => self.events.warrants.iter().map(|warrant| warrant.granted_at).min(),
            Permission::S136Extension => self.events.s136_extension_hours.and(self.events.s136_arrived_at),
        };
        at.filter(|at| *at <= self.as_of)
    }
}

/// The first thing that happened, of the events that put somebody in detention.
pub(crate) fn began(events: &Events) -> Option<Instant> {
    [events.arrested_at, events.arrived_station_at, events.s136_arrived_at].into_iter().flatten().min()
}

pub(crate) fn is_police_detention(events: &Events) -> bool {
    let times = [
        events.arrested_at,
        events.arrived_station_at,
        events.detention_authorised_at,
        events.superintendent_extension_at,
    ];
    times.iter().any(Option::is_some) || !events.reviews_held.is_empty() || !events.warrants.is_empty()
}

/// Excluded time in order, with overlaps joined so that no minute counts twice. An interval that
/// is still going on lasts until now; one that ends before it begins is left out.
fn joined(events: &Events, as_of: Instant) -> Vec<(Instant, Instant)> {
    let mut spans: Vec<(Instant, Instant)> = events
        .excluded
        .iter()
        .map(|excluded| (excluded.from, excluded.to.unwrap_or(as_of)))
        .filter(|(from, to)| from < to)
        .collect();
    spans.sort_unstable();
    let mut joined: Vec<(Instant, Instant)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// `due` moved by the excluded time that falls between `start` and it, as it moves.
fn moved(start: Instant, due: Instant, excluded: &[(Instant, Instant)]) -> Instant {
    excluded.iter().fold(
        due,
        |due, (from, to)| {
            if *from < due && *to > start { due + (*to - (*from).max(start)) } else { due }
        },
    )
}
