//! Lists `measures/*.toml`, so that adding a measure is adding one file.

use std::fmt::Write as _;
use std::path::PathBuf;

fn main() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../measures");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut names: Vec<String> = std::fs::read_dir(&root)
        .expect("the folder measures/ is part of the repository")
        .map(|entry| entry.expect("measures/ can be listed").file_name().to_string_lossy().into_owned())
        .filter(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "toml"))
        .collect();
    names.sort();
    let mut code = "pub(crate) const FILES: &[(&str, &str)] = &[\n".to_owned();
    for name in names {
        let path = root.join(&name);
        println!("cargo::rerun-if-changed={}", path.display());
        let (name, path) = (format!("measures/{name}"), path.display().to_string());
        writeln!(code, "    ({name:?}, include_str!({path:?})),").expect("a string grows");
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it")).join("files.rs");
    std::fs::write(out, code).expect("the build folder can be written");
}
