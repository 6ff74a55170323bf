//! What a person says that a row should say, laid over the reading of a list.
//!
//! The source is never changed. A correction is a fact of its own: which row, which field, what the list
//! says there and what it should say. [`corrected`] lays them over a reading, and the checks of the fields
//! that were corrected run again, so that the notices are those of the corrected row. It holds wherever the
//! row of the same key says the same: also when the list is sent again. When the list says something else
//! there, the list speaks, and [`no_longer_laid`] tells.

mod checked;
mod field;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use throughline_domain::list::ListKind;
use throughline_domain::time::Instant;

use crate::tables::rows::keys;
use crate::{Column, Entry, ListNotice, Notice, Position, Reading, RejectReason, RejectedRow, checks};

pub use field::Field;

/// What one field of one row should say, as somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The key of the row, as the list gives it: [`Row::key`].
    pub row: String,
    /// The field.
    pub field: Field,
    /// What the list says there: [`Row::says`].
    pub list_says: String,
    /// What it should say, as [`Field::read`] gives it; empty for nothing. `None` takes back what was
    /// said before.
    pub should_say: Option<String>,
    /// Who said it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Whether it was said of an earlier sending of the list.
    pub earlier: bool,
}

/// A field of an entry that was corrected.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Corrected {
    /// The field.
    pub field: Field,
    /// What the list says there; empty when nothing.
    pub list_says: String,
    /// Who corrected it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Whether it was corrected on an earlier sending of the list.
    pub earlier: bool,
}

/// A row that can be corrected, as the list gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// What makes it the same row when the list is sent again: the entry's key, or the whole of a rejected row.
    pub key: Cow<'a, str>,
    /// Its entry; of a rejected row what was understood of it.
    pub entry: Cow<'a, Entry>,
    /// Why it was rejected, if it was.
    pub rejected: Option<RejectReason>,
    headings: &'a [(String, Column)],
}

impl Row<'_> {
    /// What the list says of a field, word for word where it was not understood; empty when nothing.
    pub fn says(&self, field: Field) -> String {
        field.says(&self.entry, self.headings)
    }

    /// Its entry with the corrections that hold for it: also of a rejected row that names nobody yet.
    pub fn corrected(&self, reading: &Reading, corrections: &[Correction], day: NaiveDate) -> Entry {
        with(reading, self, &laid(self, corrections), day)
    }

    /// What a form of a corrected entry of this row shows of a field: its value, or word for word what was
    /// not understood and nobody corrected.
    pub fn shown(&self, entry: &Entry, field: Field) -> String {
        let is_corrected = entry.corrected.iter().any(|corrected| corrected.field == field);
        if is_corrected || field == Field::Sex { field.value(entry) } else { self.says(field) }
    }
}

/// The row of this number ([`Position::number`](crate::Position::number)), as the list gives it; `None`
/// for rows set aside and further rows of an entry.
pub fn row(reading: &Reading, number: usize) -> Option<Row<'_>> {
    rows(reading).find(|row| row.entry.position.number() == number)
}

fn rows(reading: &Reading) -> impl Iterator<Item = Row<'_>> {
    let headings = reading.headings.as_slice();
    let entries = reading.entries.iter().map(move |entry| Row {
        key: Cow::Borrowed(&entry.key),
        entry: Cow::Borrowed(entry),
        rejected: None,
        headings,
    });
    let rejected = reading.rejected.iter().zip(rejected_keys(&reading.rejected)).map(move |(row, key)| Row {
        key: Cow::Owned(key),
        entry: Cow::Owned(understood(reading, row)),
        rejected: Some(row.reason),
        headings,
    });
    entries.chain(rejected)
}

/// The rows of which anything was said.
fn spoken_of<'a>(reading: &'a Reading, corrections: &[Correction]) -> impl Iterator<Item = Row<'a>> {
    let keys: HashSet<&str> = corrections.iter().map(|correction| correction.row.as_str()).collect();
    rows(reading).filter(move |row| keys.contains(row.key.as_ref()))
}

/// A rejected row is the same when it says the same, word for word.
fn rejected_keys(rejected: &[RejectedRow]) -> Vec<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let key = |row: &RejectedRow| {
        let key = format!("rejected:{}", row.verbatim);
        let times = times.entry(key.clone()).or_default();
        *times += 1;
        if *times > 1 { format!("{key} #{times}") } else { key }
    };
    rejected.iter().map(key).collect()
}

fn understood(reading: &Reading, row: &RejectedRow) -> Entry {
    let known = row.understood.as_deref().cloned();
    let mut entry = Entry {
        verbatim: row.verbatim.clone(),
        ..known.unwrap_or_else(|| nothing_understood(reading, row.row.clone()))
    };
    checks::check_police_numbers(std::slice::from_mut(&mut entry));
    entry
}

/// A row of another shape than the list's: where it stands is all that is known.
fn nothing_understood(reading: &Reading, at: Position) -> Entry {
    let mut entry = Entry::at(at, serde_json::Value::Null);
    entry.in_custody = reading.kind == ListKind::Custody;
    entry.site = (reading.sites.len() == 1).then(|| reading.sites[0].clone());
    entry.court_house = entry.site.clone().filter(|_| reading.kind == ListKind::Court);
    entry.notices = vec![Notice::NoName, Notice::NoDateOfBirth];
    entry
}

