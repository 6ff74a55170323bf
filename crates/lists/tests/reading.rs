//! What a list says, told in the words of the people who read lists.

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;
use throughline_domain::time::Instant;
use throughline_lists::{
    Change, Entry, ListKind, ListNotice, MAX_BYTES, Notice, Position, ReadError, Reading, RejectReason, SetAsideReason,
    Sex, diff, read, table,
};

const CUSTODY: &str = include_str!("samples/custody.csv");
const COURT: &str = include_str!("samples/magistrates-standard-list.json");

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

fn named<'a>(reading: &'a Reading, surname: &str) -> &'a Entry {
    reading.entries.iter().find(|entry| entry.name.surname == surname).unwrap()
}

mod a_custody_list {
    use super::*;

    #[test]
    fn gives_each_detainee_with_everything_the_list_says() {
        let reading = reading(CUSTODY);
        assert_eq!((reading.kind, reading.format.as_ref()), (ListKind::Custody, "custody-csv"));
        assert_eq!(reading.title, "Custody list");
        assert_eq!(reading.sites, ["Ferrybridge Road"]);
        assert_eq!(reading.list_date, Some(today()));
        let ada = named(&reading, "MARSH");
        assert_eq!(ada.position, Position::Row(5));
        assert_eq!(ada.name.formal(), "MARSH, Ada Mary");
        assert_eq!(ada.date_of_birth, NaiveDate::from_ymd_opt(1991, 2, 14));
        assert_eq!((ada.age, ada.sex), (Some(35), Some(Sex::Female)));
        assert_eq!(ada.address.as_deref(), Some("Flat 2\n9 Quay Lane"));
        assert_eq!(ada.custody_number.as_deref(), Some("FR/1021/26"));
        assert!(ada.nhs_number.as_ref().is_some_and(|number| number.digits().starts_with("999")));
        assert_eq!(ada.arrested_at, Some(at(6, 10)));
        assert_eq!(ada.arrived_at, Some(at(6, 55)));
        assert_eq!(ada.detention_authorised_at, Some(at(7, 20)));
        assert_eq!(ada.observation.as_deref(), Some("2"));
        assert!(ada.in_custody);
        let offences: Vec<_> = ada.offences.iter().map(|o| (o.code.as_deref(), o.title.as_str())).collect();
        assert_eq!(offences, [(Some("TH68001"), "Theft from shop"), (None, "Assault by beating")]);
        assert_eq!(ada.notices, []);
    }

    #[test]
    fn warns_and_never_refuses() {
        let reading = reading(CUSTODY);
        let tom = named(&reading, "HOLLIS");
        let unreadable = Notice::UnreadableTime { column: "Detention authorised".into(), text: "soon".into() };
        let assumed = Notice::DateAssumed { column: "Relevant time".into(), text: "07:40".into() };
        assert!(tom.notices.contains(&Notice::NoDateOfBirth));
        assert!(tom.notices.iter().any(|notice| matches!(notice, Notice::BadPncLetter(_))));
        assert!(tom.notices.contains(&Notice::BadNhsNumber("999 000 0000".into())));
        assert!(tom.notices.contains(&unreadable) && tom.notices.contains(&assumed));
        assert_eq!(tom.arrived_at, Some(at(7, 40)));
        let eva = named(&reading, "O'BRIEN");
        let order = Notice::TimesOutOfOrder { earlier: "Arrested".into(), later: "Relevant time".into() };
        assert!(eva.notices.contains(&Notice::ImpossibleDateOfBirth("31/02/1990".into())));
        assert!(eva.notices.contains(&Notice::UnreadableAge("age unknown".into())));
        assert!(eva.notices.contains(&Notice::UnreadableSex("Q".into())));
        assert!(eva.notices.contains(&Notice::NotAPnc("PNC-ID1".into())));
        assert!(eva.notices.contains(&order));
        let sam = named(&reading, "LARK");
        assert!(sam.youth && sam.notices.contains(&Notice::Youth));
        assert!(sam.notices.contains(&Notice::AgeAndDateDisagree { printed: 22, calculated: 15 }));
        let rowe = named(&reading, "Rowe");
        assert!(rowe.notices.contains(&Notice::ImpossibleDateOfBirth("1/1/1800".into())));
        assert!(rowe.notices.contains(&Notice::MoreCellsThanHeadings));
    }

