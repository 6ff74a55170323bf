//! Finding people: who a line of a list may be, and whoever a person's search may mean. Each one shown
//! gets its audit row.

use crate::people::{Home, Person, load};
use crate::{Conn, Result, Tx, args, matching};
use chrono::NaiveDate;
use std::collections::HashMap;
use throughline_domain::ids::{EntryId, PersonId, SiteId};
use throughline_domain::name::Name;
use throughline_matching::{Agreement, Comparison, Description, Limits, Scored};
use throughline_policy::{Grant, SearchPeople, ViewIdentity, ViewList};

/// A person who may be the one on a list or in a search, with what speaks for and against.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The person.
    pub person: Person,
    /// Weight, probability, band and evidence.
    pub scored: Scored,
}

/// People who may be the one described, most likely first. Each one shown gets its audit row.
///
/// # Errors
/// The store's.
pub async fn candidates(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let limits = Limits { most: widened(grant, limit), ..Limits::LIST };
    let found = matching::candidates(tx, looked_for, limits).await?;
    let found = shown(tx, grant, found, limit).await?;
    for candidate in &found {
        tx.note_shown(candidate.person.id, "possible match");
    }
    Ok(found)
}

/// One person weighed against a description, for a comparison side by side: somebody on a list and
/// somebody a search found. The person is shown as a search shows them, and gets the audit row.
///
/// # Errors
/// The store's. `None` when there is no such person, or they are not the actor's to find.
pub async fn compare(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    person: PersonId,
) -> Result<Option<Candidate>> {
    if grant.only_allocated() && !tx.may::<ViewIdentity>(person).await? {
        return Ok(None);
    }
    let Some(scored) = matching::compare(tx, looked_for, person).await? else {
        return Ok(None);
    };
    let Some((person, _)) = load(tx, &[person]).await?.pop() else {
        return Ok(None);
    };
    tx.note_shown(person.id, "compared side by side");
    Ok(Some(Candidate { person, scored }))
}

/// People found by what somebody typed: a name spelt by ear, a part of a name, a date of birth, an
/// identifier. Each one shown gets its audit row.
///
/// # Errors
/// The store's.
pub async fn search(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let found = matching::search(tx, looked_for, Limits::best(widened(grant, limit))).await?;
    let found = shown(tx, grant, found.into_iter().filter(speaks_for_them).collect(), limit).await?;
    for candidate in &found {
        tx.note_shown(candidate.person.id, "search result");
    }
    Ok(found)
}

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
}

/// Somebody found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The person.
    pub person: Person,
    /// Their postcode: for its district only, and only for those who may see where they live.
    pub postcode: String,
    /// What speaks for and against.
    pub scored: Scored,
    /// Found by a custody number of theirs.
    pub by_custody_number: bool,
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
    let mut scored: Vec<(PersonId, Scored)> = Vec::with_capacity(found.len() + by_number.len());
    for person in &by_number {
        if let Some(compared) = matching::compare(tx, &description, *person).await? {
            scored.push((*person, compared));
        }
    }
    scored.extend(found.into_iter().filter(|one| !by_number.contains(&one.id)).map(|one| (one.id, one.scored)));
    if grant.only_allocated() {
        let allocated = allocated_to(tx, scored.iter().map(|(id, _)| *id).collect()).await?;
        scored.retain(|(id, _)| allocated.contains(id));
    }
    let total = scored.len();
    scored.truncate(limit);
    let people = with_people(tx, scored, &by_number).await?;
    for found in &people {
        tx.note_shown(found.person.id, "search result");
    }
    let entries = entries_of(tx, &looked_for.custody_numbers).await?;
    Ok(Finds { people, total, entries })
}

/// The most people whom one search weighs for a list of results.
const SEARCHED: usize = 200;

/// Whether what was typed speaks for somebody more than against them.
fn speaks_for_them(candidate: &throughline_matching::Candidate<PersonId>) -> bool {
    candidate.scored.weight_bits > 0.0
}

fn is_of_year(candidate: &throughline_matching::Candidate<PersonId>, year: Option<i32>) -> bool {
    let differs = |line: &throughline_matching::Evidence| {
        line.comparison == Comparison::DateOfBirth && line.agreement == Agreement::Disagree
    };
    year.is_none() || !candidate.scored.evidence.iter().any(differs)
}

/// Those who were found, in their order, as they are known.
async fn with_people(conn: &mut Conn, scored: Vec<(PersonId, Scored)>, by_number: &[PersonId]) -> Result<Vec<Found>> {
    let ids: Vec<PersonId> = scored.iter().map(|(id, _)| *id).collect();
    let loaded = load(conn, &ids).await?;
    let mut people: HashMap<PersonId, (Person, Home)> =
        loaded.into_iter().map(|(person, home)| (person.id, (person, home))).collect();
    let found = scored.into_iter().filter_map(|(id, scored)| {
        let (person, home) = people.remove(&id)?;
        Some(Found { person, postcode: home.postcode, scored, by_custody_number: by_number.contains(&id) })
    });
    Ok(found.collect())
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

/// How many are asked for, when only some of them may be shown.
fn widened(grant: &Grant<SearchPeople>, limit: usize) -> usize {
    if grant.only_allocated() { SEARCHED } else { limit }
}

/// Those of the candidates whom the actor's search may show.
async fn shown(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    mut found: Vec<throughline_matching::Candidate<PersonId>>,
    limit: usize,
) -> Result<Vec<Candidate>> {
    if grant.only_allocated() {
        let allocated = allocated_to(tx, found.iter().map(|candidate| candidate.id).collect()).await?;
        found.retain(|candidate| allocated.contains(&candidate.id));
    }
    found.truncate(limit);
    let scored = found.into_iter().map(|candidate| (candidate.id, candidate.scored)).collect();
    let found = with_people(tx, scored, &[]).await?;
    Ok(found.into_iter().map(|found| Candidate { person: found.person, scored: found.scored }).collect())
}

/// Of these people, those whose follow-up is with the actor's organisation and who agreed to it.
async fn allocated_to(tx: &mut Tx, ids: Vec<PersonId>) -> Result<Vec<PersonId>> {
    let mut allocated = Vec::new();
    for id in ids {
        if tx.may::<ViewIdentity>(id).await? {
            allocated.push(id);
        }
    }
    Ok(allocated)
}
