//! What is wrong with answers, in words for the person who gave them.

use chrono::NaiveDate;
use serde::Serialize;
use throughline_domain::time::{Instant, TypedError, london_date, parse_date, parse_time};

use crate::answers::Answers;
use crate::definition::{Form, Kind, Question, Required};

/// Why answers are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To keep them for later. A draft is always saved: only dates and times that cannot be read,
    /// or cannot be right, are told.
    Draft,
    /// To sign them.
    Sign,
}

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The question's id.
    pub question: String,
    /// The field on the page: the question's id, or a part of it such as `q.CODE.status`.
    pub field_name: String,
    /// What to do: "Choose how urgent this is".
    pub message: String,
}

impl FieldError {
    pub(crate) fn new(question: &Question, message: impl Into<String>) -> Self {
        Self::at(question, question.id.clone(), message)
    }

    pub(crate) fn at(question: &Question, field_name: String, message: impl Into<String>) -> Self {
        Self { question: question.id.clone(), field_name, message: message.into() }
    }
}

/// How far a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionState {
    /// Nothing in it is answered.
    NotStarted,
    /// Something is answered, something needed is not.
    InProgress,
    /// Everything the section itself needs is answered.
    Complete,
}

/// One row of the task list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SectionProgress {
    /// The section's id.
    pub id: String,
    /// The section's title.
    pub title: String,
    /// How far it is.
    pub state: SectionState,
    /// The needed questions that are unanswered, by label.
    pub outstanding: Vec<String>,
}

impl Form {
    /// Tells what is wrong with the answers to the questions that apply, at the moment `now`. For
    /// a draft that is only a date or time that cannot be read or cannot be right; the caller
    /// saves it all the same.
    pub fn check(&self, answers: &Answers, purpose: Purpose, now: Instant) -> Vec<FieldError> {
        let visible = self.visible(answers);
        let mut errors: Vec<FieldError> = visible
            .iter()
            .flat_map(|question| {
                let mut told = question.check(&visible, answers, purpose, london_date(now));
                if told.is_empty() {
                    told.extend(question.misplaced(&visible, answers, now));
                }
                if told.is_empty() && purpose == Purpose::Sign {
                    told.extend(question.contradiction(&visible, answers));
                }
                told
            })
            .collect();
        if purpose == Purpose::Sign {
            errors.extend(self.check_risk(answers));
            let entered = self.check_entered(answers);
            errors.extend(entered.filter(|wrong| errors.iter().all(|told| told.question != wrong.question)));
        }
        errors
    }

    /// How far each section is: the task list of the form.
    pub fn progress(&self, answers: &Answers) -> Vec<SectionProgress> {
        let visible = self.visible(answers);
        self.sections
            .iter()
            .map(|section| {
                let asked = || section.questions.iter().filter(|question| visible.contains(question));
                let outstanding: Vec<String> = asked()
                    .filter(|question| question.required == Required::Yes && question.is_needed(&visible, answers))
                    .filter(|question| !answers.is_answered(&question.id))
                    .map(|question| question.label.clone())
                    .collect();
                let started = asked().any(|question| question.is_answered(answers));
                let state = match (started, outstanding.is_empty()) {
                    (false, _) => SectionState::NotStarted,
                    (true, false) => SectionState::InProgress,
                    (true, true) => SectionState::Complete,
                };
                SectionProgress { id: section.id.clone(), title: section.title.clone(), state, outstanding }
            })
            .collect()
    }
}

impl Question {
    fn check(&self, visible: &[&Self], answers: &Answers, purpose: Purpose, today: NaiveDate) -> Vec<FieldError> {
        let mut errors = self.unreadable(answers, today);
        if purpose == Purpose::Sign && errors.is_empty() {
            errors.extend(self.unsignable(visible, answers));
        }
        errors
    }

    fn unreadable(&self, answers: &Answers, today: NaiveDate) -> Vec<FieldError> {
        let told = |field: String, wrong: Option<TypedError>| {
            wrong.map(|error| FieldError::at(self, field, error.to_string()))
        };
        let typed = |field: &str| answers.one(field).filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let date = |field: &str| typed(field).and_then(|text| parse_date(&text, today).err());
        let time = |field: &str| typed(field).and_then(|text| parse_time(&text).err());
        let time_field = format!("{}.time", self.id);
        match self.kind {
            Kind::Date => told(self.id.clone(), date(&self.id)).into_iter().collect(),
            Kind::Time => told(self.id.clone(), time(&self.id)).into_iter().collect(),
            Kind::DateTime => {
                let day = told(self.id.clone(), date(&self.id));
                let hour = told(time_field.clone(), time(&time_field));
                day.into_iter().chain(hour).collect()
            }
            _ => Vec::new(),
        }
    }

