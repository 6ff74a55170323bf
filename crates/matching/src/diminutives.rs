//! Short and variant forms of forenames: Bill is William.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

/// From each form to the full forms it may stand for, itself included when it is one.
static FULL_FORMS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let table: BTreeMap<String, Vec<String>> = toml::from_str(include_str!("../parameters/diminutives.toml"))
        .expect("the embedded table of diminutives is valid TOML");
    let mut forms: HashMap<String, Vec<String>> = HashMap::new();
    for (full, shorts) in table {
        for short in shorts {
            forms.entry(short).or_default().push(full.clone());
        }
        forms.entry(full.clone()).or_default().push(full);
    }
    forms
});

/// The full forms a folded forename may stand for; empty when the table does not know it.
pub(crate) fn full_forms(forename: &str) -> &'static [String] {
    FULL_FORMS.get(forename).map_or(&[], Vec::as_slice)
}

/// Whether two folded forenames may be forms of one name.
pub(crate) fn are_forms_of_one_name(a: &str, b: &str) -> bool {
    full_forms(a).iter().any(|full| full_forms(b).contains(full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_meet_in_their_full_form() {
        assert!(are_forms_of_one_name("bill", "william"));
        assert!(are_forms_of_one_name("bill", "will"));
        assert!(are_forms_of_one_name("sam", "samantha"));
        assert!(!are_forms_of_one_name("samuel", "samantha"));
        assert!(!are_forms_of_one_name("zebedee", "zebedee"));
    }

    #[test]
    fn the_table_is_written_as_names_are_folded() {
        for (form, fulls) in FULL_FORMS.iter() {
            assert_eq!(&throughline_domain::name::folded(form), form);
            assert!(!fulls.is_empty());
        }
    }
}
