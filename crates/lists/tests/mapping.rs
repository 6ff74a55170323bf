//! Tables that no format knows.

use chrono::NaiveDate;
use throughline_lists::{Column, Grounds, ListKind, Mapping, ReadError, propose, read, read_mapped};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

const FOREIGN: &str = "Ferrybridge Road; 26 March 2026\n\
    Ref;Held;Geb;Geschl;Ankunft;Wegen;PLZ;Zelle\n\
    FR/1/26;MARSH, Ada;14/02/1991;F;26/03/2026 06:55;Theft from shop;ZZ1 1AA;4\n\
    FR/2/26;HOLLIS, Tom;01/06/1984;M;26/03/2026 07:10;Affray;ZZ9 8XX;5\n";

#[test]
fn what_headings_do_not_tell_values_do_and_the_person_sees_which() {
    assert!(matches!(read(FOREIGN.as_bytes(), today()), Err(ReadError::NotRecognised { .. })));
    let proposal = propose(FOREIGN.as_bytes(), today()).unwrap();
    assert_eq!((proposal.kind, proposal.row, proposal.rows), (ListKind::Custody, 2, 2));
    let found: Vec<_> =
        proposal.columns.iter().map(|column| (column.heading.as_str(), column.column, column.grounds)).collect();
    assert_eq!(
        found,
        [
            ("Ref", None, Grounds::Nothing),
            ("Held", Some(Column::FullName), Grounds::Values),
            ("Geb", Some(Column::DateOfBirth), Grounds::Values),
            ("Geschl", Some(Column::Sex), Grounds::Values),
            ("Ankunft", Some(Column::ArrivedAt), Grounds::Values),
            ("Wegen", None, Grounds::Nothing),
            ("PLZ", Some(Column::Postcode), Grounds::Values),
            ("Zelle", None, Grounds::Nothing),
        ]
    );
    assert_eq!(proposal.columns[5].values, ["Theft from shop", "Affray"]);
}

#[test]
fn a_corrected_mapping_reads_this_list_and_the_next_whatever_the_order_of_its_columns() {
    let mut mapping = propose(FOREIGN.as_bytes(), today()).unwrap().mapping();
    mapping.columns[0].1 = Some(Column::CustodyNumber);
    mapping.columns[5].1 = Some(Column::Offence);
    assert_eq!(mapping.complaints(), Vec::<String>::new());
    let kept: Mapping = serde_json::from_str(&serde_json::to_string(&mapping).unwrap()).unwrap();
    let first = read_mapped(FOREIGN.as_bytes(), &kept, today()).unwrap();
    assert!(first.accounts_for_every_row());
    let ada = &first.entries[0];
    assert_eq!((ada.custody_number.as_deref(), ada.name.formal().as_str()), (Some("FR/1/26"), "MARSH, Ada"));
    assert_eq!((ada.offences[0].title.as_str(), ada.postcode.as_deref()), ("Theft from shop", Some("ZZ1 1AA")));
    assert_eq!(ada.arrived_at.unwrap().to_rfc3339(), "2026-03-26T06:55:00+00:00");
    assert!(ada.verbatim["Zelle"] == "4" && ada.notices.is_empty(), "{:?}", ada.notices);
    let next = "held\tREF\tgeb\tGeschl\tankunft\twegen\tplz\tzelle\nReed, Sol\tFR/3/26\t2/3/1999\tM\t26/03/2026 08:00\tAffray\t\t2\n";
    let next = read_mapped(next.as_bytes(), &kept, today()).unwrap();
    assert_eq!(next.entries[0].custody_number.as_deref(), Some("FR/3/26"));
    assert!(read_mapped(b"Held;Geb\nx;y\n", &kept, today()).is_err(), "another table");
}

#[test]
fn a_mapping_that_cannot_be_worked_from_says_why() {
    let mut mapping = propose(FOREIGN.as_bytes(), today()).unwrap().mapping();
    mapping.columns[1].1 = None;
    mapping.columns[6].1 = Some(Column::Sex);
    let complaints = mapping.complaints();
    assert!(complaints[0].contains("column that holds the name"), "{complaints:?}");
    assert_eq!(complaints[1], "'Geschl' and 'PLZ' are both Sex: choose one of them");
}

#[test]
fn a_court_list_of_unknown_making_is_a_court_list() {
    let list = "Who,When listed,Room\n\"MARSH, Ada\",10:00,2\n\"HOLLIS, Tom\",10:30,2\n";
    let proposal = propose(list.as_bytes(), today()).unwrap();
    assert_eq!(proposal.kind, ListKind::Court);
    let read = read_mapped(list.as_bytes(), &proposal.mapping(), today()).unwrap();
    assert_eq!((read.kind, read.entries.len(), read.format.as_ref()), (ListKind::Court, 2, "court-mapped"));
}

#[test]
fn what_has_no_table_has_no_proposal() {
    for text in ["hello", "{}", "one\ntwo\nthree", "Dear all, the list will follow.\nKind regards\n", "Ref;Who\n"] {
        assert!(propose(text.as_bytes(), today()).is_err(), "{text}");
    }
}
