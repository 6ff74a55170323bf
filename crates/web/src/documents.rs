//! Documents: versions of one kind, the draft and its preview, signing, release and withdrawal.
//!
//! Everything in a document is from the record but four texts of its author. A draft is drawn from
//! the record as it is now; signing freezes what the author read; releasing keeps the bytes.

mod draft;
mod facts;
mod passport;
mod release;
mod risk_print;
pub(crate) mod sharing;
pub(crate) mod tell;
mod withdraw;

pub(crate) use facts::{person_facts, risk_state};

use crate::pathway::subject;
use crate::{Answer, App, Cx, Fields, Problem, banner};
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use minijinja::{Value, context};
use throughline_documents::{Facts, RenderError, Rendered};
use throughline_domain::document::{DocumentKind, DocumentState};
use throughline_domain::ids::{DocumentId, EpisodeId};
use throughline_policy::{
    CreateDisclosure, ReleaseDocument, SignDocument, Subject, ViewDisclosure, ViewDocument, ViewEpisode, WriteDocument,
};
use throughline_store::disclosures::{self, Disclosure};
use throughline_store::documents::{self, Document, DocumentLine, NewDocument};
use throughline_store::{Tx, episodes};
use uuid::Uuid;

/// The pages of documents and of telling.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}/documents/{kind}", get(versions).post(prepare))
        .route("/people/{person}/passport", get(passport::of_person))
        .route("/people/{person}/risk-card/pdf", get(risk_print::pdf))
        .route("/episodes/{episode}/passport", get(passport::page).post(passport::give))
        .route("/episodes/{episode}/tell", get(tell::page).post(tell::tell))
        .route("/documents/{document}", get(show).post(draft::save))
        .route("/documents/{document}/pdf", get(pdf))
        .route("/documents/{document}/sign", get(draft::sign_page).post(draft::sign))
        .route("/documents/{document}/release", get(release::page).post(release::release))
        .route("/documents/{document}/withdraw", get(withdraw::page).post(withdraw::withdraw))
}

/// A document that was found, with whom it is about.
struct Found {
    subject: Subject,
    document: Document,
}

/// Finds a document for a reader who may read it.
async fn find(tx: &mut Tx, id: DocumentId) -> Result<Found, Problem> {
    let subject = documents::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewDocument>(subject).await?;
    let document = documents::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok(Found { subject, document })
}

/// The banner of the page of a document.
async fn banner_of(tx: &mut Tx, subject: Subject) -> Result<banner::Banner, Problem> {
    banner::banner(tx, subject.person.ok_or(Problem::NotFound)?, subject.episode).await
}

/// Sets what the episode owes once a document has come to a state.
async fn set_next_action(
    tx: &mut Tx,
    subject: Subject,
    kind: DocumentKind,
    state: DocumentState,
) -> Result<(), Problem> {
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let (words, due) = kind.next_action(state, tx.now(), episode.next_hearing_at);
    episodes::set_next_action(tx, episode.id, &words, due).await?.only_while_open();
    Ok(())
}

/// The crumbs above a document: the episode, and the versions of its kind.
fn crumbs(line: &DocumentLine) -> Value {
    let episode = line.episode_id;
    minijinja::value::Value::from(vec![
        context! { text => "Episode", href => format!("/episodes/{episode}") },
        context! { text => line.kind.label(), href => format!("/episodes/{episode}/documents/{}", line.kind.code()) },
    ])
}

/// A line of a list of versions, as the template draws it.
fn line_value(line: &DocumentLine) -> Value {
    let (words, tone) = standing(line);
    let is_passport = line.kind.is_passport();
    context! { words, tone, kind_label => line.kind.label(), is_passport, ..Value::from_serialize(line) }
}

