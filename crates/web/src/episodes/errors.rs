//! What is wrong with a form of our own, field by field.

use crate::Fields;
use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_domain::time::{Instant, from_london, parse_date, parse_time};

/// What is wrong with a submitted form, in the order of its fields.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<(String, String)>);

impl Errors {
    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the summary at the top of the page.
    pub fn list(&self) -> Value {
        self.0.iter().map(|(field_name, message)| context! { field_name, message }).collect()
    }

    /// For the words beside each field.
    pub fn by_field(&self) -> Value {
        self.0.iter().map(|(field, message)| (field.clone(), Value::from(message.clone()))).collect()
    }

    /// A date and a time of day, from the two fields `name` and `name.time`.
    pub fn moment(&mut self, fields: &Fields, name: &str, today: NaiveDate) -> Option<Instant> {
        let time_name = format!("{name}.time");
        let date = parse_date(fields.text(name), today).map_err(|error| self.add(name, error.to_string())).ok();
        let time = match fields.given(&time_name) {
            None => {
                self.add(&time_name, "Enter a time, like 9:30 or 2:15pm");
                None
            }
            Some(typed) => parse_time(typed).map_err(|error| self.add(&time_name, error.to_string())).ok(),
        };
        Some(from_london(date?.and_time(time?)))
    }
}
