//! What holds for any two descriptions, however odd.

use chrono::NaiveDate;
use proptest::prelude::*;
use throughline_domain::name::Name;
use throughline_matching::{
    Agreement, Band, Description, Parameters, SafetyRule, Sex, keys, reason_line, score, search_keys,
};

/// Few enough values that pairs often agree, and anything at all besides.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "William", "Bill", "Marsh", "Mersh", "Quill-Oakfield", "Quill", "J", "Mohammed Ali", "",
            "Philips", "Fillips", "O'Brien", "Unknown", "Łukasz",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
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
    ) -> Description {
        Description { name, aliases, date_of_birth, sex, postcodes, pnc, nhs_number, cro }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_evidence_adds_up_to_the_weight(query in description(), known in description()) {
        let scored = score(&Parameters::default(), &query, &known);
        let sum: f64 = scored.evidence.iter().map(|line| line.weight_bits).sum();
        prop_assert!((sum - scored.weight_bits).abs() < 1e-9);
        prop_assert!(scored.weight_bits.is_finite());
        prop_assert!(scored.probability > 0.0 && scored.probability < 1.0);
        prop_assert_eq!(scored.band, Band::of(scored.probability));
        prop_assert!(!reason_line(&scored).is_empty());
        for line in scored.evidence.iter().filter(|line| line.agreement == Agreement::Missing) {
            prop_assert!(line.weight_bits.abs() < f64::EPSILON);
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
    fn it_weighs_the_same_either_way_round(query in description(), known in description()) {
        let parameters = Parameters::default();
        let one = score(&parameters, &query, &known);
        let other = score(&parameters, &known, &query);
        prop_assert!((one.weight_bits - other.weight_bits).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_other_names_means_nothing(query in description(), known in description()) {
        let parameters = Parameters::default();
        let mut turned = known.clone();
        turned.aliases.reverse();
        prop_assert_eq!(keys(&known), keys(&turned));
        prop_assert_eq!(score(&parameters, &query, &known), score(&parameters, &query, &turned));
    }

    #[test]
    fn a_description_finds_itself(description in description()) {
        let stored = keys(&description);
        let sought = search_keys(&description);
        prop_assert!(stored.iter().all(|key| sought.contains(key)));
    }
}
