//! The return as a file that opens in a spreadsheet.

use throughline_domain::spreadsheet;
use throughline_domain::time::date_time_long;

use crate::monthly::{MonthlyReturn, View};
use crate::suppress::Shown;

/// The return as CSV: a block that says what it is, an empty line, and a table.
///
/// Text that a spreadsheet would run as a formula is given a leading apostrophe.
pub fn csv(monthly: &MonthlyReturn, view: View) -> String {
    format!("{}\n{}", heading(monthly, view), table(monthly, view))
}

fn heading(monthly: &MonthlyReturn, view: View) -> String {
    let heading = monthly.heading();
    let (figures, note) = match view {
        View::Exact => {
            ("Exact", "For the service's own managers. Small numbers may point to a person: do not pass on.")
        }
        View::Released(profile) => (profile.label(), profile.note()),
    };
    let mut lines = vec![
        ["Return", "Monthly return"].map(str::to_owned),
        ["Service".to_owned(), heading.service.clone()],
        ["Month".to_owned(), heading.month.to_string()],
        ["Generated at".to_owned(), format!("{} (London)", date_time_long(heading.generated_at))],
        ["Figures", figures].map(str::to_owned),
        ["Note", note].map(str::to_owned),
    ];
    if monthly.left_out() > 0 && view == View::Exact {
        lines.push(["Left out".to_owned(), format!("{} episodes opened in another month", monthly.left_out())]);
    }
    written(lines)
}

fn table(monthly: &MonthlyReturn, view: View) -> String {
    let titles = ["number", "measure", "site", "category", "numerator", "denominator", "value", "unit", "note"]
        .map(str::to_owned);
    let rows = monthly.rows(view).into_iter().map(|row| {
        [
            row.number,
            row.title,
            row.site,
            row.category.unwrap_or_default(),
            row.numerator.plain(),
            row.denominator.map(Shown::plain).unwrap_or_default(),
            row.value.plain(),
            row.unit.label().to_owned(),
            row.note,
        ]
    });
    written(std::iter::once(titles).chain(rows))
}

pub(crate) fn written<const N: usize>(records: impl IntoIterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        writer
            .write_record(record.map(|cell| spreadsheet::cell(&cell)))
            .expect("records of one length, written to memory");
    }
    let bytes = writer.into_inner().expect("memory does not fail");
    String::from_utf8(bytes).expect("every cell is text")
}
