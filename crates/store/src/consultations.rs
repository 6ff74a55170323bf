//! Advice given to colleagues, police and courts. A correction is a new version: what was said first stays.
//!
//! What was advised about somebody is that person's record: lists of a site say that there was such advice, and its
//! words are read with a grant for the person.

use crate::{Conn, Error, Result, Row, Tx, args, events};
use throughline_domain::consultation::{AskedBy, How, Topic};
use throughline_domain::ids::{ConsultationId, DisclosureId, EpisodeId, PersonId, SiteId, UserId};
use throughline_domain::time::Instant;
use throughline_policy::{
    ChangeConsultation, Class, CreateConsultation, Grant, Subject, ViewClinical, ViewConsultation, WriteClinical,
};
use uuid::Uuid;

/// A piece of advice as one version has it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Consultation {
    /// Its id, the same for each version.
    pub id: ConsultationId,
    /// The number of the version, from 1.
    pub number: i64,
    /// The site it was given at.
    pub site_id: SiteId,
    /// Whom it is about, when somebody is named.
    pub person_id: Option<PersonId>,
    /// Their episode.
    pub episode_id: Option<EpisodeId>,
    /// Who asked.
    pub asked_by: AskedBy,
    /// What about.
    pub topic: Topic,
    /// How it was given.
    pub how: How,
    /// How long it took.
    pub minutes: i64,
    /// What was asked, as typed; may be empty. `None` where the reader has no grant for the person.
    pub asked: Option<String>,
    /// What was advised, as typed. `None` where the reader has no grant for the person.
    pub advised: Option<String>,
    /// When it was given.
    pub at: Instant,
    /// When it was written down.
    pub entered_at: Instant,
    /// By whom.
    pub by_user: UserId,
    /// Their name.
    pub by_name: String,
    /// Why the version before was corrected; empty for the first.
    pub why_corrected: String,
    /// The line of the disclosure ledger, when something of the person was told outside.
    pub disclosure_id: Option<DisclosureId>,
}

/// What is said of a piece of advice.
#[derive(Debug, Clone)]
pub struct Given {
    /// Who asked.
    pub asked_by: AskedBy,
    /// What about.
    pub topic: Topic,
    /// How it was given.
    pub how: How,
    /// How long it took, in minutes.
    pub minutes: i64,
    /// What was asked, as typed; may be empty.
    pub asked: String,
    /// What was advised, as typed.
    pub advised: String,
    /// When it was given, which may be before it is written down.
    pub at: Instant,
}

/// Which advice of a site is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The reader's own.
    Mine,
    /// Everybody's.
    Sites,
}

/// How much advice a site gave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Activity {
    /// How often.
    pub times: i64,
    /// How long together, in minutes.
    pub minutes: i64,
}

const COLUMNS: &str = "c.id, c.first_id, c.number, c.site_id, c.person_id, c.episode_id, c.asked_by, c.topic, c.how,
        c.minutes, c.asked, c.advised, c.at, c.entered_at, c.by_user, c.by_name, c.why_corrected, c.disclosure_id";

/// The version that stands.
const STANDS: &str = "c.number = (SELECT MAX(n.number) FROM consultation n WHERE n.first_id = c.first_id)";

fn whole(row: &Row) -> Result<Consultation> {
    Ok(Consultation {
        id: row.get("first_id")?,
        number: row.get("number")?,
        site_id: row.get("site_id")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        asked_by: row.get("asked_by")?,
        topic: row.get("topic")?,
        how: row.get("how")?,
        minutes: row.get("minutes")?,
        asked: Some(row.get("asked")?),
        advised: Some(row.get("advised")?),
        at: row.get("at")?,
        entered_at: row.get("entered_at")?,
        by_user: row.get("by_user")?,
        by_name: row.get("by_name")?,
        why_corrected: row.get("why_corrected")?,
        disclosure_id: row.get("disclosure_id")?,
    })
}

