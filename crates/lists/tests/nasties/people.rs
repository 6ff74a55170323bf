//! People as lists print them.

use crate::{custody, day, defendant, libra, libra_case, only, reading, standard, standard_of};
use serde_json::json;
use throughline_lists::{Notice, SetAsideReason, Sex};

/// Absent, null, blank and a tag closed at once say the same: nothing.
#[test]
fn nothing_is_said_in_four_ways() {
    let of_json = [
        json!({ "individualSurname": "MARSH" }),
        json!({ "individualSurname": "MARSH", "dateOfBirth": null, "age": null, "gender": null, "address": null, "pncId": null }),
        json!({ "individualSurname": "MARSH", "dateOfBirth": "", "age": "", "gender": " ", "address": {}, "pncId": "" }),
        json!({ "individualSurname": "MARSH", "dateOfBirth": "  ", "address": { "line": [], "postCode": "" } }),
    ];
    let of_xml = ["", "<def_dob/><def_age/><def_sex/><pnc_id/><def_addr/>", "<def_dob></def_dob><def_age> </def_age>"]
        .map(|fields| libra_case(&format!("<def_name>MARSH</def_name>{fields}")));
    for list in of_json.map(|details| standard(&details)).into_iter().chain(of_xml) {
        let entry = only(&list);
        assert_eq!((entry.date_of_birth, entry.age, entry.sex), (None, None, None), "{list}");
        assert_eq!((&entry.address, &entry.postcode, &entry.pnc), (&None, &None, &None), "{list}");
        assert_eq!(entry.notices, [Notice::NoDateOfBirth], "{list}");
    }
    let blank = only(custody("DOB,Sex,Postcode,PNC", ",,,"));
    assert_eq!((blank.date_of_birth, blank.sex, &blank.postcode, &blank.pnc), (None, None, &None, &None));
    assert_eq!(blank.notices, [Notice::NoDateOfBirth]);
}

#[test]
fn a_name_is_split_however_it_is_printed() {
    for (printed, forenames, surname) in [
        ("DLONE", "", "DLONE"),
        ("Mr. David DLONE", "David", "DLONE"),
        ("MISS Mary RODGERS", "Mary", "RODGERS"),
        ("RODGERS, Mary Ann (female)*", "Mary Ann", "RODGERS"),
        ("Ana María DE LA CRUZ", "Ana María", "DE LA CRUZ"),
        ("Siân ap Rhys", "Siân ap", "Rhys"),
        ("ST JOHN-SMYTHE, Jo", "Jo", "ST JOHN-SMYTHE"),
        ("O'NEILL, Kit", "Kit", "O'NEILL"),
    ] {
        let entry = only(libra_case(&format!("<def_name>{printed}</def_name><def_dob>01/02/1980</def_dob>")));
        assert_eq!((entry.name.forenames.as_str(), entry.name.surname.as_str()), (forenames, surname), "{printed}");
    }
    let disagree = only(libra_case(
        "<def_name>MR Tom HOLLIS</def_name><def_name_elements><forename1>Tim</forename1><surname>HOLLIS</surname></def_name_elements>",
    ));
    assert_eq!(disagree.name.formal(), "HOLLIS, Tim");
    assert!(disagree.notices.iter().any(|notice| matches!(notice, Notice::NameElementsDisagree { .. })));
}

/// A company is not screened, and counted; whoever has the names of a person and is called an organisation is told of.
#[test]
fn an_organisation_is_counted_and_not_screened() {
    let details =
        json!({ "partyRole": "DEFENDANT", "organisationDetails": { "organisationName": "Quayside Haulage Ltd" } });
    let json = standard_of(&json!([{ "caseUrn": "1", "party": [details] }]));
    let xml = libra_case("<def_name>LLOYDS HAULAGE</def_name><def_type>O</def_type>");
    let named = libra_case(
        "<def_name>QUAYSIDE HAULAGE</def_name><def_type>O</def_type>\
         <def_name_elements><forename1>Quayside</forename1><surname>HAULAGE</surname></def_name_elements>",
    );
    for list in [json, xml, named] {
        let reading = reading(&list);
        assert_eq!((reading.rows_in, reading.entries.len(), reading.organisations()), (1, 0, 1), "{list}");
        assert_eq!(reading.set_aside[0].reason, SetAsideReason::Organisation);
        assert!(reading.set_aside[0].name.to_uppercase().contains("HAULAGE"), "{reading:?}");
    }
}

#[test]
fn a_sex_that_is_not_given_is_no_sex_and_one_against_the_title_is_told() {
    for word in ["N", "NOT_SPECIFIED", "Not specified", "not known", "U"] {
        let entry = only(standard(&json!({ "individualSurname": "MARSH", "gender": word })));
        assert_eq!((entry.sex, entry.notices.as_slice()), (None, &[Notice::NoDateOfBirth][..]), "{word}");
    }
    let entry = only(libra_case("<def_name>Mr Ada MARSH</def_name><def_sex>F</def_sex>"));
    assert_eq!(entry.sex, Some(Sex::Female));
    assert!(entry.notices.contains(&Notice::TitleAndSexDisagree { title: "Mr".into(), sex: Sex::Female }));
}

