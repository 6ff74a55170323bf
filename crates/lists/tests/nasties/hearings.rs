//! Hearings, cases and courts as lists print them.

use crate::{defendant, libra, libra_case, libra_session, only, reading, standard_of};
use serde_json::{Value, json};
use throughline_domain::time::date_time_long;
use throughline_lists::{ListNotice, Notice};

/// Matters that are not what the schema has: no case, no offence, nothing at all, one where several are usual.
#[test]
fn what_is_missing_or_alone_loses_nobody() {
    let one = defendant(&json!({ "individualSurname": "MARSH", "dateOfBirth": "1991-02-14" }));
    let lone = standard_of(&json!({ "caseUrn": "01ZZ0000126", "party": one }));
    assert_eq!(only(lone).offences, []);
    let mut list: Value = serde_json::from_str(&standard_of(&Value::Null)).unwrap();
    let hearing = list.pointer_mut("/courtLists/0/courtHouse/courtRoom/0/session/0/sittings/0/hearing/0").unwrap();
    hearing["application"] = json!([{ "applicationReference": "A1", "party": [
        { "partyRole": "RESPONDENT", "subject": true, "individualDetails": { "individualSurname": "ROWE" } }
    ]}]);
    assert_eq!(only(list.to_string()).urn.as_deref(), Some("A1"));
    for (place, nothing) in [
        ("/courtLists/0/courtHouse/courtRoom/0/session", json!([])),
        ("/courtLists/0/courtHouse/courtRoom/0/session", Value::Null),
        ("/courtLists/0/courtHouse/courtRoom/0/session/0/sittings/0/hearing/0/application", json!({})),
        ("/courtLists/0/courtHouse/courtRoom", json!([null])),
    ] {
        let mut empty = list.clone();
        *empty.pointer_mut(place).unwrap() = nothing;
        let reading = reading(empty.to_string());
        assert_eq!(reading.entries.len(), 0);
        assert!(reading.rows_in > 0 || reading.notices.contains(&ListNotice::NobodyOnIt), "{place}: {reading:?}");
    }
    let nobody = reading(standard_of(&json!([{ "caseUrn": "01ZZ0000126", "party": [] }])));
    assert!(nobody.notices.contains(&ListNotice::CaseWithoutParties("01ZZ0000126".into())));
}

#[test]
fn numbers_of_cases_rooms_and_lists_are_kept_as_they_are_printed() {
    for (printed, read) in [("2600000002", "2600000002"), ("0012", "0012")] {
        let entry = only(libra(&format!("<case><caseno>{printed}</caseno><def_name>A MARSH</def_name></case>")));
        assert_eq!(entry.urn.as_deref(), Some(read));
    }
    let long = "01ZZ00001260000000000099";
    let case =
        standard_of(&json!([{ "caseUrn": long, "party": [defendant(&json!({ "individualSurname": "MARSH" }))] }]));
    assert_eq!(only(case).urn.as_deref(), Some(long));
    for room in ["00", "01", "1", "Court 2A"] {
        let entry = only(libra_session(
            &format!("<room>{room}</room>"),
            "<case><caseno>1</caseno><def_name>A MARSH</def_name></case>",
        ));
        assert_eq!(entry.court_room.as_deref(), Some(room));
    }
    let no_room = only(libra_session("<room/>", "<case><caseno>1</caseno><def_name>A MARSH</def_name></case>"));
    assert_eq!(no_room.court_room, None);
    for code in ["B01ZZ", "B01ZZ00"] {
        let session = format!("<room>1</room><ou_code>{code}</ou_code>");
        let entry = only(libra_session(&session, "<case><caseno>1</caseno><def_name>A MARSH</def_name></case>"));
        assert_eq!(entry.court_code.as_deref(), Some(code));
    }
    for fields in [
        "<listno>1st</listno>",
        "<listno>2st</listno><estdur>0.07</estdur>",
        "<listno>3st</listno><estdur>0:10</estdur>",
        "<estdur>1</estdur>",
    ] {
        let entry = only(libra_case(&format!("<def_name>A MARSH</def_name><def_dob>14/02/1991</def_dob>{fields}")));
        let value = fields.split(['<', '>']).nth(2).unwrap();
        assert!(entry.verbatim.to_string().contains(value), "{fields} is kept");
        assert_eq!(entry.notices, [], "{fields}");
    }
}

#[test]
fn a_court_that_is_not_allocated_is_told() {
    let list = libra("<case><caseno>1</caseno><def_name>A MARSH</def_name><def_dob>14/02/1991</def_dob></case>")
        .replace("<court>Ferrybridge</court>", "<court>To be allocated</court>");
    assert_eq!(only(list).notices, [Notice::CourtToBeAllocated]);
}

#[test]
fn judges_after_a_colon_are_no_part_of_the_room() {
    let table = "Court House,Court Room,Sitting at,Name,DOB,Reference,Offence Title\n\
                 Ferrybridge,Courtroom 1: District Judge R. Invented; A. Bench,10am,\"MARSH, Ada\",14/02/1991,01ZZ0000126,Theft\n";
    let entry = only(table);
    assert_eq!(entry.court_room.as_deref(), Some("Courtroom 1"));
    assert!(entry.verbatim.to_string().contains("District Judge R. Invented"), "the judges are kept");
}

/// Restrictions of a case and of one offence stand with the person, and with each who is charged in the case.
#[test]
fn restrictions_of_case_and_offence_travel_with_each_person() {
    let restricted = |surname: &str, details: Value| {
        let mut party = defendant(&json!({ "individualSurname": surname }));
        party["offence"] =
            json!([{ "offenceTitle": "Theft", "reportingRestriction": true, "reportingRestrictionDetails": details }]);
        party
    };
    let case = json!([{
        "caseUrn": "1", "reportingRestriction": true, "reportingRestrictionDetails": ["Section 45: no names"],
        "party": [restricted("MARSH", json!(["Do not name the shop"])), restricted("HOLLIS", json!([]))],
    }]);
    let reading = reading(standard_of(&case));
    let of = |at: usize| reading.entries[at].reporting_restriction.as_deref().unwrap();
    assert!(of(0).contains("Section 45: no names") && of(0).contains("Do not name the shop"), "{}", of(0));
    assert!(of(1).contains("Section 45: no names") && !of(1).contains("shop"), "{}", of(1));
    assert!(reading.entries.iter().all(|entry| entry.notices.contains(&Notice::ReportingRestriction)));
}

/// A sitting at 23:30 UTC in summer is on the next day in London.
#[test]
fn a_day_is_that_of_london() {
    let case = json!([{ "caseUrn": "1", "party": [defendant(&json!({ "individualSurname": "MARSH" }))] }]);
    let list = standard_of(&case).replace("2026-03-26T10:00:00Z", "2026-06-30T23:30:00Z");
    let reading = reading(&list);
    assert_eq!(reading.list_date, Some(crate::day(2026, 7, 1)));
    assert_eq!(date_time_long(reading.entries[0].sitting_at.unwrap()), "1 July 2026 at 00:30");
}
