//! The text of a token: which one it is, and a secret that nobody can guess.

use rand::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use throughline_domain::ids::TokenId;
use uuid::Uuid;

/// What every token begins with, so that one that was left lying about is recognised as what it is.
const BEGINS: &str = "throughline_";

/// A token just made. Its text is shown once and kept nowhere.
#[derive(Debug)]
pub struct Made {
    /// Its id.
    pub id: TokenId,
    /// What the program shows.
    pub text: String,
    /// What is kept: the SHA-256 of the secret.
    pub secret_sha256: Vec<u8>,
}

/// Makes a token with 256 bits from the operating system's generator.
pub fn make() -> Made {
    let mut secret = [0_u8; 32];
    rand::rng().fill_bytes(&mut secret);
    let (id, secret) = (Uuid::now_v7(), throughline_audit::hex(&secret));
    let text = format!("{BEGINS}{}_{secret}", id.simple());
    Made { id: TokenId::new(id), text, secret_sha256: hash(&secret) }
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A token as a program shows it.
#[derive(Debug)]
pub struct Shown {
    /// Which one it says it is.
    pub id: TokenId,
    secret_sha256: Vec<u8>,
}

impl Shown {
    /// Reads a token's text; `None` when it is none.
    pub fn read(text: &str) -> Option<Self> {
        let (id, secret) = text.trim().strip_prefix(BEGINS)?.split_once('_')?;
        Some(Self { id: TokenId::new(Uuid::try_parse(id).ok()?), secret_sha256: hash(secret) })
    }

    /// Whether its secret is the one that is kept, in a time that tells nothing of where they differ.
    pub fn opens(&self, kept_sha256: &[u8]) -> bool {
        self.secret_sha256.ct_eq(kept_sha256).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_it_was_made_for_and_nothing_else() {
        let (made, other) = (make(), make());
        let shown = Shown::read(&made.text).expect("it is a token");
        assert!(shown.id == made.id && shown.opens(&made.secret_sha256));
        assert!(!shown.opens(&other.secret_sha256) && !shown.opens(&[]));
        let (begins, _) = made.text.rsplit_once('_').expect("two parts");
        let forged = Shown::read(&format!("{begins}_{}", "0".repeat(64))).expect("it has the form");
        assert!(!forged.opens(&made.secret_sha256));
    }

    #[test]
    fn what_is_no_token_is_told() {
        for text in ["", "throughline_", "throughline_x_y", "Basic dXNlcg==", "throughline_01900000"] {
            assert!(Shown::read(text).is_none(), "{text}");
        }
    }
}
