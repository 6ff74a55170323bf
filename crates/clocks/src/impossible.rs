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
    for at in kept.optional_times() {
        if at.is_some_and(is_impossible) {
            *at = None;
            gone += 1;
        }
    }
    gone += retain(&mut kept.reviews_held, |at| *at);
    // Without its end an interval would go on and on.
    gone += retain(&mut kept.excluded, |one| one.to.filter(|to| is_impossible(*to)).unwrap_or(one.from));
    gone += retain(&mut kept.warrants, |one| one.granted_at);
    gone += retain(&mut kept.sections, |one| one.from);
    for section in &mut kept.sections {
        gone += retain(&mut section.renewed_at, |at| *at);
    }
    gone += retain(&mut kept.charges, |one| one.first_appearance_at);
    gone += usize::from(kept.pre_charge_bail.take_if(|bail| is_impossible(bail.from)).is_some());
    (kept, gone)
}

/// Takes out what has an impossible time, and says how many those were.
fn retain<T>(list: &mut Vec<T>, time: impl Fn(&T) -> Instant) -> usize {
    let before = list.len();
    list.retain(|one| !is_impossible(time(one)));
    before - list.len()
}

/// The instant, or the nearest one at which anybody can ask.
pub(crate) fn possible(at: Instant) -> Instant {
    match at.year() {
        year if year < *YEARS.start() => Instant::default(),
        year if year > *YEARS.end() => at.with_ordinal(1).and_then(|at| at.with_year(*YEARS.end())).unwrap_or_default(),
        _ => at,
    }
}

pub(crate) fn is_impossible(at: Instant) -> bool {
    !YEARS.contains(&at.year())
}

impl Events {
    /// Every time that may be absent.
    fn optional_times(&mut self) -> Vec<&mut Option<Instant>> {
        let mut times = vec![
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
        ];
        if let Some(bail) = &mut self.pre_charge_bail {
            times.extend([
                &mut bail.arrested_at,
                &mut bail.inspector_at,
                &mut bail.superintendent_at,
                &mut bail.ended_at,
            ]);
        }
        times.extend(self.sections.iter_mut().map(|section| &mut section.ended_at));
        times.extend(self.charges.iter_mut().flat_map(|charge| [&mut charge.sent_at, &mut charge.ended_at]));
        times
    }
}
