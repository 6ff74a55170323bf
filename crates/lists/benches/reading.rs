//! How long lists of the largest size seen in the field (745 cases, some 800 kB) take to be read and checked, each
//! with its ratio to what a library takes to go through the same bytes and nothing more. Run by
//! `script/bench lists`, which puts the table into `docs/benchmarks-lists.md`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use calamine::{Reader as _, Xlsx};
use chrono::{Days, NaiveDate};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use throughline_lists::read;

/// The cases of the largest list seen in the field.
const CASES: usize = 745;
/// Rooms they are heard in.
const ROOMS: usize = 5;
/// How often each is measured: the middle one is told.
const TIMES: usize = 41;

fn main() {
    let (json, xml, rows) = (standard_list(), libra(), table());
    let csv = csv_of(&rows);
    let book = workbook(&rows);
    println!("| List of {CASES} cases | Size | Read and checked | The library alone | Ratio |");
    println!("|---|---|---|---|---|");
    row("Magistrates Standard List, JSON", "serde_json", &json, |bytes| {
        black_box(serde_json::from_slice::<Value>(bytes).expect("it is JSON"));
    });
    row("Daily list of Libra, XML", "quick-xml", &xml, every_event);
    row("Court list, CSV", "csv", &csv, |bytes| {
        let records = csv::ReaderBuilder::new().flexible(true).from_reader(bytes).into_records();
        black_box(records.filter_map(Result::ok).map(|record| record.len()).sum::<usize>());
    });
    row("Court list, Excel", "calamine", &book, |bytes| {
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).expect("it opens");
        black_box(book.worksheet_range_at(0).expect("it has a sheet").expect("it is read").get_size());
    });
}

