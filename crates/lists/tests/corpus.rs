//! What the fuzz targets start from, and what they found, is read at every build.

use std::path::Path;

#[path = "../../../fuzz/list_checks.rs"]
mod checks;

/// Reads every file of a target's corpus.
fn each(target: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).expect("the corpus is there");
    let mut count = 0;
    for file in files {
        let path = file.expect("it can be listed").path();
        // Told when a check fails, and only then.
        println!("{}", path.display());
        checks::a_list(&std::fs::read(&path).expect("it can be read"));
        count += 1;
    }
    assert!(count >= 10, "{count} files are no corpus");
}

#[test]
fn separated_text() {
    each("lists_table");
}

#[test]
fn json() {
    each("lists_json");
}

#[test]
fn xml() {
    each("lists_xml");
}

#[test]
fn workbooks() {
    each("lists_workbook");
}

#[test]
fn printed_lists() {
    each("lists_pdf");
}