    #[test]
    fn keeps_two_rows_with_one_custody_number_apart_and_says_so() {
        let reading = reading(CUSTODY);
        let sams: Vec<&Entry> = reading.entries.iter().filter(|entry| entry.name.surname == "LARK").collect();
        assert_eq!(sams.len(), 2);
        assert_ne!(sams[0].key, sams[1].key);
        assert_eq!(sams[1].notices.last(), Some(&Notice::DuplicateInList(Position::Row(9))));
        assert_eq!(Notice::DuplicateInList(Position::Row(9)).to_string(), "Also at row 9 of this list");
    }

    #[test]
    fn rejects_a_row_that_names_nobody_and_keeps_it_word_for_word() {
        let reading = reading(CUSTODY);
        assert_eq!((reading.rows_in, reading.entries.len(), reading.rejected.len()), (7, 6, 1));
        let rejected = &reading.rejected[0];
        assert_eq!((&rejected.row, rejected.reason), (&Position::Row(11), RejectReason::NobodyNamed));
        assert_eq!(rejected.verbatim["Cell"], "M9");
        assert!(reading.notices.contains(&ListNotice::BlankRows(1)));
        assert!(reading.notices.contains(&ListNotice::UnknownColumn("Cell".into())));
    }

    #[test]
    fn keeps_markup_and_formulas_exactly() {
        let reading = reading(CUSTODY);
        assert_eq!(named(&reading, "HOLLIS").offences[0].title, "Breach of the peace, <b>drunk</b>");
        assert_eq!(named(&reading, "O'BRIEN").address.as_deref(), Some("=1+1"));
        assert_eq!(named(&reading, "O'BRIEN").verbatim["Address"], "=1+1");
    }

    #[test]
    fn is_read_whatever_separates_its_columns_and_however_it_is_encoded() {
        let rows = "CR number;Name;Date of Birth;Arrived\nA/1;\"LÓPEZ, Ana\";1/2/84;26/3/26 9:30\n";
        let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(rows.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let latin: Vec<u8> = rows.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let marked = format!("\u{feff}{rows}").into_bytes();
        let tabbed = rows.replace(';', "\t").into_bytes();
        for bytes in [utf_16, latin.clone(), marked, tabbed] {
            let reading = read(&bytes, today()).unwrap();
            assert_eq!(reading.entries[0].name.formal(), "LÓPEZ, Ana");
            assert_eq!(reading.entries[0].arrived_at, Some(at(9, 30)));
        }
        assert_eq!(read(&latin, today()).unwrap().notices, [ListNotice::ReadAsWindows1252]);
    }
}

mod a_court_list {
    use super::*;

    #[test]
    fn gives_each_defendant_and_subject_with_where_and_when() {
        let reading = reading(COURT);
        assert_eq!(
            (reading.kind, reading.title.as_str()),
            (ListKind::Court, "Magistrates' court list for Ferrybridge")
        );
        assert_eq!(reading.list_date, Some(today()));
        assert_eq!((reading.entries.len(), reading.gathered()), (3, 1));
        let ada = &reading.entries[0];
        assert_eq!(ada.name.formal(), "MARSH, Ada Mary");
        assert_eq!(ada.sitting_at, Some(at(10, 0)));
        assert_eq!(ada.court_room.as_deref(), Some("Courtroom 1"));
        assert_eq!(ada.urn.as_deref(), Some("01FR0000126"));
        assert_eq!(ada.address.as_deref(), Some("Flat 2, 9 Quay Lane, Ferrybridge"));
        assert_eq!(ada.offences.len(), 2);
        assert_eq!(ada.offences[0].wording.as_deref(), Some("On 25 March stole goods <script>"));
        assert!(ada.in_custody);
        let of_the_case = [Notice::ReportingRestriction, Notice::InCustody];
        assert_eq!(ada.hearings[0].notices, of_the_case);
    }

    #[test]
    fn carries_the_restrictions_of_the_case_and_of_its_offences() {
        let reading = reading(COURT);
        assert_eq!(
            reading.entries[0].reporting_restriction.as_deref(),
            Some("Section 4(2) order\nDo not name the shop")
        );
        let youth = named(&reading, "LARK");
        assert!(youth.youth);
        assert!(youth.reporting_restriction.as_deref().is_some_and(|text| text.contains("no details")));
    }

