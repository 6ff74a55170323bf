//! Signed answers, frozen so that they can be read without the definition they answered.

use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::definition::{AudienceClass, Form, Kind, NationalCode, Question};
use crate::score::Score;
use crate::summary::NOT_ANSWERED;

/// The answers to one form in words and codes. It names the form and version it was, and needs
/// neither: labels, words, classes and score are its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The form's id.
    pub form: String,
    /// The form's version.
    pub version: u32,
    /// The form's title.
    pub title: String,
    /// The sections with at least one answer, in the order asked.
    pub sections: Vec<SnapshotSection>,
    /// The score, when the form has one and it could be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<SnapshotScore>,
    /// Why a form that is scored has no score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_withheld: Option<String>,
}

/// A section of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSection {
    /// The section's id.
    pub id: String,
    /// The section's title.
    pub title: String,
    /// What kind of information it is.
    pub class: AudienceClass,
    /// The answers, in the order asked.
    pub answers: Vec<SnapshotAnswer>,
}

/// One answer, with the words of its question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotAnswer {
    /// The question's id.
    pub question: String,
    /// The words of the question, as they were.
    pub label: String,
    /// The kind of question: `single`, `long_text`, and so on.
    pub kind: String,
    /// The answer in words.
    pub value: String,
    /// The answer in codes, for the kinds that are coded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<SnapshotCode>,
    /// Whether the answer is prose.
    #[serde(default)]
    pub long: bool,
    /// The documents that may carry the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// The dataset item the answer fills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
}

/// One chosen option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotCode {
    /// The option's code.
    pub code: String,
    /// The option's words, as they were.
    pub label: String,
    /// The same in a national list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national: Option<NationalCode>,
    /// How sure a finding is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether a finding is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// Who says that a finding is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A score with who may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotScore {
    /// The class of the items it sums, or of the total that was entered.
    pub class: AudienceClass,
    /// The documents that may carry it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// The result.
    #[serde(flatten)]
    pub score: Score,
}

impl Form {
    /// Freezes the answers to the questions that apply.
    pub fn snapshot(&self, answers: &Answers) -> Snapshot {
        let visible = self.visible(answers);
        let sections = self
            .sections
            .iter()
            .map(|section| SnapshotSection {
                id: section.id.clone(),
                title: section.title.clone(),
                class: section.class,
                answers: section
                    .questions
                    .iter()
                    .filter(|question| visible.contains(question) && question.is_told(&visible, answers))
                    .map(|question| question.frozen(answers))
                    .collect(),
            })
            .filter(|section| !section.answers.is_empty())
            .collect();
        let scored = self.scoring.as_ref().map(|scoring| (scoring, self.score(answers)));
        let (score, score_withheld) = match scored {
            Some((scoring, Ok(score))) => {
                let documents = scoring.document.clone();
                (Some(SnapshotScore { class: self.score_class(), documents, score }), None)
            }
            Some((_, Err(error))) => (None, Some(error.in_words(self))),
            None => (None, None),
        };
        Snapshot {
            form: self.id.clone(),
            version: self.version,
            title: self.title.clone(),
            sections,
            score,
            score_withheld,
        }
    }

    fn score_class(&self) -> AudienceClass {
        self.sections
            .iter()
            .find(|section| section.questions.iter().any(|question| self.gives_score(question)))
            .map_or(AudienceClass::Clinical, |section| section.class)
    }
}

impl Snapshot {
    /// Only what is of this class.
    #[must_use]
    pub fn for_class(&self, class: AudienceClass) -> Self {
        let sections: Vec<SnapshotSection> =
            self.sections.iter().filter(|section| section.class == class).cloned().collect();
        Self {
            score: self.score.clone().filter(|score| score.class == class),
            score_withheld: self.score_withheld.clone().filter(|_| !sections.is_empty()),
            sections,
            ..self.clone()
        }
    }

    /// Only what a document of this kind may carry, a code of
    /// [`DOCUMENT_KINDS`](crate::vocabulary::DOCUMENT_KINDS). Deny by default: an answer that
    /// does not name the document is not in it, and a score comes without its items.
    #[must_use]
    pub fn for_document(&self, kind: &str) -> Self {
        let carries = |documents: &[String]| documents.iter().any(|document| document == kind);
        let sections = self
            .sections
            .iter()
            .map(|section| SnapshotSection {
                answers: section.answers.iter().filter(|answer| carries(&answer.documents)).cloned().collect(),
                ..section.clone()
            })
            .filter(|section| !section.answers.is_empty())
            .collect();
        Self {
            sections,
            score: self.score.clone().filter(|score| carries(&score.documents)).map(SnapshotScore::bare),
            score_withheld: None,
            ..self.clone()
        }
    }

    /// The answers as the form took them, in codes where there are codes: enough to ask the same version of the
    /// form again what follows from them. What nobody answered has no answer here either.
    pub fn answers(&self) -> Answers {
        let mut answers = Answers::default();
        for answer in self.sections.iter().flat_map(|section| &section.answers) {
            if !answer.codes.is_empty() {
                answers.set(&answer.question, answer.codes.iter().map(|one| one.code.as_str()));
            } else if answer.value != NOT_ANSWERED {
                answers.set(&answer.question, [answer.value.as_str()]);
            }
        }
        answers
    }

    /// The answer to a question.
    pub fn answer(&self, question: &str) -> Option<&SnapshotAnswer> {
        self.sections.iter().flat_map(|section| &section.answers).find(|answer| answer.question == question)
    }
}

impl SnapshotScore {
    /// The total and its band alone: items, their alerts and what is said of them are answers, and
    /// answers travel only when their own question says so.
    fn bare(mut self) -> Self {
        self.score.items.clear();
        self.score.missing.clear();
        self.score.skipped.clear();
        self.score.alerts.clear();
        self.score.notices.clear();
        self
    }
}

impl Question {
    fn frozen(&self, answers: &Answers) -> SnapshotAnswer {
        SnapshotAnswer {
            question: self.id.clone(),
            label: self.label.clone(),
            kind: self.kind.code().to_owned(),
            value: self.in_words(answers),
            codes: self.frozen_codes(answers),
            long: self.kind == Kind::LongText,
            documents: self.feeds.document.clone(),
            dataset: self.feeds.dataset.clone(),
        }
    }

    fn frozen_codes(&self, answers: &Answers) -> Vec<SnapshotCode> {
        if !self.kind.is_coded() {
            return Vec::new();
        }
        answers
            .get(&self.id)
            .iter()
            .map(|code| SnapshotCode {
                code: code.clone(),
                label: self.option_label(code),
                national: self.option(code).and_then(|option| option.national.clone()),
                status: self.part(answers, code, "status"),
                known: self.part(answers, code, "known"),
                source: self.part(answers, code, "source"),
            })
            .collect()
    }
}
