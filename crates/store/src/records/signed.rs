//! Signing: the snapshot that is frozen, and what follows from it.

use super::acts::{self, ActKind};
use super::afterwards::end_tasks;
use super::classes::class_of;
use super::draft::hold;
use super::frozen::freeze;
use super::unsettled::is_unsettled;
use super::{Record, note};
use crate::{Error, Result, Tx, alerts, args, users};
use throughline_domain::document::RecordState;
use throughline_domain::finding::{FindingList, FindingSource, FindingStatus};
use throughline_domain::ids::{AlertId, RecordId};
use throughline_forms::{Answers, Form};
use throughline_policy::{Grant, SignClinical};
use uuid::Uuid;

/// Signs a draft: freezes its snapshot, writes its findings and raises its alerts. The caller has
/// checked the answers; those of somebody who cannot sign alone wait for a countersignature. What
/// this signer is not shown is signed with the rest: it is part of the record.
///
/// # Errors
/// [`Error::Stale`] when the draft is not the version that was checked, or a text that lost against a faster save is
/// neither settled nor signed without.
pub async fn sign(tx: &mut Tx, grant: &Grant<SignClinical>, record: &Record, form: &Form) -> Result<RecordState> {
    let mut whole = hold(tx, grant.person(), record.id).await?;
    if whole.0.version != record.version || whole.0.state != RecordState::Draft {
        return Err(Error::Stale);
    }
    if is_unsettled(tx, grant.subject(), &whole).await? {
        return Err(Error::Stale);
    }
    let (kind, state) = if users::is_countersigned(tx, grant.actor()).await? {
        (ActKind::SignedToCountersign, RecordState::AwaitingCountersignature)
    } else {
        (ActKind::Signed, RecordState::Signed)
    };
    whole.0.form_version = form.version.to_string();
    let answers = whole.0.answers.clone();
    let snapshot = freeze(form, &answers)?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE record SET state = $4, snapshot = $5, form_version = $6, signed_at = $7, signed_by = $8, signed_by_name = $9
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'draft'",
        args![
            record.id,
            grant.person(),
            record.version,
            state,
            &snapshot,
            form.version.to_string(),
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    acts::add(tx, &whole, kind, &snapshot, "").await?;
    end_tasks(tx, record, grant.actor().user, "Signed again").await?;
    write_findings(tx, grant, record.id, form, &answers).await?;
    for raised in form.alerts(&answers) {
        let alert = alerts::NewAlert {
            id: AlertId::new(Uuid::now_v7()),
            record: Some(record.id),
            kind: raised.kind,
            detail: raised.detail,
            due_at: raised.due_at,
            owner: None,
        };
        alerts::raise_in(tx, grant.person(), grant.episode(), grant.site(), &alert).await?;
    }
    let words = match state {
        RecordState::AwaitingCountersignature => {
            format!("{} signed, waiting for countersignature", form.title)
        }
        _ => format!("{} signed", form.title),
    };
    note(tx, grant, record.id, class_of(Some(form)), words).await?;
    Ok(state)
}

async fn write_findings(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    id: RecordId,
    form: &Form,
    answers: &Answers,
) -> Result<()> {
    for finding in form.findings(answers) {
        let list = FindingList::from_code(&finding.list).unwrap_or(FindingList::Need);
        let status = finding.status.as_deref().and_then(FindingStatus::from_code);
        tx.execute(
            "INSERT INTO finding (id, person_id, episode_id, record_id, list, code, label, status, already_known, source)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                Uuid::now_v7(),
                grant.person(),
                grant.episode(),
                id,
                list,
                finding.code,
                finding.label,
                status.unwrap_or(FindingStatus::Suspected),
                finding.known.as_deref() == Some("already_known"),
                finding.source.as_deref().and_then(FindingSource::from_code).map_or("", FindingSource::code)
            ],
        )
        .await?;
    }
    Ok(())
}
