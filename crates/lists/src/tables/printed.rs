//! A printed list as a sheet: the tables and the labels of a PDF become rows under headings, so that
//! they are read as a spreadsheet of the same list is.
//!
//! Two layouts are known. A *table* has a line of headings; its cells stand below them, perhaps on
//! several lines each. *Labels* stand before their values, and a person begins where a name is labelled.
//! Before either, labels of the court house, the room and the sitting hold for all who follow.

use std::collections::BTreeMap;

use super::columns::{Column, plain};
use crate::grid::Sheet;
use crate::row::Row;
use crate::source::pdf::{Line, Page, Span};

/// Headings that must be known for a line to be the headings of a table.
const KNOWN_HEADINGS: usize = 3;
/// How far left of its heading a cell may begin, in heights of its letters.
const OUTDENT: f64 = 0.8;
/// Gaps between lines of one cell and between rows differ by this at least, where they differ.
const GAPS_DIFFER: f64 = 1.25;
/// The longest line above the list that may say what it is and for when, in characters.
const LONGEST_ABOVE: usize = 120;

/// The sheet of a printed list; without rows below its headings when nothing like a list is printed.
pub(crate) fn sheet(pages: &[Page]) -> Sheet {
    let lines = without_furniture(pages);
    let is_table = lines.iter().any(|line| known(line) >= KNOWN_HEADINGS);
    let mut printed = Printed::default();
    if is_table {
        printed.tables(&lines);
    } else {
        printed.labels(&lines);
    }
    if printed.rows.is_empty() {
        printed.plain_lines(&lines);
    }
    printed.sheet()
}

