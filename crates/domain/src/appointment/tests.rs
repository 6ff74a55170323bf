use super::*;
use chrono::TimeZone;
use proptest::prelude::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

fn clinic() -> Clinic {
    Clinic::new(day(2026, 12, 1), time(9, 0), time(13, 0), 30).unwrap()
}

fn at(hour: u32, minute: u32) -> Instant {
    from_london(day(2026, 12, 1).and_time(time(hour, minute)))
}

const LONG_AGO: Instant = Instant::UNIX_EPOCH;

#[test]
fn slots_follow_from_the_clinic() {
    let slots = clinic().slots();
    assert_eq!((slots.len(), slots[0].starts_at, slots[7].ends_at), (8, at(9, 0), at(13, 0)));
    let odd = Clinic::new(day(2026, 12, 1), time(9, 0), time(10, 50), 30).unwrap();
    assert_eq!(odd.slots().last().map(|slot| slot.ends_at), Some(at(10, 30)), "what is left over is not bookable");
}

#[test]
fn a_clinic_that_makes_no_sense_is_refused_in_words() {
    let new = |starts, ends, slot| Clinic::new(day(2026, 12, 1), starts, ends, slot).unwrap_err();
    assert_eq!(new(time(13, 0), time(9, 0), 30), ClinicError::EndsFirst);
    assert_eq!(new(time(9, 0), time(9, 0), 30), ClinicError::EndsFirst);
    assert_eq!(new(time(9, 0), time(13, 0), 5), ClinicError::SlotLength);
    assert_eq!(new(time(9, 0), time(9, 20), 30), ClinicError::NoSlot(30));
}

#[test]
fn both_clock_changes_keep_slots_as_long_as_they_are_said_to_be() {
    let night = |day| Clinic::new(day, time(0, 0), time(4, 0), 30).unwrap();
    assert_eq!(night(day(2026, 3, 28)).slots().len(), 8);
    assert_eq!(night(day(2026, 3, 29)).slots().len(), 6, "an hour does not occur");
    let autumn = night(day(2026, 10, 25));
    assert_eq!(autumn.slots().len(), 10, "an hour occurs twice");
    let words: BTreeSet<String> = autumn.slots().iter().map(|slot| autumn.time_of(slot.starts_at)).collect();
    assert_eq!(words.len(), 10, "no two slots read alike: {words:?}");
    let utc = chrono::Utc.with_ymd_and_hms(2026, 10, 25, 0, 30, 0).unwrap();
    assert_eq!(autumn.time_of(utc), "01:30 (first, summer time)");
    // A clinic by day starts at the same London time on either side of the change.
    let by_day = |date| Clinic::new(date, time(9, 0), time(13, 0), 60).unwrap().starts_at();
    assert_eq!(by_day(day(2026, 10, 26)) - by_day(day(2026, 10, 19)), Duration::hours(7 * 24 + 1));
    // A start that does not occur is an hour later, and the end holds.
    let gap = Clinic::new(day(2026, 3, 29), time(1, 30), time(3, 30), 30).unwrap();
    assert_eq!(gap.slots().len(), 2);
    assert_eq!(Clinic::new(day(2026, 3, 29), time(1, 30), time(2, 15), 30), Err(ClinicError::EndsFirst));
}

#[test]
fn a_weekly_clinic_leaves_bank_holidays_out() {
    let (held, left_out) = weekly(day(2026, 12, 4), day(2027, 1, 8)).unwrap();
    assert_eq!(left_out, [day(2026, 12, 25), day(2027, 1, 1)]);
    assert_eq!(held, [day(2026, 12, 4), day(2026, 12, 11), day(2026, 12, 18), day(2027, 1, 8)]);
    assert_eq!(weekly(day(2026, 12, 4), day(2026, 12, 3)), Err(ClinicError::UntilFirst));
    assert_eq!(weekly(day(2026, 12, 4), day(2028, 12, 3)), Err(ClinicError::TooFar));
}

#[test]
fn nobody_shares_a_slot_and_nobody_runs_over() {
    let clinic = clinic();
    let taken = BTreeSet::from([at(10, 0)]);
    let book = |from, count| clinic.book(&taken, from, count, LONG_AGO);
    assert_eq!(book(at(10, 0), 1), Err(NotFree::Taken(at(10, 0))));
    assert_eq!(book(at(9, 30), 2), Err(NotFree::Taken(at(10, 0))));
    assert_eq!(book(at(9, 30), 1).map(|run| run.len()), Ok(1));
    assert_eq!(book(at(12, 30), 2), Err(NotFree::RunsOver));
    assert_eq!(book(at(12, 30), usize::MAX), Err(NotFree::RunsOver));
    assert_eq!(book(at(13, 0), 1), Err(NotFree::NoSuchSlot));
    assert_eq!(book(at(9, 10), 1), Err(NotFree::NoSuchSlot));
    assert_eq!(book(at(9, 30), 0), Err(NotFree::RunsOver));
    assert_eq!(clinic.book(&taken, at(9, 0), 1, at(9, 30)), Err(NotFree::Past));
    assert!(clinic.book(&taken, at(9, 0), 1, at(9, 29)).is_ok(), "it has begun and is not over");
    assert_eq!(clinic.free(&taken, 2, LONG_AGO).first().map(|slot| slot.starts_at), Some(at(9, 0)));
}

#[test]
fn a_changed_clinic_holds_only_what_fits_into_it() {
    let longer = Clinic::new(day(2026, 12, 1), time(9, 0), time(13, 0), 60).unwrap();
    assert_eq!(longer.holds(at(10, 0), at(10, 30)), None);
    assert_eq!(longer.holds(at(10, 0), at(11, 0)).map(|run| run.len()), Some(1));
    let shorter = Clinic::new(day(2026, 12, 1), time(9, 0), time(13, 0), 15).unwrap();
    assert_eq!(shorter.holds(at(10, 0), at(10, 30)).map(|run| run.len()), Some(2));
    assert_eq!(shorter.holds(at(13, 0), at(13, 30)), None);
}

