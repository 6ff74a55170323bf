//! The lists of the Crown Court: daily, firm and warned.

use chrono::{NaiveDate, TimeZone, Utc};
use serde_json::Value;
use throughline_domain::time::Instant;
use throughline_lists::{Change, Entry, ListNotice, Notice, Reading, SetAsideReason, Sex, diff, facts, read};

const DAILY: &str = include_str!("samples/crown-daily-list.json");
const FIRM: &str = include_str!("samples/crown-firm-list.json");
const WARNED: &str = include_str!("samples/crown-warned-list.json");

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn at(day: u32, hour: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 3, day, hour, 0, 0).unwrap()
}

fn reading(text: &str) -> Reading {
    let reading = read(text.as_bytes(), day(3, 26)).unwrap();
    assert!(reading.accounts_for_every_row());
    reading
}

fn named<'a>(reading: &'a Reading, surname: &str) -> &'a Entry {
    reading.entries.iter().find(|entry| entry.name.surname == surname).unwrap()
}

#[test]
fn a_daily_list_gives_each_defendant_with_where_and_when() {
    let reading = reading(DAILY);
    assert_eq!(reading.format, "cath-crown-daily-list");
    assert_eq!(reading.title, "Crown Court daily list for Ferrybridge Crown Court");
    assert_eq!((reading.list_date, reading.published_at.is_some()), (Some(day(3, 26)), true));
    let ada = named(&reading, "Marsh");
    assert_eq!(ada.name.formal(), "MARSH, Ada Mary");
    assert_eq!(ada.aliases.iter().map(throughline_domain::name::Name::natural).collect::<Vec<_>>(), ["Adie Marsh"]);
    assert_eq!(
        (ada.date_of_birth, ada.age, ada.sex),
        (NaiveDate::from_ymd_opt(1991, 2, 14), Some(35), Some(Sex::Female))
    );
    assert_eq!((ada.sitting_at, ada.court_room.as_deref()), (Some(at(26, 10)), Some("1")));
    assert_eq!(ada.urn.as_deref(), Some("T20269001"));
    assert_eq!(ada.hearing_type.as_deref(), Some("Plea and trial preparation"));
    assert_eq!(ada.address.as_deref(), Some("Flat 2, 9 Quay Lane"));
    let notes = "Before the Recorder\nTime: NOT BEFORE 11:30\nInterpreter booked\nURN: 01FR0000126\nPrisoner number: A9999ZZ\nPrison: HMP Ferrybridge";
    assert_eq!(ada.notes.as_deref(), Some(notes));
    let offences: Vec<_> = ada.offences.iter().map(|one| (one.code.as_deref(), one.title.as_str())).collect();
    assert_eq!(offences, [(Some("TH68009"), "Robbery"), (None, "Affray")]);
    assert!(ada.in_custody);
    assert_eq!(ada.notices, [Notice::DateOfBirthNotVerified, Notice::InCustody]);
}

