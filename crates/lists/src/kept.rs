//! How an entry is kept as JSON.
//!
//! The row of a line's first hearing stands with the hearing, and is not said twice. What was kept before
//! lines had hearings is read as a line with one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Entry, Hearing, System, gather};

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.hearings.first().is_none_or(|first| first.verbatim != self.verbatim) {
            return Self::serialize(self, serializer);
        }
        Self::serialize(&Self { verbatim: Value::Null, ..self.clone() }, serializer)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entry = Self::deserialize(deserializer)?;
        let is_of_court = ["court:", "hearing:"].iter().any(|start| entry.key.starts_with(start));
        if entry.hearings.is_empty() && is_of_court {
            let system = System::of_old(&entry.key, &entry.verbatim);
            return Ok(gather::line(vec![Hearing::of(entry, system)]));
        }
        if let Some(first) = entry.hearings.first().filter(|_| entry.verbatim.is_null()) {
            entry.verbatim = first.verbatim.clone();
        }
        Ok(entry)
    }
}

/// An entry that is no line and has no hearings: it is read as it was kept.
struct AsKept(Entry);

impl<'de> Deserialize<'de> for AsKept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Entry::deserialize(deserializer).map(Self)
    }
}

/// What was understood of a row that is no line.
pub(crate) fn of_a_row<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<Entry>>, D::Error> {
    let kept = Option::<AsKept>::deserialize(deserializer)?;
    Ok(kept.map(|AsKept(entry)| Box::new(entry)))
}
