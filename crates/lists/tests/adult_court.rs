//! What an adult court list of CaTH says, in JSON.

mod common;

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use throughline_domain::time::Instant;
use throughline_lists::{
    Change, Entry, ListKind, ListNotice, Notice, Position, ReadError, Reading, RejectReason, diff, read, table,
};

const LIST: &str = include_str!("samples/adult-court-list.json");
const PUBLIC: &str = include_str!("samples/public-adult-court-list.json");

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn at(hour: u32, minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 3, 26, hour, minute, 0).unwrap()
}

fn reading(text: &str) -> Reading {
    let reading = read(text.as_bytes(), today()).unwrap();
    assert!(reading.accounts_for_every_row());
    reading
}

fn document() -> Value {
    serde_json::from_str(LIST).unwrap()
}

/// The list with each row as a line of its own.
fn by_row(text: &str) -> Reading {
    reading(text).in_rows()
}

#[test]
fn each_case_gives_its_defendant_with_where_and_when() {
    let reading = by_row(LIST);
    assert_eq!((reading.kind, reading.format.as_ref()), (ListKind::Court, "cath-adult-court-list"));
    assert_eq!(
        reading.title,
        "Magistrates' court list for Ferrybridge Magistrates' Court and Quayside Magistrates' Court"
    );
    assert_eq!(reading.published_at, Some(Utc.with_ymd_and_hms(2026, 3, 26, 18, 5, 4).unwrap()));
    let ada = &reading.entries[0];
    assert_eq!((ada.name.formal(), ada.name_as_printed.as_str()), ("MARSH, Ada".into(), "Miss Ada Marsh"));
    assert_eq!(ada.date_of_birth, NaiveDate::from_ymd_opt(1991, 2, 14));
    assert_eq!(ada.address.as_deref(), Some("9 Quay Lane, Ferrybridge"));
    assert_eq!(ada.postcode.as_deref(), Some("ZZ99 3VZ"));
    assert_eq!(ada.court_house.as_deref(), Some("Ferrybridge Magistrates' Court"));
    assert_eq!((ada.court_room.as_deref(), ada.sitting_at), (Some("1"), Some(at(10, 0))));
    assert_eq!(ada.urn.as_deref(), Some("2600000001"));
    let offences: Vec<_> =
        ada.offences.iter().map(|o| (o.code.as_deref(), o.title.as_str(), o.wording.as_deref())).collect();
    assert_eq!(
        offences,
        [
            (Some("TH68001"), "Theft from shop", Some("Stole a coat")),
            (Some("CJ88001"), "Common assault", Some("Assaulted a constable"))
        ]
    );
    assert_eq!(ada.verbatim["case.offences"]["offence"][0]["cy_title"], "Dwyn o siop");
    assert_eq!(
        (&ada.verbatim["session.lja"], &ada.verbatim["block.bstart"]),
        (&json!("Invented LJA"), &json!("10:00"))
    );
    assert_eq!(ada.notices, []);
}

#[test]
fn a_session_starts_for_whoever_has_no_block_of_their_own_and_a_number_is_a_case_number_too() {
    let reading = reading(LIST);
    assert_eq!(reading.entries[1].urn.as_deref(), Some("2600000002"));
    assert_eq!(reading.entries[1].notices, [Notice::NoDateOfBirth]);
    assert_eq!(reading.entries[2].sitting_at, Some(at(14, 0)));
    assert!(reading.entries[2].youth);
    assert_eq!(reading.entries[3].sitting_at, Some(at(9, 30)));
}

