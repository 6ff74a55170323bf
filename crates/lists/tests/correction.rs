//! Corrections laid over a reading: the row they are of changes, and nothing else does.

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;
use throughline_lists::{Change, Correction, Field, Notice, Reading, corrected, diff, no_longer_laid, read, row};

const CUSTODY: &[u8] = include_bytes!("samples/custody.csv");
const COURT: &[u8] = include_bytes!("samples/magistrates-standard-list.json");
const TABLE: &str = "Court House,Court Room,Sitting at,URN,Name,DOB,Offence\n\
    Quayside,1,26/3/26 10:00,UR1,\"MARSH, Ada\",14/02/1991,Theft\n\
    Quayside,1,26/3/26 10:00,UR1,\"MARSH, Ada\",14/02/1991,Affray\n\
    Quayside,2,26/3/26 10:00,UR2,\"HOLIS, Tom\",1/6/1984,Affray\n";

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn reading(bytes: &[u8]) -> Reading {
    read(bytes, day()).unwrap()
}

/// What a person says of a field of a row, as the form would keep it.
fn said(reading: &Reading, number: usize, field: Field, typed: &str) -> Correction {
    let row = row(reading, number).expect("the row is there");
    Correction {
        row: row.key.to_string(),
        field,
        list_says: row.says(field),
        should_say: Some(field.read(typed, &row.entry, day()).expect("it is well typed")),
        by: "Amara Bello".into(),
        at: Utc.with_ymd_and_hms(2026, 3, 26, 9, 0, 0).unwrap(),
        earlier: false,
    }
}

fn notices(reading: &Reading, number: usize) -> Vec<String> {
    let entry = reading.entries.iter().find(|entry| entry.position.number() == number).expect("it is an entry");
    entry.notices.iter().map(ToString::to_string).collect()
}

#[test]
fn the_notices_are_those_of_the_corrected_row() {
    let list = reading(CUSTODY);
    let obrien = list.entries.iter().find(|entry| entry.name.surname == "O'BRIEN").unwrap().position.number();
    let said_before = notices(&list, obrien).join("; ");
    for words in [
        "'31/02/1990' is not a possible date",
        "Sex 'Q' was not understood",
        "not in the form of a PNC id",
        "comes before",
    ] {
        assert!(said_before.contains(words), "{words}: {said_before}");
    }
    assert_eq!(
        list.doubts(&list.entries[2]),
        [Field::DateOfBirth, Field::Sex, Field::Pnc, Field::ArrivedAt, Field::AuthorisedAt]
    );
    let corrections = [
        said(&list, obrien, Field::DateOfBirth, "3 March 1990"),
        said(&list, obrien, Field::Sex, "female"),
        said(&list, obrien, Field::Pnc, "2012/345678u"),
        said(&list, obrien, Field::ArrivedAt, "8:15"),
    ];
    assert_eq!(corrections[0].list_says, "31/02/1990");
    assert_eq!(corrections[1].list_says, "Q");
    let now = corrected(&list, &corrections, day());
    assert_eq!(notices(&now, obrien), ["Age 'age unknown' was not understood"].map(str::to_owned));
    let entry = &now.entries[2];
    assert_eq!(entry.date_of_birth, NaiveDate::from_ymd_opt(1990, 3, 3));
    assert_eq!(entry.pnc.as_deref(), Some("2012/0345678U"));
    assert_eq!(entry.verbatim, list.entries[2].verbatim, "the source stays");
    assert_eq!(entry.corrected.len(), 4);
    assert_eq!((entry.corrected[0].list_says.as_str(), entry.corrected[0].by.as_str()), ("31/02/1990", "Amara Bello"));
    assert!(now.doubts(entry).is_empty());
}

#[test]
fn a_field_can_be_corrected_to_nothing() {
    let list = reading(CUSTODY);
    let fields = [Field::DateOfBirth, Field::Sex, Field::NhsNumber, Field::Pnc, Field::ArrivedAt, Field::Address];
    let corrections: Vec<Correction> = fields.iter().map(|field| said(&list, 5, *field, " ")).collect();
    let now = corrected(&list, &corrections, day());
    let marsh = &now.entries[0];
    assert!(fields.iter().all(|field| field.value(marsh).is_empty()), "{marsh:?}");
    assert!(marsh.notices.contains(&Notice::NoDateOfBirth));
}

