//! The questions about a piece of advice, and reading what was answered.

use crate::{Errors, Fields};
use minijinja::{Value, context};
use throughline_domain::consultation::{AskedBy, How, Topic, given_at, minutes};
use throughline_domain::time::{Instant, from_london, london_date, london_time, parse_date, parse_time};
use throughline_store::consultations::{Consultation, Given};

/// Reads what was answered. What is wrong is said beside each field.
pub(super) fn read(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<Given> {
    let asked_by = AskedBy::from_code(fields.text("asked_by"));
    if asked_by.is_none() {
        errors.add("asked_by", "Choose who asked");
    }
    let topic = Topic::from_code(fields.text("topic"));
    if topic.is_none() {
        errors.add("topic", "Choose what it was about");
    }
    let how = How::from_code(fields.text("how"));
    if how.is_none() {
        errors.add("how", "Choose how you gave the advice");
    }
    if fields.given("advised").is_none() {
        errors.add("advised", "Write what you advised");
    }
    let minutes = minutes(fields.text("minutes")).map_err(|words| errors.add("minutes", words));
    let at = read_moment(fields, now, errors);
    Some(Given {
        asked_by: asked_by?,
        topic: topic?,
        how: how?,
        minutes: minutes.ok()?,
        asked: fields.text("asked").to_owned(),
        advised: fields.given("advised").map(|_| fields.text("advised").to_owned())?,
        at: at?,
    })
}

/// When it was given: now, unless a time is typed; a time alone is today's.
fn read_moment(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<Instant> {
    let (day, time) = (fields.given("day"), fields.given("time"));
    if day.is_none() && time.is_none() {
        return Some(now);
    }
    let today = london_date(now);
    let day = match day {
        None => Some(today),
        Some(typed) => parse_date(typed, today).map_err(|error| errors.add("day", error.to_string())).ok(),
    };
    let time = match time {
        None => {
            errors.add("time", "Enter a time, like 9:30 or 2:15pm");
            None
        }
        Some(typed) => parse_time(typed).map_err(|error| errors.add("time", error.to_string())).ok(),
    };
    given_at(from_london(day?.and_time(time?)), now).map_err(|words| errors.add("time", words)).ok()
}

/// The choices of the form.
pub(super) fn choices() -> Value {
    let of = |code: &'static str, label: &'static str| context! { code, label };
    context! {
        asked_by => AskedBy::ALL.iter().map(|one| of(one.code(), one.label())).collect::<Vec<_>>(),
        topic => Topic::ALL.iter().map(|one| of(one.code(), one.label())).collect::<Vec<_>>(),
        how => How::ALL.iter().map(|one| of(one.code(), one.label())).collect::<Vec<_>>(),
    }
}

/// A version as the fields of a form, to be corrected.
pub(super) fn typed(standing: &Consultation) -> Value {
    let local = london_time(standing.at);
    context! {
        asked_by => standing.asked_by.code(),
        topic => standing.topic.code(),
        how => standing.how.code(),
        minutes => standing.minutes,
        asked => standing.asked,
        advised => standing.advised,
        day => local.format("%-d/%-m/%Y").to_string(),
        time => local.format("%H:%M").to_string(),
        version => standing.number,
    }
}

/// A line of a list, or a version.
pub(super) fn line(one: &Consultation) -> Value {
    context! {
        id => one.id.to_string(),
        number => one.number,
        at => one.at,
        entered_at => one.entered_at,
        entered_later => one.entered_at - one.at > chrono::Duration::minutes(15),
        asked_by => one.asked_by.label(),
        topic => one.topic.label(),
        how => one.how.label(),
        minutes => one.minutes,
        about_somebody => one.person_id.is_some(),
        asked => one.asked,
        advised => one.advised,
        by => one.by_name,
        why => one.why_corrected,
        told => one.disclosure_id.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2026-11-24T14:32:00Z".parse().unwrap()
    }

    fn typed(pairs: &[(&str, &str)]) -> (Option<Given>, Vec<String>) {
        let mut errors = Errors::default();
        let given = read(&pairs.iter().copied().collect(), now(), &mut errors);
        let by_field = errors.by_field();
        let wrong = by_field.try_iter().map(|fields| fields.map(|field| field.to_string()).collect());
        (given, wrong.unwrap_or_default())
    }

    const WHOLE: [(&str, &str); 4] =
        [("asked_by", "custody"), ("topic", "interview"), ("how", "phone"), ("advised", " Call an adult\n")];

    #[test]
    fn three_choices_and_one_text_are_enough() {
        let (given, wrong) = typed(&WHOLE);
        let given = given.expect("it is whole");
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!((given.at, given.minutes, given.advised.as_str()), (now(), 5, " Call an adult\n"));
    }

    #[test]
    fn a_time_alone_is_todays_and_the_future_is_refused() {
        let with = |time| typed(&[WHOLE.as_slice(), &[("time", time)]].concat());
        assert_eq!(with("13:05").0.expect("it is whole").at, "2026-11-24T13:05:00Z".parse::<Instant>().unwrap());
        let (given, wrong) = with("15:00");
        assert!(given.is_none());
        assert_eq!(wrong, ["time"]);
    }

    #[test]
    fn what_is_missing_is_said_field_by_field() {
        let (given, mut wrong) = typed(&[("advised", "  "), ("minutes", "0")]);
        wrong.sort();
        assert!(given.is_none());
        assert_eq!(wrong, ["advised", "asked_by", "how", "minutes", "topic"]);
    }
}
