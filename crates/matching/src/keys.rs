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
//! A query that gives a name without a date looks under every month and day for it, so that no list
//! of all who bear a name is kept.

use crate::forms;
use crate::record::{Day, Prepared};
use crate::tokens;

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

/// A short form of more names than this is looked up only as it is written.
const MOST_FULL_FORMS: usize = 4;

fn key(kind: Kind, a: u64, b: u64) -> Key {
    // Multiplications of splitmix64: every bit of the input reaches the upper half.
    let mut mixed = (kind as u64) << 56 ^ a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.rotate_left(29);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    Key((mixed >> 32) as u32)
}

/// The sounds of one name's forenames and surnames.
#[derive(Debug, Default)]
struct Sounds {
    first: Vec<u32>,
    others: Vec<u32>,
    surnames: Vec<u32>,
}

fn add_sounds(to: &mut Vec<u32>, sounds: [u32; 2]) {
    for sound in sounds {
        if sound != 0 && !to.contains(&sound) {
            to.push(sound);
        }
    }
}

/// A short form sounds like its full forms too.
fn add_full_forms(to: &mut Vec<u32>, word: &str) {
    let families = forms::families(word);
    if families.len() <= MOST_FULL_FORMS {
        families.iter().filter(|family| *family != word).for_each(|family| add_sounds(to, tokens::sounds(family)));
    }
}

fn names_of(prepared: &Prepared) -> impl Iterator<Item = Sounds> {
    prepared.names.iter().map(|name| {
        let mut sounds = Sounds::default();
        for (at, word) in name.forenames.iter().enumerate() {
            let to = if at == 0 { &mut sounds.first } else { &mut sounds.others };
            add_sounds(to, tokens::sounds(word));
            add_full_forms(to, word);
        }
        for word in name.surnames.iter().chain(&name.joined_surname()) {
            add_sounds(&mut sounds.surnames, tokens::sounds(word));
            add_full_forms(&mut sounds.surnames, word);
        }
        sounds
    })
}

fn pair(a: u32, b: u32) -> Key {
    key(Kind::Names, u64::from(a.min(b)), u64::from(a.max(b)))
}

/// The key of a date of birth.
pub(crate) fn born(day: Day) -> Key {
    key(Kind::Born, u64::from(day.0), 0)
}

/// The key of a postcode.
pub(crate) fn postcode(code: crate::packed::Postcode) -> Key {
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

/// The keys under which a known person is kept.
pub(crate) fn of_known(prepared: &Prepared) -> Vec<Key> {
    let mut found = plain(prepared);
    for name in names_of(prepared) {
        for sound in name.first.iter().chain(&name.surnames) {
            dated(&mut found, *sound, prepared.born);
        }
        pairs(&mut found, &name);
    }
    tidy(found)
}

/// The keys under which to look for somebody.
pub(crate) fn of_query(prepared: &Prepared) -> Vec<Key> {
    let mut found = plain(prepared);
    if let Some(swapped) = prepared.born.swapped() {
        found.push(born(swapped));
    }
    for name in names_of(prepared) {
        pairs(&mut found, &name);
        for sound in name.first.iter().chain(&name.others).chain(&name.surnames) {
            if prepared.born.is_known() {
                dated(&mut found, *sound, prepared.born);
            } else if let Some((from, to)) = prepared.born_between {
                within_years(&mut found, *sound, from, to);
            }
        }
    }
    tidy(found)
}

fn within_years(found: &mut Vec<Key>, sound: u32, from: u32, to: u32) {
    for year in from..=to.min(from.saturating_add(4)) {
        found.extend((1..=12_u32).map(|month| key(Kind::YearMonth, u64::from(sound), u64::from(year << 8 | month))));
    }
}

/// Everybody who bears a forename or surname like those of the query, whatever their date of birth.
pub(crate) fn of_names_alone(prepared: &Prepared) -> Vec<Key> {
    let mut found = Vec::new();
    for name in names_of(prepared) {
        for sound in name.first.iter().chain(&name.others).chain(&name.surnames) {
            // Month 0, day 0 is where people without a date of birth are kept.
            let days = (0..=12_u32).flat_map(|month| (0..=31_u32).map(move |day| month << 8 | day));
            found.extend(days.map(|day| key(Kind::MonthDay, u64::from(*sound), u64::from(day))));
        }
    }
    tidy(found)
}

fn pairs(found: &mut Vec<Key>, name: &Sounds) {
    for surname in &name.surnames {
        found.extend(name.first.iter().chain(&name.others).map(|forename| pair(*forename, *surname)));
    }
}

fn plain(prepared: &Prepared) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::with_capacity(24);
    found.extend(prepared.numbers.iter().map(|number| key(Kind::Number, number.core(), number.kind() as u64)));
    if prepared.born.is_known() {
        found.push(born(prepared.born));
    }
    found.extend(prepared.postcodes.iter().map(|code| postcode(*code)));
    let address = &prepared.address;
    if !address.house.is_empty() && !address.street.is_empty() {
        let words = [&address.house, &address.street].map(|word| u64::from(tokens::number32(word)));
        found.push(key(Kind::Home, words[0], words[1]));
    }
    found
}

fn tidy(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort_unstable();
    keys.dedup();
    keys
}
