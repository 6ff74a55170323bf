//! Copies of a database that can be checked, and putting one back.
//!
//! A backup is a folder with [`DATABASE`] (one consistent copy of a SQLite file, made while the
//! service runs, with the same encryption) or [`postgres::DUMP`] (what `pg_dump` writes), and
//! [`MANIFEST`] (its SHA-256, its size, and the head of its audit log, so that a log cut short or
//! replaced later shows). The functions here are SQLite's; PostgreSQL's are in [`postgres`].

pub mod postgres;

use crate::{Conn, Error, args, audit};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, SqlitePool};
use std::io::Read;
use std::path::{Path, PathBuf};
use throughline_audit::{Broken, Head, hex};
use throughline_domain::time::{Instant, stored};

/// The copy's name in its folder.
pub const DATABASE: &str = "throughline.db";

/// The manifest's name in the folder.
pub const MANIFEST: &str = "manifest.json";

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// The version of the program that made it.
    pub version: String,
    /// When it was made.
    pub made_at: Instant,
    /// The size of the copy.
    pub bytes: u64,
    /// The SHA-256 of the copy, in hexadecimal.
    pub sha256: String,
    /// Whether the copy is encrypted.
    pub is_encrypted: bool,
    /// The head of its audit log.
    pub audit_head: Head,
}

/// Why a backup could not be made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{0} cannot be used: {1}")]
    File(PathBuf, std::io::Error),
    /// The folder is not a backup.
    #[error("{0} is not a backup: it has no manifest that can be read")]
    NoManifest(PathBuf),
    /// The copy is not the file that was made.
    #[error("the copy was changed or damaged since it was made: its SHA-256 is not the manifest's. Use another backup")]
    Changed,
    /// The copy is not a sound database.
    #[error("the copy is not a sound database: {0}. Use another backup")]
    Unsound(String),
    /// The copy's audit log is not whole.
    #[error("the audit log of the copy is broken: {0}. Keep it, and tell information governance")]
    Audit(#[from] Broken),
    /// One of PostgreSQL's own programs is not on this machine.
    #[error("{0} is not on this machine: install the PostgreSQL client, of the server's version or newer")]
    NoProgram(&'static str),
    /// One of PostgreSQL's own programs failed.
    #[error("{0} failed: {1}")]
    Program(&'static str, String),
    /// The database to restore into holds something already.
    #[error(
        "the database to restore into is not empty: make a new one (createdb), restore there, and name it in the settings"
    )]
    NotEmpty,
    /// The database failed.
    #[error(transparent)]
    Store(Error),
}

impl<E: Into<Error>> From<E> for BackupError {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError + '_ {
    move |error| BackupError::File(path.to_owned(), error)
}

/// Copies a database, as it is at one moment, into a folder that exists.
///
/// # Errors
/// When the database cannot be read or the folder not written. What is half made is taken away.
pub async fn make(path: &Path, key: Option<&str>, folder: &Path, now: Instant) -> Result<Manifest, BackupError> {
    let copy = folder.join(DATABASE);
    let made = copy_to(path, key, &copy, now).await;
    match made {
        Ok(manifest) => {
            keep_manifest(folder, &manifest)?;
            Ok(manifest)
        }
        Err(error) => {
            let _ = std::fs::remove_file(&copy);
            Err(error)
        }
    }
}

fn keep_manifest(folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let file = folder.join(MANIFEST);
    let text = serde_json::to_string_pretty(manifest).expect("a manifest is JSON");
    std::fs::write(&file, text + "\n").map_err(at(&file))?;
    flush(&file)?;
    flush(folder)
}

async fn copy_to(path: &Path, key: Option<&str>, copy: &Path, now: Instant) -> Result<Manifest, BackupError> {
    let pool = reader(path, key).await?;
    let name = copy.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(name).execute(&pool).await?;
    pool.close().await;
    only_for_its_owner(copy)?;
    flush(copy)?;
    // The head is read from the copy: the service may have written more since.
    let pool = reader(copy, key).await?;
    let audit_head = audit::head(&mut Conn::SqliteReader(pool.acquire().await?)).await?;
    pool.close().await;
    let (sha256, bytes) = fingerprint(copy)?;
    Ok(Manifest {
        version: env!("CARGO_PKG_VERSION").into(),
        made_at: stored(now),
        bytes,
        sha256,
        is_encrypted: key.is_some(),
        audit_head,
    })
}

