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

use crate::patient_index::Rejected;
use crate::words::{read, wrong_use};
use chrono::{Datelike, NaiveDate};
use std::io::Read;
use std::path::Path;
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::time::parse_date;
use throughline_matching::{Description, Sex};
use throughline_store::elsewhere::Record;

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

/// Reads a file some of whose headings are another system's.
///
/// # Errors
/// When it is no CSV, or has none of the columns.
pub fn read_mapped(file: &Path, mappings: &[Mapping]) -> anyhow::Result<PeopleCsv> {
    parse(&read(file)?, &file.display().to_string(), mappings)
}

fn parse(bytes: &[u8], name: &str, mappings: &[Mapping]) -> anyhow::Result<PeopleCsv> {
    let mut all = rows(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), name, mappings)?;
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    for (row, read) in all.by_ref() {
        match read {
            Ok(person) => rows.push(person),
            Err(error) => unread.push((row, reason(&error))),
        }
    }
    Ok(PeopleCsv { rows, unread, unused: all.unused })
}

/// The rows of a file one at a time, each with its number as a spreadsheet numbers it.
#[derive(Debug)]
pub struct Rows<R> {
    reader: csv::Reader<R>,
    meanings: Vec<Option<&'static str>>,
    /// Columns that are not used.
    pub unused: Vec<String>,
    row: usize,
}

/// Reads the headings of a file; its rows follow.
///
/// # Errors
/// When it is no CSV, or has none of the columns.
pub fn rows<R: Read>(from: R, name: &str, mappings: &[Mapping]) -> anyhow::Result<Rows<R>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(from);
    let headings = reader.headers().map_err(|error| wrong_use(format!("{name} is not a CSV file: {error}")))?.clone();
    let meanings: Vec<Option<&'static str>> = headings
        .iter()
        .map(|heading| {
            let mapped = mappings.iter().find(|(theirs, _)| *theirs == plain(heading));
            meaning(mapped.map_or(heading, |(_, ours)| ours))
        })
        .collect();
    if !meanings.iter().flatten().any(|meaning| matches!(*meaning, "first" | "last" | "dob" | "nhs" | "pnc")) {
        return Err(wrong_use(format!(
            "{name} has no column that says who anybody is. Give it a first row of headings such as record_id,first,last,dob"
        )));
    }
    let unused = headings
        .iter()
        .zip(&meanings)
        .filter(|(_, meaning)| meaning.is_none())
        .map(|(heading, _)| heading.to_owned())
        .collect();
    Ok(Rows { reader, meanings, unused, row: 1 })
}

impl<R: Read> Iterator for Rows<R> {
    type Item = (usize, Result<PersonRow, csv::Error>);

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.reader.records().next()?;
        self.row += 1;
        let row = self.row;
        Some((row, record.map(|record| PersonRow { row, cells: cells(&record, &self.meanings) })))
    }
}

