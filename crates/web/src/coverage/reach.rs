//! The chart of reach: of everybody on the lists, how many were seen, by hour, place and who they are.

use crate::returns::{Allowed, Figures, allowed, figures, month, month_code, months};
use crate::{Answer, Cx, Problem};
use axum::extract::Query;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::{Days, Months};
use minijinja::{Value, context};
use throughline_domain::ids::SiteId;
use throughline_domain::time::{date_time_long, london_date};
use throughline_policy::{Subject, ViewMeasures, ViewPublished};
use throughline_returns::Month;
use throughline_returns::reach::{self, Bar, LEAST, Reach};
use throughline_store::{coverage, organisations};

/// What was asked for.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    month: String,
    #[serde(default)]
    view: String,
}

/// The chart, as asked for and allowed.
struct Counted {
    month: Month,
    figures: Figures,
    allowed: Allowed,
    own_sites: bool,
    reach: Reach,
}

pub(super) async fn show(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    let counted = count(&cx, &asked, "shown").await?;
    let today = london_date(cx.now);
    let code = month_code(counted.month);
    let reach = &counted.reach;
    let dimensions: Vec<Value> = reach
        .dimensions
        .iter()
        .map(|one| context! { id => one.id, title => one.title, bars => one.bars.iter().map(bar).collect::<Vec<_>>() })
        .collect();
    cx.page(
        "coverage/reach.html",
        context! {
            heading => "Reach",
            back => context! { href => "/measures", text => "Measures" },
            month => code,
            month_words => counted.month.to_string(),
            months => months(today, !counted.allowed.exact, counted.month),
            view => counted.figures.code(),
            may_switch => counted.allowed.exact && counted.allowed.published,
            unfinished => counted.month.contains(today),
            own_sites => counted.own_sites,
            nobody => reach.whole.listed == reach::Figure::Exact(0),
            whole => bar(&reach.whole),
            out_of_hours => bar(&reach.out_of_hours),
            dimensions,
            least => LEAST,
            csv_href => format!("/measures/reach.csv?month={code}&view={}", counted.figures.code()),
        },
    )
}

fn bar(bar: &Bar) -> Value {
    context! { group => bar.group, listed => bar.listed.to_string(), seen => bar.seen.to_string(), percent => bar.percent }
}

pub(super) async fn file(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    let counted = count(&cx, &asked, "taken as a file").await?;
    let service = organisations::service(&mut *cx.read().await?).await?.map(|service| service.name).unwrap_or_default();
    let about = [
        ("Chart", "Reach: seen of everybody on the lists".to_owned()),
        ("Service", service),
        ("Month", counted.month.to_string()),
        ("Sites", if counted.own_sites { "Own sites" } else { "All sites" }.to_owned()),
        ("Generated at", format!("{} (London)", date_time_long(cx.now))),
        ("Figures", counted.figures.code().to_owned()),
    ];
    let name = format!("throughline-reach-{}-{}.csv", month_code(counted.month), counted.figures.code());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, reach::csv(&counted.reach, &about)).into_response())
}

/// Asks the policy, writes who looked, and then counts. Exact figures are of one's own sites; published ones are of
/// all sites and of whole months that have ended, so that no two of them can be subtracted.
async fn count(cx: &Cx, asked: &Asked, how: &str) -> Result<Counted, Problem> {
    let today = london_date(cx.now);
    let mut tx = cx.begin().await?;
    let allowed = allowed(&mut tx).await?;
    let figures = figures(&asked.view, allowed)?;
    let month = month(&asked.month, today, allowed)?;
    let detail = format!("reach, {month}, {} figures, {how}", figures.code());
    let days = (month.first_day(), month.first_day() + Months::new(1) - Days::new(1));
    let own: Vec<SiteId> = cx.signed_in.sites.iter().map(|site| site.id).collect();
    let (facts, own_sites, shown) = match figures {
        Figures::Exact => {
            let grant = tx.authorise::<ViewMeasures>(Subject::default()).await?;
            tx.audit_detail(&detail);
            tx.commit().await?;
            let only = (!own.is_empty()).then_some(own.as_slice());
            let facts = coverage::reach_facts(&mut *cx.read().await?, &grant, only, days, cx.now).await?;
            (facts, only.is_some(), reach::Figures::Exact)
        }
        Figures::Published => {
            let grant = tx.authorise::<ViewPublished>(Subject::default()).await?;
            tx.audit_detail(&detail);
            tx.commit().await?;
            let facts = coverage::reach_facts(&mut *cx.read().await?, &grant, None, days, cx.now).await?;
            (facts, false, reach::Figures::Published)
        }
    };
    Ok(Counted { month, figures, allowed, own_sites, reach: reach::reach(&facts, shown) })
}
