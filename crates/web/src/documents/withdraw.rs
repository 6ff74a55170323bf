//! Withdrawal: a draft is given up, or a signed document is taken back, with the reason.

use super::{Found, banner_of, crumbs, find, given_to, line_value, set_next_action};
use crate::pathway::episode;
use crate::tasks::owe;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::context;
use throughline_domain::document::DocumentState;
use throughline_domain::ids::DocumentId;
use throughline_policy::{ReleaseDocument, WriteDocument};
use throughline_store::{Tx, documents, episodes};

pub(super) async fn page(cx: Cx, Path(id): Path<DocumentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    draw(&cx, tx, found, "", &Errors::default()).await
}

async fn may_withdraw(tx: &mut Tx, found: &Found) -> Result<bool, Problem> {
    Ok(match found.document.line.state {
        DocumentState::Draft => tx.may::<WriteDocument>(found.subject).await?,
        DocumentState::Signed | DocumentState::Released => tx.may::<ReleaseDocument>(found.subject).await?,
        DocumentState::Withdrawn => false,
    })
}

async fn draw(cx: &Cx, mut tx: Tx, found: Found, reason: &str, errors: &Errors) -> Answer {
    if !may_withdraw(&mut tx, &found).await? {
        return Err(Problem::NotFound);
    }
    let line = &found.document.line;
    let banner = banner_of(&mut tx, found.subject).await?;
    let given = given_to(&mut tx, found.subject, line).await?;
    let closed = episode(&mut tx, found.subject).await?.closed_at.is_some();
    tx.commit().await?;
    let is_draft = line.state == DocumentState::Draft;
    let verb = if is_draft { "Give up the draft of the" } else { "Withdraw the" };
    let values = context! {
        heading => format!("{verb} {}, version {}", line.kind.label().to_lowercase(), line.number),
        crumbs => crumbs(line),
        person => banner.value,
        document => line_value(line),
        is_draft,
        given,
        closed,
        reason,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("documents/withdraw.html", errors, values)
}

pub(super) async fn withdraw(cx: Cx, Path(id): Path<DocumentId>, fields: Fields) -> Answer {
    let reason = fields.text("reason");
    if reason.trim().is_empty() {
        let mut tx = cx.begin().await?;
        let found = find(&mut tx, id).await?;
        let mut errors = Errors::default();
        errors.add("reason", "Say why, for whoever finds it later");
        return draw(&cx, tx, found, reason, &errors).await;
    }
    let mut act = cx.act(&fields).await?;
    let found = find(&mut act, id).await?;
    let line = &found.document.line;
    if line.state == DocumentState::Draft {
        let grant = act.authorise::<WriteDocument>(found.subject).await?;
        documents::discard(&mut act, &grant, line, fields.version()?, reason).await?;
    } else {
        let grant = act.authorise::<ReleaseDocument>(found.subject).await?;
        documents::withdraw(&mut act, &grant, line, fields.version()?, reason).await?;
    }
    set_next_action(&mut act, found.subject, line.kind, DocumentState::Withdrawn).await?;
    if line.state == DocumentState::Released {
        let due = episodes::soon(act.now());
        owe(&mut act, found.subject, &line.kind.recall_action(), due).await?;
    }
    act.done(&format!("/documents/{id}?done=withdrawn")).await
}
