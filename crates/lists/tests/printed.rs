//! Printed lists: PDFs with a table or with labels.

mod printing;

use chrono::NaiveDate;
use printing::{Sheet, packed, pdf, whole};
use throughline_lists::{ListKind, ListNotice, ReadError, Reading, Sex, propose, read};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn reading(bytes: &[u8]) -> Reading {
    let reading = read(bytes, today()).unwrap();
    assert!(reading.accounts_for_every_row(), "{reading:#?}");
    assert!(reading.notices.contains(&ListNotice::ReadFromPdf));
    reading
}

const LEFTS: [f64; 6] = [30.0, 90.0, 220.0, 300.0, 420.0, 500.0];

fn row(sheet: &mut Sheet, top: f64, cells: [&str; 6]) {
    for (left, cell) in LEFTS.into_iter().zip(cells) {
        for (line, text) in (0..).zip(cell.split('\n')) {
            if !text.is_empty() {
                sheet.put(left, top + 11.0 * f64::from(line), 9.0, text);
            }
        }
    }
}

const HEADINGS: [&str; 6] =
    ["Block Start", "Defendant Name", "Date of Birth", "Address", "Case Number", "Offence Title"];

/// Two pages of an adult court list: cells on several lines, headings again on each page, a number at
/// the foot of each.
fn table() -> Vec<u8> {
    let mut first = Sheet::default();
    first.put(30.0, 40.0, 16.0, "Magistrates Standard List for Ferrybridge");
    first.put(30.0, 60.0, 11.0, "List for 26 March 2026");
    first.put(30.0, 90.0, 11.0, "Court House: Ferrybridge Magistrates' Court");
    first.put(30.0, 105.0, 11.0, "Court Room: Courtroom 2");
    row(&mut first, 130.0, HEADINGS);
    row(
        &mut first,
        155.0,
        [
            "10:00",
            "MARSH, Ada Mary",
            "14/02/1991",
            "9 Quay Lane\nFerrybridge\nZZ1 1AA",
            "2600000126",
            "Theft from shop",
        ],
    );
    row(&mut first, 202.0, ["10:00", "HOLLIS, Tom", "01/06/1984", "12 Mill Lane", "2600000226", "Assault by\nbeating"]);
    first.put(280.0, 820.0, 8.0, "Page 1 of 2");
    let mut second = Sheet::default();
    row(&mut second, 40.0, HEADINGS);
    row(&mut second, 65.0, ["14:00", "REED, Sol", "02/03/1999", "No fixed abode", "2600000326", "Affray"]);
    second.put(280.0, 820.0, 8.0, "Page 2 of 2");
    pdf(&[first, second])
}

#[test]
fn a_printed_table_is_read_as_its_spreadsheet_would_be() {
    let printed = reading(&table());
    let sheet = "Court House,Court Room,Block Start,Defendant Name,Date of Birth,Address,Case Number,Offence Title\n\
        Ferrybridge Magistrates' Court,Courtroom 2,10:00,\"MARSH, Ada Mary\",14/02/1991,9 Quay Lane Ferrybridge ZZ1 1AA,2600000126,Theft from shop\n\
        Ferrybridge Magistrates' Court,Courtroom 2,10:00,\"HOLLIS, Tom\",01/06/1984,12 Mill Lane,2600000226,Assault by beating\n\
        Ferrybridge Magistrates' Court,Courtroom 2,14:00,\"REED, Sol\",02/03/1999,No fixed abode,2600000326,Affray\n";
    let typed = read(sheet.as_bytes(), today()).unwrap();
    assert_eq!((printed.kind, printed.list_date), (ListKind::Court, Some(today())));
    assert_eq!(printed.title, "Magistrates Standard List for Ferrybridge");
    let facts = |reading: &Reading| reading.entries.iter().map(throughline_lists::facts).collect::<Vec<_>>();
    assert_eq!(facts(&printed), facts(&typed));
}

