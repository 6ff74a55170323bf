//! Reading records: each without what its reader may not read.

use super::acts::{self, Act};
use super::classes::Readable;
use super::{
    Addendum, NeedsPlan, NeedsPlans, Record, Records, Version, VersionLine, Whole, answers, note_read, select, whole,
};
use crate::{Conn, Result, Row, Tx, args};
use std::collections::BTreeSet;
use throughline_domain::ids::RecordId;
use throughline_forms::AudienceClass;
use throughline_policy::{Grant, Subject, ViewClinical, ViewEpisode, ViewNeedsPlan};

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
    row.as_ref().map(crate::subject::of).transpose()
}

/// One record of the grant's person; `None` also when nothing of it is the reader's to read.
///
/// # Errors
/// The store's.
pub async fn get(tx: &mut Tx, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Option<Record>> {
    match whole(tx, grant, id).await? {
        Some(found) => found.shown(tx, grant.subject()).await,
        None => Ok(None),
    }
}

/// Every record of the grant's episode.
///
/// # Errors
/// The store's.
pub async fn of_episode(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Records> {
    let found = select(
        tx,
        "WHERE episode_id = $1 AND person_id = $2 ORDER BY created_at DESC, id DESC",
        args![grant.episode(), grant.person()],
    )
    .await?;
    let subject = grant.subject();
    parted(tx, found.into_iter().map(|whole| (whole, subject))).await
}

/// Parts what a reader may open from what they may only know to exist.
pub(super) async fn parted(tx: &mut Tx, found: impl IntoIterator<Item = (Whole, Subject)>) -> Result<Records> {
    let mut records = Records::default();
    for (whole, subject) in found {
        let begun = whole.0.created_at;
        match whole.shown(tx, subject).await? {
            Some(record) => records.records.push(record),
            None => records.withheld.push(begun),
        }
    }
    Ok(records)
}

/// Needs and plan of the person's open episodes, newest first and once a form: what somebody may
/// know who may not read the clinical narrative.
///
/// # Errors
/// The store's.
pub async fn needs_plan(tx: &mut Tx, grant: &Grant<ViewNeedsPlan>) -> Result<NeedsPlans> {
    let found = select(
        tx,
        "WHERE person_id = $1 AND state IN ('signed', 'awaiting')
           AND EXISTS (SELECT 1 FROM episode e WHERE e.id = record.episode_id AND e.closed_at IS NULL)
         ORDER BY signed_at DESC, id DESC",
        args![grant.person()],
    )
    .await?;
    let mut forms: Vec<String> = Vec::new();
    let mut told = NeedsPlans::default();
    for Whole(record) in found {
        let Some(snapshot) = record.snapshot else { continue };
        told.withheld |= snapshot.sections.iter().any(|section| section.class.is_restricted());
        if forms.contains(&record.form_id) {
            continue;
        }
        forms.push(record.form_id);
        let only = snapshot.for_class(AudienceClass::NeedsPlan);
        if !only.sections.is_empty() {
            told.plans.push(NeedsPlan {
                title: only.title,
                signed_at: record.signed_at,
                signed_by_name: record.signed_by_name,
                sections: only.sections,
            });
        }
    }
    Ok(told)
}

/// Every saved state of a record with its text, newest first; none when nothing of it is the reader's to read. Who is
/// given a restricted class that stands in any of them is in the log as having read it.
///
/// # Errors
/// The store's.
pub async fn versions(tx: &mut Tx, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Vec<Version>> {
    versions_of(tx, grant, id, None).await
}

/// One saved state of a record, with its text.
///
/// # Errors
/// The store's. `None` when there is no such state, or nothing of the record is the reader's to read.
pub async fn version(tx: &mut Tx, grant: &Grant<ViewClinical>, id: RecordId, version: i64) -> Result<Option<Version>> {
    Ok(versions_of(tx, grant, id, Some(version)).await?.pop())
}

async fn versions_of(
    tx: &mut Tx,
    grant: &Grant<ViewClinical>,
    id: RecordId,
    only: Option<i64>,
) -> Result<Vec<Version>> {
    let Some((whole, readable)) = readable(tx, grant, id).await? else { return Ok(Vec::new()) };
    let (mut versions, mut classes) = (Vec::new(), Vec::new());
    for row in version_rows(tx, id).await? {
        let VersionLine { version, saved_at, saved_by, saved_by_name, conflicts_with } = version_line(&row)?;
        if only.is_some_and(|only| only != version) {
            continue;
        }
        let (answers, withheld) = whole.readable_of(readable, &answers(&row)?);
        classes.extend(whole.classes_of(&answers));
        versions.push(Version { version, saved_at, saved_by, saved_by_name, conflicts_with, answers, withheld });
    }
    note_read(tx, grant.subject(), whole.0.created_by, classes).await?;
    Ok(versions)
}

/// Every saved state of a record, newest first, without what it says.
///
/// # Errors
/// The store's.
pub async fn version_lines(tx: &mut Tx, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Vec<VersionLine>> {
    if readable(tx, grant, id).await?.is_none() {
        return Ok(Vec::new());
    }
    version_rows(tx, id).await?.iter().map(version_line).collect()
}

/// A record as it is kept, with what the reader may read of it; nothing when that is nothing.
async fn readable(tx: &mut Tx, grant: &Grant<ViewClinical>, id: RecordId) -> Result<Option<(Whole, Readable)>> {
    let Some(whole) = whole(tx, grant, id).await? else { return Ok(None) };
    let readable = Readable::of(tx, grant.subject(), whole.0.created_by).await?;
    Ok(whole.clone().shown_to(readable).map(|_| (whole, readable)))
}

async fn version_rows(conn: &mut Conn, id: RecordId) -> Result<Vec<Row>> {
    conn.fetch_all(
        "SELECT version, answers, saved_at, saved_by, saved_by_name, conflicts_with FROM record_version
          WHERE record_id = $1 ORDER BY version DESC",
        args![id],
    )
    .await
}

pub(super) fn version_line(row: &Row) -> Result<VersionLine> {
    Ok(VersionLine {
        version: row.get("version")?,
        saved_at: row.get("saved_at")?,
        saved_by: row.get("saved_by")?,
        saved_by_name: row.get("saved_by_name")?,
        conflicts_with: row.get("conflicts_with")?,
    })
}

/// What was added to a record, oldest first. What is not the reader's to read has no words.
///
/// # Errors
/// The store's.
pub async fn addenda(tx: &mut Tx, grant: &Grant<ViewClinical>, record: &Record) -> Result<Vec<Addendum>> {
    let rows = tx
        .fetch_all(
            "SELECT a.words, a.at, a.by_name, a.class FROM addendum a JOIN record r ON r.id = a.record_id
              WHERE r.id = $1 AND r.person_id = $2 ORDER BY a.at, a.id",
            args![record.id, grant.person()],
        )
        .await?;
    let addendum = |row: &Row| {
        let class: AudienceClass = row.get("class")?;
        let withheld = record.hidden.contains(&class);
        let words = if withheld { String::new() } else { row.get("words")? };
        Ok(Addendum { words, at: row.get("at")?, by_name: row.get("by_name")?, class, withheld })
    };
    let addenda: Vec<Addendum> = rows.iter().map(addendum).collect::<Result<_>>()?;
    let read = addenda.iter().filter(|one| !one.withheld).map(|one| one.class);
    note_read(tx, grant.subject(), record.created_by, read).await?;
    Ok(addenda)
}

/// What was done to a record, oldest first.
///
/// # Errors
/// The store's.
pub async fn acts(tx: &mut Tx, _grant: &Grant<ViewClinical>, record: &Record) -> Result<Vec<Act>> {
    acts::of_record(tx, record.id).await
}

/// Whether the records of the grant's person hold something that the reader is not shown.
///
/// # Errors
/// The store's.
pub async fn is_something_withheld(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<bool> {
    super::something_withheld(tx, grant.person()).await
}

/// The records of the grant's person that the reader began: their lines of a timeline stay the
/// reader's, also those of a class that is not.
///
/// # Errors
/// The store's.
pub async fn own_notes(tx: &mut Tx, grant: &Grant<ViewEpisode>) -> Result<BTreeSet<RecordId>> {
    let rows = tx
        .fetch_all(
            "SELECT id FROM record WHERE person_id = $1 AND created_by = $2",
            args![grant.person(), grant.actor().user],
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}
