//! Lists as they were received: kept byte for byte, looked over, brought in or set aside.

use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::{CLINIC_FORMAT, ListKind, ListState};
use throughline_domain::origin::{ByItself, Way};
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ImportList, ViewList};
use uuid::Uuid;

/// A list as received.
#[derive(Debug, Clone, serde::Serialize)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// The site it was received at.
    pub site_id: SiteId,
    /// Custody or court.
    pub kind: ListKind,
    /// The reader that read it.
    pub format: String,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// The file's name, or what stood in for it.
    pub file_name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub bytes: i64,
    /// Where it stands.
    pub state: ListState,
    /// When it was received.
    pub received_at: Instant,
    /// By whom, or by which way it came by itself.
    pub received_by: String,
    /// By which way it came.
    pub way: Way,
    /// When its rows were brought in.
    pub committed_at: Option<Instant>,
    /// What the reader understood, as JSON.
    #[serde(skip)]
    pub reading: String,
}

/// A list to be kept.
#[derive(Debug, Clone)]
pub struct NewList {
    /// Its id.
    pub id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The reader that read it.
    pub format: String,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// The file's name, or what stands in for it.
    pub file_name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// The bytes as they came.
    pub original: Vec<u8>,
    /// What the reader understood, as JSON.
    pub reading: String,
}

const LIST: &str = "SELECT l.id, l.site_id, l.kind, l.format, l.list_date, l.file_name, l.sha256, CAST(length(l.original) AS bigint) AS bytes,
        l.state, l.received_at, l.origin, l.came_from, l.sent_at, l.passed_over, COALESCE(u.name, '') AS received_by_name,
        l.committed_at, l.reading
   FROM list l LEFT JOIN app_user u ON u.id = l.received_by";

/// Who received a list that came by itself.
const NOBODY: Uuid = Uuid::nil();

/// By whom a list was received, in words, from `origin`, `came_from`, `sent_at`, `passed_over` and
/// `received_by_name`.
pub(super) fn received_by(row: &Row) -> Result<String> {
    Ok(match origin(row)? {
        Some(origin) => origin.to_string(),
        None => row.get("received_by_name")?,
    })
}

/// How a row came by itself; `None` where somebody handed it in.
pub(super) fn origin(row: &Row) -> Result<Option<ByItself>> {
    let passed_over: String = row.get("passed_over")?;
    Ok(ByItself::kept(row.get("origin")?, row.get("came_from")?, row.get("sent_at")?, &passed_over))
}

fn list(row: &Row) -> Result<List> {
    Ok(List {
        id: row.get("id")?,
        site_id: row.get("site_id")?,
        kind: row.get("kind")?,
        format: row.get("format")?,
        list_date: row.get("list_date")?,
        file_name: row.get("file_name")?,
        sha256: row.get("sha256")?,
        bytes: row.get("bytes")?,
        state: row.get("state")?,
        received_at: row.get("received_at")?,
        received_by: received_by(row)?,
        way: row.get("origin")?,
        committed_at: row.get("committed_at")?,
        reading: row.get("reading")?,
    })
}

/// The site a list was received at, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such list.
pub async fn site_of_list(conn: &mut Conn, id: ListId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM list WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

/// The lists of the grant's site, the newest day and the newest list first; discarded ones left out.
///
/// # Errors
/// The store's.
pub async fn of_site(conn: &mut Conn, grant: &Grant<ViewList>, limit: i64) -> Result<Vec<List>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LIST} WHERE l.site_id = $1 AND l.state <> 'discarded' AND l.format <> $2
          ORDER BY l.list_date DESC, l.received_at DESC, l.id DESC LIMIT $3"
    ));
    conn.fetch_text(sql, args![grant.site(), CLINIC_FORMAT, limit]).await?.iter().map(list).collect()
}

/// One list of the grant's site.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewList>, id: ListId) -> Result<Option<List>> {
    let sql = sqlx::AssertSqlSafe(format!("{LIST} WHERE l.id = $1 AND l.site_id = $2"));
    conn.fetch_text(sql, args![id, grant.site()]).await?.first().map(list).transpose()
}

/// The lists of the grant's site that are these very bytes, waiting or brought in, newest first.
///
/// # Errors
/// The store's.
pub async fn same_bytes(conn: &mut Conn, grant: &Grant<ImportList>, sha256: &str) -> Result<Vec<List>> {
    same_bytes_at(conn, grant.site(), sha256).await
}

pub(super) async fn same_bytes_at(conn: &mut Conn, site: SiteId, sha256: &str) -> Result<Vec<List>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LIST} WHERE l.site_id = $1 AND l.sha256 = $2 AND l.state <> 'discarded' ORDER BY l.received_at DESC"
    ));
    conn.fetch_text(sql, args![site, sha256]).await?.iter().map(list).collect()
}

/// Keeps a list for review. Nothing of it is on the board until it is brought in.
///
/// # Errors
/// The store's.
pub async fn receive(tx: &mut Tx, grant: &Grant<ImportList>, new: &NewList) -> Result<()> {
    insert(tx, grant.site(), grant.actor().user.uuid(), None, new).await
}

/// Keeps a list that nobody handed in.
pub(super) async fn receive_by_itself(tx: &mut Tx, site: SiteId, origin: &ByItself, new: &NewList) -> Result<()> {
    insert(tx, site, NOBODY, Some(origin), new).await
}

async fn insert(tx: &mut Tx, site: SiteId, by: Uuid, origin: Option<&ByItself>, new: &NewList) -> Result<()> {
    let now = tx.now();
    let (way, from, passed_over) = match origin {
        Some(origin) => (origin.way(), origin.from(), origin.passed_over().join("\n")),
        None => (Way::Page, "", String::new()),
    };
    tx.execute(
        "INSERT INTO list (id, site_id, kind, format, list_date, file_name, sha256, original, reading, state, received_at, received_by,
                           origin, came_from, sent_at, passed_over)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'preview', $10, $11, $12, $13, $14, $15)",
        args![
            new.id,
            site,
            new.kind,
            &new.format,
            new.list_date,
            &new.file_name,
            &new.sha256,
            new.original.as_slice(),
            &new.reading,
            now,
            by,
            way,
            from,
            origin.and_then(ByItself::sent_at),
            passed_over
        ],
    )
    .await?;
    Ok(())
}

/// Sets a list aside that will not be used. Its bytes are kept.
///
/// # Errors
/// [`crate::Error::Stale`] when it was brought in or discarded before.
pub async fn discard(tx: &mut Tx, grant: &Grant<ImportList>, id: ListId) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list SET state = 'discarded' WHERE id = $1 AND site_id = $2 AND state = 'preview'",
        args![id, grant.site()],
    )
    .await
}

/// Begins to bring a list in: lists of one site are brought in one after the other.
///
/// # Errors
/// [`crate::Error::Stale`] when it was brought in or discarded before.
pub async fn begin_commit(tx: &mut Tx, grant: &Grant<ImportList>, id: ListId) -> Result<()> {
    // Touching the site's row makes a second list of this site wait until this one is in.
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![grant.site()]).await?;
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE list SET state = 'committed', committed_at = $3 WHERE id = $1 AND site_id = $2 AND state = 'preview'",
        args![id, grant.site(), now],
    )
    .await
}
