//! The step of the pathway that a form fulfils, and the form that a step opens.

use crate::banner::banner;
use crate::pathway;
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use throughline_domain::episode::Step;
use throughline_domain::ids::EpisodeId;
use throughline_forms::About;
use throughline_policy::ViewClinical;
use throughline_store::records::{self};

/// Leads to the form of a step, from pages that know only the step.
pub(super) async fn open(cx: Cx, Path((id, step)): Path<(EpisodeId, String)>) -> Answer {
    let step = Step::from_code(&step).ok_or(Problem::NotFound)?;
    let mut tx = cx.begin().await?;
    let subject = pathway::subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let records = records::of_episode(&mut tx, &grant).await?;
    let episode = pathway::episode(&mut tx, subject).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let about = About { age: banner.age, contact: episode.point_of_contact };
    let form = pathway::form_of_step(step, about, &records.records).ok_or(Problem::NotFound)?;
    Ok(Redirect::to(&format!("/episodes/{id}/forms/{}", form.id)).into_response())
}
