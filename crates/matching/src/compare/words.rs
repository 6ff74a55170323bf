//! How one word compares with another.

use crate::likeness::{self, Sketch, is_one_slip};
use crate::record::Records;
use crate::tokens::{self, TokenId, Tokens};

/// How one word compares with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub(super) enum Likeness {
    #[default]
    Different,
    Alike,
    /// One is the beginning of the other.
    Beginning,
    Initial,
    SoundsAlike,
    /// One slip apart, and many people bear the one and many the other.
    Neighbour,
    Close,
    Form,
    Same,
}

impl Likeness {
    pub const ALL: [Self; 9] = [
        Self::Different,
        Self::Alike,
        Self::Beginning,
        Self::Initial,
        Self::SoundsAlike,
        Self::Neighbour,
        Self::Close,
        Self::Form,
        Self::Same,
    ];
}

/// Jaro-Winkler likeness from which spellings are close, alike, or (with one sound) heard alike.
const CLOSE: f64 = 0.92;
const ALIKE: f64 = 0.80;
const HEARD: f64 = 0.70;
/// A word of so few letters is another word when one of them differs.
const SHORT: usize = 3;
/// Letters of a word that is cut off in a narrow column, at least.
const CUT_OFF_AT: usize = 4;

/// A word of the query.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub text: String,
    /// Its number, when somebody bears it.
    pub known: Option<TokenId>,
    pattern: likeness::Pattern,
    sounds: [u32; 2],
    families: Vec<u32>,
    family_bits: u32,
    /// Of how many people the least usual name by itself is.
    borne_by: f64,
}

/// A word that one in so many people bears is a name by itself, and not a slip.
const ONE_IN: f64 = 20_000.0;
/// However few people there are, a name by itself is borne by some.
const BORNE_BY: f64 = 3.0;

impl Word {
    pub fn new(text: &str, tokens: &Tokens, people: f64) -> Self {
        let known = tokens.find(text);
        let families = known.map_or_else(|| tokens::families(text), |id| tokens.families(id).to_vec());
        Self {
            text: text.to_owned(),
            known,
            pattern: likeness::Pattern::new(text),
            sounds: known.map_or_else(|| tokens::sounds(text), |id| tokens.sketch(id).sounds),
            family_bits: tokens::family_bits(&families),
            families,
            borne_by: (people / ONE_IN).max(BORNE_BY),
        }
    }

    /// A slip of the other word, or a name of its own beside it: Mandeep for Sandeep.
    fn close_to(&self, records: &Records, token: TokenId) -> Likeness {
        let is_name = |token: TokenId| {
            let token = records.tokens.get(token);
            f64::from(token.forenames + token.surnames) >= self.borne_by
        };
        if self.known.is_some_and(is_name) && is_name(token) { Likeness::Neighbour } else { Likeness::Close }
    }

    fn sounds_like(&self, known: Sketch) -> bool {
        self.sounds.iter().any(|sound| *sound != 0 && known.sounds.contains(sound))
    }

    /// Whether nothing can make the two alike: told without their texts, and true of most pairs.
    fn is_out_of_reach(&self, known: Sketch) -> bool {
        let needed = if self.sounds_like(known) { HEARD } else { ALIKE };
        self.text.len() > 1
            && known.length > 1
            && self.family_bits & known.family_bits == 0
            && !self.pattern.may_be_one_slip_from(known)
            && self.pattern.at_most(known) < needed
    }

    pub fn likeness(&self, records: &Records, token: TokenId) -> Likeness {
        if self.known == Some(token) {
            return Likeness::Same;
        }
        let known = records.tokens.sketch(token);
        if self.is_out_of_reach(known) {
            return Likeness::Different;
        }
        if self.text.len() == 1 || known.length == 1 {
            let is_initial = self.text.as_bytes()[0] == known.first;
            return if is_initial { Likeness::Initial } else { Likeness::Different };
        }
        let text = records.tokens.text(token);
        let families = records.tokens.families(token);
        if self.families.iter().any(|family| families.contains(family)) {
            return Likeness::Form;
        }
        let shorter = self.text.len().min(text.len());
        if is_one_slip(self.text.as_bytes(), text.as_bytes()) && shorter >= SHORT {
            return if shorter > SHORT { self.close_to(records, token) } else { Likeness::Alike };
        }
        let sound_alike = self.sounds_like(known);
        let likeness = self.pattern.jaro_winkler(text.as_bytes());
        if likeness >= CLOSE && shorter > SHORT {
            self.close_to(records, token)
        } else if sound_alike && likeness >= HEARD {
            Likeness::SoundsAlike
        } else if shorter >= CUT_OFF_AT && (self.text.starts_with(text) || text.starts_with(&self.text)) {
            Likeness::Beginning
        } else if likeness >= ALIKE {
            Likeness::Alike
        } else {
            Likeness::Different
        }
    }
}