    #[test]
    fn counts_organisations_prosecutors_and_respondents_without_making_work_of_them() {
        let reading = reading(COURT);
        assert_eq!(reading.organisations(), 1);
        let reasons: Vec<&SetAsideReason> = reading.set_aside.iter().map(|row| &row.reason).collect();
        assert_eq!(
            reasons,
            [
                &SetAsideReason::OtherParty("respondent".into()),
                &SetAsideReason::Organisation,
                &SetAsideReason::ProsecutingAuthority,
                &SetAsideReason::ProsecutingAuthority,
            ]
        );
        assert_eq!((reading.rows_in, reading.rejected.len()), (9, 1));
        assert_eq!(reading.rejected[0].verbatim, "not a party");
        assert!(reading.notices.contains(&ListNotice::CaseWithoutParties("01FR0000226".into())));
    }

    #[test]
    fn keeps_a_defendant_of_whom_nothing_is_known() {
        let reading = reading(COURT);
        let nobody = &reading.entries[2];
        let unreadable = Notice::UnreadableTime { column: "Sitting at".into(), text: "later".into() };
        assert_eq!(nobody.notices, [Notice::NoName, Notice::NoDateOfBirth, unreadable]);
        assert_eq!(nobody.urn.as_deref(), Some("01FR0000426"));
    }

    #[test]
    fn gathers_the_same_person_in_two_matters() {
        let reading = reading(COURT);
        let subject = &reading.entries[0].hearings[1];
        assert_eq!(subject.urn.as_deref(), Some("APP-77"));
        assert_eq!(subject.said.notes.as_deref(), Some("Vary order: Curfew hours"));
        let age = Notice::AgeAndDateDisagree { printed: 40, calculated: 35 };
        assert!(subject.notices.contains(&age) && reading.entries[0].notices.contains(&age));
        assert!(reading.entries[0].in_custody && !subject.in_custody, "the line is, by its case");
    }

    #[test]
    fn is_for_the_london_day_of_its_first_sitting() {
        let text = COURT.replace("2026-03-26T10:00:00Z", "2026-06-30T23:30:00Z");
        let reading = reading(&text);
        assert_eq!(named(&reading, "LARK").sitting_at.unwrap().to_rfc3339(), "2026-06-30T23:30:00+00:00");
        assert!(reading.notices.contains(&ListNotice::SeveralDays(2)));
        let text = text.replace("2026-03-26T14:00:00Z", "2026-07-01T09:00:00Z");
        assert_eq!(super::reading(&text).list_date, NaiveDate::from_ymd_opt(2026, 7, 1));
    }
}

mod a_list_sent_again {
    use super::*;

    fn custody(rows: &str) -> Vec<Entry> {
        reading(&format!("Custody number,Name,DOB,Arrived,Cell\n{rows}")).entries
    }

    #[test]
    fn says_what_is_new_changed_the_same_and_gone() {
        let before = custody("A/1,\"MARSH, Ada\",14/2/1991,,F1\nA/2,\"HOLLIS, Tom\",,,M1\nA/3,\"LARK, Sam\",,,M2\n");
        let now =
            custody("A/4,\"ROWE, Kit\",,,M9\nA/1,\"MARCH, Ada\",14/2/1991,26/3/26 9:30,F1\na/3,\"LARK, Sam\",,,M2\n");
        let changes = diff(&before, &now);
        assert_eq!(changes[0], Change::New { now: 0 });
        let Change::Changed { before: 0, now: 1, fields, .. } = &changes[1] else { panic!("{:?}", changes[1]) };
        let told: Vec<_> = fields.iter().map(|f| (f.label.as_str(), f.before.as_str(), f.after.as_str())).collect();
        assert_eq!(told, [("Name", "MARSH, Ada", "MARCH, Ada"), ("Arrived", "", "26 March 2026 at 09:30")]);
        assert!(changes[1].concerns_identity());
        assert_eq!(changes[3], Change::Gone { before: 1 });
        assert_eq!(changes.len(), 4);
    }

