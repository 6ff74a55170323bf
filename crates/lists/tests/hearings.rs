//! One line of work with several hearings: what is gathered, and what a list changes on the board.

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use throughline_domain::time::Instant;
use throughline_lists::{
    Change, Difference, Entry, HearingChange, Known, Notice, Reading, Scope, Sex, System, apart, compare, diff, read,
};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn at(hour: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 3, 26, 0, 0, 0).unwrap() + chrono::Duration::hours(i64::from(hour))
}

/// One row of a list.
#[derive(Debug, Clone)]
struct Row {
    room: u32,
    hour: u32,
    urn: String,
    person: Value,
    restricted: bool,
}

fn row(room: u32, hour: u32, urn: &str, (forenames, surname, born): (&str, &str, &str)) -> Row {
    let mut person = json!({"individualForenames": forenames, "individualSurname": surname});
    if !born.is_empty() {
        person["dateOfBirth"] = json!(born);
    }
    Row { room, hour, urn: urn.to_owned(), person, restricted: false }
}

impl Row {
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.person[name] = value.into();
        self
    }

    fn restricted(mut self) -> Self {
        self.restricted = true;
        self
    }
}

const ADA: (&str, &str, &str) = ("Ada", "Marsh", "1991-02-14");
const TOM: (&str, &str, &str) = ("Tom", "Hollis", "1984-06-01");

/// A list of Common Platform with these rows.
fn platform(rows: &[Row]) -> Vec<u8> {
    let room = |row: &Row| {
        let party = json!([{"partyRole": "DEFENDANT", "individualDetails": row.person, "offence": [{"offenceTitle": format!("Theft {}", row.urn)}]}]);
        let case = json!([{"caseUrn": row.urn, "reportingRestriction": row.restricted, "party": party}]);
        let sitting = json!([{"sittingStart": at(row.hour).to_rfc3339(), "hearing": [{"hearingType": "First hearing", "case": case}]}]);
        json!({"courtRoomName": format!("Courtroom {}", row.room), "session": [{"sittings": sitting}]})
    };
    let rooms: Vec<Value> = rows.iter().map(room).collect();
    let court = json!({"courtHouse": {"courtHouseName": "Ferrybridge", "courtRoom": rooms}});
    json!({"document": {}, "courtLists": [court]}).to_string().into_bytes()
}

/// A list of Libra with one case.
fn libra(urn: &str, name: &str, born: &str) -> Reading {
    let case =
        json!({"caseno": urn, "def_name": name, "def_dob": born, "offences": {"offence": [{"title": "Affray"}]}});
    let block = json!({"bstart": "11:00", "cases": {"case": [case]}});
    let session = json!({"court": "Ferrybridge Magistrates' Court", "room": "01", "sstart": "10:00", "doh": "26/03/2026", "blocks": {"block": [block]}});
    let text = json!({"document": {"data": {"job": {"printdate": "26/03/2026", "sessions": {"session": [session]}}}}});
    reading(text.to_string().as_bytes())
}

/// News of a hearing of Ada and, when both, of Tom.
fn event(id: &str, urn: &str, room: &str, hour: u32, both: bool) -> Reading {
    let defendant = |id: &str, who: (&str, &str, &str)| {
        let person = json!({"firstName": who.0, "lastName": who.1, "dateOfBirth": who.2, "gender": "NOT_KNOWN"});
        json!({"id": id, "masterDefendantId": format!("m-{id}"), "personDefendant": {"personDetails": person}, "offences": [{"offenceTitle": "Theft"}]})
    };
    let mut defendants = vec![defendant("d-ada", ADA)];
    defendants.extend(both.then(|| defendant("d-tom", TOM)));
    let case = json!({"id": urn, "prosecutionCaseIdentifier": {"caseURN": urn}, "defendants": defendants});
    let centre = json!({"name": "Ferrybridge", "roomName": room});
    let days = json!([{"sittingDay": at(hour).to_rfc3339()}]);
    let hearing = json!({"id": id, "jurisdictionType": "MAGISTRATES", "courtCentre": centre, "hearingDays": days, "prosecutionCases": [case]});
    reading(json!({ "hearing": hearing }).to_string().as_bytes())
}

