//! Records that may be of one person: the queue, a pair side by side, joining, and undoing it.

mod both;
mod join;
mod joined;
mod old_links;
mod pair;
mod report;

pub(crate) use old_links::lead_on;

use crate::{Answer, App, Cx};
use axum::Router;
use axum::extract::Query;
use axum::routing::{get, post};
use minijinja::{Value, context};
use throughline_domain::merge::DuplicateState;
use throughline_matching::in_words;
use throughline_policy::{Subject, ViewDuplicates};
use throughline_store::merges::{self, Line};

/// Pairs on one page.
const SHOWN: i64 = 20;

/// The pages of possible duplicates.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/duplicates", get(queue))
        .route("/duplicates/{pair}", get(pair::show).post(pair::decide))
        .route("/duplicates/{pair}/join", post(join::join))
        .route("/duplicates/joined/{merge}", get(joined::show))
        .route("/duplicates/joined/{merge}/undo", post(joined::undo))
        .route("/people/{person}/duplicate", get(report::show).post(report::search))
        .route("/people/{person}/duplicate/report", post(report::report))
}

/// Which questions, and which page of them.
#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: i64,
    #[serde(default)]
    done: String,
}

fn done_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "different" => "Noted: different people. They are not proposed again unless something about them changes",
        "not_sure" => "Noted: not sure. The pair is kept under “Not sure”",
        _ => return None,
    })
}

async fn queue(cx: Cx, Query(asked): Query<Asked>) -> Answer {
    let state = DuplicateState::from_code(&asked.state).unwrap_or(DuplicateState::ToReview);
    let page = asked.page.clamp(1, 1_000_000);
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewDuplicates>(Subject::default()).await?;
    let queue = merges::queue(&mut tx, &grant, state, (page - 1) * SHOWN, SHOWN).await?;
    tx.commit().await?;
    let pages = (queue.total + SHOWN - 1) / SHOWN;
    let href = |page: i64| format!("/duplicates?state={}&page={page}", state.code());
    let values = context! {
        heading => "Possible duplicates",
        notice => done_words(&asked.done).map(|text| context! { kind => "success", text }),
        states => states(state),
        state => state.code(),
        state_words => state.label(),
        total => queue.total,
        lines => queue.lines.iter().map(row).collect::<Vec<_>>(),
        page,
        pages,
        before => (page > 1).then(|| href(page - 1)),
        after => (page < pages).then(|| href(page + 1)),
    };
    cx.page("duplicates/queue.html", values)
}

fn states(current: DuplicateState) -> Vec<Value> {
    DuplicateState::ALL
        .iter()
        .map(|state| {
            context! { text => state.label(), href => format!("/duplicates?state={}", state.code()), current => *state == current }
        })
        .collect()
}

fn row(line: &Line) -> Value {
    let joined = line.merge_id.map(|merge| format!("/duplicates/joined/{merge}"));
    context! {
        href => joined.unwrap_or_else(|| format!("/duplicates/{}", line.id)),
        people => line.people.iter().map(both::known).collect::<Vec<_>>(),
        band => line.band.label(),
        tone => crate::line::band_tone(line.band),
        probability => in_words(line.probability),
        reason => line.reason,
        by => line.proposed_by_name,
        proposed_at => line.proposed_at,
        decided_at => line.decided_at,
        decided_by => line.decided_by_name,
        decision_reason => line.decision_reason,
        earlier => line.earlier_state.map(DuplicateState::label),
        asked_again => line.asked_again,
    }
}
