//! Filled-in forms: drafts with every saved state, signed snapshots, addenda, marks of error.
//!
//! A draft has a version that each save raises; every saved state stands in `record_version`. A
//! save that started from an older version than the row's is kept there too, beside the version it
//! conflicts with: nobody's text is lost, and nobody's is overwritten unseen. What is signed is
//! frozen as a [`Snapshot`] and never changed in place; what was done to a record is a line of the
//! ledger `record_act`, so that it can be shown as it stood on any date.
//!
//! What other people said and sealed notes have readers of their own. A [`Record`] is made by this
//! room only, from what is kept, without what its reader may not read ([`classes`]): no page can
//! send what it was never given.

mod acts;
mod afterwards;
mod as_of;
mod classes;
mod draft;
mod frozen;
mod pathway;
mod read;
mod signed;
mod unsettled;

pub use acts::{Act, ActKind};
pub use afterwards::{
    add_addendum, countersign, countersign_title, mark_in_error, may_add_addendum, may_mark_in_error, return_title,
    send_back,
};
pub use as_of::{get_as_of, of_episode_as_of, of_person_as_of};
pub use draft::{save, start};
pub use pathway::{NotDone, assessed, not_done, screened};
pub use read::{
    acts, addenda, get, is_something_withheld, needs_plan, of_episode, own_notes, subject, version, version_lines,
    versions,
};
pub use signed::sign;
pub use unsettled::{settle, sign_without, unsettled};

pub(crate) use classes::{marks_withheld, may_read, note_read, readable_snapshot, something_withheld};
pub(crate) use frozen::risk_of;

use crate::{Conn, Error, Result, Row, Tx, args, events};
use throughline_domain::document::RecordState;
use throughline_domain::ids::{EpisodeId, PersonId, RecordId, UserId};
use throughline_domain::time::Instant;
use throughline_forms::{Answers, AudienceClass, Snapshot, SnapshotSection};
use throughline_policy::{Class, Grant, Permit};

/// A filled-in form, without what its reader may not read.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
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
    /// How many acts were done to it: another number means that what a page showed of it stands no more, even where
    /// the text is the same.
    pub acts: i64,
    /// Classes of sections that this reader is not shown.
    pub hidden: Vec<AudienceClass>,
    /// Whether something is answered in them.
    pub withheld: bool,
}

/// The records of an episode, as one reader may know of them.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// Those that may be opened, newest first.
    pub records: Vec<Record>,
    /// When those were begun that may not: that they exist, not what they are.
    pub withheld: Vec<Instant>,
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
    /// Whether something is answered that this reader is not shown.
    pub withheld: bool,
}

/// A saved state in the list of them: when and by whom, not what.
#[derive(Debug, Clone, serde::Serialize)]
pub struct VersionLine {
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
}

/// What was added to a signed record afterwards.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Addendum {
    /// What was added; empty when it is withheld.
    pub words: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// What kind of information it is.
    pub class: AudienceClass,
    /// Whether this reader is not shown what it says.
    pub withheld: bool,
}

/// Needs and plan of a person, as one reader may know of them.
#[derive(Debug, Clone, Default)]
pub struct NeedsPlans {
    /// Newest first, and once a form.
    pub plans: Vec<NeedsPlan>,
    /// Whether the open episodes hold something of a class that is not shown to this reader.
    pub withheld: bool,
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
        /// Where the record stands.
        state: RecordState,
    },
}

const RECORD: &str = "SELECT id, version, person_id, episode_id, form_id, form_version, state, answers, snapshot, created_at, created_by,
        updated_at, updated_by, updated_by_name, signed_at, signed_by, signed_by_name, countersigned_at,
        countersigned_by_name, error_reason,
        (SELECT count(*) FROM record_act a WHERE a.record_id = record.id) AS acts FROM record";

/// A record as it is kept: with what some readers may not read. It never leaves this room.
#[derive(Debug, Clone)]
struct Whole(Record);

impl Whole {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self(Record {
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
            acts: row.get("acts")?,
            hidden: Vec::new(),
            withheld: false,
        }))
    }
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

async fn select(conn: &mut Conn, rest: &'static str, args: crate::Args) -> Result<Vec<Whole>> {
    let sql = sqlx::AssertSqlSafe(format!("{RECORD} {rest}"));
    conn.fetch_text(sql, args).await?.iter().map(Whole::read).collect()
}

/// One record of the grant's person, as it is kept.
async fn whole<P: Permit>(conn: &mut Conn, grant: &Grant<P>, id: RecordId) -> Result<Option<Whole>> {
    let found = select(conn, "WHERE id = $1 AND person_id = $2", args![id, grant.person()]).await?;
    Ok(found.into_iter().next())
}

/// The line of the timeline that says what became of a record. It is of the record's own class:
/// who may not open a sealed note does not read what became of it.
async fn note<P: Permit>(tx: &mut Tx, grant: &Grant<P>, id: RecordId, class: Class, words: String) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "record",
            class,
            words,
            link: format!("/records/{id}"),
        },
    )
    .await
}
