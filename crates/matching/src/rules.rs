//! What arithmetic may not decide. A rule limits the probability and flags the pair.

use throughline_domain::codes;

use crate::band::POSSIBLE_FROM;
use crate::levels::{
    AddressLevel, Agreement, Comparison, DateOfBirthLevel, ForenameLevel, NumberLevel, PostcodeLevel, SexLevel,
    SurnameLevel,
};
use crate::pattern::Pattern;

/// Even odds: one of two people, and the descriptions cannot say which.
const EVEN: f64 = 0.5;
/// Likely, yet a person must look.
const LIKELY: f64 = 0.94;
/// Below every band but "no match".
const RULED_OUT: f64 = 0.01;

codes! {
    /// A rule of safety that holds for a pair, whatever the pair weighs.
    pub enum SafetyRule {
        /// Two valid NHS numbers differ. Never above "no match"; shown as possible only when name
        /// and date of birth are exactly the same, as one number may be wrongly recorded.
        DifferentNhsNumbers = "different-nhs-numbers", "Different NHS numbers";
        /// Same surname and date of birth, another forename. Never above possible (the twins rule of
        /// hmpps-person-match, which also holds when the address is not known or has changed).
        PossibleTwin = "possible-twin", "Possible twin";
        /// Same name and home, another date of birth: often parent and child. Never above possible.
        PossibleRelative = "possible-relative", "Possible relative of the same name";
        /// Nothing but the name, and perhaps a date of birth with a slip in it, agrees. Never above
        /// possible: namesakes with birthdays a digit apart exist.
        DateOfBirthUnconfirmed = "date-of-birth-unconfirmed", "Date of birth not confirmed";
        /// An identifier is the same, but the person seems to be another. Always possible: never
        /// hidden, never taken for certain.
        IdentifierOfAnother = "identifier-of-another", "Same number, different person described";
    }
}

impl SafetyRule {
    /// One sentence that tells the reader what to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::DifferentNhsNumbers => {
                "The NHS numbers are both valid and differ. Treat as two people unless one number is proved wrong."
            }
            Self::PossibleTwin => "Same surname and date of birth, different forename. Check that this is not a twin.",
            Self::PossibleRelative => "Same name and home, different date of birth. Check that this is not a relative.",
            Self::DateOfBirthUnconfirmed => {
                "The date of birth does not settle it. Check one more fact before you confirm."
            }
            Self::IdentifierOfAnother => {
                "The number is the same but the name or date of birth is not. Check whose number it is."
            }
        }
    }

    /// The least and the most that the probability may be.
    fn limits(self, pattern: &Pattern) -> (f64, f64) {
        match self {
            Self::DifferentNhsNumbers if pattern.is_same_name() && is_same_date(pattern) => (0.0, EVEN),
            Self::DifferentNhsNumbers => (0.0, RULED_OUT),
            Self::PossibleTwin | Self::PossibleRelative | Self::DateOfBirthUnconfirmed => (0.0, LIKELY),
            Self::IdentifierOfAnother => (POSSIBLE_FROM, LIKELY),
        }
    }

    fn holds(self, pattern: &Pattern) -> bool {
        match self {
            Self::DifferentNhsNumbers => are_numbers_different(pattern),
            Self::PossibleTwin => is_possible_twin(pattern),
            Self::PossibleRelative => is_possible_relative(pattern),
            Self::DateOfBirthUnconfirmed => is_unconfirmed(pattern),
            Self::IdentifierOfAnother => is_identifier_of_another(pattern),
        }
    }
}

/// A probability and what the rules make of it.
#[derive(Debug)]
pub(crate) struct Likely {
    /// What arithmetic alone says, 0 to 1.
    pub before_rules: f64,
    /// Within the limits of the rules, 0 to 1.
    pub probability: f64,
    /// The rules that hold.
    pub rules: Vec<SafetyRule>,
}

impl Likely {
    pub fn new(pattern: &Pattern, before_rules: f64) -> Self {
        let rules: Vec<SafetyRule> = SafetyRule::ALL.iter().copied().filter(|rule| rule.holds(pattern)).collect();
        let limits = || rules.iter().map(|rule| rule.limits(pattern));
        let least = limits().map(|(least, _)| least).fold(0.0, f64::max);
        let most = limits().map(|(_, most)| most).fold(1.0, f64::min);
        // Where rules disagree the ceiling wins: to miss is safer than to mix two people up.
        let probability = before_rules.max(least).min(most);
        Self { before_rules, probability, rules }
    }
}

