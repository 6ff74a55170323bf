//! Migrations: dated SQL files, one set for both databases, each applied once.

use crate::{Cause, Error, Result, Store, args};
use sha2::{Digest, Sha256};
use throughline_audit::hex;
use throughline_domain::time::Instant;

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// A migration that has not been applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its file's name.
    pub name: &'static str,
    /// Its statements.
    pub statements: Vec<&'static str>,
}

/// The newest migration this program has.
pub(crate) fn newest() -> &'static str {
    MIGRATIONS.last().map_or("", |(name, _)| name)
}

fn statements(text: &'static str) -> Vec<&'static str> {
    text.split(";\n")
        .map(str::trim)
        .filter(|statement| {
            statement.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
        })
        .collect()
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The migrations that this database still lacks.
///
/// # Errors
/// When the database is newer than the program, or an applied migration was changed since.
pub async fn pending(store: &Store) -> Result<Vec<Pending>> {
    let mut tx = store.begin(system_cause()).await?;
    let pending = lacking(&mut tx).await?;
    tx.commit().await?;
    Ok(pending)
}

fn system_cause() -> Cause {
    Cause { actor: None, at: Instant::UNIX_EPOCH, request: "migrate".into() }
}

async fn lacking(tx: &mut crate::Tx) -> Result<Vec<Pending>> {
    tx.execute("CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, sha256 text NOT NULL)", args![])
        .await?;
    let rows = tx.fetch_all("SELECT name, sha256 FROM schema_migration ORDER BY name", args![]).await?;
    let applied: Vec<(String, String)> =
        rows.iter().map(|row| Ok((row.get("name")?, row.get("sha256")?))).collect::<Result<_>>()?;
    for (name, sha256) in &applied {
        match MIGRATIONS.iter().find(|(known, _)| known == name) {
            None => return Err(Error::NewerDatabase(name.clone())),
            Some((_, text)) if hash(text) != *sha256 => {
                return Err(Error::ChangedMigration(name.clone()));
            }
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS
        .iter()
        .filter(|(name, _)| !applied.iter().any(|(known, _)| known == name))
        .map(|(name, text)| Pending { name, statements: statements(text) })
        .collect())
}

pub(crate) async fn run(store: &Store) -> Result<()> {
    let mut tx = store.begin(system_cause()).await?;
    if tx.is_postgres() {
        // Two servers that start together must not migrate together.
        tx.execute("SELECT pg_advisory_xact_lock(7212026)", args![]).await?;
    }
    for migration in lacking(&mut tx).await? {
        for statement in &migration.statements {
            tx.execute_text(*statement, args![]).await?;
        }
        let text = MIGRATIONS.iter().find(|(name, _)| *name == migration.name).map_or("", |(_, text)| text);
        tx.execute("INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)", args![migration.name, hash(text)])
            .await?;
    }
    tx.commit().await
}
