//! The draft: what its author writes, read beside what the record says, and then signed.

use super::{Found, banner_of, crumbs, facts, find, line_value, may_sign, render, set_next_action};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_documents::{DocumentState as Printed, Facts, RenderError};
use throughline_domain::document::DocumentState;
use throughline_domain::ids::DocumentId;
use throughline_policy::{SignDocument, ViewClinical, WriteDocument};
use throughline_store::Tx;
use throughline_store::documents::{self, Document, Written};
use throughline_store::records;

/// The draft as its author edits it.
pub(super) async fn show(cx: &Cx, mut tx: Tx, found: Found, notice: Option<Value>) -> Answer {
    let record = facts::read(&mut tx, found.subject).await?;
    let clinical = tx.authorise::<ViewClinical>(found.subject).await?;
    let withheld = records::is_something_withheld(&mut tx, &clinical).await?;
    let banner = banner_of(&mut tx, found.subject).await?;
    tx.commit().await?;
    let document = &found.document;
    let made = made(cx, &record, document);
    let line = &document.line;
    cx.page(
        "documents/draft.html",
        context! {
            heading => format!("{}, version {}: draft", line.kind.label(), line.number),
            crumbs => crumbs(line),
            notice,
            person => banner.value,
            document => line_value(line),
            written => &document.written,
            recorded => recorded(&record, document),
            withheld,
            facts => facts::value(&made),
        },
    )
}

fn made(cx: &Cx, record: &facts::Record, document: &Document) -> Facts {
    let line = &document.line;
    facts::make(record, &facts::About::draft(cx, line.id, line.kind, line.number), &document.written)
}

/// The recommendations in the record that the draft does not simply repeat.
fn recorded(record: &facts::Record, document: &Document) -> Vec<Value> {
    let all = facts::recorded_recommendations(record, document.line.kind);
    let differs = all.into_iter().filter(|(_, text)| text.trim() != document.written.recommendations.trim());
    differs.map(|(source, text)| context! { source, text }).collect()
}

/// Saves what the author wrote, and goes on to reading it whole before signing.
pub(super) async fn save(cx: Cx, Path(id): Path<DocumentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let found = find(&mut act, id).await?;
    let grant = act.authorise::<WriteDocument>(found.subject).await?;
    let text = |name: &str| fields.text(name).to_owned();
    let written = Written {
        recipient: text("recipient"),
        covering: text("covering"),
        recommendations: text("recommendations"),
        next_steps: text("next_steps"),
    };
    let record = facts::read(&mut act, found.subject).await?;
    let document = Document { written, ..found.document };
    let stated = facts::to_text(&made(&cx, &record, &document));
    documents::save(&mut act, &grant, &document.line, version, &stated, &document.written).await?;
    let next = if fields.text("next") == "sign" {
        format!("/documents/{id}/sign")
    } else {
        format!("/documents/{id}?done=saved")
    };
    act.done(&next).await
}

pub(super) async fn sign_page(cx: Cx, Path(id): Path<DocumentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    if found.document.line.state != DocumentState::Draft {
        return Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&format!(
            "/documents/{id}"
        ))));
    }
    draw_sign(&cx, tx, found, &Errors::default()).await
}

/// The whole document to be read before it is signed.
async fn draw_sign(cx: &Cx, mut tx: Tx, found: Found, errors: &Errors) -> Answer {
    tx.authorise::<WriteDocument>(found.subject).await?;
    let record = facts::read(&mut tx, found.subject).await?;
    let banner = banner_of(&mut tx, found.subject).await?;
    let may_sign = may_sign(&mut tx, found.subject).await?;
    tx.commit().await?;
    let made = made(cx, &record, &found.document);
    let line = &found.document.line;
    let values = context! {
        heading => format!("Read and sign: {}, version {}", line.kind.label(), line.number),
        crumbs => crumbs(line),
        errors => errors.summary(),
        person => banner.value,
        document => line_value(line),
        facts => facts::value(&made),
        seen => facts::seen(&made),
        may_sign,
    };
    cx.page_of_form("documents/sign.html", errors, values)
}

/// Signs exactly what was read: a record that changed since is read again first.
pub(super) async fn sign(cx: Cx, Path(id): Path<DocumentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    if !may_sign(&mut tx, found.subject).await? {
        return Err(Problem::NotFound);
    }
    let record = facts::read(&mut tx, found.subject).await?;
    tx.commit().await?;
    let made = made(&cx, &record, &found.document);
    if found.document.line.state == DocumentState::Draft
        && let Some(words) = cannot_be_signed(&found.document, &made, fields.text("seen")).await?
    {
        let mut errors = Errors::default();
        errors.add("sign", words);
        return draw_sign(&cx, cx.begin().await?, found, &errors).await;
    }
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<SignDocument>(found.subject).await?;
    documents::sign(&mut act, &grant, &found.document.line, version, &facts::to_text(&made)).await?;
    set_next_action(&mut act, found.subject, found.document.line.kind, DocumentState::Signed).await?;
    act.done(&format!("/documents/{id}?done=signed")).await
}

/// Why a draft cannot be signed now, in words: the record changed, or a fact is missing.
async fn cannot_be_signed(document: &Document, made: &Facts, seen: &str) -> Result<Option<String>, Problem> {
    if facts::seen(made) != seen {
        return Ok(Some("The record or the draft changed after you opened this page. It is shown below as it is now: read it again, then sign".into()));
    }
    let mut tried = made.clone();
    tried.document.state = Printed::Released;
    if tried.basis.is_empty() {
        // The basis is asked for at release, when there is no consent to state.
        "Stated when it is released".clone_into(&mut tried.basis);
    }
    Ok(match render(document.line.kind, tried).await? {
        Ok(_) => None,
        Err(RenderError::MissingFacts { missing, .. }) => Some(format!("Before you sign, add: {missing}")),
        Err(error) => Some(error.to_string()),
    })
}
