//! The score of an instrument: a sum, its band, and what must be seen whatever the sum.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answers::Answers;
use crate::definition::{Form, MissingRule, Question, Scoring};
use crate::outcome::RaisedAlert;

/// What every score carries with it.
const STATEMENT: &str = "Screen, not a diagnosis";

/// The result of an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The instrument's id.
    pub instrument: String,
    /// The version of its definition.
    pub version: u32,
    /// The sum of the items; of all of them by proportion when `prorated`.
    pub total: i32,
    /// The highest total there can be.
    pub out_of: i32,
    /// The name of the band the total falls in.
    pub band: String,
    /// Whether missing items took the mean of the answered ones.
    pub prorated: bool,
    /// The unanswered items, by id.
    pub missing: Vec<String>,
    /// Each answered item.
    #[serde(default)]
    pub items: Vec<ItemScore>,
    /// The alerts its items raise, whatever the total.
    pub alerts: Vec<RaisedAlert>,
    /// "Screen, not a diagnosis".
    pub statement: String,
}

/// The score of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemScore {
    /// The question's id.
    pub question: String,
    /// The chosen option's code.
    pub code: String,
    /// What it counts.
    pub score: i32,
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// The form has no scoring.
    #[error("'{0}' is a form without a score; score an instrument instead")]
    NotScored(String),
    /// More items are unanswered than the instrument allows.
    #[error("{} of {items} items are not answered ({}); a score needs {}", .missing.len(), .missing.join(", "), need(*.items, *.allowed))]
    Missing {
        /// The unanswered items, by id.
        missing: Vec<String>,
        /// How many items there are.
        items: usize,
        /// How many may be missing.
        allowed: usize,
    },
    /// An answer is not one that the item offers.
    #[error("'{answer}' is not an answer to '{question}'; it takes {}", .offered.join(", "))]
    NotOffered {
        /// The item's id.
        question: String,
        /// What was given.
        answer: String,
        /// What may be given.
        offered: Vec<String>,
    },
    /// An answer names an item that the instrument has not.
    #[error("there is no item '{question}' in '{instrument}'; its items are {}", .items.join(", "))]
    NoSuchItem {
        /// The instrument's id.
        instrument: String,
        /// What was named.
        question: String,
        /// The items there are.
        items: Vec<String>,
    },
    /// A list of answers has more answers than the instrument has items.
    #[error("there are {given} answers, but only {items} items")]
    TooMany {
        /// How many answers were given.
        given: usize,
        /// How many items there are.
        items: usize,
    },
    /// The text is not JSON, or not an object or array.
    #[error("answers are a JSON object of item and answer, or an array in the order asked: {0}")]
    NotAnswers(String),
}

fn need(items: usize, allowed: usize) -> String {
    match allowed {
        0 => format!("all {items}"),
        allowed => format!("at least {}", items.saturating_sub(allowed)),
    }
}

/// The lowest and highest total there can be.
pub(crate) fn range(form: &Form) -> (i32, i32) {
    form.items().fold((0, 0), |(low, high), item| {
        let scores = || item.options.iter().filter_map(|option| option.score);
        (low + scores().min().unwrap_or(0), high + scores().max().unwrap_or(0))
    })
}

impl Form {
    /// Scores the answers: the sum of the items, its band, and the alerts of the items.
    ///
    /// A form with too many missing items has no score; its alerts are still those of
    /// [`Form::alerts`], which never waits for a total.
    pub fn score(&self, answers: &Answers) -> Result<Score, ScoreError> {
        let scoring = self.scoring.as_ref().ok_or_else(|| ScoreError::NotScored(self.id.clone()))?;
        let mut items = Vec::new();
        let mut missing = Vec::new();
        for question in self.items() {
            match answers.one(&question.id).filter(|code| !code.trim().is_empty()) {
                Some(code) => items.push(question.item_score(code)?),
                None => missing.push(question.id.clone()),
            }
        }
        let (asked, allowed) = (items.len() + missing.len(), scoring.may_miss());
        if missing.len() > allowed || items.is_empty() {
            return Err(ScoreError::Missing { missing, items: asked, allowed });
        }
        let total = prorated(items.iter().map(|item| item.score).sum(), items.len(), asked);
        Ok(Score {
            instrument: self.id.clone(),
            version: self.version,
            total,
            out_of: range(self).1,
            band: scoring.band(total).to_owned(),
            prorated: !missing.is_empty(),
            missing,
            items,
            alerts: self.alerts(answers),
            statement: STATEMENT.to_owned(),
        })
    }
}

