//! Release: a signed document is given to a recipient, with its line in the disclosure ledger.

use super::sharing::{Asked, Ledger, ask, choices};
use super::{Found, banner_of, crumbs, facts, find, given_to, line_value, render, set_next_action};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::context;
use throughline_documents::{DocumentState as Printed, RenderError};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::{Channel, consent_for};
use throughline_domain::document::{Audience, DocumentKind, DocumentState};
use throughline_domain::ids::DocumentId;
use throughline_policy::{CreateDisclosure, ReleaseDocument};
use throughline_store::documents::{self, DocumentLine, File};
use throughline_store::{Tx, disclosures};

pub(super) async fn page(cx: Cx, Path(id): Path<DocumentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    draw(&cx, tx, found, None, &Errors::default()).await
}

fn readers(line: &DocumentLine) -> ConsentFor {
    consent_for(line.kind.audience())
}

/// Why a document cannot be released at all.
fn stands_in_the_way(line: &DocumentLine) -> Option<Problem> {
    match (line.state, line.superseded_by) {
        (DocumentState::Signed | DocumentState::Released, None) => None,
        (DocumentState::Draft, _) => Some(Problem::Invalid("Sign this document before you release it".into())),
        (DocumentState::Withdrawn, _) => Some(Problem::Invalid(
            "This document was withdrawn. Release the version that replaces it, or prepare one".into(),
        )),
        (_, Some(newer)) => Some(Problem::Invalid(format!(
            "Version {newer} was released after this one: release that version, or prepare a new one"
        ))),
    }
}

async fn draw(cx: &Cx, mut tx: Tx, found: Found, fields: Option<&Fields>, errors: &Errors) -> Answer {
    if !tx.may::<ReleaseDocument>(found.subject).await? {
        return Err(Problem::NotFound);
    }
    let line = &found.document.line;
    if let Some(problem) = stands_in_the_way(line) {
        return Err(problem);
    }
    let ledger = Ledger::read(&mut tx, found.subject).await?;
    let banner = banner_of(&mut tx, found.subject).await?;
    let given = given_to(&mut tx, found.subject, line).await?;
    tx.commit().await?;
    let stated = facts::from_text(&found.document.facts)?;
    let typed = fields.map_or_else(|| context! { recipient => stated.document.recipient }, Fields::typed);
    let values = context! {
        heading => format!("Release the {}, version {}", line.kind.label().to_lowercase(), line.number),
        crumbs => crumbs(line),
        person => banner.value,
        document => line_value(line),
        name => stated.person.name.natural(),
        audience => line.kind.audience().label(),
        sections => stated.sections.iter().filter(|section| !section.rows.is_empty()).map(|section| section.title.clone()).collect::<Vec<_>>(),
        restriction => stated.reporting_restriction,
        stated_basis => stated.basis,
        consent => ledger.value(readers(line)),
        consent_href => format!("/episodes/{}/consent", line.episode_id),
        choices => choices(&suggestions(line.kind.audience(), &stated.episode.site), Channel::ALL),
        given,
        typed,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("documents/release.html", errors, values)
}

/// Who usually gets a document, to be chosen or typed over.
fn suggestions(audience: Audience, site: &str) -> Vec<String> {
    let who: &[&str] = match audience {
        Audience::Police => &["Custody officer", "Officer in the case", "Custody healthcare", "Defence solicitor"],
        Audience::Court => &[
            "Legal adviser",
            "Defence solicitor",
            "Crown Prosecution Service",
            "Probation court team",
            "Bench, in court",
        ],
    };
    who.iter().map(|who| format!("{who}, {site}")).collect()
}

pub(super) async fn release(cx: Cx, Path(id): Path<DocumentId>, fields: Fields) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    let ledger = Ledger::read(&mut tx, found.subject).await?;
    let mut errors = Errors::default();
    let asked = ask(&fields, &ledger, readers(&found.document.line), &mut errors);
    let Some(asked) = asked else { return draw(&cx, tx, found, Some(&fields), &errors).await };
    if found.document.line.state == DocumentState::Released && !states(&found.document.facts, &found, &asked, &ledger)?
    {
        errors.add("basis", another_basis(found.document.line.kind));
        return draw(&cx, tx, found, Some(&fields), &errors).await;
    }
    // Nobody waits for the database while the file is made.
    tx.commit().await?;
    let file = match file(&found, &asked, &ledger).await? {
        Ok(file) => file,
        Err(error) => {
            errors.add("release", in_words(&error));
            return draw(&cx, cx.begin().await?, found, Some(&fields), &errors).await;
        }
    };
    give(&cx, &fields, found, &asked, file).await
}

