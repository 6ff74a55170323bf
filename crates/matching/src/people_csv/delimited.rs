//! Rows of comma separated text (RFC 4180, read leniently), as their bytes come.
//!
//! Written here, not taken from a library, for three promises: row numbers are those a spreadsheet
//! shows (blank rows counted, a quoted end of line not), a quotation mark that is never closed costs its
//! own row and no other, and no row takes more memory than [`LONGEST`].

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// The longest row that is read, in bytes: one of a person has some hundreds.
const LONGEST: usize = 1024 * 1024;

/// The most lines of one row. An address in quotation marks has some; a mark never closed has them all.
const MOST_LINES: usize = 30;

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Bytes that are no text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// A cell that begins with a quotation mark and has no end.
    #[error("a quotation mark is opened and not closed")]
    UnclosedQuote,
    /// More bytes than any row of a person has.
    #[error("it is longer than a megabyte")]
    TooLong,
}

/// The cells of one row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
}

impl Row {
    /// The cells, without the blanks around them.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let cell = &self.text[from..*end];
            from = *end;
            cell.trim()
        })
    }
}

/// A line with its end, which may be a line feed, a carriage return, or both.
#[derive(Debug, Default)]
struct Line {
    bytes: Vec<u8>,
    /// Where its end begins.
    text: usize,
    is_too_long: bool,
}

/// The rows of a file that are not blank, each with its number.
#[derive(Debug)]
pub(super) struct Rows<R> {
    from: R,
    /// Lines that were looked at for the end of a quotation, and stand for themselves.
    ahead: VecDeque<Line>,
    number: usize,
    /// How many cells a row of several lines must have: as many as there are headings.
    pub columns: Option<usize>,
}

impl<R: BufRead> Rows<R> {
    pub fn new(from: R) -> Self {
        Self { from, ahead: VecDeque::new(), number: 0, columns: None }
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Line::default();
        let mut is_ended = false;
        while !is_ended {
            let there = match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                there => there?,
            };
            if there.is_empty() {
                break;
            }
            let end = there.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            is_ended = end.is_some();
            let taken = end.unwrap_or(there.len());
            line.take(&there[..taken]);
            let Some(ending) = end.map(|end| there[end]) else {
                self.from.consume(taken);
                continue;
            };
            line.bytes.push(ending);
            self.from.consume(taken + 1);
            if ending == b'\r' && self.from.fill_buf()?.first() == Some(&b'\n') {
                line.bytes.push(b'\n');
                self.from.consume(1);
            }
        }
        Ok((!line.bytes.is_empty() || line.is_too_long).then_some(line))
    }

    /// The row that begins with this line. Of a broken one the further lines are given back.
    fn row(&mut self, first: &Line) -> io::Result<Result<Row, Unreadable>> {
        let mut cells = Cells::default();
        let (mut further, mut length) = (Vec::new(), first.bytes.len());
        let mut state = if first.is_too_long { Err(Unreadable::TooLong) } else { cells.take(first) };
        while state == Ok(Cell::Open) {
            let Some(next) = self.line()? else {
                state = Err(Unreadable::UnclosedQuote);
                break;
            };
            length += next.bytes.len();
            let is_too_much = next.is_too_long || length > LONGEST || further.len() + 2 > MOST_LINES;
            state = if is_too_much { Err(Unreadable::UnclosedQuote) } else { cells.take(&next) };
            further.push(next);
        }
        let is_whole = further.is_empty() || self.columns.is_none_or(|columns| columns == cells.ends.len());
        let read = match state {
            Ok(_) if is_whole => cells.row(),
            Ok(_) => Err(Unreadable::UnclosedQuote),
            Err(why) => Err(why),
        };
        if read == Err(Unreadable::UnclosedQuote) {
            for line in further.into_iter().rev() {
                self.ahead.push_front(line);
            }
        }
        Ok(read)
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = io::Result<(usize, Result<Row, Unreadable>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.line() {
                Err(error) => return Some(Err(error)),
                Ok(line) => line?,
            };
            self.number += 1;
            if line.is_too_long || !line.bytes.trim_ascii().is_empty() {
                let number = self.number;
                return Some(self.row(&line).map(|row| (number, row)));
            }
        }
    }
}

impl Line {
    fn take(&mut self, bytes: &[u8]) {
        if self.is_too_long || self.bytes.len() + bytes.len() > LONGEST {
            self.is_too_long = true;
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
        self.text = self.bytes.len();
    }
}

/// Where in a cell the reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Cell {
    #[default]
    Begins,
    Bare,
    /// In quotation marks.
    Open,
    /// After a quotation mark that ends the cell, unless another follows.
    Closed,
}

/// The cells of a row in the making.
#[derive(Debug, Default)]
struct Cells {
    text: Vec<u8>,
    ends: Vec<usize>,
    cell: Cell,
    /// Whether the cell began on an earlier line.
    spans_lines: bool,
}

