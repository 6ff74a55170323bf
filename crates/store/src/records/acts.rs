//! What was done to a record, in order: the ledger that tells how it stood on any date.

use super::Whole;
use crate::{Conn, Result, Row, Tx, args};
use throughline_domain::codes;
use throughline_domain::document::RecordState;
use throughline_domain::ids::{RecordId, UserId};
use throughline_domain::time::Instant;

codes! {
    /// What was done to a record.
    pub enum ActKind {
        /// Signed by somebody who signs alone.
        Signed = "signed", "Signed";
        /// Signed by somebody who does not sign alone.
        SignedToCountersign = "awaiting", "Signed, to be countersigned";
        /// Countersigned.
        Countersigned = "countersigned", "Countersigned";
        /// Sent back by the countersigner: the signature no longer stands.
        SentBack = "sent_back", "Sent back";
        /// Marked in error.
        InError = "in_error", "Marked in error";
    }
}

/// Something that was done to a record.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Act {
    /// What.
    pub kind: ActKind,
    /// The version of the text that it was done to.
    pub version: i64,
    /// The version of the form.
    pub form_version: String,
    /// Why, where somebody had to say.
    pub words: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_user: UserId,
    /// Their name.
    pub by_name: String,
}

fn act(row: &Row) -> Result<Act> {
    Ok(Act {
        kind: row.get("kind")?,
        version: row.get("version")?,
        form_version: row.get("form_version")?,
        words: row.get("words")?,
        at: row.get("at")?,
        by_user: row.get("by_user")?,
        by_name: row.get("by_name")?,
    })
}

/// Adds a line. `snapshot` is what was signed, for a signature.
pub(super) async fn add(tx: &mut Tx, record: &Whole, kind: ActKind, snapshot: &str, words: &str) -> Result<()> {
    let record = &record.0;
    let (now, name, user) = (tx.now(), tx.actor_name(), tx.actor().map(|actor| actor.user));
    tx.execute(
        "INSERT INTO record_act (record_id, number, kind, version, form_version, snapshot, words, at, by_user, by_name)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM record_act WHERE record_id = $1",
        args![record.id, kind, record.version, &record.form_version, snapshot, words, now, user, name],
    )
    .await?;
    Ok(())
}

/// The acts of a record, oldest first.
pub(super) async fn of_record(conn: &mut Conn, id: RecordId) -> Result<Vec<Act>> {
    let rows = conn
        .fetch_all(
            "SELECT kind, version, form_version, words, at, by_user, by_name FROM record_act WHERE record_id = $1 ORDER BY number",
            args![id],
        )
        .await?;
    rows.iter().map(act).collect()
}

/// Where a record stood after these acts: a draft before the first.
pub(super) fn state_after<'a>(acts: impl IntoIterator<Item = &'a Act>) -> RecordState {
    acts.into_iter().last().map_or(RecordState::Draft, |act| match act.kind {
        ActKind::Signed | ActKind::Countersigned => RecordState::Signed,
        ActKind::SignedToCountersign => RecordState::AwaitingCountersignature,
        ActKind::SentBack => RecordState::Draft,
        ActKind::InError => RecordState::InError,
    })
}
