//! NHS numbers, PNC ids and CRO numbers. An identifier that fails its check is weak, not void.

use throughline_domain::codes;

use super::{is_one_slip, level};
use crate::prepared::{Nhs, PoliceNumber};

codes! {
    /// How NHS numbers compare.
    pub enum NhsNumberLevel {
        /// The same valid number.
        Same = "same", "Same NHS number";
        /// The same digits, with a wrong check digit.
        Unproven = "unproven", "Same NHS number, wrong check digit";
        /// One has a wrong check digit and is one slip away from the other.
        OneDigit = "one-digit", "NHS number one digit out";
        /// Two valid numbers.
        Different = "different", "Different NHS number";
    }
}
level!(NhsNumberLevel: agree Same, Unproven; disagree Different);

/// `None` as well when an invalid number is nothing like the other: it says nothing.
pub(crate) fn nhs_numbers(query: Option<&Nhs>, known: Option<&Nhs>) -> Option<NhsNumberLevel> {
    let (a, b) = (query?, known?);
    match (a.digits == b.digits, a.is_valid && b.is_valid) {
        (true, true) => Some(NhsNumberLevel::Same),
        (true, false) => Some(NhsNumberLevel::Unproven),
        (false, true) => Some(NhsNumberLevel::Different),
        (false, false) => is_one_slip(&a.digits, &b.digits).then_some(NhsNumberLevel::OneDigit),
    }
}

codes! {
    /// How PNC ids, or CRO numbers, compare.
    pub enum PoliceNumberLevel {
        /// The same, with the right check letter.
        Same = "same", "Same number";
        /// The same year and serial, but a check letter is wrong.
        Unproven = "unproven", "Same number, wrong check letter";
        /// One has a wrong check letter and is one slip away from the other.
        OneDigit = "one-digit", "Number one digit out";
        /// Different, and one of them has a wrong check letter.
        DifferentUnproven = "different-unproven", "Different number, one with a wrong check letter";
        /// Two numbers, each with the right letter.
        Different = "different", "Different number";
    }
}
level!(PoliceNumberLevel: agree Same; disagree DifferentUnproven, Different);

pub(crate) fn police_numbers(query: Option<&PoliceNumber>, known: Option<&PoliceNumber>) -> Option<PoliceNumberLevel> {
    let (a, b) = (query?, known?);
    let proven = a.letter_is_right && b.letter_is_right;
    Some(match (a.core == b.core, proven) {
        (true, true) if a.letter == b.letter => PoliceNumberLevel::Same,
        (true, _) => PoliceNumberLevel::Unproven,
        (false, true) => PoliceNumberLevel::Different,
        (false, false) if is_one_slip(&a.core, &b.core) => PoliceNumberLevel::OneDigit,
        (false, false) => PoliceNumberLevel::DifferentUnproven,
    })
}
