//! What comes after a signature: an addendum, a countersignature, sending back, a mark of error.

use super::acts::{self, ActKind};
use super::classes::class_of;
use super::draft::hold;
use super::{Record, Whole, note};
use crate::{Error, Result, Tx, args, users};
use throughline_domain::document::RecordState;
use throughline_domain::ids::UserId;
use throughline_forms::{AudienceClass, catalogue};
use throughline_policy::{Class, CountersignClinical, Grant, SignClinical};
use uuid::Uuid;

/// Whether the actor may add to signed records: not while a colleague countersigns what they sign, for nobody would
/// countersign what they add. A note of theirs is.
///
/// # Errors
/// The store's.
pub async fn may_add_addendum(tx: &mut Tx) -> Result<bool> {
    acts_alone(tx).await
}

/// Whether the actor may mark a record in error: while a colleague countersigns what they sign, only a draft that they
/// began, or what they signed and waits.
///
/// # Errors
/// The store's.
pub async fn may_mark_in_error(tx: &mut Tx, record: &Record) -> Result<bool> {
    let user = tx.actor().map(|actor| actor.user);
    let own = match record.state {
        RecordState::Draft => Some(record.created_by) == user,
        RecordState::AwaitingCountersignature => record.signed_by == user,
        _ => false,
    };
    Ok(own || acts_alone(tx).await?)
}

async fn acts_alone(tx: &mut Tx) -> Result<bool> {
    match tx.actor().cloned() {
        Some(actor) => Ok(!users::is_countersigned(tx, &actor).await?),
        None => Ok(false),
    }
}

/// Adds to a signed record. `class` says whether it is about, or from, other people; what is added to a note that is
/// restricted as a whole is of the note's class.
///
/// # Errors
/// [`Error::Stale`] when the record is not signed, or does not stand any more as the page showed it;
/// [`Error::NotAlone`] when the actor may not ([`may_add_addendum`]).
pub async fn add_addendum(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    record: &Record,
    class: AudienceClass,
    words: &str,
) -> Result<()> {
    let whole = held(tx, record).await?;
    if !may_add_addendum(tx).await? {
        return Err(Error::NotAlone);
    }
    if !whole.0.state.counts() || whole.0.person_id != grant.person() {
        return Err(Error::Stale);
    }
    let class = whole.restricted_class().unwrap_or(class);
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO addendum (id, record_id, words, at, by_user, by_name, class) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![Uuid::now_v7(), record.id, words, now, grant.actor().user, name, class],
    )
    .await?;
    tx.execute(
        "UPDATE record SET third_party = third_party OR $2, sealed = sealed OR $3 WHERE id = $1",
        args![record.id, class == AudienceClass::ThirdParty, class == AudienceClass::Sealed],
    )
    .await?;
    let title = record.snapshot.as_ref().map_or("Record", |snapshot| &snapshot.title);
    note(tx, grant, record.id, class_of_record(record), format!("{title}: addendum")).await
}

fn class_of_record(record: &Record) -> Class {
    class_of(catalogue().get(&record.form_id))
}

/// Marks a record in error: it is kept and shown as such; its findings no longer count. Alerts it
/// raised stand until somebody answers them: a mistake in a form is no proof that all is well.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first; [`Error::NotAlone`] when the actor may not
/// ([`may_mark_in_error`]).
pub async fn mark_in_error(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    record: &Record,
    title: &str,
    reason: &str,
) -> Result<()> {
    let whole = held(tx, record).await?;
    if !may_mark_in_error(tx, &whole.0).await? {
        return Err(Error::NotAlone);
    }
    tx.execute_versioned(
        "UPDATE record SET state = 'in_error', error_reason = $4
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state <> 'in_error'",
        args![record.id, grant.person(), record.version, reason],
    )
    .await?;
    acts::add(tx, &whole, ActKind::InError, "", reason).await?;
    no_longer_counts(tx, record, grant.actor().user, "Marked in error").await?;
    note(tx, grant, record.id, class_of_record(record), format!("{title} marked in error")).await
}

/// The record as it is kept, when it still stands as the page showed it.
async fn held(tx: &mut Tx, record: &Record) -> Result<Whole> {
    let whole = hold(tx, record.person_id, record.id).await?;
    if whole.0.state == record.state && whole.0.version == record.version { Ok(whole) } else { Err(Error::Stale) }
}

