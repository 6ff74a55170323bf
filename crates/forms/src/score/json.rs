//! Answers given as JSON, for whoever scores without the pages.

use serde_json::Value;

use super::{Score, ScoreError, ScoreSheet};
use crate::answers::Answers;
use crate::definition::{Form, Question};

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

/// Answers as read, and what could not be.
struct Given {
    answers: Answers,
    wrong: Vec<ScoreError>,
}

impl Given {
    fn read(form: &Form, json: &str) -> Result<Self, ScoreError> {
        let given: Value = serde_json::from_str(json).map_err(|error| ScoreError::NotAnswers(error.to_string()))?;
        let mut read = Self { answers: Answers::default(), wrong: Vec::new() };
        let asked = form.scored_questions();
        match &given {
            Value::Array(list) => {
                if list.len() > asked.len() {
                    read.wrong.push(ScoreError::TooMany { given: list.len(), items: asked.len() });
                }
                asked.iter().zip(list).for_each(|(question, value)| read.take(question, value));
            }
            Value::Object(map) => {
                for (name, value) in map {
                    match named(form, &asked, name) {
                        Some(question) => read.take(question, value),
                        None => read.wrong.push(no_such_item(form, &asked, name)),
                    }
                }
            }
            _ => return Err(ScoreError::NotAnswers("this is neither".to_owned())),
        }
        Ok(read)
    }

    fn take(&mut self, question: &Question, value: &Value) {
        match question.told(value) {
            Ok(answer) => self.answers.set(&question.id, answer),
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
            Value::Number(number) if !self.kind.is_coded() => Ok(Some(number.to_string())),
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
                self.options.iter().find(|option| option.score.map(i64::from) == number.as_i64())
            }
            Value::Number(number) => match number.as_i64() {
                Some(1) => self.option("yes"),
                Some(0) => self.option("no"),
                _ => None,
            },
            _ => None,
        };
        option.map(|option| option.code.as_str())
    }
}
