//! The one way of receiving: read with what was told of columns, checked, kept once, waiting for review.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::{ListKind, ListState};
use throughline_domain::origin::ByItself;
use throughline_domain::time::london_date;
use throughline_lists::{MAX_BYTES, Mapping, NoList, ReadError, Reading, propose, read_as_told};
use throughline_store::lists::{self, Kept, List, NewList, NewUnread};
use throughline_store::{Cause, Error, Result, Store};
use uuid::Uuid;

/// The longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 120;

/// What to do with a table whose columns nobody has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// It is kept unread until somebody says what its columns mean.
    Any,
    /// It is no list: the text of a letter has commas too.
    Known,
}

/// What came.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How many came, when more came than were taken: then they are too many, whatever they say.
    pub size: u64,
    /// The file's name as it was sent: for show only, and never a path.
    pub name: String,
    /// The day of the list, when whoever sent it says so.
    pub day: Option<NaiveDate>,
    /// What to do with a table that nobody knows.
    pub tables: Tables,
}

impl Incoming {
    /// A file that was taken whole.
    pub fn file(name: &str, bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Self { bytes, size, name: shown_name(name), day: None, tables: Tables::Any }
    }
}

/// A name as it may be shown: one line, not endless, never empty.
pub(crate) fn shown_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_NAME).collect();
    let plain = plain.trim();
    if plain.is_empty() { "A file without a name".to_owned() } else { plain.to_owned() }
}

/// Why what came is not kept as a list, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// It can be read, and is no list of a day.
    #[error(transparent)]
    NoList(#[from] NoList),
    /// The reader itself failed.
    #[error("Reading this file failed. Tell whoever looks after Throughline, who needs the file")]
    ReaderFailed,
}

/// What was read, ready to be kept.
#[derive(Debug, Clone)]
pub struct Read {
    /// The list.
    pub list: NewList,
    /// What it says.
    pub reading: Reading,
}

/// What was told of the columns of tables, from the store's JSON.
///
/// # Errors
/// When one is not what this program writes.
pub fn mappings(templates: &[String]) -> Result<Vec<Mapping>> {
    let read = |template: &String| {
        serde_json::from_str(template).map_err(|_| Error::Corrupt("a template of columns cannot be read".to_owned()))
    };
    templates.iter().map(read).collect()
}

/// Reads what came, off the runtime's threads: a large list takes a moment. It comes back when it could not be read.
///
/// # Errors
/// Why it is no list that can be kept, with its bytes.
pub async fn read(incoming: Incoming, told: Vec<Mapping>, today: NaiveDate) -> Result<Read, (NotRead, Incoming)> {
    let (name, size) = (incoming.name.clone(), incoming.size);
    let task = tokio::task::spawn_blocking(move || read_now(incoming, &told, today));
    let lost = |_| {
        let nothing = Incoming { bytes: Vec::new(), size, name, day: None, tables: Tables::Any };
        Err((NotRead::ReaderFailed, nothing))
    };
    task.await.unwrap_or_else(lost)
}

fn read_now(incoming: Incoming, told: &[Mapping], today: NaiveDate) -> Result<Read, (NotRead, Incoming)> {
    let reading = match reading(&incoming, told, today) {
        Ok(reading) => reading,
        Err(why) => return Err((why, incoming)),
    };
    let Ok(text) = serde_json::to_string(&reading) else { return Err((NotRead::ReaderFailed, incoming)) };
    let list = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: reading.kind,
        format: reading.format.to_string(),
        list_date: incoming.day.or(reading.list_date).unwrap_or(today),
        file_name: incoming.name,
        sha256: hash(&incoming.bytes),
        original: incoming.bytes,
        reading: text,
    };
    Ok(Read { list, reading })
}

fn reading(incoming: &Incoming, told: &[Mapping], today: NaiveDate) -> Result<Reading, NotRead> {
    if incoming.size > MAX_BYTES as u64 {
        return Err(ReadError::TooLarge.into());
    }
    let bytes = &incoming.bytes;
    // A reader that trips over a file must not take others' lists with it.
    let read = std::panic::catch_unwind(|| read_as_told(bytes, told, today)).map_err(|_| NotRead::ReaderFailed)?;
    let reading = match read {
        Err(error @ (ReadError::NotRecognised { .. } | ReadError::MissingColumns(_)))
            if incoming.tables == Tables::Any =>
        {
            propose(bytes, today).map(|proposal| Reading::unread(proposal.kind)).map_err(|_| error)
        }
        other => other,
    }?;
    match reading.no_list() {
        Some(why) => Err(why.into()),
        None => Ok(reading),
    }
}

