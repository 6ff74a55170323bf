//! The store: every row of the service, in SQLite or PostgreSQL, behind one API.
//!
//! **What this crate is for.** It is the only crate that knows SQL. It keeps four promises:
//!
//! - *Durable.* [`Tx::commit`] returns only after the database has made the transaction durable
//!   (SQLite: WAL with `synchronous=FULL`; PostgreSQL: its defaults).
//! - *Audited.* [`Tx::authorise`] is the only way to a [`Grant`](throughline_policy::Grant), and it
//!   queues the audit row that `commit` writes in the same transaction.
//! - *One policy.* Functions that read or change a person's record take a grant, and read the
//!   person from it. Without a decision there is nothing to pass.
//! - *Nothing is overwritten unseen.* Editable rows carry a `version`; a change names the version
//!   it started from and gets [`Error::Stale`] when somebody else was faster.
//!
//! **Its words.** A [`Store`] opens connections. A [`Read`] is a snapshot for what concerns no
//! person. A [`Tx`] is a transaction of one act of one person. A [`Conn`] runs SQL on either.
//!
//! **How to add a noun.** A migration in `migrations/`, a file here with its row type and
//! functions `fn(&mut Tx or &mut Conn, &Grant<...>, ...)`, SQL written as SQL. Bind computed
//! values: no `now()`, no `interval`, no `ILIKE`, no arrays. The tests in `tests/` run it on both
//! databases.
//!
//! **What it will never do.** Decide who may see what (`throughline-policy` does), or hold a rule
//! of the service (`throughline-domain` does).
#![warn(missing_docs)]

mod described;
mod migrate;
#[cfg(debug_assertions)]
pub mod plant;
#[cfg(feature = "raw-sql")]
pub mod raw;
mod sql;
mod subject;
mod tx;
mod writer;

pub mod alerts;
pub mod appointments;
pub mod audit;
pub mod backup;
pub mod care;
pub mod clinics;
pub mod consents;
pub mod consultations;
pub mod contacts;
pub mod coverage;
pub mod directory;
pub mod disclosures;
pub mod documents;
pub mod elsewhere;
pub mod episodes;
pub mod events;
pub mod export;
pub mod health;
pub mod idempotency;
pub mod legal;
pub mod lists;
pub mod matching;
pub mod merges;
pub mod nightly;
pub mod organisations;
pub mod outcomes;
pub mod outreach;
pub mod passport;
pub mod people;
pub mod records;
pub mod referrals;
pub mod relationships;
pub mod returns;
pub mod scores;
pub mod search;
pub mod sessions;
pub mod shifts;
pub mod tasks;
pub mod texts;
pub mod tokens;
pub mod users;
pub mod worklists;

pub use migrate::{Pending, pending};
pub use sql::{Args, Conn, FromColumn, Row, Value};
pub use tx::{Cause, PRINTED, Read, Refused, Tx};

use std::path::PathBuf;
use std::sync::Arc;

/// Where the rows are.
#[derive(Debug, Clone)]
pub enum Location {
    /// A SQLite file, with its encryption key when it has one.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// The SQLCipher passphrase.
        key: Option<String>,
    },
    /// A PostgreSQL database, by URL.
    Postgres(String),
}

/// What went wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed the row first: nothing was saved, and the caller still has both texts.
    #[error("somebody else changed this first")]
    Stale,
    /// What the actor signs waits for a colleague, and this would count at once: nothing was saved.
    #[error(
        "Not saved: what you sign is countersigned, and this would count at once. Ask a registered colleague to do it"
    )]
    NotAlone,
    /// The disk is full: nothing was saved.
    #[error("the disk is full")]
    DiskFull,
    /// The storage failed before: nothing is acknowledged until the process is restarted.
    #[error("the storage failed earlier; nothing is saved until the service is restarted")]
    Stopped,
    /// The database is of a newer version than this program.
    #[error("this database was made by a newer version of the program (it has the migration {0})")]
    NewerDatabase(String),
    /// A migration that was applied has been changed since.
    #[error("the migration {0} was changed after it was applied")]
    ChangedMigration(String),
    /// A stored value is not what this program writes.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    /// The database's own error.
    #[error(transparent)]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned)) {
            // SQLITE_FULL, and PostgreSQL's disk_full.
            Some(code) if code == "13" || code == "53100" => Self::DiskFull,
            _ => Self::Database(error),
        }
    }
}

/// A result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An open database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
    memory: Arc<matching::Memory>,
}

#[derive(Debug)]
pub(crate) enum Inner {
    Sqlite { readers: sqlx::SqlitePool, writer: writer::Writer },
    Postgres(sqlx::PgPool),
}

impl Store {
    /// Opens a database and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened, the key is wrong, or it is of a newer version.
    pub async fn open(location: &Location) -> Result<Self> {
        let store = Self::connect(location).await?;
        migrate::run(&store).await?;
        Ok(store)
    }

    /// Opens a database without changing its tables.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn connect(location: &Location) -> Result<Self> {
        let inner = match location {
            Location::Sqlite { path, key } => writer::open_sqlite(path, key.as_deref()).await?,
            Location::Postgres(url) => Inner::Postgres(
                sqlx::postgres::PgPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(std::time::Duration::from_secs(10))
                    .connect(url)
                    .await?,
            ),
        };
        Ok(Self { inner: Arc::new(inner), memory: Arc::default() })
    }

    /// A snapshot for reading what concerns no person.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(&self) -> Result<Read> {
        Read::begin(self).await
    }

    /// A transaction of one act.
    ///
    /// # Errors
    /// When the database does not answer, or the storage failed earlier.
    pub async fn begin(&self, cause: Cause) -> Result<Tx> {
        Tx::begin(self, cause).await
    }

    pub(crate) fn memory(&self) -> &matching::Memory {
        &self.memory
    }

    /// Which database this is: `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        match *self.inner {
            Inner::Sqlite { .. } => "sqlite",
            Inner::Postgres(_) => "postgres",
        }
    }

    /// Writes everything out and closes.
    pub async fn close(&self) {
        match &*self.inner {
            Inner::Sqlite { readers, writer } => {
                // The writer goes last: the last connection to close folds the log into the file, and a
                // reader cannot.
                readers.close().await;
                writer.close().await;
            }
            Inner::Postgres(pool) => pool.close().await,
        }
    }
}
