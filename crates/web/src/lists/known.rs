//! Which of the site's lines a list is compared with.

use crate::Problem;
use crate::line;
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;
use throughline_domain::list::ListKind;
use throughline_domain::time::london_date;
use throughline_lists::{Booked, Entry, Known, Reading};
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
        if is_of_them && !line::source(&line)?.key.starts_with(Booked::KEY) {
            known.push(line);
        }
    }
    Ok(known)
}

/// Adds the lines that have the hearing of which there is news, on whatever day they stand: a hearing may be
/// moved to another day. Days that have passed stay as they were.
pub(super) async fn add_lines_of_event(
    tx: &mut Tx,
    grant: &Grant<ViewList>,
    list: &List,
    reading: &Reading,
    lines: &mut Vec<Line>,
) -> Result<(), Problem> {
    let Some(hearing) = reading.event.as_ref().and_then(|event| event.hearing_id()) else { return Ok(()) };
    let from = london_date(list.received_at).min(list.list_date);
    let mut of_hearing = lists::lines_of_hearing(tx, grant, hearing, from).await?;
    of_hearing.retain(|line| line.kind == list.kind && lines.iter().all(|known| known.id != line.id));
    lines.extend(of_hearing);
    Ok(())
}

/// The lines as a list is compared with them.
pub(super) fn known<'a>(lines: &[Line], before: &'a [Entry]) -> Vec<Known<'a>> {
    lines.iter().zip(before).map(|(line, entry)| Known { entry, is_gone: line.gone_at.is_some() }).collect()
}
