//! A signature that waits for another: who may countersign it, what changed before it, and what was done.

use super::alike::{alike, asked, in_words};
use super::opened::form_of;
use super::sections::WITHHELD;
use crate::{Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::time::london_date;
use throughline_forms::{Answers, Form, Question};
use throughline_policy::{CountersignClinical, Subject};
use throughline_store::Tx;
use throughline_store::records::{Act, ActKind, Record, Version, VersionLine};

/// Whether this user may countersign the record now: nobody their own, nor while a colleague
/// countersigns theirs.
pub(super) async fn may_countersign(cx: &Cx, tx: &mut Tx, subject: Subject, record: &Record) -> Result<bool, Problem> {
    let user = &cx.signed_in.user;
    let waits = record.state == RecordState::AwaitingCountersignature;
    let other = record.signed_by != Some(user.id) && !user.is_countersigned(london_date(cx.now));
    Ok(waits && other && tx.may::<CountersignClinical>(subject).await?)
}

/// The version that a countersigner compares with: the text that was sent back, else the first.
pub(super) fn compared_with(versions: &[VersionLine], acts: &[Act]) -> Option<i64> {
    match last_sent_back(acts) {
        Some(act) => Some(act.version),
        None => versions.last().map(|first| first.version),
    }
}

fn last_sent_back(acts: &[Act]) -> Option<&Act> {
    acts.iter().rev().find(|act| act.kind == ActKind::SentBack)
}

/// What the signed text says otherwise than the draft first did or, when it was sent back before,
/// than the text that was sent back: question by question, with who wrote it.
pub(super) fn changed(record: &Record, versions: &[VersionLine], before: Option<&Version>, acts: &[Act]) -> Value {
    let mut writers: Vec<&str> = Vec::new();
    for version in versions.iter().rev() {
        if !writers.contains(&version.saved_by_name.as_str()) {
            writers.push(&version.saved_by_name);
        }
    }
    let (Some(before), Ok(form)) = (before, form_of(record)) else { return context! { writers } };
    let changes = Changes::of(form, &before.answers, &record.answers);
    context! {
        since => before.saved_at,
        sent_back => last_sent_back(acts).map(|act| context! { at => act.at, by => act.by_name, words => act.words }),
        rows => changes.rows.iter().map(|row| context! { label => row.0, was => row.1, now => row.2 }).collect::<Vec<_>>(),
        added => changes.added,
        withheld => record.withheld.then_some(WITHHELD),
        writers,
    }
}

/// What one text says otherwise than another, of the questions that apply: what does not was not signed.
struct Changes<'a> {
    /// What was answered before: the question, what it said, and what it says now.
    rows: Vec<(&'a str, String, String)>,
    /// The questions that were not answered before.
    added: Vec<&'a str>,
}

impl<'a> Changes<'a> {
    fn of(form: &'a Form, before: &Answers, now: &Answers) -> Self {
        let (before, now) = (asked(form, before), asked(form, now));
        let differs = |question: &&Question| !alike(&before, &now, &question.id);
        let (was, added): (Vec<&Question>, Vec<&Question>) =
            form.questions().filter(differs).partition(|question| before.is_answered(&question.id));
        let told = |question: &Question| {
            if now.is_answered(&question.id) { in_words(form, &now, &question.id) } else { "Not answered".to_owned() }
        };
        Self {
            rows: was.iter().map(|one| (one.label.as_str(), in_words(form, &before, &one.id), told(one))).collect(),
            added: added.iter().map(|question| question.label.as_str()).collect(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_forms::catalogue;

    #[test]
    fn a_countersigner_is_shown_as_signed_only_what_was_signed() {
        let form = catalogue().get("screening").expect("the screening is shipped");
        let text = |uses: &str, detail: &str| {
            let mut answers = Answers::default();
            answers.set("substance_use", [uses]);
            answers.set("substance_detail", [detail]);
            answers
        };
        let changes = Changes::of(form, &text("yes", "cider"), &text("no", "a litre of cider a day"));
        let detail = changes.rows.iter().find(|row| row.1 == "cider").expect("it is not asked any more");
        assert_eq!(detail.2, "Not answered");
        let added = Changes::of(form, &Answers::default(), &text("no", "cider")).added;
        assert_eq!(added, [form.question("substance_use").unwrap().label.as_str()]);
    }
}