#[test]
fn a_wrong_correction_is_told_and_not_kept() {
    let list = reading(CUSTODY);
    let first = row(&list, 5).unwrap();
    let wrong = |field: Field, typed: &str| field.read(typed, &first.entry, day()).unwrap_err();
    assert_eq!(wrong(Field::DateOfBirth, "31/2/1990"), "There is no such date as '31/2/1990'");
    assert_eq!(
        wrong(Field::DateOfBirth, "27/3/2026"),
        "A date of birth is after 1899 and not after the day of the list"
    );
    assert_eq!(
        wrong(Field::NhsNumber, "999 001 2017"),
        "This NHS number has a wrong check digit: check it against the source"
    );
    assert!(wrong(Field::Pnc, "2012/0345678A").contains("check letter"));
    assert!(wrong(Field::Cro, "hello").contains("looks like 123456/12X"));
    assert!(wrong(Field::ArrivedAt, "soon").contains("not a day and time"));
    assert_eq!(wrong(Field::Sex, "Q"), "Choose one of these");
    assert_eq!(wrong(Field::Offences, "Theft"), "This row has 2 offences: keep a line for each");
    assert_eq!(Field::Asn.read("TFL 1", &first.entry, day()).as_deref(), Ok("TFL 1"), "a prosecutor's own reference");
}

#[test]
fn a_rejected_row_becomes_an_entry_once_somebody_is_named_and_keeps_what_else_it_says() {
    let list = reading(CUSTODY);
    let rejected = list.rejected[0].row.number();
    let affray = said(&list, rejected, Field::Offences, "Affray, threatening");
    let still = corrected(&list, std::slice::from_ref(&affray), day());
    assert_eq!(
        (still.rejected.len(), still.entries.len()),
        (list.rejected.len(), list.entries.len()),
        "nobody is named"
    );
    let now = corrected(&list, &[affray, said(&list, rejected, Field::Surname, "Vane")], day());
    assert_eq!((now.rejected.len() + 1, now.entries.len()), (list.rejected.len(), list.entries.len() + 1));
    assert!(now.accounts_for_every_row());
    let vane = now.entries.iter().find(|entry| entry.name.surname == "Vane").unwrap();
    assert_eq!(vane.address.as_deref(), Some("somewhere"), "the rest of the row is not lost");
    assert_eq!((vane.offences[0].title.as_str(), vane.key.as_str()), ("Affray, threatening", "person:vane||"));
    assert_eq!(vane.verbatim, list.rejected[0].verbatim);
    assert!(now.entries.is_sorted_by_key(|entry| entry.position.number()), "in the order of the file");
}

#[test]
fn a_rejected_row_of_a_document_can_be_corrected_too() {
    let text = String::from_utf8(COURT.to_vec()).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let parties =
        document.pointer_mut("/courtLists/0/courtHouse/courtRoom/0/session/0/sittings/0/hearing/0/case/0/party");
    parties.unwrap().as_array_mut().unwrap().push("Ida Fenwick, 4 Quay Lane".into());
    let list = reading(document.to_string().as_bytes());
    let rejected = list.rejected.iter().find(|row| row.verbatim == "Ida Fenwick, 4 Quay Lane").unwrap().row.number();
    let now = corrected(&list, &[said(&list, rejected, Field::Surname, "Fenwick")], day());
    assert!(now.accounts_for_every_row() && now.rejected.len() + 1 == list.rejected.len());
    let entry = now.entries.iter().find(|entry| entry.name.surname == "Fenwick").unwrap();
    assert!(!entry.key.is_empty() && entry.verbatim == "Ida Fenwick, 4 Quay Lane");
}

#[test]
fn under_18_follows_the_date_of_birth_and_never_goes_when_the_court_says_so() {
    let csv = "Custody No,Surname,DOB\nC1,LARK,9/9/2010\n";
    let list = reading(csv.as_bytes());
    assert!(list.entries[0].youth);
    let now = corrected(&list, &[said(&list, 2, Field::DateOfBirth, "9/9/2001")], day());
    assert!(!now.entries[0].youth && !now.entries[0].notices.contains(&Notice::Youth));
    let court = "Court House,Court Room,URN,Name,DOB,Panel\nQuayside,1,U1,\"LARK, Sam\",9/9/2010,Youth\n";
    let list = reading(court.as_bytes());
    let now = corrected(&list, &[said(&list, 2, Field::DateOfBirth, "9/9/2001")], day());
    assert!(now.entries[0].youth && now.entries[0].notices.contains(&Notice::Youth), "a youth panel sits");
}

