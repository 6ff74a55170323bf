//! Raising an alert, answering for it, handing it over: each a step that is kept.

use super::{Alert, COLUMNS, FROM, alert};
use crate::{Conn, Result, Tx, args, events};
use chrono::NaiveDate;
use sqlx::AssertSqlSafe;
use throughline_domain::alert::{AlertStep, AlertTier};
use throughline_domain::ids::{AlertId, EpisodeId, PersonId, RecordId, SiteId, UserId};
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeRiskCard, Class, Grant, RaiseAlert, ViewRiskCard};

/// An alert to be raised.
#[derive(Debug, Clone)]
pub struct NewAlert {
    /// Its id.
    pub id: AlertId,
    /// The form that raises it, when one does.
    pub record: Option<RecordId>,
    /// What kind.
    pub kind: AlertKind,
    /// What exactly.
    pub detail: String,
    /// The moment it is about, when it is about one: a dose that is due.
    pub due_at: Option<Instant>,
    /// Who is to answer for it, when that is not the owner of the episode.
    pub owner: Option<Owner>,
}

/// Somebody who is to answer for an alert.
#[derive(Debug, Clone)]
pub struct Owner {
    /// Their id.
    pub id: UserId,
    /// Their name, as the history keeps it.
    pub name: String,
}

/// One thing that was done with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub step: AlertStep,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// What was written.
    pub words: String,
    /// Until when it stood, for an acknowledgement.
    pub review_on: Option<NaiveDate>,
    /// To whom, for a handing over.
    pub owner_name: String,
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

/// One alert of the grant's person, resolved or not.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewRiskCard>, id: AlertId) -> Result<Option<Alert>> {
    let sql = AssertSqlSafe(format!("SELECT {COLUMNS} {FROM} WHERE a.id = $1 AND a.person_id = $2"));
    let rows = conn.fetch_text(sql, args![id, grant.person()]).await?;
    rows.first().map(alert).transpose()
}

/// Everything that was done with an alert of the grant's person, oldest first.
///
/// # Errors
/// The store's.
pub async fn history(conn: &mut Conn, grant: &Grant<ViewRiskCard>, id: AlertId) -> Result<Vec<Step>> {
    let rows = conn
        .fetch_all(
            "SELECT s.step, s.at, s.by_name, s.words, s.review_on, s.owner_name
               FROM alert_step s JOIN alert a ON a.id = s.alert_id
              WHERE a.id = $1 AND a.person_id = $2 ORDER BY s.number",
            args![id, grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                step: row.get("step")?,
                at: row.get("at")?,
                by_name: row.get("by_name")?,
                words: row.get("words")?,
                review_on: row.get("review_on")?,
                owner_name: row.get("owner_name")?,
            })
        })
        .collect()
}

/// What was written in every alert of the grant's person, at every step of it.
///
/// # Errors
/// The store's.
pub async fn words(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Vec<Words>> {
    let rows = conn
        .fetch_all(
            "SELECT a.kind, a.detail, s.step, s.at, s.words, s.owner_name FROM alert_step s JOIN alert a ON a.id = s.alert_id
              WHERE a.person_id = $1",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let (kind, step): (AlertKind, AlertStep) = (row.get("kind")?, row.get("step")?);
            let text = if step == AlertStep::Raised { row.get("detail")? } else { row.get("words")? };
            Ok(Words { at: row.get("at")?, event: event_words(kind, step), text })
        })
        .collect()
}

/// The words of the event of a step.
fn event_words(kind: AlertKind, step: AlertStep) -> String {
    match step {
        AlertStep::Raised => format!("Alert: {kind}"),
        _ => format!("Alert {}: {kind}", step.label().to_lowercase()),
    }
}

/// The words of the event of an alert that was answered.
pub fn answered_words(kind: AlertKind, state: AlertState) -> String {
    event_words(kind, answered_step(state))
}

fn answered_step(state: AlertState) -> AlertStep {
    match state {
        AlertState::Resolved => AlertStep::Resolved,
        AlertState::Open | AlertState::Acknowledged => AlertStep::Acknowledged,
    }
}

/// Raises an alert by somebody's word, unless the same one of this episode stands unresolved. The alert that
/// stands then: the new one, or the one that stood.
///
/// # Errors
/// The store's.
pub async fn raise(tx: &mut Tx, grant: &Grant<RaiseAlert>, new: &NewAlert) -> Result<AlertId> {
    raise_in(tx, grant.person(), grant.episode(), grant.site(), new).await
}

