//! What decisions teach: lines of lists, who each was, and the index as it was to be found then.

use super::Known;
use crate::sql::placeholders;
use crate::{Conn, Result, Row, args, elsewhere, people};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{ElsewhereId, EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::time::Instant;
use throughline_matching::{Answer, Description, Index};
use uuid::Uuid;

/// The newest decisions that teach: some years of a large service.
const MOST: i64 = 50_000;

/// Decisions or people read at once.
const AT_ONCE: usize = 200;

/// A line of a list and who it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The line.
    pub entry: EntryId,
    /// When it was decided.
    pub at: Instant,
    /// What the list said.
    pub described: Description,
    /// Who it was.
    pub answer: Answer<Known>,
}

/// Lines, and how the index that they are asked of differs from what it is now.
#[derive(Debug, Default, PartialEq)]
pub struct Lessons {
    /// The lines, in the order of their ids.
    pub lines: Vec<Lesson>,
    /// People who were made known from one of the lines.
    pub left_out: BTreeSet<PersonId>,
    /// Records as they were when they were first said to be of a line's person.
    pub as_they_were: BTreeMap<PersonId, Description>,
}

/// The same number for the same id, on every server and in every version.
pub(super) fn hash(id: Uuid) -> u64 {
    let digest = Sha256::digest(id.as_bytes());
    u64::from_le_bytes(digest[..8].try_into().expect("eight bytes are eight bytes"))
}

impl Lessons {
    /// From every decision there is.
    ///
    /// # Errors
    /// The store's.
    pub async fn gather(conn: &mut Conn) -> Result<Self> {
        let mut of_line: BTreeMap<EntryId, Vec<Decided>> = BTreeMap::new();
        for one in decided(conn).await? {
            of_line.entry(one.entry).or_default().push(one);
        }
        let mut cases: Vec<Case> = of_line.values().filter_map(|decisions| case(decisions)).collect();
        one_of_both(&mut cases);
        let texts = kept(conn, &cases).await?;
        let was: BTreeSet<PersonId> = cases.iter().filter_map(Case::was).map(|(person, _)| person).collect();
        let records = records_of(conn, &was).await?;
        Ok(lessons(&cases, &texts, &records))
    }

    /// Makes the index what the lines are to be asked of.
    pub fn put_back(&self, index: &mut Index<Known>) {
        for person in &self.left_out {
            index.remove(Known::Person(*person));
        }
        for (person, described) in &self.as_they_were {
            index.put(Known::Person(*person), described);
        }
    }
}

/// How many lines were decided about after an instant.
pub(super) async fn decided_after(conn: &mut Conn, after: Instant) -> Result<i64> {
    let sql = "SELECT count(*) AS lines FROM (
        SELECT entry_id FROM match_decision WHERE decision <> 'not_sure' AND decided_at > $1
        UNION SELECT entry_id FROM elsewhere_decision WHERE decision <> 'not_sure' AND decided_at > $1) AS decided";
    conn.fetch_one(sql, args![after]).await?.get("lines")
}

/// A decision, without what was described.
#[derive(Debug, Clone)]
struct Decided {
    id: Uuid,
    entry: EntryId,
    of: Known,
    decision: MatchDecision,
    at: Instant,
    /// Who the line is now, and when they were made known.
    line: Option<(PersonId, Instant)>,
}

