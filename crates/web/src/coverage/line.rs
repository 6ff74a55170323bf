//! One line of the ledger: its reason, who said what when, and saying it or putting it right.

use super::{Standing, misfit, reasons, site_of, times};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::{Path, Query};
use chrono::Days;
use minijinja::{Value, context};
use throughline_domain::coverage::{Owed, WhyOwed};
use throughline_domain::ids::EntryId;
use throughline_domain::list::NotSeenReason;
use throughline_domain::time::london_date;
use throughline_policy::{ChangeList, Class, Grant, ViewList};
use throughline_store::coverage::{self, LedgerRow};
use throughline_store::events::{self, NewEvent};
use throughline_store::{Error as StoreError, Tx, lists};

/// How far around a line's day the next one is looked for.
const NEXT_WITHIN_DAYS: u64 = 14;

/// What the page is opened with.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Opened {
    #[serde(default)]
    done: String,
}

pub(super) async fn show(cx: Cx, Path(id): Path<EntryId>, Query(opened): Query<Opened>) -> Answer {
    let notice = (opened.done == "next")
        .then(|| context! { kind => "success", text => "The reason was recorded. This is the next row without one." });
    draw(&cx, id, notice, None).await
}

async fn draw(cx: &Cx, id: EntryId, notice: Option<Value>, error: Option<&str>) -> Answer {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let row = row(&mut tx, &grant, id, cx.now).await?;
    let history = coverage::history(&mut tx, &grant, id).await?;
    let may_change = tx.may::<ChangeList>(site).await?;
    tx.commit().await?;
    let (_, words, tone) = Standing::of(&row).words();
    let why = match row.owed {
        Owed::Reason(why) => Some(why),
        _ => None,
    };
    let said: Vec<Value> = history
        .iter()
        .map(|said| {
            let words = said.reason.map_or("Taken back", NotSeenReason::label);
            context! { words, at => said.said_at, by => said.said_by_name }
        })
        .collect();
    let values = context! {
        heading => row.name.formal(),
        caption => "Why not seen",
        title => "Why not seen",
        back => context! { href => "/coverage", text => "Coverage" },
        notice,
        id => id.to_string(),
        version => row.version,
        day => row.day,
        times => times(&row),
        state => words,
        tone,
        reason => row.reason.map(NotSeenReason::label),
        why => why.map(WhyOwed::label),
        reasons => reasons(&[row.kind], why.and_then(WhyOwed::suggests)),
        likely => why.and_then(WhyOwed::suggests).map(NotSeenReason::label),
        said,
        may_say => may_change && row.episode_id.is_none(),
        has_episode => row.episode_id.is_some(),
        error,
        errors => error.map(|message| vec![context! { field_name => "reason", message }]),
    };
    if error.is_some() {
        cx.page_with_errors("coverage/line.html", values)
    } else {
        cx.page("coverage/line.html", values)
    }
}

async fn row(
    tx: &mut Tx,
    grant: &Grant<ViewList>,
    id: EntryId,
    now: throughline_domain::time::Instant,
) -> Result<LedgerRow, Problem> {
    let line = lists::entry(tx, grant, id).await?.ok_or(Problem::NotFound)?;
    let rows = coverage::ledger(tx, grant, line.list_date, line.list_date, now).await?;
    rows.into_iter().find(|row| row.id == id).ok_or(Problem::NotFound)
}

/// Says or puts right the reason, and goes on to the next line without one.
pub(super) async fn say(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    let Some(reason) = NotSeenReason::from_code(fields.text("reason")) else {
        return draw(&cx, id, None, Some("Choose why they were not seen")).await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let view = act.authorise::<ViewList>(site).await?;
    let kind = lists::entry(&mut act, &view, id).await?.ok_or(Problem::NotFound)?.kind;
    if let Some(words) = misfit(reason, kind) {
        drop(act);
        return draw(&cx, id, None, Some(&words)).await;
    }
    let grant = act.authorise::<ChangeList>(site).await?;
    match lists::not_seen(&mut act, &grant, id, version, reason).await {
        Err(StoreError::Stale) => {
            drop(act);
            let words = "This row changed while you were looking, and nothing was recorded: look at it as it is now";
            return draw(&cx, id, None, Some(words)).await;
        }
        other => other?,
    }
    tell(&mut act, &grant, id, reason).await?;
    let next = next(&mut act, &view, cx.now).await?;
    let location =
        next.map_or_else(|| "/coverage?done=reasons.1".to_owned(), |next| format!("/coverage/lines/{next}?done=next"));
    act.done(&location).await
}

/// The first line of the site for which a reason is owed.
async fn next(
    tx: &mut Tx,
    grant: &Grant<ViewList>,
    now: throughline_domain::time::Instant,
) -> Result<Option<EntryId>, Problem> {
    let today = london_date(now);
    let rows = coverage::ledger(tx, grant, today - Days::new(NEXT_WITHIN_DAYS), today, now).await?;
    Ok(rows.iter().rev().find(|row| matches!(row.owed, Owed::Reason(_))).map(|row| row.id))
}

/// Says it on the board and in the timeline, without a name: the line holds it.
pub(super) async fn tell(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    entry: EntryId,
    reason: NotSeenReason,
) -> Result<(), Problem> {
    let view = tx.authorise::<ViewList>(grant.site()).await?;
    let person = lists::entry(tx, &view, entry).await?.and_then(|line| line.person_id);
    let new = NewEvent {
        at: None,
        site: Some(grant.site()),
        person,
        episode: None,
        kind: "list",
        class: Class::List,
        words: format!("Not seen: {}", reason.label().to_lowercase()),
        link: format!("/entries/{entry}"),
    };
    Ok(events::add(tx, new).await?)
}
