//! What the forms of the care plan ask alike: when something was, and until when.

use crate::asking::typed_date;
use crate::{Asking, Errors, Fields};
use chrono::{Days, Duration, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::care::{REVIEW_WITHIN_DAYS, review_day};
use throughline_domain::time::{Instant, from_london, london_date, london_time, parse_date, parse_time};

/// What was typed, or else what stands there on a fresh page.
pub(super) fn typed_or(fields: &Fields, fresh: &[(&str, &str)], name: &str) -> String {
    let typed = fields.pairs().find(|(known, _)| known == name).map(|(_, value)| value);
    let stands = || fresh.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    typed.or_else(stands).unwrap_or_default()
}

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

/// Reads when it was: not later than now.
pub(super) fn read_when(fields: &Fields, now: Instant, errors: &mut Errors) -> Instant {
    let day = parse_date(fields.text("at_date"), london_date(now)).map_err(|error| errors.add("at_date", error));
    let time = parse_time(fields.text("at_time")).map_err(|error| errors.add("at_time", error));
    let (Ok(day), Ok(time)) = (day, time) else { return now };
    let at = from_london(day.and_time(time));
    if at > now + Duration::minutes(1) {
        errors.add("at_date", "This is later than now: enter when it was");
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
    review_day(day, today).map_err(|error| error.to_string())
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
}
