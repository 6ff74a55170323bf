//! A known person as the index keeps them: a few machine words, and their words, places and numbers
//! in shared arenas.

use std::io::{self, Read, Write};

use chrono::{Datelike, NaiveDate};

use crate::arrays::{FixedBytes, Reader, SnapshotError, Writer, ensure, shrink};
use crate::fold::{AddressParts, NameParts};
use crate::packed::{Number, Postcode};
use crate::tokens::{NONE, TokenId, Tokens};
use crate::{Description, Sex};

/// Dates that systems write when none was given (dropped by hmpps-person-match as well).
const PLACEHOLDER_DATES: [(i32, u32, u32); 2] = [(1900, 1, 1), (1970, 1, 1)];

/// A date of birth in one word; 0 when not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub(crate) struct Day(pub u32);

impl Day {
    /// Of a date; placeholders and years outside 1 to 9999 are none.
    pub fn of(date: Option<NaiveDate>) -> Self {
        let is_placeholder = |date: &NaiveDate| PLACEHOLDER_DATES.contains(&(date.year(), date.month(), date.day()));
        let fits = |date: &NaiveDate| (1..=9_999).contains(&date.year()) && !is_placeholder(date);
        date.filter(fits).map_or(Self(0), |date| Self::new(date.year().unsigned_abs(), date.month(), date.day()))
    }

    pub fn new(year: u32, month: u32, day: u32) -> Self {
        Self(year << 9 | month << 5 | day)
    }

    pub fn is_known(self) -> bool {
        self.0 != 0
    }

    pub fn year(self) -> u32 {
        self.0 >> 9
    }

    pub fn month(self) -> u32 {
        self.0 >> 5 & 15
    }

    pub fn day(self) -> u32 {
        self.0 & 31
    }

    /// With day and month exchanged, when that is another date.
    pub fn swapped(self) -> Option<Self> {
        (self.is_known() && self.day() <= 12 && self.day() != self.month())
            .then(|| Self::new(self.year(), self.day(), self.month()))
    }

    /// The date; `None` when not known.
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(i32::try_from(self.year()).ok()?, self.month(), self.day())
    }
}

/// What a part of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Forename,
    OtherForename,
    Surname,
    /// The parts of a surname of several, joined.
    JoinedSurname,
}

/// A word of a name and what it is there; the first part of each further name is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part(u32);

const BEGINS: u32 = 1 << 31;
const ROLE_AT: u32 = 29;
const TOKEN: u32 = (1 << ROLE_AT) - 1;

impl Part {
    pub fn new(token: TokenId, role: Role, begins: bool) -> Self {
        Self(token | (role as u32) << ROLE_AT | if begins { BEGINS } else { 0 })
    }

    pub fn token(self) -> TokenId {
        self.0 & TOKEN
    }

    pub fn role(self) -> Role {
        match self.0 >> ROLE_AT & 3 {
            0 => Role::Forename,
            1 => Role::OtherForename,
            2 => Role::Surname,
            _ => Role::JoinedSurname,
        }
    }

    pub fn begins(self) -> bool {
        self.0 & BEGINS != 0
    }

    pub fn is_surname(self) -> bool {
        self.role() >= Role::Surname
    }
}

/// A description made ready, before its words have numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prepared {
    /// The name in use, then the others; unknown ones left out.
    pub names: Vec<NameParts>,
    /// Whether the first of `names` is the name in use.
    pub first_is_in_use: bool,
    pub born: Day,
    pub born_between: Option<(u32, u32)>,
    pub sex: Option<Sex>,
    pub address: AddressParts,
    /// The present postcode, when there is one, comes first.
    pub postcodes: Vec<Postcode>,
    pub has_present_postcode: bool,
    pub numbers: Vec<Number>,
}