/// Whether both have a valid NHS number and they are not the same.
pub(crate) fn are_numbers_different(pattern: &Pattern) -> bool {
    pattern.number_level(Comparison::NhsNumber) == Some(NumberLevel::Different)
}

fn is_same_date(pattern: &Pattern) -> bool {
    pattern.date_level() == Some(DateOfBirthLevel::Same)
}

fn date_disagrees(pattern: &Pattern) -> bool {
    let row = pattern.row(Comparison::DateOfBirth);
    row.is_some_and(|row| Comparison::DateOfBirth.level(row).agreement == Agreement::Disagree)
}

fn is_possible_twin(pattern: &Pattern) -> bool {
    let another_forename = match pattern.forename_level() {
        // Twins are often given names that look alike.
        Some(ForenameLevel::Different | ForenameLevel::Alike) => true,
        Some(ForenameLevel::Close | ForenameLevel::Neighbour | ForenameLevel::SoundsAlike) => {
            pattern.sex_level() == Some(SexLevel::Different)
        }
        _ => false,
    };
    another_forename
        && matches!(pattern.surname_level(), Some(SurnameLevel::Same | SurnameLevel::Joined))
        && is_same_date(pattern)
        && !is_identified(pattern)
}

/// The same home, present or earlier.
fn is_home(pattern: &Pattern) -> bool {
    matches!(pattern.postcode_level(), Some(PostcodeLevel::Same | PostcodeLevel::Earlier))
        || pattern.address_level() == Some(AddressLevel::Same)
}

fn is_possible_relative(pattern: &Pattern) -> bool {
    let is_name_alike = matches!(
        pattern.forename_level(),
        Some(
            ForenameLevel::Same
                | ForenameLevel::Form
                | ForenameLevel::Close
                | ForenameLevel::Neighbour
                | ForenameLevel::SoundsAlike
        )
    ) && pattern.surname_level().is_some_and(|level| level <= SurnameLevel::SoundsAlike);
    is_name_alike && is_home(pattern) && date_disagrees(pattern) && !is_identified(pattern)
}

fn is_unconfirmed(pattern: &Pattern) -> bool {
    let settled = match pattern.date_level() {
        Some(DateOfBirthLevel::Same) => true,
        // Thousands are of one age.
        Some(DateOfBirthLevel::AgeFits) => false,
        Some(_) => !date_disagrees(pattern) && is_near_home(pattern),
        None => false,
    };
    !settled && !is_identified(pattern)
}

fn is_near_home(pattern: &Pattern) -> bool {
    is_home(pattern) || matches!(pattern.postcode_level(), Some(PostcodeLevel::OneSlip | PostcodeLevel::Sector))
}

fn is_identifier_of_another(pattern: &Pattern) -> bool {
    let name_disagrees = pattern.forename_level() == Some(ForenameLevel::Different)
        && pattern.surname_level() == Some(SurnameLevel::Different);
    // A number whose check letter is wrong proves nobody, and is copied from a record as often as a right one.
    let is_shared = [NumberLevel::Same, NumberLevel::SameUnsound].iter().any(|level| has_number(pattern, *level));
    is_shared && (date_disagrees(pattern) || name_disagrees)
}

/// Whether a proven identifier is the same.
fn is_identified(pattern: &Pattern) -> bool {
    has_number(pattern, NumberLevel::Same)
}

fn has_number(pattern: &Pattern, level: NumberLevel) -> bool {
    [Comparison::NhsNumber, Comparison::Pnc, Comparison::Cro]
        .into_iter()
        .any(|comparison| pattern.number_level(comparison) == Some(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another name, the same date of birth, and a PNC id that compares so.
    fn another_with(number: NumberLevel) -> Pattern {
        let mut pattern = Pattern::empty();
        pattern.set(Comparison::Surname, 0, Some(SurnameLevel::Different.row()));
        pattern.set(Comparison::Forename, 2, Some(ForenameLevel::Different.row()));
        pattern.set(Comparison::DateOfBirth, 0, Some(DateOfBirthLevel::Same.row()));
        pattern.set(Comparison::Pnc, 0, Some(number.row()));
        pattern
    }

    #[test]
    fn a_number_on_somebody_else_is_told_whether_its_check_letter_is_right_or_not() {
        for number in [NumberLevel::Same, NumberLevel::SameUnsound] {
            let likely = Likely::new(&another_with(number), 0.98);
            assert_eq!((likely.rules, likely.probability), (vec![SafetyRule::IdentifierOfAnother], LIKELY));
        }
        assert!(Likely::new(&another_with(NumberLevel::Different), 0.98).rules.is_empty());
    }
}