/// Where a version stands, in words, with its tone.
fn standing(line: &DocumentLine) -> (String, &'static str) {
    match (line.state, line.superseded_by) {
        (DocumentState::Released, Some(newer)) => (format!("Superseded by version {newer}"), "warn"),
        (DocumentState::Released, None) => ("Released".into(), "good"),
        (DocumentState::Signed, Some(newer)) => (format!("Not released: version {newer} was"), "warn"),
        (DocumentState::Signed, None) => ("Signed, not released".into(), "info"),
        (DocumentState::Draft, _) => ("Draft".into(), "neutral"),
        (DocumentState::Withdrawn, _) if line.signed_at.is_none() => ("Draft given up".into(), "quiet"),
        (DocumentState::Withdrawn, _) => ("Withdrawn".into(), "bad"),
    }
}

fn kind_of(code: &str) -> Result<DocumentKind, Problem> {
    DocumentKind::from_code(code).ok_or(Problem::NotFound)
}

async fn versions(cx: Cx, Path((episode, kind)): Path<(EpisodeId, String)>) -> Answer {
    let kind = kind_of(&kind)?;
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, episode).await?;
    let grant = tx.authorise::<ViewDocument>(subject).await?;
    let lines = documents::of_kind(&mut tx, &grant, kind).await?;
    let banner = banner_of(&mut tx, subject).await?;
    let may_prepare = tx.may::<WriteDocument>(subject).await?;
    let may_tell = tx.may::<CreateDisclosure>(subject).await?;
    tx.commit().await?;
    let draft = lines.iter().find(|line| line.state == DocumentState::Draft).map(|line| line.id);
    cx.page(
        "documents/versions.html",
        context! {
            heading => kind.label(),
            crumbs => vec![context! { text => "Episode", href => format!("/episodes/{episode}") }],
            person => banner.value,
            episode,
            kind => kind.code(),
            audience => kind.audience().label(),
            lines => lines.iter().map(line_value).collect::<Vec<_>>(),
            any_signed => lines.iter().any(|line| line.signed_at.is_some()),
            draft,
            may_prepare,
            may_tell,
            passport => passport::page_of(episode, kind),
        },
    )
}

/// Makes a draft, or leads to the one there is: two drafts of one kind would part the work.
async fn prepare(cx: Cx, Path((episode, kind)): Path<(EpisodeId, String)>, fields: Fields) -> Answer {
    let kind = passport::drafted_kind_of(&kind)?;
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, episode).await?;
    let write = act.authorise::<WriteDocument>(subject).await?;
    let view = act.authorise::<ViewDocument>(subject).await?;
    let lines = documents::of_kind(&mut act, &view, kind).await?;
    if let Some(draft) = lines.iter().find(|line| line.state == DocumentState::Draft) {
        let location = format!("/documents/{}", draft.id);
        return act.done(&location).await;
    }
    let record = facts::read(&mut act, subject).await?;
    let written = match lines.iter().find(|line| line.signed_at.is_some()) {
        Some(before) => {
            documents::get(&mut act, &view, before.id).await?.map(|document| document.written).unwrap_or_default()
        }
        None => facts::suggested(&record, kind),
    };
    let id = DocumentId::new(Uuid::now_v7());
    let number = documents::next_number(&mut act, &view, kind).await?;
    let made = facts::make(&record, &facts::About::draft(&cx, id, kind, number), &written);
    let new = NewDocument { id, kind, number, facts: facts::to_text(&made), written };
    documents::prepare(&mut act, &write, &new).await?;
    set_next_action(&mut act, subject, kind, DocumentState::Draft).await?;
    act.done(&format!("/documents/{id}")).await
}

/// What was done just before, for the words at the top of the page.
#[derive(Debug, Default, serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn notice(&self, id: DocumentId) -> Option<Value> {
        let text = match self.done.as_str() {
            "saved" => "Draft saved",
            "signed" => "Signed. It has not gone to anybody yet: release it next",
            "released" => "Released, and written into the disclosure ledger",
            "passport" => "Made, and written into the disclosure ledger.",
            "withdrawn" => "Withdrawn",
            _ => return None,
        };
        let link = (self.done == "passport")
            .then(|| context! { text => "Open the PDF to print it", href => format!("/documents/{id}/pdf") });
        Some(context! { kind => "success", text, link })
    }
}

