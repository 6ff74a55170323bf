//! Splitting a name that is printed whole.

use throughline_domain::name::{Name, folded};

const TITLES: [&str; 16] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "master",
    "dr",
    "doctor",
    "sir",
    "dame",
    "lord",
    "lady",
    "rev",
    "revd",
    "prof",
    "professor",
];

/// Splits a name as printed into its parts, without its title.
///
/// `SURNAME, Forenames` splits at the comma. Otherwise a run of capitals at the end is the
/// surname (`Mr. Ana DE LA CRUZ`), or the last word is. A name of one word is a surname.
pub(crate) fn split(printed: &str) -> Name {
    if let Some((surname, forenames)) = printed.split_once(',') {
        return Name::new(&untitled(forenames).join(" "), &untitled(surname).join(" "));
    }
    let words = untitled(printed);
    let capitals = words.iter().rev().take_while(|word| is_capitals(word)).count();
    let surname_words = if capitals == 0 || capitals == words.len() { 1 } else { capitals };
    let (forenames, surname) = words.split_at(words.len().saturating_sub(surname_words));
    Name::new(&forenames.join(" "), &surname.join(" "))
}

/// The words of a name without its leading titles; a title that stands alone is kept.
fn untitled(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let titles = words.iter().take_while(|word| TITLES.contains(&folded(word).as_str())).count();
    let skipped = if titles == words.len() { 0 } else { titles };
    words[skipped..].to_vec()
}

fn is_capitals(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() > 1 && !word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_printed_whole_are_split_as_lists_print_them() {
        for (printed, forenames, surname) in [
            ("MARSH, Ada Mary", "Ada Mary", "MARSH"),
            ("Marsh, Miss Ada", "Ada", "Marsh"),
            ("Mr. Tom HOLLIS", "Tom", "HOLLIS"),
            ("Ana DE LA CRUZ", "Ana", "DE LA CRUZ"),
            ("TOM HOLLIS", "TOM", "HOLLIS"),
            ("Tom Hollis", "Tom", "Hollis"),
            ("DLONE", "", "DLONE"),
            ("Miss", "", "Miss"),
            ("", "", ""),
        ] {
            assert_eq!(split(printed), Name::new(forenames, surname), "{printed}");
        }
    }
}
