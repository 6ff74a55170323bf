//! What a file of a person's record holds, beyond what other rooms read; and the line of the disclosure ledger that
//! is written when it is made.

use crate::disclosures::{self, NewDisclosure};
use crate::{Conn, Error, Result, Row, Tx, args, records};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use throughline_domain::alert::AlertStep;
use throughline_domain::document::RecordState;
use throughline_domain::finding::{FindingList, FindingSource, FindingStatus};
use throughline_domain::ids::{AlertId, EpisodeId, RecordId, ReferralId};
use throughline_domain::referral::ReferralState;
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_domain::time::Instant;
use throughline_forms::{AudienceClass, Snapshot};
use throughline_policy::{ExportRecord, Grant, Subject, ViewClinical, ViewNeedsPlan, ViewReferral, ViewRiskCard};

/// A signed form with all that was signed about it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SignedForm {
    /// Its id.
    pub id: RecordId,
    /// Its episode.
    pub episode_id: EpisodeId,
    /// How it stands: signed, waiting for a countersignature, or marked in error.
    pub state: RecordState,
    /// When it was signed.
    pub signed_at: Instant,
    /// By whom.
    pub signed_by: String,
    /// When it was countersigned.
    pub countersigned_at: Option<Instant>,
    /// By whom; empty when nobody did.
    pub countersigned_by: String,
    /// Why it was marked in error; empty when it was not, and when nothing of the form is the reader's to read.
    pub error_reason: String,
    /// The answers; `None` when the stored text cannot be read or nothing of it is the reader's to read, which
    /// is told and never left out.
    pub answers: Option<Snapshot>,
    /// Whether something of it is not the reader's to read.
    pub withheld: bool,
    /// What was added afterwards, oldest first.
    pub addenda: Vec<Added>,
}

/// What was added to a signed form.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Added {
    /// What; empty when it is not the reader's to read.
    pub words: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// What kind of information it is.
    pub class: AudienceClass,
    /// Whether it is not the reader's to read.
    pub withheld: bool,
}

/// A vulnerability or need with its code.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CodedFinding {
    /// The form that found it.
    pub record_id: RecordId,
    /// Vulnerability or need.
    pub list: FindingList,
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: String,
    /// How sure.
    pub status: FindingStatus,
    /// Whether it was known before the service asked.
    pub already_known: bool,
    /// Who says so; nothing when nobody recorded it.
    pub source: Option<FindingSource>,
}

/// An alert, also one that has ended.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AlertLine {
    /// Its id.
    pub id: AlertId,
    /// Its episode.
    pub episode_id: EpisodeId,
    /// What kind.
    pub kind: AlertKind,
    /// What it says.
    pub detail: String,
    /// Where it stands.
    pub state: AlertState,
    /// When it was raised.
    pub raised_at: Instant,
    /// By whom.
    pub raised_by: String,
    /// When it was last answered.
    pub answered_at: Option<Instant>,
    /// By whom; empty when nobody did.
    pub answered_by: String,
    /// What was answered last.
    pub resolution: String,
    /// The moment it is about, when it is about one: a dose that is due.
    pub due_at: Option<Instant>,
    /// The day on which it is looked at again.
    pub review_on: Option<NaiveDate>,
    /// Who is to answer for it.
    pub owner: String,
    /// Everything that was done with it, oldest first.
    pub steps: Vec<AlertStepLine>,
}

/// One thing that was done with an alert.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AlertStepLine {
    /// What.
    pub step: AlertStep,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// What was written.
    pub words: String,
    /// Until when it stood, for an acknowledgement.
    pub review_on: Option<NaiveDate>,
    /// To whom, for a handing over.
    pub owner: String,
}

/// An onward referral.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ReferralLine {
    /// Its id.
    pub id: ReferralId,
    /// Its episode.
    pub episode_id: EpisodeId,
    /// The service it went to.
    pub service: String,
    /// What the person needs.
    pub need: String,
    /// Where it stands.
    pub state: ReferralState,
    /// When it was made.
    pub made_at: Instant,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When it was accepted.
    pub accepted_at: Option<Instant>,
    /// The first appointment.
    pub appointment_at: Option<Instant>,
    /// What was noted.
    pub note: String,
}

