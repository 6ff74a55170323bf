//! The matching engine's index of everybody who is known, in this server's memory, and how it stays right.
//!
//! Known are our people and the records of other registers ([`crate::elsewhere`]). Each change of what
//! somebody is known by adds a row to `match_change` in the transaction of the change; its number is given
//! while the audit log's head is locked, so that numbers follow the order of the commits, on however many
//! servers. Before each question the index takes in what was committed when the question came. It never
//! takes in what is not committed.
//!
//! Nobody waits long: changes are taken in a piece at a time, each under the lock for some milliseconds;
//! a server also follows by itself ([`follow`]), so that a question finds little to do; and once much has
//! changed the index is built anew aside, while the old one goes on answering and following. A start reads
//! a snapshot ([`snapshot`]) and what changed since.

mod known;
mod learning;
mod lessons;
pub mod parameters;
mod snapshot;

pub use known::Known;
pub(crate) use learning::is_time_to_learn;
pub use learning::{Learning, is_held_out, learn};
#[cfg(feature = "raw-sql")]
pub use lessons::{Lesson, Lessons};
pub use parameters::{Compared, Figures};
pub use snapshot::Kept;
pub(crate) use snapshot::keep as keep_snapshot;

use self::parameters::TakeUp;
use crate::elsewhere;
use crate::people;
use crate::{Conn, Result, Store, Tx, Value, args};
use chrono::Duration;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use throughline_domain::ids::{ElsewhereId, PersonId};
use throughline_domain::time::Instant;
use throughline_matching::{Builder, Candidate, Description, Index, Limits, Parameters, Scored};
use uuid::Uuid;

/// How long the feed of changes is kept. A server that slept longer reads everybody anew.
const KEPT_FOR: Duration = Duration::days(7);

/// Rows read at once, so that a start takes little more memory than the index.
const READ_AT_ONCE: i64 = 500;

/// Changes taken in under one lock: some milliseconds for whoever asks meanwhile.
const PIECE: i64 = 250;

/// From so many changes on the index is built anew: smaller, and quicker to ask. A large index waits
/// until a quarter of it has changed.
const REBUILT_AT: usize = 50_000;

/// Everybody who is known, as of a number of the feed.
#[derive(Debug)]
struct Loaded {
    index: Index<Known>,
    seq: i64,
    /// Which parameters it weighs with.
    take_up: TakeUp,
    /// Changes taken in since it was built.
    taken_in: usize,
}

impl Loaded {
    fn take_in(&mut self, piece: &Piece) {
        for known in &piece.known {
            match piece.described.get(known) {
                Some(description) => self.index.put(*known, description),
                None => drop(self.index.remove(*known)),
            }
        }
        self.seq = piece.newest;
        self.taken_in += piece.known.len();
    }

    fn weigh_with(&mut self, (take_up, parameters): (TakeUp, Parameters)) {
        if take_up > self.take_up {
            tracing::info!(version = parameters.version, "the matching engine weighs with other parameters");
            self.index.set_parameters(parameters);
            self.take_up = take_up;
        }
    }
}

/// The next changes of the feed, and what those who changed are known by now; whoever is not described
/// went.
struct Piece {
    newest: i64,
    known: BTreeSet<Known>,
    described: HashMap<Known, Description>,
}

/// What comes next in the feed.
enum Next {
    Nothing,
    Changes(Piece),
    /// The feed was cut: somebody may be missing from it.
    Gap,
}

/// This server's index; empty until the first question.
#[derive(Debug)]
pub(crate) struct Memory {
    loaded: RwLock<Option<Loaded>>,
    /// One at a time reads the feed.
    catching_up: tokio::sync::Mutex<()>,
    is_rebuilding: AtomicBool,
    rebuilt_at: AtomicUsize,
    built: AtomicUsize,
    piece_bytes: AtomicUsize,
    /// What the last start read, or why it was not the snapshot.
    started: Mutex<String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            loaded: RwLock::default(),
            catching_up: tokio::sync::Mutex::default(),
            is_rebuilding: AtomicBool::new(false),
            rebuilt_at: AtomicUsize::new(REBUILT_AT),
            built: AtomicUsize::new(0),
            piece_bytes: AtomicUsize::new(snapshot::PIECE_BYTES),
            started: Mutex::default(),
        }
    }
}

