//! Instants in UTC, shown in London time, and dates and times as people type them.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeZone, Utc};
use chrono_tz::Europe::London;

/// An instant. Stored in UTC, truncated to microseconds so that both databases keep it alike.
pub type Instant = DateTime<Utc>;

/// Truncates to the precision that both databases keep.
pub fn stored(instant: Instant) -> Instant {
    instant.trunc_subsecs(6)
}

/// The London calendar date of an instant.
pub fn london_date(instant: Instant) -> NaiveDate {
    instant.with_timezone(&London).date_naive()
}

/// The London wall-clock time of an instant.
pub fn london_time(instant: Instant) -> NaiveDateTime {
    instant.with_timezone(&London).naive_local()
}

/// The instant at which London clocks show `local`.
///
/// In the hour that occurs twice in October the first is meant; in the hour that does not occur
/// in March the instant an hour later is meant.
pub fn from_london(local: NaiveDateTime) -> Instant {
    let resolved = London
        .from_local_datetime(&local)
        .earliest()
        .or_else(|| London.from_local_datetime(&(local + Duration::hours(1))).earliest());
    // The zone's gaps are one hour, so the second attempt always resolves.
    resolved.expect("London gaps are one hour").with_timezone(&Utc)
}

/// The instants at which a London calendar day starts and the next one starts.
pub fn london_day(date: NaiveDate) -> (Instant, Instant) {
    let next = date.succ_opt().unwrap_or(date);
    (from_london(date.and_time(NaiveTime::MIN)), from_london(next.and_time(NaiveTime::MIN)))
}

/// `22 November 2026`: the long form of a date used everywhere but in dense tables.
pub fn date_long(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// `22 Nov 2026`: the short form of a date for dense tables.
pub fn date_short(date: NaiveDate) -> String {
    date.format("%-d %b %Y").to_string()
}

/// `14:05` in London.
pub fn clock_time(instant: Instant) -> String {
    london_time(instant).format("%H:%M").to_string()
}

/// `22 November 2026 at 14:05` in London.
pub fn date_time_long(instant: Instant) -> String {
    let local = london_time(instant);
    format!("{} at {}", date_long(local.date()), local.format("%H:%M"))
}

/// `22 Nov 14:05` in London, for dense tables.
pub fn date_time_short(instant: Instant) -> String {
    london_time(instant).format("%-d %b %H:%M").to_string()
}

/// Completed years between a birth and a day; `None` when the day is before the birth.
pub fn age_on(born: NaiveDate, day: NaiveDate) -> Option<u32> {
    day.years_since(born)
}

/// How long ago a day was, as people say it: `today`, `yesterday`, `9 days ago`, `3 months ago`.
pub fn days_ago(date: NaiveDate, today: NaiveDate) -> String {
    let counted = |number: i64, unit: &str| format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" });
    match (today - date).num_days() {
        ..=-1 => format!("on {}", date_long(date)),
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days @ 2..=30 => counted(days, "day"),
        days @ 31..=364 => counted(days / 30, "month"),
        days => counted(days / 365, "year"),
    }
}

/// Why a typed date or time was not understood, in words for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// Nothing was typed.
    #[error("Enter a date")]
    NoDate,
    /// The text is not a date in any form people use.
    #[error("'{0}' is not a date: enter it like 26/3/2026 or 26 March 2026")]
    NotADate(String),
    /// The text is a date that does not exist.
    #[error("There is no such date as '{0}'")]
    NoSuchDate(String),
    /// The text is not a time in any form people use.
    #[error("'{0}' is not a time: enter it like 9:30, 0930 or 2:15pm")]
    NotATime(String),
}

/// Reads a date as people type it: `26/3/26`, `26.03.2026`, `26 March 2026`, `2026-03-26`,
/// `26-Mar-26`. Day comes first unless the first part has four digits.
///
/// `today` settles two-digit years: the latest year not more than ten years ahead is meant, so
/// that a birth year `84` is 1984 and a review year `27` is 2027.
pub fn parse_date(text: &str, today: NaiveDate) -> Result<NaiveDate, TypedError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TypedError::NoDate);
    }
    let parts: Vec<&str> = text
        .split(|c: char| c == '/' || c == '-' || c == '.' || c == ',' || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .collect();
    let not_a_date = || TypedError::NotADate(text.to_owned());
    let joined;
    let parts = match parts.as_slice() {
        [one] if one.len() == 8 && one.bytes().all(|b| b.is_ascii_digit()) => {
            joined = [&one[0..2], &one[2..4], &one[4..8]];
            joined.to_vec()
        }
        three if three.len() == 3 => three.to_vec(),
        _ => return Err(not_a_date()),
    };
    let year_first = parts[0].len() == 4 && parts[0].bytes().all(|b| b.is_ascii_digit());
    let (day, month, year) = if year_first { (parts[2], parts[1], parts[0]) } else { (parts[0], parts[1], parts[2]) };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let day: u32 = day.parse().map_err(|_| not_a_date())?;
    let month = month_number(month).ok_or_else(not_a_date)?;
    let year = full_year(year, today).ok_or_else(not_a_date)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| TypedError::NoSuchDate(text.to_owned()))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_number(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let lower = text.to_lowercase();
    let found = MONTHS.iter().position(|month| lower.len() >= 3 && month.starts_with(&lower))?;
    u32::try_from(found + 1).ok()
}

