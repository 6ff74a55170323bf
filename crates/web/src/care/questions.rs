//! What the forms of the care plan ask alike: when something was, and until when.

use crate::asking::typed_date;
use crate::{Asking, Errors, Fields};
use chrono::{Days, Duration, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::care::{REVIEW_WITHIN_DAYS, review_day};
use throughline_domain::time::{Instant, date_short, from_london, london_date, london_time, parse_date, parse_time};
use throughline_store::episodes::Episode;

/// What was typed, or else what stands there on a fresh page.
pub(super) fn typed_or(fields: &Fields, fresh: &[(&str, &str)], name: &str) -> String {
    let typed = fields.pairs().find(|(known, _)| known == name).map(|(_, value)| value);
    let stands = || fresh.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    typed.or_else(stands).unwrap_or_default()
}

/// For which episode, where more than one is open.
pub(super) fn for_which(ask: &Asking<'_>, open: &[Episode]) -> Option<Value> {
    let codes: Vec<(String, String)> = open
        .iter()
        .map(|one| {
            let opened = date_short(london_date(one.opened_at));
            (one.id.to_string(), format!("{}, {}, opened {opened}", one.point_of_contact.label(), one.site_name))
        })
        .collect();
    let which = codes.iter().map(|(code, label)| (code.as_str(), label.as_str()));
    (open.len() > 1).then(|| ask.choice("select", "episode", "For which episode?", "", which))
}

/// The longest ago that anything of a plan is written down: an earlier day is a slip.
const LONGEST_AGO_DAYS: i64 = 366;

/// When it was, as a day and a time: now, until somebody writes it down later.
pub(super) fn when(ask: &Asking<'_>, now: Instant, label: &str) -> Value {
    let fresh = |text: String, otherwise: String| if text.is_empty() { otherwise } else { text };
    let local = london_time(now);
    let day = fresh((ask.answer)("at_date"), local.format("%-d/%-m/%Y").to_string());
    let time = fresh((ask.answer)("at_time"), local.format("%H:%M").to_string());
    context! {
        kind => "date_time",
        value => day,
        time => context! { name => "at_time", value => time, error => ask.errors.of("at_time") },
        ..ask.question("date_time", "at_date", label, "Change this if you are writing it down later")
    }
}

/// Reads when it was: not later than now, and not more than a year ago.
pub(super) fn read_when(fields: &Fields, now: Instant, errors: &mut Errors) -> Instant {
    let day = parse_date(fields.text("at_date"), london_date(now)).map_err(|error| errors.add("at_date", error));
    let time = parse_time(fields.text("at_time")).map_err(|error| errors.add("at_time", error));
    let (Ok(day), Ok(time)) = (day, time) else { return now };
    let at = from_london(day.and_time(time));
    if at > now + Duration::minutes(1) {
        errors.add("at_date", "This is later than now: enter when it was");
    }
    if now - at > Duration::days(LONGEST_AGO_DAYS) {
        errors.add("at_date", "This is more than a year ago: check the year");
    }
    at.min(now)
}

/// The day of review that stands on a fresh page.
pub(super) fn fresh_review(now: Instant) -> String {
    typed_date(london_date(now) + Days::new(REVIEW_WITHIN_DAYS))
}

/// Reads a day of review.
pub(super) fn read_review(text: &str, now: Instant) -> Result<NaiveDate, String> {
    let today = london_date(now);
    if text.trim().is_empty() {
        return Err("Enter the day on which this is looked at again".into());
    }
    let day = parse_date(text, today).map_err(|error| error.to_string())?;
    review_day(day, now).map_err(|error| error.to_string())
}

/// Reads the day on which something begins, which may have been before: within a year of today.
pub(super) fn read_start(text: &str, now: Instant) -> Result<NaiveDate, String> {
    let today = london_date(now);
    let day = parse_date(text, today).map_err(|error| error.to_string())?;
    if (day - today).num_days().abs() > LONGEST_AGO_DAYS {
        return Err("This is more than a year away: check the year".into());
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn now() -> Instant {
        chrono::Utc.with_ymd_and_hms(2026, 11, 24, 10, 15, 0).unwrap()
    }

    fn read(day: &str, time: &str) -> (Instant, bool) {
        let mut errors = Errors::default();
        let fields: Fields = [("at_date", day), ("at_time", time)].into_iter().collect();
        let at = read_when(&fields, now(), &mut errors);
        (at, errors.is_empty())
    }

    #[test]
    fn it_was_before_now_as_people_write_it() {
        assert_eq!(read("23/11/2026", "9:30"), (now() - Duration::minutes(45) - Duration::days(1), true));
        assert_eq!(read("24/11/2026", "10:15"), (now(), true));
        assert!(!read("24/11/2026", "10:45").1, "later than now");
        assert!(read("24/11/2025", "10:15").1);
        assert!(!read("22/11/2025", "10:15").1, "more than a year ago");
        assert!(!read("", "10:15").1);
        assert!(!read("24/11/2026", "soon").1);
    }

    #[test]
    fn a_review_has_a_day_within_three_months() {
        assert!(read_review("1/12/2026", now()).is_ok());
        for text in ["", "23/11/2026", "1/12/2027", "soon"] {
            assert!(read_review(text, now()).is_err(), "{text}");
        }
    }

    #[test]
    fn something_begins_within_a_year_of_today() {
        for text in ["24/11/2026", "1/3/2026", "2/1/2027"] {
            assert!(read_start(text, now()).is_ok(), "{text}");
        }
        for text in ["", "24/11/1926", "1/12/2027"] {
            assert!(read_start(text, now()).is_err(), "{text}");
        }
    }
}
