//! What the engine says of pairs that people at the desk meet. All people are invented.

use chrono::NaiveDate;
use throughline_domain::identifier::{NhsNumber, invented_pnc};
use throughline_matching::{
    Band, Comparison, Description, Evidence, Index, Limits, POSSIBLE_FROM, Parameters, SafetyRule, Scored, Sex,
    VERY_LIKELY_FROM, in_words, reason_line, score,
};

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn compared(query: &Description, known: &Description) -> Scored {
    score(&Parameters::default(), query, known)
}

fn line(scored: &Scored, comparison: Comparison) -> &Evidence {
    scored.evidence.iter().find(|line| line.comparison == comparison).unwrap()
}

/// Somebody of whom everything is known.
fn william() -> Description {
    Description {
        sex: Some(Sex::Male),
        pnc: Some(invented_pnc(2012, 345_678)),
        nhs_number: Some(NhsNumber::invented(12).digits().to_owned()),
        cro: Some("123456/12A".to_owned()),
        ..Description::named("William John", "Marsh").born(date(1990, 4, 7)).at("ZZ1 4AB")
    }
}

/// William as a list has him: name, date of birth and postcode.
fn listed() -> Description {
    Description::named("William", "Marsh").born(date(1990, 4, 7)).at("ZZ1 4AB")
}

#[test]
fn the_same_name_and_birth_date_is_very_likely() {
    let scored = compared(&listed(), &william());
    assert_eq!(scored.band, Band::VeryLikely);
    assert_eq!(scored.rules, []);
    assert_eq!(reason_line(&scored), "Same name, date of birth and postcode");
    assert_eq!(in_words(scored.probability), "more than 99 in 100");
}

#[test]
fn somebody_who_moved_is_still_very_likely() {
    let moved = Description::named("William", "Marsh").born(date(1990, 4, 7)).at("YO1 7HH");
    let scored = compared(&moved, &william());
    assert_eq!(scored.band, Band::VeryLikely);
    assert_eq!(reason_line(&scored), "Same name and date of birth; different postcode");
}

#[test]
fn strangers_do_not_match() {
    let other = Description::named("Ada", "Dlone").born(date(1971, 11, 23)).at("YO1 7HH");
    assert_eq!(compared(&other, &william()).band, Band::NoMatch);
}

#[test]
fn a_birthday_alone_does_not_match() {
    let other = Description::named("Ada", "Dlone").born(date(1990, 4, 7));
    assert_eq!(compared(&other, &william()).band, Band::NoMatch);
}

#[test]
fn a_short_form_of_the_forename_still_matches() {
    let bill = Description::named("Bill", "Marsh").born(date(1990, 4, 7));
    let scored = compared(&bill, &william());
    assert_eq!(scored.band, Band::VeryLikely);
    assert_eq!(line(&scored, Comparison::Forename).level, "Short or other form of the same forename");
}

#[test]
fn names_spelt_by_ear_still_match() {
    let heard = Description::named("Katherin", "Fillips").born(date(1988, 2, 19));
    let known = Description::named("Catherine", "Philips").born(date(1988, 2, 19));
    let scored = compared(&heard, &known);
    assert_eq!(scored.band, Band::VeryLikely, "{}", reason_line(&scored));
    assert_eq!(line(&scored, Comparison::Surname).level, "Surname sounds the same");
    assert!(finds(&heard, &known));
}

#[test]
fn another_name_they_have_used_is_found_and_said() {
    let query = Description::named("Jamie", "Oakfield").born(date(1990, 4, 7));
    let known = william().also_known_as("Jamie", "Oakfield");
    let scored = compared(&query, &known);
    assert_eq!(scored.band, Band::VeryLikely);
    assert_eq!(line(&scored, Comparison::Arrangement).level, "Another name they have used");
    assert_eq!(reason_line(&scored), "Same name and date of birth; another name they have used");
    assert!(scored.weight_bits < compared(&listed(), &william()).weight_bits);
}

