//! One line of work with several hearings: what is gathered, and what a list changes on the board.

mod a_list_sent_again;
mod gathering;
mod news_of_one_hearing;
mod two_systems_on_one_day;
mod whatever_the_rows;

use chrono::{NaiveDate, TimeZone, Utc};
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

fn is_of_one_birth(entry: &Entry) -> bool {
    let births: BTreeSet<_> = entry.hearings.iter().filter_map(|hearing| hearing.said.date_of_birth).collect();
    let sexes: BTreeSet<_> = entry.hearings.iter().filter_map(|hearing| hearing.said.sex.map(Sex::code)).collect();
    births.len() <= 1 && sexes.len() <= 1
}
