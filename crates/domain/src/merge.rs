//! Two records of one person: proposed as a pair, decided by somebody, joined, and taken apart again.
//!
//! Nobody is ever joined by a machine. The engine proposes a pair; a person with a reason joins it,
//! and every joining can be undone exactly (Mavis and the Ministry of Justice's person record hold
//! the same: candidates with different NHS numbers are never joined by themselves, and every joining
//! has a way back).

use crate::identifier::NhsNumber;
use crate::ids::PersonId;
use crate::time::Instant;

/// The fewest letters of a reason that somebody else can follow later.
pub const FEWEST_LETTERS: usize = 10;

codes! {
    /// Where the question about a pair stands.
    pub enum DuplicateState {
        /// Nobody has decided.
        ToReview = "to_review", "To review";
        /// Somebody looked and could not say.
        NotSure = "not_sure", "Not sure";
        /// Two people.
        Different = "different", "Different people";
        /// One person: the records were joined.
        Merged = "merged", "Joined";
    }
}

impl DuplicateState {
    /// Whether somebody may still decide.
    pub fn is_open(self) -> bool {
        matches!(self, Self::ToReview | Self::NotSure)
    }

    /// Where a question stands once it is put again: a question that is open stays as it is, and one
    /// that was answered is asked anew only when something about either person has changed since.
    #[must_use]
    pub fn proposed_again(self, is_changed: bool) -> Self {
        match self {
            Self::NotSure | Self::Different if is_changed => Self::ToReview,
            state => state,
        }
    }
}

/// Two different people, in one order whichever way round they were named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair {
    first: PersonId,
    second: PersonId,
}

impl Pair {
    /// The pair of two people; `None` when they are one and the same.
    pub fn of(one: PersonId, other: PersonId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { first: one, second: other }),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Self { first: other, second: one }),
        }
    }

    /// The one whose id comes first.
    pub fn first(self) -> PersonId {
        self.first
    }

    /// The one whose id comes second.
    pub fn second(self) -> PersonId {
        self.second
    }

    /// The other one of the two; `None` when this person is neither.
    pub fn other(self, person: PersonId) -> Option<PersonId> {
        match person {
            person if person == self.first => Some(self.second),
            person if person == self.second => Some(self.first),
            _ => None,
        }
    }
}

/// A pair that may be one person, and why it is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// Who.
    pub pair: Pair,
    /// That they are one, 0 to 1, as the matching engine says.
    pub probability: f64,
    /// The code of the engine's band for that.
    pub band: String,
    /// In one line, for the queue.
    pub reason: String,
}

/// How much is known of a person: what is looked at to propose which record stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct History {
    /// Episodes.
    pub episodes: i64,
    /// Forms, documents, contacts and the like.
    pub rows: i64,
    /// Whether an NHS number is known.
    pub has_nhs_number: bool,
    /// Since when: the one known for longer is proposed where all else is equal.
    pub known_since: std::cmp::Reverse<Instant>,
}

/// The record proposed to stay: the one with more history. The person who joins may choose the other.
pub fn proposed_to_stay(one: (PersonId, History), other: (PersonId, History)) -> PersonId {
    if (other.1, std::cmp::Reverse(other.0)) > (one.1, std::cmp::Reverse(one.0)) { other.0 } else { one.0 }
}

/// Why somebody joins two records, or takes them apart: in words that another can follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Takes a reason as typed.
    ///
    /// # Errors
    /// [`Refusal::NoReason`] when it has fewer than [`FEWEST_LETTERS`] letters or figures.
    pub fn new(words: &str) -> Result<Self, Refusal> {
        if words.chars().filter(|c| c.is_alphanumeric()).count() < FEWEST_LETTERS {
            return Err(Refusal::NoReason);
        }
        Ok(Self(words.trim().to_owned()))
    }

    /// The words.
    pub fn words(&self) -> &str {
        &self.0
    }
}

codes! {
    /// Whose NHS number somebody says is wrong.
    pub enum WrongNumber {
        /// That of the record that stays: it takes the other's.
        OfTheOneThatStays = "keep", "The number of the record that stays";
        /// That of the record that is joined into it.
        OfTheOther = "away", "The number of the other record";
    }
}

/// What is looked at of each of the two before they are joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Who.
    pub id: PersonId,
    /// Into whom they were joined, when they were.
    pub merged_into: Option<PersonId>,
    /// Their NHS number.
    pub nhs_number: Option<NhsNumber>,
}

/// Why two records are not joined, or not taken apart; in words for the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One person twice.
    #[error("These are one and the same record")]
    Same,
    /// One of them was joined into another before.
    #[error("One of these records was joined to another before: look at that one")]
    JoinedBefore,
    /// Two valid NHS numbers, and nobody says that one is wrong.
    #[error(
        "The records have two different NHS numbers. Two numbers mean two people, unless you can say which one is wrong"
    )]
    TwoNhsNumbers,
    /// One number is said to be wrong, without a reason.
    #[error("Say in at least {FEWEST_LETTERS} letters how you know that this NHS number is wrong")]
    NumberReason,
    /// No reason.
    #[error("Say in at least {FEWEST_LETTERS} letters how you know: somebody else will read it")]
    NoReason,
    /// It was undone before.
    #[error("These records were taken apart before")]
    UndoneBefore,
    /// A later joining stands on this one.
    #[error("Undo the later joining first: this record was joined again on {on} by {by}")]
    LaterJoining {
        /// On which day, in words.
        on: String,
        /// By whom.
        by: String,
    },
}

