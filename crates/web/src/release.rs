//! Release: what follows when a person walks out, whoever records it and on whichever page.
//!
//! On average one person a week dies by suicide within 48 hours of leaving police custody, so the
//! contact within 48 hours is made by itself, with an owner, and cannot be forgotten.

use crate::Problem;
use throughline_domain::consent::ConsentFor;
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::TaskId;
use throughline_domain::task::{TaskKind, contact_after_release_due};
use throughline_domain::time::Instant;
use throughline_policy::{Subject, ViewConsent, ViewEpisode};
use throughline_store::tasks::NewTask;
use throughline_store::{Tx, consents, episodes, tasks};
use uuid::Uuid;

/// Records a release, and makes the contact within 48 hours: by the link workers when the
/// follow-up is allocated to them and the person agreed, else by the episode's owner.
///
/// # Errors
/// [`Problem::NotFound`] when the actor may not record it.
pub async fn release(tx: &mut Tx, subject: Subject, status: LegalStatus, at: Instant) -> Result<(), Problem> {
    let justice = tx.authorise::<throughline_policy::ChangeJustice>(subject).await?;
    episodes::set_legal_status(tx, &justice, status, Some(at)).await?;
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let consent = tx.authorise::<ViewConsent>(subject).await?;
    let ledger = consents::ledger(tx, &consent).await?;
    let agreed = consents::state(&ledger, ConsentFor::LinkWorkers).permits();
    let actor = tx.actor().ok_or(Problem::SignIn)?.organisation;
    let due_at = contact_after_release_due(at);
    let (organisation_id, owner_id) = match episode.link_organisation_id.filter(|_| agreed) {
        Some(organisation) => (organisation, episode.link_worker_id),
        None => (actor, Some(episode.owner_id)),
    };
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: episode.person_id,
        episode_id: episode.id,
        kind: TaskKind::ContactAfterRelease,
        title: "Contact within 48 hours of release".into(),
        due_at,
        owner_id,
        organisation_id,
    };
    tasks::add(tx, &task).await?;
    episodes::set_next_action(tx, episode.id, "Contact within 48 hours of release", due_at).await?.only_while_open();
    Ok(())
}
