//! A list against what the site has: what is new, changed, moved, the same or gone.

use super::{corrections, known, sha256};
use crate::Problem;
use crate::line::{self, facts};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use throughline_domain::ids::ListId;
use throughline_lists::{Change, Entry, Reading, compare};
use throughline_policy::{Grant, ViewList};
use throughline_store::Tx;
use throughline_store::lists::{self, Line, List};

/// A list against what the site has for the same days and kind.
pub(super) struct Compared {
    pub(super) list: List,
    /// What the list says, with the corrections that were made laid over it; its entries are the lines as they
    /// are to stand, those of other lists' hearings after those that the list has.
    pub(super) reading: Reading,
    pub(super) corrected: corrections::Told,
    /// How many of the lines the list has.
    pub(super) listed: usize,
    /// How many rows of the list are further hearings of a line.
    gathered: usize,
    /// The site's lines, with what the lists last said of each.
    pub(super) lines: Vec<Line>,
    pub(super) before: Vec<Entry>,
    pub(super) changes: Vec<Change>,
}

impl Compared {
    pub(super) async fn of(tx: &mut Tx, grant: &Grant<ViewList>, id: ListId) -> Result<Self, Problem> {
        let list = lists::get(tx, grant, id).await?.ok_or(Problem::NotFound)?;
        let (mut reading, corrected) = corrections::laid(tx, grant, &list).await?.told();
        let days: BTreeSet<NaiveDate> = reading
            .entries
            .iter()
            .map(|entry| facts::day(&reading, entry, list.list_date))
            .chain([list.list_date])
            .collect();
        let mut lines = known::lines(tx, grant, &list, &days).await?;
        known::add_lines_of_event(tx, grant, &list, &reading, &mut lines).await?;
        let before = lines.iter().map(line::source).collect::<Result<Vec<_>, _>>()?;
        let rows: usize = reading.entries.iter().map(|entry| entry.hearings.len().max(1)).sum();
        let known = known::known(&lines, &before);
        let difference = compare(&reading.scope(), &known, std::mem::take(&mut reading.entries));
        reading.entries = difference.after;
        let (listed, changes) = (difference.listed, difference.changes);
        Ok(Self { list, reading, corrected, listed, gathered: rows - listed, lines, before, changes })
    }

    fn count(&self, is: impl Fn(&Change) -> bool) -> usize {
        self.changes.iter().filter(|change| is(change)).count()
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            rows_in: self.reading.rows_in,
            new: self.count(|change| matches!(change, Change::New { .. })),
            changed: self.count(|change| matches!(change, Change::Changed { now, .. } if *now < self.listed)),
            lessened: self.count(|change| matches!(change, Change::Changed { now, .. } if *now >= self.listed)),
            moved: self.count(|change| matches!(change, Change::Moved { .. })),
            gathered: self.gathered,
            same: self.count(|change| matches!(change, Change::Same { .. })),
            rejected: self.reading.rejected.len(),
            set_aside: self.reading.set_aside.len(),
            further: self.reading.further.len(),
            gone: self.count(|change| matches!(change, Change::Gone { .. })),
        }
    }

    /// What was shown, so that nothing else is done than what was agreed to.
    pub(super) fn fingerprint(&self) -> String {
        let told: Vec<String> = self
            .changes
            .iter()
            .map(|change| match change {
                Change::New { now } => format!("new {}", self.reading.entries[*now].key),
                Change::Changed { before, fields, hearings, .. } => {
                    format!("changed {} {fields:?} {hearings:?}", self.lines[*before].id)
                }
                Change::Moved { before, moves, .. } => format!("moved {} {moves:?}", self.lines[*before].id),
                Change::Same { before, .. } => format!("same {}", self.lines[*before].id),
                Change::Gone { before } => format!("gone {}", self.lines[*before].id),
            })
            .chain(self.corrected.fingerprint.iter().cloned())
            .collect();
        throughline_audit::hex(&sha256(told.join("\n").as_bytes()))
    }
}

#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Counts {
    rows_in: usize,
    pub(super) new: usize,
    pub(super) changed: usize,
    pub(super) lessened: usize,
    pub(super) moved: usize,
    gathered: usize,
    same: usize,
    rejected: usize,
    set_aside: usize,
    further: usize,
    pub(super) gone: usize,
}
