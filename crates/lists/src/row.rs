//! One row of a table, and why rows end early.

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The row as a spreadsheet numbers it.
    pub(crate) number: usize,
    pub(crate) cells: Vec<String>,
}

impl Row {
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Why the rows end early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowError {
    UnclosedQuote { row: usize },
    TooManyColumns { row: usize },
}
