//! The care plan of a person: needs beside goals and what is done for them, reviews, evaluation, and scores over time.

mod both;
mod chart;
mod closing;
mod decision;
mod goal;
mod intervention;
mod need;
mod questions;
mod scores;
mod show;

pub(crate) use closing::left_open;

use crate::people::frame::{self, Frame};
use crate::{Act, App, Problem, tasks};
use axum::Router;
use axum::routing::get;
use both::NotSaved;
use minijinja::{Value, context};
use throughline_domain::ids::{EpisodeId, GoalId, PersonId};
use throughline_policy::{Subject, ViewCarePlan, ViewEpisode};
use throughline_store::care::{self, Goal};
use throughline_store::episodes::{self, Episode};
use throughline_store::{Tx, people};

/// The pages of the care plan.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people/{person}/care", get(show::show))
        .route("/people/{person}/care/scores", get(scores::show))
        .route("/people/{person}/care/goals/new", get(goal::new_page).post(goal::set))
        .route("/people/{person}/care/goals/{goal}", get(goal::page).post(goal::reword))
        .route("/people/{person}/care/goals/{goal}/evaluate", get(goal::evaluate_page).post(goal::evaluate))
        .route("/people/{person}/care/goals/{goal}/plan", get(intervention::new_page).post(intervention::plan))
        .route("/people/{person}/care/interventions/{intervention}", get(intervention::page).post(intervention::record))
        .route("/people/{person}/care/needs/no-goal", get(need::page).post(need::say_why))
        .route("/people/{person}/care/decisions/new", get(decision::page).post(decision::decide))
}

/// The address of a person's care plan.
fn address(person: PersonId) -> String {
    format!("/people/{person}/care")
}

/// The frame of a page below the care plan, with the way back to it.
async fn frame_below(tx: &mut Tx, person: PersonId) -> Result<Value, Problem> {
    let Frame { value, .. } = frame::open(tx, person, "care").await?;
    let back = context! { href => address(person), text => "Care plan" };
    Ok(context! { back, ..value })
}

/// The open episodes of a person, newest first.
async fn open_episodes(tx: &mut Tx, person: PersonId) -> Result<Vec<Episode>, Problem> {
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let all = episodes::of_person(tx, &grant).await?;
    Ok(all.into_iter().filter(|episode| episode.closed_at.is_none()).collect())
}

/// The episode that a form names, or else the one that is open, as a subject for the policy.
async fn subject_of(tx: &mut Tx, person: PersonId, named: &str) -> Result<Subject, NotSaved> {
    let episode = match named.parse::<EpisodeId>() {
        Ok(episode) => episode,
        Err(_) => match open_episodes(tx, person).await?.as_slice() {
            [] => return Err(NotSaved::Late),
            [one] => one.id,
            _ => return Err(NotSaved::ToChoose),
        },
    };
    let subject = people::subject_of_episode(tx, episode).await?;
    Ok(subject.filter(|subject| subject.person == Some(person)).ok_or(Problem::NotFound)?)
}

/// A goal of the person of the address, with the subject the policy is asked about.
async fn find_goal(tx: &mut Tx, person: PersonId, id: GoalId) -> Result<(Subject, Goal), Problem> {
    let subject = care::subject(tx, id).await?.filter(|subject| subject.person == Some(person));
    let subject = subject.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewCarePlan>(subject).await?;
    let goal = care::goal(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((subject, goal))
}

/// Rule 7: when a review was what the episode owed next, the earliest task that is still open is.
async fn settle(act: &mut Act, subject: Subject) -> Result<(), Problem> {
    tasks::settle_next_action(act, subject, care::review_title()).await
}