#[test]
fn a_correction_holds_when_the_list_is_sent_again_with_the_same_slip() {
    let list = reading(TABLE.as_bytes());
    let hollis = said(&list, 4, Field::Surname, "Hollis");
    let corrections = [hollis];
    let before = corrected(&list, &corrections, day());
    let again = reading(
        TABLE.replace("Affray\n", "Affray\nQuayside,3,26/3/26 11:00,UR3,\"ROWE, Bea\",1/1/1990,Theft\n").as_bytes(),
    );
    let now = corrected(&again, &corrections, day());
    assert!(now.entries.iter().any(|entry| entry.name.surname == "Hollis"));
    assert!(no_longer_laid(&again, &corrections).is_empty());
    let changes = diff(&before.entries, &now.entries);
    assert!(
        changes.iter().all(|change| !matches!(change, Change::Changed { .. } | Change::Gone { .. })),
        "{changes:?}"
    );
    // With the slip mended at the source it is the same line, for the key was made anew.
    let mended = reading(TABLE.replace("HOLIS", "HOLLIS").as_bytes());
    let pairs = diff(&before.entries, &corrected(&mended, &corrections, day()).entries);
    assert!(pairs.iter().all(|change| !matches!(change, Change::New { .. } | Change::Gone { .. })), "{pairs:?}");
}

#[test]
fn when_the_list_says_something_else_it_speaks_and_this_is_told() {
    let list = reading(CUSTODY);
    let corrections = [said(&list, 8, Field::DateOfBirth, "3/3/1990")];
    let text = String::from_utf8(CUSTODY.to_vec()).unwrap();
    let other = reading(text.replace("31/02/1990", "13/03/1990").as_bytes());
    let now = corrected(&other, &corrections, day());
    assert_eq!(now, other, "the list speaks");
    let told = no_longer_laid(&other, &corrections);
    assert_eq!((told.len(), told[0].says_now.as_str(), told[0].is_so_now()), (1, "13/03/1990", false));
    let same = reading(text.replace("31/02/1990", "3/3/90").as_bytes());
    assert!(no_longer_laid(&same, &corrections)[0].is_so_now());
}

#[test]
fn a_corrected_number_that_is_anothers_changes_nobody_elses_key() {
    let list = reading(b"Custody No,Surname,DOB\nC1,LARK,9/9/1990\nC2,ROWE,1/1/1991\n");
    let now = corrected(&list, &[said(&list, 2, Field::CustodyNumber, "C2")], day());
    assert_eq!(now.entries[1].key, list.entries[1].key);
    assert_eq!(now.entries[0].key, "custody:C2 #2");
    assert!(now.entries[1].notices.iter().any(|notice| matches!(notice, Notice::DuplicateInList(_))));
}

fn samples() -> impl Strategy<Value = Reading> {
    prop::sample::select(vec![reading(CUSTODY), reading(COURT), reading(TABLE.as_bytes())])
}

/// Some corrections of some rows: what was typed that a form would keep.
fn typed() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index, String)>> {
    let text = prop_oneof![
        "[A-Za-z' ]{0,12}",
        "[0-3]?[0-9]/1?[0-9]/19[0-9][0-9]",
        Just("26/3/2026 9:30".to_owned()),
        Just("9990012016".to_owned()),
        Just("female".to_owned()),
        Just("FR/1022/26".to_owned()),
        Just("Theft\nAffray\nRobbery".to_owned()),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), text), 0..6)
}

fn kept(list: &Reading, typed: &[(prop::sample::Index, prop::sample::Index, String)]) -> Vec<Correction> {
    let numbers: Vec<usize> = list
        .entries
        .iter()
        .map(|entry| entry.position.number())
        .chain(list.rejected.iter().map(|rejected| rejected.row.number()))
        .collect();
    let fields: Vec<Field> = Field::of(list.kind).copied().collect();
    let each = typed.iter().filter_map(|(number, field, text)| {
        let (number, field) = (numbers[number.index(numbers.len())], fields[field.index(fields.len())]);
        let of = row(list, number)?;
        field.read(text, &of.entry, day()).ok()?;
        Some(said(list, number, field, text))
    });
    each.collect()
}

