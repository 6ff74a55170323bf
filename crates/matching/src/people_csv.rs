//! People in a CSV file: an index of known people, a list, a hospital's patient index.
//!
//! | Column | Also called |
//! |---|---|
//! | `record_id` | `query_id`, `id`, `person_id`, `rec_id` |
//! | `nhs_number`, `pnc_id`, `cro` | `nhs`, `pnc`, `cro_number` |
//! | `first`, `middle`, `last` | `first_name`, `forename`, `middle_names`, `last_name`, `surname` |
//! | `alias_names` | `aliases`: several with `;` or a vertical bar between them |
//! | `dob` | `date_of_birth` |
//! | `sex` | `gender` |
//! | `address`, `town` | `street_number` and `address_1`; `suburb`, `city` |
//! | `postcode`, `phone`, `gp`, `ethnicity` | |
//! | `local_id` | `soc_sec_id`: a number of another register that both sides use |
//! | `prev_postcodes` | `previous_postcodes`: several with `;` between them |

use std::io::BufRead;

use chrono::{Datelike, NaiveDate};
use throughline_domain::name::Name;
use throughline_domain::time::parse_date;

use crate::{Description, Sex};

mod delimited;

pub use delimited::Unreadable;

const COLUMNS: &[(&str, &[&str])] = &[
    ("id", &["record_id", "query_id", "id", "person_id", "rec_id"]),
    ("nhs", &["nhs_number", "nhs"]),
    ("pnc", &["pnc_id", "pnc"]),
    ("cro", &["cro", "cro_number", "cro_id"]),
    ("first", &["first", "first_name", "forename", "forenames", "given_name"]),
    ("middle", &["middle", "middle_name", "middle_names"]),
    ("last", &["last", "last_name", "surname", "family_name"]),
    ("aliases", &["alias_names", "aliases"]),
    ("dob", &["dob", "date_of_birth"]),
    ("sex", &["sex", "gender"]),
    ("address", &["address", "street_number", "address_1"]),
    ("town", &["town", "suburb", "city"]),
    ("local", &["local_id", "soc_sec_id"]),
    ("postcode", &["postcode"]),
    ("previous", &["prev_postcodes", "previous_postcodes"]),
    ("phone", &["phone", "telephone"]),
    ("gp", &["gp"]),
    ("ethnicity", &["ethnicity"]),
];

/// A file of people.
#[derive(Debug)]
pub struct PeopleCsv {
    /// The rows, in order.
    pub rows: Vec<PersonRow>,
    /// Rows that cannot be read, by their number, and why.
    pub unread: Vec<(usize, String)>,
    /// Columns that are not used.
    pub unused: Vec<String>,
}

