//! Candidates in the order in which a person should look at them.

use crate::{
    Description, Parameters, Scored,
    prepared::Prepared,
    score::{POSSIBLE_FROM, scored},
};

/// Candidates below this probability are left out by [`rank`].
pub const WORTH_SHOWING: f64 = POSSIBLE_FROM;

/// A known person whom a description may be of.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Candidate<Id> {
    /// Who.
    pub id: Id,
    /// How likely, and why.
    pub scored: Scored,
}

/// The known people who are worth showing for a description, the likeliest first.
///
/// Those that come to the same stay in the order given.
pub fn rank<Id>(
    parameters: &Parameters,
    query: &Description,
    known: impl IntoIterator<Item = (Id, Description)>,
) -> Vec<Candidate<Id>> {
    let mut candidates = rank_all(parameters, query, known);
    candidates.retain(|candidate| candidate.scored.probability >= WORTH_SHOWING);
    candidates
}

/// Everybody given, the likeliest first: for a search by a person, who may have typed only a
/// surname and wants to see whoever bears it.
pub fn rank_all<Id>(
    parameters: &Parameters,
    query: &Description,
    known: impl IntoIterator<Item = (Id, Description)>,
) -> Vec<Candidate<Id>> {
    let query = Prepared::new(query);
    let mut candidates: Vec<Candidate<Id>> = known
        .into_iter()
        .map(|(id, known)| Candidate { id, scored: scored(parameters, &query, &Prepared::new(&known)) })
        .collect();
    candidates.sort_by(|a, b| {
        let by_probability = b.scored.probability.total_cmp(&a.scored.probability);
        by_probability.then_with(|| b.scored.weight_bits.total_cmp(&a.scored.weight_bits))
    });
    candidates
}
