//! What holds for any two descriptions, however odd.

use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use throughline_domain::name::Name;
use throughline_matching::{
    Agreement, Band, Candidate, Description, Index, Limits, Parameters, SafetyRule, Scored, Sex, SnapshotError,
    reason_line, score,
};

/// Few enough values that pairs often agree, and anything at all besides.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "William", "Bill", "Marsh", "Mersh", "Quill-Oakfield", "Quill", "J", "Mohammed Ali", "",
            "Philips", "Fillips", "O'Brien", "Unknown", "Łukasz",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-zA-Z]",
        1 => "[a-z]{200}",
        1 => "[\\p{Arabic}\\p{Cyrillic}\\p{Han}\\p{Greek} -]{0,12}",
    ]
}

fn name() -> impl Strategy<Value = Name> {
    (word(), word()).prop_map(|(forenames, surname)| Name { forenames, surname })
}

fn date() -> impl Strategy<Value = Option<NaiveDate>> {
    prop_oneof![
        4 => (1988..1991, 1..13_u32, 1..29_u32).prop_map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d)),
        1 => (-200_000..200_000, 1..366_u32).prop_map(|(y, day)| NaiveDate::from_yo_opt(y, day)),
        1 => Just(None),
    ]
}

fn identifier(samples: Vec<&'static str>) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        prop::sample::select(samples).prop_map(|text| Some(text.to_owned())),
        any::<String>().prop_map(Some),
        // Twelve bytes, as a PNC id without its slash has.
        "[0-9é]{6}[0-9]{5}[A-Z]".prop_map(Some),
    ]
}

prop_compose! {
    fn description()(
        name in name(),
        aliases in prop::collection::vec(name(), 0..4),
        date_of_birth in date(),
        sex in prop::sample::select(vec![None, Some(Sex::Male), Some(Sex::Female)]),
        postcodes in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec!["ZZ1 4AB", "ZZ1 4AC", "YO1 7HH", "ZZ99 3VZ"]).prop_map(str::to_owned),
                any::<String>(),
            ],
            0..3,
        ),
        nhs_number in identifier(vec!["9990000018", "9990000026", "999 000 0034"]),
        pnc in identifier(vec!["2004/0012345D", "04/12345D", "2004/0012345U"]),
        cro in identifier(vec!["123456/12A", "SF39/12345A"]),
        local_id in identifier(vec!["RQ7-0012345", "rq7 0012345"]),
        address in prop_oneof![
            prop::sample::select(vec!["12 Wesley Avenue, Bromley", "Flat 3, 12 Wesley Ave", "", "1"]).prop_map(str::to_owned),
            any::<String>(),
        ],
        born_between in prop_oneof![
            3 => Just(None),
            1 => (1985..1995, 0..2).prop_map(|(from, more)| Some((from, from + more))),
            1 => any::<(i32, i32)>().prop_map(Some),
        ],
    ) -> Description {
        Description {
            name, aliases, date_of_birth, born_between, sex, address, postcodes, pnc, nhs_number, cro, local_id,
        }
    }
}

fn people() -> impl Strategy<Value = Vec<Description>> {
    prop::collection::vec(description(), 0..6)
}

fn numbered(people: &[Description]) -> Vec<(u32, Description)> {
    (0..).zip(people.iter().cloned()).collect()
}

fn built(people: Vec<(u32, Description)>) -> Index<u32> {
    Index::build(Parameters::default(), people)
}

/// Everything an index says of a description: in a list, in a search, and of each person.
type Said = (usize, Vec<Candidate<u32>>, Vec<Candidate<u32>>, Vec<Option<Scored>>);

fn said(index: &Index<u32>, query: &Description) -> Said {
    let all = Limits::best(100);
    let each = (0..20).map(|id| index.compare(query, id)).collect();
    (index.len(), index.query(query, all), index.search(query, all), each)
}

