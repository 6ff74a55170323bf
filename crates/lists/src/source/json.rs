//! JSON whose objects may say the same key twice, as published lists do: nothing said is lost.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::ReadError;

/// Parses JSON. Where an object says a key twice, both values stand in an array, and the key is told.
/// The parser refuses nesting deeper than 128, so a deep file cannot exhaust the stack.
pub(crate) fn parse(text: &str) -> Result<(Value, Vec<String>), ReadError> {
    let mut repeated = Vec::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Everything(&mut repeated).deserialize(&mut parser).and_then(|value| parser.end().map(|()| value));
    let value = value.map_err(|error| ReadError::BrokenJson { line: error.line(), column: error.column() })?;
    repeated.sort();
    repeated.dedup();
    Ok((value, repeated))
}

struct Everything<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Everything<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Everything<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Everything(self.0))? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(Everything(self.0))?;
            let Some(earlier) = all.get_mut(&key) else {
                all.insert(key, value);
                continue;
            };
            *earlier = both(earlier.take(), value);
            self.0.push(key);
        }
        Ok(Value::Object(all))
    }
}

fn both(earlier: Value, later: Value) -> Value {
    let list = |value| match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    if earlier == later { later } else { Value::Array([list(earlier), list(later)].concat()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_said_twice_loses_nothing_and_is_told() {
        let (value, repeated) = parse(r#"{"a": {"b": 1, "b": [2, 3]}, "c": "x", "c": "x", "d": null}"#).unwrap();
        assert_eq!(value, json!({"a": {"b": [1, 2, 3]}, "c": "x", "d": null}));
        assert_eq!(repeated, ["b", "c"]);
    }

    #[test]
    fn what_is_cut_short_or_too_deep_is_told_with_its_place() {
        let broken = |text: &str| matches!(parse(text), Err(ReadError::BrokenJson { .. }));
        assert!(broken("{\"a\": [1,") && broken("{} {}") && broken(&"[".repeat(200_000)));
        assert_eq!(parse("{\n \"a\" 1}").unwrap_err(), ReadError::BrokenJson { line: 2, column: 6 });
    }
}