/// What came of putting a backup in place.
#[derive(Debug)]
pub struct Restored {
    /// What it is.
    pub manifest: Manifest,
    /// Where the database that was there before is kept.
    pub kept: Option<PathBuf>,
}

/// Checks a backup and puts it in place of a database, which is kept under another name. The
/// service must not be running.
///
/// # Errors
/// When a check fails: then nothing is changed.
pub async fn restore(
    folder: &Path,
    key: Option<&str>,
    to: &Path,
    verify_all: bool,
    now: Instant,
) -> Result<Restored, BackupError> {
    let manifest = manifest(folder)?;
    let next = beside(to, "restoring");
    std::fs::copy(folder.join(DATABASE), &next).map_err(at(&folder.join(DATABASE)))?;
    let checked = check(&next, key, &manifest, verify_all).await;
    if let Err(error) = checked {
        let _ = std::fs::remove_file(&next);
        return Err(error);
    }
    only_for_its_owner(&next)?;
    flush(&next)?;
    let kept = keep(to, now)?;
    std::fs::rename(&next, to).map_err(at(to))?;
    flush(to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    Ok(Restored { manifest, kept })
}

fn manifest(folder: &Path) -> Result<Manifest, BackupError> {
    let text =
        std::fs::read_to_string(folder.join(MANIFEST)).map_err(|_| BackupError::NoManifest(folder.to_owned()))?;
    serde_json::from_str(&text).map_err(|_| BackupError::NoManifest(folder.to_owned()))
}

async fn check(file: &Path, key: Option<&str>, manifest: &Manifest, verify_all: bool) -> Result<(), BackupError> {
    if fingerprint(file)? != (manifest.sha256.clone(), manifest.bytes) {
        return Err(BackupError::Changed);
    }
    let pool = reader(file, key).await?;
    let mut conn = Conn::SqliteReader(pool.acquire().await?);
    must_have_head(&mut conn, manifest).await?;
    if verify_all {
        let rows = conn.fetch_all("PRAGMA integrity_check", args![]).await?;
        let words: Vec<String> = rows.iter().map(|row| row.get("integrity_check")).collect::<crate::Result<_>>()?;
        if words != ["ok"] {
            return Err(BackupError::Unsound(words.join("; ")));
        }
        audit::verify(&mut conn, Some(&manifest.audit_head)).await??;
    }
    drop(conn);
    pool.close().await;
    Ok(())
}

async fn must_have_head(conn: &mut Conn, manifest: &Manifest) -> Result<(), BackupError> {
    let head = audit::head(conn).await?;
    if head == manifest.audit_head { Ok(()) } else { Err(BackupError::Audit(Broken::Replaced(head.seq))) }
}

/// Moves a database and what belongs to it aside.
fn keep(path: &Path, now: Instant) -> Result<Option<PathBuf>, BackupError> {
    if !path.exists() {
        return Ok(None);
    }
    let kept = beside(path, &format!("before-{}", now.format("%Y%m%d-%H%M%S")));
    for suffix in ["-wal", "-shm", ""] {
        let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        if with(path).exists() {
            std::fs::rename(with(path), with(&kept)).map_err(at(path))?;
        }
    }
    Ok(Some(kept))
}

fn beside(path: &Path, word: &str) -> PathBuf {
    PathBuf::from(format!("{}.{word}", path.display()))
}

/// Opens a file for reading alone, so that a copy stays the file it is.
async fn reader(path: &Path, key: Option<&str>) -> Result<SqlitePool, BackupError> {
    let mut options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
    if let Some(key) = key {
        options = options.pragma("key", format!("'{}'", key.replace('\'', "''")));
    }
    Ok(SqlitePoolOptions::new().max_connections(1).connect_with(options).await?)
}

fn fingerprint(path: &Path) -> Result<(String, u64), BackupError> {
    let mut file = std::fs::File::open(path).map_err(at(path))?;
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut part).map_err(at(path))?;
        if read == 0 {
            return Ok((hex(&hash.finalize()), bytes));
        }
        hash.update(&part[..read]);
        bytes += read as u64;
    }
}

/// A record of people is for the service alone, whatever the umask.
fn only_for_its_owner(path: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(at(path))?;
    Ok(())
}

fn flush(path: &Path) -> Result<(), BackupError> {
    std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}