impl Prepared {
    pub fn new(description: &Description) -> Self {
        let in_use = NameParts::of(&description.name);
        let first_is_in_use = !in_use.is_unknown();
        let others = description.aliases.iter().map(NameParts::of);
        let mut postcodes: Vec<Postcode> = Vec::new();
        let present = description.postcodes.first().and_then(|text| Postcode::read(text));
        postcodes.extend(present);
        for code in description.postcodes.iter().skip(1).filter_map(|text| Postcode::read(text)) {
            if !postcodes.contains(&code) {
                postcodes.push(code);
            }
        }
        let number = |text: &Option<String>, read: fn(&str) -> Option<Number>| text.as_deref().and_then(read);
        let numbers = [
            number(&description.nhs_number, Number::nhs),
            number(&description.pnc, Number::pnc),
            number(&description.cro, Number::cro),
            number(&description.local_id, Number::local),
        ];
        let year = |year: i32| u32::try_from(year).unwrap_or_default();
        Self {
            names: std::iter::once(in_use).chain(others).filter(|name| !name.is_unknown()).collect(),
            first_is_in_use,
            born: Day::of(description.date_of_birth),
            born_between: description.born_between.map(|(from, to)| (year(from), year(to))),
            sex: description.sex,
            address: AddressParts::of(&description.address),
            has_present_postcode: present.is_some(),
            postcodes,
            numbers: numbers.into_iter().flatten().collect(),
        }
    }
}

/// A known person: 48 bytes, so that a glance at somebody costs one line of memory or two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    /// The present postcode, looked at first.
    pub postcode: Option<Postcode>,
    pub born: Day,
    /// The first forename and the whole surname of the name in use; [`NONE`] where there is none.
    pub forename: TokenId,
    pub surname: TokenId,
    pub house: TokenId,
    pub street: TokenId,
    pub town: TokenId,
    parts_at: u32,
    postcodes_at: u32,
    numbers_at: u32,
    parts: u8,
    postcodes: u8,
    /// How many, and whether they [`GONE`].
    numbers: u8,
    pub sex: Option<Sex>,
}

/// Marks whoever went.
const GONE: u8 = 1 << 7;

/// More would be slower.
const _: () = assert!(size_of::<Record>() == 48);

/// Everybody's records.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records {
    pub all: Vec<Record>,
    pub parts: Vec<Part>,
    pub postcodes: Vec<Postcode>,
    pub numbers: Vec<Number>,
    pub tokens: Tokens,
}

fn span<T>(arena: &mut Vec<T>, add: impl IntoIterator<Item = T>) -> (u32, u8) {
    let at = u32::try_from(arena.len()).expect("fewer than four milliards of values");
    arena.extend(add.into_iter().take(usize::from(u8::MAX)));
    (at, u8::try_from(arena.len() - at as usize).expect("no more were taken"))
}

/// The first forename and the whole surname of the name in use.
fn name_in_use(prepared: &Prepared, parts: &[Part]) -> (TokenId, TokenId) {
    let name = names(parts).next().filter(|_| prepared.first_is_in_use).unwrap_or_default();
    let forename = name.first().filter(|part| part.role() == Role::Forename);
    // The joined form comes last.
    let is_joined = |part: &&Part| part.role() == Role::JoinedSurname;
    let whole = name.last().filter(is_joined).or_else(|| name.iter().find(|part| part.is_surname()));
    let token = |part: Option<&Part>| part.map_or(NONE, |part| part.token());
    (token(forename), token(whole))
}

impl Record {
    pub fn is_there(&self) -> bool {
        self.numbers & GONE == 0
    }

    /// Whether there are postcodes beside the present one.
    pub fn has_other_postcodes(&self) -> bool {
        usize::from(self.postcodes) > usize::from(self.postcode.is_some())
    }
}

impl FixedBytes for Part {
    type Bytes = [u8; 4];

    fn to_bytes(&self) -> Self::Bytes {
        self.0.to_le_bytes()
    }

    fn from_bytes(bytes: Self::Bytes) -> Option<Self> {
        Some(Self(u32::from_le_bytes(bytes)))
    }
}

impl FixedBytes for Record {
    type Bytes = [u8; 48];

    fn to_bytes(&self) -> Self::Bytes {
        let mut bytes = [0; 48];
        let (words, rest) = bytes.split_at_mut(44);
        let postcode = self.postcode.map_or(0, Postcode::bits).to_le_bytes();
        words[..8].copy_from_slice(&postcode);
        let numbers = [
            self.born.0,
            self.forename,
            self.surname,
            self.house,
            self.street,
            self.town,
            self.parts_at,
            self.postcodes_at,
            self.numbers_at,
        ];
        words[8..].copy_from_slice(numbers.map(u32::to_le_bytes).as_flattened());
        let sex = match self.sex {
            None => 0,
            Some(Sex::Male) => 1,
            Some(Sex::Female) => 2,
        };
        rest.copy_from_slice(&[self.parts, self.postcodes, self.numbers, sex]);
        bytes
    }

