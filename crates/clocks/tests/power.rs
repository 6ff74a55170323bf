//! What carries a power to hold somebody on, what ends it, and what cannot count.

mod told;

use throughline_clocks::{Answer, Events, Hours, State, Warrant, clocks};
use throughline_domain::time::Instant;
use told::london;

fn some(text: &str) -> Option<Instant> {
    Some(london(text))
}

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
        arrested_at: some("2026-03-02 08:00"),
        arrived_station_at: some("2026-03-02 09:00"),
        detention_authorised_at: some("2026-03-02 09:15"),
        ..Events::default()
    }
}

#[test]
fn a_release_before_arrest_stops_no_clock_of_the_detention_that_follows() {
    let from_a_place_of_safety = Events {
        s136_arrived_at: some("2026-03-02 08:00"),
        released_at: some("2026-03-02 10:00"),
        arrested_at: some("2026-03-02 12:00"),
        arrived_station_at: some("2026-03-02 12:30"),
        detention_authorised_at: some("2026-03-02 12:45"),
        ..Events::default()
    };
    let from_a_voluntary_interview = Events {
        arrived_station_at: some("2026-03-02 09:00"),
        released_at: some("2026-03-02 10:00"),
        arrested_at: some("2026-03-02 11:00"),
        detention_authorised_at: some("2026-03-02 11:15"),
        ..Events::default()
    };
    let charged_first = Events { charged_at: some("2026-03-02 07:00"), ..held() };
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
    let extended = Events { superintendent_extension_at: some("2026-03-02 07:59"), ..held() };
    for (events, what) in [
        (Events { warrants: vec![warrant], ..held() }, "A warrant is recorded before arrest and is left out"),
        (extended, "The superintendent's extension is recorded before arrest and is left out"),
    ] {
        let answer = clocks(&events, london("2026-03-03 10:00"));
        assert_eq!(state(&answer, "pace_24h"), State::Expired, "{what}");
        assert_eq!(state(&answer, "pace_36h"), State::NotInForce, "{what}");
        assert_eq!(state(&answer, "pace_96h"), State::NotInForce, "{what}");
        assert_eq!(due(&answer, "pace_96h"), some("2026-03-06 09:00"), "{what}");
        assert!(says(&answer, what), "{:?}", answer.notices);
    }
}
