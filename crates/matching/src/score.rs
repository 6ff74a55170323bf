//! What a pattern weighs: the bits of each comparison, with the commonness of the values that agree.

use crate::frequencies::COUNTS_AS;
use crate::levels::{Comparison, DateOfBirthLevel, ForenameLevel, LEARNT, PostcodeLevel, SurnameLevel, name_context};
use crate::parameters::{CLASSES, Class, Parameters};
use crate::pattern::Pattern;
use crate::record::Records;
use crate::tokens::{NONE, TokenId};

/// How far the commonness of a name counts when it agrees only partly.
const PARTLY: f32 = 0.6;

/// The weight of what is believed of a pair of names before their bearers are counted, in people.
const PAIR_COUNTS_AS: f64 = 25.0;

/// Dates of birth that are expected to be equally likely, for a date that nobody has.
const DATES: f64 = 25_000.0;

/// How common a query's values are among the people of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Commonness {
    /// People of the index.
    pub people: f64,
    /// Who bear the query's forename and surname.
    same_name: u32,
    /// The share of people who share the query's date of birth, log2.
    date_bits: f32,
    /// The share of people who share the query's present postcode, log2.
    postcode_bits: f32,
}

impl Commonness {
    /// Of so many people with so many who share the query's date of birth, its present postcode, and
    /// its forename and surname.
    pub fn new(people: f64, same_date: u32, same_postcode: u32, same_name: u32) -> Self {
        let others = f64::from(same_date.saturating_sub(1));
        Self {
            people,
            same_name,
            date_bits: log2((others + 1.0) / (people + DATES)),
            postcode_bits: log2(f64::from(same_postcode) / people),
        }
    }

    /// Of values that nobody shares.
    pub fn of_nobody(people: f64) -> Self {
        Self::new(people, 0, 0, 0)
    }
}

/// The bits of a pattern.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weighed {
    /// For each comparison, what it adds in bits: log2(same / unrelated).
    pub bits: [f32; LEARNT],
    /// log2 of how likely the pattern is for each class, against unrelated people.
    pub classes: [f32; CLASSES],
    /// Whether dates of birth could be compared: without, nobody is known to be of one age.
    pub has_date: bool,
}

impl Weighed {
    /// What all comparisons add up to.
    pub fn total(&self) -> f64 {
        f64::from(self.classes[Class::Same as usize])
    }

    /// What is lost because it may be a relative or a namesake instead, in bits, at most 0.
    pub fn relative_bits(&self, parameters: &Parameters, people: f64) -> f64 {
        let prior = &parameters.prior;
        let share = |class: Class, count: f64| count / people * f64::from(self.classes[class as usize]).exp2();
        let relatives = share(Class::Twin, prior.twins)
            + share(Class::Relative, prior.relatives)
            + share(Class::Namesake, prior.namesakes)
            + if self.has_date { share(Class::Lookalike, prior.lookalikes) } else { 0.0 };
        -(1.0 + relatives).log2()
    }
}

/// Weighs a pattern.
pub(crate) fn weigh(parameters: &Parameters, records: &Records, pattern: &Pattern, common: &Commonness) -> Weighed {
    let mut weighed = Weighed {
        bits: [0.0; LEARNT],
        classes: [0.0; CLASSES],
        has_date: pattern.row(Comparison::DateOfBirth).is_some(),
    };
    for comparison in Comparison::learnt() {
        let Some(row) = pattern.row(*comparison) else { continue };
        let mut shares = *parameters.row(*comparison, row);
        let shift = commonness_shift(parameters, records, *comparison, pattern, common);
        shares[Class::Unrelated as usize] += shift;
        if *comparison == Comparison::Forename {
            // A sibling's name is chosen like anybody's.
            shares[Class::Twin as usize] += shift;
            shares[Class::Relative as usize] += shift;
        }
        let unrelated = shares[Class::Unrelated as usize];
        weighed.bits[*comparison as usize] = shares[Class::Same as usize] - unrelated;
        for (sum, share) in weighed.classes.iter_mut().zip(shares) {
            *sum += share - unrelated;
        }
    }
    weighed
}

