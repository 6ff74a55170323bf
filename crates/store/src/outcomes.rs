//! CJ outcomes: what police or court decided in an episode, one after the other.

use crate::{Conn, Result, Tx, args, events};
use chrono::NaiveDate;
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{OutcomeId, SiteId};
use throughline_domain::outcome::{CjOutcome, InformationUse};
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeFollowUp, ChangeJustice, Class, Grant, ViewJustice};

/// A recorded outcome.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Outcome {
    /// Its id.
    pub id: OutcomeId,
    /// What was decided.
    pub code: CjOutcome,
    /// The day of the decision.
    pub decided_on: NaiveDate,
    /// Whether our information was there and counted.
    pub information_use: InformationUse,
    /// Anything else, exactly as typed.
    pub note: String,
    /// When it was written down.
    pub recorded_at: Instant,
    /// By whom.
    pub recorded_by_name: String,
}

/// An outcome to be recorded.
#[derive(Debug, Clone)]
pub struct NewOutcome {
    /// Its id.
    pub id: OutcomeId,
    /// What was decided.
    pub code: CjOutcome,
    /// The day of the decision.
    pub decided_on: NaiveDate,
    /// Whether our information was there and counted.
    pub information_use: InformationUse,
    /// Anything else, exactly as typed.
    pub note: String,
}

/// The outcomes of the grant's episode, in the order they were decided.
///
/// # Errors
/// The store's.
pub async fn of_episode(conn: &mut Conn, grant: &Grant<ViewJustice>) -> Result<Vec<Outcome>> {
    let rows = conn
        .fetch_all(
            "SELECT id, code, decided_on, information_use, note, recorded_at, recorded_by_name FROM outcome
              WHERE episode_id = $1 AND person_id = $2 ORDER BY decided_on, recorded_at, id",
            args![grant.episode(), grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Outcome {
                id: row.get("id")?,
                code: row.get("code")?,
                decided_on: row.get("decided_on")?,
                information_use: row.get("information_use")?,
                note: row.get("note")?,
                recorded_at: row.get("recorded_at")?,
                recorded_by_name: row.get("recorded_by_name")?,
            })
        })
        .collect()
}

/// Records an outcome of the grant's episode. What follows from it (the legal status, a release,
/// the next hearing) is the caller's to set in the same transaction.
///
/// # Errors
/// The store's.
pub async fn record(tx: &mut Tx, grant: &Grant<ChangeJustice>, site: SiteId, new: &NewOutcome) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO outcome (id, person_id, episode_id, code, decided_on, information_use, note, recorded_at, recorded_by,
                              recorded_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            new.code,
            new.decided_on,
            new.information_use,
            &new.note,
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(site),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "outcome",
            class: Class::Justice,
            words: format!("CJ outcome: {}", new.code),
            link: format!("/episodes/{}/outcome", grant.episode()),
        },
    )
    .await
}

/// Changes the legal status that follows from an outcome, where nobody walks out.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed the episode first.
pub async fn set_legal_status(
    tx: &mut Tx,
    grant: &Grant<ChangeJustice>,
    version: i64,
    status: LegalStatus,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE episode SET legal_status = $3, version = version + 1 WHERE id = $1 AND version = $2 AND closed_at IS NULL",
        args![grant.episode(), version, status],
    )
    .await
}

/// Says when the grant's episode is heard next; `None` when no hearing is known.
///
/// # Errors
/// The store's.
pub async fn set_next_hearing(tx: &mut Tx, grant: &Grant<ChangeJustice>, at: Option<Instant>) -> Result<()> {
    tx.execute(
        "UPDATE episode SET next_hearing_at = $3 WHERE id = $1 AND person_id = $2",
        args![grant.episode(), grant.person(), at],
    )
    .await?;
    Ok(())
}

/// Ends the tasks of the grant's episode that asked for the outcome: it is known now. Gives how
/// many there were.
///
/// # Errors
/// The store's.
pub async fn end_chasing(tx: &mut Tx, grant: &Grant<ChangeFollowUp>, words: &str) -> Result<u64> {
    let now = tx.now();
    let ended = tx
        .execute(
            "UPDATE task SET state = $3, outcome = $4, done_at = $5, done_by = $6, version = version + 1
              WHERE episode_id = $1 AND person_id = $2 AND kind = $7 AND state = $8",
            args![
                grant.episode(),
                grant.person(),
                TaskState::Done,
                words,
                now,
                grant.actor().user,
                TaskKind::ChaseOutcome,
                TaskState::Open
            ],
        )
        .await?;
    if ended > 0 {
        tx.relationships_changed();
    }
    Ok(ended)
}
