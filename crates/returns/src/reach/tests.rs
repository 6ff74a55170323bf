use super::*;

fn facts(groups: &[(&str, u64, u64)]) -> Vec<ReachFact> {
    let fact = |site: &str, seen: bool| ReachFact {
        site: site.to_owned(),
        day: "2026-11-24".parse().expect("a day"),
        hour: Some(9),
        sex: "Female".into(),
        age_band: "25 to 34",
        ethnic_group: NOT_KNOWN,
        seen,
        out_of_hours: false,
    };
    groups
        .iter()
        .flat_map(|(site, seen, not_seen)| {
            (0..*seen).map(|_| fact(site, true)).chain((0..*not_seen).map(|_| fact(site, false))).collect::<Vec<_>>()
        })
        .collect()
}

fn sites(groups: &[(&str, u64, u64)], figures: Figures) -> Vec<Bar> {
    let reach = reach(&facts(groups), figures);
    reach.dimensions.into_iter().find(|counted| counted.id == "site").expect("sites").bars
}

fn words(bar: &Bar) -> (String, String, Option<u64>) {
    (bar.listed.to_string(), bar.seen.to_string(), bar.percent)
}

#[test]
fn leaders_see_the_figures_as_they_are_and_not_known_is_always_a_bar() {
    let bars = sites(&[("Bexley", 3, 1), ("Bromley", 10, 10)], Figures::Exact);
    assert_eq!(bars.iter().map(|bar| bar.group.as_str()).collect::<Vec<_>>(), ["Bexley", "Bromley"]);
    assert_eq!(words(&bars[0]), ("4".into(), "3".into(), Some(75)));
    for counted in
        reach(&[], Figures::Exact).dimensions.iter().filter(|counted| !["site", "week"].contains(&counted.id))
    {
        assert_eq!(counted.bars.last().map(|bar| bar.group.as_str()), Some(NOT_KNOWN), "{}", counted.title);
    }
}

#[test]
fn a_published_count_below_five_is_told_as_fewer_than_five() {
    let bars = sites(&[("A", 20, 20), ("B", 30, 30), ("C", 3, 1), ("D", 2, 9), ("E", 1, 2)], Figures::Published);
    let named = |name: &str| words(bars.iter().find(|bar| bar.group == name).expect("the group"));
    assert_eq!(named("C"), ("fewer than 5".into(), "fewer than 5".into(), None));
    assert_eq!(named("D"), ("withheld".into(), "fewer than 5".into(), None));
    assert_eq!(named("B"), ("60".into(), "30".into(), Some(50)));
}

#[test]
fn one_small_row_is_not_left_alone_beside_the_total() {
    // Without more withheld, 4 of the 104 would be row C's by subtraction.
    let bars = sites(&[("A", 20, 20), ("B", 30, 30), ("C", 2, 2)], Figures::Published);
    let withheld: Vec<&str> = bars.iter().filter(|bar| bar.percent.is_none()).map(|bar| bar.group.as_str()).collect();
    assert!(withheld.contains(&"A"), "the smallest that was given goes with it: {withheld:?}");
    assert!(bars.iter().any(|bar| bar.group == "B" && bar.percent.is_some()));
}

#[test]
fn where_nothing_can_be_given_safely_the_whole_is_withheld() {
    assert_eq!(sites(&[("A", 2, 1)], Figures::Published), []);
    let few = reach(&facts(&[("A", 2, 1)]), Figures::Published);
    assert_eq!(words(&few.whole), ("fewer than 5".into(), "fewer than 5".into(), None));
    let all_seen = reach(&facts(&[("A", 40, 1)]), Figures::Published);
    assert_eq!(words(&all_seen.whole), ("withheld".into(), "withheld".into(), None));
    assert!(all_seen.dimensions.iter().all(|counted| counted.bars.is_empty()));
}

/// Every table that says the same words and figures: how many values each withheld figure has among them.
fn possible(bars: &[Bar], whole: (u64, u64), shown: usize) -> usize {
    let choices = |bar: &Bar| -> Vec<(u64, u64)> {
        let fits = |figure: Figure, count: u64| match figure {
            Figure::Exact(exact) => exact == count,
            Figure::Few => count < LEAST,
            Figure::Withheld => count >= LEAST,
        };
        (0..=whole.1)
            .flat_map(|listed| (0..=listed).map(move |seen| (seen, listed)))
            .filter(|(seen, listed)| fits(bar.seen, *seen) && fits(bar.listed, *listed))
            .collect()
    };
    let all: Vec<Vec<(u64, u64)>> = bars.iter().map(choices).collect();
    // Sums of the other rows that can be reached, so that the search stays small.
    let mut sums = std::collections::BTreeSet::from([(0_u64, 0_u64)]);
    for (place, choices) in all.iter().enumerate().filter(|(place, _)| *place != shown) {
        let _ = place;
        sums = sums
            .iter()
            .flat_map(|sum| choices.iter().map(move |one| (sum.0 + one.0, sum.1 + one.1)))
            .filter(|sum| sum.0 <= whole.0 && sum.1 <= whole.1)
            .collect();
    }
    let fits =
        |one: &&(u64, u64)| one.0 <= whole.0 && one.1 <= whole.1 && sums.contains(&(whole.0 - one.0, whole.1 - one.1));
    let fitting: Vec<&(u64, u64)> = all[shown].iter().filter(fits).collect();
    let seen: std::collections::BTreeSet<u64> = fitting.iter().map(|one| one.0).collect();
    let listed: std::collections::BTreeSet<u64> = fitting.iter().map(|one| one.1).collect();
    let missed: std::collections::BTreeSet<u64> = fitting.iter().map(|one| one.1 - one.0).collect();
    seen.len().min(listed.len()).min(missed.len())
}

#[test]
fn no_withheld_figure_can_be_worked_out_by_trying_every_table_that_says_the_same() {
    let mut tables = 0;
    for a in 0..7_u64 {
        for b in [0, 3, 6] {
            for c in [0, 1, 5] {
                let rows = [("A", a, 8 - a), ("B", b, 5), ("C", 6, c), ("D", 9, 9)];
                let whole = (a + b + 15, a + b + 8 - a + 5 + 6 + c + 18);
                let bars = sites(&rows, Figures::Published);
                for (place, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.percent.is_none()) {
                    tables += 1;
                    let left = possible(&bars, whole, place);
                    assert!(left >= 3, "{} of {rows:?} is one of {left}: {bars:?}", bar.group);
                }
            }
        }
    }
    assert!(tables > 100, "{tables}");
}

#[test]
fn the_file_runs_nothing_in_a_spreadsheet() {
    let told = reach(&facts(&[("=cmd()", 9, 9), ("+1", 9, 9)]), Figures::Exact);
    let text = csv(&told, &[("Service", "@evil".to_owned())]);
    assert!(text.contains("Service,'@evil") && text.contains("Site,'=cmd()") && text.contains("Site,'+1"), "{text}");
    assert!(text.contains("All,Everybody on the lists,36,18,50"));
}
