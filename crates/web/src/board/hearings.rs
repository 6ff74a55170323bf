//! The hearing that is next, of a line with several.

use throughline_domain::list::next_sitting;
use throughline_domain::time::Instant;
use throughline_store::lists::BoardRow;

/// Turns a row to its next hearing: its room and sitting are from then on those of that hearing.
pub(super) fn turn_to_next(row: &mut BoardRow, now: Instant) {
    let sittings: Vec<Option<Instant>> = row.hearings.iter().map(|hearing| hearing.sitting_at).collect();
    let Some(next) = next_sitting(&sittings, now).map(|at| &row.hearings[at]) else { return };
    row.court_room.clone_from(&next.court_room);
    row.sitting_at = next.sitting_at;
}

/// That a line has more hearings than the one its row shows.
pub(super) fn more(row: &BoardRow) -> Option<String> {
    match row.hearings.len() {
        0 | 1 => None,
        2 => Some("+ 1 more hearing today".to_owned()),
        hearings => Some(format!("+ {} more hearings today", hearings - 1)),
    }
}
