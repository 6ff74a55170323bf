//! The clocks against a second reading of the law that shares nothing with the first: time is
//! walked minute by minute and day by day, with a calendar and a summer time of its own.

mod walked;

use chrono::Duration;
use throughline_clocks::clocks;
use throughline_domain::time::{Instant, from_london, london_time};
use walked::{Case, YEARS, changes_of, instant, leap_day_of};

const CASES: usize = 10_000;

#[test]
fn every_clock_agrees_with_a_walk_minute_by_minute_in_10000_detentions_over_ten_years() {
    let mut wrong = Vec::new();
    for (number, case) in Case::all(CASES).enumerate() {
        let answer = clocks(&case.events(), instant(walked::END));
        for (id, expected) in case.expected() {
            let due = answer.clock(id).and_then(|clock| clock.due_at);
            if due != expected {
                wrong.push(format!("{id} in detention {number}: {due:?} and not {expected:?}: {case:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {CASES} disagree, first {}", wrong.len(), wrong[0]);
}

#[test]
fn the_cases_fall_on_both_clock_changes_of_every_year_and_on_leap_days() {
    let cases: Vec<Case> = Case::all(CASES).collect();
    let spanning = |minute: i64| {
        cases.iter().filter(|case| case.arrived.is_some_and(|from| from < minute && minute < from + 24 * 60)).count()
    };
    for year in YEARS {
        for change in changes_of(year) {
            assert!(spanning(change) >= 30, "{} cases on the change at {}", spanning(change), instant(change));
        }
        if let Some(day) = leap_day_of(year) {
            assert!(spanning(day + 720) >= 30, "{} cases on the leap day of {year}", spanning(day + 720));
        }
    }
}

#[test]
fn the_cases_catch_a_clock_that_adds_hours_to_the_time_on_the_wall() {
    let on_the_wall = |from: Instant, hours: i64| from_london(london_time(from) + Duration::hours(hours));
    let in_utc = |from: Instant, hours: i64| from + Duration::hours(hours);
    let wrong = |add: &dyn Fn(Instant, i64) -> Instant| {
        let disagrees =
            |case: &Case| case.arrived.filter(|from| add(instant(*from), 24) != instant(walked::elapsed(*from, 24)));
        Case::all(CASES).filter_map(|case| disagrees(&case)).collect::<Vec<i64>>()
    };
    assert_eq!(wrong(&in_utc).len(), 0);
    let caught = wrong(&on_the_wall);
    assert!(caught.len() >= 600, "{} of the cases catch it", caught.len());
    let is_near = |from: i64| YEARS.flat_map(changes_of).any(|change| (from - 120..from + 26 * 60).contains(&change));
    assert!(caught.iter().all(|from| is_near(*from)), "only a clock change tells the two apart");
}
