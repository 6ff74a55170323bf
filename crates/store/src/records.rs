//! Filled-in forms: drafts with every saved state, signed snapshots, addenda, marks of error.
//!
//! A draft has a version that each save raises; every saved state stands in `record_version`. A
//! save that started from an older version than the row's is kept there too, beside the version it
//! conflicts with: nobody's text is lost, and nobody's is overwritten unseen. What is signed is
//! frozen as a [`Snapshot`] and never changed in place.

use crate::{Conn, Error, Result, Row, Tx, alerts, args, events};
use chrono::Duration;
use throughline_domain::document::RecordState;
use throughline_domain::episode::Urgency;
use throughline_domain::finding::{FindingList, FindingStatus};
use throughline_domain::ids::{AlertId, EpisodeId, PersonId, RecordId, UserId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::time::Instant;
use throughline_forms::{Answers, AudienceClass, Form, Snapshot, SnapshotSection};
use throughline_policy::{
    ChangeEpisode, Class, CountersignClinical, Grant, SignClinical, Subject, ViewClinical, ViewNeedsPlan, WriteClinical,
};
use uuid::Uuid;

/// A filled-in form.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Version of the row: what a save must have started from.
    pub version: i64,
    /// The person.
    pub person_id: PersonId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// Which form.
    pub form_id: String,
    /// Which version of its definition.
    pub form_version: String,
    /// Where it stands.
    pub state: RecordState,
    /// What was answered.
    pub answers: Answers,
    /// What was signed, when it was.
    pub snapshot: Option<Snapshot>,
    /// When it was begun.
    pub created_at: Instant,
    /// By whom.
    pub created_by: UserId,
    /// When it was last saved.
    pub updated_at: Instant,
    /// By whom.
    pub updated_by: UserId,
    /// Their name.
    pub updated_by_name: String,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by: Option<UserId>,
    /// Their name.
    pub signed_by_name: String,
    /// When it was countersigned.
    pub countersigned_at: Option<Instant>,
    /// By whom.
    pub countersigned_by_name: String,
    /// Why it was marked in error.
    pub error_reason: String,
}

/// A saved state of a record.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Version {
    /// Its number.
    pub version: i64,
    /// When it was saved.
    pub saved_at: Instant,
    /// By whom.
    pub saved_by: UserId,
    /// Their name.
    pub saved_by_name: String,
    /// The version it was in conflict with, when somebody else had been faster.
    pub conflicts_with: Option<i64>,
    /// What was answered.
    pub answers: Answers,
}

/// What was added to a signed record afterwards.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Addendum {
    /// What was added.
    pub words: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
}

/// Needs and plan of one signed record.
#[derive(Debug, Clone, serde::Serialize)]
pub struct NeedsPlan {
    /// The form's title, as it was.
    pub title: String,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
    /// The sections of that class, and no other.
    pub sections: Vec<SnapshotSection>,
}

/// What became of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It is the draft now.
    Saved {
        /// The version it made.
        version: i64,
    },
    /// Somebody else was faster, or the record is no draft any more: the text is kept beside it.
    Conflict {
        /// The version under which the text is kept.
        kept_as: i64,
        /// Who saved or signed what stands.
        by: String,
    },
}

/// Which step did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// The screening.
    Screening,
    /// The assessment.
    Assessment,
}

const RECORD: &str = "SELECT id, version, person_id, episode_id, form_id, form_version, state, answers, snapshot, created_at, created_by,
        updated_at, updated_by, updated_by_name, signed_at, signed_by, signed_by_name, countersigned_at,
        countersigned_by_name, error_reason FROM record";

fn record(row: &Row) -> Result<Record> {
    Ok(Record {
        id: row.get("id")?,
        version: row.get("version")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        form_id: row.get("form_id")?,
        form_version: row.get("form_version")?,
        state: row.get("state")?,
        answers: answers(row)?,
        snapshot: snapshot(row)?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        updated_at: row.get("updated_at")?,
        updated_by: row.get("updated_by")?,
        updated_by_name: row.get("updated_by_name")?,
        signed_at: row.get("signed_at")?,
        signed_by: row.get("signed_by")?,
        signed_by_name: row.get("signed_by_name")?,
        countersigned_at: row.get("countersigned_at")?,
        countersigned_by_name: row.get("countersigned_by_name")?,
        error_reason: row.get("error_reason")?,
    })
}

