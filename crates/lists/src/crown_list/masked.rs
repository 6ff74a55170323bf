//! Names that a court withholds. A list may carry both the name and what is to be printed in its
//! place; Throughline keeps only the latter, from the moment the list is read.

use serde_json::Value;

use crate::fields::{items, text};

/// The list without the names of those whom it marks as masked, whoever they are.
pub(super) fn without_withheld_names(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(without_withheld_names).collect()),
        Value::Object(fields) => {
            let withheld = is_masked(value);
            let kept = fields.iter().filter(|(name, _)| !(withheld && *name == "Name"));
            Value::Object(kept.map(|(name, value)| (name.clone(), without_withheld_names(value))).collect())
        }
        other => other.clone(),
    }
}

/// Whether the list says of a person that the name is to be masked: anything but a plain no does.
pub(super) fn is_masked(person: &Value) -> bool {
    let said = person.get("IsMasked").map(items).unwrap_or_default();
    said.iter().any(|said| match said {
        Value::Bool(masked) => *masked,
        said => !text(said).is_some_and(|said| matches!(said.to_lowercase().as_str(), "no" | "n" | "false" | "0")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_plain_no_leaves_the_name() {
        let name =
            |said: Value| without_withheld_names(&json!([{"IsMasked": said, "Name": "Ada"}]))[0].get("Name").is_some();
        assert!(name(json!("no")) && name(json!(" No ")) && name(json!(false)) && name(Value::Null));
        for said in [json!("yes"), json!("YES"), json!(true), json!("perhaps"), json!(["no", "yes"]), json!({})] {
            assert!(!name(said.clone()), "{said}");
        }
    }
}
