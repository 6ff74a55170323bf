//! Identifiers with check characters: NHS number, PNC id, CRO number, arrest summons number.
//!
//! A list is never refused for a bad check character: lists carry wrong ones, so a reader keeps
//! the text, warns, and the matching engine gives an unproven identifier less weight.

/// The check alphabet of police identifiers: 23 letters, without I, O and S.
const CHECK: &[u8; 23] = b"ZABCDEFGHJKLMNPQRTUVWXY";

/// An NHS number with a valid Modulus 11 check digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NhsNumber(String);

/// Why a text is not an NHS number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NhsNumberError {
    /// Not ten digits once spaces and hyphens are dropped.
    #[error("An NHS number has 10 digits")]
    Length,
    /// The check digit is wrong, or all digits are the same.
    #[error("This NHS number has a wrong check digit: check it against the source")]
    CheckDigit,
}

impl NhsNumber {
    /// Reads an NHS number in any spacing.
    ///
    /// # Errors
    /// When it is not ten digits, or its check digit (Modulus 11) is wrong, or all its digits are
    /// the same (such numbers pass the arithmetic and are never issued).
    pub fn parse(text: &str) -> Result<Self, NhsNumberError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NhsNumberError::Length);
        }
        let values: Vec<u32> = digits.bytes().map(|b| u32::from(b - b'0')).collect();
        let sum: u32 = values[..9].iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
        let check = (11 - sum % 11) % 11;
        let all_same = values.iter().all(|digit| *digit == values[0]);
        if check != values[9] || all_same {
            return Err(NhsNumberError::CheckDigit);
        }
        Ok(Self(digits))
    }

    /// The ten digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The digits grouped 3-3-4 as they are read aloud, with no-break spaces.
    pub fn spaced(&self) -> String {
        format!("{}\u{a0}{}\u{a0}{}", &self.0[..3], &self.0[3..6], &self.0[6..])
    }

    /// The number in the 999 range (never issued to anybody) with this serial, or the next one
    /// that has a check digit. For invented data only.
    pub fn invented(serial: u32) -> Self {
        (0..)
            .find_map(|step| {
                let body = format!("999{:06}", (serial + step) % 1_000_000);
                (0..10).find_map(|check| Self::parse(&format!("{body}{check}")).ok())
            })
            .expect("ten of eleven serials have a check digit")
    }
}

impl TryFrom<String> for NhsNumber {
    type Error = NhsNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<NhsNumber> for String {
    fn from(number: NhsNumber) -> Self {
        number.0
    }
}

/// An identifier of the police: its canonical form, and whether its letter is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoliceId {
    /// `YYYY/NNNNNNNL` or `YY/NNNNNNNL` for a PNC id, `NNNNNN/YYL` for a CRO number, 20 or 21
    /// characters without a slash for an arrest summons number.
    pub canonical: String,
    /// Whether the check letter is the one the serial and year give.
    pub letter_is_right: bool,
}

/// Reads a PNC id: `2012/0345678X`, `12/345678X`, or without the slash.
///
/// A two-digit year stays a two-digit year: the century is not guessed. `None` when the text has
/// not the shape of a PNC id at all.
pub fn pnc(text: &str) -> Option<PoliceId> {
    let compact = compact(text);
    let (year, rest) = match compact.split_once('/') {
        Some((year, rest)) if year.len() == 4 || year.len() == 2 => (year.to_owned(), rest.to_owned()),
        Some(_) => return None,
        None if compact.len() == 12 && compact.is_ascii() => (compact[..4].to_owned(), compact[4..].to_owned()),
        None => return None,
    };
    let (serial, letter) = serial_and_letter(&rest, 7)?;
    if !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = format!("{}{serial:0>7}", &year[year.len() - 2..]).parse().ok()?;
    Some(PoliceId { canonical: format!("{year}/{serial:0>7}{letter}"), letter_is_right: check_letter(value) == letter })
}

/// Reads a CRO number: `123456/12X`, or the file form `SF12/123456X`. `None` when the text has
/// neither shape.
pub fn cro(text: &str) -> Option<PoliceId> {
    let compact = compact(text);
    let (before, after) = compact.split_once('/')?;
    if let Some(year) = before.strip_prefix("SF") {
        let (serial, letter) = serial_and_letter(after, 6)?;
        let value: u64 = format!("{year}{serial}").parse().ok().filter(|_| year.len() == 2)?;
        return Some(PoliceId {
            canonical: format!("SF{year}/{serial}{letter}"),
            letter_is_right: check_letter(value) == letter,
        });
    }
    let (year, letter) = serial_and_letter(after, 2)?;
    let serial = before;
    if year.len() != 2 || serial.is_empty() || serial.len() > 6 || !serial.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = format!("{year}{serial:0>6}").parse().ok()?;
    Some(PoliceId { canonical: format!("{serial:0>6}/{year}{letter}"), letter_is_right: check_letter(value) == letter })
}

