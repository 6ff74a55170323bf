//! Refusals of a transaction that was given up.

use super::Cause;
use crate::{Result, Store};
use throughline_audit as log;
use throughline_domain::time::Instant;

/// Refusals of a transaction that was given up: they are written in a transaction of their own, so
/// that who tried is known although nothing was done.
#[derive(Debug)]
pub(super) struct Refusals {
    pub(super) store: Store,
    pub(super) rows: Vec<log::Row>,
}

impl Refusals {
    pub(super) fn of(store: &Store) -> Self {
        Self { store: store.clone(), rows: Vec::new() }
    }
}

impl Drop for Refusals {
    fn drop(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if rows.is_empty() {
            return;
        }
        let store = self.store.clone();
        runtime.spawn(async move {
            if let Err(error) = write_refusals(&store, rows).await {
                tracing::error!(%error, "refused access could not be written to the audit log");
            }
        });
    }
}

async fn write_refusals(store: &Store, rows: Vec<log::Row>) -> Result<()> {
    let at = rows.first().map_or(Instant::UNIX_EPOCH, |row| row.at);
    let mut tx = store.begin(Cause { actor: None, at, request: String::new() }).await?;
    tx.audit = rows;
    tx.commit().await
}
