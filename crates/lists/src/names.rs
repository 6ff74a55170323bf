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

/// A name as a list prints it, and what else the list prints with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Printed {
    pub(crate) name: Name,
    /// The name as printed, without what is printed with it.
    pub(crate) text: String,
    /// The sex in brackets.
    pub(crate) sex: Option<String>,
    /// A star at the end: in custody (CaTH, Magistrates Standard List).
    pub(crate) in_custody: bool,
}

/// A name printed whole, with its sex in brackets and its star: `MARSH, Ada Mary (female)*`.
pub(crate) fn printed(whole: &str) -> Printed {
    let text = whole.trim();
    let unstarred = text.trim_end_matches('*').trim_end();
    let in_custody = unstarred.len() < text.len();
    let bracketed = unstarred.strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let of_sex = bracketed.filter(|(_, inner)| is_sex(inner));
    let (as_printed, sex) = match of_sex {
        Some((before, sex)) => (before.trim(), Some(sex.trim().to_owned())),
        None => (unstarred, None),
    };
    Printed { name: split(as_printed), text: as_printed.to_owned(), sex, in_custody }
}

/// A name printed in parts, perhaps with the whole of it beside them.
pub(crate) fn parted(forenames: &str, surname: &str, whole: &str) -> Printed {
    let surname_printed = printed(surname);
    let name = Name::new(forenames, &surname_printed.text);
    let whole_printed = printed(whole);
    let text = if whole.is_empty() || whole == surname { name.natural() } else { whole_printed.text };
    let (sex, in_custody) =
        (surname_printed.sex.or(whole_printed.sex), surname_printed.in_custody || whole_printed.in_custody);
    Printed { name, text, sex, in_custody }
}

fn is_sex(text: &str) -> bool {
    matches!(
        folded(text).as_str(),
        "male" | "female" | "m" | "f" | "indeterminate" | "unknown" | "not known" | "not specified"
    )
}

/// Whether the panel that a court prints is for people under 18.
pub(crate) fn is_youth_panel(panel: &str) -> bool {
    matches!(folded(panel).as_str(), "youth" | "child" | "youth panel")
}

/// Whether a cell about custody says that the person is held: in words, or by the remand status of the
/// CJS (`C` and `CB` are not told apart from bail by every court, and are not taken for it).
pub(crate) fn says_in_custody(text: &str) -> bool {
    let text = folded(text);
    matches!(
        text.as_str(),
        "y" | "yes" | "true" | "1" | "custody" | "in custody" | "remanded" | "remand" | "prison" | "pc" | "pr"
    ) || text.starts_with("in custody")
        || text.starts_with("remanded in custody")
}

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
