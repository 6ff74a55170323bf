//! Names: every name of the query with every known one, as written and with forename and surname
//! swapped; the pair that speaks most for one person is the answer.

use super::query::{MOST_WORDS, Memory, Query, QueryName};
use super::words::Likeness;
use crate::levels::{ArrangementLevel, Comparison, ForenameLevel, MiddleNamesLevel, SurnameLevel, name_context};
use crate::parameters::Parameters;
use crate::pattern::Pattern;
use crate::record::{Part, Record, Records, Role, names};
use crate::tokens::{NONE, TokenId};

/// The levels of one of the query's names with one of the known names.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameLevels {
    surname: Option<(SurnameLevel, TokenId)>,
    forename: Option<(ForenameLevel, TokenId)>,
    middle: Option<MiddleNamesLevel>,
    arrangement: ArrangementLevel,
    known_name: u8,
    query_name: u8,
}

impl NameLevels {
    /// What speaks for one person, in bits, as far as the levels alone tell.
    fn bits(&self, parameters: &Parameters) -> f32 {
        let surname = self.surname.map(|(level, _)| level);
        let row = name_context(surname) * ForenameLevel::LEVELS.len();
        let weigh = |comparison, row: Option<usize>| row.map_or(0.0, |row| parameters.bits(comparison, row));
        weigh(Comparison::Surname, surname.map(SurnameLevel::row))
            + weigh(Comparison::Forename, self.forename.map(|(level, _)| row + level.row()))
            + weigh(Comparison::MiddleNames, self.middle.map(MiddleNamesLevel::row))
            + weigh(Comparison::Arrangement, Some(self.arrangement.row()))
    }

    fn is_plain_agreement(&self) -> bool {
        self.arrangement == ArrangementLevel::AsWritten
            && matches!(self.surname, Some((SurnameLevel::Same | SurnameLevel::Joined, _)))
            && matches!(self.forename, Some((ForenameLevel::Same, _)))
    }

    pub fn put(self, pattern: &mut Pattern) {
        let surname = self.surname.map(|(level, _)| level);
        pattern.set(Comparison::Surname, 0, surname.map(SurnameLevel::row));
        pattern.set(Comparison::Forename, name_context(surname), self.forename.map(|(level, _)| level.row()));
        pattern.set(Comparison::MiddleNames, 0, self.middle.map(MiddleNamesLevel::row));
        pattern.set(Comparison::Arrangement, 0, Some(self.arrangement.row()));
        pattern.surname = self.surname.map_or(NONE, |(_, token)| token);
        pattern.forename = self.forename.map_or(NONE, |(_, token)| token);
        pattern.is_swapped = matches!(self.arrangement, ArrangementLevel::Swapped | ArrangementLevel::OtherNameSwapped);
        pattern.known_name = self.known_name;
        pattern.query_name = self.query_name;
    }
}

/// The levels of the two names that speak most for one person.
pub(super) fn best(
    parameters: &Parameters,
    query: &Query,
    records: &Records,
    record: &Record,
    memory: &mut Memory,
) -> Option<NameLevels> {
    let mut best: Option<(f32, NameLevels)> = None;
    for (at, known) in (0_u8..).zip(names(records.parts(record))) {
        let known = Known::of(known, |token| memory.likenesses(query, records, token));
        for (number, name) in (0_u8..).zip(&query.names) {
            let is_other = at > 0 || !name.is_in_use;
            for is_swapped in [false, true] {
                let levels = name_levels(name, &known, is_swapped, is_other, at, number);
                if levels.is_plain_agreement() {
                    return Some(levels);
                }
                let bits = levels.bits(parameters);
                if best.as_ref().is_none_or(|(most, _)| bits > *most) {
                    best = Some((bits, levels));
                }
            }
        }
    }
    best.map(|(_, levels)| levels)
}

/// A word of a known name with its likeness to each word of the query.
#[derive(Debug, Clone, Copy)]
struct KnownWord {
    token: TokenId,
    likenesses: u64,
}

impl KnownWord {
    fn with(self, word: u8) -> Likeness {
        Likeness::ALL[(self.likenesses >> (4 * word) & 15) as usize]
    }
}