/// The sum as if every item had been answered like the mean of the answered ones, to the nearest
/// whole number.
fn prorated(sum: i32, answered: usize, asked: usize) -> i32 {
    if answered == asked {
        return sum;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a total is below a few hundred")]
    let total = (f64::from(sum) * asked as f64 / answered as f64).round() as i32;
    total
}

impl Scoring {
    fn may_miss(&self) -> usize {
        match self.missing {
            MissingRule::Refuse => 0,
            MissingRule::Prorate { max } => max,
        }
    }

    fn band(&self, total: i32) -> &str {
        self.bands
            .iter()
            .find(|band| (band.from..=band.to).contains(&total))
            .map(|band| band.label.as_str())
            .expect("the bands of a proven definition cover every total")
    }
}

impl Question {
    fn item_score(&self, code: &str) -> Result<ItemScore, ScoreError> {
        let score = self.option(code).and_then(|option| option.score);
        let score = score.ok_or_else(|| self.not_offered(code))?;
        Ok(ItemScore { question: self.id.clone(), code: code.to_owned(), score })
    }

    fn not_offered(&self, answer: &str) -> ScoreError {
        let offered = self.options.iter().map(|option| match option.score {
            Some(score) => format!("{} ({score})", option.code),
            None => option.code.clone(),
        });
        ScoreError::NotOffered { question: self.id.clone(), answer: answer.to_owned(), offered: offered.collect() }
    }

    /// The code of an answer written as a code or as its score; `None` for null.
    fn code_of(&self, given: &Value) -> Result<Option<String>, ScoreError> {
        let found = match given {
            Value::Null => return Ok(None),
            Value::String(code) => self.option(code),
            Value::Number(number) => self.options.iter().find(|option| option.score.map(i64::from) == number.as_i64()),
            _ => None,
        };
        match found {
            Some(option) => Ok(Some(option.code.clone())),
            None => Err(self.not_offered(&given.to_string())),
        }
    }
}

/// Scores answers given as JSON: an object by item (`{"mood": 2, "sleep": "several_days"}`), or
/// an array in the order asked (`[0, 1, null, 3]`). An answer is a code or its score; `null` or
/// absence is an unanswered item.
pub fn score_answers_json(form: &Form, json: &str) -> Result<Score, ScoreError> {
    let given: Value = serde_json::from_str(json).map_err(|error| ScoreError::NotAnswers(error.to_string()))?;
    let items: Vec<&Question> = form.items().collect();
    let pairs: Vec<(&Question, &Value)> = match &given {
        Value::Array(list) if list.len() > items.len() => {
            return Err(ScoreError::TooMany { given: list.len(), items: items.len() });
        }
        Value::Array(list) => items.iter().copied().zip(list).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(id, value)| {
                let item = items.iter().copied().find(|item| item.id == *id);
                item.map(|item| (item, value)).ok_or_else(|| ScoreError::NoSuchItem {
                    instrument: form.id.clone(),
                    question: id.clone(),
                    items: items.iter().map(|item| item.id.clone()).collect(),
                })
            })
            .collect::<Result<_, _>>()?,
        _ => return Err(ScoreError::NotAnswers("this is neither".to_owned())),
    };
    let mut answers = Answers::default();
    for (item, value) in pairs {
        answers.set(&item.id, item.code_of(value)?);
    }
    form.score(&answers)
}
