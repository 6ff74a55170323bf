//! On which legal basis somebody was held, minute by minute.

mod told;

use throughline_clocks::{
    Basis, MarkKind, State, Timeline, clocks, events_of, limit_in_force, next_due, review_not_recorded, timeline,
};
use throughline_domain::legal::{Allocation, Charge, Detail, LegalEvent, LegalEventKind as Kind, MhaSection};
use throughline_domain::time::Instant;
use told::{at, event, london, with};

fn drawn(events: &[LegalEvent], now: Instant) -> Timeline {
    timeline(events, &clocks(&events_of(events), now), now)
}

fn bases(timeline: &Timeline) -> Vec<(Basis, bool)> {
    timeline.spans.iter().map(|span| (span.basis, span.to.is_some())).collect()
}

#[test]
fn arrest_charge_and_remand_follow_one_another_without_a_gap() {
    let events = [
        event(Kind::Arrested, "2026-11-10 10:00"),
        event(Kind::ArrivedStation, "2026-11-10 10:40"),
        event(Kind::DetentionAuthorised, "2026-11-10 11:00"),
        event(Kind::Charged, "2026-11-10 20:00"),
        event(Kind::Remanded, "2026-11-11 11:00"),
    ];
    let now = london("2026-11-12 09:00");
    assert_eq!(review_not_recorded(&clocks(&events_of(&events), now)), None);
    let drawn = drawn(&events, now);
    assert_eq!(bases(&drawn), [(Basis::Police, true), (Basis::Charged, true), (Basis::Remanded, false)]);
    assert_eq!(drawn.marks, []);
    assert_eq!(drawn.current().unwrap().basis, Basis::Remanded);
}

#[test]
fn section_136_that_follows_police_detention_late_leaves_a_gap_and_early_an_overlap() {
    let held = [event(Kind::Arrested, "2026-11-10 10:00"), event(Kind::PoliceDetentionEnded, "2026-11-10 22:00")];
    let now = london("2026-11-11 09:00");
    let late = [&held[..], &[event(Kind::S136Arrived, "2026-11-10 22:40")]].concat();
    let marks = drawn(&late, now).marks;
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].kind, MarkKind::Gap);
    assert!(
        marks[0].words.contains("from 10 November 2026 at 22:00 to 10 November 2026 at 22:40 (40 min)"),
        "{}",
        marks[0].words
    );

    let used_in_time = [&held[..1], &[event(Kind::S136Detained, "2026-11-10 22:00"), held[1].clone()]].concat();
    assert_eq!(drawn(&used_in_time, now).marks, []);

    let early =
        [event(Kind::Arrested, "2026-11-10 10:00"), event(Kind::S136Arrived, "2026-11-10 21:30"), held[1].clone()];
    let drawn = drawn(&early, now);
    assert_eq!(drawn.marks.len(), 1);
    assert_eq!(drawn.marks[0].kind, MarkKind::Overlap);
    assert!(drawn.marks[0].words.contains("police detention and Section 136"), "{}", drawn.marks[0].words);
    assert_eq!(drawn.at(london("2026-11-10 21:45")), [Basis::Police, Basis::S136]);
    assert_eq!(drawn.at(london("2026-11-10 22:15")), [Basis::S136]);
    assert_eq!(drawn.at(london("2026-11-10 09:59")), []);
}

#[test]
fn a_release_on_bail_from_police_detention_does_not_stop_the_clock_of_section_136() {
    let events = [
        event(Kind::Arrested, "2026-11-10 10:00"),
        event(Kind::S136Arrived, "2026-11-10 20:00"),
        event(Kind::Bailed, "2026-11-10 21:00"),
    ];
    let now = london("2026-11-10 22:00");
    let answer = clocks(&events_of(&events), now);
    assert_eq!(answer.clock("s136_24h").unwrap().state, State::Running);
    assert_eq!(answer.clock("pace_24h").unwrap().state, State::Stopped);
    assert_eq!(next_due(&answer).unwrap().id, "s136_24h");
    assert_eq!(drawn(&events, now).current().unwrap().basis, Basis::S136);
}

