//! Checking a copy and putting it in place.

use crate::commands::backup::explain;
use crate::config::{Config, Installation, is_postgres};
use crate::words::{say, wrong_use};
use std::path::PathBuf;
use throughline_domain::time::date_time_long;
use throughline_store::Location;
use throughline_store::backup::{self, BackupError, Manifest};

/// Checks a copy and puts it in place
///
/// The manifest's SHA-256 is always checked. With --verify the whole file and the whole audit log
/// are, too. Nothing is put in place that fails. End the service first; a SQLite file that is already
/// there is kept beside the new one, under another name. PostgreSQL is restored by `pg_restore`, and
/// only into an empty database.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline restore --from /backups/2026-03-03 --verify --to drill.db")]
pub struct Args {
    /// A folder made by `throughline backup`
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Checks every page of the file and every row of the audit log
    #[arg(long)]
    verify: bool,
    /// Where to put it, for a drill: a file, or the URL of an empty PostgreSQL database; without it,
    /// the configured database
    #[arg(long, value_name = "FILE")]
    to: Option<String>,
    #[command(flatten)]
    installation: Installation,
}

/// Checks, then puts in place.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let config = args.installation.load()?;
    if args.from.join(backup::postgres::DUMP).exists() {
        return into_postgres(args, &config).await;
    }
    let path = match (&args.to, config.location()?) {
        (Some(file), _) => PathBuf::from(file),
        (None, Location::Sqlite { path, .. }) => path,
        (None, Location::Postgres(_)) => {
            return Err(wrong_use(
                "this is a backup of a SQLite file, but the settings name PostgreSQL: say where to put it with --to FILE",
            ));
        }
    };
    let restored = backup::restore(&args.from, config.key()?.as_deref(), &path, args.verify, chrono::Utc::now())
        .await
        .map_err(|error| explain(&config, error))?;
    say_verified(args, &restored.manifest)?;
    if let Some(kept) = &restored.kept {
        say(format!("The database that was there is kept as {}.", kept.display()))?;
    }
    say(format!("The backup of {} is in place as {}.", date_time_long(restored.manifest.made_at), path.display()))
}

/// PostgreSQL is restored into an empty database only: what is there is never written over.
async fn into_postgres(args: &Args, config: &Config) -> anyhow::Result<()> {
    let url = match (&args.to, config.location()?) {
        (Some(url), _) if is_postgres(url) => url.clone(),
        (None, Location::Postgres(url)) => url,
        _ => {
            return Err(wrong_use(
                "this is a backup of PostgreSQL: say into which empty database with --to postgresql://HOST/DATABASE",
            ));
        }
    };
    let manifest = match backup::postgres::restore(&args.from, &url, args.verify).await {
        Ok(manifest) => manifest,
        Err(error @ (BackupError::Audit(_) | BackupError::Store(_))) => {
            return Err(explain(config, error).context("do not use the database that was restored into: drop it"));
        }
        Err(error) => return Err(explain(config, error)),
    };
    say_verified(args, &manifest)?;
    say(format!("The backup of {} is in the database.", date_time_long(manifest.made_at)))
}

fn say_verified(args: &Args, manifest: &Manifest) -> anyhow::Result<()> {
    if !args.verify {
        return Ok(());
    }
    let head = &manifest.audit_head;
    say(format!("The copy is sound and the audit log is whole: {} rows, head {}.", head.seq, head.hash))
}
