//! A table that no format knows: what its columns may mean is proposed from headings and values, a
//! person corrects it, and the [`Mapping`] is kept for the next list of the same sender.

use chrono::{Datelike, NaiveDate};
use throughline_domain::identifier::{NhsNumber, pnc};
use throughline_domain::name::folded;

use super::columns::{Column, plain};
use super::headings::{self, Headings};
use super::offences::is_code;
use super::rows;
use crate::grid::Grid;
use crate::row::Row;
use crate::times::{read_birth, read_time};
use crate::{Format, ListKind, ReadError, Reading, Source, System};

/// The format of a list that was read by a mapping.
const CUSTODY: Format = Format {
    name: "custody-mapped",
    label: "Custody list (your columns)",
    kind: ListKind::Custody,
    system: System::Custody,
    looked_for: "",
    read: nothing,
};
const VOLUNTARY: Format = Format {
    name: "voluntary-mapped",
    label: "Voluntary attendance list (your columns)",
    kind: ListKind::Voluntary,
    system: System::Voluntary,
    looked_for: "",
    read: nothing,
};
const COURT: Format = Format {
    name: "court-mapped",
    label: "Court list (your columns)",
    kind: ListKind::Court,
    system: System::CourtTable,
    looked_for: "",
    read: nothing,
};

/// The formats of what was read by a mapping; none of them is tried by itself.
pub(crate) const FORMATS: [Format; 3] = [CUSTODY, COURT, VOLUNTARY];

fn nothing(_: &Source, _: NaiveDate) -> Option<Result<Reading, ReadError>> {
    None
}

/// Rows looked at to tell what a column means.
const LOOKED_AT: usize = 200;
/// Rows among which the headings may stand.
const HEADINGS_WITHIN: usize = 20;
/// Values shown of each column.
const SHOWN: usize = 3;
/// The longest value shown, in characters.
const LONGEST_SHOWN: usize = 60;

/// What the columns of a table mean, as a person said.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mapping {
    /// Which kind of list it is.
    pub kind: ListKind,
    /// Every heading as printed, in order, with what its column means; `None` is kept with each row and
    /// not used.
    pub columns: Vec<(String, Option<Column>)>,
}

/// A table, and what its columns may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which kind of list it seems to be.
    pub kind: ListKind,
    /// The sheet, when the file has several; empty otherwise.
    pub sheet: String,
    /// The row of the headings, as a spreadsheet numbers it.
    pub row: usize,
    /// How many rows stand below the headings.
    pub rows: usize,
    /// The columns, in order.
    pub columns: Vec<ProposedColumn>,
}

/// A column, and what it may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedColumn {
    /// The heading as printed, made unique.
    pub heading: String,
    /// The first values in it.
    pub values: Vec<String>,
    /// What it may mean.
    pub column: Option<Column>,
    /// Why that is thought.
    pub grounds: Grounds,
}

throughline_domain::codes! {
    /// Why a column is thought to mean what is proposed.
    pub enum Grounds {
        /// Its heading is a usual one.
        Heading = "heading", "From the heading";
        /// Its values look like it.
        Values = "values", "From the values: check";
        /// Nothing is thought of it.
        Nothing = "nothing", "Not recognised";
    }
}

impl Proposal {
    /// The mapping if nobody corrects anything.
    pub fn mapping(&self) -> Mapping {
        let columns = self.columns.iter().map(|column| (column.heading.clone(), column.column)).collect();
        Mapping { kind: self.kind, columns }
    }
}

impl Mapping {
    /// What is wrong with it, in words for the person who made it; nothing when it can be used.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let has = |column: Column| self.columns.iter().any(|(_, means)| *means == Some(column));
        if ![Column::FullName, Column::Surname, Column::CustodyNumber].into_iter().any(has) {
            complaints.push(
                "Choose the column that holds the name (or the surname, or the custody record number)".to_owned(),
            );
        }
        for column in Column::ALL.iter().filter(|column| !column.may_repeat()) {
            let of: Vec<&str> = self
                .columns
                .iter()
                .filter(|(_, means)| *means == Some(*column))
                .map(|(heading, _)| heading.as_str())
                .collect();
            if let [first, second, ..] = of[..] {
                complaints.push(format!("'{first}' and '{second}' are both {column}: choose one of them"));
            }
        }
        complaints
    }

    /// What tells tables of one making: the same for the same headings in any order, however spaced and
    /// in whatever case.
    pub fn headings(&self) -> String {
        identity(self.columns.iter().map(|(heading, _)| heading.as_str()))
    }

    /// Whether a table with these headings is of the same making.
    pub fn fits(&self, headings: &[String]) -> bool {
        self.headings() == identity(headings.iter().map(String::as_str))
    }

    fn meaning(&self, label: &str) -> Option<Column> {
        self.columns.iter().find(|(heading, _)| plain(heading) == plain(label)).and_then(|(_, column)| *column)
    }
}

