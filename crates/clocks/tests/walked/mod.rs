//! Invented detentions, and what each clock should say, worked out the long way.

use chrono::{DateTime, Duration};
use throughline_clocks::{ChargeHeld, Events, Excluded, Hours, PreChargeBail, Section, Warrant};
use throughline_domain::legal::{Allocation, MhaSection};
use throughline_domain::time::Instant;

/// The years of the cases.
pub const YEARS: std::ops::Range<i64> = 2018..2028;
/// A minute after everything: minutes are counted from 1970.
pub const END: i64 = 64 * 525_960;

const DAY: i64 = 1440;

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

/// Minutes of one detention.
#[derive(Debug)]
pub struct Case {
    pub arrested: Option<i64>,
    pub arrived: Option<i64>,
    authorised: Option<i64>,
    reviews: Vec<i64>,
    hospital: Vec<(i64, i64)>,
    extension: i64,
    renewals: usize,
}

impl Case {
    /// Half of them anywhere in the ten years, half within a day of a clock change or leap day.
    pub fn all(number: usize) -> impl Iterator<Item = Self> {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let special: Vec<i64> =
            YEARS.flat_map(|year| changes_of(year).into_iter().chain(leap_day_of(year).map(|day| day + 720))).collect();
        (0..number).map(move |place| {
            let first = day_number(YEARS.start, 1, 1) * DAY;
            let whole = (day_number(YEARS.end, 1, 1) - 10) * DAY - first;
            let arrest = match place % 2 {
                0 => first + dice.roll(whole),
                _ => special[(place / 2) % special.len()] - dice.roll(30 * 60),
            };
            Self::roll(&mut dice, arrest)
        })
    }

    fn roll(dice: &mut Dice, arrest: i64) -> Self {
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
            renewals: usize::try_from(dice.roll(4)).unwrap(),
        }
    }

    /// The minute at which so many hours outside hospital have gone by since a minute.
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
            (Some(arrived), Some(arrested)) if arrived > arrested + DAY => Some(arrested + DAY),
            (Some(arrived), _) => Some(arrived),
            (None, Some(arrested)) => Some(arrested + DAY),
            (None, None) => None,
        }
    }

    /// The case as it is recorded.
    pub fn events(&self) -> Events {
        let at = self.arrived.map(instant);
        let section = |section| {
            let renewed_at = (1..=self.renewals)
                .filter_map(|day| at.map(|at| at + Duration::days(i64::try_from(day).unwrap())))
                .collect();
            at.map(|from| Section { section, from, renewed_at, ended_at: None })
        };
        let charge = |allocation| {
            at.map(|at| ChargeHeld {
                offence: String::new(),
                allocation,
                first_appearance_at: at,
                sent_at: None,
                days_in_magistrates: None,
                ended_at: None,
            })
        };
        Events {
            arrested_at: self.arrested.map(instant),
            arrived_station_at: at,
            detention_authorised_at: self.authorised.map(instant),
            reviews_held: self.reviews.iter().copied().map(instant).collect(),
            excluded: self.hospital.iter().map(|(from, to)| excluded(*from, *to)).collect(),
            superintendent_extension_at: at,
            warrants: vec![Warrant { granted_at: instant(day_number(2018, 1, 1) * DAY), hours: Hours::whole(36) }],
            s136_arrived_at: at,
            s136_extension_hours: Hours::try_from(self.extension as f64).ok(),
            sections: [MhaSection::S2, MhaSection::S3, MhaSection::S35].into_iter().filter_map(section).collect(),
            charges: [Allocation::Summary, Allocation::Crown].into_iter().filter_map(charge).collect(),
            pre_charge_bail: self.arrested.map(|from| PreChargeBail {
                from: instant(from),
                arrested_at: None,
                inspector_at: None,
                superintendent_at: None,
                ended_at: None,
            }),
            ..Events::default()
        }
    }

    /// What each clock should say.
    pub fn expected(&self) -> Vec<(&'static str, Option<Instant>)> {
        let walked = |start: Option<i64>, hours: i64| start.map(|start| instant(self.walk(start, hours)));
        let renewed = |lengths: &[i64]| lengths[..=self.renewals].iter().sum::<i64>();
        let bail = self.arrested.filter(|at| london_day(*at) >= day_number(2022, 10, 28));
        vec![
            ("pace_review_1", walked(self.authorised, 6)),
            ("pace_review_next", walked(self.reviews.iter().copied().max(), 9)),
            ("pace_24h", walked(self.relevant(), 24)),
            ("pace_36h", walked(self.relevant(), 36)),
            ("pace_96h", walked(self.relevant(), 96)),
            ("s136_24h", self.arrived.map(|at| instant(elapsed(at, 24)))),
            ("s136_extended", self.arrived.map(|at| instant(elapsed(at, 24 + self.extension.min(12))))),
            ("mha_s2", self.arrived.map(|at| days_from(at, 28))),
            ("mha_s35", self.arrived.map(|at| days_from(at, renewed(&[28, 28, 28, 0])))),
            ("mha_s3", self.arrived.map(|at| months_from(london_day(at), &[6, 6, 12, 12][..=self.renewals]))),
            ("ctl_summary", self.arrived.map(|at| working(london_day(at) + 1, 56))),
            ("ctl_crown", self.arrived.map(|at| working(london_day(at) + 1, 182))),
            ("bail_3_months", bail.map(|at| months_from(london_day(at) + 1, &[3]))),
        ]
    }
}