/// Raises an alert as part of signing a form, whose own grant covers it.
pub(crate) async fn raise_in(
    tx: &mut Tx,
    person: PersonId,
    episode: EpisodeId,
    site: SiteId,
    new: &NewAlert,
) -> Result<AlertId> {
    if let Some((standing, state)) = standing(tx, person, episode, new).await? {
        if state == AlertState::Acknowledged && new.kind.tier() == AlertTier::ActNow {
            found_again(tx, person, episode, site, standing, new.kind).await?;
        }
        return Ok(standing);
    }
    let (now, name) = (tx.now(), tx.actor_name());
    let owner = new.owner.as_ref().map(|owner| owner.id);
    tx.execute(
        "INSERT INTO alert (id, person_id, episode_id, record_id, kind, detail, state, raised_at, raised_by_name, due_at, owner_id)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10)",
        args![new.id, person, episode, new.record, new.kind, &new.detail, now, name, new.due_at, owner],
    )
    .await?;
    let owner_name = new.owner.as_ref().map_or("", |owner| owner.name.as_str());
    add_step(tx, new.id, AlertStep::Raised, "", None, owner_name).await?;
    note_in(tx, person, episode, site, event_words(new.kind, AlertStep::Raised)).await?;
    Ok(new.id)
}

/// Life may depend on it this hour, and somebody found it again: whoever answered for it answered for what was
/// found before, so that it waits for an answer anew (hazard H-04).
async fn found_again(
    tx: &mut Tx,
    person: PersonId,
    episode: EpisodeId,
    site: SiteId,
    alert: AlertId,
    kind: AlertKind,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE alert SET state = 'open', waiting_since = $2, review_on = NULL, version = version + 1 WHERE id = $1",
        args![alert, now],
    )
    .await?;
    add_step(tx, alert, AlertStep::FoundAgain, "", None, "").await?;
    note_in(tx, person, episode, site, event_words(kind, AlertStep::FoundAgain)).await
}

async fn note_in(tx: &mut Tx, person: PersonId, episode: EpisodeId, site: SiteId, words: String) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(site),
            person: Some(person),
            episode: Some(episode),
            kind: "alert",
            class: Class::RiskCard,
            words,
            link: format!("/people/{person}"),
        },
    )
    .await
}

/// The alert of this episode that says the same and is not resolved, and whether somebody answers for it.
async fn standing(
    tx: &mut Tx,
    person: PersonId,
    episode: EpisodeId,
    new: &NewAlert,
) -> Result<Option<(AlertId, AlertState)>> {
    let rows = tx
        .fetch_all(
            "SELECT id, due_at, state FROM alert
              WHERE person_id = $1 AND episode_id = $2 AND kind = $3 AND detail = $4 AND state <> 'resolved'",
            args![person, episode, new.kind, &new.detail],
        )
        .await?;
    for row in &rows {
        if row.get::<Option<Instant>>("due_at")? == new.due_at {
            return Ok(Some((row.get("id")?, row.get("state")?)));
        }
    }
    Ok(None)
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
    .await?;
    add_step(tx, alert, answered_step(state), words, review_on, "").await
}

/// Gives an alert to somebody else, who has to answer for it anew. One that nobody had answered for
/// keeps its wait: it does not become young by going round.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else answered it first.
pub async fn hand_over(
    tx: &mut Tx,
    grant: &Grant<ChangeRiskCard>,
    alert: &Alert,
    version: i64,
    to: UserId,
    to_name: &str,
    words: &str,
) -> Result<()> {
    let now = tx.now();
    let since = if alert.state == AlertState::Open { alert.waiting_since } else { now };
    tx.execute_versioned(
        "UPDATE alert SET state = 'open', owner_id = $4, waiting_since = $5, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state <> 'resolved'",
        args![alert.id, grant.person(), version, to, since],
    )
    .await?;
    add_step(tx, alert.id, AlertStep::HandedOver, words, None, to_name).await?;
    let site = site_of(tx, alert.episode_id).await?;
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site,
            person: Some(grant.person()),
            episode: Some(alert.episode_id),
            kind: "alert",
            class: Class::RiskCard,
            words: event_words(alert.kind, AlertStep::HandedOver),
            link: format!("/people/{}", grant.person()),
        },
    )
    .await
}

async fn site_of(tx: &mut Tx, episode: EpisodeId) -> Result<Option<SiteId>> {
    let row = tx.fetch_optional("SELECT site_id FROM episode WHERE id = $1", args![episode]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

async fn add_step(
    tx: &mut Tx,
    alert: AlertId,
    step: AlertStep,
    words: &str,
    review_on: Option<NaiveDate>,
    owner_name: &str,
) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO alert_step (alert_id, number, step, at, by_name, words, review_on, owner_name)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM alert_step WHERE alert_id = $1",
        args![alert, step, now, name, words, review_on, owner_name],
    )
    .await?;
    Ok(())
}
