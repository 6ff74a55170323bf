//! How a record stood at an instant: the text that was saved by then, and the acts that were known.
//!
//! Saved states of one person's typing within a minute are one ([`super::save`]), so that a moment
//! is told to the minute: ask about its end.

use super::acts::{Act, ActKind, state_after};
use super::read::parted;
use super::{Record, Records, Whole, acts, answers, select, snapshot, whole};
use crate::{Conn, Result, Tx, args};
use throughline_domain::ids::RecordId;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, Subject, ViewClinical};

/// One record of the grant's person as it stood; `None` when it was not begun by then, or nothing
/// of it is the reader's to read now.
///
/// # Errors
/// The store's.
pub async fn get_as_of(tx: &mut Tx, grant: &Grant<ViewClinical>, id: RecordId, at: Instant) -> Result<Option<Record>> {
    let Some(now) = whole(tx, grant, id).await? else { return Ok(None) };
    match stood(tx, now, at).await? {
        Some(then) => then.shown(tx, grant.subject()).await,
        None => Ok(None),
    }
}

/// The records of the grant's episode as they stood, newest first.
///
/// # Errors
/// The store's.
pub async fn of_episode_as_of(tx: &mut Tx, grant: &Grant<ViewClinical>, at: Instant) -> Result<Records> {
    let found = select(
        tx,
        "WHERE episode_id = $1 AND person_id = $2 AND created_at <= $3 ORDER BY created_at DESC, id DESC",
        args![grant.episode(), grant.person(), at],
    )
    .await?;
    all_stood(tx, grant.subject(), found, at).await
}

/// The records of the grant's person over all episodes as they stood, newest first.
///
/// # Errors
/// The store's.
pub async fn of_person_as_of(tx: &mut Tx, grant: &Grant<ViewClinical>, at: Instant) -> Result<Records> {
    let found = select(
        tx,
        "WHERE person_id = $1 AND created_at <= $2 ORDER BY created_at DESC, id DESC",
        args![grant.person(), at],
    )
    .await?;
    all_stood(tx, grant.subject(), found, at).await
}

async fn all_stood(tx: &mut Tx, subject: Subject, found: Vec<Whole>, at: Instant) -> Result<Records> {
    let mut stood_then = Vec::new();
    for now in found {
        let of = Subject { episode: Some(now.0.episode_id), ..subject };
        stood_then.extend(stood(tx, now, at).await?.map(|then| (then, of)));
    }
    parted(tx, stood_then).await
}

/// The record as it was kept at that instant.
async fn stood(conn: &mut Conn, now: Whole, at: Instant) -> Result<Option<Whole>> {
    let mut then = now.0;
    if then.created_at > at {
        return Ok(None);
    }
    let known: Vec<Act> = acts::of_record(conn, then.id).await?.into_iter().filter(|act| act.at <= at).collect();
    then.state = state_after(&known);
    then.acts = i64::try_from(known.len()).unwrap_or(i64::MAX);
    let signature = standing_signature(&known);
    set_signature(&mut then, &known, signature);
    then.snapshot = match signature {
        Some(place) => signed_snapshot(conn, then.id, place).await?,
        None => None,
    };
    let version = signature.map(|place| known[place].version);
    saved_state(conn, &mut then, version, at).await?;
    Ok(Some(Whole(then)))
}

/// The place of the signature that stands after these acts.
fn standing_signature(acts: &[Act]) -> Option<usize> {
    let is_signature = |act: &Act| matches!(act.kind, ActKind::Signed | ActKind::SignedToCountersign);
    let signed = acts.iter().rposition(is_signature)?;
    let sent_back = acts[signed..].iter().any(|act| act.kind == ActKind::SentBack);
    (!sent_back).then_some(signed)
}

fn set_signature(then: &mut Record, known: &[Act], signature: Option<usize>) {
    let signed = signature.map(|place| &known[place]);
    then.signed_at = signed.map(|act| act.at);
    then.signed_by = signed.map(|act| act.by_user);
    then.signed_by_name = signed.map(|act| act.by_name.clone()).unwrap_or_default();
    let since = signature.map_or(&[][..], |place| &known[place..]);
    let countersigned = since.iter().find(|act| act.kind == ActKind::Countersigned);
    then.countersigned_at = countersigned.map(|act| act.at);
    then.countersigned_by_name = countersigned.map(|act| act.by_name.clone()).unwrap_or_default();
    let in_error = known.iter().find(|act| act.kind == ActKind::InError);
    then.error_reason = in_error.map(|act| act.words.clone()).unwrap_or_default();
    if let Some(signed) = signed {
        then.form_version.clone_from(&signed.form_version);
    }
}

async fn signed_snapshot(conn: &mut Conn, id: RecordId, place: usize) -> Result<Option<throughline_forms::Snapshot>> {
    let number = i64::try_from(place).unwrap_or(i64::MAX);
    let row = conn
        .fetch_optional(
            "SELECT snapshot FROM record_act WHERE record_id = $1 ORDER BY number LIMIT 1 OFFSET $2",
            args![id, number],
        )
        .await?;
    row.as_ref().map_or(Ok(None), snapshot)
}

/// The saved text: what was signed, else the newest that stood by then.
async fn saved_state(conn: &mut Conn, then: &mut Record, version: Option<i64>, at: Instant) -> Result<()> {
    let rows = conn
        .fetch_all(
            "SELECT version, answers, saved_at, saved_by, saved_by_name FROM record_version
              WHERE record_id = $1 AND conflicts_with IS NULL ORDER BY version DESC",
            args![then.id],
        )
        .await?;
    for row in &rows {
        let (number, saved_at): (i64, Instant) = (row.get("version")?, row.get("saved_at")?);
        if saved_at > at || version.is_some_and(|version| number > version) {
            continue;
        }
        then.version = number;
        then.answers = answers(row)?;
        then.updated_at = saved_at;
        then.updated_by = row.get("saved_by")?;
        then.updated_by_name = row.get("saved_by_name")?;
        return Ok(());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_domain::document::RecordState;
    use throughline_domain::ids::UserId;

    fn act(kind: ActKind) -> Act {
        Act {
            kind,
            version: 1,
            form_version: "1".into(),
            words: String::new(),
            at: Instant::UNIX_EPOCH,
            by_user: UserId::new(uuid::Uuid::nil()),
            by_name: "Somebody".into(),
        }
    }

    #[test]
    fn a_signature_that_was_sent_back_does_not_stand() {
        let acts = [ActKind::SignedToCountersign, ActKind::SentBack].map(act);
        assert_eq!((standing_signature(&acts), state_after(&acts)), (None, RecordState::Draft));
        let again = [ActKind::SignedToCountersign, ActKind::SentBack, ActKind::SignedToCountersign].map(act);
        assert_eq!((standing_signature(&again), state_after(&again)), (Some(2), RecordState::AwaitingCountersignature));
        let error = [ActKind::Signed, ActKind::InError].map(act);
        assert_eq!((standing_signature(&error), state_after(&error)), (Some(0), RecordState::InError));
        assert_eq!((standing_signature(&[]), state_after(&[])), (None, RecordState::Draft));
    }
}
