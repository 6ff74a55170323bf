//! Numbers and postcodes packed into one machine word each, so that millions of them fit and
//! compare at once.

use std::num::NonZeroU64;

use throughline_domain::codes;
use throughline_domain::identifier::{self, NhsNumber};

use crate::arrays::FixedBytes;

/// Letters, digits and "none".
const BASE: u64 = 37;
/// What fits beside the flags of a [`Number`].
const MOST: usize = 11;

fn digit(byte: u8) -> u64 {
    match byte {
        b'0'..=b'9' => u64::from(byte - b'0') + 1,
        b'A'..=b'Z' => u64::from(byte - b'A') + 11,
        _ => 0,
    }
}

fn letter(digit: u64) -> u8 {
    let digit = u8::try_from(digit).unwrap_or_default();
    if digit <= 10 { b'0' + digit - 1 } else { b'A' + digit - 11 }
}

fn pack(text: &[u8]) -> u64 {
    text.iter().fold(0, |packed, byte| packed * BASE + digit(*byte))
}

/// The letters and digits of a packed text, in a buffer that its caller keeps.
fn unpack(mut packed: u64, into: &mut [u8; 16]) -> &[u8] {
    let mut from = into.len();
    while packed > 0 {
        from -= 1;
        into[from] = letter(packed % BASE);
        packed /= BASE;
    }
    &into[from..]
}

fn bare(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect()
}

/// A postcode: British, or of another country and then only as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Postcode(NonZeroU64);

/// Marks a British postcode.
const BRITISH: u64 = 1 << 63;

impl FixedBytes for Postcode {
    type Bytes = [u8; 8];

    fn to_bytes(&self) -> Self::Bytes {
        self.bits().to_le_bytes()
    }

    fn from_bytes(bytes: Self::Bytes) -> Option<Self> {
        Self::new(u64::from_le_bytes(bytes))
    }
}

impl Postcode {
    fn new(bits: u64) -> Option<Self> {
        NonZeroU64::new(bits).map(Self)
    }

    /// Of what is left when the end is cut off; the whole when nothing would be.
    fn cut(self, bits: u64) -> Self {
        Self::new(bits).unwrap_or(self)
    }

    /// Reads one; `None` for nothing, and for what means no fixed abode (`ZZ99` is the NHS's pseudo
    /// postcode; `NF1` is how police and court systems write it).
    pub fn read(text: &str) -> Option<Self> {
        let bare = bare(text);
        let is_none = bare.starts_with(b"ZZ99") || bare.starts_with(b"NF1") || bare == b"NFA";
        if !(3..=8).contains(&bare.len()) || is_none || !bare.iter().any(u8::is_ascii_digit) {
            return None;
        }
        let inward = bare.len().saturating_sub(3);
        let is_british = (2..=4).contains(&inward)
            && bare[0].is_ascii_alphabetic()
            && bare[inward].is_ascii_digit()
            && bare[inward + 1..].iter().all(u8::is_ascii_alphabetic);
        Self::new(pack(&bare) | if is_british { BRITISH } else { 0 })
    }

    fn text(self) -> u64 {
        self.bits() & !BRITISH
    }

    fn is_british(self) -> bool {
        self.bits() & BRITISH != 0
    }

    /// `LS1 4` of `LS1 4AB`.
    pub fn sector(self) -> Self {
        self.cut(if self.is_british() { (self.text() / (BASE * BASE)) | BRITISH } else { self.text() / BASE })
    }

    /// `LS1` of `LS1 4AB`; the first half of another country's.
    pub fn district(self) -> Self {
        let parts = if self.is_british() { BASE * BASE * BASE } else { BASE * BASE };
        self.cut((self.text() / parts) | (self.bits() & BRITISH))
    }

    /// `LS` of `LS1 4AB`; the first figure of another country's.
    pub fn area(self) -> Self {
        let mut packed = self.district().text();
        while packed >= BASE && (!self.is_british() || packed % BASE <= 10) {
            packed /= BASE;
        }
        self.cut(packed | (self.bits() & BRITISH))
    }

    /// Whether the two differ by one letter or two neighbours exchanged.
    pub fn is_one_slip_from(self, other: Self) -> bool {
        slipped(self.text(), other.text())
    }

    /// Those with two neighbouring letters or figures of this one exchanged.
    pub fn exchanged(self) -> Vec<Self> {
        self.varied(|text, each| {
            for at in 1..text.len() {
                text.swap(at - 1, at);
                each(text);
                text.swap(at - 1, at);
            }
        })
    }

