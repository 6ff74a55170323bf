//! Texts that lost against a faster save, until somebody chooses between them and the draft or signs without them.

use super::classes::Readable;
use super::{Record, VersionLine, Whole, answers, read, whole};
use crate::{Result, Tx, args};
use throughline_domain::ids::RecordId;
use throughline_forms::{Answers, Form, catalogue};
use throughline_policy::{Grant, Permit, SignClinical, Subject, ViewClinical, WriteClinical};

/// The kept texts of a record that nobody has settled and that differ from the draft in something this reader may
/// read, oldest first. What they say is not told here: [`super::version`] tells it.
///
/// # Errors
/// The store's.
pub async fn unsettled(tx: &mut Tx, grant: &Grant<ViewClinical>, record: &Record) -> Result<Vec<VersionLine>> {
    match whole(tx, grant, record.id).await? {
        Some(whole) => of_whole(tx, grant.subject(), &whole).await,
        None => Ok(Vec::new()),
    }
}

/// Whether some text of it is unsettled for this reader.
pub(super) async fn is_unsettled(tx: &mut Tx, subject: Subject, whole: &Whole) -> Result<bool> {
    Ok(!of_whole(tx, subject, whole).await?.is_empty())
}

async fn of_whole(tx: &mut Tx, subject: Subject, whole: &Whole) -> Result<Vec<VersionLine>> {
    let Some(form) = catalogue().get(&whole.0.form_id) else { return Ok(Vec::new()) };
    let readable = Readable::of(tx, subject, whole.0.created_by).await?;
    let (standing, _) = whole.readable_of(readable, &whole.0.answers);
    let rows = tx
        .fetch_all(
            "SELECT version, answers, saved_at, saved_by, saved_by_name, conflicts_with FROM record_version
              WHERE record_id = $1 AND conflicts_with IS NOT NULL AND settled_at IS NULL ORDER BY version",
            args![whole.0.id],
        )
        .await?;
    let mut lines = Vec::new();
    for row in &rows {
        let (kept, _) = whole.readable_of(readable, &answers(row)?);
        if differ(form, &kept, &standing) {
            lines.push(read::version_line(row)?);
        }
    }
    Ok(lines)
}

/// Whether two texts differ in something that the form asks.
fn differ(form: &Form, one: &Answers, other: &Answers) -> bool {
    let asked = |field: &str| field.split('.').next().is_some_and(|question| form.question(question).is_some());
    let of = |answers: &Answers| -> Vec<(String, Vec<String>)> {
        let fields = answers.iter().filter(|(field, _)| asked(field));
        fields.map(|(field, values)| (field.to_owned(), values.to_vec())).collect()
    };
    of(one) != of(other)
}

/// Says that somebody chose, question by question, between a kept text and the draft.
///
/// # Errors
/// The store's.
pub async fn settle(tx: &mut Tx, grant: &Grant<WriteClinical>, id: RecordId, version: i64) -> Result<()> {
    note_settled(tx, grant, id, version).await
}

/// Says that the draft is signed without a kept text, which stays in the history.
///
/// # Errors
/// The store's.
pub async fn sign_without(tx: &mut Tx, grant: &Grant<SignClinical>, id: RecordId, version: i64) -> Result<()> {
    note_settled(tx, grant, id, version).await
}

async fn note_settled<P: Permit>(tx: &mut Tx, grant: &Grant<P>, id: RecordId, version: i64) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE record_version SET settled_at = $3, settled_by = $4
          WHERE record_id = $1 AND version = $2 AND conflicts_with IS NOT NULL AND settled_at IS NULL
            AND EXISTS (SELECT 1 FROM record r WHERE r.id = $1 AND r.person_id = $5)",
        args![id, version, now, grant.actor().user, grant.person()],
    )
    .await?;
    Ok(())
}
