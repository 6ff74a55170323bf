//! When a question applies, or an alert is raised: the statement, as a form writes it.

use serde::Serialize;

/// A statement about answers already given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// One question's answer passes a test.
    About {
        /// The question's id.
        question: String,
        /// What its answer must be.
        test: Test,
    },
    /// Every part holds.
    All(Vec<Condition>),
    /// At least one part holds.
    Any(Vec<Condition>),
}

/// What the answer to a question must be. Every test is false while the question is unanswered:
/// silence says nothing, not even "not".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// One of these codes is chosen (`is` in a definition lists one).
    AnyOf(Vec<String>),
    /// Something else than this code is chosen.
    Not(String),
    /// Anything is answered.
    Answered,
}

impl Condition {
    /// The questions the condition is about.
    pub fn questions(&self) -> Vec<&str> {
        match self {
            Self::About { question, .. } => vec![question],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Condition::questions).collect(),
        }
    }
}
