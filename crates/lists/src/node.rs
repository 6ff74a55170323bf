//! One way to look at JSON and XML, for lists that come as either with the same shape.
//!
//! Absent, `null`, an empty text and an empty element mean the same, and an object stands where an
//! array is usual: [`Node::all`] evens that out.

use serde_json::{Map, Value};

use crate::Element;

/// A value of a JSON document, or an element of an XML document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Node<'a> {
    Json(&'a Value),
    Xml(&'a Element),
}

impl<'a> Node<'a> {
    /// Everything of this name directly below, in order.
    pub(crate) fn all(self, name: &str) -> Vec<Self> {
        match self {
            Self::Json(value) => {
                let mut found = Vec::new();
                if let Some(value) = value.get(name).filter(|value| !is_nothing(value)) {
                    flatten(value, &mut found);
                }
                found
            }
            Self::Xml(element) => element.children.iter().filter(|child| child.name == name).map(Self::Xml).collect(),
        }
    }

    /// Whether anything of this name is mentioned directly below, if only as nothing.
    pub(crate) fn mentions(self, name: &str) -> bool {
        match self {
            Self::Json(value) => value.get(name).is_some(),
            Self::Xml(element) => element.first(name).is_some(),
        }
    }

    /// Whether what is of this name below is a list rather than one thing.
    pub(crate) fn is_list(self, name: &str) -> bool {
        match self {
            Self::Json(value) => value.get(name).is_some_and(Value::is_array),
            Self::Xml(element) => element.all(name).nth(1).is_some(),
        }
    }

    /// Whether it can hold fields: an object, or an element that is no text.
    pub(crate) fn is_group(self) -> bool {
        match self {
            Self::Json(value) => value.is_object(),
            Self::Xml(element) => !element.children.is_empty() || element.text.is_empty(),
        }
    }

    /// Whether it says nothing.
    pub(crate) fn is_blank(self) -> bool {
        match self {
            Self::Json(Value::Object(fields)) => fields.is_empty(),
            Self::Json(value) => is_nothing(value),
            Self::Xml(element) => element.children.is_empty() && element.text.is_empty(),
        }
    }

    /// A text or a number as trimmed text; `None` when empty, and for anything else.
    pub(crate) fn text(self) -> Option<String> {
        let text = match self {
            Self::Json(Value::String(text)) => text.trim().to_owned(),
            Self::Json(Value::Number(number)) => number.to_string(),
            Self::Json(_) => return None,
            Self::Xml(element) if element.children.is_empty() => element.text.clone(),
            Self::Xml(_) => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// The first text of this name directly below.
    pub(crate) fn say(self, name: &str) -> Option<String> {
        self.all(name).into_iter().find_map(Self::text)
    }

    /// All of it as JSON. Of XML, attributes are named with an `@`, and text beside elements is `#text`.
    pub(crate) fn verbatim(self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Xml(element) if element.children.is_empty() && element.attributes.is_empty() => {
                Value::from(element.text.as_str())
            }
            Self::Xml(element) => Value::Object(fields(element, |_| true)),
        }
    }

    /// Its fields as JSON but those of these names, each named `prefix.field`.
    pub(crate) fn own_fields(self, prefix: &str, without: &[&str]) -> Map<String, Value> {
        let own = |name: &str| !without.contains(&name);
        let fields = match self {
            Self::Json(value) => {
                let all = value.as_object().into_iter().flatten().filter(|(name, _)| own(name));
                all.map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            Self::Xml(element) => fields(element, own),
        };
        fields.into_iter().map(|(name, value)| (format!("{prefix}.{name}"), value)).collect()
    }

    /// What is of the name `sought` however deep, but not in what is directly below of the name `known`,
    /// and not in another that is found.
    pub(crate) fn strays(self, sought: &str, known: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let unknown = self.children().into_iter().filter(|(name, _)| *name != known);
        unknown.for_each(|(name, child)| child.find(name, sought, &mut found));
        found
    }

    fn find(self, name: &str, sought: &str, found: &mut Vec<Self>) {
        if name != sought {
            self.children().into_iter().for_each(|(name, child)| child.find(name, sought, found));
        } else if !self.is_blank() {
            found.push(self);
        }
    }

    /// Everything directly below, by name.
    fn children(self) -> Vec<(&'a str, Self)> {
        match self {
            Self::Json(value) => {
                let fields = value.as_object().into_iter().flatten();
                let named = |(name, value): (&'a String, &'a Value)| {
                    let mut items = Vec::new();
                    flatten(value, &mut items);
                    items.into_iter().map(move |item| (name.as_str(), item))
                };
                fields.flat_map(named).collect()
            }
            Self::Xml(element) => {
                element.children.iter().map(|child| (child.name.as_str(), Self::Xml(child))).collect()
            }
        }
    }
}

/// An array's items, those of arrays in it among them: a key that JSON says twice makes such arrays.
fn flatten<'a>(value: &'a Value, found: &mut Vec<Node<'a>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, found)),
        one => found.push(Node::Json(one)),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn fields(element: &Element, is_wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in &element.attributes {
        put(&mut fields, format!("@{name}"), Value::from(value.as_str()));
    }
    for child in element.children.iter().filter(|child| is_wanted(&child.name)) {
        put(&mut fields, child.name.clone(), Node::Xml(child).verbatim());
    }
    if !element.text.is_empty() {
        put(&mut fields, "#text".to_owned(), Value::from(element.text.as_str()));
    }
    fields
}

/// Puts a value beside those of the same name.
fn put(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        None => {
            fields.insert(name, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn element(name: &str, text: &str, children: Vec<Element>) -> Element {
        Element { name: name.to_owned(), text: text.to_owned(), children, ..Element::default() }
    }

    #[test]
    fn one_thing_a_list_and_nothing_are_told_apart_in_either_form() {
        let value = json!({"one": {"a": 1}, "many": [[" x "], null], "none": null, "blank": " ", "empty": []});
        let json = Node::Json(&value);
        let counts = ["one", "many", "none", "blank", "empty", "absent"].map(|name| json.all(name).len());
        assert_eq!(counts, [1, 2, 0, 0, 0, 0]);
        assert_eq!((json.say("many").as_deref(), json.say("one")), (Some("x"), None));
        let group = element("one", "", vec![element("a", "1", vec![])]);
        let root = element("root", "", vec![group, element("many", "x", vec![]), element("many", "", vec![])]);
        let xml = Node::Xml(&root);
        assert_eq!((xml.all("one").len(), xml.all("many").len(), xml.all("absent").len()), (1, 2, 0));
        assert_eq!((xml.say("many").as_deref(), xml.say("one")), (Some("x"), None));
        assert!(xml.is_list("many") && json.is_list("many") && !xml.is_list("one") && !json.is_list("one"));
        let strays =
            |node: Node<'_>, known| node.strays("a", known).into_iter().filter_map(Node::text).collect::<Vec<_>>();
        assert_eq!((strays(xml, "many"), strays(json, "many")), (vec!["1".to_owned()], vec!["1".to_owned()]));
        assert_eq!((strays(xml, "one"), strays(json, "one")), (vec![], vec![]));
    }

    #[test]
    fn an_element_is_kept_with_its_attributes_its_repeats_and_its_text() {
        let mut root = element("root", "loose", vec![element("a", "1", vec![]), element("a", "2", vec![])]);
        root.attributes = vec![("n".to_owned(), "7".to_owned()), ("n".to_owned(), "8".to_owned())];
        let kept = json!({"@n": ["7", "8"], "a": ["1", "2"], "#text": "loose"});
        assert_eq!(Node::Xml(&root).verbatim(), kept);
        let own = json!({"case.@n": ["7", "8"], "case.#text": "loose"});
        assert_eq!(Value::Object(Node::Xml(&root).own_fields("case", &["a"])), own);
    }
}
