//! Answers given as JSON, for whoever scores without the pages.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::{Score, ScoreError, ScoreSheet};
use crate::answers::Answers;
use crate::definition::{Form, Question};
use throughline_domain::risk::AlertKind;

/// Scores answers given as JSON: an object by item (`{"mood": 2, "sleep": "several_days"}`), or
/// an array in the order asked (`[0, 1, null, 3]`). An answer is a code or its score; `null` or
/// absence is an unanswered item. A number as the name of an item is its place, from 1.
///
/// # Errors
/// Why there is no score, what cannot be an answer first.
pub fn score_answers_json(form: &Form, json: &str) -> Result<Score, ScoreError> {
    let given = Given::read(form, json)?;
    match given.wrong.into_iter().next() {
        Some(wrong) => Err(wrong),
        None => form.score(&given.answers),
    }
}

/// Everything that is to be said about answers given as JSON, whether or not they can be scored: what
/// cannot be an answer is told and left out, and the others still raise their alerts.
///
/// # Errors
/// The text is no answers at all, or the form is not scored.
pub fn score_sheet_json(form: &Form, json: &str) -> Result<ScoreSheet, ScoreError> {
    if form.scoring.is_none() {
        return Err(ScoreError::NotScored(form.id.clone()));
    }
    let given = Given::read(form, json)?;
    Ok(form.score_sheet(&given.answers, given.wrong))
}

/// Answers as they are written. An object keeps every line of its own: of two answers to one question neither is
/// lost before it is told.
enum Written {
    InOrder(Vec<Value>),
    ByName(Vec<(String, Value)>),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenVisitor)
    }
}

struct WrittenVisitor;

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = Written;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Written, A::Error> {
        let mut answers = Vec::new();
        while let Some(value) = list.next_element()? {
            answers.push(value);
        }
        Ok(Written::InOrder(answers))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
        let mut answers = Vec::new();
        while let Some(entry) = map.next_entry()? {
            answers.push(entry);
        }
        Ok(Written::ByName(answers))
    }
}

/// Answers as read, and what could not be.
#[derive(Default)]
struct Given {
    answers: Answers,
    /// The questions that were named, whatever was said of them.
    named: HashSet<String>,
    wrong: Vec<ScoreError>,
}

impl Given {
    fn read(form: &Form, json: &str) -> Result<Self, ScoreError> {
        let written = serde_json::from_str(json).map_err(|error| ScoreError::NotAnswers(error.to_string()))?;
        let mut read = Self::default();
        let asked = form.scored_questions();
        match written {
            Written::InOrder(list) => {
                if list.len() > asked.len() {
                    read.wrong.push(ScoreError::TooMany { given: list.len(), items: asked.len() });
                }
                asked.iter().zip(&list).for_each(|(question, value)| read.take(question, value));
            }
            Written::ByName(answers) => {
                for (name, value) in answers {
                    match named(form, &asked, &name) {
                        Some(question) => read.take(question, &value),
                        None => read.wrong.push(no_such_item(form, &asked, &name)),
                    }
                }
            }
        }
        Ok(read)
    }

    /// Takes an answer. A second one to the same question stands beside the first, so that an alert that either of
    /// them raises is raised; nothing is scored then.
    fn take(&mut self, question: &Question, value: &Value) {
        if !self.named.insert(question.id.clone()) {
            self.wrong.push(ScoreError::AnsweredTwice { question: question.id.clone() });
        }
        match question.told(value) {
            Ok(answer) => {
                let before = self.answers.get(&question.id).to_vec();
                self.answers.set(&question.id, before.into_iter().chain(answer));
            }
            Err(wrong) => self.wrong.push(wrong),
        }
    }
}

/// The question of this name; else the scored question at this place.
fn named<'a>(form: &'a Form, asked: &[&'a Question], name: &str) -> Option<&'a Question> {
    let place = || name.parse::<usize>().ok()?.checked_sub(1).and_then(|place| asked.get(place).copied());
    form.question(name).or_else(place)
}

fn no_such_item(form: &Form, asked: &[&Question], name: &str) -> ScoreError {
    ScoreError::NoSuchItem {
        instrument: form.id.clone(),
        question: name.to_owned(),
        items: asked.iter().map(|item| item.id.clone()).collect(),
    }
}

impl Question {
    /// The answer that a JSON value gives; `None` for null.
    fn told(&self, given: &Value) -> Result<Option<String>, ScoreError> {
        match given {
            Value::Null => Ok(None),
            Value::String(text) if text.trim().is_empty() => Ok(None),
            Value::String(text) if !self.kind.is_coded() => Ok(Some(text.clone())),
            Value::Number(number) if !self.kind.is_coded() => {
                Ok(Some(whole(number).map_or_else(|| number.to_string(), |whole| whole.to_string())))
            }
            given => self.code_of(given).map(|code| Some(code.to_owned())).ok_or_else(|| match given {
                Value::String(text) => self.not_offered(text),
                given => self.not_offered(&given.to_string()),
            }),
        }
    }

    /// The code that a JSON value names: itself, its score, or true and false for yes and no.
    fn code_of(&self, given: &Value) -> Option<&str> {
        let option = match given {
            Value::String(code) => self.option(code),
            Value::Bool(yes) => self.option(if *yes { "yes" } else { "no" }),
            Value::Number(number) if self.is_item() => {
                let score = whole(number)?;
                self.options.iter().find(|option| option.score.map(i64::from) == Some(score))
            }
            Value::Number(number) if self.asks_of_self_harm() && number.as_f64()? > 0.0 => self.option("yes"),
            Value::Number(number) => match whole(number) {
                Some(1) => self.option("yes"),
                Some(0) => self.option("no"),
                _ => None,
            },
            _ => None,
        };
        option.map(|option| option.code.as_str())
    }

    /// Whether the score of an item about self-harm may be given for the question whether it was above 0.
    fn asks_of_self_harm(&self) -> bool {
        self.feeds.alert.as_ref().is_some_and(|alert| alert.kind == AlertKind::SelfHarm)
    }
}

/// The whole number that a number is, however it is written: `12` and `12.0`.
fn whole(number: &Number) -> Option<i64> {
    let real = || {
        let real = number.as_f64().filter(|real| real.fract() == 0.0 && real.abs() <= f64::from(i32::MAX))?;
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and within the whole numbers")]
        let whole = real as i64;
        Some(whole)
    };
    number.as_i64().or_else(real)
}
