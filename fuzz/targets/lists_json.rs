//! Any bytes as a list; the corpus has lists as JSON.
#![no_main]

#[path = "../list_checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::a_list(bytes));
