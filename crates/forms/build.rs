//! Proves every `forms/*.toml` with the engine's own code and embeds it, so that adding a form is
//! adding one file, and a form that makes no sense stops the build.
//!
//! The engine is compiled into this program as well: `crate::definition` here is the same file as
//! in the library.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "the engine is used here for its proofs alone")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

#[path = "src"]
mod engine {
    pub mod answers;
    pub mod applies;
    pub mod check;
    pub mod condition;
    pub mod definition;
    pub mod fits;
    pub mod limits;
    pub mod outcome;
    pub mod raw;
    pub mod score;
    pub mod scoring;
    pub mod snapshot;
    pub mod summary;
    pub mod view;
    pub mod vocabulary;
}

use engine::{
    answers, applies, check, condition, definition, fits, limits, outcome, raw, score, scoring, snapshot, summary,
    view, vocabulary,
};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo names the crate folder"))
        .join("../../forms")
        .canonicalize()
        .expect("the folder forms/ is beside crates/");
    println!("cargo::rerun-if-changed={}", folder.display());
    // A test runs this very program on forms that make no sense.
    println!("cargo::rustc-env=FORMS_BUILD={}", env::current_exe().expect("a program has a path").display());
    let files = files_of(&folder);
    stop_if_wrong(&files);
    embed(&files);
}

/// The definitions, by file name.
fn files_of(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("forms/ can be read")
        .map(|entry| entry.expect("forms/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("form files have plain names")
}

fn stop_if_wrong(files: &[(PathBuf, String)]) {
    let named: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (format!("forms/{}", name(path)), text.as_str())).collect();
    let Err(errors) = raw::check_definitions(named.iter().map(|(file, text)| (file.as_str(), *text))) else {
        return;
    };
    for error in errors {
        println!("cargo::error={error}");
    }
    process::exit(1);
}

fn embed(files: &[(PathBuf, String)]) {
    let mut table = String::from("const EMBEDDED: &[(&str, &str)] = &[\n");
    for (path, _) in files {
        writeln!(table, "    ({:?}, include_str!({:?})),", name(path), path.display().to_string())
            .expect("writing to a string cannot fail");
    }
    table.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo names the output folder")).join("embedded.rs");
    fs::write(out, table).expect("the output folder can be written");
}
