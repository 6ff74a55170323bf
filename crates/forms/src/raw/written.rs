//! A definition as it is written: the keys and their types, before they are proven.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::name::Name;
use super::scoring::RawScoring;
use crate::definition::{FormKind, Licence};

/// Answers that several questions offer, by name.
pub(super) type Lists = BTreeMap<String, Vec<RawOption>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawForm {
    pub(super) id: Name,
    pub(super) version: u32,
    pub(super) title: String,
    pub(super) kind: FormKind,
    pub(super) intro: String,
    pub(super) step: Option<Name>,
    pub(super) fits: Option<Spanned<RawFits>>,
    #[serde(default)]
    pub(super) sign: bool,
    pub(super) licence: Option<Licence>,
    pub(super) scoring: Option<RawScoring>,
    #[serde(default)]
    pub(super) lists: Lists,
    #[serde(default, rename = "section")]
    pub(super) sections: Vec<RawSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFits {
    pub(super) from_age: Option<u32>,
    pub(super) under_age: Option<u32>,
    #[serde(default)]
    pub(super) contact: Vec<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    pub(super) id: Name,
    pub(super) title: String,
    pub(super) help: Option<String>,
    pub(super) class: Name,
    #[serde(default, rename = "question")]
    pub(super) questions: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuestion {
    pub(super) id: Name,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) kind: RawKind,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) options: Option<Vec<RawOption>>,
    pub(super) option_list: Option<Name>,
    pub(super) national_list: Option<String>,
    #[serde(default)]
    pub(super) required: RawRequired,
    pub(super) required_when: Option<RawCondition>,
    pub(super) missing: Option<String>,
    pub(super) when: Option<RawCondition>,
    #[serde(default)]
    pub(super) feeds: RawFeeds,
    pub(super) prefill: Option<Name>,
    pub(super) moment: Option<Name>,
    pub(super) not_before: Option<Name>,
    pub(super) useful_length: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) contradicted: Vec<RawContradiction>,
}

/// What makes an answer implausible, as it is written in a question.
pub(super) struct RawLimits {
    pub(super) moment: Option<Name>,
    pub(super) not_before: Option<Name>,
    pub(super) useful_length: Option<Spanned<usize>>,
    pub(super) contradicted: Vec<RawContradiction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawContradiction {
    pub(super) when: RawCondition,
    pub(super) say: Name,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawKind {
    Text,
    LongText,
    YesNo,
    Single,
    Multi,
    Findings,
    Date,
    Time,
    DateTime,
    Number,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawRequired {
    #[default]
    No,
    Yes,
    ToSign,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOption {
    pub(super) code: Name,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) score: Option<i32>,
    pub(super) national: Option<String>,
    #[serde(default)]
    pub(super) alone: bool,
    #[serde(default)]
    pub(super) unanswered: bool,
    pub(super) alert: Option<Name>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFeeds {
    pub(super) alert: Option<RawAlert>,
    pub(super) alert_detail: Option<Name>,
    pub(super) finding: Option<Name>,
    #[serde(default)]
    pub(super) document: Vec<Name>,
    pub(super) dataset: Option<String>,
    pub(super) risk: Option<RawRisk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAlert {
    pub(super) kind: Name,
    pub(super) label: Option<String>,
    pub(super) when: Option<RawCondition>,
    pub(super) detail: Option<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRisk {
    #[serde(default)]
    pub(super) overall: bool,
    pub(super) known: Vec<Name>,
    #[serde(default)]
    pub(super) none: Vec<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    pub(super) question: Option<Name>,
    pub(super) is: Option<Name>,
    pub(super) any_of: Option<Vec<Name>>,
    pub(super) not: Option<Name>,
    pub(super) answered: Option<Spanned<bool>>,
    pub(super) all: Option<Vec<RawCondition>>,
    pub(super) any: Option<Vec<RawCondition>>,
}
