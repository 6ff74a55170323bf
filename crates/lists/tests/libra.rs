//! What a list from Libra says, in XML.

mod common;

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use throughline_domain::time::Instant;
use throughline_lists::{
    Change, Entry, ListKind, ListNotice, Notice, Position, ReadError, Reading, RejectReason, SetAsideReason, Sex, diff,
    facts, read, table,
};

const LIST: &str = include_str!("samples/libra.xml");
const ADULT: &str = include_str!("samples/adult-court-list.json");

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn at(day: u32, hour: u32, minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 3, day, hour, minute, 0).unwrap()
}

fn reading(text: &str) -> Reading {
    let reading = read(text.as_bytes(), today()).unwrap();
    assert!(reading.accounts_for_every_row());
    reading
}

fn named<'a>(reading: &'a Reading, surname: &str) -> &'a Entry {
    reading.entries.iter().find(|entry| entry.name.surname == surname).unwrap()
}

/// A message with one document that holds this job.
fn message(job: &str) -> String {
    format!(
        "<ExternalDocumentRequest><documents><document><data>{job}</data></document></documents></ExternalDocumentRequest>"
    )
}

mod a_case {
    use super::*;

    #[test]
    fn gives_its_defendant_with_everything_the_list_says() {
        let reading = reading(LIST);
        assert_eq!((reading.kind, reading.format.as_ref()), (ListKind::Court, "libra"));
        let ada = &reading.entries[0];
        assert_eq!((ada.name.formal(), ada.name_as_printed.as_str()), ("MARSH, Ada Mary".into(), "MISS Ada MARSH"));
        assert_eq!(ada.date_of_birth, NaiveDate::from_ymd_opt(1991, 2, 14));
        assert_eq!((ada.age, ada.sex), (Some(35), Some(Sex::Female)));
        assert_eq!(ada.address.as_deref(), Some("Flat 2, 9 Quay Lane, Ferrybridge"));
        assert_eq!(ada.postcode.as_deref(), Some("ZZ99 3VZ"));
        assert_eq!((ada.pnc.as_deref(), ada.cro.as_deref()), (Some("2012/0345678U"), Some("012345/12W")));
        assert_eq!(ada.asn.as_deref(), Some("2601ZZ0100000001021C"));
        assert_eq!(ada.urn.as_deref(), Some("2600000001"));
        assert_eq!(ada.court_house.as_deref(), Some("Ferrybridge Magistrates' Court"));
        assert_eq!((ada.court_room.as_deref(), ada.sitting_at), (Some("00"), Some(at(26, 10, 0))));
        assert_eq!(ada.hearing_type.as_deref(), Some("First Hearings Slot"));
        assert_eq!(
            ada.notes.as_deref(),
            Some("Bail conditions: Live at 9 Quay Lane\nFurther information: Interpreter asked for\nURN: 01ZZ0000126")
        );
        let offences: Vec<_> = ada.offences.iter().map(|o| (o.code.as_deref(), o.title.as_str())).collect();
        assert_eq!(offences, [(Some("TH68010"), "Theft from a shop"), (Some("CJ88001"), "Common assault")]);
        let wording = "On 25/03/2026 stole a coat, to the value of £100.00 <script>";
        assert_eq!(ada.offences[0].wording.as_deref(), Some(wording));
        assert_eq!(ada.notices, []);
    }

    #[test]
    fn keeps_what_no_field_holds_as_it_came() {
        let reading = reading(LIST);
        let verbatim = &reading.entries[0].verbatim;
        assert_eq!(verbatim["case.listno"], "1st");
        assert_eq!(verbatim["case.estdur"], "0:10");
        assert_eq!(verbatim["case.pnc_id"], "20120345678U");
        assert_eq!(verbatim["case.offences"]["offence"][0]["plea"], "NG");
        assert_eq!(verbatim["case.offences"]["offence"][0]["maxpen"], "EW: 6M ;/or Ultd Fine");
        assert_eq!((&verbatim["session.room"], &verbatim["block.desc"]), (&json!("00"), &json!("First Hearings Slot")));
        assert_eq!(named(&reading, "LARK").verbatim["case.pg_addr"]["line1"], "1 Dock Row");
        assert_eq!(named(&reading, "LARK").verbatim["case.nationality_1"], "British");
    }