#[test]
fn forename_and_surname_swapped_are_found_and_said() {
    let swapped = Description::named("Marsh", "William").born(date(1990, 4, 7));
    let scored = compared(&swapped, &william());
    assert_eq!(scored.band, Band::VeryLikely);
    assert_eq!(line(&scored, Comparison::Arrangement).level, "Forename and surname swapped");
    assert!(finds(&swapped, &william()));
}

#[test]
fn day_and_month_swapped_matches_when_the_postcode_confirms_it() {
    let swapped = Description::named("William", "Marsh").born(date(1990, 7, 4)).at("ZZ1 4AB");
    let scored = compared(&swapped, &william());
    assert_eq!(line(&scored, Comparison::DateOfBirth).level, "Day and month swapped");
    assert_eq!(scored.band, Band::VeryLikely);
}

#[test]
fn a_namesake_with_a_slip_in_the_birth_date_elsewhere_is_only_possible() {
    let namesake = Description::named("William", "Marsh").born(date(1990, 4, 17)).at("YO1 7HH");
    let scored = compared(&namesake, &william());
    assert_eq!(scored.band, Band::Possible);
    assert_eq!(scored.rules, [SafetyRule::DateOfBirthUnconfirmed]);
    assert!(scored.probability <= scored.probability_before_rules);
}

#[test]
fn a_name_without_a_birth_date_is_never_very_likely() {
    let query = Description::named("William", "Marsh").at("ZZ1 4AB");
    let scored = compared(&query, &william());
    assert_eq!(scored.band, Band::Possible);
}

#[test]
fn a_twin_is_flagged_and_only_possible() {
    let twin = Description::named("Oliver", "Marsh").born(date(1990, 4, 7)).at("ZZ1 4AB");
    let scored = compared(&twin, &william());
    assert_eq!(scored.band, Band::Possible);
    assert_eq!(scored.rules, [SafetyRule::PossibleTwin]);
    assert_eq!(reason_line(&scored), "Possible twin: same surname, date of birth and postcode; different forename");
}

#[test]
fn twins_with_names_that_look_alike_are_told_apart_by_sex() {
    let daniel = Description { sex: Some(Sex::Male), ..Description::named("Daniel", "Marsh").born(date(1990, 4, 7)) };
    let danielle =
        Description { sex: Some(Sex::Female), ..Description::named("Danielle", "Marsh").born(date(1990, 4, 7)) };
    let scored = compared(&danielle, &daniel);
    assert_eq!(scored.rules, [SafetyRule::PossibleTwin]);
    assert_eq!(scored.band, Band::Possible);
}

#[test]
fn father_and_son_of_one_name_are_flagged() {
    let father = Description::named("William", "Marsh").born(date(1962, 11, 23)).at("ZZ1 4AB");
    let scored = compared(&father, &william());
    assert!(scored.rules.contains(&SafetyRule::PossibleRelative));
    assert_ne!(scored.band, Band::VeryLikely);
}

#[test]
fn different_nhs_numbers_rule_a_match_out() {
    let number = Some(NhsNumber::invented(500).digits().to_owned());
    let other = Description { nhs_number: number.clone(), ..listed() };
    let exact = compared(&other, &william());
    assert_eq!(exact.band, Band::Possible, "name and date the same: shown, flagged");
    assert_eq!(exact.rules[0], SafetyRule::DifferentNhsNumbers);
    assert_eq!(line(&exact, Comparison::NhsNumber).level, "Different number");

    let bill = Description {
        nhs_number: number,
        pnc: william().pnc,
        ..Description::named("Bill", "Marsh").born(date(1990, 4, 7))
    };
    assert_eq!(compared(&bill, &william()).band, Band::NoMatch, "even with the same PNC id");
}

