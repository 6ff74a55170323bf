//! Idempotency: a form sent twice (an impatient click, a lost answer) has one effect.

use crate::{Result, Tx, args};
use throughline_domain::ids::UserId;

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The key is new: act.
    New,
    /// The act was done before; this is where its answer led.
    Done(String),
}

/// Claims a key for this act. Two acts with one key wait for each other.
///
/// # Errors
/// The store's.
pub async fn claim(tx: &mut Tx, user: UserId, key: &str) -> Result<Claim> {
    let now = tx.now();
    let inserted = tx
        .execute(
            "INSERT INTO idempotency (key, user_id, location, created_at) VALUES ($1, $2, '', $3) ON CONFLICT (key) DO NOTHING",
            args![key, user, now],
        )
        .await?;
    if inserted == 1 {
        return Ok(Claim::New);
    }
    let row =
        tx.fetch_optional("SELECT location FROM idempotency WHERE key = $1 AND user_id = $2", args![key, user]).await?;
    // Somebody else's key leads nowhere but to the start page.
    let location: String = row.map(|row| row.get("location")).transpose()?.unwrap_or_default();
    Ok(Claim::Done(if location.is_empty() { "/".to_owned() } else { location }))
}

/// Keeps where the act's answer leads.
///
/// # Errors
/// The store's.
pub async fn done(tx: &mut Tx, key: &str, location: &str) -> Result<()> {
    tx.execute("UPDATE idempotency SET location = $2 WHERE key = $1", args![key, location]).await?;
    Ok(())
}

/// Forgets keys older than two days.
///
/// # Errors
/// The store's.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    let limit = tx.now() - chrono::Duration::days(2);
    tx.execute("DELETE FROM idempotency WHERE created_at < $1", args![limit]).await
}
