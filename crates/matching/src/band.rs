//! What a probability means for the person who reads a list.

use throughline_domain::codes;

/// From this probability a match is very likely. A wrong match shows one person another's health
/// record, so that at most one in twenty of the weakest shown as very likely may be wrong; DfE's
/// SUI Matcher draws its line for a match at the same place.
pub const VERY_LIKELY_FROM: f64 = 0.95;

/// From this probability a match is possible. A look costs a minute and a missed history may cost
/// far more, so that one right answer in twenty is worth the look.
pub const POSSIBLE_FROM: f64 = 0.05;

codes! {
    /// What a probability means for the person who reads the list.
    pub enum Band {
        /// Confirm it, unless something in front of you speaks against it.
        VeryLikely = "very-likely", "Very likely";
        /// Look, then decide.
        Possible = "possible", "Possible";
        /// Not shown unless asked for.
        NoMatch = "no-match", "No match";
    }
}

impl Band {
    /// The band of a probability after the safety rules.
    pub fn of(probability: f64) -> Self {
        if probability >= VERY_LIKELY_FROM {
            Self::VeryLikely
        } else if probability >= POSSIBLE_FROM {
            Self::Possible
        } else {
            Self::NoMatch
        }
    }
}
