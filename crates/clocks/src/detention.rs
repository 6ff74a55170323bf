//! One detention at one instant: its recorded events with what is impossible set aside.

use throughline_domain::time::{Instant, london_date};

use crate::events::{Events, Excluded, Warrant};
use crate::table::{Kind, Length, Permission, Rule, Tables};

/// The recorded events with what is impossible set aside, at an instant.
#[derive(Debug)]
pub(crate) struct Detention<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) events: &'a Events,
    pub(crate) as_of: Instant,
    /// Reviews held by now and not before detention was authorised or, where that is not recorded, began; in order.
    pub(crate) reviews: Vec<Instant>,
    /// Warrants granted by now and not before police detention began, in order.
    pub(crate) warrants: Vec<&'a Warrant>,
    /// Excluded time up to now in order, overlaps joined.
    excluded: Vec<(Instant, Instant)>,
    /// The same with the pause after an arrest for breach of bail, which stops the limits only.
    excluded_and_pause: Vec<(Instant, Instant)>,
    /// The release, unless it lies ahead or before police detention began.
    pub(crate) released: Option<Instant>,
}

impl<'a> Detention<'a> {
    pub(crate) fn of(tables: &'a Tables, events: &'a Events, as_of: Instant) -> Self {
        let start = events.detention_authorised_at.or(police_began(events));
        let held = |review: &Instant| *review <= as_of && start.is_none_or(|start| start <= *review);
        let mut reviews: Vec<Instant> = events.reviews_held.iter().copied().filter(held).collect();
        reviews.sort_unstable();
        let counts = |at: &Instant| *at <= as_of && in_police_detention(events, *at);
        let mut warrants: Vec<&Warrant> = events.warrants.iter().filter(|one| counts(&one.granted_at)).collect();
        warrants.sort_unstable_by_key(|warrant| warrant.granted_at);
        let released = events.released_at.filter(counts);
        let excluded: Vec<(Instant, Instant)> = events.excluded.iter().map(|one| counted(events, one, as_of)).collect();
        let with_pause = excluded.iter().copied().chain(pause(tables, events)).collect();
        let (excluded, excluded_and_pause) = (joined(excluded), joined(with_pause));
        Self { tables, events, as_of, reviews, warrants, excluded, excluded_and_pause, released }
    }

    /// The time that does not count for a kind of clock.
    pub(crate) fn excluded_for(&self, kind: Kind) -> &[(Instant, Instant)] {
        match kind {
            Kind::Limit => &self.excluded_and_pause,
            Kind::Review | Kind::Pause => &self.excluded,
        }
    }

    /// When detention without charge ended: by release or by charge.
    pub(crate) fn without_charge_until(&self) -> Option<Instant> {
        let counts = |at: &Instant| *at <= self.as_of && in_police_detention(self.events, *at);
        let charged = self.events.charged_at.filter(counts);
        self.released.into_iter().chain(charged).min()
    }

    /// When a decision was made, if it was made by now and of this detention. A doctor's extension
    /// without a time of its own counts from arrival.
    pub(crate) fn permitted_at(&self, permission: Permission) -> Option<Instant> {
        let bail = self.events.pre_charge_bail.as_ref();
        let at = match permission {
            Permission::SuperintendentExtension => {
                self.events.superintendent_extension_at.filter(|at| in_police_detention(self.events, *at))
            }
            Permission::Warrant => self.warrants.first().map(|warrant| warrant.granted_at),
            Permission::S136Extension => {
                let decided = self.events.s136_extended_at.or(self.events.s136_arrived_at);
                self.events.s136_extension_hours.and(decided)
            }
            Permission::S135Extension => {
                let decided = self.events.s135_extended_at.or(self.events.s135_arrived_at);
                self.events.s135_extension_hours.and(decided)
            }
            Permission::InspectorBail => bail.and_then(|bail| bail.inspector_at),
            Permission::SuperintendentBail => bail.and_then(|bail| bail.superintendent_at),
        };
        at.filter(|at| *at <= self.as_of)
    }
}

/// When the person was arrested, for whatever reason.
pub(crate) fn arrest(events: &Events) -> Option<Instant> {
    events.arrested_at.or(events.bail_breach_arrested_at)
}

/// When police detention began: with the arrest, or with arrival where no arrest is recorded. What was before
/// (a voluntary interview, a place of safety) is another matter.
pub(crate) fn police_began(events: &Events) -> Option<Instant> {
    arrest(events).or(events.arrived_station_at)
}

/// Whether an instant is not before police detention began, as far as is recorded.
pub(crate) fn in_police_detention(events: &Events, at: Instant) -> bool {
    police_began(events).is_none_or(|began| began <= at)
}

pub(crate) fn is_police_detention(events: &Events) -> bool {
    let times = [
        events.arrested_at,
        events.bail_breach_arrested_at,
        events.arrived_station_at,
        events.detention_authorised_at,
        events.superintendent_extension_at,
    ];
    times.iter().any(Option::is_some) || !events.reviews_held.is_empty() || !events.warrants.is_empty()
}

/// Excluded time as far as it has gone by: what lies ahead of now counts when it has happened. Of a detention that
/// lies ahead as a whole all that is told of it counts, as its other times do.
pub(crate) fn counted(events: &Events, excluded: &Excluded, as_of: Instant) -> (Instant, Instant) {
    let lies_ahead = police_began(events).is_some_and(|began| began > as_of);
    let counts = |to: Instant| if lies_ahead { to } else { to.min(as_of) };
    (excluded.from, excluded.to.map_or(as_of, counts))
}

/// Intervals in order, with overlaps joined so that no minute counts twice. One that ends before it begins is left out.
pub(crate) fn joined(mut spans: Vec<(Instant, Instant)>) -> Vec<(Instant, Instant)> {
    spans.retain(|(from, to)| from < to);
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

/// The pause after an arrest for breach of bail: excluded time of its own.
fn pause(tables: &Tables, events: &Events) -> Option<(Instant, Instant)> {
    let arrest = events.bail_breach_arrested_at?;
    let of_day = |rule: &&Rule| rule.kind == Kind::Pause && rule.in_force_on(london_date(arrest));
    match tables.rules().iter().find(of_day)?.length {
        Length::Hours(hours) => Some((arrest, arrest + hours.duration())),
        _ => None,
    }
}
