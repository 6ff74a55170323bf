//! What a row of a hospital's index comes to, in whatever form it came.

use throughline_store::elsewhere::Record;

/// What a row is.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A record.
    Record(Box<Record>),
    /// A record that is not to be taken, with its number, and why.
    SetAside(String, &'static str),
}

/// Why a row cannot be taken, and the number of its record where that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The number of the record.
    pub number: Option<String>,
    /// Why.
    pub reason: String,
}

impl Rejected {
    /// A row of which not even the number could be read.
    pub fn unread(reason: impl Into<String>) -> Self {
        Self { number: None, reason: reason.into() }
    }
}
