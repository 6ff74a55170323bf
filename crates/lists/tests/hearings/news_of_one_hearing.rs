//! News of one hearing.

use super::*;

#[test]
fn concerns_this_hearing_and_nobody_else() {
    let board = entries(&[row(2, 9, "Q", ("Kit", "Rowe", "1990-01-01")), row(1, 10, "A", ADA)]);
    let listed = on(&board, event("h-1", "H", "Courtroom 3", 14, true));
    let [Change::Changed { before: 1, hearings, .. }, Change::New { .. }] = &listed.changes[..] else {
        panic!("{listed:?}")
    };
    assert!(matches!(&hearings[..], [HearingChange::Added { also_on: false, .. }]));
    let board = [board[0].clone(), listed.after[0].clone(), listed.after[1].clone()];
    let moved = on(&board, event("h-1", "H", "Courtroom 5", 14, false));
    assert!(matches!(&moved.changes[0], Change::Moved { before: 1, .. }), "{:?}", moved.changes);
    assert_eq!(moved.changes[1..], [Change::Gone { before: 2 }], "Tom was known of this hearing alone");
}

#[test]
fn that_moves_to_another_day_leaves_the_line_of_its_day() {
    let board = on(&entries(&[row(1, 10, "A", ADA)]), event("h-1", "H", "Courtroom 3", 14, false)).after;
    // Twenty-four hours on from ten in the morning.
    let moved = on(&board, event("h-1", "H", "Courtroom 3", 34, false));
    let [Change::New { now: 0 }, Change::Changed { before: 0, hearings, .. }] = &moved.changes[..] else {
        panic!("{moved:?}")
    };
    assert!(matches!(&hearings[..], [HearingChange::Gone { urn, .. }] if urn.as_deref() == Some("H")));
    assert_eq!((urns(&moved.after[0]), urns(&moved.after[1])), (vec!["H"], vec!["A"]));
    let alone = on(&[], event("h-1", "H", "Courtroom 3", 14, false)).after;
    let moved = on(&alone, event("h-1", "H", "Courtroom 3", 34, false));
    assert!(matches!(moved.changes[..], [Change::Moved { before: 0, .. }]), "the work goes with the line");
}

#[test]
fn a_deletion_takes_the_hearing_off_and_the_person_stays_for_another() {
    let board = on(&entries(&[row(1, 10, "A", ADA)]), event("h-1", "H", "Courtroom 3", 14, true)).after;
    let gone = on(&board, deleted("H-1"));
    let [Change::Changed { before: 0, hearings, .. }, Change::Gone { before: 1 }] = &gone.changes[..] else {
        panic!("{gone:?}")
    };
    assert!(matches!(&hearings[..], [HearingChange::Gone { urn, .. }] if urn.as_deref() == Some("H")));
    assert_eq!(urns(&gone.after[0]), ["A"]);
    assert_eq!(on(&board, deleted("h-2")).changes, [], "of another hearing");
}

#[test]
fn the_hearing_of_a_list_is_known_again_by_its_case_and_results_are_told() {
    let board = entries(&[row(3, 14, "H", ADA)]);
    let listed = on(&board, event("h-1", "H", "Courtroom 3", 14, false));
    assert!(!listed.changes.iter().any(|change| matches!(change, Change::New { .. })), "{:?}", listed.changes);
    assert_eq!(listed.after[0].hearings[0].hearing_id.as_deref(), Some("h-1"));
    let mut shared = event("h-1", "H", "Courtroom 3", 14, false);
    assert!(!shared.entries[0].hearings[0].results_shared);
    let text = json!({"sharedTime": "2026-03-26T15:00:00Z"});
    shared = with(text, &shared);
    let told = on(&listed.after, shared);
    let Change::Changed { fields, .. } = &told.changes[0] else { panic!("{told:?}") };
    assert!(fields.iter().any(|field| field.label == "Results shared" && field.after == "Yes"), "{fields:?}");
    let again = on(&told.after, reading(&platform(&[row(3, 14, "H", ADA)])));
    let kept = &again.after[0].hearings[0];
    assert!(kept.results_shared && kept.hearing_id.as_deref() == Some("h-1"), "a list of the day gives no ids");
}

/// The same hearing with more beside it in its envelope.
fn with(beside: Value, of: &Reading) -> Reading {
    let mut whole = beside;
    whole["hearing"] = of.entries[0].verbatim["hearing"].clone();
    let case = json!({"id": "H", "prosecutionCaseIdentifier": {"caseURN": "H"}, "defendants": [of.entries[0].verbatim["defendant"]]});
    whole["hearing"]["prosecutionCases"] = json!([case]);
    reading(whole.to_string().as_bytes())
}
