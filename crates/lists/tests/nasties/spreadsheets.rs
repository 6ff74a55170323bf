//! Workbooks as offices keep them.

use crate::{day, reading};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use throughline_domain::time::date_time_long;
use throughline_lists::{Position, table};

fn saved(mut book: Workbook) -> Vec<u8> {
    book.save_to_buffer().unwrap()
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cells: &[&str]) {
    for (across, cell) in (column..).zip(cells) {
        if !cell.is_empty() {
            sheet.write_string(row, across, *cell).unwrap();
        }
    }
}

/// Somewhere on the second of two sheets, with a title, a blank row in the middle, blank cells and a short row.
#[test]
fn a_table_is_found_wherever_it_stands() {
    let mut book = Workbook::new();
    put(book.add_worksheet(), 0, 0, &["Staff", "Phone"]);
    let sheet = book.add_worksheet();
    put(sheet, 2, 2, &["Custody list of Ferrybridge"]);
    put(sheet, 4, 2, &["Custody No", "Surname", "Forenames", "DOB", "Offence"]);
    put(sheet, 5, 2, &["FR/1/26", "MARSH", "Ada", "14/02/1991", "Theft"]);
    put(sheet, 7, 2, &["FR/2/26", "HOLLIS"]);
    put(sheet, 8, 2, &["FR/3/26", "", "", "01/06/1984", "Affray"]);
    let reading = reading(saved(book));
    assert_eq!((reading.rows_in, reading.entries.len()), (3, 3));
    let rows: Vec<&Position> = reading.entries.iter().map(|entry| &entry.position).collect();
    assert_eq!(rows, [&Position::Row(6), &Position::Row(8), &Position::Row(9)]);
    assert_eq!(reading.entries[2].custody_number.as_deref(), Some("FR/3/26"));
}

/// Dates, times and numbers in cells of every type; the zeros that Excel eats of a number are not made up again.
#[test]
fn cells_of_every_type_are_read_as_they_show() {
    let mut book = Workbook::new();
    let (date, time) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("dd/mm/yyyy hh:mm"));
    let sheet = book.add_worksheet();
    put(sheet, 0, 0, &["Custody No", "Surname", "DOB", "Age", "Arrived", "PNC", "AA required"]);
    sheet.write_number(1, 0, 1021).unwrap();
    put(sheet, 1, 1, &["MARSH"]);
    sheet.write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(1991, 2, 14).unwrap(), &date).unwrap();
    sheet.write_number(1, 3, 35.0).unwrap();
    let arrived = ExcelDateTime::from_ymd(2026, 3, 26).unwrap().and_hms(6, 55, 0).unwrap();
    sheet.write_datetime_with_format(1, 4, arrived, &time).unwrap();
    sheet.write_boolean(1, 6, true).unwrap();
    put(sheet, 2, 0, &["0001021", "HOLLIS", "14/02/1991"]);
    let reading = reading(saved(book));
    let [ada, tom] = &reading.entries[..] else { panic!("{reading:#?}") };
    assert_eq!((ada.custody_number.as_deref(), ada.age), (Some("1021"), Some(35)));
    assert_eq!(ada.date_of_birth, Some(day(1991, 2, 14)));
    assert_eq!(ada.arrived_at.map(date_time_long).as_deref(), Some("26 March 2026 at 06:55"));
    assert_eq!(tom.custody_number.as_deref(), Some("0001021"), "a text keeps its zeros");
    assert_ne!(ada.key, tom.key, "two numbers that differ in zeros are two");
}

/// What a cell begins with is kept, and is no formula in what Throughline prints.
#[test]
fn cells_that_look_like_formulas_are_words() {
    for words in ["=1+1", "+44 20 7946 0000", "-2", "@SUM(A1)"] {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        put(sheet, 0, 0, &["Custody No", "Surname", "Forenames", "DOB", "Address"]);
        put(sheet, 1, 0, &["FR/1/26", "MARSH", "Ada", "14/02/1991", words]);
        let reading = reading(saved(book));
        assert_eq!(reading.entries[0].address.as_deref(), Some(words));
        assert!(table(&reading).lines().all(|line| !line.starts_with(['=', '+', '@'])));
    }
}
