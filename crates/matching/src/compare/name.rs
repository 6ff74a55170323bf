//! Names: the parts compared, under the best of the names each side has, in either order.

use throughline_domain::{codes, name::Name};

use super::{Level, level};
use crate::{
    Parameters,
    diminutives::are_forms_of_one_name,
    parameters::Likeness,
    prepared::{Prepared, PreparedName},
    score::Agreement,
    sound::sound_alike,
};

codes! {
    /// How first forenames compare.
    pub enum ForenameLevel {
        /// The same.
        Same = "same", "Same forename";
        /// One is a short or variant form of the other.
        Diminutive = "diminutive", "Short form of the same forename";
        /// Spelt nearly alike.
        Close = "close", "Forename spelt nearly the same";
        /// One goes by what the other has as a middle name.
        MiddleAsFirst = "middle-as-first", "Forename is the other's middle name";
        /// One gives only an initial, and it is the same.
        Initial = "initial", "Same forename initial";
        /// They sound alike.
        SoundsAlike = "sounds-alike", "Forename sounds alike";
        /// Somewhat alike.
        Alike = "alike", "Forename somewhat alike";
        /// Different.
        Different = "different", "Different forename";
    }
}
level!(ForenameLevel: agree Same; disagree Different);

codes! {
    /// How surnames compare.
    pub enum SurnameLevel {
        /// The same.
        Same = "same", "Same surname";
        /// One is part of the other's double surname.
        Part = "part", "Part of the same double surname";
        /// Spelt nearly alike.
        Close = "close", "Surname spelt nearly the same";
        /// They sound alike.
        SoundsAlike = "sounds-alike", "Surname sounds alike";
        /// One gives only an initial, and it is the same.
        Initial = "initial", "Same surname initial";
        /// Somewhat alike.
        Alike = "alike", "Surname somewhat alike";
        /// Different.
        Different = "different", "Different surname";
    }
}
level!(SurnameLevel: agree Same; disagree Different);

codes! {
    /// How middle names compare.
    pub enum MiddleNamesLevel {
        /// One at least is the same.
        Same = "same", "Same middle name";
        /// An initial is the same.
        Initial = "initial", "Same middle initial";
        /// Different.
        Different = "different", "Different middle name";
    }
}
level!(MiddleNamesLevel: agree Same; disagree Different);

/// How the best pair of names compares.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameAgreement {
    pub forename: Option<ForenameLevel>,
    pub surname: Option<SurnameLevel>,
    pub middle_names: Option<MiddleNamesLevel>,
    pub is_swapped: bool,
    pub is_other_name: bool,
    /// Bits for a rare or common name.
    pub rarity_bits: f64,
    /// The names compared, as they were read: swapped, where that agreed better.
    pub query: Name,
    /// The known person's.
    pub known: Name,
}

impl NameAgreement {
    pub fn arrangement_bits(&self, parameters: &Parameters) -> f64 {
        let swapped = if self.is_swapped { parameters.arrangement.swapped_bits } else { 0.0 };
        let other = if self.is_other_name { parameters.arrangement.other_name_bits } else { 0.0 };
        swapped + other
    }

    pub fn bits(&self, parameters: &Parameters) -> f64 {
        let forename = self.forename.map_or(0.0, |level| parameters.forename.bits(level));
        let surname = self.surname.map_or(0.0, |level| parameters.surname.bits(level));
        let middle = self.middle_names.map_or(0.0, |level| parameters.middle_names.bits(level));
        forename + surname + middle + self.rarity_bits + self.arrangement_bits(parameters)
    }

    /// Whether forename and surname are both the same.
    pub fn is_same(&self) -> bool {
        self.forename == Some(ForenameLevel::Same) && self.surname == Some(SurnameLevel::Same)
    }

    /// Whether forename and surname both agree, at least partly.
    pub fn is_alike(&self) -> bool {
        let alike = |agreement| agreement != Agreement::Disagree;
        self.forename.is_some_and(|level| alike(level.agreement()))
            && self.surname.is_some_and(|level| alike(level.agreement()))
    }
}

