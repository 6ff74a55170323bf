//! Finds every template in `documents/`, reads its front matter, and lists it for the crate, so
//! that adding a document kind is adding one file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    let root = root.canonicalize().expect("the workspace is there");
    fonts(&root.join("vendor/fonts"));
    templates(&root.join("documents"));
}

/// Says what to run when the fonts are not there, in place of a bare "file not found".
fn fonts(folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.join("SourceSans3-Regular.ttf").exists() {
        println!(
            "cargo::error=The fonts of printed documents are not in vendor/fonts. Run script/vendor-fonts, then build again."
        );
    }
}

fn templates(folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the workspace has a documents folder")
        .map(|entry| entry.expect("the documents folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "typ"))
        .collect();
    files.sort();

    let mut kinds = String::from("static KINDS: &[Kind] = &[\n");
    let mut sources = String::from("static SOURCES: &[(&str, &str)] = &[\n");
    for path in files {
        println!("cargo::rerun-if-changed={}", path.display());
        let file = path.file_name().expect("it is a file").to_string_lossy().into_owned();
        let place = path.to_str().expect("the path of the workspace is UTF-8");
        writeln!(sources, "    ({file:?}, include_str!({place:?})),").expect("writing to a string");
        if !file.starts_with('_') {
            let text = fs::read_to_string(&path).expect("a template is UTF-8 text");
            kinds.push_str(&kind(&file, &text));
        }
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("templates.rs"), format!("{kinds}];\n{sources}];\n")).expect("OUT_DIR can be written");
}

/// One entry of the list, from the comment lines at the top of a template.
fn kind(file: &str, text: &str) -> String {
    let mut title = None;
    let mut audience = None;
    let mut needs = String::new();
    for line in text.lines().map_while(|line| line.strip_prefix("//")) {
        match line.trim().split_once(':').map(|(key, value)| (key, value.trim())) {
            Some(("title", value)) => title = Some(value),
            Some(("audience", value)) => audience = Some(value),
            // What the service prints for itself is no kind of document: nobody releases it.
            Some(("prints", _)) => return String::new(),
            Some(("needs", value)) => {
                let (path, words) = value.split_once(' ').unwrap_or_else(|| {
                    panic!("{file}: write `// needs: /path/of/fact its name in words`, not `{line}`")
                });
                write!(needs, "Need {{ path: {path:?}, words: {:?} }}, ", words.trim()).expect("writing to a string");
            }
            _ => {}
        }
    }
    let missing = |what: &str| -> ! { panic!("{file}: its first lines must have `// {what}: ...`") };
    let title = title.unwrap_or_else(|| missing("title"));
    let audience = audience.unwrap_or_else(|| missing("audience"));
    let name = file.trim_end_matches(".typ");
    format!("    Kind {{ name: {name:?}, title: {title:?}, audience: {audience:?}, needs: &[{needs}] }},\n")
}