impl Memory {
    /// Asks the index; `None` when it was never loaded.
    fn ask<T>(&self, question: impl FnOnce(&Index<Known>) -> T) -> Option<T> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map(|loaded| question(&loaded.index))
    }

    fn seq(&self) -> Option<i64> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map(|loaded| loaded.seq)
    }

    fn take_up(&self) -> Option<TakeUp> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map(|loaded| loaded.take_up)
    }

    /// An index of one's own, to change and to ask for minutes, and the parameters it weighs with.
    fn copy(&self) -> Option<(Index<Known>, TakeUp)> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map(|loaded| (loaded.index.clone(), loaded.take_up))
    }

    fn started(&self, with: String) {
        *self.started.lock().unwrap_or_else(PoisonError::into_inner) = with;
    }

    /// The size of a snapshot's pieces.
    fn piece_bytes(&self) -> usize {
        self.piece_bytes.load(Ordering::Relaxed)
    }

    fn put(&self, loaded: Loaded) {
        self.built.fetch_add(1, Ordering::Relaxed);
        let mut place = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        let old = place.replace(loaded);
        // Whoever asks does not wait until a large index is given back.
        drop(place);
        drop(old);
    }

    /// Takes in what is committed by now, and weighs as is said by now. What is committed meanwhile is the next
    /// question's.
    async fn catch_up(&self, conn: &mut Conn) -> Result<()> {
        let (target, take_up) = by_now(conn).await?;
        while self.seq().is_none_or(|seq| seq < target) {
            let _turn = self.catching_up.lock().await;
            let Some(seq) = self.seq() else {
                self.put(snapshot::start(self, conn).await?);
                continue;
            };
            if seq >= target {
                break;
            }
            match next(conn, seq).await? {
                Next::Nothing => break,
                Next::Changes(piece) => {
                    let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
                    loaded.as_mut().expect("it is loaded, and stays").take_in(&piece);
                }
                Next::Gap => self.put(snapshot::start(self, conn).await?),
            }
        }
        if self.take_up() != Some(take_up) {
            let _turn = self.catching_up.lock().await;
            let parameters = parameters::in_force(conn).await?;
            let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
            loaded.as_mut().expect("it is loaded, and stays").weigh_with(parameters);
        }
        Ok(())
    }

    /// Whether so much has changed since the index was built that it should be built anew.
    fn is_worn(&self) -> bool {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let least = self.rebuilt_at.load(Ordering::Relaxed);
        loaded.as_ref().is_some_and(|loaded| loaded.taken_in >= least.max(loaded.index.len() / 4))
    }

    /// Builds the index anew beside the one that answers, and puts it in its place once it has taken in
    /// as much.
    async fn rebuild(&self, store: &Store) -> Result<()> {
        let mut built = everybody(&mut *store.read().await?).await?;
        loop {
            let mut read = store.read().await?;
            match next(&mut read, built.seq).await? {
                Next::Changes(piece) => built.take_in(&piece),
                Next::Gap => built = everybody(&mut read).await?,
                Next::Nothing => {
                    let _turn = self.catching_up.lock().await;
                    // Nobody else takes anything in now: as far as the old one, and it may go.
                    while self.seq().is_some_and(|seq| built.seq < seq) {
                        match next(&mut read, built.seq).await? {
                            Next::Changes(piece) => built.take_in(&piece),
                            Next::Nothing | Next::Gap => return Ok(()),
                        }
                    }
                    built.weigh_with(parameters::in_force(&mut read).await?);
                    self.put(built);
                    return Ok(());
                }
            }
        }
    }
}

/// Has the index built anew aside when that is worth it, once at a time.
fn rebuild_when_worn(store: &Store) {
    let memory = store.memory();
    if !memory.is_worn() || memory.is_rebuilding.swap(true, Ordering::SeqCst) {
        return;
    }
    let store = store.clone();
    tokio::spawn(async move {
        let memory = store.memory();
        if let Err(error) = memory.rebuild(&store).await {
            tracing::warn!(%error, "the index of people could not be built anew; the old one goes on");
        }
        memory.is_rebuilding.store(false, Ordering::SeqCst);
    });
}

/// The next piece of the feed after a number.
async fn next(conn: &mut Conn, seq: i64) -> Result<Next> {
    let rows = conn
        .fetch_all(
            "SELECT seq, person_id, elsewhere_id FROM match_change WHERE seq > $1 ORDER BY seq LIMIT $2",
            args![seq, PIECE],
        )
        .await?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Next::Nothing) };
    if first.get::<i64>("seq")? != seq + 1 {
        return Ok(Next::Gap);
    }
    let newest = last.get("seq")?;
    let mut known = BTreeSet::new();
    for row in &rows {
        let person: Option<PersonId> = row.get("person_id")?;
        let elsewhere: Option<ElsewhereId> = row.get("elsewhere_id")?;
        known.extend(person.map(Known::Person).or(elsewhere.map(Known::Elsewhere)));
    }
    let described = describe(conn, &known).await?;
    Ok(Next::Changes(Piece { newest, known, described }))
}

