//! What was typed and ticked.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use throughline_domain::time::{parse_date, parse_time};

use crate::definition::{Form, Kind, Question};

/// The answers to a form, by question id, exactly as given.
///
/// Single kinds hold one value. A ticked finding `CODE` of question `q` has three answers beside
/// it, `q.CODE.status`, `q.CODE.known` and `q.CODE.source`; the time of a date-and-time is `q.time`. Stored as a
/// JSON object of arrays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Vec<String>>);

impl Answers {
    /// Reads the name/value pairs of a submitted page.
    ///
    /// Names that are no field of the form are left out; values are kept to the letter, whether
    /// or not the question applies, the code is offered or the date can be read: telling is the
    /// work of [`Form::check`]. Only the empty string is no answer. Ticked codes are kept in the
    /// order offered, so that the same ticks are the same answers.
    pub fn read(form: &Form, pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut answers = Self::default();
        for (name, value) in pairs {
            match form.field(&name) {
                Some(Field::Many) => answers.add(name, value),
                Some(Field::One) if !value.is_empty() => answers.set(&name, [value]),
                Some(Field::One) | None => {}
            }
        }
        for question in form.questions().filter(|question| question.kind.takes_many()) {
            answers.sort(question);
        }
        answers
    }

    /// Every value given to a field.
    pub fn get(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], Vec::as_slice)
    }

    /// The value of a single field.
    pub fn one(&self, field: &str) -> Option<&str> {
        self.get(field).first().map(String::as_str)
    }

    /// Whether anything but spaces was given.
    pub fn is_answered(&self, field: &str) -> bool {
        self.get(field).iter().any(|value| !value.trim().is_empty())
    }

    /// Whether this code is chosen.
    pub fn has(&self, field: &str, code: &str) -> bool {
        self.get(field).iter().any(|value| value == code)
    }

    /// Replaces the values of a field; no values removes it.
    pub fn set<V: Into<String>>(&mut self, field: &str, values: impl IntoIterator<Item = V>) {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            self.0.remove(field);
        } else {
            self.0.insert(field.to_owned(), values);
        }
    }

    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field with its values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(field, values)| (field.as_str(), values.as_slice()))
    }

    /// The codes a findings question holds anything about, ticked or not.
    pub(crate) fn codes_spoken_of(&self, question: &str) -> Vec<&str> {
        let ticked = self.get(question).iter().map(String::as_str);
        let detailed = self.0.keys().filter_map(|field| {
            let (id, rest) = field.split_once('.')?;
            let (code, part) = rest.rsplit_once('.')?;
            (id == question && is_finding_part(part)).then_some(code)
        });
        ticked.chain(detailed).collect()
    }

    fn add(&mut self, name: String, value: String) {
        let values = self.0.entry(name).or_default();
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }

    fn sort(&mut self, question: &Question) {
        let place =
            |code: &String| question.options.iter().position(|option| option.code == *code).unwrap_or(usize::MAX);
        let Some(values) = self.0.get_mut(&question.id) else {
            return;
        };
        values.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
        if values.is_empty() {
            self.0.remove(&question.id);
        }
    }
}

impl Question {
    /// Whether anything was given to the question: for a date with a time, either of the two.
    pub(crate) fn is_answered(&self, answers: &Answers) -> bool {
        answers.is_answered(&self.id) || self.time_of_day(answers).is_some()
    }

    /// The time that was given beside a date.
    pub(crate) fn time_of_day<'a>(&self, answers: &'a Answers) -> Option<&'a str> {
        let has_time = self.kind == Kind::DateTime;
        let given = has_time.then(|| answers.one(&format!("{}.time", self.id))).flatten();
        given.filter(|time| !time.trim().is_empty())
    }

    /// Whether nothing was answered, or the answer says just that.
    pub(crate) fn is_silent(&self, answers: &Answers) -> bool {
        let given = answers.get(&self.id);
        let says_so = given.iter().filter_map(|code| self.option(code)).any(|option| option.unanswered);
        says_so || !self.is_answered(answers)
    }
}

/// Whether a finding has an answer of this name beside it.
fn is_finding_part(part: &str) -> bool {
    matches!(part, "status" | "known" | "source")
}

/// A field of the page.
enum Field {
    One,
    Many,
}

impl Form {
    /// What a field name of the page stands for, or `None` when it is not of this form.
    fn field(&self, name: &str) -> Option<Field> {
        let (id, rest) = name.split_once('.').map_or((name, None), |(id, rest)| (id, Some(rest)));
        let question = self.question(id)?;
        match (question.kind, rest) {
            (kind, None) if kind.takes_many() => Some(Field::Many),
            (_, None) | (Kind::DateTime, Some("time")) => Some(Field::One),
            (Kind::Findings, Some(rest)) => {
                rest.rsplit_once('.').filter(|(_, part)| is_finding_part(part)).map(|_| Field::One)
            }
            _ => None,
        }
    }

    /// Writes every date and time that can be understood in one way (`2026-03-26`, `14:05`), so
    /// that `26` in a year means the same when it is read in ten years. What cannot be
    /// understood stays as typed.
    pub fn settle(&self, answers: &mut Answers, today: NaiveDate) {
        for question in self.questions() {
            let time_field = match question.kind {
                Kind::Date => None,
                Kind::Time => Some(question.id.clone()),
                Kind::DateTime => Some(format!("{}.time", question.id)),
                _ => continue,
            };
            if question.kind != Kind::Time
                && let Some(Ok(date)) = answers.one(&question.id).map(|text| parse_date(text, today))
            {
                answers.set(&question.id, [date.to_string()]);
            }
            if let Some(field) = time_field
                && let Some(Ok(time)) = answers.one(&field).map(parse_time)
            {
                answers.set(&field, [hours_minutes(time)]);
            }
        }
    }
}

/// `14:05`.
pub(crate) fn hours_minutes(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// The date in a text, when it means the same in every year it could have been typed.
pub(crate) fn settled_date(text: &str) -> Option<NaiveDate> {
    let early = NaiveDate::from_ymd_opt(2000, 1, 1)?;
    let late = NaiveDate::from_ymd_opt(2099, 1, 1)?;
    let date = parse_date(text, early).ok()?;
    (parse_date(text, late).ok()? == date).then_some(date)
}
