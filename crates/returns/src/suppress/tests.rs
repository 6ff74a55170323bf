use super::*;

const STAR: Shown = Shown::Withheld;

fn number(value: u64) -> Shown {
    Shown::Number(value)
}

fn ratio(numerator: u64, denominator: u64) -> Ratio {
    Ratio { numerator, denominator }
}

#[test]
fn one_to_seven_are_withheld_and_the_rest_are_rounded_to_five() {
    let shown = [0, 1, 7, 8, 12, 13, 17, 18, 100].map(|value| count(Profile::Strict, value));
    assert_eq!(shown, [number(0), STAR, STAR, number(10), number(10), number(15), number(15), number(20), number(100)]);
}

#[test]
fn the_mhsds_profile_withholds_nought_to_four() {
    let shown = [0, 4, 5, 7, 8].map(|value| count(Profile::Mhsds, value));
    assert_eq!(shown, [STAR, STAR, number(5), number(5), number(10)]);
    let (total, sites) = ratios(Profile::Mhsds, &[ratio(5, 10), ratio(3, 10)], true);
    assert_eq!((total.percent, sites[0].percent, sites[1].percent), (Shown::Percent(40), Shown::Percent(50), STAR));
}

#[test]
fn totals_are_rounded_on_their_own() {
    assert_eq!(parts(Profile::Strict, &[12, 12, 12], false), (number(35), vec![number(10); 3]));
}

#[test]
fn a_withheld_total_takes_its_parts_with_it_zeros_too() {
    assert_eq!(parts(Profile::Strict, &[3, 0, 4], false), (STAR, vec![STAR; 3]));
    assert_eq!(parts(Profile::Strict, &[0, 0], false), (number(0), vec![number(0); 2]));
}

#[test]
fn ones_in_every_part_are_not_given_away_by_their_total() {
    // Twelve parts of at least 1 under a 10 (8 to 12) can only be ones.
    assert_eq!(parts(Profile::Strict, &[1; 12], false), (STAR, vec![STAR; 12]));
}

#[test]
fn a_cell_that_subtraction_would_narrow_to_two_values_takes_another_with_it() {
    // 30 (28 to 32) less 20 (18 to 22) leaves 6 or 7 for the star: the 22 goes too.
    assert_eq!(parts(Profile::Strict, &[22, 7], false), (number(30), vec![STAR, STAR]));
    assert_eq!(parts(Profile::Strict, &[21, 5], false), (number(25), vec![number(20), STAR]));
}

#[test]
fn a_zero_is_withheld_when_it_tells_that_everybody_shares_a_trait() {
    assert_eq!(parts(Profile::Strict, &[30, 0], true), (number(30), vec![STAR, STAR]));
    assert_eq!(parts(Profile::Strict, &[30, 0], false), (number(30), vec![number(30), number(0)]));
    let (total, sites) = ratios(Profile::Strict, &[ratio(0, 40), ratio(20, 40)], true);
    assert_eq!((sites[0].numerator, sites[0].percent), (STAR, STAR));
    assert_eq!(total.denominator, number(80));
    let (_, sites) = ratios(Profile::Strict, &[ratio(0, 40), ratio(20, 40)], false);
    assert_eq!((sites[0].numerator, sites[0].percent), (number(0), Shown::Percent(0)));
    let (all, _) = ratios(Profile::Strict, &[ratio(40, 40)], true);
    assert_eq!(all.percent, STAR);
    let (small, sites) = ratios(Profile::Strict, &[ratio(0, 5)], false);
    assert_eq!((small.numerator, sites[0].numerator), (STAR, STAR));
}

#[test]
fn a_percentage_is_whole_from_the_unrounded_figures_and_needs_twenty() {
    let percent = |numerator, denominator| ratios(Profile::Strict, &[ratio(numerator, denominator)], false).0.percent;
    assert_eq!(percent(13, 40), Shown::Percent(33));
    assert_eq!(percent(10, 20), Shown::Percent(50));
    assert_eq!(percent(9, 19), STAR);
    assert_eq!(percent(7, 40), STAR);
    assert_eq!(percent(39, 40), STAR, "its complement is 1");
    assert_eq!(percent(40, 40), Shown::Percent(100));
    assert_eq!(percent(0, 0), Shown::Nothing);
}

#[test]
fn a_median_needs_eight_and_is_given_as_a_band() {
    assert_eq!(median(Profile::Strict, &[]), Shown::Nothing);
    assert_eq!(median(Profile::Strict, &[3600; 7]), STAR);
    assert_eq!(median(Profile::Strict, &[3600; 8]), Shown::Band("1 to 2 hours"));
    assert_eq!(median(Profile::Strict, &[400_000; 8]), Shown::Band("72 hours or more"));
    assert_eq!(median(Profile::Mhsds, &[3600, 3600, 3600, 3600, 7200, 7200, 7200, 7200]), Shown::TenthsOfHours(15));
    assert_eq!(exact_median(&[5400]), Shown::TenthsOfHours(15));
}