impl Cells {
    fn take(&mut self, line: &Line) -> Result<Cell, Unreadable> {
        let (text, ending) = line.bytes.split_at(line.text);
        for byte in text {
            self.cell = match (self.cell, *byte) {
                (Cell::Open, b'"') => Cell::Closed,
                (Cell::Begins, b'"') => Cell::Open,
                (Cell::Begins | Cell::Bare | Cell::Closed, b',') => self.end_cell(),
                (Cell::Closed, b'"') => self.push(*byte, Cell::Open),
                (Cell::Open, _) => self.push(*byte, Cell::Open),
                // A cell of several lines with text after its end: the mark that ended it began
                // another cell, and the rows between would be swallowed.
                (_, byte) if self.spans_lines && !byte.is_ascii_whitespace() => {
                    return Err(Unreadable::UnclosedQuote);
                }
                _ => self.push(*byte, Cell::Bare),
            };
        }
        if self.cell == Cell::Open {
            self.text.extend_from_slice(ending);
            self.spans_lines = true;
        } else {
            self.cell = self.end_cell();
        }
        Ok(self.cell)
    }

    fn push(&mut self, byte: u8, cell: Cell) -> Cell {
        self.text.push(byte);
        cell
    }

    fn end_cell(&mut self) -> Cell {
        self.ends.push(self.text.len());
        self.spans_lines = false;
        Cell::Begins
    }

    fn row(self) -> Result<Row, Unreadable> {
        let text = String::from_utf8(self.text).map_err(|_| Unreadable::NotUtf8)?;
        // Two halves of a letter in two cells are text only when they are put together.
        let is_text = self.ends.iter().all(|end| text.is_char_boundary(*end));
        if is_text { Ok(Row { text, ends: self.ends }) } else { Err(Unreadable::NotUtf8) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Read = Vec<(usize, Result<Vec<String>, Unreadable>)>;

    fn read(bytes: &[u8], columns: Option<usize>) -> Read {
        // A tiny buffer, so that every boundary falls on the end of one.
        let mut rows = Rows::new(io::BufReader::with_capacity(1, bytes));
        rows.columns = columns;
        rows.map(Result::unwrap)
            .map(|(number, row)| (number, row.map(|row| row.cells().map(str::to_owned).collect())))
            .collect()
    }

    fn good(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let rows = read(b"a,b\r\n\r\n\"one\ntwo\",\"say \"\"hello\"\"\"\r3, x \nlast", None);
        assert_eq!(
            rows,
            [
                (1, Ok(good(&["a", "b"]))),
                (3, Ok(good(&["one\ntwo", "say \"hello\""]))),
                (4, Ok(good(&["3", "x"]))),
                (5, Ok(good(&["last"]))),
            ]
        );
    }

    #[test]
    fn a_mark_never_closed_costs_its_own_row_and_no_other() {
        let unclosed = Err(Unreadable::UnclosedQuote);
        let rows = read(b"a,\"b\nc,d\n\"e,\"\"f\ng,h", Some(2));
        assert_eq!(
            rows,
            [(1, unclosed.clone()), (2, Ok(good(&["c", "d"]))), (3, unclosed.clone()), (4, Ok(good(&["g", "h"])))]
        );
        // The mark that seems to close it opens another cell, or makes too few cells.
        let rows = read(b"\"a,b\nc,\"d\"\n\"e,f\ng\",h,i\n", Some(2));
        assert_eq!(rows[..2], [(1, unclosed.clone()), (2, Ok(good(&["c", "d"])))]);
        assert_eq!(rows[2..], [(3, unclosed), (4, Ok(good(&["g\"", "h", "i"])))]);
    }

    #[test]
    fn half_a_letter_in_each_of_two_cells_is_no_text() {
        assert_eq!(
            read(b"a\xc3,\xa9b\n\xc3\xa9,b\n", None),
            [(1, Err(Unreadable::NotUtf8)), (2, Ok(good(&["é", "b"])))]
        );
    }

    #[test]
    fn an_enormous_row_is_passed_over() {
        let enormous = "x".repeat(LONGEST + 1);
        let rows = read(format!("a\n{enormous}\n\"b\n{enormous}\"\nc").as_bytes(), None);
        let told: Vec<_> = rows.into_iter().map(|(number, row)| (number, row.err())).collect();
        let long = Some(Unreadable::TooLong);
        assert_eq!(told, [(1, None), (2, long), (3, Some(Unreadable::UnclosedQuote)), (4, long), (5, None)]);
    }

    proptest! {
        #[test]
        fn whatever_another_writer_wrote_is_read_back(
            matrix in prop::collection::vec(prop::collection::vec("[a-z,;\t\"\r\n é=<>]{0,8}", 3), 1..8),
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &matrix {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let trimmed = matrix.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect());
            let expected: Vec<Result<Vec<String>, Unreadable>> = trimmed.map(Ok).collect();
            let found: Vec<_> = read(&bytes, Some(3)).into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
