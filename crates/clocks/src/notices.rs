//! What a person should look at: impossible orders, missing events, and that all is an estimate.

use throughline_domain::legal::MhaSection;
use throughline_domain::time::{Instant, date_time_long, london_date};

use crate::clock::{Clock, State};
use crate::detention::{Detention, arrest, counted, in_police_detention, is_police_detention, police_began};
use crate::events::{Events, Excluded, Hours};
use crate::run::arrest_for_bail;
use crate::table::{Kind, Length, StartsFrom, Tables};

const ESTIMATE: &str = "Every clock here is an estimate from the times recorded. Check the custody record.";

/// Every notice, the standing one first.
pub(crate) fn notices(detention: &Detention, clocks: &[Clock], unruled: &[String], tables: &Tables) -> Vec<String> {
    let Detention { events, as_of, .. } = detention;
    let mut notices = vec![ESTIMATE.to_owned()];
    notices.extend(missing(events, clocks, *as_of));
    notices.extend(places(events).iter().flat_map(|place| place_of_safety(events, place)));
    notices.extend(before_bail(events));
    notices.extend(ahead(events, *as_of));
    notices.extend(out_of_order(events));
    notices.extend(excluded(events, *as_of));
    notices.extend(too_late(detention, clocks));
    notices.extend(too_long(events, tables));
    notices.extend(not_renewable(events, tables));
    notices.extend(days_in_magistrates(events));
    notices.extend(warrants(detention, clocks));
    notices.extend(no_limit(clocks));
    notices.extend(to_verify(clocks, events));
    notices.extend(unruled.iter().map(|label| {
        format!("{label}: no rule in the tables was in force on the day this clock starts. Check the dates.")
    }));
    notices
}

/// The event that a clock would start from is not recorded.
fn missing(events: &Events, clocks: &[Clock], as_of: Instant) -> Vec<String> {
    let mut found = Vec::new();
    let police = is_police_detention(events);
    match (arrest(events), events.arrived_station_at) {
        (None, None) if police => found.push(
            "Neither arrest nor arrival at the station is recorded, so the 24, 36 and 96 hour limits cannot be worked out."
                .to_owned(),
        ),
        (Some(_), None) => found.push(
            "Arrival at the station is not recorded. The limits are counted from 24 hours after arrest, the latest they can start: they may end sooner."
                .to_owned(),
        ),
        _ => {}
    }
    if police && events.detention_authorised_at.is_none() {
        found.push(
            "No time is recorded for detention being authorised, so the first review cannot be worked out.".to_owned(),
        );
    }
    if !police && clocks.is_empty() {
        found.push("No event is recorded that starts a clock.".to_owned());
    }
    if events.pre_charge_bail.as_ref().is_some_and(|bail| arrest_for_bail(events, bail).is_none()) {
        found.push(
            "The arrest for the offence is not recorded. Bail is counted from the release, the latest it can start: it may end sooner."
                .to_owned(),
        );
    }
    if events.excluded.iter().any(|excluded| excluded.to.is_none() && excluded.from <= as_of) {
        found.push(
            "Time that does not count is still going on. The clocks that it stops end later for as long as it lasts."
                .to_owned(),
        );
    }
    found
}

/// What is recorded of a place of safety.
struct Place {
    section: &'static str,
    starts_from: StartsFrom,
    /// The clock of its first limit.
    clock: &'static str,
    arrived: Option<Instant>,
    extension: Option<Hours>,
    extended_at: Option<Instant>,
    ended: Option<Instant>,
}

fn places(events: &Events) -> [Place; 2] {
    [
        Place {
            section: "136",
            starts_from: StartsFrom::S136Arrival,
            clock: "s136_24h",
            arrived: events.s136_arrived_at,
            extension: events.s136_extension_hours,
            extended_at: events.s136_extended_at,
            ended: events.s136_ended_at,
        },
        Place {
            section: "135",
            starts_from: StartsFrom::S135Arrival,
            clock: "s135_24h",
            arrived: events.s135_arrived_at,
            extension: events.s135_extension_hours,
            extended_at: events.s135_extended_at,
            ended: events.s135_ended_at,
        },
    ]
}

/// What does not fit of a place of safety by itself and with police detention.
fn place_of_safety(events: &Events, place: &Place) -> Vec<String> {
    let section = place.section;
    let mut found = Vec::new();
    if place.extension.is_some() && place.arrived.is_none() {
        found.push(format!(
            "A section {section} extension is recorded without arrival at the place of safety, so its clocks cannot be worked out."
        ));
    }
    if place.extension.is_none() && place.extended_at.is_some() {
        found.push(format!("A section {section} extension is recorded without its hours and is left out."));
    }
    if is_police_detention(events) && place.arrived.is_some_and(|arrived| overlaps(events, arrived, place.ended)) {
        found.push(format!(
            "Police detention and section {section} are both recorded. Record which power the person is held under and from when."
        ));
    }
    found
}