/// The words of a known name: no more of them are compared than fit.
#[derive(Debug)]
struct Known {
    words: [KnownWord; MOST_WORDS],
    forenames: usize,
    surnames: usize,
    has_joined_surname: bool,
}

impl Known {
    fn of(parts: &[Part], mut likenesses: impl FnMut(TokenId) -> u64) -> Self {
        let mut known = Self {
            words: [KnownWord { token: NONE, likenesses: 0 }; MOST_WORDS],
            forenames: 0,
            surnames: 0,
            has_joined_surname: false,
        };
        for (at, part) in parts.iter().take(MOST_WORDS).enumerate() {
            known.words[at] = KnownWord { token: part.token(), likenesses: likenesses(part.token()) };
            if part.is_surname() {
                known.surnames += 1;
                known.has_joined_surname |= part.role() == Role::JoinedSurname;
            } else {
                known.forenames += 1;
            }
        }
        known
    }

    fn forenames(&self) -> &[KnownWord] {
        &self.words[..self.forenames]
    }

    fn surnames(&self) -> &[KnownWord] {
        &self.words[self.forenames..][..self.surnames]
    }

    /// The joined form, or the only part.
    fn whole_surname(&self) -> Option<KnownWord> {
        let surnames = self.surnames();
        if self.has_joined_surname { surnames.last().copied() } else { surnames.first().copied() }
    }

    fn surname_parts(&self) -> &[KnownWord] {
        let surnames = self.surnames();
        &surnames[..surnames.len() - usize::from(self.has_joined_surname)]
    }
}

fn name_levels(
    name: &QueryName,
    known: &Known,
    is_swapped: bool,
    is_other: bool,
    known_name: u8,
    query_name: u8,
) -> NameLevels {
    let arrangement = match (is_swapped, is_other) {
        (false, false) => ArrangementLevel::AsWritten,
        (true, false) => ArrangementLevel::Swapped,
        (false, true) => ArrangementLevel::OtherName,
        (true, true) => ArrangementLevel::OtherNameSwapped,
    };
    if is_swapped {
        return swapped_levels(name, known, arrangement, known_name, query_name);
    }
    let surname = surnames(name, known);
    let forename = forenames(name, known);
    let is_middle_used = matches!(forename, Some((ForenameLevel::MiddleAsFirst, _)))
        || matches!(surname, Some((SurnameLevel::AmongForenames, _)));
    let middle = if is_middle_used { None } else { middles(&name.forenames, known.forenames()) };
    NameLevels { surname, forename, middle, arrangement, known_name, query_name }
}

/// The query's forename with the known surname, and the other way round.
fn swapped_levels(
    name: &QueryName,
    known: &Known,
    arrangement: ArrangementLevel,
    known_name: u8,
    query_name: u8,
) -> NameLevels {
    let forename = name.surnames.first().zip(known.forenames().first());
    let forename = forename.map(|(word, with)| (plain_forename(with.with(*word)), with.token));
    let surname = name.forenames.first().zip(known.whole_surname());
    let surname = surname.map(|(word, with)| {
        let whole = name.joined_forename.map_or(Likeness::Different, |joined| with.with(joined));
        let part = known.surnames().iter().map(|with| with.with(*word)).max().unwrap_or(Likeness::Different);
        (plain_surname(whole.max(part)), with.token)
    });
    NameLevels { surname, forename, middle: None, arrangement, known_name, query_name }
}

fn plain_forename(likeness: Likeness) -> ForenameLevel {
    match likeness {
        Likeness::Same => ForenameLevel::Same,
        Likeness::Form => ForenameLevel::Form,
        Likeness::Close => ForenameLevel::Close,
        Likeness::Neighbour => ForenameLevel::Neighbour,
        Likeness::SoundsAlike => ForenameLevel::SoundsAlike,
        Likeness::Initial => ForenameLevel::Initial,
        Likeness::Alike | Likeness::Beginning => ForenameLevel::Alike,
        Likeness::Different => ForenameLevel::Different,
    }
}

