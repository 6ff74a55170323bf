//! What a running service does by itself: it forgets what is no longer needed.

use std::time::Duration;
use throughline_domain::time::Instant;
use throughline_store::{Cause, Store, idempotency, matching, sessions};

/// How often.
const EVERY: Duration = Duration::from_hours(1);

/// Reads everybody into memory for the matching engine, so that the first search waits for nothing;
/// forgets at once, and then every hour, until it is dropped or aborted.
pub async fn for_ever(store: Store) {
    if let Err(error) = matching::warm(&store).await {
        tracing::warn!(%error, "people could not be read ahead; the first search will read them");
    }
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        if let Err(error) = forget(&store, chrono::Utc::now()).await {
            tracing::warn!(%error, "old keys and sessions could not be forgotten; the next try is in an hour");
        }
    }
}

/// Forgets the keys of forms sent more than two days ago, sessions that have expired, and the old part
/// of the feed that the matching engine follows.
async fn forget(store: &Store, now: Instant) -> throughline_store::Result<()> {
    let mut tx = store.begin(Cause { actor: None, at: now, request: "upkeep".into() }).await?;
    let keys = idempotency::forget_old(&mut tx).await?;
    let sessions = sessions::forget_expired(&mut tx).await?;
    matching::forget_old(&mut tx).await?;
    tx.commit().await?;
    tracing::debug!(keys, sessions, "old keys and sessions forgotten");
    Ok(())
}