#[test]
fn section_136_that_nobody_ended_is_beyond_its_limit_and_says_so() {
    let events = [event(Kind::S136Arrived, "2026-11-10 20:00")];
    assert_eq!(drawn(&events, london("2026-11-11 20:00")).marks, []);
    let late = drawn(&events, london("2026-11-11 20:01")).marks;
    assert_eq!(late[0].kind, MarkKind::BeyondLimit);
    assert!(late[0].words.contains("which was at 11 November 2026 at 20:00"), "{}", late[0].words);
    let extended = [&events[..], &[with(Kind::S136Extended, "2026-11-11 18:00", Detail::Minutes(12 * 60))]].concat();
    assert_eq!(drawn(&extended, london("2026-11-12 07:59")).marks, []);
    let admitted =
        [&events[..], &[with(Kind::SectionBegan, "2026-11-11 19:00", Detail::Section(MhaSection::S2))]].concat();
    let drawn = drawn(&admitted, london("2026-11-13 09:00"));
    assert_eq!(bases(&drawn), [(Basis::S136, true), (Basis::Section(MhaSection::S2), false)]);
    assert_eq!(drawn.marks, []);
    assert_eq!(drawn.spans[1].limit, Some(london("2026-12-09 00:00")));
}

#[test]
fn a_section_that_ended_with_nothing_after_it_is_a_gap_that_goes_on() {
    let events = [
        with(Kind::SectionBegan, "2026-11-01 19:00", Detail::Section(MhaSection::S2)),
        with(Kind::SectionEnded, "2026-11-10 12:00", Detail::Section(MhaSection::S2)),
    ];
    let drawn = drawn(&events, london("2026-11-10 15:00"));
    assert_eq!(drawn.marks[0].kind, MarkKind::Gap);
    assert_eq!(drawn.marks[0].to, None);
    assert!(drawn.marks[0].words.contains("since 10 November 2026 at 12:00 (3 h)"), "{}", drawn.marks[0].words);
    assert_eq!(drawn.current(), None);
}

#[test]
fn both_clock_changes_are_crossed_in_elapsed_time() {
    for (arrived, due) in [
        ("2026-03-28 14:00", "2026-03-29 15:00"),
        ("2026-10-24 14:00", "2026-10-25 13:00"),
        ("2028-02-28 14:00", "2028-02-29 14:00"),
    ] {
        let events = [event(Kind::ArrivedStation, arrived)];
        let limit = drawn(&events, london(arrived)).spans[0].limit;
        assert_eq!(limit, Some(london(due)), "{arrived}");
    }
    let events = [event(Kind::Arrested, "2026-10-24 23:30"), event(Kind::PoliceDetentionEnded, "2026-10-25 00:30")];
    let late = [&events[..], &[event(Kind::S136Arrived, "2026-10-25 02:30")]].concat();
    let marks = drawn(&late, london("2026-10-25 09:00")).marks;
    assert!(marks[0].words.contains("(3 h)"), "clocks went back in between: {}", marks[0].words);
}

#[test]
fn somebody_arrested_again_after_bail_has_the_clocks_of_the_later_arrest_and_a_pause() {
    let events = [
        event(Kind::Arrested, "2026-11-01 10:00"),
        event(Kind::ArrivedStation, "2026-11-01 10:30"),
        event(Kind::Bailed, "2026-11-01 18:00"),
        event(Kind::BailBreachArrest, "2026-11-10 09:00"),
        event(Kind::ArrivedStation, "2026-11-10 10:00"),
    ];
    let now = london("2026-11-10 10:30");
    let answer = clocks(&events_of(&events), now);
    // Two of the three hours of the pause lie after arrival; seven and a half were used up before bail.
    assert_eq!(answer.clock("pace_24h").unwrap().due_at, Some(london("2026-11-11 04:30")));
    assert_eq!(answer.clock("pace_bail_breach_pause").unwrap().due_at, Some(london("2026-11-10 12:00")));
    assert_eq!(answer.clock("bail_3_months").unwrap().state, State::Stopped);
    assert_eq!(next_due(&answer).unwrap().id, "pace_24h");
    assert_eq!(bases(&drawn(&events, now)), [(Basis::Police, true), (Basis::Bail, true), (Basis::Police, false)]);
}

