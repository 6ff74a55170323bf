//! Pairs of records that may be of one person: proposed, looked at, decided.

use super::{Ruled, rows};
use crate::described::{changed, listed};
use crate::people::{self, Home, Person};
use crate::{Conn, Error, Result, Row, Tx, args};
use chrono::NaiveDate;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use throughline_domain::ids::{DuplicateId, MergeId, PersonId};
use throughline_domain::merge::{Duplicate, DuplicateState, History, Pair, Refusal};
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_matching::{Band, Description, Parameters, Scored, reason_line, score};
use throughline_policy::{DecideDuplicate, Grant, ProposeDuplicate, ViewDuplicates};
use uuid::Uuid;

/// People read at once.
const CHUNK: usize = 400;

/// What became of proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// Asked for the first time.
    pub new: usize,
    /// Asked again, because something has changed since somebody decided.
    pub reopened: usize,
    /// Known, and left as they stand.
    pub unchanged: usize,
}

/// Who somebody is, in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: Name,
    /// When they were born.
    pub date_of_birth: Option<NaiveDate>,
}

/// A pair in the queue.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its id.
    pub id: DuplicateId,
    /// Version of the row.
    pub version: i64,
    /// The two people.
    pub people: [Known; 2],
    /// That they are one, as the engine said when the pair was proposed.
    pub probability: f64,
    /// What that means.
    pub band: Band,
    /// Why, in one line.
    pub reason: String,
    /// Where the question stands.
    pub state: DuplicateState,
    /// When it was put.
    pub proposed_at: Instant,
    /// By whom; empty when the engine did.
    pub proposed_by_name: String,
    /// When it was decided, for the last time: also when it was asked again since.
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by_name: String,
    /// Why.
    pub decision_reason: String,
    /// The joining, when there was one that stands.
    pub merge_id: Option<MergeId>,
    /// What was decided before the question was asked again.
    pub earlier_state: Option<DuplicateState>,
    /// Why it was asked again, as words go on after "Asked again: "; empty when it was not.
    pub asked_again: String,
}

/// A page of the queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its lines.
    pub lines: Vec<Line>,
    /// How many there are in this state.
    pub total: i64,
}

/// One of the two of a pair, with what their record holds.
#[derive(Debug, Clone)]
pub struct Side {
    /// Who they are.
    pub person: Person,
    /// Into whom they were joined, when they were.
    pub merged_into: Option<PersonId>,
    /// What their record holds, by kind: what would move.
    pub holds: Vec<(&'static str, i64)>,
    /// How much of it there is.
    pub history: History,
}

/// A pair, looked at closely.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The question.
    pub line: Line,
    /// The two, in the order of the pair.
    pub sides: [Side; 2],
    /// What speaks for and against, as things stand now.
    pub scored: Scored,
}

/// What was compared: what the matching engine compares of each record, in the order of the pair.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Described {
    first: Description,
    second: Description,
}

impl Described {
    fn of(first: &(Person, Home), second: &(Person, Home)) -> Self {
        Self { first: first.0.description(&first.1), second: second.0.description(&second.1) }
    }

