//! A hospital's patient index in a file: CSV, or FHIR R4 Patients a line (NDJSON). Its content tells which.
//!
//! It is read a row at a time, as often as is asked for: a file of a million rows is never in memory whole.

use crate::patient_row::{Line, Rejected};
use crate::words::{unreadable, wrong_use};
use crate::{people_csv, people_fhir};
use chrono::NaiveDate;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use throughline_matching::people_csv::Rows;

/// The longest line of a FHIR file that is read, in bytes: a Patient has some thousands.
const LONGEST: u64 = 1024 * 1024;

/// A row with its number: of a CSV file as a spreadsheet numbers it, of a FHIR file the line.
pub type Numbered = (usize, Result<Line, Rejected>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Fhir,
}

/// A patient index.
#[derive(Debug)]
pub struct PatientIndex {
    file: File,
    name: String,
    kind: Kind,
    starts_at: u64,
}

impl PatientIndex {
    /// Opens a file, or standard input for `-`: that is kept in a file without a name until the end.
    ///
    /// # Errors
    /// In plain words, when there is no such file or it is neither CSV nor a Patient a line.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let is_piped = path.as_os_str() == "-";
        let name = if is_piped { "standard input".to_owned() } else { path.display().to_string() };
        let mut file = if is_piped {
            let mut kept = tempfile::tempfile()?;
            std::io::copy(&mut std::io::stdin().lock(), &mut kept)?;
            kept
        } else {
            File::open(path).map_err(|error| unreadable(path, &error))?
        };
        let (kind, starts_at) = kind_of(&mut file, &name)?;
        Ok(Self { file, name, kind, starts_at })
    }

    /// Its rows, from the first on.
    ///
    /// # Errors
    /// When it is CSV without a heading that says who anybody is.
    pub fn rows(
        &mut self,
        today: NaiveDate,
    ) -> anyhow::Result<Box<dyn Iterator<Item = anyhow::Result<Numbered>> + '_>> {
        self.file.seek(SeekFrom::Start(self.starts_at))?;
        let name = self.name.clone();
        let failed = move |error: &dyn std::fmt::Display| anyhow::anyhow!("{name} cannot be read: {error}");
        let reader = BufReader::with_capacity(64 * 1024, &self.file);
        Ok(match self.kind {
            Kind::Fhir => Box::new(Lines { reader, number: 0 }.map(move |line| {
                let (number, line) = line.map_err(|error| failed(&error))?;
                Ok((number, line.and_then(|line| people_fhir::read(&line, today))))
            })),
            Kind::Csv => {
                let rows = csv_rows(reader, &self.name)?;
                Box::new(rows.map(move |row| {
                    let (number, row) = row.map_err(|error| failed(&error))?;
                    let row = row.map_err(|error| Rejected::unread(error.to_string()));
                    let record = row.and_then(|row| people_csv::record(&row, today));
                    Ok((number, record.map(|record| Line::Record(Box::new(record)))))
                }))
            }
        })
    }

    /// Columns of a CSV file that are not used.
    ///
    /// # Errors
    /// As [`PatientIndex::rows`].
    pub fn unused(&mut self) -> anyhow::Result<Vec<String>> {
        if self.kind == Kind::Fhir {
            return Ok(Vec::new());
        }
        self.file.seek(SeekFrom::Start(self.starts_at))?;
        Ok(csv_rows(BufReader::new(&self.file), &self.name)?.unused)
    }
}

fn csv_rows<R: BufRead>(from: R, name: &str) -> anyhow::Result<Rows<R>> {
    throughline_matching::people_csv::rows(from, &[]).map_err(|error| people_csv::refused(name, &error))
}

/// What a file is, and where its first row starts.
fn kind_of(file: &mut File, name: &str) -> anyhow::Result<(Kind, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut first = Vec::new();
    file.by_ref()
        .take(4096)
        .read_to_end(&mut first)
        .map_err(|error| anyhow::anyhow!("{name} cannot be read: {error}"))?;
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first);
    let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let starts_at = u64::try_from(first.len() - text.len()).unwrap_or_default();
    match text.get(blank) {
        None => Err(wrong_use(format!("{name} is empty"))),
        Some(b'{') if is_whole_bundle(&text[blank..]) => Err(wrong_use(format!(
            "{name} is one JSON document over several lines. Give it as NDJSON, a Patient a line: jq -c '.entry[].resource' makes that of a Bundle"
        ))),
        Some(b'{') => Ok((Kind::Fhir, starts_at)),
        Some(b'[') => Err(wrong_use(format!(
            "{name} is one JSON list. Give it as NDJSON, a Patient a line: jq -c '.[]' makes that of it"
        ))),
        Some(_) => Ok((Kind::Csv, starts_at)),
    }
}

/// Whether the first line only opens an object: the document goes on over many lines.
fn is_whole_bundle(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    first.trim_ascii() == b"{" && text.len() > first.len()
}

