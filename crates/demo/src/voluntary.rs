//! Voluntary attendances: a clinic a week in the second custody suite, and who is booked into it.

use crate::chance::Chance;
use crate::names::OFFENCES;
use crate::population::{Somebody, somebody};
use crate::team::Team;
use anyhow::Context;
use chrono::{Duration, NaiveDate, NaiveTime};
use throughline_domain::appointment::{Clinic, fewest_slots, weekly};
use throughline_domain::calendar::is_bank_holiday;
use throughline_domain::ids::{AppointmentId, ClinicId, EntryId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::place::SiteKind;
use throughline_domain::time::{Instant, from_london, london_date};
use throughline_lists::{Booked, Sex};
use throughline_matching::Description;
use throughline_policy::{ChangeList, SearchPeople, Subject, ViewList};
use throughline_store::appointments::{self, Details, For, NewAppointment};
use throughline_store::clinics::{self, NewClinic};
use throughline_store::lists::{self, EntryFacts};
use throughline_store::organisations::Site;

/// People whose numbers are those of nobody else in the demo.
const FIRST: u32 = 30_000;

/// An appointment of the demo: hours and minutes, an offence's place, and what is needed.
struct Visit {
    day: usize,
    at: (u32, u32),
    adult: bool,
    urgent: bool,
    /// Somebody the service knows, by number.
    known: Option<u32>,
}

const VISITS: &[Visit] = &[
    Visit { day: 0, at: (9, 0), adult: false, urgent: false, known: Some(11) },
    Visit { day: 0, at: (10, 0), adult: true, urgent: false, known: None },
    Visit { day: 0, at: (15, 30), adult: false, urgent: true, known: Some(23) },
    Visit { day: 0, at: (17, 0), adult: false, urgent: false, known: None },
    Visit { day: 1, at: (9, 30), adult: false, urgent: false, known: None },
    Visit { day: 1, at: (11, 0), adult: true, urgent: false, known: Some(37) },
];

/// Makes the clinics of today and the next weeks, and what became of today's appointments so far.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let site = *team.sites_of(SiteKind::Custody).get(1).context("the demo has two custody suites")?;
    let today = london_date(team.now);
    let (later, _) = weekly(today, today + Duration::days(21))?;
    let mut days = vec![today];
    days.extend(later.into_iter().filter(|day| *day != today && !is_bank_holiday(*day)));
    let mut chance = Chance::new(team.seed, "voluntary");
    let mut made = Vec::new();
    for day in &days {
        made.push(clinic(team, &mut chance, site, *day).await?);
    }
    for (number, visit) in (0..).zip(VISITS) {
        if let Some((id, day)) = made.get(visit.day).zip(days.get(visit.day)) {
            booked(team, &mut chance, site, (*id, *day), visit, number).await?;
        }
    }
    Ok(())
}

fn at(day: NaiveDate, (hour, minute): (u32, u32)) -> Instant {
    from_london(day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()))
}

async fn clinic(team: &Team, chance: &mut Chance, site: &Site, day: NaiveDate) -> anyhow::Result<ClinicId> {
    let by = team.actor("Josie Quill");
    let mut tx = team.act(by, team.now - Duration::days(9)).await?;
    let grant = tx.authorise::<ChangeList>(site.id).await?;
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let new = NewClinic {
        id: ClinicId::new(chance.id()),
        times: Clinic::new(day, hour(9), hour(18), 30)?,
        held_by: team.actor("Tom Hartley").user,
        place: "2 Wesley Road, the green door".into(),
        ask_for: "Tom".into(),
        phone: "020 7946 0122".into(),
    };
    clinics::add(&mut tx, &grant, &new).await?;
    tx.commit().await?;
    Ok(new.id)
}

async fn booked(
    team: &Team,
    chance: &mut Chance,
    site: &Site,
    (clinic, day): (ClinicId, NaiveDate),
    visit: &Visit,
    number: u32,
) -> anyhow::Result<()> {
    let who = somebody(team.seed, visit.known.unwrap_or(FIRST + number), day);
    let from = at(day, visit.at);
    let details = details(visit, chance, &who, from);
    let id = AppointmentId::new(chance.id());
    let entry = as_booked(&who, chance, &details).entry(&id.to_string(), day);
    let facts = EntryFacts {
        list_date: day,
        key: entry.key.clone(),
        source: serde_json::to_string(&entry)?,
        name: entry.name.clone(),
        date_of_birth: entry.date_of_birth,
        sitting_at: Some(from),
        ..EntryFacts::default()
    };
    let new = NewAppointment {
        id,
        clinic,
        from,
        slots: fewest_slots(details.appropriate_adult, details.interpreter),
        of: For::Nobody(Box::new(facts), None),
        details,
    };
    let mut tx = team.act(team.actor("Tom Hartley"), team.now - Duration::hours(26)).await?;
    let grant = tx.authorise::<ChangeList>(site.id).await?;
    tx.authorise::<SearchPeople>(Subject::default()).await?;
    let line = appointments::book(&mut tx, &grant, &new).await??;
    let described = Description { date_of_birth: entry.date_of_birth, ..Description::default() };
    lists::find_best(&mut tx, line, &Description { name: entry.name.clone(), ..described }).await?;
    tx.commit().await?;
    if number == 0 && from + Duration::minutes(40) < team.now {
        did_not_attend(team, site, line, from + Duration::minutes(40)).await?;
    }
    Ok(())
}

fn details(visit: &Visit, chance: &mut Chance, who: &Somebody, from: Instant) -> Details {
    Details {
        phone: format!("07700 900{:03}", chance.between(0, 999)),
        safe_contact: if visit.adult { "Text first: lives with parents".into() } else { String::new() },
        urgent: visit.urgent,
        police_force: "Metropolitan police area (invented)".into(),
        officer: format!("DC {}", chance.word(&["Vale", "Rowe", "Finch", "Sorley"])),
        collar_number: format!("{}QX", chance.between(1_000, 9_999)),
        interview_at: Some(from + Duration::minutes(if visit.urgent { 90 } else { 180 })),
        interview_place: "Bexley police station".into(),
        appropriate_adult: visit.adult,
        interpreter: who.person.interpreter,
        language: who.person.language.clone(),
        ..Details::default()
    }
}

fn as_booked(who: &Somebody, chance: &mut Chance, details: &Details) -> Booked {
    Booked {
        name: who.person.name.clone(),
        date_of_birth: who.person.date_of_birth,
        sex: Some(if who.is_woman { Sex::Female } else { Sex::Male }),
        offence: chance.pick(OFFENCES).1.to_owned(),
        officer: format!("{}, {}", details.officer, details.collar_number),
        interview_at: details.interview_at,
        appropriate_adult: details.appropriate_adult,
        interpreter: details.language.clone(),
    }
}

async fn did_not_attend(team: &Team, site: &Site, line: EntryId, when: Instant) -> anyhow::Result<()> {
    let mut tx = team.act(team.actor("Tom Hartley"), when).await?;
    let grant = tx.authorise::<ChangeList>(site.id).await?;
    let view = tx.authorise::<ViewList>(site.id).await?;
    let line = lists::entry(&mut tx, &view, line).await?.context("it was just booked")?;
    lists::not_seen(&mut tx, &grant, line.id, line.version, NotSeenReason::DidNotAttend).await?;
    tx.commit().await?;
    Ok(())
}