    fn kept(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// What changed since these were kept, as words go on after "Asked again: "; nothing when nothing did.
    fn changed_since(&self, kept: &str) -> Option<String> {
        let Ok(then) = serde_json::from_str::<Self>(kept) else {
            return Some("what was compared then was not kept".to_owned());
        };
        let sides = [(&then.first, &self.first, "first"), (&then.second, &self.second, "second")];
        let told = sides.map(|(then, now, which)| (changed(then, now), which));
        let told: Vec<String> = told
            .iter()
            .filter(|(what, _)| !what.is_empty())
            .map(|(what, which)| format!("{} in the {which} record", listed(what)))
            .collect();
        (!told.is_empty()).then(|| format!("{} changed since", told.join(" and ")))
    }
}

/// Puts pairs before the people who decide. Asking the same again changes nothing; what somebody
/// decided is asked again only when something about either person has changed since. People who were
/// joined into somebody are passed over.
///
/// # Errors
/// The store's.
pub async fn propose(tx: &mut Tx, pairs: &[Duplicate]) -> Result<Decided> {
    let mut done = Decided::default();
    for chunk in pairs.chunks(CHUNK / 2) {
        let mut ids: Vec<PersonId> = chunk.iter().flat_map(|one| [one.pair.first(), one.pair.second()]).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut people: BTreeMap<PersonId, (Person, Home)> = BTreeMap::new();
        for found in people::load(tx, &ids).await? {
            people.insert(found.0.id, found);
        }
        for one in chunk {
            let (Some(first), Some(second)) = (people.get(&one.pair.first()), people.get(&one.pair.second())) else {
                continue;
            };
            if is_joined(tx, one.pair).await? {
                continue;
            }
            match put(tx, one, &Described::of(first, second)).await? {
                Put::New(_) => done.new += 1,
                Put::Reopened => done.reopened += 1,
                Put::Unchanged => done.unchanged += 1,
            }
        }
    }
    Ok(done)
}

async fn is_joined(conn: &mut Conn, pair: Pair) -> Result<bool> {
    let row = conn
        .fetch_optional(
            "SELECT id FROM person WHERE id IN ($1, $2) AND merged_into IS NOT NULL",
            args![pair.first(), pair.second()],
        )
        .await?;
    Ok(row.is_some())
}

enum Put {
    New(DuplicateId),
    Reopened,
    Unchanged,
}

async fn put(tx: &mut Tx, one: &Duplicate, described: &Described) -> Result<Put> {
    let (id, now) = (DuplicateId::new(Uuid::now_v7()), tx.now());
    let compared = described.kept();
    let inserted = tx
        .execute(
            "INSERT INTO duplicate_pair (id, first_id, second_id, probability, band, reason, compared, state, proposed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (first_id, second_id) DO NOTHING",
            args![
                id,
                one.pair.first(),
                one.pair.second(),
                one.probability,
                &one.band,
                &one.reason,
                &compared,
                DuplicateState::ToReview,
                now
            ],
        )
        .await?;
    if inserted == 1 {
        return Ok(Put::New(id));
    }
    let row = tx
        .fetch_one(
            "SELECT id, version, state, compared, earlier_state, asked_again FROM duplicate_pair
              WHERE first_id = $1 AND second_id = $2",
            args![one.pair.first(), one.pair.second()],
        )
        .await?;
    let known: DuplicateState = row.get("state")?;
    let Some(changed) = described.changed_since(&row.get::<String>("compared")?) else { return Ok(Put::Unchanged) };
    let state = known.proposed_again(true);
    if state == DuplicateState::Merged {
        return Ok(Put::Unchanged);
    }
    let is_reopened = state != known;
    // Who decided, when and why stays: it is shown beside the question.
    let (earlier, asked_again) = if is_reopened {
        (known.code().to_owned(), changed)
    } else {
        (row.get("earlier_state")?, row.get("asked_again")?)
    };
    tx.execute_versioned(
        "UPDATE duplicate_pair SET probability = $3, band = $4, reason = $5, compared = $6, state = $7, version = version + 1,
                proposed_at = $8, earlier_state = $9, asked_again = $10
          WHERE id = $1 AND version = $2",
        args![
            row.get::<DuplicateId>("id")?,
            row.get::<i64>("version")?,
            one.probability,
            &one.band,
            &one.reason,
            compared,
            state,
            now,
            earlier,
            asked_again
        ],
    )
    .await?;
    Ok(if is_reopened { Put::Reopened } else { Put::Unchanged })
}

/// A pair as the matching engine weighs it now, to be proposed.
///
/// # Errors
/// The store's. `None` when one of them is not there.
pub async fn weigh(conn: &mut Conn, pair: Pair) -> Result<Option<Duplicate>> {
    let weighed = weighed(conn, pair).await?;
    Ok(weighed.map(|(scored, _)| duplicate(pair, &scored, reason_line(&scored))))
}

fn duplicate(pair: Pair, scored: &Scored, reason: String) -> Duplicate {
    Duplicate { pair, probability: scored.probability, band: scored.band.code().to_owned(), reason }
}

/// Says that two records look like one person: asked of each of the two. A question that was
/// answered is put again, as somebody asks.
///
/// # Errors
/// The store's; a [`Refusal`] when they are one record or one of them was joined into another.
pub async fn report(
    tx: &mut Tx,
    one: &Grant<ProposeDuplicate>,
    other: &Grant<ProposeDuplicate>,
    words: &str,
) -> Ruled<DuplicateId> {
    let Some(pair) = Pair::of(one.person(), other.person()) else { return Ok(Err(Refusal::Same)) };
    if is_joined(tx, pair).await? {
        return Ok(Err(Refusal::JoinedBefore));
    }
    let (scored, described) = weighed(tx, pair).await?.ok_or(Error::Stale)?;
    let (now, name) = (tx.now(), tx.actor_name());
    let reason = if words.trim().is_empty() { reason_line(&scored) } else { words.trim().to_owned() };
    put(tx, &duplicate(pair, &scored, reason.clone()), &described).await?;
    let row = tx
        .fetch_one(
            "UPDATE duplicate_pair SET earlier_state = CASE WHEN state IN ('different', 'not_sure') THEN state ELSE earlier_state END,
                    asked_again = CASE WHEN state IN ('different', 'not_sure') THEN $8 ELSE asked_again END,
                    state = $3, reason = $4, proposed_at = $5, proposed_by = $6, proposed_by_name = $7, version = version + 1
              WHERE first_id = $1 AND second_id = $2 RETURNING id",
            args![
                pair.first(),
                pair.second(),
                DuplicateState::ToReview,
                reason,
                now,
                one.actor().user,
                &name,
                format!("{name} says that they are one person")
            ],
        )
        .await?;
    row.get("id").map(Ok)
}

/// The two of a pair weighed against each other as they are now, and what was compared.
async fn weighed(conn: &mut Conn, pair: Pair) -> Result<Option<(Scored, Described)>> {
    let mut people = people::load(conn, &[pair.first(), pair.second()]).await?;
    people.sort_by_key(|(person, _)| person.id);
    let [first, second] = people.as_slice() else { return Ok(None) };
    let described = Described::of(first, second);
    Ok(Some((score(&Parameters::default(), &described.first, &described.second), described)))
}

const LINE: &str =
    "SELECT d.id, d.version, d.first_id, d.second_id, d.probability, d.band, d.reason, d.state, d.proposed_at,
        d.proposed_by_name, d.decided_at, d.decided_by_name, d.decision_reason, d.merge_id, d.earlier_state, d.asked_again,
        a.forenames AS a_forenames, a.surname AS a_surname, a.date_of_birth AS a_born,
        b.forenames AS b_forenames, b.surname AS b_surname, b.date_of_birth AS b_born
   FROM duplicate_pair d JOIN person a ON a.id = d.first_id JOIN person b ON b.id = d.second_id";

/// A question about somebody who was joined into another is not asked: it was carried over.
const ASKED: &str = "d.state = $1 AND (d.state = 'merged' OR (a.merged_into IS NULL AND b.merged_into IS NULL))";

fn line(row: &Row) -> Result<Line> {
    let band: String = row.get("band")?;
    Ok(Line {
        id: row.get("id")?,
        version: row.get("version")?,
        people: [
            Known {
                id: row.get("first_id")?,
                name: Name { forenames: row.get("a_forenames")?, surname: row.get("a_surname")? },
                date_of_birth: row.get("a_born")?,
            },
            Known {
                id: row.get("second_id")?,
                name: Name { forenames: row.get("b_forenames")?, surname: row.get("b_surname")? },
                date_of_birth: row.get("b_born")?,
            },
        ],
        probability: row.get("probability")?,
        band: Band::from_code(&band).ok_or_else(|| Error::Corrupt(format!("band holds the unknown code '{band}'")))?,
        reason: row.get("reason")?,
        state: row.get("state")?,
        proposed_at: row.get("proposed_at")?,
        proposed_by_name: row.get("proposed_by_name")?,
        decided_at: row.get("decided_at")?,
        decided_by_name: row.get("decided_by_name")?,
        decision_reason: row.get("decision_reason")?,
        merge_id: row.get("merge_id")?,
        earlier_state: DuplicateState::from_code(&row.get::<String>("earlier_state")?),
        asked_again: row.get("asked_again")?,
    })
}

/// Pairs in a state: open questions the likeliest first, answered ones the newest first. Each person
/// shown gets the audit row.
///
/// # Errors
/// The store's.
pub async fn queue(
    tx: &mut Tx,
    _grant: &Grant<ViewDuplicates>,
    state: DuplicateState,
    offset: i64,
    limit: i64,
) -> Result<Queue> {
    let order = if state.is_open() { "d.probability DESC, d.id" } else { "d.decided_at DESC, d.id DESC" };
    let sql = format!("{LINE} WHERE {ASKED} ORDER BY {order} LIMIT $2 OFFSET $3");
    let found = tx.fetch_text(sqlx::AssertSqlSafe(sql), args![state, limit, offset]).await?;
    let lines = found.iter().map(line).collect::<Result<Vec<_>>>()?;
    for known in lines.iter().flat_map(|line| &line.people) {
        tx.note_shown(known.id, "possible duplicate");
    }
    let sql = format!(
        "SELECT count(*) AS pairs FROM duplicate_pair d JOIN person a ON a.id = d.first_id JOIN person b ON b.id = d.second_id
          WHERE {ASKED}"
    );
    let counted = tx.fetch_text(sqlx::AssertSqlSafe(sql), args![state]).await?;
    let total = counted.first().map_or(Ok(0), |row| row.get("pairs"))?;
    Ok(Queue { lines, total })
}

/// The two people of a pair.
///
/// # Errors
/// The store's. `None` when there is no such pair.
pub async fn people_of(conn: &mut Conn, id: DuplicateId) -> Result<Option<Pair>> {
    let row = conn.fetch_optional("SELECT first_id, second_id FROM duplicate_pair WHERE id = $1", args![id]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Pair::of(row.get("first_id")?, row.get("second_id")?))
}

/// The pair of the grants' two people, looked at closely: what each record holds, and what speaks for
/// and against.
///
/// # Errors
/// The store's. `None` when they are no pair.
pub async fn open(
    conn: &mut Conn,
    one: &Grant<ViewDuplicates>,
    other: &Grant<ViewDuplicates>,
) -> Result<Option<Compared>> {
    let Some(pair) = Pair::of(one.person(), other.person()) else { return Ok(None) };
    let sql = format!("{LINE} WHERE d.first_id = $1 AND d.second_id = $2");
    let found = conn.fetch_text(sqlx::AssertSqlSafe(sql), args![pair.first(), pair.second()]).await?;
    let Some(line) = found.first().map(line).transpose()? else { return Ok(None) };
    let Some((scored, _)) = weighed(conn, pair).await? else { return Ok(None) };
    let (Some(first), Some(second)) = (side(conn, pair.first()).await?, side(conn, pair.second()).await?) else {
        return Ok(None);
    };
    Ok(Some(Compared { line, sides: [first, second], scored }))
}

async fn side(conn: &mut Conn, id: PersonId) -> Result<Option<Side>> {
    let Some((person, _)) = people::load(conn, &[id]).await?.pop() else { return Ok(None) };
    let row = conn.fetch_one("SELECT merged_into, created_at FROM person WHERE id = $1", args![id]).await?;
    let holds = rows::holdings(conn, id).await?;
    let episodes = holds.iter().find(|(kind, _)| *kind == "Episodes").map_or(0, |(_, count)| *count);
    let history = History {
        episodes,
        rows: holds.iter().map(|(_, count)| count).sum(),
        has_nhs_number: person.nhs_number.is_some(),
        known_since: Reverse(row.get("created_at")?),
    };
    Ok(Some(Side { person, merged_into: row.get("merged_into")?, holds, history }))
}

/// Decides that two records are of two people. They are not proposed again while both stay as they
/// are.
///
/// # Errors
/// [`Error::Stale`] when somebody else decided first.
pub async fn decide_different(
    tx: &mut Tx,
    one: &Grant<DecideDuplicate>,
    other: &Grant<DecideDuplicate>,
    version: i64,
    words: &str,
) -> Result<()> {
    decide(tx, one, other, version, DuplicateState::Different, words).await
}

/// Notes that somebody looked and could not say.
///
/// # Errors
/// [`Error::Stale`] when somebody else decided first.
pub async fn decide_not_sure(
    tx: &mut Tx,
    one: &Grant<DecideDuplicate>,
    other: &Grant<DecideDuplicate>,
    version: i64,
    words: &str,
) -> Result<()> {
    decide(tx, one, other, version, DuplicateState::NotSure, words).await
}

async fn decide(
    tx: &mut Tx,
    one: &Grant<DecideDuplicate>,
    other: &Grant<DecideDuplicate>,
    version: i64,
    state: DuplicateState,
    words: &str,
) -> Result<()> {
    let pair = Pair::of(one.person(), other.person()).ok_or(Error::Stale)?;
    let (_, described) = weighed(tx, pair).await?.ok_or(Error::Stale)?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE duplicate_pair SET state = $4, compared = $5, decided_at = $6, decided_by = $7, decided_by_name = $8,
                decision_reason = $9, earlier_state = '', asked_again = '', version = version + 1
          WHERE first_id = $1 AND second_id = $2 AND version = $3 AND state <> 'merged'",
        args![pair.first(), pair.second(), version, state, described.kept(), now, one.actor().user, name, words.trim()],
    )
    .await?;
    tx.audit_detail(&format!("possible duplicate: {}", state.label().to_lowercase()));
    Ok(())
}

