//! Records in a list: as they stand, and as they stood at a moment.

use crate::as_of::AsOf;
use minijinja::{Value, context};
use throughline_forms::{FormKind, catalogue};
use throughline_store::records::{Record, Records};

/// One filled-in form in a list.
pub(crate) fn record_line(record: &Record) -> Value {
    let title = record.snapshot.as_ref().map_or_else(
        || catalogue().get(&record.form_id).map_or_else(|| record.form_id.clone(), |form| form.title.clone()),
        |snapshot| snapshot.title.clone(),
    );
    // Notes are many: each is told apart by what it is about.
    let is_note = catalogue().get(&record.form_id).is_some_and(|form| form.kind == FormKind::Note);
    let title = match record.answers.one("about").filter(|_| is_note) {
        Some(about) => format!("{title}: {about}"),
        None => title,
    };
    let score = record.snapshot.as_ref().and_then(|snapshot| snapshot.score.as_ref());
    let signed = record.signed_at.is_some();
    context! {
        title,
        href => format!("/records/{}", record.id),
        state => record.state.code(),
        words => record.state.label(),
        at => record.signed_at.unwrap_or(record.updated_at),
        by => if signed { &record.signed_by_name } else { &record.updated_by_name },
        signed,
        score => score.map(|score| format!("{} of {}, {}. {}", score.score.total, score.score.out_of, score.score.band, score.score.statement)),
    }
}

/// Records as they stood, in a list that leads to each as it stood.
pub(crate) fn records_as_of(stood: &Records, moment: AsOf) -> Value {
    let line = |record: &Record| {
        context! { href => moment.of_page(&format!("/records/{}", record.id)), ..record_line(record) }
    };
    context! {
        filled => stood.records.iter().map(line).collect::<Vec<_>>(),
        withheld => stood.withheld,
    }
}
