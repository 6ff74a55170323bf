//! Today: the lists as they were sent, and the work on them so far.

use crate::chance::Chance;
use crate::course::{Beginning, Course};
use crate::history::{OWNERS, listed};
use crate::names::OFFENCES;
use crate::population::Somebody;
use crate::team::Team;
use anyhow::Context;
use chrono::{Duration, NaiveTime};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use throughline_domain::episode::Step;
use throughline_domain::ids::ListId;
use throughline_domain::list::{ListKind, MatchDecision, NotSeenReason};
use throughline_domain::place::{PointOfContact, SiteKind};
use throughline_domain::time::{Instant, from_london, london_date, london_time};
use throughline_lists::{Entry, Position, Reading, Sex};
use throughline_matching::Description;
use throughline_policy::{Actor, ChangeList, CreatePerson, ImportList, SearchPeople, Subject, ViewIdentity, ViewList};
use throughline_store::episodes::Justice;
use throughline_store::lists::{self, EntryFacts, Line, NewList};
use throughline_store::organisations::Site;
use throughline_store::{Tx, people, search};

/// What one line of a list says, and whom it means.
struct Row {
    who: Somebody,
    is_known: bool,
    forenames: String,
    surname: String,
    number: String,
    offences: Vec<(&'static str, &'static str)>,
    arrived: Instant,
    sitting: Instant,
    room: usize,
    in_custody: bool,
    restriction: bool,
}

/// Brings in today's lists and does the day's work so far.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let mut new = 0;
    let mut used = std::collections::BTreeSet::new();
    for (place, site) in team.sites.iter().enumerate() {
        let mut chance = Chance::new(team.seed, &format!("today {}", site.code));
        let size = match (site.kind, place) {
            (SiteKind::Custody, 0) => 17,
            (SiteKind::Custody, _) => 10,
            (SiteKind::Magistrates, 2) => 24,
            (SiteKind::Magistrates, _) => 16,
            (SiteKind::Crown, _) => 7,
        };
        let mut rows: Vec<Row> = Vec::new();
        while rows.len() < size {
            let (who, is_known) =
                listed(team, &mut chance, if site.kind == SiteKind::Custody { 45 } else { 33 }, &mut new);
            if used.insert(who.number) {
                rows.push(row(team, &mut chance, site, who, is_known, rows.len()));
            }
        }
        if site.kind == SiteKind::Custody {
            custody(team, &mut chance, site, &rows).await?;
        } else {
            court(team, &mut chance, site, &rows).await?;
        }
    }
    Ok(())
}

/// Today at a time of day in London; a little before now when that has not come yet.
fn today_at(team: &Team, hour: u32, minute: u32) -> Instant {
    let at = from_london(london_date(team.now).and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()));
    at.min(team.now - Duration::minutes(12))
}

/// So long ago, and not before today began.
fn ago(team: &Team, minutes: i64) -> Instant {
    let midnight = from_london(london_date(team.now).and_time(NaiveTime::MIN));
    (team.now - Duration::minutes(minutes)).max(midnight + Duration::minutes(3)).min(team.now - Duration::seconds(30))
}

fn row(team: &Team, chance: &mut Chance, site: &Site, who: Somebody, is_known: bool, place: usize) -> Row {
    let mut offences = vec![*chance.pick(OFFENCES)];
    if chance.in_hundred(25) {
        offences.push(*chance.pick(OFFENCES));
    }
    let name = &who.person.name;
    // Lists are written in a hurry: a letter twice, two letters exchanged, a middle name left out.
    let (mut forenames, mut surname) = (name.forenames.clone(), name.surname.clone());
    match chance.between(1, 10) {
        1 => surname = slip(&surname),
        2 => forenames = slip(&forenames),
        3 | 4 => forenames.truncate(forenames.find(' ').unwrap_or(forenames.len())),
        _ => (),
    }
    let sitting = if chance.in_hundred(70) { (10, 0) } else { (14, 0) };
    let today = london_date(team.now);
    Row {
        number: if site.kind == SiteKind::Custody {
            format!(
                "{}/{:06}/{}",
                site.code,
                10_400 + place * 7 + usize::try_from(chance.between(0, 5)).unwrap_or_default(),
                today.format("%y")
            )
        } else {
            format!("{}{:05}{}", site.code, 30_100 + place * 3, today.format("%y"))
        },
        who,
        is_known,
        forenames,
        surname,
        offences,
        arrived: team.now - Duration::minutes(chance.between(9 * 60, 17 * 60)),
        sitting: from_london(today.and_time(NaiveTime::from_hms_opt(sitting.0, sitting.1, 0).unwrap_or_default())),
        room: 1 + place % 3,
        in_custody: chance.in_hundred(30),
        restriction: chance.in_hundred(8),
    }
}

