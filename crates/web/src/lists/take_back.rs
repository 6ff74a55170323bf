//! Taking back a list that was brought in by mistake.

use super::{on_to, review, site_of};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::response::Response;
use minijinja::{Value, context};
use throughline_domain::ids::{EntryId, ListId};
use throughline_domain::list::ListState;
use throughline_domain::time::date_time_long;
use throughline_policy::{Grant, ImportList, ViewList};
use throughline_store::lists::{self, List, NotTakenBack, Stayed, TakenBack};
use throughline_store::{Error as StoreError, Tx};

/// What the page of a list that was brought in says of taking it back: what it would do, or why it cannot be.
pub(super) async fn offered(tx: &mut Tx, grant: &Grant<ViewList>, list: &List) -> Result<Option<Value>, Problem> {
    if list.state != ListState::Committed {
        return Ok(None);
    }
    let now = tx.now();
    Ok(Some(match lists::taking_back(tx, grant, list, now).await? {
        Ok(plan) => context! { may => true, stays => plan.stays.iter().map(stayed).collect::<Vec<_>>(), plan },
        Err(why) => {
            let newer = match why {
                NotTakenBack::NotNewest(newer) => Some(format!("/lists/{newer}")),
                _ => None,
            };
            context! { may => false, why => words(&why), newer }
        }
    }))
}

fn words(why: &NotTakenBack) -> String {
    match why {
        NotTakenBack::NotBroughtIn => "It is not brought in.".to_owned(),
        NotTakenBack::NotKept => {
            "What the rows said before was not kept when it was brought in. Bring the right list in instead.".to_owned()
        }
        NotTakenBack::TooLate(until) => format!(
            "That was possible within the shift, until {}. Others have worked from the board since: bring the right list in instead.",
            date_time_long(*until)
        ),
        NotTakenBack::NotNewest(_) => "Another list was brought in after it. Take that one back first.".to_owned(),
    }
}

fn stayed(one: &Stayed) -> Value {
    context! { id => one.id.to_string(), name => one.name.formal(), why => one.why.label(), change => one.change.label() }
}

/// What the review of a list that was taken back says of it.
pub(super) fn told(taken: &TakenBack) -> Value {
    context! { by => taken.by, at => taken.at, stays => taken.stayed.iter().map(stayed).collect::<Vec<_>>() }
}

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
