//! Lists as received, the lines of work they bring, and what people decided about each line.
//!
//! A list is kept byte for byte with its hash. Its rows become entries: one entry for each site,
//! kind, day and key, however often the list is sent again. An entry that is no longer on the
//! newest list is marked gone and keeps all work done on it.

mod acts;
mod before;
mod best;
mod board;
mod by_itself;
mod choice;
mod corrections;
mod decided;
mod expected;
mod hearings;
mod received;
mod said_before;
mod taken_back;
mod templates;
mod unread;
mod worked;

pub use acts::{Acted, Doing, Ticked, Told, ToldRow, act, told, undo};
pub use before::{Before, before, keep_commit};
pub(crate) use best::look_again;
pub use best::{Best, Likely, Stale, find_best, likeliest, set_best, stale};
pub use board::{BoardRow, LastList, board_rows, last};
pub use by_itself::{Kept, keep, keep_by_itself};
pub use choice::{board_choice, choose};
pub use corrections::{Corrected, NewCorrection, begin_correction, correct, corrections};
pub use decided::{Decision, decide, decisions};
pub use expected::{Waiting, expect_by, expected_by, set_expected_by, sites_without_list, standing, waiting};
pub use hearings::{BoardHearing, keep_hearings, lines_of_hearing};
pub use received::{List, NewList, begin_commit, discard, get, of_site, receive, same_bytes, site_of_list};
pub use said_before::{Said, Since, said_before};
pub use taken_back::{NotTakenBack, Stayed, TakenBack, TakingBack, removed_with, take_back, taken_back, taking_back};
pub use templates::{known_templates, original, read_anew, remember_template, templates};
pub use unread::{NewUnread, Unread, count_unread, deal_with, keep_unread, site_of_unread, unread};
pub use worked::{TakenOver, join_episode, link, not_seen, put_back, take, take_over, taken_over};

use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use throughline_domain::ids::{EntryId, EpisodeId, ListId, PersonId, SiteId, UserId};
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ImportList, ViewList};
use uuid::Uuid;

/// What a list says of one line, as far as the board and search need it in columns.
#[derive(Debug, Clone, Default)]
pub struct EntryFacts {
    /// The day of work.
    pub list_date: NaiveDate,
    /// What makes it the same line when the list is sent again.
    pub key: String,
    /// Its number in the file.
    pub source_row: i64,
    /// The reader's entry, whole, as JSON.
    pub source: String,
    /// The name as the list gives it.
    pub name: Name,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Custody record number.
    pub custody_number: String,
    /// Arrival at the station.
    pub arrived_at: Option<Instant>,
    /// Detention authorised.
    pub detention_authorised_at: Option<Instant>,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
    /// Court room.
    pub court_room: String,
    /// Reporting restriction.
    pub reporting_restriction: String,
}

/// One line of work, whole.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// Its id.
    pub id: EntryId,
    /// Version of the row.
    pub version: i64,
    /// The site.
    pub site_id: SiteId,
    /// The list that last had it.
    pub list_id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The day of work.
    pub list_date: NaiveDate,
    /// The reader's entry, whole, as JSON.
    #[serde(skip)]
    pub source: String,
    /// What has been decided.
    pub state: EntryState,
    /// Why the person was not seen.
    pub reason: Option<NotSeenReason>,
    /// Who is seeing them.
    pub taken_by: Option<UserId>,
    /// Their name; empty when nobody is.
    pub taken_by_name: String,
    /// Since when.
    pub taken_at: Option<Instant>,
    /// The person, once somebody decided.
    pub person_id: Option<PersonId>,
    /// The episode, once opened.
    pub episode_id: Option<EpisodeId>,
    /// When the newest list no longer had the line.
    pub gone_at: Option<Instant>,
}

/// The site a line belongs to, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such line.
pub async fn site_of_entry(conn: &mut Conn, id: EntryId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM list_entry WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

const LINE: &str =
    "SELECT l.id, l.version, l.site_id, l.list_id, l.kind, l.list_date, l.source, l.state, l.reason, l.taken_by, l.taken_at,
        COALESCE(u.name, '') AS taken_by_name, l.person_id, l.episode_id, l.gone_at
   FROM list_entry l LEFT JOIN app_user u ON u.id = l.taken_by";

fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        id: row.get("id")?,
        version: row.get("version")?,
        site_id: row.get("site_id")?,
        list_id: row.get("list_id")?,
        kind: row.get("kind")?,
        list_date: row.get("list_date")?,
        source: row.get("source")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        taken_by: row.get("taken_by")?,
        taken_by_name: row.get("taken_by_name")?,
        taken_at: row.get("taken_at")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        gone_at: row.get("gone_at")?,
    })
}

/// The lines of the grant's site of one kind, for the days from one to another, both included.
///
/// # Errors
/// The store's.
pub async fn lines(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    kind: ListKind,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Line>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LINE} WHERE l.site_id = $1 AND l.kind = $2 AND l.list_date >= $3 AND l.list_date <= $4
          ORDER BY l.list_date, l.source_row, l.id"
    ));
    conn.fetch_text(sql, args![grant.site(), kind, from, to]).await?.iter().map(line).collect()
}

