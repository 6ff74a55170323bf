//! How the database is doing: for probes and `throughline doctor`. Nothing of anybody's record.

use crate::{Cause, Conn, Result, Store, args};
use chrono::DateTime;
use throughline_domain::time::Instant;

/// Takes a turn to save and gives it back: an error when nothing would be saved.
///
/// # Errors
/// The store's, also when the storage failed earlier.
pub async fn may_save(store: &Store) -> Result<()> {
    let mut tx = store.begin(cause()).await?;
    tx.fetch_one("SELECT 1 AS alive", args![]).await?;
    Ok(())
}

fn cause() -> Cause {
    Cause { actor: None, at: DateTime::UNIX_EPOCH, request: "health".into() }
}

/// Whether what is saved stays saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// Whether a commit survives a power cut.
    pub is_durable: bool,
    /// The settings that decide it, in words.
    pub words: String,
}

/// Asks the writer how durable it is.
///
/// # Errors
/// The store's.
pub async fn durability(store: &Store) -> Result<Durability> {
    let mut tx = store.begin(cause()).await?;
    if tx.is_postgres() {
        let fsync: String = tx.fetch_one("SHOW fsync", args![]).await?.get("fsync")?;
        let commit: String = tx.fetch_one("SHOW synchronous_commit", args![]).await?.get("synchronous_commit")?;
        return Ok(Durability {
            is_durable: fsync == "on" && commit != "off",
            words: format!("fsync {fsync}, synchronous_commit {commit}"),
        });
    }
    let journal: String = tx.fetch_one("PRAGMA journal_mode", args![]).await?.get("journal_mode")?;
    let synchronous: i64 = tx.fetch_one("PRAGMA synchronous", args![]).await?.get("synchronous")?;
    let word = ["OFF", "NORMAL", "FULL", "EXTRA"]
        .get(usize::try_from(synchronous).unwrap_or_default())
        .copied()
        .unwrap_or("unknown");
    Ok(Durability {
        is_durable: synchronous >= 2 && journal == "wal",
        words: format!("journal {journal}, synchronous {word}"),
    })
}

/// How many accounts of the demo there are. Their password is public.
///
/// # Errors
/// The store's.
pub async fn demo_accounts(conn: &mut Conn) -> Result<i64> {
    conn.fetch_one("SELECT count(*) AS accounts FROM app_user WHERE email LIKE '%@demo.invalid'", args![])
        .await?
        .get("accounts")
}

/// When the newest row of the audit log was written: a clock behind it was set back.
///
/// # Errors
/// The store's.
pub async fn newest_audit_row(conn: &mut Conn) -> Result<Option<Instant>> {
    let row = conn.fetch_optional("SELECT at FROM audit_row ORDER BY seq DESC LIMIT 1", args![]).await?;
    row.map(|row| row.get("at")).transpose()
}
