//! What is owed: worklists, the page of a task, and the follow-up of an episode.

mod alerts;
mod change;
mod contact;
mod follow_up;
mod page;
mod questions;
mod worklist;

use crate::{Act, App, Problem};
use axum::Router;
use axum::routing::{get, post};
use chrono::Duration;
use throughline_domain::ids::TaskId;
use throughline_domain::task::TaskKind;
use throughline_domain::time::Instant;
use throughline_policy::{Class, Subject, ViewEpisode, ViewFollowUp};
use throughline_store::episodes::NextAction;
use throughline_store::tasks::{NewTask, Task};
use throughline_store::{Tx, episodes, events, people, tasks};
use uuid::Uuid;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/worklist", get(worklist::show))
        .route("/tasks/{task}", get(page::show))
        .route("/tasks/{task}/contact", post(contact::record))
        .route("/tasks/{task}/assign", post(change::assign))
        .route("/tasks/{task}/cancel", post(change::cancel))
        .route("/tasks/{task}/done", post(change::done))
        .route("/episodes/{episode}/follow-up", get(follow_up::show).post(follow_up::add))
        .route("/episodes/{episode}/follow-up/allocate", post(follow_up::allocate))
}

/// A task with the subject the policy is asked about.
async fn find(tx: &mut Tx, id: TaskId) -> Result<(Subject, Task), Problem> {
    let subject = tasks::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewFollowUp>(subject).await?;
    let task = tasks::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((subject, task))
}

/// Rule 7: when the next action of the episode was this task, the next one is the earliest task
/// that is still open, or to decide what follows.
pub(crate) async fn settle_next_action(act: &mut Act, subject: Subject, title: &str) -> Result<(), Problem> {
    let grant = act.authorise::<ViewEpisode>(subject).await?;
    let Some(episode) = episodes::get(act, &grant).await?.filter(|episode| episode.closed_at.is_none()) else {
        return Ok(());
    };
    let follow_up = act.authorise::<ViewFollowUp>(subject).await?;
    let owed = tasks::of_episode(act, &follow_up).await?;
    let open = owed.iter().find(|task| task.state == throughline_domain::task::TaskState::Open);
    if !episode.next_action.ends_with(title) && open.is_none_or(|task| task.due_at >= episode.next_action_due) {
        return Ok(());
    }
    let tomorrow = act.now() + Duration::days(1);
    let (words, due) = open
        .map_or(("Plan the next follow-up, or close the episode", tomorrow), |task| (task.title.as_str(), task.due_at));
    episodes::set_next_action(act, episode.id, words, due).await?.only_while_open();
    Ok(())
}

/// Owes something of an episode come what may: as its next action or, where it is closed and has none, as a task of
/// whoever does this.
pub(crate) async fn owe(tx: &mut Tx, subject: Subject, title: &str, due_at: Instant) -> Result<(), Problem> {
    let episode_id = subject.episode.ok_or(Problem::NotFound)?;
    if episodes::set_next_action(tx, episode_id, title, due_at).await? == NextAction::Set {
        return Ok(());
    }
    let actor = tx.actor().ok_or(Problem::SignIn)?;
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: subject.person.ok_or(Problem::NotFound)?,
        episode_id,
        kind: TaskKind::Other,
        title: title.to_owned(),
        due_at,
        owner_id: Some(actor.user),
        organisation_id: actor.organisation,
    };
    Ok(tasks::add(tx, &task).await?)
}

/// Tells colleagues what became of a task, in words without clinical content.
async fn tell(act: &mut Act, subject: Subject, words: String, link: String) -> Result<(), Problem> {
    let new = events::NewEvent {
        at: None,
        site: subject.site,
        person: subject.person,
        episode: subject.episode,
        kind: "task",
        class: Class::FollowUp,
        words,
        link,
    };
    Ok(events::add(act, new).await?)
}

/// Where a change of a task leads: to its page, or to the worklist of somebody whose only reason
/// to see the person was the task that they have just ended.
async fn next_page(act: &mut Act, subject: Subject, page: String) -> Result<String, Problem> {
    act.relationships_changed();
    Ok(if act.may::<ViewFollowUp>(subject).await? { page } else { "/worklist".to_owned() })
}

/// The subject of an episode's pages.
async fn of_episode(tx: &mut Tx, id: throughline_domain::ids::EpisodeId) -> Result<Subject, Problem> {
    people::subject_of_episode(tx, id).await?.ok_or(Problem::NotFound)
}
