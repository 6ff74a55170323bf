//! Readers for the lists that start the day: who is in custody, who is before the court.
//!
//! **What this crate is for.** A list arrives as a file. [`read`] finds out from its content
//! (never its name) what it is, and gives a [`Reading`]: one [`Entry`] for each person to
//! consider, each with the exact source kept and with [`Notice`]s where the source deserves a
//! second look. The same list is sent again several times a day; [`diff()`] says what is new,
//! changed, moved, the same or gone, within the [`Scope`] of the file ([`compare`]).
//!
//! **Its words.**
//!
//! | Word | Meaning |
//! |---|---|
//! | Format | one shape of file, with its reader: a row of [`FORMATS`] |
//! | Reading | everything a file said |
//! | Entry | one line of work: a detainee, a defendant, or the subject of an application |
//! | Hearing | one row of a court's list that puts somebody before the court; a line has one or several |
//! | System | where a list comes from: Common Platform, Libra, the Crown Court, a table, custody |
//! | Scope | what a file takes the place of: what its system said of the day, or one hearing |
//! | Moved | on the list as before, with a hearing in another court or room, or at another time |
//! | Further row | tells more of the entry above it: one more offence |
//! | Mapping | what the columns of an unknown table mean, as a person said |
//! | Set aside | understood, and not a line of work: an organisation, a prosecutor, a respondent |
//! | Rejected | not understood well enough to work from; kept word for word |
//! | Event | what happened to one hearing: a reading that has one concerns nobody else |
//! | Notice | something a person should know before relying on the entry |
//! | Key | what makes an entry the same entry when the list is sent again |
//! | Correction | what a field of one row should say, as a person said; laid over a reading, never put into the source |
//!
//! **How to add a format.** Add a file named after it with a `pub(crate) const FORMAT: Format`,
//! and one line to [`FORMATS`]. The reader is given the [`Source`] already decoded, and answers
//! `None` when the content is not its own. Put invented samples under `tests/samples`.
//!
//! **What it will never do.** Read a clock or a file, refuse an entry for what it lacks, correct
//! the source, merge two people, or lose a row. Rows of one defendant become one line of work when it is certain
//! that they are theirs, and can be parted again ([`apart`]). Rows in equal entries, further hearings and further
//! rows of theirs, rejected and set aside together ([`Reading::accounts_for_every_row`]).
#![warn(missing_docs)]

mod booked;
mod cath_adult_court;
mod cath_public;
mod cath_sjp;
mod cath_standard;
mod checks;
mod correction;
mod court_table;
mod crown_list;
mod custody_table;
mod delimited;
mod diff;
mod entry;
mod fields;
mod gather;
mod grid;
mod hearing;
mod hearing_event;
mod kept;
mod libra;
mod names;
mod node;
mod notice;
mod reading;
mod row;
mod scope;
mod sessions;
mod source;
mod system;
mod table;
mod tables;
mod times;
mod voluntary_table;
mod walk;

pub use booked::Booked;
pub use correction::{
    Corrected, Correction, Field, NoLongerLaid, Row as CorrectableRow, corrected, no_longer_laid, row,
};
pub use diff::{Change, Difference, FieldChange, HearingChange, Known, Move, compare, diff, facts, hearing_facts};
pub use entry::{Entry, Offence, Position, Sex};
pub use gather::apart;
pub use grid::Sheet;
pub use hearing::{Hearing, Hearings, Particulars, Sitting};
pub use notice::{ListNotice, Notice};
pub use reading::{HearingEvent, NoList, Reading, RejectReason, RejectedRow, SetAside, SetAsideReason};
pub use scope::Scope;
pub use source::{Content, Element, ReadError, Source};
pub use system::System;
pub use table::table;
pub use tables::columns::Column;
pub use tables::mapping::{Grounds, Mapping, Proposal, ProposedColumn, propose, read_as_told, read_mapped};
pub use throughline_domain::list::ListKind;

use chrono::NaiveDate;

/// The largest file that is read, in bytes (20 MB). The largest list seen in the field is under
/// one megabyte (745 cases).
pub const MAX_BYTES: usize = 20 * 1024 * 1024;

/// The most rows one list may have. The largest list seen in the field has fewer than a thousand.
pub const MAX_ROWS: usize = 50_000;

/// The most columns one row may have.
pub const MAX_COLUMNS: usize = 500;

/// One shape of file that can be read.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name stored with a reading. Never changes once used.
    pub name: &'static str,
    /// The name shown to people.
    pub label: &'static str,
    /// Which kind of list the format carries.
    pub kind: ListKind,
    /// The system whose lists have it.
    pub system: System,
    /// What the reader looks for, to end the sentence "Throughline looked for ...".
    pub looked_for: &'static str,
    /// Reads the source, or answers `None` when its content is not of this format. `today` (the
    /// London date of reading) settles two-digit years and times without a date.
    pub read: fn(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>>,
}

/// Every format that can be read, in the order in which they are tried.
pub const FORMATS: &[Format] = &[
    cath_public::FORMAT,
    cath_sjp::FORMAT,
    cath_standard::FORMAT,
    cath_adult_court::FORMAT,
    crown_list::DAILY,
    crown_list::FIRM,
    crown_list::WARNED,
    libra::FORMAT,
    hearing_event::FORMAT,
    voluntary_table::FORMAT,
    court_table::FORMAT,
    custody_table::FORMAT,
];

/// Reads a list from the bytes of a file.
///
/// `today` is the London date of reading.
///
/// # Errors
/// When the file as a whole cannot be read; see [`ReadError`]. A flaw in one row is never an
/// error: it is a [`Notice`] on its entry, or a [`RejectedRow`].
pub fn read(bytes: &[u8], today: NaiveDate) -> Result<Reading, ReadError> {
    read_source(Source::decode(bytes)?, today)
}

fn read_source(source: Source, today: NaiveDate) -> Result<Reading, ReadError> {
    let outcome = FORMATS.iter().find_map(|format| (format.read)(&source, today));
    outcome.unwrap_or_else(|| Err(ReadError::not_recognised())).map(|reading| finished(reading, source))
}

/// What every reading gets, whatever it was read from.
fn finished(mut reading: Reading, source: Source) -> Reading {
    reading.notices.extend(source.notices);
    checks::check_police_numbers(&mut reading.entries);
    checks::make_keys_unique(&mut reading.entries);
    let reading = reading.in_lines();
    debug_assert!(
        reading.accounts_for_every_row(),
        "every row is an entry, a hearing or another part of one, rejected or set aside"
    );
    reading
}

/// The words for people of the format of this name.
pub fn label_of(format: &str) -> Option<&'static str> {
    let all = FORMATS.iter().chain(&tables::mapping::FORMATS);
    all.into_iter().find(|known| known.name == format).map(|known| known.label)
}

/// Whether a reading of the format of this name is of a table, whose columns somebody can tell.
pub fn is_table(format: &str) -> bool {
    let of_tables = [&voluntary_table::FORMAT, &court_table::FORMAT, &custody_table::FORMAT];
    let all = of_tables.into_iter().chain(&tables::mapping::FORMATS).map(|known| known.name);
    all.chain([reading::UNREAD]).any(|name| name == format)
}