/// Every signed form of the grant's person, oldest first.
///
/// # Errors
/// The store's.
pub async fn signed_forms(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Vec<SignedForm>> {
    let mut added = added(tx, grant).await?;
    let rows = tx
        .fetch_all(
            "SELECT id, episode_id, state, snapshot, signed_at, signed_by_name, countersigned_at, countersigned_by_name,
                    error_reason, created_by
               FROM record WHERE person_id = $1 AND signed_at IS NOT NULL ORDER BY signed_at, id",
            args![grant.person()],
        )
        .await?;
    let mut forms = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: RecordId = row.get("id")?;
        let stored: String = row.get("snapshot")?;
        let (answers, withheld) = match serde_json::from_str(&stored) {
            Ok(snapshot) => records::readable_snapshot(tx, grant.subject(), row.get("created_by")?, snapshot).await?,
            Err(_) => (None, false),
        };
        let addenda = added.remove(&id).unwrap_or_default();
        // Why somebody's sealed note was wrong tells of the note.
        let is_closed = withheld && answers.is_none();
        forms.push(SignedForm {
            id,
            episode_id: row.get("episode_id")?,
            state: row.get("state")?,
            signed_at: row.get("signed_at")?,
            signed_by: row.get("signed_by_name")?,
            countersigned_at: row.get("countersigned_at")?,
            countersigned_by: row.get("countersigned_by_name")?,
            error_reason: if is_closed { String::new() } else { row.get("error_reason")? },
            answers,
            withheld: withheld || addenda.iter().any(|one| one.withheld),
            addenda,
        });
    }
    Ok(forms)
}

