//! Names of people: kept exactly as given, shown one way, compared folded.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A person's name as given. Either part may be empty when it is not known; both never are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Name {
    /// Forenames and middle names, in the order given.
    pub forenames: String,
    /// Family name, or the only name.
    pub surname: String,
}

impl Name {
    /// A name from its two parts, trimmed.
    pub fn new(forenames: &str, surname: &str) -> Self {
        Self { forenames: forenames.trim().to_owned(), surname: surname.trim().to_owned() }
    }

    /// `FAMILY, Given`: the form of clinical banners and lists.
    pub fn formal(&self) -> String {
        match (self.surname.is_empty(), self.forenames.is_empty()) {
            (false, false) => format!("{}, {}", self.surname.to_uppercase(), self.forenames),
            (false, true) => self.surname.to_uppercase(),
            (true, false) => self.forenames.clone(),
            (true, true) => "Name not known".to_owned(),
        }
    }

    /// `Given Family`: the form of letters.
    pub fn natural(&self) -> String {
        format!("{} {}", self.forenames, self.surname).trim().to_owned()
    }

    /// Whether nothing is known of the name.
    pub fn is_unknown(&self) -> bool {
        self.forenames.is_empty() && self.surname.is_empty()
    }
}

/// Folds text for comparison: no case, no accents, no punctuation, single spaces.
///
/// Apostrophes vanish (`O'Brien` is `obrien`); hyphens separate (`Smith-Jones` is `smith jones`).
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, |folded| {
            if folded != ' ' || !(out.is_empty() || out.ends_with(' ')) {
                out.push(folded);
            }
        });
    }
    out.trim_end().to_owned()
}

/// What [`folded`] makes of one character: nothing, or some, with a space for what separates words.
pub(crate) fn fold_char(c: char, mut push: impl FnMut(char)) {
    for c in std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => "ss".chars().for_each(&mut push),
            'ł' => push('l'),
            'ø' => push('o'),
            'æ' => "ae".chars().for_each(&mut push),
            'đ' | 'ð' => push('d'),
            '\'' | '\u{2019}' | '`' => {}
            c if c.is_alphanumeric() => push(c),
            _ => push(' '),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_one_way() {
        assert_eq!(Name::new(" Ada Mary ", "Marsh").formal(), "MARSH, Ada Mary");
        assert_eq!(Name::new("", "Dlone").formal(), "DLONE");
        assert_eq!(Name::default().formal(), "Name not known");
    }

    #[test]
    fn folding_drops_case_accents_and_punctuation() {
        assert_eq!(folded("O\u{2019}Brien-Łukasz  ÉVA"), "obrien lukasz eva");
    }
}
