//! Scoring as it is written.

use serde::Deserialize;
use toml::Spanned;

use crate::raw::name::Name;
use crate::scoring::{Band, Rater, ReliableChange};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::raw) struct RawScoring {
    pub(super) entered: Option<RawEntered>,
    pub(super) bands: Option<Vec<Spanned<Band>>>,
    pub(super) result: Option<Vec<RawResult>>,
    pub(super) read_off: Option<Name>,
    pub(super) total_only: Option<Name>,
    pub(super) missing: Spanned<RawMissing>,
    pub(super) missing_max: Option<usize>,
    pub(super) skipped: Option<Spanned<i32>>,
    #[serde(default)]
    pub(super) rated_by: Rater,
    #[serde(default)]
    pub(super) low_matters: bool,
    #[serde(default)]
    pub(super) document: Vec<Name>,
    pub(super) source: String,
    pub(super) to_verify: Option<String>,
    pub(super) reliable_change: Option<Spanned<ReliableChange>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawMissing {
    Refuse,
    Prorate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEntered {
    pub(super) total: Name,
    pub(super) answered: Option<Name>,
    pub(super) above_zero: Option<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResult {
    pub(super) label: Name,
    #[serde(default)]
    pub(super) any: Vec<RawRuleTest>,
    pub(super) next: Option<String>,
    pub(super) next_form: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRuleTest {
    pub(super) says: Name,
    pub(super) of: Option<Vec<Name>>,
    pub(super) at_least: Option<i32>,
    pub(super) question: Option<Name>,
    pub(super) is: Option<Name>,
}
