//! A signature that waits for another: who may countersign it, what changed before it, and what was done.

use super::alike::{alike, in_words};
use super::opened::form_of;
use super::sections::WITHHELD;
use crate::{Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::time::london_date;
use throughline_forms::Question;
use throughline_policy::{CountersignClinical, Subject};
use throughline_store::Tx;
use throughline_store::records::{Act, ActKind, Record, Version};

/// Whether this user may countersign the record now: nobody their own, nor while a colleague
/// countersigns theirs.
pub(super) async fn may_countersign(cx: &Cx, tx: &mut Tx, subject: Subject, record: &Record) -> Result<bool, Problem> {
    let user = &cx.signed_in.user;
    let waits = record.state == RecordState::AwaitingCountersignature;
    let other = record.signed_by != Some(user.id) && !user.is_countersigned(london_date(cx.now));
    Ok(waits && other && tx.may::<CountersignClinical>(subject).await?)
}

/// What the signed text says otherwise than the draft first did or, when it was sent back before,
/// than the text that was sent back: question by question, with who wrote it.
pub(super) fn changed(record: &Record, versions: &[Version], acts: &[Act]) -> Value {
    let sent_back = acts.iter().rev().find(|act| act.kind == ActKind::SentBack);
    let before = match sent_back {
        Some(act) => versions.iter().find(|one| one.version == act.version),
        None => versions.last(),
    };
    let mut writers: Vec<&str> = Vec::new();
    for version in versions.iter().rev() {
        if !writers.contains(&version.saved_by_name.as_str()) {
            writers.push(&version.saved_by_name);
        }
    }
    let (Some(before), Ok(form)) = (before, form_of(record)) else { return context! { writers } };
    let differs = |question: &&Question| !alike(&before.answers, &record.answers, &question.id);
    let (was, added): (Vec<&Question>, Vec<&Question>) =
        form.questions().filter(differs).partition(|question| before.answers.is_answered(&question.id));
    let row = |question: &&Question| {
        let now = if record.answers.is_answered(&question.id) {
            in_words(form, &record.answers, &question.id)
        } else {
            "Not answered".to_owned()
        };
        context! { label => question.label, was => in_words(form, &before.answers, &question.id), now }
    };
    context! {
        since => before.saved_at,
        sent_back => sent_back.map(|act| context! { at => act.at, by => act.by_name, words => act.words }),
        rows => was.iter().map(row).collect::<Vec<_>>(),
        added => added.iter().map(|question| question.label.as_str()).collect::<Vec<_>>(),
        withheld => record.withheld.then_some(WITHHELD),
        writers,
    }
}

/// An act on a record, as the template draws it.
pub(super) fn act_value(act: &Act) -> Value {
    context! { what => act.kind.label(), words => act.words, at => act.at, by => act.by_name }
}

/// The words with which a draft was sent back, when that was the last that was done to it.
pub(super) fn sent_back(acts: &[Act]) -> Option<Value> {
    acts.last().filter(|act| act.kind == ActKind::SentBack).map(act_value)
}
