//! Moving files without overwriting or losing one, on disks and network shares alike.

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How many names are tried for one file.
const TRIES: u32 = 10_000;

/// The longest name that a number is added to, in bytes: a name has 255 at most.
const LONGEST: usize = 200;

/// A file opened to be read, never by way of a link.
///
/// # Errors
/// When it is no plain file any more, or cannot be opened.
pub(crate) fn open(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    // A pipe that somebody put in the file's place must not hold the reader up.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Moves a file into a folder, under its own name or with a number after it where that is taken.
///
/// # Errors
/// When it cannot be moved: it then is where it was.
pub(crate) fn move_into(file: &Path, folder: &Path, name: &OsStr) -> io::Result<PathBuf> {
    let (placeholder, to) = claim(folder, name)?;
    drop(placeholder);
    // The place is ours: what the move replaces is the empty file that was just made.
    match fs::rename(file, &to) {
        Ok(()) => Ok(to),
        Err(error) => {
            let _ = fs::remove_file(&to);
            Err(error)
        }
    }
}

/// Writes a new file into a folder.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_into(folder: &Path, name: &OsStr, text: &str) -> io::Result<()> {
    let (mut file, _) = claim(folder, name)?;
    file.write_all(text.as_bytes())
}

/// Makes a file that was not there.
fn claim(folder: &Path, name: &OsStr) -> io::Result<(fs::File, PathBuf)> {
    for number in 1..TRIES {
        let path = folder.join(numbered(name, number));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are too many files of one name"))
}

/// `list.csv`, `list (2).csv`, `list (3).csv`.
fn numbered(name: &OsStr, number: u32) -> OsString {
    if number == 1 && name.len() <= LONGEST + 20 {
        return name.to_owned();
    }
    let name = name.to_string_lossy();
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 10 => (stem, format!(".{ending}")),
        _ => (&*name, String::new()),
    };
    let mut stem = stem.to_owned();
    while stem.len() > LONGEST {
        stem.pop();
    }
    if number == 1 { format!("{stem}{ending}").into() } else { format!("{stem} ({number}){ending}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        for (at, said) in ["one", "two", "three"].iter().enumerate() {
            let from = folder.path().join("from");
            fs::write(&from, said).expect("written");
            let to = move_into(&from, folder.path(), OsStr::new("list.csv")).expect("moved");
            let name = ["list.csv", "list (2).csv", "list (3).csv"][at];
            assert_eq!((to.file_name(), from.exists()), (Some(OsStr::new(name)), false));
            assert_eq!(fs::read_to_string(to).expect("read"), *said);
        }
    }

    #[test]
    fn what_cannot_be_moved_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(move_into(&folder.path().join("none"), folder.path(), OsStr::new("list.csv")).is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);
    }

    #[test]
    fn a_name_at_the_limit_gets_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = format!("{}.csv", "x".repeat(251));
        for _ in 0..3 {
            let from = folder.path().join("from");
            fs::write(&from, "x").expect("written");
            move_into(&from, folder.path(), OsStr::new(&name)).expect("moved");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 3);
    }

    #[test]
    fn a_link_is_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        fs::write(&secret, "x").expect("written");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&secret, &link).expect("linked");
        assert!(open(&secret).is_ok());
        assert!(open(&link).is_err());
        assert!(open(folder.path()).is_err());
    }
}