    fn unsignable(&self, visible: &[&Self], answers: &Answers) -> Vec<FieldError> {
        if !self.is_answered(answers) {
            let needed = self.is_needed(visible, answers);
            return needed.then(|| FieldError::new(self, self.missing_message())).into_iter().collect();
        }
        match self.kind {
            Kind::Text | Kind::LongText | Kind::Date | Kind::Time => Vec::new(),
            Kind::DateTime => self.half_a_moment(answers).into_iter().collect(),
            Kind::Number { min, max } => self.not_a_number(answers, min, max).into_iter().collect(),
            Kind::YesNo | Kind::Single | Kind::Multi => self.wrong_choice(answers).into_iter().collect(),
            Kind::Findings => self.wrong_choice(answers).into_iter().chain(self.half_told(answers)).collect(),
        }
    }

    fn missing_message(&self) -> String {
        if let Some(message) = &self.missing {
            return message.clone();
        }
        let verb = match self.kind {
            kind if kind.takes_many() => "Choose one or more answers to",
            kind if kind.is_coded() => "Choose an answer to",
            _ => "Write an answer to",
        };
        format!("{verb} “{}”", self.label)
    }

    /// A date needs its time and a time its date: neither alone says when.
    fn half_a_moment(&self, answers: &Answers) -> Option<FieldError> {
        if !answers.is_answered(&self.id) {
            return Some(FieldError::new(self, "Enter the date as well, like 26/3/2026"));
        }
        let field = format!("{}.time", self.id);
        (!answers.is_answered(&field))
            .then(|| FieldError::at(self, field, "Enter the time as well, like 9:30 or 2:15pm"))
    }

    fn not_a_number(&self, answers: &Answers, min: Option<f64>, max: Option<f64>) -> Option<FieldError> {
        let typed = answers.one(&self.id).unwrap_or_default().trim();
        let number = typed.parse::<f64>().ok().filter(|number| number.is_finite());
        let message = match (number, min, max) {
            (None, ..) => format!("‘{typed}’ is not a number: enter it in digits, like 12"),
            (Some(number), Some(min), _) if number < min => {
                format!("Enter a number of {min} or more")
            }
            (Some(number), _, Some(max)) if number > max => {
                format!("Enter a number of {max} or less")
            }
            _ => return None,
        };
        Some(FieldError::new(self, message))
    }

    fn wrong_choice(&self, answers: &Answers) -> Option<FieldError> {
        let chosen = answers.get(&self.id);
        if let Some(gone) = chosen.iter().find(|code| self.option(code).is_none()) {
            let message = format!("‘{gone}’ is not offered any more: choose again for “{}”", self.label);
            return Some(FieldError::new(self, message));
        }
        let alone = chosen.iter().filter_map(|code| self.option(code)).find(|option| option.alone)?;
        (chosen.len() > 1)
            .then(|| FieldError::new(self, format!("Choose “{}” on its own, or choose the others", alone.label)))
    }

    /// A ticked finding says how sure it is, whether it is new and who says so. What the person
    /// declined to say has no other source.
    fn half_told(&self, answers: &Answers) -> Vec<FieldError> {
        let ticked = answers.get(&self.id).iter().filter_map(|code| self.option(code));
        ticked
            .filter(|option| !option.alone)
            .flat_map(|option| {
                let label = &option.label;
                let status = format!("{}.{}.status", self.id, option.code);
                let known = format!("{}.{}.known", self.id, option.code);
                let source = format!("{}.{}.source", self.id, option.code);
                let declined = answers.has(&status, "declined");
                let parts = [
                    (status, format!("Say whether “{label}” is identified, suspected or diagnosed, or that the person declined to say")),
                    (known, format!("Say whether “{label}” is new or was already known")),
                    (source, format!("Say who “{label}” is known from")),
                ];
                parts
                    .into_iter()
                    .filter(move |(field, _)| !(declined && field.ends_with(".source")))
                    .filter(|(field, _)| !answers.is_answered(field))
                    .map(|(field, message)| FieldError::at(self, field, message))
            })
            .collect()
    }
}
