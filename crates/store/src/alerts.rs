//! Alerts: what must be seen, who has answered for it, and until when. None disappears unresolved.

use crate::{Conn, Result, Tx, args, events, records};
use chrono::NaiveDate;
use throughline_domain::ids::{AlertId, EpisodeId, RecordId, SiteId};
use throughline_domain::risk::{AlertKind, AlertState, RiskEvidence, RiskState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeRiskCard, Class, Grant, ViewRiskCard};

/// An alert.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Version of the row.
    pub version: i64,
    /// The episode it was raised in.
    pub episode_id: EpisodeId,
    /// What kind.
    pub kind: AlertKind,
    /// What exactly.
    pub detail: String,
    /// Where it stands.
    pub state: AlertState,
    /// When it was raised.
    pub raised_at: Instant,
    /// By whom.
    pub raised_by_name: String,
    /// Who has answered for it.
    pub answered_by_name: String,
    /// When it is looked at again.
    pub review_on: Option<NaiveDate>,
}

/// The risk card: its state and what stands behind it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RiskCard {
    /// One of four words.
    pub state: RiskState,
    /// Alerts that are not resolved.
    pub alerts: Vec<Alert>,
    /// When the newest risk form was signed.
    pub assessed_at: Option<Instant>,
    /// By whom.
    pub assessed_by: String,
}

/// The risk card of the grant's person.
///
/// # Errors
/// The store's. A page that gets an error shows "Unavailable", never an empty card.
pub async fn risk_card(tx: &mut Tx, grant: &Grant<ViewRiskCard>) -> Result<RiskCard> {
    let alerts = unresolved(tx, grant).await?;
    let row = tx
        .fetch_optional(
            "SELECT snapshot, signed_at, signed_by_name FROM record
              WHERE person_id = $1 AND step = 'risk' AND state IN ('signed', 'awaiting') ORDER BY signed_at DESC LIMIT 1",
            args![grant.person()],
        )
        .await?;
    let snapshot: Option<String> = row.as_ref().map(|row| row.get("snapshot")).transpose()?;
    let signed_finding = snapshot.as_deref().map(found_risk);
    let evidence = RiskEvidence {
        open_alerts: alerts.len(),
        signed_finding: signed_finding.flatten(),
        readable: signed_finding != Some(None),
    };
    let state = match RiskState::of(evidence) {
        // What this reader is not shown may say otherwise.
        RiskState::NoneIdentified if records::something_withheld(tx, grant.person()).await? => RiskState::Unavailable,
        state => state,
    };
    Ok(RiskCard {
        state,
        alerts,
        assessed_at: row.as_ref().map(|row| row.get("signed_at")).transpose()?.flatten(),
        assessed_by: row.as_ref().map(|row| row.get("signed_by_name")).transpose()?.unwrap_or_default(),
    })
}

async fn unresolved(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Vec<Alert>> {
    let rows = conn
        .fetch_all(
            "SELECT id, version, episode_id, kind, detail, state, raised_at, raised_by_name, answered_by_name, review_on FROM alert
              WHERE person_id = $1 AND state <> 'resolved' ORDER BY raised_at DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Alert {
                id: row.get("id")?,
                version: row.get("version")?,
                episode_id: row.get("episode_id")?,
                kind: row.get("kind")?,
                detail: row.get("detail")?,
                state: row.get("state")?,
                raised_at: row.get("raised_at")?,
                raised_by_name: row.get("raised_by_name")?,
                answered_by_name: row.get("answered_by_name")?,
                review_on: row.get("review_on")?,
            })
        })
        .collect()
}

/// What was written in an alert: the text behind a line of a timeline.
#[derive(Debug, Clone)]
pub struct Words {
    /// When it was written.
    pub at: Instant,
    /// The words of the event that was added with it.
    pub event: String,
    /// What was written.
    pub text: String,
}

/// What was written in every alert of the grant's person, resolved ones too.
///
/// # Errors
/// The store's.
pub async fn words(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Vec<Words>> {
    let rows = conn
        .fetch_all(
            "SELECT kind, state, raised_at, detail, answered_at, resolution FROM alert WHERE person_id = $1",
            args![grant.person()],
        )
        .await?;
    let mut words = Vec::new();
    for row in &rows {
        let (kind, state): (AlertKind, AlertState) = (row.get("kind")?, row.get("state")?);
        words.push(Words { at: row.get("raised_at")?, event: raised_words(kind), text: row.get("detail")? });
        if let Some(at) = row.get("answered_at")? {
            words.push(Words { at, event: answered_words(kind, state), text: row.get("resolution")? });
        }
    }
    Ok(words)
}

/// The words of the event of an alert that was raised.
fn raised_words(kind: AlertKind) -> String {
    format!("Alert: {kind}")
}

/// The words of the event of an alert that was answered.
pub fn answered_words(kind: AlertKind, state: AlertState) -> String {
    format!("Alert {}: {kind}", state.label().to_lowercase())
}

/// Raises an alert, unless the same one of this episode stands unresolved. Part of signing a form
/// or of recording a concern, whose own grant covers it.
///
/// # Errors
/// The store's.
#[expect(clippy::too_many_arguments, reason = "an alert is these facts; a struct for one caller would hide them")]
pub async fn raise(
    tx: &mut Tx,
    id: AlertId,
    person: throughline_domain::ids::PersonId,
    episode: EpisodeId,
    site: SiteId,
    record: Option<RecordId>,
    kind: AlertKind,
    detail: &str,
) -> Result<()> {
    let standing = tx
        .fetch_optional(
            "SELECT id FROM alert WHERE person_id = $1 AND episode_id = $2 AND kind = $3 AND detail = $4 AND state <> 'resolved'",
            args![person, episode, kind, detail],
        )
        .await?;
    if standing.is_some() {
        return Ok(());
    }
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO alert (id, person_id, episode_id, record_id, kind, detail, state, raised_at, raised_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)",
        args![id, person, episode, record, kind, detail, now, name],
    )
    .await?;
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(site),
            person: Some(person),
            episode: Some(episode),
            kind: "alert",
            class: Class::RiskCard,
            words: raised_words(kind),
            link: format!("/people/{person}"),
        },
    )
    .await
}

/// Acknowledges or resolves an alert, with words and, when it stays, the day it is looked at again.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else answered it first.
pub async fn answer(
    tx: &mut Tx,
    grant: &Grant<ChangeRiskCard>,
    alert: AlertId,
    version: i64,
    state: AlertState,
    words: &str,
    review_on: Option<NaiveDate>,
) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE alert SET state = $4, resolution = $5, review_on = $6, answered_at = $7, answered_by_name = $8, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state <> 'resolved'",
        args![alert, grant.person(), version, state, words, review_on, now, name],
    )
    .await
}

/// What a signed risk form found, from its snapshot: `Some(true)` when it found risk; `None` when
/// the snapshot does not say (then the risk card is "Unavailable", never "none").
pub(crate) fn found_risk(snapshot: &str) -> Option<bool> {
    let snapshot: serde_json::Value = serde_json::from_str(snapshot).ok()?;
    match snapshot.get("risk_state")?.as_str()? {
        "known" => Some(true),
        "none_identified" => Some(false),
        _ => None,
    }
}
