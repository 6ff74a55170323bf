use super::*;
use crate::person::Ethnicity;
use crate::time::from_london;
use proptest::prelude::*;

/// A London time, as `24/11 23:30` of 2026.
fn at(text: &str) -> Instant {
    let local = chrono::NaiveDateTime::parse_from_str(&format!("2026/{text}"), "%Y/%d/%m %H:%M").expect("a time");
    from_london(local)
}

fn day(text: &str) -> NaiveDate {
    london_date(at(&format!("{text} 12:00")))
}

fn custody(arrived: Option<&str>, gone: Option<&str>) -> Passage {
    let arrived_at = arrived.map(at);
    let gone_by = gone.map(at);
    let first_listed_at = arrived_at.or(gone_by).unwrap_or_else(|| at("24/11 09:00"));
    Passage {
        kind: ListKind::Custody,
        day: london_date(first_listed_at),
        state: EntryState::ToConsider,
        has_episode: false,
        answered: false,
        carried_on: false,
        first_listed_at,
        arrived_at,
        gone_by,
        sitting_at: None,
    }
}

/// The verdict with the hours of a custody suite (08:00 to 22:00, weekends 13:00 to 21:00) and no rota.
fn verdict(passage: &Passage) -> Owed {
    let hours = OpeningHours::custody();
    owed(passage, &Cover { hours: Some(&hours), shifts: &[], has_rota: false }, at("30/12 12:00"))
}

#[test]
fn who_came_and_left_while_nobody_was_there_is_found_by_the_times_alone() {
    use WhyOwed::{MayHaveStayed, NoArrival, NoLeaving, TimesDisagree, WhileStaffed};
    let reason = Owed::Reason;
    // 24 November 2026 is a Tuesday.
    let table = [
        ("at night", Some("24/11 23:30"), Some("25/11 04:00"), Owed::OutOfHours),
        ("over midnight to the very opening", Some("24/11 23:30"), Some("25/11 08:00"), Owed::OutOfHours),
        ("a minute into the hours", Some("24/11 23:30"), Some("25/11 08:01"), reason(MayHaveStayed)),
        ("at the very close", Some("24/11 22:00"), Some("25/11 02:00"), Owed::OutOfHours),
        ("in the last minute", Some("24/11 21:59"), Some("24/11 23:00"), reason(WhileStaffed)),
        ("at the first minute", Some("25/11 08:00"), Some("25/11 08:00"), reason(WhileStaffed)),
        ("at midnight", Some("25/11 00:00"), Some("25/11 00:00"), Owed::OutOfHours),
        ("a morning of a weekend", Some("28/11 09:00"), Some("28/11 12:30"), Owed::OutOfHours),
        ("the same morning of a weekday", Some("27/11 09:00"), Some("27/11 12:30"), reason(WhileStaffed)),
        ("a list published after they left", Some("24/11 23:30"), Some("25/11 10:00"), reason(MayHaveStayed)),
        ("no arrival", None, Some("25/11 04:00"), reason(NoArrival)),
        ("no leaving", Some("24/11 23:30"), None, reason(NoLeaving)),
        ("gone before they came", Some("25/11 03:00"), Some("25/11 02:00"), reason(TimesDisagree)),
        ("three weeks", Some("01/11 23:30"), Some("23/11 02:00"), reason(TimesDisagree)),
        // The night in which clocks go back has 01:30 twice, and that in which they go forward has none.
        ("as clocks go back", Some("24/10 22:00"), Some("25/10 07:59"), Owed::OutOfHours),
        ("as clocks go forward", Some("28/03 21:00"), Some("29/03 12:59"), Owed::OutOfHours),
        ("into the day after clocks went forward", Some("28/03 21:00"), Some("29/03 13:01"), reason(MayHaveStayed)),
    ];
    for (words, arrived, gone, expected) in table {
        assert_eq!(verdict(&custody(arrived, gone)), expected, "{words}");
    }
}