#[test]
fn an_nhs_number_with_a_wrong_check_digit_is_weak_and_never_a_conflict() {
    let mut digits = NhsNumber::invented(12).digits().to_owned();
    let last = digits.pop().unwrap();
    digits.push(if last == '9' { '0' } else { char::from(last as u8 + 1) });
    let slipped = Description { nhs_number: Some(digits), ..listed() };
    let scored = compared(&slipped, &william());
    assert_eq!(line(&scored, Comparison::NhsNumber).level, "Number one figure out");
    assert_eq!(scored.rules, []);
}

#[test]
fn the_same_number_on_another_person_is_shown_and_never_certain() {
    let other =
        Description { nhs_number: william().nhs_number, ..Description::named("Ada", "Dlone").born(date(1971, 11, 23)) };
    let scored = compared(&other, &william());
    assert_eq!(scored.band, Band::Possible);
    assert_eq!(scored.rules, [SafetyRule::IdentifierOfAnother]);
}

#[test]
fn a_pnc_id_is_compared_without_century_and_its_letter_is_weighed() {
    let long = invented_pnc(2012, 345_678);
    let letter = long.chars().last().unwrap();
    let wrong = if letter == 'A' { 'B' } else { 'A' };
    let level = |pnc: String| {
        let query = Description { pnc: Some(pnc), ..listed() };
        let scored = compared(&query, &william());
        (line(&scored, Comparison::Pnc).level, scored.weight_bits)
    };
    let (right, right_bits) = level(format!("12/345678{letter}"));
    let (unproven, unproven_bits) = level(format!("2012/0345678{wrong}"));
    assert_eq!((right, unproven), ("Same number", "Same number, and its check digit or letter is wrong"));
    assert!(right_bits > unproven_bits);
    assert_eq!(level(invented_pnc(2012, 999)).0, "Different number");
    assert_eq!(level("PNC-ID1".to_owned()).0, "Not given", "a placeholder says nothing");
}

#[test]
fn part_of_a_double_surname_matches() {
    let query = Description::named("Rosa", "Quill").born(date(1985, 9, 12));
    let known = Description::named("Rosa", "Quill-Oakfield").born(date(1985, 9, 12));
    let scored = compared(&query, &known);
    assert_eq!(line(&scored, Comparison::Surname).level, "One part of the surname is the same");
    assert_eq!(scored.band, Band::VeryLikely);
    assert!(finds(&query, &known));
}

#[test]
fn a_double_forename_agrees_with_its_first_part() {
    let query = Description::named("Mary", "Quill").born(date(1985, 9, 12));
    let known = Description::named("Mary-Jane", "Quill").born(date(1985, 9, 12));
    let scored = compared(&query, &known);
    assert_eq!(line(&scored, Comparison::Forename).level, "Same forename");
    assert_eq!(line(&scored, Comparison::MiddleNames).known_value, "Jane");
}

#[test]
fn missing_fields_weigh_nothing() {
    let scored = compared(&listed(), &william());
    for comparison in [Comparison::NhsNumber, Comparison::Pnc, Comparison::Sex, Comparison::MiddleNames] {
        let line = line(&scored, comparison);
        assert_eq!((line.level, line.weight_bits), ("Not given", 0.0));
    }
    let nothing = compared(&Description::default(), &Description::default());
    assert!(nothing.weight_bits.abs() < 1e-3);
    assert_eq!(nothing.band, Band::NoMatch);
}

#[test]
fn no_fixed_abode_is_neutral() {
    let nobody_home = Description::named("William", "Marsh").born(date(1990, 4, 7)).at("ZZ99 3VZ");
    let scored = compared(&nobody_home, &william());
    let place = line(&scored, Comparison::Postcode);
    assert_eq!((place.weight_bits, place.level), (0.0, "Not given"));
    let both = compared(&nobody_home, &nobody_home);
    assert!(both.evidence.iter().all(|line| line.comparison != Comparison::Postcode));
}

