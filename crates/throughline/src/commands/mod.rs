//! The commands, a file each.

pub mod audit;
pub mod backup;
pub mod clocks;
pub mod demo;
pub mod doctor;
pub mod forms;
pub mod import;
pub mod lists;
pub mod matching;
pub mod migrate;
pub mod parameters;
pub mod restore;
pub mod serve;
pub mod shell;
pub mod token;
pub mod user;

use crate::config::Config;
use throughline_store::{Cause, Store, Tx};

/// The version in words.
pub fn version() -> String {
    format!("throughline {}", env!("CARGO_PKG_VERSION"))
}

/// Opens the configured database and brings its tables up to date.
async fn open(config: &Config) -> anyhow::Result<Store> {
    Store::open(&config.location()?).await.map_err(|error| config.explain(&error))
}

/// A transaction of the command line, which stands outside the policy: whoever runs it owns the
/// database's key.
async fn begin(store: &Store) -> throughline_store::Result<Tx> {
    store.begin(Cause { actor: None, at: chrono::Utc::now(), request: "command line".into() }).await
}
