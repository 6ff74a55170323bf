//! The episode: its task list, offer and consent, hand-over, release, and why somebody was not seen.

mod as_of;
mod consent;
mod errors;
mod hand_over;
mod leaving;
mod not_seen;
mod offered;
mod show;

use crate::{App, Problem};
use axum::Router;
use axum::routing::get;
use throughline_domain::episode::Step;
use throughline_domain::ids::EpisodeId;
use throughline_policy::{Subject, ViewEpisode};
use throughline_store::episodes::Episode;
use throughline_store::{Tx, episodes, people};

pub(crate) use as_of::records_as_of;
pub(crate) use errors::Errors;
pub(crate) use show::record_line;

/// The pages of an episode.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}", get(show::show))
        .route("/episodes/{episode}/consent", get(consent::show).post(consent::record))
        .route("/episodes/{episode}/hand-over", get(hand_over::show).post(hand_over::change))
        .route("/episodes/{episode}/release", get(leaving::show).post(leaving::change))
        .route("/episodes/{episode}/not-seen", get(not_seen::show).post(not_seen::record))
}

/// The person, episode and site of an episode's page.
pub(crate) async fn subject(tx: &mut Tx, id: EpisodeId) -> Result<Subject, Problem> {
    people::subject_of_episode(tx, id).await?.ok_or(Problem::NotFound)
}

/// The episode, for a page or an act about it.
pub(crate) async fn episode(tx: &mut Tx, subject: Subject) -> Result<Episode, Problem> {
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)
}

/// The episode, and the step that comes next in it.
pub(crate) async fn next_step(tx: &mut Tx, subject: Subject) -> Result<(Episode, Step), Problem> {
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let progress = episodes::progress(tx, &grant).await?;
    let next = progress.next_step(episode.point_of_contact, episode.legal_status);
    Ok((episode, next))
}

/// Sets the next action after an act that moved the episode on: when another step is next now.
pub(crate) async fn move_on(tx: &mut Tx, subject: Subject, before: Step) -> Result<(), Problem> {
    let (episode, next) = next_step(tx, subject).await?;
    if next == before {
        return Ok(());
    }
    let within =
        episode.urgency.filter(|_| next == Step::Assessment).map(throughline_domain::episode::Urgency::act_within);
    let due = within.map_or_else(|| episodes::soon(tx.now()), |within| tx.now() + within);
    Ok(episodes::set_next_action(tx, episode.id, next.action(), due).await?)
}