/// One line of the grant's site.
///
/// # Errors
/// The store's.
pub async fn entry(conn: &mut Conn, grant: &Grant<ViewList>, id: EntryId) -> Result<Option<Line>> {
    let sql = sqlx::AssertSqlSafe(format!("{LINE} WHERE l.id = $1 AND l.site_id = $2"));
    conn.fetch_text(sql, args![id, grant.site()]).await?.first().map(line).transpose()
}

/// Adds a line that was not on the site's list before. When the same custody record of the last
/// four days was decided to be a person, that decision and an episode still open carry on.
///
/// # Errors
/// The store's.
pub async fn add_entry(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    kind: ListKind,
    list: ListId,
    facts: &EntryFacts,
) -> Result<EntryId> {
    let id = EntryId::new(Uuid::now_v7());
    let before = earlier(tx, grant, kind, facts).await?.unwrap_or_default();
    let now = tx.now();
    tx.execute(
        "INSERT INTO list_entry (id, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames, surname,
                                 date_of_birth, custody_number, arrived_at, detention_authorised_at, sitting_at, court_room,
                                 reporting_restriction, state, taken_by, person_id, episode_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        args![
            id,
            grant.site(),
            list,
            kind,
            facts.list_date,
            &facts.key,
            facts.source_row,
            &facts.source,
            &facts.name.forenames,
            &facts.name.surname,
            facts.date_of_birth,
            &facts.custody_number,
            facts.arrived_at,
            facts.detention_authorised_at,
            facts.sitting_at,
            &facts.court_room,
            &facts.reporting_restriction,
            before.state.unwrap_or(EntryState::ToConsider),
            before.taken_by,
            before.person_id,
            before.episode_id,
            now
        ],
    )
    .await?;
    Ok(id)
}

/// What an earlier day's line of the same custody record hands on.
#[derive(Debug, Default)]
struct Earlier {
    state: Option<EntryState>,
    taken_by: Option<UserId>,
    person_id: Option<PersonId>,
    episode_id: Option<EpisodeId>,
}

async fn earlier(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    kind: ListKind,
    facts: &EntryFacts,
) -> Result<Option<Earlier>> {
    if kind != ListKind::Custody || facts.custody_number.is_empty() {
        return Ok(None);
    }
    let from = facts.list_date - chrono::Duration::days(4);
    // The same number with another name or date of birth is looked at by a person, not carried on.
    let row = tx
        .fetch_optional(
            "SELECT l.state, l.taken_by, l.person_id, e.id AS open_episode
               FROM list_entry l LEFT JOIN episode e ON e.id = l.episode_id AND e.closed_at IS NULL
              WHERE l.site_id = $1 AND l.kind = 'custody' AND l.custody_number = $2 AND l.list_date < $3 AND l.list_date >= $4
                AND l.person_id IS NOT NULL AND l.forenames = $5 AND l.surname = $6
                AND COALESCE(l.date_of_birth, '') = COALESCE($7, '')
              ORDER BY l.list_date DESC LIMIT 1",
            args![
                grant.site(),
                &facts.custody_number,
                facts.list_date,
                from,
                &facts.name.forenames,
                &facts.name.surname,
                facts.date_of_birth
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let episode_id: Option<EpisodeId> = row.get("open_episode")?;
    Ok(Some(Earlier {
        state: episode_id.map(|_| row.get("state")).transpose()?,
        taken_by: if episode_id.is_some() { row.get("taken_by")? } else { None },
        person_id: row.get("person_id")?,
        episode_id,
    }))
}

/// Changes what the list says of a line. What people decided about it stays.
///
/// # Errors
/// The store's.
pub async fn change_entry(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    id: EntryId,
    list: ListId,
    facts: &EntryFacts,
) -> Result<()> {
    tx.execute(
        "UPDATE list_entry SET list_id = $3, list_date = $4, entry_key = $5, source_row = $6, source = $7, forenames = $8,
                surname = $9, date_of_birth = $10, custody_number = $11, arrived_at = $12, detention_authorised_at = $13,
                sitting_at = $14, court_room = $15, reporting_restriction = $16, gone_at = NULL, version = version + 1
          WHERE id = $1 AND site_id = $2",
        args![
            id,
            grant.site(),
            list,
            facts.list_date,
            &facts.key,
            facts.source_row,
            &facts.source,
            &facts.name.forenames,
            &facts.name.surname,
            facts.date_of_birth,
            &facts.custody_number,
            facts.arrived_at,
            facts.detention_authorised_at,
            facts.sitting_at,
            &facts.court_room,
            &facts.reporting_restriction
        ],
    )
    .await?;
    crate::appointments::stand_on_slot(tx, id).await
}

/// Notes that a line is on the newest list, unchanged. Nobody's page of it becomes old.
///
/// # Errors
/// The store's.
pub async fn keep_entry(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    id: EntryId,
    list: ListId,
    source_row: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE list_entry SET list_id = $3, source_row = $4, gone_at = NULL WHERE id = $1 AND site_id = $2",
        args![id, grant.site(), list, source_row],
    )
    .await?;
    Ok(())
}

/// Marks a line that the newest list no longer has. It stays, with everything done on it.
///
/// # Errors
/// The store's.
pub async fn mark_gone(tx: &mut Tx, grant: &Grant<ImportList>, id: EntryId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE list_entry SET gone_at = $3, version = version + 1 WHERE id = $1 AND site_id = $2 AND gone_at IS NULL",
        args![id, grant.site(), now],
    )
    .await?;
    Ok(())
}
