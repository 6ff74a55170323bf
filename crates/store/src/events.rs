//! Events: what changed, for timelines and live boards.

use crate::{Conn, Result, Tx, args};
use throughline_domain::ids::{EpisodeId, PersonId, SiteId};
use throughline_domain::time::Instant;
use throughline_policy::{Class, Grant, ViewEpisode};
use uuid::Uuid;

/// Something that happened.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Event {
    /// When it happened (not when it was entered).
    pub at: Instant,
    /// What kind: the noun, for filtering a timeline.
    pub kind: String,
    /// The class of the record it belongs to: who may not see the class does not see the event.
    pub class: Class,
    /// What happened, in words without clinical content.
    pub words: String,
    /// The page that shows it, or nothing.
    pub link: String,
    /// Who did it.
    pub actor_name: String,
}

/// An event to be added.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// When it happened; the act's own time when it happened now.
    pub at: Option<Instant>,
    /// The site whose board shows it.
    pub site: Option<SiteId>,
    /// The person.
    pub person: Option<PersonId>,
    /// The episode.
    pub episode: Option<EpisodeId>,
    /// The noun: `list`, `episode`, `consent`, `record`, `alert`, `document`, `referral`,
    /// `contact`, `task`, `outcome`, `legal`, `person`.
    pub kind: &'a str,
    /// The class of the record it belongs to.
    pub class: Class,
    /// What happened, in words without clinical content.
    pub words: String,
    /// The page that shows it, or nothing.
    pub link: String,
}

/// Adds an event.
///
/// # Errors
/// The store's.
pub async fn add(tx: &mut Tx, new: NewEvent<'_>) -> Result<()> {
    let (now, name, actor) = (tx.now(), tx.actor_name(), tx.actor().map(|actor| actor.user));
    tx.execute(
        "INSERT INTO event (id, at, entered_at, site_id, person_id, episode_id, kind, class, words, link, actor, actor_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            Uuid::now_v7(),
            new.at.unwrap_or(now),
            now,
            new.site,
            new.person,
            new.episode,
            new.kind,
            new.class,
            new.words,
            new.link,
            actor,
            name
        ],
    )
    .await?;
    Ok(())
}

/// The id of a site's newest event: changes whenever the board must be drawn anew.
///
/// # Errors
/// The store's.
pub async fn newest(conn: &mut Conn, site: SiteId) -> Result<Option<Uuid>> {
    let row =
        conn.fetch_optional("SELECT id FROM event WHERE site_id = $1 ORDER BY id DESC LIMIT 1", args![site]).await?;
    row.map(|row| row.get("id")).transpose()
}

/// A person's events, newest first. The caller drops those whose class the reader may not see.
///
/// # Errors
/// The store's.
pub async fn of_person(conn: &mut Conn, grant: &Grant<ViewEpisode>, limit: i64) -> Result<Vec<Event>> {
    let rows = conn
        .fetch_all(
            "SELECT at, kind, class, words, link, actor_name FROM event WHERE person_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
            args![grant.person(), limit],
        )
        .await?;
    rows.iter().map(event).collect()
}

/// A site's events entered since an instant, newest first.
///
/// # Errors
/// The store's.
pub async fn of_site_since(conn: &mut Conn, site: SiteId, since: Instant, limit: i64) -> Result<Vec<Event>> {
    let rows = conn
        .fetch_all(
            "SELECT at, kind, class, words, link, actor_name FROM event
              WHERE site_id = $1 AND entered_at > $2 ORDER BY id DESC LIMIT $3",
            args![site, since, limit],
        )
        .await?;
    rows.iter().map(event).collect()
}

fn event(row: &crate::Row) -> Result<Event> {
    Ok(Event {
        at: row.get("at")?,
        kind: row.get("kind")?,
        class: row.get("class")?,
        words: row.get("words")?,
        link: row.get("link")?,
        actor_name: row.get("actor_name")?,
    })
}