#[test]
fn a_charge_counts_its_custody_time_limit_until_bail() {
    let charge = Detail::Charge(Charge {
        offence: "Burglary".into(),
        allocation: Some(Allocation::Crown),
        first_appearance: Some(london("2026-11-12 10:00")),
    });
    let mut events = vec![
        event(Kind::Arrested, "2026-11-10 10:00"),
        with(Kind::Charged, "2026-11-10 20:00", charge),
        event(Kind::Remanded, "2026-11-12 11:00"),
    ];
    let now = london("2026-12-01 09:00");
    let clock = clocks(&events_of(&events), now).clock("ctl_crown").unwrap().clone();
    // 182 days after 12 November is Thursday 13 May 2027.
    assert_eq!(
        (clock.due_at, clock.state, clock.about.as_str()),
        (Some(london("2027-05-14 00:00")), State::Running, "Burglary")
    );
    events.push(event(Kind::BailedAfterCharge, "2026-11-20 12:00"));
    assert_eq!(clocks(&events_of(&events), now).clock("ctl_crown").unwrap().state, State::Stopped);
}

/// A custody time limit is of somebody who waits in custody: one that runs for somebody on bail, or that stands still
/// for somebody who was remanded again, would be believed.
#[test]
fn a_custody_time_limit_follows_bail_and_remand() {
    let charge = Detail::Charge(Charge {
        offence: "Theft".into(),
        allocation: Some(Allocation::Summary),
        first_appearance: Some(london("2026-11-12 10:00")),
    });
    let charged = || with(Kind::Charged, "2026-11-10 20:00", charge.clone());
    let ctl = |after: &[(Kind, &str)]| {
        let mut events = vec![event(Kind::Arrested, "2026-11-10 10:00"), charged()];
        events.extend(after.iter().map(|(kind, at)| event(*kind, at)));
        let answer = clocks(&events_of(&events), london("2026-12-01 09:00"));
        answer.clock("ctl_summary").map(|clock| (clock.state, clock.starts_at))
    };
    let (first, bail, remand) = (london("2026-11-12 10:00"), Kind::BailedAfterCharge, Kind::Remanded);
    assert_eq!(ctl(&[]), Some((State::Running, Some(first))));
    assert_eq!(ctl(&[(bail, "2026-11-11 09:00")]), None, "bailed by the police: nobody waits in custody");
    assert_eq!(
        ctl(&[(bail, "2026-11-11 09:00"), (remand, "2026-11-20 12:00")]),
        Some((State::Running, Some(london("2026-11-20 12:00")))),
        "free until the remand"
    );
    assert_eq!(ctl(&[(remand, "2026-11-12 11:00"), (bail, "2026-11-20 12:00")]), Some((State::Stopped, Some(first))));
    assert_eq!(
        ctl(&[(remand, "2026-11-12 11:00"), (bail, "2026-11-20 12:00"), (remand, "2026-11-28 12:00")]),
        Some((State::Running, Some(first))),
        "remanded again: counted on, too early rather than too late"
    );
}

#[test]
fn what_lies_ahead_is_not_drawn() {
    let events = [event(Kind::Arrested, "2026-11-10 10:00"), event(Kind::Released, "2026-11-10 18:00")];
    assert_eq!(bases(&drawn(&events, london("2026-11-10 12:00"))), [(Basis::Police, false)]);
    assert_eq!(at(0), london("2026-11-10 00:00"));
}