/// Why a row cannot be read.
pub fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// The cells that are used and say something; those of one meaning are joined in the file's order.
fn cells(record: &csv::StringRecord, meanings: &[Option<&'static str>]) -> Vec<(&'static str, String)> {
    let mut cells: Vec<(&'static str, String)> = Vec::new();
    for (cell, meaning) in record.iter().zip(meanings) {
        let Some(meaning) = meaning.filter(|_| !cell.is_empty()) else { continue };
        match cells.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, text)) => {
                text.push(' ');
                text.push_str(cell);
            }
            None => cells.push((meaning, cell.to_owned())),
        }
    }
    cells
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
    fn get(&self, meaning: &str) -> &str {
        self.cells.iter().find(|(known, _)| *known == meaning).map_or("", |(_, cell)| cell)
    }

    /// The row's own id; its number when it has none.
    pub fn id(&self) -> String {
        match self.get("id") {
            "" => format!("row {}", self.row),
            id => id.to_owned(),
        }
    }

    fn name(&self) -> Name {
        Name::new(&format!("{} {}", self.get("first"), self.get("middle")), self.get("last"))
    }

    fn aliases(&self) -> Vec<Name> {
        let split = |text: &str| {
            let (forenames, surname) = text.rsplit_once(' ').unwrap_or(("", text));
            Name::new(forenames, surname)
        };
        self.get("aliases").split([';', '|']).map(str::trim).filter(|text| !text.is_empty()).map(split).collect()
    }

    /// Address and town in one line.
    fn address(&self) -> String {
        let parts = [self.get("address"), self.get("town")];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn sex(&self) -> Option<Sex> {
        match self.get("sex").to_lowercase().as_str() {
            "m" | "male" | "1" => Some(Sex::Male),
            "f" | "female" | "2" => Some(Sex::Female),
            _ => None,
        }
    }

    /// What of the row cannot be used, and why, though the rest of it can.
    pub fn complaint(&self, today: NaiveDate) -> Option<String> {
        if self.cells.iter().all(|(meaning, _)| *meaning == "id") {
            return Some("it says nothing about anybody".to_owned());
        }
        let text = self.get("dob");
        let told = |error| format!("date of birth '{text}' is not used: {error}");
        if text.is_empty() { None } else { date_of_birth(text, today).err().map(told) }
    }

    /// The row as the matching engine compares it. A date that is none says nothing.
    pub fn description(&self, today: NaiveDate) -> Description {
        let text = |meaning| Some(self.get(meaning).to_owned()).filter(|text| !text.is_empty());
        let postcodes = std::iter::once(self.get("postcode")).chain(self.get("previous").split([';', '|']));
        Description {
            name: self.name(),
            aliases: self.aliases(),
            date_of_birth: date_of_birth(self.get("dob"), today).ok(),
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

    /// The row as a record of the register it comes from.
    ///
    /// # Errors
    /// When nobody could be known again by it, with the reason.
    pub fn record(&self, today: NaiveDate) -> Result<Record, Rejected> {
        let text = |meaning| Some(self.get(meaning).to_owned()).filter(|text| !text.is_empty());
        let nhs_number = text("nhs");
        let number = text("id").or_else(|| nhs_number.clone());
        let rejected = |reason: &str| Rejected { number: number.clone(), reason: reason.to_owned() };
        let name = self.name();
        if name.is_unknown() && nhs_number.is_none() {
            return Err(rejected("it has neither a name nor an NHS number"));
        }
        let Some(number) = number.clone() else {
            return Err(rejected("it has no number (record_id), by which it would be known again"));
        };
        let date_of_birth = match self.get("dob") {
            "" => None,
            text => Some(date_of_birth(text, today).map_err(|error| rejected(&format!("date of birth: {error}")))?),
        };
        if date_of_birth.is_some_and(|date| date > today) {
            return Err(rejected("the date of birth is in the future"));
        }
        let described = self.description(today);
        let sex = self.sex().map(|sex| if sex == Sex::Male { Gender::Male } else { Gender::Female });
        Ok(Record {
            number,
            name,
            aliases: described.aliases,
            date_of_birth,
            gender: sex.unwrap_or(Gender::NotKnown),
            ethnicity: Ethnicity::from_code(&self.get("ethnicity").to_uppercase()).unwrap_or(Ethnicity::NotKnown),
            address: described.address,
            postcodes: if described.postcodes.iter().all(String::is_empty) { Vec::new() } else { described.postcodes },
            nhs_number,
            pnc: described.pnc,
            cro: described.cro,
            phone: self.get("phone").to_owned(),
            gp: self.get("gp").to_owned(),
            ..Record::default()
        })
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
            parse(b"\xef\xbb\xbfquery_id,First Name,surname,DOB,shoe_size\nq1,Ada,Marsh,26/3/1990,5\n", "t.csv", &[])
                .unwrap();
        assert_eq!(people.unused, ["shoe_size"]);
        let row = &people.rows[0];
        assert_eq!((row.id().as_str(), row.row), ("q1", 2));
        assert_eq!(row.description(today()).date_of_birth, NaiveDate::from_ymd_opt(1990, 3, 26));
    }

    #[test]
    fn a_row_that_cannot_be_taken_says_why() {
        let text = b"id,first,last,dob,nhs_number,sex,prev_postcodes\n1,,,,,,\n2,Ada,Marsh,31/31/1990,,,\n3,Bo,Reed,1990-01-02,9990000001,M,\n,Cy,Lane,,,,\n5,Di,Lund,2099-01-01,,,\n,,,,9990000018,,ZZ1 1AA;ZZ2 2BB\n";
        let people = parse(text, "t.csv", &[]).unwrap();
        let read: Vec<Result<Record, Rejected>> = people.rows.iter().map(|row| row.record(today())).collect();
        let reason = |at: usize| read[at].as_ref().unwrap_err().reason.as_str();
        assert_eq!(reason(0), "it has neither a name nor an NHS number");
        assert!(reason(1).starts_with("date of birth: "), "{}", reason(1));
        assert_eq!(read[1].as_ref().unwrap_err().number.as_deref(), Some("2"));
        assert!(reason(3).starts_with("it has no number"));
        assert_eq!(reason(4), "the date of birth is in the future");
        // A number with a wrong check digit is kept as given: the engine trusts it less.
        let taken = read[2].as_ref().unwrap();
        assert_eq!(
            (taken.number.as_str(), taken.nhs_number.as_deref(), taken.gender),
            ("3", Some("9990000001"), Gender::Male)
        );
        let numbered = read[5].as_ref().unwrap();
        assert_eq!(numbered.number, "9990000018");
        assert_eq!(numbered.postcodes, ["", "ZZ1 1AA", "ZZ2 2BB"]);
    }

    #[test]
    fn headings_of_another_system_are_mapped_and_joined_in_the_order_of_the_file() {
        let mappings = ["street_number=address", "Address_1=address", "family=last", "born=dob"]
            .map(|text| mapping(text).unwrap());
        let text = b"rec_id,family,street_number,address_1,born,soc_sec_id\n1,Marsh,12,Wesley Avenue,19900407,123\n";
        let people = parse(text, "t.csv", &mappings).unwrap();
        assert_eq!((people.unused.len(), people.rows[0].id().as_str()), (0, "1"));
        let described = people.rows[0].description(today());
        assert_eq!((described.address.as_str(), described.name.surname.as_str()), ("12 Wesley Avenue", "Marsh"));
        assert_eq!(described.date_of_birth, NaiveDate::from_ymd_opt(1990, 4, 7));
        assert_eq!(described.local_id.as_deref(), Some("123"));
        assert!(mapping("a=shoe_size").unwrap_err().contains("'shoe_size' is no column"));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_numbered_and_the_rest_is_read() {
        let people = parse(b"id,last,dob\n1,Marsh,1990-04-07\n2,\xff\xfe,\n3,Reed,never\n4,,\n", "t.csv", &[]).unwrap();
        assert_eq!(people.unread, [(3, "it is not UTF-8 text".to_owned())]);
        let complaints: Vec<bool> = people.rows.iter().map(|row| row.complaint(today()).is_some()).collect();
        assert_eq!(complaints, [false, true, true]);
    }

    #[test]
    fn a_file_that_names_nobody_is_wrong_use() {
        let error = parse(b"colour,size\nred,5\n", "t.csv", &[]).unwrap_err();
        assert_eq!(crate::words::exit_code(&error), 2);
    }
}