fn deleted(id: &str) -> Reading {
    reading(json!({"eventType": "HEARING_DELETED", "hearingId": id, "hearing": {"id": id}}).to_string().as_bytes())
}

fn reading(bytes: &[u8]) -> Reading {
    let reading = read(bytes, today()).unwrap();
    assert!(reading.accounts_for_every_row(), "{} rows", reading.rows_in);
    reading
}

fn entries(rows: &[Row]) -> Vec<Entry> {
    reading(&platform(rows)).entries
}

fn on(before: &[Entry], reading: Reading) -> Difference {
    let known: Vec<Known<'_>> = before.iter().map(|entry| Known { entry, is_gone: false }).collect();
    compare(&reading.scope(), &known, reading.entries)
}

fn urns(entry: &Entry) -> Vec<&str> {
    entry.hearings.iter().filter_map(|hearing| hearing.urn.as_deref()).collect()
}

mod gathering {
    use super::*;

    #[test]
    fn makes_one_line_of_a_defendant_with_several_cases_in_the_order_of_their_time() {
        let rows = [
            row(2, 14, "C", ADA).with("inCustody", true),
            row(1, 10, "A", ADA).with("pncId", "2012/0345678U"),
            row(1, 10, "X", TOM),
            row(3, 15, "B", ("ADA", "MARSH", "1991-02-14")).restricted(),
        ];
        let reading = reading(&platform(&rows));
        assert_eq!((reading.rows_in, reading.entries.len(), reading.gathered()), (4, 2, 2));
        let ada = &reading.entries[0];
        assert_eq!(urns(ada), ["A", "C", "B"]);
        assert_eq!((ada.court_room.as_deref(), ada.sitting_at), (Some("Courtroom 1"), Some(at(10))));
        assert_eq!((ada.urn.as_deref(), ada.offences[0].title.as_str()), (Some("A"), "Theft A"));
        assert!(ada.in_custody && ada.reporting_restriction.is_some(), "what one of them says holds for the line");
        assert!(ada.notices.contains(&Notice::InCustody) && ada.notices.contains(&Notice::ReportingRestriction));
        assert_eq!(ada.hearings[0].reporting_restriction, None, "and is still told of the one it is of");
        assert_eq!(ada.next_hearing(at(9)).unwrap().urn.as_deref(), Some("A"));
        assert_eq!(ada.next_hearing(at(13)).unwrap().urn.as_deref(), Some("C"));
        assert!(throughline_lists::table(&reading).contains("4 rows: 2 to consider, 2 further hearings of them,"));
    }

    #[test]
    fn a_name_alone_is_never_enough() {
        let no_date = ("Ada", "Marsh", "");
        assert_eq!(entries(&[row(1, 10, "A", no_date), row(1, 10, "B", no_date)]).len(), 2);
        assert_eq!(entries(&[row(1, 10, "A", ADA), row(1, 10, "B", no_date)]).len(), 2);
    }

    #[test]
    fn what_contradicts_stays_apart_and_is_told() {
        for (name, one, other) in [("gender", "female", "male"), ("pncId", "2012/0345678U", "2013/0345678V")] {
            let lines = entries(&[row(1, 10, "A", ADA).with(name, one), row(1, 11, "B", ADA).with(name, other)]);
            assert_eq!(lines.len(), 2, "{name}");
            assert!(lines[1].notices.iter().any(|notice| matches!(notice, Notice::DuplicateInList(_))), "{name}");
        }
        let born = entries(&[row(1, 10, "A", ADA), row(1, 11, "B", ("Ada", "Marsh", "1991-02-15"))]);
        assert_eq!(born.len(), 2);
    }

