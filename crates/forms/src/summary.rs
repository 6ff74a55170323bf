//! The answers in human words.

use serde::Serialize;
use throughline_domain::time::date_long;

use crate::answers::{Answers, settled_date};
use crate::definition::{AudienceClass, Form, Kind, Question};
use crate::vocabulary::{FINDING_KNOWN, FINDING_SOURCES, FINDING_STATUSES, label};

/// What is shown for a needed answer that is not there.
pub(crate) const NOT_ANSWERED: &str = "Not answered";

/// A section of the check-answers page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummarySection {
    /// The section's id, for its "Change" link.
    pub id: String,
    /// The section's title.
    pub title: String,
    /// What kind of information it is.
    pub class: AudienceClass,
    /// One row a question that applies and is answered, or should be.
    pub rows: Vec<SummaryRow>,
}

/// A question with its answer in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// The question's id, for its "Change" link.
    pub question_id: String,
    /// The words of the question.
    pub label: String,
    /// The answer in words; several lines when several things were chosen.
    pub value: String,
    /// Whether the answer is prose, to be shown across the page.
    pub long: bool,
}

impl Form {
    /// The check-answers page: the questions that apply and are answered, and those that need an
    /// answer and have none. Sections in which nothing applies are left out.
    pub fn summary(&self, answers: &Answers) -> Vec<SummarySection> {
        let visible = self.visible(answers);
        self.sections
            .iter()
            .map(|section| SummarySection {
                id: section.id.clone(),
                title: section.title.clone(),
                class: section.class,
                rows: section
                    .questions
                    .iter()
                    .filter(|question| visible.contains(question))
                    .filter(|question| question.is_told(&visible, answers))
                    .map(|question| question.row(answers))
                    .collect(),
            })
            .filter(|section| !section.rows.is_empty())
            .collect()
    }
}

impl Form {
    /// What is answered and does not count: the question does not apply any more with the other
    /// answers, or this version of the form does not ask it. It is kept, shown apart, and never
    /// signed.
    pub fn not_asked_now(&self, answers: &Answers) -> Vec<SummaryRow> {
        let visible = self.visible(answers);
        let hidden = self
            .questions()
            .filter(|question| !visible.contains(question) && question.is_answered(answers))
            .map(|question| question.row(answers));
        hidden.chain(self.gone(answers)).collect()
    }

    /// Answers to questions that an earlier version asked.
    fn gone(&self, answers: &Answers) -> Vec<SummaryRow> {
        let mut rows: Vec<SummaryRow> = Vec::new();
        for (field, values) in answers.iter() {
            let id = field.split('.').next().unwrap_or(field);
            if self.question(id).is_some() || !answers.is_answered(field) {
                continue;
            }
            let value = values.join("\n");
            match rows.last_mut().filter(|row| row.question_id == id) {
                Some(row) => row.value = format!("{}\n{value}", row.value),
                None => rows.push(SummaryRow {
                    question_id: id.to_owned(),
                    label: format!("‘{id}’, from an earlier version of this form"),
                    value,
                    long: true,
                }),
            }
        }
        rows
    }
}

impl Question {
    /// Whether a summary has a row for the question.
    pub(crate) fn is_told(&self, visible: &[&Self], answers: &Answers) -> bool {
        self.is_needed(visible, answers) || self.is_answered(answers)
    }

    fn row(&self, answers: &Answers) -> SummaryRow {
        SummaryRow {
            question_id: self.id.clone(),
            label: self.label.clone(),
            value: self.in_words(answers),
            long: self.kind == Kind::LongText,
        }
    }

    /// The answer in words.
    pub(crate) fn in_words(&self, answers: &Answers) -> String {
        if !self.is_answered(answers) {
            return NOT_ANSWERED.to_owned();
        }
        let given = answers.get(&self.id);
        let one = given.first().map(String::as_str).unwrap_or_default();
        match self.kind {
            Kind::Text | Kind::LongText | Kind::Number { .. } | Kind::Time => one.to_owned(),
            Kind::Date => date_in_words(one),
            Kind::DateTime => match (one.trim(), self.time_of_day(answers)) {
                ("", Some(time)) => format!("{time}, without a date"),
                (_, Some(time)) => format!("{} at {time}", date_in_words(one)),
                (_, None) => date_in_words(one),
            },
            Kind::YesNo | Kind::Single | Kind::Multi => lines(given.iter().map(|code| self.option_label(code))),
            Kind::Findings => lines(given.iter().map(|code| self.finding_in_words(answers, code))),
        }
    }

    pub(crate) fn option_label(&self, code: &str) -> String {
        self.option(code).map_or_else(|| code.to_owned(), |option| option.label.clone())
    }

    fn finding_in_words(&self, answers: &Answers, code: &str) -> String {
        let said = [("status", FINDING_STATUSES), ("known", FINDING_KNOWN)].map(|(part, list)| {
            let code = self.part(answers, code, part)?;
            Some(label(list, &code).map_or(code.clone(), str::to_lowercase))
        });
        let source = self.part(answers, code, "source").map(|code| {
            let words = label(FINDING_SOURCES, &code).map_or(code.clone(), str::to_lowercase);
            format!("source: {words}")
        });
        let said: Vec<String> = said.into_iter().flatten().chain(source).collect();
        match said.as_slice() {
            [] => self.option_label(code),
            said => format!("{}: {}", self.option_label(code), said.join(", ")),
        }
    }
}

fn lines(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join("\n")
}

/// `26 March 2026`, or what was typed when it can be read in more than one way or none.
fn date_in_words(typed: &str) -> String {
    settled_date(typed).map_or_else(|| typed.to_owned(), date_long)
}
