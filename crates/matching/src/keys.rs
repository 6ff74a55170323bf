//! Keys: what alike descriptions share, by which candidates are found.
//!
//! Each kind needs two fields at most, and together they lean on every field, so that one ruined
//! field leaves others standing:
//!
//! | Kind | Made of |
//! |---|---|
//! | number | NHS number; PNC id without century and letter; CRO number without letter; local number |
//! | born | date of birth (a query adds it with day and month exchanged) |
//! | postcode | each postcode, present and earlier |
//! | home | house number and street |
//! | names | sounds of a forename and a surname, in either order; short forms also by their full form |
//! | month and day, year and month, year and day | each with the sound of a forename or surname |
//!
//! When nobody likely is found, a query looks again under postcodes that are one slip from its own.
//! A query that gives a name without a date looks under every month and day for it, so that no list
//! of all who bear a name is kept.

use std::collections::BTreeSet;

use crate::fold::NameParts;
use crate::packed::{Number, Postcode};
use crate::record::{Day, Part, Prepared, Records, Role, names};
use crate::tokens::{self, NONE, Tokens};

/// A key's number. Two keys may have one number: that costs a comparison, and hides nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(pub u32);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Number = 1,
    Born,
    Postcode,
    Home,
    Names,
    MonthDay,
    YearMonth,
    YearDay,
}

fn key(kind: Kind, a: u64, b: u64) -> Key {
    // Multiplications of splitmix64: every bit of the input reaches the upper half.
    let mut mixed = (kind as u64) << 56 ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.rotate_left(29);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    Key((mixed >> 32) as u32)
}

/// What is heard of one name.
#[derive(Debug, Default)]
struct Heard {
    first: Vec<u32>,
    others: Vec<u32>,
    surnames: Vec<u32>,
}

impl Heard {
    fn add(&mut self, role: Role, sounds: &[u32]) {
        let to = match role {
            Role::Forename => &mut self.first,
            Role::OtherForename => &mut self.others,
            Role::Surname | Role::JoinedSurname => &mut self.surnames,
        };
        for sound in sounds {
            if !to.contains(sound) {
                to.push(*sound);
            }
        }
    }

    fn of_known(records: &Records, parts: &[Part]) -> Self {
        let mut heard = Self::default();
        for part in parts {
            heard.add(part.role(), records.tokens.heard(part.token()));
        }
        heard
    }

    fn of_name(tokens: &Tokens, name: &NameParts) -> Self {
        let mut heard = Self::default();
        for (at, word) in name.forenames.iter().enumerate() {
            heard.add(if at == 0 { Role::Forename } else { Role::OtherForename }, &tokens.heard_of(word));
        }
        for word in name.surnames.iter().chain(&name.joined_surname()) {
            heard.add(Role::Surname, &tokens.heard_of(word));
        }
        heard
    }
}

fn pair(a: u32, b: u32) -> Key {
    key(Kind::Names, u64::from(a.min(b)), u64::from(a.max(b)))
}

/// The key of a date of birth.
pub(crate) fn born(day: Day) -> Key {
    key(Kind::Born, u64::from(day.0), 0)
}

/// The key of a postcode.
pub(crate) fn postcode(code: Postcode) -> Key {
    key(Kind::Postcode, code.bits(), 0)
}

fn dated(found: &mut Vec<Key>, sound: u32, day: Day) {
    let (sound, year, month, date) = (u64::from(sound), day.year(), day.month(), day.day());
    found.push(key(Kind::MonthDay, sound, u64::from(month << 8 | date)));
    if day.is_known() {
        found.push(key(Kind::YearMonth, sound, u64::from(year << 8 | month)));
        found.push(key(Kind::YearDay, sound, u64::from(year << 8 | date)));
    }
}

