//! The weeks before today: who came, and what became of them.

use crate::chance::Chance;
use crate::course::{Beginning, Course};
use crate::names::OFFENCES;
use crate::population::{Somebody, somebody};
use crate::team::Team;
use chrono::{Days, Duration, NaiveDate, NaiveTime};
use std::sync::Arc;
use throughline_domain::ids::{EpisodeId, SiteId};
use throughline_domain::place::{PointOfContact, SiteKind};
use throughline_domain::time::{Instant, from_london, london_date};
use throughline_store::episodes::Justice;
use throughline_store::organisations::Site;
use tokio::task::JoinSet;

/// How many people the service knew before today.
pub const KNOWN: u32 = 370;

/// People whose history is made at the same time: their commits share a flush of the disk.
const TOGETHER: u32 = 8;

/// Practitioners who own episodes.
pub const OWNERS: &[&str] = &["Amara Bello", "Tom Hartley", "Priya Nair", "Josie Quill"];

/// Somebody whom history saw: they were on the list of that day.
#[derive(Debug)]
pub struct Seen {
    /// Who.
    pub who: Somebody,
    /// Where.
    pub site: SiteId,
    /// On which day.
    pub day: NaiveDate,
    /// When they had come.
    pub arrived: Instant,
    /// The episode.
    pub episode: EpisodeId,
}

/// Makes everybody's history, and says who was seen where.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Arc<Team>, progress: &mut (dyn FnMut(usize) + Send)) -> anyhow::Result<Vec<Seen>> {
    let mut running = JoinSet::new();
    let mut seen = Vec::new();
    let mut done = 0;
    let mut next = 0;
    while done < KNOWN {
        while next < KNOWN && running.len() < TOGETHER as usize {
            let (team, number) = (Arc::clone(team), next);
            running.spawn(async move { one(&team, number).await });
            next += 1;
        }
        if let Some(ended) = running.join_next().await {
            seen.extend(ended??);
            done += 1;
            progress((done * 80 / KNOWN) as usize);
        }
    }
    // They end in any order; what is made of them is the same whenever the demo is opened.
    seen.sort_by_key(|one: &Seen| (one.day, one.who.number));
    Ok(seen)
}

async fn one(team: &Team, number: u32) -> anyhow::Result<Vec<Seen>> {
    let mut seen = Vec::new();
    let today = london_date(team.now);
    let who = somebody(team.seed, number, today);
    let mut chance = Chance::new(team.seed, &format!("history {number}"));
    let episodes = match chance.between(1, 100) {
        1..=74 => 1,
        75..=92 => 2,
        _ => 3,
    };
    // The newest first: 1 to 60 days ago; earlier ones before it.
    let mut days = vec![chance.between(1, 60).min(chance.between(1, 60))];
    for _ in 1..episodes {
        days.push(days[days.len() - 1] + chance.between(45, 120));
    }
    for (turn, ago) in (0..).zip(days.into_iter().rev()) {
        let date = today - Days::new(u64::try_from(ago).unwrap_or_default());
        let (site, contact) = place(team, &mut chance, date);
        let at = from_london(date.and_time(NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default()))
            + Duration::minutes(chance.between(15, 9 * 60));
        let owner = team.actor(chance.word(OWNERS));
        let begins = Beginning {
            at,
            is_known: turn > 0,
            entry: None,
            contact,
            justice: justice(&mut chance, site, at),
            hearing: None,
            stop_before: None,
            by_student: false,
        };
        let arrived = begins.justice.arrived_at;
        let course = Course::new(team, &who, site, owner, begins, turn);
        let episode = course.episode();
        course.run().await?;
        if let Some(arrived) = arrived.filter(|_| contact == PointOfContact::Custody && at < team.now) {
            seen.push(Seen { who: who.clone(), site: site.id, day: date, arrived, episode });
        }
    }
    Ok(seen)
}

fn place<'a>(team: &'a Team, chance: &mut Chance, date: NaiveDate) -> (&'a Site, PointOfContact) {
    use chrono::Datelike;
    let is_sunday = date.weekday() == chrono::Weekday::Sun;
    let (kind, contact) = match chance.between(1, 100) {
        1..=6 => (SiteKind::Custody, PointOfContact::VoluntaryAttendance),
        72..=95 if !is_sunday => (SiteKind::Magistrates, PointOfContact::Magistrates),
        96..=100 if !is_sunday => (SiteKind::Crown, PointOfContact::Crown),
        _ => (SiteKind::Custody, PointOfContact::Custody),
    };
    (*chance.pick(&team.sites_of(kind)), contact)
}

/// Offence, custody and hearing facts.
pub fn justice(chance: &mut Chance, site: &Site, at: Instant) -> Justice {
    let (_, offence) = *chance.pick(OFFENCES);
    let arrived = at - Duration::minutes(chance.between(60, 300));
    let is_custody = site.kind == SiteKind::Custody;
    Justice {
        custody_number: if is_custody {
            format!("{}/{:06}/{}", site.code, chance.between(1_000, 99_999), london_date(at).format("%y"))
        } else {
            String::new()
        },
        urn: if is_custody { String::new() } else { format!("{}{:07}26", site.code, chance.between(1, 999_999)) },
        offences: offence.to_owned(),
        reporting_restriction: String::new(),
        arrested_at: is_custody.then_some(arrived - Duration::minutes(40)),
        arrived_at: is_custody.then_some(arrived),
        detention_authorised_at: is_custody.then_some(arrived + Duration::minutes(20)),
    }
}

/// Whom a list of today names: somebody known, by number, or somebody new.
pub fn listed(team: &Team, chance: &mut Chance, known_in_hundred: i64, new: &mut u32) -> (Somebody, bool) {
    let is_known = chance.in_hundred(known_in_hundred);
    let number = if is_known {
        u32::try_from(chance.between(0, i64::from(KNOWN) - 1)).unwrap_or_default()
    } else {
        *new += 1;
        KNOWN + *new
    };
    (somebody(team.seed, number, london_date(team.now)), is_known)
}
