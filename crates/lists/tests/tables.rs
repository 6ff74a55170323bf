//! Court lists as tables, and workbooks.

use chrono::NaiveDate;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use throughline_lists::{Entry, ListKind, Notice, Position, ReadError, Reading, Sex, read};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn reading(bytes: &[u8]) -> Reading {
    let reading = read(bytes, today()).unwrap();
    assert!(reading.accounts_for_every_row(), "{reading:#?}");
    reading
}

/// A workbook of one sheet, its rows from this row and column on.
fn workbook(rows: &[&[&str]], row: u32, column: u16) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (down, cells) in (row..).zip(rows) {
        for (across, cell) in (column..).zip(*cells) {
            if !cell.is_empty() {
                sheet.write_string(down, across, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

const STANDARD: &[&[&str]] = &[
    &[
        "Court House",
        "LJA",
        "Court Room",
        "Sitting at",
        "Name",
        "DOB",
        "Age",
        "Address",
        "Reference",
        "ASN",
        "Hearing Type",
        "Panel",
        "Reporting Restrictions",
        "Offence Code",
        "Offence Title",
        "Offence Details",
    ],
    &[
        "Ferrybridge Magistrates' Court",
        "Quayside",
        "Courtroom 2: A Bench",
        "1:30pm",
        "MARSH, Ada Mary (female)*",
        "14/02/1991",
        "35",
        "9 Quay Lane, ZZ99 3VZ",
        "01ZZ0000126",
        "2601ZZ0100000000001U",
        "First hearing",
        "Adult",
        "",
        "TH68001",
        "Theft from shop",
        "Stole a coat",
    ],
    &[
        "Ferrybridge Magistrates' Court",
        "Quayside",
        "Courtroom 2: A Bench",
        "1:30pm",
        "MARSH, Ada Mary (female)*",
        "14/02/1991",
        "35",
        "9 Quay Lane, ZZ99 3VZ",
        "01ZZ0000126",
        "2601ZZ0100000000001U",
        "First hearing",
        "Adult",
        "",
        "CJ88116",
        "Assault by beating",
        "Assaulted a shopkeeper",
    ],
    &[
        "Ferrybridge Magistrates' Court",
        "Quayside",
        "Courtroom 3",
        "10am",
        "HOLLIS, Tom (male)",
        "01/06/2010",
        "15",
        "",
        "01ZZ0000226",
        "",
        "Trial",
        "YOUTH",
        "The person may not be named",
        "TH68001",
        "Theft from shop",
        "",
    ],
];

fn facts(entry: &Entry) -> (&str, Option<Sex>, bool, Option<&str>, usize) {
    (&entry.name.surname, entry.sex, entry.in_custody, entry.court_room.as_deref(), entry.offences.len())
}

#[test]
fn a_row_for_each_offence_is_one_entry_for_each_person() {
    let separated = STANDARD.iter().map(|row| row.join("\t")).collect::<Vec<_>>().join("\n");
    for bytes in [workbook(STANDARD, 0, 0), workbook(STANDARD, 4, 3), separated.into_bytes()] {
        let reading = reading(&bytes);
        assert_eq!((reading.kind, reading.rows_in, reading.entries.len()), (ListKind::Court, 3, 2));
        assert_eq!(reading.further.len(), 1);
        assert_eq!(facts(&reading.entries[0]), ("MARSH", Some(Sex::Female), true, Some("Courtroom 2"), 2));
        assert_eq!(facts(&reading.entries[1]), ("HOLLIS", Some(Sex::Male), false, Some("Courtroom 3"), 1));
        assert_eq!(reading.entries[0].offences[1].wording.as_deref(), Some("Assaulted a shopkeeper"));
        assert!(reading.entries[0].verbatim["Further rows"][0]["Offence Code"] == "CJ88116");
        let notices = &reading.entries[1].notices;
        assert!(notices.contains(&Notice::Youth) && notices.contains(&Notice::ReportingRestriction), "{notices:?}");
        assert_eq!(reading.sites, ["Ferrybridge Magistrates' Court"]);
    }
}

#[test]
fn the_same_words_of_two_people_stay_two_entries() {
    let mut rows = STANDARD.to_vec();
    let mut other = STANDARD[2].to_vec();
    other[5] = "15/02/1991";
    rows[2] = &other;
    assert_eq!(reading(&workbook(&rows, 0, 0)).entries.len(), 3);
}

#[test]
fn a_workbook_is_read_wherever_its_table_stands_and_row_numbers_are_those_it_shows() {
    let rows: &[&[&str]] = &[
        &["Custody list for Ferrybridge Road 26 March 2026"],
        &[],
        &["Custody No", "Name", "DOB", "Arrested"],
        &["FR/1/26", "Ada MARSH", "14/02/1991", "26/03/2026 06:10"],
        &[],
        &["FR/2/26", "Tom HOLLIS", "", "=1+1"],
    ];
    let reading = reading(&workbook(rows, 1, 2));
    assert_eq!(reading.list_date, Some(today()));
    let positions: Vec<&Position> = reading.entries.iter().map(|entry| &entry.position).collect();
    assert_eq!(positions, [&Position::Row(5), &Position::Row(7)]);
    let notices = &reading.entries[1].notices;
    assert!(
        notices.contains(&Notice::UnreadableTime { column: "Arrested".into(), text: "=1+1".into() }),
        "{notices:?}"
    );
}

#[test]
fn dates_and_times_that_excel_keeps_as_numbers_are_read_as_what_they_show() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (date, time) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("dd/mm/yyyy hh:mm"));
    for (column, heading) in (0..).zip(["Custody No", "Name", "DOB", "Arrested", "Age"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    sheet.write_number(1, 0, 1_021).unwrap();
    sheet.write_string(1, 1, "Ada MARSH").unwrap();
    sheet.write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(1991, 2, 14).unwrap(), &date).unwrap();
    let arrested = ExcelDateTime::from_ymd(2026, 3, 26).unwrap().and_hms(6, 10, 0).unwrap();
    sheet.write_datetime_with_format(1, 3, arrested, &time).unwrap();
    sheet.write_number(1, 4, 35).unwrap();
    let entry = reading(&book.save_to_buffer().unwrap()).entries.remove(0);
    assert_eq!((entry.custody_number.as_deref(), entry.age), (Some("1021"), Some(35)));
    assert_eq!(entry.date_of_birth, NaiveDate::from_ymd_opt(1991, 2, 14));
    assert_eq!(entry.arrested_at.unwrap().to_rfc3339(), "2026-03-26T06:10:00+00:00");
    assert_eq!(entry.notices, []);
}

#[test]
fn the_sheet_that_is_a_list_is_found_among_others() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "Read me first").unwrap();
    let sheet = book.add_worksheet();
    for (column, (heading, cell)) in
        (0..).zip([("Custody No", "FR/1/26"), ("Name", "Ada MARSH"), ("DOB", "14/02/1991")])
    {
        sheet.write_string(0, column, heading).unwrap();
        sheet.write_string(1, column, cell).unwrap();
    }
    assert_eq!(reading(&book.save_to_buffer().unwrap()).entries.len(), 1);
}

mod a_hostile_workbook {
    use super::*;
    use std::io::{Cursor, Write};

    fn archive(files: &[(&str, &[u8], u32)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content, times) in files {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            for _ in 0..*times {
                archive.write_all(content).unwrap();
            }
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn that_unpacks_to_more_than_a_list_ever_is_is_refused() {
        let bomb =
            archive(&[("xl/workbook.xml", b"<workbook/>", 1), ("xl/sharedStrings.xml", &vec![b' '; 1 << 20], 300)]);
        assert!(bomb.len() < 1_000_000, "a bomb is small: {}", bomb.len());
        assert_eq!(read(&bomb, today()), Err(ReadError::TooLarge));
    }

    #[test]
    fn that_puts_a_cell_into_the_far_corner_costs_nothing() {
        let far = workbook(&[&["Custody No", "Name", "DOB"], &["FR/1/26", "Ada MARSH", "14/02/1991"]], 1_048_570, 0);
        assert_eq!(reading(&far).entries[0].position, Position::Row(1_048_572));
        let wide = workbook(&[&["x"]], 0, 16_383);
        assert_eq!(read(&wide, today()), Err(ReadError::TooManyColumns { row: 1 }));
    }

    #[test]
    fn that_is_damaged_or_something_else_is_told_in_words_that_help() {
        let whole = workbook(STANDARD, 0, 0);
        assert_eq!(read(&whole[..whole.len() / 2], today()), Err(ReadError::BrokenWorkbook));
        let document = archive(&[("word/document.xml", b"<document/>", 1)]);
        assert!(read(&document, today()).unwrap_err().to_string().contains("Office document"));
        let empty = archive(&[("xl/workbook.xml", b"<workbook>", 1)]);
        assert_eq!(read(&empty, today()), Err(ReadError::BrokenWorkbook));
    }
}
