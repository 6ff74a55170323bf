//! Every word of every name and street, once: its letters, its sounds, the families of names it
//! belongs to, and how many people bear it.

use hashbrown::HashTable;
use rphonetic::DoubleMetaphone;
use std::hash::BuildHasher;
use std::io::{self, Read, Write};

use crate::arrays::{FixedBytes, Reader, SnapshotError, Writer, ensure};
use crate::likeness::Sketch;
use crate::{forms, frequencies};

/// A word's number.
pub(crate) type TokenId = u32;

/// No word.
pub(crate) const NONE: TokenId = u32::MAX;

/// Families a word is counted under at most; a form of more names than that says little.
const MOST_FAMILIES: usize = 12;

/// One word.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    at: u32,
    length: u8,
    /// Numbers of the families it belongs to, in order.
    families: (u32, u8),
    /// Numbers of its sounds and of those of its full forms.
    heard: (u32, u8),
    /// How usual it is as a forename and as a surname; see [`frequencies::usual`].
    pub usual: [f32; 2],
    /// People who bear it as a forename: first or other, in use or earlier.
    pub forenames: u32,
    /// People who bear it as a surname or a part of one.
    pub surnames: u32,
}

/// Every word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    text: String,
    all: Vec<Token>,
    /// Of each word, apart: most pairs are told by these alone, and so more of them are at hand.
    sketches: Vec<Sketch>,
    families: Vec<u32>,
    heard: Vec<u32>,
    by_text: HashTable<TokenId>,
}

fn number(text: &str) -> u64 {
    foldhash::fast::FixedState::default().hash_one(text)
}

/// The number of a text, never 0.
pub(crate) fn number32(text: &str) -> u32 {
    (number(text) >> 32) as u32 | 1
}

/// The numbers of a word's sounds (Double Metaphone); an initial has none. A word of digits is its
/// own sound.
pub(crate) fn sounds(word: &str) -> [u32; 2] {
    if word.len() < 2 {
        return [0, 0];
    }
    let codes = DoubleMetaphone::default().double_metaphone(word);
    let (primary, alternate) = (codes.primary(), codes.alternate());
    if primary.is_empty() {
        return [number32(word), 0];
    }
    let second = if alternate.is_empty() || alternate == primary { 0 } else { number32(&alternate) };
    [number32(&primary), second]
}

/// A short form of more names than this is heard only as it is written.
const MOST_FULL_FORMS: usize = 4;

/// The numbers of a word's sounds and of those of its full forms, each once.
pub(crate) fn heard(word: &str) -> Vec<u32> {
    let families = forms::families(word);
    let full_forms = families.iter().filter(|family| families.len() <= MOST_FULL_FORMS && *family != word);
    let mut found = Vec::new();
    for sound in sounds(word).into_iter().chain(full_forms.flat_map(|family| sounds(family))) {
        if sound != 0 && !found.contains(&sound) {
            found.push(sound);
        }
    }
    found
}

/// The numbers of the sounds of all full forms of a word, however many.
pub(crate) fn heard_in_full(word: &str) -> Vec<u32> {
    let full_forms = forms::families(word).iter().take(MOST_FAMILIES);
    full_forms.flat_map(|family| sounds(family)).filter(|sound| *sound != 0).collect()
}

/// The numbers of the families of a word, in order.
pub(crate) fn families(word: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = forms::families(word).iter().map(|family| number32(family)).collect();
    numbers.sort_unstable();
    numbers.truncate(MOST_FAMILIES);
    numbers
}

/// One bit for each family, some perhaps the same.
pub(crate) fn family_bits(families: &[u32]) -> u32 {
    // The lowest bit of a family's number is always set.
    families.iter().fold(0, |bits, family| bits | 1 << (family >> 1 & 31))
}

impl Tokens {
    /// The word's number, made when it is new.
    pub fn take(&mut self, word: &str) -> TokenId {
        let hash = number(word);
        if let Some(known) = self.by_text.find(hash, |id| self.text(*id) == word) {
            return *known;
        }
        let id = TokenId::try_from(self.all.len()).expect("fewer than four milliards of words");
        let (families, heard) = (families(word), heard(word));
        let arena = |arena: &Vec<u32>, more: &Vec<u32>| {
            let at = u32::try_from(arena.len()).expect("fewer than four milliards of numbers");
            (at, u8::try_from(more.len()).expect("a word has few"))
        };
        let token = Token {
            at: u32::try_from(self.text.len()).expect("words fill less than 4 GiB"),
            length: u8::try_from(word.len()).expect("words are cut to 40 letters"),
            families: arena(&self.families, &families),
            heard: arena(&self.heard, &heard),
            usual: frequencies::usual(word),
            forenames: 0,
            surnames: 0,
        };
        self.sketches.push(Sketch::new(word, sounds(word), family_bits(&families)));
        self.families.extend(families);
        self.heard.extend(heard);
        self.text.push_str(word);
        self.all.push(token);
        let Self { by_text, all, text, .. } = self;
        by_text.insert_unique(hash, id, |id| number(text_of(all, text, *id)));
        id
    }

    /// The word's number, when somebody bears it.
    pub fn find(&self, word: &str) -> Option<TokenId> {
        self.by_text.find(number(word), |id| self.text(*id) == word).copied()
    }

    pub fn get(&self, id: TokenId) -> &Token {
        &self.all[id as usize]
    }

    pub fn sketch(&self, id: TokenId) -> Sketch {
        self.sketches[id as usize]
    }

