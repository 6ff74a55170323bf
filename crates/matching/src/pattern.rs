//! How a query and a known person compare, level by level: what is weighed, what the rules read, and
//! what learning counts.

use crate::levels::{
    AddressLevel, Comparison, DateOfBirthLevel, ForenameLevel, LEARNT, NumberLevel, PostcodeLevel, SexLevel,
    SurnameLevel,
};
use crate::tokens::{NONE, TokenId};

/// No level.
const MISSING: u8 = u8::MAX;

/// How a query and a known person compare: a row of each comparison's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    pub rows: [u8; LEARNT],
    /// The known person's words that the name was compared with.
    pub forename: TokenId,
    pub surname: TokenId,
    /// Whether the forename's word stands among surnames there, because the names are swapped.
    pub is_swapped: bool,
    /// Which of the known person's names it is, and which of the query's.
    pub known_name: u8,
    pub query_name: u8,
}

impl Pattern {
    pub fn empty() -> Self {
        Self { rows: [MISSING; LEARNT], forename: NONE, surname: NONE, is_swapped: false, known_name: 0, query_name: 0 }
    }

    pub fn row(&self, comparison: Comparison) -> Option<usize> {
        let row = self.rows[comparison as usize];
        (row != MISSING).then_some(usize::from(row))
    }

    pub fn set(&mut self, comparison: Comparison, context: usize, row: Option<usize>) {
        let row = row.map(|row| context * comparison.levels().len() + row);
        self.rows[comparison as usize] = row.map_or(MISSING, |row| u8::try_from(row).expect("tables are short"));
    }

    pub fn surname_level(&self) -> Option<SurnameLevel> {
        self.row(Comparison::Surname).map(SurnameLevel::of)
    }

    pub fn forename_level(&self) -> Option<ForenameLevel> {
        self.row(Comparison::Forename).map(ForenameLevel::of)
    }

    pub fn date_level(&self) -> Option<DateOfBirthLevel> {
        self.row(Comparison::DateOfBirth).map(DateOfBirthLevel::of)
    }

    pub fn postcode_level(&self) -> Option<PostcodeLevel> {
        self.row(Comparison::Postcode).map(PostcodeLevel::of)
    }

    pub fn number_level(&self, comparison: Comparison) -> Option<NumberLevel> {
        self.row(comparison).map(NumberLevel::of)
    }

    pub fn sex_level(&self) -> Option<SexLevel> {
        self.row(Comparison::Sex).map(SexLevel::of)
    }

    pub fn address_level(&self) -> Option<AddressLevel> {
        self.row(Comparison::Address).map(AddressLevel::of)
    }

    /// Whether forename and surname are the same, in any of their names as written.
    pub fn is_same_name(&self) -> bool {
        self.forename_level() == Some(ForenameLevel::Same)
            && matches!(self.surname_level(), Some(SurnameLevel::Same | SurnameLevel::Joined))
    }
}
