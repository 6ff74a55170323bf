//! Lists that are large, deep or hostile: bounded, and told in words.

use crate::{libra_case, standard, today};
use serde_json::json;
use throughline_lists::{MAX_BYTES, MAX_ROWS, ReadError, read};

fn refused(bytes: impl AsRef<[u8]>) -> ReadError {
    let error = read(bytes.as_ref(), today()).expect_err("it is refused");
    assert!(error.to_string().len() > 20, "in words that help: {error}");
    error
}

#[test]
fn a_file_beyond_the_limits_is_refused_in_words() {
    assert_eq!(refused(vec![b'a'; MAX_BYTES + 1]), ReadError::TooLarge);
    let rows = format!("Custody No,Surname\n{}", "FR/1/26,MARSH\n".repeat(MAX_ROWS + 1));
    assert_eq!(refused(rows), ReadError::TooManyRows);
    let wide = format!("Custody No,Surname\nFR/1/26,MARSH{}\n", ",x".repeat(10_000));
    assert!(matches!(refused(wide), ReadError::TooManyColumns { .. }));
}

#[test]
fn deep_trees_are_refused_and_never_followed_down() {
    for depth in [200, 100_000] {
        refused(format!("{{\"document\":{}{}}}", "[".repeat(depth), "]".repeat(depth)));
        refused(format!(
            "<ExternalDocumentRequest>{}{}</ExternalDocumentRequest>",
            "<a>".repeat(depth),
            "</a>".repeat(depth)
        ));
    }
}

/// Entities that name entities, and one that names a file: none is looked at.
#[test]
fn entities_are_not_read() {
    let inner = libra_case("<def_name>&c;</def_name>");
    for declared in [
        "<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">",
        "<!ENTITY c SYSTEM \"file:///etc/passwd\">",
    ] {
        refused(format!("<!DOCTYPE lolz [{declared}]>{inner}"));
    }
}

/// The pattern that publishers check texts with takes minutes over such a text; ours is read at once.
#[test]
fn a_text_that_would_make_a_backtracking_pattern_slow_is_only_a_text() {
    let words = "\r\n".repeat(200_000) + "<";
    let read = read(standard(&json!({ "individualSurname": words, "individualForenames": "Ada" })).as_bytes(), today())
        .unwrap();
    assert_eq!((read.rows_in, read.entries.len()), (1, 1));
}

/// Venues with one name: a list of them is no list of people, and is refused as such.
#[test]
fn a_list_of_venues_is_no_list_of_people() {
    refused("LOCATION_ID,LOCATION_NAME,REGION\n1,Ferrybridge,North\n2,Ferrybridge,South\n");
}
