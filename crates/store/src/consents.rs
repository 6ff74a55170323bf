//! The consent ledger: lines are added, never changed; the newest line for a recipient speaks.

use crate::{Conn, Result, Tx, args, events, tasks};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::ids::{ConsentId, PersonId, SiteId};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeConsent, Class, Grant, ViewConsent};

/// One line of the ledger.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// With whom, or for what.
    pub consent_for: ConsentFor,
    /// What was answered.
    pub state: ConsentState,
    /// Limits, or the reason of a best-interests decision.
    pub words: String,
    /// How it was explained.
    pub how_explained: String,
    /// When.
    pub recorded_at: Instant,
    /// By whom.
    pub recorded_by_name: String,
}

/// A line to be added.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// Its id.
    pub id: ConsentId,
    /// With whom, or for what.
    pub consent_for: ConsentFor,
    /// What was answered.
    pub state: ConsentState,
    /// Limits, or the reason of a best-interests decision.
    pub words: String,
    /// How it was explained.
    pub how_explained: String,
}

/// Every line for the grant's person, newest first.
///
/// # Errors
/// The store's.
pub async fn ledger(conn: &mut Conn, grant: &Grant<ViewConsent>) -> Result<Vec<Consent>> {
    let rows = conn
        .fetch_all(
            "SELECT id, consent_for, state, words, how_explained, recorded_at, recorded_by_name FROM consent
              WHERE person_id = $1 ORDER BY recorded_at DESC, id DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Consent {
                id: row.get("id")?,
                consent_for: row.get("consent_for")?,
                state: row.get("state")?,
                words: row.get("words")?,
                how_explained: row.get("how_explained")?,
                recorded_at: row.get("recorded_at")?,
                recorded_by_name: row.get("recorded_by_name")?,
            })
        })
        .collect()
}

/// The line that speaks for a recipient, in a ledger that is newest first.
pub fn speaks(ledger: &[Consent], consent_for: ConsentFor) -> Option<&Consent> {
    ledger.iter().find(|line| line.consent_for == consent_for)
}

/// What the ledger says for a recipient: not asked when it has no line.
pub fn state(ledger: &[Consent], consent_for: ConsentFor) -> ConsentState {
    speaks(ledger, consent_for).map_or(ConsentState::NotAsked, |line| line.state)
}

/// Whether the line that speaks now for a recipient is this one, and permits. What rests on consent is checked where
/// it is written: a page may have been made before the person took it back.
pub(crate) async fn stands(
    tx: &mut Tx,
    person: PersonId,
    consent_for: ConsentFor,
    line: Option<ConsentId>,
) -> Result<bool> {
    hold(tx, person).await?;
    let row = tx
        .fetch_optional(
            "SELECT id, state FROM consent WHERE person_id = $1 AND consent_for = $2
              ORDER BY recorded_at DESC, id DESC LIMIT 1",
            args![person, consent_for],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    let (id, state): (ConsentId, ConsentState) = (row.get("id")?, row.get("state")?);
    Ok(line == Some(id) && state.permits())
}

/// Whoever writes a line of consent and whoever shares on one wait for each other. SQLite has one writer and needs
/// no word for it.
async fn hold(tx: &mut Tx, person: PersonId) -> Result<()> {
    if tx.is_postgres() {
        tx.fetch_optional("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", args![person]).await?;
    }
    Ok(())
}

/// Adds a line for the grant's person and episode. Where link workers may not know of the person any more, what they
/// still owed is handed to the owner of the episode.
///
/// # Errors
/// The store's.
pub async fn record(tx: &mut Tx, grant: &Grant<ChangeConsent>, site: SiteId, new: &NewConsent) -> Result<()> {
    hold(tx, grant.person()).await?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO consent (id, person_id, episode_id, consent_for, state, words, how_explained, recorded_at, recorded_by, recorded_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            new.consent_for,
            new.state,
            &new.words,
            &new.how_explained,
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    if new.consent_for == ConsentFor::LinkWorkers && !new.state.permits() {
        tasks::take_back(tx, grant).await?;
    }
    tx.relationships_changed();
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(site),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "consent",
            class: Class::Consent,
            words: format!("{}: {}", new.consent_for, new.state),
            link: format!("/episodes/{}/consent", grant.episode()),
        },
    )
    .await
}
