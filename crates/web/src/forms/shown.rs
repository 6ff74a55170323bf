//! A record as its page reads it out.

use super::opened::{form_of, title_of};
use super::score;
use super::sections::{self, WITHHELD};
use minijinja::{Value, context};
use throughline_forms::Snapshot;
use throughline_store::records::Record;

/// What a record says, and where it stands: now, or at the moment it is read of.
pub(super) fn shown(record: &Record) -> Value {
    let snapshot = snapshot(record);
    context! {
        heading => title_of(record),
        caption => record.state.label(),
        base => format!("/records/{}", record.id),
        of_person => record.person_id.to_string(),
        sections => snapshot.as_ref().map(|snapshot| sections::of_snapshot(snapshot, record)),
        score => snapshot.as_ref().and_then(|snapshot| snapshot.score.as_ref()).map(|one| score::panel(&one.score, record.state.counts().then_some(record.episode_id))),
        score_withheld => snapshot.as_ref().and_then(|snapshot| snapshot.score_withheld.clone()),
        withheld => record.withheld.then_some(WITHHELD),
        state => record.state.code(),
        record,
    }
}

/// What was signed; of a draft that may only be looked at, or was marked in error unsigned, its answers.
fn snapshot(record: &Record) -> Option<Snapshot> {
    let unsigned = || form_of(record).ok().map(|form| form.snapshot(&record.answers));
    record.snapshot.clone().or_else(unsigned)
}