/// The minute at which so many hours have gone by since a minute, whatever clocks show.
pub fn elapsed(start: i64, hours: i64) -> i64 {
    (0..hours * 60).fold(start, |minute, _| minute + 1)
}

/// The instant of a minute.
pub fn instant(minute: i64) -> Instant {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}

fn excluded(from: i64, to: i64) -> Excluded {
    Excluded { from: instant(from), to: Some(instant(to)), reason: "hospital".into() }
}

// A calendar of its own: days are numbered from 1 January 1970, a Thursday.

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1970..year).map(|year| 365 + i64::from(is_leap(year))).sum();
    years + (1..month).map(|month| days_in(year, month)).sum::<i64>() + day - 1
}

fn date_of(number: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970, number);
    while left >= 365 + i64::from(is_leap(year)) {
        left -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

fn last_sunday(year: i64, month: i64) -> i64 {
    let last = day_number(year, month, days_in(year, month));
    // Day 3 was a Sunday.
    last - (last - 3).rem_euclid(7)
}

/// The minutes at which London clocks change in a year: 01:00 UTC on the last Sundays of March and October.
pub fn changes_of(year: i64) -> [i64; 2] {
    [3, 10].map(|month| last_sunday(year, month) * DAY + 60)
}

/// The first minute of 29 February, in a year that has one.
pub fn leap_day_of(year: i64) -> Option<i64> {
    is_leap(year).then(|| day_number(year, 2, 29) * DAY)
}

fn is_summer(minute: i64) -> bool {
    let [spring, autumn] = changes_of(date_of(minute.div_euclid(DAY)).0);
    (spring..autumn).contains(&minute)
}

/// The number of the London day of a minute.
fn london_day(minute: i64) -> i64 {
    (minute + if is_summer(minute) { 60 } else { 0 }).div_euclid(DAY)
}

/// The instant at which a London day begins.
fn midnight(day: i64) -> Instant {
    let winter = day * DAY;
    instant(if is_summer(winter - 60) { winter - 60 } else { winter })
}

/// When so many days are over, of which the first is the day of the minute.
fn days_from(minute: i64, days: i64) -> Instant {
    midnight((0..days).fold(london_day(minute), |day, _| day + 1))
}

/// When so many months are over that begin with a day: each walked until its day comes again, or its month is past.
fn months_from(first: i64, lengths: &[i64]) -> Instant {
    let mut day = first;
    for months in lengths {
        let (year, month, of_month) = date_of(day);
        let goal = year * 12 + month + months;
        loop {
            let (year, month, now) = date_of(day);
            if year * 12 + month > goal || (year * 12 + month == goal && now >= of_month) {
                break;
            }
            day += 1;
        }
    }
    midnight(day)
}

/// When so many days are over, or those before them when the last is a weekend or bank holiday.
fn working(first: i64, days: i64) -> Instant {
    let mut last = first + days - 1;
    loop {
        let date = chrono::NaiveDate::from_epoch_days(i32::try_from(last).unwrap()).unwrap();
        let weekday = (last + 3).rem_euclid(7);
        if weekday < 5 && !throughline_domain::calendar::is_bank_holiday(date) {
            return midnight(last + 1);
        }
        last -= 1;
    }
}
