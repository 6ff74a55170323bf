//! An Excel workbook (.xlsx) as sheets of text.
//!
//! Cells are read one by one and never as a rectangle, so that one cell at the far corner of a sheet
//! costs no more than its own text. The archive is unpacked once beforehand and measured: a file that
//! unpacks to more than [`MOST_UNPACKED`] is refused before anything of it is kept.

use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError};

use crate::grid::Sheet;
use crate::row::Row;
use crate::{MAX_COLUMNS, MAX_ROWS, ReadError};

/// The most that a workbook may unpack to, in bytes. One of a thousand defendants with all their
/// offences unpacks to some ten megabytes.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;
/// The most text that the cells of a workbook may hold, in bytes.
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// The sheets of a workbook that hold anything, in order.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, ReadError> {
    measure(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut left = MOST_TEXT;
    let mut sheets = Vec::new();
    let worksheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in worksheets {
        let rows = rows(&mut book, &name, &mut left)?;
        if !rows.is_empty() {
            sheets.push(Sheet { name, rows });
        }
    }
    Ok(sheets)
}

/// Unpacks everything once and keeps nothing: what an archive says of its own sizes may be a lie.
fn measure(bytes: &[u8]) -> Result<(), ReadError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::BrokenWorkbook)?;
    let mut left = MOST_UNPACKED;
    let mut is_workbook = false;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_| ReadError::BrokenWorkbook)?;
        is_workbook |= file.name().is_ok_and(|name| name.ends_with("xl/workbook.xml"));
        let unpacked = std::io::copy(&mut file.take(left + 1), &mut std::io::sink());
        let unpacked = unpacked.map_err(|_| ReadError::BrokenWorkbook)?;
        left = left.checked_sub(unpacked).ok_or(ReadError::TooLarge)?;
    }
    if is_workbook { Ok(()) } else { Err(ReadError::NotText { seems: "a zip file or another Office document" }) }
}

fn broken(error: &XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Locked,
        _ => ReadError::BrokenWorkbook,
    }
}

fn rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, left: &mut usize) -> Result<Vec<Row>, ReadError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| broken(&error))?;
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        let text = shown(cell.get_value());
        if text.is_empty() {
            continue;
        }
        *left = left.checked_sub(text.len()).ok_or(ReadError::TooLarge)?;
        let (row, column) = cell.get_position();
        put(&mut rows, row as usize + 1, column as usize, text)?;
    }
    Ok(rows)
}

fn put(rows: &mut Vec<Row>, number: usize, column: usize, text: String) -> Result<(), ReadError> {
    if column >= MAX_COLUMNS {
        return Err(ReadError::TooManyColumns { row: number });
    }
    if rows.last().is_none_or(|row| row.number != number) {
        if rows.len() > MAX_ROWS {
            return Err(ReadError::TooManyRows);
        }
        rows.push(Row { number, cells: Vec::new() });
    }
    let cells = &mut rows.last_mut().expect("one was put there").cells;
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    cells[column] = text;
    Ok(())
}

/// A cell as text. A date is written as ISO 8601, whatever format Excel shows it in; a whole number
/// without a fraction.
fn shown(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(at) => date(at),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn date(at: &ExcelDateTime) -> String {
    let serial = at.as_f64();
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if serial.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else if serial < 1.0 {
        time
    } else {
        format!("{year:04}-{month:02}-{day:02}T{time}")
    }
}
