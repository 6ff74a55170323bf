//! Checks that the fetched templates and assets are there, and sees to it that a change of a
//! page or of an asset is embedded again.

use std::path::Path;

fn main() {
    let root = Path::new("../..");
    for folder in ["web", "vendor"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    let fetched = ["vendor/templates/nhsuk", "vendor/assets/nhsuk-frontend.min.css"];
    if fetched.iter().any(|path| !root.join(path).exists()) {
        println!("cargo::error=The NHS templates and styles are not in vendor/: run script/vendor");
    }
}
