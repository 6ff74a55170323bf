//! The fields of a JSON document, however loosely a list fills them in.

use chrono::DateTime;
use serde_json::{Map, Value};
use throughline_domain::time::{Instant, stored};

/// An array's items, or the one value where an array is usual; absent, null and empty text are none.
pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        Value::String(text) if text.trim().is_empty() => &[],
        one => std::slice::from_ref(one),
    }
}

/// The items of a field; none when the field is absent.
pub(crate) fn items_of<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).map(items).unwrap_or_default()
}

/// The object of a field, or the first of several.
pub(crate) fn object_of<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    items_of(value, name).iter().find(|item| item.is_object())
}

/// A field as trimmed text; absent, null and empty are alike.
pub(crate) fn field(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(text)
}

/// A text or a number as trimmed text; absent, null and empty are alike. Where several stand in one
/// place, as when a key is said twice, all are given, apart by a stroke.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => none_if_empty(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(several) => {
            let mut texts: Vec<String> = several.iter().filter_map(text).collect();
            texts.dedup();
            none_if_empty(&texts.join(" / "))
        }
        _ => None,
    }
}

/// The trimmed text, or nothing.
pub(crate) fn none_if_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The texts of a field of one or several, put together.
pub(crate) fn joined(value: Option<&Value>, separator: &str) -> Option<String> {
    let parts: Vec<String> = value.map(items).unwrap_or_default().iter().filter_map(text).collect();
    none_if_empty(&parts.join(separator))
}

/// The parts that are given, put together.
pub(crate) fn some_joined(parts: impl IntoIterator<Item = Option<String>>, separator: &str) -> Option<String> {
    none_if_empty(&parts.into_iter().flatten().collect::<Vec<_>>().join(separator))
}

/// A remark with what it is about before it: `Bail conditions: live at home`.
pub(crate) fn labelled(label: &str, text: Option<String>) -> Option<String> {
    text.map(|text| format!("{label}: {text}"))
}

/// Whether a field says yes, in any of the ways lists say it.
pub(crate) fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| {
        text(value).is_some_and(|text| matches!(text.to_lowercase().as_str(), "true" | "yes" | "y" | "1"))
    })
}

/// An instant with its zone.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(stored(at))
}

/// An object as it came, without some of its fields.
pub(crate) fn without(value: &Value, names: &[&str]) -> Value {
    let kept = value.as_object().into_iter().flatten().filter(|(name, _)| !names.contains(&name.as_str()));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}
