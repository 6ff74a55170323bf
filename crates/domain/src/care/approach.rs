//! What the service does itself, with the guidance behind it: data, in `reference/approaches.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// Something that published guidance recommends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approach {
    /// Its code: never changed, since plans are kept with it.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The guidance that recommends it.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[expect(dead_code, reason = "for the people who keep the file")]
    checked_on: toml::value::Datetime,
    approach: Vec<Approach>,
}

const FILE: &str = include_str!("../../../../reference/approaches.toml");

static LIST: LazyLock<List> = LazyLock::new(|| toml::from_str(FILE).expect("the list is proven by test"));

/// The list, in the order shown.
pub fn approaches() -> &'static [Approach] {
    &LIST.approach
}

/// The approach with this code.
pub fn approach(id: &str) -> Option<&'static Approach> {
    approaches().iter().find(|approach| approach.id == id)
}
