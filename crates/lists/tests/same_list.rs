//! The list that a court publishes as data, as a workbook and on paper is one list: the same people come out of
//! each, with the same of each.

mod printing;

use chrono::{DateTime, NaiveDate};
use printing::{Sheet, pdf};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use throughline_domain::time::{london_date, parse_date};
use throughline_lists::{Entry, Reading, facts, read};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn reading(bytes: &[u8]) -> Reading {
    let reading = read(bytes, today()).unwrap();
    assert!(reading.accounts_for_every_row(), "{reading:#?}");
    reading
}

/// What everybody is asked to be the same in. What a rendition leaves out, its caller leaves out; where the address
/// ends and the postcode begins is not printed.
fn said(reading: &Reading, without: &[&str]) -> Vec<BTreeMap<&'static str, String>> {
    let said_of = |entry: &Entry| {
        let mut said: BTreeMap<&'static str, String> = facts(entry).into_iter().collect();
        let lines = [said.remove("Address"), said.remove("Postcode")].into_iter().flatten();
        said.insert("Lives at", lines.collect::<Vec<_>>().join(", "));
        said.retain(|label, _| !without.contains(label));
        said
    };
    reading.entries.iter().map(said_of).collect()
}

/// A list as people with what is printed of each, under its headings; a row for each offence of theirs.
struct Printed {
    headings: Vec<&'static str>,
    people: Vec<Person>,
}

struct Person {
    cells: BTreeMap<&'static str, String>,
    offences: Vec<BTreeMap<&'static str, String>>,
}

impl Printed {
    /// One row for each offence, the person's own cells again in each.
    fn workbook(&self) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, heading) in (0..).zip(&self.headings) {
            sheet.write_string(0, column, *heading).unwrap();
        }
        let rows = self.people.iter().flat_map(|person| person.offences.iter().map(move |offence| (person, offence)));
        for (row, (person, offence)) in (1..).zip(rows) {
            for (column, heading) in (0..).zip(&self.headings) {
                if let Some(cell) = offence.get(heading).or_else(|| person.cells.get(heading)) {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
        }
        book.save_to_buffer().unwrap()
    }

    /// Labels before values, a page for each two people.
    fn labels(&self, above: &[&str]) -> Vec<u8> {
        let mut pages = Vec::new();
        let mut context: Vec<String> = Vec::new();
        for people in self.people.chunks(2) {
            let mut page = Sheet::default();
            let mut top = 40.0;
            let mut line = |label: &str, value: &str| {
                page.put(30.0, top, 10.0, label);
                for part in value.split('\n') {
                    page.put(210.0, top, 10.0, part);
                    top += 14.0;
                }
            };
            if pages.is_empty() {
                for words in above {
                    line(words, "");
                }
            }
            for person in people {
                for (at, heading) in ["Court House", "Court Room", "Sitting at"].into_iter().enumerate() {
                    let value = &person.cells[heading];
                    if context.get(at) != Some(value) {
                        context.truncate(at);
                        context.push(value.clone());
                        line(heading, value);
                    }
                }
                let dob = format!("{} Age: {}", person.cells["DOB"], person.cells["Age"]);
                for heading in [
                    "Name",
                    "DOB and Age",
                    "Address",
                    "Reference",
                    "ASN",
                    "PNC ID",
                    "Hearing Type",
                    "Panel",
                    "Reporting Restrictions",
                ] {
                    let value = if heading == "DOB and Age" { Some(&dob) } else { person.cells.get(heading) };
                    if let Some(value) = value.filter(|value| !value.is_empty()) {
                        line(heading, &value.replace(", ", ",\n"));
                    }
                }
                for offence in &person.offences {
                    for heading in ["Offence Code", "Offence Title", "Offence Details"] {
                        line(heading, &offence[heading]);
                    }
                }
            }
            pages.push(page);
        }
        pdf(&pages)
    }

    /// A line of headings on each page, and cells on several lines below them.
    fn table(&self, above: &[&str], columns: &[(&str, f64)]) -> Vec<u8> {
        let mut pages = Vec::new();
        for people in self.people.chunks(3) {
            let mut page = Sheet::default();
            let mut top = 40.0;
            if pages.is_empty() {
                for words in above {
                    page.put(30.0, top, 11.0, words);
                    top += 16.0;
                }
            }
            for (heading, left) in columns {
                page.put(*left, top, 8.0, heading);
            }
            for person in people {
                top += 26.0;
                let from = top;
                for (heading, left) in columns {
                    for (line, words) in (0..).zip(person.cells[heading].split_inclusive(", ")) {
                        let at = from + 10.0 * f64::from(line);
                        page.put(*left, at, 8.0, words.trim());
                        top = top.max(at);
                    }
                }
            }
            pages.push(page);
        }
        pdf(&pages)
    }
}