/// Reads an arrest summons number: year, organisation (force and unit, two characters each, perhaps
/// after one for the level), system, number and letter, as `1101ZD0100000448754K`, with the number
/// unpadded, or as the PNC shows it, `11/01ZD/01/448754K`.
///
/// Prosecutors who are not the police put references of their own where courts print this number:
/// `None` for those is nothing to warn of.
pub fn asn(text: &str) -> Option<PoliceId> {
    let compact = compact(text);
    let parts: Vec<&str> = compact.split('/').collect();
    match parts.as_slice() {
        [whole] if whole.is_ascii() && whole.len() > 8 => {
            let level = usize::from(whole.len() == 21);
            let (year, rest) = whole.split_at(2);
            let (organisation, rest) = rest.split_at(4 + level);
            let (system, rest) = rest.split_at(2);
            arrest_summons(year, organisation, system, rest)
        }
        [year, organisation, system, rest] => arrest_summons(year, organisation, system, rest),
        _ => None,
    }
}

/// The letter is worked out over force and system (each only when it is digits), year and number.
fn arrest_summons(year: &str, organisation: &str, system: &str, rest: &str) -> Option<PoliceId> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let word = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let fits = year.len() == 2
        && digits(year)
        && (4..=5).contains(&organisation.len())
        && word(organisation)
        && system.len() == 2
        && word(system);
    let (number, letter) = serial_and_letter(rest, 11).filter(|_| fits)?;
    let force = &organisation[organisation.len() - 4..organisation.len() - 2];
    let counted: String = [force, system].into_iter().filter(|part| digits(part)).collect();
    let value: u64 = format!("{counted}{year}{number:0>11}").parse().ok()?;
    Some(PoliceId {
        canonical: format!("{year}{organisation}{system}{number:0>11}{letter}"),
        letter_is_right: check_letter(value) == letter,
    })
}

/// A well-formed invented PNC id for a year and a serial. For invented data only.
pub fn invented_pnc(year: u16, serial: u32) -> String {
    let value = u64::from(year % 100) * 10_000_000 + u64::from(serial % 10_000_000);
    format!("{year}/{:07}{}", serial % 10_000_000, check_letter(value))
}

fn check_letter(value: u64) -> char {
    char::from(CHECK[usize::try_from(value % 23).expect("below 23")])
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

fn serial_and_letter(text: &str, longest: usize) -> Option<(String, char)> {
    if !text.is_ascii() {
        return None;
    }
    let letter = text.chars().last().filter(char::is_ascii_uppercase)?;
    let serial = &text[..text.len() - 1];
    let fits = !serial.is_empty() && serial.len() <= longest && serial.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| (serial.to_owned(), letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_nhs_number_is_read_in_any_spacing_and_checked() {
        let number = NhsNumber::parse("943 476-5919").unwrap();
        assert_eq!(number.digits(), "9434765919");
        assert_eq!(NhsNumber::parse("9434765918"), Err(NhsNumberError::CheckDigit));
        assert_eq!(NhsNumber::parse("943476591"), Err(NhsNumberError::Length));
        assert_eq!(NhsNumber::parse("1111111111"), Err(NhsNumberError::CheckDigit));
        assert_eq!(number.spaced(), "943\u{a0}476\u{a0}5919");
    }

    #[test]
    fn invented_numbers_are_valid_and_from_the_test_range() {
        for serial in 0..500 {
            let number = NhsNumber::invented(serial);
            assert!(number.digits().starts_with("999"));
        }
    }

    #[test]
    fn police_identifiers_keep_a_wrong_letter_and_say_so() {
        let right = pnc("2004/0012345D").unwrap();
        assert!(right.letter_is_right);
        let wrong = pnc("2004/0012345U").unwrap();
        assert!(!wrong.letter_is_right);
        assert_eq!(pnc("20040012345D").unwrap().canonical, "2004/0012345D");
        assert_eq!(pnc("04/12345D").unwrap().canonical, "04/0012345D");
        assert!(pnc("PNC-ID1").is_none());
        assert!(pnc("20é4/0012345D").is_none());
        assert!(pnc("123é1234567").is_none());
        assert!(cro("SF39/12345A").is_some());
        assert!(cro("12/99").is_none());
    }

    #[test]
    fn an_arrest_summons_number_is_read_in_every_form_and_its_letter_checked() {
        for (text, canonical) in [
            ("2601ZZ0100000000077B", "2601ZZ0100000000077B"),
            ("2601zz01 00000000077b", "2601ZZ0100000000077B"),
            ("2601ZZ0177B", "2601ZZ0100000000077B"),
            ("26/01ZZ/01/77B", "2601ZZ0100000000077B"),
            ("26101ZZ0100000000077B", "26101ZZ0100000000077B"),
            ("26ZZ990500000001021M", "26ZZ990500000001021M"),
        ] {
            let read = asn(text).unwrap();
            assert_eq!((read.canonical.as_str(), read.letter_is_right), (canonical, true), "{text}");
        }
        assert!(!asn("2601ZZ0100000000078B").unwrap().letter_is_right);
        assert!(!asn("26/01ZZ/01/77I").unwrap().letter_is_right);
    }

    #[test]
    fn the_reference_of_another_prosecutor_is_no_arrest_summons_number() {
        for text in [
            "",
            "TFL1",
            "ASN1234XX78911234",
            "2601ZZ01",
            "2601ZZ010000000000077B",
            "26/01ZZ/77B",
            "2é01ZZ0100000000077B",
        ] {
            assert_eq!(asn(text), None, "{text}");
        }
    }

    #[test]
    fn invented_pncs_have_the_right_letter() {
        assert!(pnc(&invented_pnc(2019, 345_678)).unwrap().letter_is_right);
    }
}