#[test]
fn an_adult_beside_them_or_an_interpreter_takes_longer() {
    assert_eq!((fewest_slots(false, false), fewest_slots(true, false), fewest_slots(false, true)), (1, 2, 2));
}

#[test]
fn an_appointment_after_the_interview_is_warned_of() {
    assert!(is_after_interview(at(10, 30), Some(at(10, 0))));
    assert!(!is_after_interview(at(10, 0), Some(at(10, 0))));
    assert!(!is_after_interview(at(10, 30), None));
}

#[test]
fn the_line_tells_what_became_of_an_appointment() {
    use AppointmentState::{Arrived, BeingSeen, Booked, Cancelled, DidNotAttend, NotSeen, Rebooked, Seen};
    assert_eq!(Booked.with_line(EntryState::ToConsider, None), Booked);
    assert_eq!(Arrived.with_line(EntryState::BeingSeen, None), BeingSeen);
    assert_eq!(Arrived.with_line(EntryState::Seen, None), Seen);
    assert_eq!(Booked.with_line(EntryState::Missed, Some(NotSeenReason::DidNotAttend)), DidNotAttend);
    assert_eq!(Booked.with_line(EntryState::Missed, Some(NotSeenReason::Staffing)), NotSeen);
    assert_eq!(Cancelled.with_line(EntryState::Missed, Some(NotSeenReason::DidNotAttend)), Cancelled);
    assert_eq!(Rebooked.with_line(EntryState::Seen, None), Rebooked);
    assert!(Booked.is_ahead() && !BeingSeen.is_ahead() && DidNotAttend.may_be_booked_again());
    assert!(!Seen.may_be_booked_again() && !Rebooked.may_be_booked_again());
}

#[test]
fn who_still_waits_for_a_time_is_never_lost_with_the_slot() {
    for reason in
        [CancelReason::NoClinic, CancelReason::InterviewMoved, CancelReason::AnotherTime, CancelReason::Unwell]
    {
        assert_eq!(reason.ends_line(), None, "{reason}");
    }
    assert_eq!(CancelReason::Declined.ends_line(), Some(NotSeenReason::Declined));
}

#[test]
fn the_officer_is_told_only_what_the_person_agreed_to() {
    use AppointmentState::{Arrived, Booked, DidNotAttend};
    let given = Some(ConsentState::Given);
    assert_eq!(for_officer(Arrived, given), Ok("Attended the appointment"));
    assert_eq!(for_officer(DidNotAttend, given), Ok("Did not attend the appointment"));
    assert_eq!(for_officer(Booked, given), Err(CannotTell::NotKnownYet));
    assert_eq!(for_officer(Arrived, None), Err(CannotTell::NoEpisode));
    for state in [ConsentState::NotAsked, ConsentState::Deferred, ConsentState::Refused, ConsentState::Withdrawn] {
        assert_eq!(for_officer(Arrived, Some(state)), Err(CannotTell::NoConsent(state)));
    }
}

fn any_clinic() -> impl Strategy<Value = Clinic> {
    // Days around both clock changes of 2026, and any hour.
    let days = prop_oneof![
        Just(day(2026, 3, 29)),
        Just(day(2026, 10, 25)),
        (1..366_u32).prop_map(|of_year| NaiveDate::from_yo_opt(2026, of_year).unwrap_or_default())
    ];
    let times = (0..24_u32 * 4, 0..24_u32 * 4);
    (days, times, 10..241_u32).prop_filter_map("no clinic", |(day, (from, to), slot)| {
        Clinic::new(day, time(from / 4, from % 4 * 15), time(to / 4, to % 4 * 15), slot).ok()
    })
}

proptest! {
    #[test]
    fn slots_of_a_clinic_never_overlap_and_never_leave_it(clinic in any_clinic()) {
        let slots = clinic.slots();
        for slot in &slots {
            prop_assert_eq!(slot.ends_at - slot.starts_at, Duration::minutes(i64::from(clinic.slot_minutes())));
            prop_assert!(slot.starts_at >= clinic.starts_at() && slot.ends_at <= clinic.ends_at());
        }
        prop_assert!(slots.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at));
    }

    /// Whoever books, in whatever order and for however long: no two have one minute together.
    #[test]
    fn no_two_appointments_overlap(clinic in any_clinic(), wishes in prop::collection::vec((0..40_usize, 0..5_usize), 0..40)) {
        let slots = clinic.slots();
        let mut taken = BTreeSet::new();
        let mut made: Vec<(Instant, Instant)> = Vec::new();
        for (place, count) in wishes {
            let from = slots[place % slots.len()].starts_at;
            let Ok(run) = clinic.book(&taken, from, count, LONG_AGO) else { continue };
            prop_assert_eq!(run.len(), count);
            let (starts, ends) = (run[0].starts_at, run[run.len() - 1].ends_at);
            prop_assert!(made.iter().all(|(from, to)| ends <= *from || *to <= starts), "{:?} {:?}", made, (starts, ends));
            prop_assert!(starts >= clinic.starts_at() && ends <= clinic.ends_at());
            prop_assert_eq!(clinic.holds(starts, ends), Some(run.clone()));
            made.push((starts, ends));
            taken.extend(run.iter().map(|slot| slot.starts_at));
        }
        for slot in clinic.free(&taken, 1, LONG_AGO) {
            prop_assert!(made.iter().all(|(from, to)| slot.ends_at <= *from || *to <= slot.starts_at));
        }
    }
}