    #[test]
    fn the_same_list_twice_is_all_the_same() {
        for text in [CUSTODY, COURT] {
            let entries = reading(text).entries;
            let changes = diff(&entries, &entries);
            assert_eq!(changes.len(), entries.len());
            assert!(changes.iter().all(|change| matches!(change, Change::Same { before, now } if before == now)));
        }
    }

    #[test]
    fn a_column_no_field_holds_is_still_told() {
        let changes = diff(&custody("A/1,\"MARSH, Ada\",,,F1\n"), &custody("A/1,\"MARSH, Ada\",,,F2\n"));
        let [Change::Changed { fields, .. }] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(
            (fields[0].label.as_str(), fields[0].before.as_str(), fields[0].after.as_str()),
            ("Cell", "F1", "F2")
        );
        assert!(!changes[0].concerns_identity());
    }

    #[test]
    fn a_custody_number_added_later_is_a_change_and_another_number_is_another_detention() {
        let without = custody(",\"MARSH, Ada\",14/2/1991,,\n");
        let with = custody("A/1,\"MARSH, Ada\",14/2/1991,,\n");
        let again = custody("A/9,\"MARSH, Ada\",14/2/1991,,\n");
        assert!(matches!(diff(&without, &with).as_slice(), [Change::Changed { .. }]));
        assert_eq!(diff(&with, &again), [Change::New { now: 0 }, Change::Gone { before: 0 }]);
    }

    #[test]
    fn a_hearing_that_moves_room_has_moved() {
        let before = reading(COURT).entries;
        let now = reading(&COURT.replace("Courtroom 2", "Courtroom 5")).entries;
        let Change::Moved { moves, .. } = &diff(&before, &now)[0] else { panic!("the application moved") };
        assert_eq!(moves[0].urn.as_deref(), Some("APP-77"));
        assert_eq!(
            (moves[0].from.court_room.as_deref(), moves[0].to.court_room.as_deref()),
            (Some("Courtroom 2"), Some("Courtroom 5"))
        );
    }
}

mod a_file_that_is_no_list {
    use super::*;

    fn error(bytes: &[u8]) -> ReadError {
        read(bytes, today()).unwrap_err()
    }

    #[test]
    fn is_refused_in_words_that_help() {
        assert_eq!(error(b" \r\n").to_string(), "This file is empty");
        assert_eq!(error(&vec![b'a'; MAX_BYTES + 1]), ReadError::TooLarge);
        assert!(error(b"PK\x03\x04rest").to_string().contains("Excel workbook"));
        assert!(matches!(error(b"Name,DOB\n\0,\0"), ReadError::NotText { .. }));
        assert_eq!(error(b"{\"document\": {},\n \"courtLists\": [}"), ReadError::BrokenJson { line: 2, column: 17 });
        assert!(
            error(b"Dear colleague, please find the list below").to_string().contains("It looked for a Magistrates")
        );
        assert!(matches!(error(b"{\"hello\": 1}"), ReadError::NotRecognised { .. }));
    }

    #[test]
    fn says_which_columns_are_missing_and_which_row_is_broken() {
        let missing = error(b"Date of birth,Arrested,Offence\n1/2/84,9:30,Theft\n");
        assert_eq!(missing, ReadError::MissingColumns(vec!["name".into(), "custody record number".into()]));
        let broken = error(b"Custody number,Name\nA/1,Ada\nA/2,\"Tom\nA/3,Sam\n");
        assert!(matches!(broken, ReadError::BrokenCsv { row: 3, .. }));
    }

    #[test]
    fn cannot_exhaust_the_machine() {
        assert!(matches!(error("[".repeat(200_000).as_bytes()), ReadError::BrokenJson { .. }));
        let wide = format!("Custody number,Name{}\n", ",x".repeat(10_000));
        assert_eq!(error(wide.as_bytes()), ReadError::TooManyColumns { row: 1 });
        let long = format!("Custody number,Name\n{}", "1,a\n".repeat(50_001));
        assert_eq!(error(long.as_bytes()), ReadError::TooManyRows);
        let rooms = r#"{"courtRoomName":"x"},"#.repeat(2_000);
        let bomb = format!(
            r#"{{"document":{{}},"courtLists":[{{"courtHouse":{{"courtHouseName":"{}","courtRoom":[{}{{}}]}}}}]}}"#,
            "a".repeat(1_000_000),
            rooms
        );
        assert_eq!(error(bomb.as_bytes()), ReadError::TooLarge);
    }
}

#[test]
fn an_entry_survives_being_stored() {
    for text in [CUSTODY, COURT] {
        for entry in reading(text).entries {
            let stored = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&stored).unwrap(), entry);
        }
    }
}

