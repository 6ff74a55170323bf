//! A copy of the database that can be checked.

use crate::config::{Config, Installation};
use crate::words::{say, wrong_use};
use anyhow::Context;
use std::path::PathBuf;
use throughline_domain::time::date_time_long;
use throughline_store::Location;
use throughline_store::backup;

/// Makes a copy of the database that can be checked
///
/// The service may go on running. A SQLite file is copied whole, as it was at one moment, with the
/// same encryption; PostgreSQL is dumped by `pg_dump`, which must be on this machine. Beside the copy
/// goes a manifest with its SHA-256 and the head of the audit log. Keep the folder on another machine, and the key elsewhere.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline backup --to /backups/2026-03-03 --config /etc/throughline/config.toml")]
pub struct Args {
    /// A new or empty folder
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// Makes the copy.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let config = args.installation.load()?;
    let folder = args.to.display();
    if args.to.join(backup::DATABASE).exists() || args.to.join(backup::postgres::DUMP).exists() {
        return Err(wrong_use(format!(
            "{folder} already holds a backup: name a new folder, such as one with today's date"
        )));
    }
    std::fs::create_dir_all(&args.to).with_context(|| format!("the folder {folder} cannot be made"))?;
    let (made, drill) = match config.location()? {
        Location::Postgres(url) => {
            (backup::postgres::make(&url, &args.to, chrono::Utc::now()).await, "postgresql:///an_empty_database")
        }
        Location::Sqlite { path, .. } if !path.exists() => {
            return Err(wrong_use(format!(
                "there is no database {}: check `database` in the settings",
                path.display()
            )));
        }
        Location::Sqlite { path, key } => {
            (backup::make(&path, key.as_deref(), &args.to, chrono::Utc::now()).await, "drill.db")
        }
    };
    let manifest = made.map_err(|error| explain(&config, error))?;
    say(format!(
        "Backup of {} in {folder}: {} bytes, audit log to row {}{}.\nCheck it on another machine with:  throughline restore --from {folder} --verify --to {drill}",
        date_time_long(manifest.made_at),
        manifest.bytes,
        manifest.audit_head.seq,
        if manifest.is_encrypted { ", encrypted" } else { ", NOT encrypted" }
    ))
}

/// A backup's error with what to do about it.
pub fn explain(config: &Config, error: backup::BackupError) -> anyhow::Error {
    match error {
        backup::BackupError::Store(error) => config.explain(&error),
        other => other.into(),
    }
}
