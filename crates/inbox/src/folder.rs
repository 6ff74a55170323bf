//! A watched folder: what is put into it is taken once it stands still, and kept under `received/` or `not-read/`.
//!
//! A file is moved into a folder of its own under `being-read/` before it is read, so that nobody puts another one in
//! its place meanwhile. What lies there when the service starts was cut short, and is read again: the same bytes are
//! not received twice.

use crate::apart;
use crate::receive::{Incoming, shown_name, take};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use throughline_domain::time::date_time_long;
use throughline_lists::MAX_BYTES;
use uuid::Uuid;

const RECEIVED: &str = "received";
const NOT_READ: &str = "not-read";
const BEING_READ: &str = "being-read";

/// How many looks in a row an empty file must stand still: whoever copies over a network makes it first and fills it
/// later.
const LOOKS_OF_AN_EMPTY_FILE: u32 = 12;

/// A watched folder and what was seen at the last look.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    seen: HashMap<OsString, Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    size: u64,
    changed: SystemTime,
    /// Looks since it changed.
    still: u32,
}

impl Seen {
    fn is_ready(self) -> bool {
        self.still >= if self.size == 0 { LOOKS_OF_AN_EMPTY_FILE } else { 1 }
    }
}

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: HashMap::new() }
    }

    /// The files to be read now: those that stood still since the last look, and those that an earlier service had
    /// begun to read.
    ///
    /// # Errors
    /// When the folder cannot be listed or written to.
    pub(crate) fn look(&mut self) -> io::Result<Vec<PathBuf>> {
        for name in [RECEIVED, NOT_READ, BEING_READ] {
            match fs::create_dir(self.path.join(name)) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let mut now = HashMap::new();
        for entry in fs::read_dir(&self.path)? {
            let Some((name, seen)) = self.seen(&entry?) else { continue };
            if seen.is_ready() {
                self.begin(&name)?;
            } else {
                now.insert(name, seen);
            }
        }
        self.seen = now;
        self.begun()
    }

    /// A file that may be one to take, with how long it has stood still; `None` for everything else.
    fn seen(&self, entry: &DirEntry) -> Option<(OsString, Seen)> {
        let name = entry.file_name();
        if is_unfinished(&name) || !entry.file_type().ok()?.is_file() {
            return None;
        }
        let facts = entry.metadata().ok()?;
        let (size, changed) = (facts.len(), facts.modified().ok()?);
        let before = self.seen.get(&name).filter(|seen| seen.size == size && seen.changed == changed);
        let still = before.map_or(0, |seen| seen.still + 1);
        Some((name, Seen { size, changed, still }))
    }

    /// Moves a file out of its sender's reach.
    fn begin(&self, name: &OsStr) -> io::Result<()> {
        let own = self.path.join(BEING_READ).join(Uuid::now_v7().simple().to_string());
        fs::create_dir(&own)?;
        match fs::rename(self.path.join(name), own.join(name)) {
            // Another server was faster, or whoever put it there took it back.
            Err(error) if error.kind() == ErrorKind::NotFound => fs::remove_dir(&own),
            other => other,
        }
    }

    /// What lies under `being-read/`, the oldest first.
    fn begun(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for own in fs::read_dir(self.path.join(BEING_READ))? {
            let own = own?;
            if !own.file_type()?.is_dir() {
                continue;
            }
            let files = fs::read_dir(own.path()).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>);
            let files = match files {
                // Another server has put it away.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                other => other?,
            };
            if files.is_empty() {
                let _ = fs::remove_dir(own.path());
            }
            found.extend(files.into_iter().filter(is_plain).map(|file| file.path()));
        }
        found.sort();
        Ok(found)
    }

    /// Reads a file, not beyond what a list may have.
    ///
    /// # Errors
    /// When it cannot be read; [`ErrorKind::NotFound`] when another server has put it away.
    pub(crate) fn read(file: &Path) -> io::Result<Incoming> {
        let open = apart::open(file)?;
        let size = open.metadata()?.len();
        let bytes = take(open, MAX_BYTES)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let mut incoming = Incoming::file(&name, bytes);
        incoming.size = size.max(incoming.size);
        Ok(incoming)
    }

    /// Puts a file away that was received.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub(crate) fn put_away(&self, file: &Path) -> io::Result<()> {
        self.put(file, RECEIVED).map(|_| ())
    }

    /// Puts a file away that could not be read, with a text beside it that says why.
    ///
    /// # Errors
    /// When it cannot be moved or the text cannot be written.
    pub(crate) fn put_aside(&self, file: &Path, why: &str, now: DateTime<Utc>) -> io::Result<()> {
        let Some(put) = self.put(file, NOT_READ)? else { return Ok(()) };
        let name = put.file_name().unwrap_or_default().to_string_lossy();
        let text = format!(
            "{} could not be read as a custody or court list.\n\nWhy: {why}.\n\nIt came on {}. The service is told under \"Lists\" in Throughline.\nPut it right and put it into the folder again; this copy is not looked at any more.\n",
            shown_name(&name),
            date_time_long(now)
        );
        let beside: String = name.chars().take(100).collect();
        apart::write_into(&self.path.join(NOT_READ), OsStr::new(&format!("{beside} - why.txt")), &text)
    }

    /// Moves a file out of `being-read/`; `None` when another server has.
    fn put(&self, file: &Path, folder: &str) -> io::Result<Option<PathBuf>> {
        let name = file.file_name().unwrap_or_default();
        match apart::move_into(file, &self.path.join(folder), name) {
            Ok(put) => {
                let _ = file.parent().map(fs::remove_dir);
                Ok(Some(put))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn is_plain(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_file())
}

/// Whether a name says that its writer is not done, or that it is no file of anybody's.
fn is_unfinished(name: &OsStr) -> bool {
    const ENDINGS: [&str; 6] = ["~", ".tmp", ".part", ".partial", ".crdownload", ".filepart"];
    const SYSTEM: [&str; 2] = ["thumbs.db", "desktop.ini"];
    let name = name.to_string_lossy().to_lowercase();
    name.starts_with(['.', '~']) || ENDINGS.iter().any(|ending| name.ends_with(ending)) || SYSTEM.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(temporary.path());
        (temporary, folder)
    }

    fn names(files: &[PathBuf]) -> Vec<String> {
        files.iter().map(|file| file.file_name().expect("a name").to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_taken_once_it_stands_still_for_two_looks() {
        let (temporary, mut folder) = folder();
        let file = temporary.path().join("list.csv");
        fs::write(&file, "Custody No").expect("written");
        assert!(folder.look().expect("looked").is_empty(), "it was just seen");
        fs::write(&file, "Custody No,Name\n").expect("written on");
        assert!(folder.look().expect("looked").is_empty(), "half of it was there before");
        assert_eq!(names(&folder.look().expect("looked")), ["list.csv"]);
        assert!(!file.exists());
        assert_eq!(names(&folder.look().expect("looked")), ["list.csv"], "until it is put away");
    }

    #[test]
    fn an_empty_file_waits_longer_for_its_bytes() {
        let (temporary, mut folder) = folder();
        fs::write(temporary.path().join("list.csv"), "").expect("written");
        for look in 0..LOOKS_OF_AN_EMPTY_FILE {
            assert!(folder.look().expect("looked").is_empty(), "look {look}");
        }
        assert_eq!(folder.look().expect("looked").len(), 1);
    }

    #[test]
    fn what_is_unfinished_or_no_plain_file_is_left_alone() {
        let (temporary, mut folder) = folder();
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("secret.csv"), "x").expect("written");
        for name in
            [".list.csv", "~$list.xlsx", "list.csv.part", "list.TMP", "list.crdownload", "list.csv~", "Thumbs.db"]
        {
            fs::write(temporary.path().join(name), "x").expect("written");
        }
        fs::create_dir(temporary.path().join("folder.csv")).expect("made");
        fs::write(temporary.path().join("folder.csv/list.csv"), "x").expect("written");
        std::os::unix::fs::symlink(outside.path().join("secret.csv"), temporary.path().join("link.csv"))
            .expect("linked");
        std::os::unix::fs::symlink(outside.path(), temporary.path().join("folder-link")).expect("linked");
        for _ in 0..3 {
            assert!(folder.look().expect("looked").is_empty());
        }
        assert!(temporary.path().join("link.csv").is_symlink() && temporary.path().join("folder-link").is_symlink());
        assert!(outside.path().join("secret.csv").exists() && temporary.path().join("folder.csv/list.csv").exists());
    }

    #[test]
    fn a_link_in_the_place_of_a_file_that_is_being_read_is_not_followed() {
        let (temporary, mut folder) = folder();
        folder.look().expect("looked");
        let own = temporary.path().join(BEING_READ).join("own");
        fs::create_dir(&own).expect("made");
        let secret = temporary.path().join(".secret");
        fs::write(&secret, "x").expect("written");
        std::os::unix::fs::symlink(&secret, own.join("list.csv")).expect("linked");
        assert!(folder.look().expect("looked").is_empty());
        assert!(Folder::read(&own.join("list.csv")).is_err());
    }
}
