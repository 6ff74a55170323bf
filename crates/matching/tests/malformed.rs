//! A file of people in which everything is wrong that was ever wrong in one, read as its bytes come.

use std::collections::HashMap;
use std::io::{self, BufReader, Read};

use chrono::NaiveDate;
use throughline_matching::people_csv::{Unreadable, rows};

const HEADINGS: &[u8] = b"record_id,nhs_number,first,last,alias_names,dob,sex,address,postcode\n";

/// What was written, and so what must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Sound,
    Blank,
    OfEmptyCells,
    UnclosedQuote,
    SeveralLines,
    TooFewCells,
    TooManyCells,
    Nul,
    NotUtf8,
    HalvesOfALetter,
    NoSuchDate,
    ShortNames,
    LongNames,
    AnyScript,
    Apostrophes,
    TwiceTheSame,
    Enormous,
}

const KINDS: [Kind; 16] = [
    Kind::Sound,
    Kind::Blank,
    Kind::OfEmptyCells,
    Kind::UnclosedQuote,
    Kind::SeveralLines,
    Kind::TooFewCells,
    Kind::TooManyCells,
    Kind::Nul,
    Kind::NotUtf8,
    Kind::HalvesOfALetter,
    Kind::NoSuchDate,
    Kind::ShortNames,
    Kind::LongNames,
    Kind::AnyScript,
    Kind::Apostrophes,
    Kind::TwiceTheSame,
];

/// One row in so many is enormous.
const ENORMOUS_EVERY: usize = 10_007;

/// The rows, made as they are read: the file is never in memory whole.
struct Malformed {
    wanted: usize,
    written: Vec<Kind>,
    random: u64,
    ready: Vec<u8>,
    at: usize,
}

impl Malformed {
    fn new(wanted: usize) -> Self {
        Self { wanted, written: Vec::new(), random: 0x9E37_79B9_7F4A_7C15, ready: HEADINGS.to_vec(), at: 0 }
    }

    /// The next of a fixed sequence of numbers (xorshift).
    fn next(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 33).expect("31 bits fit") % below
    }

    fn letter(&mut self) -> char {
        let first = [0x41, 0xC0, 0x391, 0x410, 0x5D0, 0x627, 0x905, 0x4E00, 0xAC00, 0x1_F600][self.next(10)];
        char::from_u32(first + u32::try_from(self.next(24)).expect("it is small")).expect("these are letters")
    }

    fn word(&mut self, letters: usize) -> String {
        (0..letters).map(|_| self.letter()).collect()
    }

    fn plain(&self, number: usize) -> String {
        format!("r{number},9990000018,Ada,Quill{},,1990-04-07,F,12 Wesley Avenue,ZZ1 4AB", self.random % 997)
    }

    fn row(&mut self, number: usize, kind: Kind) -> Vec<u8> {
        let ending = ["\n", "\r\n"][self.next(2)];
        let (length, script) = (self.next(12) + 1, self.next(4) + 1);
        let mut row = match kind {
            Kind::Sound | Kind::TwiceTheSame => self.plain(number).into_bytes(),
            Kind::Blank => [&b""[..], b"  ", b"\t"][length % 3].to_vec(),
            Kind::OfEmptyCells => b",,,,,,,,".to_vec(),
            Kind::UnclosedQuote => format!("r{number},,\"Ada,Marsh,,1990-04-07,F,x,ZZ1 4AB").into_bytes(),
            Kind::SeveralLines => {
                format!("r{number},,Ada,Marsh,,,F,\"12 Wesley Avenue{ending}\"\"The Elms\"\"{ending}Leeds\",ZZ1 4AB")
                    .into_bytes()
            }
            Kind::TooFewCells => format!("r{number},,Ada").into_bytes(),
            Kind::TooManyCells => format!("r{number},,Ada,Marsh,,,F,12 Wesley Avenue, Leeds,ZZ1 4AB").into_bytes(),
            Kind::Nul => format!("r{number},\0,A\0da,Mar\0sh,\0,\0,\0,\0,ZZ1 4AB").into_bytes(),
            Kind::NotUtf8 => [self.plain(number).as_bytes(), b"\xff\xfe\xc0"].concat(),
            Kind::HalvesOfALetter => [format!("r{number},,Ad\u{e9}").as_bytes(), b"\xc3,\xa9,,,,,"].concat(),
            Kind::NoSuchDate => {
                format!("r{number},,Ada,Marsh,,{}/{}/1990,F,x,", 31 + length, length % 2 + 1).into_bytes()
            }
            Kind::ShortNames => format!("r{number},,{},{},,,,,", self.letter(), self.letter()).into_bytes(),
            Kind::LongNames => format!("r{number},,{},{},,,,,", self.word(200), self.word(200)).into_bytes(),
            Kind::AnyScript => {
                let (first, last, alias) = (self.word(length), self.word(length * script), self.word(length));
                format!("r{number},,{first},{last},{alias} {last};{first},1990-04-07,?,{alias},{first}").into_bytes()
            }
            Kind::Apostrophes => format!("r{number},',D'Arcy,O\u{2019}Brien,'';',07/04/1990,',',ZZ1 4AB'").into_bytes(),
            Kind::Enormous => [format!("r{number},,").as_bytes(), &vec![b'x'; 1024 * 1024 + 1]].concat(),
        };
        row.extend(ending.as_bytes());
        row
    }
}