/// The lines of a file that are not blank, each with its number; none is longer than [`LONGEST`].
struct Lines<R> {
    reader: R,
    number: usize,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<(usize, Result<String, Rejected>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            match self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                Err(error) => return Some(Err(error)),
                Ok(0) => return None,
                Ok(_) => self.number += 1,
            }
            if !line.ends_with(b"\n") && line.len() as u64 == LONGEST {
                if let Err(error) = self.reader.skip_until(b'\n') {
                    return Some(Err(error));
                }
                return Some(Ok((self.number, Err(Rejected::unread("it is longer than a megabyte")))));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let text = String::from_utf8(line).map_err(|_| Rejected::unread("it is not UTF-8 text"));
            return Some(Ok((self.number, text.map(|text| text.trim().to_owned()))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
    }

    fn index(bytes: &[u8]) -> anyhow::Result<PatientIndex> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        PatientIndex::open(file.path())
    }

    fn told(bytes: &[u8]) -> Vec<(usize, String)> {
        let mut index = index(bytes).unwrap();
        let rows = index.rows(today()).unwrap();
        rows.map(|row| match row.unwrap() {
            (row, Ok(Line::Record(record))) => (row, record.name.natural()),
            (row, Ok(Line::SetAside(_, why))) => (row, why.to_owned()),
            (row, Err(rejected)) => (row, rejected.reason),
        })
        .collect()
    }

    #[test]
    fn every_line_is_told_with_its_number_however_bad_its_neighbours_are() {
        let mut file =
            b"\xef\xbb\xbf{\"resourceType\":\"Patient\",\"id\":\"1\",\"name\":[{\"family\":\"Marsh\"}]}\r\n\n".to_vec();
        file.extend(b"{\"resourceType\":\"Patient\",\"id\":\n");
        file.extend(b"\xff\xfe\n");
        file.extend(b"{\"resourceType\":\"Observation\"}\n");
        file.extend(b"not json at all\n");
        file.extend(b"{\"resourceType\":\"Patient\",\"id\":\"2\",\"name\":[{\"family\":\"Reed\"}],\"birthDate\":\"1990-02-30\"}\n");
        file.extend(b"{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Lane\"}]}\n");
        file.extend(b"{\"resourceType\":\"Patient\",\"id\":\"3\"}\n");
        file.extend(vec![b'x'; usize::try_from(LONGEST).unwrap() + 10]);
        file.extend(b"\n{\"resourceType\":\"Patient\",\"id\":\"4\",\"name\":[{\"family\":\"Lund\"}],\"link\":[{\"type\":\"replaced-by\"}]}\n");
        file.extend(b"{\"resourceType\":\"Patient\",\"id\":\"5\",\"name\":[{\"family\":\"Umber\"}]}");
        let told = told(&file);
        let numbers: Vec<usize> = told.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let begins = [
            "Marsh",
            "broken JSON",
            "it is not UTF-8 text",
            "it is a Observation, not a Patient",
            "broken JSON",
            "the date of birth is no date",
            "it has no number",
            "it has neither a name nor an NHS number",
            "it is longer than a megabyte",
            "merged into another record",
            "Umber",
        ];
        for ((number, words), expected) in told.iter().zip(begins) {
            assert!(words.starts_with(expected), "line {number}: {words}");
        }
    }

    #[test]
    fn a_file_of_bad_lines_is_told_line_by_line() {
        let line = |n: usize| format!("{{\"resourceType\":\"Patient\",\"id\":\"{n}\",\"name\":{n}}}\n");
        let file = (0..3_000).map(line).collect::<Vec<_>>().concat();
        let told = told(file.as_bytes());
        assert_eq!(told.len(), 3_000);
        assert!(told.iter().enumerate().all(|(at, (number, _))| *number == at + 1));
    }

    #[test]
    fn rows_of_csv_are_numbered_as_a_spreadsheet_numbers_them_and_may_be_read_again() {
        let mut index =
            index(b"\xef\xbb\xbfrecord_id,last,dob,shoe\n1,Marsh,1990-04-07,5\n2,\xff,,\n3,Reed,never,\n").unwrap();
        for _ in 0..2 {
            let rows: Vec<Numbered> = index.rows(today()).unwrap().map(Result::unwrap).collect();
            let numbers: Vec<(usize, bool)> = rows.iter().map(|(row, line)| (*row, line.is_ok())).collect();
            assert_eq!(numbers, [(2, true), (3, false), (4, false)]);
        }
        assert_eq!(index.unused().unwrap(), ["shoe"]);
    }

    #[test]
    fn what_is_neither_csv_nor_a_patient_a_line_is_wrong_use_and_says_what_to_do() {
        for (file, words) in [
            (&b"  \n"[..], "is empty"),
            (b"[{\"resourceType\":\"Patient\"}]", "one JSON list"),
            (b"{\n  \"resourceType\": \"Bundle\"\n}\n", "over several lines"),
        ] {
            let error = index(file).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
            assert_eq!(crate::words::exit_code(&error), 2);
        }
    }
}
