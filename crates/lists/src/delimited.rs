//! Rows of comma, semicolon or tab separated text (RFC 4180, read leniently).
//!
//! Written here, not taken from a library, for two promises of this crate: row numbers are those
//! a spreadsheet shows (blank rows counted, a quoted newline not), and a quotation mark that is
//! never closed is told to the person instead of swallowing the rest of the list.

use crate::MAX_COLUMNS;
use crate::row::{Row, RowError};

/// The rows of a text, one at a time.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    rest: &'a str,
    delimiter: char,
    number: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(text: &'a str, delimiter: char) -> Self {
        Self { rest: text, delimiter, number: 0 }
    }

    fn row(&mut self) -> Result<Row, RowError> {
        let mut cells = Vec::new();
        loop {
            if cells.len() == MAX_COLUMNS {
                return Err(RowError::TooManyColumns { row: self.number });
            }
            cells.push(self.cell()?);
            match self.rest.strip_prefix(self.delimiter) {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.rest =
            self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix(['\r', '\n'])).unwrap_or(self.rest);
        Ok(Row { number: self.number, cells })
    }

    fn cell(&mut self) -> Result<String, RowError> {
        let mut cell = String::new();
        if let Some(quoted) = self.rest.strip_prefix('"') {
            self.rest = quoted;
            self.quoted(&mut cell)?;
        }
        let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
        // A cell of several lines with text after its end: the mark that ended it began another cell,
        // and the rows between would be swallowed.
        if end > 0 && cell.contains(['\r', '\n']) {
            return Err(RowError::UnclosedQuote { row: self.number });
        }
        cell.push_str(&self.rest[..end]);
        self.rest = &self.rest[end..];
        Ok(cell)
    }

    /// Takes the text up to the closing quotation mark; two marks together are one mark.
    fn quoted(&mut self, cell: &mut String) -> Result<(), RowError> {
        loop {
            let Some(end) = self.rest.find('"') else {
                return Err(RowError::UnclosedQuote { row: self.number });
            };
            cell.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('"') {
                Some(rest) => self.rest = rest,
                None => return Ok(()),
            }
            cell.push('"');
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let row = self.row();
        if row.is_err() {
            self.rest = "";
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        Rows::new(text, ',').map(|row| row.unwrap().cells).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let rows: Vec<Row> =
            Rows::new("a,b\r\n\r\n\"one\ntwo\",\"say \"\"hello\"\"\"\nlast", ',').map(Result::unwrap).collect();
        let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
        assert!(rows[1].is_blank());
        assert_eq!(rows[2].cells, ["one\ntwo", "say \"hello\""]);
    }

    #[test]
    fn a_quotation_mark_inside_a_cell_is_only_a_mark() {
        assert_eq!(cells("Tom \"Tiny\" Hollis,x"), [["Tom \"Tiny\" Hollis", "x"]]);
    }

    #[test]
    fn a_quotation_mark_never_closed_is_told_with_its_row() {
        let rows: Vec<_> = Rows::new("a\n\"b,c\nd", ',').collect();
        assert_eq!(rows.last(), Some(&Err(RowError::UnclosedQuote { row: 2 })));
    }

    #[test]
    fn a_mark_closed_by_the_mark_of_a_later_row_swallows_nobody() {
        let rows: Vec<_> = Rows::new("name,note\n\"Oyelaran,x\nBrightsea,\"was, shouting\"\n", ',').collect();
        assert_eq!(rows.last(), Some(&Err(RowError::UnclosedQuote { row: 2 })));
    }

    proptest! {
        #[test]
        fn whatever_another_writer_wrote_is_read_back(
            matrix in prop::collection::vec(prop::collection::vec("[a-z,;\t\"\r\n é=<>]{0,8}", 3), 1..8),
            delimiter in prop::sample::select(vec![b',', b';', b'\t']),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            for row in &matrix {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Vec<Vec<String>> = Rows::new(&text, char::from(delimiter)).map(|row| row.unwrap().cells).collect();
            prop_assert_eq!(read, matrix);
        }
    }
}
