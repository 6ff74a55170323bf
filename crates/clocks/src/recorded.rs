//! From legal events to what the clocks are worked out from.

use throughline_domain::legal::{Detail, LegalEvent, LegalEventKind};
use throughline_domain::time::Instant;

use crate::answer::Answer;
use crate::clock::{Clock, State};
use crate::events::{ChargeHeld, Events, Excluded, Hours, PreChargeBail, Section, Warrant};
use crate::table::Kind as ClockKind;

/// What legal events, in the order in which they happened, say to the clocks.
///
/// Somebody who was released and arrested again is reckoned from the later arrest; whatever the
/// earlier detention used up is in the custody record.
pub fn events_of(known: &[LegalEvent]) -> Events {
    let mut events = Events::default();
    let police = latest_detention(known);
    for event in police {
        police_event(&mut events, event);
    }
    for event in known {
        after_police(&mut events, event);
    }
    events.charges = charges(known);
    events
}

/// The events since the last detention by police began: after the last end that an arrest follows.
fn latest_detention(known: &[LegalEvent]) -> &[LegalEvent] {
    let is_arrest =
        |event: &LegalEvent| matches!(event.kind, LegalEventKind::Arrested | LegalEventKind::BailBreachArrest);
    let ends =
        |event: &LegalEvent| event.kind.walks_out_on().is_some() || event.kind == LegalEventKind::PoliceDetentionEnded;
    let followed = |place: &usize| ends(&known[*place]) && known[place + 1..].iter().any(is_arrest);
    (0..known.len()).rev().find(followed).map_or(known, |place| &known[place + 1..])
}

fn police_event(events: &mut Events, event: &LegalEvent) {
    use LegalEventKind as Kind;
    let at = Some(event.at);
    match (event.kind, &event.detail) {
        (Kind::Arrested, _) => first(&mut events.arrested_at, at),
        (Kind::BailBreachArrest, _) => first(&mut events.bail_breach_arrested_at, at),
        (Kind::ArrivedStation, _) => first(&mut events.arrived_station_at, at),
        (Kind::DetentionAuthorised, _) => first(&mut events.detention_authorised_at, at),
        (Kind::ReviewHeld, _) => events.reviews_held.push(event.at),
        (Kind::ExcludedTime, Detail::End(to)) => {
            events.excluded.push(Excluded { from: event.at, to: *to, reason: String::new() });
        }
        (Kind::SuperintendentExtension, _) => first(&mut events.superintendent_extension_at, at),
        (Kind::Warrant, Detail::Minutes(minutes)) => {
            events.warrants.push(Warrant { granted_at: event.at, hours: Hours::minutes(*minutes) });
        }
        (Kind::Charged, _) => first(&mut events.charged_at, at),
        (Kind::PoliceDetentionEnded, _) => first(&mut events.released_at, at),
        (kind, _) if kind.walks_out_on().is_some() => first(&mut events.released_at, at),
        _ => (),
    }
}

fn first(field: &mut Option<Instant>, at: Option<Instant>) {
    *field = field.or(at);
}

/// Places of safety, hospital, bail: what is not police detention. Of several the last one counts.
fn after_police(events: &mut Events, event: &LegalEvent) {
    use LegalEventKind as Kind;
    let at = Some(event.at);
    match (event.kind, &event.detail) {
        (Kind::S136Arrived, _) if events.s136_arrived_at.is_none() || events.s136_ended_at.is_some() => {
            (events.s136_arrived_at, events.s136_extension_hours, events.s136_ended_at) = (at, None, None);
        }
        (Kind::S135Arrived, _) if events.s135_arrived_at.is_none() || events.s135_ended_at.is_some() => {
            (events.s135_arrived_at, events.s135_extension_hours, events.s135_ended_at) = (at, None, None);
        }
        (Kind::S136Extended, Detail::Minutes(minutes)) => events.s136_extension_hours = Some(Hours::minutes(*minutes)),
        (Kind::S135Extended, Detail::Minutes(minutes)) => events.s135_extension_hours = Some(Hours::minutes(*minutes)),
        (Kind::S136Ended, _) => first(&mut events.s136_ended_at, at),
        (Kind::S135Ended, _) => first(&mut events.s135_ended_at, at),
        (Kind::SectionBegan, Detail::Section(section)) => {
            end_places_of_safety(events, event.at);
            end_sections(events, event.at);
            events.sections.push(Section { section: *section, from: event.at, renewed_at: Vec::new(), ended_at: None });
        }
        (Kind::SectionRenewed, Detail::Section(section)) => {
            if let Some(open) =
                events.sections.iter_mut().rfind(|one| one.section == *section && one.ended_at.is_none())
            {
                open.renewed_at.push(event.at);
            }
        }
        (Kind::SectionEnded, Detail::Section(section)) => {
            if let Some(open) =
                events.sections.iter_mut().rfind(|one| one.section == *section && one.ended_at.is_none())
            {
                open.ended_at = at;
            }
        }
        (Kind::Bailed, _) => {
            events.pre_charge_bail =
                Some(PreChargeBail { from: event.at, inspector_at: None, superintendent_at: None, ended_at: None });
        }
        (Kind::BailExtendedInspector, _) => extend_bail(events, |bail| bail.inspector_at = at),
        (Kind::BailExtendedSuperintendent, _) => extend_bail(events, |bail| bail.superintendent_at = at),
        (Kind::UnderInvestigation, _) => events.under_investigation_at = at,
        (Kind::Released, _) => {
            end_places_of_safety(events, event.at);
            end_sections(events, event.at);
            extend_bail(events, |bail| bail.ended_at = bail.ended_at.or(at));
        }
        (Kind::Charged | Kind::Arrested | Kind::BailBreachArrest, _) => {
            extend_bail(events, |bail| bail.ended_at = bail.ended_at.or(at));
        }
        _ => (),
    }
}

