//! Rows of cells, wherever they come from: separated text, a sheet of a workbook, a table of a PDF.

use crate::delimited::Rows;
use crate::row::{Row, RowError};

/// A sheet of a workbook, without its blank rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
}

/// A table that has yet to be understood.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grid<'a> {
    /// Text, its cells apart by a character.
    Text(&'a str, char),
    Sheet(&'a Sheet),
}

impl<'a> Grid<'a> {
    /// Its rows, in order.
    pub(crate) fn rows(self) -> Box<dyn Iterator<Item = Result<Row, RowError>> + 'a> {
        match self {
            Self::Text(text, delimiter) => Box::new(Rows::new(text, delimiter)),
            Self::Sheet(sheet) => Box::new(sheet.rows.iter().cloned().map(Ok)),
        }
    }
}