/// Reads everybody, a page at a time.
async fn everybody(conn: &mut Conn) -> Result<Loaded> {
    // The number first: what is committed meanwhile is taken in once more, which changes nothing.
    let seq = newest(conn).await?;
    let (take_up, parameters) = parameters::in_force(conn).await?;
    let mut builder = Builder::new(parameters);
    let mut after = PersonId::new(Uuid::nil());
    loop {
        let people = people::kept_after(conn, after, READ_AT_ONCE).await?;
        let Some((last, _)) = people.last() else { break };
        after = last.id;
        let page: Vec<(Known, Description)> =
            people.iter().map(|(person, home)| (person.id.into(), person.description(home))).collect();
        builder.add(&page);
        tokio::task::yield_now().await;
    }
    let mut after = ElsewhereId::new(Uuid::nil());
    loop {
        let records = elsewhere::kept_after(conn, after, READ_AT_ONCE).await?;
        let Some(last) = records.last() else { break };
        after = last.id;
        let page: Vec<(Known, Description)> =
            records.iter().map(|one| (one.id.into(), one.record.description())).collect();
        builder.add(&page);
        tokio::task::yield_now().await;
    }
    // Sorting the keys of a million people takes a second or two of every processor.
    let index = tokio::task::spawn_blocking(move || builder.finish()).await.expect("an index is finished");
    Ok(Loaded { index, seq, take_up, taken_in: 0 })
}

async fn newest(conn: &mut Conn) -> Result<i64> {
    conn.fetch_one("SELECT COALESCE(MAX(seq), 0) AS seq FROM match_change", args![]).await?.get("seq")
}

/// The newest number of the feed, and of what is weighed with.
async fn by_now(conn: &mut Conn) -> Result<(i64, TakeUp)> {
    let row = conn
        .fetch_one(
            "SELECT (SELECT COALESCE(MAX(seq), 0) FROM match_change) AS seq,
                    (SELECT COALESCE(MAX(seq), 0) FROM match_take_up) AS take_up",
            args![],
        )
        .await?;
    Ok((row.get("seq")?, row.get("take_up")?))
}

/// What these are known by. Whoever was joined into another record, and what its register no longer
/// has, is left out.
async fn describe(conn: &mut Conn, known: &BTreeSet<Known>) -> Result<HashMap<Known, Description>> {
    let people: Vec<PersonId> = known.iter().filter_map(|known| known.person()).collect();
    let records: Vec<ElsewhereId> = known.iter().filter_map(|known| known.elsewhere()).collect();
    let mut all = HashMap::with_capacity(known.len());
    for (person, home) in people::load_kept(conn, &people).await? {
        all.insert(person.id.into(), person.description(&home));
    }
    for one in elsewhere::load(conn, &records).await? {
        all.insert(one.id.into(), one.record.description());
    }
    Ok(all)
}

