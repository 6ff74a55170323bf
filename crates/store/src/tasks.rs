//! Tasks: something owed, with owner and date.

use crate::{Conn, Result, Row, Tx, args, events};
use throughline_domain::ids::{EpisodeId, OrganisationId, PersonId, RecordId, SiteId, TaskId, UserId};
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeConsent, ChangeFollowUp, Class, Grant, Subject, ViewFollowUp};

/// Something owed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Version of the row.
    pub version: i64,
    /// The person.
    pub person_id: PersonId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// What kind.
    pub kind: TaskKind,
    /// What exactly.
    pub title: String,
    /// By when.
    pub due_at: Instant,
    /// Who owes it; `None` while nobody of the organisation has taken it.
    pub owner_id: Option<UserId>,
    /// The organisation that owes it.
    pub organisation_id: OrganisationId,
    /// Where it stands.
    pub state: TaskState,
    /// What came of it.
    pub outcome: String,
    /// The record that it asks to countersign, or to change and sign again.
    pub record_id: Option<RecordId>,
}

/// A task to be added.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its id.
    pub id: TaskId,
    /// The person.
    pub person_id: PersonId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// What kind.
    pub kind: TaskKind,
    /// What exactly.
    pub title: String,
    /// By when.
    pub due_at: Instant,
    /// Who owes it.
    pub owner_id: Option<UserId>,
    /// The organisation that owes it.
    pub organisation_id: OrganisationId,
}

pub(crate) fn task(row: &Row) -> Result<Task> {
    Ok(Task {
        id: row.get("id")?,
        version: row.get("version")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        due_at: row.get("due_at")?,
        owner_id: row.get("owner_id")?,
        organisation_id: row.get("organisation_id")?,
        state: row.get("state")?,
        outcome: row.get("outcome")?,
        record_id: row.get("record_id")?,
    })
}

/// The person and episode a task is about, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such task.
pub async fn subject(conn: &mut Conn, task: TaskId) -> Result<Option<Subject>> {
    let row = conn
        .fetch_optional(
            "SELECT t.person_id, t.episode_id, e.site_id FROM task t JOIN episode e ON e.id = t.episode_id WHERE t.id = $1",
            args![task],
        )
        .await?;
    row.as_ref().map(crate::subject::of).transpose()
}

/// One task of the grant's person.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewFollowUp>, id: TaskId) -> Result<Option<Task>> {
    let row = conn
        .fetch_optional(
            "SELECT id, version, person_id, episode_id, kind, title, due_at, owner_id, organisation_id, state, outcome, record_id FROM task
              WHERE id = $1 AND person_id = $2",
            args![id, grant.person()],
        )
        .await?;
    row.as_ref().map(task).transpose()
}

/// Moves a task's date, when a try came to nothing.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else ended or changed it first.
pub async fn put_off(
    tx: &mut Tx,
    grant: &Grant<ChangeFollowUp>,
    task: TaskId,
    version: i64,
    due_at: Instant,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE task SET due_at = $4, version = version + 1 WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'open'",
        args![task, grant.person(), version, due_at],
    )
    .await
}

