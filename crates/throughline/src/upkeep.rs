//! What a running service does by itself: it follows who is known, forgets what is no longer needed, and at
//! night looks for duplicates, keeps a snapshot for the next start and learns from what was decided.

use chrono::Timelike;
use std::time::Duration;
use throughline_domain::time::{Instant, london_time};
use throughline_store::matching::Learning;
use throughline_store::matching::parameters::Version;
use throughline_store::{Cause, Store, elsewhere, idempotency, lists, matching, nightly, sessions};

/// How often it forgets.
const EVERY: Duration = Duration::from_hours(1);

/// How often the matching engine's index follows, so that a search after an import finds little to do.
const FOLLOWS_EVERY: Duration = Duration::from_secs(1);

/// How often it counts the sites without the list that should be in.
const COUNTS_EVERY: Duration = Duration::from_mins(1);

/// The hours of the night in London: few work then.
const NIGHT: std::ops::Range<u32> = 2..6;

/// Does all of it until it is dropped or aborted.
pub async fn for_ever(store: Store) {
    tokio::join!(follow(&store), forget_and_look(&store), count_missing_lists(&store));
}

/// Takes everybody into memory for the matching engine, so that the first search waits for nothing, and
/// follows every second.
async fn follow(store: &Store) {
    let mut turns = tokio::time::interval(FOLLOWS_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failed = false;
    loop {
        turns.tick().await;
        match matching::follow(store).await {
            Ok(()) => failed = false,
            // Said once: a database that is away stays away for many seconds.
            Err(error) if !failed => {
                failed = true;
                tracing::warn!(%error, "the index of people could not follow; the next search will try again");
            }
            Err(_) => {}
        }
    }
}

/// Counts the sites that are without the list that should be in, for whoever watches the figures.
async fn count_missing_lists(store: &Store) {
    let mut turns = tokio::time::interval(COUNTS_EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let counted = async { lists::sites_without_list(&mut *store.read().await?, chrono::Utc::now()).await };
        match counted.await {
            Ok(missing) => metrics::gauge!("throughline_sites_without_list").set(missing as f64),
            Err(error) => tracing::debug!(%error, "the sites without a list could not be counted"),
        }
    }
}

/// Forgets at once, and then every hour, and removes what other registers no longer have; in the hours of
/// the night there is more to do.
async fn forget_and_look(store: &Store) {
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let now = chrono::Utc::now();
        if let Err(error) = forget(store, now).await {
            tracing::warn!(%error, "old keys and sessions could not be forgotten; the next try is in an hour");
        }
        if let Err(error) = elsewhere::remove_gone(store, now).await {
            tracing::warn!(%error, "records that other registers no longer have could not be removed; the next try is in an hour");
        }
        if is_night(now) {
            work_at_night(store, now).await;
        }
    }
}

/// What one server does each night for all of them.
async fn work_at_night(store: &Store, now: Instant) {
    keep_coverage(store, now).await;
    match nightly::look_for_duplicates(store, now).await {
        Ok(Some(done)) => tracing::info!(new = done.new, again = done.reopened, "possible duplicates looked for"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "possible duplicates could not be looked for"),
    }
    match nightly::keep_snapshot(store, now).await {
        Ok(Some(kept)) => tracing::info!(kept.people, kept.bytes, "a snapshot of the index of people was kept"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "no snapshot of the index could be kept; the next start reads everybody"),
    }
    match nightly::learn_parameters(store, now).await {
        Ok(Some(Learning::Learnt(version))) => {
            let Version { version, decisions, refused, .. } = *version;
            tracing::info!(version, decisions, refused, "parameters of the matching engine were learnt");
        }
        Ok(Some(Learning::NotEnough { .. }) | None) => {}
        Err(error) => tracing::warn!(%error, "the parameters of the matching engine could not be learnt"),
    }
}

/// Looks for people who came and left out of hours, and empties the offers whose day has come.
async fn keep_coverage(store: &Store, now: Instant) {
    match nightly::find_out_of_hours(store, now).await {
        Ok(Some(found)) => tracing::info!(found.out_of_hours, found.reasons_owed, "the lists were looked through"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the lists could not be looked through for people who were missed"),
    }
    match nightly::purge_outreach(store, now).await {
        Ok(Some(purged)) => tracing::info!(purged.offers, "details of offers whose day had come were emptied"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "details of offers could not be emptied; the next try is in an hour"),
    }
}

fn is_night(now: Instant) -> bool {
    NIGHT.contains(&london_time(now).hour())
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

#[cfg(test)]
mod tests {
    use super::is_night;

    #[test]
    fn the_night_is_londons() {
        let at = |text: &str| text.parse().expect("this is an instant");
        assert!(is_night(at("2026-11-24T02:10:00Z")));
        assert!(!is_night(at("2026-11-24T06:10:00Z")));
        assert!(is_night(at("2026-07-24T01:10:00Z")), "an hour ahead in summer");
        assert!(!is_night(at("2026-07-24T05:10:00Z")));
    }
}
