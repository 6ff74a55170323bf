//! Onward referrals: help asked for, with every state it has been in, followed until it has started.

use crate::{Conn, Result, Row, Tx, args, events};
use throughline_domain::ids::{DirectoryId, EpisodeId, OrganisationId, PersonId, ReferralId, TaskId, UserId};
use throughline_domain::referral::{HelpKind, Owed, ReferralState};
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeReferral, Class, CreateReferral, Grant, Permit, Subject, ViewReferral};
use uuid::Uuid;

/// A request for help from a service in the directory.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Referral {
    /// Its id.
    pub id: ReferralId,
    /// Version of the row.
    pub version: i64,
    /// The person.
    pub person_id: PersonId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// The service.
    pub directory_id: DirectoryId,
    /// The service's name.
    pub service_name: String,
    /// What kind of help it gives.
    pub service_kind: HelpKind,
    /// What the person needs, in words for the service.
    pub need: String,
    /// Where it stands.
    pub state: ReferralState,
    /// When it was written.
    pub made_at: Instant,
    /// By whom.
    pub made_by_name: String,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When the service accepted it.
    pub accepted_at: Option<Instant>,
    /// When the first appointment is.
    pub appointment_at: Option<Instant>,
    /// What was noted with the newest state.
    pub note: String,
}

/// A state that a referral came to.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Step {
    /// The state.
    pub state: ReferralState,
    /// When it was recorded.
    pub at: Instant,
    /// What was noted with it.
    pub note: String,
    /// By whom.
    pub by_name: String,
}

/// A referral to be written.
#[derive(Debug, Clone)]
pub struct NewReferral {
    /// Its id.
    pub id: ReferralId,
    /// The service.
    pub directory_id: DirectoryId,
    /// What the person needs, in words for the service.
    pub need: String,
}

/// What has become of a referral.
#[derive(Debug, Clone)]
pub struct Move {
    /// The state it has come to.
    pub to: ReferralState,
    /// What is noted with it.
    pub note: String,
    /// The first appointment, when one was made.
    pub appointment_at: Option<Instant>,
}

/// Who chases a referral: somebody, or an organisation of which nobody has taken it yet.
#[derive(Debug, Clone, Copy)]
pub struct Chaser {
    /// Who.
    pub owner: Option<UserId>,
    /// Of which organisation.
    pub organisation: OrganisationId,
}

const REFERRAL: &str =
    "SELECT r.id, r.version, r.person_id, r.episode_id, r.directory_id, s.name AS service_name, s.kind AS service_kind,
        r.need, r.state, r.made_at, u.name AS made_by_name, r.sent_at, r.accepted_at, r.appointment_at, r.note
   FROM referral r JOIN directory_service s ON s.id = r.directory_id JOIN app_user u ON u.id = r.made_by";

fn referral(row: &Row) -> Result<Referral> {
    Ok(Referral {
        id: row.get("id")?,
        version: row.get("version")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        directory_id: row.get("directory_id")?,
        service_name: row.get("service_name")?,
        service_kind: row.get("service_kind")?,
        need: row.get("need")?,
        state: row.get("state")?,
        made_at: row.get("made_at")?,
        made_by_name: row.get("made_by_name")?,
        sent_at: row.get("sent_at")?,
        accepted_at: row.get("accepted_at")?,
        appointment_at: row.get("appointment_at")?,
        note: row.get("note")?,
    })
}

/// Whom a referral is about, as a subject for the policy. `None` when there is no such referral.
///
/// # Errors
/// The store's.
pub async fn subject(conn: &mut Conn, referral: ReferralId) -> Result<Option<Subject>> {
    let row = conn
        .fetch_optional(
            "SELECT r.person_id, r.episode_id, e.site_id FROM referral r JOIN episode e ON e.id = r.episode_id WHERE r.id = $1",
            args![referral],
        )
        .await?;
    row.as_ref().map(crate::subject::of).transpose()
}

/// The referrals of the grant's episode, in the order made.
///
/// # Errors
/// The store's.
pub async fn of_episode(conn: &mut Conn, grant: &Grant<ViewReferral>) -> Result<Vec<Referral>> {
    let sql = format!("{REFERRAL} WHERE r.episode_id = $1 AND r.person_id = $2 ORDER BY r.made_at, r.id");
    let args = args![grant.episode(), grant.person()];
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await?.iter().map(referral).collect()
}