    #[test]
    fn the_id_across_cases_gathers_with_the_name_unless_something_contradicts() {
        let defendant = |id: &str, born: Option<&str>| {
            let person = json!({"firstName": "Ada", "lastName": "Marsh", "dateOfBirth": born, "gender": "NOT_KNOWN"});
            json!({"id": id, "masterDefendantId": "m-1", "personDefendant": {"personDetails": person}})
        };
        let mut other = defendant("d-4", None);
        other["personDefendant"]["personDetails"]["lastName"] = json!("Rowe");
        let all =
            json!([defendant("d-1", Some(ADA.2)), defendant("d-2", Some("1991-02-15")), defendant("d-3", None), other]);
        let case = json!([{"id": "c", "prosecutionCaseIdentifier": {"caseURN": "C"}, "defendants": all}]);
        let hearing = json!({"hearing": {"id": "h", "jurisdictionType": "MAGISTRATES", "prosecutionCases": case}});
        let lines = reading(hearing.to_string().as_bytes()).entries;
        let sizes: Vec<usize> = lines.iter().map(|line| line.hearings.len()).collect();
        assert_eq!(sizes, [2, 1, 1], "the second has another date of birth, the fourth another name");
        assert!(lines.iter().all(is_of_one_birth));
    }

    #[test]
    fn another_day_is_another_line() {
        let days = [row(1, 10, "A", ADA), row(1, 10, "B", ADA)];
        let text = String::from_utf8(platform(&days)).unwrap();
        let mut parts: Vec<&str> = text.splitn(3, "2026-03-26T10").collect();
        let last = parts.pop().unwrap();
        let text = format!("{}2026-03-27T10{last}", parts.join("2026-03-26T10"));
        assert_eq!(reading(text.as_bytes()).entries.len(), 2);
    }

