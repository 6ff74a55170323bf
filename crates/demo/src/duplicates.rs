//! People whom somebody added a second time, as happens at a busy desk: pairs to review, and one
//! that was joined.

use crate::chance::Chance;
use crate::course::{Beginning, Course};
use crate::history::justice;
use crate::population::{Somebody, somebody};
use crate::team::Team;
use anyhow::Context;
use chrono::{Datelike, Days, Duration, NaiveDate, NaiveTime};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::PersonId;
use throughline_domain::merge::{Pair, Reason};
use throughline_domain::name::Name;
use throughline_domain::place::{PointOfContact, SiteKind};
use throughline_domain::time::{from_london, london_date};
use throughline_policy::{MergePeople, ProposeDuplicate};
use throughline_store::merges;

/// What went wrong when the person was added again.
#[derive(Debug, Clone, Copy)]
enum Slip {
    /// Two letters of the surname changed places, and nobody knew the number.
    Spelling,
    /// Day and month of birth changed places, or the day is one off.
    DateOfBirth,
    /// The forename as friends say it.
    Short,
    /// Another NHS number, read off somebody else's wristband.
    Number,
    /// Another surname; the PNC ID is the same.
    OtherName,
    /// Nothing: nobody searched first.
    None,
}

/// Whom, by number, and what went wrong. The last pair was joined, and one was reported.
const AGAIN: &[(u32, Slip)] = &[
    (23, Slip::Spelling),
    (57, Slip::DateOfBirth),
    (91, Slip::Short),
    (134, Slip::Number),
    (178, Slip::OtherName),
    (212, Slip::None),
];

/// Numbers of people from here on are those of second records.
const SECOND: u32 = 9_000;

/// Makes the second records, proposes the pairs, and joins the last.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let mut made = Vec::new();
    for (nth, (number, slip)) in (0..).zip(AGAIN) {
        let first = somebody(team.seed, *number, london_date(team.now));
        let second = again(team, &first, *slip);
        add(team, &second, nth).await?;
        made.push(Pair::of(first.id, second.id).context("two records are two")?);
    }
    propose(team, &made).await?;
    report(team, made[2]).await?;
    let (number, _) = AGAIN[AGAIN.len() - 1];
    join(team, somebody(team.seed, number, london_date(team.now)).id, made[made.len() - 1]).await
}

/// The same person as they were added again.
fn again(team: &Team, first: &Somebody, slip: Slip) -> Somebody {
    let mut chance = Chance::new(team.seed, &format!("again {}", first.number));
    let mut second = first.clone();
    second.number = SECOND + first.number;
    second.id = PersonId::new(chance.id());
    let person = &mut second.person;
    person.aliases = Vec::new();
    person.nhs_number = None;
    match slip {
        Slip::Spelling => person.name.surname = swapped(&person.name.surname),
        Slip::DateOfBirth => person.date_of_birth = person.date_of_birth.map(misread),
        Slip::Short => person.name.forenames = person.name.forenames.chars().take(4).collect(),
        Slip::Number => person.nhs_number = Some(NhsNumber::invented(990_000 + first.number)),
        Slip::OtherName => person.name = Name::new(&person.name.forenames, "Ashdown"),
        Slip::None => {}
    }
    if !matches!(slip, Slip::OtherName) {
        person.identifiers = Vec::new();
    }
    second
}

/// The second and third letter in each other's place.
fn swapped(surname: &str) -> String {
    let mut letters: Vec<char> = surname.chars().collect();
    if letters.len() > 3 {
        letters.swap(1, 2);
    }
    letters.into_iter().collect()
}

/// A date of birth as it is misread.
fn misread(born: NaiveDate) -> NaiveDate {
    let turned = NaiveDate::from_ymd_opt(born.year(), born.day(), born.month());
    turned.filter(|turned| *turned != born).unwrap_or(born + Days::new(1))
}

/// Adds the second record with an episode of its own, some weeks ago.
async fn add(team: &Team, second: &Somebody, nth: u64) -> anyhow::Result<()> {
    let mut chance = Chance::new(team.seed, &format!("second record {}", second.number));
    let sites = team.sites_of(SiteKind::Custody);
    let site = sites[usize::try_from(nth).unwrap_or_default() % sites.len()];
    let date = london_date(team.now) - Days::new(62 + nth * 3);
    let at = from_london(date.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()))
        + Duration::minutes(chance.between(0, 300));
    let begins = Beginning {
        at,
        is_known: false,
        entry: None,
        contact: PointOfContact::Custody,
        justice: justice(&mut chance, site, at),
        hearing: None,
        stop_before: None,
        by_student: false,
    };
    Course::new(team, second, site, team.actor("Tom Hartley"), begins, 0).run().await
}

/// What the matching engine makes of the pairs.
async fn propose(team: &Team, pairs: &[Pair]) -> anyhow::Result<()> {
    let mut tx = team.act(team.actor("Josie Quill"), team.now - Duration::days(2)).await?;
    let mut weighed = Vec::new();
    for pair in pairs {
        weighed.extend(merges::weigh(&mut tx, *pair).await?);
    }
    merges::propose(&mut tx, &weighed).await?;
    Ok(tx.commit().await?)
}

async fn report(team: &Team, pair: Pair) -> anyhow::Result<()> {
    let mut tx = team.act(team.actor("Amara Bello"), team.now - Duration::days(1)).await?;
    let one = tx.authorise::<ProposeDuplicate>(pair.first()).await?;
    let other = tx.authorise::<ProposeDuplicate>(pair.second()).await?;
    let words = "Told me in custody that we have met before, under the full name";
    merges::report(&mut tx, &one, &other, words).await?.context("nothing stands against a report")?;
    Ok(tx.commit().await?)
}

async fn join(team: &Team, keep: PersonId, pair: Pair) -> anyhow::Result<()> {
    let away = pair.other(keep).context("the one who stays is of the pair")?;
    let mut tx = team.act(team.actor("Josie Quill"), team.now - Duration::hours(20)).await?;
    let keep = tx.authorise::<MergePeople>(keep).await?;
    let away = tx.authorise::<MergePeople>(away).await?;
    let reason = Reason::new("Same name, date of birth and address; confirmed both arrests to me by telephone")?;
    merges::merge(&mut tx, &keep, &away, &reason, None).await?.context("the demo's last pair may be joined")?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_changes_something_and_is_a_name_or_a_date_still() {
        assert_eq!(swapped("Marsh"), "Mrash");
        let date = |day, month| NaiveDate::from_ymd_opt(1984, month, day).unwrap();
        assert_eq!(misread(date(4, 3)), date(3, 4));
        assert_eq!(misread(date(14, 3)), date(15, 3));
        assert_eq!(misread(date(3, 3)), date(4, 3));
    }
}