#[test]
fn a_night_is_an_hour_longer_when_clocks_go_back_and_nobody_is_lost_in_it() {
    let hours = OpeningHours::parse("mon-sun = ['00:00-01:30', '03:00-24:00']").unwrap();
    let cover = Cover { hours: Some(&hours), shifts: &[], has_rota: false };
    // 01:30 comes twice: the first is meant. In the second, at 01:30 UTC, nobody is there.
    let second: Instant = "2026-10-25T01:30:00Z".parse().unwrap();
    let passage = Passage {
        arrived_at: Some(second),
        first_listed_at: second,
        gone_by: Some(second + Duration::minutes(20)),
        ..custody(Some("25/10 02:30"), Some("25/10 02:50"))
    };
    assert_eq!(owed(&passage, &cover, at("30/12 12:00")), Owed::OutOfHours);
}

#[test]
fn on_a_list_before_they_came_contradicts_itself() {
    let early = Passage { first_listed_at: at("24/11 12:00"), ..custody(Some("24/11 23:30"), Some("25/11 04:00")) };
    assert_eq!(verdict(&early), Owed::Reason(WhyOwed::TimesDisagree));
}

#[test]
fn shifts_held_are_cover_and_a_rota_without_anybody_is_told_as_such() {
    let hours = OpeningHours::custody();
    let night = [(at("24/11 22:00"), at("25/11 02:00"))];
    let verdict = |passage: &Passage, shifts: &[(Instant, Instant)]| {
        owed(passage, &Cover { hours: Some(&hours), shifts, has_rota: true }, at("30/12 12:00"))
    };
    let came_at_night = custody(Some("24/11 23:30"), Some("25/11 04:00"));
    assert_eq!(verdict(&came_at_night, &night), Owed::Reason(WhyOwed::WhileStaffed), "a colleague stayed on");
    let after_them = custody(Some("25/11 02:00"), Some("25/11 04:00"));
    assert_eq!(verdict(&after_them, &night), Owed::OutOfHours, "the shift had just ended");
    let stayed = custody(Some("24/11 21:30"), Some("24/11 21:40"));
    assert_eq!(verdict(&stayed, &[]), Owed::Reason(WhyOwed::NobodyOnRota));
    assert_eq!(WhyOwed::NobodyOnRota.suggests(), Some(NotSeenReason::Staffing));
}

#[test]
fn nothing_is_said_over_what_a_person_decided() {
    let line = custody(Some("24/11 23:30"), Some("25/11 04:00"));
    for state in EntryState::ALL.iter().copied().filter(|state| !state.is_open()) {
        assert_eq!(verdict(&Passage { state, ..line }), Owed::Nothing, "{state}");
    }
    assert_eq!(verdict(&Passage { has_episode: true, ..line }), Owed::Nothing);
    assert_eq!(verdict(&Passage { carried_on: true, ..line }), Owed::Nothing);
    assert_eq!(verdict(&Passage { answered: true, ..line }), Owed::Reason(WhyOwed::TakenBack));
    let taken = Passage { state: EntryState::BeingSeen, ..line };
    assert_eq!(verdict(&taken), Owed::Reason(WhyOwed::TakenUp));
}

#[test]
fn while_somebody_may_still_be_there_nothing_is_owed() {
    let hours = OpeningHours::custody();
    let cover = Cover { hours: Some(&hours), shifts: &[], has_rota: false };
    let line = custody(Some("24/11 23:30"), None);
    assert_eq!(owed(&line, &cover, at("25/11 09:00")), Owed::NotYet, "no list since");
    assert_eq!(owed(&line, &cover, at("29/11 09:00")), Owed::Reason(WhyOwed::NoLeaving), "no law holds so long");
    let gone_later = custody(Some("24/11 23:30"), Some("25/11 07:30"));
    assert_eq!(owed(&gone_later, &cover, at("25/11 07:00")), Owed::NotYet);
}

