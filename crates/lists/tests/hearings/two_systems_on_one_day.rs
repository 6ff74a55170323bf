//! Two systems on one day.

use super::*;

#[test]
fn the_second_list_erases_nobody_of_the_first() {
    let before = entries(&[row(1, 10, "A", ADA), row(1, 10, "X", TOM)]);
    let difference = on(&before, libra("2600000001", "ROWE, Kit", "01/01/1990"));
    assert_eq!(difference.changes, [Change::New { now: 0 }]);
    let nobody = reading(&platform(&[]));
    assert_eq!(on(&difference.after, nobody).changes, [], "nor does a list of Common Platform that of Libra");
}

#[test]
fn the_same_defendant_is_also_on_it_and_gone_when_both_have_dropped_them() {
    let before = entries(&[row(1, 10, "A", ADA)]);
    let both = on(&before, libra("2600000001", "MARSH, Ada", "14/02/1991"));
    let [Change::Changed { before: 0, now: 0, fields, hearings }] = &both.changes[..] else { panic!("{both:?}") };
    let [HearingChange::Added { system: System::Libra, also_on: true, .. }] = &hearings[..] else {
        panic!("{hearings:?}")
    };
    assert!(fields.is_empty(), "{fields:?}");
    assert_eq!((both.after[0].hearings.len(), &both.after[0].key), (2, &before[0].key));
    let again = on(&both.after, reading(&platform(&[row(1, 10, "A", ADA)])));
    assert_eq!(again.changes, [Change::Same { before: 0, now: 0 }]);
    assert_eq!(again.after, both.after);
    let dropped = on(&both.after, reading(&platform(&[])));
    let [Change::Changed { now: 0, hearings, .. }] = &dropped.changes[..] else { panic!("{dropped:?}") };
    assert!(matches!(&hearings[..], [HearingChange::Gone { system: System::CommonPlatform, .. }]));
    let other = libra("2600000009", "ROWE, Kit", "01/01/1990");
    assert_eq!(on(&dropped.after, other).changes, [Change::New { now: 0 }, Change::Gone { before: 0 }]);
}

#[test]
fn another_date_of_birth_is_another_line() {
    let before = entries(&[row(1, 10, "A", ADA)]);
    assert_eq!(on(&before, libra("2600000001", "MARSH, Ada", "15/02/1991")).changes, [Change::New { now: 0 }]);
    let both = on(&before, libra("2600000001", "MARSH, Ada", "14/02/1991"));
    let corrected = reading(&platform(&[row(1, 10, "A", ("Ada", "Marsh", "1992-02-14"))]));
    let apart = on(&both.after, corrected);
    assert!(apart.changes.contains(&Change::New { now: 0 }), "{:?}", apart.changes);
    assert!(apart.after.iter().all(is_of_one_birth));
}

#[test]
fn a_line_that_was_gone_comes_back_without_what_it_had_lost() {
    let before = entries(&[row(1, 10, "A", ADA)]);
    let reading = libra("2600000001", "MARSH, Ada", "14/02/1991");
    let known = [Known { entry: &before[0], is_gone: true }];
    let difference = compare(&reading.scope(), &known, reading.entries);
    let [Change::Changed { fields, .. }] = &difference.changes[..] else { panic!("{difference:?}") };
    assert_eq!((fields[0].label.as_str(), fields[0].after.as_str()), ("On the list", "Again"));
    assert_eq!(urns(&difference.after[0]), ["2600000001"]);
    assert_eq!(compare(&Scope::List(System::Libra), &known, Vec::new()).changes, [], "gone before is no news");
}