/// Every decision that says something, the newest first.
async fn decided(conn: &mut Conn) -> Result<Vec<Decided>> {
    let mut all = Vec::new();
    for sql in [
        "SELECT d.id, d.entry_id, d.person_id AS of_id, d.decision, d.decided_at, l.person_id, p.created_at
           FROM match_decision d JOIN list_entry l ON l.id = d.entry_id LEFT JOIN person p ON p.id = l.person_id
          WHERE d.decision <> 'not_sure' ORDER BY d.decided_at DESC, d.id DESC LIMIT $1",
        "SELECT d.id, d.entry_id, d.elsewhere_id AS of_id, d.decision, d.decided_at, l.person_id, p.created_at
           FROM elsewhere_decision d JOIN list_entry l ON l.id = d.entry_id LEFT JOIN person p ON p.id = l.person_id
          WHERE d.decision <> 'not_sure' ORDER BY d.decided_at DESC, d.id DESC LIMIT $1",
    ] {
        let is_of_ours = sql.contains("FROM match_decision");
        for row in &conn.fetch_all(sql, args![MOST]).await? {
            all.push(decision(row, is_of_ours)?);
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
    Ok(all)
}

fn decision(row: &Row, is_of_ours: bool) -> Result<Decided> {
    let of: Uuid = row.get("of_id")?;
    let (person, made): (Option<PersonId>, Option<Instant>) = (row.get("person_id")?, row.get("created_at")?);
    Ok(Decided {
        id: row.get("id")?,
        entry: row.get("entry_id")?,
        of: if is_of_ours { PersonId::new(of).into() } else { ElsewhereId::new(of).into() },
        decision: row.get("decision")?,
        at: row.get("decided_at")?,
        line: person.zip(made),
    })
}

/// A line, and what was decided about it in the end.
#[derive(Debug)]
struct Case {
    entry: EntryId,
    at: Instant,
    /// The decision whose description of the line counts.
    described: Known,
    described_by: Uuid,
    end: End,
}

#[derive(Debug)]
enum End {
    /// They were this person, whose record then was kept with the decision.
    Was(PersonId),
    /// This person was made known from the line, and these records elsewhere, if any, were of them.
    Made(PersonId, Vec<ElsewhereId>),
    /// They were none of these.
    NotThese(Vec<Known>),
}

impl Case {
    fn was(&self) -> Option<(PersonId, Instant)> {
        if let End::Was(person) = self.end { Some((person, self.at)) } else { None }
    }

    fn made(&self) -> Option<PersonId> {
        if let End::Made(person, _) = self.end { Some(person) } else { None }
    }
}

/// What the decisions about one line come to, the newest first; `None` when they teach nothing.
fn case(decisions: &[Decided]) -> Option<Case> {
    let newest = decisions.first()?;
    let from =
        |one: &Decided, end: End| Case { entry: one.entry, at: one.at, described: one.of, described_by: one.id, end };
    let mut last: BTreeMap<Known, MatchDecision> = BTreeMap::new();
    for one in decisions {
        last.entry(one.of).or_insert(one.decision);
    }
    let all = |decision: MatchDecision| last.iter().filter(move |(_, one)| **one == decision).map(|(known, _)| *known);
    let Some((person, made)) = newest.line else {
        // A line said to be somebody's and joined to nobody is in two minds.
        let is_open = all(MatchDecision::Same).next().is_none();
        return is_open.then(|| from(newest, End::NotThese(all(MatchDecision::Different).collect())));
    };
    // Whoever makes somebody known from a line decides about everybody they were shown, in one act.
    if let Some(act) = decisions.iter().find(|one| one.at == made) {
        let records = all(MatchDecision::Same).filter_map(Known::elsewhere).collect();
        return Some(from(act, End::Made(person, records)));
    }
    // The first: whoever says so has the list's name and numbers put into the record.
    let is_same = |one: &&Decided| one.decision == MatchDecision::Same;
    let first = decisions.iter().rev().filter(is_same).find(|one| one.of == person.into())?;
    // Made known from the line and from a record elsewhere, and joined to this person since.
    let is_made = decisions.iter().filter(is_same).any(|one| one.of.elsewhere().is_some() && one.at == first.at);
    let is_said = last.get(&person.into()) == Some(&MatchDecision::Same);
    (is_said && !is_made).then(|| from(first, End::Was(person)))
}

/// Of somebody who was made known from one line and was found by another, one of the two teaches.
fn one_of_both(cases: &mut Vec<Case>) {
    let was: BTreeSet<PersonId> = cases.iter().filter_map(Case::was).map(|(person, _)| person).collect();
    let made: BTreeSet<PersonId> = cases.iter().filter_map(Case::made).collect();
    let is_made = |person: PersonId| hash(person.uuid()).is_multiple_of(2);
    cases.retain(|case| match case.end {
        End::Was(person) => !made.contains(&person) || !is_made(person),
        End::Made(person, _) => !was.contains(&person) || is_made(person),
        End::NotThese(_) => true,
    });
}

/// What was kept with a decision: the line's description, and our record's.
type Texts = HashMap<Uuid, (Description, Option<Description>)>;

/// The part of the evidence that teaches.
#[derive(serde::Deserialize)]
struct Described {
    description: Description,
}

/// Descriptions that were not kept, or cannot be read, are left out.
async fn kept(conn: &mut Conn, cases: &[Case]) -> Result<Texts> {
    let mut texts = Texts::new();
    for (is_of_ours, select) in [
        (true, "SELECT id, evidence, known FROM match_decision"),
        (false, "SELECT id, evidence, '' AS known FROM elsewhere_decision"),
    ] {
        let ids = cases.iter().filter(|case| case.described.person().is_some() == is_of_ours);
        let ids: Vec<Uuid> = ids.map(|case| case.described_by).collect();
        for some in ids.chunks(AT_ONCE) {
            let sql = format!("{select} WHERE id IN ({})", placeholders(1, some.len()));
            let values = some.iter().map(|id| (*id).into()).collect();
            for row in &conn.fetch_text(sqlx::AssertSqlSafe(sql), values).await? {
                let (evidence, known): (String, String) = (row.get("evidence")?, row.get("known")?);
                if let Ok(Described { description }) = serde_json::from_str(&evidence) {
                    texts.insert(row.get("id")?, (description, serde_json::from_str(&known).ok()));
                }
            }
        }
    }
    Ok(texts)
}

/// The records elsewhere of each of these people who are in the index.
async fn records_of(conn: &mut Conn, of: &BTreeSet<PersonId>) -> Result<BTreeMap<PersonId, Vec<ElsewhereId>>> {
    let of: Vec<PersonId> = of.iter().copied().collect();
    let mut records = BTreeMap::new();
    for some in of.chunks(AT_ONCE) {
        let there = people::load_kept(conn, some).await?;
        let there: Vec<(PersonId, Option<NhsNumber>)> =
            there.into_iter().map(|(person, _)| (person.id, person.nhs_number)).collect();
        records.extend(there.iter().map(|(person, _)| (*person, Vec::new())));
        for (person, record) in elsewhere::of_people(conn, &there).await? {
            records.entry(person).or_default().push(record.id);
        }
    }
    Ok(records)
}

fn lessons(cases: &[Case], texts: &Texts, records: &BTreeMap<PersonId, Vec<ElsewhereId>>) -> Lessons {
    let mut lessons = Lessons::default();
    // Each record as it was at the first decision with which it was kept.
    let mut since: BTreeMap<PersonId, Instant> = BTreeMap::new();
    for case in cases {
        let known = texts.get(&case.described_by).and_then(|(_, known)| known.as_ref());
        let (Some((person, at)), Some(known)) = (case.was(), known) else { continue };
        if since.get(&person).is_none_or(|earlier| at < *earlier) {
            since.insert(person, at);
            lessons.as_they_were.insert(person, known.clone());
        }
    }
    for case in cases {
        let Some((described, _)) = texts.get(&case.described_by) else { continue };
        let answer = match &case.end {
            End::Was(person) => {
                // What was decided before is in the record that was kept.
                let (Some(records), true) = (records.get(person), since.get(person).is_some_and(|at| *at <= case.at))
                else {
                    continue;
                };
                let records = records.iter().map(|record| Known::Elsewhere(*record));
                Answer::Known(std::iter::once(Known::Person(*person)).chain(records).collect())
            }
            End::Made(_, records) if records.is_empty() => Answer::Unknown,
            End::Made(_, records) => Answer::Known(records.iter().map(|record| Known::Elsewhere(*record)).collect()),
            End::NotThese(known) => Answer::NotThese(known.clone()),
        };
        lessons.left_out.extend(case.made());
        lessons.lines.push(Lesson { entry: case.entry, at: case.at, described: described.clone(), answer });
    }
    lessons.as_they_were.retain(|person, _| records.contains_key(person));
    lessons
}