mod the_standard_list {
    use super::*;

    const HEADINGS: [&str; 26] = [
        "Court House",
        "LJA",
        "Court Room",
        "Sitting at",
        "Name",
        "Application Particulars",
        "DOB",
        "Age",
        "Address",
        "Prosecuting Authority Name",
        "Attendance Method",
        "Reference",
        "Application Type",
        "ASN",
        "Hearing Type",
        "Panel",
        "Reporting Restrictions",
        "Offence Code",
        "Offence Title",
        "Offence Details",
        "Legislation",
        "Max Penalty",
        "Plea",
        "Date of Plea",
        "Convicted on",
        "Adjourned from",
    ];

    fn person(surname: &str, forenames: &str, more: &Value) -> Value {
        let mut details = json!({ "individualSurname": surname, "individualForenames": forenames });
        for (name, value) in more.as_object().unwrap() {
            details[name] = value.clone();
        }
        details
    }

    fn case(urn: &str, details: &Value, restriction: &str, offences: &[(&str, &str, &str)]) -> Value {
        let offences: Vec<Value> = offences
            .iter()
            .map(|(code, title, wording)| json!({ "offenceCode": code, "offenceTitle": title, "offenceWording": wording }))
            .collect();
        json!({
            "caseUrn": urn, "reportingRestriction": !restriction.is_empty(), "reportingRestrictionDetails": [restriction],
            "party": [{ "partyRole": "DEFENDANT", "individualDetails": details, "offence": offences }],
        })
    }

    fn list() -> Value {
        let ada = person(
            "MARSH",
            "Ada",
            &json!({
                "individualMiddleName": "Mary", "dateOfBirth": "1991-02-14", "age": 35, "gender": "female", "inCustody": true,
                "asn": "2601ZZ0100000001021C", "pncId": "2012/0345678U",
                "address": { "line": ["Flat 2", "9 Quay Lane"], "town": "Ferrybridge", "postCode": "ZZ99 3VZ" },
            }),
        );
        let tom = person(
            "HOLLIS",
            "Tom",
            &json!({
                "dateOfBirth": "1984-06-01", "age": 41, "gender": "male", "asn": "2601ZZ0100000001023E", "pncId": "2015/0000077B",
                "address": { "line": ["12 Mill Lane"], "town": "Quayside", "postCode": "ZZ99 4AB" },
            }),
        );
        let sam = person(
            "LARK",
            "Sam",
            &json!({
                "dateOfBirth": "2010-09-09", "age": 15, "gender": "male", "address": { "line": ["1 Dock Row"], "postCode": "ZZ99 5CD" },
            }),
        );
        let una = person(
            "O'BRIEN-REED",
            "Una",
            &json!({
                "dateOfBirth": "1962-12-31", "age": 63, "gender": "female", "address": { "line": ["No fixed abode"] },
            }),
        );
        let sitting = |start: &str, kind: &str, panel: &str, cases: Vec<Value>| json!({ "sittingStart": start, "hearing": [{ "hearingType": kind, "panel": panel, "case": cases }] });
        let room = |name: &str, sittings: Vec<Value>| json!({ "courtRoomName": name, "session": [{ "judiciary": [{ "johKnownAs": "A Bench" }], "sittings": sittings }] });
        let two =
            [("TH68001", "Theft from shop", "Stole a coat"), ("CJ88001", "Common assault", "Assaulted a shopkeeper")];
        let one = [("RT88001", "Driving whilst unfit", "Drove a van")];
        json!({
            "document": { "publicationDate": "2026-03-25T17:00:00Z" },
            "courtLists": [{ "courtHouse": { "courtHouseName": "Ferrybridge Magistrates' Court", "lja": "Invented LJA", "courtRoom": [
                room("Courtroom 1", vec![
                    sitting("2026-03-26T10:00:00Z", "First hearing", "ADULT", vec![case("01ZZ0000126", &ada, "", &two)]),
                    sitting("2026-03-26T13:30:00Z", "Trial", "ADULT", vec![case("01ZZ0000226", &tom, "Section 4(2) order", &one)]),
                ]),
                room("Courtroom 2", vec![
                    sitting("2026-03-26T09:45:00Z", "Sentence", "YOUTH", vec![case("01ZZ0000326", &sam, "", &two[..1])]),
                    sitting("2026-03-26T14:00:00Z", "Breach", "ADULT", vec![case("01ZZ0000426", &una, "", &one)]),
                ]),
            ]}}],
        })
    }

