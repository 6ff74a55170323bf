//! What lines were before a list was brought in, kept in the transaction that brings it in.
//!
//! Nobody says what bringing a list in does to a line: the lines are read before and after, and what differs
//! was done. So it is told of every way of changing a line, also of one that is added later.

use super::Line;
use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use std::collections::HashMap;
use throughline_domain::ids::{EntryId, ListId, PersonId};
use throughline_domain::list::{LineChange, ListKind};
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ImportList};
use uuid::Uuid;

/// What a list says of a line and who it was thought to be: all that bringing a list in changes. A test
/// compares this with the schema.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Said {
    pub list_id: ListId,
    pub list_date: NaiveDate,
    pub entry_key: String,
    pub source_row: i64,
    pub source: String,
    pub forenames: String,
    pub surname: String,
    pub date_of_birth: Option<NaiveDate>,
    pub custody_number: String,
    pub arrived_at: Option<Instant>,
    pub detention_authorised_at: Option<Instant>,
    pub sitting_at: Option<Instant>,
    pub court_room: String,
    pub reporting_restriction: String,
    pub gone_at: Option<Instant>,
    pub best_person_id: Option<PersonId>,
    /// In words, for a reader of JSON may round a number.
    pub best_probability: Option<String>,
    pub best_band: String,
    pub best_reason: String,
}

/// A line as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub id: EntryId,
    pub version: i64,
    pub said: Said,
    /// What people did: state, reason, who took it, the episode, and whether there is a person.
    pub worked: String,
}

/// Lines as they were before a list was brought in.
#[derive(Debug)]
pub struct Before(HashMap<EntryId, Standing>);

const STANDING: &str =
    "SELECT id, version, list_id, list_date, entry_key, source_row, source, forenames, surname, date_of_birth,
        custody_number, arrived_at, detention_authorised_at, sitting_at, court_room, reporting_restriction, gone_at,
        best_person_id, best_probability, best_band, best_reason, state, reason, taken_by, episode_id, person_id
   FROM list_entry";

fn standing(row: &Row) -> Result<Standing> {
    let probability: Option<f64> = row.get("best_probability")?;
    let said = Said {
        list_id: row.get("list_id")?,
        list_date: row.get("list_date")?,
        entry_key: row.get("entry_key")?,
        source_row: row.get("source_row")?,
        source: row.get("source")?,
        forenames: row.get("forenames")?,
        surname: row.get("surname")?,
        date_of_birth: row.get("date_of_birth")?,
        custody_number: row.get("custody_number")?,
        arrived_at: row.get("arrived_at")?,
        detention_authorised_at: row.get("detention_authorised_at")?,
        sitting_at: row.get("sitting_at")?,
        court_room: row.get("court_room")?,
        reporting_restriction: row.get("reporting_restriction")?,
        gone_at: row.get("gone_at")?,
        best_person_id: row.get("best_person_id")?,
        best_probability: probability.map(|probability| probability.to_string()),
        best_band: row.get("best_band")?,
        best_reason: row.get("best_reason")?,
    };
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let (state, reason): (String, String) = (row.get("state")?, row.get("reason")?);
    let (taken_by, episode) = (id(row.get("taken_by")?), id(row.get("episode_id")?));
    let is_somebody = row.get::<Option<Uuid>>("person_id")?.is_some();
    let worked = format!("{state}|{reason}|{taken_by}|{episode}|{is_somebody}");
    Ok(Standing { id: row.get("id")?, version: row.get("version")?, said, worked })
}

/// The line of this id as it stands; `None` when it was removed.
pub(super) async fn line(conn: &mut Conn, id: EntryId) -> Result<Option<Standing>> {
    let sql = sqlx::AssertSqlSafe(format!("{STANDING} WHERE id = $1"));
    conn.fetch_text(sql, args![id]).await?.first().map(standing).transpose()
}

/// The lines with which a list is about to be compared, as they stand.
///
/// # Errors
/// The store's.
pub async fn before(tx: &mut Tx, grant: &Grant<ImportList>, lines: &[Line]) -> Result<Before> {
    let days = lines.iter().map(|line| line.list_date);
    let Some(((from, to), kind)) = days.clone().min().zip(days.max()).zip(lines.first().map(|line| line.kind)) else {
        return Ok(Before(HashMap::new()));
    };
    let sql = sqlx::AssertSqlSafe(format!(
        "{STANDING} WHERE site_id = $1 AND kind = $2 AND list_date >= $3 AND list_date <= $4"
    ));
    let rows = tx.fetch_text(sql, args![grant.site(), kind, from, to]).await?;
    let all = rows.iter().map(|row| standing(row).map(|line| (line.id, line))).collect::<Result<_>>()?;
    Ok(Before(all))
}

/// Keeps what bringing a list in has done: for each line what it was before. Comes last of what brings it in.
///
/// # Errors
/// The store's.
pub async fn keep_commit(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    (list, kind): (ListId, ListKind),
    before: Before,
) -> Result<()> {
    let commit = new_commit(tx, grant, list, kind).await?;
    let sql = sqlx::AssertSqlSafe(format!("{STANDING} WHERE site_id = $1 AND list_id = $2"));
    let mut after: HashMap<EntryId, Standing> = HashMap::new();
    for row in &tx.fetch_text(sql, args![grant.site(), list]).await? {
        let line = standing(row)?;
        after.insert(line.id, line);
    }
    // A line that the list no longer has is of the list that last had it.
    for id in before.0.keys().filter(|id| !after.contains_key(id)).copied().collect::<Vec<_>>() {
        if let Some(line) = line(tx, id).await? {
            after.insert(id, line);
        }
    }
    for (id, now) in &after {
        let was = before.0.get(id);
        let Some(change) = change(was, now) else { continue };
        keep_line(tx, commit, change, was, now).await?;
    }
    Ok(())
}

async fn new_commit(tx: &mut Tx, grant: &Grant<ImportList>, list: ListId, kind: ListKind) -> Result<Uuid> {
    let (id, now) = (Uuid::now_v7(), tx.now());
    tx.execute(
        "INSERT INTO list_commit (id, list_id, site_id, kind, number, brought_in_at, brought_in_by)
         SELECT $1, $2, $3, $4, COALESCE(MAX(number), 0) + 1, $5, $6 FROM list_commit WHERE site_id = $3",
        args![id, list, grant.site(), kind, now, grant.actor().user],
    )
    .await?;
    Ok(id)
}

/// What was done to a line; `None` for one that is as it was.
fn change(was: Option<&Standing>, now: &Standing) -> Option<LineChange> {
    let Some(was) = was else { return Some(LineChange::Added) };
    if was == now {
        return None;
    }
    Some(match (was.said.gone_at, now.said.gone_at) {
        (None, Some(_)) => LineChange::Gone,
        _ if was.version == now.version => LineChange::Kept,
        _ => LineChange::Changed,
    })
}

async fn keep_line(
    tx: &mut Tx,
    commit: Uuid,
    change: LineChange,
    was: Option<&Standing>,
    now: &Standing,
) -> Result<()> {
    let before = match was {
        Some(was) => serde_json::to_string(&was.said).map_err(|error| crate::Error::Corrupt(error.to_string()))?,
        None => String::new(),
    };
    tx.execute(
        "INSERT INTO list_commit_line (commit_id, entry_id, change, before, version_before, version, worked)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![commit, now.id, change, before, was.map_or(0, |was| was.version), now.version, &now.worked],
    )
    .await?;
    Ok(())
}