#[test]
fn a_name_that_the_court_withholds_is_nowhere_in_what_is_kept() {
    let reading = reading(DAILY);
    let hidden = named(&reading, "Defendant A");
    assert_eq!((hidden.name_as_printed.as_str(), hidden.aliases.len()), ("Defendant A", 0));
    assert_eq!(hidden.verbatim["Defendant"]["PersonalDetails"]["MaskedName"], "Defendant A");
    assert_eq!(hidden.notices, [Notice::Youth, Notice::NameWithheld]);
    let kept = serde_json::to_string(&reading).unwrap();
    assert!(kept.contains("Counsel B") && kept.contains("Vane") && !kept.contains("Secretson"));
    let unnamed = reading_with(DAILY, r#""MaskedName": "Defendant A","#, "");
    assert!(unnamed.entries[1].notices.starts_with(&[Notice::NoName]));
    assert!(!serde_json::to_string(&unnamed).unwrap().contains("Hidden"));
}

fn reading_with(text: &str, from: &str, to: &str) -> Reading {
    assert!(text.contains(from));
    reading(&text.replace(from, to))
}

#[test]
fn an_advocate_said_twice_is_kept_twice_and_told() {
    let reading = reading(DAILY);
    let prosecution = &named(&reading, "Marsh").verbatim["Hearing"]["Prosecution"]["Advocate"];
    assert_eq!(prosecution.as_array().map(Vec::len), Some(2));
    let told = [ListNotice::CaseWithoutParties("T20269002".into()), ListNotice::RepeatedKey("Advocate".into())];
    assert_eq!(reading.notices, told);
}

#[test]
fn prosecutors_and_respondents_are_counted_and_no_work() {
    let reading = reading(DAILY);
    let set_aside: Vec<_> = reading.set_aside.iter().map(|row| (row.name.as_str(), row.reason.clone())).collect();
    let respondent = SetAsideReason::OtherParty("respondent".into());
    let wanted =
        [("Ferrybridge Prosecutors", SetAsideReason::ProsecutingAuthority), ("Borough of Ferrybridge", respondent)];
    assert_eq!(set_aside, wanted);
    let rejected: Vec<&Value> = reading.rejected.iter().map(|row| &row.verbatim).collect();
    assert_eq!(rejected, [&serde_json::json!({"odd": true}), &Value::from("not a defendant")]);
    assert_eq!((reading.rows_in, reading.entries.len()), (7, 3));
}

#[test]
fn a_time_in_words_is_told_and_the_day_is_kept() {
    let reading = reading(DAILY);
    let rowe = named(&reading, "Rowe");
    let unreadable = Notice::UnreadableTime { column: "Sitting at".into(), text: "after lunch".into() };
    assert_eq!(rowe.notices, [Notice::NoDateOfBirth, unreadable]);
    assert_eq!((rowe.sitting_at, rowe.listed_on), (None, Some(day(3, 26))));
    let summer = reading_of_summer();
    assert_eq!(named(&summer, "Marsh").sitting_at.unwrap().to_rfc3339(), "2026-07-01T09:00:00+00:00");
}

fn reading_of_summer() -> Reading {
    reading_with(DAILY, r#""StartDate": "2026-03-26""#, r#""StartDate": "2026-07-01""#)
}

#[test]
fn a_daily_list_of_several_days_does_not_say_which_and_that_is_told() {
    let several = reading_with(DAILY, r#""Version": "1.0""#, r#""EndDate": "2026-03-27", "Version": "1.0""#);
    let assumed = Notice::DateAssumed { column: "Sitting at".into(), text: "10:00:00".into() };
    assert!(named(&several, "Marsh").notices.contains(&assumed));
    assert_eq!(named(&several, "Rowe").listed_on, None);
}

#[test]
fn a_firm_list_prints_the_day_with_each_court() {
    let reading = reading(FIRM);
    assert_eq!((reading.format.as_ref(), reading.entries.len()), ("cath-crown-firm-list", 4));
    assert_eq!(named(&reading, "Hollis").sitting_at, Some(at(26, 10)));
    assert_eq!(named(&reading, "Hollis").notices, [Notice::NoDateOfBirth]);
    let eva = named(&reading, "Vane");
    assert_eq!((eva.sitting_at, eva.listed_on), (None, Some(day(3, 27))));
    assert!(facts(eva).contains(&("Listed for", "27 March 2026".to_owned())));
    let kit = named(&reading, "Lark");
    let assumed = Notice::DateAssumed { column: "Sitting at".into(), text: "14:00:00".into() };
    assert_eq!((kit.sitting_at, &kit.notices[1]), (Some(at(26, 14)), &assumed));
    let sam = named(&reading, "Ferris");
    assert_eq!((sam.listed_on, sam.notes.as_deref()), (Some(day(3, 27)), Some("Reserve list\nURN: 01FR0001326")));
    assert_eq!(reading.notices, [ListNotice::SeveralDays(2)]);
}

#[test]
fn a_warned_list_says_that_a_case_may_be_called_on_any_day() {
    let reading = reading(WARNED);
    assert_eq!(reading.format, "cath-crown-warned-list");
    let warned = ListNotice::WarnedFor { from: day(4, 6), to: day(4, 10) };
    assert_eq!(reading.notices, [warned]);
    assert!(reading.notices[0].to_string().contains("from 6 April 2026 to 10 April 2026"));
    let ada = named(&reading, "Marsh");
    assert_eq!((ada.listed_on, ada.sitting_at), (Some(day(4, 7)), None));
    assert_eq!(
        (ada.hearing_type.as_deref(), ada.notes.as_deref()),
        (Some("Trial"), Some("Two days\nPriority\nPrison: HMP Ferrybridge"))
    );
    let disagree = Notice::PrisonAndStatusDisagree { prison: "HMP Ferrybridge".into(), status: "On bail".into() };
    assert_eq!(ada.notices, [Notice::InCustody, disagree]);
    let tom = named(&reading, "Hollis");
    assert_eq!((tom.listed_on, tom.hearing_type.as_deref()), (None, Some("TRI")));
    assert_eq!(tom.notes.as_deref(), Some("Without a fixed date"));
    assert_eq!((tom.in_custody, tom.bail_status.as_deref()), (true, Some("On remand")));
}

#[test]
fn a_hearing_that_moves_room_has_moved() {
    let before = reading(DAILY).entries;
    let now = reading_with(DAILY, r#""CourtRoomNumber": 2"#, r#""CourtRoomNumber": 5"#).entries;
    let changes = diff(&before, &now);
    assert!(matches!(changes[0], Change::Same { .. }) && matches!(changes[1], Change::Same { .. }));
    let Change::Moved { moves, .. } = &changes[2] else { panic!("{changes:?}") };
    assert_eq!(moves[0].to.court_room.as_deref(), Some("5"));
}