fn identity<'a>(headings: impl Iterator<Item = &'a str>) -> String {
    let mut headings: Vec<String> = headings.map(plain).collect();
    headings.sort();
    headings.join("|")
}

/// A table, its row of headings, and the row's place.
struct Found<'a> {
    grid: Grid<'a>,
    headings: Row,
}

/// The table of a source that looks most like a list: the one whose headings are best known; or else the
/// widest.
fn table(source: &Source) -> Result<Option<Found<'_>>, ReadError> {
    if let Some((grid, known)) = headings::best(source)? {
        let row = grid.rows().filter_map(Result::ok).find(|row| row.number == known.row);
        return Ok(row.map(|headings| Found { grid, headings }));
    }
    let widest = source.grids().into_iter().filter_map(|grid| Some(Found { grid, headings: headings_of(grid)? }));
    // Of two as wide the first: commas before bars.
    Ok(widest.rev().max_by_key(|found| filled(&found.headings)))
}

fn filled(row: &Row) -> usize {
    row.cells.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// The first of the widest rows of words, if it has two cells at least.
fn headings_of(grid: Grid<'_>) -> Option<Row> {
    let is_words = |row: &Row| !row.cells.iter().any(|cell| cell.trim().starts_with(|c: char| c.is_ascii_digit()));
    let first: Vec<Row> = grid.rows().take(HEADINGS_WITHIN).map_while(Result::ok).collect();
    first.into_iter().filter(is_words).rev().max_by_key(filled).filter(|row| filled(row) > 1)
}

/// Proposes what the columns of a table mean. `today` is the London date of reading.
///
/// # Errors
/// When the file cannot be read at all, or has no table.
pub fn propose(bytes: &[u8], today: NaiveDate) -> Result<Proposal, ReadError> {
    let source = Source::decode(bytes)?;
    let Found { grid, headings } = table(&source)?.ok_or_else(ReadError::not_recognised)?;
    let rows = grid.rows().map_while(Result::ok);
    let below: Vec<Row> = rows.filter(|row| row.number > headings.number && !row.is_blank()).collect();
    // A line of a letter has commas too; a table has cells beside each other below its headings.
    if !below.iter().any(|row| filled(row) > 1) {
        return Err(ReadError::not_recognised());
    }
    let labels = Headings::with(&headings, |_, _| None).labels;
    let mut columns: Vec<ProposedColumn> =
        labels.into_iter().enumerate().map(|(at, heading)| by_heading(heading, &values(&below, at))).collect();
    by_values(&mut columns, &below, today);
    let sheet = match grid {
        Grid::Sheet(sheet) if source.grids().len() > 1 => sheet.name.clone(),
        _ => String::new(),
    };
    Ok(Proposal { kind: kind(&columns), sheet, row: headings.number, rows: below.len(), columns })
}

/// The filled cells of a column, as far as they are looked at.
fn values(below: &[Row], at: usize) -> Vec<&str> {
    let cells = below.iter().take(LOOKED_AT).filter_map(|row| row.cells.get(at));
    cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect()
}

fn by_heading(heading: String, values: &[&str]) -> ProposedColumn {
    let column = Column::of(&heading);
    let grounds = if column.is_some() { Grounds::Heading } else { Grounds::Nothing };
    ProposedColumn {
        heading,
        values: values.iter().take(SHOWN).map(|value| shortened(value)).collect(),
        column,
        grounds,
    }
}

/// Proposes for each column whose heading tells nothing what its values look like, once for all of them.
fn by_values(columns: &mut [ProposedColumn], below: &[Row], today: NaiveDate) {
    // A time is when somebody arrived, or when somebody is heard.
    let of_a_time = match kind(columns) {
        ListKind::Custody => Column::ArrivedAt,
        ListKind::Court => Column::SittingAt,
        ListKind::Voluntary => Column::InterviewAt,
    };
    let fitting = |guess| if guess == Column::ArrivedAt { of_a_time } else { guess };
    for at in 0..columns.len() {
        let is_free = |guess: &Column| columns.iter().all(|column| column.column != Some(*guess));
        let guess = of_values(&values(below, at), today).map(fitting).filter(is_free);
        if columns[at].column.is_none() && guess.is_some() {
            columns[at].column = guess;
            columns[at].grounds = Grounds::Values;
        }
    }
}

/// Which kind of list has these columns.
fn kind(columns: &[ProposedColumn]) -> ListKind {
    let has = |of: fn(Column) -> bool| columns.iter().filter_map(|column| column.column).any(of);
    match (has(Column::is_of_custody), has(Column::is_of_a_court), has(Column::is_of_an_interview)) {
        (false, true, _) => ListKind::Court,
        (false, false, true) => ListKind::Voluntary,
        _ => ListKind::Custody,
    }
}

fn shortened(value: &str) -> String {
    let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().count() <= LONGEST_SHOWN {
        value
    } else {
        value.chars().take(LONGEST_SHOWN - 1).chain(['…']).collect()
    }
}

/// What values look like, when nearly all of them do.
fn of_values(values: &[&str], today: NaiveDate) -> Option<Column> {
    type Looks = fn(&str, NaiveDate) -> bool;
    const LOOKS: &[(Column, Looks)] = &[
        (Column::NhsNumber, |text, _| NhsNumber::parse(text).is_ok()),
        (Column::Pnc, |text, _| pnc(text).is_some()),
        (Column::Postcode, |text, _| is_postcode(text)),
        (Column::DateOfBirth, |text, today| {
            read_birth(text, today).is_some_and(|born| today.year() - born.year() >= 10)
        }),
        (Column::ArrivedAt, |text, today| is_recent(text, today)),
        (Column::Sex, |text, _| matches!(folded(text).as_str(), "m" | "f" | "male" | "female")),
        (Column::OffenceCode, |text, _| text.split([',', ';']).all(|code| is_code(code.trim()))),
        (Column::Age, |text, _| text.parse().is_ok_and(|age: u32| (10..100).contains(&age))),
        (Column::FullName, |text, _| is_name(text)),
    ];
    let fits = |looks: &Looks| values.iter().filter(|value| looks(value, today)).count() * 5 >= values.len() * 4;
    LOOKS.iter().find(|(_, looks)| !values.is_empty() && fits(looks)).map(|(column, _)| *column)
}

fn is_postcode(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(inward) = bare.len().checked_sub(3).filter(|outward| (2..=4).contains(outward)) else { return false };
    let (outward, inward) = bare.as_bytes().split_at(inward);
    outward[0].is_ascii_alphabetic()
        && outward.iter().any(u8::is_ascii_digit)
        && inward[0].is_ascii_digit()
        && inward[1..].iter().all(u8::is_ascii_alphabetic)
}

/// A time within a few days: nobody is held longer.
fn is_recent(text: &str, today: NaiveDate) -> bool {
    const DAYS: i64 = 5;
    let day =
        read_time(text, today).filter(|_| text.contains(':') || text.contains('.')).map(|read| read.at.date_naive());
    day.is_some_and(|day| (today - day).num_days().abs() <= DAYS)
}

/// `MARSH, Ada` or `Ada MARSH`: two to five words of letters, one of them in capitals or before a comma.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &&str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | ',' | '.'));
    let is_capitals =
        |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !word.chars().any(char::is_lowercase);
    (2..=5).contains(&words.len()) && words.iter().all(is_word) && (text.contains(',') || words.iter().any(is_capitals))
}

