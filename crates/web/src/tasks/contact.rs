//! Recording a contact: what came of it, what happens now, and a concern when there is one.

use super::page::{self, CONCERNS, TaskPage};
use super::questions::{end_of_working_day, read_date_time};
use super::{find, next_page, settle_next_action};
use crate::{Act, Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use chrono::Duration;
use throughline_domain::contact::{AfterContact, Attendance, ContactMode};
use throughline_domain::ids::{AlertId, ContactId, TaskId};
use throughline_domain::risk::AlertKind;
use throughline_domain::task::{TaskKind, TaskState, concern_due};
use throughline_domain::time::{Instant, london_time};
use throughline_policy::{ChangeFollowUp, RaiseAlert, Subject, ViewEpisode};
use throughline_store::contacts::{self, NewContact};
use throughline_store::tasks::{NewTask, Task};
use throughline_store::{alerts, episodes, organisations, tasks, users};
use uuid::Uuid;

/// A contact as it was read from the form.
struct Contacted {
    mode: ContactMode,
    attendance: Attendance,
    at: Instant,
    minutes: i64,
    note: String,
    after: After,
    concern: Option<(AlertKind, String)>,
}

/// What happens to the task.
enum After {
    Done,
    Again(Instant),
    NotNeeded(String),
}

pub(super) async fn record(cx: Cx, Path(id): Path<TaskId>, fields: Fields) -> Answer {
    let page = page::load(&cx, id).await?;
    let version = fields.version()?;
    let mut errors = Errors::default();
    let read = read(&cx, &page, &fields, &mut errors);
    let Some(contacted) = read.filter(|_| errors.is_empty()) else {
        return page::show_errors(&cx, &page, &fields, &errors);
    };
    let mut act = cx.act(&fields).await?;
    let (subject, task) = find(&mut act, id).await?;
    save(&mut act, subject, &task, version, &contacted).await?;
    let next = next_page(&mut act, subject, format!("/tasks/{id}")).await?;
    act.done(&next).await
}

async fn save(
    act: &mut Act,
    subject: Subject,
    task: &Task,
    version: i64,
    contacted: &Contacted,
) -> Result<(), Problem> {
    let grant = act.authorise::<ChangeFollowUp>(subject).await?;
    let site = subject.site.ok_or(Problem::NotFound)?;
    let new = NewContact {
        id: ContactId::new(Uuid::now_v7()),
        task_id: Some(task.id),
        mode: contacted.mode,
        attendance: contacted.attendance,
        at: contacted.at,
        minutes: contacted.minutes,
        note: contacted.note.clone(),
    };
    contacts::record(act, &grant, site, &new).await?;
    match &contacted.after {
        After::Done => tasks::end(act, &grant, task.id, version, TaskState::Done, contacted.attendance.label()).await?,
        After::Again(due) => tasks::put_off(act, &grant, task.id, version, *due).await?,
        After::NotNeeded(why) => tasks::end(act, &grant, task.id, version, TaskState::Cancelled, why).await?,
    }
    // Asked before the task's end may have ended the actor's relationship: rule 7 and the concern.
    if let Some((kind, words)) = &contacted.concern {
        raise(act, subject, *kind, words).await?;
    }
    settle_next_action(act, subject, &task.title).await
}

/// An alert on the risk card, and a task for the owner of the episode in the NHS team.
async fn raise(act: &mut Act, subject: Subject, kind: AlertKind, words: &str) -> Result<(), Problem> {
    let grant = act.authorise::<RaiseAlert>(subject).await?;
    let (person, episode_id) = (grant.person(), grant.episode());
    let id = AlertId::new(Uuid::now_v7());
    let alert = alerts::NewAlert { id, record: None, kind, detail: words.to_owned(), due_at: None, owner: None };
    alerts::raise(act, &grant, &alert).await?;
    let episode = act.authorise::<ViewEpisode>(subject).await?;
    let owner = episodes::get(act, &episode).await?.ok_or(Problem::NotFound)?.owner_id;
    let employer = match users::by_id(act, owner).await? {
        Some(user) => user.organisation_id,
        None => organisations::service(act).await?.ok_or(Problem::Failed)?.organisation_id,
    };
    let due_at = concern_due(kind, act.now());
    let title = format!("Answer a concern: {}", kind.label().to_lowercase());
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: person,
        episode_id,
        kind: TaskKind::Alert,
        title: title.clone(),
        due_at,
        owner_id: Some(owner),
        organisation_id: employer,
    };
    tasks::add(act, &task).await?;
    episodes::set_next_action(act, episode_id, &title, due_at).await?.only_while_open();
    Ok(())
}

