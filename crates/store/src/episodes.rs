//! Episodes: one arrest, voluntary attendance or court matter of one person.
//!
//! Rule 7: an open episode has an owner and a next action with a date at every commit. The columns
//! are `NOT NULL`, and every function that moves an episode on asks for the next action.

use crate::{Conn, Result, Row, Tx, args, events};
use chrono::Duration;
use throughline_domain::document::{DocumentKind, DocumentState, RecordState};
use throughline_domain::episode::{
    ClosureReason, DocumentProgress, FormProgress, LegalStatus, Progress, ReferralSource, Step, Urgency,
};
use throughline_domain::ids::{EntryId, EpisodeId, OrganisationId, PersonId, SiteId, UserId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::place::PointOfContact;
use throughline_domain::time::Instant;
use throughline_policy::{
    ChangeEpisode, ChangeJustice, Class, CloseEpisode, Grant, OpenEpisode, ViewEpisode, ViewJustice,
};

/// Where an episode stands: what everybody may see who may see that there is one.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Episode {
    /// Its id.
    pub id: EpisodeId,
    /// Version of the row.
    pub version: i64,
    /// The person.
    pub person_id: PersonId,
    /// The site.
    pub site_id: SiteId,
    /// The site's name.
    pub site_name: String,
    /// The line of a list it was opened from.
    pub entry_id: Option<EntryId>,
    /// Where the person came to the service.
    pub point_of_contact: PointOfContact,
    /// Who told the service.
    pub referral_source: ReferralSource,
    /// On which basis the person is held.
    pub legal_status: LegalStatus,
    /// How urgent the screener found it.
    pub urgency: Option<Urgency>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When the person was released.
    pub released_at: Option<Instant>,
    /// The next hearing.
    pub next_hearing_at: Option<Instant>,
    /// Who owns it.
    pub owner_id: UserId,
    /// Their name.
    pub owner_name: String,
    /// What is owed next.
    pub next_action: String,
    /// By when.
    pub next_action_due: Instant,
    /// The organisation whose link workers follow up.
    pub link_organisation_id: Option<OrganisationId>,
    /// The link worker.
    pub link_worker_id: Option<UserId>,
    /// Why no screening was done (code), when none was.
    pub not_screened_reason: Option<NotSeenReason>,
    /// Why no assessment was done (code), when none was.
    pub not_assessed_reason: Option<NotSeenReason>,
    /// What the screening found.
    pub assessment_needed: Option<bool>,
    /// When it closed.
    pub closed_at: Option<Instant>,
    /// Why it closed.
    pub closure_reason: Option<ClosureReason>,
    /// What was said of the closure.
    pub closure_note: String,
}

/// Offence, custody and hearing facts: not for everybody who may see the episode.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Justice {
    /// Custody record number.
    pub custody_number: String,
    /// Case reference.
    pub urn: String,
    /// Alleged offences, as listed.
    pub offences: String,
    /// Reporting restriction: travels with everything that leaves.
    pub reporting_restriction: String,
    /// Arrest.
    pub arrested_at: Option<Instant>,
    /// Arrival at the station.
    pub arrived_at: Option<Instant>,
    /// Detention authorised.
    pub detention_authorised_at: Option<Instant>,
}

/// An episode to be opened.
#[derive(Debug, Clone)]
pub struct NewEpisode {
    /// Its id.
    pub id: EpisodeId,
    /// The site.
    pub site_id: SiteId,
    /// The line of a list it is opened from: facts are taken over, nothing is typed again.
    pub entry_id: Option<EntryId>,
    /// Where the person came to the service.
    pub point_of_contact: PointOfContact,
    /// Who told the service.
    pub referral_source: ReferralSource,
    /// On which basis the person is held.
    pub legal_status: LegalStatus,
    /// Offence, custody and hearing facts.
    pub justice: Justice,
    /// The hearing on the list.
    pub next_hearing_at: Option<Instant>,
    /// Whether nobody was on shift when the person came.
    pub out_of_hours: bool,
    /// Who owns it.
    pub owner: UserId,
    /// What is owed first.
    pub next_action: String,
    /// By when.
    pub next_action_due: Instant,
}

const EPISODE: &str =
    "SELECT e.id, e.version, e.person_id, e.site_id, s.name AS site_name, e.entry_id, e.point_of_contact,
        e.referral_source, e.legal_status, e.urgency, e.opened_at, e.released_at, e.next_hearing_at, e.owner_id,
        u.name AS owner_name, e.next_action, e.next_action_due, e.link_organisation_id, e.link_worker_id,
        e.not_screened_reason, e.not_assessed_reason, e.assessment_needed, e.closed_at, e.closure_reason, e.closure_note
   FROM episode e JOIN site s ON s.id = e.site_id JOIN app_user u ON u.id = e.owner_id";

