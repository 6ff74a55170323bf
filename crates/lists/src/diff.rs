//! What changed between two sendings of a list, and what a list changes on the board.
//!
//! | Room | What it holds |
//! |---|---|
//! | this one | the kinds of change, and the comparison |
//! | `settle` | rows that stand on a line already stay on it |
//! | `pairs` | which line of the board is which line of the list |
//! | `hearings` | which hearing of a line is which |
//! | `fields` | what is different, field by field, in words |

mod fields;
mod hearings;
mod pairs;
mod settle;

use crate::{Entry, Hearing, Scope, Sitting, System, gather};
pub use fields::{facts, hearing_facts};

/// What became of one line. Numbers are places among the lines before and in [`Difference::after`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// Not on the list before.
    New {
        /// Its place now.
        now: usize,
    },
    /// On the list before, and different now.
    Changed {
        /// Its place before.
        before: usize,
        /// Its place now.
        now: usize,
        /// What is different.
        fields: Vec<FieldChange>,
        /// Which of its hearings came, moved or went.
        hearings: Vec<HearingChange>,
    },
    /// On the list before with the same facts, and a hearing is somewhere else or at another time.
    Moved {
        /// Its place before.
        before: usize,
        /// Its place now.
        now: usize,
        /// From where to where.
        moves: Vec<Move>,
    },
    /// On the list before, and the same.
    Same {
        /// Its place before.
        before: usize,
        /// Its place now.
        now: usize,
    },
    /// On the list before, and no longer. Never silent: a person may have been released.
    Gone {
        /// Its place before.
        before: usize,
    },
}

impl Change {
    /// Whether who the entry is about has changed. A match to a person must then be decided
    /// again: a court may put another party in the same place of a case.
    pub fn concerns_identity(&self) -> bool {
        const IDENTITY: [&str; 6] = ["name", "date_of_birth", "sex", "pnc", "cro", "nhs_number"];
        matches!(self, Self::Changed { fields, .. } if fields.iter().any(|change| IDENTITY.contains(&change.field.as_str())))
    }
}

/// One field of a line that changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldChange {
    /// The field of [`Entry`] or [`Hearing`], or of the verbatim row when no field holds it.
    pub field: String,
    /// The field's name for people; of one hearing among several with its case.
    pub label: String,
    /// What it said before; empty when nothing.
    pub before: String,
    /// What it says now; empty when nothing.
    pub after: String,
}

/// A hearing that is somewhere else or at another time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Move {
    /// The case, when given.
    pub urn: Option<String>,
    /// Where and when it was.
    pub from: Sitting,
    /// Where and when it is.
    pub to: Sitting,
}

/// What became of one hearing of a line whose person stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "hearing")]
pub enum HearingChange {
    /// The line did not have it.
    Added {
        /// The case, when given.
        urn: Option<String>,
        /// Where and when it is.
        sitting: Sitting,
        /// The system whose list has it.
        system: System,
        /// Whether this is the line's first hearing on a list of this system: the person is also on it.
        also_on: bool,
    },
    /// It is somewhere else or at another time.
    Moved(Move),
    /// The list no longer has it.
    Gone {
        /// The case, when given.
        urn: Option<String>,
        /// Where and when it was.
        sitting: Sitting,
        /// The system whose list had it.
        system: System,
    },
}

/// A line of the board, as a list is compared with it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// What was last said of it.
    pub entry: &'a Entry,
    /// Whether no list has it any longer.
    pub is_gone: bool,
}

/// What a list changes on the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The lines as they are to stand: those of the list in its order, with hearings that lists of other
    /// systems have of them; then those that lose a hearing and stay for another.
    pub after: Vec<Entry>,
    /// How many of them the list has.
    pub listed: usize,
    /// What becomes of each line: in the order of `after`, then what is gone.
    pub changes: Vec<Change>,
}

/// Compares two sendings of one list: everything on the list now in its order, then what is gone.
pub fn diff(before: &[Entry], now: &[Entry]) -> Vec<Change> {
    let known: Vec<Known<'_>> = before.iter().map(|entry| Known { entry, is_gone: false }).collect();
    compare(&Scope::Everything, &known, now.to_vec()).changes
}

