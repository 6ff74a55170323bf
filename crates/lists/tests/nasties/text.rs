//! Words, dates and encodings.

use crate::{custody, day, defendant, libra_case, only, reading, standard, standard_of};
use serde_json::json;
use throughline_domain::time::date_time_long;
use throughline_lists::{ListNotice, Notice, read};

#[test]
fn a_date_of_birth_is_read_in_each_way_it_is_written() {
    for written in
        ["14/02/1991", "1991-02-14", "14-02-1991", "14.02.1991", "14 Feb 1991", "14 February 1991", "14/2/91"]
    {
        assert_eq!(only(custody("DOB", written)).date_of_birth, Some(day(1991, 2, 14)), "{written}");
    }
}

#[test]
fn a_time_is_read_in_each_way_it_is_written() {
    for (written, said) in [
        ("10:30", "26 March 2026 at 10:30"),
        ("10:30:00", "26 March 2026 at 10:30"),
        ("10:30am", "26 March 2026 at 10:30"),
        ("1:30pm", "26 March 2026 at 13:30"),
        ("26/03/2026 10:30", "26 March 2026 at 10:30"),
        ("2026-03-26T10:30:00Z", "26 March 2026 at 10:30"),
    ] {
        let entry = only(custody("DOB,Arrived", &format!("14/02/1991,{written}")));
        assert_eq!(entry.arrived_at.map(date_time_long).as_deref(), Some(said), "{written}");
    }
    let list =
        standard_of(&json!([{ "caseUrn": "1", "party": [defendant(&json!({ "individualSurname": "MARSH" }))] }]));
    let summer = only(list.replace("2026-03-26T10:00:00Z", "2026-07-01T09:00:00Z"));
    assert_eq!(summer.sitting_at.map(date_time_long).as_deref(), Some("1 July 2026 at 10:00"));
}

#[test]
fn a_date_and_its_time_may_stand_in_columns_of_their_own() {
    for (headings, cells) in [
        ("DOB,Arrest date,Arrest time", "14/02/1991,25/03/2026,23:10"),
        ("DOB,Arrest time,Arrest date", "14/02/1991,23:10,25/03/2026"),
        ("DOB,Arrested,Arrest time", "14/02/1991,25/03/2026 23:10,"),
    ] {
        let entry = only(custody(headings, cells));
        assert_eq!(entry.arrested_at.map(date_time_long).as_deref(), Some("25 March 2026 at 23:10"), "{headings}");
        assert_eq!(entry.notices, [], "{headings}");
    }
}

/// What words hold is kept to the letter, and steers nothing.
#[test]
fn words_are_kept_as_they_came() {
    for words in [
        "stole £100.00 \u{2018}from\u{2019} a shop",
        "Dwyn o siop; ŵ ŷ \u{2013} Llys Ynadon",
        "two  spaces\nand two lines",
        "Magistrates; Court",
        "<b>not bold</b> <script>alert(1)</script>",
        "=HYPERLINK(\"http://invented\")",
        "'; DROP TABLE person; --",
    ] {
        let mut party = defendant(&json!({ "individualSurname": "MARSH" }));
        party["offence"] = json!([{ "offenceTitle": "Theft", "offenceWording": words }]);
        let entry = only(standard_of(&json!([{ "caseUrn": "1", "party": [party] }])));
        assert_eq!(entry.offences[0].wording.as_deref(), Some(words));
    }
    let lines = only("Custody No,Surname,Forenames,Offence\r\nFR/1/26,MARSH,Ada,\"line one\r\nline two\"\r\n");
    assert_eq!(lines.offences.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["line one", "line two"]);
}

#[test]
fn a_key_that_is_said_twice_keeps_both_values_and_is_told() {
    let list = standard(&json!({ "individualSurname": "MARSH" }))
        .replace("\"individualSurname\":\"MARSH\"", "\"individualSurname\":\"MARSH\",\"asn\":\"A1\",\"asn\":\"A2\"");
    let reading = reading(&list);
    assert!(reading.notices.contains(&ListNotice::RepeatedKey("asn".into())), "{:?}", reading.notices);
    let kept = reading.entries[0].verbatim.to_string();
    assert!(kept.contains("A1") && kept.contains("A2"), "{kept}");
}

#[test]
fn an_address_that_is_none_and_a_postcode_that_is_wrong_are_kept_as_printed() {
    for (address, postcode) in [("Earth", "BRI 1RA"), ("9 Quay Lane", "AA1 AA1"), ("NFA", "ad21 5dr")] {
        let details = json!({ "individualSurname": "MARSH", "address": { "line": [address], "postCode": postcode } });
        let entry = only(standard(&details));
        assert_eq!((entry.address.as_deref(), entry.postcode.as_deref()), (Some(address), Some(postcode)));
    }
}

/// The same list in each encoding that Windows writes.
#[test]
fn a_list_is_read_in_each_encoding() {
    let list = "Custody No,Surname,Forenames,DOB\r\nFR/1/26,O\u{2019}BRIEN,Éva,14/02/1991\r\n";
    let utf16 = |units: Vec<[u8; 2]>, mark: [u8; 2]| [mark.to_vec(), units.concat()].concat();
    let little = utf16(list.encode_utf16().map(u16::to_le_bytes).collect(), [0xFF, 0xFE]);
    let big = utf16(list.encode_utf16().map(u16::to_be_bytes).collect(), [0xFE, 0xFF]);
    let marked = [b"\xEF\xBB\xBF".to_vec(), list.as_bytes().to_vec()].concat();
    for bytes in [list.as_bytes().to_vec(), marked, little, big] {
        assert_eq!(only(bytes).name.formal(), "O\u{2019}BRIEN, Éva");
    }
    let windows: Vec<u8> = list
        .chars()
        .map(|c| match c {
            '\u{2019}' => 0x92,
            'É' => 0xC9,
            c => u8::try_from(c).unwrap(),
        })
        .collect();
    let reading = reading(windows);
    assert_eq!(reading.entries[0].name.formal(), "O\u{2019}BRIEN, Éva");
    assert!(reading.notices.contains(&ListNotice::ReadAsWindows1252));
}

/// A zero byte is no end of a text: what stands behind it is read too, and told. A file full of them is no text.
#[test]
fn nothing_behind_a_zero_byte_is_lost() {
    let more = "FR/2/26,HOLLIS,Tom,01/06/1984\n".repeat(7);
    let list = format!("Custody No,Surname,Forenames,DOB\nFR/1/26,MAR\0SH,Ada,14/02/1991\n{more}");
    let reading = reading(list);
    assert_eq!((reading.entries.len(), reading.entries[0].name.surname.as_str()), (8, "MAR\u{FFFD}SH"));
    assert!(reading.notices.contains(&ListNotice::NoCharacters(1)));
    for no_text in [&b"\0\0\0\0"[..], b"Custody No,Surname\n\0\0\0\0,\0\0\0\0\0"] {
        assert!(matches!(read(no_text, crate::today()), Err(throughline_lists::ReadError::NotText { .. })));
    }
}

#[test]
fn a_title_alone_is_a_name() {
    let entry = only(libra_case("<def_name>Miss</def_name>"));
    assert_eq!(entry.name.surname, "Miss");
    assert!(!entry.notices.contains(&Notice::NoName));
}
