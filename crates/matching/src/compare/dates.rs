//! Dates of birth.

use crate::levels::DateOfBirthLevel;
use crate::likeness::is_one_slip;
use crate::record::{Day, Prepared};

/// How far apart two people of neighbouring generations are born, in years.
const GENERATION: std::ops::RangeInclusive<u32> = 16..=45;

/// How a date of birth, or the years that fit, compares with a known one.
pub(super) fn level(query: &Prepared, known: Day) -> Option<DateOfBirthLevel> {
    if !known.is_known() {
        return None;
    }
    if !query.born.is_known() {
        let (from, to) = query.born_between?;
        let fits = (from..=to).contains(&known.year());
        return Some(if fits { DateOfBirthLevel::AgeFits } else { DateOfBirthLevel::AgeDiffers });
    }
    Some(date_level(query.born, known))
}

fn date_level(a: Day, b: Day) -> DateOfBirthLevel {
    if a == b {
        return DateOfBirthLevel::Same;
    }
    let years = a.year().abs_diff(b.year());
    let (same_month, same_day) = (a.month() == b.month(), a.day() == b.day());
    if years == 0 {
        return same_year(a, b, same_month, same_day);
    }
    if same_month && same_day {
        return match years {
            1 => DateOfBirthLevel::YearOut,
            10 => DateOfBirthLevel::DecadeOut,
            _ if is_digit_slip(a, b) => slip(a, b),
            2..=5 => DateOfBirthLevel::YearsOut,
            _ => far(years),
        };
    }
    if is_next_day(a, b) {
        return DateOfBirthLevel::NextDay;
    }
    far(years)
}

fn same_year(a: Day, b: Day, same_month: bool, same_day: bool) -> DateOfBirthLevel {
    if a.swapped() == Some(b) {
        return DateOfBirthLevel::Swapped;
    }
    if is_next_day(a, b) {
        return DateOfBirthLevel::NextDay;
    }
    let is_january = |day: Day| day.month() == 1 && day.day() == 1;
    if is_january(a) {
        return DateOfBirthLevel::JanuaryGiven;
    }
    if is_january(b) {
        return DateOfBirthLevel::JanuaryKnown;
    }
    if (same_month || same_day) && is_digit_slip(a, b) {
        return slip(a, b);
    }
    match (same_month, same_day) {
        (false, true) => DateOfBirthLevel::MonthOut,
        (true, false) => DateOfBirthLevel::DayOut,
        _ => DateOfBirthLevel::Near,
    }
}

fn far(years: u32) -> DateOfBirthLevel {
    if years <= 3 {
        DateOfBirthLevel::Near
    } else if GENERATION.contains(&years) {
        DateOfBirthLevel::Generation
    } else {
        DateOfBirthLevel::Different
    }
}

fn digits(day: Day) -> [u8; 8] {
    let (year, month, date) = (day.year(), day.month(), day.day());
    [year / 1000, year / 100, year / 10, year, month / 10, month, date / 10, date]
        .map(|digit| u8::try_from(digit % 10).unwrap_or_default())
}

fn is_digit_slip(a: Day, b: Day) -> bool {
    is_one_slip(&digits(a), &digits(b))
}

fn slip(a: Day, b: Day) -> DateOfBirthLevel {
    let differing = digits(a).iter().zip(digits(b)).filter(|(a, b)| **a != *b).count();
    if differing == 1 { DateOfBirthLevel::OneDigit } else { DateOfBirthLevel::Exchanged }
}

fn is_next_day(a: Day, b: Day) -> bool {
    // Only dates that can touch are worth the calendar.
    if a.year().abs_diff(b.year()) > 1 {
        return false;
    }
    a.date().zip(b.date()).is_some_and(|(a, b)| (a - b).num_days().abs() == 1)
}
