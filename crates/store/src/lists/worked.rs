//! Work on a line: who it is, who sees them, and what became of it.

use crate::{Conn, Result, Tx, args, coverage, outreach};
use throughline_domain::board::TakeOverReason;
use throughline_domain::ids::{EntryId, EpisodeId, PersonId, UserId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::time::Instant;
use throughline_policy::{ChangeList, Grant, ViewList};
use uuid::Uuid;

/// Says who a line is, or that nobody is decided on. A line with an episode keeps its person.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed the line first.
pub async fn link(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: EntryId,
    version: i64,
    person: Option<PersonId>,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET person_id = $4, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![id, grant.site(), version, person],
    )
    .await?;
    tx.relationships_changed();
    outreach::linked(tx, id).await
}

/// Takes a line: the actor is seeing the person or on the way.
///
/// # Errors
/// [`crate::Error::Stale`] when a colleague took it, or the line changed, first.
pub async fn take(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, version: i64) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE list_entry SET state = 'being_seen', taken_by = $4, taken_at = $5, reason = '', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state = 'to_consider'",
        args![id, grant.site(), version, grant.actor().user, now],
    )
    .await
}

/// Takes a line over from the colleague who has it, with a reason: both are kept.
///
/// # Errors
/// [`crate::Error::Stale`] when this colleague no longer has it, the line changed, or it has an episode,
/// which is handed over as a whole.
pub async fn take_over(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: EntryId,
    version: i64,
    from: UserId,
    reason: TakeOverReason,
) -> Result<()> {
    let (now, by) = (tx.now(), grant.actor().user);
    tx.execute_versioned(
        "UPDATE list_entry SET taken_by = $4, taken_at = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state = 'being_seen' AND taken_by = $6 AND taken_by <> $4
            AND episode_id IS NULL",
        args![id, grant.site(), version, by, now, from],
    )
    .await?;
    tx.execute(
        "INSERT INTO entry_taken_over (id, entry_id, from_user, to_user, reason, at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![Uuid::now_v7(), id, from, by, reason.code().to_owned(), now],
    )
    .await?;
    tx.audit_detail(&format!("row {id} of a list taken over: {reason}"));
    Ok(())
}

/// A row that went from one colleague to another.
#[derive(Debug, Clone, serde::Serialize)]
pub struct TakenOver {
    /// Who had it.
    pub from: String,
    /// Who took it.
    pub to: String,
    /// Why.
    pub reason: TakeOverReason,
    /// When.
    pub at: Instant,
}

/// Who took a line over from whom, newest first.
///
/// # Errors
/// The store's.
pub async fn taken_over(conn: &mut Conn, grant: &Grant<ViewList>, id: EntryId) -> Result<Vec<TakenOver>> {
    let rows = conn
        .fetch_all(
            "SELECT f.name AS from_name, t.name AS to_name, o.reason, o.at
               FROM entry_taken_over o JOIN list_entry l ON l.id = o.entry_id JOIN app_user f ON f.id = o.from_user
               JOIN app_user t ON t.id = o.to_user
              WHERE o.entry_id = $1 AND l.site_id = $2 ORDER BY o.at DESC, o.id DESC",
            args![id, grant.site()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(TakenOver {
                from: row.get("from_name")?,
                to: row.get("to_name")?,
                reason: row.get("reason")?,
                at: row.get("at")?,
            })
        })
        .collect()
}

/// Puts a line back that was taken or ended by mistake. A line with an episode stays, and so does one
/// that a colleague has: theirs is taken over, with a reason.
///
/// # Errors
/// [`crate::Error::Stale`] when the line changed first, or is a colleague's.
pub async fn put_back(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, version: i64) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = 'to_consider', taken_by = NULL, taken_at = NULL, reason = '', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL
            AND (state <> 'being_seen' OR taken_by IS NULL OR taken_by = $4)",
        args![id, grant.site(), version, grant.actor().user],
    )
    .await?;
    coverage::said(tx, id, None).await
}

/// Records that the person was not seen, and why.
///
/// # Errors
/// [`crate::Error::Stale`] when the line changed first, or an episode was opened from it.
pub async fn not_seen(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: EntryId,
    version: i64,
    reason: NotSeenReason,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = $4, reason = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![id, grant.site(), version, reason.entry_state(), reason],
    )
    .await?;
    coverage::said(tx, id, Some(reason)).await
}

/// Joins a line to the episode that was opened from it or goes on with it.
///
/// # Errors
/// [`crate::Error::Stale`] when the line has an episode already.
pub async fn join_episode(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, episode: EpisodeId) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE list_entry SET episode_id = $3, state = 'being_seen', reason = '', taken_by = $4, taken_at = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND episode_id IS NULL",
        args![id, grant.site(), episode, grant.actor().user, now],
    )
    .await?;
    outreach::episode_opened(tx, id, episode).await
}
