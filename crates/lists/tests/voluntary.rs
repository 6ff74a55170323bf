//! Lists of voluntary attendances: tables of people who are interviewed by appointment.

use chrono::NaiveDate;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use throughline_domain::time::from_london;
use throughline_lists::{
    Change, Column, ListKind, Mapping, Notice, ReadError, Reading, diff, propose, read, read_mapped, table,
};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn at(day: u32, hour: u32, minute: u32) -> throughline_domain::time::Instant {
    from_london(NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(hour, minute, 0).unwrap())
}

fn reading(bytes: &[u8]) -> Reading {
    let reading = read(bytes, today()).unwrap();
    assert!(reading.accounts_for_every_row(), "{reading:#?}");
    reading
}

const SENT: &str = "Voluntary attendance interviews\n\
    Name,DOB,Sex,Interview date,Interview time,Offence,OIC,Collar number,OIC e-mail,Appropriate adult,Interpreter\n\
    \"MARSH, Ada\",14/02/1991,F,26/11/2026,14:00,Theft from shop,DC Vale,4417QX,vale@police.invalid,Yes,Welsh\n\
    \"QUILL, Ben\",01/06/2010,M,25.11.26,9.30am,Affray,PC Rowe,,,,\n\
    \"OAK, Cy\",,M,27/11/2026,,Harassment,,,,,\n\
    ,01/01/1990,M,27/11/2026,10:00,Nobody named,,,,,\n";

#[test]
fn each_row_is_a_volunteer_with_the_time_of_the_interview() {
    let reading = reading(SENT.as_bytes());
    assert_eq!((reading.kind, reading.format.as_ref(), reading.rows_in), (ListKind::Voluntary, "voluntary-table", 4));
    assert_eq!(
        (reading.entries.len(), reading.rejected.len()),
        (3, 1),
        "a row that names nobody is kept, and rejected"
    );
    let [ada, ben, cy] = &reading.entries[..] else { panic!("three") };
    assert_eq!(ada.interview_at, Some(at(26, 14, 0)));
    assert_eq!(ada.officer.as_deref(), Some("DC Vale, 4417QX, vale@police.invalid"));
    assert_eq!((ada.appropriate_adult.as_deref(), ada.interpreter.as_deref()), (Some("Yes"), Some("Welsh")));
    assert!(ben.interview_at == Some(at(25, 9, 30)) && ben.youth, "{ben:#?}");
    assert_eq!((cy.interview_at, cy.listed_on), (None, NaiveDate::from_ymd_opt(2026, 11, 27)), "a day without a time");
    assert!(!cy.notices.iter().any(|notice| matches!(notice, Notice::UnreadableTime { .. })), "{:?}", cy.notices);
    for entry in &reading.entries {
        assert!(!entry.in_custody && entry.custody_number.is_none(), "nobody on it is held");
        assert!(entry.arrived_at.is_none() && entry.arrested_at.is_none() && entry.detention_authorised_at.is_none());
    }
    assert!(table(&reading).contains("26 Nov 14:00"), "{}", table(&reading));
}

#[test]
fn a_day_and_a_time_in_one_cell_and_in_a_workbook_are_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (across, heading) in (0..).zip(["Name", "Date of birth", "Date of interview", "Time of interview"]) {
        sheet.write_string(0, across, heading).unwrap();
    }
    sheet.write_string(1, 0, "MARSH, Ada").unwrap();
    sheet.write_string(1, 1, "14/02/1991").unwrap();
    let (date, time) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("hh:mm"));
    sheet.write_datetime_with_format(1, 2, ExcelDateTime::from_ymd(2026, 11, 26).unwrap(), &date).unwrap();
    sheet.write_datetime_with_format(1, 3, ExcelDateTime::from_hms(14, 0, 0).unwrap(), &time).unwrap();
    let workbook = reading(&book.save_to_buffer().unwrap());
    assert_eq!((workbook.kind, workbook.entries[0].interview_at), (ListKind::Voluntary, Some(at(26, 14, 0))));
    let one = reading(b"Name;Interview date and time;OIC\nMARSH Ada;26/11/2026 14:00;DC Vale\n");
    assert_eq!(one.entries[0].interview_at, Some(at(26, 14, 0)));
}

#[test]
fn a_time_nobody_can_read_is_told_and_the_day_is_kept() {
    let odd = reading(b"Name,DOB,Interview date,Interview time\nMARSH Ada,14/02/1991,26/11/2026,after lunch\n");
    let ada = &odd.entries[0];
    assert_eq!((ada.interview_at, ada.listed_on), (None, NaiveDate::from_ymd_opt(2026, 11, 26)));
    assert!(
        ada.notices.iter().any(|notice| notice.to_string().contains("'26/11/2026 after lunch' is not a time")),
        "{:?}",
        ada.notices
    );
}

#[test]
fn a_custody_or_a_court_list_is_not_taken_for_one() {
    let custody =
        reading(b"Custody No,Name,DOB,Arrested,Interview\nFR/1,MARSH Ada,14/02/1991,24/11/26 05:10,24/11/26 09:00\n");
    assert_eq!(custody.kind, ListKind::Custody);
    let court = reading(b"Name,DOB,Court room,Hearing time,Interview\nMARSH Ada,14/02/1991,2,10:00,\n");
    assert_eq!(court.kind, ListKind::Court);
}

#[test]
fn a_moved_interview_is_the_same_line_and_another_day_is_too() {
    let before = reading(SENT.as_bytes()).entries;
    let later = SENT.replace("26/11/2026,14:00", "26/11/2026,16:00");
    let changes = diff(&before, &reading(later.as_bytes()).entries);
    let is_told = |change: &&Change| matches!(change, Change::Changed { .. });
    assert_eq!(changes.iter().filter(is_told).count(), 1, "{changes:?}");
    let other_day = SENT.replace("26/11/2026,14:00", "30/11/2026,14:00");
    let changes = diff(&before, &reading(other_day.as_bytes()).entries);
    assert_eq!(changes.iter().filter(is_told).count(), 1, "{changes:?}");
    assert!(!changes.iter().any(|change| matches!(change, Change::New { .. })), "{changes:?}");
}

#[test]
fn headings_nobody_knows_are_told_once() {
    let text =
        "Who;When;Born;Why\nMARSH, Ada;26/11/2026 14:00;14/02/1991;Theft\nOAK, Cy;25/11/2026 9:00;01/06/1984;Affray\n";
    assert!(matches!(
        read(text.as_bytes(), today()),
        Err(ReadError::NotRecognised { .. } | ReadError::MissingColumns(_))
    ));
    let proposal = propose(text.as_bytes(), today()).unwrap();
    let mut mapping = Mapping { kind: ListKind::Voluntary, ..proposal.mapping() };
    for (heading, means) in &mut mapping.columns {
        *means = match heading.as_str() {
            "Who" => Some(Column::FullName),
            "When" => Some(Column::InterviewAt),
            "Born" => Some(Column::DateOfBirth),
            _ => Some(Column::Offence),
        };
    }
    let told = read_mapped(text.as_bytes(), &mapping, today()).unwrap();
    assert_eq!((told.kind, told.format.as_ref()), (ListKind::Voluntary, "voluntary-mapped"));
    assert_eq!(told.entries[0].interview_at, Some(at(26, 14, 0)));
}