fn answers(row: &Row) -> Result<Answers> {
    let text: String = row.get("answers")?;
    serde_json::from_str(&text).map_err(|_| Error::Corrupt("the answers of a record".into()))
}

fn snapshot(row: &Row) -> Result<Option<Snapshot>> {
    let text: String = row.get("snapshot")?;
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(&text).map(Some).map_err(|_| Error::Corrupt("the snapshot of a record".into()))
}

fn json(answers: &Answers) -> String {
    serde_json::to_string(answers).expect("answers are lists of texts")
}

async fn select(conn: &mut Conn, rest: &'static str, args: crate::Args) -> Result<Vec<Record>> {
    let sql = sqlx::AssertSqlSafe(format!("{RECORD} {rest}"));
    conn.fetch_text(sql, args).await?.iter().map(record).collect()
}

/// The person, episode and site a record is about, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such record.
pub async fn subject(conn: &mut Conn, id: RecordId) -> Result<Option<Subject>> {
    let row = conn
        .fetch_optional(
            "SELECT r.person_id, r.episode_id, e.site_id FROM record r JOIN episode e ON e.id = r.episode_id WHERE r.id = $1",
            args![id],
        )
        .await?;
    row.as_ref().map(crate::episodes::subject_of).transpose()
}

/// One record of the grant's person.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Option<Record>> {
    let found = select(conn, "WHERE id = $1 AND person_id = $2", args![id, grant.person()]).await?;
    Ok(found.into_iter().next())
}

/// Every record of the grant's episode, newest first.
///
/// # Errors
/// The store's.
pub async fn of_episode(conn: &mut Conn, grant: &Grant<ViewClinical>) -> Result<Vec<Record>> {
    select(
        conn,
        "WHERE episode_id = $1 AND person_id = $2 ORDER BY created_at DESC, id DESC",
        args![grant.episode(), grant.person()],
    )
    .await
}

/// The newest signed record of a form in the grant's episode.
///
/// # Errors
/// The store's.
pub async fn latest_signed(conn: &mut Conn, grant: &Grant<ViewClinical>, form: &str) -> Result<Option<Record>> {
    let found = select(
        conn,
        "WHERE episode_id = $1 AND person_id = $2 AND form_id = $3 AND state IN ('signed', 'awaiting')
         ORDER BY signed_at DESC, id DESC LIMIT 1",
        args![grant.episode(), grant.person(), form],
    )
    .await?;
    Ok(found.into_iter().next())
}

/// Needs and plan of the person's open episodes, newest first and once a form: what somebody may
/// know who may not read the clinical narrative.
///
/// # Errors
/// The store's.
pub async fn needs_plan(conn: &mut Conn, grant: &Grant<ViewNeedsPlan>) -> Result<Vec<NeedsPlan>> {
    let found = select(
        conn,
        "WHERE person_id = $1 AND state IN ('signed', 'awaiting')
           AND EXISTS (SELECT 1 FROM episode e WHERE e.id = record.episode_id AND e.closed_at IS NULL)
         ORDER BY signed_at DESC, id DESC",
        args![grant.person()],
    )
    .await?;
    let mut forms: Vec<String> = Vec::new();
    let mut plans = Vec::new();
    for record in found {
        if forms.contains(&record.form_id) {
            continue;
        }
        forms.push(record.form_id);
        let Some(snapshot) = record.snapshot else {
            continue;
        };
        let only = snapshot.for_class(AudienceClass::NeedsPlan);
        if !only.sections.is_empty() {
            plans.push(NeedsPlan {
                title: only.title,
                signed_at: record.signed_at,
                signed_by_name: record.signed_by_name,
                sections: only.sections,
            });
        }
    }
    Ok(plans)
}

