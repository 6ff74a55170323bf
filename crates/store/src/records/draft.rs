//! Drafts: begun, saved while they are typed, and never overwritten unseen.

use super::classes::{Holds, Readable, class_of};
use super::{Record, Saved, Whole, json, note, select};
use crate::{Error, Result, Tx, args};
use chrono::Duration;
use throughline_domain::document::RecordState;
use throughline_domain::episode::Step;
use throughline_domain::ids::{PersonId, RecordId, UserId};
use throughline_forms::{Answers, Form, FormKind, catalogue};
use throughline_policy::{Grant, WriteClinical};

/// Begins a draft in the grant's episode, with the answers that are taken over. When a draft of
/// this form is open already, that one goes on: its id is given back. A note is its author's: each
/// writes a draft of their own.
///
/// # Errors
/// [`Error::Stale`] when the episode is not the person's.
pub async fn start(
    tx: &mut Tx,
    grant: &Grant<WriteClinical>,
    id: RecordId,
    form: &Form,
    first: &Answers,
) -> Result<RecordId> {
    let (now, name, user) = (tx.now(), tx.actor_name(), grant.actor().user);
    // Written, and not only read: of two who begin at once the second waits, and goes on with the draft of the first.
    tx.execute_versioned(
        "UPDATE episode SET version = version WHERE id = $1 AND person_id = $2",
        args![grant.episode(), grant.person()],
    )
    .await?;
    let open = tx
        .fetch_optional(
            "SELECT id FROM record WHERE episode_id = $1 AND person_id = $2 AND form_id = $3 AND state = 'draft'
                AND ($4 = false OR created_by = $5) ORDER BY created_at, id",
            args![grant.episode(), grant.person(), &form.id, form.kind == FormKind::Note, user],
        )
        .await?;
    if let Some(row) = open {
        return row.get("id");
    }
    let holds = Holds::of(form, first);
    tx.execute(
        "INSERT INTO record (id, person_id, episode_id, form_id, form_version, state, answers, created_at, created_by,
                             updated_at, updated_by, updated_by_name, third_party, sealed, step)
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $7, $8, $9, $10, $11, $12)",
        args![
            id,
            grant.person(),
            grant.episode(),
            &form.id,
            form.version.to_string(),
            json(first),
            now,
            user,
            &name,
            holds.third_party,
            holds.sealed,
            form.step.map_or("", Step::code)
        ],
    )
    .await?;
    keep(tx, id, user, 1, first, None).await?;
    note(tx, grant, id, class_of(Some(form)), format!("{} started", form.title)).await?;
    Ok(id)
}

async fn keep(
    tx: &mut Tx,
    id: RecordId,
    user: UserId,
    version: i64,
    answers: &Answers,
    conflicts_with: Option<i64>,
) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO record_version (record_id, version, answers, saved_at, saved_by, saved_by_name, conflicts_with)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![id, version, json(answers), now, user, name, conflicts_with],
    )
    .await?;
    Ok(())
}

/// The record as it stands, held until the end of the transaction: saves wait for each other.
pub(super) async fn hold(tx: &mut Tx, person: PersonId, id: RecordId) -> Result<Whole> {
    tx.execute("UPDATE record SET version = version WHERE id = $1 AND person_id = $2", args![id, person]).await?;
    select(tx, "WHERE id = $1 AND person_id = $2", args![id, person]).await?.into_iter().next().ok_or(Error::Stale)
}

async fn next_version(tx: &mut Tx, id: RecordId) -> Result<i64> {
    let row = tx
        .fetch_one("SELECT COALESCE(max(version), 0) AS newest FROM record_version WHERE record_id = $1", args![id])
        .await?;
    Ok(row.get::<i64>("newest")? + 1)
}

/// Saves a draft that was made from version `base`, or keeps it as a conflict. `own` is the last
/// version that the same page saved: when the answer to that save was lost on the way, the page
/// still names an older base, and is no conflict with itself. What this writer is not shown stays
/// as it was.
///
/// # Errors
/// The store's; [`Error::Stale`] when there is no such record, or nothing of it is the writer's to read.
pub async fn save(
    tx: &mut Tx,
    grant: &Grant<WriteClinical>,
    id: RecordId,
    base: i64,
    own: Option<i64>,
    answers: &Answers,
) -> Result<Saved> {
    let whole = hold(tx, grant.person(), id).await?;
    let readable = Readable::of(tx, grant.subject(), whole.0.created_by).await?;
    if whole.clone().shown_to(readable).is_none() {
        return Err(Error::Stale);
    }
    let answers = &whole.with_unread(readable, answers);
    let standing = whole.0;
    let is_draft = standing.state == RecordState::Draft;
    if standing.answers == *answers && is_draft {
        return Ok(Saved::Saved { version: standing.version });
    }
    let user = grant.actor().user;
    let version = next_version(tx, id).await?;
    let follows = standing.version == base || Some(standing.version) == own;
    if !(is_draft && follows) {
        keep(tx, id, user, version, answers, Some(standing.version)).await?;
        let by = if is_draft || standing.signed_by_name.is_empty() {
            standing.updated_by_name
        } else {
            standing.signed_by_name
        };
        return Ok(Saved::Conflict { kept_as: version, by, state: standing.state });
    }
    forget_same_minute(tx, &standing, user).await?;
    keep(tx, id, user, version, answers, None).await?;
    let holds = catalogue().get(&standing.form_id).map(|form| Holds::of(form, answers)).unwrap_or_default();
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE record SET answers = $3, version = $4, updated_at = $5, updated_by = $6, updated_by_name = $7,
                third_party = $8 OR EXISTS (SELECT 1 FROM addendum WHERE record_id = $1 AND class = 'third_party'),
                sealed = $9 OR EXISTS (SELECT 1 FROM addendum WHERE record_id = $1 AND class = 'sealed')
          WHERE id = $1 AND version = $2 AND state = 'draft'",
        args![id, standing.version, json(answers), version, now, user, name, holds.third_party, holds.sealed],
    )
    .await?;
    Ok(Saved::Saved { version })
}

/// Within one minute of one person's typing the last state speaks for all. The first state, and
/// one that a conflict or an act refers to, are kept.
async fn forget_same_minute(tx: &mut Tx, standing: &Record, user: UserId) -> Result<()> {
    let now = tx.now();
    let same_minute = now - standing.updated_at < Duration::minutes(1)
        && now.timestamp() / 60 == standing.updated_at.timestamp() / 60;
    if standing.updated_by != user || !same_minute || standing.version <= 1 {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM record_version WHERE record_id = $1 AND version = $2 AND conflicts_with IS NULL
            AND NOT EXISTS (SELECT 1 FROM record_version c WHERE c.record_id = $1 AND c.conflicts_with = $2)
            AND NOT EXISTS (SELECT 1 FROM record_act a WHERE a.record_id = $1 AND a.version = $2)",
        args![standing.id, standing.version],
    )
    .await?;
    Ok(())
}
