//! Why there is no score, in words that say what would do.

use super::items::one_or_many;
use crate::definition::Form;

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
    /// No rule holds for certain: the missing items could still decide.
    #[error("{} not answered ({}), and could still decide: nothing can be concluded from what is missing", count_missing(.missing), .missing.join(", "))]
    Undecided {
        /// The unanswered items, by id.
        missing: Vec<String>,
    },
    /// Items have answers that would count, and other answers say that they do not apply.
    #[error("answers contradict each other: {}", contradiction(&.answered.join(", "), &.by.join(", ")))]
    Contradictory {
        /// The items that are answered although they do not apply, by id.
        answered: Vec<String>,
        /// The questions whose answers say that they do not, by id.
        by: Vec<String>,
    },
    /// A question has two answers.
    #[error("'{question}' is answered twice: leave one of the two answers out")]
    AnsweredTwice {
        /// The question's id.
        question: String,
    },
    /// Something that the scoring needs was not entered.
    #[error("'{question}' is not entered")]
    NotEntered {
        /// The question's id.
        question: String,
    },
    /// Too few items stand behind an entered total.
    #[error("{} of {items} items are not answered; a score needs {}", items.saturating_sub(*.answered), need(*.items, *.allowed))]
    TooFew {
        /// How many were answered.
        answered: usize,
        /// How many items there are.
        items: usize,
        /// How many may be missing.
        allowed: usize,
    },
    /// A number is outside what there can be.
    #[error("‘{given}’ is out of range for '{question}': enter a whole number from {lowest} to {highest}")]
    OutOfRange {
        /// The question's id.
        question: String,
        /// What was given.
        given: String,
        /// The lowest number.
        lowest: i32,
        /// The highest number.
        highest: i32,
    },
    /// So many items cannot sum to so much.
    #[error("{answered} answered {} cannot sum to {total}: at most {most}", one_or_many(*.answered, "item", "items"))]
    Impossible {
        /// The question of the total, by id.
        question: String,
        /// The total.
        total: i32,
        /// How many items were answered.
        answered: usize,
        /// The most they can sum to.
        most: i32,
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

impl ScoreError {
    /// Why there is no score, for a page, which names questions by their words and not by id.
    pub fn in_words(&self, form: &Form) -> String {
        let label = |id: &str| form.question(id).map_or_else(|| id.to_owned(), |question| question.label.clone());
        match self {
            Self::Missing { missing, items, allowed } => {
                let (are, need) = (one_or_many(missing.len(), "is", "are"), need(*items, *allowed));
                format!("{} of {items} items {are} not answered; a score needs {need}", missing.len())
            }
            Self::Undecided { missing } => {
                format!(
                    "{} not answered, and could still decide: nothing can be concluded from what is missing",
                    count_missing(missing)
                )
            }
            Self::Contradictory { answered, by } => {
                let labels = |ids: &[String]| ids.iter().map(|id| format!("“{}”", label(id))).collect::<Vec<_>>();
                let words = contradiction(&labels(answered).join(", "), &labels(by).join(", "));
                format!("answers contradict each other: {words}")
            }
            Self::NotEntered { question } => format!("“{}” is not entered", label(question)),
            Self::OutOfRange { question, given, lowest, highest } => {
                format!("‘{given}’ is out of range for “{}”, {lowest} to {highest}", label(question))
            }
            other => other.to_string(),
        }
    }

    /// The items whose answers are missing, by id.
    pub fn missing(&self) -> &[String] {
        match self {
            Self::Missing { missing, .. } | Self::Undecided { missing } => missing,
            _ => &[],
        }
    }

    /// Whether what was given cannot be an answer. Otherwise something is only missing.
    pub const fn is_wrong_answer(&self) -> bool {
        match self {
            Self::OutOfRange { .. }
            | Self::Impossible { .. }
            | Self::NotOffered { .. }
            | Self::AnsweredTwice { .. }
            | Self::NoSuchItem { .. }
            | Self::TooMany { .. }
            | Self::NotAnswers(_)
            | Self::NotScored(_) => true,
            Self::Missing { .. }
            | Self::Undecided { .. }
            | Self::Contradictory { .. }
            | Self::NotEntered { .. }
            | Self::TooFew { .. } => false,
        }
    }
}

fn need(items: usize, allowed: usize) -> String {
    match allowed {
        0 => format!("all {items}"),
        allowed => format!("at least {}", items.saturating_sub(allowed)),
    }
}

fn contradiction(answered: &str, by: &str) -> String {
    format!(
        "by what was answered to {by}, these do not apply, and have answers that would count: {answered}. Change one of the two"
    )
}

fn count_missing(missing: &[String]) -> String {
    format!("{} {}", missing.len(), one_or_many(missing.len(), "item is", "items are"))
}
