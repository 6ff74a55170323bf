//! What people decided about a line's possible matches.

use super::said_before;
use crate::{Conn, Error, Result, Tx, args, described, matching};
use throughline_domain::ids::{EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_matching::{Description, Scored};
use throughline_policy::{ChangeList, Grant, ViewList};
use uuid::Uuid;

/// A decision about a possible match, as it is kept.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Decision {
    /// The person it is about.
    pub person_id: PersonId,
    /// Their name.
    pub person: String,
    /// What was decided.
    pub decision: MatchDecision,
    /// The probability that was shown.
    pub probability: f64,
    /// What was described and what spoke for and against, as JSON.
    #[serde(skip)]
    pub evidence: String,
    /// By whom.
    pub decided_by: String,
    /// When.
    pub decided_at: Instant,
}

/// Everything decided about a line's possible matches, newest first.
///
/// # Errors
/// The store's.
pub async fn decisions(conn: &mut Conn, _grant: &Grant<ViewList>, entry: EntryId) -> Result<Vec<Decision>> {
    let rows = conn
        .fetch_all(
            "SELECT d.person_id, p.forenames, p.surname, d.decision, d.probability, d.evidence, d.decided_at, u.name AS decided_by_name
               FROM match_decision d JOIN person p ON p.id = d.person_id JOIN app_user u ON u.id = d.decided_by
              WHERE d.entry_id = $1 ORDER BY d.decided_at DESC, d.id DESC",
            args![entry],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let name = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
            Ok(Decision {
                person_id: row.get("person_id")?,
                person: name.formal(),
                decision: row.get("decision")?,
                probability: row.get("probability")?,
                evidence: row.get("evidence")?,
                decided_by: row.get("decided_by_name")?,
                decided_at: row.get("decided_at")?,
            })
        })
        .collect()
}

/// Keeps a decision about a possible match, with what was described and what spoke for and against, and
/// with what our record says at this moment. Earlier decisions stay as they were.
///
/// # Errors
/// [`Error::Stale`] when there is no such person; the store's otherwise.
pub async fn decide(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    entry: EntryId,
    person: PersonId,
    decision: MatchDecision,
    looked_for: &Description,
    scored: &Scored,
) -> Result<()> {
    let now = tx.now();
    let known = said_before::now_known(tx, person).await?.ok_or(Error::Stale)?;
    let evidence = described::evidence(looked_for, scored, &matching::version(tx.store()));
    let known = serde_json::json!(known).to_string();
    tx.execute(
        "INSERT INTO match_decision (id, entry_id, person_id, decision, probability, evidence, known, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![Uuid::now_v7(), entry, person, decision, scored.probability, evidence, known, grant.actor().user, now],
    )
    .await?;
    // What holds for this line holds for others about the same person: their likeliest match is found anew.
    tx.describes_anew(person);
    Ok(())
}
