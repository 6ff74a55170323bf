//! Documents: drafts made from the record, frozen when signed, kept byte for byte when released.

use crate::{Conn, Error, Result, Row, Tx, args, events};
use throughline_domain::document::{DocumentKind, DocumentState, RecordState};
use throughline_domain::ids::{DocumentId, EpisodeId, PersonId};
use throughline_domain::time::Instant;
use throughline_forms::Snapshot;
use throughline_policy::{
    Class, Grant, Permit, ReleaseDocument, SignDocument, Subject, ViewClinical, ViewDocument, WriteDocument,
};

/// A document in a list: which version it is, where it stands, and what became of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DocumentLine {
    /// Its id.
    pub id: DocumentId,
    /// Version of the row.
    pub version: i64,
    /// The person.
    pub person_id: PersonId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// Which document it is.
    pub kind: DocumentKind,
    /// Its number among the signed versions of its kind in the episode, from 1.
    pub number: i64,
    /// Where it stands.
    pub state: DocumentState,
    /// The hash of the released file, in hexadecimal; empty before.
    pub sha256: String,
    /// How many pages the released file has; 0 before.
    pub pages: i64,
    /// When it was begun.
    pub created_at: Instant,
    /// By whom.
    pub created_by_name: String,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
    /// When it was first released.
    pub released_at: Option<Instant>,
    /// Why it was taken back.
    pub withdrawn_reason: String,
    /// The number of the newest later version that was released: this one is out of date.
    pub superseded_by: Option<i64>,
}

/// What the author writes; everything else in a document is from the record.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Written {
    /// Whom it is for.
    pub recipient: String,
    /// A paragraph before the findings, exactly as typed.
    pub covering: String,
    /// Recommendations, one a line.
    pub recommendations: String,
    /// Next steps, one a line.
    pub next_steps: String,
}

/// A document with its content.
#[derive(Debug, Clone)]
pub struct Document {
    /// What a list shows of it.
    pub line: DocumentLine,
    /// The facts as they were when it was last saved or signed, as JSON.
    pub facts: String,
    /// What the author wrote.
    pub written: Written,
}

/// A draft to be kept.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Its id.
    pub id: DocumentId,
    /// Which document it is.
    pub kind: DocumentKind,
    /// Its number.
    pub number: i64,
    /// The facts from the record, as JSON.
    pub facts: String,
    /// What the author starts from.
    pub written: Written,
}

/// The file of a released document.
#[derive(Debug, Clone)]
pub struct File {
    /// The facts that it states, as JSON.
    pub facts: String,
    /// The bytes.
    pub pdf: Vec<u8>,
    /// Their hash, in hexadecimal.
    pub sha256: String,
    /// How many pages.
    pub pages: i64,
}

/// A signed form of the episode, as far as it could be read.
#[derive(Debug, Clone)]
pub struct SignedRecord {
    /// Which form.
    pub form: String,
    /// Its answers; `None` when the stored text cannot be read, which is told and never left out.
    pub snapshot: Option<Snapshot>,
    /// Whether it holds something that this reader is not shown.
    pub withheld: bool,
    /// Whether a countersignature is still owed.
    pub awaits_countersignature: bool,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
}

const LINE: &str =
    "d.id, d.version, d.person_id, d.episode_id, d.kind, d.number, d.state, d.sha256, d.pages, d.created_at,
        u.name AS created_by_name, d.signed_at, d.signed_by_name, d.released_at, d.withdrawn_reason,
        (SELECT MAX(n.number) FROM document n WHERE n.episode_id = d.episode_id AND n.kind = d.kind
            AND n.released_at IS NOT NULL AND n.number > d.number) AS superseded_by";

const FROM: &str = "FROM document d JOIN app_user u ON u.id = d.created_by";

fn line(row: &Row) -> Result<DocumentLine> {
    Ok(DocumentLine {
        id: row.get("id")?,
        version: row.get("version")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        kind: row.get("kind")?,
        number: row.get("number")?,
        state: row.get("state")?,
        sha256: row.get("sha256")?,
        pages: row.get("pages")?,
        created_at: row.get("created_at")?,
        created_by_name: row.get("created_by_name")?,
        signed_at: row.get("signed_at")?,
        signed_by_name: row.get("signed_by_name")?,
        released_at: row.get("released_at")?,
        withdrawn_reason: row.get("withdrawn_reason")?,
        superseded_by: row.get("superseded_by")?,
    })
}