/// Writes who changed in this transaction. The audit log's head is locked by now, so that numbers
/// follow the order of the commits.
pub(crate) async fn write_changes(conn: &mut Conn, known: &BTreeSet<Known>, at: Instant) -> Result<()> {
    if known.is_empty() {
        return Ok(());
    }
    let newest = newest(conn).await?;
    for (seq, known) in (newest + 1..).zip(known) {
        conn.execute(
            "INSERT INTO match_change (seq, person_id, elsewhere_id, at) VALUES ($1, $2, $3, $4)",
            vec![seq.into(), known.person().into(), known.elsewhere().into(), Value::from(at)],
        )
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

/// Follows the feed up to now, so that the next question finds little to do; at first reads the snapshot, or
/// else everybody.
///
/// # Errors
/// The store's.
pub async fn follow(store: &Store) -> Result<()> {
    store.memory().catch_up(&mut *store.read().await?).await?;
    rebuild_when_worn(store);
    Ok(())
}

/// How often the index was built, and how many changes it has taken in since: for tests.
#[cfg(feature = "raw-sql")]
pub fn wear(store: &Store) -> (usize, usize) {
    let memory = store.memory();
    let loaded = memory.loaded.read().unwrap_or_else(PoisonError::into_inner);
    (memory.built.load(Ordering::Relaxed), loaded.as_ref().map_or(0, |loaded| loaded.taken_in))
}

/// From how many changes on the index is built anew: for tests.
#[cfg(feature = "raw-sql")]
pub fn rebuild_at(store: &Store, changes: usize) {
    store.memory().rebuilt_at.store(changes, Ordering::Relaxed);
}

/// What this server read when it started, or why that was not the snapshot: for tests.
#[cfg(feature = "raw-sql")]
pub fn started(store: &Store) -> String {
    store.memory().started.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Reads everybody, whatever snapshot there is: for tests.
///
/// # Errors
/// The store's.
#[cfg(feature = "raw-sql")]
pub async fn read_everybody(store: &Store) -> Result<()> {
    let loaded = everybody(&mut *store.read().await?).await?;
    store.memory().put(loaded);
    Ok(())
}

/// The size of a snapshot's pieces: for tests.
#[cfg(feature = "raw-sql")]
pub fn snapshot_in_pieces_of(store: &Store, bytes: usize) {
    store.memory().piece_bytes.store(bytes, Ordering::Relaxed);
}

/// The name of the parameters that this server weighs with: kept with every decision.
pub(crate) fn version(store: &Store) -> String {
    let version = store.memory().ask(|index| index.parameters().version.clone());
    version.unwrap_or_else(|| parameters::shipped().version)
}

/// Asks the index, when it has taken in what was committed so far.
async fn ask<T>(tx: &mut Tx, question: impl FnOnce(&Index<Known>) -> T) -> Result<T> {
    let store = tx.store().clone();
    let memory = store.memory();
    if tx.is_postgres() && !tx.has_described_anew() {
        memory.catch_up(tx).await?;
    } else {
        // An act that changed somebody, and SQLite's writer, see what is not committed yet; a reader does not.
        memory.catch_up(&mut *store.read().await?).await?;
    }
    rebuild_when_worn(&store);
    Ok(memory.ask(question).expect("the index was loaded a moment ago, and stays"))
}

/// The least that is asked for: records of other registers must not crowd our own people out.
const ASKED: usize = 200;

/// Asks for so many of our own people that `most` of them are found if there are as many, however many
/// records of other registers are likelier.
fn with_own(most: usize, question: impl Fn(usize) -> Vec<Candidate<Known>>) -> Vec<Candidate<Known>> {
    let asked = ASKED.max(most);
    let found = question(asked);
    let own = found.iter().filter(|candidate| candidate.id.person().is_some()).count();
    if own >= most || found.len() < asked { found } else { question(usize::MAX) }
}

/// Who a line of a list may be: our people, and records of other registers.
pub(crate) async fn candidates(tx: &mut Tx, of: &Description, limits: Limits) -> Result<Vec<Candidate<Known>>> {
    ask(tx, |index| with_own(limits.most, |most| index.query(of, Limits { most, ..limits }))).await
}

/// Whoever a search may mean: our people, and records of other registers.
pub(crate) async fn search(tx: &mut Tx, of: &Description, limits: Limits) -> Result<Vec<Candidate<Known>>> {
    ask(tx, |index| with_own(limits.most, |most| index.search(of, Limits { most, ..limits }))).await
}

/// One of them against a description; `None` when the index does not have them.
pub(crate) async fn compare(tx: &mut Tx, of: &Description, known: impl Into<Known>) -> Result<Option<Scored>> {
    let known = known.into();
    ask(tx, |index| index.compare(of, known)).await
}

/// Each of these against everybody, in the words of [`Limits`]; nobody who asks meanwhile waits for all
/// of them.
pub(crate) async fn each_against_all(
    store: &Store,
    people: Vec<(PersonId, Description)>,
    limits: Limits,
) -> Result<Vec<(PersonId, Vec<Candidate<Known>>)>> {
    let store = store.clone();
    let answers = tokio::task::spawn_blocking(move || {
        let answer = |(person, description): (PersonId, Description)| {
            let found = store.memory().ask(|index| index.query(&description, limits)).unwrap_or_default();
            (person, found)
        };
        people.into_iter().map(answer).collect()
    });
    Ok(answers.await.expect("questions to the index are answered"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_matching::score;

    #[test]
    fn however_many_records_are_likelier_as_many_people_of_ours_are_found() {
        let scored = score(&Parameters::default(), &Description::named("Ada", "Marsh"), &Description::default());
        let one = |id: Known| Candidate { id, scored: scored.clone() };
        let records = (0..500).map(|n| one(ElsewhereId::new(Uuid::from_u128(n)).into()));
        let people = (0..9).map(|n| one(PersonId::new(Uuid::from_u128(n)).into()));
        let all: Vec<Candidate<Known>> = records.chain(people).collect();
        let asked = std::cell::RefCell::new(Vec::new());
        let found = with_own(8, |most| {
            asked.borrow_mut().push(most);
            all.iter().take(most).cloned().collect()
        });
        assert_eq!(found.iter().filter(|one| one.id.person().is_some()).count(), 9);
        assert_eq!(*asked.borrow(), [ASKED, usize::MAX]);
        assert_eq!(with_own(8, |most| all[500..].iter().take(most).cloned().collect()).len(), 9, "asked once");
    }
}
