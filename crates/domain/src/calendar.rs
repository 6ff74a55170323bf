//! Days and hours: bank holidays of England and Wales, and when a site is covered.
//!
//! Opening hours are London times. They are written as a small table, one line per day or run of
//! days, and a day that is not named is closed:
//!
//! ```
//! use throughline_domain::calendar::OpeningHours;
//! let hours = OpeningHours::parse(
//!     r#"
//!     mon-fri = ["08:00-22:00"]
//!     sat-sun = ["13:00-21:00"]
//!     bank_holidays = "as_sunday"
//!     "#,
//! )
//! .unwrap();
//! assert_eq!(hours.describe(), "Monday to Friday 08:00 to 22:00, Saturday and Sunday 13:00 to 21:00, bank holidays as on Sunday");
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use chrono::{Datelike, Days, Duration, NaiveDate, NaiveTime, Timelike, Weekday};
use serde::{Deserialize, Serialize};

use crate::time::{Instant, from_london, london_date, london_time};

const BANK_HOLIDAYS: &str = include_str!("../../../reference/bank-holidays.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayFile {
    #[expect(dead_code, reason = "for the people who keep the file")]
    checked_on: toml::value::Datetime,
    years: Vec<i32>,
    holiday: Vec<Holiday>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    date: toml::value::Datetime,
    title: String,
}

struct Holidays {
    years: Vec<i32>,
    titles: HashMap<NaiveDate, String>,
}

static HOLIDAYS: LazyLock<Holidays> = LazyLock::new(|| {
    let file: HolidayFile = toml::from_str(BANK_HOLIDAYS).expect("the tests read the bank holidays");
    let dated = |holiday: Holiday| {
        let date = holiday.date.to_string().parse().expect("the tests read the bank holidays");
        (date, holiday.title)
    };
    Holidays { years: file.years, titles: file.holiday.into_iter().map(dated).collect() }
});

/// The name of the bank holiday in England and Wales on a day, such as "Easter Monday".
///
/// Source: GOV.UK, kept in `reference/bank-holidays.toml`.
pub fn bank_holiday(date: NaiveDate) -> Option<&'static str> {
    HOLIDAYS.titles.get(&date).map(String::as_str)
}

/// Whether a day is a bank holiday in England and Wales.
///
/// No day of a year that [`bank_holidays_known`] denies is one.
pub fn is_bank_holiday(date: NaiveDate) -> bool {
    bank_holiday(date).is_some()
}

/// Whether the bank holidays of a day's year are in the reference file.
pub fn bank_holidays_known(date: NaiveDate) -> bool {
    HOLIDAYS.years.contains(&date.year())
}

const MINUTES_A_DAY: u16 = 24 * 60;

/// One stretch of opening on one day, in London time, to the minute. It may end at `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: u16,
    to: u16,
}

impl Span {
    /// Reads `08:00-22:00`; the end may be `24:00`.
    ///
    /// # Errors
    /// When it is not two times with a hyphen, or does not end after it begins.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let wrong = || HoursError::Span(text.to_owned());
        let (from, to) = text.split_once(['-', '–']).ok_or_else(wrong)?;
        let (from, to) = (minutes(from).ok_or_else(wrong)?, minutes(to).ok_or_else(wrong)?);
        if from < to { Ok(Self { from, to }) } else { Err(wrong()) }
    }

    /// How long it is, on a day without a clock change.
    pub fn length(self) -> Duration {
        Duration::minutes(i64::from(self.to - self.from))
    }

    fn contains(self, time: NaiveTime) -> bool {
        (u32::from(self.from)..u32::from(self.to)).contains(&(time.hour() * 60 + time.minute()))
    }

    /// The instants at which it begins and ends on a London day.
    pub fn on(self, date: NaiveDate) -> (Instant, Instant) {
        let at = |minutes: u16| {
            let day = if minutes == MINUTES_A_DAY { date + Days::new(1) } else { date };
            from_london(day.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(minutes % MINUTES_A_DAY)))
        };
        (at(self.from), at(self.to))
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, self.to / 60, self.to % 60)
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= MINUTES_A_DAY).then_some(hour * 60 + minute)
}

codes! {
    /// What a site does on a bank holiday.
    pub enum BankHolidays {
        /// Opens as on any other such weekday.
        AsUsual = "as_usual", "as usual";
        /// Stays closed.
        Closed = "closed", "closed";
        /// Opens as on a Sunday.
        AsSunday = "as_sunday", "as on Sunday";
    }
}

