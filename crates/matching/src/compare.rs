//! The comparison of a query with a known person: a [`Pattern`] of levels.
//!
//! Pure functions of two values to a level. Levels are tried from the strongest agreement to plain
//! difference; the first that applies is the answer.

use crate::levels::{
    AddressLevel, ArrangementLevel, Comparison, DateOfBirthLevel, ForenameLevel, MiddleNamesLevel, NumberLevel,
    PLACE_CONTEXTS, PostcodeLevel, SexLevel, SurnameLevel, TownLevel, name_context, place_context,
};
use crate::likeness::{self, Sketch, is_one_slip};
use crate::packed::{Number, NumberKind};
use crate::parameters::Parameters;
use crate::pattern::Pattern;
use crate::record::{Day, Part, Prepared, Record, Records, Role, names};
use crate::score::{Commonness, sum};
use crate::tokens::{self, NONE, TokenId, Tokens};

/// How one word compares with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub(crate) enum Likeness {
    #[default]
    Different,
    Alike,
    /// One is the beginning of the other.
    Beginning,
    Initial,
    SoundsAlike,
    /// One slip apart, and many people bear the one and many the other.
    Neighbour,
    Close,
    Form,
    Same,
}

impl Likeness {
    const ALL: [Self; 9] = [
        Self::Different,
        Self::Alike,
        Self::Beginning,
        Self::Initial,
        Self::SoundsAlike,
        Self::Neighbour,
        Self::Close,
        Self::Form,
        Self::Same,
    ];
}

/// Jaro-Winkler likeness from which spellings are close, alike, or (with one sound) heard alike.
const CLOSE: f64 = 0.92;
const ALIKE: f64 = 0.80;
const HEARD: f64 = 0.70;
/// A word of so few letters is another word when one of them differs.
const SHORT: usize = 3;
/// Letters of a word that is cut off in a narrow column, at least.
const CUT_OFF_AT: usize = 4;

/// A word of the query.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    text: String,
    /// Its number, when somebody bears it.
    known: Option<TokenId>,
    pattern: likeness::Pattern,
    sounds: [u32; 2],
    families: Vec<u32>,
    family_bits: u32,
    /// Of how many people the least usual name by itself is.
    borne_by: f64,
}

/// A word that one in so many people bears is a name by itself, and not a slip.
const ONE_IN: f64 = 20_000.0;
/// However few people there are, a name by itself is borne by some.
const BORNE_BY: f64 = 3.0;

impl Word {
    fn new(text: &str, tokens: &Tokens, people: f64) -> Self {
        let known = tokens.find(text);
        let families = known.map_or_else(|| tokens::families(text), |id| tokens.families(id).to_vec());
        Self {
            text: text.to_owned(),
            known,
            pattern: likeness::Pattern::new(text),
            sounds: known.map_or_else(|| tokens::sounds(text), |id| tokens.sketch(id).sounds),
            family_bits: tokens::family_bits(&families),
            families,
            borne_by: (people / ONE_IN).max(BORNE_BY),
        }
    }

    /// A slip of the other word, or a name of its own beside it: Mandeep for Sandeep.
    fn close_to(&self, records: &Records, token: TokenId) -> Likeness {
        let is_name = |token: TokenId| {
            let token = records.tokens.get(token);
            f64::from(token.forenames + token.surnames) >= self.borne_by
        };
        if self.known.is_some_and(is_name) && is_name(token) { Likeness::Neighbour } else { Likeness::Close }
    }

    fn sounds_like(&self, known: Sketch) -> bool {
        self.sounds.iter().any(|sound| *sound != 0 && known.sounds.contains(sound))
    }

    /// Whether nothing can make the two alike: told without their texts, and true of most pairs.
    fn is_out_of_reach(&self, known: Sketch) -> bool {
        let needed = if self.sounds_like(known) { HEARD } else { ALIKE };
        self.text.len() > 1
            && known.length > 1
            && self.family_bits & known.family_bits == 0
            && !self.pattern.may_be_one_slip_from(known)
            && self.pattern.at_most(known) < needed
    }

