//! What a password must be: long, and not one that everybody tries first.
//!
//! Source: OWASP ASVS 5.0, 6.2 (at least 8 characters, 15 advised; checked against common
//! passwords; no rules of composition; spaces and any character allowed).

/// The shortest password, in characters.
pub const SHORTEST: usize = 12;

/// The longest, in characters: hashing longer ones only costs time.
const LONGEST: usize = 256;

/// What the passwords tried first are made of. Compared without digits, signs and case, so that
/// `Password1234!` is one of them.
const COMMON: &[&str] = &[
    "password",
    "passwordpassword",
    "letmein",
    "letmeinplease",
    "welcome",
    "welcometo",
    "qwerty",
    "qwertyuiop",
    "qwertyqwerty",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedc",
    "iloveyou",
    "admin",
    "administrator",
    "changeme",
    "changemenow",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "liverpool",
    "arsenal",
    "chelsea",
    "manchester",
    "london",
    "summer",
    "winter",
    "autumn",
    "spring",
    "january",
    "february",
    "november",
    "december",
    "secret",
    "trustno",
    "master",
    "superman",
    "batman",
    "starwars",
    "whatever",
    "computer",
    "internet",
    "hospital",
    "nhs",
    "nhspassword",
    "nhstrust",
    "liaison",
    "diversion",
    "liaisonanddiversion",
    "throughline",
    "custody",
    "mentalhealth",
    "nurse",
    "default",
    "test",
    "testtest",
    "guest",
    "demonstration",
    "abcdefghijkl",
    "abcdef",
    "correcthorsebatterystaple",
    "thisisapassword",
    "mypassword",
    "pass",
    "passw",
    "passwrd",
    "psswrd",
    "pwd",
];

/// Why a password is not taken, or `None` when it is good.
pub fn fault(password: &str, name: &str, email: &str) -> Option<String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(format!(
            "a password needs at least {SHORTEST} characters: three or four words you make up are good"
        ));
    }
    if length > LONGEST {
        return Some(format!("a password has at most {LONGEST} characters"));
    }
    let letters: String = password.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let kinds: std::collections::BTreeSet<char> = password.chars().collect();
    if letters.is_empty() || kinds.len() < 5 || COMMON.contains(&letters.as_str()) {
        return Some(
            "this password is one of the first that would be tried: choose words that belong to nobody else".into(),
        );
    }
    let own = name.split_whitespace().chain(email.split('@').next()).map(str::to_lowercase);
    if own.filter(|word| word.len() > 3).any(|word| letters.trim_matches(|c: char| !c.is_alphabetic()) == word) {
        return Some("a password that is the person's own name is the first that would be tried".into());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_of_ones_own_are_taken_whatever_they_look_like() {
        for password in ["teapot lantern gravel", "ostrich-umbrella", "żółw na rowerze", "   spaced out   "] {
            assert_eq!(fault(password, "Ada Marsh", "ada@example.invalid"), None, "{password}");
        }
    }

    #[test]
    fn short_common_and_own_names_are_refused() {
        for password in
            ["short", "Password1234!", "123456789012", "aaaaaaaaaaaaaaaa", "Throughline2026", "marsh1234567890"]
        {
            assert!(fault(password, "Ada Marsh", "ada@example.invalid").is_some(), "{password}");
        }
    }
}