    /// Those with another figure in the place of one of this one's.
    pub fn with_another_figure(self) -> Vec<Self> {
        self.varied(|text, each| {
            for at in (0..text.len()).filter(|at| text[*at].is_ascii_digit()).collect::<Vec<_>>() {
                let own = text[at];
                for figure in b'0'..=b'9' {
                    text[at] = figure;
                    each(text);
                }
                text[at] = own;
            }
        })
    }

    fn varied(self, vary: impl FnOnce(&mut [u8], &mut dyn FnMut(&[u8]))) -> Vec<Self> {
        let mut buffer = [0; 16];
        let mut text = unpack(self.text(), &mut buffer).to_vec();
        let mut found = Vec::new();
        vary(&mut text, &mut |text| {
            let read = std::str::from_utf8(text).ok().and_then(Self::read);
            found.extend(read.filter(|code| *code != self));
        });
        found
    }

    /// `LS1 4AB`.
    pub fn shown(self) -> String {
        let mut buffer = [0; 16];
        let text = String::from_utf8_lossy(unpack(self.text(), &mut buffer)).into_owned();
        match text.len().checked_sub(3).filter(|outward| self.is_british() && *outward >= 2) {
            Some(inward) => format!("{} {}", &text[..inward], &text[inward..]),
            None => text,
        }
    }

    /// For hashing.
    pub fn bits(self) -> u64 {
        self.0.get()
    }
}

fn slipped(a: u64, b: u64) -> bool {
    const TWO: u64 = BASE * BASE;
    const THREE: u64 = TWO * BASE;
    // A slip is in one letter or two neighbours: it leaves the last two as they are, or all before the
    // last three. Most pairs are told apart by that.
    if a % TWO != b % TWO && a / THREE != b / THREE {
        return false;
    }
    let (mut left, mut right) = ([0; 16], [0; 16]);
    let (a, b) = (unpack(a, &mut left), unpack(b, &mut right));
    a.len() == b.len() && crate::likeness::is_one_slip(a, b)
}

codes! {
    /// Whose number it is.
    pub enum NumberKind {
        /// NHS number.
        Nhs = "nhs", "NHS number";
        /// Police National Computer id.
        Pnc = "pnc", "PNC ID";
        /// Criminal Records Office number.
        Cro = "cro", "CRO number";
        /// Of another register that both sides use.
        Local = "local", "Local number";
    }
}

/// A number that names one person in some register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Number(u64);

/// Its check digit or letter is right, or it has none.
const SOUND: u64 = 1 << 61;
const KIND_AT: u32 = 62;
const VALUE: u64 = SOUND - 1;

impl FixedBytes for Number {
    type Bytes = [u8; 8];

    fn to_bytes(&self) -> Self::Bytes {
        self.0.to_le_bytes()
    }

    fn from_bytes(bytes: Self::Bytes) -> Option<Self> {
        Some(Self(u64::from_le_bytes(bytes)))
    }
}

impl Number {
    fn new(kind: NumberKind, text: &[u8], is_sound: bool) -> Self {
        let value = if text.len() <= MOST { pack(text) } else { long(text) };
        Self(value | if is_sound { SOUND } else { 0 } | (kind as u64) << KIND_AT)
    }

    /// Ten digits, not one digit repeated; sound when the check digit is right.
    pub fn nhs(text: &str) -> Option<Self> {
        let digits = bare(text);
        let is_number = digits.len() == 10
            && digits.iter().all(u8::is_ascii_digit)
            && digits.iter().any(|digit| *digit != digits[0]);
        let is_sound = || std::str::from_utf8(&digits).is_ok_and(|digits| NhsNumber::parse(digits).is_ok());
        is_number.then(|| Self::new(NumberKind::Nhs, &digits, is_sound()))
    }

    /// In any form lists write it. The century is dropped: lists often do.
    pub fn pnc(text: &str) -> Option<Self> {
        let id = identifier::pnc(Some(text).filter(|text| text.is_ascii())?)?;
        let from = id.canonical.find('/').map_or(0, |slash| slash.saturating_sub(2));
        Some(Self::new(NumberKind::Pnc, &bare(&id.canonical[from..]), id.letter_is_right))
    }

    /// `123456/12A` or `SF39/12345A`; the number of a file never opened (`000000/00Z`) is none.
    pub fn cro(text: &str) -> Option<Self> {
        let id = identifier::cro(Some(text).filter(|text| text.is_ascii())?)?;
        let bare = bare(&id.canonical);
        let is_placeholder = bare.iter().all(|byte| matches!(byte, b'0' | b'Z'));
        (!is_placeholder).then(|| Self::new(NumberKind::Cro, &bare, id.letter_is_right))
    }

