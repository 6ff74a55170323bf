//! Anybody against anybody else.
#![no_main]

#[path = "../checks.rs"]
#[expect(dead_code, reason = "the other target has the rest")]
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::anybody(bytes));
