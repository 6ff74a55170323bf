#![warn(missing_docs)]

mod compare;
mod description;
mod evaluate;
mod evidence;
mod fold;
mod forms;
mod frequencies;
mod index;
mod keys;
mod levels;
mod likeness;
mod lines;
mod packed;
mod parameters;
mod postings;
mod record;
mod rules;
mod score;
mod tokens;
mod train;
mod words;

pub use description::{Description, Sex};
pub use evaluate::{AtCut, Evaluation, Outcome, Tenth, evaluate};
pub use evidence::{Band, Candidate, Evidence, POSSIBLE_FROM, Scored, VERY_LIKELY_FROM};
pub use index::{Index, Limits};
pub use levels::{Agreement, Comparison, Level};
pub use parameters::{Calibration, Class, Parameters, ParametersError, Prior};
pub use rules::SafetyRule;
pub use train::{Answer, Learnt, train};
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
