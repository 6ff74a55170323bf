//! The row of headings of a table, found and understood. It may stand below a title.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::columns::Column;
use crate::grid::Grid;
use crate::row::Row;
use crate::row::RowError;
use crate::{ListNotice, ReadError, Source};

/// How far down the headings may stand.
const WITHIN: usize = 20;
/// The most text a row of headings may have, in bytes; beyond it the row is not headings.
const LONGEST: usize = 8_000;
/// The longest cell above the headings that is read, in bytes.
const LONGEST_ABOVE: usize = 200;

/// The row of headings, understood.
#[derive(Debug)]
pub(crate) struct Headings {
    /// The row they stand in, as a spreadsheet numbers it; 0 when there is none.
    pub(crate) row: usize,
    /// As printed, made unique, for the verbatim rows.
    pub(crate) labels: Vec<String>,
    /// The places of each column, in the order of the row.
    places: HashMap<Column, Vec<usize>>,
    /// The cells above the headings.
    pub(crate) above: Vec<String>,
    pub(crate) notices: Vec<ListNotice>,
}

/// The table of a source whose headings are best known, and these: two at least.
///
/// # Errors
/// When the only tables there are have too many columns.
pub(crate) fn best(source: &Source) -> Result<Option<(Grid<'_>, Headings)>, ReadError> {
    let mut too_wide = None;
    let mut best: Option<(Grid<'_>, Headings)> = None;
    for grid in source.grids() {
        match Headings::find(grid) {
            Ok(Some(found)) if best.as_ref().is_none_or(|(_, best)| found.known() > best.known()) => {
                best = Some((grid, found));
            }
            Ok(_) => {}
            Err(row) => too_wide = Some(ReadError::TooManyColumns { row }),
        }
    }
    match (best, too_wide) {
        (None, Some(error)) => Err(error),
        (best, _) => Ok(best),
    }
}

impl Headings {
    /// The row among the first that has most known headings, two at least. An error is the row that
    /// has too many columns.
    fn find(grid: Grid<'_>) -> Result<Option<Self>, usize> {
        let mut best: Option<Self> = None;
        let mut above: Vec<String> = Vec::new();
        for row in grid.rows().take(WITHIN) {
            let row = match row {
                Ok(row) => row,
                Err(RowError::TooManyColumns { row }) => {
                    return if best.is_some() { Ok(best) } else { Err(row) };
                }
                Err(RowError::UnclosedQuote { .. }) => break,
            };
            if let Some(mut found) = Self::of(&row)
                && found.known() > best.as_ref().map_or(1, Self::known)
            {
                found.above.clone_from(&above);
                best = Some(found);
            }
            let cells = row.cells.iter().map(|cell| cell.trim());
            let short = cells.filter(|cell| !cell.is_empty() && cell.len() <= LONGEST_ABOVE);
            above.extend(short.filter(|cell| !cell.starts_with("sep=")).map(str::to_owned));
        }
        Ok(best)
    }

    fn of(row: &Row) -> Option<Self> {
        if row.cells.iter().map(String::len).sum::<usize>() > LONGEST {
            return None;
        }
        Some(Self::with(row, |_, heading| Column::of(heading)))
    }

    /// The headings of a row, with what each column means by its number and its heading.
    pub(crate) fn with(row: &Row, meaning: impl Fn(usize, &str) -> Option<Column>) -> Self {
        let labels = Vec::with_capacity(row.cells.len());
        let mut headings =
            Self { row: row.number, labels, places: HashMap::new(), above: Vec::new(), notices: Vec::new() };
        for (index, cell) in row.cells.iter().enumerate() {
            headings.add(index, cell.trim(), meaning(index, cell.trim()));
        }
        headings
    }

    fn add(&mut self, index: usize, heading: &str, column: Option<Column>) {
        let is_taken = heading.is_empty() || self.labels.iter().any(|label| label == heading);
        self.labels.push(if is_taken {
            format!("{heading} (column {})", index + 1).trim().to_owned()
        } else {
            heading.to_owned()
        });
        let Some(column) = column else {
            if !heading.is_empty() {
                self.notices.push(ListNotice::UnknownColumn(heading.to_owned()));
            }
            return;
        };
        let places = self.places.entry(column).or_default();
        if !places.is_empty() && !column.may_repeat() {
            self.notices.push(ListNotice::RepeatedColumn(heading.to_owned()));
        }
        places.push(index);
    }

    /// What each known heading means, in the order of the row.
    pub(crate) fn meanings(&self) -> Vec<(String, Column)> {
        let mut all: Vec<(usize, Column)> =
            self.places.iter().flat_map(|(column, places)| places.iter().map(|place| (*place, *column))).collect();
        all.sort_unstable();
        all.into_iter().map(|(place, column)| (self.labels[place].clone(), column)).collect()
    }

    /// How many different columns are known.
    pub(crate) fn known(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn has(&self, column: Column) -> bool {
        self.places.contains_key(&column)
    }

    pub(crate) fn has_any(&self, columns: &[Column]) -> bool {
        columns.iter().any(|column| self.has(*column))
    }

    /// Whether the list is of a court: only a court has some of its columns, and no custody suite does.
    pub(crate) fn is_of_a_court(&self) -> bool {
        let any = |of: fn(Column) -> bool| self.places.keys().any(|column| of(*column));
        any(Column::is_of_a_court) && !any(Column::is_of_custody)
    }

    /// Whether the list is of voluntary attendances: it tells of interviews, and nobody on it is held or
    /// before a court.
    pub(crate) fn is_of_interviews(&self) -> bool {
        let any = |of: fn(Column) -> bool| self.places.keys().any(|column| of(*column));
        any(Column::is_of_an_interview) && !any(Column::is_of_a_court) && !any(Column::is_of_custody)
    }

    /// Every filled cell of a column, trimmed, with its heading.
    pub(crate) fn labelled<'a>(&'a self, row: &'a Row, column: Column) -> impl Iterator<Item = (&'a str, &'a str)> {
        let places = self.places.get(&column).into_iter().flatten();
        let cells = places.filter_map(|index| Some((self.labels[*index].as_str(), row.cells.get(*index)?.trim())));
        cells.filter(|(_, text)| !text.is_empty())
    }

    /// The first filled cell of a column, trimmed.
    pub(crate) fn cell(&self, row: &Row, column: Column) -> Option<String> {
        self.labelled(row, column).next().map(|(_, text)| text.to_owned())
    }

    /// Every filled cell of a column that may repeat, trimmed.
    pub(crate) fn cells(&self, row: &Row, column: Column) -> Vec<String> {
        self.labelled(row, column).map(|(_, text)| text.to_owned()).collect()
    }

    pub(crate) fn verbatim(&self, row: &Row) -> Value {
        let label = |index: usize| self.labels.get(index).cloned().unwrap_or_else(|| format!("(column {})", index + 1));
        let cells = row.cells.iter().enumerate().map(|(index, cell)| (label(index), Value::String(cell.clone())));
        Value::Object(cells.collect::<Map<_, _>>())
    }

    /// Whether a row has filled cells that no heading stands over.
    pub(crate) fn is_exceeded_by(&self, row: &Row) -> bool {
        row.cells.iter().skip(self.labels.len()).any(|cell| !cell.trim().is_empty())
    }
}