    #[test]
    fn that_is_wrong_in_everything_is_warned_of_and_not_refused() {
        let reading = reading(LIST);
        let tom = named(&reading, "HOLLIS");
        assert_eq!(
            tom.notices,
            [
                Notice::AgeAndDateDisagree { printed: 20, calculated: 46 },
                Notice::BadPncLetter("2015/0000077I".into()),
                Notice::TitleAndSexDisagree { title: "Mr".into(), sex: Sex::Female },
                Notice::MarkedNotValid,
                Notice::GivenTwice("Date of birth".into()),
                Notice::NameElementsDisagree { printed: "MR Tom HOLLIS".into(), parts: "Tim HOLLIS".into() },
                Notice::BadCroLetter("12346/12I".into()),
                Notice::BadAsn("2601ZZ0100000001022C".into()),
            ]
        );
        assert_eq!((tom.name.formal(), tom.name_as_printed.as_str()), ("HOLLIS, Tim".into(), "MR Tom HOLLIS"));
        assert_eq!(tom.date_of_birth, NaiveDate::from_ymd_opt(1980, 2, 1));
        assert_eq!((tom.cro.as_deref(), tom.asn.as_deref()), (Some("012346/12I"), Some("2601ZZ0100000001022C")));
        assert_eq!((tom.address.as_deref(), tom.offences.len()), (Some("No fixed abode"), 0));
        let kit = named(&reading, "ROWE");
        assert_eq!(
            kit.notices,
            [
                Notice::ImpossibleDateOfBirth("AA/BB/CCCC".into()),
                Notice::UnreadableAge("old".into()),
                Notice::UnreadableSex("Q".into()),
                Notice::InCustody,
                Notice::UnreadableTime { column: "Block start".into(), text: "later".into() },
            ]
        );
        assert_eq!((kit.sitting_at, kit.in_custody, kit.offences[0].title.as_str()), (None, true, "Theft"));
    }

    #[test]
    fn of_somebody_who_is_on_the_list_already_says_where() {
        let reading = reading(LIST);
        let [Notice::DuplicateInList(earlier)] = &reading.entries[6].notices[..] else { panic!("Ada is on it twice") };
        assert_eq!(earlier, &reading.entries[0].position);
    }

    #[test]
    fn of_a_youth_tells_of_the_parent_or_guardian() {
        let reading = reading(LIST);
        let sam = named(&reading, "LARK");
        assert_eq!((sam.youth, sam.sex), (true, None));
        let wrong = [Notice::NotAPnc("PNC-ID1".into()), Notice::Youth, Notice::NotACro("CR0000000001".into())];
        assert_eq!(sam.notices, wrong);
        assert_eq!(sam.notes.as_deref(), Some("Parent or guardian: Mrs Jo LARK (Parent), 1 Dock Row, ZZ99 3VZ"));
    }

    #[test]
    fn against_nobody_is_kept_and_one_in_words_is_rejected() {
        let reading = reading(LIST);
        let nobody = &reading.entries[3];
        assert_eq!(nobody.notices, [Notice::NoName, Notice::NoDateOfBirth, Notice::NoCaseNumber]);
        assert_eq!((&nobody.urn, &nobody.second_key), (&None, &None));
        let rejected = &reading.rejected[0];
        assert_eq!((&rejected.verbatim, rejected.reason), (&json!("See separate sheet"), RejectReason::WrongShape));
        let Position::Path { path, ordinal: 6 } = &rejected.row else { panic!("{:?}", rejected.row) };
        assert_eq!(path, "document[0].data.job.sessions.session[0].blocks.block[0].cases.case[5]");
    }