#[test]
fn figures_read_as_people_write_them() {
    let shown = [number(10), Shown::Percent(33), Shown::TenthsOfHours(15), STAR, Shown::Nothing];
    assert_eq!(shown.map(|shown| shown.to_string()), ["10", "33%", "1.5 hours", "*", "–"]);
    assert_eq!(shown.map(Shown::plain), ["10", "33", "1.5", "*", ""]);
}

/// Every number a reader may take a figure for, who knows the rule and, at worst, that each star
/// in this table stands for 1 to 7.
fn possible(shown: Shown, stars_are_small: bool, most: u64) -> Vec<u64> {
    match shown {
        Shown::Withheld if stars_are_small => (1..=7).collect(),
        Shown::Withheld => (0..=most).collect(),
        shown => (0..=most).filter(|value| count(Profile::Strict, *value) == shown).collect(),
    }
}

fn small(shown: Shown, truth: u64) -> bool {
    shown != Shown::Withheld || (1..=7).contains(&truth)
}

#[test]
fn subtraction_recovers_no_withheld_count_of_two_sites() {
    for first in 0..45 {
        for second in 0..45 {
            let truth = [first, second];
            let (total, sites) = parts(Profile::Strict, &truth, false);
            let honest =
                small(total, first + second) && sites.iter().zip(truth).all(|(shown, truth)| small(*shown, truth));
            let totals = possible(total, honest, 100);
            let mut found: [std::collections::BTreeSet<u64>; 2] = Default::default();
            for a in possible(sites[0], honest, 60) {
                for b in possible(sites[1], honest, 60) {
                    if totals.contains(&(a + b)) {
                        found[0].insert(a);
                        found[1].insert(b);
                    }
                }
            }
            for (site, found) in sites.iter().zip(&found) {
                assert!(*site != STAR || found.len() >= 3, "{truth:?} shown {sites:?} of {total}: {found:?}");
            }
        }
    }
}

#[test]
fn percentages_give_no_withheld_count_of_two_sites_away() {
    let mut state: u64 = 88_172_645_463_325_252;
    let mut roll = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut attacked = 0;
    for _ in 0..3_000 {
        let mut site = || {
            let denominator = roll(45);
            ratio(roll(denominator + 1), denominator)
        };
        let truth = [site(), site()];
        let (total, sites) = ratios(Profile::Strict, &truth, false);
        let whole = ratio(truth[0].numerator + truth[1].numerator, truth[0].denominator + truth[1].denominator);
        let all_small = |cell: fn(&ShownRatio) -> Shown, count: fn(Ratio) -> u64| {
            small(cell(&total), count(whole))
                && sites.iter().zip(truth).all(|(shown, truth)| small(cell(shown), count(truth)))
        };
        let honest = all_small(|s| s.numerator, |r| r.numerator) && all_small(|s| s.denominator, |r| r.denominator);
        if !honest {
            continue;
        }
        attacked += 1;
        let pairs = |shown: &ShownRatio, most: u64| -> Vec<(u64, u64)> {
            let tops = possible(shown.numerator, true, most);
            let bottoms = possible(shown.denominator, true, most);
            let all = tops.iter().flat_map(|top| bottoms.iter().map(move |bottom| (*top, *bottom)));
            all.filter(|(top, bottom)| top <= bottom && fits(shown.percent, *top, *bottom)).collect()
        };
        let totals: std::collections::BTreeSet<(u64, u64)> = pairs(&total, 120).into_iter().collect();
        let mut found: [std::collections::BTreeSet<u64>; 4] = Default::default();
        for a in pairs(&sites[0], 60) {
            for b in pairs(&sites[1], 60).iter().filter(|b| totals.contains(&(a.0 + b.0, a.1 + b.1))) {
                for (found, value) in found.iter_mut().zip([a.0, a.1, b.0, b.1]) {
                    found.insert(value);
                }
            }
        }
        let cells = [sites[0].numerator, sites[0].denominator, sites[1].numerator, sites[1].denominator];
        for (cell, found) in cells.iter().zip(&found) {
            assert!(*cell != STAR || found.len() >= 2, "{truth:?} shown as {total:?} {sites:?}: {found:?}");
        }
    }
    assert!(attacked > 1_000, "only {attacked} tables were worth attacking");
}

fn fits(shown: Shown, numerator: u64, denominator: u64) -> bool {
    match shown {
        Shown::Percent(percent) => ratio(numerator, denominator).percent() == Some(percent),
        Shown::Nothing => denominator == 0,
        _ => true,
    }
}
