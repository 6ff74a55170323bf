//! Sessions: who is signed in, at which site, and when each was last seen.
//!
//! The cookie's value is never stored: the table holds its SHA-256.

use crate::{Conn, Result, Tx, args};
use throughline_domain::ids::{SiteId, UserId};
use throughline_domain::time::Instant;
use uuid::Uuid;

throughline_domain::codes! {
    /// How far a sign-in is.
    pub enum Stage {
        /// The password was right; the second factor is owed.
        SecondFactor = "second_factor", "Second factor";
        /// Signed in.
        Open = "open", "Signed in";
        /// Locked after inactivity: the page stays, the password reopens it.
        Locked = "locked", "Locked";
    }
}

/// A session.
#[derive(Debug, Clone)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub id: Vec<u8>,
    /// Whose.
    pub user_id: UserId,
    /// At which site they work now.
    pub site_id: Option<SiteId>,
    /// The token that every form carries.
    pub csrf: String,
    /// How far the sign-in is.
    pub stage: Stage,
    /// When they were last seen.
    pub seen_at: Instant,
    /// When it ends whatever happens.
    pub expires_at: Instant,
}

/// The session of this cookie hash, unless it has expired.
///
/// # Errors
/// The store's.
pub async fn find(conn: &mut Conn, id: &[u8], now: Instant) -> Result<Option<Session>> {
    let row = conn
        .fetch_optional(
            "SELECT id, user_id, site_id, csrf, stage, seen_at, expires_at FROM session WHERE id = $1 AND expires_at > $2",
            args![id, now],
        )
        .await?;
    row.map(|row| {
        let stage: String = row.get("stage")?;
        Ok(Session {
            id: row.get("id")?,
            user_id: row.get("user_id")?,
            site_id: row.get("site_id")?,
            csrf: row.get("csrf")?,
            // An unknown stage opens nothing.
            stage: Stage::from_code(&stage).unwrap_or(Stage::SecondFactor),
            seen_at: row.get("seen_at")?,
            expires_at: row.get("expires_at")?,
        })
    })
    .transpose()
}

/// Starts a session.
///
/// # Errors
/// The store's.
pub async fn start(tx: &mut Tx, session: &Session) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO session (id, user_id, site_id, csrf, stage, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        args![
            &session.id[..],
            session.user_id,
            session.site_id,
            &session.csrf,
            session.stage.code(),
            now,
            session.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Forgets sessions that have expired, and says how many.
///
/// # Errors
/// The store's.
pub async fn forget_expired(tx: &mut Tx) -> Result<u64> {
    let now = tx.now();
    tx.execute("DELETE FROM session WHERE expires_at < $1", args![now]).await
}

/// Notes that the session was used.
///
/// # Errors
/// The store's.
pub async fn seen(tx: &mut Tx, id: &[u8]) -> Result<()> {
    let now = tx.now();
    tx.execute("UPDATE session SET seen_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

/// Moves a session on: second factor given, locked, unlocked.
///
/// # Errors
/// The store's.
pub async fn set_stage(tx: &mut Tx, id: &[u8], stage: Stage) -> Result<()> {
    let now = tx.now();
    tx.execute("UPDATE session SET stage = $2, seen_at = $3 WHERE id = $1", args![id, stage.code(), now]).await?;
    Ok(())
}

/// Chooses the site the user works at now.
///
/// # Errors
/// The store's.
pub async fn set_site(tx: &mut Tx, id: &[u8], site: SiteId) -> Result<()> {
    tx.execute("UPDATE session SET site_id = $2 WHERE id = $1", args![id, site]).await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// The store's.
pub async fn end(tx: &mut Tx, id: &[u8]) -> Result<()> {
    tx.execute("DELETE FROM session WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Notes an attempt to sign in.
///
/// # Errors
/// The store's.
pub async fn note_attempt(tx: &mut Tx, email: &str, succeeded: bool) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO sign_in_attempt (id, email, at, succeeded) VALUES ($1, $2, $3, $4)",
        args![Uuid::now_v7(), email.trim().to_lowercase(), now, succeeded],
    )
    .await?;
    Ok(())
}

/// Failed attempts on an address since an instant, after its last success.
///
/// # Errors
/// The store's.
pub async fn failures_since(conn: &mut Conn, email: &str, since: Instant) -> Result<i64> {
    conn.fetch_one(
        "SELECT count(*) AS failures FROM sign_in_attempt a WHERE a.email = $1 AND a.at > $2 AND a.succeeded = $3
            AND NOT EXISTS (SELECT 1 FROM sign_in_attempt b WHERE b.email = $1 AND b.succeeded = $4 AND b.at > a.at)",
        args![email.trim().to_lowercase(), since, false, true],
    )
    .await?
    .get("failures")
}