fn hash(bytes: &[u8]) -> String {
    throughline_audit::hex(&Sha256::digest(bytes))
}

/// A list that is kept, as a program is told of it.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Its id.
    pub id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// Where it stands.
    pub state: ListState,
    /// What it says.
    pub reading: Reading,
}

/// What became of what came by itself.
#[derive(Debug, Clone)]
pub enum Received {
    /// It waits for somebody to look it over.
    Waiting(Box<Receipt>),
    /// The very same bytes for the same day are there already.
    Same(Box<Receipt>),
    /// It could not be read, and is told on the page of lists.
    NotRead(NotRead),
}

/// Receives what came by itself: the service's own act, in the name of nobody. Durable when it returns.
///
/// # Errors
/// The store's: then nothing was kept, and it is to be received again.
pub async fn receive(
    store: &Store,
    cause: Cause,
    site: SiteId,
    origin: &ByItself,
    incoming: Incoming,
) -> Result<Received> {
    let told = mappings(&lists::known_templates(&mut *store.read().await?).await?)?;
    match read(incoming, told, london_date(cause.at)).await {
        Ok(read) => keep(store, cause, site, origin, read).await,
        Err((why, incoming)) => {
            keep_unread(store, cause, site, origin, &incoming, &why).await?;
            Ok(Received::NotRead(why))
        }
    }
}

pub(crate) async fn keep(store: &Store, cause: Cause, site: SiteId, origin: &ByItself, read: Read) -> Result<Received> {
    let mut tx = store.begin(cause).await?;
    let kept = lists::keep_by_itself(&mut tx, site, origin, &read.list).await?;
    tx.commit().await?;
    Ok(match kept {
        Kept::New => Received::Waiting(Box::new(Receipt {
            id: read.list.id,
            kind: read.list.kind,
            list_date: read.list.list_date,
            state: ListState::Preview,
            reading: read.reading,
        })),
        Kept::Same(list) => Received::Same(Box::new(receipt(&list)?)),
    })
}

fn receipt(list: &List) -> Result<Receipt> {
    let reading = serde_json::from_str(&list.reading)
        .map_err(|_| Error::Corrupt("what a list says cannot be read".to_owned()))?;
    Ok(Receipt { id: list.id, kind: list.kind, list_date: list.list_date, state: list.state, reading })
}

/// Keeps what could not be read, with its bytes where they are no more than a list may have.
pub(crate) async fn keep_unread(
    store: &Store,
    cause: Cause,
    site: SiteId,
    origin: &ByItself,
    incoming: &Incoming,
    why: &NotRead,
) -> Result<()> {
    keep_unread_as(store, cause, site, origin, incoming, &why.to_string()).await
}

pub(crate) async fn keep_unread_as(
    store: &Store,
    cause: Cause,
    site: SiteId,
    origin: &ByItself,
    incoming: &Incoming,
    why: &str,
) -> Result<()> {
    let is_whole = incoming.size == incoming.bytes.len() as u64 && incoming.bytes.len() <= MAX_BYTES;
    let new = NewUnread {
        file_name: &incoming.name,
        // Of what has no bytes to tell it by, the name tells it from others.
        sha256: &hash(if incoming.bytes.is_empty() { incoming.name.as_bytes() } else { &incoming.bytes }),
        size: i64::try_from(incoming.size).unwrap_or(i64::MAX),
        original: if is_whole { &incoming.bytes } else { &[] },
        why,
    };
    let mut tx = store.begin(cause).await?;
    lists::keep_unread(&mut tx, site, origin, &new).await?;
    tx.commit().await
}

/// Takes the bytes of a source up to one more than a list may have, so that what is larger is told and not held.
///
/// # Errors
/// The source's.
pub(crate) fn take(source: impl std::io::Read, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut source.take(most as u64 + 1), &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_on_one_line_and_is_never_empty() {
        assert_eq!(shown_name("../../etc/passwd"), "../../etc/passwd");
        assert_eq!(shown_name("a\r\nb\0.csv"), "a  b .csv");
        assert_eq!(shown_name(" \n"), "A file without a name");
        assert_eq!(shown_name(&"x".repeat(5000)).len(), LONGEST_NAME);
    }

    #[test]
    fn what_is_larger_than_a_list_is_not_held() {
        let endless = std::io::repeat(b'x');
        assert_eq!(take(endless, MAX_BYTES).expect("it reads").len(), MAX_BYTES + 1);
    }
}
