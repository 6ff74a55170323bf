//! Countersigning a record, and sending it back.

use super::opened::{form_of, open_record, title_of};
use super::words::{SEND_BACK, missing};
use super::{learned, sign};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use throughline_domain::ids::{RecordId, TaskId};
use throughline_domain::task::TaskKind;
use throughline_policy::{CountersignClinical, Subject};
use throughline_store::records::{self, Record};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, episodes};
use uuid::Uuid;

pub(super) async fn countersign(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<CountersignClinical>(subject).await?;
    if record.signed_by == Some(cx.signed_in.user.id) {
        return Err(Problem::NotFound);
    }
    records::countersign(&mut act, &grant, &record, seen(&fields)?).await?;
    let left = learned::keep(&mut act, subject, form_of(&record)?, &record).await?;
    sign::set_next(&mut act, subject).await?;
    act.done(&learned::address(&record, &left)).await
}

/// How many acts the page showed: what was signed again since is another record to read.
fn seen(fields: &Fields) -> Result<i64, Problem> {
    fields.text("acts").parse().map_err(|_| Problem::Stale)
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
    tasks::add_about(tx, &task, record.id).await?;
    let episode = subject.episode.ok_or(Problem::NotFound)?;
    episodes::set_next_action(tx, episode, &title, due_at).await?.only_while_open();
    Ok(())
}
