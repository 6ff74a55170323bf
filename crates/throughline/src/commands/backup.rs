//! A copy of the database that can be checked.

use crate::config::{Config, Installation};
use crate::words::{say, wrong_use};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;
use throughline_domain::time::date_time_long;
use throughline_store::Location;
use throughline_store::backup;

/// Makes a copy of the database that can be checked
///
/// The service may go on running. A SQLite file is copied whole, as it was at one moment, with the
/// same encryption; beside it goes a manifest with its SHA-256 and the head of the audit log. For
/// PostgreSQL, `pg_dump` does the work. Keep the folder on another machine, and the key elsewhere.
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
    if args.to.join(backup::DATABASE).exists() || args.to.join(DUMP).exists() {
        return Err(wrong_use(format!(
            "{folder} already holds a backup: name a new folder, such as one with today's date"
        )));
    }
    std::fs::create_dir_all(&args.to).with_context(|| format!("the folder {folder} cannot be made"))?;
    match config.location()? {
        Location::Postgres(url) => pg_dump(&url, &args.to),
        Location::Sqlite { path, key } => {
            if !path.exists() {
                return Err(wrong_use(format!(
                    "there is no database {}: check `database` in the settings",
                    path.display()
                )));
            }
            let manifest = backup::make(&path, key.as_deref(), &args.to, chrono::Utc::now())
                .await
                .map_err(|error| explain(&config, error))?;
            say(format!(
                "Backup of {} in {folder}: {} bytes, audit log to row {}{}.\nCheck it on another machine with:  throughline restore --from {folder} --verify --to drill.db",
                date_time_long(manifest.made_at),
                manifest.bytes,
                manifest.audit_head.seq,
                if manifest.is_encrypted { ", encrypted" } else { ", NOT encrypted" }
            ))
        }
    }
}

/// A backup's error with what to do about it.
pub fn explain(config: &Config, error: backup::BackupError) -> anyhow::Error {
    match error {
        backup::BackupError::Store(error) => config.explain(&error),
        other => other.into(),
    }
}

/// The dump's name in the folder.
pub const DUMP: &str = "throughline.dump";

fn pg_dump(url: &str, folder: &Path) -> anyhow::Result<()> {
    let file = folder.join(DUMP);
    let (shown, password) = without_password(url);
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-owner", "--file"]).arg(&file).arg(&shown);
    if let Some(password) = password {
        // In the environment, not among the arguments: those are for everybody on the machine to see.
        command.env("PGPASSWORD", password);
    }
    match command.status() {
        Ok(status) if status.success() => say(format!(
            "Backup in {}. Restore it with:  pg_restore --clean --if-exists --no-owner --dbname '{shown}' {}",
            file.display(),
            file.display()
        )),
        Ok(status) => anyhow::bail!("pg_dump ended with {status}: its words are above"),
        Err(_) => anyhow::bail!(
            "pg_dump is not on this machine. Install the PostgreSQL client, or run where it is:  pg_dump --format=custom --no-owner --file {DUMP} '{shown}'"
        ),
    }
}

/// The URL without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (user, host) = rest.rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        Some((format!("{scheme}://{name}@{host}"), decoded(password)))
    };
    parts().map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

/// Percent-encoding undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_stay_in_the_address() {
        assert_eq!(without_password("postgresql://a:b%40c@h/d"), ("postgresql://a@h/d".into(), Some("b@c".into())));
        assert_eq!(without_password("postgresql://a@h/d"), ("postgresql://a@h/d".into(), None));
    }
}
