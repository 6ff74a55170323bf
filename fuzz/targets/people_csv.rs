//! Any bytes as a file of people.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "the other target has the rest")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::a_file_of_people(bytes));
