//! A person's own search: everything that can be typed, and whoever it may mean.

use super::{
    ElsewhereCandidate, Found, SEARCHED, allocated_to, apart, by_person, speaks_for_them, unowned, with_people,
};
use crate::{Conn, Result, Tx, args, matching};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use throughline_domain::ids::{EntryId, PersonId, SiteId};
use throughline_domain::name::Name;
use throughline_matching::{Agreement, Comparison, Description, Limits, Scored};
use throughline_policy::{Grant, SearchPeople, ViewIdentity, ViewList};

/// What a typed search looks for: a description, and numbers that lead to a person by the way of
/// an episode or a list.
#[derive(Debug, Clone, Default)]
pub struct LookedFor {
    /// What is said of the person.
    pub description: Description,
    /// The year of birth, when only that is known.
    pub born_in: Option<i32>,
    /// Custody record numbers, in any writing.
    pub custody_numbers: Vec<String>,
    /// Whether records of other registers are looked for too.
    pub elsewhere: bool,
}

/// A line of a list that carries a custody number and is nobody's yet.
#[derive(Debug, Clone)]
pub struct FoundEntry {
    /// Its id.
    pub id: EntryId,
    /// The name on the list.
    pub name: Name,
    /// The site.
    pub site_name: String,
    /// The day.
    pub list_date: NaiveDate,
}

/// What a typed search found.
#[derive(Debug, Clone, Default)]
pub struct Finds {
    /// The people shown, most likely first.
    pub people: Vec<Found>,
    /// How many there are, shown or not.
    pub total: usize,
    /// Records of other registers that are of no person of ours as far as is known.
    pub elsewhere: Vec<ElsewhereCandidate>,
    /// Lines of lists at the actor's own sites.
    pub entries: Vec<FoundEntry>,
}

/// Finds people by everything that can be typed: a name spelt by ear, a date or year of birth, an
/// identifier, a custody number. Each one shown gets its audit row.
///
/// # Errors
/// The store's.
pub async fn find(tx: &mut Tx, grant: &Grant<SearchPeople>, looked_for: &LookedFor, limit: usize) -> Result<Finds> {
    let by_number = holders_of(tx, &looked_for.custody_numbers).await?;
    let mut description = looked_for.description.clone();
    description.born_between = description.born_between.or(looked_for.born_in.map(|year| (year, year)));
    let mut found = matching::search(tx, &description, Limits::best(SEARCHED)).await?;
    found.retain(|candidate| speaks_for_them(candidate) && is_of_year(candidate, looked_for.born_in));
    let (found, records) = apart(found);
    let mut scored: Vec<(PersonId, Scored)> = Vec::with_capacity(found.len() + by_number.len());
    for person in &by_number {
        if let Some(compared) = matching::compare(tx, &description, *person).await? {
            scored.push((*person, compared));
        }
    }
    scored.extend(found.into_iter().filter(|one| !by_number.contains(&one.id)).map(|one| (one.id, one.scored)));
    let mut elsewhere = Vec::new();
    let is_elsewhere_too = looked_for.elsewhere && !grant.only_allocated();
    if grant.only_allocated() {
        let allocated = allocated_to(tx, scored.iter().map(|(id, _)| *id).collect()).await?;
        scored.retain(|(id, _)| allocated.contains(id));
    }
    if is_elsewhere_too {
        let owners;
        (elsewhere, owners) = unowned(tx, records, limit).await?;
        add_found_owners(tx, &description, owners, &mut scored).await?;
    }
    let total = scored.len();
    scored.truncate(limit);
    let mut people = with_people(tx, scored, &by_number).await?;
    if is_elsewhere_too {
        add_also(tx, &mut people).await?;
    }
    for found in &people {
        tx.note_shown(found.person.id, "search result");
        for record in &found.also {
            tx.note_elsewhere(record.id, "search result");
        }
    }
    for candidate in &elsewhere {
        tx.note_elsewhere(candidate.elsewhere.id, "search result");
    }
    let entries = entries_of(tx, &looked_for.custody_numbers).await?;
    Ok(Finds { people, total, elsewhere, entries })
}

