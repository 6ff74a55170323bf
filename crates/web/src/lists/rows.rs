//! The rows of a list as its pages show them.

use super::compared::Compared;
use super::{corrections, hearings};
use crate::line::facts;
use minijinja::{Value, context};
use throughline_domain::list::EntryState;
use throughline_lists::{Change, Entry, Reading};
use throughline_store::lists::Line;

/// A row that can be corrected.
pub(super) fn review_row(reading: &Reading, entry: &Entry) -> Value {
    let rows: Vec<usize> = rows_of(reading, entry).iter().map(|row| row.position.number()).collect();
    context! { rows, in_doubt => !reading.doubts(entry).is_empty(), ..entry_row(entry) }
}

/// The rows of this list that a line is made of: hearings that other lists have of it are not among them.
pub(super) fn rows_of(reading: &Reading, entry: &Entry) -> Vec<Entry> {
    let scope = reading.scope();
    let is_of_list = |row: &Entry| row.hearings.first().is_none_or(|hearing| scope.has(hearing));
    throughline_lists::apart(entry).into_iter().filter(is_of_list).collect()
}

pub(super) fn entry_row(entry: &Entry) -> Value {
    let offences = facts::offences(entry);
    context! {
        row => facts::row(&entry.position), name => entry.name.formal(), born => entry.date_of_birth.map(|date| date.to_string()),
        interview => facts::interview(entry), custody_number => entry.custody_number, arrived_at => entry.arrived_at, court_room => entry.court_room, sitting_at => entry.sitting_at,
        urn => entry.urn, hearings => hearings::rows(entry), offences => offences.join("; "), restricted => entry.reporting_restriction,
        notices => facts::notices(entry), first => facts::looked_at_first(entry), corrected => corrections::words(entry),
    }
}

pub(super) fn changed_row(compared: &Compared, change: &Change) -> Option<Value> {
    let Change::Changed { before, now, fields, hearings } = change else { return None };
    let line = &compared.lines[*before];
    Some(context! {
        entry => review_row(&compared.reading, &compared.reading.entries[*now]), fields, id => line.id.to_string(), state => state_words(line),
        hearings => hearings.iter().map(hearings::change_words).collect::<Vec<_>>(), identity => change.concerns_identity(), decided => line.person_id.is_some(),
    })
}

pub(super) fn gone_rows(compared: &Compared) -> Vec<Value> {
    let gone = compared.changes.iter().filter_map(|change| match change {
        Change::Gone { before } => Some(*before),
        _ => None,
    });
    gone.map(|at| {
        let line = &compared.lines[at];
        context! { entry => entry_row(&compared.before[at]), id => line.id.to_string(), state => state_words(line), open => line.state.is_open() }
    })
    .collect()
}

pub(super) fn same_rows(compared: &Compared) -> Vec<Value> {
    let same = compared.changes.iter().filter_map(|change| match change {
        Change::Same { now, .. } => Some(review_row(&compared.reading, &compared.reading.entries[*now])),
        _ => None,
    });
    same.collect()
}

pub(super) fn state_words(line: &Line) -> String {
    match line.state {
        EntryState::BeingSeen if !line.taken_by_name.is_empty() => format!("Being seen by {}", line.taken_by_name),
        state => state.label().to_owned(),
    }
}

/// A row as it came: column by column when it has columns, those that are empty left out.
pub(super) fn verbatim(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(columns) if columns.values().all(|cell| cell.is_string() || cell.is_null()) => {
            let filled = columns
                .iter()
                .filter_map(|(name, cell)| Some((name, cell.as_str()?)))
                .filter(|(_, cell)| !cell.is_empty());
            filled.map(|(name, cell)| format!("{name}: {cell}")).collect::<Vec<_>>().join("\n")
        }
        serde_json::Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// The lines of which nothing changes but where and when a hearing is.
pub(super) fn moved_rows(compared: &Compared) -> Vec<Value> {
    let moved = compared.changes.iter().filter_map(|change| match change {
        Change::Moved { before, now, moves } => Some((&compared.lines[*before], *now, moves)),
        _ => None,
    });
    moved
        .map(|(line, now, moves)| {
            context! {
                entry => entry_row(&compared.reading.entries[now]), id => line.id.to_string(), state => state_words(line),
                open => line.state == EntryState::ToConsider, moves => moves.iter().map(hearings::move_value).collect::<Vec<_>>(),
            }
        })
        .collect()
}