/// Every saved state of a record, newest first.
///
/// # Errors
/// The store's.
pub async fn versions(conn: &mut Conn, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Vec<Version>> {
    let rows = conn
        .fetch_all(
            "SELECT v.version, v.answers, v.saved_at, v.saved_by, v.saved_by_name, v.conflicts_with
               FROM record_version v JOIN record r ON r.id = v.record_id
              WHERE r.id = $1 AND r.person_id = $2 ORDER BY v.version DESC",
            args![id, grant.person()],
        )
        .await?;
    rows.iter().map(version).collect()
}

fn version(row: &Row) -> Result<Version> {
    Ok(Version {
        version: row.get("version")?,
        saved_at: row.get("saved_at")?,
        saved_by: row.get("saved_by")?,
        saved_by_name: row.get("saved_by_name")?,
        conflicts_with: row.get("conflicts_with")?,
        answers: answers(row)?,
    })
}

/// What was added to a record, oldest first.
///
/// # Errors
/// The store's.
pub async fn addenda(conn: &mut Conn, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Vec<Addendum>> {
    let rows = conn
        .fetch_all(
            "SELECT a.words, a.at, a.by_name FROM addendum a JOIN record r ON r.id = a.record_id
              WHERE r.id = $1 AND r.person_id = $2 ORDER BY a.at, a.id",
            args![id, grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| Ok(Addendum { words: row.get("words")?, at: row.get("at")?, by_name: row.get("by_name")? }))
        .collect()
}

async fn note<P: throughline_policy::Permit>(tx: &mut Tx, grant: &Grant<P>, id: RecordId, words: String) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "record",
            class: Class::Clinical,
            words,
            link: format!("/records/{id}"),
        },
    )
    .await
}

/// Begins a draft in the grant's episode, with the answers that are taken over. When a draft of
/// this form is open already, that one goes on: its id is given back.
///
/// # Errors
/// The store's.
pub async fn start(
    tx: &mut Tx,
    grant: &Grant<WriteClinical>,
    id: RecordId,
    form: &Form,
    first: &Answers,
) -> Result<RecordId> {
    let open = tx
        .fetch_optional(
            "SELECT id FROM record WHERE episode_id = $1 AND person_id = $2 AND form_id = $3 AND state = 'draft'",
            args![grant.episode(), grant.person(), &form.id],
        )
        .await?;
    if let Some(row) = open {
        return row.get("id");
    }
    let (now, name, user) = (tx.now(), tx.actor_name(), grant.actor().user);
    tx.execute(
        "INSERT INTO record (id, person_id, episode_id, form_id, form_version, state, answers, created_at, created_by,
                             updated_at, updated_by, updated_by_name)
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $7, $8, $9)",
        args![id, grant.person(), grant.episode(), &form.id, form.version.to_string(), json(first), now, user, &name],
    )
    .await?;
    keep(tx, id, user, 1, first, None).await?;
    note(tx, grant, id, format!("{} started", form.title)).await?;
    Ok(id)
}

async fn keep(
    tx: &mut Tx,
    id: RecordId,
    user: UserId,
    version: i64,
    answers: &Answers,
    conflicts_with: Option<i64>,
) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO record_version (record_id, version, answers, saved_at, saved_by, saved_by_name, conflicts_with)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![id, version, json(answers), now, user, name, conflicts_with],
    )
    .await?;
    Ok(())
}

/// The record as it stands, held until the end of the transaction: saves wait for each other.
async fn hold(tx: &mut Tx, person: PersonId, id: RecordId) -> Result<Record> {
    tx.execute("UPDATE record SET version = version WHERE id = $1 AND person_id = $2", args![id, person]).await?;
    select(tx, "WHERE id = $1 AND person_id = $2", args![id, person]).await?.into_iter().next().ok_or(Error::Stale)
}

async fn next_version(tx: &mut Tx, id: RecordId) -> Result<i64> {
    let row = tx
        .fetch_one("SELECT COALESCE(max(version), 0) AS newest FROM record_version WHERE record_id = $1", args![id])
        .await?;
    Ok(row.get::<i64>("newest")? + 1)
}

