//! A description made ready for comparing: folded, split, checked once.

use chrono::NaiveDate;
use throughline_domain::{
    identifier::{self, NhsNumber},
    name::{Name, folded},
};

use crate::{Description, Sex};

/// More parts than any real name has; longer texts are not names and must not cost time.
const MOST_PARTS: usize = 12;
/// More letters than any real name part has.
const MOST_LETTERS: usize = 40;
/// Words that stand in the name field without being a name.
const TITLES: &[&str] = &["mr", "mrs", "miss", "ms", "mx", "dr"];
const PLACEHOLDERS: &[&str] =
    &["unknown", "not known", "not given", "not entered", "name unknown", "refused", "no name"];
/// Dates that systems write when none was given (dropped by hmpps-person-match as well).
const PLACEHOLDER_DATES: [(i32, u32, u32); 2] = [(1900, 1, 1), (1970, 1, 1)];

#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The name in use, then the other names.
    pub names: Vec<PreparedName>,
    pub date_of_birth: Option<NaiveDate>,
    pub sex: Option<Sex>,
    pub postcodes: Vec<Postcode>,
    /// Whether a postcode was given that means no fixed abode.
    pub no_fixed_abode: bool,
    pub pnc: Option<PoliceNumber>,
    pub cro: Option<PoliceNumber>,
    pub nhs_number: Option<Nhs>,
}

#[derive(Debug, Clone)]
pub(crate) struct PreparedName {
    pub given: Name,
    pub is_other_name: bool,
    pub forenames: Vec<String>,
    pub surnames: Vec<String>,
}

/// A postcode without spaces, in capitals: at least district and sector are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Postcode(pub String);

/// A PNC id or CRO number taken apart. The century of a PNC id is dropped: lists often do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoliceNumber {
    pub shown: String,
    /// What names the person: form, two-digit year and serial, without the check letter.
    pub core: String,
    pub letter: Option<char>,
    pub letter_is_right: bool,
}

/// Ten digits, and whether the check digit is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nhs {
    pub digits: String,
    pub is_valid: bool,
}

impl Prepared {
    pub fn new(description: &Description) -> Self {
        let used = PreparedName::new(&description.name, false);
        let others = description.aliases.iter().map(|name| PreparedName::new(name, true));
        Self {
            names: std::iter::once(used).chain(others).filter(|name| !name.is_unknown()).collect(),
            date_of_birth: description.date_of_birth.filter(|date| !is_placeholder(*date)),
            sex: description.sex,
            postcodes: description.postcodes.iter().filter_map(|text| Postcode::read(text)).collect(),
            no_fixed_abode: description.postcodes.iter().any(|text| means_no_fixed_abode(text)),
            pnc: description.pnc.as_deref().filter(|text| text.is_ascii()).and_then(PoliceNumber::pnc),
            cro: description.cro.as_deref().filter(|text| text.is_ascii()).and_then(PoliceNumber::cro),
            nhs_number: description.nhs_number.as_deref().and_then(Nhs::read),
        }
    }
}

impl PreparedName {
    pub fn new(name: &Name, is_other_name: bool) -> Self {
        Self { given: name.clone(), is_other_name, forenames: parts(&name.forenames), surnames: parts(&name.surname) }
    }

    /// The same name with forename and surname exchanged.
    pub fn swapped(&self) -> Self {
        Self {
            given: Name::new(&self.given.surname, &self.given.forenames),
            is_other_name: self.is_other_name,
            forenames: self.surnames.clone(),
            surnames: self.forenames.clone(),
        }
    }

    fn is_unknown(&self) -> bool {
        self.forenames.is_empty() && self.surnames.is_empty()
    }
}

fn parts(text: &str) -> Vec<String> {
    let whole = folded(text);
    if PLACEHOLDERS.contains(&whole.as_str()) {
        return Vec::new();
    }
    whole
        .split(' ')
        .filter(|part| !part.is_empty() && !TITLES.contains(part))
        .take(MOST_PARTS)
        .map(|part| part.chars().take(MOST_LETTERS).collect())
        .collect()
}

