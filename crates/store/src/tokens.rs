//! Tokens: what a program shows to hand in lists of one site, and to do nothing else.
//!
//! A token is issued once and shown once. The table holds the SHA-256 of its secret, which is 256 random bits: nothing
//! slower is needed to keep it from being guessed.

use crate::{Conn, Result, Row, Tx, args};
use throughline_domain::ids::{SiteId, TokenId};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeUsers, Grant, Subject, ViewUsers};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    /// Its id, which is part of its text.
    pub id: TokenId,
    /// The one site whose lists it hands in.
    pub site_id: SiteId,
    /// That site's name.
    pub site_name: String,
    /// What it is for, as whoever issued it wrote: it stands beside the lists.
    pub name: String,
    /// When it was issued.
    pub created_at: Instant,
    /// By whom; empty for the command line.
    pub created_by: String,
    /// When it ends by itself.
    pub expires_at: Instant,
    /// When it was last used.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

impl Token {
    /// Whether it opens anything at an instant.
    pub fn is_good(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// A token to be issued.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its id.
    pub id: TokenId,
    /// The site.
    pub site_id: SiteId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of its secret.
    pub secret_sha256: Vec<u8>,
    /// When it ends by itself.
    pub expires_at: Instant,
}

const TOKEN: &str =
    "SELECT t.id, t.site_id, s.name AS site_name, t.name, t.created_at, COALESCE(u.name, '') AS created_by_name,
        t.expires_at, t.last_used_at, t.revoked_at, t.secret_sha256
   FROM api_token t JOIN site s ON s.id = t.site_id LEFT JOIN app_user u ON u.id = t.created_by";

fn token(row: &Row) -> Result<Token> {
    Ok(Token {
        id: row.get("id")?,
        site_id: row.get("site_id")?,
        site_name: row.get("site_name")?,
        name: row.get("name")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by_name")?,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

/// The token of an id with the SHA-256 of its secret, whether it is good or not: the caller compares.
///
/// # Errors
/// The store's.
pub async fn find(conn: &mut Conn, id: TokenId) -> Result<Option<(Token, Vec<u8>)>> {
    let sql = sqlx::AssertSqlSafe(format!("{TOKEN} WHERE t.id = $1"));
    let rows = conn.fetch_text(sql, args![id]).await?;
    rows.first().map(|row| Ok((token(row)?, row.get("secret_sha256")?))).transpose()
}

/// Every token, those in use first, then by site and name.
///
/// # Errors
/// The store's.
pub async fn all(conn: &mut Conn, _: &Grant<ViewUsers>) -> Result<Vec<Token>> {
    every(conn).await
}

/// Every token, for the command line.
///
/// # Errors
/// The store's.
pub async fn every(conn: &mut Conn) -> Result<Vec<Token>> {
    let sql = sqlx::AssertSqlSafe(format!("{TOKEN} ORDER BY (t.revoked_at IS NOT NULL), s.name, t.name, t.created_at"));
    conn.fetch_text(sql, args![]).await?.iter().map(token).collect()
}

/// Issues a token.
///
/// # Errors
/// The store's.
pub async fn issue(tx: &mut Tx, _: &Grant<ChangeUsers>, new: &NewToken) -> Result<()> {
    add(tx, new).await?;
    tx.audit_detail(&format!("token {} issued for site {}", new.id, new.site_id));
    Ok(())
}

/// Issues a token from the command line.
///
/// # Errors
/// The store's.
pub async fn issue_by_command(tx: &mut Tx, new: &NewToken) -> Result<()> {
    add(tx, new).await?;
    tx.note_act("change", "users", Subject::default(), &format!("token {} issued for site {}", new.id, new.site_id));
    Ok(())
}

async fn add(tx: &mut Tx, new: &NewToken) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().map(|actor| actor.user));
    tx.execute(
        "INSERT INTO api_token (id, site_id, name, secret_sha256, created_at, created_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![new.id, new.site_id, &new.name, new.secret_sha256.as_slice(), now, by, new.expires_at],
    )
    .await?;
    Ok(())
}

/// Revokes a token: it opens nothing any more, from the commit on.
///
/// # Errors
/// [`crate::Error::Stale`] when it was revoked before or there is none.
pub async fn revoke(tx: &mut Tx, _: &Grant<ChangeUsers>, id: TokenId) -> Result<()> {
    end(tx, id).await?;
    tx.audit_detail(&format!("token {id} revoked"));
    Ok(())
}

/// Revokes a token from the command line.
///
/// # Errors
/// As [`revoke`].
pub async fn revoke_by_command(tx: &mut Tx, id: TokenId) -> Result<()> {
    end(tx, id).await?;
    tx.note_act("change", "users", Subject::default(), &format!("token {id} revoked"));
    Ok(())
}

async fn end(tx: &mut Tx, id: TokenId) -> Result<()> {
    let (now, by) = (tx.now(), tx.actor().map(|actor| actor.user));
    tx.execute_versioned(
        "UPDATE api_token SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL",
        args![id, now, by],
    )
    .await
}

/// Notes that a token was used, if it still is good: asked again inside the act, so that a token revoked meanwhile
/// does nothing. Says whether it is.
///
/// # Errors
/// The store's.
pub async fn used(tx: &mut Tx, id: TokenId) -> Result<bool> {
    let now = tx.now();
    let sql = "UPDATE api_token SET last_used_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2";
    Ok(tx.execute(sql, args![id, now]).await? == 1)
}
