//! A candidate on the way to an answer.

use crate::pattern::Pattern;
use crate::score::Weighed;

/// A candidate on the way to an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rival {
    pub place: u32,
    pub pattern: Pattern,
    pub weighed: Weighed,
    pub relative_bits: f64,
    /// What is lost because it may be another candidate, in bits, at most 0.
    pub others_bits: f64,
}

impl Rival {
    pub fn weight(&self) -> f64 {
        self.weighed.total() + self.relative_bits + self.others_bits
    }
}
