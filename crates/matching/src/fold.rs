//! Texts made ready for comparing: folded to plain Latin letters, titles and placeholders dropped,
//! split into the parts that are compared.

use throughline_domain::name::{Name, folded};

/// More parts than any real name has; longer texts are not names and must not cost time.
const MOST_PARTS: usize = 8;
/// More letters than any real name part has.
const MOST_LETTERS: usize = 40;
/// Words that stand in the name field without being a name.
const TITLES: &[&str] = &["mr", "mrs", "miss", "ms", "mx", "dr", "master", "sir", "rev"];
const PLACEHOLDERS: &[&str] =
    &["unknown", "not known", "not given", "not entered", "name unknown", "refused", "no name", "nfn", "nsn"];
/// Beginnings of surnames that are written apart as often as joined: `Mc Carthy`, `O Brien`.
const BEGINNINGS: &[&str] = &["mc", "mac", "o"];
/// Words of addresses and how they are shortened.
const ROADS: &[(&str, &str)] = &[
    ("rd", "road"),
    ("st", "street"),
    ("str", "street"),
    ("ave", "avenue"),
    ("av", "avenue"),
    ("cl", "close"),
    ("dr", "drive"),
    ("ln", "lane"),
    ("ct", "court"),
    ("cres", "crescent"),
    ("gdns", "gardens"),
    ("gdn", "garden"),
    ("pl", "place"),
    ("sq", "square"),
    ("terr", "terrace"),
    ("tce", "terrace"),
    ("gr", "grove"),
    ("grn", "green"),
    ("pk", "park"),
    ("wy", "way"),
    ("apt", "flat"),
    ("apartment", "flat"),
    ("unit", "flat"),
];

/// A text in plain small Latin letters, digits and single spaces, whatever its script.
pub(crate) fn plain(text: &str) -> String {
    if !text.is_ascii() {
        return plain_ascii(&any_ascii::any_ascii(&folded(text)));
    }
    plain_ascii(text)
}

fn plain_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte.to_ascii_lowercase() {
            b'\'' | b'`' => {}
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ if !out.is_empty() && !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The parts of a name, each a word of plain letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NameParts {
    /// First forename, then the others.
    pub forenames: Vec<String>,
    /// The parts of the surname, in order.
    pub surnames: Vec<String>,
}

impl NameParts {
    pub fn of(name: &Name) -> Self {
        let mut parts = Self { forenames: words(&name.forenames), surnames: joined_beginnings(words(&name.surname)) };
        // One field for the whole name is read in the order in which it is spoken.
        if parts.forenames.is_empty() && parts.surnames.len() > 1 {
            parts.forenames.push(parts.surnames.remove(0));
        } else if parts.surnames.is_empty() && parts.forenames.len() > 1 {
            parts.surnames.extend(parts.forenames.pop());
        }
        parts
    }

    pub fn is_unknown(&self) -> bool {
        self.forenames.is_empty() && self.surnames.is_empty()
    }

    /// `smithjones` of Smith-Jones; nothing for a surname of one part.
    pub fn joined_surname(&self) -> Option<String> {
        (self.surnames.len() > 1).then(|| short(&self.surnames.concat()))
    }

    /// `abdulrahman` of Abdul Rahman.
    pub fn joined_forename(&self) -> Option<String> {
        (self.forenames.len() > 1).then(|| short(&self.forenames[..2].concat()))
    }
}

fn short(text: &str) -> String {
    text.chars().take(MOST_LETTERS).collect()
}

fn words(text: &str) -> Vec<String> {
    let whole = plain(text);
    if whole.is_empty() || PLACEHOLDERS.contains(&whole.as_str()) {
        return Vec::new();
    }
    whole.split(' ').filter(|word| !TITLES.contains(word)).take(MOST_PARTS).map(short).collect()
}

fn joined_beginnings(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut().filter(|last| BEGINNINGS.contains(&last.as_str())) {
            Some(beginning) => beginning.push_str(&word),
            None => joined.push(word),
        }
    }
    joined
}

