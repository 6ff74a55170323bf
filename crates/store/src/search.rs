//! Finding people: who a line of a list may be, and whoever a person's search may mean: people of ours, and
//! records of other registers. Each one shown gets its audit row.

mod typed;

pub use typed::{Finds, FoundEntry, LookedFor, find, shown_before};

use crate::elsewhere::{self, Elsewhere};
use crate::matching::Known;
use crate::people::{Home, Person, load};
use crate::{Conn, Result, Tx, matching};
use std::collections::{BTreeSet, HashMap};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{ElsewhereId, PersonId};
use throughline_matching::{Description, Limits, Scored};
use throughline_policy::{Grant, SearchPeople, ViewIdentity};

/// A person who may be the one on a list or in a search, with what speaks for and against.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The person.
    pub person: Person,
    /// Weight, probability, band and evidence.
    pub scored: Scored,
    /// Where else they are known. Empty where only the person was asked for.
    pub also: Vec<Elsewhere>,
}

/// A record of another register that may be of the one on a list or in a search, and of no person of ours
/// as far as is known.
#[derive(Debug, Clone)]
pub struct ElsewhereCandidate {
    /// The record.
    pub elsewhere: Elsewhere,
    /// Weight, probability, band and evidence.
    pub scored: Scored,
}

/// Everybody who may be the one on a list or in a search, most likely first.
#[derive(Debug, Clone, Default)]
pub struct Possible {
    /// People of ours.
    pub people: Vec<Candidate>,
    /// Records of other registers.
    pub elsewhere: Vec<ElsewhereCandidate>,
}

/// People of ours who may be the one described, most likely first. Each one shown gets its audit row.
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
    let (people, _) = apart(found);
    let found = shown(tx, grant, people, limit).await?;
    for candidate in &found {
        tx.note_shown(candidate.person.id, "possible match");
    }
    Ok(found)
}

/// Everybody who may be the one described: people of ours, and records of other registers. A record that
/// is of a person of ours, or carries their NHS number, is shown with that person. Each one shown gets its
/// audit row.
///
/// # Errors
/// The store's.
pub async fn possible(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    limit: usize,
) -> Result<Possible> {
    let limits = Limits { most: widened(grant, limit), ..Limits::LIST };
    let found = matching::candidates(tx, looked_for, limits).await?;
    both(tx, grant, looked_for, found, limit, "possible match").await
}

/// A record of another register weighed against a description, for a comparison side by side. It gets its
/// audit row.
///
/// # Errors
/// The store's. `None` when its register no longer has it, or it is not the actor's to find.
pub async fn compare_elsewhere(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    id: ElsewhereId,
) -> Result<Option<ElsewhereCandidate>> {
    if grant.only_allocated() {
        return Ok(None);
    }
    let Some(scored) = matching::compare(tx, looked_for, id).await? else { return Ok(None) };
    let Some(elsewhere) = elsewhere::load(tx, &[id]).await?.pop() else { return Ok(None) };
    tx.note_elsewhere(id, "compared side by side");
    Ok(Some(ElsewhereCandidate { elsewhere, scored }))
}

type InIndex<Id> = throughline_matching::Candidate<Id>;

/// People of ours and records of other registers, each in their order.
fn apart(found: Vec<InIndex<Known>>) -> (Vec<InIndex<PersonId>>, Vec<InIndex<ElsewhereId>>) {
    let (mut people, mut records) = (Vec::new(), Vec::new());
    for InIndex { id, scored } in found {
        match id {
            Known::Person(id) => people.push(InIndex { id, scored }),
            Known::Elsewhere(id) => records.push(InIndex { id, scored }),
        }
    }
    (people, records)
}

/// People and records as they may be shown, with their audit rows.
async fn both(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    found: Vec<InIndex<Known>>,
    limit: usize,
    why: &str,
) -> Result<Possible> {
    let (people, records) = apart(found);
    let mut possible = Possible { people: shown(tx, grant, people, limit).await?, elsewhere: Vec::new() };
    // Other registers are the health service's own: whoever sees only people allocated to them sees none.
    if !grant.only_allocated() {
        let (nobodys, owners) = unowned(tx, records, limit).await?;
        add_owners(tx, looked_for, owners, &mut possible.people).await?;
        let mut also = also(tx, &possible.people).await?;
        for candidate in &mut possible.people {
            candidate.also = also.remove(&candidate.person.id).unwrap_or_default();
        }
        possible.elsewhere = nobodys;
    }
    for candidate in &possible.people {
        tx.note_shown(candidate.person.id, why);
        for record in &candidate.also {
            tx.note_elsewhere(record.id, why);
        }
    }
    for candidate in &possible.elsewhere {
        tx.note_elsewhere(candidate.elsewhere.id, why);
    }
    Ok(possible)
}