/// What these comparisons of a pattern add up to for one person, in bits.
pub(crate) fn sum(
    comparisons: &[Comparison],
    parameters: &Parameters,
    records: &Records,
    pattern: &Pattern,
    common: &Commonness,
) -> f64 {
    let bits = |comparison: &Comparison| {
        let row = pattern.row(*comparison)?;
        Some(parameters.bits(*comparison, row) - commonness_shift(parameters, records, *comparison, pattern, common))
    };
    f64::from(comparisons.iter().filter_map(bits).sum::<f32>())
}

/// How much commoner this value is among unrelated people than is usual for its level, in bits.
fn commonness_shift(
    parameters: &Parameters,
    records: &Records,
    comparison: Comparison,
    pattern: &Pattern,
    common: &Commonness,
) -> f32 {
    let usual = |row: usize| parameters.row(comparison, row)[Class::Unrelated as usize];
    match comparison {
        Comparison::Surname => surname_shift(parameters, records, pattern.surname, pattern.surname_level(), common),
        Comparison::Forename => forename_shift(parameters, records, pattern, common),
        Comparison::DateOfBirth if pattern.date_level() == Some(DateOfBirthLevel::Same) => {
            common.date_bits - usual(DateOfBirthLevel::Same.row())
        }
        Comparison::Postcode if pattern.postcode_level() == Some(PostcodeLevel::Same) => {
            (common.postcode_bits - usual(PostcodeLevel::Same.row())).max(0.0)
        }
        _ => 0.0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "seven figures are more than are known")]
fn log2(share: f64) -> f32 {
    share.log2() as f32
}

/// The share of people who bear a word, as a surname or a forename, without the one compared.
fn share(records: &Records, word: TokenId, as_surname: bool, people: f64) -> f64 {
    let token = records.tokens.get(word);
    let count = if as_surname { token.surnames } else { token.forenames };
    let others = f64::from(count.saturating_sub(1));
    (others + COUNTS_AS * f64::from(token.usual[usize::from(as_surname)])) / (people + COUNTS_AS)
}

fn surname_shift(
    parameters: &Parameters,
    records: &Records,
    word: TokenId,
    level: Option<SurnameLevel>,
    common: &Commonness,
) -> f32 {
    let Some(level) = level.filter(|_| word != NONE) else { return 0.0 };
    let typical = parameters.row(Comparison::Surname, SurnameLevel::Same.row())[Class::Unrelated as usize];
    let rarity = log2(share(records, word, true, common.people)) - typical;
    match level {
        SurnameLevel::Same | SurnameLevel::Joined => rarity,
        SurnameLevel::Different => 0.0,
        _ => PARTLY * rarity.clamp(-6.0, 4.0),
    }
}

fn forename_shift(parameters: &Parameters, records: &Records, pattern: &Pattern, common: &Commonness) -> f32 {
    let Some(level) = pattern.forename_level().filter(|_| pattern.forename != NONE) else { return 0.0 };
    let row = pattern.row(Comparison::Forename).unwrap_or_default();
    let same = row - row % ForenameLevel::LEVELS.len() + ForenameLevel::Same.row();
    let typical = parameters.row(Comparison::Forename, same)[Class::Unrelated as usize];
    let alone = share(records, pattern.forename, false, common.people);
    match level {
        ForenameLevel::Same => log2(share_among_bearers(records, pattern, common, alone)) - typical,
        ForenameLevel::Different => 0.0,
        _ => PARTLY * (log2(alone) - typical).clamp(-6.0, 4.0),
    }
}

/// The share of a forename among those who bear the surname: Mohammed Khan is far commoner than
/// Mohammed and Khan are by themselves.
fn share_among_bearers(records: &Records, pattern: &Pattern, common: &Commonness, alone: f64) -> f64 {
    if pattern.is_swapped || pattern.surname == NONE || name_context(pattern.surname_level()) != 0 {
        return alone;
    }
    let bearers = share(records, pattern.surname, true, common.people) * common.people;
    let others = if pattern.is_same_name() { f64::from(common.same_name.saturating_sub(1)) } else { 0.0 };
    ((others + PAIR_COUNTS_AS * alone) / (bearers + PAIR_COUNTS_AS)).max(alone * 0.25).min(1.0)
}
