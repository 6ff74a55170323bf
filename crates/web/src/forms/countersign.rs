//! Countersigning: what changed before it, agreeing, and sending back.

use super::sections::WITHHELD;
use super::words::{SEND_BACK, missing};
use super::{alike, form_of, in_words, learned, open_record, sign, title_of};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::ids::{RecordId, TaskId};
use throughline_domain::task::TaskKind;
use throughline_domain::time::london_date;
use throughline_forms::Question;
use throughline_policy::{CountersignClinical, Subject};
use throughline_store::records::{self, Act, ActKind, Record, Version};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, episodes};
use uuid::Uuid;

/// Whether this user may countersign the record now: nobody their own, nor while a colleague
/// countersigns theirs.
pub(super) async fn may_countersign(cx: &Cx, tx: &mut Tx, subject: Subject, record: &Record) -> Result<bool, Problem> {
    let user = &cx.signed_in.user;
    let waits = record.state == RecordState::AwaitingCountersignature;
    let other = record.signed_by != Some(user.id) && !user.is_countersigned(london_date(cx.now));
    Ok(waits && other && tx.may::<CountersignClinical>(subject).await?)
}

pub(super) async fn countersign(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<CountersignClinical>(subject).await?;
    if record.signed_by == Some(cx.signed_in.user.id) {
        return Err(Problem::NotFound);
    }
    records::countersign(&mut act, &grant, &record).await?;
    learned::keep(&mut act, subject, form_of(&record)?, &record).await?;
    sign::set_next(&mut act, subject).await?;
    act.done(&format!("/records/{id}")).await
}

pub(super) async fn send_back(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let Some(_) = fields.given("words") else { return missing(&cx, id, &SEND_BACK, &fields).await };
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<CountersignClinical>(subject).await?;
    if record.signed_by == Some(cx.signed_in.user.id) {
        return Err(Problem::NotFound);
    }
    if record.version != fields.version()? {
        return Err(Problem::Stale);
    }
    records::send_back(&mut act, &grant, &record, &title_of(&record), fields.text("words")).await?;
    ask_again(&mut act, subject, &record).await?;
    act.done(&format!("/episodes/{}", record.episode_id)).await
}

/// Whoever signed owes the change, and the episode waits for it.
async fn ask_again(tx: &mut Tx, subject: Subject, record: &Record) -> Result<(), Problem> {
    let title = records::return_title(&title_of(record));
    let due_at = episodes::soon(tx.now());
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: record.person_id,
        episode_id: record.episode_id,
        kind: TaskKind::Countersign,
        title: title.clone(),
        due_at,
        owner_id: record.signed_by,
        organisation_id: tx.actor().ok_or(Problem::SignIn)?.organisation,
    };
    tasks::add(tx, &task).await?;
    let episode = subject.episode.ok_or(Problem::NotFound)?;
    Ok(episodes::set_next_action(tx, episode, &title, due_at).await?)
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
