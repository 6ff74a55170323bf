//! From recorded events to clocks.

use serde::Serialize;
use throughline_domain::time::{Instant, date_time_long, london_date};

use crate::clock::Clock;
use crate::detention::Detention;
use crate::events::Events;
use crate::impossible::{possible, set_aside};
use crate::notices::notices;
use crate::table::Tables;

/// The clocks of one detention, and what a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// One clock for each rule that applies, in the order of the rule tables.
    pub clocks: Vec<Clock>,
    /// Plain English: first that every time is an estimate, then whatever does not fit.
    pub notices: Vec<String>,
}

impl Answer {
    /// The clock with an id such as `pace_24h`.
    pub fn clock(&self, id: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.id == id)
    }
}

/// The clocks of one detention at an instant, by the rules that are part of the program.
pub fn clocks(events: &Events, as_of: Instant) -> Answer {
    clocks_by(Tables::embedded(), events, as_of)
}

/// The clocks of one detention at an instant, by given rules.
pub fn clocks_by(tables: &Tables, events: &Events, asked_for: Instant) -> Answer {
    let (events, impossible) = set_aside(events);
    let as_of = possible(asked_for);
    let detention = Detention::of(tables, &events, as_of);
    let mut unruled = Vec::new();
    let mut found = Vec::new();
    for id in tables.ids() {
        let Some(newest) = tables.newest(id) else {
            continue;
        };
        for run in detention.runs(newest) {
            match tables.in_force(id, london_date(run.start.unwrap_or(as_of))) {
                Some(rule) => found.push(detention.clock(rule, &run)),
                // A clock that exists only by decision is missed by nobody on days before the law had it.
                None if newest.needs.is_some_and(|needed| detention.permitted_at(needed).is_none()) => {}
                None => unruled.push(newest.label.clone()),
            }
        }
    }
    let mut notices = notices(&detention, &found, &unruled, tables);
    notices.extend(events.set_aside.iter().cloned());
    if impossible > 0 {
        notices.push(format!(
            "{impossible} recorded {} not between the years 1900 and 2199 and left out. Check the dates.",
            if impossible == 1 { "time is" } else { "times are" }
        ));
    }
    if as_of != asked_for {
        notices.push(format!(
            "The clocks were asked for a time that is not between the years 1900 and 2199, and were worked out for {}. Check the date.",
            date_time_long(as_of)
        ));
    }
    Answer { clocks: found, notices }
}
