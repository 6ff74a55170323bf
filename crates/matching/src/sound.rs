//! How names sound: codes shared by spellings of one name heard by different people.

use rphonetic::DoubleMetaphone;

/// The sounds of a folded name part: two for names that are read two ways, none for an initial.
///
/// Double Metaphone knows Latin letters only. A part without any is its own sound, so that names
/// in other scripts still find each other when they are written alike.
pub(crate) fn sounds(part: &str) -> Vec<String> {
    if part.chars().count() < 2 {
        return Vec::new();
    }
    let letters: String = part.chars().filter(char::is_ascii_alphabetic).collect();
    let codes = DoubleMetaphone::default().double_metaphone(&letters);
    let mut found = vec![codes.primary(), codes.alternate()];
    found.retain(|code| !code.is_empty());
    found.dedup();
    if found.is_empty() {
        found.push(part.chars().take(6).collect());
    }
    found
}

/// Whether two folded name parts share a sound.
pub(crate) fn sound_alike(a: &str, b: &str) -> bool {
    let other = sounds(b);
    sounds(a).iter().any(|sound| other.contains(sound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_heard_alike_share_a_sound() {
        assert!(sound_alike("philips", "fillips"));
        assert!(sound_alike("kathryn", "catherine"));
        assert!(!sound_alike("marsh", "dlone"));
    }

    #[test]
    fn names_in_other_scripts_still_have_a_sound() {
        assert_eq!(sounds("иван"), vec!["иван".to_owned()]);
        assert!(sounds("j").is_empty());
    }
}
