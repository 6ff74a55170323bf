//! Any bytes as a list; the corpus has printed lists.
#![no_main]

#[path = "../list_checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(init: {
    // What reads PDFs is another's and may panic; the reader of lists catches that and says so. What is
    // looked for here is what it does not catch, and time and memory without an end.
    std::panic::set_hook(Box::new(|told| {
        if told.location().is_none_or(|place| place.file().contains("crates/lists") || place.file().contains("list_checks")) {
            eprintln!("{told}");
            std::process::abort();
        }
    }));
}, |bytes: &[u8]| checks::a_list(bytes));
