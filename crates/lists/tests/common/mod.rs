//! Documents that are not as they should be, for every test of a list that comes as a tree.

use proptest::prelude::*;
use serde_json::{Value, json};

/// What is done to a place of a document.
#[derive(Debug, Clone)]
pub enum Harm {
    Drop,
    Put(Value),
    Twice,
    Wrap,
}

/// Any few harms, each with the place where it is done.
pub fn harms() -> impl Strategy<Value = Vec<(prop::sample::Index, Harm)>> {
    let harm = prop_oneof![
        Just(Harm::Drop),
        Just(Harm::Twice),
        Just(Harm::Wrap),
        prop_oneof![
            Just(Value::Null),
            Just(json!({})),
            Just(json!([])),
            Just(json!([null, ""])),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "\\PC{0,12}|[0-9/:]{0,10}".prop_map(Value::from),
        ]
        .prop_map(Harm::Put),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), harm), 0..6)
}

/// The document after its harms.
pub fn harmed(mut document: Value, harms: &[(prop::sample::Index, Harm)]) -> Value {
    for (at, harm) in harms {
        let places = places(&document, String::new());
        let place = &places[at.index(places.len())];
        do_harm(&mut document, place, harm);
    }
    document
}

fn do_harm(document: &mut Value, place: &str, harm: &Harm) {
    let Some((parent, name)) = place.rsplit_once('/') else { return };
    if let (Harm::Drop, Some(parent)) = (harm, document.pointer_mut(parent)) {
        match parent {
            Value::Object(fields) => drop(fields.remove(name)),
            Value::Array(items) => drop(items.remove(name.parse().unwrap())),
            _ => unreachable!("a parent holds something"),
        }
        return;
    }
    let value = document.pointer_mut(place).unwrap();
    *value = match harm {
        Harm::Put(other) => other.clone(),
        Harm::Twice => json!([value.clone(), value.take()]),
        Harm::Wrap => json!({ "x": value.take() }),
        Harm::Drop => return,
    };
}

fn places(value: &Value, at: String) -> Vec<String> {
    let below: Vec<String> = match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| places(value, format!("{at}/{name}"))).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(n, item)| places(item, format!("{at}/{n}"))).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(at).chain(below).collect()
}

/// The document as XML: an array is its items one after another.
#[allow(dead_code, reason = "not every test reads XML")]
pub fn xml(name: &str, value: &Value) -> String {
    let inner = match value {
        Value::Array(items) => return items.iter().map(|item| xml(name, item)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| xml(name, value)).collect(),
        Value::Null => String::new(),
        Value::String(text) => text.replace('&', "&amp;").replace('<', "&lt;"),
        other => other.to_string(),
    };
    format!("<{name}>{inner}</{name}>")
}

/// Every text or number that the document gives as a case number.
pub fn case_numbers(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(text) if name == "caseno" => vec![text.trim().to_owned()],
                other => case_numbers(other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(case_numbers).collect(),
        _ => Vec::new(),
    }
}
