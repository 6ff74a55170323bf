//! Embeds every `forms/*.toml`, so that adding a form is adding one file.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo names the crate folder"))
        .join("../../forms")
        .canonicalize()
        .expect("the folder forms/ is beside crates/");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("forms/ can be read")
        .map(|entry| entry.expect("forms/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .collect();
    files.sort();
    let mut table = String::from("const EMBEDDED: &[(&str, &str)] = &[\n");
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("form files have plain names");
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(table, "    ({name:?}, include_str!({:?})),", path.display().to_string())
            .expect("writing to a string cannot fail");
    }
    table.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo names the output folder")).join("embedded.rs");
    fs::write(out, table).expect("the output folder can be written");
}