#[test]
fn a_birthday_that_many_share_is_weaker_than_another_date() {
    let amina = |month, day| Description::named("Amina", "Yusufzai").born(date(1994, month, day));
    let others =
        (0..300_u32).map(|at| (at + 2, Description::named("Ada", &format!("Stranger{at}")).born(date(1994, 1, 1))));
    let index = Index::build(Parameters::default(), others.chain([(0, amina(1, 1)), (1, amina(3, 14))]));
    let bits = |query, id| line(&index.compare(&query, id).unwrap(), Comparison::DateOfBirth).weight_bits;
    assert!(bits(amina(1, 1), 0) < bits(amina(3, 14), 1) - 5.0);
}

#[test]
fn a_rare_surname_weighs_more_than_a_common_one() {
    let of = |surname: &str| {
        let person = Description::named("Una", surname).born(date(1990, 4, 7));
        line(&compared(&person, &person), Comparison::Surname).weight_bits
    };
    assert!(of("Quillfeather") > of("Smith") + 3.0);
}

#[test]
fn candidates_come_in_order_and_strangers_are_left_out() {
    let ada = Description::named("Ada", "Dlone").born(date(1971, 11, 23));
    let twin = Description::named("Oliver", "Marsh").born(date(1990, 4, 7)).at("ZZ1 4AB");
    let known = [("ada", ada), ("twin", twin), ("second", william()), ("first", william())];
    let index = Index::build(Parameters::default(), known);
    let ids = |limits| index.query(&listed(), limits).into_iter().map(|candidate| candidate.id).collect::<Vec<_>>();
    assert_eq!(ids(Limits::best(3)), ["first", "second", "twin"], "equal ones by their ids");
    assert_eq!(ids(Limits { most: 1, ..Limits::LIST }), ["first"]);
    assert!(!ids(Limits::LIST).contains(&"ada"));
}

#[test]
fn two_records_of_one_person_do_not_compete_and_two_namesakes_do() {
    let alone = Index::build(Parameters::default(), [(1, william())]);
    let twice = Index::build(Parameters::default(), [(1, william()), (2, william())]);
    let best = |index: &Index<u32>, query: &Description| index.query(query, Limits::LIST)[0].scored.clone();
    assert_eq!(best(&twice, &listed()).band, best(&alone, &listed()).band);

    let namesake = |postcode| Description::named("William", "Marsh").born(date(1990, 4, 7)).at(postcode);
    let number = |place| Some(NhsNumber::invented(place).digits().to_owned());
    let one = Description { nhs_number: number(31), ..namesake("ZZ1 4AB") };
    let other = Description { nhs_number: number(500), ..namesake("YO1 7HH") };
    let both = Index::build(Parameters::default(), [(1, one.clone()), (2, other)]);
    let query = Description::named("William", "Marsh").born(date(1990, 4, 7));
    let (rivalled, only) = (best(&both, &query), best(&Index::build(Parameters::default(), [(1, one)]), &query));
    assert!(rivalled.weight_bits < only.weight_bits);
    assert!(rivalled.probability < 0.6, "{}", rivalled.probability);
    assert!(line(&rivalled, Comparison::Others).weight_bits < -0.5);
}

#[test]
fn a_probability_is_in_the_band_of_its_threshold() {
    let below = |threshold: f64| threshold - 1e-9;
    assert_eq!(Band::of(VERY_LIKELY_FROM), Band::VeryLikely);
    assert_eq!((Band::of(below(VERY_LIKELY_FROM)), Band::of(POSSIBLE_FROM)), (Band::Possible, Band::Possible));
    assert_eq!(Band::of(below(POSSIBLE_FROM)), Band::NoMatch);
}

