//! Events as people and programs write them: one odd value is set aside and told, and never costs the rest.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::events::{Events, Hours};

/// The fields that are a number of hours.
const HOURS: [&str; 3] = ["s136_extension_hours", "s135_extension_hours", "detained_before_bail_hours"];

/// Why a text is not the events of one person.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text is not JSON, not an object, or gives a field twice.
    #[error("{0}")]
    Text(serde_json::Error),
    /// A field is unknown, or holds what it cannot hold.
    #[error("{field}: {reason}")]
    Field {
        /// Which.
        field: String,
        /// What is wrong with it.
        reason: serde_json::Error,
    },
}

impl Events {
    /// Reads the events of one person from JSON. A number of hours that cannot be meant (none, negative, less than a
    /// minute, above 1,000) is set aside with what it belongs to, and told in [`Events::set_aside`].
    ///
    /// # Errors
    /// When it is not JSON or not an object, or a field is unknown, given twice or cannot be read: the error names it.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Fields(mut fields) = serde_json::from_str(text).map_err(ReadError::Text)?;
        let set_aside = set_aside(&mut fields);
        for (field, value) in &fields {
            let alone = Map::from_iter([(field.clone(), value.clone())]);
            let refused = |reason| ReadError::Field { field: field.clone(), reason };
            serde_json::from_value::<Self>(Value::Object(alone)).map_err(refused)?;
        }
        let refused = |reason| ReadError::Field { field: "events".to_owned(), reason };
        let events: Self = serde_json::from_value(Value::Object(fields)).map_err(refused)?;
        Ok(Self { set_aside, ..events })
    }
}

/// The fields of an object, each given once: of a time that is written twice nobody knows which is meant.
struct Fields(Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EachOnce).map(Self)
    }
}

struct EachOnce;

impl<'de> Visitor<'de> for EachOnce {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with the events of one person")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut fields = Map::new();
        while let Some((field, value)) = access.next_entry::<String, Value>()? {
            if fields.contains_key(&field) {
                return Err(A::Error::custom(format!("`{field}` is given twice")));
            }
            fields.insert(field, value);
        }
        Ok(fields)
    }
}

/// Takes out the numbers of hours that cannot be meant, and says which they were.
fn set_aside(fields: &mut Map<String, Value>) -> Vec<String> {
    let mut told = Vec::new();
    for field in HOURS {
        if let Some(hours) = fields.get(field).and_then(odd_hours) {
            told.push(format!("{field} is recorded as {hours} hours, which cannot be meant, and is left out."));
            fields.remove(field);
        }
    }
    if let Some(Value::Array(warrants)) = fields.get_mut("warrants") {
        warrants.retain(|warrant| {
            let odd = warrant.get("hours").and_then(odd_hours);
            told.extend(odd.map(|hours| {
                format!("A warrant is recorded for {hours} hours, which cannot be meant, and is left out.")
            }));
            odd.is_none()
        });
    }
    told
}

/// The number, where it is one and no number of hours.
fn odd_hours(value: &Value) -> Option<f64> {
    value.as_f64().filter(|hours| Hours::try_from(*hours).is_err())
}