#[test]
fn a_warrant_that_ran_out_is_where_police_detention_ends_by_law() {
    let events = [
        event(Kind::Arrested, "2026-11-10 10:00"),
        event(Kind::ArrivedStation, "2026-11-10 10:30"),
        event(Kind::SuperintendentExtension, "2026-11-11 09:00"),
        with(Kind::Warrant, "2026-11-11 20:00", Detail::Minutes(12 * 60)),
    ];
    let drawn = drawn(&events, london("2026-11-12 09:00"));
    assert_eq!(drawn.spans[0].limit, Some(london("2026-11-12 08:00")));
    assert_eq!(drawn.marks[0].kind, MarkKind::BeyondLimit);
}

#[test]
fn an_extension_after_the_24_hours_leaves_the_end_by_law_where_it_was() {
    let events = [
        event(Kind::Arrested, "2026-11-10 10:00"),
        event(Kind::ArrivedStation, "2026-11-10 10:30"),
        event(Kind::SuperintendentExtension, "2026-11-11 11:00"),
    ];
    let drawn = drawn(&events, london("2026-11-11 12:00"));
    assert_eq!(drawn.spans[0].limit, Some(london("2026-11-11 10:30")));
    assert_eq!(drawn.marks[0].kind, MarkKind::BeyondLimit);
    let answer = clocks(&events_of(&events), london("2026-11-11 12:00"));
    assert_eq!(limit_in_force(&answer).unwrap().id, "pace_24h");
}

/// The clocks and the timeline read one table of what ends what: neither may go on where the other says it is over.
#[test]
fn what_ends_police_detention_in_the_timeline_ends_its_clocks() {
    let held = [event(Kind::Arrested, "2026-11-10 10:00"), event(Kind::DetentionAuthorised, "2026-11-10 10:40")];
    let now = london("2026-11-12 09:00");
    for end in [
        event(Kind::Remanded, "2026-11-10 15:00"),
        with(Kind::SectionBegan, "2026-11-10 15:00", Detail::Section(MhaSection::S35)),
        event(Kind::BailedAfterCharge, "2026-11-10 15:00"),
        event(Kind::UnderInvestigation, "2026-11-10 15:00"),
        event(Kind::PoliceDetentionEnded, "2026-11-10 15:00"),
    ] {
        let events = [&held[..], &[end]].concat();
        let answer = clocks(&events_of(&events), now);
        assert_eq!(answer.clock("pace_24h").unwrap().state, State::Stopped, "{events:?}");
        assert_eq!(answer.clock("pace_review_1").unwrap().state, State::Stopped, "{events:?}");
        assert_eq!(bases(&drawn(&events, now))[0], (Basis::Police, true), "{events:?}");
    }
}

#[test]
fn release_under_investigation_ends_bail_and_bail_or_release_ends_it() {
    let now = london("2026-11-20 09:00");
    let after = |kinds: &[Kind]| {
        let mut events = vec![event(Kind::Arrested, "2026-11-10 10:00")];
        events.extend(kinds.iter().zip(["2026-11-10 18:00", "2026-11-12 09:00"]).map(|(kind, at)| event(*kind, at)));
        clocks(&events_of(&events), now)
    };
    let state = |answer: &throughline_clocks::Answer, id: &str| answer.clock(id).map(|clock| clock.state);
    let investigated = after(&[Kind::Bailed, Kind::UnderInvestigation]);
    assert_eq!(state(&investigated, "bail_3_months"), Some(State::Stopped));
    assert_eq!(state(&investigated, "under_investigation"), Some(State::NoLimit));
    let bailed = after(&[Kind::UnderInvestigation, Kind::Bailed]);
    assert_eq!(state(&bailed, "bail_3_months"), Some(State::Running));
    assert_eq!(state(&bailed, "under_investigation"), None);
    assert_eq!(state(&after(&[Kind::UnderInvestigation, Kind::Released]), "under_investigation"), None);
}

#[test]
fn bail_without_police_detention_leaves_section_136_running() {
    let events = [event(Kind::S136Arrived, "2026-11-10 10:00"), event(Kind::Bailed, "2026-11-10 12:00")];
    let now = london("2026-11-10 13:00");
    assert_eq!(clocks(&events_of(&events), now).clock("s136_24h").unwrap().state, State::Running);
    assert_eq!(drawn(&events, now).current().unwrap().basis, Basis::S136);
}

