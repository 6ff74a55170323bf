//! Whatever the rows are.

use super::*;
use proptest::prelude::*;

/// Any few rows of a few people, some of them alike.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let who = (
        prop::sample::select(vec!["Ada", "ADA", "Tom"]),
        prop::sample::select(vec!["Marsh", "MARSH", "Hollis"]),
        prop::sample::select(vec!["", "1991-02-14", "1991-02-15"]),
        prop::sample::select(vec!["", "male", "female"]),
    );
    let one = (1..3_u32, 9..12_u32, 0..6_u32, who).prop_map(|(room, hour, urn, (forenames, surname, born, sex))| {
        let row = row(room, hour, &format!("U{urn}"), (forenames, surname, born));
        if sex.is_empty() { row } else { row.with("gender", sex) }
    });
    prop::collection::vec(one, 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn rows_in_are_rows_out_and_nobody_is_gathered_with_somebody_else(rows in rows()) {
        let reading = read(&platform(&rows), today()).unwrap();
        prop_assert!(reading.accounts_for_every_row());
        prop_assert_eq!(reading.entries.iter().map(|entry| entry.hearings.len()).sum::<usize>(), rows.len());
        prop_assert!(reading.entries.iter().all(|entry| !entry.hearings.is_empty() && is_of_one_birth(entry)));
        let undated = |entry: &Entry| entry.hearings.len() == 1 || entry.date_of_birth.is_some();
        prop_assert!(reading.entries.iter().all(undated), "a name alone gathered");
        let again = reading.clone().in_rows().in_lines();
        prop_assert_eq!(&again, &reading, "parted and gathered again it is the same");
        for entry in &reading.entries {
            let parts = apart(entry);
            prop_assert_eq!(parts.len(), entry.hearings.len());
            prop_assert!(parts.iter().all(|part| part.hearings.len() == 1));
        }
    }

    #[test]
    fn whoever_is_not_on_the_list_any_longer_is_told(before in rows(), now in rows()) {
        let (before, now) = (entries(&before), entries(&now));
        let known: Vec<Known<'_>> = before.iter().map(|entry| Known { entry, is_gone: false }).collect();
        let hearings = now.iter().map(|entry| entry.hearings.len()).sum::<usize>();
        let difference = compare(&Scope::List(System::CommonPlatform), &known, now);
        let mut told: Vec<usize> = difference.changes.iter().filter_map(|change| match change {
            Change::New { .. } => None,
            Change::Changed { before, .. } | Change::Moved { before, .. } | Change::Same { before, .. } | Change::Gone { before } => Some(*before),
        }).collect();
        told.sort_unstable();
        prop_assert_eq!(told, (0..before.len()).collect::<Vec<_>>(), "every line is told once");
        prop_assert_eq!(difference.after.iter().map(|entry| entry.hearings.len()).sum::<usize>(), hearings, "no hearing is lost");
        prop_assert!(difference.after.iter().all(is_of_one_birth));
        let known: Vec<Known<'_>> = difference.after.iter().map(|entry| Known { entry, is_gone: false }).collect();
        let again = compare(&Scope::List(System::CommonPlatform), &known, difference.after.clone());
        let all_same = again.changes.iter().all(|change| matches!(change, Change::Same { .. }));
        prop_assert!(all_same, "{:?}", again.changes);
    }

    #[test]
    fn a_list_of_another_system_takes_nobody_away(before in rows()) {
        let before = entries(&before);
        let known: Vec<Known<'_>> = before.iter().map(|entry| Known { entry, is_gone: false }).collect();
        let difference = compare(&Scope::List(System::Libra), &known, libra("1", "MARSH, Ada", "14/02/1991").entries);
        let is_anybody_gone = difference.changes.iter().any(|change| matches!(change, Change::Gone { .. }));
        prop_assert!(!is_anybody_gone);
    }
}
