//! Lists the migrations, so that adding one is adding one file.

use std::fmt::Write;
use std::path::Path;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("migrations/ is part of the repository")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    let mut out =
        String::from("/// Every migration: name and text, in order.\nconst MIGRATIONS: &[(&str, &str)] = &[\n");
    for file in files {
        let path = file.canonicalize().expect("a listed file exists");
        println!("cargo:rerun-if-changed={}", path.display());
        let name = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        writeln!(out, "    ({name:?}, include_str!({:?})),", path.display().to_string())
            .expect("a string takes everything");
    }
    out.push_str("];\n");
    let target = Path::new(&std::env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("migrations.rs");
    std::fs::write(target, out).expect("OUT_DIR can be written");
}