fn episode(row: &Row) -> Result<Episode> {
    Ok(Episode {
        id: row.get("id")?,
        version: row.get("version")?,
        person_id: row.get("person_id")?,
        site_id: row.get("site_id")?,
        site_name: row.get("site_name")?,
        entry_id: row.get("entry_id")?,
        point_of_contact: row.get("point_of_contact")?,
        referral_source: row.get("referral_source")?,
        legal_status: row.get("legal_status")?,
        urgency: row.get("urgency")?,
        opened_at: row.get("opened_at")?,
        released_at: row.get("released_at")?,
        next_hearing_at: row.get("next_hearing_at")?,
        owner_id: row.get("owner_id")?,
        owner_name: row.get("owner_name")?,
        next_action: row.get("next_action")?,
        next_action_due: row.get("next_action_due")?,
        link_organisation_id: row.get("link_organisation_id")?,
        link_worker_id: row.get("link_worker_id")?,
        not_screened_reason: row.get("not_screened_reason")?,
        not_assessed_reason: row.get("not_assessed_reason")?,
        assessment_needed: row.get("assessment_needed")?,
        closed_at: row.get("closed_at")?,
        closure_reason: row.get("closure_reason")?,
        closure_note: row.get("closure_note")?,
    })
}

/// One episode.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewEpisode>) -> Result<Option<Episode>> {
    let sql = sqlx::AssertSqlSafe(format!("{EPISODE} WHERE e.id = $1 AND e.person_id = $2"));
    conn.fetch_text(sql, args![grant.episode(), grant.person()]).await?.first().map(episode).transpose()
}

/// A person's episodes, newest first.
///
/// # Errors
/// The store's.
pub async fn of_person(conn: &mut Conn, grant: &Grant<ViewEpisode>) -> Result<Vec<Episode>> {
    let sql = sqlx::AssertSqlSafe(format!("{EPISODE} WHERE e.person_id = $1 ORDER BY e.opened_at DESC"));
    conn.fetch_text(sql, args![grant.person()]).await?.iter().map(episode).collect()
}

/// Offence, custody and hearing facts of an episode.
///
/// # Errors
/// The store's.
pub async fn justice(conn: &mut Conn, grant: &Grant<ViewJustice>) -> Result<Justice> {
    let row = conn
        .fetch_one(
            "SELECT custody_number, urn, offences, reporting_restriction, arrested_at, arrived_at, detention_authorised_at
               FROM episode WHERE id = $1 AND person_id = $2",
            args![grant.episode(), grant.person()],
        )
        .await?;
    Ok(Justice {
        custody_number: row.get("custody_number")?,
        urn: row.get("urn")?,
        offences: row.get("offences")?,
        reporting_restriction: row.get("reporting_restriction")?,
        arrested_at: row.get("arrested_at")?,
        arrived_at: row.get("arrived_at")?,
        detention_authorised_at: row.get("detention_authorised_at")?,
    })
}

/// Opens an episode for the grant's person.
///
/// # Errors
/// The store's.
pub async fn open(tx: &mut Tx, grant: &Grant<OpenEpisode>, new: &NewEpisode) -> Result<()> {
    let (now, person) = (tx.now(), grant.person());
    tx.execute(
        "INSERT INTO episode (id, person_id, site_id, entry_id, point_of_contact, referral_source, legal_status, custody_number,
                              urn, offences, reporting_restriction, arrested_at, arrived_at, detention_authorised_at,
                              next_hearing_at, opened_at, opened_by, owner_id, next_action, next_action_due, out_of_hours)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        args![
            new.id,
            person,
            new.site_id,
            new.entry_id,
            new.point_of_contact,
            new.referral_source,
            new.legal_status,
            &new.justice.custody_number,
            &new.justice.urn,
            &new.justice.offences,
            &new.justice.reporting_restriction,
            new.justice.arrested_at,
            new.justice.arrived_at,
            new.justice.detention_authorised_at,
            new.next_hearing_at,
            now,
            grant.actor().user,
            new.owner,
            &new.next_action,
            new.next_action_due,
            new.out_of_hours
        ],
    )
    .await?;
    tx.relationships_changed();
    note(tx, person, new.id, new.site_id, format!("Episode opened: {}", new.point_of_contact)).await
}

async fn note(tx: &mut Tx, person: PersonId, episode: EpisodeId, site: SiteId, words: String) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(site),
            person: Some(person),
            episode: Some(episode),
            kind: "episode",
            class: Class::Episode,
            words,
            link: format!("/episodes/{episode}"),
        },
    )
    .await
}