#[test]
fn the_table_shows_people_and_what_to_know_and_cannot_steer_a_terminal() {
    let shown = table(&reading(CUSTODY));
    assert!(shown.contains("7 rows: 6 to consider, 0 set aside, 1 rejected"));
    assert!(shown.contains("MARSH, Ada Mary"));
    assert!(shown.contains("row 11: No name and no custody record number"));
    let hostile = table(&reading("Custody number,Name\nA/1,\"\u{1b}[2JAda\"\n"));
    assert!(!hostile.contains('\u{1b}'));
    assert!(table(&reading(COURT)).contains("Quayside Haulage Ltd (The defendant is an organisation)"));
}

#[test]
fn a_list_of_thousands_is_read_at_once() {
    let rows: Vec<String> = (0..20_000).map(|n| format!("A/{n},\"MARSH, Ada {n}\",14/2/1991")).collect();
    let rows = rows.join("\n");
    let entries = reading(&format!("Custody number,Name,DOB\n{rows}")).entries;
    assert_eq!(entries.len(), 20_000);
    assert!(diff(&entries, &entries).iter().all(|change| matches!(change, Change::Same { .. })));
}

/// Any JSON that keeps some of the shape of a court list.
fn courtlike() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from)
    ];
    let names = prop::sample::select(vec![
        "courtHouse",
        "courtRoom",
        "session",
        "sittings",
        "hearing",
        "case",
        "application",
        "party",
        "partyRole",
        "individualDetails",
        "organisationDetails",
        "subject",
        "offence",
        "dateOfBirth",
        "age",
        "sittingStart",
        "caseUrn",
    ]);
    let inner = leaf.prop_recursive(8, 60, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..5)
                .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    });
    (prop::collection::vec(inner.clone(), 0..4), inner).prop_map(|(lists, parties)| {
        let hearing = json!({"case": {"caseUrn": "1", "party": parties}});
        let court = json!({"courtHouse": {"courtRoom": [{"session": [{"sittings": [{"hearing": hearing}]}]}]}});
        let lists: Vec<Value> = lists.into_iter().chain([court]).collect();
        json!({"document": {}, "courtLists": lists})
    })
}

proptest! {
    #[test]
    fn no_bytes_at_all_can_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(reading) = read(&bytes, today()) {
            prop_assert!(reading.accounts_for_every_row());
            prop_assert!(!table(&reading).is_empty());
        }
    }

    #[test]
    fn every_row_of_a_custody_list_comes_out(rows in prop::collection::vec(prop::collection::vec("\\PC{0,12}|[0-9/: -]{0,16}", 6), 0..12)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Custody number", "Name", "DOB", "Age", "Arrested", "Detention authorised"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let reading = read(&writer.into_inner().unwrap(), today()).unwrap();
        let filled = rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).count();
        prop_assert_eq!(reading.entries.len() + reading.rejected.len(), filled);
        prop_assert!(reading.accounts_for_every_row());
        let cells: Vec<Vec<String>> = reading.entries.iter().map(|entry| &entry.verbatim).chain(reading.rejected.iter().map(|row| &row.verbatim))
            .map(|row| row.as_object().unwrap().values().map(|cell| cell.as_str().unwrap().to_owned()).collect()).collect();
        prop_assert!(cells.iter().all(|row| rows.contains(row)));
    }

    #[test]
    fn every_party_of_a_court_list_comes_out(document in courtlike()) {
        if let Ok(reading) = read(document.to_string().as_bytes(), today()) {
            prop_assert!(reading.accounts_for_every_row());
            let changes = diff(&reading.entries, &reading.entries);
            let all_same = changes.iter().all(|change| matches!(change, Change::Same { .. }));
            prop_assert!(all_same);
        }
    }
}
