//! XML as a tree of elements. Entities that a document declares for itself are not read: they are how
//! a small file is made to fill a machine's memory, and no list needs them.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::ReadError;

/// The deepest nesting that is read. Lists nest some twenty deep.
const DEEPEST: usize = 128;

/// One element, by its name without prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name, without a namespace prefix.
    pub name: String,
    /// Its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// The elements in it, in order.
    pub children: Vec<Element>,
    /// The text in it that stands in no element below, its ends trimmed.
    pub text: String,
}

impl Element {
    /// The elements directly below of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> + 'a {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element directly below of this name.
    pub fn first(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The first element of this name, however deep; this one included.
    pub fn within(&self, name: &str) -> Option<&Self> {
        if self.name == name { Some(self) } else { self.children.iter().find_map(|child| child.within(name)) }
    }

    /// The text of the first element below of this name, or of this attribute; `None` when empty.
    pub fn say(&self, name: &str) -> Option<String> {
        let attribute = || self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let text = self.first(name).map(|child| child.text.as_str()).or_else(attribute)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// Parses a document into its root element.
pub(super) fn parse(text: &str) -> Result<Element, ReadError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let event = reader.read_event().map_err(|_| broken(text, at))?;
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(broken(text, at));
                }
                open.push(element(&start).ok_or_else(|| broken(text, at))?);
            }
            Event::Empty(start) => {
                let empty = element(&start).ok_or_else(|| broken(text, at))?;
                last(&mut open).children.push(empty);
            }
            Event::End(_) => {
                let mut closed = open.pop().filter(|_| !open.is_empty()).ok_or_else(|| broken(text, at))?;
                let text = closed.text.trim().to_owned();
                closed.text = text;
                last(&mut open).children.push(closed);
            }
            Event::Text(words) => last(&mut open).text.push_str(&words.xml10_content()),
            Event::CData(words) => last(&mut open).text.push_str(words.as_ref()),
            Event::GeneralRef(reference) => last(&mut open).text.push_str(&character(&reference)),
            Event::DocType(_) => return Err(ReadError::DeclaresEntities),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    let mut top = open.pop().filter(|_| open.is_empty()).ok_or_else(|| broken(text, text.len()))?;
    top.children.pop().ok_or_else(|| broken(text, text.len()))
}

fn last(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the document itself is never closed")
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let key = attribute.key.local_name().as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value);
        attributes.push((key, value.map_or_else(|_| attribute.value.to_string(), Into::into)));
    }
    Some(Element { name, attributes, ..Element::default() })
}

/// What a reference stands for; one that is not known stays as it is written.
fn character(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name: &str = reference.as_ref();
    resolve_predefined_entity(name).map_or_else(|| format!("&{name};"), str::to_owned)
}

fn broken(text: &str, at: usize) -> ReadError {
    let before = &text.as_bytes()[..at.min(text.len())];
    let lines = before.split(|byte| *byte == b'\n');
    let column = lines.clone().next_back().map_or(0, <[u8]>::len) + 1;
    ReadError::BrokenXml { line: lines.count(), column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_a_tree_whatever_its_prefixes() {
        let root = parse(
            "<?xml version=\"1.0\"?>\n<a:x xmlns:a=\"u\"><case n='1'><name> O&apos;Hara &#163; </name><blank/></case></a:x>",
        );
        let root = root.unwrap();
        let case = root.within("case").unwrap();
        assert_eq!((root.name.as_str(), case.say("n"), case.say("blank")), ("x", Some("1".into()), None));
        assert_eq!(case.say("name").as_deref(), Some("O'Hara £"));
    }

    #[test]
    fn a_bomb_of_entities_is_refused_and_a_broken_end_is_told_with_its_line() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><x>&b;</x>";
        assert_eq!(parse(bomb), Err(ReadError::DeclaresEntities));
        assert!(matches!(parse("<x>\n<y></x>"), Err(ReadError::BrokenXml { line: 2, .. })));
        assert!(matches!(parse("<x>"), Err(ReadError::BrokenXml { .. })));
        assert!(matches!(parse(&"<x>".repeat(100_000)), Err(ReadError::BrokenXml { .. })));
        assert_eq!(parse("<x>&nobody;</x>").unwrap().text, "&nobody;");
    }
}
