//! Which of the site's lines a list is compared with.

use super::entry;
use crate::Problem;
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;
use throughline_domain::list::ListKind;
use throughline_lists::Booked;
use throughline_policy::{Grant, ViewList};
use throughline_store::Tx;
use throughline_store::lists::{self, Line, List};

/// How far from the days of a list of voluntary attendances its people are looked for: an interview is
/// moved by days or weeks, and the slot somebody was given may be on an earlier day.
const FAR: Days = Days::new(60);

/// The lines of the list's kind for its days. Of voluntary attendances also whoever still waits on
/// another day, so that a moved interview is no second line; those who were booked in by hand are on no
/// officer's list.
pub(super) async fn lines(
    tx: &mut Tx,
    grant: &Grant<ViewList>,
    list: &List,
    days: &BTreeSet<NaiveDate>,
) -> Result<Vec<Line>, Problem> {
    let (from, to) = (*days.first().unwrap_or(&list.list_date), *days.last().unwrap_or(&list.list_date));
    if list.kind != ListKind::Voluntary {
        let mut lines = lists::lines(tx, grant, list.kind, from, to).await?;
        lines.retain(|line| days.contains(&line.list_date));
        return Ok(lines);
    }
    let mut known = Vec::new();
    for line in lists::lines(tx, grant, list.kind, from - FAR, to + FAR).await? {
        let is_of_them = days.contains(&line.list_date) || line.state.is_open();
        if is_of_them && !entry::source(&line)?.key.starts_with(Booked::KEY) {
            known.push(line);
        }
    }
    Ok(known)
}
