//! A court list as a table: the spreadsheets that the Court and tribunal hearings service (CaTH) makes
//! of its lists, and whatever a court types and sends.
//!
//! | List | Rows | What tells it |
//! |---|---|---|
//! | Magistrates Standard List | one for each offence | `Court Room`, `Reference`, `Offence Title` |
//! | Adult court list (from Libra) | one for each case, its offences joined by commas | `Block Start`, `Informant` |
//! | Public lists | one for each case | `Case Number` or `URN` with a name |
//!
//! The printed title does not tell them apart, for two of them bear one title.

use chrono::NaiveDate;

use crate::tables::columns::Column;
use crate::tables::headings;
use crate::tables::rows;
use crate::{Format, ListKind, ReadError, Reading, Source, System};

pub(crate) const FORMAT: Format = Format {
    name: "court-table",
    label: "Court list (Excel or CSV)",
    kind: ListKind::Court,
    system: System::CourtTable,
    looked_for: "a court list with headings such as 'Name', 'Court Room', 'Sitting at' and 'URN' or 'Case Number'",
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (grid, headings) = match headings::best(source) {
        Ok(found) => found?,
        Err(error) => return Some(Err(error)),
    };
    let names_people = headings.has_any(&[Column::FullName, Column::Surname]);
    (headings.is_of_a_court() && names_people).then(|| rows::read(&FORMAT, grid, headings, today))
}
