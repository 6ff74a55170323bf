//! Who a line is likeliest to be: found by the matching engine, kept beside the line for the board, and
//! found anew once anything changed that it stands on.
//!
//! Whatever the engine compares, and every decision about a person, adds to the feed of changes
//! ([`crate::matching`]). A line notes up to which number its likeliest match is known to be right; a
//! board looks at its lines again when the feed has gone on. Nobody is named by it, so that no grant but
//! the line's own is asked for.

use super::said_before::{Said, said_of};
use crate::matching::Known;
use crate::{Conn, Result, Row, Tx, args, elsewhere, matching};
use chrono::{Duration, NaiveDate};
use std::collections::HashSet;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{ElsewhereId, EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::time::{date_long, london_date};
use throughline_matching::{Band, Description, Limits, Scored, reason_line};
use throughline_policy::{Grant, ViewBoard};

/// How likely, and why.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Likely {
    /// From 0 to 1.
    pub probability: f64,
    /// What that means.
    pub band: Band,
    /// Why, in one line.
    pub reason: String,
}

impl Likely {
    /// As the engine says.
    pub fn of(scored: &Scored) -> Self {
        Self { probability: scored.probability, band: scored.band, reason: reason_line(scored) }
    }
}

/// Who a line is likeliest to be.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub enum Best {
    /// A person of ours.
    Person(PersonId, Likely),
    /// Nobody of ours; another register knows somebody.
    Elsewhere(Likely),
    /// Nobody. The words tell of those who are like them and were said not to be them; empty when
    /// nobody is.
    Nobody(String),
}

impl Best {
    /// The person of ours.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(person, _) => Some(*person),
            Self::Elsewhere(_) | Self::Nobody(_) => None,
        }
    }

    /// As it stands beside a line.
    pub(super) fn kept(row: &Row) -> Result<Self> {
        let reason: String = row.get("best_reason")?;
        let (probability, band): (Option<f64>, String) = (row.get("best_probability")?, row.get("best_band")?);
        let Some((probability, band)) = probability.zip(Band::from_code(&band)) else {
            return Ok(Self::Nobody(reason));
        };
        let likely = Likely { probability, band, reason };
        Ok(match row.get("best_person_id")? {
            Some(person) => Self::Person(person, likely),
            None => Self::Elsewhere(likely),
        })
    }
}

/// Keeps who a line is likeliest to be. Part of bringing a list in or of deciding, whose own grant covers it.
///
/// # Errors
/// The store's.
pub async fn set_best(tx: &mut Tx, id: EntryId, best: &Best) -> Result<()> {
    keep(tx, id, best, NEVER).await
}

/// No number of the feed.
const NEVER: i64 = -1;

async fn keep(tx: &mut Tx, id: EntryId, best: &Best, seq: i64) -> Result<()> {
    let (likely, reason) = match best {
        Best::Person(_, likely) | Best::Elsewhere(likely) => (Some(likely), &likely.reason),
        Best::Nobody(words) => (None, words),
    };
    tx.execute(
        "UPDATE list_entry SET best_person_id = $2, best_probability = $3, best_band = $4, best_reason = $5, best_seq = $6
          WHERE id = $1",
        args![
            id,
            best.person(),
            likely.map(|likely| likely.probability),
            likely.map_or("", |likely| likely.band.code()),
            reason,
            seq
        ],
    )
    .await?;
    Ok(())
}

/// Finds who a line is likeliest to be now, and keeps it.
///
/// # Errors
/// The store's.
pub async fn find_best(tx: &mut Tx, id: EntryId, described: &Description) -> Result<Best> {
    // The number first: what is committed meanwhile is looked at another time.
    let seq = committed(tx).await?;
    let best = likeliest(tx, Some(id), described).await?;
    keep(tx, id, &best, seq).await?;
    Ok(best)
}

/// Has the undecided lines of these days looked at again: other numbers are weighed with from now on.
pub(crate) async fn look_again(tx: &mut Tx) -> Result<()> {
    let from = london_date(tx.now()) - BOARD_DAYS;
    let sql = "UPDATE list_entry SET best_seq = $2 WHERE person_id IS NULL AND list_date >= $1 AND best_seq <> $2";
    tx.execute(sql, args![from, NEVER]).await?;
    Ok(())
}

/// How far back boards go.
const BOARD_DAYS: Duration = Duration::days(2);

/// The newest number of the feed that the engine will have followed to when it is asked next. An act on
/// SQLite sees what others have not committed yet; the engine does not.
async fn committed(tx: &mut Tx) -> Result<i64> {
    const NEWEST: &str = "SELECT COALESCE(MAX(seq), 0) AS seq FROM match_change";
    let store = tx.store().clone();
    let read: i64 = store.read().await?.fetch_one(NEWEST, args![]).await?.get("seq")?;
    let seen: i64 = tx.fetch_one(NEWEST, args![]).await?.get("seq")?;
    Ok(read.min(seen))
}

/// A line whose likeliest match may be another by now.
#[derive(Debug, Clone)]
pub struct Stale {
    /// The line.
    pub id: EntryId,
    /// The reader's entry, whole, as JSON.
    pub source: String,
    /// The day of work.
    pub list_date: NaiveDate,
}