    /// Any letters and digits.
    pub fn local(text: &str) -> Option<Self> {
        let bare = bare(text);
        (bare.len() > 1).then(|| Self::new(NumberKind::Local, &bare, true))
    }

    pub fn kind(self) -> NumberKind {
        NumberKind::ALL[(self.0 >> KIND_AT) as usize]
    }

    pub fn is_sound(self) -> bool {
        self.0 & SOUND != 0
    }

    /// What names the person: a PNC id or CRO number without its check letter.
    pub fn core(self) -> u64 {
        let value = self.0 & VALUE;
        match self.kind() {
            NumberKind::Pnc | NumberKind::Cro => value / BASE,
            NumberKind::Nhs | NumberKind::Local => value,
        }
    }

    /// Whether the two differ by one figure or two neighbours exchanged.
    pub fn is_one_slip_from(self, other: Self) -> bool {
        self.kind() == other.kind() && slipped(self.core(), other.core())
    }

    /// As it is read aloud: an NHS number in threes, a PNC id with its stroke.
    pub fn shown(self) -> String {
        let mut buffer = [0; 16];
        let text = String::from_utf8_lossy(unpack(self.0 & VALUE, &mut buffer)).into_owned();
        match self.kind() {
            NumberKind::Nhs if text.len() == 10 => format!("{} {} {}", &text[..3], &text[3..6], &text[6..]),
            NumberKind::Pnc if text.len() > 2 => format!("{}/{}", &text[..2], &text[2..]),
            _ => text,
        }
    }
}

/// A long number by its hash: equal ones stay equal, slips in them are not seen.
fn long(text: &[u8]) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::default().hash_one(text) & VALUE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_postcode_is_read_in_any_spacing_and_no_fixed_abode_is_none() {
        let code = Postcode::read(" ls1 4ab").unwrap();
        assert_eq!((code.shown().as_str(), code.district().shown().as_str()), ("LS1 4AB", "LS1"));
        assert_eq!(code.area(), Postcode::read("LS27 8YZ").unwrap().area());
        assert_ne!(code.area(), Postcode::read("L2 7YZ").unwrap().area());
        assert_eq!(code.sector(), Postcode::read("LS14AX").unwrap().sector());
        assert_eq!(Postcode::read("ZZ99 3VZ"), None);
        assert_eq!(Postcode::read("\u{e9}1"), None);
        assert!(code.is_one_slip_from(Postcode::read("LS1 4AC").unwrap()));
        let other = Postcode::read("2119").unwrap();
        assert_eq!(other.shown(), "2119");
        let shown = |codes: Vec<Postcode>| codes.into_iter().map(Postcode::shown).collect::<Vec<_>>();
        assert_eq!(shown(other.exchanged()), ["1219", "2191"]);
        assert_eq!(other.with_another_figure().len(), 36);
        assert!(shown(code.exchanged()).contains(&"LS1 4BA".to_owned()));
        assert!(shown(code.with_another_figure()).contains(&"LS7 4AB".to_owned()));
    }

    proptest! {
        #[test]
        fn slips_in_packed_texts_are_those_of_their_letters(a in "[A-C]{1,7}", b in "[A-C]{1,7}") {
            let slipped_in_letters = a.len() == b.len() && crate::likeness::is_one_slip(a.as_bytes(), b.as_bytes());
            prop_assert_eq!(slipped(pack(a.as_bytes()), pack(b.as_bytes())), slipped_in_letters);
        }
    }

    #[test]
    fn a_short_and_a_long_pnc_id_are_one() {
        let (long, short) = (Number::pnc("2004/0012345D").unwrap(), Number::pnc("04/12345D").unwrap());
        assert_eq!(long.core(), short.core());
        assert_eq!(Number::pnc("PNC-ID1"), None);
        assert!(long.is_one_slip_from(Number::pnc("2004/0012346D").unwrap()));
    }

    #[test]
    fn numbers_keep_their_text_and_soundness() {
        let number = Number::nhs("999 000 0018").unwrap();
        assert_eq!(
            (number.shown().as_str(), number.is_sound(), number.kind()),
            ("999 000 0018", true, NumberKind::Nhs)
        );
        assert!(!Number::nhs("9990000019").unwrap().is_sound());
        assert_eq!(Number::nhs("0000000000"), None);
        assert_eq!(Number::cro("000000/00Z"), None);
    }
}