    #[test]
    fn against_an_organisation_is_set_aside_and_counted() {
        let reading = reading(LIST);
        assert_eq!(reading.organisations(), 1);
        let row = &reading.set_aside[0];
        assert_eq!((row.name.as_str(), row.urn.as_deref()), ("QUAYSIDE HAULAGE LTD", Some("2600000003")));
        assert_eq!(row.reason, SetAsideReason::Organisation);
    }

    #[test]
    fn before_a_court_that_is_not_allocated_or_against_who_knows_what_is_told() {
        let reading = reading(LIST);
        let ben = named(&reading, "OKORO");
        let unknown = Notice::NotUnderstood { field: "Type of defendant".into(), text: "X".into() };
        assert_eq!(ben.notices, [Notice::Youth, unknown, Notice::CourtToBeAllocated]);
        assert_eq!((ben.court_room.as_deref(), ben.sitting_at), (Some("01"), Some(at(26, 14, 0))));
    }
}

mod the_name_in_parts {
    use super::*;

    fn entry(fields: &str) -> Entry {
        let case = format!("<case><caseno>1</caseno><def_dob>1/2/1980</def_dob>{fields}</case>");
        let sessions = format!(
            "<sessions><session><doh>26/03/2026</doh><blocks><block><cases>{case}</cases></block></blocks></session></sessions>"
        );
        reading(&message(&format!("<job>{sessions}</job>"))).entries.remove(0)
    }

    fn parts(forename: &str, surname: &str) -> String {
        format!("<def_name_elements><forename1>{forename}</forename1><surname>{surname}</surname></def_name_elements>")
    }

    #[test]
    fn agrees_with_one_that_leaves_out_a_title_a_middle_name_or_all_but_the_surname() {
        for (printed, forename, surname) in [
            ("MR. Tom HOLLIS", "Tom", "HOLLIS"),
            ("HOLLIS, Tom Ada", "Tom", "Hollis"),
            ("HOLLIS", "Tom", "HOLLIS"),
            ("Zoe O'Brien", "Zoë", "O’BRIEN"),
            ("Ana DE LA CRUZ", "Ana", "De La Cruz"),
        ] {
            let entry = entry(&format!("<def_name>{printed}</def_name>{}", parts(forename, surname)));
            assert_eq!(entry.notices, [], "{printed}");
            assert_eq!(entry.name.surname, surname);
        }
    }

    #[test]
    fn that_is_of_somebody_else_is_told() {
        for printed in ["Tom HOLLIS-ROWE", "Tim HOLLIS", "HOLLIS, Ada Tim", "ROWE"] {
            let entry = entry(&format!("<def_name>{printed}</def_name>{}", parts("Tom", "HOLLIS")));
            let told = Notice::NameElementsDisagree { printed: printed.into(), parts: "Tom HOLLIS".into() };
            assert_eq!(entry.notices, [told]);
        }
    }

    #[test]
    fn stands_alone_or_yields_to_the_printed_one_when_it_has_no_surname() {
        let alone = entry(&parts("Tom", "HOLLIS"));
        assert_eq!((alone.name.formal(), alone.name_as_printed.as_str()), ("HOLLIS, Tom".into(), "Tom HOLLIS"));
        let without = entry(&format!("<def_name>Tom HOLLIS</def_name>{}", parts("Tom", "")));
        assert_eq!((without.name.formal(), without.notices), ("HOLLIS, Tom".into(), vec![]));
        let words = entry("<def_name_elements>Tom HOLLIS</def_name_elements>");
        let told = Notice::NotUnderstood { field: "Name".into(), text: "Tom HOLLIS".into() };
        assert_eq!(words.notices, [Notice::NoName, told]);
    }
}

mod a_message {
    use super::*;