/// The lines of the grant's site, from one day to another, of which nobody has said who they are and whose
/// likeliest match was found before something changed.
///
/// # Errors
/// The store's.
pub async fn stale(tx: &mut Tx, grant: &Grant<ViewBoard>, from: NaiveDate, to: NaiveDate) -> Result<Vec<Stale>> {
    let seq = committed(tx).await?;
    if stale_before(tx, grant, (from, to), seq).await?.is_empty() {
        return Ok(Vec::new());
    }
    // Touching the site's row, as bringing a list in does, makes a second board wait; then it finds nothing to do.
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![grant.site()]).await?;
    stale_before(tx, grant, (from, to), seq).await
}

async fn stale_before(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    (from, to): (NaiveDate, NaiveDate),
    seq: i64,
) -> Result<Vec<Stale>> {
    let rows = conn
        .fetch_all(
            "SELECT id, source, list_date FROM list_entry
              WHERE site_id = $1 AND list_date >= $2 AND list_date <= $3 AND person_id IS NULL AND best_seq < $4
              ORDER BY id",
            args![grant.site(), from, to, seq],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(Stale { id: row.get("id")?, source: row.get("source")?, list_date: row.get("list_date")? }))
        .collect()
}

/// Who a line is likeliest to be: somebody of ours who was not ruled out; else somebody in another register.
///
/// # Errors
/// The store's.
pub async fn likeliest(tx: &mut Tx, line: Option<EntryId>, described: &Description) -> Result<Best> {
    let found = matching::candidates(tx, described, Limits::LIST).await?;
    let (mut people, mut records) = (Vec::new(), Vec::new());
    for candidate in &found {
        match candidate.id {
            Known::Person(id) => people.push((id, &candidate.scored)),
            Known::Elsewhere(id) => records.push((id, &candidate.scored)),
        }
    }
    let said = said_of(tx, line, described, &people).await?;
    let mut out = RuledOut::default();
    for (person, scored) in people {
        match said.get(&person) {
            Some(said) if said.rules_out() => out.add(said),
            said => return Ok(Best::Person(person, with_said(scored, said))),
        }
    }
    match likeliest_elsewhere(tx, line, described, &records, &mut out).await? {
        Some(scored) => Ok(Best::Elsewhere(Likely::of(scored))),
        None => Ok(Best::Nobody(out.words())),
    }
}

fn with_said(scored: &Scored, said: Option<&Said>) -> Likely {
    let likely = Likely::of(scored);
    match said.and_then(in_words) {
        Some(words) => Likely { reason: format!("{words}. {}", likely.reason), ..likely },
        None => likely,
    }
}

/// What was said before of somebody who is asked about, for one line of the board.
fn in_words(said: &Said) -> Option<String> {
    match said.decision {
        MatchDecision::Different => said.asked_again().map(|why| format!("Asked again: {why}")),
        MatchDecision::NotSure => Some(format!("{} was not sure", said.decided_by)),
        MatchDecision::Same => {
            said.since.is_empty().then(|| format!("{} said before that it is them", said.decided_by))
        }
    }
}

/// The likeliest record of another register, without those that were ruled out on this line, and those of
/// a person of ours who was.
async fn likeliest_elsewhere<'a>(
    tx: &mut Tx,
    line: Option<EntryId>,
    described: &Description,
    records: &[(ElsewhereId, &'a Scored)],
    out: &mut RuledOut,
) -> Result<Option<&'a Scored>> {
    let decided = match line {
        Some(line) if !records.is_empty() => elsewhere::ruled_out_on(tx, line).await?,
        _ => HashSet::new(),
    };
    for (id, scored) in records {
        if decided.contains(id) {
            out.elsewhere += 1;
            continue;
        }
        let Some(owner) = owner(tx, *id).await? else { return Ok(Some(scored)) };
        let Some(compared) = matching::compare(tx, described, owner).await? else { continue };
        match said_of(tx, line, described, &[(owner, &compared)]).await?.remove(&owner) {
            Some(said) if said.rules_out() => out.add(&said),
            _ => return Ok(Some(scored)),
        }
    }
    Ok(None)
}

/// The person of ours whose a record is, by what was decided or by their NHS number.
async fn owner(conn: &mut Conn, id: ElsewhereId) -> Result<Option<PersonId>> {
    let Some(known) = elsewhere::load(conn, &[id]).await?.pop() else { return Ok(None) };
    if known.person_id.is_some() {
        return Ok(known.person_id);
    }
    let Some(number): Option<NhsNumber> = known.record.sound_nhs_number() else { return Ok(None) };
    Ok(elsewhere::holders_of(conn, std::slice::from_ref(&number)).await?.remove(&number))
}

/// Those who are like a line and were said not to be the one.
#[derive(Default)]
struct RuledOut {
    people: HashSet<PersonId>,
    elsewhere: usize,
    newest: Option<Said>,
}

impl RuledOut {
    fn add(&mut self, said: &Said) {
        self.people.insert(said.person_id);
        if self.newest.as_ref().is_none_or(|newest| newest.decided_at < said.decided_at) {
            self.newest = Some(said.clone());
        }
    }

    fn words(&self) -> String {
        let by = |said: &Said| format!(": {}, {}", said.decided_by, date_long(london_date(said.decided_at)));
        let by = self.newest.as_ref().map(by).unwrap_or_default();
        match (self.people.len(), self.elsewhere) {
            (0, 0) => String::new(),
            (0, _) => "Said before not to be the person whom another register knows".to_owned(),
            (1, _) => format!("Said before not to be the one person we know who is like this{by}"),
            (people, _) => format!("Said before not to be any of the {people} people we know who are like this{by}"),
        }
    }
}