async fn show(cx: Cx, Path(id): Path<DocumentId>, Query(done): Query<Done>) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    if found.document.line.state == DocumentState::Draft && tx.may::<WriteDocument>(found.subject).await? {
        return draft::show(&cx, tx, found, done.notice(id)).await;
    }
    let line = &found.document.line;
    let banner = banner_of(&mut tx, found.subject).await?;
    let given = given_to(&mut tx, found.subject, line).await?;
    let may_release = tx.may::<ReleaseDocument>(found.subject).await?;
    let may_prepare = tx.may::<WriteDocument>(found.subject).await?;
    tx.commit().await?;
    let stands = matches!(line.state, DocumentState::Signed | DocumentState::Released);
    cx.page(
        "documents/show.html",
        context! {
            heading => format!("{}, version {}", line.kind.label(), line.number),
            crumbs => crumbs(line),
            notice => done.notice(id),
            person => banner.value,
            document => line_value(line),
            facts => facts::value(&facts::from_text(&found.document.facts)?),
            given,
            may_release => may_release && stands && line.superseded_by.is_none(),
            may_withdraw => may_release && stands,
            may_prepare,
        },
    )
}

/// Who was given a document; `None` for readers who may not see the disclosure ledger.
async fn given_to(tx: &mut Tx, subject: Subject, line: &DocumentLine) -> Result<Option<Vec<Value>>, Problem> {
    if !tx.may::<ViewDisclosure>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewDisclosure>(subject).await?;
    let ledger = disclosures::ledger(tx, &grant).await?;
    let of_this = ledger.iter().filter(|disclosure| disclosure.document_id == Some(line.id));
    Ok(Some(of_this.map(disclosure_value).collect()))
}

fn disclosure_value(disclosure: &Disclosure) -> Value {
    context! {
        channel_label => disclosure.channel.label(),
        basis_label => disclosure.basis.label(),
        ..Value::from_serialize(disclosure)
    }
}

/// The file: the released bytes, or the draft with its watermark. Its name names no person.
async fn pdf(cx: Cx, Path(id): Path<DocumentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    let line = &found.document.line;
    let grant = tx.authorise::<ViewDocument>(found.subject).await?;
    let kept = documents::pdf(&mut tx, &grant, id).await?;
    let shown = match line.state {
        DocumentState::Draft if tx.may::<WriteDocument>(found.subject).await? => {
            let record = facts::read(&mut tx, found.subject).await?;
            facts::make(&record, &facts::About::draft(&cx, id, line.kind, line.number), &found.document.written)
        }
        _ => facts::from_text(&found.document.facts)?,
    };
    tx.commit().await?;
    let bytes = match kept {
        Some(bytes) => bytes,
        None => render(line.kind, shown).await?.map_err(|error| Problem::Invalid(error.to_string()))?.pdf,
    };
    Ok(inline_pdf(line, bytes))
}

fn inline_pdf(line: &DocumentLine, bytes: Vec<u8>) -> Response {
    let name = format!("inline; filename=\"{}-v{}.pdf\"", line.kind.code().replace('_', "-"), line.number);
    let headers = [(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, bytes).into_response()
}

/// Renders away from the threads that answer requests.
async fn render(kind: DocumentKind, facts: Facts) -> Result<Result<Rendered, RenderError>, Problem> {
    let rendering = tokio::task::spawn_blocking(move || throughline_documents::render(kind.code(), &facts));
    rendering.await.map_err(|_| Problem::Failed)
}

/// What the signer may do: a role that needs a countersignature may not sign.
async fn may_sign(tx: &mut Tx, subject: Subject) -> Result<bool, Problem> {
    Ok(tx.may::<SignDocument>(subject).await?)
}