    fn each<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
        value[name].as_array().unwrap()
    }

    /// The list as it is printed: dates of the day before the month, times of London, a star for custody.
    fn printed() -> Printed {
        let list = list();
        let house = &list["courtLists"][0]["courtHouse"];
        let mut people = Vec::new();
        for room in each(house, "courtRoom") {
            for sitting in each(&room["session"][0], "sittings") {
                let hearing = &sitting["hearing"][0];
                for case in each(hearing, "case") {
                    people.push(row(house, room, sitting, hearing, case));
                }
            }
        }
        Printed { headings: HEADINGS.to_vec(), people }
    }

    fn row(house: &Value, room: &Value, sitting: &Value, hearing: &Value, case: &Value) -> Person {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let party = &case["party"][0];
        let of = &party["individualDetails"];
        let start = DateTime::parse_from_rfc3339(sitting["sittingStart"].as_str().unwrap()).unwrap().to_utc();
        assert_eq!(london_date(start), today());
        let forenames = format!("{} {}", text(&of["individualForenames"]), text(&of["individualMiddleName"]));
        let star = if of["inCustody"] == true { "*" } else { "" };
        let born = parse_date(of["dateOfBirth"].as_str().unwrap(), today()).unwrap();
        let address = &of["address"];
        let lines = each(address, "line").iter().map(text).chain([text(&address["town"]), text(&address["postCode"])]);
        let cells = BTreeMap::from([
            ("Court House", text(&house["courtHouseName"])),
            ("LJA", text(&house["lja"])),
            ("Court Room", format!("{}: A Bench", text(&room["courtRoomName"]))),
            ("Sitting at", start.format("%-I:%M%P").to_string().replace(":00", "")),
            (
                "Name",
                format!("{}, {} ({}){star}", text(&of["individualSurname"]), forenames.trim(), text(&of["gender"])),
            ),
            ("DOB", born.format("%d/%m/%Y").to_string()),
            ("Age", of["age"].to_string()),
            ("Address", lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")),
            ("Reference", text(&case["caseUrn"])),
            ("ASN", text(&of["asn"])),
            ("PNC ID", text(&of["pncId"])),
            ("Hearing Type", text(&hearing["hearingType"])),
            ("Panel", text(&hearing["panel"])),
            ("Reporting Restrictions", text(&case["reportingRestrictionDetails"][0])),
        ]);
        let offence = |offence: &Value| {
            BTreeMap::from([
                ("Offence Code", text(&offence["offenceCode"])),
                ("Offence Title", text(&offence["offenceTitle"])),
                ("Offence Details", text(&offence["offenceWording"])),
            ])
        };
        Person { cells, offences: each(party, "offence").iter().map(offence).collect() }
    }

    #[test]
    fn as_a_workbook_says_what_the_data_says() {
        let data = reading(list().to_string().as_bytes());
        let book = reading(&printed().workbook());
        // The workbook does not print the PNC.
        assert_eq!(said(&book, &["PNC"]), said(&data, &["PNC"]));
        assert_eq!((book.rows_in, book.further.len(), data.rows_in), (5, 1, 4));
    }

    #[test]
    fn on_paper_says_what_the_data_says() {
        let data = reading(list().to_string().as_bytes());
        let above = [
            "Magistrates Standard List for Ferrybridge",
            "List for 26 March 2026",
            "Last updated: 25 March 2026 at 5pm",
        ];
        let paper = reading(&printed().labels(&above));
        assert_eq!(said(&paper, &[]), said(&data, &[]));
        assert_eq!(paper.list_date, data.list_date);
    }
}

mod the_adult_court_list {
    use super::*;

    const HEADINGS: [&str; 14] = [
        "Court House",
        "Sitting at",
        "LJA",
        "Session start",
        "Block Start",
        "Defendant Name",
        "Date of Birth",
        "Address",
        "Age",
        "Informant",
        "Case Number",
        "Offence Code",
        "Offence Title",
        "Offence Summary",
    ];

