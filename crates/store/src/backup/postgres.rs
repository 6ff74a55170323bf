//! Backups of PostgreSQL: `pg_dump` and `pg_restore` do the work; the manifest and the checks are
//! the same as for a SQLite file.

use super::{
    BackupError, MANIFEST, Manifest, fingerprint, flush, keep_manifest, manifest, must_have_head, only_for_its_owner,
};
use crate::{Conn, args, audit};
use sqlx::postgres::{PgPool, PgPoolOptions};
use std::path::Path;
use std::process::Command;
use throughline_domain::time::{Instant, stored};

/// The dump's name in its folder.
pub const DUMP: &str = "throughline.dump";

/// Dumps a database, as it is at one moment, into a folder that exists.
///
/// # Errors
/// When the database cannot be read, `pg_dump` is missing or fails, or the folder cannot be
/// written. What is half made is taken away.
pub async fn make(url: &str, folder: &Path, now: Instant) -> Result<Manifest, BackupError> {
    let file = folder.join(DUMP);
    let made = match dump_to(url, &file, now).await {
        Ok(manifest) => keep_manifest(folder, &manifest).map(|()| manifest),
        Err(error) => Err(error),
    };
    if made.is_err() {
        let _ = std::fs::remove_file(&file);
        let _ = std::fs::remove_file(folder.join(MANIFEST));
    }
    made
}

async fn dump_to(url: &str, file: &Path, now: Instant) -> Result<Manifest, BackupError> {
    let pool = connect(url).await?;
    let mut conn = Conn::Postgres(pool.begin().await?);
    conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", args![]).await?;
    // The head and the dump are of one snapshot: the service may write more meanwhile.
    let row = conn.fetch_one("SELECT pg_export_snapshot() AS snapshot", args![]).await?;
    let snapshot: String = row.get("snapshot")?;
    let audit_head = audit::head(&mut conn).await?;
    let mut dump = program("pg_dump", url);
    dump.args(["--format=custom", "--no-owner", "--no-privileges", "--snapshot", &snapshot, "--file"]).arg(file);
    run("pg_dump", dump).await?;
    drop(conn);
    pool.close().await;
    only_for_its_owner(file)?;
    flush(file)?;
    let (sha256, bytes) = fingerprint(file)?;
    let version = env!("CARGO_PKG_VERSION").into();
    Ok(Manifest { version, made_at: stored(now), bytes, sha256, is_encrypted: false, audit_head })
}

/// Checks a dump and restores it into an empty database.
///
/// # Errors
/// When the dump is not the one that was made or the database is not empty: then nothing is
/// changed. When what was restored fails its checks: then that database must not be used.
pub async fn restore(folder: &Path, url: &str, verify_all: bool) -> Result<Manifest, BackupError> {
    let manifest = manifest(folder)?;
    let file = folder.join(DUMP);
    if fingerprint(&file)? != (manifest.sha256.clone(), manifest.bytes) {
        return Err(BackupError::Changed);
    }
    let pool = connect(url).await?;
    must_be_empty(&mut Conn::Postgres(pool.begin().await?)).await?;
    let mut restore = program("pg_restore", url);
    restore.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]).arg(&file);
    run("pg_restore", restore).await?;
    let mut conn = Conn::Postgres(pool.begin().await?);
    must_have_head(&mut conn, &manifest).await?;
    if verify_all {
        audit::verify(&mut conn, Some(&manifest.audit_head)).await??;
    }
    drop(conn);
    pool.close().await;
    Ok(manifest)
}

async fn connect(url: &str) -> Result<PgPool, BackupError> {
    Ok(PgPoolOptions::new().max_connections(1).connect(url).await?)
}

async fn must_be_empty(conn: &mut Conn) -> Result<(), BackupError> {
    let sql = "SELECT count(*) AS tables FROM information_schema.tables WHERE table_schema = current_schema()";
    let tables: i64 = conn.fetch_one(sql, args![]).await?.get("tables")?;
    if tables == 0 { Ok(()) } else { Err(BackupError::NotEmpty) }
}

/// One of PostgreSQL's programs, pointed at a database. A password goes into its environment, not
/// among its arguments: those are for everybody on the machine to see.
fn program(name: &str, url: &str) -> Command {
    let (shown, password) = without_password(url);
    let mut command = Command::new(name);
    command.arg("--no-password").arg("--dbname").arg(shown);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

async fn run(name: &'static str, mut command: Command) -> Result<(), BackupError> {
    let ended = tokio::task::spawn_blocking(move || command.output()).await;
    let ended = ended.map_err(|error| BackupError::Program(name, error.to_string()))?;
    let output = ended.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => BackupError::NoProgram(name),
        _ => BackupError::Program(name, error.to_string()),
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(BackupError::Program(name, String::from_utf8_lossy(&output.stderr).trim().to_owned()))
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
