//! Questions of these pages, in the shape that `parts/form.html` draws; what was typed comes first.

use crate::{Errors, Fields};
use chrono::NaiveTime;
use minijinja::{Value, context};
use throughline_domain::time::{Instant, from_london, london_date, london_time, parse_date, parse_time};

/// Questions of one form: with what was typed, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Questions<'a> {
    typed: &'a Fields,
    errors: &'a Errors,
}

impl<'a> Questions<'a> {
    /// `typed` is the form as it was sent, or empty on a fresh page.
    pub(super) fn new(typed: &'a Fields, errors: &'a Errors) -> Self {
        Self { typed, errors }
    }

    /// What was typed, when the form that was sent has the question; a page has several forms.
    fn value(&self, name: &str, fresh: &str) -> String {
        let typed = self.typed.pairs().find(|(known, _)| known == name);
        typed.map_or_else(|| fresh.to_owned(), |(_, value)| value)
    }

    /// A question answered by typing: `text`, `long_text`, `date`, `time` or `number`.
    pub(super) fn text(&self, name: &str, kind: &str, label: &str, hint: &str, fresh: &str) -> Value {
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        context! { id => name, name, kind, label, hint, value => self.value(name, fresh), error => self.errors.of(name) }
    }

    /// A question answered by choosing: `single` or `select`.
    pub(super) fn choice(
        &self,
        name: &str,
        kind: &str,
        label: &str,
        hint: &str,
        fresh: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Value {
        let chosen = self.value(name, fresh);
        let options: Vec<Value> = options
            .into_iter()
            .map(|(code, label)| {
                let checked = code == chosen;
                context! { code, label, checked }
            })
            .collect();
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        context! { id => name, name, kind, label, hint, options, error => self.errors.of(name) }
    }

    /// One box to tick.
    pub(super) fn tick(&self, name: &str, label: &str, hint: &str) -> Value {
        context! { id => name, name, label, hint, checked => self.typed.ticked(name) }
    }

    /// A date and a time of day in two boxes, `name_date` and `name_time`.
    pub(super) fn date_time(&self, name: &str, label: &str, hint: &str, fresh: Option<Instant>) -> Value {
        let (date_name, time_name) = (format!("{name}_date"), format!("{name}_time"));
        let local = fresh.map(london_time);
        let date = local.map(|local| local.format("%-d/%-m/%Y").to_string()).unwrap_or_default();
        let time = local.map(|local| local.format("%H:%M").to_string()).unwrap_or_default();
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        context! {
            id => date_name,
            name => date_name,
            kind => "date_time",
            label,
            hint,
            value => self.value(&date_name, &date),
            error => self.errors.of(&date_name),
            time => context! { name => time_name, value => self.value(&time_name, &time), error => self.errors.of(&time_name) },
        }
    }
}

/// Reads a date and a time of day as people type them; a time left empty is `otherwise`.
pub(super) fn read_date_time(
    fields: &Fields,
    name: &str,
    now: Instant,
    otherwise: NaiveTime,
    errors: &mut Errors,
) -> Option<Instant> {
    let (date_name, time_name) = (format!("{name}_date"), format!("{name}_time"));
    let date = parse_date(fields.text(&date_name), london_date(now))
        .map_err(|error| errors.add(&date_name, error.to_string()))
        .ok();
    let time = match fields.given(&time_name) {
        None => Some(otherwise),
        Some(text) => parse_time(text).map_err(|error| errors.add(&time_name, error.to_string())).ok(),
    };
    Some(from_london(date?.and_time(time?)))
}

/// When something is due that was given a date and no time: the end of the working day.
pub(super) fn end_of_working_day() -> NaiveTime {
    NaiveTime::from_hms_opt(17, 0, 0).unwrap_or(NaiveTime::MIN)
}

/// Codes and labels of a code list.
macro_rules! options {
    ($list:expr) => {
        $list.iter().map(|one| (one.code().to_owned(), one.label().to_owned()))
    };
}
pub(super) use options;

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn a_time_left_empty_is_the_end_of_the_working_day() {
        let now = chrono::Utc.with_ymd_and_hms(2026, 11, 24, 9, 0, 0).unwrap();
        let mut errors = Errors::default();
        // Nothing was typed: a date is asked for, and only for that.
        assert_eq!(read_date_time(&Fields::default(), "due", now, end_of_working_day(), &mut errors), None);
        assert_eq!(errors.summary().map_or(0, |all| all.len()), 1);
        assert_eq!(errors.of("due_date"), Some("Enter a date"));
    }
}
