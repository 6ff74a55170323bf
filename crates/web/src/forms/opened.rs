//! A record that a page or an act is about, with the definition it is filled in by.

use crate::Problem;
use throughline_domain::ids::RecordId;
use throughline_forms::{Form, catalogue};
use throughline_policy::{Subject, ViewClinical};
use throughline_store::Tx;
use throughline_store::records::{self, Record};

/// A record with its subject, for a page or an act about it.
pub(super) async fn open_record(tx: &mut Tx, id: RecordId) -> Result<(Subject, Record), Problem> {
    let subject = records::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let record = records::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((subject, record))
}

/// The definition a draft is filled in by.
pub(super) fn form_of(record: &Record) -> Result<&'static Form, Problem> {
    catalogue().get(&record.form_id).ok_or(Problem::NotFound)
}

/// The title of a record: as it was signed, else as the form is called now.
pub(super) fn title_of(record: &Record) -> String {
    let now = || catalogue().get(&record.form_id).map(|form| form.title.clone());
    record
        .snapshot
        .as_ref()
        .map(|snapshot| snapshot.title.clone())
        .or_else(now)
        .unwrap_or_else(|| record.form_id.clone())
}
