//! What the board says of lists on their way: one that did not come, those that wait to be looked over, and files
//! that could not be read.

use crate::Problem;
use minijinja::{Value, context};
use throughline_domain::board;
use throughline_domain::expected::ListStanding;
use throughline_domain::list::ListKind;
use throughline_domain::time::{Instant, date_long, london_date};
use throughline_policy::{Grant, ViewBoard};
use throughline_store::Tx;
use throughline_store::lists::{self, Waiting};
use throughline_store::organisations::Site;

/// How many waiting lists the board names.
const NAMED: i64 = 5;

pub(super) async fn strip(tx: &mut Tx, grant: &Grant<ViewBoard>, site: &Site, now: Instant) -> Result<Value, Problem> {
    let today = london_date(now);
    let standing = lists::standing(tx, site, now).await?;
    let waiting = lists::waiting(tx, grant, today, NAMED).await?;
    let unread = lists::count_unread(tx, site.id).await?;
    // What the strip says, the empty board need not say again.
    let told = matches!(standing, ListStanding::Missing(_) | ListStanding::Waiting);
    let (missing, later) = match standing {
        ListStanding::Missing(by) => (Some(by), None),
        ListStanding::Later(by) => (None, Some(by)),
        ListStanding::NotExpected | ListStanding::Waiting | ListStanding::BroughtIn => (None, None),
    };
    let row = |list: &Waiting| {
        let kind = if list.kind == ListKind::Court { "court list" } else { "custody list" };
        let day = if list.list_date == today { "today".to_owned() } else { date_long(list.list_date) };
        context! {
            words => format!("{kind} for {day}"),
            by => list.received_by,
            when => board::when(list.received_at, now),
            href => format!("/lists/{}/review", list.id),
        }
    };
    Ok(context! {
        missing => missing.map(|by| by.format("%H:%M").to_string()),
        later => later.map(|by| by.format("%H:%M").to_string()),
        waiting => waiting.iter().map(row).collect::<Vec<_>>(),
        unread,
        told,
    })
}
