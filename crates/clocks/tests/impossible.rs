//! What cannot have happened as it is recorded is told, and nothing is told that is right.

mod told;

use throughline_clocks::{Answer, ChargeHeld, Events, Hours, PreChargeBail, Section, State, Warrant, clocks};
use throughline_domain::legal::{Allocation, MhaSection};
use throughline_domain::time::Instant;
use told::london;

fn says(answer: &Answer, words: &str) -> bool {
    answer.notices.iter().any(|notice| notice.contains(words))
}

fn now() -> Instant {
    london("2026-03-02 18:00")
}

#[test]
fn what_follows_a_release_is_told() {
    let released = Events {
        arrested_at: Some(london("2026-03-02 08:00")),
        released_at: Some(london("2026-03-02 09:00")),
        arrived_station_at: Some(london("2026-03-02 11:00")),
        detention_authorised_at: Some(london("2026-03-02 11:15")),
        reviews_held: vec![london("2026-03-02 12:00")],
        superintendent_extension_at: Some(london("2026-03-02 13:00")),
        ..Events::default()
    };
    let answer = clocks(&released, now());
    for name in ["Arrival at the station", "Authority to detain", "A review", "The superintendent's extension"] {
        assert!(says(&answer, &format!("{name} is recorded after release")), "{name}: {:?}", answer.notices);
    }
    let in_order = Events { released_at: Some(london("2026-03-02 14:00")), ..released };
    assert!(!says(&clocks(&in_order, now()), "after release"));
}

#[test]
fn detention_authorised_or_reviewed_before_the_arrest_is_told() {
    let authorised = Events {
        arrested_at: Some(london("2026-03-02 08:00")),
        detention_authorised_at: Some(london("2026-03-02 07:00")),
        ..Events::default()
    };
    let answer = clocks(&authorised, now());
    assert!(says(&answer, "Detention is recorded as authorised before arrest"), "{:?}", answer.notices);
    let reviewed = Events {
        arrested_at: Some(london("2026-03-02 08:00")),
        reviews_held: vec![london("2026-03-02 07:00")],
        ..Events::default()
    };
    let answer = clocks(&reviewed, now());
    assert!(says(&answer, "A review is recorded before arrest and is left out"), "{:?}", answer.notices);
    assert_eq!(answer.clock("pace_review_next").unwrap().due_at, None);
}

#[test]
fn two_powers_are_told_where_both_are_recorded_for_the_same_time_and_by_their_names() {
    let held = Events { arrested_at: Some(london("2026-03-02 08:00")), ..Events::default() };
    let day_before = Events {
        s136_arrived_at: Some(london("2026-03-01 08:00")),
        s136_ended_at: Some(london("2026-03-01 20:00")),
        ..held.clone()
    };
    assert!(!says(&clocks(&day_before, now()), "are both recorded"));
    let not_ended = Events { s136_arrived_at: Some(london("2026-03-01 08:00")), ..held.clone() };
    assert!(says(&clocks(&not_ended, now()), "Police detention and section 136 are both recorded"));
    let warrant = Events { s135_arrived_at: Some(london("2026-03-02 09:00")), ..held };
    let answer = clocks(&warrant, now());
    assert!(says(&answer, "Police detention and section 135 are both recorded"), "{:?}", answer.notices);
    assert!(!says(&answer, "section 136"), "{:?}", answer.notices);
}

#[test]
fn an_extension_of_section_135_beyond_the_law_is_told_as_of_136() {
    let events = Events {
        s135_arrived_at: Some(london("2026-03-02 08:00")),
        s135_extension_hours: Some(Hours::whole(20)),
        ..Events::default()
    };
    let answer = clocks(&events, now());
    assert!(says(&answer, "The section 135 extension is recorded as 20 hours"), "{:?}", answer.notices);
}

