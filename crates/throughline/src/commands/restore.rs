//! Checking a copy and putting it in place.

use crate::commands::backup::{DUMP, explain};
use crate::config::Installation;
use crate::words::{say, wrong_use};
use std::path::PathBuf;
use throughline_domain::time::date_time_long;
use throughline_store::{Location, backup};

/// Checks a copy and puts it in place
///
/// The manifest's SHA-256 is always checked. With --verify the whole file and the whole audit log
/// are, too. Nothing is put in place that fails. End the service first; a database that is already
/// there is kept beside the new one, under another name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline restore --from /backups/2026-03-03 --verify --to drill.db")]
pub struct Args {
    /// A folder made by `throughline backup`
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    /// Checks every page of the file and every row of the audit log
    #[arg(long)]
    verify: bool,
    /// Where to put it, for a drill; without it, the configured database
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    installation: Installation,
}

/// Checks, then puts in place.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let config = args.installation.load()?;
    if args.from.join(DUMP).exists() {
        return Err(wrong_use(format!(
            "{} is a backup of PostgreSQL: restore it with  pg_restore --clean --if-exists --no-owner --dbname DATABASE {}",
            args.from.display(),
            args.from.join(DUMP).display()
        )));
    }
    let path = match (&args.to, config.location()?) {
        (Some(file), _) => file.clone(),
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
    if args.verify {
        say(format!(
            "The file is sound and the audit log is whole: {} rows, head {}.",
            restored.manifest.audit_head.seq, restored.manifest.audit_head.hash
        ))?;
    }
    if let Some(kept) = &restored.kept {
        say(format!("The database that was there is kept as {}.", kept.display()))?;
    }
    say(format!("The backup of {} is in place as {}.", date_time_long(restored.manifest.made_at), path.display()))
}
