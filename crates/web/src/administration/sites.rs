//! A site: by when its list for the day should be in.

use super::hours_in_words;
use crate::{Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use minijinja::{Value, context};
use throughline_domain::ids::SiteId;
use throughline_domain::time::parse_time;
use throughline_policy::{ChangeUsers, Subject, ViewUsers};
use throughline_store::{lists, organisations};

pub fn routes() -> Router<App> {
    Router::new().route("/administration/sites/{site}", get(show).post(change))
}

async fn show(cx: Cx, Path(id): Path<SiteId>, Query(done): Query<super::Done>) -> Answer {
    let values = page(&cx, id, None).await?;
    let text = "From that time on the board says when no list is in.";
    let notice = (done.done == "saved").then(|| context! { kind => "success", title => "Saved", text });
    cx.page("administration/site.html", context! { notice, ..values })
}

/// The page, with what was typed or else what holds.
async fn page(cx: &Cx, id: SiteId, typed: Option<&str>) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    tx.authorise::<ViewUsers>(Subject::default()).await?;
    tx.audit_detail(&format!("site {id}"));
    let site = organisations::site_by_id(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let by = lists::expected_by(&mut tx, id).await?;
    let may_change = tx.may::<ChangeUsers>(Subject::default()).await?;
    tx.commit().await?;
    let by = by.map(|by| by.format("%H:%M").to_string()).unwrap_or_default();
    Ok(context! {
        heading => &site.name,
        caption => site.kind.label(),
        back => context! { href => "/administration", text => "Back to administration" },
        site => id,
        hours => hours_in_words(&site),
        expected_by => typed.unwrap_or(&by),
        holds => by,
        may_change,
    })
}

async fn change(cx: Cx, Path(id): Path<SiteId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeUsers>(Subject::default()).await?;
    organisations::site_by_id(&mut act, id).await?.ok_or(Problem::NotFound)?;
    match fields.given("expected_by").map(parse_time).transpose() {
        Ok(by) => {
            lists::set_expected_by(&mut act, &grant, id, by).await?;
            act.done(&format!("/administration/sites/{id}?done=saved")).await
        }
        Err(error) => {
            drop(act);
            let (message, values) = (error.to_string(), page(&cx, id, Some(fields.text("expected_by"))).await?);
            let errors = [context! { field_name => "expected_by", message => &message }];
            cx.page_with_errors("administration/site.html", context! { errors, error => message, ..values })
        }
    }
}