/// Takes over what a later list says of the same matter: the record goes on, it is not made again.
/// Facts already known are kept; a restriction is added to, never taken away.
///
/// # Errors
/// The store's.
pub async fn carry_on(
    tx: &mut Tx,
    grant: &Grant<ChangeJustice>,
    status: Option<LegalStatus>,
    later: &Justice,
    next_hearing_at: Option<Instant>,
) -> Result<()> {
    tx.execute(
        "UPDATE episode SET urn = CASE WHEN urn = '' THEN $3 ELSE urn END,
                custody_number = CASE WHEN custody_number = '' THEN $4 ELSE custody_number END,
                offences = CASE WHEN $5 = '' THEN offences ELSE $5 END,
                reporting_restriction = CASE WHEN reporting_restriction = '' OR reporting_restriction = $6 THEN $6
                                             WHEN $6 = '' THEN reporting_restriction
                                             ELSE reporting_restriction || '; ' || $6 END,
                next_hearing_at = COALESCE($7, next_hearing_at),
                legal_status = COALESCE($8, legal_status), version = version + 1
          WHERE id = $1 AND person_id = $2 AND closed_at IS NULL",
        args![
            grant.episode(),
            grant.person(),
            &later.urn,
            &later.custody_number,
            &later.offences,
            &later.reporting_restriction,
            next_hearing_at,
            status.map(LegalStatus::code)
        ],
    )
    .await?;
    Ok(())
}

/// Hands an episode to an owner with the next action and its date.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed it first.
pub async fn hand_over(
    tx: &mut Tx,
    grant: &Grant<ChangeEpisode>,
    version: i64,
    owner: UserId,
    next_action: &str,
    due: Instant,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE episode SET owner_id = $3, next_action = $4, next_action_due = $5, version = version + 1
          WHERE id = $1 AND version = $2 AND closed_at IS NULL",
        args![grant.episode(), version, owner, next_action, due],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// What became of what an episode owes next.
#[must_use = "a closed episode has no next action: what is owed all the same needs a task"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAction {
    /// It is what the episode owes next.
    Set,
    /// The episode is closed, and owes nothing next.
    Closed,
}

impl NextAction {
    /// Says of an act that what it owes is owed by an open episode only, or has a task besides.
    pub fn only_while_open(self) {}
}

/// Sets what is owed next, as a consequence of another act (a form signed, a referral sent).
///
/// # Errors
/// The store's.
pub async fn set_next_action(tx: &mut Tx, episode: EpisodeId, next_action: &str, due: Instant) -> Result<NextAction> {
    let rows = tx
        .execute(
            "UPDATE episode SET next_action = $2, next_action_due = $3 WHERE id = $1 AND closed_at IS NULL",
            args![episode, next_action, due],
        )
        .await?;
    Ok(if rows == 0 { NextAction::Closed } else { NextAction::Set })
}

