//! Times that cannot be meant, set aside before anything is reckoned with them.

use chrono::Datelike;
use throughline_domain::time::Instant;

use crate::events::Events;

/// The years in which an event of somebody's detention can have happened.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// The events without times of impossible years, and how many those were.
pub(crate) fn set_aside(events: &Events) -> (Events, usize) {
    let mut kept = events.clone();
    let mut gone = 0;
    for at in kept.single_times() {
        if at.is_some_and(is_impossible) {
            *at = None;
            gone += 1;
        }
    }
    let count = |before: usize, after: usize| before - after;
    let before = kept.reviews_held.len();
    kept.reviews_held.retain(|at| !is_impossible(*at));
    gone += count(before, kept.reviews_held.len());
    let before = kept.excluded.len();
    kept.excluded.retain(|one| !is_impossible(one.from) && !one.to.is_some_and(is_impossible));
    gone += count(before, kept.excluded.len());
    let before = kept.warrants.len();
    kept.warrants.retain(|one| !is_impossible(one.granted_at));
    gone += count(before, kept.warrants.len());
    let before = kept.sections.len();
    kept.sections.retain(|one| !is_impossible(one.from));
    gone += count(before, kept.sections.len());
    let before = kept.charges.len();
    kept.charges.retain(|one| !is_impossible(one.first_appearance_at) && !one.sent_at.is_some_and(is_impossible));
    gone += count(before, kept.charges.len());
    if kept.pre_charge_bail.as_ref().is_some_and(|bail| is_impossible(bail.from)) {
        kept.pre_charge_bail = None;
        gone += 1;
    }
    (kept, gone)
}

/// The instant, or the nearest one at which anybody can ask.
pub(crate) fn possible(at: Instant) -> Instant {
    match at.year() {
        year if year < *YEARS.start() => Instant::default(),
        year if year > *YEARS.end() => at.with_ordinal(1).and_then(|at| at.with_year(*YEARS.end())).unwrap_or_default(),
        _ => at,
    }
}

fn is_impossible(at: Instant) -> bool {
    !YEARS.contains(&at.year())
}

impl Events {
    fn single_times(&mut self) -> [&mut Option<Instant>; 14] {
        [
            &mut self.arrested_at,
            &mut self.arrived_station_at,
            &mut self.detention_authorised_at,
            &mut self.superintendent_extension_at,
            &mut self.s136_arrived_at,
            &mut self.s136_extended_at,
            &mut self.s136_ended_at,
            &mut self.s135_arrived_at,
            &mut self.s135_extended_at,
            &mut self.s135_ended_at,
            &mut self.bail_breach_arrested_at,
            &mut self.charged_at,
            &mut self.released_at,
            &mut self.under_investigation_at,
        ]
    }
}