/// One row: its cells by what they mean.
#[derive(Debug)]
pub struct PersonRow {
    /// The row as a spreadsheet numbers it; the first row of headings is 1.
    pub row: usize,
    cells: Vec<(&'static str, String)>,
    /// Cells that say something and stand under no heading.
    surplus: usize,
}

/// Another system's heading and the heading of ours that it stands for.
pub type Mapping = (String, String);

/// Reads `theirs=ours`.
///
/// # Errors
/// When there is no `=`, or ours is no heading that is known.
pub fn mapping(text: &str) -> Result<Mapping, String> {
    let (theirs, ours) = text.split_once('=').ok_or("write it as theirs=ours, such as given_name=first")?;
    if meaning(ours).is_none() {
        let known: Vec<&str> = COLUMNS.iter().filter_map(|(_, names)| names.first().copied()).collect();
        return Err(format!("'{ours}' is no column; they are {}", known.join(", ")));
    }
    Ok((plain(theirs), plain(ours)))
}

/// Why a file holds no people.
#[derive(Debug, thiserror::Error)]
pub enum PeopleCsvError {
    /// Its first row cannot be read.
    #[error("is not a CSV file: in its first row, {0}")]
    Headings(Unreadable),
    /// No column is of a name, a date of birth or a number.
    #[error("has no column that says who anybody is. Give it a first row of headings such as record_id,first,last,dob")]
    Nobody,
    /// The file ended before its end.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Reads everybody of a file, some of whose headings may be another system's.
///
/// # Errors
/// When it has no first row of headings that says who anybody is.
pub fn read(bytes: &[u8], mappings: &[Mapping]) -> Result<PeopleCsv, PeopleCsvError> {
    let mut all = rows(bytes, mappings)?;
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    for read in all.by_ref() {
        match read? {
            (_, Ok(person)) => rows.push(person),
            (row, Err(why)) => unread.push((row, why.to_string())),
        }
    }
    Ok(PeopleCsv { rows, unread, unused: all.unused })
}

/// The rows of a file one at a time, each with its number as a spreadsheet numbers it. Blank rows are
/// counted and passed over.
#[derive(Debug)]
pub struct Rows<R> {
    read: delimited::Rows<R>,
    meanings: Vec<Option<&'static str>>,
    /// Columns that are not used.
    pub unused: Vec<String>,
}

/// Reads the headings of a file; its rows follow.
///
/// # Errors
/// When it has no first row of headings that says who anybody is.
pub fn rows<R: BufRead>(from: R, mappings: &[Mapping]) -> Result<Rows<R>, PeopleCsvError> {
    let mut rows = delimited::Rows::new(from);
    let (_, first) = rows.next().transpose()?.ok_or(PeopleCsvError::Nobody)?;
    let first = first.map_err(PeopleCsvError::Headings)?;
    let headings: Vec<&str> = first.cells().map(|heading| heading.trim_start_matches('\u{feff}')).collect();
    let meanings: Vec<Option<&'static str>> = headings
        .iter()
        .map(|heading| {
            let mapped = mappings.iter().find(|(theirs, _)| *theirs == plain(heading));
            meaning(mapped.map_or(heading, |(_, ours)| ours))
        })
        .collect();
    if !meanings.iter().flatten().any(|meaning| matches!(*meaning, "first" | "last" | "dob" | "nhs" | "pnc")) {
        return Err(PeopleCsvError::Nobody);
    }
    let unused = headings.iter().zip(&meanings).filter(|(_, meaning)| meaning.is_none());
    let unused = unused.map(|(heading, _)| (*heading).to_owned()).collect();
    rows.columns = Some(headings.len());
    Ok(Rows { read: rows, meanings, unused })
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = std::io::Result<(usize, Result<PersonRow, Unreadable>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read.next()?;
        Some(read.map(|(row, read)| (row, read.map(|read| PersonRow::new(row, &read, &self.meanings)))))
    }
}

/// `19900407`, as some systems write a date; everything else is read as people write it.
fn date_of_birth(text: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let is_compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_compact
        && let Ok(date) = NaiveDate::parse_from_str(text, "%Y%m%d")
        && (1850..=2200).contains(&date.year())
    {
        return Ok(date);
    }
    parse_date(text, today).map_err(|error| error.to_string())
}

fn plain(heading: &str) -> String {
    heading.trim().to_lowercase().replace([' ', '-'], "_")
}

fn meaning(heading: &str) -> Option<&'static str> {
    let heading = plain(heading);
    COLUMNS.iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(meaning, _)| *meaning)
}

