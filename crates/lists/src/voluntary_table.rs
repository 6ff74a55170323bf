//! A list of voluntary attendances as a table: who is interviewed when, as officers type and send it.
//!
//! Nobody on it was arrested, so it has no custody record numbers. What tells it is a heading of an
//! interview beside a name, and none that only a custody suite or a court has.

use chrono::NaiveDate;

use crate::tables::columns::Column;
use crate::tables::headings;
use crate::tables::rows;
use crate::{Format, ListKind, ReadError, Reading, Source, System};

pub(crate) const FORMAT: Format = Format {
    name: "voluntary-table",
    label: "Voluntary attendance list (Excel or CSV)",
    kind: ListKind::Voluntary,
    system: System::Voluntary,
    looked_for: "a list of voluntary attendances with headings such as 'Name', 'Interview date' and 'Interview time'",
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (grid, headings) = headings::best(source).ok()??;
    let names_people = headings.has_any(&[Column::FullName, Column::Surname]);
    (headings.is_of_interviews() && names_people).then(|| rows::read(&FORMAT, grid, headings, today))
}