/// Saves a draft that was made from version `base`, or keeps it as a conflict. `own` is the last
/// version that the same page saved: when the answer to that save was lost on the way, the page
/// still names an older base, and is no conflict with itself.
///
/// # Errors
/// The store's; [`Error::Stale`] when there is no such record.
pub async fn save(
    tx: &mut Tx,
    grant: &Grant<WriteClinical>,
    id: RecordId,
    base: i64,
    own: Option<i64>,
    answers: &Answers,
) -> Result<Saved> {
    let standing = hold(tx, grant.person(), id).await?;
    let is_draft = standing.state == RecordState::Draft;
    if standing.answers == *answers && is_draft {
        return Ok(Saved::Saved { version: standing.version });
    }
    let user = grant.actor().user;
    let version = next_version(tx, id).await?;
    let follows = standing.version == base || Some(standing.version) == own;
    if !(is_draft && follows) {
        keep(tx, id, user, version, answers, Some(standing.version)).await?;
        let by = if is_draft || standing.signed_by_name.is_empty() {
            standing.updated_by_name
        } else {
            standing.signed_by_name
        };
        return Ok(Saved::Conflict { kept_as: version, by });
    }
    forget_same_minute(tx, &standing, user).await?;
    keep(tx, id, user, version, answers, None).await?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE record SET answers = $3, version = $4, updated_at = $5, updated_by = $6, updated_by_name = $7
          WHERE id = $1 AND version = $2 AND state = 'draft'",
        args![id, standing.version, json(answers), version, now, user, name],
    )
    .await?;
    Ok(Saved::Saved { version })
}

/// Within one minute of one person's typing the last state speaks for all. The first state, and
/// one that a conflict refers to, are kept.
async fn forget_same_minute(tx: &mut Tx, standing: &Record, user: UserId) -> Result<()> {
    let now = tx.now();
    let same_minute = now - standing.updated_at < Duration::minutes(1)
        && now.timestamp() / 60 == standing.updated_at.timestamp() / 60;
    if standing.updated_by != user || !same_minute || standing.version <= 1 {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM record_version WHERE record_id = $1 AND version = $2 AND conflicts_with IS NULL
            AND NOT EXISTS (SELECT 1 FROM record_version c WHERE c.record_id = $1 AND c.conflicts_with = $2)",
        args![standing.id, standing.version],
    )
    .await?;
    Ok(())
}

/// Signs a draft: freezes its snapshot, writes its findings and raises its alerts. The caller has
/// checked the answers; those of somebody who cannot sign alone wait for a countersignature.
///
/// # Errors
/// [`Error::Stale`] when the draft is not the version that was checked.
pub async fn sign(tx: &mut Tx, grant: &Grant<SignClinical>, record: &Record, form: &Form) -> Result<RecordState> {
    let state = if grant.actor().role.needs_countersignature() {
        RecordState::AwaitingCountersignature
    } else {
        RecordState::Signed
    };
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE record SET state = $4, snapshot = $5, form_version = $6, signed_at = $7, signed_by = $8, signed_by_name = $9
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'draft'",
        args![
            record.id,
            grant.person(),
            record.version,
            state,
            frozen(form, &record.answers)?,
            form.version.to_string(),
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    write_findings(tx, grant, record.id, form, &record.answers).await?;
    for raised in form.alerts(&record.answers) {
        let alert = alerts::NewAlert {
            id: AlertId::new(Uuid::now_v7()),
            record: Some(record.id),
            kind: raised.kind,
            detail: raised.detail,
            due_at: raised.due_at,
        };
        alerts::raise(tx, grant.person(), grant.episode(), grant.site(), &alert).await?;
    }
    let words = match state {
        RecordState::AwaitingCountersignature => {
            format!("{} signed, waiting for countersignature", form.title)
        }
        _ => format!("{} signed", form.title),
    };
    note(tx, grant, record.id, words).await?;
    Ok(state)
}

/// The snapshot with what it says of risk on top, where the risk card reads it.
fn frozen(form: &Form, answers: &Answers) -> Result<String> {
    let snapshot = serde_json::to_value(form.snapshot(answers));
    let mut snapshot = snapshot.map_err(|error| Error::Corrupt(error.to_string()))?;
    if let (Some(risk), Some(whole)) = (form.risk_state(answers), snapshot.as_object_mut()) {
        whole.insert("risk_state".into(), risk.state.code().into());
    }
    Ok(snapshot.to_string())
}

async fn write_findings(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    id: RecordId,
    form: &Form,
    answers: &Answers,
) -> Result<()> {
    for finding in form.findings(answers) {
        let list = FindingList::from_code(&finding.list).unwrap_or(FindingList::Need);
        let status = finding.status.as_deref().and_then(FindingStatus::from_code);
        tx.execute(
            "INSERT INTO finding (id, person_id, episode_id, record_id, list, code, label, status, already_known)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                Uuid::now_v7(),
                grant.person(),
                grant.episode(),
                id,
                list,
                finding.code,
                finding.label,
                status.unwrap_or(FindingStatus::Suspected),
                finding.known.as_deref() == Some("already_known")
            ],
        )
        .await?;
    }
    Ok(())
}