fn without_duplicates(mut entry: throughline_lists::Entry) -> throughline_lists::Entry {
    entry.notices.retain(|notice| !matches!(notice, Notice::DuplicateInList(_)));
    entry
}

proptest! {
    #[test]
    fn a_correction_touches_its_row_only(list in samples(), typed in typed()) {
        let corrections = kept(&list, &typed);
        let now = corrected(&list, &corrections, day());
        prop_assert!(now.accounts_for_every_row());
        prop_assert_eq!(now.rows_in, list.rows_in);
        let mut keys: Vec<&str> = now.entries.iter().map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        prop_assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "keys stay unique: {:?}", keys);
        // Corrected, two lines may be one, so it is rows that are compared.
        let rows_now = now.in_rows();
        for entry in &list.clone().in_rows().entries {
            let after = rows_now.entries.iter().find(|known| known.position == entry.position);
            let after = after.expect("nobody is lost").clone();
            prop_assert_eq!(&after.verbatim, &entry.verbatim);
            if !corrections.iter().any(|correction| correction.row == entry.key) {
                prop_assert_eq!(without_duplicates(after), without_duplicates(entry.clone()));
            }
        }
    }

    #[test]
    fn what_is_taken_back_leaves_the_list_as_it_was(list in samples(), typed in typed()) {
        let mut corrections = kept(&list, &typed);
        let taken_back: Vec<Correction> =
            corrections.iter().map(|correction| Correction { should_say: None, ..correction.clone() }).collect();
        corrections.extend(taken_back);
        prop_assert_eq!(corrected(&list, &corrections, day()), list);
    }

    #[test]
    fn what_the_list_says_is_what_it_should_say_once_it_is_corrected(list in samples(), typed in typed()) {
        let corrections = kept(&list, &typed);
        let now = corrected(&list, &corrections, day()).in_rows();
        for (at, correction) in corrections.iter().enumerate() {
            let is_newest = !corrections[at + 1..].iter().any(|later| later.row == correction.row && later.field == correction.field);
            let Some(before) = list.entries.iter().find(|entry| entry.key == correction.row).filter(|_| is_newest) else { continue };
            let entry = now.entries.iter().find(|entry| entry.position == before.position).unwrap();
            let should_say = correction.should_say.clone().unwrap();
            let value = correction.field.value(entry);
            let same = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(same(value.trim_end()), same(should_say.trim_end()), "{:?}", correction.field);
        }
    }
}

/// A slip in one of somebody's two rows makes two lines of them; corrected they are one, and taken back two again.
#[test]
fn a_corrected_row_is_gathered_with_the_others_of_the_same_defendant() {
    let list = reading(
        b"Court House,Court Room,Sitting at,URN,Name,DOB,Offence\n\
          Quayside,1,26/3/26 10:00,UR1,\"MARSH, Ada\",14/02/1991,Theft\n\
          Quayside,2,26/3/26 14:00,UR2,\"MARSH, Ada\",14/02/1919,Affray\n",
    );
    assert_eq!(list.entries.len(), 2);
    let rows = list.clone().in_rows();
    let right = said(&rows, 3, Field::DateOfBirth, "14/02/1991");
    let one = corrected(&list, std::slice::from_ref(&right), day());
    assert_eq!((one.entries.len(), one.gathered(), one.entries[0].hearings.len()), (1, 1, 2));
    assert_eq!(one.entries[0].corrected.len(), 1, "the line says what was corrected");
    let second = said(&one.clone().in_rows(), 3, Field::CourtRoom, "5");
    let moved = corrected(&list, &[right.clone(), second], day());
    assert_eq!(moved.entries[0].hearings[1].sitting.court_room.as_deref(), Some("5"));
    assert_eq!(moved.entries[0].court_room.as_deref(), Some("1"), "the other hearing stays where it is");
    let back = Correction { should_say: None, ..right.clone() };
    assert_eq!(corrected(&list, &[right, back], day()), list);
}