/// The lines of all pages, without what stands at one place of every page.
fn without_furniture(pages: &[Page]) -> Vec<&Line> {
    let mut times: BTreeMap<(i64, String), usize> = BTreeMap::new();
    let at =
        |line: &Line| (rounded(line.foot), words(line).chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
    for line in pages.iter().flat_map(|page| &page.lines) {
        *times.entry(at(line)).or_default() += 1;
    }
    let is_furniture =
        |line: &&Line| pages.len() > 1 && known(line) < KNOWN_HEADINGS && times[&at(line)] == pages.len();
    pages.iter().flat_map(|page| &page.lines).filter(|line| !is_furniture(line)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "pages are some thousands of points high")]
fn rounded(points: f64) -> i64 {
    points.round() as i64
}

fn words(line: &Line) -> String {
    line.spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// How many different columns the spans of a line name.
fn known(line: &Line) -> usize {
    let mut columns: Vec<Column> = line.spans.iter().filter_map(|span| Column::of(&span.text)).collect();
    columns.sort();
    columns.dedup();
    columns.len()
}

/// A label that stands before its value, and what it means: apart from it, or with a colon between.
fn labelled(line: &Line) -> Option<(Vec<Column>, String)> {
    let (first, rest) = line.spans.split_first()?;
    let rest = || rest.iter().map(|span| span.text.as_str());
    if let Some(columns) = columns_of(first.text.trim_end_matches(':')).filter(|_| line.spans.len() > 1) {
        return Some((columns, rest().collect::<Vec<_>>().join(" ")));
    }
    let (label, value) = first.text.split_once(':')?;
    let value = std::iter::once(value.trim()).chain(rest()).collect::<Vec<_>>().join(" ");
    columns_of(label).map(|columns| (columns, value.trim().to_owned()))
}

fn columns_of(label: &str) -> Option<Vec<Column>> {
    match plain(label).as_str() {
        // Two in one, as the Magistrates Standard List prints them.
        "dobandage" => Some(vec![Column::DateOfBirth, Column::Age]),
        _ => Column::of(label).map(|column| vec![column]),
    }
}

/// Whether a label holds for everybody below it.
fn is_context(column: Column) -> bool {
    matches!(column, Column::CourtHouse | Column::CourtRoom | Column::SittingAt | Column::Site)
}

/// Whether a label belongs to one offence, of which a person may have several.
fn is_of_offence(column: Column) -> bool {
    matches!(column, Column::Offence | Column::OffenceCode | Column::OffenceWording)
}

/// Cells by their headings.
type Cells = BTreeMap<String, String>;

#[derive(Default)]
struct Printed {
    above: Vec<String>,
    /// In the order in which they were first met.
    headings: Vec<String>,
    rows: Vec<Cells>,
    /// What holds for everybody below.
    context: Cells,
}

impl Printed {
    fn heading(&mut self, heading: &str) {
        if !self.headings.iter().any(|known| known == heading) {
            self.headings.push(heading.to_owned());
        }
    }

    fn is_above(&mut self, line: &Line) {
        let words = words(line);
        if self.rows.is_empty() && words.chars().count() <= LONGEST_ABOVE {
            self.above.push(words);
        }
    }

    /// Keeps what holds for everybody below. Whether the line says any such thing.
    fn take_context(&mut self, line: &Line) -> bool {
        let Some((columns, value)) = labelled(line) else { return false };
        let [column] = columns[..] else { return false };
        if !is_context(column) || value.is_empty() {
            return false;
        }
        // Another house has other rooms, another room other sittings.
        let ends: &[Column] = match column {
            Column::CourtHouse => &[Column::CourtRoom, Column::SittingAt],
            Column::CourtRoom => &[Column::SittingAt],
            _ => &[],
        };
        for ended in ends {
            self.context.remove(ended.label());
        }
        self.heading(column.label());
        self.context.insert(column.label().to_owned(), value);
        true
    }

    fn tables(&mut self, lines: &[&Line]) {
        let mut rest = lines;
        while let [line, below @ ..] = rest {
            if known(line) < KNOWN_HEADINGS {
                if !self.take_context(line) {
                    self.is_above(line);
                }
                rest = below;
                continue;
            }
            let ends = |line: &&Line| {
                known(line) >= KNOWN_HEADINGS
                    || labelled(line).is_some_and(|(columns, _)| columns.iter().all(|column| is_context(*column)))
            };
            let length = below.iter().take_while(|line| !ends(line)).count();
            self.table(line, &below[..length]);
            rest = &below[length..];
        }
    }

    /// The rows of one table below its line of headings.
    fn table(&mut self, headings: &Line, below: &[&Line]) {
        for span in &headings.spans {
            self.heading(&span.text);
        }
        let starts = row_starts(headings, below);
        for (line, starts) in below.iter().zip(starts) {
            if starts || self.rows.is_empty() {
                self.rows.push(self.context.clone());
            }
            let row = self.rows.last_mut().expect("one was put there");
            for span in &line.spans {
                let heading = &headings.spans[heading_over(headings, span, line.height)];
                add(row, &heading.text, &span.text);
            }
        }
    }

    fn labels(&mut self, lines: &[&Line]) {
        let mut person: Option<Cells> = None;
        let mut last: Option<(String, f64)> = None;
        for line in lines {
            if self.take_context(line) {
                self.rows.extend(person.take());
                last = None;
                continue;
            }
            let Some((columns, value)) = labelled(line) else {
                // What goes on below the value it belongs to.
                match (&mut person, &last) {
                    (Some(person), Some((heading, left))) if line.spans[0].left > *left => {
                        add(person, heading, &words(line));
                    }
                    (None, _) => self.is_above(line),
                    _ => last = None,
                }
                continue;
            };
            let begins = |column: &Column| matches!(column, Column::FullName | Column::Surname);
            let is_again = |person: &Cells, column: &Column| person.contains_key(column.label());
            let another = columns.iter().any(begins)
                && person.as_ref().is_none_or(|person| columns.iter().any(|column| is_again(person, column)));
            if another {
                self.rows.extend(person.replace(self.context.clone()));
            }
            let Some(row) = &mut person else { continue };
            if columns.iter().any(|column| is_of_offence(*column) && is_again(row, column)) {
                let mut next = row.clone();
                next.retain(|heading, _| Column::of(heading).is_none_or(|column| !is_of_offence(column)));
                self.rows.push(std::mem::replace(row, next));
            }
            last = columns.first().map(|column| (column.label().to_owned(), line.spans[0].left + line.height / 2.0));
            for (column, value) in valued(&columns, &value) {
                add(row, column.label(), &value);
                if !self.headings.iter().any(|known| known == column.label()) {
                    self.headings.push(column.label().to_owned());
                }
            }
        }
        self.rows.extend(person);
    }

    /// Nothing is known of the layout: every line is a row, its spans are cells.
    fn plain_lines(&mut self, lines: &[&Line]) {
        self.above.clear();
        let Some(widest) = lines.iter().rev().max_by_key(|line| line.spans.len()).filter(|line| line.spans.len() > 1)
        else {
            return;
        };
        let at = lines.iter().position(|line| line == widest).unwrap_or_default();
        for line in &lines[..at] {
            self.is_above(line);
        }
        self.context.clear();
        self.table(widest, &lines[at + 1..]);
    }

    fn sheet(self) -> Sheet {
        let mut rows: Vec<Row> = Vec::new();
        let mut put = |cells: Vec<String>| rows.push(Row { number: rows.len() + 1, cells });
        for line in self.above {
            put(vec![line]);
        }
        put(self.headings.clone());
        for row in self.rows {
            put(self.headings.iter().map(|heading| row.get(heading).cloned().unwrap_or_default()).collect());
        }
        Sheet { name: String::new(), rows }
    }
}

fn add(row: &mut Cells, heading: &str, text: &str) {
    let cell = row.entry(heading.to_owned()).or_default();
    if !cell.is_empty() && !text.is_empty() {
        cell.push(' ');
    }
    cell.push_str(text);
}

/// A value shared by two labels is cut before its second word.
fn valued(columns: &[Column], value: &str) -> Vec<(Column, String)> {
    match columns {
        [first, second] => {
            let (date, age) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
            let age: String = age.chars().filter(char::is_ascii_digit).collect();
            vec![(*first, date.trim_end_matches(',').to_owned()), (*second, age)]
        }
        _ => columns.iter().map(|column| (*column, value.to_owned())).collect(),
    }
}

/// Which heading a span stands under: the last that begins no further right, or the first.
fn heading_over(headings: &Line, span: &Span, height: f64) -> usize {
    headings.spans.iter().rposition(|heading| heading.left <= span.left + OUTDENT * height).unwrap_or_default()
}

/// Whether each line begins a row. Where gaps between lines differ the wider ones are between rows;
/// where they do not, a row begins at each line that has a cell under what tells people apart.
fn row_starts(headings: &Line, below: &[&Line]) -> Vec<bool> {
    let above = std::iter::once(headings).chain(below.iter().copied());
    let gaps: Vec<f64> = above.zip(below).map(|(above, line)| line.foot - above.foot).collect();
    // The first gap is from the headings; one to another page is less than nothing.
    let inner = || gaps.iter().skip(1).copied().filter(|gap| *gap > 0.0);
    let (least, most) = (inner().fold(f64::INFINITY, f64::min), inner().fold(0.0, f64::max));
    let anchor = anchor(headings);
    let has_anchor = |line: &Line| line.spans.iter().any(|span| heading_over(headings, span, line.height) == anchor);
    let is_row = |(at, line): (usize, &&Line)| {
        if at == 0 || gaps[at] <= 0.0 || most < least * GAPS_DIFFER {
            has_anchor(line)
        } else {
            gaps[at] > f64::midpoint(least, most)
        }
    };
    below.iter().enumerate().map(is_row).collect()
}

/// The column that every row has and that is one line high: a number, or else a name.
fn anchor(headings: &Line) -> usize {
    const TELLING: [Column; 4] = [Column::Urn, Column::CustodyNumber, Column::FullName, Column::Surname];
    let of = |column: &Column| headings.spans.iter().position(|span| Column::of(&span.text) == Some(*column));
    TELLING.iter().find_map(of).unwrap_or_default()
}
