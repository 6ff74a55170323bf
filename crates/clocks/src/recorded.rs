//! From legal events to what the clocks are worked out from.

use chrono::Duration;
use throughline_domain::legal::{Detail, LegalEvent, LegalEventKind, MhaSection};
use throughline_domain::time::Instant;

use crate::answer::Answer;
use crate::basis::{Basis, ends};
use crate::clock::{Clock, State};
use crate::detention::{is_police_detention, joined};
use crate::events::{ChargeHeld, Events, Excluded, Hours, PreChargeBail, Section, Warrant};
use crate::table::Kind as ClockKind;

/// What legal events, in the order in which they happened, say to the clocks.
///
/// Somebody who was released and arrested again is reckoned from the later arrest. Of somebody who broke or answered
/// bail the detention before it counts too.
pub fn events_of(known: &[LegalEvent]) -> Events {
    let mut events = Events::default();
    let detentions = detentions(known);
    for event in detentions.last().copied().unwrap_or_default() {
        police_event(&mut events, event);
    }
    events.detained_before_bail_hours = detained_before_bail(&detentions);
    for (place, event) in known.iter().enumerate() {
        end_what_is_open(&mut events, event);
        begin(&mut events, event, &known[..place]);
    }
    events.charges = charges(known);
    events
}

/// The detentions by police, one after the other: each up to the event by which the person left, where an arrest or an
/// arrival at the station follows.
fn detentions(known: &[LegalEvent]) -> Vec<&[LegalEvent]> {
    use LegalEventKind::{Arrested, ArrivedStation, BailBreachArrest};
    let starts = |event: &LegalEvent| matches!(event.kind, Arrested | BailBreachArrest | ArrivedStation);
    let mut parts = Vec::new();
    let mut from = 0;
    for (place, event) in known.iter().enumerate() {
        let mut until_next = known[place + 1..].iter().take_while(|event| !leaves_police(event));
        if leaves_police(event) && until_next.any(starts) {
            parts.push(&known[from..=place]);
            from = place + 1;
        }
    }
    parts.push(&known[from..]);
    parts
}

/// What the detentions before the last one used up of its limits: those from which the person came back by breaking or
/// answering bail, or was never released. A new arrest starts afresh.
fn detained_before_bail(detentions: &[&[LegalEvent]]) -> Option<Hours> {
    use LegalEventKind::{Arrested, BailBreachArrest, Bailed, PoliceDetentionEnded};
    let has = |part: &[LegalEvent], kind: LegalEventKind| part.iter().any(|event| event.kind == kind);
    let goes_on = |part: &[LegalEvent]| has(part, BailBreachArrest) || !has(part, Arrested);
    let comes_back =
        |part: &[LegalEvent]| part.last().is_some_and(|event| matches!(event.kind, Bailed | PoliceDetentionEnded));
    let pairs = detentions.windows(2).rev().take_while(|pair| goes_on(pair[1]) && comes_back(pair[0]));
    let used = pairs.map(|pair| used_up(pair[0])).sum::<Duration>();
    let minutes = u32::try_from(used.num_minutes()).ok().filter(|minutes| *minutes > 0);
    minutes.map(Hours::minutes)
}

/// How long a detention that is over lasted, from arrival or, where none is recorded, from its first event: without the
/// time that does not count.
fn used_up(detention: &[LegalEvent]) -> Duration {
    let arrival = detention.iter().find(|event| event.kind == LegalEventKind::ArrivedStation);
    let (Some(start), Some(end)) = (arrival.or(detention.first()), detention.last()) else { return Duration::zero() };
    let excluded = detention.iter().filter_map(|event| match event.detail {
        Detail::End(to) => Some((event.at.max(start.at), to.unwrap_or(end.at).min(end.at))),
        _ => None,
    });
    let not_counted = joined(excluded.collect()).into_iter().map(|(from, to)| to - from).sum::<Duration>();
    end.at - start.at - not_counted
}

/// Whether police no longer hold the person after an event, charged or not.
fn leaves_police(event: &LegalEvent) -> bool {
    ends(event, Basis::Charged)
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
        // Of somebody whom police do not hold a release says nothing here.
        _ if leaves_police(event) && is_police_detention(events) => first(&mut events.released_at, at),
        _ => (),
    }
}

fn first(field: &mut Option<Instant>, at: Option<Instant>) {
    *field = field.or(at);
}

/// What an event ends of places of safety, hospital, bail and investigation.
fn end_what_is_open(events: &mut Events, event: &LegalEvent) {
    let at = Some(event.at);
    if events.s136_arrived_at.is_some() && ends(event, Basis::S136) {
        first(&mut events.s136_ended_at, at);
    }
    if events.s135_arrived_at.is_some() && ends(event, Basis::S135) {
        first(&mut events.s135_ended_at, at);
    }
    for section in &mut events.sections {
        if section.ended_at.is_none() && ends(event, Basis::Section(section.section)) {
            section.ended_at = at;
        }
    }
    let charged = matches!(event.kind, LegalEventKind::Charged | LegalEventKind::BailedAfterCharge);
    if charged || ends(event, Basis::Bail) {
        change_bail(events, |bail| first(&mut bail.ended_at, at));
    }
    if ends(event, Basis::UnderInvestigation) {
        events.under_investigation_at = None;
    }
}

