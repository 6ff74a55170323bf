//! A watched maildir: each message in `new/` is read, and moved to `cur/` as seen.

use crate::apart;
use crate::receive::take;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The largest message that is read: several lists at the limit, as e-mail writes them.
pub(crate) const LARGEST_MESSAGE: usize = 64 * 1024 * 1024;

/// The messages that nobody has seen, in the order of their names, which begin with when they came.
///
/// # Errors
/// When the folder cannot be listed.
pub(crate) fn look(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path.join("new"))? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !is_hidden && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// A message, or its beginning when it is larger than [`LARGEST_MESSAGE`]; and its size.
///
/// # Errors
/// When it cannot be read; [`ErrorKind::NotFound`] when another server has put it away.
pub(crate) fn read(file: &Path) -> io::Result<(Vec<u8>, u64)> {
    let open = apart::open(file)?;
    let size = open.metadata()?.len();
    let bytes = take(open, LARGEST_MESSAGE)?;
    let size = size.max(bytes.len() as u64);
    Ok((bytes, size))
}

/// Marks a message as seen.
///
/// # Errors
/// When it cannot be moved.
pub(crate) fn put_away(path: &Path, file: &Path) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let own = name.split_once(":2,").map_or(&*name, |(own, _)| own);
    let seen = OsString::from(format!("{own}:2,S"));
    match apart::move_into(file, &path.join("cur"), &seen) {
        Err(error) if error.kind() == ErrorKind::NotFound && !file.exists() => Ok(()),
        other => other.map(|_| ()),
    }
}