/// The bytes of a first release; `None` when they are kept already.
async fn file(found: &Found, asked: &Asked, ledger: &Ledger) -> Result<Result<Option<File>, RenderError>, Problem> {
    let line = &found.document.line;
    if line.state != DocumentState::Signed {
        return Ok(Ok(None));
    }
    let mut stated = facts::from_text(&found.document.facts)?;
    stated.document.state = Printed::Released;
    stated.basis = facts::basis_words(line.kind, asked.basis(), ledger.line(readers(line)));
    let text = facts::to_text(&stated);
    let file = |rendered: throughline_documents::Rendered| {
        Some(File {
            facts: text,
            pdf: rendered.pdf,
            sha256: rendered.sha256,
            pages: i64::try_from(rendered.pages).unwrap_or_default(),
        })
    };
    Ok(render(line.kind, stated).await?.map(file))
}

/// Whether these facts state the basis that was asked for, on the line of consent that speaks now. A file is never
/// changed once it was given, and what it says of consent must hold for whoever gets it next.
fn states(text: &str, found: &Found, asked: &Asked, ledger: &Ledger) -> Result<bool, Problem> {
    let line = &found.document.line;
    let basis = facts::basis_words(line.kind, asked.basis(), ledger.line(readers(line)));
    Ok(facts::from_text(text)?.basis == basis)
}

/// What is said when a released file states another basis than the one it would be given on now.
fn another_basis(kind: DocumentKind) -> String {
    let (name, next) = (kind.label().to_lowercase(), if kind.is_passport() { "make a new one" } else { NEW_VERSION });
    format!("This {name} states the basis of its first release, which is not the one for this recipient: {next}")
}

/// What to do instead with a document that has drafts.
const NEW_VERSION: &str = "prepare a new version and release that one, which states the basis that holds now";

fn in_words(error: &RenderError) -> String {
    match error {
        RenderError::MissingFacts { missing, .. } => {
            format!(
                "It cannot be released because it does not say: {missing}. Withdraw it, record what is missing and prepare a new version"
            )
        }
        other => other.to_string(),
    }
}

/// The file, the ledger, the event and the next action: all of them, or nothing.
async fn give(cx: &Cx, fields: &Fields, found: Found, asked: &Asked, file: Option<File>) -> Answer {
    let line = &found.document.line;
    let mut act = cx.act(fields).await?;
    let now = find(&mut act, line.id).await?;
    if let Some(problem) = stands_in_the_way(&now.document.line) {
        return Err(problem);
    }
    let grant = act.authorise::<ReleaseDocument>(found.subject).await?;
    let disclose = act.authorise::<CreateDisclosure>(found.subject).await?;
    // Consent may have been taken back since the page was checked: the ledger is asked once more.
    let ledger = Ledger::read(&mut act, found.subject).await?;
    let given = file.as_ref().map_or(&found.document.facts, |file| &file.facts);
    let holds = states(given, &found, asked, &ledger)?;
    if !holds || ask(fields, &ledger, readers(line), &mut Errors::default()).is_none() {
        return Err(Problem::Stale);
    }
    if let Some(file) = file {
        documents::release(&mut act, &grant, line, fields.version()?, file).await?;
    }
    let summary = format!("{}, version {}", line.kind, line.number);
    disclosures::record(&mut act, &disclose, disclose.site(), &asked.disclosure(&ledger, Some(line.id), summary))
        .await?;
    set_next_action(&mut act, found.subject, line.kind, DocumentState::Released).await?;
    act.done(&format!("/documents/{}?done=released", line.id)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_what_to_do() {
        let error = RenderError::MissingFacts { kind: "Court report", missing: "the court it is for".into() };
        let words = in_words(&error);
        assert!(words.contains("the court it is for") && words.contains("prepare a new version"), "{words}");
    }
}