/// One referral of the grant's person.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewReferral>, id: ReferralId) -> Result<Option<Referral>> {
    let sql = format!("{REFERRAL} WHERE r.id = $1 AND r.person_id = $2");
    let rows = conn.fetch_text(sqlx::AssertSqlSafe(sql), args![id, grant.person()]).await?;
    rows.first().map(referral).transpose()
}

/// The states a referral has been in, newest first.
///
/// # Errors
/// The store's.
pub async fn steps(conn: &mut Conn, grant: &Grant<ViewReferral>, id: ReferralId) -> Result<Vec<Step>> {
    conn.fetch_all(
        "SELECT t.state, t.at, t.note, t.by_name FROM referral_step t JOIN referral r ON r.id = t.referral_id
          WHERE t.referral_id = $1 AND r.person_id = $2 ORDER BY t.at DESC, t.id DESC",
        args![id, grant.person()],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Step { state: row.get("state")?, at: row.get("at")?, note: row.get("note")?, by_name: row.get("by_name")? })
    })
    .collect()
}

/// Writes a referral. It is sent by another act, which records the disclosure.
///
/// # Errors
/// The store's.
pub async fn create(tx: &mut Tx, grant: &Grant<CreateReferral>, new: &NewReferral) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO referral (id, person_id, episode_id, directory_id, need, state, made_at, made_by)
         VALUES ($1, $2, $3, $4, $5, 'drafted', $6, $7)",
        args![new.id, grant.person(), grant.episode(), new.directory_id, &new.need, now, grant.actor().user],
    )
    .await?;
    add_step(tx, grant, new.id, ReferralState::Drafted, "").await
}

/// Records what has become of a referral. Whether the state may follow is decided by
/// [`ReferralState::next`].
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else recorded something first.
pub async fn record(tx: &mut Tx, grant: &Grant<ChangeReferral>, id: ReferralId, version: i64, to: &Move) -> Result<()> {
    let now = tx.now();
    let sent = (to.to == ReferralState::Sent).then_some(now);
    let accepted = (to.to == ReferralState::Accepted).then_some(now);
    tx.execute_versioned(
        "UPDATE referral SET state = $4, note = $5, sent_at = COALESCE($6, sent_at), accepted_at = COALESCE($7, accepted_at),
                appointment_at = COALESCE($8, appointment_at), version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3",
        args![id, grant.person(), version, to.to, &to.note, sent, accepted, to.appointment_at],
    )
    .await?;
    add_step(tx, grant, id, to.to, &to.note).await
}

async fn add_step<P: Permit>(
    tx: &mut Tx,
    grant: &Grant<P>,
    id: ReferralId,
    state: ReferralState,
    note: &str,
) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO referral_step (id, referral_id, state, at, note, by_user, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![Uuid::now_v7(), id, state, now, note, grant.actor().user, name],
    )
    .await?;
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "referral",
            class: Class::Referral,
            words: format!("Referral: {}", state.label().to_lowercase()),
            link: format!("/referrals/{id}"),
        },
    )
    .await
}

/// Makes, moves or ends the task of chasing a referral. A referral has one, with the referral's
/// own id: it can be made only once, and is found again.
///
/// # Errors
/// The store's.
pub async fn chase(
    tx: &mut Tx,
    grant: &Grant<ChangeReferral>,
    referral: &Referral,
    owed: &Owed,
    chaser: Chaser,
) -> Result<()> {
    let (now, task) = (tx.now(), TaskId::new(referral.id.uuid()));
    tx.relationships_changed();
    if !owed.is_chase {
        let ended = if matches!(referral.state, ReferralState::Attended | ReferralState::Engaged) {
            TaskState::Done
        } else {
            TaskState::Cancelled
        };
        tx.execute(
            "UPDATE task SET state = $2, outcome = $3, done_at = $4, done_by = $5, version = version + 1 WHERE id = $1 AND state = 'open'",
            args![task, ended, referral.state.label(), now, grant.actor().user],
        )
        .await?;
        return Ok(());
    }
    tx.execute(
        "INSERT INTO task (id, person_id, episode_id, kind, title, due_at, owner_id, organisation_id, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9)
         ON CONFLICT (id) DO UPDATE SET title = $5, due_at = $6, state = 'open', outcome = '', version = task.version + 1",
        args![
            task,
            grant.person(),
            grant.episode(),
            TaskKind::ChaseReferral,
            format!("{}: {}", referral.service_name, owed.words),
            owed.due_at,
            chaser.owner,
            chaser.organisation,
            now
        ],
    )
    .await?;
    Ok(())
}