/// Takes over what a signed screening found: urgency, and whether an assessment is needed. The
/// line of the list the episode was opened from is seen now.
///
/// # Errors
/// The store's.
pub async fn screened(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    urgency: Option<Urgency>,
    assessment_needed: Option<bool>,
) -> Result<()> {
    tx.execute(
        "UPDATE episode SET urgency = COALESCE($2, urgency), assessment_needed = $3, not_screened_reason = '' WHERE id = $1",
        args![grant.episode(), urgency.map(Urgency::code), assessment_needed],
    )
    .await?;
    tx.execute(
        "UPDATE list_entry SET state = 'seen', reason = '', episode_id = $1, version = version + 1
          WHERE id = (SELECT entry_id FROM episode WHERE id = $1)",
        args![grant.episode()],
    )
    .await?;
    Ok(())
}

/// Takes back the coded reason why there was no assessment: there is one now.
///
/// # Errors
/// The store's.
pub async fn assessed(tx: &mut Tx, grant: &Grant<SignClinical>) -> Result<()> {
    tx.execute("UPDATE episode SET not_assessed_reason = '' WHERE id = $1", args![grant.episode()]).await?;
    Ok(())
}

/// Records why a screening or an assessment did not happen. When it is not offered again, the
/// line of the list says what became of it.
///
/// # Errors
/// The store's.
pub async fn not_done(
    tx: &mut Tx,
    grant: &Grant<ChangeEpisode>,
    what: NotDone,
    reason: NotSeenReason,
    again: bool,
) -> Result<()> {
    let (sql, words) = match what {
        NotDone::Screening => {
            ("UPDATE episode SET not_screened_reason = $2, version = version + 1 WHERE id = $1", "Not screened")
        }
        NotDone::Assessment => {
            ("UPDATE episode SET not_assessed_reason = $2, version = version + 1 WHERE id = $1", "Not assessed")
        }
    };
    tx.execute(sql, args![grant.episode(), reason]).await?;
    if what == NotDone::Screening && !again {
        tx.execute(
            "UPDATE list_entry SET state = $2, reason = $3, version = version + 1
              WHERE id = (SELECT entry_id FROM episode WHERE id = $1)",
            args![grant.episode(), reason.entry_state(), reason],
        )
        .await?;
    }
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "episode",
            class: Class::Episode,
            words: format!("{words}: {reason}{}", if again { ", to be offered again" } else { "" }),
            link: format!("/episodes/{}", grant.episode()),
        },
    )
    .await
}

