//! The form that waits, and the advice that was given: mine, or the site's.

use super::form;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Query;
use chrono::Datelike;
use minijinja::context;
use throughline_domain::ids::{ConsultationId, SiteId};
use throughline_domain::time::{clock_time, london_date, london_day};
use throughline_policy::{CreateConsultation, ViewConsultation};
use throughline_store::consultations::{self, Whose};
use throughline_store::organisations::Site;
use uuid::Uuid;

/// The most lines that are shown.
const MOST: i64 = 100;

/// What the address says: which list, of which site, and what was just saved.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    show: String,
    site: Option<SiteId>,
    done: Option<ConsultationId>,
}

/// The site of a page and of the form on it: whoever goes on to another site in another window still writes for the
/// one whose name they read.
fn site_of(cx: &Cx, named: Option<SiteId>) -> Result<&Site, Problem> {
    match named {
        None => cx.site(),
        Some(id) => cx.signed_in.sites.iter().find(|site| site.id == id).ok_or(Problem::NotFound),
    }
}

pub(super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    draw(&cx, &asked, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, asked: &Asked, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let site = site_of(cx, asked.site)?;
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
        site => site.id,
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
    let site = site_of(&cx, fields.given("site").and_then(|site| site.parse().ok()))?.id;
    let asked = Asked { site: Some(site), ..Asked::default() };
    let mut errors = Errors::default();
    let given = form::read(&fields, cx.now, &mut errors);
    let Some(given) = given.filter(|_| errors.is_empty()) else {
        return draw(&cx, &asked, &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<CreateConsultation>(site).await?;
    let id = ConsultationId::new(Uuid::now_v7());
    consultations::record(&mut act, &grant, id, &given).await?;
    let of = if cx.site_id()? == site { String::new() } else { format!("&site={site}") };
    act.done(&format!("/consultations?done={id}{of}")).await
}
