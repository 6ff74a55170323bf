//! The form that waits, and the advice that was given: mine, or the site's.

use super::form;
use crate::{Answer, Cx, Errors, Fields};
use axum::extract::Query;
use chrono::Datelike;
use minijinja::context;
use throughline_domain::ids::ConsultationId;
use throughline_domain::time::{clock_time, london_date, london_day};
use throughline_policy::{CreateConsultation, ViewConsultation};
use throughline_store::consultations::{self, Whose};
use uuid::Uuid;

/// The most lines that are shown.
const MOST: i64 = 100;

/// What the address says: which list, and what was just saved.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    show: String,
    done: Option<ConsultationId>,
}

pub(super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    draw(&cx, &asked, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, asked: &Asked, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let site = cx.site()?;
    let grant = tx.authorise::<ViewConsultation>(site.id).await?;
    let whose = if asked.show == "site" { Whose::Sites } else { Whose::Mine };
    let lines = consultations::of_site(&mut tx, &grant, whose, MOST).await?;
    let mine = consultations::of_site(&mut tx, &grant, Whose::Mine, MOST).await?;
    let today = london_date(cx.now);
    let first = today.with_day(1).unwrap_or(today);
    let month =
        consultations::activity(&mut tx, &grant, london_day(first).0, cx.now + chrono::Duration::seconds(1)).await?;
    tx.commit().await?;
    let saved = asked.done.and_then(|done| mine.iter().find(|one| one.id == done));
    let saved =
        saved.map(|one| context! { at => clock_time(one.entered_at), href => format!("/consultations/{}", one.id) });
    let values = context! {
        heading => "Advice to colleagues",
        caption => site.name,
        // Not a notice of the page, which would take the cursor from the field that waits.
        saved,
        choices => form::choices(),
        typed => fields.typed(),
        errors => errors.summary(),
        wrong => errors.by_field(),
        whose => if whose == Whose::Sites { "site" } else { "mine" },
        lines => lines.iter().map(form::line).collect::<Vec<_>>(),
        most => (i64::try_from(lines.len()).unwrap_or(MOST) == MOST).then_some(MOST),
        month,
    };
    cx.page_of_form("consultations/list.html", errors, values)
}

pub(super) async fn record(cx: Cx, fields: Fields) -> Answer {
    let site = cx.site()?.id;
    let mut errors = Errors::default();
    let given = form::read(&fields, cx.now, &mut errors);
    let Some(given) = given.filter(|_| errors.is_empty()) else {
        return draw(&cx, &Asked::default(), &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<CreateConsultation>(site).await?;
    let id = ConsultationId::new(Uuid::now_v7());
    consultations::record(&mut act, &grant, id, &given).await?;
    act.done(&format!("/consultations?done={id}")).await
}
