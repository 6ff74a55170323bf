//! The clocks against a second reading of the law that shares nothing with the first: a day is
//! walked minute by minute, and a minute in hospital is not counted.

use chrono::{DateTime, Duration};
use throughline_clocks::{Events, Excluded, Hours, Warrant, clocks};
use throughline_domain::time::Instant;

/// A small deterministic generator, so that a failing case can be found again by its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % u64::try_from(below).unwrap()).unwrap()
    }

    fn maybe(&mut self, minute: i64) -> Option<i64> {
        (self.roll(4) > 0).then_some(minute)
    }
}

/// Minutes of one detention, counted from an arbitrary zero.
#[derive(Debug)]
struct Case {
    arrested: Option<i64>,
    arrived: Option<i64>,
    authorised: Option<i64>,
    reviews: Vec<i64>,
    hospital: Vec<(i64, i64)>,
    extension: i64,
}

impl Case {
    fn roll(dice: &mut Dice) -> Self {
        let arrest = dice.roll(2 * 525_600);
        let arrival = arrest + dice.roll(30 * 60);
        let authority = arrival + dice.roll(180);
        let hospital = (0..dice.roll(5)).map(|_| {
            let from = arrest + dice.roll(110 * 60);
            (from, from + 1 + dice.roll(9 * 60))
        });
        let hospital = hospital.collect();
        let reviews = (0..dice.roll(4)).map(|_| authority + dice.roll(60 * 60)).collect();
        Self {
            arrested: dice.maybe(arrest),
            arrived: dice.maybe(arrival),
            authorised: dice.maybe(authority),
            reviews,
            hospital,
            extension: 1 + dice.roll(18),
        }
    }

    /// The minute at which `hours` hours outside hospital have gone by since `start`.
    fn walk(&self, start: i64, hours: i64) -> i64 {
        let mut minute = start;
        let mut left = hours * 60;
        while left > 0 {
            if !self.hospital.iter().any(|(from, to)| (*from..*to).contains(&minute)) {
                left -= 1;
            }
            minute += 1;
        }
        minute
    }

    fn relevant(&self) -> Option<i64> {
        match (self.arrived, self.arrested) {
            (Some(arrived), Some(arrested)) if arrived > arrested + 1440 => Some(arrested + 1440),
            (Some(arrived), _) => Some(arrived),
            (None, Some(arrested)) => Some(arrested + 1440),
            (None, None) => None,
        }
    }

    fn events(&self) -> Events {
        Events {
            arrested_at: self.arrested.map(instant),
            arrived_station_at: self.arrived.map(instant),
            detention_authorised_at: self.authorised.map(instant),
            reviews_held: self.reviews.iter().copied().map(instant).collect(),
            excluded: self.hospital.iter().map(|(from, to)| excluded(*from, *to)).collect(),
            superintendent_extension_at: self.arrived.map(instant),
            warrants: vec![Warrant { granted_at: instant(0), hours: Hours::whole(36) }],
            s136_arrived_at: self.arrived.map(instant),
            s136_extension_hours: Hours::try_from(self.extension as f64).ok(),
            ..Events::default()
        }
    }
}

fn instant(minute: i64) -> Instant {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + Duration::minutes(minute)
}

fn excluded(from: i64, to: i64) -> Excluded {
    Excluded { from: instant(from), to: Some(instant(to)), reason: "hospital".into() }
}

#[test]
fn every_clock_agrees_with_a_walk_minute_by_minute_in_5000_detentions() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for number in 0..5_000 {
        let case = Case::roll(&mut dice);
        let answer = clocks(&case.events(), instant(3 * 525_600));
        let due = |id: &str| answer.clock(id).and_then(|clock| clock.due_at);
        let walked = |start: Option<i64>, hours: i64| start.map(|start| instant(case.walk(start, hours)));
        let last_review = case.reviews.iter().copied().max();
        let expected = [
            ("pace_review_1", walked(case.authorised, 6)),
            ("pace_review_next", walked(last_review, 9)),
            ("pace_24h", walked(case.relevant(), 24)),
            ("pace_36h", walked(case.relevant(), 36)),
            ("pace_96h", walked(case.relevant(), 96)),
            ("s136_24h", case.arrived.map(|arrived| instant(arrived + 24 * 60))),
            ("s136_extended", case.arrived.map(|arrived| instant(arrived + (24 + case.extension.min(12)) * 60))),
        ];
        for (id, expected) in expected {
            assert_eq!(due(id), expected, "{id} in detention {number}: {case:?}");
        }
    }
}
