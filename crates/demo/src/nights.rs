//! The custody lists of the weeks before: who was seen, who was not and why, and who came and left at night.

use crate::chance::Chance;
use crate::history::Seen;
use crate::population::{Somebody, somebody};
use crate::team::Team;
use crate::today::facts;
use chrono::{Days, Duration, NaiveDate, NaiveTime};
use std::fmt::Write;
use throughline_domain::ids::{EntryId, ListId};
use throughline_domain::list::{ListKind, NotSeenReason};
use throughline_domain::outreach::{OfferChannel, OutreachState};
use throughline_domain::place::SiteKind;
use throughline_domain::time::{Instant, from_london, london_date, london_time};
use throughline_lists::Reading;
use throughline_policy::{ChangeList, ChangeOutreach, ImportList, ViewOutreach};
use throughline_store::lists::{self, NewList};
use throughline_store::organisations::Site;
use throughline_store::outreach::{self, Checked};
use throughline_store::{Tx, nightly};

/// Numbers of people whom nobody has met.
const STRANGERS: u32 = 20_000;

/// How many days back the lists go: the whole of last month, whenever the demo is opened.
const DAYS: u64 = 62;

/// The last night that Throughline has looked through was this many days ago: the next is left to be found.
const LOOKED_UNTIL: i64 = 2;

/// Why people of the day were not seen.
const REASONS: &[NotSeenReason] = &[
    NotSeenReason::Declined,
    NotSeenReason::Declined,
    NotSeenReason::Released,
    NotSeenReason::InInterview,
    NotSeenReason::Intoxicated,
    NotSeenReason::NoNeed,
    NotSeenReason::Staffing,
];

/// Makes the lists, says why people were not seen, and makes some of the offers that are owed.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team, seen: &[Seen]) -> anyhow::Result<()> {
    let today = london_date(team.now);
    let mut stranger = STRANGERS;
    for (place, site) in team.sites_of(SiteKind::Custody).into_iter().enumerate() {
        for ago in (2..=DAYS).rev() {
            let day = today - Days::new(ago);
            let mut chance = Chance::new(team.seed, &format!("list {} {day}", site.code));
            let known: Vec<&Seen> = seen.iter().filter(|one| one.site == site.id && one.day == day).collect();
            of_day(team, &mut chance, site, day, &known, &mut stranger).await?;
            let nobody_was_there = usize::try_from(chance.between(0, 2)).unwrap_or_default() + usize::from(place == 0);
            at_night(team, &mut chance, site, day, nobody_was_there, &mut stranger).await?;
        }
    }
    nightly::find_out_of_hours(&team.store, team.now - Duration::days(LOOKED_UNTIL)).await?;
    offers(team).await
}

/// One line of a list.
struct Row {
    who: Somebody,
    number: String,
    arrived: Instant,
    ethnicity: &'static str,
}

fn at(day: NaiveDate, hour: u32, minute: u32) -> Instant {
    from_london(day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()))
}

fn row(chance: &mut Chance, who: Somebody, number: String, arrived: Instant) -> Row {
    // Custody systems print the code that people chose themselves, and often none.
    let ethnicity = *chance.pick(&["W1", "W1", "W9", "B1", "B2", "B9", "A1", "A9", "M1", "O9", "NS", ""]);
    Row { who, number, arrived, ethnicity }
}