#[test]
fn a_courts_day_is_told_as_a_whole_and_when_it_has_ended() {
    let hours = OpeningHours::court();
    let cover = Cover { hours: Some(&hours), shifts: &[], has_rota: false };
    let listed = |sitting: &str| {
        let sitting_at = Some(at(sitting));
        let (kind, day) = (ListKind::Court, london_date(at(sitting)));
        Passage { kind, day, sitting_at, ..custody(None, None) }
    };
    let after = at("30/12 12:00");
    assert_eq!(owed(&listed("29/11 10:00"), &cover, after), Owed::OutOfHours, "a Sunday");
    assert_eq!(owed(&listed("24/11 18:30"), &cover, after), Owed::Reason(WhyOwed::WhileStaffed), "an evening sitting");
    assert_eq!(owed(&listed("24/11 10:00"), &cover, at("24/11 23:59")), Owed::NotYet);
    assert_eq!(owed(&listed("24/11 10:00"), &cover, at("25/11 00:00")), Owed::Reason(WhyOwed::WhileStaffed));
    let untold = Passage { sitting_at: None, ..listed("29/11 10:00") };
    assert_eq!(owed(&untold, &cover, after), Owed::OutOfHours, "the day alone tells");
    assert_eq!(day("29/11").to_string(), "2026-11-29");
}

#[test]
fn hours_that_cannot_be_read_tell_nothing() {
    let cover = Cover { hours: None, shifts: &[], has_rota: false };
    let line = custody(Some("24/11 23:30"), Some("25/11 04:00"));
    assert_eq!(owed(&line, &cover, at("30/12 12:00")), Owed::Reason(WhyOwed::NoHours));
}

#[test]
fn ethnic_groups_are_those_of_the_census_whoever_wrote_them() {
    for (recorded, printed, group) in [
        (Some(Ethnicity::Chinese), "", "Asian"),
        (Some(Ethnicity::WhiteIrish), "B1", "White"),
        (Some(Ethnicity::MixedAsian), "", "Mixed or multiple"),
        (Some(Ethnicity::NotKnown), "W3", "White"),
        (None, "O1", "Asian"),
        (None, "a4", "Asian"),
        (None, "O2", "Other"),
        (None, "M1", "Mixed or multiple"),
        (None, "Mixed: White and Asian", "Mixed or multiple"),
        (None, "Black African", "Black"),
        (None, "NS", NOT_KNOWN),
        (None, "", NOT_KNOWN),
        (None, "W", NOT_KNOWN),
    ] {
        assert_eq!(ethnic_group(recorded, printed), group, "{recorded:?} {printed:?}");
    }
}

proptest! {
    /// Whatever the times, "out of hours" is said only of a stay in which no minute was covered.
    #[test]
    fn out_of_hours_is_never_said_of_a_stay_that_touches_the_hours(start in 0_i64..525_600, stay in 0_i64..3_000, shift in 0_i64..525_600) {
        let first: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
        let (arrived, gone) = (first + Duration::minutes(start), first + Duration::minutes(start + stay));
        let shifts = [(first + Duration::minutes(shift), first + Duration::minutes(shift + 480))];
        let hours = OpeningHours::custody();
        let cover = Cover { hours: Some(&hours), shifts: &shifts, has_rota: false };
        let passage = Passage { arrived_at: Some(arrived), first_listed_at: arrived, gone_by: Some(gone), ..custody(None, Some("24/11 09:00")) };
        let covered = (0..stay.max(1)).any(|minute| {
            let at = arrived + Duration::minutes(minute);
            hours.is_open(at) || (shifts[0].0 <= at && at < shifts[0].1)
        });
        let told = owed(&passage, &cover, gone + Duration::days(30));
        prop_assert_eq!(told == Owed::OutOfHours, !covered, "{} to {}: {:?}", arrived, gone, told);
    }

    /// Every line that is over and not settled is either found or asked about.
    #[test]
    fn nobody_who_is_gone_is_passed_over(start in 0_i64..100_000, stay in -500_i64..30_000, answered: bool) {
        let first: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
        let arrived = first + Duration::minutes(start);
        let gone = arrived + Duration::minutes(stay);
        let hours = OpeningHours::custody();
        let cover = Cover { hours: Some(&hours), shifts: &[], has_rota: true };
        let passage = Passage { arrived_at: Some(arrived), first_listed_at: arrived, gone_by: Some(gone), answered, ..custody(None, Some("24/11 09:00")) };
        let told = owed(&passage, &cover, gone.max(arrived) + Duration::days(60));
        prop_assert!(matches!(told, Owed::Reason(_) | Owed::OutOfHours));
        prop_assert!(!(answered && told == Owed::OutOfHours));
    }
}
