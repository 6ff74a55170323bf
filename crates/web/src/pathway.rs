//! An episode and where it stands on its pathway: what every page and act about an episode reads first.

use crate::Problem;
use throughline_domain::document::RecordState;
use throughline_domain::episode::{Step, Urgency};
use throughline_domain::ids::EpisodeId;
use throughline_forms::{About, Form, catalogue};
use throughline_policy::{Subject, ViewEpisode};
use throughline_store::episodes::Episode;
use throughline_store::records::Record;
use throughline_store::{Tx, episodes, people};

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
    let within = episode.urgency.filter(|_| next == Step::Assessment).map(Urgency::act_within);
    let due = within.map_or_else(|| episodes::soon(tx.now()), |within| tx.now() + within);
    episodes::set_next_action(tx, episode.id, next.action(), due).await?.only_while_open();
    Ok(())
}

/// The form that a step opens: the one that is begun or signed in the episode, else the one that is
/// made for somebody like this person. `None` for steps that are no forms.
pub(crate) fn form_of_step(step: Step, about: About, records: &[Record]) -> Option<&'static Form> {
    let of_step =
        |record: &&Record| record.state != RecordState::InError && catalogue().step_of(&record.form_id) == Some(step);
    let newest = records.iter().filter(of_step).max_by_key(|record| record.created_at);
    newest.and_then(|record| catalogue().get(&record.form_id)).or_else(|| catalogue().for_step(step, about))
}
