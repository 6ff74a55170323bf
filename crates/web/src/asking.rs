//! Drawing the questions of our own forms, in the shape that `parts/form.html` takes: what was typed, or is known,
//! and what is wrong with it.

use crate::Errors;
use chrono::NaiveDate;
use minijinja::{Value, context};

/// Draws questions with what was typed, or is known, and what is wrong with it.
pub(crate) struct Asking<'a> {
    /// The answer to show in a field.
    pub answer: &'a (dyn Fn(&str) -> String + Sync),
    /// What is wrong.
    pub errors: &'a Errors,
}

impl Asking<'_> {
    /// A question of one line or, with `kind`, of another shape.
    pub(crate) fn question(&self, kind: &str, name: &str, label: &str, hint: &str) -> Value {
        let hint = Some(hint).filter(|hint| !hint.is_empty());
        context! { id => name, name, kind, label, hint, value => (self.answer)(name), error => self.errors.of(name), rows => 3 }
    }

    /// A question with options.
    pub(crate) fn choice<'o>(
        &self,
        kind: &str,
        name: &str,
        label: &str,
        hint: &str,
        options: impl IntoIterator<Item = (&'o str, &'o str)>,
    ) -> Value {
        let answer = (self.answer)(name);
        let options: Vec<Value> =
            options.into_iter().map(|(code, label)| context! { code, label, checked => code == answer }).collect();
        context! { options, ..self.question(kind, name, label, hint) }
    }

    /// A date and a time of day, in the two fields `name` and `name.time` that [`Errors::moment`] reads.
    pub(crate) fn date_time(&self, name: &str, label: &str, hint: &str) -> Value {
        let time = format!("{name}.time");
        let time = context! { name => time, value => (self.answer)(&time), error => self.errors.of(&time) };
        context! { time, ..self.question("date_time", name, label, hint) }
    }

    /// A question of yes or no.
    pub(crate) fn yes_no(&self, name: &str, label: &str, hint: &str) -> Value {
        self.choice("yes_no", name, label, hint, [("yes", "Yes"), ("no", "No")])
    }
}

/// The question, asked only when `about` has this answer; `words` say so without script.
pub(crate) fn only_when(question: Value, about: &str, answer: &str, words: &str) -> Value {
    let test = context! { any_of => vec![answer] };
    context! { when => context! { about => context! { question => about, test } }, only_if => words, ..question }
}

/// Codes and labels of a code list.
pub(crate) fn codes<T: Copy>(
    all: &[T],
    code: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> Vec<(&'static str, &'static str)> {
    all.iter().map(|one| (code(*one), label(*one))).collect()
}

/// A date as people type it: `12/3/1984`.
pub(crate) fn typed_date(date: NaiveDate) -> String {
    date.format("%-d/%-m/%Y").to_string()
}