#[test]
fn an_age_that_does_not_fit_and_a_date_that_cannot_be_are_told() {
    let fifty = only(libra_case("<def_name>A MARSH</def_name><def_dob>01/02/1950</def_dob><def_age>20</def_age>"));
    assert_eq!(fifty.date_of_birth, Some(day(1950, 2, 1)));
    assert!(fifty.notices.contains(&Notice::AgeAndDateDisagree { printed: 20, calculated: 76 }), "{:?}", fifty.notices);
    for text in ["01/01/1800", "AA/BB/CCCC", "31/02/1990", "26/03/2126", "00/00/0000"] {
        let entry = only(libra_case(&format!("<def_name>A MARSH</def_name><def_dob>{text}</def_dob>")));
        assert_eq!(entry.date_of_birth, None, "{text}");
        assert!(entry.notices.contains(&Notice::ImpossibleDateOfBirth(text.into())), "{text}: {:?}", entry.notices);
    }
    // Fourteen, on an adult panel: the person's age speaks, not the panel.
    let child = only(libra_case("<def_name>S LARK</def_name><def_age>14</def_age>"));
    assert!(child.youth && child.notices.contains(&Notice::Youth));
}

/// Identifiers with a wrong letter, of another kind, blank, or with line ends.
#[test]
fn an_identifier_is_trimmed_checked_and_never_lost() {
    let details =
        |pnc: &str| standard(&json!({ "individualSurname": "MARSH", "dateOfBirth": "1991-02-14", "pncId": pnc }));
    let right = only(details("2012/0345678U\r\n"));
    assert_eq!((right.pnc.as_deref(), right.notices.as_slice()), (Some("2012/0345678U"), &[][..]));
    let wrong = only(details("2012/0345678B"));
    assert_eq!(wrong.notices, [Notice::BadPncLetter("2012/0345678B".into())]);
    assert_eq!(wrong.pnc.as_deref(), Some("2012/0345678B"));
    let free = only(details("see officer\r\n"));
    assert_eq!((free.pnc.as_deref(), free.notices), (Some("see officer"), vec![Notice::NotAPnc("see officer".into())]));
    assert_eq!(only(details("\r\n")).pnc, None);
    let entry = only(libra_case(
        "<def_name>A MARSH</def_name><def_dob>14/02/1991</def_dob><cro_number>12345/12B</cro_number><asn>2601ZZ0100000001021X</asn>",
    ));
    let told = [Notice::BadCroLetter("12345/12B".into()), Notice::BadAsn("2601ZZ0100000001021X".into())];
    assert!(told.iter().all(|notice| entry.notices.contains(notice)), "{:?}", entry.notices);
    let custody = only(custody("DOB,NHS No,PNC", "14/02/1991,999 000 0000,\" 2012/0345678U \""));
    assert_eq!((custody.nhs_number.is_none(), custody.pnc.as_deref()), (true, Some("2012/0345678U")));
    assert!(custody.notices.contains(&Notice::BadNhsNumber("999 000 0000".into())));
}

/// Somebody who is twice on a list is told of; nobody is merged; a blank defendant is a line of work.
#[test]
fn twice_on_a_list_is_told_and_a_blank_defendant_stays() {
    let rows = "Custody No,Surname,Forenames,DOB\nFR/1/26,LARK,Sam,9/9/2001\nFR/1/26,LARK,Sam,9/9/2001\n";
    let twice = reading(rows);
    assert_eq!(twice.entries.len(), 2);
    assert!(twice.entries[1].notices.iter().any(|notice| matches!(notice, Notice::DuplicateInList(_))));
    assert!(!twice.entries[0].notices.iter().any(|notice| matches!(notice, Notice::DuplicateInList(_))));
    let blank = only(standard_of(&json!([{ "caseUrn": "1", "party": [{ "partyRole": "DEFENDANT" }] }])));
    assert!(blank.name.is_unknown() && blank.notices.contains(&Notice::NoName));
    assert!(only(standard_of(&json!([{ "caseUrn": "1", "party": [defendant(&json!({}))] }]))).name.is_unknown());
}

#[test]
fn a_youth_with_a_parent_on_an_adult_list_is_a_youth() {
    let parent = "<pg_type>Parent</pg_type><pg_name>Mrs Jo LARK</pg_name>";
    let list = libra(&format!(
        "<case><caseno>1</caseno><def_name>Sam LARK</def_name><def_dob>01/06/2010</def_dob>{parent}</case>\
         <case><caseno>2</caseno><def_name>Ada MARSH</def_name><def_dob>14/02/1991</def_dob></case>"
    ));
    let reading = reading(&list);
    assert_eq!(reading.entries.iter().map(|entry| entry.youth).collect::<Vec<_>>(), [true, false]);
    assert!(reading.entries[0].verbatim.to_string().contains("Mrs Jo LARK"), "the parent is kept");
}
