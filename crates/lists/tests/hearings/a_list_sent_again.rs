//! A list sent again.

use super::*;

#[test]
fn a_case_more_or_less_leaves_the_line_where_it_is() {
    let one = entries(&[row(1, 10, "B", ADA)]);
    let two = entries(&[row(1, 9, "A", ADA), row(1, 10, "B", ADA)]);
    let Change::Changed { before: 0, now: 0, fields, hearings } = &diff(&one, &two)[0] else { panic!() };
    assert!(fields.is_empty(), "{fields:?}");
    assert!(matches!(&hearings[..], [HearingChange::Added { urn, also_on: false, .. }] if urn.as_deref() == Some("A")));
    let Change::Changed { hearings, .. } = &diff(&two, &one)[0] else { panic!() };
    assert!(matches!(&hearings[..], [HearingChange::Gone { urn, .. }] if urn.as_deref() == Some("A")));
    let other = entries(&[row(3, 15, "Z", ADA)]);
    let changes = diff(&two, &other);
    assert!(matches!(&changes[..], [Change::Changed { hearings, .. }] if hearings.len() == 3), "{changes:?}");
}

#[test]
fn moved_says_from_where_to_where() {
    let before = entries(&[row(1, 10, "A", ADA), row(1, 10, "B", ADA), row(1, 10, "X", TOM)]);
    let now = entries(&[row(1, 10, "A", ADA), row(4, 14, "B", ADA), row(1, 10, "X", TOM)]);
    let changes = diff(&before, &now);
    let Change::Moved { moves, .. } = &changes[0] else { panic!("{changes:?}") };
    assert_eq!(moves[0].from.words(), "Ferrybridge, Courtroom 1, 26 March 2026 at 10:00");
    assert_eq!(moves[0].from.words_beside(&moves[0].to), "Courtroom 1, 10:00");
    assert_eq!(moves[0].to.words(), "Ferrybridge, Courtroom 4, 26 March 2026 at 14:00");
    assert_eq!((moves.len(), &changes[1]), (1, &Change::Same { before: 1, now: 1 }));
}

#[test]
fn moved_and_something_else_tells_both() {
    let before = entries(&[row(1, 10, "A", ADA)]);
    let now = entries(&[row(4, 10, "A", ADA).with("inCustody", true)]);
    let changes = diff(&before, &now);
    let Change::Changed { fields, hearings, .. } = &changes[0] else { panic!("{changes:?}") };
    assert_eq!(fields.iter().map(|field| field.label.as_str()).collect::<Vec<_>>(), ["In custody"]);
    assert!(matches!(&hearings[..], [HearingChange::Moved(_)]));
}

#[test]
fn somebody_else_in_the_place_of_one_case_does_not_take_the_line() {
    let before = entries(&[row(1, 10, "A", ADA), row(1, 11, "B", ADA)]);
    let now = entries(&[row(1, 11, "B", TOM), row(1, 10, "A", ADA)]);
    let changes = diff(&before, &now);
    assert_eq!(changes[0], Change::New { now: 0 });
    assert!(matches!(&changes[1], Change::Changed { before: 0, fields, .. } if fields.is_empty()));
    let gone = diff(&before, &now[..1]);
    assert_eq!(gone, [Change::New { now: 0 }, Change::Gone { before: 0 }], "a vanished person is told");
}

#[test]
fn somebody_else_in_the_place_of_who_is_gone_does_not_take_their_line() {
    let (ada, tom) = (entries(&[row(1, 10, "A", ADA)]), entries(&[row(1, 10, "A", TOM)]));
    let gone = Known { entry: &ada[0], is_gone: true };
    let scope = Scope::List(System::CommonPlatform);
    assert_eq!(compare(&scope, &[gone], tom.clone()).changes, [Change::New { now: 0 }]);
    let both = [gone, Known { entry: &tom[0], is_gone: false }];
    assert_eq!(compare(&scope, &both, tom.clone()).changes, [Change::Same { before: 1, now: 0 }]);
    let moved = entries(&[row(3, 14, "A", TOM)]);
    assert!(matches!(compare(&scope, &both, moved).changes[..], [Change::Moved { before: 1, .. }]));
}

#[test]
fn a_corrected_name_stays_on_its_line_and_is_looked_at_again() {
    let before =
        entries(&[row(1, 10, "A", ("Ada", "March", "1991-02-14")), row(1, 11, "B", ("Ada", "March", "1991-02-14"))]);
    let now = entries(&[row(1, 10, "A", ADA), row(1, 11, "B", ADA)]);
    let changes = diff(&before, &now);
    assert!(matches!(&changes[..], [Change::Changed { .. }]) && changes[0].concerns_identity(), "{changes:?}");
}

#[test]
fn what_stood_on_two_lines_stays_on_two_and_what_stood_on_one_on_one() {
    let (rows, undated) = ([row(1, 10, "A", ADA), row(1, 11, "B", ADA)], ("Ada", "Marsh", ""));
    let nameless = [row(1, 10, "A", undated), row(1, 11, "B", undated)];
    let (one, two) = (entries(&rows), entries(&nameless));
    assert_eq!((one.len(), two.len()), (1, 2));
    let changes = diff(&two, &one);
    assert!(changes.len() == 2 && changes.iter().all(|change| matches!(change, Change::Changed { .. })), "{changes:?}");
    let changes = diff(&one, &two);
    assert!(matches!(&changes[..], [Change::Changed { hearings, .. }] if hearings.is_empty()), "{changes:?}");
}