/// Adds to a signed record.
///
/// # Errors
/// [`Error::Stale`] when the record is not signed.
pub async fn add_addendum(tx: &mut Tx, grant: &Grant<SignClinical>, record: &Record, words: &str) -> Result<()> {
    if !record.state.counts() || record.person_id != grant.person() {
        return Err(Error::Stale);
    }
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO addendum (id, record_id, words, at, by_user, by_name) VALUES ($1, $2, $3, $4, $5, $6)",
        args![Uuid::now_v7(), record.id, words, now, grant.actor().user, name],
    )
    .await?;
    let title = record.snapshot.as_ref().map_or("Record", |snapshot| &snapshot.title);
    note(tx, grant, record.id, format!("{title}: addendum")).await
}

/// Marks a record in error: it is kept and shown as such; its findings no longer count. Alerts it
/// raised stand until somebody answers them: a mistake in a form is no proof that all is well.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first.
pub async fn mark_in_error(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    record: &Record,
    title: &str,
    reason: &str,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE record SET state = 'in_error', error_reason = $4
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state <> 'in_error'",
        args![record.id, grant.person(), record.version, reason],
    )
    .await?;
    tx.execute("DELETE FROM finding WHERE record_id = $1", args![record.id]).await?;
    end_countersign_tasks(tx, record, title, grant.actor().user, "Marked in error").await?;
    if record.form_id == "screening" {
        tx.execute(
            "UPDATE episode SET urgency = '', assessment_needed = NULL
              WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM record WHERE episode_id = $1 AND form_id = 'screening'
                                               AND state IN ('signed', 'awaiting'))",
            args![record.episode_id],
        )
        .await?;
    }
    note(tx, grant, record.id, format!("{title} marked in error")).await
}

/// The title of the task to countersign a form.
pub fn countersign_title(form_title: &str) -> String {
    format!("Countersign: {form_title}")
}

async fn end_countersign_tasks(tx: &mut Tx, record: &Record, title: &str, user: UserId, outcome: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE task SET state = 'done', outcome = $3, done_at = $4, done_by = $5, version = version + 1
          WHERE episode_id = $1 AND kind = 'countersign' AND title = $2 AND state = 'open'",
        args![record.episode_id, countersign_title(title), outcome, now, user],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// Countersigns a record, and ends the task that asked for it.
///
/// # Errors
/// [`Error::Stale`] when it does not wait for a countersignature any more.
pub async fn countersign(tx: &mut Tx, grant: &Grant<CountersignClinical>, record: &Record) -> Result<()> {
    let (now, name, user) = (tx.now(), tx.actor_name(), grant.actor().user);
    tx.execute_versioned(
        "UPDATE record SET state = 'signed', countersigned_at = $4, countersigned_by = $5, countersigned_by_name = $6
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'awaiting'",
        args![record.id, grant.person(), record.version, now, user, name],
    )
    .await?;
    let title = record.snapshot.as_ref().map_or_else(String::new, |snapshot| snapshot.title.clone());
    end_countersign_tasks(tx, record, &title, user, "Countersigned").await?;
    note(tx, grant, record.id, format!("{title} countersigned")).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::signed_risk;
    use throughline_forms::catalogue;

    #[test]
    fn a_snapshot_says_what_it_found_of_risk_or_nothing() {
        use throughline_domain::risk::SignedRisk;
        let form = catalogue().get("risk").expect("the risk form is shipped");
        let says = |answers: &Answers| signed_risk(&frozen(form, answers).unwrap());
        let mut answers = Answers::default();
        answers.set("to_self", ["identified"]);
        assert_eq!(says(&answers), SignedRisk::Known);
        answers.set("to_self", ["none_identified"]);
        assert_eq!(says(&answers), SignedRisk::Unreadable, "nothing is concluded from silence");
        answers.set("overall_state", ["none_identified"]);
        assert_eq!(says(&answers), SignedRisk::NoneIdentified);
        answers.set("overall_state", ["not_assessed"]);
        assert_eq!(says(&answers), SignedRisk::NotConcluded, "who could not ask said so");
        assert_eq!(signed_risk("no json"), SignedRisk::Unreadable);
        assert_eq!(signed_risk("{\"risk_state\": 7}"), SignedRisk::Unreadable);
    }
}