/// When a site is covered: a weekly pattern of London times and what happens on bank holidays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct OpeningHours {
    /// The stretches of each weekday, Monday first, in order and apart.
    week: [Vec<Span>; 7],
    bank_holidays: BankHolidays,
}

/// Why opening hours were not understood, in words for the person who wrote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// The text is not a table of days.
    #[error("These opening hours cannot be read: {0}")]
    Table(String),
    /// The name of a day or run of days is not known.
    #[error("'{0}' is not a day: write mon, tue, wed, thu, fri, sat or sun, or a run such as mon-fri")]
    Day(String),
    /// A day is named twice.
    #[error("{0} is given twice")]
    Twice(Weekday),
    /// A stretch is not two times in order.
    #[error("'{0}' is not opening hours: write them like 08:00-22:00, the later time second")]
    Span(String),
    /// Two stretches of a day overlap.
    #[error("The hours {0} and {1} overlap")]
    Overlap(Span, Span),
}

impl OpeningHours {
    /// Reads the compact table shown at the top of this module.
    ///
    /// # Errors
    /// When a day or a time cannot be read, a day is given twice, or stretches overlap.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let written: Written = toml::from_str(text).map_err(|error| HoursError::Table(error.message().to_owned()))?;
        Self::try_from(written)
    }

    /// Custody: 08:00 to 22:00 on weekdays and 13:00 to 21:00 at weekends. The contract does not
    /// say whether bank holidays differ, so they are as usual until a site says otherwise.
    pub fn custody() -> Self {
        Self::built("mon-fri = ['08:00-22:00']\nsat-sun = ['13:00-21:00']")
    }

    /// Court: 09:00 to 17:00 from Monday to Saturday, bank holidays included.
    pub fn court() -> Self {
        Self::built("mon-sat = ['09:00-17:00']")
    }

    fn built(text: &str) -> Self {
        Self::parse(text).expect("the tests read the built-in hours")
    }

    /// The same hours with another rule for bank holidays.
    #[must_use]
    pub fn on_bank_holidays(self, bank_holidays: BankHolidays) -> Self {
        Self { bank_holidays, ..self }
    }

    /// The stretches of a London day, in order; none when closed.
    pub fn for_date(&self, date: NaiveDate) -> &[Span] {
        match self.bank_holidays {
            BankHolidays::Closed if is_bank_holiday(date) => &[],
            BankHolidays::AsSunday if is_bank_holiday(date) => self.on(Weekday::Sun),
            _ => self.on(date.weekday()),
        }
    }

    fn on(&self, day: Weekday) -> &[Span] {
        &self.week[day.num_days_from_monday() as usize]
    }

    /// Whether it is open: from the first minute of a stretch to just before its last.
    pub fn is_open(&self, instant: Instant) -> bool {
        let local = london_time(instant);
        self.for_date(local.date()).iter().any(|span| span.contains(local.time()))
    }

    /// The instant itself when it is open; otherwise the next instant at which it opens; `None`
    /// when it does not open within a year.
    pub fn next_opening(&self, instant: Instant) -> Option<Instant> {
        if self.is_open(instant) {
            return Some(instant);
        }
        let today = london_date(instant);
        let days = (0..=366).filter_map(|days| today.checked_add_days(Days::new(days)));
        let openings = days.flat_map(|date| self.for_date(date).iter().map(move |span| span.on(date).0));
        // A stretch that begins in the hour that the spring change skips is open from the change.
        openings.filter(|opening| *opening > instant).find(|opening| self.is_open(*opening))
    }

    /// The hours in a sentence, runs of like days together.
    pub fn describe(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut first = 0;
        while first < 7 {
            let run = self.week[first..].iter().take_while(|spans| **spans == self.week[first]).count();
            if !self.week[first].is_empty() {
                let hours: Vec<String> =
                    self.week[first].iter().map(|span| span.to_string().replace('-', " to ")).collect();
                parts.push(format!("{} {}", run_of_days(first, run), hours.join(" and ")));
            }
            first += run;
        }
        if parts.is_empty() {
            return "Closed".to_owned();
        }
        parts.push(format!("bank holidays {}", self.bank_holidays));
        parts.join(", ")
    }
}