/// Without the words and the name of a person: for readers of a site's list.
fn closed(row: &Row) -> Result<Consultation> {
    let found = whole(row)?;
    if found.person_id.is_none() {
        return Ok(found);
    }
    Ok(Consultation { asked: None, advised: None, why_corrected: String::new(), ..found })
}

async fn select(conn: &mut Conn, rest: &str, args: crate::Args) -> Result<Vec<Row>> {
    let sql = format!("SELECT {COLUMNS} FROM consultation c WHERE {rest}");
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await
}

/// Whom a piece of advice is about and where it was given. `None` when there is no such advice.
///
/// # Errors
/// The store's.
pub async fn subject(conn: &mut Conn, id: ConsultationId) -> Result<Option<Subject>> {
    let row = conn
        .fetch_optional(
            "SELECT person_id, episode_id, site_id FROM consultation WHERE first_id = $1 AND number = 1",
            args![id],
        )
        .await?;
    let subject = |row: Row| {
        Ok(Subject { person: row.get("person_id")?, episode: row.get("episode_id")?, site: Some(row.get("site_id")?) })
    };
    row.map(subject).transpose()
}

/// The grant's site's advice, newest first. Of what was advised about somebody only that it was.
///
/// # Errors
/// The store's.
pub async fn of_site(
    conn: &mut Conn,
    grant: &Grant<ViewConsultation>,
    whose: Whose,
    limit: i64,
) -> Result<Vec<Consultation>> {
    let rows = match whose {
        Whose::Mine => {
            let rest = format!("c.site_id = $1 AND c.by_user = $2 AND {STANDS} ORDER BY c.at DESC, c.id DESC LIMIT $3");
            select(conn, &rest, args![grant.site(), grant.actor().user, limit]).await?
        }
        Whose::Sites => {
            let rest = format!("c.site_id = $1 AND {STANDS} ORDER BY c.at DESC, c.id DESC LIMIT $2");
            select(conn, &rest, args![grant.site(), limit]).await?
        }
    };
    rows.iter().map(closed).collect()
}

/// Every version of advice that names nobody, newest first. Empty for advice about somebody.
///
/// # Errors
/// The store's.
pub async fn versions(
    conn: &mut Conn,
    grant: &Grant<ViewConsultation>,
    id: ConsultationId,
) -> Result<Vec<Consultation>> {
    let rest = "c.first_id = $1 AND c.site_id = $2 AND c.person_id IS NULL ORDER BY c.number DESC";
    select(conn, rest, args![id, grant.site()]).await?.iter().map(whole).collect()
}

/// Every version of advice about the grant's person, newest first.
///
/// # Errors
/// The store's.
pub async fn versions_about(
    conn: &mut Conn,
    grant: &Grant<ViewClinical>,
    id: ConsultationId,
) -> Result<Vec<Consultation>> {
    let rest = "c.first_id = $1 AND c.person_id = $2 ORDER BY c.number DESC";
    select(conn, rest, args![id, grant.person()]).await?.iter().map(whole).collect()
}

/// All advice about the grant's person as it stands, newest first.
///
/// # Errors
/// The store's.
pub async fn of_person(conn: &mut Conn, grant: &Grant<ViewClinical>, limit: i64) -> Result<Vec<Consultation>> {
    let rest = format!("c.person_id = $1 AND {STANDS} ORDER BY c.at DESC, c.id DESC LIMIT $2");
    select(conn, &rest, args![grant.person(), limit]).await?.iter().map(whole).collect()
}

/// How much advice the grant's site gave from an instant up to another: indirect activity.
///
/// # Errors
/// The store's.
pub async fn activity(
    conn: &mut Conn,
    grant: &Grant<ViewConsultation>,
    from: Instant,
    to: Instant,
) -> Result<Activity> {
    let sql = format!(
        "SELECT count(*) AS times, CAST(COALESCE(SUM(c.minutes), 0) AS bigint) AS minutes FROM consultation c
          WHERE c.site_id = $1 AND c.at >= $2 AND c.at < $3 AND {STANDS}"
    );
    let rows = conn.fetch_text(sqlx::AssertSqlSafe(sql), args![grant.site(), from, to]).await?;
    let Some(row) = rows.first() else { return Ok(Activity::default()) };
    Ok(Activity { times: row.get("times")?, minutes: row.get("minutes")? })
}