async fn add_found_owners(
    tx: &mut Tx,
    description: &Description,
    owners: Vec<PersonId>,
    scored: &mut Vec<(PersonId, Scored)>,
) -> Result<()> {
    for owner in owners {
        if scored.iter().any(|(id, _)| *id == owner) {
            continue;
        }
        if let Some(compared) = matching::compare(tx, description, owner).await? {
            scored.push((owner, compared));
        }
    }
    Ok(())
}

/// Where else people are known is part of their record: it is told of those whom the actor may open.
async fn add_also(tx: &mut Tx, people: &mut [Found]) -> Result<()> {
    let ids: BTreeSet<PersonId> = people.iter().map(|found| found.person.id).collect();
    let open = tx.may_each::<ViewIdentity>(&ids).await?;
    let asked: Vec<_> = people
        .iter()
        .filter(|found| open.contains(&found.person.id))
        .map(|found| (found.person.id, found.person.nhs_number.clone()))
        .collect();
    let mut all = by_person(tx, &asked).await?;
    for found in people {
        found.also = all.remove(&found.person.id).unwrap_or_default();
    }
    Ok(())
}

fn is_of_year(candidate: &super::InIndex<crate::matching::Known>, year: Option<i32>) -> bool {
    let differs = |line: &throughline_matching::Evidence| {
        line.comparison == Comparison::DateOfBirth && line.agreement == Agreement::Disagree
    };
    year.is_none() || !candidate.scored.evidence.iter().any(differs)
}

/// A custody number as it is compared: no spaces, no case.
fn bare(number: &str) -> String {
    number.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// People who have, or had, one of these custody numbers.
async fn holders_of(conn: &mut Conn, numbers: &[String]) -> Result<Vec<PersonId>> {
    let mut people = Vec::new();
    for number in numbers {
        let rows = conn
            .fetch_all(
                "SELECT person_id FROM episode WHERE UPPER(REPLACE(custody_number, ' ', '')) = $1
                 UNION SELECT person_id FROM list_entry
                        WHERE person_id IS NOT NULL AND UPPER(REPLACE(custody_number, ' ', '')) = $1
                 UNION SELECT person_id FROM person_identifier WHERE kind <> 'pnc' AND kind <> 'cro' AND UPPER(REPLACE(value, ' ', '')) = $1",
                args![bare(number)],
            )
            .await?;
        for row in &rows {
            people.push(row.get("person_id")?);
        }
    }
    Ok(people)
}

/// Lines of lists with one of these custody numbers that are nobody's yet, at the actor's sites.
async fn entries_of(tx: &mut Tx, numbers: &[String]) -> Result<Vec<FoundEntry>> {
    let mut entries = Vec::new();
    for number in numbers {
        let rows = tx
            .fetch_all(
                "SELECT l.id, l.forenames, l.surname, l.site_id, s.name AS site_name, l.list_date
                   FROM list_entry l JOIN site s ON s.id = l.site_id
                  WHERE l.person_id IS NULL AND UPPER(REPLACE(l.custody_number, ' ', '')) = $1
                  ORDER BY l.list_date DESC LIMIT 20",
                args![bare(number)],
            )
            .await?;
        for row in &rows {
            let site: SiteId = row.get("site_id")?;
            if tx.may::<ViewList>(site).await? {
                entries.push(FoundEntry {
                    id: row.get("id")?,
                    name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
                    site_name: row.get("site_name")?,
                    list_date: row.get("list_date")?,
                });
            }
        }
    }
    Ok(entries)
}

/// The people of these ids as a search showed them, to be shown again with the form for a new
/// person. Those whom the actor's search would not show are left out.
///
/// # Errors
/// The store's.
pub async fn shown_before(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &LookedFor,
    mut ids: Vec<PersonId>,
) -> Result<Vec<Found>> {
    if grant.only_allocated() {
        ids = allocated_to(tx, ids).await?;
    }
    let mut scored = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(compared) = matching::compare(tx, &looked_for.description, id).await? {
            scored.push((id, compared));
        }
    }
    scored.sort_by(|(_, a), (_, b)| b.weight_bits.total_cmp(&a.weight_bits));
    let found = with_people(tx, scored, &[]).await?;
    for one in &found {
        tx.note_shown(one.person.id, "shown before a person is added");
    }
    Ok(found)
}
