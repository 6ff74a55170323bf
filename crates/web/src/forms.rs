//! Forms and instruments: drafts that save themselves, conflicts that lose nothing, signing, and
//! the signed record with its addenda, countersignature and marks of error.

mod as_of;
mod conflict;
mod countersign;
mod draft;
mod learned;
mod prefill;
mod record;
mod score;
mod screened;
mod sections;
mod sign;
mod steps;
mod words;

pub(crate) use sections::WITHHELD;

use crate::{App, Problem};
use axum::Router;
use axum::routing::{get, post};
use throughline_domain::ids::RecordId;
use throughline_forms::{Answers, Form, catalogue};
use throughline_policy::{Subject, ViewClinical};
use throughline_store::Tx;
use throughline_store::records::{self, Record};

pub(crate) use steps::form_of_step;

/// The pages of filled-in forms.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}/forms/{form}", get(draft::open).post(draft::start))
        .route("/episodes/{episode}/steps/{step}", get(steps::open))
        .route("/records/{record}", get(record::show))
        .route("/records/{record}/edit", get(draft::edit))
        .route("/records/{record}/save", post(draft::save))
        .route("/records/{record}/conflict/{version}", get(conflict::show).post(conflict::settle))
        .route("/records/{record}/check", get(sign::check))
        .route("/records/{record}/sign", post(sign::sign))
        .route("/records/{record}/versions/{version}", get(record::version))
        .route("/records/{record}/addendum", get(words::addendum_page).post(words::addendum))
        .route("/records/{record}/error", get(words::error_page).post(words::error))
        .route("/records/{record}/countersign", post(countersign::countersign))
        .route("/records/{record}/send-back", get(words::send_back_page).post(countersign::send_back))
}

/// A record with its subject, for a page or an act about it.
async fn open_record(tx: &mut Tx, id: RecordId) -> Result<(Subject, Record), Problem> {
    let subject = records::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let record = records::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((subject, record))
}

/// The definition a draft is filled in by.
fn form_of(record: &Record) -> Result<&'static Form, Problem> {
    catalogue().get(&record.form_id).ok_or(Problem::NotFound)
}

/// The title of a record: as it was signed, else as the form is called now.
fn title_of(record: &Record) -> String {
    let now = || catalogue().get(&record.form_id).map(|form| form.title.clone());
    record
        .snapshot
        .as_ref()
        .map(|snapshot| snapshot.title.clone())
        .or_else(now)
        .unwrap_or_else(|| record.form_id.clone())
}

/// The fields of one question: its own, and its parts (`q.time`, `q.CODE.status`).
fn of_question<'a>(answers: &'a Answers, question: &'a str) -> impl Iterator<Item = (&'a str, &'a [String])> {
    answers.iter().filter(move |(field, _)| field.split('.').next() == Some(question))
}

/// Whether two texts answer a question alike.
fn alike(left: &Answers, right: &Answers, question: &str) -> bool {
    of_question(left, question).eq(of_question(right, question))
}

/// The answer to a question in words, also when it does not apply with these answers.
fn in_words(form: &Form, answers: &Answers, question: &str) -> String {
    let told =
        form.summary(answers).into_iter().flat_map(|section| section.rows).find(|row| row.question_id == question);
    let typed = || {
        let values: Vec<&str> =
            of_question(answers, question).flat_map(|(_, values)| values).map(String::as_str).collect();
        values.join("\n")
    };
    told.map_or_else(typed, |row| row.value)
}