    fn from_bytes(bytes: Self::Bytes) -> Option<Self> {
        let (words, _) = bytes.as_chunks::<4>();
        let word = |at: usize| u32::from_le_bytes(words[at]);
        let [parts, postcodes, numbers, sex] = words[11];
        Some(Self {
            postcode: Postcode::from_bytes([words[0], words[1]].as_flattened().try_into().ok()?),
            born: Day(word(2)),
            forename: word(3),
            surname: word(4),
            house: word(5),
            street: word(6),
            town: word(7),
            parts_at: word(8),
            postcodes_at: word(9),
            numbers_at: word(10),
            parts,
            postcodes,
            numbers,
            sex: match sex {
                0 => None,
                1 => Some(Sex::Male),
                2 => Some(Sex::Female),
                _ => return None,
            },
        })
    }
}

impl Records {
    pub fn save(&self, to: &mut Writer<impl Write>) -> io::Result<()> {
        to.array(self.all.iter().copied())?;
        to.array(self.parts.iter().copied())?;
        to.array(self.postcodes.iter().copied())?;
        to.array(self.numbers.iter().copied())?;
        self.tokens.save(to)
    }

    pub fn load(from: &mut Reader<impl Read>) -> Result<Self, SnapshotError> {
        let records = Self {
            all: from.array()?,
            parts: from.array()?,
            postcodes: from.array()?,
            numbers: from.array()?,
            tokens: Tokens::load(from)?,
        };
        let words = records.tokens.len();
        ensure(u32::try_from(records.all.len()).is_ok())?;
        ensure(records.parts.iter().all(|part| (part.token() as usize) < words))?;
        ensure(records.all.iter().all(|record| records.has_all_of(record)))?;
        Ok(records)
    }

    /// Whether everything a record tells of is there.
    fn has_all_of(&self, record: &Record) -> bool {
        fn is_in<T>(arena: &[T], at: u32, count: u8) -> bool {
            at as usize + usize::from(count) <= arena.len()
        }
        let words = [record.forename, record.surname, record.house, record.street, record.town];
        words.iter().all(|word| *word == NONE || (*word as usize) < self.tokens.len())
            && is_in(&self.parts, record.parts_at, record.parts)
            && is_in(&self.numbers, record.numbers_at, record.numbers & !GONE)
            && (!record.has_other_postcodes() || is_in(&self.postcodes, record.postcodes_at, record.postcodes))
    }

    /// Gives back room that is not needed.
    pub fn shrink(&mut self) {
        shrink(&mut self.all);
        shrink(&mut self.parts);
        shrink(&mut self.postcodes);
        shrink(&mut self.numbers);
    }

    /// Adds a person and gives their place.
    pub fn add(&mut self, prepared: &Prepared) -> u32 {
        let parts = self.parts_of(prepared);
        for part in &parts {
            let token = self.tokens.get_mut(part.token());
            let count = if part.is_surname() { &mut token.surnames } else { &mut token.forenames };
            *count += 1;
        }
        let (forename, surname) = name_in_use(prepared, &parts);
        let (parts_at, parts) = span(&mut self.parts, parts);
        let present = prepared.postcodes.first().copied().filter(|_| prepared.has_present_postcode);
        // One that is present and the only one is in the record itself.
        let (postcodes_at, postcodes) = match (present, prepared.postcodes.len()) {
            (Some(_), 1) => (0, 1),
            _ => span(&mut self.postcodes, prepared.postcodes.iter().copied()),
        };
        let (numbers_at, numbers) = span(&mut self.numbers, prepared.numbers.iter().copied());
        let record = Record {
            postcode: present,
            parts_at,
            parts,
            postcodes_at,
            postcodes,
            numbers_at,
            numbers,
            born: prepared.born,
            forename,
            surname,
            house: self.word(&prepared.address.house),
            street: self.word(&prepared.address.street),
            town: self.word(&prepared.address.town),
            sex: prepared.sex,
        };
        self.all.push(record);
        u32::try_from(self.all.len() - 1).expect("fewer than four milliards of people")
    }

