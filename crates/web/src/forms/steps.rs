//! The step of the pathway that a form fulfils, and the form that a step opens.

use crate::banner::banner;
use crate::episodes as episode_pages;
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use throughline_domain::document::RecordState;
use throughline_domain::episode::Step;
use throughline_domain::ids::EpisodeId;
use throughline_forms::{About, Form, catalogue};
use throughline_policy::ViewClinical;
use throughline_store::records::{self, Record};

/// The form that a step opens: the one that is begun or signed in the episode, else the one that is
/// made for somebody like this person. `None` for steps that are no forms.
pub(crate) fn form_of_step(step: Step, about: About, records: &[Record]) -> Option<&'static Form> {
    let of_step =
        |record: &&Record| record.state != RecordState::InError && catalogue().step_of(&record.form_id) == Some(step);
    let newest = records.iter().filter(of_step).max_by_key(|record| record.created_at);
    newest.and_then(|record| catalogue().get(&record.form_id)).or_else(|| catalogue().for_step(step, about))
}

/// Leads to the form of a step, from pages that know only the step.
pub(super) async fn open(cx: Cx, Path((id, step)): Path<(EpisodeId, String)>) -> Answer {
    let step = Step::from_code(&step).ok_or(Problem::NotFound)?;
    let mut tx = cx.begin().await?;
    let subject = episode_pages::subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let records = records::of_episode(&mut tx, &grant).await?;
    let episode = episode_pages::episode(&mut tx, subject).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let about = About { age: banner.age, contact: episode.point_of_contact };
    let form = form_of_step(step, about, &records.records).ok_or(Problem::NotFound)?;
    Ok(Redirect::to(&format!("/episodes/{id}/forms/{}", form.id)).into_response())
}