/// What an event begins or changes of places of safety, hospital, bail and investigation. Of several the last one counts.
fn begin(events: &mut Events, event: &LegalEvent, before: &[LegalEvent]) {
    use LegalEventKind as Kind;
    let at = Some(event.at);
    match (event.kind, &event.detail) {
        (Kind::S136Arrived, _) if events.s136_arrived_at.is_none() || events.s136_ended_at.is_some() => {
            (events.s136_arrived_at, events.s136_ended_at) = (at, None);
            (events.s136_extension_hours, events.s136_extended_at) = (None, None);
        }
        (Kind::S135Arrived, _) if events.s135_arrived_at.is_none() || events.s135_ended_at.is_some() => {
            (events.s135_arrived_at, events.s135_ended_at) = (at, None);
            (events.s135_extension_hours, events.s135_extended_at) = (None, None);
        }
        (Kind::S136Extended, Detail::Minutes(minutes)) => {
            (events.s136_extension_hours, events.s136_extended_at) = (Some(Hours::minutes(*minutes)), at);
        }
        (Kind::S135Extended, Detail::Minutes(minutes)) => {
            (events.s135_extension_hours, events.s135_extended_at) = (Some(Hours::minutes(*minutes)), at);
        }
        (Kind::SectionBegan, Detail::Section(section)) if open_section(events, *section).is_none() => {
            events.sections.push(Section { section: *section, from: event.at, renewed_at: Vec::new(), ended_at: None });
        }
        (Kind::SectionRenewed, Detail::Section(section)) => {
            if let Some(open) = open_section(events, *section) {
                open.renewed_at.push(event.at);
            }
        }
        (Kind::Bailed, _) => {
            events.pre_charge_bail = Some(bailed(events.pre_charge_bail.take(), event.at, before));
        }
        (Kind::BailExtendedInspector, _) => change_bail(events, |bail| bail.inspector_at = at),
        (Kind::BailExtendedSuperintendent, _) => change_bail(events, |bail| bail.superintendent_at = at),
        (Kind::UnderInvestigation, _) => events.under_investigation_at = at,
        _ => (),
    }
}

/// Bail after an arrest for its breach is the same bail: counted from the first arrest, and what extended it stands.
fn bailed(earlier: Option<PreChargeBail>, from: Instant, before: &[LegalEvent]) -> PreChargeBail {
    let arrested_at = before.iter().rfind(|event| event.kind == LegalEventKind::Arrested).map(|event| event.at);
    match earlier.filter(|earlier| arrested_at.is_none_or(|arrest| arrest <= earlier.from)) {
        Some(same) => PreChargeBail { from, ended_at: None, ..same },
        None => PreChargeBail { from, arrested_at, inspector_at: None, superintendent_at: None, ended_at: None },
    }
}

fn open_section(events: &mut Events, which: MhaSection) -> Option<&mut Section> {
    events.sections.iter_mut().rfind(|one| one.section == which && one.ended_at.is_none())
}

fn change_bail(events: &mut Events, change: impl FnOnce(&mut PreChargeBail)) {
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

/// The clock that matters next ([`Clock::matters`]): the limit that passed longest ago, or else what runs out
/// first. A review that is past gives way to them: it was held by others as a rule, and only not recorded here.
pub fn next_due(answer: &Answer) -> Option<&Clock> {
    let matter = answer.clocks.iter().filter(|clock| clock.matters());
    matter.min_by_key(|clock| (clock.state == State::Overdue, clock.due_at))
}

/// The review that is past and not recorded as held, while the person is held.
pub fn review_not_recorded(answer: &Answer) -> Option<&Clock> {
    let past = |clock: &&Clock| clock.state == State::Overdue && clock.matters();
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
    let is_in_force = |clock: &&Clock| clock.matters() || (clock.state == State::NotStarted && clock.due_at.is_some());
    let powers = [POLICE_LIMITS, S136_LIMITS, S135_LIMITS];
    let stand = powers.into_iter().filter_map(|ids| limit_that_stands(answer, ids));
    stand.filter(is_in_force).min_by_key(|clock| clock.due_at)
}

/// The review that is due next, while it is still ahead.
pub fn review_ahead(answer: &Answer) -> Option<&Clock> {
    let ahead = |clock: &&Clock| clock.kind == ClockKind::Review && clock.matters() && clock.state != State::Overdue;
    answer.clocks.iter().filter(ahead).min_by_key(|clock| clock.due_at)
}