/// Earlier police detention that counts towards the limits of this one.
fn before_bail(events: &Events) -> Option<String> {
    let before = events.detained_before_bail_hours?;
    Some(format!(
        "{before} hours of earlier police detention count too: the limits end that much sooner. Check the custody record."
    ))
}

/// Whether police detention and a place of safety, as far as is recorded, held the person at the same time.
fn overlaps(events: &Events, arrived: Instant, ended: Option<Instant>) -> bool {
    let began = police_began(events).or(events.detention_authorised_at);
    let released = events.released_at.filter(|at| in_police_detention(events, *at));
    let ended = ended.filter(|ended| arrived <= *ended);
    released.is_none_or(|released| arrived < released) && began.zip(ended).is_none_or(|(began, ended)| began < ended)
}

/// Every recorded instant with its name in a sentence.
fn named(events: &Events) -> Vec<(&'static str, Instant)> {
    let single = [
        ("Arrest", events.arrested_at),
        ("Arrival at the station", events.arrived_station_at),
        ("Authority to detain", events.detention_authorised_at),
        ("The superintendent's extension", events.superintendent_extension_at),
        ("Arrival at the place of safety", events.s136_arrived_at),
        ("The extension of section 136", events.s136_extended_at),
        ("The end of section 136", events.s136_ended_at),
        ("Arrival at the place of safety (section 135)", events.s135_arrived_at),
        ("The extension of section 135", events.s135_extended_at),
        ("The end of section 135", events.s135_ended_at),
        ("Arrest for breach of bail", events.bail_breach_arrested_at),
        ("Charge", events.charged_at),
        ("Release", events.released_at),
        ("Release on bail", events.pre_charge_bail.as_ref().map(|bail| bail.from)),
        ("Release under investigation", events.under_investigation_at),
    ];
    let single = single.into_iter().filter_map(|(name, at)| Some((name, at?)));
    let reviews = events.reviews_held.iter().map(|at| ("A review", *at));
    let warrants = events.warrants.iter().map(|warrant| ("A warrant", warrant.granted_at));
    let sections = events.sections.iter().map(|section| (section.section.label(), section.from));
    single.chain(reviews).chain(warrants).chain(sections).collect()
}

fn ahead(events: &Events, as_of: Instant) -> Vec<String> {
    named(events)
        .into_iter()
        .filter(|(_, at)| *at > as_of)
        .map(|(name, at)| {
            format!("{name} is recorded in the future, at {}. Check the date and time.", date_time_long(at))
        })
        .collect()
}

fn out_of_order(events: &Events) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = |first: Option<Instant>, second: Option<Instant>, words: &str| {
        if let (Some(first), Some(second)) = (first, second)
            && second < first
        {
            found.push(format!("{words} ({} is before {}).", date_time_long(second), date_time_long(first)));
        }
    };
    let began = police_began(events);
    let start = if arrest(events).is_some() { "arrest" } else { "arrival" };
    before(
        began.or(events.s136_arrived_at).or(events.s135_arrived_at),
        events.released_at,
        &format!("Release is recorded before {start} and is left out"),
    );
    for (name, at) in decisions(events) {
        before(began, Some(at), &format!("{name} is recorded before {start} and is left out"));
        let of_this_detention = Some(at).filter(|at| in_police_detention(events, *at));
        let words = format!("{name} is recorded before detention was authorised");
        before(events.detention_authorised_at, of_this_detention, &words);
    }
    before(
        events.arrested_at,
        events.arrived_station_at,
        "Arrival at the station is recorded before arrest. The limits are counted from arrival; after a voluntary interview they start at arrest",
    );
    before(began, events.charged_at, "Charge is recorded before arrest or arrival and is left out");
    before(
        events.s136_arrived_at,
        events.s136_ended_at,
        "The end of section 136 is recorded before arrival and is left out",
    );
    before(
        events.s135_arrived_at,
        events.s135_ended_at,
        "The end of section 135 is recorded before arrival and is left out",
    );
    for section in &events.sections {
        before(
            Some(section.from),
            section.ended_at,
            "A section is recorded as ended before it began, which is left out",
        );
    }
    if let Some(bail) = &events.pre_charge_bail {
        before(Some(bail.from), bail.ended_at, "Pre-charge bail is recorded as ended before it began");
    }
    before(
        events.arrived_station_at,
        events.detention_authorised_at,
        "Detention is recorded as authorised before arrival at the station",
    );
    let without_arrival = |arrest: &Instant| events.arrived_station_at.is_none_or(|arrival| arrival < *arrest);
    before(
        arrest(events).filter(without_arrival),
        events.detention_authorised_at,
        "Detention is recorded as authorised before arrest",
    );
    let (reviewed_from, than) = match events.detention_authorised_at {
        Some(authorised) => (Some(authorised), "detention was authorised"),
        None => (began, start),
    };
    for review in &events.reviews_held {
        let words = format!("A review is recorded before {than} and is left out");
        before(reviewed_from, Some(*review), &words);
    }
    let released = events.released_at.filter(|at| in_police_detention(events, *at));
    for (name, at) in in_detention(events) {
        before(Some(at), released, &format!("{name} is recorded after release. Check both times"));
    }
    for Place { section, arrived, extended_at, .. } in places(events) {
        before(arrived, extended_at, &format!("The section {section} extension is recorded before arrival"));
    }
    let second_review = {
        let mut reviews = events.reviews_held.clone();
        reviews.sort_unstable();
        reviews.get(1).copied()
    };
    if let Some(extension) = events.superintendent_extension_at
        && second_review.is_none_or(|second| extension < second)
    {
        found.push(
            "The superintendent's extension is recorded before a second review. By law it follows the second review."
                .to_owned(),
        );
    }
    found
}