/// A standard list: labels and values, a person after a person, an offence after an offence.
fn labels() -> Vec<u8> {
    let mut sheet = Sheet::default();
    sheet.put(30.0, 40.0, 16.0, "Magistrates Standard List for Ferrybridge");
    sheet.put(30.0, 60.0, 11.0, "List for 26 March 2026");
    sheet.put(30.0, 75.0, 11.0, "Last updated: 25 March 2026 at 5pm");
    let mut top = 100.0;
    let mut label = |label: &str, value: &str| {
        sheet.put(30.0, top, 10.0, label).put(200.0, top, 10.0, value);
        top += 14.0;
    };
    label("Court House", "Ferrybridge Magistrates' Court");
    label("Court Room", "Courtroom 2: A Bench");
    label("Sitting at", "1:30pm");
    label("Name", "MARSH, Ada Mary (female)*");
    label("DOB and Age", "14/02/1991 Age: 35");
    label("Address", "9 Quay Lane,");
    label("", "Ferrybridge");
    label("Reference", "01ZZ0000126");
    label("PNC ID", "2012/0345678U");
    label("Offence Code", "TH68001");
    label("Offence Title", "Theft from shop");
    label("Offence Code", "CJ88116");
    label("Offence Title", "Assault by beating");
    label("Sitting at", "3pm");
    label("Name", "HOLLIS, Tom (male)");
    label("Reference", "01ZZ0000226");
    label("Offence Title", "Affray");
    pdf(&[sheet])
}

#[test]
fn printed_labels_make_a_person_with_all_their_offences() {
    let reading = reading(&labels());
    assert_eq!((reading.rows_in, reading.entries.len(), reading.further.len()), (3, 2, 1));
    let ada = &reading.entries[0];
    assert_eq!((ada.name.formal().as_str(), ada.sex, ada.in_custody), ("MARSH, Ada Mary", Some(Sex::Female), true));
    assert_eq!((ada.date_of_birth, ada.age), (NaiveDate::from_ymd_opt(1991, 2, 14), Some(35)));
    assert_eq!((ada.address.as_deref(), ada.pnc.as_deref()), (Some("9 Quay Lane, Ferrybridge"), Some("2012/0345678U")));
    assert_eq!(
        ada.offences.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(),
        ["Theft from shop", "Assault by beating"]
    );
    assert_eq!(ada.sitting_at.unwrap().to_rfc3339(), "2026-03-26T13:30:00+00:00");
    let tom = &reading.entries[1];
    assert_eq!((tom.name.surname.as_str(), tom.court_room.as_deref()), ("HOLLIS", Some("Courtroom 2")));
    assert_eq!(tom.sitting_at.unwrap().to_rfc3339(), "2026-03-26T15:00:00+00:00");
}

#[test]
fn a_table_of_unknown_headings_can_be_mapped() {
    let mut sheet = Sheet::default();
    row(&mut sheet, 40.0, ["Ref", "Held", "Geb", "Geschl", "PLZ", "Zelle"]);
    row(&mut sheet, 60.0, ["FR/1/26", "MARSH, Ada", "14/02/1991", "F", "ZZ1 1AA", "4"]);
    row(&mut sheet, 80.0, ["FR/2/26", "HOLLIS, Tom", "01/06/1984", "M", "ZZ9 8XX", "5"]);
    let proposal = propose(&pdf(&[sheet]), today()).unwrap();
    assert_eq!((proposal.rows, proposal.columns.len()), (2, 6));
    assert_eq!(proposal.columns[1].values, ["MARSH, Ada", "HOLLIS, Tom"]);
}

mod a_hostile_pdf {
    use super::*;

    fn page_of(content: Vec<u8>) -> Vec<u8> {
        let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>".to_vec();
        let pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec();
        whole(&[b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), pages, page, content])
    }

    #[test]
    fn that_unpacks_to_more_than_a_list_ever_is_is_refused() {
        let bomb = page_of(packed(&vec![b' '; 250 << 20]));
        assert!(bomb.len() < 1 << 20);
        assert_eq!(read(&bomb, today()), Err(ReadError::TooLarge));
    }

    #[test]
    fn that_holds_no_letters_or_is_damaged_or_locked_is_told_in_words_that_help() {
        assert_eq!(read(&page_of(packed(b"0 0 10 10 re f")), today()), Err(ReadError::PictureOnly));
        assert_eq!(read(b"%PDF-1.7\nnothing", today()), Err(ReadError::BrokenPdf));
        let mut locked = table();
        locked.extend(b"trailer << /Encrypt 9 0 R >>");
        assert_eq!(read(&locked, today()), Err(ReadError::LockedPdf));
    }

    #[test]
    fn cut_anywhere_never_ends_the_server() {
        let whole = table();
        for end in (0..whole.len()).step_by(37) {
            let _ = read(&whole[..end], today());
        }
    }
}