    pub fn get_mut(&mut self, id: TokenId) -> &mut Token {
        &mut self.all[id as usize]
    }

    pub fn text(&self, id: TokenId) -> &str {
        text_of(&self.all, &self.text, id)
    }

    pub fn families(&self, id: TokenId) -> &[u32] {
        let (at, count) = self.get(id).families;
        &self.families[at as usize..][..usize::from(count)]
    }

    pub fn heard(&self, id: TokenId) -> &[u32] {
        let (at, count) = self.get(id).heard;
        &self.heard[at as usize..][..usize::from(count)]
    }

    /// What [`heard`] gives, looked up when the word is known.
    pub fn heard_of(&self, word: &str) -> Vec<u32> {
        self.find(word).map_or_else(|| heard(word), |id| self.heard(id).to_vec())
    }
}

/// A word as it is kept in a snapshot: what is neither in the arenas nor quickly made from them.
struct Saved {
    length: u8,
    families: u8,
    heard: u8,
    sounds: [u32; 2],
    usual: [f32; 2],
    forenames: u32,
    surnames: u32,
}

impl FixedBytes for Saved {
    type Bytes = [u8; 27];

    fn to_bytes(&self) -> Self::Bytes {
        let mut bytes = [0; 27];
        let [first, second] = self.usual.map(f32::to_bits);
        let words = [self.sounds[0], self.sounds[1], first, second, self.forenames, self.surnames];
        bytes[..3].copy_from_slice(&[self.length, self.families, self.heard]);
        bytes[3..].copy_from_slice(words.map(u32::to_le_bytes).as_flattened());
        bytes
    }

    fn from_bytes(bytes: Self::Bytes) -> Option<Self> {
        let (words, _) = bytes[3..].as_chunks::<4>();
        let word = |at: usize| u32::from_le_bytes(words[at]);
        Some(Self {
            length: bytes[0],
            families: bytes[1],
            heard: bytes[2],
            sounds: [word(0), word(1)],
            usual: [word(2), word(3)].map(f32::from_bits),
            forenames: word(4),
            surnames: word(5),
        })
    }
}

impl Tokens {
    /// How many words there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn save(&self, to: &mut Writer<impl Write>) -> io::Result<()> {
        to.array(self.text.bytes())?;
        to.array(self.families.iter().copied())?;
        to.array(self.heard.iter().copied())?;
        to.array(self.all.iter().zip(&self.sketches).map(|(token, sketch)| Saved {
            length: token.length,
            families: token.families.1,
            heard: token.heard.1,
            sounds: sketch.sounds,
            usual: token.usual,
            forenames: token.forenames,
            surnames: token.surnames,
        }))
    }

    pub fn load(from: &mut Reader<impl Read>) -> Result<Self, SnapshotError> {
        let text = String::from_utf8(from.array()?).map_err(|_| SnapshotError::Damaged)?;
        ensure(text.is_ascii())?;
        let mut tokens = Self { text, families: from.array()?, heard: from.array()?, ..Self::default() };
        let all: Vec<Saved> = from.array()?;
        tokens.all.reserve(all.len());
        tokens.sketches.reserve(all.len());
        tokens.by_text.reserve(all.len(), |_| 0);
        for saved in all {
            tokens.restore(&saved).ok_or(SnapshotError::Damaged)?;
        }
        Ok(tokens)
    }

    fn restore(&mut self, saved: &Saved) -> Option<()> {
        let id = TokenId::try_from(self.all.len()).ok()?;
        let last = self.all.last();
        // Everything of a word follows that of the word before.
        let after = |of: fn(&Token) -> (u32, u8)| last.map_or(0, |last| of(last).0 + u32::from(of(last).1));
        let token = Token {
            at: after(|token| (token.at, token.length)),
            length: saved.length,
            families: (after(|token| token.families), saved.families),
            heard: (after(|token| token.heard), saved.heard),
            usual: saved.usual,
            forenames: saved.forenames,
            surnames: saved.surnames,
        };
        let (families_at, heard_at) = (token.families.0 as usize, token.heard.0 as usize);
        let word = self.text.get(token.at as usize..)?.get(..usize::from(token.length))?;
        let families = self.families.get(families_at..)?.get(..usize::from(saved.families))?;
        self.heard.get(heard_at..)?.get(..usize::from(saved.heard))?;
        self.sketches.push(Sketch::new(word, saved.sounds, family_bits(families)));
        let hash = number(word);
        self.all.push(token);
        let Self { by_text, all, text, .. } = self;
        by_text.insert_unique(hash, id, |id| number(text_of(all, text, *id)));
        Some(())
    }
}

fn text_of<'a>(all: &[Token], text: &'a str, id: TokenId) -> &'a str {
    let token = &all[id as usize];
    &text[token.at as usize..][..usize::from(token.length)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_number() {
        let mut tokens = Tokens::default();
        let (ada, bob) = (tokens.take("ada"), tokens.take("bob"));
        assert_eq!((tokens.take("ada"), tokens.find("bob"), tokens.find("eve")), (ada, Some(bob), None));
        assert_eq!(tokens.text(bob), "bob");
    }

    #[test]
    fn names_heard_alike_share_a_sound() {
        assert_eq!(sounds("philips")[0], sounds("fillips")[0]);
        assert_eq!(sounds("kathryn")[0], sounds("catherine")[0]);
        assert_ne!(sounds("marsh")[0], sounds("dlone")[0]);
        assert_eq!(sounds("j"), [0, 0]);
    }
}
