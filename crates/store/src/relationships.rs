//! Claimed access: what was claimed, until when, and what the review of it said.

use crate::{Conn, Result, Row, Tx, args};
use throughline_domain::ids::{PersonId, UserId};
use throughline_domain::role::Role;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewAuditLog, ViewIdentity};
use uuid::Uuid;

/// One claim of access to a person, with its reason and its review.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Claim {
    /// Its reference.
    pub id: Uuid,
    /// Who claimed.
    pub user_id: UserId,
    /// Their name.
    pub user_name: String,
    /// In which role.
    pub role: Role,
    /// The person, by reference only.
    pub person_id: PersonId,
    /// Why, in their words.
    pub reason: String,
    /// From when.
    pub starts_at: Instant,
    /// Until when.
    pub ends_at: Instant,
    /// When it was reviewed.
    pub reviewed_at: Option<Instant>,
    /// By whom.
    pub reviewed_by_name: String,
    /// What the review said.
    pub review_note: String,
}

const CLAIM: &str =
    "SELECT r.id, r.user_id, u.name AS user_name, u.role, r.person_id, r.reason, r.starts_at, r.ends_at, r.reviewed_at,
        COALESCE(v.name, '') AS reviewed_by_name, r.review_note
   FROM relationship r JOIN app_user u ON u.id = r.user_id LEFT JOIN app_user v ON v.id = r.reviewed_by";

fn claim(row: &Row) -> Result<Claim> {
    Ok(Claim {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        user_name: row.get("user_name")?,
        role: row.get("role")?,
        person_id: row.get("person_id")?,
        reason: row.get("reason")?,
        starts_at: row.get("starts_at")?,
        ends_at: row.get("ends_at")?,
        reviewed_at: row.get("reviewed_at")?,
        reviewed_by_name: row.get("reviewed_by_name")?,
        review_note: row.get("review_note")?,
    })
}

/// Until when the actor's newest claim on the grant's person holds.
///
/// # Errors
/// The store's.
pub async fn claimed_until(conn: &mut Conn, grant: &Grant<ViewIdentity>, now: Instant) -> Result<Option<Instant>> {
    let row = conn
        .fetch_optional(
            "SELECT ends_at FROM relationship WHERE user_id = $1 AND person_id = $2 AND starts_at <= $3 AND ends_at > $3
              ORDER BY ends_at DESC LIMIT 1",
            args![grant.actor().user, grant.person(), now],
        )
        .await?;
    row.map(|row| row.get("ends_at")).transpose()
}

/// Claims that nobody has reviewed yet, oldest first.
///
/// # Errors
/// The store's.
pub async fn to_review(conn: &mut Conn, _grant: &Grant<ViewAuditLog>, limit: i64) -> Result<Vec<Claim>> {
    let sql = sqlx::AssertSqlSafe(format!("{CLAIM} WHERE r.reviewed_at IS NULL ORDER BY r.starts_at LIMIT $1"));
    conn.fetch_text(sql, args![limit]).await?.iter().map(claim).collect()
}

/// Claims that were reviewed, the newest review first.
///
/// # Errors
/// The store's.
pub async fn reviewed(conn: &mut Conn, _grant: &Grant<ViewAuditLog>, limit: i64) -> Result<Vec<Claim>> {
    let sql =
        sqlx::AssertSqlSafe(format!("{CLAIM} WHERE r.reviewed_at IS NOT NULL ORDER BY r.reviewed_at DESC LIMIT $1"));
    conn.fetch_text(sql, args![limit]).await?.iter().map(claim).collect()
}

/// Records the review of a claim: once, by somebody else than who claimed.
///
/// # Errors
/// [`crate::Error::Stale`] when it was reviewed before, or is the reviewer's own.
pub async fn review(tx: &mut Tx, grant: &Grant<ViewAuditLog>, id: Uuid, note: &str) -> Result<()> {
    let (now, reviewer): (Instant, UserId) = (tx.now(), grant.actor().user);
    tx.execute_versioned(
        "UPDATE relationship SET reviewed_at = $2, reviewed_by = $3, review_note = $4
          WHERE id = $1 AND reviewed_at IS NULL AND user_id <> $3",
        args![id, now, reviewer, note],
    )
    .await?;
    tx.note_act("change", "audit_log", throughline_policy::Subject::default(), &format!("claim {id} reviewed"));
    Ok(())
}
