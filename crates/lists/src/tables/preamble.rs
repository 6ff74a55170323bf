//! What the lines above the headings say.

use chrono::NaiveDate;
use throughline_domain::time::parse_date;

use super::columns::Column;

/// What the lines above the headings say.
#[derive(Debug, Default)]
pub(crate) struct Preamble {
    pub(crate) title: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) date: Option<NaiveDate>,
}

impl Preamble {
    pub(crate) fn of(cells: &[String], today: NaiveDate) -> Self {
        let mut found = Self { title: cells.first().cloned(), ..Self::default() };
        for (index, cell) in cells.iter().enumerate() {
            let (label, after) = cell.split_once(':').unwrap_or(("", cell));
            // `Suite:` may stand in one cell and the name in the next.
            let value =
                if after.trim().is_empty() { cells.get(index + 1).map_or("", String::as_str) } else { after }.trim();
            if found.date.is_none() {
                found.date = date_within(value, today);
            }
            let names_site = matches!(Column::of(label), Some(Column::Site | Column::CourtHouse));
            if found.site.is_none() && names_site && !value.is_empty() {
                found.site = Some(value.to_owned());
            }
        }
        found
    }
}

/// The date a text is or ends with, as in `Custody list 26 March 2026`.
fn date_within(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let longest = words.len().min(3);
    (1..=longest)
        .rev()
        .find_map(|count| words.windows(count).find_map(|window| parse_date(&window.join(" "), today).ok()))
}