/// The lines of a reading with corrections laid over its rows, the newest of each field last among them. `day`
/// is the day of the list. A rejected row becomes an entry once it has a name or a custody record number.
///
/// Nothing but the rows that are corrected changes, save for who is told to be on the list twice.
pub fn corrected(reading: &Reading, corrections: &[Correction], day: NaiveDate) -> Reading {
    let reading = &reading.clone().in_rows();
    let mut out = reading.clone();
    let mut touched: HashSet<usize> = HashSet::new();
    for row in spoken_of(reading, corrections) {
        let laid = laid(&row, corrections);
        if laid.is_empty() {
            continue;
        }
        let number = row.entry.position.number();
        let entry = with(reading, &row, &laid, day);
        if row.rejected.is_none() {
            out.entries.iter_mut().filter(|known| known.position.number() == number).for_each(|known| {
                known.clone_from(&entry);
            });
        } else if !entry.name.is_unknown() || entry.custody_number.is_some() {
            out.rejected.retain(|rejected| rejected.row.number() != number);
            let place = out.entries.partition_point(|known| known.position.number() < number);
            out.entries.insert(place, entry);
        } else {
            continue;
        }
        touched.insert(number);
    }
    give_way(&mut out.entries, &touched);
    out.notices.retain(|notice| *notice != ListNotice::NobodyOnIt || out.entries.is_empty());
    let out = out.in_lines();
    debug_assert!(out.accounts_for_every_row(), "a correction loses no row");
    out
}

/// The corrections that hold for a row: of each field the newest that was said of what the list says.
fn laid<'a>(row: &Row<'_>, corrections: &'a [Correction]) -> Vec<(&'a Correction, &'a str)> {
    let fields = Field::ALL.iter().filter_map(|field| {
        let says = row.says(*field);
        let newest = corrections.iter().rev().find(|correction| {
            correction.row == row.key.as_ref() && correction.field == *field && correction.list_says == says
        })?;
        Some((newest, newest.should_say.as_deref()?))
    });
    fields.collect()
}

fn with(reading: &Reading, row: &Row<'_>, laid: &[(&Correction, &str)], day: NaiveDate) -> Entry {
    let mut entry = row.entry.clone().into_owned();
    let fields: Vec<Field> = laid.iter().map(|(correction, _)| correction.field).collect();
    checked::forget(&mut entry, &fields, &reading.headings);
    for (correction, should_say) in laid {
        correction.field.put(&mut entry, should_say, day);
        entry.corrected.push(Corrected {
            field: correction.field,
            list_says: correction.list_says.clone(),
            by: correction.by.clone(),
            at: correction.at,
            earlier: correction.earlier,
        });
    }
    checked::check(&mut entry, &fields, reading, day);
    renew_keys(reading.kind, row, &mut entry);
    entry
}

/// A key that was made of what was corrected is made anew, so that the row is the same one when the list
/// is sent again with what it should say.
fn renew_keys(kind: ListKind, row: &Row<'_>, entry: &mut Entry) {
    let (before, now) = (keys(kind, &row.entry), keys(kind, entry));
    let bare = row.entry.key.split(" #").next().unwrap_or_default();
    if before.0 != now.0 && (bare == before.0 || row.rejected.is_some()) || row.entry.key.is_empty() {
        entry.key = now.0;
    }
    if row.entry.second_key == before.1 {
        entry.second_key = now.1;
    }
}

/// A corrected row whose key is another's by now gives way: nobody else's key changes.
fn give_way(entries: &mut [Entry], touched: &HashSet<usize>) {
    let is_touched = |entry: &Entry| touched.contains(&entry.position.number());
    let mut taken: HashSet<String> =
        entries.iter().filter(|entry| !is_touched(entry)).map(|entry| entry.key.clone()).collect();
    for entry in entries.iter_mut().filter(|entry| is_touched(entry)) {
        let key = entry.key.clone();
        let mut times = 1;
        while !taken.insert(entry.key.clone()) {
            times += 1;
            entry.key = format!("{key} #{times}");
        }
    }
}

/// A correction that was said of what the list said before, and does not hold for what it says now.
#[derive(Debug, Clone, PartialEq)]
pub struct NoLongerLaid<'a> {
    /// The row, as the list gives it now.
    pub row: Row<'a>,
    /// The correction.
    pub correction: &'a Correction,
    /// What the list says there now; empty when nothing.
    pub says_now: String,
}

impl NoLongerLaid<'_> {
    /// Whether the list says by now what it should say.
    pub fn is_so_now(&self) -> bool {
        self.correction.should_say.as_ref() == Some(&self.says_now)
    }
}

/// The corrections that hold no longer, for the list says something else there now.
pub fn no_longer_laid<'a>(reading: &'a Reading, corrections: &'a [Correction]) -> Vec<NoLongerLaid<'a>> {
    let mut found = Vec::new();
    for row in spoken_of(reading, corrections) {
        for field in Field::ALL {
            let says_now = row.says(*field);
            let of_field: Vec<&Correction> =
                corrections.iter().filter(|one| one.row == row.key.as_ref() && one.field == *field).collect();
            let is_answered = of_field.iter().any(|correction| correction.list_says == says_now);
            let Some(newest) = of_field.last().filter(|newest| !is_answered && newest.should_say.is_some()) else {
                continue;
            };
            found.push(NoLongerLaid { row: row.clone(), correction: newest, says_now });
        }
    }
    found
}

impl Reading {
    /// The fields of one of its entries that are in doubt: a correction can settle them.
    pub fn doubts(&self, entry: &Entry) -> Vec<Field> {
        let is_in_doubt =
            |field: &&Field| entry.notices.iter().any(|notice| checked::is_doubt(notice, **field, &self.headings));
        Field::of(self.kind).filter(is_in_doubt).copied().collect()
    }
}
