//! What the fuzz targets start from, and what they found, is read at every build.

use std::path::Path;

#[path = "../../../fuzz/checks.rs"]
mod checks;

/// Calls a check with every file of a target's corpus.
fn each(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).expect("the corpus is there");
    let mut count = 0;
    for file in files {
        let path = file.expect("it can be listed").path();
        // Told when a check fails, and only then.
        println!("{}", path.display());
        check(&std::fs::read(&path).expect("it can be read"));
        count += 1;
    }
    assert!(count >= 10, "{count} files are no corpus");
}

#[test]
fn files_of_people() {
    each("people_csv", checks::a_file_of_people);
}

#[test]
fn anybody_against_anybody() {
    each("matching", checks::anybody);
}
