//! A crowd for benchmarks: as many people and episodes as asked for, put together from syllables.

use crate::Kit;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::identifier::{NhsNumber, invented_pnc};
use throughline_domain::ids::{EpisodeId, PersonId, TaskId};
use throughline_domain::name::Name;
use throughline_domain::person::Gender;
use throughline_domain::place::PointOfContact;
use throughline_domain::role::Role;
use throughline_domain::task::TaskKind;
use throughline_invented::{Person as Invented, World};
use throughline_policy::{CreatePerson, OpenEpisode, Subject};
use throughline_store::episodes::{self, Justice, NewEpisode};
use throughline_store::people::{self, ContactDetails, NewPerson};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Result, Tx, raw};
use uuid::Uuid;

/// People made in one transaction.
const BATCH: usize = 500;

/// Every so many people one has an open follow-up: shares no factor with the four sites, so that each
/// site has its share of them.
const FOLLOW_UP_EVERY: usize = 499;

/// Follow-ups are due from so many hours ago.
const OVERDUE_HOURS: i64 = 48;

/// Follow-ups are due within so many hours of the oldest.
const SPREAD_HOURS: u64 = 7 * 24;

/// Who follows up.
const OWNERS: [Role; 4] = [Role::Practitioner, Role::TeamLeader, Role::Bank, Role::LinkWorker];

/// A small generator of our own, so that a crowd is the same on every machine.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(from.len() as u64)).unwrap_or_default()]
    }
}

const STARTS: &[&str] = &[
    "Al", "Ba", "Cor", "Da", "El", "Fen", "Gar", "Ha", "Is", "Jo", "Ka", "Lo", "Mar", "Ne", "Or", "Pe", "Ra", "So",
    "Ta", "Wi",
];
const MIDDLES: &[&str] = &["ba", "de", "li", "mo", "na", "ri", "so", "ta", "ve", "zu", "ka", "lo"];
const ENDS: &[&str] =
    &["n", "ra", "ston", "wood", "ley", "mir", "ski", "dez", "man", "well", "by", "den", "fi", "ssa", "th", "ck"];

fn word(dice: &mut Dice) -> String {
    let middle = if dice.roll(2) == 0 { dice.pick(MIDDLES) } else { "" };
    format!("{}{middle}{}", dice.pick(STARTS), dice.pick(ENDS))
}

fn person(dice: &mut Dice, serial: usize) -> NewPerson {
    let born = NaiveDate::from_ymd_opt(1950, 1, 1)
        .map(|first| first + Duration::days(i64::try_from(dice.roll(21_000)).unwrap_or_default()));
    let serial = u32::try_from(serial).unwrap_or_default();
    let identifiers = if dice.roll(3) == 0 { vec![("pnc".to_owned(), invented_pnc(2019, serial))] } else { Vec::new() };
    NewPerson {
        name: Name { forenames: word(dice), surname: word(dice) },
        date_of_birth: born,
        gender: Some(if dice.roll(5) == 0 { Gender::Female } else { Gender::Male }),
        nhs_number: (dice.roll(4) > 0).then(|| NhsNumber::invented(serial)),
        identifiers,
        contact: ContactDetails {
            postcode: format!("BR{} {}AA", 1 + dice.roll(8), dice.roll(10)),
            ..ContactDetails::default()
        },
        ..NewPerson::default()
    }
}

/// Makes `count` people, each with two episodes, most of them closed long ago by date only.
///
/// # Errors
/// The store's.
pub async fn crowd(kit: &Kit, count: usize, told: impl Fn(usize)) -> Result<Vec<PersonId>> {
    let mut dice = Dice(7);
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let mut tx = kit.tx_at(Role::Practitioner, kit.now - Duration::days(30)).await;
        for _ in 0..BATCH.min(count - made.len()) {
            made.push(one(&mut tx, kit, &mut dice, made.len()).await?);
        }
        tx.commit().await?;
        told(made.len());
    }
    Ok(made)
}

/// People made in one transaction when nothing but their rows is made.
const ROWS_AT_ONCE: usize = 20_000;

/// The seed of the invented people.
const SEED: u64 = 11;