    fn likeness(&self, records: &Records, token: TokenId) -> Likeness {
        if self.known == Some(token) {
            return Likeness::Same;
        }
        let known = records.tokens.sketch(token);
        if self.is_out_of_reach(known) {
            return Likeness::Different;
        }
        if self.text.len() == 1 || known.length == 1 {
            let is_initial = self.text.as_bytes()[0] == known.first;
            return if is_initial { Likeness::Initial } else { Likeness::Different };
        }
        let text = records.tokens.text(token);
        let families = records.tokens.families(token);
        if self.families.iter().any(|family| families.contains(family)) {
            return Likeness::Form;
        }
        let shorter = self.text.len().min(text.len());
        if is_one_slip(self.text.as_bytes(), text.as_bytes()) && shorter >= SHORT {
            return if shorter > SHORT { self.close_to(records, token) } else { Likeness::Alike };
        }
        let sound_alike = self.sounds_like(known);
        let likeness = self.pattern.jaro_winkler(text.as_bytes());
        if likeness >= CLOSE && shorter > SHORT {
            self.close_to(records, token)
        } else if sound_alike && likeness >= HEARD {
            Likeness::SoundsAlike
        } else if shorter >= CUT_OFF_AT && (self.text.starts_with(text) || text.starts_with(&self.text)) {
            Likeness::Beginning
        } else if likeness >= ALIKE {
            Likeness::Alike
        } else {
            Likeness::Different
        }
    }
}

/// Numbers of words of the query that make up a name.
#[derive(Debug, Clone, Default)]
struct QueryName {
    forenames: Vec<u8>,
    surnames: Vec<u8>,
    joined_forename: Option<u8>,
    joined_surname: Option<u8>,
    is_in_use: bool,
}

/// A query made ready to be compared with many people.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub prepared: Prepared,
    words: Vec<Word>,
    names: Vec<QueryName>,
    /// The house number's own number; `None` when it is not given or nobody has it.
    house: Option<TokenId>,
    street: Option<Word>,
    town: Option<Word>,
    /// The first forename and the whole surname of the name in use, when people bear them.
    name: Option<(TokenId, TokenId)>,
    /// The most that names can speak for anybody, in bits.
    most_name_bits: f64,
    /// The most that house and street can speak for anybody, in bits: for each context of places, when
    /// the house is another one and when it is the same.
    most_address_bits: [[f64; 2]; PLACE_CONTEXTS.len()],
}

/// Words of a query that are compared: four bits each in one machine word.
const MOST_WORDS: usize = 16;

/// The most bits of what agreeing partly, another arrangement and middle names can add.
const MOST_PARTLY: f64 = 10.0;
const MOST_ARRANGED: f64 = 5.0;
const MOST_MIDDLE: f64 = 8.0;

impl Query {
    pub fn new(prepared: Prepared, parameters: &Parameters, records: &Records, people: f64) -> Self {
        let tokens = &records.tokens;
        let mut words: Vec<Word> = Vec::new();
        let mut number = |text: &str| {
            let known = words.iter().position(|word| word.text == text);
            let at = known.unwrap_or_else(|| {
                words.push(Word::new(text, tokens, people));
                words.len() - 1
            });
            u8::try_from(at).ok().filter(|at| usize::from(*at) < MOST_WORDS)
        };
        let mut names = Vec::with_capacity(prepared.names.len());
        for (at, name) in prepared.names.iter().enumerate() {
            let forenames: Vec<u8> = name.forenames.iter().filter_map(|word| number(word)).collect();
            let surnames: Vec<u8> = name.surnames.iter().filter_map(|word| number(word)).collect();
            let joined_forename = name.joined_forename().and_then(|word| number(&word));
            let joined_surname = name.joined_surname().and_then(|word| number(&word));
            let is_in_use = at == 0 && prepared.first_is_in_use;
            names.push(QueryName { forenames, surnames, joined_forename, joined_surname, is_in_use });
        }
        words.truncate(MOST_WORDS);
        let word = |text: &str| (!text.is_empty()).then(|| Word::new(text, tokens, people));
        let (street, town) = (word(&prepared.address.street), word(&prepared.address.town));
        let house = tokens.find(&prepared.address.house);
        let id = |at: Option<u8>| at.and_then(|at| words[usize::from(at)].known);
        let name = names.first().and_then(|name| {
            let whole = name.joined_surname.or(name.surnames.first().copied());
            id(name.forenames.first().copied()).zip(id(whole))
        });
        let most_name_bits = most_name_bits(&names, &words, parameters, records, people);
        let most_address_bits = most_address_bits(parameters);
        Self { prepared, words, names, house, street, town, name, most_name_bits, most_address_bits }
    }

    /// Whether a known person's house has the same number.
    fn is_house_of(&self, record: &Record) -> bool {
        !self.prepared.address.house.is_empty() && record.house != NONE && self.house == Some(record.house)
    }