    /// Takes a person out; the place is not used again.
    pub fn remove(&mut self, place: u32) {
        let record = &mut self.all[place as usize];
        record.numbers |= GONE;
        let record = *record;
        for part in &self.parts[record.parts_at as usize..][..usize::from(record.parts)] {
            let token = self.tokens.get_mut(part.token());
            let count = if part.is_surname() { &mut token.surnames } else { &mut token.forenames };
            *count -= 1;
        }
    }

    fn word(&mut self, word: &str) -> TokenId {
        if word.is_empty() { NONE } else { self.tokens.take(word) }
    }

    fn parts_of(&mut self, prepared: &Prepared) -> Vec<Part> {
        let mut parts = Vec::with_capacity(4);
        for name in &prepared.names {
            let mut begins = true;
            let mut add = |tokens: &mut Tokens, word: &str, role: Role| {
                parts.push(Part::new(tokens.take(word), role, std::mem::take(&mut begins)));
            };
            for (at, word) in name.forenames.iter().enumerate() {
                add(&mut self.tokens, word, if at == 0 { Role::Forename } else { Role::OtherForename });
            }
            for word in &name.surnames {
                add(&mut self.tokens, word, Role::Surname);
            }
            if let Some(joined) = name.joined_surname() {
                add(&mut self.tokens, &joined, Role::JoinedSurname);
            }
        }
        parts
    }

    /// A known person as if they were described anew.
    pub fn prepared(&self, place: u32) -> Prepared {
        let record = *self.get(place);
        let text = |token: TokenId| if token == NONE { String::new() } else { self.tokens.text(token).to_owned() };
        let name = |parts: &[Part]| {
            let of = |wanted: fn(Role) -> bool| {
                parts.iter().filter(|part| wanted(part.role())).map(|part| text(part.token())).collect()
            };
            NameParts { forenames: of(|role| role < Role::Surname), surnames: of(|role| role == Role::Surname) }
        };
        Prepared {
            names: names(self.parts(&record)).map(name).collect(),
            first_is_in_use: true,
            born: record.born,
            born_between: None,
            sex: record.sex,
            address: AddressParts { house: text(record.house), street: text(record.street), town: text(record.town) },
            postcodes: self.postcodes(&record).to_vec(),
            has_present_postcode: record.postcode.is_some(),
            numbers: self.numbers(&record).to_vec(),
        }
    }

    pub fn get(&self, place: u32) -> &Record {
        &self.all[place as usize]
    }

    /// The records at these places, in their order. What a comparison will look at of them is read
    /// here first, nobody waiting for anybody: memory answers many questions at once as quickly as
    /// one, and a comparison asks them one by one.
    pub fn read_ahead(&self, places: &[u32]) -> Vec<Record> {
        let people: Vec<Record> = places.iter().map(|place| *self.get(*place)).collect();
        let mut read = 0;
        for record in &people {
            read ^= self.numbers.get(record.numbers_at as usize).map_or(0, |number| number.core());
            read ^= self.parts.get(record.parts_at as usize).map_or(0, |part| u64::from(part.0));
            if record.has_other_postcodes() {
                read ^= self.postcodes.get(record.postcodes_at as usize).map_or(0, |code| code.bits());
            }
        }
        for record in &people {
            let words = [record.forename, record.surname, record.street];
            let letters = words.iter().filter(|word| **word != NONE).map(|word| self.tokens.sketch(*word).letters);
            read ^= letters.fold(0, |all, letters| all ^ letters);
        }
        std::hint::black_box(read);
        people
    }

    pub fn parts(&self, record: &Record) -> &[Part] {
        &self.parts[record.parts_at as usize..][..usize::from(record.parts)]
    }

    pub fn postcodes<'a>(&'a self, record: &'a Record) -> &'a [Postcode] {
        if !record.has_other_postcodes() {
            return record.postcode.as_slice();
        }
        &self.postcodes[record.postcodes_at as usize..][..usize::from(record.postcodes)]
    }

    pub fn numbers(&self, record: &Record) -> &[Number] {
        &self.numbers[record.numbers_at as usize..][..usize::from(record.numbers & !GONE)]
    }
}

/// The names of a record or a query: from each mark to the next.
pub(crate) fn names(parts: &[Part]) -> impl Iterator<Item = &[Part]> {
    parts.chunk_by(|_, next| !next.begins())
}