/// Whether a sum holds: each line's bits, and through the calibration the probability before rules.
fn adds_up(scored: &Scored) -> Result<(), TestCaseError> {
    let sum: f64 = scored.evidence.iter().map(|line| line.weight_bits).sum();
    prop_assert!(
        (sum - scored.weight_bits).abs() < 1e-3,
        "{} is not {}: {:?}",
        sum,
        scored.weight_bits,
        scored.evidence
    );
    prop_assert!(scored.weight_bits.is_finite() && scored.prior_bits.is_finite());
    let calibration = Parameters::default().calibration;
    let probability = calibration.probability(scored.prior_bits + scored.weight_bits);
    prop_assert!((probability - scored.probability_before_rules).abs() < 1e-9);
    prop_assert!((0.0..=1.0).contains(&scored.probability));
    prop_assert_eq!(scored.band, Band::of(scored.probability));
    prop_assert!(!reason_line(scored).is_empty());
    for line in scored.evidence.iter().filter(|line| line.agreement == Agreement::Missing) {
        prop_assert!(!line.level.is_empty());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn the_evidence_adds_up_to_the_weight(query in description(), known in people()) {
        let index = built(numbered(&known));
        let (_, listed, searched, each) = said(&index, &query);
        for candidate in listed.iter().chain(&searched) {
            adds_up(&candidate.scored)?;
        }
        for scored in each.iter().flatten() {
            adds_up(scored)?;
        }
        for known in &known {
            adds_up(&score(&Parameters::default(), &query, known))?;
        }
    }

    #[test]
    fn what_is_not_given_weighs_nothing(query in description(), known in description()) {
        let bare = Description { nhs_number: None, pnc: None, cro: None, local_id: None, sex: None, ..query };
        let scored = score(&Parameters::default(), &bare, &known);
        prop_assert!(!scored.rules.contains(&SafetyRule::DifferentNhsNumbers));
        for line in scored.evidence.iter().filter(|line| line.query_value.is_empty() || line.known_value.is_empty()) {
            let is_whole = matches!(line.comparison.code(), "relative" | "others" | "arrangement");
            // A remainder too small for a line of its own may be added to the last one.
            prop_assert!(is_whole || line.agreement != Agreement::Missing || line.weight_bits.abs() < 0.02, "{line:?}");
        }
    }

    #[test]
    fn different_nhs_numbers_are_never_very_likely(query in description(), known in description()) {
        let scored = score(&Parameters::default(), &query, &known);
        if scored.rules.contains(&SafetyRule::DifferentNhsNumbers) {
            prop_assert_ne!(scored.band, Band::VeryLikely);
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(query in description(), known in people(), turn in 0..6_usize) {
        let rows = numbered(&known);
        let mut turned: Vec<_> = rows.iter().rev().cloned().collect();
        turned.rotate_left(turn.min(rows.len()));
        prop_assert_eq!(said(&built(rows), &query), said(&built(turned), &query));
    }

    #[test]
    fn who_came_and_went_leaves_no_trace(query in description(), known in people(), guest in description()) {
        let mut index = built(numbered(&known));
        let before = said(&index, &query);
        index.put(10, &guest);
        prop_assert!(index.contains(10));
        prop_assert!(index.remove(10) && !index.remove(10));
        prop_assert_eq!(said(&index, &query), before);
    }

    #[test]
    fn an_index_that_grew_answers_like_one_that_was_built(
        query in description(),
        steps in prop::collection::vec((0..5_u32, prop::option::weighted(0.8, description())), 0..10),
        start in people(),
    ) {
        let mut grown = built(numbered(&start));
        let mut last: std::collections::BTreeMap<u32, Description> = numbered(&start).into_iter().collect();
        for (id, step) in steps {
            if let Some(description) = step {
                grown.put(id, &description);
                last.insert(id, description);
            } else {
                prop_assert_eq!(grown.remove(id), last.remove(&id).is_some());
            }
        }
        prop_assert_eq!(said(&grown, &query), said(&built(last.into_iter().collect()), &query));
    }

    #[test]
    fn a_list_is_answered_as_its_lines_are(list in people(), known in people()) {
        let index = built(numbered(&known));
        let singly: Vec<_> = list.iter().map(|query| index.query(query, Limits::LIST)).collect();
        prop_assert_eq!(index.query_all(&list, Limits::LIST), singly);
        let learnt = throughline_matching::train(&index, &list, &[], "of a test");
        prop_assert!(Parameters::parse(&learnt.parameters.to_toml()).is_ok());
    }

    #[test]
    fn two_rows_the_same_are_said_the_same(description in description(), known in people()) {
        let mut rows = numbered(&known);
        rows.extend([(10, description.clone()), (11, description.clone())]);
        let index = built(rows);
        let weight = |id| index.compare(&description, id).map(|scored| scored.weight_bits);
        prop_assert_eq!(weight(10), weight(11));
        let found = index.query(&description, Limits::best(100));
        let place = |id| found.iter().position(|candidate| candidate.id == id);
        prop_assert_eq!(place(10).is_some(), place(11).is_some());
        prop_assert!(place(10) <= place(11));
    }
}

/// So many people that the index keeps them otherwise than a handful.
static CROWD: LazyLock<Index<u32>> = LazyLock::new(|| {
    let forenames = ["William", "Bill", "Mohammed Ali", "Łukasz", "Ada Mary"];
    let surnames = ["Marsh", "Quill-Oakfield", "O'Brien", "Philips", "Fillips", "Mersh", "Quill"];
    let person = |id: u32| {
        let at = |names: &[&'static str], step: u32| names[(id / step) as usize % names.len()];
        let born = NaiveDate::from_yo_opt(1950 + (id % 60).cast_signed(), 1 + id % 365);
        Description {
            date_of_birth: born,
            address: format!("{} Wesley Avenue, Bromley", id % 90),
            local_id: Some(format!("RQ7-{id}")),
            ..Description::named(at(&forenames, 1), at(&surnames, 5)).at(&format!("ZZ{} {}AB", id % 40, id % 9))
        }
    };
    Index::build(Parameters::default(), (1_000..4_000).map(|id| (id, person(id))))
});

fn saved(index: &Index<u32>) -> Vec<u8> {
    let mut bytes = Vec::new();
    index.save(&mut bytes).unwrap();
    bytes
}

fn loaded(mut bytes: &[u8]) -> Result<Index<u32>, SnapshotError> {
    let index = Index::load(Parameters::default(), &mut bytes)?;
    assert!(bytes.is_empty());
    Ok(index)
}

type Step = (u32, Option<Description>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..5_u32, prop::option::weighted(0.8, description())), 0..8)
}

fn taken(index: &mut Index<u32>, steps: &[Step]) {
    for (id, step) in steps {
        match step {
            Some(description) => index.put(*id, description),
            None => drop(index.remove(*id)),
        }
        // Somebody of the crowd goes as well.
        index.remove(1_000 + id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_loaded_index_answers_as_the_saved_one(
        queries in prop::collection::vec(description(), 1..3),
        before in steps(),
        after in steps(),
        in_a_crowd: bool,
    ) {
        let mut index = if in_a_crowd { CROWD.clone() } else { built(Vec::new()) };
        taken(&mut index, &before);
        let mut other = loaded(&saved(&index)).unwrap();
        for steps in [&[][..], &after] {
            taken(&mut index, steps);
            taken(&mut other, steps);
            prop_assert_eq!(index.changes(), other.changes());
            for query in &queries {
                prop_assert_eq!(said(&index, query), said(&other, query));
            }
        }
        prop_assert_eq!(saved(&index), saved(&other));
    }

    #[test]
    fn a_small_damaged_snapshot_is_refused(people in people(), at: prop::sample::Index, flipped in 1..=255_u8) {
        let whole = saved(&built(numbered(&people)));
        prop_assert!(loaded(&whole).is_ok());
        for at in (0..16).map(|turn| (at.index(whole.len()) + turn * whole.len() / 16) % whole.len()) {
            let mut bytes = whole.clone();
            bytes[at] ^= flipped;
            prop_assert!(loaded(&bytes).is_err(), "byte {at} of {}", whole.len());
            prop_assert!(matches!(loaded(&whole[..at]), Err(SnapshotError::Truncated)), "cut off at {at}");
        }
    }

    #[test]
    fn a_large_damaged_snapshot_is_refused(at: prop::sample::Index, flipped in 1..=255_u8) {
        static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| saved(&CROWD));
        let at = at.index(WHOLE.len());
        let mut bytes = WHOLE.clone();
        bytes[at] ^= flipped;
        prop_assert!(loaded(&bytes).is_err(), "byte {at} of {}", WHOLE.len());
        prop_assert!(matches!(loaded(&WHOLE[..at]), Err(SnapshotError::Truncated)), "cut off at {at}");
    }

    #[test]
    fn a_foreign_file_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(loaded(&bytes).is_err());
    }
}

#[test]
fn what_a_snapshot_is_refused_for_is_said() {
    let whole = saved(&CROWD);
    let altered = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        loaded(&bytes).unwrap_err()
    };
    assert!(matches!(altered(0), SnapshotError::NotASnapshot));
    assert!(matches!(altered(8), SnapshotError::OtherFormat(_)));
    assert!(matches!(altered(12), SnapshotError::OtherDerivation));
    assert!(matches!(altered(20), SnapshotError::OtherIds(..)));
    assert!(matches!(altered(whole.len() / 2), SnapshotError::Damaged));
    // A length that cannot be: no room is made for what is not there.
    assert!(matches!(altered(24 + 7), SnapshotError::Truncated | SnapshotError::Damaged));
}