fn plain_surname(likeness: Likeness) -> SurnameLevel {
    match likeness {
        Likeness::Same => SurnameLevel::Same,
        Likeness::Form => SurnameLevel::Form,
        Likeness::Close => SurnameLevel::Close,
        Likeness::Neighbour => SurnameLevel::Neighbour,
        Likeness::SoundsAlike => SurnameLevel::SoundsAlike,
        Likeness::Beginning => SurnameLevel::Beginning,
        Likeness::Alike | Likeness::Initial => SurnameLevel::Alike,
        Likeness::Different => SurnameLevel::Different,
    }
}

fn surnames(name: &QueryName, known: &Known) -> Option<(SurnameLevel, TokenId)> {
    let mine = name.joined_surname.or(name.surnames.first().copied())?;
    let whole = known.whole_surname()?;
    let likeness = whole.with(mine);
    if likeness == Likeness::Same {
        return Some((SurnameLevel::Same, whole.token));
    }
    let parts = known.surname_parts();
    let has_parts = name.surnames.len() > 1 || parts.len() > 1;
    if has_parts {
        let same = |word: &u8| parts.iter().any(|part| part.with(*word) == Likeness::Same);
        let found = name.surnames.iter().filter(|word| same(word)).count();
        if found == name.surnames.len() && found == parts.len() {
            return Some((SurnameLevel::Joined, whole.token));
        }
        let part = name.surnames.iter().find_map(|word| parts.iter().find(|part| part.with(*word) == Likeness::Same));
        if let Some(part) = part {
            return Some((SurnameLevel::Part, part.token));
        }
    }
    let plain = plain_surname(likeness);
    if plain <= SurnameLevel::SoundsAlike {
        return Some((plain, whole.token));
    }
    let among = known.forenames().iter().skip(1).any(|with| with.with(mine) >= Likeness::Form)
        || name.forenames.iter().skip(1).any(|word| whole.with(*word) >= Likeness::Form);
    if among {
        return Some((SurnameLevel::AmongForenames, whole.token));
    }
    if has_parts {
        // A slip in one part of a double name, or in the only part that was taken over.
        let near = name.surnames.iter().flat_map(|word| parts.iter().map(|part| (part.with(*word), part.token)));
        if let Some((_, token)) =
            near.filter(|(likeness, _)| *likeness >= Likeness::SoundsAlike).max_by_key(|(l, _)| *l)
        {
            return Some((SurnameLevel::Beginning, token));
        }
    }
    Some((plain, whole.token))
}

fn forenames(name: &QueryName, known: &Known) -> Option<(ForenameLevel, TokenId)> {
    let (mine, whole) = (*name.forenames.first()?, known.forenames().first()?);
    let likeness = whole.with(mine);
    let joined = name.joined_forename.map_or(Likeness::Different, |joined| whole.with(joined));
    if likeness == Likeness::Same || joined == Likeness::Same {
        return Some((ForenameLevel::Same, whole.token));
    }
    let plain = plain_forename(likeness.max(joined));
    if plain <= ForenameLevel::SoundsAlike {
        return Some((plain, whole.token));
    }
    let is_used = |likeness: Likeness| likeness >= Likeness::Close;
    let theirs = known.forenames().iter().skip(1).find(|with| is_used(with.with(mine)));
    let ours = name.forenames.iter().skip(1).any(|word| is_used(whole.with(*word)));
    if theirs.is_some() || ours {
        return Some((ForenameLevel::MiddleAsFirst, theirs.unwrap_or(whole).token));
    }
    Some((plain, whole.token))
}

fn middles(mine: &[u8], known: &[KnownWord]) -> Option<MiddleNamesLevel> {
    let (mine, known) = (mine.get(1..)?, known.get(1..)?);
    let best = mine.iter().flat_map(|word| known.iter().map(|with| with.with(*word))).max()?;
    Some(match best {
        Likeness::Same => MiddleNamesLevel::Same,
        Likeness::Form | Likeness::Close | Likeness::Neighbour | Likeness::SoundsAlike => MiddleNamesLevel::Alike,
        Likeness::Initial => MiddleNamesLevel::Initial,
        Likeness::Beginning | Likeness::Alike | Likeness::Different => MiddleNamesLevel::Different,
    })
}
