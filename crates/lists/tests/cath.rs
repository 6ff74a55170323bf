//! The lists that courts publish besides the Standard List: the public one, and the single justice's.

use chrono::NaiveDate;
use throughline_lists::{ListNotice, Notice, Reading, SetAsideReason, read, table};

const PUBLIC: &str = include_str!("samples/magistrates-public-list.json");
const SINGLE_JUSTICE: &str = include_str!("samples/single-justice-list.json");
const STANDARD: &str = include_str!("samples/magistrates-standard-list.json");

fn reading(text: &str) -> Reading {
    let reading = read(text.as_bytes(), NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()).unwrap();
    assert!(reading.accounts_for_every_row());
    reading
}

#[test]
fn a_single_justice_list_is_recognised_and_makes_no_work_of_anybody() {
    let reading = reading(SINGLE_JUSTICE);
    assert_eq!(reading.format, "cath-sjp-list");
    assert_eq!((reading.rows_in, reading.entries.len(), reading.rejected.len()), (4, 0, 1));
    let rows: Vec<_> = reading.set_aside.iter().map(|row| (row.name.as_str(), row.urn.as_deref())).collect();
    let both = Some("01FR0005126, 01FR0005226");
    let wanted = [
        ("Tom Hollis", both),
        ("Ferrybridge Television Licences", both),
        ("Quayside Haulage Ltd", Some("01FR0005326")),
    ];
    assert_eq!(rows, wanted);
    assert!(reading.set_aside.iter().all(|row| row.reason == SetAsideReason::SingleJusticeProcedure));
    let nobody = ListNotice::CaseWithoutParties("01FR0005426".into());
    assert_eq!(reading.notices, [nobody, ListNotice::SingleJusticeProcedure]);
    assert!(table(&reading).contains("Tom Hollis (Single justice procedure: nobody attends)"));
}

#[test]
fn a_single_justice_hearing_on_another_list_loses_nobody_and_takes_nobody_along() {
    let single = r#""hearing": [{"case": [{"caseUrn": "01FR0009926"}], "party": [{"partyRole": "ACCUSED", "individualDetails": {"individualSurname": "Vane"}}]},"#;
    let mixed = STANDARD.replacen(r#""hearing": ["#, single, 1);
    assert_ne!(mixed, STANDARD);
    let (mixed, standard) = (reading(&mixed), reading(STANDARD));
    assert_eq!(mixed.format, "cath-magistrates-standard-list");
    assert_eq!(mixed.entries.len(), standard.entries.len());
    assert_eq!(mixed.rows_in, standard.rows_in + 1);
    let vane = mixed.set_aside.iter().find(|row| row.name == "Vane").unwrap();
    assert_eq!(vane.reason, SetAsideReason::SingleJusticeProcedure);
}

#[test]
fn a_public_list_is_told_from_the_standard_list_by_what_it_says() {
    let public = reading(PUBLIC);
    assert_eq!(public.format, "cath-magistrates-public-list");
    assert_eq!(
        (public.title.as_str(), public.list_date),
        ("Magistrates' public list", NaiveDate::from_ymd_opt(2026, 3, 26))
    );
    let notices = [ListNotice::CaseWithoutParties("01FR0006226".into()), ListNotice::PublicList];
    assert_eq!(public.notices, notices);
    assert!(public.notices[1].to_string().contains("no dates of birth"));
    assert_eq!(reading(STANDARD).format, "cath-magistrates-standard-list");
    let fuller =
        PUBLIC.replace(r#""individualSurname": "Rowe""#, r#""individualSurname": "Rowe", "dateOfBirth": "1991-02-14""#);
    assert_eq!(reading(&fuller).format, "cath-magistrates-standard-list");
}

#[test]
fn a_public_list_gives_each_defendant_with_the_restrictions_of_the_case() {
    let reading = reading(PUBLIC);
    let names: Vec<String> = reading.entries.iter().map(|entry| entry.name.formal()).collect();
    assert_eq!(names, ["MARSH, Ada", "ROWE", "LARK, Kit"]);
    let ada = &reading.entries[0];
    assert_eq!(ada.notices, [Notice::NoDateOfBirth, Notice::ReportingRestriction]);
    assert!(ada.reporting_restriction.as_deref().unwrap().contains("no details"));
    assert_eq!((ada.court_room.as_deref(), ada.offences.len()), (Some("Courtroom 3"), 2));
    assert_eq!(reading.entries[2].reporting_restriction, None);
    let reasons: Vec<&SetAsideReason> = reading.set_aside.iter().map(|row| &row.reason).collect();
    assert_eq!(reasons, [&SetAsideReason::ProsecutingAuthority, &SetAsideReason::Organisation]);
}

#[test]
fn a_party_whose_details_are_in_no_shape_is_kept_whole() {
    let odd = r#""individualDetails": [[{"individualSurname": "Hollis"}]]"#;
    let mut document: serde_json::Value = serde_json::from_str(SINGLE_JUSTICE).unwrap();
    let hearing = "/courtLists/0/courtHouse/courtRoom/0/session/0/sittings/0/hearing/0/party/0";
    *document.pointer_mut(hearing).unwrap() = serde_json::from_str(&format!("{{{odd}}}")).unwrap();
    let reading = reading(&document.to_string());
    assert_eq!((reading.set_aside.len(), reading.rejected.len()), (2, 2));
    assert_eq!(reading.rejected[0].verbatim["individualDetails"][0][0]["individualSurname"], "Hollis");
}