/// Whom a document is about, as a subject for the policy. `None` when there is no such document.
///
/// # Errors
/// The store's.
pub async fn subject(conn: &mut Conn, document: DocumentId) -> Result<Option<Subject>> {
    let row = conn
        .fetch_optional(
            "SELECT d.person_id, d.episode_id, e.site_id FROM document d JOIN episode e ON e.id = d.episode_id WHERE d.id = $1",
            args![document],
        )
        .await?;
    row.as_ref().map(crate::subject::of).transpose()
}

/// Every document about the grant's person, newest first.
///
/// # Errors
/// The store's.
pub async fn of_person(conn: &mut Conn, grant: &Grant<ViewDocument>) -> Result<Vec<DocumentLine>> {
    let sql = format!("SELECT {LINE} {FROM} WHERE d.person_id = $1 ORDER BY d.created_at DESC, d.id DESC");
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args![grant.person()]).await?.iter().map(line).collect()
}

/// The versions of one kind in the grant's episode, newest first.
///
/// # Errors
/// The store's.
pub async fn of_kind(conn: &mut Conn, grant: &Grant<ViewDocument>, kind: DocumentKind) -> Result<Vec<DocumentLine>> {
    let sql = format!(
        "SELECT {LINE} {FROM} WHERE d.person_id = $1 AND d.episode_id = $2 AND d.kind = $3 ORDER BY d.number DESC, d.created_at DESC"
    );
    let args = args![grant.person(), grant.episode(), kind];
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await?.iter().map(line).collect()
}

/// One document of the grant's person.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewDocument>, id: DocumentId) -> Result<Option<Document>> {
    let sql = format!("SELECT {LINE}, d.facts, d.recommendations {FROM} WHERE d.id = $1 AND d.person_id = $2");
    let rows = conn.fetch_text(sqlx::AssertSqlSafe(sql), args![id, grant.person()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let written: String = row.get("recommendations")?;
    let written =
        serde_json::from_str(&written).map_err(|_| Error::Corrupt("what the author of a document wrote".into()))?;
    Ok(Some(Document { line: line(row)?, facts: row.get("facts")?, written }))
}

/// The file that was released, byte for byte; `None` before the first release.
///
/// # Errors
/// The store's.
pub async fn pdf(conn: &mut Conn, grant: &Grant<ViewDocument>, id: DocumentId) -> Result<Option<Vec<u8>>> {
    let row = conn
        .fetch_optional("SELECT pdf FROM document WHERE id = $1 AND person_id = $2", args![id, grant.person()])
        .await?;
    Ok(row.map(|row| row.get::<Option<Vec<u8>>>("pdf")).transpose()?.flatten())
}

/// The newest signed form of each kind in the grant's episode.
///
/// # Errors
/// The store's.
pub async fn signed_records(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Vec<SignedRecord>> {
    let rows = tx
        .fetch_all(
            "SELECT form_id, state, snapshot, signed_at, signed_by_name, created_by FROM record
              WHERE person_id = $1 AND episode_id = $2 AND state IN ('signed', 'awaiting') ORDER BY signed_at DESC, id DESC",
            args![grant.person(), grant.episode()],
        )
        .await?;
    let mut newest: Vec<SignedRecord> = Vec::new();
    for row in &rows {
        let mut record = signed_record(row)?;
        if let Some(snapshot) = record.snapshot.take() {
            let author = row.get("created_by")?;
            let (readable, withheld) = crate::records::readable_snapshot(tx, grant.subject(), author, snapshot).await?;
            // A record of which nothing is this reader's to read is none of theirs.
            let Some(readable) = readable else { continue };
            record.snapshot = Some(readable);
            record.withheld = withheld;
        }
        if !newest.iter().any(|known| known.form == record.form) {
            newest.push(record);
        }
    }
    Ok(newest)
}

fn signed_record(row: &Row) -> Result<SignedRecord> {
    let snapshot: String = row.get("snapshot")?;
    let state: RecordState = row.get("state")?;
    Ok(SignedRecord {
        form: row.get("form_id")?,
        snapshot: read_snapshot(&snapshot),
        withheld: false,
        awaits_countersignature: state == RecordState::AwaitingCountersignature,
        signed_at: row.get("signed_at")?,
        signed_by_name: row.get("signed_by_name")?,
    })
}

/// A snapshot stands alone, or under `snapshot` beside what else was frozen with it.
pub(crate) fn read_snapshot(text: &str) -> Option<Snapshot> {
    let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
    let inner = value.get_mut("snapshot").map(serde_json::Value::take);
    serde_json::from_value(inner.unwrap_or(value)).ok()
}

/// The number that the next version of a kind gets.
///
/// # Errors
/// The store's.
pub async fn next_number(conn: &mut Conn, grant: &Grant<ViewDocument>, kind: DocumentKind) -> Result<i64> {
    let row = conn
        .fetch_one(
            "SELECT COALESCE(MAX(number), 0) + 1 AS number FROM document
              WHERE episode_id = $1 AND kind = $2 AND signed_at IS NOT NULL",
            args![grant.episode(), kind],
        )
        .await?;
    row.get("number")
}

/// Keeps a new draft.
///
/// # Errors
/// [`Error::Stale`] when somebody else made the same version of this kind first.
pub async fn prepare(tx: &mut Tx, grant: &Grant<WriteDocument>, new: &NewDocument) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "INSERT INTO document (id, person_id, episode_id, kind, number, state, facts, recommendations, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9)
         ON CONFLICT (episode_id, kind, number) WHERE signed_at IS NOT NULL OR state = 'draft' DO NOTHING",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            new.kind,
            new.number,
            &new.facts,
            as_text(&new.written),
            now,
            grant.actor().user
        ],
    )
    .await?;
    note(tx, grant, new.id, format!("{}: draft begun", new.kind)).await
}