const DAYS: [(&str, &str, Weekday); 7] = [
    ("mon", "Monday", Weekday::Mon),
    ("tue", "Tuesday", Weekday::Tue),
    ("wed", "Wednesday", Weekday::Wed),
    ("thu", "Thursday", Weekday::Thu),
    ("fri", "Friday", Weekday::Fri),
    ("sat", "Saturday", Weekday::Sat),
    ("sun", "Sunday", Weekday::Sun),
];

fn run_of_days(first: usize, run: usize) -> String {
    let (from, to) = (DAYS[first].1, DAYS[first + run - 1].1);
    match run {
        1 => from.to_owned(),
        2 => format!("{from} and {to}"),
        _ => format!("{from} to {to}"),
    }
}

/// Opening hours as they are written: days or runs of days, and the rule for bank holidays.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    #[serde(default = "as_usual")]
    bank_holidays: BankHolidays,
    #[serde(flatten)]
    days: BTreeMap<String, Vec<String>>,
}

fn as_usual() -> BankHolidays {
    BankHolidays::AsUsual
}

impl TryFrom<Written> for OpeningHours {
    type Error = HoursError;

    fn try_from(written: Written) -> Result<Self, HoursError> {
        let mut week: [Option<Vec<Span>>; 7] = Default::default();
        for (days, spans) in &written.days {
            let spans = in_order(spans)?;
            for day in named_days(days)? {
                if week[day].replace(spans.clone()).is_some() {
                    return Err(HoursError::Twice(DAYS[day].2));
                }
            }
        }
        Ok(Self { week: week.map(Option::unwrap_or_default), bank_holidays: written.bank_holidays })
    }
}

impl From<OpeningHours> for Written {
    fn from(hours: OpeningHours) -> Self {
        let named = DAYS.iter().zip(&hours.week).filter(|(_, spans)| !spans.is_empty());
        let days = named.map(|(day, spans)| (day.0.to_owned(), spans.iter().map(Span::to_string).collect())).collect();
        Self { bank_holidays: hours.bank_holidays, days }
    }
}

fn in_order(spans: &[String]) -> Result<Vec<Span>, HoursError> {
    let mut spans = spans.iter().map(|span| Span::parse(span)).collect::<Result<Vec<_>, _>>()?;
    spans.sort_unstable();
    match spans.windows(2).find(|pair| pair[1].from < pair[0].to) {
        Some(pair) => Err(HoursError::Overlap(pair[0], pair[1])),
        None => Ok(spans),
    }
}

