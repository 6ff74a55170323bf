//! Keys: short texts that alike descriptions share, by which the store fetches candidates.
//!
//! Each kind of key needs two fields at most, and together they lean on every field, so that one
//! ruined field leaves others standing:
//!
//! | Key | Made of |
//! |---|---|
//! | `n:` `p:` `c:` | NHS number; PNC id without century and letter; CRO number without letter |
//! | `d:` | date of birth (a search adds it with day and month swapped) |
//! | `po:` | postcode and the first letter of a forename or surname |
//! | `sf:` | sounds of a forename and a surname, in either order |
//! | `md:` `ym:` `yd:` | sound of a forename or surname with two of year, month and day |
//! | `sy:` | sound of a surname with the year of birth |
//! | `s:` `f:` | sound of a surname; of a forename, for searches that give nothing else |

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use throughline_domain::codes;

use crate::{
    Description, diminutives,
    prepared::{Prepared, PreparedName},
    sound::sounds,
};

codes! {
    /// How many people share a key, as an order of size among a million people.
    ///
    /// A store takes keys in this order, and those of [`Selectivity::Thousands`] only when the others
    /// found nobody or were not given.
    pub enum Selectivity {
        /// One person, or one family of slips.
        One = "one", "One person";
        /// Tens of people.
        Tens = "tens", "Tens of people";
        /// Hundreds of people.
        Hundreds = "hundreds", "Hundreds of people";
        /// Thousands of people.
        Thousands = "thousands", "Thousands of people";
    }
}

/// A key: a kind, a colon and a value, such as `d:1990-04-23`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The text to store and to look up.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many people are likely to share it.
    pub fn selectivity(&self) -> Selectivity {
        match self.0.split_once(':').map_or("", |(kind, _)| kind) {
            "n" | "p" | "c" => Selectivity::One,
            "d" | "po" => Selectivity::Tens,
            "sf" | "md" | "ym" | "yd" => Selectivity::Hundreds,
            _ => Selectivity::Thousands,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys under which a known person is stored, the most selective first, each once.
pub fn keys(known: &Description) -> Vec<Key> {
    in_order(texts(&Prepared::new(known)))
}

/// The keys under which to look for somebody, the most selective first, each once.
///
/// Any one term gives a key: a surname alone, a year with a surname, a date alone. Beyond [`keys`]
/// it looks under the date of birth with day and month swapped.
pub fn search_keys(query: &Description) -> Vec<Key> {
    let prepared = Prepared::new(query);
    let mut texts = texts(&prepared);
    if let Some(swapped) = prepared.date_of_birth.and_then(swapped_date) {
        texts.insert(date_key(swapped));
    }
    in_order(texts)
}

/// The date with day and month swapped, when that is another date.
pub(crate) fn swapped_date(date: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year(), date.day(), date.month()).filter(|other| *other != date)
}

fn in_order(texts: BTreeSet<String>) -> Vec<Key> {
    let mut keys: Vec<Key> = texts.into_iter().map(Key).collect();
    keys.sort_by_key(Key::selectivity);
    keys
}

fn date_key(date: NaiveDate) -> String {
    format!("d:{date}")
}

fn texts(prepared: &Prepared) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    found.extend(prepared.nhs_number.iter().map(|nhs| format!("n:{}", nhs.digits)));
    found.extend(prepared.pnc.iter().map(|pnc| format!("p:{}", pnc.core)));
    found.extend(prepared.cro.iter().map(|cro| format!("c:{}", cro.core)));
    found.extend(prepared.date_of_birth.map(date_key));
    for name in &prepared.names {
        add_name(&mut found, name, prepared);
    }
    found
}

fn add_name(found: &mut BTreeSet<String>, name: &PreparedName, prepared: &Prepared) {
    let forenames = forename_sounds(name);
    let surnames = surname_sounds(name);
    found.extend(forenames.iter().map(|sound| format!("f:{sound}")));
    found.extend(surnames.iter().map(|sound| format!("s:{sound}")));
    for surname in &surnames {
        found.extend(forenames.iter().map(|forename| pair_key(surname, forename)));
    }
    if let Some(date) = prepared.date_of_birth {
        let (year, month, day) = (date.year(), date.month(), date.day());
        found.extend(surnames.iter().map(|sound| format!("sy:{sound}|{year}")));
        for sound in forenames.union(&surnames) {
            found.insert(format!("md:{sound}|{month:02}-{day:02}"));
            found.insert(format!("ym:{sound}|{year}-{month:02}"));
            found.insert(format!("yd:{sound}|{year}-{day:02}"));
        }
    }
    let initials: BTreeSet<char> =
        name.forenames.iter().chain(&name.surnames).filter_map(|part| part.chars().next()).collect();
    for postcode in &prepared.postcodes {
        found.extend(initials.iter().map(|initial| format!("po:{}|{initial}", postcode.0)));
    }
}

fn pair_key(a: &str, b: &str) -> String {
    if a <= b { format!("sf:{a}|{b}") } else { format!("sf:{b}|{a}") }
}

fn forename_sounds(name: &PreparedName) -> BTreeSet<String> {
    let full_forms = name.forenames.iter().flat_map(|part| diminutives::full_forms(part));
    name.forenames.iter().chain(full_forms).flat_map(|part| sounds(part)).collect()
}

fn surname_sounds(name: &PreparedName) -> BTreeSet<String> {
    // Mc Donald is also McDonald, and Smith-Jones is also Smithjones.
    let joined = name.surnames.concat();
    name.surnames.iter().chain([&joined]).flat_map(|part| sounds(part)).collect()
}
