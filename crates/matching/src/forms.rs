//! Forms of one name: short and pet forms, and the ways in which names of other scripts are written
//! in ours.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

const DIMINUTIVES: &str = include_str!("../parameters/diminutives.toml");
const SPELLINGS: &str = include_str!("../parameters/spellings.toml");
const NICKNAMES: &str = include_str!("../parameters/nicknames.csv");

/// Everything that families are made of.
pub(crate) const TABLES: [&str; 3] = [DIMINUTIVES, SPELLINGS, NICKNAMES];

/// From each form to the families it belongs to.
static FAMILIES: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut families: HashMap<String, Vec<String>> = HashMap::new();
    let mut add = |form: &str, family: &str| {
        let known = families.entry(form.to_owned()).or_default();
        if !known.iter().any(|other| other == family) {
            known.push(family.to_owned());
        }
    };
    for table in [DIMINUTIVES, SPELLINGS] {
        let table: BTreeMap<String, Vec<String>> =
            toml::from_str(table).expect("the embedded tables of name forms are valid TOML");
        for (family, forms) in &table {
            add(family, family);
            for form in forms {
                add(form, family);
            }
        }
    }
    for line in NICKNAMES.lines().filter(|line| !line.starts_with('#')).skip(1) {
        if let [family, "has_nickname", form] = line.split(',').collect::<Vec<_>>()[..] {
            add(family, family);
            add(form, family);
        }
    }
    families
});

/// The families a folded name belongs to; empty when no table knows it.
pub(crate) fn families(name: &str) -> &'static [String] {
    FAMILIES.get(name).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_forms_of_one_name(a: &str, b: &str) -> bool {
        families(a).iter().any(|family| families(b).contains(family))
    }

    #[test]
    fn short_forms_meet_in_their_full_form() {
        assert!(are_forms_of_one_name("bill", "william"));
        assert!(are_forms_of_one_name("bill", "will"));
        assert!(are_forms_of_one_name("sam", "samantha"));
        assert!(!are_forms_of_one_name("samuel", "samantha"));
        assert!(!are_forms_of_one_name("quillfeather", "quillfeather"));
    }

    #[test]
    fn the_tables_are_written_as_names_are_folded() {
        for (form, families) in FAMILIES.iter() {
            assert_eq!(&crate::fold::plain(form), form);
            assert!(!families.is_empty());
        }
    }
}
