//! The patient index of the trust's hospital: some people on today's list, and others who are on none.

use crate::chance::Chance;
use crate::population::somebody;
use crate::team::Team;
use anyhow::Context;
use chrono::{Days, Duration};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::list::{EntryState, ListKind};
use throughline_domain::name::Name;
use throughline_domain::person::Gender;
use throughline_domain::place::SiteKind;
use throughline_domain::time::london_date;
use throughline_lists::Entry;
use throughline_matching::Description;
use throughline_policy::{SearchPeople, Subject, ViewList};
use throughline_store::elsewhere::{self, Record};
use throughline_store::lists::{self, Line};
use throughline_store::{Cause, search};

/// What the hospital's system is called.
const SOURCE: &str = "Brackwater PAS";

/// Patients who are on no list: their numbers in the population.
const OTHERS: std::ops::Range<u32> = 970..990;

/// Takes over the index.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let mut records = on_todays_list(team).await?;
    let today = london_date(team.now);
    for number in OTHERS {
        let person = somebody(team.seed, number, today).person;
        records.push(Record {
            name: person.name,
            date_of_birth: person.date_of_birth,
            gender: person.gender.unwrap_or(Gender::NotKnown),
            nhs_number: Some(NhsNumber::invented(970_000 + number).digits().to_owned()),
            ..Record::default()
        });
    }
    for (n, record) in (0..).zip(&mut records) {
        record.number = format!("B{:06}", 204_117 + n * 13);
    }
    let cause = Cause { actor: None, at: team.now - Duration::hours(6), request: "demo".into() };
    let mut tx = team.store.begin(cause).await?;
    elsewhere::take_in(&mut tx, SOURCE, &records).await?;
    Ok(tx.commit().await?)
}

/// Two who wait on the list of a custody suite and are like nobody of ours, and one who is known to both:
/// the hospital knows them, and a name they had before.
async fn on_todays_list(team: &Team) -> anyhow::Result<Vec<Record>> {
    let site = *team.sites_of(SiteKind::Custody).first().context("the demo has a custody suite")?;
    let today = london_date(team.now);
    let mut tx = team.act(team.actor("Amara Bello"), team.now).await?;
    let grant = tx.authorise::<ViewList>(site.id).await?;
    let lines = lists::lines(&mut tx, &grant, ListKind::Custody, today - Days::new(1), today).await?;
    let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let (mut unknown, mut known) = (Vec::new(), Vec::new());
    let waiting =
        |line: &&Line| line.state == EntryState::ToConsider && line.person_id.is_none() && line.gone_at.is_none();
    for line in lines.iter().filter(waiting).rev() {
        let entry: Entry = serde_json::from_str(&line.source)?;
        let Some(born) = entry.date_of_birth else { continue };
        let described = Description { date_of_birth: Some(born), pnc: entry.pnc.clone(), ..Description::default() };
        let described = Description { name: entry.name.clone(), ..described };
        let is_known = !search::candidates(&mut tx, &search, &described, 1).await?.is_empty();
        let record = patient(team, &entry, line);
        if is_known {
            known.push(record);
        } else {
            unknown.push(record);
        }
        if unknown.len() >= 2 && !known.is_empty() {
            break;
        }
    }
    tx.commit().await?;
    unknown.truncate(2);
    known.truncate(1);
    unknown.append(&mut known);
    Ok(unknown)
}

/// Somebody on a list, as the hospital knows them.
fn patient(team: &Team, entry: &Entry, line: &Line) -> Record {
    let mut chance = Chance::new(team.seed, &format!("hospital {}", line.id));
    Record {
        name: entry.name.clone(),
        aliases: vec![Name::new(&entry.name.forenames, "Fenwick")],
        date_of_birth: entry.date_of_birth,
        gender: entry.sex.map_or(Gender::NotKnown, |sex| Gender::from_list(sex.code())),
        postcodes: entry.postcode.iter().cloned().collect(),
        phone: format!("07700 900{:03}", chance.between(0, 999)),
        gp: "Wesley Surgery".to_owned(),
        ..Record::default()
    }
}
