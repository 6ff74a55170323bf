//! Dates of birth: misheard, misread, or written the American way round.

use chrono::{Datelike, NaiveDate};
use throughline_domain::codes;

use super::{is_one_slip, level};
use crate::keys::swapped_date;

/// Two years, in days.
const TWO_YEARS: i64 = 731;

codes! {
    /// How dates of birth compare.
    pub enum DateOfBirthLevel {
        /// The same date.
        Same = "same", "Same date of birth";
        /// Day and month exchanged.
        Swapped = "swapped", "Day and month swapped";
        /// One digit differs, or two neighbours are exchanged.
        OneDigit = "one-digit", "Date of birth one digit out";
        /// Both are 1 January of one year, which is often written when only the year is known.
        January = "january", "Same year of birth, both 1 January";
        /// One day apart.
        OneDay = "one-day", "Born one day apart";
        /// The same year, and one of them is 1 January.
        JanuaryYear = "january-year", "Same year of birth, one is 1 January";
        /// The same day and month in different years.
        YearOnly = "year-only", "Same birthday, different year";
        /// At most two years apart.
        TwoYears = "two-years", "Born within two years";
        /// Further apart.
        Different = "different", "Different date of birth";
    }
}
level!(DateOfBirthLevel: agree Same; disagree TwoYears, Different);

pub(crate) fn dates_of_birth(query: Option<NaiveDate>, known: Option<NaiveDate>) -> Option<DateOfBirthLevel> {
    let (a, b) = (query?, known?);
    let is_january = |date: NaiveDate| (date.month(), date.day()) == (1, 1);
    let same_year = a.year() == b.year();
    let apart = (a - b).num_days().abs();
    let digits = |date: NaiveDate| date.format("%Y%m%d").to_string();
    Some(if a == b && is_january(a) {
        DateOfBirthLevel::January
    } else if a == b {
        DateOfBirthLevel::Same
    } else if swapped_date(a) == Some(b) {
        DateOfBirthLevel::Swapped
    } else if is_one_slip(&digits(a), &digits(b)) {
        DateOfBirthLevel::OneDigit
    } else if apart == 1 {
        DateOfBirthLevel::OneDay
    } else if same_year && (is_january(a) || is_january(b)) {
        DateOfBirthLevel::JanuaryYear
    } else if (a.month(), a.day()) == (b.month(), b.day()) {
        DateOfBirthLevel::YearOnly
    } else if apart <= TWO_YEARS {
        DateOfBirthLevel::TwoYears
    } else {
        DateOfBirthLevel::Different
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(a: (i32, u32, u32), b: (i32, u32, u32)) -> DateOfBirthLevel {
        let date = |(y, m, d)| NaiveDate::from_ymd_opt(y, m, d);
        let level = dates_of_birth(date(a), date(b)).unwrap();
        assert_eq!(dates_of_birth(date(b), date(a)), Some(level), "the same either way round");
        level
    }

    #[test]
    fn each_slip_of_a_date_has_its_own_level() {
        let born = (1990, 4, 7);
        assert_eq!(level(born, (1990, 4, 7)), DateOfBirthLevel::Same);
        assert_eq!(level(born, (1990, 7, 4)), DateOfBirthLevel::Swapped);
        assert_eq!(level(born, (1990, 4, 17)), DateOfBirthLevel::OneDigit);
        assert_eq!(level(born, (1909, 4, 7)), DateOfBirthLevel::OneDigit);
        assert_eq!(level((1990, 4, 19), (1990, 4, 20)), DateOfBirthLevel::OneDay);
        assert_eq!(level(born, (1990, 1, 1)), DateOfBirthLevel::JanuaryYear);
        assert_eq!(level(born, (1978, 4, 7)), DateOfBirthLevel::YearOnly);
        assert_eq!(level(born, (1991, 11, 23)), DateOfBirthLevel::TwoYears);
        assert_eq!(level(born, (1962, 11, 23)), DateOfBirthLevel::Different);
        assert_eq!(level((1990, 1, 1), (1990, 1, 1)), DateOfBirthLevel::January);
    }

    #[test]
    fn a_missing_date_is_not_a_different_one() {
        assert_eq!(dates_of_birth(None, NaiveDate::from_ymd_opt(1990, 4, 7)), None);
    }
}
