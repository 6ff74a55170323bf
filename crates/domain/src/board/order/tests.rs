use super::*;
use crate::task::TaskKind;
use proptest::prelude::*;

fn now() -> Instant {
    "2026-11-24T10:15:00Z".parse().unwrap()
}

fn row(minutes: Option<i64>) -> Standing {
    let next = minutes.map(|minutes| (NextEvent::FirstReview, now() + Duration::minutes(minutes)));
    Standing { state: EntryState::ToConsider, gone: false, next, urgency: None, risk: RiskSeen::NotKnown }
}

fn sorted(mut rows: Vec<Standing>) -> Vec<Standing> {
    rows.sort_by_key(|row| place(row, now()));
    rows
}

fn explained(rows: &[Standing]) -> Vec<Explained> {
    explain(&rows.iter().collect::<Vec<_>>(), now()).into_iter().flatten().collect()
}

#[test]
fn the_least_time_left_comes_first_and_time_not_known_before_it() {
    let done = Standing { state: EntryState::Declined, ..row(Some(5)) };
    let (soon, later, not_known) = (row(Some(100)), row(Some(500)), row(None));
    assert_eq!(sorted(vec![done, later, soon, not_known]), [not_known, soon, later, done]);
}

#[test]
fn in_the_same_span_of_time_known_risk_then_urgency_decide() {
    let plain = row(Some(70));
    let risk = Standing { risk: RiskSeen::Known, ..row(Some(170)) };
    let likely = Standing { risk: RiskSeen::OfLikelyMatch, ..row(Some(170)) };
    let urgent = Standing { urgency: Some(Urgency::Urgent), ..row(Some(120)) };
    let very_urgent = Standing { urgency: Some(Urgency::VeryUrgent), ..row(Some(170)) };
    let routine = Standing { urgency: Some(Urgency::Routine), ..row(Some(61)) };
    let rows = vec![routine, plain, urgent, likely, very_urgent, risk];
    assert_eq!(sorted(rows), [risk, likely, very_urgent, urgent, plain, routine]);
}

#[test]
fn less_than_an_hour_comes_before_any_risk_that_has_time() {
    let risk = Standing { risk: RiskSeen::Known, urgency: Some(Urgency::Emergency), ..row(Some(60)) };
    assert_eq!(sorted(vec![risk, row(Some(59))]), [row(Some(59)), risk]);
}

#[test]
fn somebody_who_has_gone_comes_after_those_still_there_and_says_so() {
    let gone = Standing { gone: true, risk: RiskSeen::Known, ..row(None) };
    let rows = sorted(vec![gone, row(Some(600))]);
    assert_eq!(rows, [row(Some(600)), gone]);
    let said = explained(&rows);
    assert_eq!(said[1].short(now()), "2nd: left the list, a decision is still owed; known risk");
    assert_eq!(said[0].before_in_words(), "1st of 2. Before the next, who has left the list.");
}

#[test]
fn a_place_is_explained_as_people_say_it() {
    let risk = Standing { risk: RiskSeen::Known, urgency: Some(Urgency::VeryUrgent), ..row(Some(40)) };
    let said = explained(&[risk, row(None)]);
    assert_eq!(said[0].short(now()), "1st: first review, 40 minutes left; known risk; very urgent");
    assert_eq!(said[0].before_in_words(), "1st of 2. Before the next, whose risk is not known as surely.");
    assert_eq!(said[1].short(now()), "2nd: time not known");
    assert_eq!(said[1].before_in_words(), "2nd of 2.");
}

#[test]
fn a_sitting_that_began_is_no_overdue_clock() {
    let next = Some((NextEvent::Hearing, now() - Duration::minutes(15)));
    assert_eq!(explained(&[Standing { next, ..row(None) }])[0].short(now()), "1st: sitting began at 10:00");
}

#[test]
fn those_dealt_with_stay_as_the_list_has_them_and_have_no_place() {
    let done = |minutes| Standing { state: EntryState::Missed, ..row(Some(minutes)) };
    let rows = sorted(vec![done(90), done(10), done(300)]);
    assert_eq!(rows, [done(90), done(10), done(300)]);
    assert!(explained(&rows).is_empty());
}

#[test]
fn the_board_is_drawn_again_when_a_span_of_time_ends() {
    let at = |minutes: i64| now() + Duration::minutes(minutes) + Duration::seconds(1);
    assert_eq!(changes_at(&[row(Some(200)), row(None)], now()), Some(at(20)));
    assert_eq!(changes_at(&[row(Some(100))], now()), Some(at(40)));
    assert_eq!(changes_at(&[row(Some(30))], now()), Some(at(30)));
    assert_eq!(changes_at(&[row(Some(-30))], now()), None);
    let crossed = row(Some(200));
    assert_eq!(crossed.time_left(now()), TimeLeft::Later);
    assert_eq!(crossed.time_left(changes_at(&[crossed], now()).unwrap()), TimeLeft::Soon);
}

#[test]
fn places_are_counted_as_people_count() {
    let said: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].into_iter().map(ordinal).collect();
    assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]);
}