/// Reads a list by the first mapping whose headings it has; when it has those of none, as [`crate::read`]
/// does. What somebody told of these columns goes before what is thought of them.
///
/// # Errors
/// Those of [`crate::read`].
pub fn read_as_told(bytes: &[u8], mappings: &[Mapping], today: NaiveDate) -> Result<Reading, ReadError> {
    let source = Source::decode(bytes)?;
    match mappings.iter().find_map(|mapping| mapped(&source, mapping, today)) {
        Some(reading) => reading.map(|reading| crate::finished(reading, source)),
        None => crate::read_source(source, today),
    }
}

/// Reads a list by a mapping. `today` is the London date of reading.
///
/// # Errors
/// When the file cannot be read at all, or has no table with the headings of the mapping.
pub fn read_mapped(bytes: &[u8], mapping: &Mapping, today: NaiveDate) -> Result<Reading, ReadError> {
    let source = Source::decode(bytes)?;
    let reading = mapped(&source, mapping, today).ok_or_else(ReadError::not_recognised)??;
    Ok(crate::finished(reading, source))
}

/// The table that has the headings of the mapping, read; `None` when there is none.
fn mapped(source: &Source, mapping: &Mapping, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (grid, row) = source.grids().into_iter().find_map(|grid| Some((grid, row_of(grid, mapping)?)))?;
    let unique = Headings::with(&row, |_, _| None).labels;
    let mut headings = Headings::with(&row, |at, _| mapping.meaning(&unique[at]));
    headings.above = above(grid, row.number);
    // Whoever told the columns has seen which are not used.
    headings.notices.clear();
    let format = match mapping.kind {
        ListKind::Custody => CUSTODY,
        ListKind::Court => COURT,
        ListKind::Voluntary => VOLUNTARY,
    };
    Some(rows::read(&format, grid, headings, today))
}

fn row_of(grid: Grid<'_>, mapping: &Mapping) -> Option<Row> {
    let mut first = grid.rows().take(HEADINGS_WITHIN).map_while(Result::ok);
    first.find(|row| mapping.fits(&Headings::with(row, |_, _| None).labels))
}

fn above(grid: Grid<'_>, row: usize) -> Vec<String> {
    let rows = grid.rows().map_while(Result::ok).take_while(|above| above.number < row);
    let cells = rows.flat_map(|row| row.cells).map(|cell| cell.trim().to_owned());
    cells.filter(|cell| !cell.is_empty()).collect()
}