    fn list() -> Value {
        let case = |number: &str, name: &str, born: &str, age: u32, line: &str, offences: &[(&str, &str, &str)]| {
            let offences: Vec<Value> =
                offences.iter().map(|(code, title, sum)| json!({ "code": code, "title": title, "sum": sum })).collect();
            json!({
                "caseno": number, "def_name": name, "def_dob": born, "def_age": age, "inf": "POL01",
                "def_addr": { "line1": line, "line5": "Ferrybridge", "pcode": "ZZ99 3VZ" }, "offences": { "offence": offences },
            })
        };
        let theft = ("TH68001", "Theft from shop", "Stole a coat");
        let ada = case("2600000001", "Miss Ada MARSH", "14/02/1991", 35, "9 Quay Lane", &[theft]);
        let tom = case(
            "2600000002",
            "Mr Tom HOLLIS",
            "01/06/1984",
            41,
            "12 Mill Lane",
            &[("RT88001", "Driving whilst unfit", "Drove a van")],
        );
        let sam = case(
            "2600000003",
            "Sam LARK",
            "09/09/2010",
            15,
            "1 Dock Row",
            &[("CJ88001", "Common assault", "Assaulted a shopkeeper")],
        );
        let una = case("2600000004", "Mrs Una O'BRIEN-REED", "31/12/1962", 63, "2 Dock Row", &[theft]);
        let block = |start: &str, cases: Vec<Value>| json!({ "bstart": start, "cases": { "case": cases } });
        let session = |blocks: Vec<Value>| json!({ "lja": "Invented LJA", "court": "Ferrybridge Magistrates' Court", "room": "2", "sstart": "09:30", "blocks": { "block": blocks } });
        let sessions = [session(vec![block("10:00", vec![ada, tom]), block("14:00", vec![sam, una])])];
        json!({ "document": { "data": { "job": { "printdate": "26/03/2026", "sessions": { "session": sessions } } } } })
    }

    fn printed() -> Printed {
        let list = list();
        let session = &list["document"]["data"]["job"]["sessions"]["session"][0];
        let mut people = Vec::new();
        for block in session["blocks"]["block"].as_array().unwrap() {
            for case in block["cases"]["case"].as_array().unwrap() {
                people.push(row(session, block, case));
            }
        }
        Printed { headings: HEADINGS.to_vec(), people }
    }

    fn row(session: &Value, block: &Value, case: &Value) -> Person {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let address = &case["def_addr"];
        let offence = &case["offences"]["offence"][0];
        let cells = BTreeMap::from([
            ("Court House", text(&session["court"])),
            ("Sitting at", format!("Courtroom {}", text(&session["room"]))),
            ("LJA", text(&session["lja"])),
            ("Session start", text(&session["sstart"])),
            ("Block Start", text(&block["bstart"])),
            ("Defendant Name", text(&case["def_name"])),
            ("Date of Birth", text(&case["def_dob"])),
            ("Address", ["line1", "line5", "pcode"].map(|name| text(&address[name])).join(", ")),
            ("Age", case["def_age"].to_string()),
            ("Informant", text(&case["inf"])),
            ("Case Number", text(&case["caseno"])),
            ("Offence Code", text(&offence["code"])),
            ("Offence Title", text(&offence["title"])),
            ("Offence Summary", text(&offence["sum"])),
        ]);
        Person { cells, offences: vec![BTreeMap::new()] }
    }

    #[test]
    fn as_a_workbook_says_what_the_data_says() {
        let data = reading(list().to_string().as_bytes());
        let book = reading(&printed().workbook());
        assert_eq!(said(&book, &[]), said(&data, &[]));
        assert_eq!((book.rows_in, data.rows_in), (4, 4));
    }

    #[test]
    fn on_paper_says_what_the_data_says() {
        let data = reading(list().to_string().as_bytes());
        let above = [
            "Magistrates Standard List for Ferrybridge",
            "List for 26 March 2026",
            "Court House: Ferrybridge Magistrates' Court",
            "Sitting at: Courtroom 2",
        ];
        let columns = [
            ("Block Start", 15.0),
            ("Defendant Name", 65.0),
            ("Date of Birth", 175.0),
            ("Address", 235.0),
            ("Age", 295.0),
            ("Informant", 320.0),
            ("Case Number", 365.0),
            ("Offence Code", 425.0),
            ("Offence Title", 485.0),
        ];
        let paper = reading(&printed().table(&above, &columns));
        let mut expected = said(&data, &[]);
        // The table on paper has no room for the summary.
        for (said, entry) in expected.iter_mut().zip(&data.entries) {
            let offence = &entry.offences[0];
            said.insert("Offences", format!("{} {}", offence.code.as_deref().unwrap(), offence.title));
        }
        assert_eq!(said(&paper, &[]), expected);
    }
}
