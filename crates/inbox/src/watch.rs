//! Looking at watched folders and maildirs, again and again: polling works on network shares too.

use crate::folder::Folder;
use crate::letter::{self, Letter};
use crate::maildir::{self, LARGEST_MESSAGE};
use crate::receive::{Incoming, NotRead, Received, keep_unread_as, receive};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use throughline_domain::ids::SiteId;
use throughline_domain::origin::ByItself;
use throughline_domain::time::Instant;
use throughline_lists::MAX_BYTES;
use throughline_store::{Cause, Store};
use tokio::task::spawn_blocking;

/// How often each is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder: each file is a list.
    Folder,
    /// A maildir: each attachment is a list.
    Maildir,
}

/// A place that lists for one site come to.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The site.
    pub site: SiteId,
    /// What is watched.
    pub kind: Kind,
    /// Where.
    pub path: PathBuf,
}

/// Why a look came to nothing; the next one tries again.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The folder cannot be listed, read or written.
    #[error(transparent)]
    Folder(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] throughline_store::Error),
    /// The look itself failed.
    #[error("the look was cut short")]
    CutShort,
}

/// What is wrong with a place, in words for whoever set it up; `None` when lists can come to it.
pub fn fault(kind: Kind, path: &Path) -> Option<String> {
    let at = path.display();
    let folders: &[&str] = match kind {
        Kind::Folder => &[""],
        Kind::Maildir => &["new", "cur"],
    };
    for folder in folders {
        let folder = if folder.is_empty() { path.to_owned() } else { path.join(folder) };
        match std::fs::metadata(&folder) {
            Ok(facts) if !facts.is_dir() => return Some(format!("{} is no folder", folder.display())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound && kind == Kind::Maildir => {
                return Some(format!("{at} is no maildir: there is no folder {}", folder.display()));
            }
            Err(error) => return Some(format!("{} cannot be used: {error}", folder.display())),
        }
        // A file is made and removed: rights alone do not tell of a share that was mounted for reading only.
        let probe = folder.join(format!(".throughline-{}", uuid::Uuid::now_v7().simple()));
        let written = std::fs::write(&probe, "").and_then(|()| std::fs::remove_file(&probe));
        if let Err(error) = written {
            return Some(format!(
                "{} cannot be written to, so that nothing can be put away: {error}",
                folder.display()
            ));
        }
    }
    None
}

/// Looks at every place until it is dropped or aborted. Each has its own turn: one on a share that hangs holds up
/// no other.
pub async fn watch(store: Store, inboxes: Vec<Inbox>) {
    let mut turns = tokio::task::JoinSet::new();
    let out_of_reach = Arc::new(Mutex::new(std::collections::BTreeSet::new()));
    for (number, inbox) in inboxes.into_iter().enumerate() {
        turns.spawn(watch_one(store.clone(), inbox, number, out_of_reach.clone()));
    }
    turns.join_all().await;
}

async fn watch_one(
    store: Store,
    inbox: Inbox,
    number: usize,
    out_of_reach: Arc<Mutex<std::collections::BTreeSet<usize>>>,
) {
    let path = inbox.path.clone();
    let mut watched = Watched::new(inbox);
    let mut turns = tokio::time::interval(EVERY);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failed = false;
    loop {
        turns.tick().await;
        let looked = watched.look(&store, chrono::Utc::now()).await;
        // Said once: a share that is away stays away for many looks.
        match &looked {
            Err(error) if !failed => {
                tracing::warn!(%error, inbox = %path.display(), "lists that come by themselves cannot be received; trying again");
            }
            Ok(()) if failed => tracing::info!(inbox = %path.display(), "lists can be received again"),
            _ => {}
        }
        failed = looked.is_err();
        let mut away = out_of_reach.lock().unwrap_or_else(PoisonError::into_inner);
        if failed {
            away.insert(number)
        } else {
            away.remove(&number)
        };
        metrics::gauge!("throughline_inboxes_out_of_reach").set(away.len() as f64);
    }
}

/// A place that is watched, between two looks.
#[derive(Debug)]
pub struct Watched {
    inbox: Inbox,
    folder: Arc<Mutex<Folder>>,
}

impl Watched {
    /// A place that nobody has looked at yet.
    pub fn new(inbox: Inbox) -> Self {
        let folder = Arc::new(Mutex::new(Folder::new(&inbox.path)));
        Self { inbox, folder }
    }

    /// Looks once, and receives what is ready. What is received is durable before its file is put away.
    ///
    /// # Errors
    /// When the place or the store cannot be used: what was not received stays where it is.
    pub async fn look(&mut self, store: &Store, now: Instant) -> Result<(), Failed> {
        match self.inbox.kind {
            Kind::Folder => self.look_at_folder(store, now).await,
            Kind::Maildir => self.look_at_maildir(store, now).await,
        }
    }

    async fn look_at_folder(&self, store: &Store, now: Instant) -> Result<(), Failed> {
        let name = self.inbox.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let origin = ByItself::Folder { name };
        let mut first_failure = Ok(());
        for file in self.on_disk(Folder::look).await? {
            // One file that fails holds up no other.
            if let Err(error) = self.receive_file(store, now, &origin, file).await {
                first_failure = first_failure.and(Err(error));
            }
        }
        first_failure
    }

    async fn receive_file(&self, store: &Store, now: Instant, origin: &ByItself, file: PathBuf) -> Result<(), Failed> {
        let path = file.clone();
        let incoming = match self.on_disk(move |_| Folder::read(&path)).await {
            Err(Failed::Folder(error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(Failed::Folder(error)) if error.kind() == ErrorKind::PermissionDenied => {
                return self.tell_of_no_right(store, now, origin, file).await;
            }
            other => other?,
        };
        match receive(store, cause(now), self.inbox.site, origin, incoming).await? {
            Received::Waiting(_) | Received::Same(_) => self.on_disk(move |folder| folder.put_away(&file)).await,
            Received::NotRead(why) => {
                let why = why.to_string();
                self.on_disk(move |folder| folder.put_aside(&file, &why, now)).await
            }
        }
    }

    async fn tell_of_no_right(
        &self,
        store: &Store,
        now: Instant,
        origin: &ByItself,
        file: PathBuf,
    ) -> Result<(), Failed> {
        const WHY: &str =
            "Throughline has no right to read this file. Whoever puts files there lets its group read them";
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let incoming = Incoming::file(&name, Vec::new());
        keep_unread_as(store, cause(now), self.inbox.site, origin, &incoming, WHY).await?;
        self.on_disk(move |folder| folder.put_aside(&file, WHY, now)).await
    }

    async fn look_at_maildir(&self, store: &Store, now: Instant) -> Result<(), Failed> {
        let path = self.inbox.path.clone();
        let mut first_failure = Ok(());
        for file in self.on_disk(move |_| maildir::look(&path)).await? {
            if let Err(error) = self.receive_message(store, now, file).await {
                first_failure = first_failure.and(Err(error));
            }
        }
        first_failure
    }

    async fn receive_message(&self, store: &Store, now: Instant, file: PathBuf) -> Result<(), Failed> {
        let path = file.clone();
        let (bytes, size) = match self.on_disk(move |_| maildir::read(&path)).await {
            Err(Failed::Folder(error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        // What opening a message may trip over is caught, so that it is told and not tried for ever.
        let opened =
            spawn_blocking(move || (if size > LARGEST_MESSAGE as u64 { None } else { letter::open(&bytes) }, bytes));
        let (letter, bytes) = match opened.await {
            Ok((Some(letter), bytes)) => (letter, bytes),
            Ok((None, bytes)) => return self.tell_of_no_letter(store, now, file, bytes, size).await,
            Err(_) => return self.tell_of_no_letter(store, now, file, Vec::new(), size).await,
        };
        self.receive_letter(store, now, letter, bytes).await?;
        self.put_message_away(file).await
    }

    async fn tell_of_no_letter(
        &self,
        store: &Store,
        now: Instant,
        file: PathBuf,
        bytes: Vec<u8>,
        size: u64,
    ) -> Result<(), Failed> {
        let why = if size > LARGEST_MESSAGE as u64 {
            format!("This e-mail is too large: the limit is {} MB. Ask for the lists one by one", LARGEST_MESSAGE >> 20)
        } else {
            "This e-mail is damaged. Ask for it to be sent again".to_owned()
        };
        let origin = ByItself::Email { from: String::new(), sent_at: None, passed_over: Vec::new() };
        let incoming = Incoming { size, ..whole(bytes) };
        keep_unread_as(store, cause(now), self.inbox.site, &origin, &incoming, &why).await?;
        self.put_message_away(file).await
    }

    async fn receive_letter(&self, store: &Store, now: Instant, letter: Letter, bytes: Vec<u8>) -> Result<(), Failed> {
        let site = self.inbox.site;
        let has_attached = !letter.attached.is_empty();
        for attached in letter.attached {
            receive(store, cause(now), site, &letter.origin, attached).await?;
        }
        if has_attached {
            return Ok(());
        }
        if letter.texts.is_empty() {
            let why = "There is no attachment and no text in this e-mail";
            let whole = whole(bytes);
            return Ok(keep_unread_as(store, cause(now), site, &letter.origin, &whole, why).await?);
        }
        receive_text(store, now, site, &letter.origin, letter.texts).await
    }

    async fn put_message_away(&self, file: PathBuf) -> Result<(), Failed> {
        let path = self.inbox.path.clone();
        self.on_disk(move |_| maildir::put_away(&path, &file)).await
    }

    /// Does something on the disk, off the runtime's threads.
    async fn on_disk<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Folder) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, Failed> {
        let folder = self.folder.clone();
        let act = move || act(&mut folder.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(spawn_blocking(act).await.map_err(|_| Failed::CutShort)??)
    }
}

/// A message as it came, where there is nothing in it to keep. What is beyond the limit of a list is not kept.
fn whole(bytes: Vec<u8>) -> Incoming {
    let mut whole = Incoming::file("An e-mail", bytes);
    whole.bytes.truncate(MAX_BYTES + 1);
    whole
}

/// Reads the texts of a letter that has nothing attached as pasted lists: the first that is one counts. When none is,
/// the outermost is told.
async fn receive_text(
    store: &Store,
    now: Instant,
    site: SiteId,
    origin: &ByItself,
    texts: Vec<Incoming>,
) -> Result<(), Failed> {
    let told = crate::mappings(&throughline_store::lists::known_templates(&mut *store.read().await?).await?)?;
    let mut not_read = None;
    for text in texts {
        match crate::read(text, told.clone(), throughline_domain::time::london_date(now)).await {
            Ok(read) => {
                crate::receive::keep(store, cause(now), site, origin, read).await?;
                return Ok(());
            }
            Err(failed) => not_read = Some(failed),
        }
    }
    let Some((why, text)) = not_read else { return Ok(()) };
    let why = match why {
        NotRead::NoList(why) => why.to_string(),
        _ => "No list is attached to this e-mail, and its text is not a list either. Ask for the list as an attachment"
            .to_owned(),
    };
    Ok(keep_unread_as(store, cause(now), site, origin, &text, &why).await?)
}

/// The service itself, at work without anybody's asking.
fn cause(at: Instant) -> Cause {
    Cause { actor: None, at, request: "inbox".into() }
}
