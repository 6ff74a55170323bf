//! Records that their register no longer has: not found any more, and removed after a while.

use super::AT_ONCE;
use crate::sql::placeholders;
use crate::{Cause, Result, Store, Tx, args};
use chrono::Duration;
use throughline_domain::elsewhere::KEPT_WHEN_GONE_DAYS;
use throughline_domain::ids::ElsewhereId;
use throughline_domain::time::Instant;

/// Notes that these records are no longer in their source's index: they are not found any more.
///
/// # Errors
/// The store's.
pub async fn mark_gone(tx: &mut Tx, source: &str, ids: &[ElsewhereId]) -> Result<()> {
    let now = tx.now();
    for some in ids.chunks(AT_ONCE) {
        let sql = format!("UPDATE elsewhere SET gone_at = $1 WHERE id IN ({})", placeholders(2, some.len()));
        let mut args = args![now];
        args.extend(some.iter().map(|id| (*id).into()));
        tx.execute_text(sqlx::AssertSqlSafe(sql), args).await?;
    }
    for id in ids {
        tx.describes_anew(*id);
    }
    if !ids.is_empty() {
        let detail = format!("{source}: {} gone", ids.len());
        tx.note_act("import", "elsewhere", throughline_policy::Subject::default(), &detail);
    }
    Ok(())
}

/// Removes records that their register no longer has, once they have been gone for
/// [`KEPT_WHEN_GONE_DAYS`]. A record of a person of ours, and one about which somebody decided, stays: what
/// was decided stands on it. Returns how many went.
///
/// # Errors
/// The store's. What went before stays removed, and the rest goes another time.
pub async fn remove_gone(store: &Store, now: Instant) -> Result<u64> {
    let mut removed = 0;
    loop {
        // A piece at a time: others save in between.
        let mut tx = store.begin(Cause { actor: None, at: now, request: "upkeep".into() }).await?;
        let some = remove_some(&mut tx).await?;
        tx.commit().await?;
        removed += some;
        if some == 0 {
            return Ok(removed);
        }
    }
}

async fn remove_some(tx: &mut Tx) -> Result<u64> {
    let before = tx.now() - Duration::days(KEPT_WHEN_GONE_DAYS);
    let rows = tx
        .fetch_all(
            "SELECT e.id FROM elsewhere e
              WHERE e.gone_at < $1 AND e.person_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM elsewhere_decision d WHERE d.elsewhere_id = e.id)
                AND NOT EXISTS (SELECT 1 FROM match_change c WHERE c.elsewhere_id = e.id)
              ORDER BY e.id LIMIT $2",
            args![before, i64::try_from(AT_ONCE).unwrap_or(i64::MAX)],
        )
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let ids: Vec<ElsewhereId> = rows.iter().map(|row| row.get("id")).collect::<Result<_>>()?;
    let sql = format!("DELETE FROM elsewhere WHERE gone_at IS NOT NULL AND id IN ({})", placeholders(1, ids.len()));
    let removed = tx.execute_text(sqlx::AssertSqlSafe(sql), ids.iter().map(|id| (*id).into()).collect()).await?;
    let detail = format!("{removed} removed: gone for {KEPT_WHEN_GONE_DAYS} days, and nothing was decided about them");
    tx.note_act("delete", "elsewhere", throughline_policy::Subject::default(), &detail);
    Ok(removed)
}