impl PersonRow {
    /// The cells that are used and say something; those of one meaning are joined in the file's order.
    fn new(row: usize, read: &delimited::Row, meanings: &[Option<&'static str>]) -> Self {
        let mut cells: Vec<(&'static str, String)> = Vec::new();
        for (cell, meaning) in read.cells().zip(meanings) {
            let Some(meaning) = meaning.filter(|_| !cell.is_empty()) else { continue };
            match cells.iter_mut().find(|(known, _)| *known == meaning) {
                Some((_, text)) => {
                    text.push(' ');
                    text.push_str(cell);
                }
                None => cells.push((meaning, cell.to_owned())),
            }
        }
        let surplus = read.cells().skip(meanings.len()).filter(|cell| !cell.is_empty()).count();
        Self { row, cells, surplus }
    }

    /// The text of a column by its meaning: the first name of each line of the table above, without
    /// `record_` and its like (`id`, `nhs`, `phone`); empty when it says nothing.
    pub fn cell(&self, meaning: &str) -> &str {
        self.cells.iter().find(|(known, _)| *known == meaning).map_or("", |(_, cell)| cell)
    }

    /// The row's own id; its number when it has none.
    pub fn id(&self) -> String {
        match self.cell("id") {
            "" => format!("row {}", self.row),
            id => id.to_owned(),
        }
    }

    /// The name in use.
    pub fn name(&self) -> Name {
        Name::new(&format!("{} {}", self.cell("first"), self.cell("middle")), self.cell("last"))
    }

    fn aliases(&self) -> Vec<Name> {
        let split = |text: &str| {
            let (forenames, surname) = text.rsplit_once(' ').unwrap_or(("", text));
            Name::new(forenames, surname)
        };
        self.cell("aliases").split([';', '|']).map(str::trim).filter(|text| !text.is_empty()).map(split).collect()
    }

    /// Address and town in one line.
    fn address(&self) -> String {
        let parts = [self.cell("address"), self.cell("town")];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// The sex, where it is one of those known to the engine.
    pub fn sex(&self) -> Option<Sex> {
        match self.cell("sex").to_lowercase().as_str() {
            "m" | "male" | "1" => Some(Sex::Male),
            "f" | "female" | "2" => Some(Sex::Female),
            _ => None,
        }
    }

    /// The date of birth; `None` when none is given.
    ///
    /// # Errors
    /// When what is given is no date, with the reason.
    pub fn date_of_birth(&self, today: NaiveDate) -> Result<Option<NaiveDate>, String> {
        let text = self.cell("dob");
        if text.is_empty() { Ok(None) } else { date_of_birth(text, today).map(Some) }
    }

    /// Why the cells may not belong to the headings above them.
    pub fn misplaced(&self) -> Option<String> {
        let told = "it has more cells than there are headings: a cell with a comma in it wants quotation marks";
        (self.surplus > 0).then(|| told.to_owned())
    }

    /// What of the row cannot be used, and why, though the rest of it can.
    pub fn complaint(&self, today: NaiveDate) -> Option<String> {
        if self.cells.iter().all(|(meaning, _)| *meaning == "id") {
            return Some("it says nothing about anybody".to_owned());
        }
        let told = |error| format!("date of birth '{}' is not used: {error}", self.cell("dob"));
        self.misplaced().or_else(|| self.date_of_birth(today).err().map(told))
    }

    /// The row as the matching engine compares it. A date that is none says nothing.
    pub fn description(&self, today: NaiveDate) -> Description {
        let text = |meaning| Some(self.cell(meaning).to_owned()).filter(|text| !text.is_empty());
        let postcodes = std::iter::once(self.cell("postcode")).chain(self.cell("previous").split([';', '|']));
        Description {
            name: self.name(),
            aliases: self.aliases(),
            date_of_birth: self.date_of_birth(today).ok().flatten(),
            born_between: None,
            sex: self.sex(),
            address: self.address(),
            // The first is the present one, even when it is not given.
            postcodes: postcodes.map(|postcode| postcode.trim().to_owned()).collect(),
            pnc: text("pnc"),
            nhs_number: text("nhs"),
            cro: text("cro"),
            local_id: text("local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 3).unwrap()
    }

    #[test]
    fn columns_are_known_by_their_usual_names_and_others_are_named() {
        let people =
            read(b"\xef\xbb\xbfquery_id,First Name,surname,DOB,shoe_size\nq1,Ada,Marsh,26/3/1990,5\n", &[]).unwrap();
        assert_eq!(people.unused, ["shoe_size"]);
        let row = &people.rows[0];
        assert_eq!((row.id().as_str(), row.row), ("q1", 2));
        assert_eq!(row.description(today()).date_of_birth, NaiveDate::from_ymd_opt(1990, 3, 26));
    }

    #[test]
    fn headings_of_another_system_are_mapped_and_joined_in_the_order_of_the_file() {
        let mappings = ["street_number=address", "Address_1=address", "family=last", "born=dob"]
            .map(|text| mapping(text).unwrap());
        let text = b"rec_id,family,street_number,address_1,born,soc_sec_id\n1,Marsh,12,Wesley Avenue,19900407,123\n";
        let people = read(text, &mappings).unwrap();
        assert_eq!((people.unused.len(), people.rows[0].id().as_str()), (0, "1"));
        let described = people.rows[0].description(today());
        assert_eq!((described.address.as_str(), described.name.surname.as_str()), ("12 Wesley Avenue", "Marsh"));
        assert_eq!(described.date_of_birth, NaiveDate::from_ymd_opt(1990, 4, 7));
        assert_eq!(described.local_id.as_deref(), Some("123"));
        assert!(mapping("a=shoe_size").unwrap_err().contains("'shoe_size' is no column"));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_numbered_and_the_rest_is_read() {
        let people = read(b"id,last,dob\n1,Marsh,1990-04-07\n2,\xff\xfe,\n3,Reed,never\n4,,\n", &[]).unwrap();
        assert_eq!(people.unread, [(3, "it is not UTF-8 text".to_owned())]);
        let complaints: Vec<bool> = people.rows.iter().map(|row| row.complaint(today()).is_some()).collect();
        assert_eq!(complaints, [false, true, true]);
    }

    #[test]
    fn a_file_that_names_nobody_says_what_a_first_row_is_like() {
        for file in [&b"colour,size\nred,5\n"[..], b"", b"\n\n"] {
            let error = read(file, &[]).unwrap_err();
            assert!(error.to_string().contains("record_id,first,last,dob"), "{error}");
        }
        let error = read(b"first,\"last\nAda,Marsh\n", &[]).unwrap_err();
        assert_eq!(error.to_string(), "is not a CSV file: in its first row, a quotation mark is opened and not closed");
    }

    #[test]
    fn a_row_with_more_cells_than_headings_is_told() {
        let people = read(b"id,last,address\n1,Marsh,12 Wesley Avenue, Bromley\n2,Reed,,,\n", &[]).unwrap();
        let complaints: Vec<bool> = people.rows.iter().map(|row| row.complaint(today()).is_some()).collect();
        assert_eq!(complaints, [true, false]);
    }
}
