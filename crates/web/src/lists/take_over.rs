//! Taking a row over from the colleague who has it: shifts end, and somebody still waits.

use super::entry::{again, changing, overtaken};
use crate::line::note;
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::http::StatusCode;
use minijinja::{Value, context};
use throughline_domain::board::TakeOverReason;
use throughline_domain::ids::{EntryId, UserId};
use throughline_domain::list::EntryState;
use throughline_policy::{Class, Grant, Verb, ViewList};
use throughline_store::lists::{self, Line};
use throughline_store::{Error as StoreError, Tx};

/// What the page of a row says of taking it over, and of who did before.
pub(super) async fn values(cx: &Cx, tx: &mut Tx, grant: &Grant<ViewList>, line: &Line) -> Result<Value, Problem> {
    let before = lists::taken_over(tx, grant, line.id).await?;
    let from = line.taken_by.filter(|user| *user != cx.signed_in.user.id && line.state == EntryState::BeingSeen);
    let may = cx.role_may(Verb::Change, Class::List) && line.episode_id.is_none();
    let from = from.filter(|_| may);
    Ok(context! {
        from => from.map(|user| user.to_string()),
        from_name => line.taken_by_name,
        reasons => TakeOverReason::ALL.iter().map(|reason| context! { code => reason.code(), label => reason.label() }).collect::<Vec<_>>(),
        before => before.iter().map(|one| context! { from => one.from, to => one.to, reason => one.reason.label(), at => one.at }).collect::<Vec<_>>(),
    })
}

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