fn full_year(text: &str, today: NaiveDate) -> Option<i32> {
    let year: i32 = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    match text.len() {
        4 => Some(year),
        2 => {
            let century = today.year() - today.year() % 100;
            let this_century = century + year;
            Some(if this_century > today.year() + 10 { this_century - 100 } else { this_century })
        }
        _ => None,
    }
}

/// Reads a time of day as people type it: `9:30`, `0930`, `9.30`, `2:15pm`, `14`, `14:05:33`.
pub fn parse_time(text: &str) -> Result<NaiveTime, TypedError> {
    let wrong = || TypedError::NotATime(text.trim().to_owned());
    let compact: String = text.trim().to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let (digits, half) = match compact.strip_suffix("am").or_else(|| compact.strip_suffix("pm")) {
        Some(rest) => (rest, Some(compact.ends_with("pm"))),
        None => (compact.as_str(), None),
    };
    let parts: Vec<&str> = digits.split([':', '.']).collect();
    if parts.iter().any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit())) {
        return Err(wrong());
    }
    let (hour, minute, second) = match parts.as_slice() {
        [one] if one.len() == 4 => (&one[0..2], &one[2..4], "0"),
        [one] if one.len() == 3 => (&one[0..1], &one[1..3], "0"),
        [one] if one.len() <= 2 => (*one, "0", "0"),
        [hour, minute] => (*hour, *minute, "0"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return Err(wrong()),
    };
    let number = |text: &str| text.parse::<u32>().map_err(|_| wrong());
    let hour = match (number(hour)?, half) {
        (12, Some(false)) => 0,
        (12, Some(true)) => 12,
        (hour @ 1..=11, Some(true)) => hour + 12,
        (hour, None) => hour,
        (hour @ 1..=11, Some(false)) => hour,
        _ => return Err(wrong()),
    };
    NaiveTime::from_hms_opt(hour, number(minute)?, number(second)?).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn dates_as_people_type_them_are_understood() {
        let today = date(2026, 11, 24);
        for text in ["26/3/26", "26.03.2026", "26 March 2026", "2026-03-26", "26-Mar-26", "26032026", "26th mar 2026"] {
            assert_eq!(parse_date(text, today), Ok(date(2026, 3, 26)), "{text}");
        }
        assert_eq!(parse_date("1/1/84", today), Ok(date(1984, 1, 1)));
        assert_eq!(parse_date("1/1/27", today), Ok(date(2027, 1, 1)));
    }

    #[test]
    fn how_long_ago_is_said_as_people_say_it() {
        let today = date(2026, 11, 24);
        for (ago, words) in [
            (0, "today"),
            (1, "yesterday"),
            (9, "9 days ago"),
            (31, "1 month ago"),
            (100, "3 months ago"),
            (800, "2 years ago"),
        ] {
            assert_eq!(days_ago(today - Duration::days(ago), today), words);
        }
        assert_eq!(days_ago(date(2026, 12, 1), today), "on 1 December 2026");
    }

    #[test]
    fn a_wrong_date_says_what_is_wrong() {
        let today = date(2026, 11, 24);
        assert_eq!(parse_date("31/2/2026", today), Err(TypedError::NoSuchDate("31/2/2026".into())));
        assert_eq!(parse_date("soon", today), Err(TypedError::NotADate("soon".into())));
        assert_eq!(parse_date(" ", today), Err(TypedError::NoDate));
    }

    #[test]
    fn times_as_people_type_them_are_understood() {
        for (text, hour, minute) in [
            ("9:30", 9, 30),
            ("0930", 9, 30),
            ("930", 9, 30),
            ("2:15pm", 14, 15),
            ("14", 14, 0),
            ("12am", 0, 0),
            ("12.05 pm", 12, 5),
        ] {
            assert_eq!(parse_time(text), Ok(NaiveTime::from_hms_opt(hour, minute, 0).unwrap()), "{text}");
        }
        for text in ["25:00", "noon", "13pm", "", "9:75"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn london_time_follows_both_clock_changes() {
        let summer = from_london(date(2026, 7, 1).and_hms_opt(9, 0, 0).unwrap());
        assert_eq!(summer, Utc.with_ymd_and_hms(2026, 7, 1, 8, 0, 0).unwrap());
        let skipped = from_london(date(2026, 3, 29).and_hms_opt(1, 30, 0).unwrap());
        assert_eq!(skipped, Utc.with_ymd_and_hms(2026, 3, 29, 1, 30, 0).unwrap());
        let twice = from_london(date(2026, 10, 25).and_hms_opt(1, 30, 0).unwrap());
        assert_eq!(twice, Utc.with_ymd_and_hms(2026, 10, 25, 0, 30, 0).unwrap());
    }
}
