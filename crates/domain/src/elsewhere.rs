//! Records of other registers, such as a hospital's patient index: when one is taken into our own record,
//! and how long one is kept that its register no longer has.

use crate::identifier::NhsNumber;
use crate::ids::PersonId;

/// Days for which a record is kept that its register no longer has, where nobody has said anything of it.
///
/// An index is taken over whole, often once a month: within thirty days the next one shows whether the
/// record was left out by mistake. After that nothing is done with it, and what identifies somebody is
/// not kept without a purpose (UK GDPR, article 5(1)(e)).
pub const KEPT_WHEN_GONE_DAYS: i64 = 30;

/// What is known when somebody says whose a record is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The person of ours whose it is already.
    pub taken_into: Option<PersonId>,
    /// The record's NHS number, when it is sound.
    pub nhs_number: Option<NhsNumber>,
    /// The person of ours who has that number.
    pub holder: Option<PersonId>,
    /// The person of ours who is said to be the one, and their NHS number; `None` when somebody new is.
    pub said_to_be: Option<(PersonId, Option<NhsNumber>)>,
    /// People of ours who are very likely the one, and of whom nobody has said anything.
    pub undecided: Vec<PersonId>,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// A person of ours is made from it.
    Make,
    /// It is added to this person of ours.
    AddTo(PersonId),
}

/// Why a record is not taken into our own; in words for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody took it first.
    #[error("This record was taken into our own while you were deciding. Nothing was saved: look again.")]
    TakenBefore,
    /// Two valid NHS numbers.
    #[error(
        "This person has another NHS number in our record. Two numbers mean two people: if one is proved wrong, correct it first."
    )]
    TwoNhsNumbers,
    /// The record's number is somebody else's with us.
    #[error(
        "Somebody in our record has this NHS number already. Decide about them first: two records of one person hide risk."
    )]
    NumberOfAnother,
    /// Our own people come first.
    #[error(
        "Somebody in our record is very likely this person. Decide about them first: two records of one person hide risk."
    )]
    OursFirst,
}

/// What becomes of a record of which somebody says that it is of the person before them. A second record
/// of one person hides risk, and two people in one record show one the other's: so our own people are
/// decided about first, and an NHS number is one person's.
///
/// # Errors
/// Why it is not taken.
pub fn check(standing: &Standing) -> Result<Taking, Refusal> {
    if standing.taken_into.is_some() {
        return Err(Refusal::TakenBefore);
    }
    let said = standing.said_to_be.as_ref();
    if let (Some(number), Some((_, Some(ours)))) = (&standing.nhs_number, said)
        && number != ours
    {
        return Err(Refusal::TwoNhsNumbers);
    }
    if standing.holder.is_some_and(|holder| said.is_none_or(|(person, _)| *person != holder)) {
        return Err(Refusal::NumberOfAnother);
    }
    match said {
        Some((person, _)) => Ok(Taking::AddTo(*person)),
        None if standing.undecided.is_empty() => Ok(Taking::Make),
        None => Err(Refusal::OursFirst),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(n: u128) -> PersonId {
        PersonId::new(Uuid::from_u128(n))
    }

    fn number(n: u32) -> NhsNumber {
        NhsNumber::invented(n)
    }

    #[test]
    fn of_somebody_like_nobody_of_ours_a_person_is_made() {
        assert_eq!(check(&Standing { nhs_number: Some(number(1)), ..Standing::default() }), Ok(Taking::Make));
    }

    #[test]
    fn our_own_people_are_decided_about_first() {
        let likely = Standing { undecided: vec![person(1)], ..Standing::default() };
        assert_eq!(check(&likely), Err(Refusal::OursFirst));
        // Whoever says that it is one of ours has decided about them.
        let said = Standing { said_to_be: Some((person(1), None)), ..likely };
        assert_eq!(check(&said), Ok(Taking::AddTo(person(1))));
    }

    #[test]
    fn an_nhs_number_is_one_persons() {
        let held = Standing { nhs_number: Some(number(1)), holder: Some(person(1)), ..Standing::default() };
        assert_eq!(check(&held), Err(Refusal::NumberOfAnother));
        let of_another = Standing { said_to_be: Some((person(2), None)), ..held.clone() };
        assert_eq!(check(&of_another), Err(Refusal::NumberOfAnother));
        let of_holder = Standing { said_to_be: Some((person(1), Some(number(1)))), ..held };
        assert_eq!(check(&of_holder), Ok(Taking::AddTo(person(1))));
    }

    #[test]
    fn two_nhs_numbers_are_two_people() {
        let two = Standing {
            nhs_number: Some(number(1)),
            said_to_be: Some((person(1), Some(number(2)))),
            ..Standing::default()
        };
        assert_eq!(check(&two), Err(Refusal::TwoNhsNumbers));
        let unknown_there = Standing { nhs_number: None, ..two };
        assert_eq!(check(&unknown_there), Ok(Taking::AddTo(person(1))));
    }

    #[test]
    fn a_record_is_taken_once() {
        let taken =
            Standing { taken_into: Some(person(1)), said_to_be: Some((person(1), None)), ..Standing::default() };
        assert_eq!(check(&taken), Err(Refusal::TakenBefore));
    }
}
