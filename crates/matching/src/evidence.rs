//! What a pair comes to, line by line, in words.

use crate::band::Band;
use crate::levels::{Agreement, Comparison};
use crate::rules::SafetyRule;

/// One line of evidence.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Evidence {
    /// What it is about.
    pub comparison: Comparison,
    /// How the values compare, in words: "Day and month swapped".
    pub level: &'static str,
    /// What it adds to the weight, in bits; below 0 it speaks against.
    pub weight_bits: f64,
    /// The value on the list, as shown; empty when not given.
    pub query_value: String,
    /// The value in the record, as shown; empty when not known.
    pub known_value: String,
    /// Which way it points.
    pub agreement: Agreement,
}

/// What a pair comes to.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Scored {
    /// The sum of the evidence, in bits. Not limited by rules.
    pub weight_bits: f64,
    /// Bits before any evidence; with the weight they give the probability before rules.
    pub prior_bits: f64,
    /// What arithmetic alone says, 0 to 1.
    pub probability_before_rules: f64,
    /// That it is the same person, within the limits of the rules, 0 to 1.
    pub probability: f64,
    /// What that means.
    pub band: Band,
    /// Line by line. Lines where neither side gives a value are left out.
    pub evidence: Vec<Evidence>,
    /// The safety rules that hold, in order of weight.
    pub rules: Vec<SafetyRule>,
}

/// A known person whom a description may be of.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Candidate<Id> {
    /// Who.
    pub id: Id,
    /// How likely, and why.
    pub scored: Scored,
}