    #[test]
    fn a_line_can_be_parted_and_each_part_says_what_its_row_said() {
        let rows = [
            row(1, 10, "A", ADA).with("gender", "female"),
            row(2, 14, "B", ADA).with("pncId", "2012/0345678U").restricted(),
        ];
        let alone: Vec<Entry> = rows.iter().flat_map(|row| entries(std::slice::from_ref(row))).collect();
        let line = entries(&rows).remove(0);
        assert_eq!((line.sex, line.pnc.is_some()), (Some(Sex::Female), true));
        let parts = apart(&line);
        let said =
            |entry: &Entry| (entry.sex, entry.pnc.clone(), entry.reporting_restriction.clone(), entry.verbatim.clone());
        assert_eq!(parts.iter().map(said).collect::<Vec<_>>(), alone.iter().map(said).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_that_is_corrected_is_gathered_by_what_it_says_then() {
        let rows =
            reading(&platform(&[row(1, 10, "A", ADA), row(1, 11, "B", ("Ada", "Marsh", "1991-02-15"))])).in_rows();
        assert_eq!(rows.entries.len(), 2);
        let mut corrected = rows.clone();
        corrected.entries[1].date_of_birth = corrected.entries[0].date_of_birth;
        let lines = corrected.in_lines();
        assert!(lines.accounts_for_every_row());
        assert_eq!(lines.entries.iter().map(urns).collect::<Vec<_>>(), [["A", "B"]]);
        let parted = lines.in_rows();
        assert_eq!(parted.entries[1].date_of_birth, rows.entries[0].date_of_birth, "what was corrected stays");
    }

    #[test]
    fn a_line_is_kept_as_it_is_and_one_kept_before_has_its_hearing() {
        let line = entries(&[row(1, 10, "A", ADA), row(2, 14, "B", ADA)]).remove(0);
        let kept = serde_json::to_value(&line).unwrap();
        assert_eq!(serde_json::from_value::<Entry>(kept.clone()).unwrap(), line);
        let one = entries(&[row(1, 10, "A", ADA)]).remove(0);
        let mut old = serde_json::to_value(&one).unwrap();
        old["verbatim"] = one.verbatim.clone();
        old.as_object_mut().unwrap().remove("hearings");
        assert_eq!(serde_json::from_value::<Entry>(old).unwrap(), one);
        let custody = reading(b"Custody number,Name,DOB\nA/1,\"MARSH, Ada\",14/2/1991\nA/2,\"MARSH, Ada\",14/2/1991\n");
        assert_eq!(custody.entries.len(), 2, "two detentions are two lines");
        assert!(custody.entries.iter().all(|entry| entry.hearings.is_empty()));
    }

    #[test]
    fn the_system_of_what_was_kept_before_is_known() {
        let samples = [
            (include_str!("samples/magistrates-standard-list.json"), System::CommonPlatform),
            (include_str!("samples/magistrates-public-list.json"), System::CommonPlatform),
            (include_str!("samples/hearing-resulted.json"), System::CommonPlatform),
            (include_str!("samples/adult-court-list.json"), System::Libra),
            (include_str!("samples/libra.xml"), System::Libra),
            (include_str!("samples/crown-daily-list.json"), System::Crown),
            ("Name,DOB,Court Room,Sitting at,Case Number\n\"Marsh, Ada\",14/02/1991,2,14:00,C-2\n", System::CourtTable),
        ];
        for (text, system) in samples {
            let reading = reading(text.as_bytes());
            assert_eq!(reading.system(), system);
            for part in reading.entries.iter().flat_map(apart) {
                let mut old = serde_json::to_value(&part).unwrap();
                old["verbatim"] = part.verbatim.clone();
                old.as_object_mut().unwrap().remove("hearings");
                let read: Entry = serde_json::from_value(old).unwrap();
                assert_eq!(
                    read.hearings.iter().map(|hearing| hearing.system).collect::<Vec<_>>(),
                    [system],
                    "{}",
                    part.key
                );
            }
        }
    }
}

mod a_list_sent_again {
    use super::*;

    #[test]
    fn a_case_more_or_less_leaves_the_line_where_it_is() {
        let one = entries(&[row(1, 10, "B", ADA)]);
        let two = entries(&[row(1, 9, "A", ADA), row(1, 10, "B", ADA)]);
        let Change::Changed { before: 0, now: 0, fields, hearings } = &diff(&one, &two)[0] else { panic!() };
        assert!(fields.is_empty(), "{fields:?}");
        assert!(
            matches!(&hearings[..], [HearingChange::Added { urn, also_on: false, .. }] if urn.as_deref() == Some("A"))
        );
        let Change::Changed { hearings, .. } = &diff(&two, &one)[0] else { panic!() };
        assert!(matches!(&hearings[..], [HearingChange::Gone { urn, .. }] if urn.as_deref() == Some("A")));
        let other = entries(&[row(3, 15, "Z", ADA)]);
        let changes = diff(&two, &other);
        assert!(matches!(&changes[..], [Change::Changed { hearings, .. }] if hearings.len() == 3), "{changes:?}");
    }

    #[test]
    fn moved_says_from_where_to_where() {
        let before = entries(&[row(1, 10, "A", ADA), row(1, 10, "B", ADA), row(1, 10, "X", TOM)]);
        let now = entries(&[row(1, 10, "A", ADA), row(4, 14, "B", ADA), row(1, 10, "X", TOM)]);
        let changes = diff(&before, &now);
        let Change::Moved { moves, .. } = &changes[0] else { panic!("{changes:?}") };
        assert_eq!(moves[0].from.words(), "Ferrybridge, Courtroom 1, 26 March 2026 at 10:00");
        assert_eq!(moves[0].from.words_beside(&moves[0].to), "Courtroom 1, 10:00");
        assert_eq!(moves[0].to.words(), "Ferrybridge, Courtroom 4, 26 March 2026 at 14:00");
        assert_eq!((moves.len(), &changes[1]), (1, &Change::Same { before: 1, now: 1 }));
    }

    #[test]
    fn moved_and_something_else_tells_both() {
        let before = entries(&[row(1, 10, "A", ADA)]);
        let now = entries(&[row(4, 10, "A", ADA).with("inCustody", true)]);
        let changes = diff(&before, &now);
        let Change::Changed { fields, hearings, .. } = &changes[0] else { panic!("{changes:?}") };
        assert_eq!(fields.iter().map(|field| field.label.as_str()).collect::<Vec<_>>(), ["In custody"]);
        assert!(matches!(&hearings[..], [HearingChange::Moved(_)]));
    }

    #[test]
    fn somebody_else_in_the_place_of_one_case_does_not_take_the_line() {
        let before = entries(&[row(1, 10, "A", ADA), row(1, 11, "B", ADA)]);
        let now = entries(&[row(1, 11, "B", TOM), row(1, 10, "A", ADA)]);
        let changes = diff(&before, &now);
        assert_eq!(changes[0], Change::New { now: 0 });
        assert!(matches!(&changes[1], Change::Changed { before: 0, fields, .. } if fields.is_empty()));
        let gone = diff(&before, &now[..1]);
        assert_eq!(gone, [Change::New { now: 0 }, Change::Gone { before: 0 }], "a vanished person is told");
    }

    #[test]
    fn somebody_else_in_the_place_of_who_is_gone_does_not_take_their_line() {
        let (ada, tom) = (entries(&[row(1, 10, "A", ADA)]), entries(&[row(1, 10, "A", TOM)]));
        let gone = Known { entry: &ada[0], is_gone: true };
        let scope = Scope::List(System::CommonPlatform);
        assert_eq!(compare(&scope, &[gone], tom.clone()).changes, [Change::New { now: 0 }]);
        let both = [gone, Known { entry: &tom[0], is_gone: false }];
        assert_eq!(compare(&scope, &both, tom.clone()).changes, [Change::Same { before: 1, now: 0 }]);
        let moved = entries(&[row(3, 14, "A", TOM)]);
        assert!(matches!(compare(&scope, &both, moved).changes[..], [Change::Moved { before: 1, .. }]));
    }

    #[test]
    fn a_corrected_name_stays_on_its_line_and_is_looked_at_again() {
        let before = entries(&[
            row(1, 10, "A", ("Ada", "March", "1991-02-14")),
            row(1, 11, "B", ("Ada", "March", "1991-02-14")),
        ]);
        let now = entries(&[row(1, 10, "A", ADA), row(1, 11, "B", ADA)]);
        let changes = diff(&before, &now);
        assert!(matches!(&changes[..], [Change::Changed { .. }]) && changes[0].concerns_identity(), "{changes:?}");
    }

    #[test]
    fn what_stood_on_two_lines_stays_on_two_and_what_stood_on_one_on_one() {
        let (rows, undated) = ([row(1, 10, "A", ADA), row(1, 11, "B", ADA)], ("Ada", "Marsh", ""));
        let nameless = [row(1, 10, "A", undated), row(1, 11, "B", undated)];
        let (one, two) = (entries(&rows), entries(&nameless));
        assert_eq!((one.len(), two.len()), (1, 2));
        let changes = diff(&two, &one);
        assert!(
            changes.len() == 2 && changes.iter().all(|change| matches!(change, Change::Changed { .. })),
            "{changes:?}"
        );
        let changes = diff(&one, &two);
        assert!(matches!(&changes[..], [Change::Changed { hearings, .. }] if hearings.is_empty()), "{changes:?}");
    }
}

mod two_systems_on_one_day {
    use super::*;

    #[test]
    fn the_second_list_erases_nobody_of_the_first() {
        let before = entries(&[row(1, 10, "A", ADA), row(1, 10, "X", TOM)]);
        let difference = on(&before, libra("2600000001", "ROWE, Kit", "01/01/1990"));
        assert_eq!(difference.changes, [Change::New { now: 0 }]);
        let nobody = reading(&platform(&[]));
        assert_eq!(on(&difference.after, nobody).changes, [], "nor does a list of Common Platform that of Libra");
    }

    #[test]
    fn the_same_defendant_is_also_on_it_and_gone_when_both_have_dropped_them() {
        let before = entries(&[row(1, 10, "A", ADA)]);
        let both = on(&before, libra("2600000001", "MARSH, Ada", "14/02/1991"));
        let [Change::Changed { before: 0, now: 0, fields, hearings }] = &both.changes[..] else { panic!("{both:?}") };
        let [HearingChange::Added { system: System::Libra, also_on: true, .. }] = &hearings[..] else {
            panic!("{hearings:?}")
        };
        assert!(fields.is_empty(), "{fields:?}");
        assert_eq!((both.after[0].hearings.len(), &both.after[0].key), (2, &before[0].key));
        let again = on(&both.after, reading(&platform(&[row(1, 10, "A", ADA)])));
        assert_eq!(again.changes, [Change::Same { before: 0, now: 0 }]);
        assert_eq!(again.after, both.after);
        let dropped = on(&both.after, reading(&platform(&[])));
        let [Change::Changed { now: 0, hearings, .. }] = &dropped.changes[..] else { panic!("{dropped:?}") };
        assert!(matches!(&hearings[..], [HearingChange::Gone { system: System::CommonPlatform, .. }]));
        let other = libra("2600000009", "ROWE, Kit", "01/01/1990");
        assert_eq!(on(&dropped.after, other).changes, [Change::New { now: 0 }, Change::Gone { before: 0 }]);
    }

    #[test]
    fn another_date_of_birth_is_another_line() {
        let before = entries(&[row(1, 10, "A", ADA)]);
        assert_eq!(on(&before, libra("2600000001", "MARSH, Ada", "15/02/1991")).changes, [Change::New { now: 0 }]);
        let both = on(&before, libra("2600000001", "MARSH, Ada", "14/02/1991"));
        let corrected = reading(&platform(&[row(1, 10, "A", ("Ada", "Marsh", "1992-02-14"))]));
        let apart = on(&both.after, corrected);
        assert!(apart.changes.contains(&Change::New { now: 0 }), "{:?}", apart.changes);
        assert!(apart.after.iter().all(is_of_one_birth));
    }

    #[test]
    fn a_line_that_was_gone_comes_back_without_what_it_had_lost() {
        let before = entries(&[row(1, 10, "A", ADA)]);
        let reading = libra("2600000001", "MARSH, Ada", "14/02/1991");
        let known = [Known { entry: &before[0], is_gone: true }];
        let difference = compare(&reading.scope(), &known, reading.entries);
        let [Change::Changed { fields, .. }] = &difference.changes[..] else { panic!("{difference:?}") };
        assert_eq!((fields[0].label.as_str(), fields[0].after.as_str()), ("On the list", "Again"));
        assert_eq!(urns(&difference.after[0]), ["2600000001"]);
        assert_eq!(compare(&Scope::List(System::Libra), &known, Vec::new()).changes, [], "gone before is no news");
    }
}

mod news_of_one_hearing {
    use super::*;

    #[test]
    fn concerns_this_hearing_and_nobody_else() {
        let board = entries(&[row(2, 9, "Q", ("Kit", "Rowe", "1990-01-01")), row(1, 10, "A", ADA)]);
        let listed = on(&board, event("h-1", "H", "Courtroom 3", 14, true));
        let [Change::Changed { before: 1, hearings, .. }, Change::New { .. }] = &listed.changes[..] else {
            panic!("{listed:?}")
        };
        assert!(matches!(&hearings[..], [HearingChange::Added { also_on: false, .. }]));
        let board = [board[0].clone(), listed.after[0].clone(), listed.after[1].clone()];
        let moved = on(&board, event("h-1", "H", "Courtroom 5", 14, false));
        assert!(matches!(&moved.changes[0], Change::Moved { before: 1, .. }), "{:?}", moved.changes);
        assert_eq!(moved.changes[1..], [Change::Gone { before: 2 }], "Tom was known of this hearing alone");
    }

    #[test]
    fn that_moves_to_another_day_leaves_the_line_of_its_day() {
        let board = on(&entries(&[row(1, 10, "A", ADA)]), event("h-1", "H", "Courtroom 3", 14, false)).after;
        // Twenty-four hours on from ten in the morning.
        let moved = on(&board, event("h-1", "H", "Courtroom 3", 34, false));
        let [Change::New { now: 0 }, Change::Changed { before: 0, hearings, .. }] = &moved.changes[..] else {
            panic!("{moved:?}")
        };
        assert!(matches!(&hearings[..], [HearingChange::Gone { urn, .. }] if urn.as_deref() == Some("H")));
        assert_eq!((urns(&moved.after[0]), urns(&moved.after[1])), (vec!["H"], vec!["A"]));
        let alone = on(&[], event("h-1", "H", "Courtroom 3", 14, false)).after;
        let moved = on(&alone, event("h-1", "H", "Courtroom 3", 34, false));
        assert!(matches!(moved.changes[..], [Change::Moved { before: 0, .. }]), "the work goes with the line");
    }

    #[test]
    fn a_deletion_takes_the_hearing_off_and_the_person_stays_for_another() {
        let board = on(&entries(&[row(1, 10, "A", ADA)]), event("h-1", "H", "Courtroom 3", 14, true)).after;
        let gone = on(&board, deleted("H-1"));
        let [Change::Changed { before: 0, hearings, .. }, Change::Gone { before: 1 }] = &gone.changes[..] else {
            panic!("{gone:?}")
        };
        assert!(matches!(&hearings[..], [HearingChange::Gone { urn, .. }] if urn.as_deref() == Some("H")));
        assert_eq!(urns(&gone.after[0]), ["A"]);
        assert_eq!(on(&board, deleted("h-2")).changes, [], "of another hearing");
    }

    #[test]
    fn the_hearing_of_a_list_is_known_again_by_its_case_and_results_are_told() {
        let board = entries(&[row(3, 14, "H", ADA)]);
        let listed = on(&board, event("h-1", "H", "Courtroom 3", 14, false));
        assert!(!listed.changes.iter().any(|change| matches!(change, Change::New { .. })), "{:?}", listed.changes);
        assert_eq!(listed.after[0].hearings[0].hearing_id.as_deref(), Some("h-1"));
        let mut shared = event("h-1", "H", "Courtroom 3", 14, false);
        assert!(!shared.entries[0].hearings[0].results_shared);
        let text = json!({"sharedTime": "2026-03-26T15:00:00Z"});
        shared = with(text, &shared);
        let told = on(&listed.after, shared);
        let Change::Changed { fields, .. } = &told.changes[0] else { panic!("{told:?}") };
        assert!(fields.iter().any(|field| field.label == "Results shared" && field.after == "Yes"), "{fields:?}");
        let again = on(&told.after, reading(&platform(&[row(3, 14, "H", ADA)])));
        let kept = &again.after[0].hearings[0];
        assert!(kept.results_shared && kept.hearing_id.as_deref() == Some("h-1"), "a list of the day gives no ids");
    }

    /// The same hearing with more beside it in its envelope.
    fn with(beside: Value, of: &Reading) -> Reading {
        let mut whole = beside;
        whole["hearing"] = of.entries[0].verbatim["hearing"].clone();
        let case = json!({"id": "H", "prosecutionCaseIdentifier": {"caseURN": "H"}, "defendants": [of.entries[0].verbatim["defendant"]]});
        whole["hearing"]["prosecutionCases"] = json!([case]);
        reading(whole.to_string().as_bytes())
    }
}

/// Any few rows of a few people, some of them alike.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let who = (
        prop::sample::select(vec!["Ada", "ADA", "Tom"]),
        prop::sample::select(vec!["Marsh", "MARSH", "Hollis"]),
        prop::sample::select(vec!["", "1991-02-14", "1991-02-15"]),
        prop::sample::select(vec!["", "male", "female"]),
    );
    let one = (1..3_u32, 9..12_u32, 0..6_u32, who).prop_map(|(room, hour, urn, (forenames, surname, born, sex))| {
        let row = row(room, hour, &format!("U{urn}"), (forenames, surname, born));
        if sex.is_empty() { row } else { row.with("gender", sex) }
    });
    prop::collection::vec(one, 0..14)
}

