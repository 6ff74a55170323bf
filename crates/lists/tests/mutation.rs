//! Whatever is dropped from a published document, or stands where something else should: the reader
//! does not break, every row is accounted for, and nobody whose name is still there is lost.

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use throughline_lists::{Change, diff, read, table};

const SAMPLES: [(&str, &[&str]); 7] = [
    (include_str!("samples/magistrates-standard-list.json"), &["MARSH", "LARK"]),
    (include_str!("samples/magistrates-public-list.json"), &["Marsh", "Rowe", "Lark"]),
    (include_str!("samples/single-justice-list.json"), &["Hollis", "Quayside Haulage Ltd"]),
    (include_str!("samples/crown-daily-list.json"), &["Marsh", "Rowe"]),
    (include_str!("samples/crown-firm-list.json"), &["Hollis", "Vane", "Lark", "Ferris"]),
    (include_str!("samples/crown-warned-list.json"), &["Marsh", "Hollis"]),
    (include_str!("samples/hearing-resulted.json"), &["Hollis", "Lark"]),
];

/// The name that the daily list masks.
const WITHHELD: &str = "Secretson";

/// What is done to one value of a document.
#[derive(Debug, Clone)]
enum Mutation {
    Drop,
    Replace(Value),
    Wrap,
    Twice,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = prop::sample::select(vec![
        json!(null),
        json!(""),
        json!("text"),
        json!("2026-13-45T99:99:99Z"),
        json!(-1),
        json!(1e308),
        json!(true),
        json!([]),
        json!([[1], "x", null]),
        json!({}),
        json!({"id": {"id": 1}}),
    ]);
    prop_oneof![Just(Mutation::Drop), value.prop_map(Mutation::Replace), Just(Mutation::Wrap), Just(Mutation::Twice)]
}

/// The pointers of everything below the top of a document, but for what masks a name.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut go = |name: &str, value: &Value| {
        let at = format!("{at}/{name}");
        pointers(value, &at, found);
        if name != "IsMasked" {
            found.push(at);
        }
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| go(&index.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| go(name, value)),
        _ => {}
    }
}

fn mutate(document: &mut Value, place: Index, mutation: Mutation) {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    if all.is_empty() {
        return;
    }
    let pointer = place.get(&all);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if let Mutation::Drop = mutation {
        match document.pointer_mut(parent).unwrap() {
            Value::Object(fields) => drop(fields.remove(name)),
            Value::Array(items) => drop(items.remove(name.parse().unwrap())),
            _ => {}
        }
        return;
    }
    let value = document.pointer_mut(pointer).unwrap();
    let was = value.take();
    *value = match mutation {
        Mutation::Replace(with) => with,
        Mutation::Twice => json!([was.clone(), was]),
        Mutation::Wrap | Mutation::Drop => json!([was]),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn no_mutation_breaks_the_reader_or_loses_anybody(
        sample in prop::sample::select(SAMPLES.to_vec()),
        mutations in prop::collection::vec((any::<Index>(), mutation()), 1..4),
    ) {
        let (text, names) = sample;
        let mut document: Value = serde_json::from_str(text).unwrap();
        for (place, mutation) in mutations {
            mutate(&mut document, place, mutation);
        }
        let text = document.to_string();
        let Ok(reading) = read(text.as_bytes(), NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()) else {
            return Ok(());
        };
        prop_assert!(reading.accounts_for_every_row());
        prop_assert!(!table(&reading).is_empty());
        let kept = serde_json::to_string(&reading).unwrap();
        for name in names {
            prop_assert!(!text.contains(name) || kept.contains(name), "{name} is lost from {text}");
        }
        prop_assert!(!kept.contains(WITHHELD), "a name that is withheld is kept from {text}");
        let mut keys: Vec<&str> = reading.entries.iter().map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), reading.entries.len());
        let changes = diff(&reading.entries, &reading.entries);
        let all_same = changes.iter().all(|change| matches!(change, Change::Same { .. }));
        prop_assert!(all_same);
    }
}