/// The question of a pair is answered by joining.
pub(super) async fn joined(tx: &mut Tx, pair: Pair, merge: MergeId, reason: &str) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    let actor = tx.actor().map(|actor| actor.user);
    tx.execute(
        "UPDATE duplicate_pair SET state = $3, merge_id = $4, decided_at = $5, decided_by = $6, decided_by_name = $7,
                decision_reason = $8, earlier_state = '', asked_again = '', version = version + 1
          WHERE first_id = $1 AND second_id = $2",
        args![pair.first(), pair.second(), DuplicateState::Merged, merge, now, actor, name, reason],
    )
    .await?;
    Ok(())
}

/// Open questions about the one who goes are put to the one who stays, so that none is lost.
pub(super) async fn carry_over(tx: &mut Tx, merge: MergeId, away: PersonId, keep: PersonId) -> Result<()> {
    let sql = format!("{LINE} WHERE (d.first_id = $1 OR d.second_id = $1) AND d.state IN ('to_review', 'not_sure')");
    let found = tx.fetch_text(sqlx::AssertSqlSafe(sql), args![away]).await?;
    for line in found.iter().map(line).collect::<Result<Vec<_>>>()? {
        let other = line.people.iter().map(|known| known.id).find(|id| *id != away);
        let Some(pair) = other.and_then(|other| Pair::of(keep, other)) else { continue };
        if is_joined(tx, pair).await? {
            continue;
        }
        let Some((_, described)) = weighed(tx, pair).await? else { continue };
        let duplicate = Duplicate {
            pair,
            probability: line.probability,
            band: line.band.code().to_owned(),
            reason: line.reason.clone(),
        };
        if let Put::New(id) = put(tx, &duplicate, &described).await? {
            rows::note_pair(tx, merge, id.uuid()).await?;
        }
    }
    Ok(())
}

/// Whoever takes two records apart puts the question again.
pub(super) async fn taken_apart(tx: &mut Tx, merge: MergeId) -> Result<()> {
    tx.execute(
        "UPDATE duplicate_pair SET state = $2, merge_id = NULL, decided_at = NULL, decided_by = NULL, decided_by_name = '',
                decision_reason = '', earlier_state = '', asked_again = '', version = version + 1
          WHERE merge_id = $1",
        args![merge, DuplicateState::ToReview],
    )
    .await?;
    Ok(())
}