/// The day's people: those whom history has seen, and some who were not seen.
async fn of_day(
    team: &Team,
    chance: &mut Chance,
    site: &Site,
    day: NaiveDate,
    known: &[&Seen],
    stranger: &mut u32,
) -> anyhow::Result<()> {
    let number = |place: usize| format!("{}/{:04}/{}", site.code, place + 1, day.format("%d%m%y"));
    let mut rows: Vec<Row> = Vec::new();
    for one in known {
        rows.push(row(chance, one.who.clone(), number(rows.len()), one.arrived));
    }
    for _ in 0..chance.between(2, 3) {
        let arrived = at(day, 13, 30) + Duration::minutes(chance.between(0, 6 * 60));
        *stranger += 1;
        let who = somebody(team.seed, *stranger, day);
        rows.push(row(chance, who, number(rows.len()), arrived));
    }
    let ids = receive(team, chance, site, day, at(day, 20, 45), &rows).await?;
    let mut tx = team.act(team.actor("Amara Bello"), at(day, 20, 55)).await?;
    let grant = tx.authorise::<ChangeList>(site.id).await?;
    for (place, id) in ids.into_iter().enumerate() {
        if let Some(one) = known.get(place) {
            lists::link(&mut tx, &grant, id, 1, Some(one.who.id)).await?;
            lists::join_episode(&mut tx, &grant, id, one.episode).await?;
        } else if london_date(team.now) - day > Duration::days(3) {
            lists::not_seen(&mut tx, &grant, id, 1, *chance.pick(REASONS)).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// People who came after the last list of the evening and had left before anybody was there: they are on the lists
/// that custody sends by itself at night.
async fn at_night(
    team: &Team,
    chance: &mut Chance,
    site: &Site,
    day: NaiveDate,
    people: usize,
    stranger: &mut u32,
) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for place in 0..people {
        *stranger += 1;
        let number = format!("{}/N{:03}/{}", site.code, place + 1, day.format("%d%m%y"));
        let arrived = at(day, 22, 20) + Duration::minutes(chance.between(0, 4 * 60));
        let who = somebody(team.seed, *stranger, day);
        rows.push(row(chance, who, number, arrived));
    }
    let next = day + Days::new(1);
    receive(team, chance, site, day, at(next, 3, 30), &rows).await?;
    receive(team, chance, site, next, at(next, 6, 30), &[]).await?;
    Ok(())
}

/// A custody list as custody systems print it.
fn csv(site: &Site, rows: &[Row]) -> String {
    let mut text = format!("Custody list\nCustody suite:,{}\n", site.name);
    text.push_str("Custody No.,Surname,Forenames,D.O.B,Sex,Ethnicity,Address,Post code,Relevant time,Interpreter\n");
    for row in rows {
        let person = &row.who.person;
        let cells = [
            row.number.clone(),
            person.name.surname.to_uppercase(),
            person.name.forenames.clone(),
            person.date_of_birth.map(|date| date.format("%d/%m/%Y").to_string()).unwrap_or_default(),
            if row.who.is_woman { "F".into() } else { "M".into() },
            row.ethnicity.to_owned(),
            person.contact.address.clone(),
            person.contact.postcode.clone(),
            london_time(row.arrived).format("%d/%m/%y %H:%M").to_string(),
            person.language.clone(),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        writeln!(text, "{}", quoted.join(",")).expect("a string takes everything");
    }
    text
}

/// Keeps a list and brings its lines in; their ids, in order.
async fn receive(
    team: &Team,
    chance: &mut Chance,
    site: &Site,
    day: NaiveDate,
    received: Instant,
    rows: &[Row],
) -> anyhow::Result<Vec<EntryId>> {
    let bytes = csv(site, rows).into_bytes();
    // A list of nobody has nothing to read but that it is one.
    let reading: Option<Reading> = if rows.is_empty() { None } else { Some(throughline_lists::read(&bytes, day)?) };
    let mut tx: Tx = team.act(team.actor("Colin Marsh"), received).await?;
    let grant = tx.authorise::<ImportList>(site.id).await?;
    let new = NewList {
        id: ListId::new(chance.id()),
        kind: ListKind::Custody,
        format: reading.as_ref().map_or_else(|| "Custody list".to_owned(), |reading| reading.format.to_string()),
        list_date: day,
        file_name: "custody.csv".into(),
        sha256: format!("{:064x}", chance.id().as_u128()),
        original: bytes,
        reading: reading.as_ref().map_or_else(|| Ok(r#"{"rows_in":0}"#.to_owned()), serde_json::to_string)?,
    };
    lists::receive(&mut tx, &grant, &new).await?;
    lists::begin_commit(&mut tx, &grant, new.id).await?;
    let mut ids = Vec::new();
    for entry in reading.iter().flat_map(|reading| &reading.entries) {
        let reading = reading.as_ref().expect("there is an entry of it");
        let facts = facts(reading, entry, day);
        ids.push(lists::add_entry(&mut tx, &grant, ListKind::Custody, new.id, &facts).await?);
    }
    tx.commit().await?;
    Ok(ids)
}

/// Some offers are checked, made and answered; the newest are left to be done.
async fn offers(team: &Team) -> anyhow::Result<()> {
    for site in team.sites_of(SiteKind::Custody) {
        let mut chance = Chance::new(team.seed, &format!("offers {}", site.code));
        let mut tx = team.act(team.actor("Amara Bello"), team.now - Duration::hours(30)).await?;
        let view = tx.authorise::<ViewOutreach>(site.id).await?;
        let offers = outreach::of_site(&mut tx, &view).await?;
        let waiting = offers.iter().filter(|offer| offer.state == OutreachState::ToCheck);
        let ids: Vec<_> = waiting.map(|offer| offer.id).collect();
        let done = ids.len().saturating_sub(4);
        for id in &ids[..done] {
            let (grant, offer) = outreach::open::<ChangeOutreach>(&mut tx, *id).await?;
            let ways = vec![OfferChannel::Letter];
            outreach::check(&mut tx, &grant, &offer, offer.version, &Checked::Safe { ways, adult: true }).await?;
            let (grant, offer) = outreach::open::<ChangeOutreach>(&mut tx, *id).await?;
            let made = outreach::make(&mut tx, &grant, &offer, offer.version, OfferChannel::Letter).await?;
            if made.is_err() || chance.in_hundred(45) {
                continue;
            }
            let (grant, offer) = outreach::open::<ChangeOutreach>(&mut tx, *id).await?;
            let answer = *chance.pick(&[OutreachState::Declined, OutreachState::NotReached, OutreachState::Accepted]);
            outreach::answer(&mut tx, &grant, &offer, offer.version, answer).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
