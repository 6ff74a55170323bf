//! How alike two words are written: Jaro-Winkler over bits, and single slips.

/// The letters and digits a folded word can hold.
const ALPHABET: usize = 36;

fn place(byte: u8) -> usize {
    usize::from(if byte.is_ascii_digit() { byte - b'0' + 26 } else { byte.wrapping_sub(b'a') }).min(ALPHABET - 1)
}

/// The letters of a word, one bit each.
pub(crate) fn letters(word: &[u8]) -> u64 {
    word.iter().fold(0, |mask, byte| mask | 1 << place(*byte))
}

/// As much of a word as tells most pairs apart without a look at their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// See [`letters`].
    pub letters: u64,
    /// Its bytes.
    pub length: u8,
    /// The first of them; 0 when there is none.
    pub first: u8,
    /// See [`crate::tokens::family_bits`]: two words without a common bit have no common family.
    pub family_bits: u32,
    /// Numbers of its sounds; 0 where there is none.
    pub sounds: [u32; 2],
}

impl Sketch {
    /// Of a folded word of at most 255 bytes, with its sounds and families.
    pub fn new(word: &str, sounds: [u32; 2], family_bits: u32) -> Self {
        let word = word.as_bytes();
        let length = u8::try_from(word.len()).expect("words are cut to 40 letters");
        Self { letters: letters(word), length, first: word.first().copied().unwrap_or_default(), family_bits, sounds }
    }
}

/// A word made ready to be compared with many others.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    word: Vec<u8>,
    letters: u64,
    /// For each letter, the places where it stands.
    places: [u64; ALPHABET],
}

impl Pattern {
    /// Of a folded word of at most 64 letters; longer ones are cut.
    pub fn new(word: &str) -> Self {
        let word: Vec<u8> = word.bytes().take(64).collect();
        let mut places = [0; ALPHABET];
        for (at, byte) in word.iter().enumerate() {
            places[place(*byte)] |= 1 << at;
        }
        Self { letters: letters(&word), word, places }
    }

    /// The most that [`Self::jaro_winkler`] could give for a word of so many bytes and these letters
    /// whose first letter is or is not the same.
    pub fn at_most(&self, other: Sketch) -> f64 {
        let missing = |a: u64, b: u64| (a & !b).count_ones() as usize;
        let (mine, others) = (self.word.len(), usize::from(other.length));
        let common = mine
            .saturating_sub(missing(self.letters, other.letters))
            .min(others.saturating_sub(missing(other.letters, self.letters)));
        if common == 0 {
            return 0.0;
        }
        let common = common as f64;
        let jaro = (common / mine as f64 + common / others as f64 + 1.0) / 3.0;
        boosted(jaro, if self.word[0] == other.first { LONGEST_PREFIX } else { 0 })
    }

    /// Whether a word of these letters may differ from this one by one slip.
    pub fn may_be_one_slip_from(&self, other: Sketch) -> bool {
        (self.letters ^ other.letters).count_ones() <= 2 && self.word.len().abs_diff(usize::from(other.length)) <= 1
    }

    /// Jaro-Winkler likeness, 0 to 1 (Winkler, *String Comparator Metrics*, 1990; prefix of four
    /// letters, scale 0.1, from a likeness of 0.7).
    pub fn jaro_winkler(&self, other: &[u8]) -> f64 {
        let prefix = self.word.iter().zip(other).take(LONGEST_PREFIX).take_while(|(a, b)| a == b).count();
        boosted(self.jaro(other), prefix)
    }

    fn jaro(&self, other: &[u8]) -> f64 {
        let (mine, others) = (self.word.len(), other.len());
        if mine == 0 || others == 0 || others > 64 {
            return 0.0;
        }
        let window = (mine.max(others) / 2).saturating_sub(1);
        let (mut taken, mut matched) = (0_u64, [0_u8; 64]);
        let mut count = 0;
        for (at, byte) in other.iter().enumerate() {
            let free = self.places[place(*byte)] & near(at, window) & !taken;
            if free != 0 {
                taken |= free & free.wrapping_neg();
                matched[count] = *byte;
                count += 1;
            }
        }
        if count == 0 {
            return 0.0;
        }
        let mut swapped = 0;
        for letter in &matched[..count] {
            swapped += usize::from(self.word[taken.trailing_zeros() as usize] != *letter);
            taken &= taken - 1;
        }
        let shared = count as f64;
        (shared / mine as f64 + shared / others as f64 + (shared - (swapped / 2) as f64) / shared) / 3.0
    }
}

/// The places within a window around one.
fn near(at: usize, window: usize) -> u64 {
    let (from, to) = (at.saturating_sub(window), at + window);
    let below = if to >= 63 { u64::MAX } else { (1 << (to + 1)) - 1 };
    if from > 63 { 0 } else { below & (u64::MAX << from) }
}

/// Letters of a common beginning that count.
const LONGEST_PREFIX: usize = 4;

fn boosted(jaro: f64, prefix: usize) -> f64 {
    if jaro <= 0.7 { jaro } else { jaro + 0.1 * prefix as f64 * (1.0 - jaro) }
}

/// Whether two texts differ by one slip: one letter changed, left out or put in, or two neighbours
/// exchanged.
pub(crate) fn is_one_slip(a: &[u8], b: &[u8]) -> bool {
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    match (a, b) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a0, a1], [b0, b1]) => a0 == b1 && a1 == b0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_are_seen() {
        assert!(is_one_slip(b"smith", b"smyth") && is_one_slip(b"smith", b"smth") && is_one_slip(b"smith", b"simth"));
        assert!(!is_one_slip(b"smith", b"smith") && !is_one_slip(b"smith", b"mits"));
    }

    proptest! {
        #[test]
        fn likeness_is_that_of_the_reference(a in "[a-e]{0,12}", b in "[a-e]{0,12}") {
            let reference = strsim::jaro_winkler(&b, &a);
            let ours = Pattern::new(&a).jaro_winkler(b.as_bytes());
            let known = if a.is_empty() || b.is_empty() { 0.0 } else { reference };
            prop_assert!((ours - known).abs() < 1e-9, "{a} {b}: {ours} {reference}");
        }

        #[test]
        fn the_bound_holds(a in "[a-h0-3]{0,14}", b in "[a-h0-3]{0,14}") {
            let pattern = Pattern::new(&a);
            let bound = pattern.at_most(Sketch::new(&b, [0, 0], 0));
            prop_assert!(pattern.jaro_winkler(b.as_bytes()) <= bound + 1e-9);
        }

        #[test]
        fn one_slip_is_a_distance_of_one(a in "[a-c]{0,6}", b in "[a-c]{0,6}") {
            prop_assert_eq!(is_one_slip(a.as_bytes(), b.as_bytes()), strsim::osa_distance(&a, &b) == 1);
        }
    }
}
