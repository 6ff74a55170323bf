//! Who may this be? Compares a description from a list with people already known, and says how
//! likely it is that they are the same person, and why.
//!
//! **What this crate is for.** A custody or court list names somebody in a hurry: misspelt, with
//! day and month exchanged, under a name used years ago. This crate finds the people it may be,
//! weighs the evidence for each, and lays that evidence out so that a person can decide.
//!
//! **Its words.**
//! - [`Description`]: what is said of somebody, on a list or in the record.
//! - [`Key`]: a short text that alike descriptions share. The store keeps the [`keys`] of everybody
//!   it knows and fetches those who share one of the [`search_keys`]. There are many kinds, so that
//!   one ruined field never hides the right person.
//! - Comparison and level: each field is compared, and the answer is a level ("Same date of birth",
//!   "Day and month swapped"). See [`compare`].
//! - Weight: what a level is worth in bits, log2(m / u), where m is how often the level is seen when
//!   the descriptions are of one person and u how often when they are of two (Fellegi and Sunter,
//!   *A Theory for Record Linkage*, 1969). The weights of all comparisons add up.
//! - Prior: the bits against any one person before anything is compared. Weight and prior give the
//!   probability; [`Parameters`] hold all the numbers.
//! - [`SafetyRule`]: what arithmetic may not decide. Twins, a father and son of one name, two
//!   different NHS numbers: such pairs are limited and flagged, whatever they weigh.
//! - [`Band`]: very likely, possible, no match.
//!
//! **How it goes.** [`search_keys`] → the store fetches candidates → [`rank`] calls [`score`] for
//! each → a page shows [`reason_line`], [`in_words`] and the [`Evidence`].
//!
//! **How to add one more.** A level: add it to its list in [`compare`], return it where it applies,
//! and give it `m` and `u` in `parameters/default.toml` (a missing or surplus level is refused when
//! the file is read). A comparison: add a file in `compare/` and a line in `score.rs`. A rule: add it
//! to [`SafetyRule`] and say in `rules.rs` when it holds and what it limits. A key: add it in
//! `keys.rs` with its selectivity; stored keys must then be made again.
//!
//! **What it will never do.** Decide: it states, a person confirms. Link anybody whose valid NHS
//! numbers differ. Count a missing field as a difference. Read a clock, a file, a database or a
//! random number.
#![warn(missing_docs)]

mod description;
mod diminutives;
mod frequencies;
mod keys;
mod parameters;
mod prepared;
mod rank;
mod rules;
mod score;
mod sound;
mod words;

pub mod compare;

pub use description::{Description, Sex};
pub use frequencies::Frequencies;
pub use keys::{Key, Selectivity, keys, search_keys};
pub use parameters::{Arrangement, Calibration, Likeness, Odds, Parameters, ParametersError, Prior, Rarity, Weights};
pub use rank::{Candidate, WORTH_SHOWING, rank, rank_all};
pub use rules::SafetyRule;
pub use score::{Agreement, Band, Comparison, Evidence, POSSIBLE_FROM, Scored, VERY_LIKELY_FROM, score};
pub use words::{in_words, reason_line};