fn is_of_one_birth(entry: &Entry) -> bool {
    let births: BTreeSet<_> = entry.hearings.iter().filter_map(|hearing| hearing.said.date_of_birth).collect();
    let sexes: BTreeSet<_> = entry.hearings.iter().filter_map(|hearing| hearing.said.sex.map(Sex::code)).collect();
    births.len() <= 1 && sexes.len() <= 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_in_are_rows_out_and_nobody_is_gathered_with_somebody_else(rows in rows()) {
        let reading = read(&platform(&rows), today()).unwrap();
        prop_assert!(reading.accounts_for_every_row());
        prop_assert_eq!(reading.entries.iter().map(|entry| entry.hearings.len()).sum::<usize>(), rows.len());
        prop_assert!(reading.entries.iter().all(|entry| !entry.hearings.is_empty() && is_of_one_birth(entry)));
        let undated = |entry: &Entry| entry.hearings.len() == 1 || entry.date_of_birth.is_some();
        prop_assert!(reading.entries.iter().all(undated), "a name alone gathered");
        let again = reading.clone().in_rows().in_lines();
        prop_assert_eq!(&again, &reading, "parted and gathered again it is the same");
        for entry in &reading.entries {
            let parts = apart(entry);
            prop_assert_eq!(parts.len(), entry.hearings.len());
            prop_assert!(parts.iter().all(|part| part.hearings.len() == 1));
        }
    }

    #[test]
    fn whoever_is_not_on_the_list_any_longer_is_told(before in rows(), now in rows()) {
        let (before, now) = (entries(&before), entries(&now));
        let known: Vec<Known<'_>> = before.iter().map(|entry| Known { entry, is_gone: false }).collect();
        let hearings = now.iter().map(|entry| entry.hearings.len()).sum::<usize>();
        let difference = compare(&Scope::List(System::CommonPlatform), &known, now);
        let mut told: Vec<usize> = difference.changes.iter().filter_map(|change| match change {
            Change::New { .. } => None,
            Change::Changed { before, .. } | Change::Moved { before, .. } | Change::Same { before, .. } | Change::Gone { before } => Some(*before),
        }).collect();
        told.sort_unstable();
        prop_assert_eq!(told, (0..before.len()).collect::<Vec<_>>(), "every line is told once");
        prop_assert_eq!(difference.after.iter().map(|entry| entry.hearings.len()).sum::<usize>(), hearings, "no hearing is lost");
        prop_assert!(difference.after.iter().all(is_of_one_birth));
        let known: Vec<Known<'_>> = difference.after.iter().map(|entry| Known { entry, is_gone: false }).collect();
        let again = compare(&Scope::List(System::CommonPlatform), &known, difference.after.clone());
        let all_same = again.changes.iter().all(|change| matches!(change, Change::Same { .. }));
        prop_assert!(all_same, "{:?}", again.changes);
    }

    #[test]
    fn a_list_of_another_system_takes_nobody_away(before in rows()) {
        let before = entries(&before);
        let known: Vec<Known<'_>> = before.iter().map(|entry| Known { entry, is_gone: false }).collect();
        let difference = compare(&Scope::List(System::Libra), &known, libra("1", "MARSH, Ada", "14/02/1991").entries);
        let is_anybody_gone = difference.changes.iter().any(|change| matches!(change, Change::Gone { .. }));
        prop_assert!(!is_anybody_gone);
    }
}
