//! A date and time in one field, as people type it at a cell door: `0930`, `26/3 9:30`.

use crate::time::{Instant, TypedError, from_london, london_date, london_time, parse_date, parse_time};
use chrono::{Datelike, Duration, NaiveDate};

/// Why a typed moment was not understood, in words for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Nothing was typed.
    #[error("Enter when it happened, like 0930 or 26/3 9:30")]
    Empty,
    /// The time cannot be read.
    #[error("'{0}' is not a time: enter it like 0930, 9:30 or 26/3 9:30")]
    NotATime(String),
    /// The date cannot be read or does not exist.
    #[error(transparent)]
    Date(#[from] TypedError),
    /// A date without a time.
    #[error("Enter the time as well, like {0} 9:30")]
    NoTime(String),
}

/// Reads a moment as people type it: a time alone (`0930`), `yesterday 2310`, `26/3 9:30`,
/// `26/3/26 9:30`, `26 March 9:30`; `GMT` or `BST` behind it settles the hour that comes twice in
/// October.
///
/// A time alone is the last time it was that late: today, or yesterday when that time of today
/// lies ahead. A date without a year is the last such day, not counting the next week, so that a
/// hearing typed on the evening before is meant to come.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse_moment(text: &str, now: Instant) -> Result<Instant, MomentError> {
    let lower = text.trim().to_lowercase();
    if lower.is_empty() {
        return Err(MomentError::Empty);
    }
    let (rest, zone_hours) = zone(&lower);
    let (day, time) = split(rest);
    let clock = match parse_time(time) {
        Ok(clock) => clock,
        Err(_) if day.is_empty() && parse_day(time, now).is_ok() => {
            return Err(MomentError::NoTime(text.trim().to_owned()));
        }
        Err(_) => return Err(MomentError::NotATime(text.trim().to_owned())),
    };
    let at = |date: NaiveDate| {
        let local = date.and_time(clock);
        zone_hours.map_or_else(|| from_london(local), |hours| local.and_utc() - Duration::hours(hours))
    };
    if !day.is_empty() {
        return Ok(at(parse_day(day, now)?));
    }
    let today = london_date(now);
    let this = at(today);
    Ok(if this > now { at(today - Duration::days(1)) } else { this })
}

/// Whether London clocks show this time twice that night, and nobody said which is meant.
pub fn is_twice(text: &str, at: Instant) -> bool {
    let lower = text.trim().to_lowercase();
    let said = zone(&lower).1.is_some();
    !said && london_time(at) == london_time(at + Duration::hours(1))
}

fn zone(text: &str) -> (&str, Option<i64>) {
    match (text.strip_suffix("gmt"), text.strip_suffix("bst")) {
        (Some(rest), _) => (rest.trim(), Some(0)),
        (_, Some(rest)) => (rest.trim(), Some(1)),
        _ => (text, None),
    }
}

/// The day and the time of a text: the time is the last word, or the last two when it ends in
/// `am` or `pm`.
fn split(text: &str) -> (&str, &str) {
    let end = ["am", "pm"].into_iter().find_map(|half| text.strip_suffix(half)).unwrap_or(text).trim_end();
    let start = end.rfind(|c: char| c.is_whitespace() || c == ',').map_or(0, |place| place + 1);
    (text[..start].trim_matches(|c: char| c.is_whitespace() || c == ','), text[start..].trim())
}

fn parse_day(text: &str, now: Instant) -> Result<NaiveDate, TypedError> {
    let today = london_date(now);
    let text = text.trim_end_matches(" at");
    match text {
        "today" => return Ok(today),
        "yesterday" => return Ok(today - Duration::days(1)),
        "tomorrow" => return Ok(today + Duration::days(1)),
        _ => (),
    }
    let parts = text.split(['/', '-', '.', ' ']).filter(|part| !part.is_empty()).count();
    if parts != 2 {
        return parse_date(text, today);
    }
    let of_year = |year: i32| parse_date(&format!("{text} {year}"), today);
    match of_year(today.year()) {
        Ok(date) if date > today + Duration::days(7) => of_year(today.year() - 1),
        Ok(date) if date < today - Duration::days(358) => of_year(today.year() + 1),
        // 29 February of a year that has none is that of the last leap year.
        Err(TypedError::NoSuchDate(_)) => (1..8)
            .find_map(|back| of_year(today.year() - back).ok())
            .ok_or_else(|| TypedError::NoSuchDate(text.to_owned())),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, now: &str) -> String {
        let now: Instant = now.parse().unwrap();
        parse_moment(text, now).map_or_else(|error| error.to_string(), |at| at.to_rfc3339())
    }

    #[test]
    fn moments_as_people_type_them_at_a_cell_door() {
        let now = "2026-11-26T14:30:00Z";
        for (text, meant) in [
            ("0930", "2026-11-26T09:30:00+00:00"),
            ("9:30", "2026-11-26T09:30:00+00:00"),
            ("2:15pm", "2026-11-26T14:15:00+00:00"),
            ("2:15 pm", "2026-11-26T14:15:00+00:00"),
            ("2310", "2026-11-25T23:10:00+00:00"),
            ("yesterday 0930", "2026-11-25T09:30:00+00:00"),
            ("26/3 9:30", "2026-03-26T09:30:00+00:00"),
            ("26/3/26 0930", "2026-03-26T09:30:00+00:00"),
            ("1/7 9:30", "2026-07-01T08:30:00+00:00"),
            ("26 March at 9:30", "2026-03-26T09:30:00+00:00"),
            ("26 March 2026, 9:30", "2026-03-26T09:30:00+00:00"),
            ("27/11 10:00", "2026-11-27T10:00:00+00:00"),
            ("24/12 10:00", "2025-12-24T10:00:00+00:00"),
            ("tomorrow 10:00", "2026-11-27T10:00:00+00:00"),
        ] {
            assert_eq!(read(text, now), meant, "{text}");
        }
        assert_eq!(read("1/1 10:00", "2026-12-30T10:00:00Z"), "2027-01-01T10:00:00+00:00");
        assert_eq!(read("29/2 10:00", now), "2024-02-29T10:00:00+00:00");
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart() {
        let now = "2026-10-25T12:00:00Z";
        assert_eq!(read("0130", now), "2026-10-25T00:30:00+00:00");
        assert_eq!(read("0130 BST", now), "2026-10-25T00:30:00+00:00");
        assert_eq!(read("1:30 gmt", now), "2026-10-25T01:30:00+00:00");
        let at = "2026-10-25T00:30:00Z".parse().unwrap();
        assert!(is_twice("0130", at));
        assert!(!is_twice("0130 BST", at));
        assert!(!is_twice("0230", "2026-10-25T02:30:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let now = "2026-11-26T14:30:00Z";
        for (text, said) in [
            (" ", "Enter when it happened"),
            ("soon", "'soon' is not a time"),
            ("26/3/2026", "Enter the time as well, like 26/3/2026 9:30"),
            ("31/2 9:30", "There is no such date"),
            ("31/2/26 9:30", "There is no such date"),
            ("25:00", "'25:00' is not a time"),
        ] {
            assert!(read(text, now).contains(said), "{text}: {}", read(text, now));
        }
    }
}
