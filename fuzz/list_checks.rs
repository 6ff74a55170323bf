//! What holds whatever list is read. The fuzz targets and the tests of every build call this with the same
//! bytes.

use std::collections::HashSet;

use chrono::NaiveDate;
use throughline_lists::{Mapping, ReadError, Reading, diff, facts, propose, read, read_as_told, read_mapped, table};

/// The day on which everything is read.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).expect("it is a date")
}

/// Any bytes as a list: whatever is read accounts for every row, and whatever is not read says why.
pub fn a_list(bytes: &[u8]) {
    match read(bytes, today()) {
        Ok(reading) => a_reading(&reading),
        Err(error) => assert!(!error.to_string().trim().is_empty()),
    }
    let Ok(proposal) = propose(bytes, today()) else { return };
    assert!(!proposal.columns.is_empty() && proposal.row > 0);
    let mapping = proposal.mapping();
    mapping.complaints();
    match read_mapped(bytes, &mapping, today()) {
        Ok(reading) => {
            a_reading(&reading);
            told_goes_before_thought(bytes, &mapping, &reading);
        }
        Err(ReadError::TooManyRows | ReadError::TooManyColumns { .. } | ReadError::BrokenCsv { .. }) => {}
        Err(error) => panic!("a table was proposed and is not read: {error}"),
    }
}

fn told_goes_before_thought(bytes: &[u8], mapping: &Mapping, reading: &Reading) {
    let told = read_as_told(bytes, std::slice::from_ref(mapping), today());
    assert_eq!(told.as_ref(), Ok(reading));
}

fn a_reading(reading: &Reading) {
    assert!(reading.accounts_for_every_row(), "a row is lost");
    let keys: HashSet<&str> = reading.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys.len(), reading.entries.len(), "two entries have one key");
    for entry in &reading.entries {
        assert!(entry.notices.iter().all(|notice| !notice.to_string().trim().is_empty()));
        facts(entry);
    }
    assert!(reading.rejected.iter().all(|row| !row.reason.to_string().is_empty()));
    assert!(table(reading).ends_with('\n'));
    let kept = serde_json::to_string(reading).expect("a reading is stored");
    assert_eq!(serde_json::from_str::<Reading>(&kept).as_ref().ok(), Some(reading), "a reading is stored as it is");
    assert_eq!(&reading.clone().in_rows().in_lines(), reading, "parted and gathered again it is the same");
    let same = diff(&reading.entries, &reading.entries);
    assert!(
        same.iter().all(|change| matches!(change, throughline_lists::Change::Same { .. })),
        "a list differs from itself"
    );
}