/// What an address says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct AddressParts {
    /// The number of the house or flat, as written: `12a`; empty when there is none.
    pub house: String,
    /// The street, shortened words written out; empty when there is none.
    pub street: String,
    /// The last part after a comma, when there are several; empty otherwise.
    pub town: String,
}

impl AddressParts {
    pub fn of(address: &str) -> Self {
        if is_no_fixed_abode(address) {
            return Self::default();
        }
        let mut lines = address.split([',', '\n']).map(plain).filter(|line| !line.is_empty());
        let mut parts = Self::default();
        for line in lines.by_ref() {
            parts.take_premises(&line);
            if !parts.street.is_empty() {
                break;
            }
        }
        parts.town = lines.next_back().unwrap_or_default();
        parts
    }

    /// The last number before the street's name is the house's: `flat 3 12 high road` is house 12.
    fn take_premises(&mut self, line: &str) {
        let written_out =
            |word: &str| ROADS.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| long).to_owned();
        let words: Vec<String> = line.split(' ').map(written_out).collect();
        let is_number = |word: &String| word.starts_with(|c: char| c.is_ascii_digit());
        let first_of_street = words.iter().rposition(is_number).map_or(0, |number| number + 1);
        if let Some(number) = words[..first_of_street].last() {
            number.clone_into(&mut self.house);
        }
        let street: Vec<&str> = words[first_of_street..].iter().map(String::as_str).filter(|w| *w != "flat").collect();
        self.street = short(&street.join(" "));
    }
}

/// Whether an address says that there is none.
pub(crate) fn is_no_fixed_abode(address: &str) -> bool {
    matches!(plain(address).as_str(), "no fixed abode" | "no fixed address" | "nfa" | "homeless" | "of no fixed abode")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(forenames: &str, surname: &str) -> NameParts {
        NameParts::of(&Name { forenames: forenames.into(), surname: surname.into() })
    }

    #[test]
    fn titles_and_placeholders_are_not_names() {
        assert_eq!(of("Mr John", "").forenames, Vec::<String>::from(["john".to_owned()]));
        assert!(of("NOT KNOWN", "Unknown").is_unknown());
    }

    #[test]
    fn beginnings_written_apart_are_joined() {
        assert_eq!(of("Sean", "O Brien").surnames, of("Sean", "O\u{2019}Brien").surnames);
        assert_eq!(of("Ann", "Mc Carthy").surnames, ["mccarthy"]);
    }

    #[test]
    fn a_whole_name_in_one_field_is_split() {
        let parts = of("", "Mary Jane Smith-Jones");
        assert_eq!(
            (parts.forenames, parts.surnames),
            (vec!["mary".into()], vec!["jane".into(), "smith".into(), "jones".into()])
        );
        assert_eq!(of("Mary Smith", "").surnames, ["smith"]);
    }

    #[test]
    fn any_script_becomes_plain_letters() {
        assert_eq!(plain("\u{41b}\u{443}\u{43a}\u{430}\u{448}"), "lukash");
        assert_eq!(plain("Łukasz  Źdźbło"), "lukasz zdzblo");
    }

    #[test]
    fn an_address_is_taken_apart() {
        let full = AddressParts::of("Flat 3, 12a Wesley Ave, Huddersfield");
        assert_eq!(
            (full.house.as_str(), full.street.as_str(), full.town.as_str()),
            ("12a", "wesley avenue", "huddersfield")
        );
        assert_eq!(AddressParts::of("94 High Road").street, "high road");
        assert_eq!(AddressParts::of("No fixed abode"), AddressParts::default());
    }

    proptest::proptest! {
        #[test]
        fn what_is_plain_is_not_changed_again(text: String) {
            let once = plain(&text);
            proptest::prop_assert_eq!(plain(&once), once.clone());
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b' ';
            proptest::prop_assert!(once.bytes().all(is_plain) && once.trim() == once && !once.contains("  "));
        }
    }
}
