//! A clock: what a run of a rule has come to at an instant.

use chrono::{Duration, NaiveDate};
use serde::Serialize;
use throughline_domain::time::Instant;

use crate::detention::Detention;
use crate::run::Run;
use crate::table::{Kind, MetBy, Paper, Rule, StartsFrom};

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
        /// It ended before the time came: by release, charge or another power.
        Stopped = "stopped", "Stopped";
        /// The law sets no limit.
        NoLimit = "no_limit", "No limit in law";
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
    /// When what it is about ended: the detention, the section, the charge.
    #[serde(skip)]
    pub ended_at: Option<Instant>,
    /// The rule in a sentence.
    pub rule: String,
    /// The version of the rule: the day it came into force.
    pub rule_version: String,
    /// The provision the rule comes from.
    pub source: String,
    /// Which charge it is about; empty for a clock that is about the person.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The rule in two or three words.
    #[serde(skip)]
    pub label: String,
    /// Whether it ends a power or owes a review.
    #[serde(skip)]
    pub kind: Kind,
    /// How long before its end it says "due soon".
    #[serde(skip)]
    pub due_soon: Duration,
    /// The event from which it runs.
    #[serde(skip)]
    pub starts_from: StartsFrom,
    /// Who decides on what begins it or keeps it running.
    #[serde(skip)]
    pub decided_by: String,
    /// Where the true times are.
    #[serde(skip)]
    pub check_in: Paper,
    /// When a person last checked the rule against its source.
    #[serde(skip)]
    pub checked_on: NaiveDate,
    /// What of the rule nobody has checked against its source yet.
    #[serde(skip)]
    pub to_verify: Option<String>,
}

impl Clock {
    /// Whether it still matters: it runs or has run out, and what it is about has not ended. One that was met,
    /// extended or stopped matters no more, nor does a pause: nobody has to do anything about it.
    pub fn matters(&self) -> bool {
        matches!(self.state, State::Running | State::DueSoon | State::Overdue | State::Expired)
            && self.ended_at.is_none()
            && self.kind != Kind::Pause
    }
}

impl Detention<'_> {
    pub(crate) fn clock(&self, rule: &Rule, run: &Run) -> Clock {
        let due_at = run.start.and_then(|start| self.due(rule, run, start));
        Clock {
            id: rule.id.clone(),
            starts_at: run.start,
            due_at,
            state: self.state(rule, run, due_at),
            ended_at: run.ended,
            rule: rule.name.clone(),
            rule_version: rule.version(),
            source: rule.source.clone(),
            about: run.about.clone(),
            label: rule.label.clone(),
            kind: rule.kind,
            due_soon: rule.due_soon,
            starts_from: rule.starts_from,
            decided_by: rule.decided_by.clone(),
            check_in: rule.check_in,
            checked_on: rule.checked_on,
            to_verify: rule.to_verify.clone(),
        }
    }

    fn state(&self, rule: &Rule, run: &Run, due: Option<Instant>) -> State {
        let Some(start) = run.start else {
            return State::NotStarted;
        };
        if rule.needs.is_some_and(|needed| self.permitted_at(needed).is_none()) {
            return State::NotInForce;
        }
        let Some(due) = due else {
            return self.unlimited_state(run, start);
        };
        if let Some(held) = rule.met_by.and_then(|met_by| self.met_at(met_by)) {
            return if held <= due { State::Met } else { State::MetLate };
        }
        if run.ended.is_some_and(|ended| ended <= due) {
            return State::Stopped;
        }
        if rule.extended_by.iter().filter_map(|by| self.permitted_at(*by)).any(|at| at <= due) {
            return State::Extended;
        }
        self.running_state(rule, start, due)
    }

    fn unlimited_state(&self, run: &Run, start: Instant) -> State {
        if run.ended.is_some() {
            State::Stopped
        } else if start > self.as_of {
            State::NotStarted
        } else {
            State::NoLimit
        }
    }

    fn running_state(&self, rule: &Rule, start: Instant, due: Instant) -> State {
        if self.as_of > due {
            return match rule.kind {
                Kind::Review => State::Overdue,
                Kind::Limit => State::Expired,
                Kind::Pause => State::Stopped,
            };
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
}
