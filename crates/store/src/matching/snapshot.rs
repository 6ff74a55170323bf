//! The index as bytes in the database, so that a start reads it and what changed since in place of everybody.
//!
//! A snapshot holds names, dates of birth and numbers in clear, so that it is kept where the rows are: encrypted
//! and backed up with them. It is made anew each night from an index built from the rows, which has nobody in it
//! who went before, and takes the place of the one before. It is written in pieces, a transaction each, so that
//! nobody's save waits for more than one; it is read only once the last piece is there.
//!
//! A snapshot is trusted as far as it can be checked: made by a program that reads and describes people as this
//! one does, each array with its checksum, the feed unbroken since, and in the end as many people as the rows
//! have. Otherwise everybody is read, and why is told.

use super::{Known, Loaded, Memory, Next, REBUILT_AT, everybody, newest, next, parameters};
use crate::{Cause, Conn, Result, Row, Store, args, migrate};
use std::io::{self, Read, Write};
use tokio::sync::mpsc;

use throughline_domain::time::Instant;
use throughline_matching::{Index, Parameters, SnapshotError};
use throughline_policy::Subject;
use uuid::Uuid;

/// Bytes of a piece: some tens of milliseconds of SQLite's writer.
pub(super) const PIECE_BYTES: usize = 1 << 20;

/// Pieces between the database and the engine.
const UNDER_WAY: usize = 2;

/// Pieces of an old snapshot that are taken away in one transaction.
const REMOVED_AT_ONCE: i64 = 8;

/// Raised whenever a person's or a record's row comes to be described otherwise (`Person::description`,
/// `Record::description`): a snapshot has what was described then.
const DESCRIBED: i64 = 1;

/// Why everybody is read.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("there is no snapshot of it yet")]
    None,
    #[error("another version of the program made the snapshot")]
    OtherProgram,
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error("the feed of changes does not go back to the snapshot")]
    Gap,
    #[error("{0} changes came after the snapshot: reading everybody is quicker")]
    Old(i64),
    #[error("the snapshot and what changed since come to {0} people and records, and there are {1}")]
    OtherPeople(i64, i64),
}

/// A snapshot that is whole.
struct Head {
    id: Uuid,
    seq: i64,
    described: i64,
    migration: String,
    pieces: i64,
}

/// The index at a start: from the newest snapshot and what changed since, or else from everybody.
pub(super) async fn start(memory: &Memory, conn: &mut Conn) -> Result<Loaded> {
    match load(conn).await? {
        Ok(loaded) => {
            tracing::info!(people = loaded.index.len(), changes = loaded.taken_in, "the index of people was loaded");
            memory.started("the snapshot".to_owned());
            Ok(loaded)
        }
        Err(why) => {
            tracing::info!(%why, "the index of people is built from everybody");
            memory.started(why.to_string());
            everybody(conn).await
        }
    }
}

async fn load(conn: &mut Conn) -> Result<Result<Loaded, Unfit>> {
    let Some(mut head) = newest_whole(conn).await? else { return Ok(Err(Unfit::None)) };
    loop {
        let loaded = load_one(conn, &head).await?;
        // One that was replaced while it was read looks cut off.
        let now = newest_whole(conn).await?.filter(|now| now.id != head.id);
        match (loaded, now) {
            (Err(_), Some(now)) => head = now,
            (loaded, _) => return Ok(loaded),
        }
    }
}

async fn load_one(conn: &mut Conn, head: &Head) -> Result<Result<Loaded, Unfit>> {
    if head.described != DESCRIBED || head.migration != migrate::newest() {
        return Ok(Err(Unfit::OtherProgram));
    }
    let since = newest(conn).await? - head.seq;
    if since < 0 {
        return Ok(Err(Unfit::Gap));
    }
    let (take_up, parameters) = parameters::in_force(conn).await?;
    let index = match read(conn, head, parameters).await? {
        Ok(index) => index,
        Err(error) => return Ok(Err(error.into())),
    };
    if since > i64::try_from(REBUILT_AT.max(index.len() / 4)).unwrap_or(i64::MAX) {
        return Ok(Err(Unfit::Old(since)));
    }
    follow(conn, Loaded { index, seq: head.seq, take_up, taken_in: 0 }).await
}

/// Takes in what changed since, and counts.
async fn follow(conn: &mut Conn, mut loaded: Loaded) -> Result<Result<Loaded, Unfit>> {
    loop {
        match next(conn, loaded.seq).await? {
            Next::Changes(piece) => loaded.take_in(&piece),
            Next::Gap => return Ok(Err(Unfit::Gap)),
            Next::Nothing => {
                let (seq, there) = count(conn).await?;
                let found = i64::try_from(loaded.index.len()).unwrap_or(i64::MAX);
                if seq != loaded.seq {
                    continue;
                }
                return Ok(if found == there { Ok(loaded) } else { Err(Unfit::OtherPeople(found, there)) });
            }
        }
    }
}

