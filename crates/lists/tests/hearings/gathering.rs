//! Gathering.

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
    let rows = reading(&platform(&[row(1, 10, "A", ADA), row(1, 11, "B", ("Ada", "Marsh", "1991-02-15"))])).in_rows();
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
        (include_str!("../samples/magistrates-standard-list.json"), System::CommonPlatform),
        (include_str!("../samples/magistrates-public-list.json"), System::CommonPlatform),
        (include_str!("../samples/hearing-resulted.json"), System::CommonPlatform),
        (include_str!("../samples/adult-court-list.json"), System::Libra),
        (include_str!("../samples/libra.xml"), System::Libra),
        (include_str!("../samples/crown-daily-list.json"), System::Crown),
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
