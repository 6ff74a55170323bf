//! The coverage ledger: everybody who passed through a site's lists, and why nobody saw those who were not seen.
//!
//! What is owed for a line is worked out from its times whenever it is asked (`domain::coverage`); only reasons are
//! kept, each with who said it and when. The service itself says "out of hours", once a night and when somebody asks
//! it to, and never where anybody has said anything.

mod finding;
mod reach;
mod rows;

pub(crate) use finding::find_everywhere;
pub use finding::{Found, LOOK_BACK_DAYS, find_at_site};
pub use reach::reach_facts;
pub use rows::{LedgerRow, ledger, reasons_owed};

use crate::outreach;
use crate::{Conn, Result, Tx, args};
use throughline_domain::ids::EntryId;
use throughline_domain::list::{EntryState, NotSeenReason};
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewList};
use uuid::Uuid;

/// One thing that was said about why somebody was not seen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Said {
    /// The reason; `None` when one was taken back.
    pub reason: Option<NotSeenReason>,
    /// When.
    pub said_at: Instant,
    /// By whom; the service's own name when it found it by the times.
    pub said_by_name: String,
}

/// Everything said about a line of the grant's site, newest first.
///
/// # Errors
/// The store's.
pub async fn history(conn: &mut Conn, grant: &Grant<ViewList>, entry: EntryId) -> Result<Vec<Said>> {
    let rows = conn
        .fetch_all(
            "SELECT s.reason, s.said_at, s.said_by_name FROM not_seen_said s JOIN list_entry l ON l.id = s.entry_id
              WHERE s.entry_id = $1 AND l.site_id = $2 ORDER BY s.said_at DESC, s.id DESC",
            args![entry, grant.site()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Said {
                reason: row.get("reason")?,
                said_at: row.get("said_at")?,
                said_by_name: row.get("said_by_name")?,
            })
        })
        .collect()
}

/// Keeps what the actor said about a line, and puts the offer to the person, or takes it back, as that asks. Taking
/// back where nothing was said is no line of the history.
///
/// # Errors
/// The store's.
pub(crate) async fn said(tx: &mut Tx, entry: EntryId, reason: Option<NotSeenReason>) -> Result<()> {
    let by = tx.actor().map(|actor| actor.user);
    let by_name = tx.actor_name();
    if reason.is_none() && !was_said(tx, entry).await? {
        return Ok(());
    }
    let now = tx.now();
    let state = reason.map_or(EntryState::ToConsider, NotSeenReason::entry_state);
    let code = reason.map_or("", NotSeenReason::code);
    tx.execute(
        "INSERT INTO not_seen_said (id, entry_id, reason, state, said_at, said_by, said_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![Uuid::now_v7(), entry, code, state, now, by, by_name],
    )
    .await?;
    match reason {
        Some(NotSeenReason::OutOfHours) => outreach::owe(tx, entry).await,
        _ => outreach::withdraw(tx, entry).await,
    }
}

async fn was_said(tx: &mut Tx, entry: EntryId) -> Result<bool> {
    let row = tx.fetch_optional("SELECT id FROM not_seen_said WHERE entry_id = $1 LIMIT 1", args![entry]).await?;
    Ok(row.is_some())
}