    #[test]
    fn tells_of_every_document_that_is_not_what_it_says() {
        let reading = reading(LIST);
        assert_eq!(reading.sites[..2], ["Ferrybridge Magistrates' Court", "To be allocated"]);
        assert_eq!(reading.published_at, Some(at(25, 18, 5) + chrono::Duration::seconds(4)));
        let document = || "6_27032026_2992_B01ZY00_ADULT_COURT_LIST_DAILY".to_owned();
        assert_eq!(
            reading.notices,
            [
                ListNotice::DocumentDisagrees { document: document(), says: "27 March 2026".into() },
                ListNotice::DocumentDisagrees { document: document(), says: "B01ZY00".into() },
                ListNotice::DocumentEmpty("7_26032026_2992_B01ZW00_ADULT_COURT_LIST_DAILY".into()),
                ListNotice::SeveralDays(2),
                ListNotice::SessionsWithoutCases(4),
            ]
        );
    }

    #[test]
    fn of_which_a_block_holds_a_case_without_its_cases_keeps_the_case() {
        let reading = reading(LIST);
        assert_eq!((reading.rows_in, reading.entries.len(), reading.rejected.len()), (10, 7, 2));
        assert_eq!(reading.rejected[1].verbatim["caseno"], "2600000007");
    }

    #[test]
    fn names_a_day_by_its_session_its_document_its_name_or_its_printing() {
        let day = |session: &str, info: &str, job: &str| {
            let sessions = format!("<sessions><session>{session}<sstart>10:00</sstart></session></sessions>");
            let text = message(&format!("<job>{job}{sessions}</job>"));
            let reading = reading(&text.replace("<data>", &format!("<info>{info}</info><data>")));
            let told = reading.notices.iter().find(|notice| {
                matches!(
                    notice,
                    ListNotice::DayOfPrinting(_) | ListNotice::NoDay | ListNotice::DocumentDisagrees { .. }
                )
            });
            (reading.list_date, told.cloned())
        };
        let (doh, printed) = ("<doh>28/03/2026</doh>", "<printdate>25/03/2026</printdate>");
        let stated = "<dateOfHearing>27/03/2026</dateOfHearing>";
        let name = "<source_file_name>5_26032026_2992_B01ZZ00_X</source_file_name>";
        let date = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        let disagrees = |says: &str| {
            let document = "5_26032026_2992_B01ZZ00_X".to_owned();
            Some(ListNotice::DocumentDisagrees { document, says: says.to_owned() })
        };
        assert_eq!(day(doh, "", printed), (date(28), None));
        assert_eq!(day(doh, name, printed), (date(28), disagrees("26 March 2026")));
        assert_eq!(day("", stated, printed), (date(27), None));
        assert_eq!(day("", name, printed), (date(26), None));
        assert_eq!(day("", "", printed), (date(25), Some(ListNotice::DayOfPrinting(date(25).unwrap()))));
        for doh in ["soon", "31/02/2026", "01/01/1800", "01/01/9999"] {
            assert_eq!(day(&format!("<doh>{doh}</doh>"), "", ""), (None, Some(ListNotice::NoDay)), "{doh}");
        }
    }

    #[test]
    fn whose_day_is_no_day_says_so_with_each_case() {
        let reading =
            reading(&LIST.replace("<doh>26/03/2026</doh>\n                  <lja>", "<doh>31/02/2026</doh><lja>"));
        let told = Notice::NotUnderstood { field: "Day of hearing".into(), text: "31/02/2026".into() };
        assert_eq!(reading.entries[0].notices, [told]);
        assert_eq!(reading.entries[0].sitting_at, Some(at(26, 10, 0)));
    }

    #[test]
    fn whose_words_would_be_said_too_often_is_refused() {
        let lja = "a".repeat(1_000_000);
        let blocks = "<block/>".repeat(1_000);
        let text = message(&format!(
            "<job><sessions><session><lja>{lja}</lja><blocks>{blocks}</blocks></session></sessions></job>"
        ));
        assert_eq!(read(text.as_bytes(), today()), Err(ReadError::TooLarge));
    }