#[test]
fn what_is_in_the_wrong_shape_is_told_and_kept() {
    let reading = reading(LIST);
    let una = &reading.entries[3];
    let born = Notice::NotUnderstood { field: "Date of birth".into(), text: r#"{"year":1980}"#.into() };
    let offence = Notice::NotUnderstood { field: "Offence".into(), text: "true".into() };
    assert_eq!(una.name.formal(), "REED, Una");
    assert_eq!(una.notices, [Notice::NoDateOfBirth, Notice::GivenTwice("Name".into()), born, offence]);
    assert_eq!(una.offences.iter().map(|offence| offence.title.as_str()).collect::<Vec<_>>(), ["Theft"]);
    let rejected: Vec<_> = reading.rejected.iter().map(|row| (&row.row, &row.verbatim, row.reason)).collect();
    let place = |path: &str, ordinal| Position::Path { path: format!("document.data.job.sessions.{path}"), ordinal };
    assert_eq!(
        rejected,
        [
            (&place("session[1].blocks.block.cases.case[1]", 5), &Value::Null, RejectReason::WrongShape),
            (&place("session[4].blocks.block[0].cases", 7), &json!({"count": 12}), RejectReason::WrongShape)
        ]
    );
}

#[test]
fn the_day_is_that_of_printing_and_the_list_says_so() {
    let notices = [ListNotice::DayOfPrinting(today()), ListNotice::SessionsWithoutCases(2)];
    assert_eq!((reading(LIST).list_date, reading(LIST).notices), (Some(today()), notices.to_vec()));
    assert_eq!(
        ListNotice::DayOfPrinting(today()).to_string(),
        "This list names no day: 26 March 2026, when it was printed, is taken. Check that it is the day of the hearings"
    );
    let dateless = by_row(&LIST.replace("printdate", "x"));
    assert_eq!((dateless.list_date, dateless.published_at), (None, None));
    assert_eq!(dateless.notices[0], ListNotice::NoDay);
    let assumed = Notice::DateAssumed { column: "Block start".into(), text: "10:00".into() };
    assert_eq!(dateless.entries[0].notices, [assumed]);
    assert_eq!(dateless.entries[0].sitting_at, Some(at(10, 0)));
    assert!(dateless.entries[0].key.contains("|09:00|"));
}

#[test]
fn times_are_of_london() {
    let summer = by_row(&LIST.replace("26/03/2026", "01/07/2026"));
    assert_eq!(summer.entries[0].sitting_at, Some(Utc.with_ymd_and_hms(2026, 7, 1, 9, 0, 0).unwrap()));
}

#[test]
fn the_public_list_reads_the_same_with_less() {
    let reading = reading(PUBLIC);
    assert_eq!(reading.entries.len(), 2);
    let ada = &reading.entries[0];
    assert_eq!((ada.name.formal(), ada.sitting_at), ("MARSH, Ada".to_owned(), Some(at(10, 0))));
    assert_eq!(ada.notices, [Notice::NoDateOfBirth]);
    // Whoever is on both lists is in the same place on both.
    assert_eq!(ada.key, by_row(LIST).entries[0].key);
}

#[test]
fn a_list_printed_again_is_all_the_same_and_a_case_that_moves_is_told() {
    let before = reading(LIST).entries;
    let again = reading(&LIST.replace("18:05:04", "19:00:00")).entries;
    assert!(diff(&before, &again).iter().all(|change| matches!(change, Change::Same { .. })));
    let moved = reading(&LIST.replace("\"room\": 2,", "\"room\": 7,")).entries;
    let changes = diff(&before, &moved);
    let rooms = changes.iter().filter_map(|change| match change {
        Change::Moved { moves, .. } => Some(moves[0].to.court_room.as_deref()),
        _ => None,
    });
    assert!(rooms.eq([Some("7"), Some("7")]), "{changes:?}");
}

#[test]
fn a_field_that_no_entry_holds_is_told_by_its_own_name() {
    let changes = diff(&reading(LIST).entries, &reading(&LIST.replace("POL01", "POL02")).entries);
    let Change::Changed { fields, .. } = &changes[0] else { panic!("the informant is another") };
    assert_eq!((fields[0].label.as_str(), fields[0].after.as_str()), ("case.inf", "POL02"));
}

#[test]
fn another_list_in_json_is_not_taken_for_one() {
    for text in [r#"{"document": {}}"#, r#"{"document": {"data": {"job": "x"}}}"#, r#"[{"document": {}}]"#] {
        assert!(matches!(read(text.as_bytes(), today()), Err(ReadError::NotRecognised { .. })), "{text}");
    }
}

#[test]
fn words_that_would_stand_with_too_many_cases_are_refused() {
    let mut document = document();
    let session = &mut document["document"]["data"]["job"]["sessions"]["session"][0];
    session["lja"] = "a".repeat(1_000_000).into();
    session["blocks"]["block"][0]["cases"]["case"] = vec![json!({"caseno": "1"}); 500].into();
    assert_eq!(read(document.to_string().as_bytes(), today()), Err(ReadError::TooLarge));
    let mut document = self::document();
    document["document"]["data"]["job"]["sessions"]["session"] = vec![json!([1]); 50_001].into();
    assert_eq!(read(document.to_string().as_bytes(), today()), Err(ReadError::TooManyRows));
}

#[test]
fn the_table_shows_the_list() {
    let shown = table(&reading(LIST));
    assert!(shown.contains("7 rows: 4 to consider, 1 further hearing of them, 0 set aside, 2 rejected"));
    assert!(shown.contains("MARSH, Ada") && shown.contains("26 Mar 10:00") && shown.contains("2600000001"));
    assert!(shown.contains("party 7: Not in the shape of a court list"));
}

proptest! {
    #[test]
    fn no_harm_loses_a_case(harms in common::harms()) {
        let document = common::harmed(document(), &harms);
        let text = document.to_string();
        if let Ok(reading) = read(text.as_bytes(), today()) {
            prop_assert!(reading.accounts_for_every_row());
            prop_assert!(!table(&reading).is_empty());
            let kept = serde_json::to_string(&reading).unwrap();
            for number in common::case_numbers(&document) {
                prop_assert!(kept.contains(&serde_json::to_string(&number).unwrap()), "{number} of {text}");
            }
            let keys: std::collections::BTreeSet<&str> = reading.entries.iter().map(|entry| entry.key.as_str()).collect();
            prop_assert_eq!(keys.len(), reading.entries.len());
            let stored: Vec<Entry> = serde_json::from_str(&serde_json::to_string(&reading.entries).unwrap()).unwrap();
            prop_assert_eq!(stored, reading.entries);
        }
    }
}
