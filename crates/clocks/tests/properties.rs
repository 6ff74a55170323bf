//! What holds of every set of events, in whatever order they were recorded.

mod told;

use proptest::prelude::*;
use throughline_clocks::{Events, Excluded, MarkKind, clocks, events_of, timeline};
use throughline_domain::legal::{Allocation, Asks, Charge, Detail, LegalEvent, LegalEventKind, MhaSection, Origin};
use told::at;

fn detail(kind: LegalEventKind, number: i64) -> Detail {
    let pick = usize::try_from(number).unwrap();
    match kind.asks() {
        Asks::Nothing => Detail::None,
        Asks::End => Detail::End((number % 3 > 0).then(|| at(number - 500))),
        Asks::Hours => Detail::Minutes(u32::try_from(number).unwrap() + 1),
        Asks::Section => Detail::Section(MhaSection::ALL[pick % MhaSection::ALL.len()]),
        Asks::Charge => Detail::Charge(Charge {
            offence: String::new(),
            allocation: Some(Allocation::ALL[pick % Allocation::ALL.len()]),
            first_appearance: Some(at(number)),
        }),
    }
}

prop_compose! {
    fn any_event()(kind in 0..LegalEventKind::ALL.len(), minute in -3000_i64..9000, number in 0_i64..4000) -> LegalEvent {
        let kind = LegalEventKind::ALL[kind];
        LegalEvent { kind, at: at(minute), detail: detail(kind, number), origin: Origin::Recorded }
    }
}

prop_compose! {
    fn ordered()(mut events in prop::collection::vec(any_event(), 0..14)) -> Vec<LegalEvent> {
        events.sort_by_key(|event| event.at);
        events
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_panics(events in prop::collection::vec(any_event(), 0..14), now in -4000_i64..12_000) {
        let answer = clocks(&events_of(&events), at(now));
        prop_assert!(!answer.notices.is_empty());
        let drawn = timeline(&events, &answer, at(now));
        prop_assert!(drawn.spans.iter().all(|span| span.from <= at(now)));
    }

    #[test]
    fn gaps_and_overlaps_are_marked_and_nothing_else_is(events in ordered(), now in 0_i64..9000, minute in -3000_i64..9000) {
        let drawn = timeline(&events, &clocks(&events_of(&events), at(now)), at(now));
        let instant = at(minute);
        let marked = |kind: MarkKind| {
            drawn.marks.iter().any(|mark| mark.kind == kind && mark.from <= instant && mark.to.is_none_or(|to| instant < to))
        };
        let begun = drawn.spans.iter().map(|span| span.from).min().is_some_and(|first| first <= instant);
        if !begun || instant >= at(now) {
            return Ok(());
        }
        let there = drawn.at(instant);
        let held = there.iter().filter(|basis| basis.is_held()).count();
        prop_assert_eq!(marked(MarkKind::Gap), there.is_empty());
        prop_assert_eq!(marked(MarkKind::Overlap), held > 1);
    }

    #[test]
    fn no_power_overlaps_itself_and_every_span_goes_forwards(events in ordered(), now in 0_i64..9000) {
        let drawn = timeline(&events, &clocks(&events_of(&events), at(now)), at(now));
        for (place, span) in drawn.spans.iter().enumerate() {
            prop_assert!(span.to.is_none_or(|to| span.from < to));
            let again = drawn.spans[place + 1..].iter().filter(|other| other.basis == span.basis);
            for other in again {
                prop_assert!(span.to.is_some_and(|to| to <= other.from));
            }
        }
    }

    #[test]
    fn clocks_never_move_earlier_when_excluded_time_is_added(
        starts in prop::array::uniform3(0_i64..3000),
        reviews in prop::collection::vec(0_i64..4000, 0..4),
        excluded in prop::collection::vec((0_i64..5000, -60_i64..900), 0..5),
        added in (0_i64..5000, 0_i64..900),
    ) {
        let interval = |(from, length): (i64, i64)| {
            Excluded { from: at(from), to: Some(at(from + length)), reason: String::new() }
        };
        let before = Events {
            arrested_at: Some(at(starts[0])),
            arrived_station_at: Some(at(starts[1])),
            detention_authorised_at: Some(at(starts[2])),
            reviews_held: reviews.into_iter().map(at).collect(),
            excluded: excluded.into_iter().map(interval).collect(),
            ..Events::default()
        };
        let mut after = before.clone();
        after.excluded.push(interval(added));
        let now = at(20_000);
        let (before, after) = (clocks(&before, now), clocks(&after, now));
        for (earlier, later) in before.clocks.iter().zip(&after.clocks) {
            prop_assert!(earlier.due_at <= later.due_at, "{} moved earlier", earlier.id);
        }
    }

    #[test]
    fn times_of_any_year_give_notices_and_never_a_panic(seconds in prop::array::uniform8(-8_000_000_000_000_i64..8_000_000_000_000)) {
        let instant = |place: usize| chrono::DateTime::from_timestamp(seconds[place], 0);
        let events = Events {
            arrested_at: instant(0),
            arrived_station_at: instant(1),
            superintendent_extension_at: instant(2),
            released_at: instant(3),
            s136_arrived_at: instant(4),
            under_investigation_at: instant(5),
            excluded: vec![
                Excluded { from: instant(6).unwrap(), to: instant(7), reason: String::new() },
                Excluded { from: at(0), to: None, reason: String::new() },
            ],
            detention_authorised_at: Some(at(1)),
            ..Events::default()
        };
        prop_assert!(!clocks(&events, instant(5).unwrap()).notices.is_empty());
        let answer = clocks(&events, at(0));
        prop_assert!(answer.notices.iter().any(|notice| notice.contains("left out") || notice.contains("in the future")));
    }
}