#[test]
fn a_doctors_extension_after_the_24_hours_extends_nothing() {
    let extended = |at: &str| {
        let events =
            [event(Kind::S136Arrived, "2026-11-10 08:00"), with(Kind::S136Extended, at, Detail::Minutes(12 * 60))];
        let now = london("2026-11-11 10:00");
        (clocks(&events_of(&events), now), drawn(&events, now))
    };
    let (late, late_drawn) = extended("2026-11-11 09:00");
    assert_eq!(late.clock("s136_24h").unwrap().state, State::Expired);
    assert!(late.notices.iter().any(|notice| notice.contains("section 136 extension is recorded after")), "{late:?}");
    assert_eq!(limit_in_force(&late).unwrap().id, "s136_24h");
    assert_eq!(late_drawn.marks[0].kind, MarkKind::BeyondLimit);
    let (in_time, in_time_drawn) = extended("2026-11-11 08:00");
    assert_eq!(in_time.clock("s136_24h").unwrap().state, State::Extended);
    assert_eq!(in_time_drawn.spans[0].limit, Some(london("2026-11-11 20:00")));
}

/// PACE s47(6): what was used up before bail counts, and bail itself does not.
#[test]
fn detention_before_bail_counts_for_who_breaks_or_answers_it_and_not_after_a_new_arrest() {
    let due = |back: &[(Kind, &str)]| {
        let mut events = vec![
            event(Kind::Arrested, "2026-11-01 10:00"),
            event(Kind::ArrivedStation, "2026-11-01 10:30"),
            with(Kind::ExcludedTime, "2026-11-01 12:00", Detail::End(Some(london("2026-11-01 13:00")))),
            event(Kind::Bailed, "2026-11-01 18:30"),
        ];
        events.extend(back.iter().map(|(kind, at)| event(*kind, at)));
        let answer = clocks(&events_of(&events), london("2026-11-10 10:30"));
        (answer.clock("pace_24h").unwrap().due_at, answer.notices.join(" "))
    };
    let arrived = (Kind::ArrivedStation, "2026-11-10 10:00");
    let (broken, notices) = due(&[(Kind::BailBreachArrest, "2026-11-10 09:00"), arrived]);
    // Seven of 24 hours are gone, and two of the pause lie after arrival.
    assert_eq!(broken, Some(london("2026-11-11 05:00")));
    assert!(notices.contains("7 hours of earlier police detention count too"), "{notices}");
    assert_eq!(due(&[arrived]).0, Some(london("2026-11-11 03:00")), "bail answered");
    assert_eq!(due(&[(Kind::Arrested, "2026-11-10 09:00"), arrived]).0, Some(london("2026-11-11 10:00")));
}

#[test]
fn bail_after_an_arrest_for_its_breach_is_counted_from_the_first_arrest() {
    let events = [
        event(Kind::Arrested, "2026-08-01 10:00"),
        event(Kind::Bailed, "2026-08-01 18:00"),
        event(Kind::BailExtendedInspector, "2026-10-20 10:00"),
        event(Kind::BailBreachArrest, "2026-10-25 09:00"),
        event(Kind::Bailed, "2026-10-25 18:00"),
    ];
    let now = london("2026-11-10 10:00");
    let answer = clocks(&events_of(&events), now);
    assert_eq!(answer.clock("bail_3_months").unwrap().state, State::Extended);
    assert_eq!(answer.clock("bail_6_months").unwrap().due_at, Some(london("2027-02-02 00:00")));
    assert!(!answer.notices.iter().any(|notice| notice.contains("arrest for the offence is not recorded")));
    let again = [&events[..], &[event(Kind::Arrested, "2026-11-01 09:00"), event(Kind::Bailed, "2026-11-01 18:00")]];
    let another = clocks(&events_of(&again.concat()), now);
    assert_eq!(another.clock("bail_3_months").unwrap().due_at, Some(london("2027-02-02 00:00")));
    assert_eq!(another.clock("bail_6_months").unwrap().state, State::NotInForce);
}
