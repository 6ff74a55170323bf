//! A query made ready to be compared with many people, and what is remembered from one to the next.

use super::words::{Likeness, Word};
use crate::levels::{AddressLevel, Comparison, PLACE_CONTEXTS};
use crate::parameters::Parameters;
use crate::record::{Prepared, Record, Records};
use crate::tokens::{NONE, TokenId};

/// Numbers of words of the query that make up a name.
#[derive(Debug, Clone, Default)]
pub(super) struct QueryName {
    pub forenames: Vec<u8>,
    pub surnames: Vec<u8>,
    pub joined_forename: Option<u8>,
    pub joined_surname: Option<u8>,
    pub is_in_use: bool,
}

/// A query made ready to be compared with many people.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub prepared: Prepared,
    words: Vec<Word>,
    pub(super) names: Vec<QueryName>,
    /// The house number's own number; `None` when it is not given or nobody has it.
    house: Option<TokenId>,
    pub(super) street: Option<Word>,
    pub(super) town: Option<Word>,
    /// The first forename and the whole surname of the name in use, when people bear them.
    name: Option<(TokenId, TokenId)>,
    /// The most that house and street can speak for anybody, in bits: for each context of places, when
    /// the house is another one and when it is the same.
    pub(super) most_address_bits: [[f64; 2]; PLACE_CONTEXTS.len()],
}

/// Words of a query that are compared: four bits each in one machine word.
pub(super) const MOST_WORDS: usize = 16;

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
        let most_address_bits = most_address_bits(parameters);
        Self { prepared, words, names, house, street, town, name, most_address_bits }
    }

    /// Whether a known person's house has the same number.
    pub(super) fn is_house_of(&self, record: &Record) -> bool {
        !self.prepared.address.house.is_empty() && record.house != NONE && self.house == Some(record.house)
    }

    /// Whether a known person's name in use has the same first forename and whole surname.
    pub fn is_name_of(&self, record: &Record) -> bool {
        self.name == Some((record.forename, record.surname))
    }
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
    pub(super) streets: Remembered<Likeness>,
    pub(super) towns: Remembered<Likeness>,
}

/// Words about which an answer is remembered; a power of two.
const REMEMBERED: usize = 256;

/// Answers about words, as many as there are places for: the newer one takes the place of the older.
#[derive(Debug)]
pub(super) struct Remembered<T> {
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

    pub fn of(&mut self, token: TokenId, answer: impl FnOnce() -> T) -> T {
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
    pub(super) fn likenesses(&mut self, query: &Query, records: &Records, token: TokenId) -> u64 {
        self.names.of(token, || {
            let all = query.words.iter().map(|word| word.likeness(records, token) as u64);
            all.enumerate().fold(0, |packed, (at, likeness)| packed | likeness << (4 * at))
        })
    }
}