#[test]
fn contacts_after_release_come_before_other_follow_ups() {
    let at = |hours| now() + Duration::hours(hours);
    let mut tasks = [
        (TaskKind::FollowUp, at(-90)),
        (TaskKind::ContactAfterRelease, at(20)),
        (TaskKind::ContactAfterRelease, at(-30)),
    ];
    tasks.sort_by_key(|(kind, due)| follow_up_place(*kind, *due));
    assert_eq!(tasks.map(|(_, due)| due), [at(-30), at(20), at(-90)]);
}

/// What somebody who reads only the words of a place would sort by.
fn read(short: &str) -> impl Ord + std::fmt::Debug + use<> {
    let (_, claims) = short.split_once(": ").expect("a place and its reasons");
    let says = |words: &str| claims.split("; ").any(|claim| claim == words);
    let minutes = claims.split("; ").find_map(minutes_in);
    let gone = claims.contains("left the list");
    let span = match minutes {
        None => 0,
        Some(minutes) if minutes < 60 => 0,
        Some(minutes) if minutes < 180 => 1,
        Some(_) => 2,
    };
    let risk = (!says("known risk"), !says("likely match has a known risk"));
    let urgency = ["emergency", "very urgent", "urgent"].iter().position(|words| says(words));
    let urgency = urgency.unwrap_or(if says("routine") { 9 } else { 8 });
    (gone, span, risk, urgency, minutes)
}

/// The minutes in `first review, 2 hours 5 minutes left`, or less than none in `12 minutes overdue`.
fn minutes_in(claim: &str) -> Option<i64> {
    let (_, length) =
        claim.split_once(", ").filter(|(what, _)| NextEvent::ALL.iter().any(|known| known.label() == *what))?;
    let (length, sign) = match length.strip_suffix(" left") {
        Some(length) => (length, 1),
        None => (length.strip_suffix(" overdue")?, -1),
    };
    let mut words = length.split(' ');
    let mut minutes = 0;
    while let (Some(number), Some(unit)) = (words.next(), words.next()) {
        // "less than a minute" has no number in it.
        let Ok(number) = number.parse::<i64>() else { return Some(0) };
        minutes += number * if unit.starts_with("hour") { 60 } else { 1 };
    }
    Some(sign * minutes)
}

fn rank(urgency: Option<Urgency>) -> Option<usize> {
    use Urgency::{Emergency, Routine, Urgent, VeryUrgent};
    let order = [Some(Emergency), Some(VeryUrgent), Some(Urgent), None, Some(Routine)];
    order.iter().position(|one| *one == urgency)
}

fn any_row() -> impl Strategy<Value = Standing> {
    let urgency = prop::option::of(prop::sample::select(Urgency::ALL.to_vec()));
    let risk = prop::sample::select(vec![RiskSeen::Known, RiskSeen::OfLikelyMatch, RiskSeen::NotKnown]);
    let what = prop::sample::select(vec![NextEvent::FirstReview, NextEvent::DetentionLimit]);
    let next =
        prop::option::of((what, -300_i64..1400).prop_map(|(what, minutes)| (what, now() + Duration::minutes(minutes))));
    let state = prop::sample::select(vec![EntryState::ToConsider, EntryState::BeingSeen]);
    (state, prop::bool::weighted(0.2), next, urgency, risk).prop_map(|(state, gone, next, urgency, risk)| Standing {
        state,
        gone,
        next,
        urgency,
        risk,
    })
}

proptest! {
    #[test]
    fn sorting_by_the_key_is_the_order_that_the_words_claim(rows in prop::collection::vec(any_row(), 0..40)) {
        let rows = sorted(rows);
        let said = explained(&rows);
        prop_assert_eq!(said.len(), rows.len());
        for (at, pair) in said.windows(2).enumerate() {
            let (first, second) = (pair[0].short(now()), pair[1].short(now()));
            prop_assert!(read(&first) <= read(&second), "{first} | {second}");
            let (place, _) = first.split_once(": ").expect("a place and its reasons");
            prop_assert_eq!(place, ordinal(at + 1));
        }
    }

    #[test]
    fn what_is_said_of_the_next_row_is_true(rows in prop::collection::vec(any_row(), 2..20)) {
        let rows = sorted(rows);
        for (pair, said) in rows.windows(2).zip(explained(&rows)) {
            let (first, second) = (&pair[0], &pair[1]);
            let is_true = match said.before {
                None => place(first, now()) == place(second, now()),
                Some(Because::StillThere) => !first.gone && second.gone,
                Some(Because::LessTime) => first.time_left(now()) < second.time_left(now()),
                Some(Because::Risk) => first.risk < second.risk,
                Some(Because::Urgency) => rank(first.urgency) < rank(second.urgency),
                Some(Because::Earlier) => first.next.map(|(_, at)| at) < second.next.map(|(_, at)| at),
            };
            prop_assert!(is_true, "{said:?}: {first:?} {second:?}");
        }
    }
}
