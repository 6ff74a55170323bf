//! Who may this be? Compares a description from a list with everybody who is known, and says how
//! likely it is that they are the same person, and why.
//!
//! **What this crate is for.** A custody or court list names somebody in a hurry: misspelt, with
//! day and month exchanged, under a name used years ago. This crate keeps everybody in memory, finds
//! the people it may be, weighs the evidence for each, and lays that evidence out so that a person can
//! decide.
//!
//! **Its words.**
//! - [`Description`]: what is said of somebody, on a list or in the record.
//! - [`people_csv`]: the rows of a file of people, each as a [`Description`] or with the reason why not.
//! - [`Index`]: everybody who is known. People are put in, changed and removed one at a time; a
//!   question is answered in well under a millisecond among a million.
//! - Key (`keys.rs`): what alike descriptions share. There are many kinds, so that one ruined field
//!   never hides the right person.
//! - Comparison and level (`levels.rs`, `compare.rs`): each field is compared, and the answer is a
//!   level ("Same date of birth", "Day and month swapped"). All levels of a pair are its pattern.
//! - [`Class`]: what two descriptions can be to each other: of the same person, of unrelated people, of
//!   twins, relatives, namesakes in one family, unrelated namesakes of one age.
//! - Weight (`score.rs`): what a level is worth in bits, log2(same / unrelated) (Fellegi and Sunter, *A
//!   Theory for Record Linkage*, 1969), with how common the value is in the place of what is usual. Two
//!   more lines belong to the sum: that it may be a relative or a namesake instead, and that it may be
//!   another person of the index. With the prior they give the probability; [`Parameters`] hold all
//!   the numbers.
//! - [`SafetyRule`]: what arithmetic may not decide.
//! - [`Band`]: very likely, possible, no match.
//!
//! **How it goes.** [`Index::query`] for the lines of a list, [`Index::search`] for what a person typed
//! → [`Candidate`]s → a page shows [`reason_line`], [`in_words`] and the [`Evidence`]. [`train`] learns
//! the parameters from lists and from what people decided; [`evaluate`] measures answers.
//!
//! [`Index::save`] writes an index as bytes, and [`Index::load`] reads it in a fraction of the time that
//! building takes. Whoever changes what is derived from people raises the number in `derivation.rs`.
//!
//! **How to add one more.** A level: a line in `levels.rs`, the place in `compare.rs` where it applies,
//! and its shares in `parameters/default.toml` (a missing or surplus level is refused when the file is
//! read). A comparison: its levels, a variant of [`Comparison`], a function in `compare.rs`. A rule: a
//! variant of [`SafetyRule`], with when it holds and what it limits. A key: a kind in `keys.rs`. A form
//! of a name: a word in `parameters/diminutives.toml` or `parameters/spellings.toml`.
//!
//! **What it will never do.** Decide: it states, a person confirms. Call anybody very likely whose valid
//! NHS numbers differ. Count a missing field as a difference. Read a clock, a file, a database or a
//! random number.
#![warn(missing_docs)]

mod arrays;
mod band;
mod compare;
mod derivation;
mod description;
mod evaluate;
mod evidence;
mod fold;
mod forms;
mod frequencies;
mod ids;
mod index;
mod keys;
mod levels;
mod likeness;
mod lines;
mod packed;
mod parameters;
mod pattern;
pub mod people_csv;
mod postings;
mod record;
mod rival;
mod rules;
mod score;
mod snapshot;
mod tokens;
mod train;
mod words;

pub use arrays::{FixedBytes, SnapshotError};
pub use band::{Band, POSSIBLE_FROM, VERY_LIKELY_FROM};
pub use description::{Description, Sex};
pub use evaluate::{AtCut, Evaluation, Outcome, Tenth, evaluate};
pub use evidence::{Candidate, Evidence, Scored};
pub use index::{Builder, Index, Limits};
pub use levels::{Agreement, Comparison, Level};
pub use parameters::{Calibration, Class, Parameters, ParametersError, Prior};
pub use rules::SafetyRule;
pub use train::{Answer, ENOUGH_DECISIONS, Learnt, train};
pub use words::{in_words, reason_line};

/// Weighs whether a description on a list and one known person are the same, as if nobody else were
/// known.
///
/// ```
/// use throughline_matching::{Band, Description, Parameters, score};
///
/// let born = chrono::NaiveDate::from_ymd_opt(1990, 4, 7).unwrap();
/// let on_the_list = Description::named("Bill", "Quillfeather").born(born);
/// let known = Description::named("William", "Quillfeather").born(born);
/// let scored = score(&Parameters::default(), &on_the_list, &known);
/// assert_eq!(scored.band, Band::VeryLikely);
/// ```
pub fn score(parameters: &Parameters, query: &Description, known: &Description) -> Scored {
    let index = Index::build(parameters.clone(), [((), known.clone())]);
    index.compare(query, ()).expect("the one person is there")
}
