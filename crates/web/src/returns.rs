//! Measures: the monthly return as a page and as a file, exact or as published.

use crate::{Answer, App, Cx, Problem};
use axum::Router;
use axum::extract::Query;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use chrono::{Months, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::time::{london_date, london_day};
use throughline_policy::{Subject, ViewMeasures, ViewPublished};
use throughline_returns::{ALL_SITES, Formula, Heading, Measure, Month, MonthlyReturn, Profile, Row, View, csv};
use throughline_store::{Tx, organisations, returns};

/// How many months the page offers.
const MONTHS_OFFERED: u32 = 24;

/// The pages of the measures.
pub fn routes() -> Router<App> {
    Router::new().route("/measures", get(show)).route("/measures.csv", get(file))
}

/// What was asked for.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    month: String,
    #[serde(default)]
    view: String,
}

/// Which figures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figures {
    Exact,
    Published,
}

impl Figures {
    pub fn code(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Published => "published",
        }
    }

    fn view(self) -> View {
        match self {
            Self::Exact => View::Exact,
            Self::Published => View::Released(Profile::Strict),
        }
    }
}

/// What the reader may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub exact: bool,
    pub published: bool,
}

/// What the reader may have, without a line in the audit log.
pub(crate) async fn allowed(tx: &mut Tx) -> Result<Allowed, Problem> {
    Ok(Allowed {
        exact: tx.may::<ViewMeasures>(Subject::default()).await?,
        published: tx.may::<ViewPublished>(Subject::default()).await?,
    })
}

/// One return, as asked for and allowed.
struct Counted {
    month: Month,
    figures: Figures,
    allowed: Allowed,
    monthly: MonthlyReturn,
}

async fn show(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    let counted = count(&cx, &asked, "shown").await?;
    let (month, view) = (counted.month, counted.figures.view());
    let rows = counted.monthly.rows(view);
    let today = london_date(cx.now);
    let code = month_code(month);
    cx.page(
        "returns/show.html",
        context! {
            heading => "Measures",
            month => code,
            month_words => month.to_string(),
            months => months(today, !counted.allowed.exact, month),
            view => counted.figures.code(),
            may_switch => counted.allowed.exact && counted.allowed.published,
            unfinished => month.contains(today),
            note => Profile::Strict.note(),
            csv_href => format!("/measures.csv?month={code}&view={}", counted.figures.code()),
            measures => Measure::all().iter().map(|measure| drawn(measure, &rows)).collect::<Vec<_>>(),
        },
    )
}

async fn file(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    let counted = count(&cx, &asked, "taken as a file").await?;
    let name = format!("throughline-measures-{}-{}.csv", month_code(counted.month), counted.figures.code());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, csv(&counted.monthly, counted.figures.view())).into_response())
}

/// Asks the policy, writes who looked, and then counts: the counting holds nobody up.
async fn count(cx: &Cx, asked: &Asked, how: &str) -> Result<Counted, Problem> {
    let today = london_date(cx.now);
    let mut tx = cx.begin().await?;
    let allowed = allowed(&mut tx).await?;
    let figures = figures(&asked.view, allowed)?;
    let month = month(&asked.month, today, allowed)?;
    let period = period(month);
    let detail = format!("{month}, {} figures, {how}", figures.code());
    let facts = match figures {
        Figures::Exact => {
            let grant = tx.authorise::<ViewMeasures>(Subject::default()).await?;
            tx.audit_detail(&detail);
            tx.commit().await?;
            returns::facts(&mut *cx.read().await?, period, &grant).await?
        }
        Figures::Published => {
            let grant = tx.authorise::<ViewPublished>(Subject::default()).await?;
            tx.audit_detail(&detail);
            tx.commit().await?;
            returns::facts(&mut *cx.read().await?, period, &grant).await?
        }
    };
    let mut read = cx.read().await?;
    let service = organisations::service(&mut read).await?.map(|service| service.name).unwrap_or_default();
    let sites = organisations::sites(&mut read).await?.into_iter().map(|site| site.name).collect();
    let heading = Heading { service, month, generated_at: cx.now, sites };
    Ok(Counted { month, figures, allowed, monthly: MonthlyReturn::count(heading, &facts) })
}

/// Which figures: as asked for, else the most that the reader may have.
pub(crate) fn figures(asked: &str, allowed: Allowed) -> Result<Figures, Problem> {
    match asked {
        "exact" if allowed.exact => Ok(Figures::Exact),
        "published" if allowed.published => Ok(Figures::Published),
        "" if allowed.exact => Ok(Figures::Exact),
        "" if allowed.published => Ok(Figures::Published),
        _ => Err(Problem::NotFound),
    }
}

/// Which month. Readers of published figures get months that have ended: figures of a month that
/// goes on, read on two days and subtracted, would tell of single people.
pub(crate) fn month(asked: &str, today: NaiveDate, allowed: Allowed) -> Result<Month, Problem> {
    let this = Month::of(today);
    let last = month_before(this, 1);
    if asked.is_empty() {
        return Ok(if allowed.exact { this } else { last });
    }
    let month: Month =
        asked.parse().map_err(|error: throughline_returns::MonthError| Problem::Invalid(error.to_string()))?;
    let newest = if allowed.exact { this } else { last };
    if month > newest {
        return Err(Problem::Invalid(format!("There are no figures for {month} yet: choose a month that has ended")));
    }
    Ok(month)
}

