//! Handing a task on, saying that it is not needed, and finishing what is not done by a contact.

use super::page;
use super::questions::{end_of_working_day, read_date_time};
use super::{find, next_page, settle_next_action, tell};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use throughline_domain::ids::{TaskId, UserId};
use throughline_domain::task::TaskState;
use throughline_policy::ChangeFollowUp;
use throughline_store::tasks;

/// Hands a task to a colleague of the organisation that owes it.
pub(super) async fn assign(cx: Cx, Path(id): Path<TaskId>, fields: Fields) -> Answer {
    let page = page::load(&cx, id).await?;
    let version = fields.version()?;
    let mut errors = Errors::default();
    let owner = fields.text("owner").parse::<UserId>().ok();
    let owner = owner.and_then(|owner| page.colleagues.iter().find(|one| one.id == owner));
    if owner.is_none() {
        errors.add("owner", "Choose who takes this on");
    }
    let due = match fields.given("due_date") {
        None => Some(page.task.due_at),
        Some(_) => read_date_time(&fields, "due", cx.now, end_of_working_day(), &mut errors),
    };
    let (Some(owner), Some(due), true) = (owner, due, errors.is_empty()) else {
        return page::show_errors(&cx, &page, &fields, &errors);
    };
    let mut act = cx.act(&fields).await?;
    let (subject, task) = find(&mut act, id).await?;
    let grant = act.authorise::<ChangeFollowUp>(subject).await?;
    tasks::assign(&mut act, &grant, id, version, owner.id, due).await?;
    tell(&mut act, subject, format!("Task handed to {}: {}", owner.name, task.title), format!("/tasks/{id}")).await?;
    let next = next_page(&mut act, subject, format!("/tasks/{id}")).await?;
    act.done(&next).await
}

/// Ends a task that is no longer owed, with a reason.
pub(super) async fn cancel(cx: Cx, Path(id): Path<TaskId>, fields: Fields) -> Answer {
    if fields.given("reason").is_none() {
        let page = page::load(&cx, id).await?;
        let mut errors = Errors::default();
        errors.add("reason", "Say why this is not needed");
        return page::show_errors(&cx, &page, &fields, &errors);
    }
    end(&cx, id, &fields, TaskState::Cancelled, fields.text("reason")).await
}

/// Finishes a task that is not done by contacting the person.
pub(super) async fn done(cx: Cx, Path(id): Path<TaskId>, fields: Fields) -> Answer {
    end(&cx, id, &fields, TaskState::Done, fields.text("outcome")).await
}

async fn end(cx: &Cx, id: TaskId, fields: &Fields, state: TaskState, words: &str) -> Answer {
    let version = fields.version()?;
    let mut act = cx.act(fields).await?;
    let (subject, task) = find(&mut act, id).await?;
    if state == TaskState::Done && task.kind.is_contact() {
        return Err(Problem::Invalid("This task is done by recording a contact".into()));
    }
    if state == TaskState::Done && task.kind.is_review() {
        return Err(Problem::Invalid("This task is done by recording the review in the care plan".into()));
    }
    if task.record_id.is_some() {
        return Err(Problem::Invalid(
            "This task ends on its record: countersign it, send it back, or sign it again".into(),
        ));
    }
    let grant = act.authorise::<ChangeFollowUp>(subject).await?;
    tasks::end(&mut act, &grant, id, version, state, words).await?;
    tell(&mut act, subject, format!("{}: {}", state.label(), task.title), format!("/tasks/{id}")).await?;
    settle_next_action(&mut act, subject, &task.title).await?;
    let next = next_page(&mut act, subject, format!("/tasks/{id}")).await?;
    act.done(&next).await
}
