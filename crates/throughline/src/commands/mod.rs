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
pub mod restore;
pub mod serve;
pub mod shell;
pub mod user;

use crate::cli::Command;
use crate::config::Config;
use crate::words::say;
use std::time::Instant;
use throughline_store::{Cause, Store, Tx};

/// Does a command.
pub async fn run(command: Command, started: Instant) -> anyhow::Result<()> {
    match command {
        Command::Demo(args) => demo::run(args, started).await,
        Command::Serve(args) => serve::run(&args, started).await,
        Command::Migrate(args) => migrate::run(&args).await,
        Command::User(command) => user::run(command).await,
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Backup(args) => backup::run(&args).await,
        Command::Restore(args) => restore::run(&args).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Lists(command) => lists::run(&command),
        Command::Match(args) => matching::run(&args),
        Command::Import(command) => import::run(&command).await,
        Command::Forms(command) => forms::run(&command),
        Command::Clocks(args) => clocks::run(&args),
        Command::Version => say(version()),
        Command::Completions(args) => shell::completions(&args),
        Command::Man => shell::man(),
    }
}

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
