//! The kinds of document there are: one file each in `documents/`.

use serde::Serialize;

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// A kind of document, from the first lines of its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// The name of its file: `court_report`.
    pub name: &'static str,
    /// Its title for people: "Court report".
    pub title: &'static str,
    /// Who reads it.
    pub audience: &'static str,
    /// The facts without which it is not released.
    pub needs: &'static [Need],
}

/// A fact that a kind of document can not be released without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Need {
    /// Where it is in [`Facts`](crate::Facts), as a JSON pointer: `/person/born`.
    pub path: &'static str,
    /// What people call it: "date of birth".
    pub words: &'static str,
}

/// Every kind of document, in the order of their names.
pub fn kinds() -> &'static [Kind] {
    KINDS
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Every template file with its text, those shared between kinds too.
pub(crate) fn sources() -> &'static [(&'static str, &'static str)] {
    SOURCES
}
