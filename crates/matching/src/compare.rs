//! The comparisons: one file each, a pure function of two values to a level.
//!
//! A comparison answers `None` when a value is missing on either side: missing is not different.
//! Levels are listed from the strongest agreement to plain difference; the first that applies is
//! the answer. All comparisons give the same answer either way round.

mod date_of_birth;
mod identifiers;
mod name;
mod postcode;

pub use date_of_birth::DateOfBirthLevel;
pub use identifiers::{NhsNumberLevel, PoliceNumberLevel};
pub use name::{ForenameLevel, MiddleNamesLevel, SurnameLevel};
pub use postcode::PostcodeLevel;

pub(crate) use date_of_birth::dates_of_birth;
pub(crate) use identifiers::{nhs_numbers, police_numbers};
pub(crate) use name::{NameAgreement, names};
pub(crate) use postcode::postcodes;

use throughline_domain::codes;

use crate::score::Agreement;

/// An answer of a comparison.
pub trait Level: Copy + Eq + std::fmt::Debug + 'static {
    /// Every level, from the strongest agreement to plain difference.
    const EVERY: &'static [Self];
    /// The code in the parameters file.
    fn code(self) -> &'static str;
    /// The words shown to people.
    fn words(self) -> &'static str;
    /// Whether the level is agreement, part agreement or difference.
    fn agreement(self) -> Agreement;
}

/// Makes a code list the levels of a comparison: names those that agree and those that differ;
/// the others agree partly.
macro_rules! level {
    ($name:ident: agree $($agree:ident),+; disagree $($disagree:ident),+) => {
        impl $crate::compare::Level for $name {
            const EVERY: &'static [Self] = Self::ALL;
            fn code(self) -> &'static str { self.code() }
            fn words(self) -> &'static str { self.label() }
            fn agreement(self) -> $crate::Agreement {
                match self {
                    $(Self::$agree)|+ => $crate::Agreement::Agree,
                    $(Self::$disagree)|+ => $crate::Agreement::Disagree,
                    #[allow(unreachable_patterns, reason = "a comparison may have no part agreement")]
                    _ => $crate::Agreement::Partly,
                }
            }
        }
    };
}
pub(crate) use level;

codes! {
    /// How sexes compare.
    pub enum SexLevel {
        /// Both the same.
        Same = "same", "Same sex";
        /// Not the same. People correct it and lists guess it.
        Different = "different", "Different sex";
    }
}
level!(SexLevel: agree Same; disagree Different);

pub(crate) fn sexes(query: Option<crate::Sex>, known: Option<crate::Sex>) -> Option<SexLevel> {
    let same = query? == known?;
    Some(if same { SexLevel::Same } else { SexLevel::Different })
}

/// Whether two texts of one length differ in one character, or in two neighbours exchanged.
pub(crate) fn is_one_slip(a: &str, b: &str) -> bool {
    a.len() == b.len() && strsim::osa_distance(a, b) == 1
}