/// How many people and records there are at a number of the feed: one statement, so that both are of one moment.
async fn count(conn: &mut Conn) -> Result<(i64, i64)> {
    let row = conn
        .fetch_one(
            "SELECT (SELECT COALESCE(MAX(seq), 0) FROM match_change) AS seq,
                    (SELECT count(*) FROM person WHERE merged_into IS NULL)
                  + (SELECT count(*) FROM elsewhere WHERE gone_at IS NULL) AS people",
            args![],
        )
        .await?;
    Ok((row.get("seq")?, row.get("people")?))
}

async fn newest_whole(conn: &mut Conn) -> Result<Option<Head>> {
    let row = conn
        .fetch_optional(
            "SELECT id, seq, described, migration, pieces FROM match_snapshot
              WHERE pieces IS NOT NULL ORDER BY made_at DESC, id DESC LIMIT 1",
            args![],
        )
        .await?;
    let head = |row: Row| {
        Ok(Head {
            id: row.get("id")?,
            seq: row.get("seq")?,
            described: row.get("described")?,
            migration: row.get("migration")?,
            pieces: row.get("pieces")?,
        })
    };
    row.map(head).transpose()
}

/// Reads the pieces into an index, aside: it takes a processor for half a second of a million people.
async fn read(conn: &mut Conn, head: &Head, parameters: Parameters) -> Result<Result<Index<Known>, SnapshotError>> {
    let (pieces, received) = mpsc::channel(UNDER_WAY);
    let loading = tokio::task::spawn_blocking(move || {
        let mut from = Received { pieces: received, piece: Vec::new(), at: 0 };
        Index::load(parameters, &mut from)
    });
    for number in 0..head.pieces {
        let sql = "SELECT bytes FROM match_snapshot_piece WHERE snapshot_id = $1 AND number = $2";
        let Some(row) = conn.fetch_optional(sql, args![head.id, number]).await? else { break };
        // Whoever refused it does not want the rest.
        if pieces.send(row.get::<Vec<u8>>("bytes")?).await.is_err() {
            break;
        }
    }
    drop(pieces);
    Ok(loading.await.expect("a snapshot is loaded or refused"))
}

/// Pieces as they come, as bytes to read.
struct Received {
    pieces: mpsc::Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Received {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            let Some(piece) = self.pieces.blocking_recv() else { return Ok(0) };
            (self.piece, self.at) = (piece, 0);
        }
        let some = into.len().min(self.piece.len() - self.at);
        into[..some].copy_from_slice(&self.piece[self.at..][..some]);
        self.at += some;
        Ok(some)
    }
}

/// Bytes written, as pieces that go.
struct Sent {
    pieces: mpsc::Sender<Vec<u8>>,
    piece: Vec<u8>,
    bytes: usize,
}

impl Write for Sent {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let some = from.len().min(self.bytes - self.piece.len());
        self.piece.extend_from_slice(&from[..some]);
        if self.piece.len() == self.bytes {
            self.flush()?;
        }
        Ok(some)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(self.bytes));
        self.pieces.blocking_send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// A snapshot that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// People and records in it.
    pub people: usize,
    /// Its size.
    pub bytes: usize,
}

/// Writes everybody as a snapshot and removes those before it. One server at a time.
pub(crate) async fn keep(store: &Store, now: Instant) -> Result<Kept> {
    // What a server left that was cut short.
    remove_others(store, now, None).await?;
    let Loaded { index, seq, .. } = everybody(&mut *store.read().await?).await?;
    let (id, people) = (Uuid::now_v7(), index.len());
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    tx.execute(
        "INSERT INTO match_snapshot (id, seq, people, described, migration, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, seq, i64::try_from(people).unwrap_or(i64::MAX), DESCRIBED, migrate::newest(), now],
    )
    .await?;
    tx.commit().await?;
    let bytes = match write_whole(store, now, id, index).await {
        Ok(bytes) => bytes,
        Err(error) => {
            // The disk may be full of it. If this fails too, the next night removes it.
            let _ = remove_others(store, now, None).await;
            return Err(error);
        }
    };
    remove_others(store, now, Some(id)).await?;
    Ok(Kept { people, bytes })
}

/// Writes the pieces, and says that they are all there. Their bytes.
async fn write_whole(store: &Store, now: Instant, id: Uuid, index: Index<Known>) -> Result<usize> {
    let (people, size) = (index.len(), store.memory().piece_bytes());
    let (pieces, received) = mpsc::channel(UNDER_WAY);
    let saving = tokio::task::spawn_blocking(move || {
        let mut to = Sent { pieces, piece: Vec::with_capacity(size), bytes: size };
        index.save(&mut to).and_then(|()| to.flush())
    });
    let (pieces, bytes) = write(store, now, id, received).await?;
    saving.await.expect("an index is saved").map_err(|error| crate::Error::Database(sqlx::Error::Io(error)))?;
    let mut tx = store.begin(Cause::upkeep(now)).await?;
    tx.execute("UPDATE match_snapshot SET pieces = $2 WHERE id = $1", args![id, pieces]).await?;
    let words = format!("{people} people and records, {bytes} bytes; it takes the place of the one before");
    tx.note_act("create", "match_snapshot", Subject::default(), &words);
    tx.commit().await?;
    Ok(bytes)
}

