//! The text of a token: which one it is, and a secret that nobody can guess.

use chrono::{Days, NaiveDate, NaiveTime};
use rand::Rng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use throughline_domain::ids::TokenId;
use throughline_domain::time::{Instant, date_long, from_london, parse_date};
use uuid::Uuid;

/// What every token begins with, so that one that was left lying about is recognised as what it is.
const BEGINS: &str = "throughline_";

/// The longest name of a token, in characters.
pub const LONGEST_NAME: usize = 60;

/// How many days a token works when nobody says.
const DAYS: u64 = 365;

/// How many days a token works at most: a secret that is never renewed is found one day.
const LONGEST_DAYS: u64 = 2 * 366;

/// The last day on which a token works, as typed; a year from today when nothing is.
///
/// # Errors
/// What is wrong with the day, in words.
pub fn last_day(typed: Option<&str>, today: NaiveDate) -> Result<NaiveDate, String> {
    let Some(text) = typed else { return Ok(today + Days::new(DAYS)) };
    let day = parse_date(text, today).map_err(|error| error.to_string())?;
    let longest = today + Days::new(LONGEST_DAYS);
    if day < today {
        return Err("This day has passed: enter today or a later day".into());
    }
    if day > longest {
        return Err(format!("A token works for two years at most: enter a day up to {}", date_long(longest)));
    }
    Ok(day)
}

/// The moment from which a token of this last day works no more.
pub fn ends(last_day: NaiveDate) -> Instant {
    from_london((last_day + Days::new(1)).and_time(NaiveTime::MIN))
}

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
    #[test]
    fn a_token_works_for_a_year_unless_somebody_says_and_never_for_more_than_two() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let today = day(2026, 11, 26);
        assert_eq!(last_day(None, today), Ok(day(2027, 11, 26)));
        assert_eq!(last_day(Some("26/11/2026"), today), Ok(today));
        assert_eq!(last_day(Some("27/11/2028"), today), Ok(day(2028, 11, 27)));
        for (typed, words) in [
            ("25/11/2026", "This day has passed"),
            ("28/11/2028", "two years at most: enter a day up to 27 November 2028"),
            ("soon", "soon"),
        ] {
            let told = last_day(Some(typed), today).expect_err(typed);
            assert!(told.contains(words), "{told}");
        }
    }
}
