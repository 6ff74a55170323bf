//! Work on a line: who it is, who sees them, and what became of it.

use crate::{Result, Tx, args, coverage, outreach};
use throughline_domain::ids::{EntryId, EpisodeId, PersonId};
use throughline_domain::list::NotSeenReason;
use throughline_policy::{ChangeList, Grant};

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
    tx.execute_versioned(
        "UPDATE list_entry SET state = 'being_seen', taken_by = $4, reason = '', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state = 'to_consider'",
        args![id, grant.site(), version, grant.actor().user],
    )
    .await
}

/// Puts a line back that was taken or ended by mistake. A line with an episode stays.
///
/// # Errors
/// [`crate::Error::Stale`] when the line changed first.
pub async fn put_back(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, version: i64) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = 'to_consider', taken_by = NULL, reason = '', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![id, grant.site(), version],
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
    tx.execute_versioned(
        "UPDATE list_entry SET episode_id = $3, state = 'being_seen', reason = '', taken_by = $4, version = version + 1
          WHERE id = $1 AND site_id = $2 AND episode_id IS NULL",
        args![id, grant.site(), episode, grant.actor().user],
    )
    .await?;
    outreach::episode_opened(tx, id, episode).await
}