impl Read for Malformed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() {
            if self.written.len() >= self.wanted {
                return Ok(0);
            }
            let number = self.written.len();
            let kind =
                if number % ENORMOUS_EVERY == ENORMOUS_EVERY - 1 { Kind::Enormous } else { KINDS[self.next(16)] };
            let row = self.row(number, kind);
            self.written.push(kind);
            self.ready = row;
            if kind == Kind::TwiceTheSame {
                self.ready.extend_from_within(..);
                self.written.push(kind);
            }
            self.at = 0;
        }
        let some = into.len().min(self.ready.len() - self.at);
        into[..some].copy_from_slice(&self.ready[self.at..self.at + some]);
        self.at += some;
        Ok(some)
    }
}

/// Reads so many malformed rows, and counts each kind.
fn read(wanted: usize) -> HashMap<Kind, usize> {
    let today = NaiveDate::from_ymd_opt(2026, 3, 3).expect("it is a date");
    let kinds = {
        let mut same = Malformed::new(wanted);
        io::copy(&mut same, &mut io::sink()).expect("it is made");
        same.written
    };
    let mut people = rows(BufReader::new(Malformed::new(wanted)), &[]).expect("it has headings");
    let mut counts = HashMap::new();
    for (at, kind) in kinds.into_iter().enumerate() {
        *counts.entry(kind).or_default() += 1;
        if kind == Kind::Blank {
            continue;
        }
        let (number, row) = people.next().expect("no row is lost").expect("nothing is amiss with the reading");
        assert_eq!(number, at + 2, "{kind:?}: rows are numbered as a spreadsheet numbers them");
        match row {
            Err(why) => {
                let expected = match kind {
                    Kind::UnclosedQuote => Unreadable::UnclosedQuote,
                    Kind::NotUtf8 | Kind::HalvesOfALetter => Unreadable::NotUtf8,
                    Kind::Enormous => Unreadable::TooLong,
                    _ => panic!("row {number}, {kind:?}, is rejected: {why}"),
                };
                assert_eq!(why, expected);
                assert!(!why.to_string().is_empty());
            }
            Ok(row) => {
                let is_unreadable =
                    matches!(kind, Kind::UnclosedQuote | Kind::NotUtf8 | Kind::HalvesOfALetter | Kind::Enormous);
                assert!(!is_unreadable, "row {number}, {kind:?}, is taken");
                let is_amiss = matches!(kind, Kind::OfEmptyCells | Kind::TooManyCells | Kind::Nul | Kind::NoSuchDate);
                let complaint = row.complaint(today);
                assert_eq!(complaint.is_some(), is_amiss, "row {number}, {kind:?}: {complaint:?}");
                let described = row.description(today);
                assert_eq!(described.name.is_unknown(), kind == Kind::OfEmptyCells, "row {number}, {kind:?}");
                if kind == Kind::SeveralLines {
                    assert!(described.address.contains("\n\"The Elms\""), "{}", described.address);
                }
            }
        }
    }
    assert!(people.next().is_none(), "no row is told twice");
    counts
}

/// How many rows: `MALFORMED_ROWS`, or fifty thousand.
fn wanted() -> usize {
    std::env::var("MALFORMED_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(50_000)
}

#[test]
fn of_malformed_rows_each_is_taken_or_rejected_once() {
    let counts = read(wanted());
    assert!(counts.values().sum::<usize>() >= wanted());
    assert!(KINDS.iter().all(|kind| counts[kind] > wanted() / 25), "{counts:?}");
    assert!(counts[&Kind::Enormous] >= wanted() / 12_500, "{counts:?}");
}