/// A section takes the place of what held the person until then.
fn end_places_of_safety(events: &mut Events, at: Instant) {
    if events.s136_arrived_at.is_some() {
        first(&mut events.s136_ended_at, Some(at));
    }
    if events.s135_arrived_at.is_some() {
        first(&mut events.s135_ended_at, Some(at));
    }
}

fn end_sections(events: &mut Events, at: Instant) {
    for section in events.sections.iter_mut().filter(|section| section.ended_at.is_none()) {
        section.ended_at = Some(at);
    }
}

fn extend_bail(events: &mut Events, change: impl FnOnce(&mut PreChargeBail)) {
    if let Some(bail) = &mut events.pre_charge_bail {
        change(bail);
    }
}

/// The charges for which somebody waits in custody for trial.
fn charges(known: &[LegalEvent]) -> Vec<ChargeHeld> {
    let mut held = Vec::new();
    for event in known {
        let (LegalEventKind::Charged, Detail::Charge(charge)) = (event.kind, &event.detail) else { continue };
        let (Some(allocation), Some(first)) = (charge.allocation, charge.first_appearance) else { continue };
        let Some(custody) = custody_for(known, event.at, first) else { continue };
        held.push(ChargeHeld {
            offence: charge.offence.clone(),
            allocation,
            first_appearance_at: custody.from,
            sent_at: None,
            days_in_magistrates: None,
            ended_at: custody.to,
        });
    }
    held
}

/// How long somebody waits in custody for one charge.
struct Custody {
    from: Instant,
    to: Option<Instant>,
}

/// The custody for a charge: from the first appearance or, of somebody who was free then, from the remand after it;
/// until the bail or release that no remand follows. `None` of somebody who was never held for it. Time at liberty
/// between two remands is counted as custody: the limit that is shown is then too early, and never too late.
fn custody_for(known: &[LegalEvent], charged: Instant, first: Instant) -> Option<Custody> {
    let leaves = |event: &&LegalEvent| event.kind.walks_out_on().is_some();
    let moves = || {
        let since = known.iter().filter(move |event| event.at >= charged);
        since.filter(move |event| leaves(event) || event.kind == LegalEventKind::Remanded)
    };
    let was_free = moves().rfind(|event| event.at < first).is_some_and(|event| leaves(&event));
    let from = if was_free { moves().find(|event| event.at >= first && !leaves(event))?.at } else { first };
    let last = moves().rfind(|event| event.at >= from);
    Some(Custody { from, to: last.filter(leaves).map(|event| event.at) })
}

/// The clock that matters next: the limit that passed longest ago, or else what runs out first. Clocks
/// that were met, extended, stopped or are not in force matter no more, nor does one that ran out before
/// what it is about ended: nobody can still do it. A review that is past gives way to them: it was held by
/// others as a rule, and only not recorded here.
pub fn next_due(answer: &Answer) -> Option<&Clock> {
    let runs = |clock: &&Clock| {
        matches!(clock.state, State::Running | State::DueSoon | State::Overdue | State::Expired)
            && clock.kind != ClockKind::Pause
            && clock.ended_at.is_none()
    };
    answer.clocks.iter().filter(runs).min_by_key(|clock| (clock.state == State::Overdue, clock.due_at))
}

/// The review that is past and not recorded as held, while the person is held.
pub fn review_not_recorded(answer: &Answer) -> Option<&Clock> {
    let past = |clock: &&Clock| clock.state == State::Overdue && clock.ended_at.is_none();
    answer.clocks.iter().filter(past).max_by_key(|clock| clock.due_at)
}

/// The limits of police detention, each carried on by a decision to the next. A warrant ends before the 96 hours.
pub(crate) const POLICE_LIMITS: &[&str] = &["pace_24h", "pace_36h", "pace_warrant", "pace_96h"];
/// The limits of section 136.
pub(crate) const S136_LIMITS: &[&str] = &["s136_24h", "s136_extended"];
/// The limits of section 135.
pub(crate) const S135_LIMITS: &[&str] = &["s135_24h", "s135_extended"];

/// Of the limits of a power the one at which it ends: the first beyond which it was not lawfully carried on.
pub(crate) fn limit_that_stands<'a>(answer: &'a Answer, ids: &[&str]) -> Option<&'a Clock> {
    let last = |id: &&str| answer.clocks.iter().rfind(|clock| clock.id == *id);
    let stands = |clock: &&Clock| !matches!(clock.state, State::Extended | State::NotInForce);
    ids.iter().filter_map(last).find(stands)
}

/// The end of the power that holds somebody now, of those that end within hours: the first that stands.
pub fn limit_in_force(answer: &Answer) -> Option<&Clock> {
    // One that starts ahead is a slip on a list: its end still orders the board.
    let is_in_force = |clock: &&Clock| {
        matches!(clock.state, State::Running | State::DueSoon | State::Expired)
            || (clock.state == State::NotStarted && clock.due_at.is_some())
    };
    let powers = [POLICE_LIMITS, S136_LIMITS, S135_LIMITS];
    let stand = powers.into_iter().filter_map(|ids| limit_that_stands(answer, ids));
    stand.filter(is_in_force).min_by_key(|clock| clock.due_at)
}

/// The review that is due next, while it is still ahead.
pub fn review_ahead(answer: &Answer) -> Option<&Clock> {
    let ahead =
        |clock: &&Clock| clock.kind == ClockKind::Review && matches!(clock.state, State::Running | State::DueSoon);
    answer.clocks.iter().filter(ahead).min_by_key(|clock| clock.due_at)
}