fn row(name: &str, library: &str, bytes: &[u8], alone: impl Fn(&[u8])) {
    let today = NaiveDate::from_ymd_opt(2026, 3, 26).expect("it is a date");
    let reading = read(bytes, today).expect("it is read");
    assert_eq!((reading.entries.len(), reading.accounts_for_every_row()), (CASES, true), "{name}");
    let ours = middle(|| drop(black_box(read(black_box(bytes), today))));
    let theirs = middle(|| alone(black_box(bytes)));
    println!(
        "| {name} | {} kB | {:.1} ms | {:.1} ms ({library}) | {:.1} |",
        bytes.len() / 1_000,
        ours.as_secs_f64() * 1_000.0,
        theirs.as_secs_f64() * 1_000.0,
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

fn middle(mut what: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            what();
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[TIMES / 2]
}

fn every_event(bytes: &[u8]) {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut events = 0_usize;
    while !matches!(reader.read_event().expect("it is XML"), quick_xml::events::Event::Eof) {
        events += 1;
    }
    black_box(events);
}

/// One case's words, invented and different for each.
struct Case {
    surname: String,
    forenames: &'static str,
    born: NaiveDate,
    address: String,
    reference: String,
    wording: String,
}

fn cases() -> Vec<Case> {
    const FORENAMES: [&str; 6] = ["Ada Mary", "Tom", "Una", "Kit", "Sam Jo", "Éva"];
    let wording = "On 25/03/2026 at Ferrybridge stole goods to the value of some pounds belonging to a shop. ";
    let oldest = NaiveDate::from_ymd_opt(1946, 1, 2).expect("it is a date");
    (0..CASES)
        .map(|n| Case {
            surname: format!("MARSH{n}"),
            forenames: FORENAMES[n % FORENAMES.len()],
            born: oldest + Days::new(29 * n as u64),
            address: format!("{} Quay Lane", n + 1),
            reference: format!("01ZZ{n:05}26"),
            wording: wording.repeat(5),
        })
        .collect()
}

fn by_room() -> Vec<Vec<Case>> {
    let mut rooms: Vec<Vec<Case>> = (0..ROOMS).map(|_| Vec::new()).collect();
    for (n, case) in cases().into_iter().enumerate() {
        rooms[n * ROOMS / CASES].push(case);
    }
    rooms
}

fn standard_list() -> Vec<u8> {
    let party = |case: &Case| {
        json!({
            "partyRole": "DEFENDANT",
            "individualDetails": {
                "individualSurname": case.surname, "individualForenames": case.forenames, "dateOfBirth": case.born.to_string(),
                "gender": "male", "inCustody": false, "pncId": "2012/0345678U",
                "address": { "line": [case.address], "town": "Ferrybridge", "postCode": "ZZ99 3VZ" },
            },
            "offence": [{ "offenceCode": "TH68001", "offenceTitle": "Theft from shop", "offenceWording": case.wording }],
        })
    };
    let case = |one: &Case| json!({ "caseUrn": one.reference, "party": [party(one)] });
    let rooms: Vec<Value> = (1..)
        .zip(by_room())
        .map(|(number, all)| {
            let cases: Vec<Value> = all.iter().map(case).collect();
            json!({ "courtRoomName": format!("Courtroom {number}"), "session": [{ "sittings": [{
                "sittingStart": "2026-03-26T10:00:00Z", "hearing": [{ "hearingType": "First hearing", "case": cases }],
            }]}]})
        })
        .collect();
    json!({
        "document": { "publicationDate": "2026-03-25T18:30:00Z" },
        "courtLists": [{ "courtHouse": { "courtHouseName": "Ferrybridge", "courtRoom": rooms } }],
    })
    .to_string()
    .into_bytes()
}

fn libra() -> Vec<u8> {
    let case = |one: &Case| {
        format!(
            "<case><caseno>{}</caseno><def_name>MR {} {}</def_name><def_dob>{}</def_dob><def_type>P</def_type><def_sex>M</def_sex>\
             <pnc_id>2012/0345678U</pnc_id><def_addr><line1>{}</line1><pcode>ZZ99 3VZ</pcode></def_addr>\
             <offences><offence><code>TH68001</code><title>Theft from shop</title><sum>{}</sum></offence></offences></case>",
            one.reference,
            one.forenames,
            one.surname,
            one.born.format("%d/%m/%Y"),
            one.address,
            one.wording
        )
    };
    let sessions: Vec<String> = (1..)
        .zip(by_room())
        .map(|(number, all)| {
            let cases: Vec<String> = all.iter().map(case).collect();
            format!(
                "<session><doh>26/03/2026</doh><court>Ferrybridge</court><room>{number:02}</room><sstart>10:00</sstart>\
                 <blocks><block><bstart>10:00</bstart><cases>{}</cases></block></blocks></session>",
                cases.concat()
            )
        })
        .collect();
    format!(
        "<e:Envelope xmlns:e=\"e\"><e:Body><ExternalDocumentRequest><documents><document><data><job><printdate>25/03/2026</printdate>\
         <sessions>{}</sessions></job></data></document></documents></ExternalDocumentRequest></e:Body></e:Envelope>",
        sessions.concat()
    )
    .into_bytes()
}

/// The rows of a court list, its headings first.
fn table() -> Vec<[String; 9]> {
    let headings = [
        "Court House",
        "Court Room",
        "Sitting at",
        "Name",
        "DOB",
        "Address",
        "Reference",
        "Offence Title",
        "Offence Details",
    ];
    let rows = (1..).zip(by_room()).flat_map(|(number, all)| {
        all.into_iter().map(move |case| {
            [
                "Ferrybridge".to_owned(),
                format!("Courtroom {number}"),
                "10am".to_owned(),
                format!("{}, {} (male)", case.surname, case.forenames),
                case.born.format("%d/%m/%Y").to_string(),
                format!("{}, ZZ99 3VZ", case.address),
                case.reference,
                "Theft from shop".to_owned(),
                case.wording,
            ]
        })
    });
    std::iter::once(headings.map(str::to_owned)).chain(rows).collect()
}

fn csv_of(rows: &[[String; 9]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("memory is written");
    }
    writer.into_inner().expect("memory is written")
}

fn workbook(rows: &[[String; 9]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(at, column, cell).expect("it is a cell");
        }
    }
    book.save_to_buffer().expect("memory is written")
}
