//! A person's record as a file, for continuity elsewhere: made by a team leader or information governance, with a
//! recipient, a basis and a purpose. The line of the disclosure ledger is written in the same act as the file.

mod coded;
mod file;
mod part;

use crate::documents::sharing::{Asked, Ledger, ask, choices};
use crate::documents::tell::{TOLD, audience};
use crate::{Answer, App, Cx, Errors, Fields, Problem, banner};
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use file::{Made, RecordFile};
use minijinja::{Value, context};
use part::{Open, Part};
use sha2::{Digest, Sha256};
use throughline_domain::codes;
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::Channel;
use throughline_domain::ids::PersonId;
use throughline_policy::ExportRecord;
use throughline_store::{Tx, export};

codes! {
    /// The files there are.
    pub enum Format {
        /// The parts that were chosen, as one JSON document.
        Json = "json", "The record, as one JSON file";
        /// Answers with codes, one a row.
        Csv = "csv", "Coded answers only, as a CSV table";
    }
}

/// The page that makes a file.
pub fn routes() -> Router<App> {
    Router::new().route("/people/{person}/export", get(page).post(make))
}

async fn page(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    draw(&cx, person, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, person: PersonId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    if !tx.may::<ExportRecord>(person).await? {
        return Err(Problem::NotFound);
    }
    let banner = banner::banner(&mut tx, person, None).await?;
    let ledger = Ledger::read(&mut tx, person.into()).await?;
    let open = Open::read(&mut tx, person).await?;
    tx.commit().await?;
    let formats: Vec<Value> =
        Format::ALL.iter().map(|one| context! { code => one.code(), label => one.label() }).collect();
    let values = context! {
        heading => "Give this record as a file",
        person => banner.value,
        back => context! { href => format!("/people/{person}/sharing"), text => "Sharing" },
        told => TOLD.iter().map(|consent_for| audience(*consent_for, &ledger)).collect::<Vec<_>>(),
        formats,
        left_out => open.never_in_it(),
        parts => open.to_maker.iter().map(|part| choice(*part, fields)).collect::<Vec<_>>(),
        choices => choices(&[], &[Channel::SecureEmail, Channel::Paper]),
        typed => fields.typed(),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("export/show.html", errors, values)
}

/// A part that may be ticked: what is usually needed is, until somebody chose.
fn choice(part: Part, fields: &Fields) -> Value {
    let chosen = fields.text("chosen") == "yes";
    let checked = if chosen { fields.all("part").any(|code| code == part.code()) } else { part.is_usual() };
    context! { code => part.code(), label => part.label(), checked }
}

/// What somebody asked for, whole.
struct Wanted {
    format: Format,
    parts: Vec<Part>,
    purpose: String,
    recipient: String,
    asked: Asked,
}

fn read(fields: &Fields, open: &Open, ledger: &Ledger, errors: &mut Errors) -> Option<Wanted> {
    let purpose = fields.text("purpose").trim().to_owned();
    if purpose.is_empty() {
        errors.add("purpose", "Say what the file is for");
    }
    let format = Format::from_code(fields.text("format"));
    if format.is_none() {
        errors.add("format", "Choose which file is made");
    }
    let parts: Vec<Part> = match format {
        // The table has a place for nothing else.
        Some(Format::Csv) => vec![Part::Forms],
        _ => fields.all("part").filter_map(Part::from_code).collect(),
    };
    let parts = open.of(&parts);
    match format {
        Some(Format::Csv) if parts.is_empty() => {
            errors.add("format", "Your role sees no signed forms: the table would be empty");
        }
        _ if parts.is_empty() => errors.add("part", "Choose what the file holds"),
        _ => {}
    }
    let consent_for = ConsentFor::from_code(fields.text("consent_for")).filter(|one| TOLD.contains(one));
    if consent_for.is_none() {
        errors.add("consent_for", "Choose who it goes to");
    }
    let asked = ask(fields, ledger, consent_for.unwrap_or(ConsentFor::Health), errors);
    let asked = asked.filter(|_| errors.is_empty())?;
    Some(Wanted { format: format?, parts, purpose, recipient: fields.text("recipient").trim().to_owned(), asked })
}

async fn make(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ExportRecord>(person).await?;
    let ledger = Ledger::read(&mut tx, person.into()).await?;
    let mut errors = Errors::default();
    let open = Open::read(&mut tx, person).await?;
    let Some(wanted) = read(&fields, &open, &ledger, &mut errors) else {
        drop(tx);
        return draw(&cx, person, &fields, &errors).await;
    };
    let (bytes, forms) = write(&cx, &mut tx, person, &wanted).await?;
    let hash = throughline_audit::hex(&Sha256::digest(&bytes));
    let summary = format!(
        "The record as a file ({}, {forms} signed forms, SHA-256 {}): {}. For: {}",
        wanted.format.code(),
        &hash[..16],
        wanted.parts.iter().map(|part| part.label().to_lowercase()).collect::<Vec<_>>().join("; "),
        wanted.purpose
    );
    let line = wanted.asked.disclosure(&ledger, None, summary);
    export::disclose(&mut tx, &grant, &line).await.map_err(|error| match error {
        throughline_store::Error::Stale => Problem::Invalid("There is no episode yet, and so no record to give".into()),
        other => other.into(),
    })?;
    // Nobody has the file before the ledger is durable.
    tx.commit().await?;
    Ok(attachment(wanted.format, bytes))
}

async fn write(cx: &Cx, tx: &mut Tx, person: PersonId, wanted: &Wanted) -> Result<(Vec<u8>, usize), Problem> {
    let made = Made {
        at: cx.now,
        by: cx.signed_in.user.name.clone(),
        role: cx.signed_in.user.role.label().to_owned(),
        recipient: wanted.recipient.clone(),
        basis: wanted.asked.basis(),
        purpose: wanted.purpose.clone(),
    };
    let record = RecordFile::read(tx, person, made, &wanted.parts).await?;
    let forms = record.signed_forms.as_ref().map_or(0, Vec::len);
    let bytes = match wanted.format {
        Format::Json => serde_json::to_vec_pretty(&record).map_err(|_| Problem::Failed)?,
        Format::Csv => coded::table(&record).map_err(|_| Problem::Failed)?,
    };
    Ok((bytes, forms))
}

/// A file to be kept. Its name names no person.
fn attachment(format: Format, bytes: Vec<u8>) -> Response {
    let (kind, name) = match format {
        Format::Json => ("application/json", "record.json"),
        Format::Csv => ("text/csv; charset=utf-8", "coded-answers.csv"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}