/// Whether he comes first among the answers of a crowd.
fn finds(query: &Description, known: &Description) -> bool {
    let strangers = (0..200_u32).map(|at| {
        let (surname, day) = (format!("Stranger{at}"), date(1950 + (at % 50).cast_signed(), 1 + at % 12, 1 + at % 28));
        (at + 1, Description::named("Ada", &surname).born(day).at("YO1 9ZZ"))
    });
    let index = Index::build(Parameters::default(), strangers.chain([(0, known.clone())]));
    index.query(query, Limits::best(1)).first().is_some_and(|best| best.id == 0)
}

#[test]
fn one_ruined_field_never_hides_the_right_person() {
    let named = |forenames: &str, surname: &str| Description {
        name: throughline_domain::name::Name::new(forenames, surname),
        ..listed()
    };
    let born = |year, month, day| Description { date_of_birth: Some(date(year, month, day)), ..listed() };
    let ruined = [
        ("forename", named("Xzqk", "Marsh")),
        ("forename missing", named("", "Marsh")),
        ("surname", named("William", "Xzqk")),
        ("surname missing", named("William", "")),
        ("names swapped", named("Marsh", "William")),
        ("whole name", named("Xzqk", "Qwvt")),
        ("date of birth missing", Description { date_of_birth: None, ..listed() }),
        ("day", born(1990, 4, 29)),
        ("month", born(1990, 11, 7)),
        ("year", born(1957, 4, 7)),
        ("day and month swapped", born(1990, 7, 4)),
        ("whole date", born(1957, 11, 29)),
        ("postcode", Description { postcodes: vec!["YO1 7HH".to_owned()], ..listed() }),
    ];
    for (field, query) in ruined {
        assert!(finds(&query, &william()), "{field} hid him");
    }
}

#[test]
fn identifiers_alone_find_their_person() {
    let known = Description { local_id: Some("RQ7-0012345".to_owned()), ..william() };
    for query in [
        Description { nhs_number: known.nhs_number.clone(), ..Description::default() },
        Description { pnc: Some(invented_pnc(2012, 345_678)[2..].to_owned()), ..Description::default() },
        Description { cro: known.cro.clone(), ..Description::default() },
        Description { local_id: Some("rq7 0012345".to_owned()), ..Description::default() },
    ] {
        assert!(finds(&query, &known), "{query:?}");
    }
}

#[test]
fn a_search_by_one_term_finds_whoever_it_fits() {
    let index = Index::build(Parameters::default(), [(1, william())]);
    let found = |query: &Description| index.search(query, Limits::best(5)).len();
    for query in [
        Description::named("", "Marsh"),
        Description::named("Bill", ""),
        Description { date_of_birth: Some(date(1990, 7, 4)), ..Description::default() },
    ] {
        assert_eq!(found(&query), 1, "{query:?}");
    }
    assert_eq!(found(&Description::default()), 0);
}

#[test]
fn an_age_finds_a_person_and_a_wrong_one_speaks_against_them() {
    let of_years = |from, to| Description {
        date_of_birth: None,
        born_between: Some((from, to)),
        ..Description::named("William", "Marsh").at("ZZ1 4AB")
    };
    let (fits, differs) = (compared(&of_years(1989, 1990), &william()), compared(&of_years(1960, 1961), &william()));
    assert_eq!(line(&fits, Comparison::DateOfBirth).level, "Age fits");
    assert_eq!(line(&differs, Comparison::DateOfBirth).level, "Age does not fit");
    assert!(line(&fits, Comparison::DateOfBirth).weight_bits > 3.0);
    assert!(line(&differs, Comparison::DateOfBirth).weight_bits < -3.0);
    assert!(fits.weight_bits > differs.weight_bits + 3.0);
    assert_eq!(fits.band, Band::Possible, "an age is no date of birth");
}

#[test]
fn probabilities_are_said_as_people_say_them() {
    assert_eq!(in_words(0.97), "97 in 100");
    assert_eq!(in_words(0.000_1), "less than 1 in 100");
    assert_eq!(in_words(0.999_9), "more than 99 in 100");
}