async fn added(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<BTreeMap<RecordId, Vec<Added>>> {
    let rows = tx
        .fetch_all(
            "SELECT a.record_id, a.words, a.at, a.by_name, a.class, r.created_by
               FROM addendum a JOIN record r ON r.id = a.record_id
              WHERE r.person_id = $1 ORDER BY a.at, a.id",
            args![grant.person()],
        )
        .await?;
    let mut all: BTreeMap<RecordId, Vec<Added>> = BTreeMap::new();
    for row in &rows {
        let class: AudienceClass = row.get("class")?;
        let readable = records::may_read(tx, grant.subject(), row.get("created_by")?, class).await?;
        let words = if readable { row.get("words")? } else { String::new() };
        let one = Added { words, at: row.get("at")?, by: row.get("by_name")?, class, withheld: !readable };
        all.entry(row.get("record_id")?).or_default().push(one);
    }
    Ok(all)
}

/// Vulnerabilities and needs of the grant's person, by the form that found them.
///
/// # Errors
/// The store's.
pub async fn findings(conn: &mut Conn, grant: &Grant<ViewNeedsPlan>) -> Result<Vec<CodedFinding>> {
    let rows = conn
        .fetch_all(
            "SELECT f.record_id, f.list, f.code, f.label, f.status, f.already_known, f.source
               FROM finding f JOIN record r ON r.id = f.record_id
              WHERE f.person_id = $1 ORDER BY r.signed_at, f.list, f.code, f.id",
            args![grant.person()],
        )
        .await?;
    let one = |row: &Row| {
        Ok(CodedFinding {
            record_id: row.get("record_id")?,
            list: row.get("list")?,
            code: row.get("code")?,
            label: row.get("label")?,
            status: row.get("status")?,
            already_known: row.get("already_known")?,
            source: FindingSource::from_code(&row.get::<String>("source")?),
        })
    };
    rows.iter().map(one).collect()
}

/// Every alert of the grant's person, oldest first.
///
/// # Errors
/// The store's.
pub async fn alerts(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Vec<AlertLine>> {
    let mut steps = alert_steps(conn, grant).await?;
    let rows = conn
        .fetch_all(
            "SELECT a.id, a.episode_id, a.kind, a.detail, a.state, a.raised_at, a.raised_by_name, a.answered_at,
                    a.answered_by_name, a.resolution, a.due_at, a.review_on, u.name AS owner_name
               FROM alert a JOIN episode e ON e.id = a.episode_id JOIN app_user u ON u.id = COALESCE(a.owner_id, e.owner_id)
              WHERE a.person_id = $1 ORDER BY a.raised_at, a.id",
            args![grant.person()],
        )
        .await?;
    let mut one = |row: &Row| {
        let id = row.get("id")?;
        Ok(AlertLine {
            id,
            episode_id: row.get("episode_id")?,
            kind: row.get("kind")?,
            detail: row.get("detail")?,
            state: row.get("state")?,
            raised_at: row.get("raised_at")?,
            raised_by: row.get("raised_by_name")?,
            answered_at: row.get("answered_at")?,
            answered_by: row.get("answered_by_name")?,
            resolution: row.get("resolution")?,
            due_at: row.get("due_at")?,
            review_on: row.get("review_on")?,
            owner: row.get("owner_name")?,
            steps: steps.remove(&id).unwrap_or_default(),
        })
    };
    rows.iter().map(&mut one).collect()
}

async fn alert_steps(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<BTreeMap<AlertId, Vec<AlertStepLine>>> {
    let rows = conn
        .fetch_all(
            "SELECT s.alert_id, s.step, s.at, s.by_name, s.words, s.review_on, s.owner_name
               FROM alert_step s JOIN alert a ON a.id = s.alert_id
              WHERE a.person_id = $1 ORDER BY s.alert_id, s.number",
            args![grant.person()],
        )
        .await?;
    let mut steps: BTreeMap<AlertId, Vec<AlertStepLine>> = BTreeMap::new();
    for row in &rows {
        let one = AlertStepLine {
            step: row.get("step")?,
            at: row.get("at")?,
            by: row.get("by_name")?,
            words: row.get("words")?,
            review_on: row.get("review_on")?,
            owner: row.get("owner_name")?,
        };
        steps.entry(row.get("alert_id")?).or_default().push(one);
    }
    Ok(steps)
}

/// Every onward referral of the grant's person, oldest first.
///
/// # Errors
/// The store's.
pub async fn referrals(conn: &mut Conn, grant: &Grant<ViewReferral>) -> Result<Vec<ReferralLine>> {
    let rows = conn
        .fetch_all(
            "SELECT r.id, r.episode_id, s.name AS service, r.need, r.state, r.made_at, r.sent_at, r.accepted_at,
                    r.appointment_at, r.note
               FROM referral r JOIN directory_service s ON s.id = r.directory_id
              WHERE r.person_id = $1 ORDER BY r.made_at, r.id",
            args![grant.person()],
        )
        .await?;
    let one = |row: &Row| {
        Ok(ReferralLine {
            id: row.get("id")?,
            episode_id: row.get("episode_id")?,
            service: row.get("service")?,
            need: row.get("need")?,
            state: row.get("state")?,
            made_at: row.get("made_at")?,
            sent_at: row.get("sent_at")?,
            accepted_at: row.get("accepted_at")?,
            appointment_at: row.get("appointment_at")?,
            note: row.get("note")?,
        })
    };
    rows.iter().map(one).collect()
}

/// Writes the line of the disclosure ledger of a file, in the person's newest episode: the file is given up unless
/// this commits.
///
/// # Errors
/// [`Error::Stale`] when the person has no episode: there is no record to make a file of.
pub async fn disclose(tx: &mut Tx, grant: &Grant<ExportRecord>, new: &NewDisclosure) -> Result<()> {
    let newest = tx
        .fetch_optional(
            "SELECT person_id, id AS episode_id, site_id FROM episode WHERE person_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 1",
            args![grant.person()],
        )
        .await?;
    let subject: Subject = newest.as_ref().map(crate::subject::of).transpose()?.ok_or(Error::Stale)?;
    disclosures::write(tx, subject, grant.actor().user, new).await
}