/// Records of no person of ours, the likeliest first; and the people whose the others are, by what was
/// decided or by their NHS number.
async fn unowned(
    conn: &mut Conn,
    records: Vec<InIndex<ElsewhereId>>,
    limit: usize,
) -> Result<(Vec<ElsewhereCandidate>, Vec<PersonId>)> {
    let (mut nobodys, mut owners) = (Vec::new(), Vec::new());
    let mut records = records.into_iter();
    while nobodys.len() < limit {
        let some: Vec<_> = records.by_ref().take(limit).collect();
        if some.is_empty() {
            break;
        }
        let ids: Vec<ElsewhereId> = some.iter().map(|found| found.id).collect();
        let loaded = elsewhere::load(conn, &ids).await?;
        let numbers: Vec<NhsNumber> = loaded.iter().filter_map(|one| one.record.sound_nhs_number()).collect();
        let holders = elsewhere::holders_of(conn, &numbers).await?;
        let mut loaded: HashMap<ElsewhereId, Elsewhere> = loaded.into_iter().map(|one| (one.id, one)).collect();
        for InIndex { id, scored } in some {
            let Some(elsewhere) = loaded.remove(&id) else { continue };
            let by_number = || holders.get(&elsewhere.record.sound_nhs_number()?).copied();
            match elsewhere.person_id.or_else(by_number) {
                Some(owner) => owners.push(owner),
                None => nobodys.push(ElsewhereCandidate { elsewhere, scored }),
            }
        }
    }
    nobodys.truncate(limit);
    Ok((nobodys, owners))
}

/// People who are found by what another register says of them are candidates too.
async fn add_owners(
    tx: &mut Tx,
    looked_for: &Description,
    owners: Vec<PersonId>,
    people: &mut Vec<Candidate>,
) -> Result<()> {
    let there: BTreeSet<PersonId> = people.iter().map(|candidate| candidate.person.id).collect();
    let missing: BTreeSet<PersonId> = owners.into_iter().filter(|owner| !there.contains(owner)).collect();
    let mut scored = Vec::with_capacity(missing.len());
    for owner in missing {
        if let Some(compared) = matching::compare(tx, looked_for, owner).await? {
            scored.push((owner, compared));
        }
    }
    scored.sort_by(|(_, a), (_, b)| b.weight_bits.total_cmp(&a.weight_bits));
    let found = with_people(tx, scored, &[]).await?;
    people.extend(found.into_iter().map(Candidate::from));
    Ok(())
}

/// Where else these people are known.
async fn also(conn: &mut Conn, people: &[Candidate]) -> Result<HashMap<PersonId, Vec<Elsewhere>>> {
    let people: Vec<_> = people.iter().map(|one| (one.person.id, one.person.nhs_number.clone())).collect();
    by_person(conn, &people).await
}

async fn by_person(
    conn: &mut Conn,
    people: &[(PersonId, Option<NhsNumber>)],
) -> Result<HashMap<PersonId, Vec<Elsewhere>>> {
    let mut all: HashMap<PersonId, Vec<Elsewhere>> = HashMap::new();
    for (person, record) in elsewhere::of_people(conn, people).await? {
        all.entry(person).or_default().push(record);
    }
    Ok(all)
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
    Ok(Some(Candidate { person, scored, also: Vec::new() }))
}

/// Who is found by what somebody typed: a name spelt by ear, a part of a name, a date of birth, an
/// identifier. Each one shown gets its audit row.
///
/// # Errors
/// The store's.
pub async fn search(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    looked_for: &Description,
    limit: usize,
) -> Result<Possible> {
    let found = matching::search(tx, looked_for, Limits::best(widened(grant, limit))).await?;
    let found = found.into_iter().filter(speaks_for_them).collect();
    both(tx, grant, looked_for, found, limit, "search result").await
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
    /// Where else they are known, for those whose record the actor may open.
    pub also: Vec<Elsewhere>,
}

impl From<Found> for Candidate {
    fn from(found: Found) -> Self {
        Self { person: found.person, scored: found.scored, also: found.also }
    }
}

/// The most people whom one search weighs for a list of results.
const SEARCHED: usize = 200;

/// Whether what was typed speaks for somebody more than against them.
fn speaks_for_them(candidate: &InIndex<Known>) -> bool {
    candidate.scored.weight_bits > 0.0
}

/// Those who were found, in their order, as they are known.
async fn with_people(conn: &mut Conn, scored: Vec<(PersonId, Scored)>, by_number: &[PersonId]) -> Result<Vec<Found>> {
    let ids: Vec<PersonId> = scored.iter().map(|(id, _)| *id).collect();
    let loaded = load(conn, &ids).await?;
    let mut people: HashMap<PersonId, (Person, Home)> =
        loaded.into_iter().map(|(person, home)| (person.id, (person, home))).collect();
    let found = scored.into_iter().filter_map(|(id, scored)| {
        let (person, home) = people.remove(&id)?;
        let by_custody_number = by_number.contains(&id);
        Some(Found { person, postcode: home.postcode, scored, by_custody_number, also: Vec::new() })
    });
    Ok(found.collect())
}

/// How many are asked for, when only some of them may be shown.
fn widened(grant: &Grant<SearchPeople>, limit: usize) -> usize {
    if grant.only_allocated() { SEARCHED } else { limit }
}

/// Those of the candidates whom the actor's search may show.
async fn shown(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    mut found: Vec<InIndex<PersonId>>,
    limit: usize,
) -> Result<Vec<Candidate>> {
    if grant.only_allocated() {
        let allocated = allocated_to(tx, found.iter().map(|candidate| candidate.id).collect()).await?;
        found.retain(|candidate| allocated.contains(&candidate.id));
    }
    found.truncate(limit);
    let scored = found.into_iter().map(|candidate| (candidate.id, candidate.scored)).collect();
    let found = with_people(tx, scored, &[]).await?;
    Ok(found.into_iter().map(Candidate::from).collect())
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
