//! Dates and times as lists print them.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime};
use throughline_domain::time::{Instant, age_on, from_london, parse_date, parse_time, stored};

/// A time that was read, and whether its day had to be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReadTime {
    pub(crate) at: Instant,
    pub(crate) day_assumed: bool,
}

/// Reads a date and time in London, in any form lists print: `26/3/26 9:30`, `0930 26-Mar-26`,
/// `2026-03-26T09:30`, `09:30` (on `day`), or the number Excel keeps. A `Z` or an offset is obeyed.
pub(crate) fn read_time(text: &str, day: NaiveDate) -> Option<ReadTime> {
    let text = text.trim();
    let at = zoned(text).or_else(|| local(text, day).map(from_london));
    if let Some(at) = at {
        return Some(ReadTime { at: stored(at), day_assumed: false });
    }
    let time = parse_time(&plain_hours(text)).ok()?;
    Some(ReadTime { at: from_london(day.and_time(time)), day_assumed: true })
}

fn zoned(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    in_living_memory(at.date_naive()).then_some(at)
}

fn local(text: &str, day: NaiveDate) -> Option<NaiveDateTime> {
    let found = iso(text).or_else(|| excel_serial(text)).or_else(|| date_and_time(text, day))?;
    in_living_memory(found.date()).then_some(found)
}

fn iso(text: &str) -> Option<NaiveDateTime> {
    const SHAPES: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    SHAPES.iter().find_map(|shape| NaiveDateTime::parse_from_str(text, shape).ok())
}

/// A date and a time in words of their own, the date first or last.
fn date_and_time(text: &str, day: NaiveDate) -> Option<NaiveDateTime> {
    const MOST_WORDS: usize = 6;
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty() && !matches!(*word, "at" | "@" | "on" | "-"))
        .collect();
    if words.len() > MOST_WORDS {
        return None;
    }
    (1..words.len()).find_map(|cut| {
        let (first, second) = (words[..cut].join(" "), words[cut..].join(" "));
        let both =
            |date: &str, time: &str| Some(parse_date(date, day).ok()?.and_time(parse_time(&plain_hours(time)).ok()?));
        both(&first, &second).or_else(|| both(&second, &first))
    })
}

/// `0930hrs` and `9:30 hours` without the word.
fn plain_hours(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    let bare = ["hours", "hrs", "hr", "h"].iter().find_map(|word| lower.strip_suffix(word));
    bare.unwrap_or(&lower).trim().to_owned()
}

/// The number of days since 30 December 1899 that Excel keeps for a date, its fraction the time.
fn excel_serial(text: &str) -> Option<NaiveDateTime> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 17 && part.bytes().all(|b| b.is_ascii_digit());
    if days.len() != 5 || !digits(days) || !digits(fraction) {
        return None;
    }
    let start = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days.parse().ok()?))?;
    let part_of_day: f64 = format!("0.{fraction}").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "a part of a day is at most 86,400 seconds")]
    let seconds = (part_of_day * 86_400.0).round() as i64;
    Some(start.and_time(chrono::NaiveTime::MIN) + Duration::seconds(seconds))
}

/// Whether a day can be one that a list is about.
pub(crate) fn in_living_memory(date: NaiveDate) -> bool {
    (1900..=2200).contains(&date.year())
}

/// Reads a date of birth on a list of `day`; `None` when the text cannot be one.
///
/// A date before 1900 or after `day` cannot be one. A two-digit year means the latest year that
/// makes the person at least ten, the age of criminal responsibility (Children and Young Persons
/// Act 1933, section 50).
pub(crate) fn read_birth(text: &str, day: NaiveDate) -> Option<NaiveDate> {
    const CRIMINAL_RESPONSIBILITY: u32 = 10;
    let text = text.split_once('T').map_or(text, |(date, time)| if time.contains(':') { date } else { text });
    let midnight = [" 00:00:00.000", " 00:00:00", " 00:00"].iter().find_map(|end| text.strip_suffix(end));
    let text = midnight.unwrap_or(text).trim();
    let born = excel_serial(text).map(|at| at.date()).or_else(|| parse_date(text, day).ok())?;
    let old_enough = |born: NaiveDate| age_on(born, day).is_some_and(|age| age >= CRIMINAL_RESPONSIBILITY);
    let born = if old_enough(born) || has_full_year(text) { born } else { born.with_year(born.year() - 100)? };
    (in_living_memory(born) && born <= day).then_some(born)
}

fn has_full_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 4)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
    }

    #[test]
    fn times_are_read_in_london_however_they_are_printed() {
        let wanted = Utc.with_ymd_and_hms(2026, 3, 26, 9, 30, 0).unwrap();
        for text in [
            "26/3/26 9:30",
            "26/03/2026 09:30:00",
            "26 March 2026 at 9:30am",
            "0930hrs 26-Mar-26",
            "2026-03-26T09:30",
            "2026-03-26 09:30:00",
            "2026-03-26T09:30:00Z",
            "46107.395833333",
            "26.03.2026, 0930",
        ] {
            assert_eq!(read_time(text, day()), Some(ReadTime { at: wanted, day_assumed: false }), "{text}");
        }
        assert_eq!(read_time("09:30", day()), Some(ReadTime { at: wanted, day_assumed: true }));
        let summer = Utc.with_ymd_and_hms(2026, 7, 1, 8, 30, 0).unwrap();
        assert_eq!(read_time("1/7/26 9:30", day()).unwrap().at, summer);
    }

    #[test]
    fn what_is_not_a_time_is_not_guessed() {
        for text in ["", "soon", "26/3/26", "31/2/26 9:30", "26/3/26 25:00", "+99999-01-01T00:00", "-1.5"] {
            assert_eq!(read_time(text, day()), None, "{text}");
        }
    }

    #[test]
    fn a_date_of_birth_is_possible_or_nothing() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        assert_eq!(read_birth("1/2/84", day()), date(1984, 2, 1));
        assert_eq!(read_birth("1/2/30", day()), date(1930, 2, 1));
        assert_eq!(read_birth("1/2/10", day()), date(2010, 2, 1));
        assert_eq!(read_birth("1984-02-01T00:00:00Z", day()), date(1984, 2, 1));
        assert_eq!(read_birth("30713", day()), date(1984, 2, 1));
        for text in ["01/01/1800", "AA/BB/CCCC", "31/02/1990", "27/3/2026", "unknown"] {
            assert_eq!(read_birth(text, day()), None, "{text}");
        }
    }
}