    /// Whether a known person's name in use has the same first forename and whole surname.
    pub fn is_name_of(&self, record: &Record) -> bool {
        self.name == Some((record.forename, record.surname))
    }
}

/// A bound: agreement on the rarest words of the query, in whatever place.
fn most_name_bits(names: &[QueryName], words: &[Word], parameters: &Parameters, records: &Records, people: f64) -> f64 {
    let rarest = |as_surname: bool| {
        let bits =
            words.iter().map(|word| crate::score::most_bits(parameters, records, word.known, as_surname, people));
        bits.fold(MOST_PARTLY, f64::max)
    };
    let has_middle = names.iter().any(|name| name.forenames.len() > 1);
    rarest(true) + rarest(false) + MOST_ARRANGED + if has_middle { MOST_MIDDLE } else { 0.0 }
}

/// Nothing is compared, or the level that speaks most for one person.
fn most_address_bits(parameters: &Parameters) -> [[f64; 2]; PLACE_CONTEXTS.len()] {
    let levels = Comparison::Address.levels().len();
    let bits = |place: usize, from: AddressLevel| {
        let rows = (from.row()..levels).map(|row| parameters.bits(Comparison::Address, place * levels + row));
        f64::from(rows.fold(0.0, f32::max))
    };
    std::array::from_fn(|place| [bits(place, AddressLevel::SameStreet), bits(place, AddressLevel::Same)])
}

/// What a thread keeps from one comparison to the next of one query, and rooms that are not made
/// anew for each.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    names: Remembered<u64>,
    streets: Remembered<Likeness>,
    towns: Remembered<Likeness>,
}

/// Words about which an answer is remembered; a power of two.
const REMEMBERED: usize = 256;

/// Answers about words, as many as there are places for: the newer one takes the place of the older.
#[derive(Debug)]
struct Remembered<T> {
    answers: Box<[(TokenId, T); REMEMBERED]>,
}

impl<T: Copy + Default> Default for Remembered<T> {
    fn default() -> Self {
        Self { answers: Box::new([(NONE, T::default()); REMEMBERED]) }
    }
}

impl<T: Copy + Default> Remembered<T> {
    fn forget(&mut self) {
        self.answers.fill((NONE, T::default()));
    }

    fn of(&mut self, token: TokenId, answer: impl FnOnce() -> T) -> T {
        let place = token as usize % REMEMBERED;
        if self.answers[place].0 != token {
            self.answers[place] = (token, answer());
        }
        self.answers[place].1
    }
}

impl Memory {
    pub fn forget(&mut self) {
        self.names.forget();
        self.streets.forget();
        self.towns.forget();
    }

    /// The likeness of each of the query's words with a known word, four bits each.
    fn likenesses(&mut self, query: &Query, records: &Records, token: TokenId) -> u64 {
        self.names.of(token, || {
            let all = query.words.iter().map(|word| word.likeness(records, token) as u64);
            all.enumerate().fold(0, |packed, (at, likeness)| packed | likeness << (4 * at))
        })
    }
}

/// Compares a query with a known person. `None` when they cannot come to the bits that are needed:
/// most candidates, and many of them before a look at their names.
pub(crate) fn compare(
    parameters: &Parameters,
    query: &Query,
    records: &Records,
    record: &Record,
    common: &Commonness,
    needed_bits: f64,
    memory: &mut Memory,
) -> Option<Pattern> {
    let mut pattern = Pattern::empty();
    let date = dates(&query.prepared, record.born);
    pattern.set(Comparison::DateOfBirth, 0, date.map(DateOfBirthLevel::row));
    let sex =
        query.prepared.sex.zip(record.sex).map(|(a, b)| if a == b { SexLevel::Same } else { SexLevel::Different });
    pattern.set(Comparison::Sex, 0, sex.map(SexLevel::row));
    let postcode = postcodes(&query.prepared, records, record);
    let place = place_context(postcode);
    pattern.set(Comparison::Postcode, 0, postcode.map(PostcodeLevel::row));
    pattern.set(Comparison::Town, place, towns(query, records, record, memory).map(TownLevel::row));
    for number in &query.prepared.numbers {
        let level = numbers(*number, records.numbers(record));
        let comparison = match number.kind() {
            NumberKind::Nhs => Comparison::NhsNumber,
            NumberKind::Pnc => Comparison::Pnc,
            NumberKind::Cro => Comparison::Cro,
            NumberKind::Local => Comparison::LocalId,
        };
        pattern.set(comparison, 0, level.map(NumberLevel::row));
    }
    let add =
        |bits: f64, pattern: &Pattern, more: &[Comparison]| bits + sum(more, parameters, records, pattern, common);
    let needed_bits = needed_bits - ROUNDED_BITS;
    // Streets come last: they are looked up for few, who can reach what is needed with them.
    let most_address_bits = query.most_address_bits[place][usize::from(query.is_house_of(record))];
    let bits = add(0.0, &pattern, SEEN_AT_ONCE);
    if bits + query.most_name_bits + most_address_bits < needed_bits {
        return None;
    }
    if let Some(levels) = best_name(parameters, query, records, record, memory) {
        levels.put(&mut pattern);
    }
    let bits = add(bits, &pattern, OF_NAMES);
    if bits + most_address_bits < needed_bits {
        return None;
    }
    let address = addresses(query, records, record, memory);
    pattern.set(Comparison::Address, place, address.map(AddressLevel::row));
    (add(bits, &pattern, &[Comparison::Address]) >= needed_bits).then_some(pattern)
}

