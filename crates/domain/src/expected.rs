//! By when a site's list for the day should be in, and whether it is.

use crate::calendar::OpeningHours;
use crate::time::{Instant, from_london, london_date};
use chrono::NaiveTime;

/// What has come in for today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todays {
    /// Nothing.
    Nothing,
    /// A list that nobody has looked over yet.
    Waiting,
    /// A list is on the board.
    BroughtIn,
}

/// How a site stands with its list for today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStanding {
    /// No list is expected: the site expects none, or is closed today.
    NotExpected,
    /// It is expected later today, by this London time.
    Later(NaiveTime),
    /// It should have been in by this London time, and nothing came.
    Missing(NaiveTime),
    /// One came and waits for somebody to look it over.
    Waiting,
    /// It is on the board.
    BroughtIn,
}

/// How a site stands with its list for today.
///
/// A list is expected on the days when the site is open at all, by a London time: in the hour that occurs twice
/// in October by its first occurrence, in the hour that is skipped in March an hour later (see
/// [`from_london`]). What came counts whether it was expected or not.
pub fn list_standing(
    expected_by: Option<NaiveTime>,
    hours: &OpeningHours,
    now: Instant,
    todays: Todays,
) -> ListStanding {
    let today = london_date(now);
    match (todays, expected_by) {
        (Todays::BroughtIn, _) => ListStanding::BroughtIn,
        (Todays::Waiting, _) => ListStanding::Waiting,
        (Todays::Nothing, Some(by)) if !hours.for_date(today).is_empty() => {
            if now < from_london(today.and_time(by)) {
                ListStanding::Later(by)
            } else {
                ListStanding::Missing(by)
            }
        }
        (Todays::Nothing, _) => ListStanding::NotExpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::BankHolidays;

    /// Custody: open every day. Court: Monday to Saturday.
    fn standing(hours: &OpeningHours, by: &str, now: &str, todays: Todays) -> ListStanding {
        list_standing(by.parse().ok(), hours, now.parse().expect("an instant"), todays)
    }

    #[test]
    fn a_list_is_missing_from_its_time_on() {
        let custody = OpeningHours::custody();
        let at = |text: &str| text.parse::<NaiveTime>().expect("a time");
        let cases = [
            // A Tuesday in winter, where London keeps UTC.
            ("07:30:00", "2026-11-24T07:29:59Z", ListStanding::Later(at("07:30:00"))),
            ("07:30:00", "2026-11-24T07:30:00Z", ListStanding::Missing(at("07:30:00"))),
            ("07:30:00", "2026-11-24T00:00:00Z", ListStanding::Later(at("07:30:00"))),
            ("07:30:00", "2026-11-24T23:59:59Z", ListStanding::Missing(at("07:30:00"))),
            // In summer London is an hour ahead.
            ("07:30:00", "2026-07-21T06:29:59Z", ListStanding::Later(at("07:30:00"))),
            ("07:30:00", "2026-07-21T06:30:00Z", ListStanding::Missing(at("07:30:00"))),
            // Just past midnight in London it is the next day, for which nothing is late yet.
            ("07:30:00", "2026-07-21T23:00:00Z", ListStanding::Later(at("07:30:00"))),
            // The clocks go forward at 01:00 UTC on 29 March: 01:30 is skipped, 02:30 is meant.
            ("01:30:00", "2026-03-29T01:29:59Z", ListStanding::Later(at("01:30:00"))),
            ("01:30:00", "2026-03-29T01:30:00Z", ListStanding::Missing(at("01:30:00"))),
            ("07:30:00", "2026-03-29T06:29:59Z", ListStanding::Later(at("07:30:00"))),
            ("07:30:00", "2026-03-29T06:30:00Z", ListStanding::Missing(at("07:30:00"))),
            // They go back at 01:00 UTC on 25 October: the first 01:30 is meant.
            ("01:30:00", "2026-10-25T00:29:59Z", ListStanding::Later(at("01:30:00"))),
            ("01:30:00", "2026-10-25T00:30:00Z", ListStanding::Missing(at("01:30:00"))),
            ("07:30:00", "2026-10-25T07:29:59Z", ListStanding::Later(at("07:30:00"))),
            ("07:30:00", "2026-10-25T07:30:00Z", ListStanding::Missing(at("07:30:00"))),
            // Nothing is expected.
            ("", "2026-11-24T12:00:00Z", ListStanding::NotExpected),
        ];
        for (by, now, expected) in cases {
            assert_eq!(standing(&custody, by, now, Todays::Nothing), expected, "{by} at {now}");
        }
    }

    #[test]
    fn nothing_is_missing_on_a_day_when_the_site_is_closed() {
        let court = OpeningHours::court();
        let closed = court.clone().on_bank_holidays(BankHolidays::Closed);
        let (sunday, boxing_day) = ("2026-11-22T12:00:00Z", "2026-12-28T12:00:00Z");
        assert_eq!(standing(&court, "08:30:00", sunday, Todays::Nothing), ListStanding::NotExpected);
        assert_eq!(standing(&closed, "08:30:00", boxing_day, Todays::Nothing), ListStanding::NotExpected);
        assert!(matches!(standing(&court, "08:30:00", boxing_day, Todays::Nothing), ListStanding::Missing(_)));
        // As on Sunday, when custody is open and this court is not.
        let sunday_hours = BankHolidays::AsSunday;
        let court = court.on_bank_holidays(sunday_hours);
        let custody = OpeningHours::custody().on_bank_holidays(sunday_hours);
        assert_eq!(standing(&court, "08:30:00", boxing_day, Todays::Nothing), ListStanding::NotExpected);
        assert!(matches!(standing(&custody, "08:30:00", boxing_day, Todays::Nothing), ListStanding::Missing(_)));
    }

    #[test]
    fn what_came_counts_early_or_late_or_unexpected() {
        for now in ["2026-11-24T05:00:00Z", "2026-11-24T12:00:00Z", "2026-11-22T12:00:00Z"] {
            for by in ["07:30:00", ""] {
                let court = OpeningHours::court();
                assert_eq!(standing(&court, by, now, Todays::Waiting), ListStanding::Waiting);
                assert_eq!(standing(&court, by, now, Todays::BroughtIn), ListStanding::BroughtIn);
            }
        }
    }
}
