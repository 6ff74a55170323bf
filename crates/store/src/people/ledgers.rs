//! What was found, written and said over all episodes of a person.

use crate::{Conn, Result, args};
use std::collections::BTreeMap;
use throughline_domain::document::{DocumentKind, DocumentState};
use throughline_domain::finding::{FindingList, FindingSource, FindingStatus};
use throughline_domain::ids::{DocumentId, EpisodeId};
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewDocument, ViewFollowUp, ViewNeedsPlan};

/// A vulnerability or need that was found.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Finding {
    /// Vulnerability or need.
    pub list: FindingList,
    /// What, in words.
    pub label: String,
    /// How sure.
    pub status: FindingStatus,
    /// Whether it was known before the service asked.
    pub already_known: bool,
    /// Who says so; `None` when the form did not ask yet, or the person declined to say.
    pub source: Option<FindingSource>,
    /// When the form that found it was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
    /// What was said of it before, newest first: a later statement does not take an earlier one away.
    pub earlier: Vec<Statement>,
}

/// What one signed form said of a vulnerability or need.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Statement {
    /// How sure.
    pub status: FindingStatus,
    /// Whether it was known before the service asked.
    pub already_known: bool,
    /// Who says so; `None` when the form did not ask yet, or the person declined to say.
    pub source: Option<FindingSource>,
    /// When the form was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
}

/// Vulnerabilities and needs found in the grant's person, newest first; each once, as it was last
/// found, with what was said of it before.
///
/// # Errors
/// The store's.
pub async fn findings(conn: &mut Conn, grant: &Grant<ViewNeedsPlan>) -> Result<Vec<Finding>> {
    let rows = conn
        .fetch_all(
            "SELECT f.list, f.code, f.label, f.status, f.already_known, f.source, r.signed_at, r.signed_by_name
               FROM finding f JOIN record r ON r.id = f.record_id
              WHERE f.person_id = $1 AND r.state IN ('signed', 'awaiting')
              ORDER BY r.signed_at DESC, f.list DESC, f.label",
            args![grant.person()],
        )
        .await?;
    let mut places: BTreeMap<(FindingList, String), usize> = BTreeMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for row in &rows {
        let (list, code): (FindingList, String) = (row.get("list")?, row.get("code")?);
        let (status, already_known) = (row.get("status")?, row.get("already_known")?);
        let (source, signed_at, signed_by_name) =
            (row.get("source")?, row.get("signed_at")?, row.get("signed_by_name")?);
        if let Some(place) = places.get(&(list, code.clone())) {
            findings[*place].earlier.push(Statement { status, already_known, source, signed_at, signed_by_name });
            continue;
        }
        places.insert((list, code), findings.len());
        let (label, earlier) = (row.get("label")?, Vec::new());
        findings.push(Finding { list, label, status, already_known, source, signed_at, signed_by_name, earlier });
    }
    Ok(findings)
}

/// A document in the list of a person's documents: what it is and where it stands, not its text.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DocumentLine {
    /// Its id.
    pub id: DocumentId,
    /// Its episode.
    pub episode_id: EpisodeId,
    /// When the episode was opened.
    pub opened_at: Instant,
    /// What kind.
    pub kind: DocumentKind,
    /// Which one of its kind in the episode.
    pub number: i64,
    /// Where it stands.
    pub state: DocumentState,
    /// When it was begun.
    pub created_at: Instant,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
    /// When it was released.
    pub released_at: Option<Instant>,
    /// Why it was withdrawn.
    pub withdrawn_reason: String,
}

/// The documents of all episodes of the grant's person, newest first.
///
/// # Errors
/// The store's.
pub async fn documents(conn: &mut Conn, grant: &Grant<ViewDocument>) -> Result<Vec<DocumentLine>> {
    let rows = conn
        .fetch_all(
            "SELECT d.id, d.episode_id, e.opened_at, d.kind, d.number, d.state, d.created_at, d.signed_at, d.signed_by_name,
                    d.released_at, d.withdrawn_reason
               FROM document d JOIN episode e ON e.id = d.episode_id
              WHERE d.person_id = $1 ORDER BY d.created_at DESC, d.id DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(DocumentLine {
                id: row.get("id")?,
                episode_id: row.get("episode_id")?,
                opened_at: row.get("opened_at")?,
                kind: row.get("kind")?,
                number: row.get("number")?,
                state: row.get("state")?,
                created_at: row.get("created_at")?,
                signed_at: row.get("signed_at")?,
                signed_by_name: row.get("signed_by_name")?,
                released_at: row.get("released_at")?,
                withdrawn_reason: row.get("withdrawn_reason")?,
            })
        })
        .collect()
}

/// Notes of contacts with the grant's person, by the instant of the contact: the text behind the
/// lines of a timeline.
///
/// # Errors
/// The store's.
pub async fn contact_notes(conn: &mut Conn, grant: &Grant<ViewFollowUp>) -> Result<Vec<(Instant, String)>> {
    let rows = conn
        .fetch_all("SELECT at, note FROM contact WHERE person_id = $1 AND note <> ''", args![grant.person()])
        .await?;
    rows.iter().map(|row| Ok((row.get("at")?, row.get("note")?))).collect()
}