/// Compares what a file says with the board's lines, of which only what is in the file's scope may go.
///
/// Lines pair when a hearing of theirs has one key; then when one has one looser key and nothing speaks
/// against it; then when they are the same defendant for certain, on the same day. Custody records pair
/// by key, then by second key; two different custody record numbers are two detentions and never pair.
pub fn compare(scope: &Scope, before: &[Known<'_>], now: Vec<Entry>) -> Difference {
    let now = settle::settled(before, now);
    let pairs = pairs::pairs(scope, before, &now);
    let mut is_paired = vec![false; before.len()];
    let mut difference = Difference { after: Vec::new(), listed: now.len(), changes: Vec::new() };
    for (at, (entry, pair)) in now.into_iter().zip(pairs).enumerate() {
        let Some(found) = pair else {
            difference.changes.push(Change::New { now: at });
            difference.after.push(entry);
            continue;
        };
        is_paired[found] = true;
        let (after, change) = paired(scope, (found, &before[found]), (at, entry));
        difference.changes.push(change);
        difference.after.push(after);
    }
    let left = before.iter().enumerate().filter(|(at, known)| !is_paired[*at] && !known.is_gone);
    let mut gone = Vec::new();
    for (at, known) in left.filter(|(_, known)| scope.concerns(known.entry)) {
        match lessened(scope, known.entry) {
            None => gone.push(Change::Gone { before: at }),
            Some((after, hearings)) => {
                let fields = fields::of_lines(known.entry, &after);
                let now = difference.after.len();
                difference.changes.push(Change::Changed { before: at, now, fields, hearings });
                difference.after.push(after);
            }
        }
    }
    difference.changes.extend(gone);
    difference
}

/// A line that is on the board and on the list: as it is to stand, and what changes.
fn paired(scope: &Scope, (at_before, known): (usize, &Known<'_>), (at, now): (usize, Entry)) -> (Entry, Change) {
    let before = known.entry;
    let (after, told) = if now.hearings.is_empty() {
        (now, hearings::Told::default())
    } else {
        let (all, told) = hearings::merged(scope, known, &now);
        (Entry { key: before.key.clone(), ..gather::line(all) }, told)
    };
    let mut fields = fields::of_lines(before, &after);
    fields.extend(told.fields);
    if fields.is_empty() && told.changes.is_empty() && after.hearings.is_empty() {
        fields = fields::of_rows(&before.verbatim, &after.verbatim);
    }
    if known.is_gone {
        fields.insert(0, back());
    }
    (after, changed(at_before, at, fields, told.changes))
}

/// A line that was gone and is on the list again has changed, even if the list says the same.
fn back() -> FieldChange {
    let (field, label) = ("gone".to_owned(), "On the list".to_owned());
    FieldChange { field, label, before: "No longer".to_owned(), after: "Again".to_owned() }
}

fn changed(before: usize, now: usize, fields: Vec<FieldChange>, hearings: Vec<HearingChange>) -> Change {
    if !fields.is_empty() {
        return Change::Changed { before, now, fields, hearings };
    }
    let moves = hearings.iter().map(|change| match change {
        HearingChange::Moved(to) => Some(to.clone()),
        HearingChange::Added { .. } | HearingChange::Gone { .. } => None,
    });
    match moves.collect::<Option<Vec<Move>>>() {
        Some(moves) if moves.is_empty() => Change::Same { before, now },
        Some(moves) => Change::Moved { before, now, moves },
        None => Change::Changed { before, now, fields, hearings },
    }
}

/// A line that the list does not have, without the hearings in the list's scope; `None` when none is left.
fn lessened(scope: &Scope, before: &Entry) -> Option<(Entry, Vec<HearingChange>)> {
    let (lost, kept): (Vec<Hearing>, Vec<Hearing>) =
        gather::hearings_of(before).into_iter().partition(|hearing| scope.has(hearing));
    if kept.is_empty() {
        return None;
    }
    let after = Entry { key: before.key.clone(), ..gather::line(kept) };
    Some((after, lost.iter().map(hearings::gone).collect()))
}