/// The pair of names, in the order, that speaks most for the same person.
pub(crate) fn names(parameters: &Parameters, query: &Prepared, known: &Prepared) -> NameAgreement {
    let mut best: Option<(f64, NameAgreement)> = None;
    for a in &query.names {
        for b in &known.names {
            // Forenames and surnames are compared in different ways, so that it matters whose
            // name is read swapped: both are tried, and the answer is the same either way round.
            let readings =
                [(a.clone(), b.clone(), false), (a.swapped(), b.clone(), true), (a.clone(), b.swapped(), true)];
            for (a, b, is_swapped) in readings {
                let found = pair(parameters, &a, &b, is_swapped);
                let bits = found.bits(parameters);
                if best.as_ref().is_none_or(|(most, held)| is_better(bits, &found, *most, held)) {
                    best = Some((bits, found));
                }
            }
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
}

/// Of two that weigh the same, the plainer one; then by spelling, so that order means nothing.
fn is_better(bits: f64, found: &NameAgreement, most: f64, held: &NameAgreement) -> bool {
    let plainness = |name: &NameAgreement| (name.is_swapped, name.is_other_name);
    let spelling = |name: &NameAgreement| (name.query.natural(), name.known.natural());
    bits.total_cmp(&most)
        .then_with(|| plainness(held).cmp(&plainness(found)))
        .then_with(|| spelling(held).cmp(&spelling(found)))
        .is_gt()
}

fn pair(parameters: &Parameters, a: &PreparedName, b: &PreparedName, is_swapped: bool) -> NameAgreement {
    let likeness = parameters.likeness;
    let forename = forenames(likeness, a, b);
    let surname = surnames(likeness, a, b);
    // A middle name that served as the forename is not counted twice.
    let middle_names = match forename {
        Some(ForenameLevel::MiddleAsFirst) => None,
        _ => middles(likeness, a, b),
    };
    NameAgreement {
        forename,
        surname,
        middle_names,
        is_swapped,
        is_other_name: a.is_other_name || b.is_other_name,
        rarity_bits: rarity(parameters, a, b, forename, surname),
        query: a.given.clone(),
        known: b.given.clone(),
    }
}

fn forenames(likeness: Likeness, a: &PreparedName, b: &PreparedName) -> Option<ForenameLevel> {
    let (first, other) = (a.forenames.first()?, b.forenames.first()?);
    let joined = a.forenames.concat() == b.forenames.concat();
    Some(if first == other || joined {
        ForenameLevel::Same
    } else if is_initial(first) || is_initial(other) {
        if shares_initial(first, other) { ForenameLevel::Initial } else { ForenameLevel::Different }
    } else if are_forms_of_one_name(first, other) {
        ForenameLevel::Diminutive
    } else if likeness_of(first, other) >= likeness.close {
        ForenameLevel::Close
    } else if a.forenames[1..].contains(other) || b.forenames[1..].contains(first) {
        ForenameLevel::MiddleAsFirst
    } else if are_heard_alike(likeness, first, other) {
        ForenameLevel::SoundsAlike
    } else if likeness_of(first, other) >= likeness.alike {
        ForenameLevel::Alike
    } else {
        ForenameLevel::Different
    })
}

fn surnames(likeness: Likeness, a: &PreparedName, b: &PreparedName) -> Option<SurnameLevel> {
    if a.surnames.is_empty() || b.surnames.is_empty() {
        return None;
    }
    let (whole, other) = (a.surnames.concat(), b.surnames.concat());
    // Particles such as "de" and "al" are shared by people who share nothing else.
    let is_part = |part: &String| part.chars().count() > 2 && b.surnames.contains(part);
    Some(if whole == other {
        SurnameLevel::Same
    } else if is_initial(&whole) || is_initial(&other) {
        if shares_initial(&whole, &other) { SurnameLevel::Initial } else { SurnameLevel::Different }
    } else if a.surnames.iter().any(is_part) {
        SurnameLevel::Part
    } else if likeness_of(&whole, &other) >= likeness.close {
        SurnameLevel::Close
    } else if are_heard_alike(likeness, &whole, &other) {
        SurnameLevel::SoundsAlike
    } else if likeness_of(&whole, &other) >= likeness.alike {
        SurnameLevel::Alike
    } else {
        SurnameLevel::Different
    })
}

fn middles(likeness: Likeness, a: &PreparedName, b: &PreparedName) -> Option<MiddleNamesLevel> {
    let (ours, theirs) = (a.forenames.get(1..)?, b.forenames.get(1..)?);
    if ours.is_empty() || theirs.is_empty() {
        return None;
    }
    let any = |alike: &dyn Fn(&str, &str) -> bool| ours.iter().any(|x| theirs.iter().any(|y| alike(x, y)));
    let same = |x: &str, y: &str| !is_initial(x) && !is_initial(y) && likeness_of(x, y) >= likeness.close;
    let initial = |x: &str, y: &str| (is_initial(x) || is_initial(y)) && shares_initial(x, y);
    Some(if any(&same) {
        MiddleNamesLevel::Same
    } else if any(&initial) {
        MiddleNamesLevel::Initial
    } else {
        MiddleNamesLevel::Different
    })
}

/// Bits for a rare or common name: in full where names are the same, in part where they nearly
/// are. The commoner of the two spellings counts, so that a misspelling is not taken for a rarity.
fn rarity(
    parameters: &Parameters,
    a: &PreparedName,
    b: &PreparedName,
    forename: Option<ForenameLevel>,
    surname: Option<SurnameLevel>,
) -> f64 {
    let limit = parameters.rarity.limit_bits;
    let partly = parameters.rarity.partly;
    let frequencies = &parameters.frequencies;
    let forename_part = match forename {
        Some(ForenameLevel::Same) => 1.0,
        Some(ForenameLevel::Diminutive | ForenameLevel::Close | ForenameLevel::SoundsAlike) => partly,
        _ => 0.0,
    };
    let surname_part = match surname {
        Some(SurnameLevel::Same) => 1.0,
        Some(SurnameLevel::Close | SurnameLevel::SoundsAlike) => partly,
        _ => 0.0,
    };
    let first = |name: &PreparedName| frequencies.forename(name.forenames.first().map_or("", |n| n));
    let last = |name: &PreparedName| frequencies.surname(&name.surnames.join(" "));
    let forename_bits = frequencies.forename_rarity(first(a).max(first(b))).clamp(-limit, limit);
    let surname_bits = frequencies.surname_rarity(last(a).max(last(b))).clamp(-limit, limit);
    forename_part * forename_bits + surname_part * surname_bits
}

fn is_initial(part: &str) -> bool {
    part.chars().nth(1).is_none()
}

fn shares_initial(a: &str, b: &str) -> bool {
    a.chars().next() == b.chars().next()
}

fn are_heard_alike(likeness: Likeness, a: &str, b: &str) -> bool {
    likeness_of(a, b) >= likeness.sounds_alike && sound_alike(a, b)
}

/// Jaro-Winkler likeness. Its greedy pairing of letters can depend on the order of the two; the
/// better of both makes it the same either way round.
fn likeness_of(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(a, b).max(strsim::jaro_winkler(b, a))
}
