//! People in a CSV file, as a command takes them: [`throughline_matching::people_csv`] reads them.

use crate::patient_row::Rejected;
use crate::words::{read, wrong_use};
use chrono::NaiveDate;
use std::path::Path;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_matching::Sex;
use throughline_matching::people_csv::{self, Mapping, PeopleCsv, PeopleCsvError, PersonRow};
use throughline_store::elsewhere::Record;

/// Reads a file some of whose headings are another system's.
///
/// # Errors
/// When it cannot be read, or has none of the columns.
pub fn read_mapped(file: &Path, mappings: &[Mapping]) -> anyhow::Result<PeopleCsv> {
    let (bytes, name) = (read(file)?, file.display().to_string());
    if bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii().is_empty() {
        return Err(wrong_use(format!(
            "{name} is empty. Give it a first row of headings such as record_id,first,last,dob"
        )));
    }
    people_csv::read(&bytes, mappings).map_err(|error| refused(&name, &error))
}

/// Why a file of this name is not read.
pub fn refused(name: &str, error: &PeopleCsvError) -> anyhow::Error {
    match error {
        PeopleCsvError::Io(_) => anyhow::anyhow!("{name} {error}"),
        _ => wrong_use(format!("{name} {error}")),
    }
}

/// The row as a record of the register it comes from.
///
/// # Errors
/// When nobody could be known again by it, with the reason.
pub fn record(row: &PersonRow, today: NaiveDate) -> Result<Record, Rejected> {
    let text = |meaning| Some(row.cell(meaning).to_owned()).filter(|text| !text.is_empty());
    let nhs_number = text("nhs");
    let number = text("id").or_else(|| nhs_number.clone());
    let rejected = |reason: &str| Rejected { number: number.clone(), reason: reason.to_owned() };
    let name = row.name();
    if name.is_unknown() && nhs_number.is_none() {
        return Err(rejected("it has neither a name nor an NHS number"));
    }
    let Some(number) = number.clone() else {
        return Err(rejected("it has no number (record_id), by which it would be known again"));
    };
    if let Some(reason) = row.misplaced() {
        return Err(rejected(&reason));
    }
    let date_of_birth = row.date_of_birth(today).map_err(|error| rejected(&format!("date of birth: {error}")))?;
    if date_of_birth.is_some_and(|date| date > today) {
        return Err(rejected("the date of birth is in the future"));
    }
    let described = row.description(today);
    let sex = row.sex().map(|sex| if sex == Sex::Male { Gender::Male } else { Gender::Female });
    Ok(Record {
        number,
        name,
        aliases: described.aliases,
        date_of_birth,
        gender: sex.unwrap_or(Gender::NotKnown),
        ethnicity: Ethnicity::from_code(&row.cell("ethnicity").to_uppercase()).unwrap_or(Ethnicity::NotKnown),
        address: described.address,
        postcodes: if described.postcodes.iter().all(String::is_empty) { Vec::new() } else { described.postcodes },
        nhs_number,
        pnc: described.pnc,
        cro: described.cro,
        phone: row.cell("phone").to_owned(),
        gp: row.cell("gp").to_owned(),
        ..Record::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 3).unwrap()
    }

    #[test]
    fn a_row_that_cannot_be_taken_says_why() {
        let text = b"id,first,last,dob,nhs_number,sex,prev_postcodes\n1,,,,,,\n2,Ada,Marsh,31/31/1990,,,\n3,Bo,Reed,1990-01-02,9990000001,M,\n,Cy,Lane,,,,\n5,Di,Lund,2099-01-01,,,\n,,,,9990000018,,ZZ1 1AA;ZZ2 2BB\n7,Ed,Umber,1990-01-02,,M,ZZ1 1AA,Bromley\n";
        let people = people_csv::read(text, &[]).unwrap();
        let read: Vec<Result<Record, Rejected>> = people.rows.iter().map(|row| record(row, today())).collect();
        let reason = |at: usize| read[at].as_ref().unwrap_err().reason.as_str();
        assert_eq!(reason(0), "it has neither a name nor an NHS number");
        assert!(reason(1).starts_with("date of birth: "), "{}", reason(1));
        assert_eq!(read[1].as_ref().unwrap_err().number.as_deref(), Some("2"));
        assert!(reason(3).starts_with("it has no number"));
        assert_eq!(reason(4), "the date of birth is in the future");
        assert!(reason(6).starts_with("it has more cells than there are headings"));
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
    fn a_file_that_names_nobody_is_wrong_use() {
        let error = refused("t.csv", &people_csv::read(b"colour,size\nred,5\n", &[]).unwrap_err());
        assert_eq!(crate::words::exit_code(&error), 2);
        assert!(error.to_string().starts_with("t.csv has no column"), "{error}");
    }
}