/// Hands a task to another organisation, with its owner there when one is known. Part of
/// allocating the follow-up.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else ended or changed it first.
pub async fn hand_to(
    tx: &mut Tx,
    grant: &Grant<ChangeFollowUp>,
    task: TaskId,
    version: i64,
    organisation: OrganisationId,
    owner: Option<UserId>,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE task SET organisation_id = $4, owner_id = $5, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'open'",
        args![task, grant.person(), version, organisation, owner],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// Hands what link workers still owe the grant's person to the owner of each episode, and says so there. Part of
/// recording that consent for link workers does not hold: what stayed with them they could not open any more.
pub(crate) async fn take_back(tx: &mut Tx, grant: &Grant<ChangeConsent>) -> Result<()> {
    let theirs = tx
        .fetch_all(
            "SELECT DISTINCT t.episode_id, e.site_id FROM task t JOIN episode e ON e.id = t.episode_id
               JOIN organisation o ON o.id = t.organisation_id
              WHERE t.person_id = $1 AND t.state = 'open' AND o.kind = 'partner'",
            args![grant.person()],
        )
        .await?;
    for row in &theirs {
        take_back_of(tx, grant, row.get("episode_id")?, row.get("site_id")?).await?;
    }
    tx.relationships_changed();
    Ok(())
}

async fn take_back_of(tx: &mut Tx, grant: &Grant<ChangeConsent>, episode: EpisodeId, site: SiteId) -> Result<()> {
    tx.execute(
        "UPDATE task SET version = version + 1, owner_id = (SELECT e.owner_id FROM episode e WHERE e.id = $1),
                organisation_id = (SELECT u.organisation_id FROM episode e JOIN app_user u ON u.id = e.owner_id WHERE e.id = $1)
          WHERE episode_id = $1 AND person_id = $2 AND state = 'open'
            AND organisation_id IN (SELECT o.id FROM organisation o WHERE o.kind = 'partner')",
        args![episode, grant.person()],
    )
    .await?;
    let words = "What the link workers still owed is handed to the episode’s owner".to_owned();
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(site),
            person: Some(grant.person()),
            episode: Some(episode),
            kind: "task",
            class: Class::FollowUp,
            words,
            link: format!("/episodes/{episode}"),
        },
    )
    .await
}

/// Adds a task. Part of another act (a release, a referral), whose own grant covers it.
///
/// # Errors
/// The store's.
pub async fn add(tx: &mut Tx, new: &NewTask) -> Result<()> {
    insert(tx, new, None).await
}

/// Adds a task that is about a record: what becomes of the record ends it.
///
/// # Errors
/// The store's.
pub async fn add_about(tx: &mut Tx, new: &NewTask, record: RecordId) -> Result<()> {
    insert(tx, new, Some(record)).await
}

async fn insert(tx: &mut Tx, new: &NewTask, record: Option<RecordId>) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO task (id, person_id, episode_id, kind, title, due_at, owner_id, organisation_id, state, created_at, record_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)",
        args![
            new.id,
            new.person_id,
            new.episode_id,
            new.kind,
            &new.title,
            new.due_at,
            new.owner_id,
            new.organisation_id,
            now,
            record
        ],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// The tasks of an episode, open ones first, by date.
///
/// # Errors
/// The store's.
pub async fn of_episode(conn: &mut Conn, grant: &Grant<ViewFollowUp>) -> Result<Vec<Task>> {
    let rows = conn
        .fetch_all(
            "SELECT id, version, person_id, episode_id, kind, title, due_at, owner_id, organisation_id, state, outcome, record_id FROM task
              WHERE episode_id = $1 AND person_id = $2 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, due_at",
            args![grant.episode(), grant.person()],
        )
        .await?;
    rows.iter().map(task).collect()
}

/// Ends a task: done, or no longer owed, with what came of it. While its record waits for a countersignature nothing
/// but what becomes of the record ends it, so that no record is forgotten and no episode closes over one.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else ended or changed it first, or its record waits.
pub async fn end(
    tx: &mut Tx,
    grant: &Grant<ChangeFollowUp>,
    task: TaskId,
    version: i64,
    state: TaskState,
    outcome: &str,
) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE task SET state = $4, outcome = $5, done_at = $6, done_by = $7, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'open'
            AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = task.record_id AND r.state = 'awaiting')",
        args![task, grant.person(), version, state, outcome, now, grant.actor().user],
    )
    .await
}

/// Hands a task to somebody, with its date.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed it first.
pub async fn assign(
    tx: &mut Tx,
    grant: &Grant<ChangeFollowUp>,
    task: TaskId,
    version: i64,
    owner: UserId,
    due_at: Instant,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE task SET owner_id = $4, due_at = $5, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'open'",
        args![task, grant.person(), version, owner, due_at],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}
