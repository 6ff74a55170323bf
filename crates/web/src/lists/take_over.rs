//! Taking a row over from the colleague who has it: shifts end, and somebody still waits.

use super::entry::{again, changing, overtaken};
use crate::line::note;
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use minijinja::context;
use throughline_domain::board::TakeOverReason;
use throughline_domain::ids::{EntryId, UserId};
use throughline_store::{Error as StoreError, lists};

/// Takes the row over with a reason. Whoever it was taken from is the one whom the page named.
pub(super) async fn take_over(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    let Some(reason) = TakeOverReason::from_code(fields.text("take_over")) else {
        let message = "Choose why you take them over";
        let errors = [context! { field_name => "take_over", message }];
        let extra = context! { errors, take_over_error => message, typed => fields.typed() };
        return again(&cx, id, StatusCode::UNPROCESSABLE_ENTITY, extra).await;
    };
    let version = fields.version()?;
    let from: UserId = fields.text("from").parse().map_err(|_| Problem::Stale)?;
    let mut changing = changing(&cx, id, &fields).await?;
    match lists::take_over(&mut changing.act, &changing.grant, id, version, from, reason).await {
        Err(StoreError::Stale) => return overtaken(&cx, changing).await,
        other => other?,
    }
    let (by, from) = (&cx.signed_in.user.name, &changing.line.taken_by_name);
    let words = format!("Being seen by {by}, taken over from {from}: {}", reason.label().to_lowercase());
    note(&mut changing.act, &changing.line, words).await?;
    changing.act.done(&format!("/entries/{id}")).await
}
