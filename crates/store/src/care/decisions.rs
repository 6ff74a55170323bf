//! Decisions about care: what was considered, the least restrictive option among it, what was chosen, and why.
//!
//! They are clinical reasoning, and so are read by who may read the clinical record.

use crate::care::{EVENT, must_be_open};
use crate::{Conn, Error, Result, Tx, args, events};
use throughline_domain::ids::EpisodeId;
use throughline_domain::time::Instant;
use throughline_policy::{Class, Grant, ViewClinical, WriteCarePlan};
use uuid::Uuid;

/// A decision about care.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Decision {
    /// The episode.
    pub episode_id: EpisodeId,
    /// What was to be decided.
    pub question: String,
    /// What was considered.
    pub considered: String,
    /// The least restrictive option, and whether it would do.
    pub least_restrictive: String,
    /// What was chosen.
    pub chosen: String,
    /// Why.
    pub why: String,
    /// What the person says of it.
    pub own_words: String,
    /// When it was decided.
    pub at: Instant,
    /// When it was written down.
    pub entered_at: Instant,
    /// By whom.
    pub by_name: String,
}

/// A decision to be written.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// What was to be decided.
    pub question: String,
    /// What was considered.
    pub considered: String,
    /// The least restrictive option, and whether it would do.
    pub least_restrictive: String,
    /// What was chosen.
    pub chosen: String,
    /// Why.
    pub why: String,
    /// What the person says of it.
    pub own_words: String,
    /// When it was decided, which may be before it is written down.
    pub at: Instant,
    /// How many decisions about the person's care the page showed.
    pub seen: usize,
}

/// The decisions about the care of the grant's person, newest first.
///
/// # Errors
/// The store's.
pub async fn decisions(conn: &mut Conn, grant: &Grant<ViewClinical>) -> Result<Vec<Decision>> {
    let rows = conn
        .fetch_all(
            "SELECT episode_id, question, considered, least_restrictive, chosen, why, own_words, at, entered_at, by_name
               FROM care_decision WHERE person_id = $1 ORDER BY at DESC, id DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Decision {
                episode_id: row.get("episode_id")?,
                question: row.get("question")?,
                considered: row.get("considered")?,
                least_restrictive: row.get("least_restrictive")?,
                chosen: row.get("chosen")?,
                why: row.get("why")?,
                own_words: row.get("own_words")?,
                at: row.get("at")?,
                entered_at: row.get("entered_at")?,
                by_name: row.get("by_name")?,
            })
        })
        .collect()
}

/// Writes a decision down in the grant's episode. It is added, and never changed.
///
/// # Errors
/// [`Error::Stale`] when the episode has closed, or a decision was written that the page did not show.
pub async fn decide(tx: &mut Tx, grant: &Grant<WriteCarePlan>, new: &NewDecision) -> Result<()> {
    must_be_open(tx, grant).await?;
    must_be_as_seen(tx, grant, new.seen).await?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO care_decision (id, person_id, episode_id, question, considered, least_restrictive, chosen, why, own_words,
                                    at, entered_at, by_user, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            Uuid::now_v7(),
            grant.person(),
            grant.episode(),
            &new.question,
            &new.considered,
            &new.least_restrictive,
            &new.chosen,
            &new.why,
            &new.own_words,
            new.at,
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    events::add(
        tx,
        events::NewEvent {
            at: Some(new.at),
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: EVENT,
            class: Class::Clinical,
            words: "Decision about care written down".into(),
            link: format!("/people/{}/care", grant.person()),
        },
    )
    .await
}

/// Two people may decide about one person at once: the second has seen what the first decided.
async fn must_be_as_seen(tx: &mut Tx, grant: &Grant<WriteCarePlan>, seen: usize) -> Result<()> {
    let sql = "SELECT count(*) AS decisions FROM care_decision WHERE person_id = $1";
    let decisions: i64 = tx.fetch_one(sql, args![grant.person()]).await?.get("decisions")?;
    if usize::try_from(decisions).is_ok_and(|decisions| decisions == seen) { Ok(()) } else { Err(Error::Stale) }
}