    #[test]
    fn without_a_document_is_refused_in_words_that_help() {
        for inside in ["", "<documents/>", "<documents><x/></documents>"] {
            let text = format!(
                "<e:Envelope xmlns:e='x'><ExternalDocumentRequest>{inside}</ExternalDocumentRequest></e:Envelope>"
            );
            assert_eq!(read(text.as_bytes(), today()), Err(ReadError::NoDocuments));
        }
        assert!(ReadError::NoDocuments.to_string().contains("there is no list in it"));
        assert!(matches!(read(b"<html><body/></html>", today()), Err(ReadError::NotRecognised { .. })));
        assert!(matches!(read(&LIST.as_bytes()[..2_000], today()), Err(ReadError::BrokenXml { .. })));
    }

    #[test]
    fn whose_cases_stand_where_no_list_puts_them_keeps_them() {
        let case = |number: u32| format!("<case><caseno>{number}</caseno></case>");
        let (one, two, three) = (case(1), case(2), case(3));
        let session = format!("<session>{one}<cases>{two}</cases></session>");
        let reading = reading(&message(&format!("{three}<job><sessions>{session}</sessions></job>")));
        let kept: Vec<&Value> = reading.rejected.iter().map(|row| &row.verbatim["caseno"]).collect();
        assert_eq!(kept, ["1", "2", "3"]);
    }
}

mod a_list_sent_again {
    use super::*;

    #[test]
    fn is_all_the_same_whenever_it_is_printed() {
        let again = LIST.replace("<printdate>25/03/2026", "<printdate>24/03/2026").replace("18:05:04", "19:00:00");
        let changes = diff(&reading(LIST).entries, &reading(&again).entries);
        assert_eq!(changes.len(), 7);
        assert!(changes.iter().all(|change| matches!(change, Change::Same { .. })), "{changes:?}");
    }

    #[test]
    fn tells_those_charged_together_apart_by_their_place_and_never_by_their_name() {
        let before = reading(LIST).entries;
        assert!(before[0].key.ends_with("|2600000001|0") && before[1].key.ends_with("|2600000001|1"));
        let renamed = reading(&LIST.replace("MARSH", "MARCH")).entries;
        assert_eq!(renamed[0].key, before[0].key);
        let changes = diff(&before, &renamed);
        assert!(changes[0].concerns_identity());
    }

    #[test]
    fn tells_of_a_cro_number_that_changed_and_that_it_concerns_who_it_is() {
        let changes = diff(&reading(LIST).entries, &reading(&LIST.replace("12345/12W", "12346/12X")).entries);
        let Change::Changed { fields, .. } = &changes[0] else { panic!("{:?}", changes[0]) };
        assert_eq!((fields[0].label.as_str(), fields[0].after.as_str()), ("CRO", "012346/12X"));
        assert!(changes[0].concerns_identity());
    }

    #[test]
    fn pairs_a_case_that_moved_by_its_number() {
        let before = reading(LIST).entries;
        let now = reading(&LIST.replace("<sstart>09:30", "<sstart>11:30")).entries;
        let changes = diff(&before, &now);
        let Some(Change::Moved { moves, .. }) = changes.iter().find(|change| !matches!(change, Change::Same { .. }))
        else {
            panic!("it moved: {changes:?}")
        };
        assert_eq!((moves[0].from.sitting_at, moves[0].to.sitting_at), (Some(at(28, 9, 30)), Some(at(28, 11, 30))));
    }

    #[test]
    fn as_json_says_the_same_of_everybody() {
        let document: Value = serde_json::from_str(ADULT).unwrap();
        let text = message(&common::xml("job", &document["document"]["data"]["job"]));
        let (json, xml) = (reading(ADULT).in_rows().entries, reading(&text).in_rows().entries);
        let whole = |entry: &Entry| entry.urn.clone().is_some_and(|urn| urn != "2600000004");
        let said = |entries: &[Entry]| -> Vec<_> {
            entries.iter().filter(|entry| whole(entry)).map(|entry| (entry.key.clone(), facts(entry))).collect()
        };
        assert_eq!(said(&json).len(), 4);
        assert_eq!(said(&json), said(&xml));
    }
}

