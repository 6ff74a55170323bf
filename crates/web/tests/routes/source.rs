//! The routes, as the source declares them.

use std::collections::BTreeSet;
use std::path::Path;

/// A route and one of its methods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path with its parameters in braces.
    pub path: String,
    /// `GET` or `POST`.
    pub method: &'static str,
}

/// Every route of every page, in order.
pub fn routes() -> BTreeSet<Route> {
    let mut found = BTreeSet::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|route| !route.path.starts_with("/assets/"));
    assert!(found.len() > 40, "only {} routes were found: the way they are written has changed", found.len());
    found
}

fn read(folder: &Path, found: &mut BTreeSet<Route>) {
    for entry in std::fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("the source can be listed").path();
        if path.is_dir() {
            read(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            declared(&std::fs::read_to_string(&path).expect("the source can be read"), found);
        }
    }
}

fn declared(text: &str, found: &mut BTreeSet<Route>) {
    for part in text.split(".route(").skip(1) {
        let part = part.trim_start();
        let Some((path, rest)) = part.strip_prefix('"').and_then(|part| part.split_once('"')) else { continue };
        let methods = until_closed(rest);
        for (word, method) in [("get(", "GET"), ("post(", "POST")] {
            if methods.contains(word) {
                found.insert(Route { path: path.to_owned(), method });
            }
        }
    }
}

/// The text up to the parenthesis that closes `.route(`.
fn until_closed(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// Whether pages of this path show a person's record.
pub fn is_about_a_person(path: &str) -> bool {
    let nouns = [
        "/people/{",
        "/episodes/{",
        "/records/{",
        "/documents/{",
        "/referrals/{",
        "/tasks/{",
        "/entries/{",
        "/appointments/{",
        "/consultations/{",
        "/coverage/lines/{",
        "/outreach/{",
        "/duplicates/{",
        "/duplicates/joined/{",
    ];
    nouns.iter().any(|noun| path.starts_with(noun))
}