/// Two letters exchanged.
fn slip(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() > 3 {
        letters.swap(2, 3);
    }
    letters.into_iter().collect()
}

async fn custody(team: &Team, chance: &mut Chance, site: &Site, rows: &[Row]) -> anyhow::Result<()> {
    let by = team.actor("Tom Hartley");
    let (first, second) = (ago(team, 7 * 60), ago(team, 45));
    let late = rows.len() - 3;
    bring_in(team, chance, site, by, first, "custody.csv", csv(site, &rows[..late], first).into_bytes()).await?;
    work(team, chance, site, &rows[..late], first).await?;
    // The list is sent again: three more, and one is gone.
    let again: Vec<&Row> = rows.iter().enumerate().filter(|(place, _)| *place != 2).map(|(_, row)| row).collect();
    bring_in(team, chance, site, by, second, "custody-later.csv", csv(site, again, second).into_bytes()).await
}

async fn court(team: &Team, chance: &mut Chance, site: &Site, rows: &[Row]) -> anyhow::Result<()> {
    let by = team.actor("Priya Nair");
    let received = today_at(team, 7, 20);
    let json = serde_json::to_vec_pretty(&hearings(site, rows, received))?;
    bring_in(team, chance, site, by, received, "standard-list.json", json).await?;
    work(team, chance, site, rows, received).await
}