#[test]
fn seven_hundred_and_forty_five_cases_are_read_each_with_its_own() {
    let case = |n: usize| {
        let born = format!("{:02}/{:02}/{}", n % 28 + 1, n % 12 + 1, 1950 + n % 50);
        format!(
            "<case><caseno>26{n:08}</caseno><def_name>Mr Ada MARSH{n}</def_name><def_dob>{born}</def_dob>\
             <def_type>P</def_type><offences><offence><code>TH68001</code><title>Theft {n}</title></offence></offences></case>"
        )
    };
    let session = |room: usize| {
        let cases: String = (0..149).map(|n| case(room * 149 + n)).collect();
        format!(
            "<session><doh>26/03/2026</doh><court>Ferrybridge</court><room>{room:02}</room><sstart>10:00</sstart>\
             <blocks><block><cases>{cases}</cases></block></blocks></session>"
        )
    };
    let sessions: String = (0..5).map(session).collect();
    let reading = reading(&message(&format!("<job><sessions>{sessions}</sessions></job>")));
    assert_eq!((reading.rows_in, reading.entries.len()), (745, 745));
    for (n, entry) in reading.entries.iter().enumerate() {
        assert_eq!(entry.name.formal(), format!("MARSH{n}, Ada"));
        assert_eq!(entry.urn, Some(format!("26{n:08}")));
        assert_eq!(entry.court_room, Some(format!("{:02}", n / 149)));
        assert_eq!(entry.offences[0].title, format!("Theft {n}"));
        assert_eq!(entry.notices, []);
    }
    let keys: BTreeSet<&str> = reading.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys.len(), 745);
}

#[test]
fn the_table_shows_the_list() {
    let shown = table(&reading(LIST));
    assert!(shown.contains("10 rows: 7 to consider, 1 set aside, 2 rejected"));
    assert!(shown.contains("QUAYSIDE HAULAGE LTD (The defendant is an organisation)"));
    assert!(shown.contains("Document '7_26032026_2992_B01ZW00_ADULT_COURT_LIST_DAILY' holds no court list"));
}

proptest! {
    #[test]
    fn no_harm_loses_a_case(harms in common::harms()) {
        let document: Value = serde_json::from_str(ADULT).unwrap();
        let document = common::harmed(document, &harms);
        let documents = common::xml("documents", &document);
        let text = format!("<ExternalDocumentRequest>{documents}</ExternalDocumentRequest>");
        if let Ok(reading) = read(text.as_bytes(), today()) {
            prop_assert!(reading.accounts_for_every_row());
            prop_assert!(!table(&reading).is_empty());
            let kept = serde_json::to_string(&reading).unwrap();
            for number in common::case_numbers(&document) {
                prop_assert!(kept.contains(&serde_json::to_string(&number).unwrap()), "{number} of {text}");
            }
        }
    }

    #[test]
    fn no_part_of_a_message_can_break_the_reader(cut in any::<prop::sample::Index>(), put in "\\PC{0,4}|[<>/&;]{1,3}") {
        let at = LIST.char_indices().map(|(at, _)| at).nth(cut.index(LIST.chars().count())).unwrap();
        let (before, after) = LIST.split_at(at);
        if let Ok(reading) = read(format!("{before}{put}{after}").as_bytes(), today()) {
            prop_assert!(reading.accounts_for_every_row());
        }
    }
}

#[test]
fn what_is_before_another_court_is_set_aside_when_one_is_asked_for() {
    let whole = reading(LIST);
    let ours = whole.clone().of_court("b01zz00");
    let others = ours.set_aside.len() - whole.set_aside.len();
    assert!(
        ours.accounts_for_every_row() && ours.entries.iter().all(|entry| entry.court_code.as_deref() != Some("B02ZZ"))
    );
    assert_eq!(whole.clone().of_court("B01ZZ"), ours, "the court, whichever part of it");
    let none = whole.clone().of_court("C99XX");
    let unknown = whole.entries.iter().filter(|entry| entry.court_code.is_none()).count();
    assert!(none.accounts_for_every_row());
    assert_eq!(
        (none.entries.len(), others > 0 || unknown < whole.entries.len()),
        (unknown, true),
        "who may be before it stays"
    );
}
