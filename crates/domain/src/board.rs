//! The board of a site: who is acted on first, how many are in each state, and when somebody is
//! there.

mod acts;
mod filters;
mod order;

pub use acts::{BoardAct, TakeOverReason};
pub use filters::{BoardChoice, BoardFilter, BoardView, Hidden, room_code};
pub use order::{
    Because, Explained, NextEvent, ORDER, ORDER_OF_COURT, Place, RiskSeen, Standing, TimeLeft, changes_at, explain,
    follow_up_place, ordinal, place, why_before,
};

use crate::calendar::OpeningHours;
use crate::list::EntryState;
use crate::time::{Instant, clock_time, date_long, london_date};
use chrono::Duration;

/// How many rows are in each state, in the order of the states: every state has its count, so that the
/// counts add up to the rows.
pub fn counts(states: impl IntoIterator<Item = EntryState>) -> Vec<(EntryState, usize)> {
    let mut counts: Vec<(EntryState, usize)> = EntryState::ALL.iter().map(|state| (*state, 0)).collect();
    for state in states {
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == state) {
            *count += 1;
        }
    }
    counts
}

/// Whether somebody should be there now, in words: `Open until 22:00`, or
/// `Closed: opens 08:00 tomorrow`.
pub fn opening_in_words(hours: &OpeningHours, now: Instant) -> String {
    if hours.is_open(now) {
        return match closing(hours, now) {
            Some(end) => format!("Open until {}", when(end, now)),
            None => "Open day and night".to_owned(),
        };
    }
    hours
        .next_opening(now)
        .map_or_else(|| "Closed".to_owned(), |opening| format!("Closed: opens {}", when(opening, now)))
}

/// When it closes next: a stretch that ends at midnight goes on when the next day begins open.
fn closing(hours: &OpeningHours, now: Instant) -> Option<Instant> {
    let mut at = now;
    for _ in 0..8 {
        let day = london_date(at);
        let end = hours.for_date(day).iter().map(|span| span.on(day)).find(|(from, to)| *from <= at && at < *to)?.1;
        if !hours.is_open(end) {
            return Some(end);
        }
        at = end;
    }
    None
}

/// A time near `now` in words: `22:00`, `08:00 tomorrow`, `09:00 on Monday`, `14:02 yesterday`.
pub fn when(at: Instant, now: Instant) -> String {
    let (day, today) = (london_date(at), london_date(now));
    let time = clock_time(at);
    let words = match (day - today).num_days() {
        0 => return time,
        1 if time == "00:00" => return "midnight".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2..=6 => format!("on {}", day.format("%A")),
        _ => format!("on {}", date_long(day)),
    };
    format!("{time} {words}")
}

/// A length of time in whole minutes, in words as `clocks.js` keeps them: `2 hours 5 minutes left`,
/// `12 minutes overdue`. Never rounded up, so that no board shows more time than there is.
pub fn left_in_words(due: Instant, now: Instant) -> String {
    let left = due - now;
    if left < Duration::zero() {
        format!("{} overdue", length_in_words(-left))
    } else {
        format!("{} left", length_in_words(left))
    }
}

/// `2 days 1 hour`: a length of time in words.
pub fn length_in_words(length: Duration) -> String {
    let count = |number: i64, noun: &str| match number {
        0 => String::new(),
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    };
    let minutes = length.num_minutes();
    if minutes < 1 {
        return "less than a minute".to_owned();
    }
    let days = minutes / 1440;
    let rest = if days > 0 { 0 } else { minutes % 60 };
    let parts = [count(days, "day"), count(minutes % 1440 / 60, "hour"), count(rest, "minute")];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_london;
    use chrono::NaiveDate;

    fn at(day: u32, hour: u32, minute: u32) -> Instant {
        let date = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        from_london(date.and_hms_opt(hour, minute, 0).unwrap())
    }

    #[test]
    fn counts_add_up_to_the_rows() {
        use EntryState::{Declined, Seen, ToConsider};
        let rows = [ToConsider, Declined, ToConsider, Seen];
        let counts = counts(rows);
        let some: Vec<_> = counts.iter().copied().filter(|(_, count)| *count > 0).collect();
        assert_eq!(some, [(ToConsider, 2), (Seen, 1), (Declined, 1)]);
        assert_eq!(counts.len(), EntryState::ALL.len(), "an empty column says so");
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), 4);
    }

    #[test]
    fn opening_is_told_as_people_say_it() {
        // 24 November 2026 is a Tuesday.
        let custody = OpeningHours::custody();
        assert_eq!(opening_in_words(&custody, at(24, 9, 0)), "Open until 22:00");
        assert_eq!(opening_in_words(&custody, at(24, 22, 0)), "Closed: opens 08:00 tomorrow");
        assert_eq!(opening_in_words(&custody, at(24, 7, 0)), "Closed: opens 08:00");
        assert_eq!(opening_in_words(&OpeningHours::court(), at(28, 18, 0)), "Closed: opens 09:00 on Monday");
        let always = OpeningHours::parse("mon-sun = ['00:00-24:00']").unwrap();
        assert_eq!(opening_in_words(&always, at(24, 9, 0)), "Open day and night");
    }

    #[test]
    fn time_left_is_never_rounded_up() {
        let now = at(24, 9, 0);
        assert_eq!(left_in_words(at(24, 11, 5), now), "2 hours 5 minutes left");
        assert_eq!(left_in_words(at(24, 8, 48), now), "12 minutes overdue");
        assert_eq!(left_in_words(at(26, 10, 30), now), "2 days 1 hour left");
        assert_eq!(left_in_words(now + Duration::seconds(59), now), "less than a minute left");
    }
}
