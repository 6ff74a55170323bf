//! Many lists at once: of each file what it is, and whether every row of it came out.

use crate::words::say;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use throughline_domain::time::london_date;
use throughline_lists::{MAX_BYTES, Reading};

/// Tells of each file under these paths what it is. Fails when a row of any is lost: it never is.
pub fn run(paths: &[PathBuf]) -> anyhow::Result<()> {
    let mut files = Vec::new();
    for path in paths {
        add(path, &mut files)?;
    }
    let mut table =
        Table { text: String::from("File\tRead as\tRows\tLines\tFurther\tSet aside\tRejected\tNotices\n"), lost: 0 };
    for file in &files {
        table.add(file);
    }
    say(table.text)?;
    anyhow::ensure!(table.lost == 0, "rows of {} files are lost", table.lost);
    Ok(())
}

fn add(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let failed = |error: std::io::Error| anyhow::anyhow!("{}: {error}", path.display());
    if !fs::metadata(path).map_err(failed)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut within =
        fs::read_dir(path).map_err(failed)?.map(|one| one.map(|one| one.path())).collect::<Result<Vec<_>, _>>()?;
    within.sort();
    within.iter().try_for_each(|path| add(path, files))
}

struct Table {
    text: String,
    lost: usize,
}

impl Table {
    fn add(&mut self, file: &Path) {
        let words = match read(file) {
            Ok(reading) => {
                self.lost += usize::from(!reading.accounts_for_every_row());
                told(&reading)
            }
            Err(why) => format!("not read: {why}"),
        };
        let _ = writeln!(self.text, "{}\t{words}", file.display());
    }
}

/// A file beyond the limit is told as such and not held whole.
fn read(file: &Path) -> Result<Reading, String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let opened = File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    opened.map_err(|error| error.to_string())?;
    throughline_lists::read(&bytes, london_date(chrono::Utc::now())).map_err(|error| error.to_string())
}

fn told(reading: &Reading) -> String {
    let label = throughline_lists::label_of(&reading.format).unwrap_or(&reading.format);
    let notices = reading.entries.iter().map(|entry| entry.notices.len()).sum::<usize>() + reading.notices.len();
    let further = reading.further.len() + reading.gathered();
    [reading.rows_in, reading.entries.len(), further, reading.set_aside.len(), reading.rejected.len(), notices]
        .iter()
        .fold(label.to_owned(), |told, count| format!("{told}\t{count}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_told_of_with_its_rows_and_one_that_is_no_list_with_why() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("within")).unwrap();
        let list = "Custody No,Surname,DOB\nFR/1/26,MARSH,14/02/1991\n,,1/2/1990\n";
        fs::write(folder.path().join("within/today.csv"), list).unwrap();
        fs::write(folder.path().join("photo.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        let mut files = Vec::new();
        add(folder.path(), &mut files).unwrap();
        let mut table = Table { text: String::new(), lost: 0 };
        for file in &files {
            table.add(file);
        }
        let lines: Vec<&str> = table.text.lines().collect();
        assert!(lines[0].contains("photo.png\tnot read: This file is a picture"), "{}", lines[0]);
        assert!(lines[1].ends_with("today.csv\tCustody list (Excel or CSV)\t2\t1\t0\t0\t1\t0"), "{}", lines[1]);
        assert_eq!((lines.len(), table.lost), (2, 0));
    }
}