/// Records advice that names nobody.
///
/// # Errors
/// The store's.
pub async fn record(tx: &mut Tx, grant: &Grant<CreateConsultation>, id: ConsultationId, given: &Given) -> Result<()> {
    let about = Subject { site: Some(grant.site()), ..Subject::default() };
    add(tx, id, 1, about, given, "", None).await
}

/// Records advice about the person of `about`, with the line of the disclosure ledger that the same act wrote when
/// somebody outside was told something of them. It stands in the person's timeline.
///
/// # Errors
/// The store's.
pub async fn record_about(
    tx: &mut Tx,
    grant: &Grant<CreateConsultation>,
    about: &Grant<WriteClinical>,
    id: ConsultationId,
    given: &Given,
    disclosure: Option<DisclosureId>,
) -> Result<()> {
    let subject = Subject { person: Some(about.person()), episode: Some(about.episode()), site: Some(grant.site()) };
    add(tx, id, 1, subject, given, "", disclosure).await?;
    tell(tx, id, subject, given, "Advice given to").await
}

/// Corrects the grant's actor's own advice by a new version. `standing` is the version that was corrected; whom it
/// is about stays, and `about` is the grant for them: a correction is written in their record as the advice was.
///
/// # Errors
/// [`Error::Stale`] when another version stands, it is not the actor's, or it is not about the person of `about`.
pub async fn correct(
    tx: &mut Tx,
    grant: &Grant<ChangeConsultation>,
    about: Option<&Grant<WriteClinical>>,
    standing: &Consultation,
    given: &Given,
    why: &str,
) -> Result<()> {
    let rest = format!("c.first_id = $1 AND c.site_id = $2 AND c.by_user = $3 AND {STANDS}");
    let found = select(tx, &rest, args![standing.id, grant.site(), grant.actor().user]).await?;
    let now = found.first().map(whole).transpose()?.filter(|now| now.number == standing.number).ok_or(Error::Stale)?;
    if now.person_id != about.map(Grant::person) {
        return Err(Error::Stale);
    }
    let subject = Subject { person: now.person_id, episode: now.episode_id, site: Some(now.site_id) };
    add(tx, now.id, now.number + 1, subject, given, why, now.disclosure_id).await?;
    if subject.person.is_some() {
        tell(tx, now.id, subject, given, "Corrected: advice given to").await?;
    }
    Ok(())
}

async fn add(
    tx: &mut Tx,
    id: ConsultationId,
    number: i64,
    about: Subject,
    given: &Given,
    why: &str,
    disclosure: Option<DisclosureId>,
) -> Result<()> {
    let (now, name, user) = (tx.now(), tx.actor_name(), tx.actor().map(|actor| actor.user));
    // Two corrections of one version at once: the second is told, and keeps its text.
    tx.execute_versioned(
        "INSERT INTO consultation (id, first_id, number, site_id, person_id, episode_id, asked_by, topic, how, minutes, asked,
                                   advised, at, entered_at, by_user, by_name, why_corrected, disclosure_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (first_id, number) DO NOTHING",
        args![
            Uuid::now_v7(),
            id,
            number,
            about.site,
            about.person,
            about.episode,
            given.asked_by,
            given.topic,
            given.how,
            given.minutes,
            &given.asked,
            &given.advised,
            given.at,
            now,
            user,
            name,
            why,
            disclosure
        ],
    )
    .await
}

async fn tell(tx: &mut Tx, id: ConsultationId, about: Subject, given: &Given, words: &str) -> Result<()> {
    let event = events::NewEvent {
        at: Some(given.at),
        site: about.site,
        person: about.person,
        episode: about.episode,
        kind: "consultation",
        class: Class::Clinical,
        words: format!("{words} {}", given.asked_by.label().to_lowercase()),
        link: format!("/consultations/{id}"),
    };
    events::add(tx, event).await
}