/// Takes back what followed from a signature, except the alerts.
async fn no_longer_counts(tx: &mut Tx, record: &Record, user: UserId, outcome: &str) -> Result<()> {
    tx.execute("DELETE FROM finding WHERE record_id = $1", args![record.id]).await?;
    end_tasks(tx, record, user, outcome).await?;
    tx.execute(
        "UPDATE episode SET urgency = '', assessment_needed = NULL
          WHERE id = $1 AND EXISTS (SELECT 1 FROM record WHERE id = $2 AND step = 'screening')
            AND NOT EXISTS (SELECT 1 FROM record WHERE episode_id = $1 AND step = 'screening'
                                AND state IN ('signed', 'awaiting'))",
        args![record.episode_id, record.id],
    )
    .await?;
    Ok(())
}

/// The title of the task to countersign a form.
pub fn countersign_title(form_title: &str) -> String {
    format!("Countersign: {form_title}")
}

/// The title of the task to mend a form that was sent back.
pub fn return_title(form_title: &str) -> String {
    format!("Change and sign again: {form_title}")
}

/// Ends what is owed of a record: to countersign it, or to change it and sign again.
pub(super) async fn end_tasks(tx: &mut Tx, record: &Record, user: UserId, outcome: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE task SET state = 'done', outcome = $2, done_at = $3, done_by = $4, version = version + 1
          WHERE record_id = $1 AND state = 'open'",
        args![record.id, outcome, now, user],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// Nobody countersigns their own, nor while a colleague countersigns theirs.
async fn may_countersign(tx: &mut Tx, grant: &Grant<CountersignClinical>, record: &Record) -> Result<()> {
    let own = record.signed_by == Some(grant.actor().user);
    if own || users::is_countersigned(tx, grant.actor()).await? {
        return Err(Error::Stale);
    }
    Ok(())
}

/// Countersigns a record, and ends the task that asked for it. `seen` is how many acts had been done to it
/// ([`Record::acts`]) when the countersigner read it: what was sent back and signed again meanwhile is another text,
/// or the same with another signature.
///
/// # Errors
/// [`Error::Stale`] when it does not wait for a countersignature any more, is the countersigner's own, or is not what
/// they read.
pub async fn countersign(tx: &mut Tx, grant: &Grant<CountersignClinical>, record: &Record, seen: i64) -> Result<()> {
    may_countersign(tx, grant, record).await?;
    let whole = held(tx, record).await?;
    if whole.0.acts != seen {
        return Err(Error::Stale);
    }
    let (now, name, user) = (tx.now(), tx.actor_name(), grant.actor().user);
    tx.execute_versioned(
        "UPDATE record SET state = 'signed', countersigned_at = $4, countersigned_by = $5, countersigned_by_name = $6
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'awaiting' AND signed_by <> $5",
        args![record.id, grant.person(), record.version, now, user, name],
    )
    .await?;
    acts::add(tx, &whole, ActKind::Countersigned, "", "").await?;
    let title = record.snapshot.as_ref().map_or_else(String::new, |snapshot| snapshot.title.clone());
    end_tasks(tx, record, user, "Countersigned").await?;
    note(tx, grant, record.id, class_of_record(record), format!("{title} countersigned")).await
}

/// Sends a record back to whoever signed it, with words: it is a draft again. The signature and the
/// text it was put under stay in the ledger of acts; findings no longer count; alerts stand.
///
/// # Errors
/// [`Error::Stale`] when it does not wait for a countersignature any more, or is the countersigner's own.
pub async fn send_back(
    tx: &mut Tx,
    grant: &Grant<CountersignClinical>,
    record: &Record,
    title: &str,
    words: &str,
) -> Result<()> {
    may_countersign(tx, grant, record).await?;
    let whole = held(tx, record).await?;
    if record.state != RecordState::AwaitingCountersignature {
        return Err(Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE record SET state = 'draft', snapshot = '', signed_at = NULL, signed_by = NULL, signed_by_name = ''
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'awaiting'",
        args![record.id, grant.person(), record.version],
    )
    .await?;
    acts::add(tx, &whole, ActKind::SentBack, "", words).await?;
    no_longer_counts(tx, record, grant.actor().user, "Sent back").await?;
    note(tx, grant, record.id, class_of_record(record), format!("{title} sent back to whoever signed it")).await
}
