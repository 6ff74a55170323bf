//! SQLite's one writer, with group commit.
//!
//! A durable commit costs one flush of the disk. So that many people's saves can share a flush,
//! each act takes a *turn* on the writer as a savepoint inside one open transaction; whoever ends
//! a turn with nobody waiting commits for all, and every act is acknowledged only after that
//! commit. An act that fails or is dropped rolls back to its own savepoint and takes nobody with
//! it; a commit that fails acknowledges nobody.

use crate::{Error, Inner, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// Acts that share one flush at most: bounds how long the first of them waits.
const BATCH: usize = 64;

/// How long an act waits for a colleague's commit before it commits itself.
const PATIENCE: Duration = Duration::from_millis(4);

type Acknowledgement = oneshot::Sender<std::result::Result<(), Failure>>;

#[derive(Debug, Clone, Copy)]
enum Failure {
    DiskFull,
    Storage,
}

#[derive(Debug)]
struct State {
    /// `None` once closed.
    conn: Option<SqliteConnection>,
    /// A transaction is open.
    open: bool,
    /// A turn was begun and not ended: its savepoint must be rolled back.
    unfinished: bool,
    /// Acts that ended well and wait for the commit.
    batch: Vec<Acknowledgement>,
}

/// SQLite's writer.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    state: Arc<Mutex<State>>,
    waiting: Arc<AtomicUsize>,
    stopped: Arc<AtomicBool>,
}

/// Opens a SQLite file: one writer, several readers.
pub(crate) async fn open_sqlite(path: &Path, key: Option<&str>) -> Result<Inner> {
    let mut options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-8000")
        .statement_cache_capacity(300)
        .disable_statement_logging();
    if let Some(key) = key {
        options = options.pragma("key", format!("'{}'", key.replace('\'', "''")));
    }
    let conn = options.connect().await?;
    let readers =
        SqlitePoolOptions::new().max_connections(4).connect_lazy_with(options.read_only(true).create_if_missing(false));
    let state = State { conn: Some(conn), open: false, unfinished: false, batch: Vec::new() };
    let writer = Writer {
        state: Arc::new(Mutex::new(state)),
        waiting: Arc::new(AtomicUsize::new(0)),
        stopped: Arc::new(AtomicBool::new(false)),
    };
    Ok(Inner::Sqlite { readers, writer })
}

/// Counts somebody as waiting until dropped, also when their request is given up.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Writer {
    /// Takes a turn.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        let mut state = {
            let _waiting = Waiting::new(&self.waiting);
            Arc::clone(&self.state).lock_owned().await
        };
        if self.stopped.load(Ordering::SeqCst) {
            return Err(Error::Stopped);
        }
        state.clear_unfinished().await;
        let open = state.open;
        let conn = state.conn.as_mut().ok_or(Error::Stopped)?;
        if !open {
            conn.execute("BEGIN IMMEDIATE").await?;
        }
        state.open = true;
        state.unfinished = true;
        state.conn.as_mut().ok_or(Error::Stopped)?.execute("SAVEPOINT turn").await?;
        Ok(Turn { state: Some(state), writer: self.clone() })
    }

    async fn commit_batch(&self, state: &mut State) {
        if !state.open {
            return;
        }
        let Some(conn) = state.conn.as_mut() else {
            return;
        };
        let outcome = match conn.execute("COMMIT").await {
            Ok(_) => Ok(()),
            Err(error) => {
                // Whether the rollback works or not, the transaction is over for everybody in it.
                let _ = conn.execute("ROLLBACK").await;
                Err(self.failure(&Error::from(error)))
            }
        };
        state.open = false;
        for acknowledgement in state.batch.drain(..) {
            // The receiver may have gone: its request was given up, the save stands all the same.
            let _ = acknowledgement.send(outcome);
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        if matches!(error, Error::DiskFull) {
            return Failure::DiskFull;
        }
        tracing::error!(%error, "the storage failed; nothing more is acknowledged");
        self.stopped.store(true, Ordering::SeqCst);
        Failure::Storage
    }

    /// Commits what is left and closes.
    pub(crate) async fn close(&self) {
        let mut state = self.state.lock().await;
        state.clear_unfinished().await;
        self.commit_batch(&mut state).await;
        if let Some(conn) = state.conn.take() {
            let _ = conn.close().await;
        }
    }
}

impl State {
    /// Rolls back a turn that was dropped before its end.
    async fn clear_unfinished(&mut self) {
        if !std::mem::take(&mut self.unfinished) {
            return;
        }
        let Some(conn) = self.conn.as_mut() else {
            return;
        };
        if conn.execute("ROLLBACK TO turn; RELEASE turn").await.is_ok() {
            return;
        }
        // The database rolled the whole transaction back itself (it does when the disk is full).
        let _ = conn.execute("ROLLBACK").await;
        self.open = false;
        for acknowledgement in self.batch.drain(..) {
            let _ = acknowledgement.send(Err(Failure::DiskFull));
        }
    }
}

/// One act's turn on the writer. Dropped without [`Turn::commit`], it leaves no trace.
#[derive(Debug)]
pub struct Turn {
    state: Option<OwnedMutexGuard<State>>,
    writer: Writer,
}

impl Turn {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        let state = self.state.as_mut().expect("a turn holds the writer until it ends");
        state.conn.as_mut().expect("a turn is only given while the writer is open")
    }

    /// Ends the turn, and returns once it is durable.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let mut state = self.state.take().expect("a turn ends once");
        let writer = self.writer.clone();
        let (acknowledge, mut acknowledged) = oneshot::channel();
        // In a task of its own: a request given up in mid-commit must not leave others waiting.
        let ending = tokio::spawn(async move {
            #[cfg(debug_assertions)]
            crate::plant::delay_commit().await;
            let Some(conn) = state.conn.as_mut() else {
                return Err(Error::Stopped);
            };
            conn.execute("RELEASE turn").await?;
            state.unfinished = false;
            state.batch.push(acknowledge);
            if writer.waiting.load(Ordering::SeqCst) == 0 || state.batch.len() >= BATCH {
                writer.commit_batch(&mut state).await;
            }
            Ok(())
        });
        #[cfg(debug_assertions)]
        if crate::plant::acknowledges_before_commit() {
            return Ok(());
        }
        ending.await.map_err(|_| Error::Stopped)??;
        let outcome = loop {
            match tokio::time::timeout(PATIENCE, &mut acknowledged).await {
                Ok(outcome) => break outcome,
                Err(_) => self.writer.settle().await,
            }
        };
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Failure::DiskFull)) => Err(Error::DiskFull),
            Ok(Err(Failure::Storage)) | Err(_) => Err(Error::Stopped),
        }
    }
}

impl Writer {
    /// Commits a batch that the next act in line did not commit: it failed, or was given up.
    async fn settle(&self) {
        let mut state = self.state.lock().await;
        if state.batch.is_empty() {
            return;
        }
        state.clear_unfinished().await;
        self.commit_batch(&mut state).await;
    }

    async fn tidy(&self) {
        let mut state = self.state.lock().await;
        state.clear_unfinished().await;
        self.commit_batch(&mut state).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.state.take().is_none() {
            return;
        }
        let writer = self.writer.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { writer.tidy().await });
        }
    }
}