/// Writes pieces as they come, a transaction each, with as long for everybody else in between. How many, and
/// their bytes.
async fn write(store: &Store, now: Instant, id: Uuid, mut pieces: mpsc::Receiver<Vec<u8>>) -> Result<(i64, usize)> {
    let (mut number, mut bytes) = (0, 0);
    while let Some(piece) = pieces.recv().await {
        bytes += piece.len();
        let started = std::time::Instant::now();
        let mut tx = store.begin(Cause::upkeep(now)).await?;
        let sql = "INSERT INTO match_snapshot_piece (snapshot_id, number, bytes) VALUES ($1, $2, $3)";
        tx.execute(sql, args![id, number, piece]).await?;
        tx.commit().await?;
        number += 1;
        tokio::time::sleep(started.elapsed()).await;
    }
    Ok((number, bytes))
}

/// Removes snapshots: all but one, or else those that are not whole.
async fn remove_others(store: &Store, now: Instant, but: Option<Uuid>) -> Result<()> {
    let rows = store
        .read()
        .await?
        .fetch_all("SELECT id, pieces FROM match_snapshot WHERE id <> COALESCE($1, id) OR pieces IS NULL", args![but])
        .await?;
    for row in rows {
        let id: Uuid = row.get("id")?;
        if Some(id) != but {
            remove(store, now, id).await?;
        }
    }
    Ok(())
}

async fn remove(store: &Store, now: Instant, id: Uuid) -> Result<()> {
    loop {
        let mut tx = store.begin(Cause::upkeep(now)).await?;
        let sql = "DELETE FROM match_snapshot_piece WHERE snapshot_id = $1 AND number IN
            (SELECT number FROM match_snapshot_piece WHERE snapshot_id = $1 ORDER BY number LIMIT $2)";
        let gone = tx.execute(sql, args![id, REMOVED_AT_ONCE]).await?;
        if gone == 0 {
            tx.execute("DELETE FROM match_snapshot WHERE id = $1", args![id]).await?;
        }
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elsewhere::Record;
    use crate::people::{Home, Person};
    use throughline_domain::identifier::NhsNumber;
    use throughline_domain::ids::PersonId;
    use throughline_domain::name::Name;
    use throughline_domain::person::{Ethnicity, Gender, IdentityState};
    use throughline_matching::Description;

    fn person() -> Description {
        let text = |text: &str| text.to_owned();
        let person = Person {
            id: PersonId::new(Uuid::nil()),
            version: 1,
            name: Name::new("Ada May", "Quillfeather"),
            preferred_name: text("Addie"),
            date_of_birth: "1990-04-07".parse().ok(),
            gender: Gender::Female,
            ethnicity: Ethnicity::NotKnown,
            nhs_number: Some(NhsNumber::invented(7)),
            identity_state: IdentityState::Provisional,
            language: text("Welsh"),
            interpreter: true,
            adjustments: text("Large print"),
            deceased_on: None,
            aliases: vec![Name::new("Ada", "Marsh")],
            identifiers: vec![(text("pnc"), text("2012/0345678U")), (text("cro"), text("123456/12A"))],
        };
        person.description(&Home { address: text("12 Wesley Avenue"), postcode: text("ZZ1 1AA") })
    }

    fn record() -> Description {
        let some = |text: &str| Some(text.to_owned());
        let record = Record {
            number: "RQ7-1".to_owned(),
            name: Name::new("Bo", "Reed"),
            aliases: vec![Name::new("Bob", "Reed")],
            born_between: Some((1989, 1990)),
            gender: Gender::Male,
            address: "3 High Road".to_owned(),
            postcodes: vec!["ZZ2 2BB".to_owned(), "ZZ3 3CC".to_owned()],
            nhs_number: some("999 000 0018"),
            pnc: some("04/12345U"),
            cro: some("SF39/12345A"),
            ..Record::default()
        };
        record.description()
    }

    #[test]
    fn people_described_otherwise_have_another_number() {
        // When this fails, rows are described otherwise than before: raise DESCRIBED, and write here what comes.
        let ada = serde_json::json!({
            "name": { "forenames": "Ada May", "surname": "Quillfeather" },
            "aliases": [{ "forenames": "Ada", "surname": "Marsh" }],
            "date_of_birth": "1990-04-07", "born_between": null, "sex": "F",
            "address": "12 Wesley Avenue", "postcodes": ["ZZ1 1AA"],
            "nhs_number": "9990000077", "pnc": "2012/0345678U", "cro": "123456/12A", "local_id": null,
        });
        let bo = serde_json::json!({
            "name": { "forenames": "Bo", "surname": "Reed" },
            "aliases": [{ "forenames": "Bob", "surname": "Reed" }],
            "date_of_birth": null, "born_between": [1989, 1990], "sex": "M",
            "address": "3 High Road", "postcodes": ["ZZ2 2BB", "ZZ3 3CC"],
            "nhs_number": "999 000 0018", "pnc": "04/12345U", "cro": "SF39/12345A", "local_id": null,
        });
        assert_eq!(serde_json::json!([DESCRIBED, person(), record()]), serde_json::json!([1, ada, bo]));
    }
}
