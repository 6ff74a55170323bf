//! How common names are: agreeing on Smith says less than agreeing on a rare name.

use std::{collections::HashMap, sync::LazyLock};

use throughline_domain::name::folded;

/// How many people the built-in table counts as, when it is blended with a service's own counts.
/// Below a few thousand people a service's counts are mostly chance.
const BUILT_IN_COUNTS_AS: f64 = 2_000.0;

static BUILT_IN: LazyLock<Frequencies> = LazyLock::new(|| {
    toml::from_str(include_str!("../parameters/frequencies.toml"))
        .expect("the embedded table of name frequencies is valid TOML")
});

/// Shares of forenames and surnames among the people a service meets.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequencies {
    forenames: Shares,
    surnames: Shares,
}

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Shares {
    typical: f64,
    unlisted: f64,
    #[serde(rename = "shares")]
    listed: HashMap<String, f64>,
}

impl Frequencies {
    /// The shares among people counted by name, blended with the built-in table so that a small
    /// service does not take three Quills for a common name. Names are folded here.
    pub fn from_counts<F, S>(forenames: F, surnames: S) -> Self
    where
        F: IntoIterator<Item = (String, u64)>,
        S: IntoIterator<Item = (String, u64)>,
    {
        Self { forenames: BUILT_IN.forenames.blended(forenames), surnames: BUILT_IN.surnames.blended(surnames) }
    }

    /// The share of people with this folded forename, above 0 and below 1.
    pub fn forename(&self, forename: &str) -> f64 {
        self.forenames.of(forename)
    }

    /// The share of people with this folded surname, above 0 and below 1.
    pub fn surname(&self, surname: &str) -> f64 {
        self.surnames.of(surname)
    }

    /// Bits that agreeing on a forename of this share adds to (or takes from) a typical one.
    pub(crate) fn forename_rarity(&self, share: f64) -> f64 {
        (self.forenames.typical / share).log2()
    }

    /// Bits that agreeing on a surname of this share adds to (or takes from) a typical one.
    pub(crate) fn surname_rarity(&self, share: f64) -> f64 {
        (self.surnames.typical / share).log2()
    }
}

impl Default for Frequencies {
    fn default() -> Self {
        BUILT_IN.clone()
    }
}

impl Shares {
    fn of(&self, name: &str) -> f64 {
        self.listed.get(name).copied().unwrap_or(self.unlisted)
    }

    fn blended(&self, counts: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut counted: HashMap<String, f64> = HashMap::new();
        for (name, count) in counts {
            *counted.entry(folded(&name)).or_default() += count as f64;
        }
        let whole = counted.values().sum::<f64>() + BUILT_IN_COUNTS_AS;
        let blend = |name: &str, count: f64| (count + self.of(name) * BUILT_IN_COUNTS_AS) / whole;
        let mut listed: HashMap<String, f64> =
            self.listed.keys().map(|name| (name.clone(), blend(name, 0.0))).collect();
        for (name, count) in &counted {
            listed.insert(name.clone(), blend(name, *count));
        }
        let unlisted = self.unlisted * BUILT_IN_COUNTS_AS / whole;
        Self { typical: self.typical, unlisted, listed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_have_larger_shares() {
        let built_in = Frequencies::default();
        assert!(built_in.surname("smith") > built_in.surname("quillfeather"));
        assert!(built_in.surname_rarity(built_in.surname("smith")) < 0.0);
        assert!(built_in.surname_rarity(built_in.surname("quillfeather")) > 0.0);
    }

    #[test]
    fn a_services_own_counts_move_the_shares() {
        let counts = [("QUILL".to_owned(), 900), ("Marsh".to_owned(), 100)];
        let own = Frequencies::from_counts([], counts);
        assert!((own.surname("quill") - (900.0 + 0.0006 * 2000.0) / 3000.0).abs() < 1e-12);
        assert!(own.surname("smith") < Frequencies::default().surname("smith"));
        assert!(own.forename("david") > 0.0);
    }
}
