//! A custody list as a table: separated text, or a sheet of a workbook.
//!
//! No force publishes a fixed export, so the reader goes by headings, in the many spellings that
//! custody systems and their users give them. The headings may stand below a title; columns may be in
//! any order; what is not known is kept with each row.

use chrono::NaiveDate;

use crate::tables::columns::Column;
use crate::tables::headings::{self, Headings};
use crate::tables::rows;
use crate::{Format, ListKind, ReadError, Reading, Source, System};

pub(crate) const FORMAT: Format = Format {
    name: "custody-csv",
    label: "Custody list (Excel or CSV)",
    kind: ListKind::Custody,
    system: System::Custody,
    looked_for: "a custody list with headings such as 'Custody number', 'Name', 'Date of birth' and 'Arrested'",
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (grid, headings) = match headings::best(source) {
        Ok(found) => found?,
        Err(error) => return Some(Err(error)),
    };
    if headings.is_of_a_court() || headings.is_of_interviews() {
        return None;
    }
    let missing = missing(&headings);
    if !missing.is_empty() {
        return Some(Err(ReadError::MissingColumns(missing)));
    }
    Some(rows::read(&FORMAT, grid, headings, today))
}

/// What a custody list cannot be worked without, as far as it is missing: who is meant, and one thing
/// that tells them from others or says why they are there.
fn missing(headings: &Headings) -> Vec<String> {
    if !headings.has_any(&[Column::CustodyNumber, Column::FullName, Column::Surname]) {
        return ["name", "custody record number"].map(str::to_owned).to_vec();
    }
    let telling = [
        Column::CustodyNumber,
        Column::DateOfBirth,
        Column::ArrestedAt,
        Column::ArrivedAt,
        Column::AuthorisedAt,
        Column::Offence,
        Column::OffenceWording,
    ];
    if headings.has_any(&telling) {
        return Vec::new();
    }
    ["custody record number", "date of birth", "arrest", "arrival"].map(str::to_owned).to_vec()
}
