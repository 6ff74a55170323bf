//! A million malformed rows, in lists of the largest size there may be: every row comes out, and the memory of
//! the reader stays bounded. Alone in its file, for the memory that is measured is that of the process.

use chrono::NaiveDate;
use throughline_lists::{MAX_ROWS, Mapping, ReadError, propose, read, read_mapped};

const ROWS: usize = 1_000_000;
const MIB: u64 = 1024 * 1024;

/// Cells as they should not be, one of them for each place of a row.
const CELLS: [&str; 24] = [
    "",
    " ",
    "FR/1/26",
    "MARSH",
    "O'BRIEN, Éva (female)*",
    "14/02/1991",
    "31/02/1990",
    "AA/BB/CCCC",
    "99",
    "-1",
    "Q",
    "999 000 0000",
    "2012/0345678B",
    "26/03/2026 25:61",
    "10:30am",
    "\"quoted, with \"\"quotes\"\"\"",
    "=1+1",
    "<script>",
    "\u{202E}backwards",
    "\u{FFFD}",
    "two\tcells",
    "𝄞",
    "NULL",
    "a much longer cell that goes on for a while",
];

/// Numbers that look like chance and are the same at every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

/// A list of malformed rows, each with any number of any cells, and how many of its rows are not blank.
fn list(chance: &mut Chance, headings: &str, rows: usize) -> (String, usize) {
    let mut text = format!("{headings}\n");
    let mut filled = 0;
    for _ in 0..rows {
        let start = text.len();
        for at in 0..=chance.below(9) {
            if at > 0 {
                text.push(',');
            }
            text.push_str(CELLS[chance.below(CELLS.len())]);
        }
        filled += usize::from(text[start..].contains(|c: char| c != ',' && !c.is_whitespace() && c != '"'));
        text.push('\n');
    }
    (text, filled)
}

/// The most memory that this process has held so far, in bytes.
#[cfg(target_os = "linux")]
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn a_million_malformed_rows_all_come_out_in_bounded_memory() {
    let today = NaiveDate::from_ymd_opt(2026, 3, 26).unwrap();
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let known = "Custody No,Surname,Forenames,DOB,Age,Sex,NHS No,PNC,Arrested";
    let unknown = "Ref,Who,Geb,Alter,M/W,Zelle,Anlass,Zeit,Bemerkung";
    let (mut rows, mut entries, mut rejected) = (0, 0, 0);
    for turn in 0..ROWS / MAX_ROWS {
        let (text, filled) = list(&mut chance, if turn % 5 == 4 { unknown } else { known }, MAX_ROWS);
        let reading = if turn % 5 == 4 {
            let mapping: Mapping = propose(text.as_bytes(), today).unwrap().mapping();
            read_mapped(text.as_bytes(), &mapping, today).unwrap()
        } else {
            read(text.as_bytes(), today).unwrap()
        };
        assert!(reading.accounts_for_every_row());
        assert_eq!(reading.rows_in, filled, "every row that is not blank is counted");
        rows += MAX_ROWS;
        entries += reading.entries.len();
        rejected += reading.rejected.len();
    }
    assert_eq!(rows, ROWS);
    assert!(entries > ROWS / 4 && rejected > 0, "{entries} entries, {rejected} rejected");
    // In one file they are more than a list can have, and that is told at once.
    let (all, _) = list(&mut chance, known, ROWS / 2);
    assert!(matches!(read(all.as_bytes(), today), Err(ReadError::TooManyRows | ReadError::TooLarge)));
    #[cfg(target_os = "linux")]
    assert!(most_memory() < 256 * MIB, "the reader held {} MiB", most_memory() / MIB);
}