/// What two sums of the same bits in different orders may differ by.
const ROUNDED_BITS: f64 = 0.001;

/// What costs little to compare.
const SEEN_AT_ONCE: &[Comparison] = &[
    Comparison::DateOfBirth,
    Comparison::Sex,
    Comparison::Postcode,
    Comparison::Town,
    Comparison::NhsNumber,
    Comparison::Pnc,
    Comparison::Cro,
    Comparison::LocalId,
];

const OF_NAMES: &[Comparison] =
    &[Comparison::Surname, Comparison::Forename, Comparison::MiddleNames, Comparison::Arrangement];

/// The levels of one of the query's names with one of the known names.
#[derive(Debug, Clone, Copy)]
struct NameLevels {
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

    fn put(self, pattern: &mut Pattern) {
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

fn best_name(
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

/// How far apart two people of neighbouring generations are born, in years.
const GENERATION: std::ops::RangeInclusive<u32> = 16..=45;

fn dates(query: &Prepared, known: Day) -> Option<DateOfBirthLevel> {
    if !known.is_known() {
        return None;
    }
    if !query.born.is_known() {
        let (from, to) = query.born_between?;
        let fits = (from..=to).contains(&known.year());
        return Some(if fits { DateOfBirthLevel::AgeFits } else { DateOfBirthLevel::AgeDiffers });
    }
    Some(date_level(query.born, known))
}

fn date_level(a: Day, b: Day) -> DateOfBirthLevel {
    if a == b {
        return DateOfBirthLevel::Same;
    }
    let years = a.year().abs_diff(b.year());
    let (same_month, same_day) = (a.month() == b.month(), a.day() == b.day());
    if years == 0 {
        return same_year(a, b, same_month, same_day);
    }
    if same_month && same_day {
        return match years {
            1 => DateOfBirthLevel::YearOut,
            10 => DateOfBirthLevel::DecadeOut,
            _ if is_digit_slip(a, b) => slip(a, b),
            2..=5 => DateOfBirthLevel::YearsOut,
            _ => far(years),
        };
    }
    if is_next_day(a, b) {
        return DateOfBirthLevel::NextDay;
    }
    far(years)
}

fn same_year(a: Day, b: Day, same_month: bool, same_day: bool) -> DateOfBirthLevel {
    if a.swapped() == Some(b) {
        return DateOfBirthLevel::Swapped;
    }
    if is_next_day(a, b) {
        return DateOfBirthLevel::NextDay;
    }
    let is_january = |day: Day| day.month() == 1 && day.day() == 1;
    if is_january(a) {
        return DateOfBirthLevel::JanuaryGiven;
    }
    if is_january(b) {
        return DateOfBirthLevel::JanuaryKnown;
    }
    if (same_month || same_day) && is_digit_slip(a, b) {
        return slip(a, b);
    }
    match (same_month, same_day) {
        (false, true) => DateOfBirthLevel::MonthOut,
        (true, false) => DateOfBirthLevel::DayOut,
        _ => DateOfBirthLevel::Near,
    }
}

fn far(years: u32) -> DateOfBirthLevel {
    if years <= 3 {
        DateOfBirthLevel::Near
    } else if GENERATION.contains(&years) {
        DateOfBirthLevel::Generation
    } else {
        DateOfBirthLevel::Different
    }
}

fn digits(day: Day) -> [u8; 8] {
    let (year, month, date) = (day.year(), day.month(), day.day());
    [year / 1000, year / 100, year / 10, year, month / 10, month, date / 10, date]
        .map(|digit| u8::try_from(digit % 10).unwrap_or_default())
}

fn is_digit_slip(a: Day, b: Day) -> bool {
    is_one_slip(&digits(a), &digits(b))
}

fn slip(a: Day, b: Day) -> DateOfBirthLevel {
    let differing = digits(a).iter().zip(digits(b)).filter(|(a, b)| **a != *b).count();
    if differing == 1 { DateOfBirthLevel::OneDigit } else { DateOfBirthLevel::Exchanged }
}

fn is_next_day(a: Day, b: Day) -> bool {
    // Only dates that can touch are worth the calendar.
    if a.year().abs_diff(b.year()) > 1 {
        return false;
    }
    a.date().zip(b.date()).is_some_and(|(a, b)| (a - b).num_days().abs() == 1)
}

fn towns(query: &Query, records: &Records, record: &Record, memory: &mut Memory) -> Option<TownLevel> {
    let town = query.town.as_ref().filter(|_| record.town != NONE)?;
    Some(match memory.towns.of(record.town, || town.likeness(records, record.town)) {
        Likeness::Same => TownLevel::Same,
        Likeness::Close | Likeness::Neighbour | Likeness::SoundsAlike | Likeness::Beginning => TownLevel::Alike,
        _ => TownLevel::Different,
    })
}

fn postcodes(query: &Prepared, records: &Records, record: &Record) -> Option<PostcodeLevel> {
    let mine = query.postcodes.as_slice();
    let first = *mine.first()?;
    if query.has_present_postcode && record.postcode == Some(first) {
        return Some(PostcodeLevel::Same);
    }
    let present = record.postcode.as_slice();
    let known = if record.has_other_postcodes() { records.postcodes(record) } else { present };
    let other = *known.first()?;
    if mine.iter().any(|code| known.contains(code)) {
        return Some(PostcodeLevel::Earlier);
    }
    if first.area() != other.area() {
        return Some(if first.is_one_slip_from(other) { PostcodeLevel::OneSlip } else { PostcodeLevel::Elsewhere });
    }
    if first.is_one_slip_from(other) {
        return Some(PostcodeLevel::OneSlip);
    }
    Some(if first.sector() == other.sector() {
        PostcodeLevel::Sector
    } else if first.district() == other.district() {
        PostcodeLevel::District
    } else {
        PostcodeLevel::Area
    })
}

fn addresses(query: &Query, records: &Records, record: &Record, memory: &mut Memory) -> Option<AddressLevel> {
    let is_given = !query.prepared.address.house.is_empty() && record.house != NONE;
    let same_house = is_given.then(|| query.is_house_of(record));
    let street = query
        .street
        .as_ref()
        .filter(|_| record.street != NONE)
        .map(|street| memory.streets.of(record.street, || street.likeness(records, record.street)));
    if same_house.is_none() && street.is_none() {
        return None;
    }
    let street_level = |likeness| match likeness {
        Likeness::Same | Likeness::Form => AddressLevel::SameStreet,
        Likeness::Close | Likeness::Neighbour | Likeness::SoundsAlike | Likeness::Beginning => {
            AddressLevel::StreetAlike
        }
        _ => AddressLevel::Different,
    };
    let street = street.map(street_level);
    Some(match (same_house, street) {
        (Some(true), Some(AddressLevel::SameStreet)) => AddressLevel::Same,
        (Some(true), Some(AddressLevel::StreetAlike) | None) => AddressLevel::SameHouse,
        (_, Some(level)) => level,
        (_, None) => AddressLevel::Different,
    })
}

fn numbers(mine: Number, known: &[Number]) -> Option<NumberLevel> {
    let of_kind = || known.iter().filter(|number| number.kind() == mine.kind());
    let same = of_kind().find(|number| number.core() == mine.core());
    if let Some(same) = same {
        let is_sound = same.is_sound() && mine.is_sound();
        return Some(if is_sound { NumberLevel::Same } else { NumberLevel::SameUnsound });
    }
    let other = of_kind().next()?;
    if of_kind().any(|number| number.is_one_slip_from(mine)) {
        return Some(NumberLevel::OneSlip);
    }
    let is_sound = other.is_sound() && mine.is_sound();
    Some(if is_sound { NumberLevel::Different } else { NumberLevel::DifferentUnsound })
}
