//! What real lists do to a reader: each of these was seen in the field, or could have been. Nothing of it may lose
//! a row, and what is doubtful is told.

mod hearings;
mod people;
mod scale;
mod spreadsheets;
mod text;

use chrono::NaiveDate;
use serde_json::{Value, json};
use throughline_lists::{Entry, Reading, read};

fn today() -> NaiveDate {
    day(2026, 3, 26)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn reading(list: impl AsRef<[u8]>) -> Reading {
    let reading = read(list.as_ref(), today()).unwrap();
    assert!(reading.accounts_for_every_row(), "{reading:#?}");
    reading
}

/// The only entry of a list.
fn only(list: impl AsRef<[u8]>) -> Entry {
    let mut reading = reading(list);
    assert_eq!((reading.rows_in, reading.entries.len()), (1, 1), "{reading:#?}");
    reading.entries.remove(0)
}

/// A standard list in JSON of one hearing with these cases.
fn standard_of(cases: &Value) -> String {
    json!({
        "document": { "publicationDate": "2026-03-25T18:30:00Z" },
        "courtLists": [{ "courtHouse": { "courtHouseName": "Ferrybridge", "courtRoom": [{
            "courtRoomName": "Courtroom 1",
            "session": [{ "sittings": [{
                "sittingStart": "2026-03-26T10:00:00Z",
                "hearing": [{ "hearingType": "First hearing", "panel": "ADULT", "case": cases }],
            }]}],
        }]}}],
    })
    .to_string()
}

/// A standard list in JSON of one defendant with these details.
fn standard(details: &Value) -> String {
    standard_of(&json!([{ "caseUrn": "01ZZ0000126", "party": [defendant(details)] }]))
}

fn defendant(details: &Value) -> Value {
    json!({ "partyRole": "DEFENDANT", "individualDetails": details })
}

/// A list of Libra with these cases, in one block of one session.
fn libra(cases: &str) -> String {
    libra_session("<room>01</room><ou_code>B01ZZ</ou_code>", cases)
}

fn libra_session(session: &str, cases: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"e\"><e:Body><ExternalDocumentRequest><documents><document><data><job><printdate>26/03/2026</printdate>\
         <sessions><session><doh>26/03/2026</doh><court>Ferrybridge</court><sstart>10:00</sstart>{session}\
         <blocks><block><bstart>10:30</bstart><cases>{cases}</cases></block></blocks></session></sessions></job></data></document>\
         </documents></ExternalDocumentRequest></e:Body></e:Envelope>"
    )
}

fn libra_case(fields: &str) -> String {
    libra(&format!("<case><caseno>2600000001</caseno>{fields}</case>"))
}

/// A custody list as a table of one row.
fn custody(headings: &str, cells: &str) -> String {
    format!("Custody No,Surname,Forenames,{headings}\nFR/1/26,MARSH,Ada,{cells}\n")
}
