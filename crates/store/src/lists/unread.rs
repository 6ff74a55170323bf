//! Files that came in by themselves and could not be read: kept with their bytes until somebody deals with them.

use super::by_itself::{tell, way};
use super::received::origin;
use crate::{Conn, Result, Row, Tx, args};
use throughline_domain::ids::{SiteId, UnreadId};
use throughline_domain::origin::ByItself;
use throughline_domain::time::Instant;
use throughline_policy::{Class, Grant, ImportList, ViewList};
use uuid::Uuid;

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    /// Its id.
    pub id: UnreadId,
    /// The file's name as it was sent: for show only.
    pub file_name: String,
    /// How many bytes came.
    pub size: i64,
    /// Why it could not be read, in words for people.
    pub why: String,
    /// By which way it came, in words.
    pub came_by: String,
    /// When.
    pub came_at: Instant,
}

/// A file to be kept that could not be read.
#[derive(Debug, Clone)]
pub struct NewUnread<'a> {
    /// Its name as it was sent.
    pub file_name: &'a str,
    /// SHA-256 of the bytes that were looked at, in hexadecimal.
    pub sha256: &'a str,
    /// How many bytes came.
    pub size: i64,
    /// The bytes; empty when there are more than a list may have.
    pub original: &'a [u8],
    /// Why it could not be read.
    pub why: &'a str,
}

/// Keeps a file that could not be read, for the people of the site. One that already waits for somebody to deal with
/// it is not told twice: `None`.
///
/// # Errors
/// The store's.
pub async fn keep_unread(
    tx: &mut Tx,
    site: SiteId,
    came_by: &ByItself,
    new: &NewUnread<'_>,
) -> Result<Option<UnreadId>> {
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![site]).await?;
    let same = "SELECT id FROM list_unread WHERE site_id = $1 AND sha256 = $2 AND dealt_with_at IS NULL";
    if tx.fetch_optional(same, args![site, new.sha256]).await?.is_some() {
        return Ok(None);
    }
    let (id, now) = (UnreadId::new(Uuid::now_v7()), tx.now());
    tx.execute(
        "INSERT INTO list_unread (id, site_id, origin, came_from, sent_at, passed_over, file_name, sha256, size, original, why, came_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            id,
            site,
            came_by.way(),
            came_by.from(),
            came_by.sent_at(),
            came_by.passed_over().join("\n"),
            new.file_name,
            new.sha256,
            new.size,
            new.original,
            new.why,
            now
        ],
    )
    .await?;
    let words = format!("file {id} came by {} and could not be read", way(came_by));
    tx.note_act("create", Class::List.code(), site.into(), &words);
    let words = format!("A file came by {} and could not be read as a list", way(came_by));
    tell(tx, site, words, "/lists".to_owned()).await?;
    Ok(Some(id))
}

/// The files of the grant's site that nobody has dealt with, the newest first.
///
/// # Errors
/// The store's.
pub async fn unread(conn: &mut Conn, grant: &Grant<ViewList>, limit: i64) -> Result<Vec<Unread>> {
    let rows = conn
        .fetch_all(
            "SELECT id, file_name, size, why, origin, came_from, sent_at, passed_over, came_at
               FROM list_unread WHERE site_id = $1 AND dealt_with_at IS NULL ORDER BY came_at DESC, id DESC LIMIT $2",
            args![grant.site(), limit],
        )
        .await?;
    rows.iter().map(one).collect()
}

fn one(row: &Row) -> Result<Unread> {
    Ok(Unread {
        id: row.get("id")?,
        file_name: row.get("file_name")?,
        size: row.get("size")?,
        why: row.get("why")?,
        came_by: origin(row)?.map(|origin| origin.to_string()).unwrap_or_default(),
        came_at: row.get("came_at")?,
    })
}

/// How many files of a site nobody has dealt with.
///
/// # Errors
/// The store's.
pub async fn count_unread(conn: &mut Conn, site: SiteId) -> Result<i64> {
    let sql = "SELECT count(*) AS files FROM list_unread WHERE site_id = $1 AND dealt_with_at IS NULL";
    conn.fetch_one(sql, args![site]).await?.get("files")
}

/// The site a file came in for, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such file.
pub async fn site_of_unread(conn: &mut Conn, id: UnreadId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM list_unread WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

/// Notes that somebody has dealt with a file: it is told no longer, and kept.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else has, or it is another site's.
pub async fn deal_with(tx: &mut Tx, grant: &Grant<ImportList>, id: UnreadId) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE list_unread SET dealt_with_at = $3, dealt_with_by = $4
          WHERE id = $1 AND site_id = $2 AND dealt_with_at IS NULL",
        args![id, grant.site(), now, grant.actor().user],
    )
    .await?;
    tx.audit_detail(&format!("file {id} that could not be read was dealt with"));
    tell(tx, grant.site(), "A file that could not be read was dealt with".to_owned(), "/lists".to_owned()).await
}