/// What becomes of the NHS number of the record that stays: `None` leaves it as it is.
///
/// # Errors
/// Why the two may not be joined. A number is never lost: a record that has none takes the other's.
pub fn check(keep: &Side, away: &Side, wrong: Option<(WrongNumber, &Reason)>) -> Result<Option<NhsNumber>, Refusal> {
    if keep.id == away.id {
        return Err(Refusal::Same);
    }
    if keep.merged_into.is_some() || away.merged_into.is_some() {
        return Err(Refusal::JoinedBefore);
    }
    match (&keep.nhs_number, &away.nhs_number) {
        (None, other) => Ok(other.clone()),
        (Some(own), Some(other)) if own != other => match wrong {
            None => Err(Refusal::TwoNhsNumbers),
            Some((WrongNumber::OfTheOneThatStays, _)) => Ok(Some(other.clone())),
            Some((WrongNumber::OfTheOther, _)) => Ok(None),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Reverse;
    use uuid::Uuid;

    fn id(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn side(n: u128, number: Option<u32>) -> Side {
        Side { id: id(n), merged_into: None, nhs_number: number.map(NhsNumber::invented) }
    }

    fn history(episodes: i64, rows: i64, day: u32) -> History {
        let known_since = Reverse(format!("2026-11-{day:02}T10:00:00Z").parse().unwrap());
        History { episodes, rows, has_nhs_number: false, known_since }
    }

    #[test]
    fn a_pair_is_one_whichever_way_round_it_is_named_and_never_of_one_person() {
        assert_eq!(Pair::of(id(2), id(1)), Pair::of(id(1), id(2)));
        assert_eq!(Pair::of(id(1), id(1)), None);
        let pair = Pair::of(id(1), id(2)).unwrap();
        assert_eq!((pair.other(id(2)), pair.other(id(3))), (Some(id(1)), None));
    }

    #[test]
    fn nobody_is_joined_to_themselves_or_after_they_were_joined_away() {
        assert_eq!(check(&side(1, None), &side(1, None), None), Err(Refusal::Same));
        let gone = Side { merged_into: Some(id(3)), ..side(2, None) };
        assert_eq!(check(&side(1, None), &gone, None), Err(Refusal::JoinedBefore));
        assert_eq!(check(&gone, &side(1, None), None), Err(Refusal::JoinedBefore));
    }

    #[test]
    fn two_nhs_numbers_are_two_people_unless_somebody_says_which_one_is_wrong() {
        let (keep, away) = (side(1, Some(1)), side(2, Some(50)));
        let reason = Reason::new("The wristband was another patient's").unwrap();
        assert_eq!(check(&keep, &away, None), Err(Refusal::TwoNhsNumbers));
        assert_eq!(check(&keep, &away, Some((WrongNumber::OfTheOther, &reason))), Ok(None));
        assert_eq!(check(&keep, &away, Some((WrongNumber::OfTheOneThatStays, &reason))), Ok(away.nhs_number.clone()));
        assert_eq!(check(&keep, &side(2, Some(1)), None), Ok(None));
        assert_eq!(check(&keep, &side(2, None), None), Ok(None));
    }

    #[test]
    fn a_number_that_only_the_other_record_has_is_taken_over() {
        let away = side(2, Some(50));
        assert_eq!(check(&side(1, None), &away, None), Ok(away.nhs_number.clone()));
    }

    #[test]
    fn the_record_with_more_history_is_proposed_to_stay() {
        let stays = |one, other| proposed_to_stay((id(1), one), (id(2), other));
        assert_eq!(stays(history(1, 5, 1), history(2, 0, 20)), id(2));
        assert_eq!(stays(history(1, 5, 1), history(1, 4, 2)), id(1));
        assert_eq!(stays(history(1, 5, 9), history(1, 5, 2)), id(2));
        assert_eq!(stays(history(1, 5, 2), history(1, 5, 2)), id(1));
        assert_eq!(proposed_to_stay((id(2), history(1, 5, 2)), (id(1), history(1, 5, 2))), id(1));
    }

    #[test]
    fn a_reason_is_words_that_somebody_else_can_follow() {
        assert_eq!(Reason::new("  same  "), Err(Refusal::NoReason));
        assert_eq!(Reason::new("............"), Err(Refusal::NoReason));
        assert_eq!(Reason::new(" Same fingerprints ").unwrap().words(), "Same fingerprints");
    }

    #[test]
    fn an_answered_question_is_asked_again_only_when_something_changed() {
        use DuplicateState::{Different, Merged, NotSure, ToReview};
        for state in DuplicateState::ALL {
            assert_eq!(state.proposed_again(false), *state);
        }
        assert_eq!(
            [Different, NotSure, ToReview, Merged].map(|state| state.proposed_again(true)),
            [ToReview, ToReview, ToReview, Merged]
        );
    }
}
