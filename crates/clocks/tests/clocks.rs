//! What practitioners rely on, in their words.

use chrono::{Duration, NaiveDate};
use throughline_clocks::{
    Answer, EMBEDDED, Events, Excluded, Hours, State, Tables, Warrant, check, clocks, clocks_by, short,
};
use throughline_domain::time::{Instant, from_london};

fn london(text: &str) -> Instant {
    from_london(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

fn due(answer: &Answer, id: &str) -> Instant {
    answer.clock(id).unwrap_or_else(|| panic!("no clock {id}")).due_at.unwrap()
}

fn state(answer: &Answer, id: &str) -> State {
    answer.clock(id).unwrap_or_else(|| panic!("no clock {id}")).state
}

fn notice(answer: &Answer, words: &str) {
    assert!(
        answer.notices.iter().any(|notice| notice.contains(words)),
        "no notice says '{words}': {:#?}",
        answer.notices
    );
}

/// Arrested 10:00, at the station 10:40, authorised 11:00 on 10 November 2026.
fn detained() -> Events {
    Events {
        arrested_at: Some(london("2026-11-10 10:00")),
        arrived_station_at: Some(london("2026-11-10 10:40")),
        detention_authorised_at: Some(london("2026-11-10 11:00")),
        ..Events::default()
    }
}

fn s136(arrived: &str) -> Events {
    Events { s136_arrived_at: Some(london(arrived)), ..Events::default() }
}

#[test]
fn limits_run_from_arrival_and_reviews_from_authority_to_detain() {
    let answer = clocks(&detained(), london("2026-11-10 12:00"));
    let ids: Vec<&str> = answer.clocks.iter().map(|clock| clock.id.as_str()).collect();
    assert_eq!(ids, ["pace_review_1", "pace_review_next", "pace_24h", "pace_36h", "pace_96h"]);
    assert_eq!(due(&answer, "pace_review_1"), london("2026-11-10 17:00"));
    assert_eq!(due(&answer, "pace_24h"), london("2026-11-11 10:40"));
    assert_eq!(due(&answer, "pace_36h"), london("2026-11-11 22:40"));
    assert_eq!(due(&answer, "pace_96h"), london("2026-11-14 10:40"));
    assert_eq!(state(&answer, "pace_review_1"), State::Running);
    assert_eq!(state(&answer, "pace_36h"), State::NotInForce);
    assert_eq!(state(&answer, "pace_96h"), State::NotInForce);
    assert_eq!(answer.clock("pace_review_next").unwrap().due_at, None);
    assert_eq!(answer.clock("pace_24h").unwrap().rule_version, "1986-01-01");
    assert_eq!(answer.notices.len(), 1);
    notice(&answer, "Check the custody record");
}

#[test]
fn the_relevant_time_is_24_hours_after_arrest_when_the_journey_is_longer() {
    let events = Events { arrived_station_at: Some(london("2026-11-11 15:00")), ..detained() };
    let answer = clocks(&events, london("2026-11-11 16:00"));
    assert_eq!(answer.clock("pace_24h").unwrap().starts_at, Some(london("2026-11-11 10:00")));
    assert_eq!(due(&answer, "pace_24h"), london("2026-11-12 10:00"));
}

#[test]
fn the_next_review_follows_the_last_one_held_in_whatever_order_they_were_typed() {
    let reviews_held = vec![london("2026-11-11 00:10"), london("2026-11-10 16:30")];
    let events = Events { reviews_held, ..detained() };
    let answer = clocks(&events, london("2026-11-11 08:30"));
    assert_eq!(state(&answer, "pace_review_1"), State::Met);
    assert_eq!(due(&answer, "pace_review_next"), london("2026-11-11 09:10"));
    assert_eq!(state(&answer, "pace_review_next"), State::DueSoon);
    assert_eq!(state(&clocks(&events, london("2026-11-11 09:11")), "pace_review_next"), State::Overdue);
}

#[test]
fn a_first_review_held_late_says_so() {
    let events = Events { reviews_held: vec![london("2026-11-10 17:01")], ..detained() };
    assert_eq!(state(&clocks(&events, london("2026-11-10 18:00")), "pace_review_1"), State::MetLate);
    assert_eq!(state(&clocks(&detained(), london("2026-11-10 17:01")), "pace_review_1"), State::Overdue);
}

#[test]
fn hospital_time_moves_limits_and_the_reviews_it_falls_in() {
    let hospital = Excluded {
        from: london("2026-11-10 16:00"),
        to: Some(london("2026-11-10 19:00")),
        reason: "At hospital, not questioned".into(),
    };
    let events = Events { excluded: vec![hospital], ..detained() };
    let answer = clocks(&events, london("2026-11-10 19:30"));
    assert_eq!(due(&answer, "pace_24h"), london("2026-11-11 13:40"));
    // An hour was left when the person went to hospital, so an hour is left on return.
    assert_eq!(due(&answer, "pace_review_1"), london("2026-11-10 20:00"));
}

#[test]
fn whether_hospital_time_moves_a_review_is_a_setting_of_the_rule_table() {
    let (name, text) = EMBEDDED[0];
    let unmoved = text.replacen("excluded_time = \"moves\"", "excluded_time = \"ignored\"", 1);
    let tables = Tables::read(&[(name, &unmoved)]).unwrap();
    let excluded = vec![Excluded {
        from: london("2026-11-10 12:00"),
        to: Some(london("2026-11-10 14:00")),
        reason: String::new(),
    }];
    let events = Events { excluded, ..detained() };
    let answer = clocks_by(&tables, &events, london("2026-11-10 15:00"));
    assert_eq!(due(&answer, "pace_review_1"), london("2026-11-10 17:00"));
    assert_eq!(due(&answer, "pace_24h"), london("2026-11-11 12:40"));
}

#[test]
fn excluded_time_that_begins_after_the_limit_comes_too_late() {
    let excluded = vec![Excluded {
        from: london("2026-11-11 10:40"),
        to: Some(london("2026-11-11 12:00")),
        reason: String::new(),
    }];
    let events = Events { excluded, ..detained() };
    assert_eq!(due(&clocks(&events, london("2026-11-11 13:00")), "pace_24h"), london("2026-11-11 10:40"));
}

#[test]
fn a_superintendent_carries_24_hours_on_to_36_and_a_warrant_to_96() {
    let extended = Events {
        reviews_held: vec![london("2026-11-10 16:00"), london("2026-11-10 23:00")],
        superintendent_extension_at: Some(london("2026-11-11 09:00")),
        ..detained()
    };
    let answer = clocks(&extended, london("2026-11-11 11:00"));
    assert_eq!(state(&answer, "pace_24h"), State::Extended);
    assert_eq!(state(&answer, "pace_36h"), State::Running);
    assert_eq!(answer.notices.len(), 1);

    let warrant = Warrant { granted_at: london("2026-11-11 21:00"), hours: Hours::whole(36) };
    let warranted = Events { warrants: vec![warrant], ..extended };
    let answer = clocks(&warranted, london("2026-11-12 09:00"));
    assert_eq!(state(&answer, "pace_36h"), State::Extended);
    assert_eq!(state(&answer, "pace_96h"), State::Running);
    notice(&answer, "would end at 13 November 2026 at 09:00");
}

#[test]
fn an_extension_given_after_the_limit_does_not_mend_it() {
    let events = Events { superintendent_extension_at: Some(london("2026-11-11 11:00")), ..detained() };
    let answer = clocks(&events, london("2026-11-11 12:00"));
    assert_eq!(state(&answer, "pace_24h"), State::Expired);
    notice(&answer, "after the 24 hour limit, which ended at 11 November 2026 at 10:40");
    notice(&answer, "By law it follows the second review");
}

#[test]
fn release_stops_what_had_not_passed() {
    let events = Events { released_at: Some(london("2026-11-10 18:00")), ..detained() };
    let answer = clocks(&events, london("2026-11-12 09:00"));
    assert_eq!(state(&answer, "pace_24h"), State::Stopped);
    assert_eq!(state(&answer, "pace_review_1"), State::Overdue);
}

#[test]
fn section_136_across_the_autumn_clock_change_is_24_real_hours() {
    let answer = clocks(&s136("2026-10-24 14:00"), london("2026-10-24 15:00"));
    assert_eq!(due(&answer, "s136_24h").to_rfc3339(), "2026-10-25T13:00:00+00:00");
    assert_eq!(due(&answer, "s136_24h"), london("2026-10-25 13:00"));
    assert_eq!(state(&answer, "s136_extended"), State::NotInForce);
    assert!(answer.clock("pace_24h").is_none());
}

#[test]
fn section_136_across_the_spring_clock_change_is_24_real_hours() {
    let answer = clocks(&s136("2026-03-28 14:00"), london("2026-03-28 15:00"));
    assert_eq!(due(&answer, "s136_24h"), london("2026-03-29 15:00"));
}

#[test]
fn a_leap_day_is_a_day_like_any_other() {
    let answer = clocks(&s136("2028-02-28 23:30"), london("2028-02-29 01:00"));
    assert_eq!(due(&answer, "s136_24h"), london("2028-02-29 23:30"));
}

#[test]
fn a_doctors_extension_adds_what_was_given_and_at_most_twelve_hours() {
    let with =
        |hours: f64| Events { s136_extension_hours: Some(Hours::try_from(hours).unwrap()), ..s136("2026-11-10 08:00") };
    let answer = clocks(&with(7.5), london("2026-11-11 09:00"));
    assert_eq!(due(&answer, "s136_extended"), london("2026-11-11 15:30"));
    assert_eq!(state(&answer, "s136_24h"), State::Extended);
    let answer = clocks(&with(20.0), london("2026-11-11 09:00"));
    assert_eq!(due(&answer, "s136_extended"), london("2026-11-11 20:00"));
    notice(&answer, "recorded as 20 hours. The most the law allows is 12");
}

#[test]
fn the_law_of_the_day_is_used() {
    let before = clocks(&s136("2017-12-10 14:00"), london("2017-12-10 15:00"));
    assert_eq!(due(&before, "s136_24h"), london("2017-12-13 14:00"));
    assert_eq!(before.clock("s136_24h").unwrap().rule_version, "1983-09-30");
    assert!(before.clock("s136_extended").is_none());
    let after = clocks(&s136("2017-12-11 14:00"), london("2017-12-11 15:00"));
    assert_eq!(due(&after, "s136_24h"), london("2017-12-12 14:00"));
    notice(&clocks(&s136("1980-01-01 14:00"), london("1980-01-01 15:00")), "no rule in the tables was in force");
}

#[test]
fn a_rule_in_days_runs_to_the_midnight_that_ends_the_last_of_them() {
    let table = r#"
        [[rule]]
        id = "s2"
        name = "Admission for assessment, 28 days"
        label = "Section 2"
        kind = "limit"
        days = 28
        starts_from = "s136_arrival"
        excluded_time = "ignored"
        due_soon_minutes = 1440
        decided_by = "A doctor"
        check_in = "section_papers"
        source = "MHA 1983 s2(4)"
        in_force_from = 1983-09-30
        checked_on = 2026-11-22
    "#;
    let tables = Tables::read(&[("s2.toml", table)]).unwrap();
    let answer = clocks_by(&tables, &s136("2026-10-01 14:00"), london("2026-10-02 09:00"));
    assert_eq!(due(&answer, "s2"), london("2026-10-29 00:00"));
}

#[test]
fn impossible_orders_are_told_in_plain_english() {
    let now = london("2026-11-10 20:00");
    let released = Events { released_at: Some(london("2026-11-10 09:00")), ..detained() };
    notice(&clocks(&released, now), "Release is recorded before arrest and is left out");
    assert_eq!(state(&clocks(&released, now), "pace_24h"), State::Running);

    let future = Events { arrived_station_at: Some(london("2026-11-10 21:00")), ..detained() };
    notice(&clocks(&future, now), "Arrival at the station is recorded in the future, at 10 November 2026 at 21:00");

    let early = Events { reviews_held: vec![london("2026-11-10 10:50")], ..detained() };
    notice(&clocks(&early, now), "A review is recorded before detention was authorised and is left out");
    assert_eq!(state(&clocks(&early, now), "pace_review_1"), State::Overdue);

    let span = |from: &str, to: &str| Excluded { from: london(from), to: Some(london(to)), reason: String::new() };
    let excluded = vec![
        span("2026-11-10 12:00", "2026-11-10 14:00"),
        span("2026-11-10 13:00", "2026-11-10 15:00"),
        span("2026-11-10 19:00", "2026-11-10 18:00"),
    ];
    let overlapping = clocks(&Events { excluded, ..detained() }, now);
    notice(&overlapping, "overlap from 10 November 2026 at 13:00");
    notice(&overlapping, "ends before it begins and is left out");
    assert_eq!(due(&overlapping, "pace_24h"), london("2026-11-11 13:40"));
}

#[test]
fn a_missing_start_event_is_told_and_never_guessed() {
    let now = london("2026-11-10 12:00");
    let events = Events { detention_authorised_at: Some(london("2026-11-10 11:00")), ..Events::default() };
    let answer = clocks(&events, now);
    notice(&answer, "Neither arrest nor arrival at the station is recorded");
    assert_eq!(state(&answer, "pace_24h"), State::NotStarted);
    assert_eq!(answer.clock("pace_24h").unwrap().due_at, None);

    let events = Events { detention_authorised_at: None, arrived_station_at: None, ..detained() };
    let answer = clocks(&events, now);
    notice(&answer, "first review cannot be worked out");
    notice(&answer, "they may end sooner");

    let nothing = clocks(&Events::default(), now);
    assert!(nothing.clocks.is_empty());
    notice(&nothing, "No event is recorded that starts a clock");
}

#[test]
fn two_powers_at_once_are_pointed_out() {
    let events = Events { s136_arrived_at: Some(london("2026-11-10 14:00")), ..detained() };
    notice(&clocks(&events, london("2026-11-10 15:00")), "Police detention and section 136 are both recorded");
}

#[test]
fn events_are_read_from_json_and_an_unknown_field_is_refused() {
    let events: Events = serde_json::from_str(
        r#"{
            "arrested_at": "2026-11-10T10:00:00Z",
            "reviews_held": ["2026-11-10T16:00:00+00:00"],
            "excluded": [{"from": "2026-11-10T12:00:00Z", "to": "2026-11-10T13:00:00Z", "reason": "hospital"}],
            "warrants": [{"granted_at": "2026-11-11T20:00:00Z", "hours": 36}],
            "s136_extension_hours": 7.5,
            "as_of": "2026-11-10T17:00:00Z"
        }"#,
    )
    .unwrap();
    assert_eq!(events.warrants[0].hours, Hours::whole(36));
    assert_eq!(events.s136_extension_hours.unwrap().duration(), Duration::minutes(450));
    let error = serde_json::from_str::<Events>(r#"{"arived_station_at": "2026-11-10T10:00:00Z"}"#).unwrap_err();
    assert!(error.to_string().contains("arived_station_at"), "{error}");
    assert!(serde_json::from_str::<Events>(r#"{"arrested_at": "2026-11-10T10:00:00"}"#).is_err());
    assert!(serde_json::from_str::<Events>(r#"{"s136_extension_hours": -1}"#).is_err());
}

#[test]
fn an_answer_is_written_with_exactly_the_fields_of_a_clock() {
    let answer = clocks(&s136("2026-11-10 08:00"), london("2026-11-10 09:00"));
    let json = serde_json::to_value(&answer.clocks[0]).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "starts_at", "due_at", "state", "rule", "rule_version", "source"]);
    assert_eq!(json["state"], "running");
    assert_eq!(json["due_at"], "2026-11-11T08:00:00Z");
}

#[test]
fn a_board_says_how_long_is_left_and_when() {
    let reviewed = Events { reviews_held: vec![london("2026-11-10 16:30")], ..detained() };
    let say = |events: &Events, id: &str, now: &str| {
        let now = london(now);
        short(clocks(events, now).clock(id).unwrap(), now)
    };
    assert_eq!(say(&detained(), "pace_review_1", "2026-11-10 15:40"), "First review due in 1 h 20 min (17:00)");
    assert_eq!(say(&detained(), "pace_review_1", "2026-11-10 17:05"), "First review overdue by 5 min (17:00)");
    assert_eq!(say(&reviewed, "pace_review_1", "2026-11-10 17:05"), "First review held in time");
    assert_eq!(say(&reviewed, "pace_review_next", "2026-11-10 17:00"), "Review due in 8 h 30 min (11 Nov 01:30)");
    assert_eq!(say(&detained(), "pace_review_next", "2026-11-10 17:00"), "Review: start not recorded");
    assert_eq!(say(&detained(), "pace_24h", "2026-11-11 07:40"), "24 h limit in 3 h (10:40)");
    assert_eq!(say(&detained(), "pace_24h", "2026-11-11 10:50"), "24 h limit passed 10 min ago");
    assert_eq!(say(&detained(), "pace_36h", "2026-11-11 10:50"), "36 h limit not in force");
}

#[test]
fn the_embedded_tables_pass_their_check_and_ask_to_be_read_again_after_90_days() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
    assert_eq!(check(EMBEDDED, day), throughline_clocks::Check::default());
    assert!(check(EMBEDDED, NaiveDate::from_ymd_opt(2027, 2, 20).unwrap()).warnings.is_empty());
    let late = check(EMBEDDED, day + Duration::days(91));
    assert_eq!(late.errors, []);
    assert_eq!(late.warnings.len(), Tables::embedded().rules().len() - 1, "one for each rule that is law today");
    assert!(
        late.warnings[0]
            .to_string()
            .starts_with("reference/legal/pace.toml: rule 'pace_review_1': last checked 95 days ago")
    );
    assert_eq!(Tables::embedded().rules().len(), 34);
}

#[test]
fn a_faulty_table_is_told_with_its_file_and_the_reason() {
    let (_, good) = EMBEDDED[1];
    let day = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
    let reasons = |text: &str| {
        let errors = check(&[("mine.toml", text)], day).errors;
        assert!(errors.iter().all(|error| error.file == "mine.toml"));
        errors.iter().map(|error| error.reason.clone()).collect::<Vec<_>>().join("\n")
    };
    for (from, to, reason) in [
        ("in_force_to = 2017-12-10\n", "", "are in force on the same days"),
        ("in_force_to = 2017-12-10", "in_force_to = 1980-01-01", "in_force_to is before in_force_from"),
        ("hours = 72", "", "give either hours or days"),
        ("hours = 72", "hours = 72\ndays = 3", "give either hours or days"),
        ("hours = 72", "hours = -72", "is not a number of hours"),
        ("extension_max_hours = 12\n", "", "extension_max_hours belongs to"),
        ("label = \"Section 136\"", "label = \" \"", "label is empty"),
        ("hours = 72", "hours = 72\ncolour = \"red\"", "unknown field `colour`"),
        ("starts_from = \"s136_arrival\"", "starts_from = \"breakfast\"", "unknown variant `breakfast`"),
        ("starts_from = \"s136_arrival\"", "starts_from = \"section_began\"", "section belongs to"),
        ("starts_from = \"s136_arrival\"", "starts_from = \"first_appearance\"", "allocation belongs to"),
        ("decided_by = \"A constable\"", "decided_by = \" \"", "decided_by is empty"),
        ("check_in = \"section_papers\"", "check_in = \"memory\"", "unknown variant `memory`"),
        ("hours = 72", "hours = 72\nnot_beyond = \"the_wall\"", "not_beyond names 'the_wall'"),
        ("hours = 72", "hours = 72\nrenew_days = [1]\nrenew_months = [1]", "renewals are given in"),
        ("checked_on = 2026-11-22", "checked_on = 2027-01-01", "is in the future"),
        ("in_force_from = 1983-09-30", "in_force_from = \"soon\"", "in_force_from"),
    ] {
        let told = reasons(&good.replacen(from, to, 1));
        assert!(told.contains(reason), "{to}: {told}");
    }
}
