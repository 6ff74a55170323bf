//! What carries a power to hold somebody on, what ends it, and what cannot count.

mod told;

use throughline_clocks::{Answer, Events, Excluded, Hours, State, Warrant, clocks, limit_in_force, next_due};
use throughline_domain::time::Instant;
use told::london;

fn state(answer: &Answer, id: &str) -> State {
    answer.clock(id).unwrap_or_else(|| panic!("no clock {id}")).state
}

fn due(answer: &Answer, id: &str) -> Option<Instant> {
    answer.clock(id).unwrap_or_else(|| panic!("no clock {id}")).due_at
}

fn says(answer: &Answer, words: &str) -> bool {
    answer.notices.iter().any(|notice| notice.contains(words))
}

/// Arrested 08:00, at the station 09:00, authorised 09:15 on 2 March 2026.
fn held() -> Events {
    Events {
        arrested_at: Some(london("2026-03-02 08:00")),
        arrived_station_at: Some(london("2026-03-02 09:00")),
        detention_authorised_at: Some(london("2026-03-02 09:15")),
        ..Events::default()
    }
}

#[test]
fn a_release_before_arrest_stops_no_clock_of_the_detention_that_follows() {
    let from_a_place_of_safety = Events {
        s136_arrived_at: Some(london("2026-03-02 08:00")),
        released_at: Some(london("2026-03-02 10:00")),
        arrested_at: Some(london("2026-03-02 12:00")),
        arrived_station_at: Some(london("2026-03-02 12:30")),
        detention_authorised_at: Some(london("2026-03-02 12:45")),
        ..Events::default()
    };
    let from_a_voluntary_interview = Events {
        arrived_station_at: Some(london("2026-03-02 09:00")),
        released_at: Some(london("2026-03-02 10:00")),
        arrested_at: Some(london("2026-03-02 11:00")),
        detention_authorised_at: Some(london("2026-03-02 11:15")),
        ..Events::default()
    };
    let charged_first = Events { charged_at: Some(london("2026-03-02 07:00")), ..held() };
    for (events, left_out) in [
        (from_a_place_of_safety, "Release is recorded before arrest and is left out"),
        (from_a_voluntary_interview, "Release is recorded before arrest and is left out"),
        (charged_first, "Charge is recorded before arrest or arrival and is left out"),
    ] {
        let answer = clocks(&events, london("2026-03-02 14:00"));
        assert!(says(&answer, left_out), "{:?}", answer.notices);
        assert_eq!(state(&answer, "pace_24h"), State::Running);
        assert_eq!(state(&answer, "pace_review_1"), State::Running);
    }
}

#[test]
fn a_decision_from_before_the_detention_carries_nothing_on() {
    let warrant = Warrant { granted_at: london("2026-03-01 09:00"), hours: Hours::whole(36) };
    let extended = Events { superintendent_extension_at: Some(london("2026-03-02 07:59")), ..held() };
    for (events, what) in [
        (Events { warrants: vec![warrant], ..held() }, "A warrant is recorded before arrest and is left out"),
        (extended, "The superintendent's extension is recorded before arrest and is left out"),
    ] {
        let answer = clocks(&events, london("2026-03-03 10:00"));
        assert_eq!(state(&answer, "pace_24h"), State::Expired, "{what}");
        assert_eq!(state(&answer, "pace_36h"), State::NotInForce, "{what}");
        assert_eq!(state(&answer, "pace_96h"), State::NotInForce, "{what}");
        assert_eq!(due(&answer, "pace_96h"), Some(london("2026-03-06 09:00")), "{what}");
        assert!(says(&answer, what), "{:?}", answer.notices);
    }
}

fn warrant(granted_at: &str, hours: u16) -> Warrant {
    Warrant { granted_at: london(granted_at), hours: Hours::whole(hours) }
}

/// Carried on by a superintendent at 07:00 on 3 March, and by these warrants after that.
fn with_warrants(warrants: Vec<Warrant>) -> Events {
    Events { superintendent_extension_at: Some(london("2026-03-03 07:00")), warrants, ..held() }
}

#[test]
fn a_warrant_that_has_run_out_ends_the_power_before_the_96_hours() {
    let answer = clocks(&with_warrants(vec![warrant("2026-03-03 15:00", 12)]), london("2026-03-04 15:00"));
    assert_eq!(due(&answer, "pace_warrant"), Some(london("2026-03-04 03:00")));
    assert_eq!(state(&answer, "pace_warrant"), State::Expired);
    assert_eq!(due(&answer, "pace_96h"), Some(london("2026-03-06 09:00")));
    assert_eq!(next_due(&answer).unwrap().id, "pace_warrant");
    assert_eq!(limit_in_force(&answer).unwrap().id, "pace_warrant");
    assert!(says(&answer, "ended at 4 March 2026 at 03:00, and no later one is recorded"), "{:?}", answer.notices);
    let free = Events {
        released_at: Some(london("2026-03-04 02:00")),
        ..with_warrants(vec![warrant("2026-03-03 15:00", 12)])
    };
    let answer = clocks(&free, london("2026-03-04 15:00"));
    assert_eq!(state(&answer, "pace_warrant"), State::Stopped);
    assert!(!says(&answer, "no later one is recorded"), "{:?}", answer.notices);
}