/// Makes `count` people without episodes, straight into their table: a million in half a minute. They are known
/// from the next start on. Their names are as many and as unevenly spread as people's are.
///
/// # Errors
/// The store's.
pub async fn people_alone(kit: &Kit, count: usize, told: impl Fn(usize)) -> Result<Vec<NewPerson>> {
    let people = invented(count);
    let mut made = 0;
    for some in people.chunks(ROWS_AT_ONCE) {
        let mut tx = kit.tx_at(Role::Practitioner, kit.now - Duration::days(30)).await;
        for new in some {
            row_alone(&mut tx, kit, new).await?;
        }
        tx.commit().await?;
        made += some.len();
        told(made);
    }
    Ok(people)
}

fn invented(count: usize) -> Vec<NewPerson> {
    let world = World::new(SEED, count as u64);
    let mut people: Vec<NewPerson> = Vec::with_capacity(count);
    for household in 0.. {
        let first = people.len() as u64;
        for one in world.household(household, first) {
            if people.len() == count {
                return people;
            }
            people.push(told_of(one));
        }
    }
    people
}

fn told_of(one: Invented) -> NewPerson {
    let forenames = format!("{} {}", one.forename, one.middle).trim().to_owned();
    NewPerson {
        name: Name { forenames, surname: one.surname },
        date_of_birth: Some(one.born),
        gender: Some(if one.is_male { Gender::Male } else { Gender::Female }),
        nhs_number: NhsNumber::parse(&one.nhs_number).ok(),
        contact: ContactDetails { address: one.home.address, postcode: one.home.postcode, ..ContactDetails::default() },
        ..NewPerson::default()
    }
}

async fn row_alone(tx: &mut Tx, kit: &Kit, new: &NewPerson) -> Result<()> {
    raw::execute(
        tx,
        "INSERT INTO person (id, forenames, surname, date_of_birth, gender, nhs_number, address, postcode, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vec![
            Uuid::now_v7().into(),
            (&new.name.forenames).into(),
            (&new.name.surname).into(),
            new.date_of_birth.into(),
            new.gender.map_or("0", Gender::code).into(),
            new.nhs_number.as_ref().map(NhsNumber::digits).into(),
            (&new.contact.address).into(),
            (&new.contact.postcode).into(),
            kit.now.into(),
        ],
    )
    .await?;
    Ok(())
}

async fn one(tx: &mut Tx, kit: &Kit, dice: &mut Dice, serial: usize) -> Result<PersonId> {
    let id = PersonId::new(Uuid::now_v7());
    let grant = tx.authorise::<CreatePerson>(Subject::default()).await.expect("practitioners may");
    people::create(tx, &grant, id, &person(dice, serial)).await?;
    let grant = tx.authorise::<OpenEpisode>(id).await.expect("whoever made a person may");
    for n in 0..2 {
        let episode = episode(kit, serial + n, kit.now);
        episodes::open(tx, &grant, &episode).await?;
        if serial.is_multiple_of(FOLLOW_UP_EVERY) && n == 0 {
            tasks::add(tx, &task(kit, dice, id, episode.id)).await?;
        }
    }
    Ok(id)
}

fn episode(kit: &Kit, serial: usize, now: DateTime<Utc>) -> NewEpisode {
    NewEpisode {
        id: EpisodeId::new(Uuid::now_v7()),
        site_id: kit.places.sites[serial % 4].id,
        entry_id: None,
        point_of_contact: PointOfContact::Custody,
        referral_source: ReferralSource::Police,
        legal_status: LegalStatus::Liberty,
        justice: Justice { custody_number: format!("CU/{serial}"), ..Justice::default() },
        next_hearing_at: None,
        out_of_hours: serial.is_multiple_of(3),
        owner: kit.staff[serial % 4].id,
        next_action: "Offer and consent".into(),
        next_action_due: now + Duration::hours(2),
    }
}

fn task(kit: &Kit, dice: &mut Dice, person_id: PersonId, episode_id: EpisodeId) -> NewTask {
    let hours = i64::try_from(dice.roll(SPREAD_HOURS)).unwrap_or_default() - OVERDUE_HOURS;
    let owner = OWNERS[usize::try_from(dice.roll(OWNERS.len() as u64)).unwrap_or_default()];
    NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id,
        episode_id,
        kind: TaskKind::FollowUp,
        title: "Ring about the appointment".into(),
        due_at: kit.now + Duration::hours(hours),
        owner_id: Some(kit.user(owner)),
        organisation_id: if owner == Role::LinkWorker { kit.places.partner } else { kit.places.trust },
    }
}