/// A custody list as custody systems print it.
fn csv<'a>(site: &Site, rows: impl IntoIterator<Item = &'a Row>, at: Instant) -> String {
    let mut text =
        format!("Custody list\nCustody suite:,{}\nPrinted: {}\n", site.name, london_time(at).format("%-d %B %Y"));
    text.push_str("Custody No.,Surname,Forenames,D.O.B,Sex,Address,Post code,PNC,NHS No,Arrested,Relevant time,Detention authorised,Offence(s),AA required,Interpreter,Obs level,Cell\n");
    for (place, row) in rows.into_iter().enumerate() {
        let person = &row.who.person;
        let time = |at: Instant| london_time(at).format("%d/%m/%y %H:%M").to_string();
        let offences: Vec<String> = row.offences.iter().map(|(code, title)| format!("{code} - {title}")).collect();
        let cells = [
            row.number.clone(),
            row.surname.to_uppercase(),
            row.forenames.clone(),
            person.date_of_birth.map(|date| date.format("%d/%m/%Y").to_string()).unwrap_or_default(),
            if row.who.is_woman { "F".into() } else { "M".into() },
            person.contact.address.clone(),
            person.contact.postcode.clone(),
            if row.is_known { row.who.pnc.clone().unwrap_or_default() } else { String::new() },
            String::new(),
            time(row.arrived - Duration::minutes(45)),
            time(row.arrived),
            time(row.arrived + Duration::minutes(25)),
            offences.join("; "),
            if row.who.story.communication.is_empty() { "No".into() } else { "Yes".into() },
            person.language.clone(),
            if row.who.story.self_harm.is_empty() { "1".into() } else { "3".into() },
            format!("{}{}", if row.who.is_woman { "F" } else { "M" }, place + 1),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        writeln!(text, "{}", quoted.join(",")).expect("a string takes everything");
    }
    text
}

/// A court list as the publication service sends it.
fn hearings(site: &Site, rows: &[Row], at: Instant) -> Value {
    let mut rooms: BTreeMap<(usize, Instant), Vec<Value>> = BTreeMap::new();
    for row in rows {
        let person = &row.who.person;
        let (first, middle) = row.forenames.split_once(' ').unwrap_or((&row.forenames, ""));
        let offences: Vec<Value> =
            row.offences.iter().map(|(code, title)| json!({ "offenceCode": code, "offenceTitle": title })).collect();
        let mut individual = json!({
            "individualForenames": first,
            "individualSurname": row.surname,
            "dateOfBirth": person.date_of_birth,
            "gender": if row.who.is_woman { "female" } else { "male" },
            "inCustody": row.in_custody,
            "address": { "line": [person.contact.address], "postCode": person.contact.postcode },
        });
        if !middle.is_empty() {
            individual["individualMiddleName"] = json!(middle);
        }
        if let Some(pnc) = row.who.pnc.as_ref().filter(|_| row.is_known) {
            individual["pncId"] = json!(pnc);
        }
        let mut case = json!({ "caseUrn": row.number, "party": [
            { "partyRole": "DEFENDANT", "individualDetails": individual, "offence": offences },
            { "partyRole": "PROSECUTING_AUTHORITY", "organisationDetails": { "organisationName": "Crown Prosecution Service" } },
        ] });
        if row.restriction {
            case["reportingRestriction"] = json!(true);
            case["reportingRestrictionDetails"] = json!(["Section 39: no particulars of the child"]);
        }
        let kind = if row.in_custody { "First hearing" } else { "Plea" };
        rooms
            .entry((row.room, row.sitting))
            .or_default()
            .push(json!({ "hearingType": kind, "panel": "ADULT", "case": [case] }));
    }
    let rooms: Vec<Value> = rooms
        .into_iter()
        .map(|((room, sitting), hearing)| {
            json!({ "courtRoomName": format!("Courtroom {room}"), "session": [{ "sittings": [{ "sittingStart": sitting.to_rfc3339(), "hearing": hearing }] }] })
        })
        .collect();
    json!({
        "document": { "publicationDate": at.to_rfc3339() },
        "venue": { "venueName": site.name },
        "courtLists": [{ "courtHouse": { "courtHouseName": site.name, "lja": "Invented LJA", "courtRoom": rooms } }],
    })
}

/// Keeps a list, brings its lines in, and looks for each person among those known.
async fn bring_in(
    team: &Team,
    chance: &mut Chance,
    site: &Site,
    by: &Actor,
    at: Instant,
    file: &str,
    bytes: Vec<u8>,
) -> anyhow::Result<()> {
    let today = london_date(team.now);
    let reading = throughline_lists::read(&bytes, today)
        .with_context(|| format!("the demo's list for {} cannot be read", site.name))?;
    let kind = if reading.kind == throughline_lists::ListKind::Custody { ListKind::Custody } else { ListKind::Court };
    let mut tx = team.act(by, at).await?;
    let grant = tx.authorise::<ImportList>(site.id).await?;
    let view = tx.authorise::<ViewList>(site.id).await?;
    let new = NewList {
        id: ListId::new(chance.id()),
        kind,
        format: reading.format.to_string(),
        list_date: today,
        file_name: file.into(),
        sha256: throughline_audit::hex(&Sha256::digest(&bytes)),
        original: bytes,
        reading: serde_json::to_string(&reading)?,
    };
    lists::receive(&mut tx, &grant, &new).await?;
    lists::begin_commit(&mut tx, &grant, new.id).await?;
    let mut before: BTreeMap<String, Line> = BTreeMap::new();
    for line in lists::lines(&mut tx, &view, kind, today, today).await? {
        before.insert(serde_json::from_str::<Entry>(&line.source)?.key, line);
    }
    for entry in &reading.entries {
        let facts = facts(&reading, entry, today);
        if let Some(line) = before.remove(&entry.key) {
            lists::keep_entry(&mut tx, &grant, line.id, new.id, facts.source_row).await?;
            continue;
        }
        let id = lists::add_entry(&mut tx, &grant, kind, new.id, &facts).await?;
        lists::find_best(&mut tx, id, &description(entry)).await?;
    }
    for line in before.values() {
        lists::mark_gone(&mut tx, &grant, line.id).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What a line of a list says, in columns.
pub fn facts(_reading: &Reading, entry: &Entry, list_date: chrono::NaiveDate) -> EntryFacts {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = match &entry.position {
        Position::Row(row) => *row,
        Position::Path { ordinal, .. } => *ordinal,
    };
    EntryFacts {
        list_date,
        key: entry.key.clone(),
        source_row: i64::try_from(row).unwrap_or(i64::MAX),
        source: serde_json::to_string(entry).unwrap_or_default(),
        name: entry.name.clone(),
        date_of_birth: entry.date_of_birth,
        custody_number: text(&entry.custody_number),
        arrived_at: entry.arrived_at,
        detention_authorised_at: entry.detention_authorised_at,
        sitting_at: entry.sitting_at,
        court_room: text(&entry.court_room),
        reporting_restriction: text(&entry.reporting_restriction),
    }
}

fn description(entry: &Entry) -> Description {
    Description {
        name: entry.name.clone(),
        date_of_birth: entry.date_of_birth,
        sex: match entry.sex {
            Some(Sex::Male) => Some(throughline_matching::Sex::Male),
            Some(Sex::Female) => Some(throughline_matching::Sex::Female),
            Some(Sex::Indeterminate) | None => None,
        },
        address: entry.address.clone().unwrap_or_default(),
        postcodes: entry.postcode.iter().cloned().collect(),
        pnc: entry.pnc.clone(),
        nhs_number: entry.nhs_number.as_ref().map(|number| number.digits().to_owned()),
        ..Description::default()
    }
}

/// What has become of a line by now.
#[derive(Clone, Copy)]
enum Fate {
    /// Nobody has looked at it.
    Waits,
    /// A colleague is on the way.
    Taken,
    /// Not seen, and why.
    NotSeen(NotSeenReason),
    /// An episode is open, up to before a step.
    Open(Option<Step>),
    /// An episode in which the student screened.
    Student,
}

/// Fates in turn: what a board looks like at the busiest hour.
const FATES: &[Fate] = &[
    Fate::Open(Some(Step::CustodyAdvice)),
    Fate::Waits,
    Fate::NotSeen(NotSeenReason::Released),
    Fate::Open(Some(Step::Screening)),
    Fate::Waits,
    Fate::Open(Some(Step::Assessment)),
    Fate::Taken,
    Fate::NotSeen(NotSeenReason::Declined),
    Fate::Open(Some(Step::Consent)),
    Fate::Student,
    Fate::Waits,
    Fate::Open(Some(Step::Outcome)),
    Fate::NotSeen(NotSeenReason::NoNeed),
    Fate::Waits,
    Fate::Waits,
    Fate::Open(Some(Step::Risk)),
    Fate::Waits,
    Fate::NotSeen(NotSeenReason::Intoxicated),
    Fate::Waits,
    Fate::Open(Some(Step::Referrals)),
    Fate::Waits,
    Fate::Waits,
    Fate::Open(None),
    Fate::NotSeen(NotSeenReason::InInterview),
];

async fn work(team: &Team, chance: &mut Chance, site: &Site, rows: &[Row], listed_at: Instant) -> anyhow::Result<()> {
    let by = team.actor("Amara Bello");
    let mut tx = team.act(by, listed_at).await?;
    let view = tx.authorise::<ViewList>(site.id).await?;
    let kind = if site.kind == SiteKind::Custody { ListKind::Custody } else { ListKind::Court };
    let today = london_date(team.now);
    let lines = lists::lines(&mut tx, &view, kind, today, today).await?;
    tx.commit().await?;
    for (place, line) in lines.iter().enumerate() {
        let entry: Entry = serde_json::from_str(&line.source)?;
        let number = entry.custody_number.as_deref().or(entry.urn.as_deref()).unwrap_or_default();
        let Some(row) = rows.iter().find(|row| row.number == number) else {
            continue;
        };
        let fate = FATES[place % FATES.len()];
        let at =
            listed_at + Duration::minutes(10 + chance.between(2, 8) * i64::try_from(place % 12).unwrap_or_default());
        if at < team.now {
            let owner = team.actor(OWNERS[place % OWNERS.len()]);
            one(team, site, row, &entry, line, fate, owner, at).await?;
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a line of a list, who works on it and when")]
async fn one(
    team: &Team,
    site: &Site,
    row: &Row,
    entry: &Entry,
    line: &Line,
    fate: Fate,
    owner: &Actor,
    at: Instant,
) -> anyhow::Result<()> {
    let mut tx = team.act(owner, at).await?;
    let grant = tx.authorise::<ChangeList>(site.id).await?;
    let stop_before = match fate {
        Fate::Waits => return Ok(tx.commit().await?),
        Fate::Taken => {
            lists::take(&mut tx, &grant, line.id, line.version).await?;
            return Ok(tx.commit().await?);
        }
        Fate::NotSeen(reason) => {
            lists::not_seen(&mut tx, &grant, line.id, line.version, reason).await?;
            return Ok(tx.commit().await?);
        }
        Fate::Open(step) => step,
        Fate::Student => None,
    };
    decide(&mut tx, &grant, row, entry, line).await?;
    tx.commit().await?;
    let is_custody = site.kind == SiteKind::Custody;
    let offences: Vec<&str> = row.offences.iter().map(|(_, title)| *title).collect();
    let begins = Beginning {
        at: at + Duration::minutes(2),
        is_known: true,
        entry: Some(line.id),
        contact: if is_custody { PointOfContact::Custody } else { site.kind.into() },
        justice: Justice {
            custody_number: entry.custody_number.clone().unwrap_or_default(),
            urn: entry.urn.clone().unwrap_or_default(),
            offences: offences.join("; "),
            reporting_restriction: entry.reporting_restriction.clone().unwrap_or_default(),
            arrested_at: entry.arrested_at,
            arrived_at: entry.arrived_at,
            detention_authorised_at: entry.detention_authorised_at,
        },
        hearing: entry.sitting_at,
        stop_before: stop_before.or(Some(Step::Closure)),
        by_student: matches!(fate, Fate::Student),
    };
    let mut course = Course::new(team, &row.who, site, owner, begins, 100);
    if !course.open().await? {
        return Ok(());
    }
    let mut tx = team.act(owner, at + Duration::minutes(2)).await?;
    let grant = tx.authorise::<ChangeList>(site.id).await?;
    lists::join_episode(&mut tx, &grant, line.id, course.episode()).await?;
    tx.commit().await?;
    course.go_on().await
}

/// Says who a line is: somebody known, with the evidence kept, or somebody new.
async fn decide(
    tx: &mut Tx,
    grant: &throughline_policy::Grant<ChangeList>,
    row: &Row,
    entry: &Entry,
    line: &Line,
) -> anyhow::Result<()> {
    if row.is_known {
        let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
        let found = search::candidates(tx, &search, &description(entry), 5).await?;
        if let Some(candidate) = found.iter().find(|candidate| candidate.person.id == row.who.id) {
            let same = MatchDecision::Same;
            lists::decide(tx, grant, line.id, row.who.id, same, &description(entry), &candidate.scored).await?;
        }
    } else {
        let create = tx.authorise::<CreatePerson>(Subject::default()).await?;
        people::create(tx, &create, row.who.id, &row.who.person).await?;
    }
    lists::link(tx, grant, line.id, line.version, Some(row.who.id)).await?;
    tx.authorise::<ViewIdentity>(row.who.id).await?;
    Ok(())
}