fn month_before(month: Month, months: u32) -> Month {
    Month::of(month.first_day() - Months::new(months))
}

pub(crate) fn month_code(month: Month) -> String {
    month.first_day().format("%Y-%m").to_string()
}

/// From the first instant of the month until before the first of the next, in London.
fn period(month: Month) -> (throughline_domain::time::Instant, throughline_domain::time::Instant) {
    let first = month.first_day();
    (london_day(first).0, london_day(first + Months::new(1)).0)
}

/// The months to choose from, newest first; the chosen one also when it is older.
pub(crate) fn months(today: NaiveDate, ended_only: bool, chosen: Month) -> Vec<Value> {
    let this = Month::of(today);
    let first = u32::from(ended_only);
    let mut offered: Vec<Month> = (first..MONTHS_OFFERED + first).map(|before| month_before(this, before)).collect();
    if !offered.contains(&chosen) {
        offered.push(chosen);
    }
    offered
        .into_iter()
        .map(|month| {
            let so_far = if month.contains(today) { " (so far)" } else { "" };
            context! { code => month_code(month), words => format!("{month}{so_far}"), chosen => month == chosen }
        })
        .collect()
}

/// One measure as the page shows it: a table by site, or by category and site.
fn drawn(measure: &Measure, all: &[Row]) -> Value {
    let rows: Vec<&Row> = all.iter().filter(|row| row.measure == measure.id).collect();
    let plain = rows.iter().filter(|row| row.category.is_none());
    let whole = rows.iter().find(|row| row.site == ALL_SITES && row.category.is_none());
    let by_site = plain.clone().map(|row| {
        context! {
            site => &row.site,
            numerator => row.numerator.to_string(),
            denominator => row.denominator.map(|shown| shown.to_string()),
            value => row.value.to_string(),
        }
    });
    let sites: Vec<&str> = plain.clone().map(|row| row.site.as_str()).collect();
    context! {
        id => &measure.id,
        number => &measure.number,
        title => &measure.title,
        definition => &measure.definition,
        source => &measure.source,
        shape => shape(measure.formula),
        whole => whole.map(|row| summary(row)),
        rows => by_site.collect::<Vec<_>>(),
        categories => categories(&rows, &sites),
        sites,
    }
}

fn shape(formula: Formula) -> &'static str {
    match formula {
        Formula::Count(_) => "count",
        Formula::Broken(..) => "categories",
        Formula::Percent(..) => "percent",
        Formula::MedianHours(_) => "median",
    }
}

/// The measure for all sites in one cell.
fn summary(row: &Row) -> String {
    match row.denominator {
        Some(denominator) if row.value.to_string() != "–" => {
            format!("{} ({} of {denominator})", row.value, row.numerator)
        }
        _ => row.value.to_string(),
    }
}

/// A line of each category, with a cell for each site; a cell that is not given is empty.
fn categories(rows: &[&Row], sites: &[&str]) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for name in rows.iter().filter_map(|row| row.category.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // The youngest come first; the others stand in the order of their names already.
    names.sort_by_key(|name| !name.starts_with("Under "));
    names
        .into_iter()
        .map(|name| {
            let cell = |site: &&str| {
                let found = rows.iter().find(|row| row.category.as_deref() == Some(name) && row.site == *site);
                found.map(|row| row.value.to_string())
            };
            context! { name, cells => sites.iter().map(cell).collect::<Vec<_>>() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMISSIONER: Allowed = Allowed { exact: false, published: true };
    const PRACTITIONER: Allowed = Allowed { exact: true, published: false };
    const MANAGER: Allowed = Allowed { exact: true, published: true };

    #[test]
    fn a_commissioner_gets_published_figures_whatever_is_asked() {
        assert_eq!(figures("", COMMISSIONER), Ok(Figures::Published));
        assert_eq!(figures("exact", COMMISSIONER), Err(Problem::NotFound));
        assert_eq!(figures("published", PRACTITIONER), Err(Problem::NotFound));
        assert_eq!(figures("published", MANAGER), Ok(Figures::Published));
        assert_eq!(figures("", MANAGER), Ok(Figures::Exact));
    }

    #[test]
    fn a_month_that_goes_on_is_for_the_service_alone() {
        let today = "2026-11-22".parse().unwrap();
        assert_eq!(month("", today, COMMISSIONER).map(month_code), Ok("2026-10".into()));
        assert_eq!(month("", today, MANAGER).map(month_code), Ok("2026-11".into()));
        assert!(matches!(month("2026-11", today, COMMISSIONER), Err(Problem::Invalid(_))));
        assert!(matches!(month("November", today, MANAGER), Err(Problem::Invalid(_))));
    }

    #[test]
    fn a_month_begins_and_ends_by_london_clocks() {
        let (from, to) = period("2026-10".parse().unwrap());
        assert_eq!(from.to_rfc3339(), "2026-09-30T23:00:00+00:00");
        assert_eq!(to.to_rfc3339(), "2026-11-01T00:00:00+00:00");
    }
}
