//! Taking back a list that was brought in by mistake.

use super::{on_to, review, site_of};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::response::Response;
use minijinja::context;
use throughline_domain::ids::{EntryId, ListId};
use throughline_policy::{ImportList, ViewList};
use throughline_store::{Error as StoreError, lists};

pub async fn take_back(cx: Cx, Path(id): Path<ListId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    let view = act.authorise::<ViewList>(site).await?;
    let list = lists::get(&mut act, &view, id).await?.ok_or(Problem::NotFound)?;
    match lists::take_back(&mut act, &grant, &list).await {
        Err(StoreError::Stale) => {
            drop(act);
            refused(&cx, id).await
        }
        Err(other) => Err(other.into()),
        Ok(_) => act.done(&format!("/lists/{id}/review")).await,
    }
}

/// The page as it is now, which says why; of a list that a colleague took back a moment before, its review.
async fn refused(cx: &Cx, id: ListId) -> Answer {
    let base = review::list_page(cx, id).await?;
    if base.get_attr("waiting").is_ok_and(|waiting| waiting.is_true()) {
        return Ok(on_to(&format!("/lists/{id}/review")));
    }
    let text = "This list was not taken back. Nothing has changed.";
    cx.page_with_errors("lists/show.html", context! { notice => context! { kind => "warning", text }, ..base })
}

/// Leads from the page of a line that was taken back with its list to the list; `None` while the line is there.
pub(super) async fn gone_with(cx: &Cx, id: EntryId) -> Result<Option<Response>, Problem> {
    let mut tx = cx.begin().await?;
    if lists::site_of_entry(&mut tx, id).await?.is_some() {
        return Ok(None);
    }
    let Some(list) = lists::removed_with(&mut tx, id).await? else { return Ok(None) };
    let site = site_of(&mut tx, list).await?;
    tx.authorise::<ViewList>(site).await?;
    tx.commit().await?;
    Ok(Some(on_to(&format!("/lists/{list}"))))
}