#[test]
fn every_time_of_an_impossible_year_is_counted() {
    let never: Instant = "9999-01-01T00:00:00Z".parse().unwrap();
    let from = london("2026-03-02 08:00");
    let section = Section { section: MhaSection::S3, from, renewed_at: vec![never], ended_at: Some(never) };
    let bail = PreChargeBail {
        from,
        arrested_at: Some(never),
        inspector_at: Some(never),
        superintendent_at: Some(never),
        ended_at: Some(never),
    };
    let charge = ChargeHeld {
        offence: String::new(),
        allocation: Allocation::Crown,
        first_appearance_at: from,
        sent_at: Some(never),
        days_in_magistrates: None,
        ended_at: Some(never),
    };
    let events = Events {
        sections: vec![section],
        pre_charge_bail: Some(bail),
        charges: vec![charge],
        s136_extended_at: Some(never),
        ..Events::default()
    };
    let answer = clocks(&events, now());
    assert!(says(&answer, "9 recorded times are not between the years 1900 and 2199"), "{:?}", answer.notices);
    assert_eq!(answer.clock("mha_s3").unwrap().state, State::Running);
    let asked = clocks(&Events { arrived_station_at: Some(from), ..Events::default() }, never);
    assert!(says(&asked, "The clocks were asked for a time that is not between the years"), "{:?}", asked.notices);
}

#[test]
fn more_days_in_the_magistrates_court_than_went_by_are_left_out() {
    let charge = ChargeHeld {
        offence: "Robbery".into(),
        allocation: Allocation::Crown,
        first_appearance_at: london("2026-03-02 10:00"),
        sent_at: Some(london("2026-03-09 10:00")),
        days_in_magistrates: Some(60_000),
        ended_at: None,
    };
    let known = ChargeHeld { days_in_magistrates: None, ..charge.clone() };
    let due = |charge: ChargeHeld| {
        let answer = clocks(&Events { charges: vec![charge], ..Events::default() }, london("2026-03-10 09:00"));
        (answer.clock("ctl_crown").unwrap().due_at, says(&answer, "60000 days in the magistrates' court"))
    };
    assert_eq!(due(charge), (due(known.clone()).0, true));
    assert!(!due(known).1);
}

#[test]
fn a_renewal_that_the_law_does_not_know_is_told() {
    let renewed = |section| {
        let from = london("2026-03-01 08:00");
        let section = Section { section, from, renewed_at: vec![london("2026-03-02 08:00")], ended_at: None };
        clocks(&Events { sections: vec![section], ..Events::default() }, now())
    };
    assert!(says(&renewed(MhaSection::S2), "Section 2 is recorded as renewed. It cannot be renewed"));
    assert!(!says(&renewed(MhaSection::S3), "cannot be renewed"));
}

#[test]
fn the_time_of_an_extension_without_its_hours_is_told() {
    let events = Events {
        s136_arrived_at: Some(london("2026-03-02 08:00")),
        s136_extended_at: Some(london("2026-03-02 12:00")),
        ..Events::default()
    };
    let answer = clocks(&events, now());
    assert!(says(&answer, "A section 136 extension is recorded without its hours and is left out"), "{answer:?}");
    assert_eq!(answer.clock("s136_extended").unwrap().state, State::NotInForce);
}

#[test]
fn a_decision_to_hold_on_before_detention_was_authorised_is_told() {
    let events = Events {
        arrested_at: Some(london("2026-03-02 08:00")),
        arrived_station_at: Some(london("2026-03-02 08:30")),
        detention_authorised_at: Some(london("2026-03-02 09:00")),
        superintendent_extension_at: Some(london("2026-03-02 08:45")),
        warrants: vec![Warrant { granted_at: london("2026-03-02 08:50"), hours: Hours::whole(12) }],
        ..Events::default()
    };
    let answer = clocks(&events, now());
    for name in ["The superintendent's extension", "A warrant"] {
        let words = format!("{name} is recorded before detention was authorised");
        assert!(says(&answer, &words), "{name}: {:?}", answer.notices);
    }
}