#[test]
fn the_last_warrant_runs_at_most_36_hours_and_never_beyond_the_96() {
    let long = clocks(&with_warrants(vec![warrant("2026-03-03 15:00", 48)]), london("2026-03-03 16:00"));
    assert_eq!(due(&long, "pace_warrant"), Some(london("2026-03-05 03:00")));
    assert!(says(&long, "The most one warrant may run is 36"), "{:?}", long.notices);
    let late = vec![warrant("2026-03-05 02:00", 36), warrant("2026-03-03 15:00", 36)];
    let late = clocks(&with_warrants(late), london("2026-03-05 04:00"));
    assert_eq!(due(&late, "pace_warrant"), Some(london("2026-03-06 09:00")));
    assert_eq!(state(&late, "pace_warrant"), State::Running);
    assert!(clocks(&with_warrants(Vec::new()), london("2026-03-03 08:00")).clock("pace_warrant").is_none());
}

#[test]
fn a_hole_between_two_warrants_is_told() {
    let hole = vec![warrant("2026-03-03 15:00", 12), warrant("2026-03-04 21:00", 24)];
    let answer = clocks(&with_warrants(hole), london("2026-03-04 22:00"));
    assert_eq!(due(&answer, "pace_warrant"), Some(london("2026-03-05 21:00")));
    assert!(
        says(&answer, "No warrant is recorded from 4 March 2026 at 03:00 to 4 March 2026 at 21:00"),
        "{:?}",
        answer.notices
    );
    let on = vec![warrant("2026-03-03 15:00", 12), warrant("2026-03-04 03:00", 24)];
    assert!(!says(&clocks(&with_warrants(on), london("2026-03-04 22:00")), "No warrant is recorded"));
}

fn in_hospital(from: &str, to: &str) -> Vec<Excluded> {
    vec![Excluded { from: london(from), to: Some(london(to)), reason: String::new() }]
}

#[test]
fn hospital_time_that_lies_ahead_moves_no_limit_yet() {
    let events = Events { excluded: in_hospital("2026-03-02 12:00", "2026-03-02 20:00"), ..held() };
    let answer = clocks(&events, london("2026-03-02 13:00"));
    assert_eq!(due(&answer, "pace_24h"), Some(london("2026-03-03 10:00")));
    assert_eq!(due(&answer, "pace_review_1"), Some(london("2026-03-02 16:15")));
    assert!(says(&answer, "What lies ahead is not counted yet"), "{:?}", answer.notices);
    let afterwards = clocks(&events, london("2026-03-02 21:00"));
    assert_eq!(due(&afterwards, "pace_24h"), Some(london("2026-03-03 17:00")));
    let planned = Events { excluded: in_hospital("2026-03-02 18:00", "2026-03-02 20:00"), ..held() };
    assert_eq!(due(&clocks(&planned, london("2026-03-02 13:00")), "pace_24h"), Some(london("2026-03-03 09:00")));
    // Somebody works out a detention that lies ahead as a whole: all that is told of it counts.
    let ahead = clocks(&planned, london("2026-03-01 13:00"));
    assert_eq!(due(&ahead, "pace_24h"), Some(london("2026-03-03 11:00")));
    assert!(says(&ahead, "reaches into the future. Check the date"), "{:?}", ahead.notices);
}

#[test]
fn the_pause_after_a_breach_of_bail_moves_the_limits_and_no_review() {
    let events = Events { arrested_at: None, bail_breach_arrested_at: Some(london("2026-03-02 08:00")), ..held() };
    let answer = clocks(&events, london("2026-03-02 10:00"));
    assert_eq!(due(&answer, "pace_24h"), Some(london("2026-03-03 11:00")));
    assert_eq!(due(&answer, "pace_review_1"), Some(london("2026-03-02 15:15")));
}

#[test]
fn what_ran_out_before_the_charge_matters_no_more() {
    let charged = Events { charged_at: Some(london("2026-03-03 09:30")), ..held() };
    let answer = clocks(&charged, london("2026-03-03 12:00"));
    assert_eq!(state(&answer, "pace_24h"), State::Expired);
    assert!(!answer.clock("pace_24h").unwrap().matters());
    assert_eq!(limit_in_force(&answer), None);
    let held = clocks(&held(), london("2026-03-03 12:00"));
    assert!(held.clock("pace_24h").unwrap().matters());
    assert_eq!(limit_in_force(&held).unwrap().id, "pace_24h");
}

#[test]
fn an_arrest_for_breach_of_bail_is_an_arrest() {
    let events = Events { bail_breach_arrested_at: Some(london("2026-03-02 08:00")), ..Events::default() };
    let answer = clocks(&events, london("2026-03-02 10:00"));
    assert_eq!(due(&answer, "pace_24h"), Some(london("2026-03-04 08:00")));
    assert!(!says(&answer, "Neither arrest nor arrival"), "{:?}", answer.notices);
    assert!(says(&answer, "The limits are counted from 24 hours after arrest"), "{:?}", answer.notices);
}
