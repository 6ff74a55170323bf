//! What is wrong with a form, field by field: told once at the top of the page and once beside each field.

use crate::Fields;
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::fmt::Display;
use throughline_domain::time::{Instant, from_london, parse_date, parse_time};

/// What is wrong with a form that was sent, in the order of its fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors(Vec<(String, String)>);

impl Errors {
    /// Notes what is wrong with a field.
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Display) {
        self.0.push((field.into(), message.to_string()));
    }

    /// Takes over what is wrong with another part of the form.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field: the first of it.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == field).map(|(_, message)| message.as_str())
    }

    /// Whether something is wrong with one of these fields: then their part of the page is open.
    pub(crate) fn concern(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.of(field).is_some())
    }

    /// For the summary at the top of the page; `None` when nothing is wrong.
    pub(crate) fn summary(&self) -> Option<Vec<Value>> {
        let all = self.0.iter().map(|(field_name, message)| context! { field_name, message });
        (!self.is_empty()).then(|| all.collect())
    }

    /// For the words beside the fields: each with its first message.
    pub(crate) fn by_field(&self) -> Value {
        self.0.iter().rev().map(|(field, message)| (field.clone(), Value::from(message.clone()))).collect()
    }

    /// A date and a time of day, from the two fields `name` and `name.time`.
    pub(crate) fn moment(&mut self, fields: &Fields, name: &str, today: NaiveDate) -> Option<Instant> {
        let time_name = format!("{name}.time");
        let date = parse_date(fields.text(name), today).map_err(|error| self.add(name, error)).ok();
        let time = match fields.given(&time_name) {
            None => {
                self.add(&time_name, "Enter a time, like 9:30 or 2:15pm");
                None
            }
            Some(typed) => parse_time(typed).map_err(|error| self.add(&time_name, error)).ok(),
        };
        Some(from_london(date?.and_time(time?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_tells_the_first_thing_that_is_wrong_with_it_and_the_top_of_the_page_tells_all() {
        let mut errors = Errors::default();
        assert!(errors.summary().is_none());
        errors.add("why", "Say why");
        errors.add("why", "Too long");
        assert_eq!(errors.of("why"), Some("Say why"));
        assert_eq!(errors.by_field().get_attr("why").unwrap().as_str(), Some("Say why"));
        assert_eq!(errors.summary().unwrap().len(), 2);
        assert!(errors.concern(&["when", "why"]) && !errors.concern(&["when"]));
    }
}
