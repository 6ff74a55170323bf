//! Contacts: direct work with the person, and tries that came to nothing.

use crate::{Conn, Result, Tx, args, events};
use throughline_domain::contact::{Attendance, ContactMode};
use throughline_domain::ids::{ContactId, EpisodeId, SiteId, TaskId};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeFollowUp, Class, Grant, ViewFollowUp};

/// One contact, or a try at one.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// The task it was for, when it was for one.
    pub task_id: Option<TaskId>,
    /// How it took place.
    pub mode: ContactMode,
    /// What came of it.
    pub attendance: Attendance,
    /// When it took place.
    pub at: Instant,
    /// When it was written down.
    pub entered_at: Instant,
    /// How long it took, in minutes.
    pub minutes: i64,
    /// What was said or seen, as written.
    pub note: String,
    /// By whom.
    pub by_name: String,
    /// Their organisation's name.
    pub organisation_name: String,
}

/// A contact to be recorded.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Its id.
    pub id: ContactId,
    /// The task it was for, when it was for one.
    pub task_id: Option<TaskId>,
    /// How it took place.
    pub mode: ContactMode,
    /// What came of it.
    pub attendance: Attendance,
    /// When it took place, which may be before it is written down.
    pub at: Instant,
    /// How long it took, in minutes.
    pub minutes: i64,
    /// What was said or seen, as written.
    pub note: String,
}

/// The contacts of the grant's episode, newest first.
///
/// # Errors
/// The store's.
pub async fn of_episode(conn: &mut Conn, grant: &Grant<ViewFollowUp>) -> Result<Vec<Contact>> {
    let rows = conn
        .fetch_all(
            "SELECT c.id, c.episode_id, c.task_id, c.mode, c.attendance, c.at, c.entered_at, c.minutes, c.note, c.by_name,
                    o.name AS organisation_name
               FROM contact c JOIN organisation o ON o.id = c.organisation_id
              WHERE c.episode_id = $1 AND c.person_id = $2 ORDER BY c.at DESC, c.entered_at DESC",
            args![grant.episode(), grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Contact {
                id: row.get("id")?,
                episode_id: row.get("episode_id")?,
                task_id: row.get("task_id")?,
                mode: row.get("mode")?,
                attendance: row.get("attendance")?,
                at: row.get("at")?,
                entered_at: row.get("entered_at")?,
                minutes: row.get("minutes")?,
                note: row.get("note")?,
                by_name: row.get("by_name")?,
                organisation_name: row.get("organisation_name")?,
            })
        })
        .collect()
}

/// Records a contact in the grant's episode, with the time it took place and the time it is written.
///
/// # Errors
/// The store's.
pub async fn record(tx: &mut Tx, grant: &Grant<ChangeFollowUp>, site: SiteId, new: &NewContact) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO contact (id, person_id, episode_id, task_id, mode, attendance, at, entered_at, minutes, note, by_user,
                              by_name, organisation_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            new.task_id,
            new.mode,
            new.attendance,
            new.at,
            now,
            new.minutes,
            &new.note,
            grant.actor().user,
            name,
            grant.actor().organisation
        ],
    )
    .await?;
    let reached = if new.attendance.reached() { "reached" } else { "not reached" };
    events::add(
        tx,
        events::NewEvent {
            at: Some(new.at),
            site: Some(site),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "contact",
            class: Class::FollowUp,
            words: format!("Contact, {}: {reached}", new.mode.label().to_lowercase()),
            link: format!("/episodes/{}/follow-up", grant.episode()),
        },
    )
    .await
}