/// What happens to somebody whom police hold, with its name in a sentence: all of it before they are released.
fn in_detention(events: &Events) -> Vec<(&'static str, Instant)> {
    let single = [
        ("Arrival at the station", events.arrived_station_at),
        ("Authority to detain", events.detention_authorised_at),
    ];
    let single = single.into_iter().filter_map(|(name, at)| Some((name, at?)));
    let reviews = events.reviews_held.iter().map(|at| ("A review", *at));
    single.chain(reviews).chain(decisions(events)).collect()
}

/// The decisions that carry police detention on, with their names in a sentence.
fn decisions(events: &Events) -> Vec<(&'static str, Instant)> {
    let extension = events.superintendent_extension_at.map(|at| ("The superintendent's extension", at));
    let warrants = events.warrants.iter().map(|warrant| ("A warrant", warrant.granted_at));
    extension.into_iter().chain(warrants).collect()
}

fn excluded(events: &Events, as_of: Instant) -> Vec<String> {
    let mut found = Vec::new();
    let mut sorted: Vec<&Excluded> = events.excluded.iter().collect();
    sorted.sort_by_key(|excluded| excluded.from);
    for one in &sorted {
        if one.to.is_some_and(|to| to <= one.from) {
            found.push(format!(
                "Time that does not count, from {}, ends before it begins and is left out.",
                date_time_long(one.from)
            ));
        } else if one.to.unwrap_or(one.from) > as_of {
            let is_cut = one.to.is_none_or(|to| counted(events, one, as_of).1 < to);
            let counts = if is_cut { "What lies ahead is not counted yet. " } else { "" };
            found.push(format!(
                "Time that does not count, from {}, reaches into the future. {counts}Check the date and time.",
                date_time_long(one.from)
            ));
        }
    }
    let mut latest: Option<Instant> = None;
    for (from, to) in sorted.into_iter().map(|one| counted(events, one, as_of)).filter(|(from, to)| from < to) {
        if latest.is_some_and(|latest| from < latest) {
            found.push(format!(
                "Times that do not count overlap from {}. The overlap is counted once.",
                date_time_long(from)
            ));
        }
        latest = latest.max(Some(to));
    }
    found
}

/// An extension or warrant that came after the limit it was to extend.
fn too_late(detention: &Detention, clocks: &[Clock]) -> Vec<String> {
    let events = detention.events;
    let due = |id: &str| clocks.iter().find(|clock| clock.id == id).and_then(|clock| clock.due_at);
    let in_force = |id: &str| {
        clocks.iter().any(|clock| clock.id == id && clock.state != State::NotInForce && clock.due_at.is_some())
    };
    let mut found = Vec::new();
    if let (Some(extension), Some(limit)) = (events.superintendent_extension_at, due("pace_24h"))
        && extension > limit
    {
        found.push(format!(
            "The superintendent's extension is recorded after the 24 hour limit, which ended at {}.",
            date_time_long(limit)
        ));
    }
    for Place { section, clock, extended_at, .. } in
        places(events).into_iter().filter(|place| place.extension.is_some())
    {
        if let (Some(extended), Some(limit)) = (extended_at, due(clock))
            && extended > limit
        {
            found.push(format!(
                "The section {section} extension is recorded after the time it was to extend, which ended at {}. By law it is given before.",
                date_time_long(limit)
            ));
        }
    }
    let limit = if in_force("pace_36h") { due("pace_36h") } else { due("pace_24h") };
    let first = detention.warrants.first().map(|warrant| warrant.granted_at);
    if let (Some(first), Some(limit)) = (first, limit)
        && first > limit
    {
        found.push(format!(
            "The first warrant is recorded after the limit before it, which ended at {}.",
            date_time_long(limit)
        ));
    }
    found
}

