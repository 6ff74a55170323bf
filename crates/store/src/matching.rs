//! The matching engine's index of everybody, in this server's memory, and how it stays right.
//!
//! Each change of what somebody is known by adds a row to `match_change` in the transaction of the
//! change; its number is given while the audit log's head is locked, so that numbers follow the order
//! of the commits, on however many servers. Before each question the index takes in what was
//! committed since its last one. It never takes in what is not committed.

use crate::people::{self, Home};
use crate::{Conn, Result, Store, Tx, args};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};
use throughline_domain::ids::PersonId;
use throughline_domain::time::Instant;
use throughline_matching::{Builder, Candidate, Description, Index, Limits, Parameters, Scored};
use uuid::Uuid;

/// How long the feed of changes is kept. A server that slept longer reads everybody anew.
const KEPT_FOR: Duration = Duration::days(7);

/// People read at once, so that a start takes little more memory than the index.
const READ_AT_ONCE: i64 = 500;

/// From so many changes on the index is built anew: smaller, and quicker to ask.
const REBUILT_AT: usize = 50_000;

/// Everybody, as of a number of the feed.
#[derive(Debug)]
struct Loaded {
    index: Index<PersonId>,
    seq: i64,
}

/// This server's index; empty until the first question.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    loaded: RwLock<Option<Loaded>>,
    catching_up: tokio::sync::Mutex<()>,
}

impl Memory {
    /// Asks the index; `None` when it was never loaded.
    fn ask<T>(&self, question: impl FnOnce(&Index<PersonId>) -> T) -> Option<T> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map(|loaded| question(&loaded.index))
    }

    fn seq(&self) -> Option<i64> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().filter(|loaded| loaded.index.changes() < REBUILT_AT).map(|loaded| loaded.seq)
    }

    fn put(&self, loaded: Loaded) {
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
    }

    /// Takes in what was committed since.
    async fn catch_up(&self, conn: &mut Conn) -> Result<()> {
        if let Some(seq) = self.seq()
            && changed_since(conn, seq).await?.is_empty()
        {
            return Ok(());
        }
        let _turn = self.catching_up.lock().await;
        let Some(seq) = self.seq() else {
            self.put(everybody(conn).await?);
            return Ok(());
        };
        let changes = changed_since(conn, seq).await?;
        let Some((newest, _)) = changes.last().copied() else { return Ok(()) };
        if changes.first().is_some_and(|(first, _)| *first != seq + 1) {
            // The feed was cut since: somebody may be missing from it.
            self.put(everybody(conn).await?);
            return Ok(());
        }
        let people: BTreeSet<PersonId> = changes.into_iter().map(|(_, person)| person).collect();
        let described = describe(conn, &people.iter().copied().collect::<Vec<_>>()).await?;
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = loaded.as_mut() {
            for person in people {
                match described.get(&person) {
                    Some(description) => loaded.index.put(person, description),
                    None => drop(loaded.index.remove(person)),
                }
            }
            loaded.seq = newest;
        }
        Ok(())
    }
}

/// Numbers of the feed after one, and who changed.
async fn changed_since(conn: &mut Conn, seq: i64) -> Result<Vec<(i64, PersonId)>> {
    let rows =
        conn.fetch_all("SELECT seq, person_id FROM match_change WHERE seq > $1 ORDER BY seq", args![seq]).await?;
    rows.iter().map(|row| Ok((row.get("seq")?, row.get("person_id")?))).collect()
}

async fn everybody(conn: &mut Conn) -> Result<Loaded> {
    // The number first: what is committed meanwhile is taken in once more, which changes nothing.
    let seq = newest(conn).await?;
    let mut builder = Builder::new(Parameters::default());
    let mut after = PersonId::new(Uuid::nil());
    loop {
        let people = people::kept_after(conn, after, READ_AT_ONCE).await?;
        let Some((last, _)) = people.last() else { break };
        after = last.id;
        let described: Vec<(PersonId, Description)> =
            people.iter().map(|(person, home)| (person.id, person.description(home))).collect();
        builder.add(&described);
    }
    Ok(Loaded { index: builder.finish(), seq })
}

async fn newest(conn: &mut Conn) -> Result<i64> {
    conn.fetch_one("SELECT COALESCE(MAX(seq), 0) AS seq FROM match_change", args![]).await?.get("seq")
}

/// What these people are known by; whoever was joined into another record is left out.
async fn describe(conn: &mut Conn, people: &[PersonId]) -> Result<BTreeMap<PersonId, Description>> {
    let mut all = BTreeMap::new();
    for some in people.chunks(500) {
        let loaded: Vec<(people::Person, Home)> = people::load_kept(conn, some).await?;
        all.extend(loaded.into_iter().map(|(person, home)| (person.id, person.description(&home))));
    }
    Ok(all)
}

/// Writes who changed in this transaction. The audit log's head is locked by now, so that numbers
/// follow the order of the commits.
pub(crate) async fn write_changes(conn: &mut Conn, people: &BTreeSet<PersonId>, at: Instant) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let newest = newest(conn).await?;
    for (seq, person) in (newest + 1..).zip(people) {
        conn.execute("INSERT INTO match_change (seq, person_id, at) VALUES ($1, $2, $3)", args![seq, *person, at])
            .await?;
    }
    Ok(())
}

/// Forgets the old part of the feed; the newest number stays. Returns how many rows went.
///
/// # Errors
/// The store's.
pub async fn forget_old(tx: &mut Tx) -> Result<u64> {
    let before = tx.now() - KEPT_FOR;
    tx.execute("DELETE FROM match_change WHERE at < $1 AND seq < (SELECT MAX(seq) FROM match_change)", args![before])
        .await
}

/// Reads everybody into memory ahead of the first question.
///
/// # Errors
/// The store's.
pub async fn warm(store: &Store) -> Result<()> {
    store.memory().catch_up(&mut *store.read().await?).await
}

/// Asks the index, when it has taken in what was committed so far.
async fn ask<T>(tx: &mut Tx, question: impl FnOnce(&Index<PersonId>) -> T) -> Result<T> {
    let store = tx.store().clone();
    let memory = store.memory();
    if tx.is_postgres() {
        memory.catch_up(tx).await?;
    } else {
        // SQLite's writer also sees what colleagues have not committed yet; a reader does not.
        memory.catch_up(&mut *store.read().await?).await?;
    }
    Ok(memory.ask(question).expect("the index was loaded a moment ago, and stays"))
}

/// Who a line of a list may be.
pub(crate) async fn candidates(tx: &mut Tx, of: &Description, limits: Limits) -> Result<Vec<Candidate<PersonId>>> {
    ask(tx, |index| index.query(of, limits)).await
}

/// Whoever a search may mean.
pub(crate) async fn search(tx: &mut Tx, of: &Description, limits: Limits) -> Result<Vec<Candidate<PersonId>>> {
    ask(tx, |index| index.search(of, limits)).await
}

/// One person against a description; `None` when the index does not have them.
pub(crate) async fn compare(tx: &mut Tx, of: &Description, person: PersonId) -> Result<Option<Scored>> {
    ask(tx, |index| index.compare(of, person)).await
}