/// The places in the week of `mon` or `mon-fri`.
fn named_days(text: &str) -> Result<std::ops::RangeInclusive<usize>, HoursError> {
    let wrong = || HoursError::Day(text.to_owned());
    let place = |name: &str| DAYS.iter().position(|day| day.0 == name).ok_or_else(wrong);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (place(first)?, place(last)?);
    if first <= last { Ok(first..=last) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn london(text: &str) -> Instant {
        from_london(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
    }

    #[test]
    fn bank_holidays_are_known_from_2025_to_2028() {
        assert_eq!(HOLIDAYS.titles.len(), 32, "eight a year");
        for year in 2025..=2028 {
            assert_eq!(HOLIDAYS.titles.keys().filter(|date| date.year() == year).count(), 8, "{year}");
            assert!(bank_holidays_known(NaiveDate::from_ymd_opt(year, 7, 1).unwrap()));
        }
        assert_eq!(bank_holiday(day("2026-04-06")), Some("Easter Monday"));
        assert_eq!(bank_holiday(day("2026-12-28")), Some("Boxing Day (substitute day)"));
        assert!(!is_bank_holiday(day("2026-12-26")), "a Saturday: its substitute is the holiday");
        assert!(is_bank_holiday(day("2028-01-03")));
        assert!(!bank_holidays_known(day("2029-01-01")));
    }

    #[test]
    fn no_bank_holiday_in_the_file_falls_at_a_weekend() {
        for (date, title) in &HOLIDAYS.titles {
            assert!(!matches!(date.weekday(), Weekday::Sat | Weekday::Sun), "{date} {title}");
        }
    }

    #[test]
    fn custody_is_covered_late_on_weekdays_and_from_one_at_weekends() {
        let custody = OpeningHours::custody();
        for (instant, open) in [
            ("2026-11-20 07:59", false),
            ("2026-11-20 08:00", true),
            ("2026-11-20 21:59", true),
            ("2026-11-20 22:00", false),
            ("2026-11-21 12:59", false),
            ("2026-11-21 13:00", true),
            ("2026-11-22 21:00", false),
        ] {
            assert_eq!(custody.is_open(london(instant)), open, "{instant}");
        }
        assert_eq!(custody.next_opening(london("2026-11-20 22:00")), Some(london("2026-11-21 13:00")));
        assert_eq!(custody.next_opening(london("2026-11-22 21:00")), Some(london("2026-11-23 08:00")));
        assert_eq!(custody.next_opening(london("2026-11-23 09:30")), Some(london("2026-11-23 09:30")));
    }

    #[test]
    fn court_is_covered_on_bank_holidays_but_not_on_sundays() {
        let court = OpeningHours::court();
        assert!(court.is_open(london("2026-12-25 10:00")));
        assert!(!court.is_open(london("2026-12-27 10:00")));
        assert_eq!(court.next_opening(london("2026-12-26 17:00")), Some(london("2026-12-28 09:00")));
        assert_eq!(court.for_date(day("2026-12-28"))[0].length(), Duration::hours(8));
    }

    #[test]
    fn a_site_may_close_on_bank_holidays_or_keep_sunday_hours() {
        let closed = OpeningHours::court().on_bank_holidays(BankHolidays::Closed);
        assert!(closed.for_date(day("2026-12-25")).is_empty());
        assert_eq!(closed.next_opening(london("2026-12-24 17:00")), Some(london("2026-12-26 09:00")));
        let sunday = OpeningHours::custody().on_bank_holidays(BankHolidays::AsSunday);
        assert_eq!(sunday.next_opening(london("2026-12-25 09:00")), Some(london("2026-12-25 13:00")));
    }

    #[test]
    fn cover_follows_london_clocks_when_they_change() {
        let nights = OpeningHours::parse("sat-sun = ['00:00-24:00']").unwrap();
        let (from, to) = nights.for_date(day("2026-10-25"))[0].on(day("2026-10-25"));
        assert_eq!(to - from, Duration::hours(25));
        let custody = OpeningHours::custody();
        let before = "2026-03-27T08:00:00Z".parse().unwrap();
        let after = "2026-03-30T07:00:00Z".parse().unwrap();
        assert!(custody.is_open(before) && custody.is_open(after));
        assert!(!custody.is_open(before - Duration::minutes(1)) && !custody.is_open(after - Duration::minutes(1)));
    }

    #[test]
    fn a_site_that_never_opens_has_no_next_opening() {
        let never = OpeningHours::parse("").unwrap();
        assert_eq!(never.next_opening(london("2026-11-20 12:00")), None);
        assert_eq!(never.describe(), "Closed");
    }

    #[test]
    fn hours_are_written_back_as_they_were_read() {
        let text = "mon-wed = ['12:30-17:00', '08:00-12:00']\nsun = ['20:00-24:00']\nbank_holidays = 'closed'";
        let hours = OpeningHours::parse(text).unwrap();
        let again = OpeningHours::parse(&toml::to_string(&hours).unwrap()).unwrap();
        assert_eq!(again, hours);
        assert_eq!(
            hours.describe(),
            "Monday to Wednesday 08:00 to 12:00 and 12:30 to 17:00, Sunday 20:00 to 24:00, bank holidays closed"
        );
    }

    #[test]
    fn wrong_hours_are_refused_in_words() {
        for (text, words) in [
            ("friday = ['08:00-22:00']", "'friday' is not a day: write mon"),
            ("sun-mon = ['08:00-22:00']", "'sun-mon' is not a day"),
            ("mon-fri = ['08:00-22:00']\nwed = []", "Wed is given twice"),
            ("mon = ['22:00-08:00']", "the later time second"),
            ("mon = ['8-22']", "'8-22' is not opening hours"),
            ("mon = ['08:00-24:01']", "is not opening hours"),
            ("mon = ['08:00-12:00', '11:00-14:00']", "The hours 08:00-12:00 and 11:00-14:00 overlap"),
            ("bank_holidays = 'shut'", "'shut' is not a code of BankHolidays"),
        ] {
            let told = OpeningHours::parse(text).unwrap_err().to_string();
            assert!(told.contains(words), "{text}: {told}");
        }
    }
}