fn is_placeholder(date: NaiveDate) -> bool {
    PLACEHOLDER_DATES.iter().any(|(y, m, d)| NaiveDate::from_ymd_opt(*y, *m, *d) == Some(date))
}

fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

fn means_no_fixed_abode(text: &str) -> bool {
    let text = bare(text);
    // ZZ99 is the NHS pseudo postcode; NF1 is how police and court systems write it.
    text.starts_with("ZZ99") || text.starts_with("NF1") || text == "NFA"
}

impl Postcode {
    fn read(text: &str) -> Option<Self> {
        let text = bare(text);
        let inward = text.len().checked_sub(3)?;
        let fits = (2..=4).contains(&inward)
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text[inward..].starts_with(|c: char| c.is_ascii_digit())
            && text[inward + 1..].bytes().all(|b| b.is_ascii_alphabetic());
        (fits && !means_no_fixed_abode(&text)).then_some(Self(text))
    }

    /// `LS1` of `LS1 4AB`.
    pub fn district(&self) -> &str {
        &self.0[..self.0.len() - 3]
    }

    /// `LS1 4` of `LS1 4AB`, without the space.
    pub fn sector(&self) -> &str {
        &self.0[..self.0.len() - 2]
    }

    /// `LS1 4AB`.
    pub fn shown(&self) -> String {
        format!("{} {}", self.district(), &self.0[self.0.len() - 3..])
    }
}

impl PoliceNumber {
    fn pnc(text: &str) -> Option<Self> {
        identifier::pnc(text).map(|id| {
            let start = id.canonical.find('/').map_or(0, |slash| slash - 2);
            Self::from(&id, start)
        })
    }

    fn cro(text: &str) -> Option<Self> {
        identifier::cro(text).map(|id| Self::from(&id, 0))
    }

    fn from(id: &identifier::PoliceId, start: usize) -> Self {
        let end = id.canonical.len() - 1;
        Self {
            shown: id.canonical.clone(),
            core: id.canonical[start..end].to_owned(),
            letter: id.canonical.chars().last(),
            letter_is_right: id.letter_is_right,
        }
    }
}

impl Nhs {
    /// Grouped 3-3-4 as it is read aloud.
    pub fn shown(&self) -> String {
        format!("{} {} {}", &self.digits[..3], &self.digits[3..6], &self.digits[6..])
    }

    fn read(text: &str) -> Option<Self> {
        let digits = bare(text);
        let ten_digits = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
        // A number of one digit repeated is a placeholder, not a number with a slip in it.
        let repeated = digits.bytes().all(|b| Some(&b) == digits.as_bytes().first());
        let is_valid = NhsNumber::parse(&digits).is_ok();
        (ten_digits && !repeated).then_some(Self { digits, is_valid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_and_a_long_pnc_id_are_one() {
        let long = PoliceNumber::pnc("2004/0012345D").unwrap();
        let short = PoliceNumber::pnc("04/12345D").unwrap();
        assert_eq!(long.core, short.core);
        assert_eq!(PoliceNumber::pnc("PNC-ID1"), None);
    }

    #[test]
    fn titles_and_placeholders_are_not_names() {
        assert_eq!(parts("Mr John"), vec!["john"]);
        assert!(parts("NOT KNOWN").is_empty());
    }

    #[test]
    fn a_postcode_is_read_in_any_spacing_and_no_fixed_abode_is_none() {
        assert_eq!(Postcode::read(" ls1 4ab").unwrap().shown(), "LS1 4AB");
        assert_eq!(Postcode::read("LS14AB").unwrap().sector(), "LS14");
        assert_eq!(Postcode::read("ZZ99 3VZ"), None);
        assert_eq!(Postcode::read("é1"), None);
    }

    #[test]
    fn a_number_of_one_digit_repeated_is_no_nhs_number() {
        assert_eq!(Nhs::read("0000000000"), None);
        assert!(!Nhs::read("9434765918").unwrap().is_valid);
    }
}