/// Allocates the follow-up to link workers of an organisation.
///
/// # Errors
/// The store's.
pub async fn allocate(
    tx: &mut Tx,
    grant: &Grant<ChangeEpisode>,
    organisation: OrganisationId,
    worker: Option<UserId>,
) -> Result<()> {
    tx.execute(
        "UPDATE episode SET link_organisation_id = $2, link_worker_id = $3, version = version + 1 WHERE id = $1",
        args![grant.episode(), organisation, worker],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// Changes the legal status and, on release, says when.
///
/// # Errors
/// The store's.
pub async fn set_legal_status(
    tx: &mut Tx,
    grant: &Grant<ChangeJustice>,
    status: LegalStatus,
    released_at: Option<Instant>,
) -> Result<()> {
    tx.execute(
        "UPDATE episode SET legal_status = $2, released_at = COALESCE($3, released_at), version = version + 1 WHERE id = $1",
        args![grant.episode(), status, released_at],
    )
    .await?;
    Ok(())
}

/// Closes an episode. Whether it may close is decided by [`Progress::closure_blocks`].
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed it first, or has set a goal that is not evaluated.
pub async fn close(
    tx: &mut Tx,
    grant: &Grant<CloseEpisode>,
    version: i64,
    site: SiteId,
    reason: ClosureReason,
    words: &str,
) -> Result<()> {
    // Held first: a goal that is being set at this moment is waited for, and then counted.
    tx.execute("UPDATE episode SET version = version WHERE id = $1", args![grant.episode()]).await?;
    if crate::care::count_open(tx, grant.episode()).await? > 0 {
        return Err(crate::Error::Stale);
    }
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE episode SET closed_at = $3, closed_by = $4, closure_reason = $5, closure_note = $6, version = version + 1
          WHERE id = $1 AND version = $2 AND closed_at IS NULL",
        args![grant.episode(), version, now, grant.actor().user, reason, words],
    )
    .await?;
    note(tx, grant.person(), grant.episode(), site, format!("Episode closed: {reason}")).await
}

/// What the record holds of an episode, for its task list and for closure.
///
/// # Errors
/// The store's.
pub async fn progress(conn: &mut Conn, grant: &Grant<ViewEpisode>) -> Result<Progress> {
    let id = grant.episode();
    let row = conn
        .fetch_one(
            "SELECT e.not_screened_reason, e.not_assessed_reason, e.assessment_needed, e.closed_at,
                    (SELECT count(DISTINCT consent_for) FROM consent WHERE episode_id = $1) AS consents,
                    (SELECT count(*) FROM task WHERE episode_id = $1 AND state = 'open') AS open_tasks,
                    (SELECT count(*) FROM contact WHERE episode_id = $1 AND attendance IN ('5', '6')) AS contacts,
                    (SELECT count(*) FROM alert WHERE episode_id = $1 AND state = 'open') AS open_alerts,
                    (SELECT count(*) FROM outcome WHERE episode_id = $1) AS outcomes
               FROM episode e WHERE e.id = $1",
            args![id],
        )
        .await?;
    let count = |column: &str| Ok::<_, crate::Error>(usize::try_from(row.get::<i64>(column)?).unwrap_or_default());
    let not_screened: Option<NotSeenReason> = row.get("not_screened_reason")?;
    let not_assessed: Option<NotSeenReason> = row.get("not_assessed_reason")?;
    Ok(Progress {
        consent_answers: count("consents")?,
        screening: form_progress(conn, id, Step::Screening, not_screened.is_some()).await?,
        assessment_needed: row.get("assessment_needed")?,
        assessment: form_progress(conn, id, Step::Assessment, not_assessed.is_some()).await?,
        risk: form_progress(conn, id, Step::Risk, false).await?,
        custody_advice: document_progress(conn, id, DocumentKind::CustodyAdvice).await?,
        court_report: document_progress(conn, id, DocumentKind::CourtReport).await?,
        referrals: conn
            .fetch_all("SELECT state FROM referral WHERE episode_id = $1", args![id])
            .await?
            .iter()
            .map(|row| row.get("state"))
            .collect::<Result<_>>()?,
        open_tasks: count("open_tasks")?,
        done_follow_ups: count("contacts")?,
        open_alerts: count("open_alerts")?,
        outcomes: count("outcomes")?,
        open_goals: usize::try_from(crate::care::count_open(conn, id).await?).unwrap_or_default(),
        closed: row.get::<Option<Instant>>("closed_at")?.is_some(),
    })
}

async fn form_progress(conn: &mut Conn, episode: EpisodeId, step: Step, not_done: bool) -> Result<FormProgress> {
    let rows = conn
        .fetch_all(
            "SELECT state FROM record WHERE episode_id = $1 AND step = $2 AND state <> 'in_error'",
            args![episode, step.code()],
        )
        .await?;
    let states: Vec<RecordState> = rows.iter().map(|row| row.get("state")).collect::<Result<_>>()?;
    // A draft beside a signed form is still owed: it is signed or marked in error.
    Ok(if states.iter().any(|state| matches!(state, RecordState::Draft | RecordState::AwaitingCountersignature)) {
        FormProgress::Draft
    } else if states.contains(&RecordState::Signed) {
        FormProgress::Signed
    } else if not_done {
        FormProgress::NotDone
    } else {
        FormProgress::None
    })
}

async fn document_progress(conn: &mut Conn, episode: EpisodeId, kind: DocumentKind) -> Result<DocumentProgress> {
    let rows = conn
        .fetch_all(
            "SELECT state FROM document WHERE episode_id = $1 AND kind = $2 AND state <> 'withdrawn'",
            args![episode, kind],
        )
        .await?;
    let states: Vec<DocumentState> = rows.iter().map(|row| row.get("state")).collect::<Result<_>>()?;
    Ok(if states.iter().any(|state| matches!(state, DocumentState::Draft | DocumentState::Signed)) {
        DocumentProgress::Prepared
    } else if states.contains(&DocumentState::Released) {
        DocumentProgress::Released
    } else {
        DocumentProgress::None
    })
}

/// When a next action falls due that nobody gave a date: within the working day.
pub fn soon(now: Instant) -> Instant {
    now + Duration::hours(4)
}