fn read(cx: &Cx, page: &TaskPage, fields: &Fields, errors: &mut Errors) -> Option<Contacted> {
    let mode = ContactMode::from_code(fields.text("mode"));
    if mode.is_none() {
        errors.add("mode", "Choose how you contacted them");
    }
    let attendance = Attendance::from_code(fields.text("attendance"));
    if attendance.is_none() {
        errors.add("attendance", "Choose what came of it");
    }
    let at = read_date_time(fields, "at", cx.now, london_time(cx.now).time(), errors);
    // A clock on a desk may be some minutes fast.
    if at.is_some_and(|at| at > cx.now + Duration::minutes(5)) {
        errors.add("at_date", "This time is still to come: enter when the contact took place");
    }
    let minutes = read_minutes(fields, errors);
    let after = read_after(cx, page, fields, attendance, errors);
    let concern = read_concern(page, fields, errors);
    Some(Contacted {
        mode: mode?,
        attendance: attendance?,
        at: at?,
        minutes: minutes?,
        note: fields.text("note").to_owned(),
        after: after?,
        concern,
    })
}

fn read_minutes(fields: &Fields, errors: &mut Errors) -> Option<i64> {
    let Some(text) = fields.given("minutes") else { return Some(0) };
    let minutes = text.parse().ok().filter(|minutes| (0..=24 * 60).contains(minutes));
    if minutes.is_none() {
        errors.add("minutes", "Enter whole minutes, such as 20");
    }
    minutes
}

fn read_after(
    cx: &Cx,
    page: &TaskPage,
    fields: &Fields,
    attendance: Option<Attendance>,
    errors: &mut Errors,
) -> Option<After> {
    let Some(after) = AfterContact::from_code(fields.text("after")) else {
        errors.add("after", "Choose what happens now");
        return None;
    };
    if let Some(why) = attendance.and_then(|attendance| after.refused(attendance, page.missed())) {
        errors.add("after", why);
        return None;
    }
    match after {
        AfterContact::Done => Some(After::Done),
        AfterContact::Again => {
            let due = read_date_time(fields, "again", cx.now, end_of_working_day(), errors)?;
            if due <= cx.now {
                errors.add("again_date", "The next try must be later than now");
            }
            Some(After::Again(due))
        }
        AfterContact::NotNeeded => {
            let why = fields.given("why");
            if why.is_none() {
                errors.add("why", "Say why no further contact is needed");
            }
            why.map(|_| After::NotNeeded(fields.text("why").to_owned()))
        }
    }
}

fn read_concern(page: &TaskPage, fields: &Fields, errors: &mut Errors) -> Option<(AlertKind, String)> {
    if !page.may_raise {
        return None;
    }
    // Words without the tick are a concern all the same: nothing of this may be lost.
    if !fields.ticked("concern") && fields.given("concern_words").is_none() {
        return None;
    }
    let kind = AlertKind::from_code(fields.text("concern_kind")).filter(|kind| CONCERNS.contains(kind));
    if kind.is_none() {
        errors.add("concern_kind", "Choose what the concern is about");
    }
    if fields.given("concern_words").is_none() {
        errors.add("concern_words", "Say what you have seen or heard");
    }
    kind.map(|kind| (kind, fields.text("concern_words").to_owned()))
}
