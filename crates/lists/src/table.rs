//! A reading as a table of text, for the command line.

use throughline_domain::time::{date_long, date_short, date_time_short};

use crate::{Entry, ListKind, Position, Reading};

/// The widest a cell is shown, in characters.
const WIDEST: usize = 40;

/// A reading as text: what the list is, its entries in aligned columns, then what was set aside,
/// rejected and noticed. Control characters are shown as spaces, so that a list cannot steer the
/// terminal it is shown on.
pub fn table(reading: &Reading) -> String {
    let mut lines = heading(reading);
    if !reading.entries.is_empty() {
        let titles = titles(reading.kind).iter().map(|title| (*title).to_owned()).collect();
        let entries = reading.entries.iter().flat_map(|entry| lines_of(reading.kind, entry));
        let rows = std::iter::once(titles).chain(entries);
        lines.push(String::new());
        lines.extend(aligned(&rows.collect::<Vec<Vec<String>>>()));
    }
    section(
        &mut lines,
        "Set aside",
        reading.set_aside.iter().map(|row| format!("{}: {} ({})", row.row, row.name, row.reason)),
    );
    section(&mut lines, "Rejected", reading.rejected.iter().map(|row| format!("{}: {}", row.row, row.reason)));
    section(&mut lines, "About this list", reading.notices.iter().map(ToString::to_string));
    lines.join("\n") + "\n"
}

fn heading(reading: &Reading) -> Vec<String> {
    let mut lines = vec![tame(&reading.title)];
    let sites: Vec<String> = reading.sites.iter().map(|site| tame(site)).collect();
    let day = reading.list_date.map(date_long);
    let facts: Vec<String> = sites.into_iter().chain(day).collect();
    if !facts.is_empty() {
        lines.push(facts.join(", "));
    }
    let (gathered, further) = (reading.gathered(), reading.further.len());
    let some = |count: usize, what: &str| match count {
        0 => String::new(),
        1 => format!("1 further {what} of them, "),
        _ => format!("{count} further {what}s of them, "),
    };
    lines.push(format!(
        "{} rows: {} to consider, {}{}{} set aside, {} rejected",
        reading.rows_in,
        reading.entries.len(),
        some(gathered, "hearing"),
        some(further, "row"),
        reading.set_aside.len(),
        reading.rejected.len()
    ));
    lines
}

/// An entry in cells, and each further hearing of it below.
fn lines_of(kind: ListKind, entry: &Entry) -> Vec<Vec<String>> {
    let parts = crate::apart(entry);
    let mut lines: Vec<Vec<String>> = parts.iter().map(|part| cells(kind, part)).collect();
    for further in lines.iter_mut().skip(1) {
        further[1].insert_str(0, "+ ");
    }
    lines
}

fn titles(kind: ListKind) -> &'static [&'static str] {
    match kind {
        ListKind::Custody => {
            &["Row", "Name", "Born", "Age", "Custody number", "Arrived", "Authorised", "Offences", "Notices"]
        }
        ListKind::Voluntary => &["Row", "Name", "Born", "Age", "Interview", "Officer", "Offences", "Notices"],
        ListKind::Court => &["No", "Name", "Born", "Age", "Court", "Room", "Sitting", "Case", "Offences", "Notices"],
    }
}

fn cells(kind: ListKind, entry: &Entry) -> Vec<String> {
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |at: Option<_>| at.map_or_else(String::new, date_time_short);
    let mut cells = vec![
        match &entry.position {
            Position::Row(row) => row.to_string(),
            Position::Path { ordinal, .. } => ordinal.to_string(),
        },
        entry.name.formal(),
        entry.date_of_birth.map_or_else(String::new, date_short),
        entry.age.map_or_else(String::new, |age| age.to_string()),
    ];
    match kind {
        ListKind::Custody => {
            cells.extend([known(&entry.custody_number), time(entry.arrived_at), time(entry.detention_authorised_at)]);
        }
        ListKind::Voluntary => cells.extend([time(entry.interview_at), known(&entry.officer)]),
        ListKind::Court => {
            cells.extend([
                known(&entry.court_house),
                known(&entry.court_room),
                time(entry.sitting_at),
                known(&entry.urn),
            ]);
        }
    }
    let offences = entry
        .offences
        .iter()
        .map(|offence| if offence.title.is_empty() { known(&offence.code) } else { offence.title.clone() });
    cells.push(offences.collect::<Vec<_>>().join("; "));
    cells.push(entry.notices.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    let last = cells.len() - 1;
    cells.iter().enumerate().map(|(at, cell)| if at == last { tame(cell) } else { shortened(cell) }).collect()
}

fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn section(lines: &mut Vec<String>, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!("  {}", tame(&item))).collect();
    if !items.is_empty() {
        lines.extend([String::new(), title.to_owned()]);
        lines.extend(items);
    }
}

fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn shortened(text: &str) -> String {
    let text = tame(text);
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}