fn too_long(events: &Events, tables: &Tables) -> Vec<String> {
    let mut found = Vec::new();
    for Place { section, starts_from, extension, .. } in places(events) {
        let rules = tables.rules().iter().filter(|rule| rule.starts_from == starts_from);
        if let (Some(given), Some(most)) = (extension, rules.filter_map(|rule| rule.extension_max).max())
            && given > most
        {
            found.push(format!(
                "The section {section} extension is recorded as {given} hours. The most the law allows is {most}, which is used."
            ));
        }
    }
    for warrant in &events.warrants {
        if let Some(most) = warrant_max(tables).filter(|most| warrant.hours > *most) {
            found.push(format!(
                "A warrant is recorded for {} hours. The most one warrant may run is {most}, which is used.",
                warrant.hours
            ));
        }
    }
    found
}

/// Renewals of a section that cannot be renewed.
fn not_renewable(events: &Events, tables: &Tables) -> Vec<String> {
    let can_be = |section: MhaSection| {
        tables.rules().iter().any(|rule| rule.section == Some(section) && !rule.renewals.is_empty())
    };
    let renewed = events.sections.iter().filter(|one| !one.renewed_at.is_empty() && !can_be(one.section));
    renewed
        .map(|one| {
            format!("{} is recorded as renewed. It cannot be renewed, and that is left out.", one.section.label())
        })
        .collect()
}

/// Days in the magistrates' court that are more than went by there.
fn days_in_magistrates(events: &Events) -> Vec<String> {
    let told = events.charges.iter().filter_map(|charge| {
        let (days, sent) = (charge.days_in_magistrates?, charge.sent_at?);
        let went_by = (london_date(sent) - london_date(charge.first_appearance_at)).num_days() + 1;
        (i64::from(days) > went_by).then(|| {
            format!(
                "{days} days in the magistrates' court are recorded, and fewer went by before the charge was sent to the Crown Court. All of those are counted."
            )
        })
    });
    told.collect()
}

/// The longest that one warrant may run.
fn warrant_max(tables: &Tables) -> Option<Hours> {
    let lengths = tables.rules().iter().filter(|rule| rule.starts_from == StartsFrom::WarrantGranted);
    let hours = lengths.filter_map(|rule| match rule.length {
        Length::Hours(hours) => Some(hours),
        _ => None,
    });
    hours.max()
}

/// When each warrant ends, the holes between them, and that the last one is over.
fn warrants(detention: &Detention, clocks: &[Clock]) -> Vec<String> {
    let most = warrant_max(detention.tables);
    let mut found = Vec::new();
    let mut covered: Option<Instant> = None;
    for warrant in &detention.warrants {
        let (granted, hours) = (warrant.granted_at, most.map_or(warrant.hours, |most| most.min(warrant.hours)));
        let end = granted + hours.duration();
        if let Some(covered) = covered.filter(|covered| *covered < granted) {
            found.push(format!(
                "No warrant is recorded from {} to {}. Check the custody record for that time.",
                date_time_long(covered),
                date_time_long(granted)
            ));
        }
        found.push(format!(
            "The warrant granted at {} for {hours} hours would end at {} if it runs from then. Check the warrant.",
            date_time_long(granted),
            date_time_long(end)
        ));
        covered = covered.max(Some(end));
    }
    let over = clocks.iter().filter(|clock| clock.starts_from == StartsFrom::WarrantGranted);
    let over = over.filter(|clock| clock.state == State::Expired).filter_map(|clock| clock.due_at);
    found.extend(over.map(|end| {
        format!(
            "The last warrant ended at {}, and no later one is recorded. Check under which power the person is held.",
            date_time_long(end)
        )
    }));
    found
}

/// What has no limit is said: a blank would look like a mistake.
fn no_limit(clocks: &[Clock]) -> Vec<String> {
    let unlimited = clocks.iter().filter(|clock| clock.state == State::NoLimit);
    unlimited
        .map(|clock| format!("{}: the law sets no time limit, so nothing here will fall due.", clock.label))
        .collect()
}

/// What of the rules that are used nobody has checked against its source. Of a review that is the
/// effect of excluded time.
fn to_verify(clocks: &[Clock], events: &Events) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for clock in clocks.iter().filter(|clock| !matches!(clock.state, State::NotInForce | State::NotStarted)) {
        let used = clock.kind != Kind::Review || !events.excluded.is_empty();
        let Some(what) = clock.to_verify.as_ref().filter(|_| used) else { continue };
        let notice = format!(
            "{}: not yet verified against the law is {what}. {}.",
            clock.label,
            capital(clock.check_in.words())
        );
        if !found.contains(&notice) {
            found.push(notice);
        }
    }
    found
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