/// Saves what the author wrote, with the facts as the record has them now.
///
/// # Errors
/// [`Error::Stale`] when somebody else saved or signed it first.
pub async fn save(
    tx: &mut Tx,
    grant: &Grant<WriteDocument>,
    document: &DocumentLine,
    version: i64,
    facts: &str,
    written: &Written,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE document SET facts = $4, recommendations = $5, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'draft'",
        args![document.id, grant.person(), version, facts, as_text(written)],
    )
    .await
}

/// Signs a draft: its facts are frozen from here on.
///
/// # Errors
/// [`Error::Stale`] when somebody else saved or signed it first.
pub async fn sign(
    tx: &mut Tx,
    grant: &Grant<SignDocument>,
    document: &DocumentLine,
    version: i64,
    facts: &str,
) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE document SET state = 'signed', facts = $4, signed_at = $5, signed_by = $6, signed_by_name = $7, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'draft'",
        args![document.id, grant.person(), version, facts, now, grant.actor().user, name],
    )
    .await?;
    note(tx, grant, document.id, format!("{} version {} signed", document.kind, document.number)).await
}

/// Keeps the released file of a signed document. The disclosure is recorded in the same transaction.
///
/// # Errors
/// [`Error::Stale`] when somebody else released or withdrew it first.
pub async fn release(
    tx: &mut Tx,
    grant: &Grant<ReleaseDocument>,
    document: &DocumentLine,
    version: i64,
    file: File,
) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE document SET state = 'released', facts = $4, pdf = $5, sha256 = $6, pages = $7, released_at = $8, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'signed'",
        args![document.id, grant.person(), version, file.facts, file.pdf, file.sha256, file.pages, now],
    )
    .await?;
    note(tx, grant, document.id, format!("{} version {} released", document.kind, document.number)).await
}

/// Gives up a draft, with the reason.
///
/// # Errors
/// [`Error::Stale`] when somebody else saved or signed it first.
pub async fn discard(
    tx: &mut Tx,
    grant: &Grant<WriteDocument>,
    document: &DocumentLine,
    version: i64,
    reason: &str,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE document SET state = 'withdrawn', withdrawn_reason = $4, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'draft'",
        args![document.id, grant.person(), version, reason],
    )
    .await?;
    note(tx, grant, document.id, format!("{}: draft given up", document.kind)).await
}

/// Takes back a signed or released document, with the reason. Its bytes are kept.
///
/// # Errors
/// [`Error::Stale`] when somebody else released or withdrew it first.
pub async fn withdraw(
    tx: &mut Tx,
    grant: &Grant<ReleaseDocument>,
    document: &DocumentLine,
    version: i64,
    reason: &str,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE document SET state = 'withdrawn', withdrawn_reason = $4, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state IN ('signed', 'released')",
        args![document.id, grant.person(), version, reason],
    )
    .await?;
    note(tx, grant, document.id, format!("{} version {} withdrawn", document.kind, document.number)).await
}

fn as_text(written: &Written) -> String {
    serde_json::to_string(written).expect("four texts are plain data")
}

async fn note<P: Permit>(tx: &mut Tx, grant: &Grant<P>, document: DocumentId, words: String) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "document",
            class: Class::Document,
            words,
            link: format!("/documents/{document}"),
        },
    )
    .await
}