/// The keys under which a known person is kept, some perhaps twice.
pub(crate) fn of_known(records: &Records, place: u32, found: &mut Vec<Key>) {
    let record = records.get(place);
    found.clear();
    found.extend(records.numbers(record).iter().map(|number| number_key(*number)));
    if record.born.is_known() {
        found.push(born(record.born));
    }
    found.extend(records.postcodes(record).iter().map(|code| postcode(*code)));
    if record.house != NONE && record.street != NONE {
        found.push(home(records.tokens.text(record.house), records.tokens.text(record.street)));
    }
    for name in names(records.parts(record)) {
        let heard = Heard::of_known(records, name);
        for sound in heard.first.iter().chain(&heard.surnames) {
            dated(found, *sound, record.born);
        }
        pairs(found, &heard);
    }
    found.sort_unstable();
    found.dedup();
}

/// The keys under which to look for somebody.
pub(crate) fn of_query(tokens: &Tokens, prepared: &Prepared) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::with_capacity(32);
    found.extend(prepared.numbers.iter().map(|number| number_key(*number)));
    if prepared.born.is_known() {
        found.push(born(prepared.born));
        found.extend(prepared.born.swapped().map(born));
    }
    found.extend(prepared.postcodes.iter().map(|code| postcode(*code)));
    let address = &prepared.address;
    if !address.house.is_empty() && !address.street.is_empty() {
        found.push(home(&address.house, &address.street));
    }
    for name in &prepared.names {
        let heard = Heard::of_name(tokens, name);
        pairs(&mut found, &heard);
        for sound in heard.first.iter().chain(&heard.others).chain(&heard.surnames) {
            if prepared.born.is_known() {
                dated(&mut found, *sound, prepared.born);
            } else if let Some((from, to)) = prepared.born_between {
                within_years(&mut found, *sound, from, to);
            }
        }
    }
    tidy(found)
}

/// The keys under which to look further when nobody likely was found: the postcode as it may have
/// been before a slip. Whoever's date of birth is not told has fewer keys of other kinds, and is
/// looked for under more of these.
pub(crate) fn of_query_slipped(prepared: &Prepared) -> Vec<Key> {
    let mut codes = Vec::new();
    for code in &prepared.postcodes {
        codes.extend(code.exchanged());
        if !prepared.born.is_known() {
            codes.extend(code.with_another_figure());
        }
    }
    tidy(codes.into_iter().map(postcode).collect())
}

fn number_key(number: Number) -> Key {
    key(Kind::Number, number.core(), number.kind() as u64)
}

fn home(house: &str, street: &str) -> Key {
    let words = [house, street].map(|word| u64::from(tokens::number32(word)));
    key(Kind::Home, words[0], words[1])
}

fn within_years(found: &mut Vec<Key>, sound: u32, from: u32, to: u32) {
    for year in from..=to.min(from.saturating_add(4)) {
        found.extend((1..=12_u32).map(|month| key(Kind::YearMonth, u64::from(sound), u64::from(year << 8 | month))));
    }
}

/// Everybody who bears a forename or surname like those of the query, whatever their date of birth.
pub(crate) fn of_names_alone(tokens: &Tokens, prepared: &Prepared) -> Vec<Key> {
    let mut found = Vec::new();
    for name in &prepared.names {
        let heard = Heard::of_name(tokens, name);
        // Whoever types only "Bill" looks for every name he may bear in full.
        let in_full = name.forenames.iter().flat_map(|word| tokens::heard_in_full(word));
        let sounds: BTreeSet<u32> =
            heard.first.iter().chain(&heard.others).chain(&heard.surnames).copied().chain(in_full).collect();
        for sound in &sounds {
            // Month 0, day 0 is where people without a date of birth are kept.
            let days = (0..=12_u32).flat_map(|month| (0..=31_u32).map(move |day| month << 8 | day));
            found.extend(days.map(|day| key(Kind::MonthDay, u64::from(*sound), u64::from(day))));
        }
    }
    tidy(found)
}

fn pairs(found: &mut Vec<Key>, heard: &Heard) {
    for surname in &heard.surnames {
        found.extend(heard.first.iter().chain(&heard.others).map(|forename| pair(*forename, *surname)));
    }
}

fn tidy(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable();
    keys.dedup();
    keys
}
