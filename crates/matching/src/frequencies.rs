//! How common names are in the United Kingdom, for a service too young to know it from its own
//! people: agreeing on Smith says less than agreeing on a rare name.

use std::{collections::HashMap, sync::LazyLock};

/// How many people the built-in table counts as beside those of the index. Below a few thousand
/// people an index's own counts are mostly chance.
pub(crate) const COUNTS_AS: f64 = 4_000.0;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    forenames: Shares,
    surnames: Shares,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Shares {
    unlisted: f32,
    #[serde(rename = "shares")]
    listed: HashMap<String, f32>,
}

impl Shares {
    fn of(&self, word: &str) -> f32 {
        self.listed.get(word).copied().unwrap_or(self.unlisted)
    }
}

/// The table, as it is written.
pub(crate) const SHARES: &str = include_str!("../parameters/frequencies.toml");

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(SHARES).expect("the embedded table of name frequencies is valid TOML"));

/// The share of people who bear a folded word as a forename, and as a surname.
pub(crate) fn usual(word: &str) -> [f32; 2] {
    [TABLE.forenames.of(word), TABLE.surnames.of(word)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_name_is_more_usual_than_one_that_is_in_no_table() {
        assert!(usual("smith")[1] > 10.0 * usual("quillfeather")[1]);
        assert!(usual("david")[0] > 10.0 * usual("zebedee")[0]);
    }
}
