//! What somebody chose to see of the board: read from an address, kept, and shown as buttons.

use super::row::Placed;
use crate::{Cx, Fields, Problem};
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::board::{BoardChoice, BoardFilter, BoardView, room_code};
use throughline_policy::ViewBoard;
use throughline_store::lists;

/// Whether an address says what is to be seen, so that it is kept.
pub(super) fn is_chosen_in(query: &Fields) -> bool {
    query.ticked("chosen") || query.ticked("view")
}

/// What an address says is to be seen, over what was kept before. It names everything, so that asking
/// twice is asking once: `filter` and `room` are on, `with` and `without` one that was just pressed.
pub(super) fn chosen(query: &Fields, kept: BoardChoice) -> BoardChoice {
    let view = query.given("view").and_then(BoardView::from_code).unwrap_or(kept.view);
    if !query.ticked("chosen") {
        return BoardChoice { view, ..kept };
    }
    let mut choice = BoardChoice { view, ..BoardChoice::default() };
    choice.filters.extend(query.all("filter").chain(query.all("with")).filter_map(BoardFilter::from_code));
    choice.rooms.extend(query.all("room").chain(query.all("with_room")).map(room_code));
    for filter in query.all("without").filter_map(BoardFilter::from_code) {
        choice.filters.remove(&filter);
    }
    for room in query.all("without_room") {
        choice.rooms.remove(&room_code(room));
    }
    choice
}

/// The part of the page at which somebody goes on after pressing a filter.
pub(super) fn place_on_page(query: &Fields) -> String {
    let filter = query.given("with").or_else(|| query.given("without")).and_then(BoardFilter::from_code);
    let room = query.given("with_room").or_else(|| query.given("without_room"));
    match (filter, room) {
        (Some(filter), _) => format!("#filter-{}", filter.code()),
        (None, Some(room)) => format!("#room-{}", room_code(room)),
        (None, None) if query.ticked("view") => "#board-view".to_owned(),
        (None, None) => "#people".to_owned(),
    }
}

/// Keeps what an address says is to be seen.
pub(super) async fn keep(cx: &Cx, query: &Fields) -> Result<(), Problem> {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewBoard>(cx.site_id()?).await?;
    let kept = lists::board_choice(&mut tx, &grant).await?;
    lists::choose(&mut tx, &grant, &chosen(query, kept)).await?;
    Ok(tx.commit().await?)
}

/// The address of the fragment that shows the same again: a window keeps its filters, whatever another
/// window of the same user does.
pub(super) fn fragment(choice: &BoardChoice, act: Option<&str>) -> String {
    let mut address = format!("/board/fragment?chosen=1&view={}", choice.view.code());
    for filter in &choice.filters {
        address.push_str("&filter=");
        address.push_str(filter.code());
    }
    for room in &choice.rooms {
        address.push_str("&room=");
        address.push_str(room);
    }
    if let Some(act) = act {
        address.push_str("&did=");
        address.push_str(act);
    }
    address
}

/// The filters as buttons: those that fit anybody, and those that are on.
pub(super) fn filters(choice: &BoardChoice, rows: &[Placed], is_court: bool) -> Vec<Value> {
    let fitting = |filter| rows.iter().filter(|row| row.fits.contains(&filter)).count();
    BoardFilter::ALL
        .iter()
        .filter(|filter| is_court || **filter != BoardFilter::InCustody)
        .map(|filter| (filter, fitting(*filter), choice.filters.contains(filter)))
        .filter(|(_, count, on)| *count > 0 || *on)
        .map(|(filter, count, on)| context! { code => filter.code(), label => filter.label(), count, on })
        .collect()
}

/// The court rooms as buttons, in order.
pub(super) fn rooms(choice: &BoardChoice, rows: &[Placed]) -> Vec<Value> {
    let mut rooms: BTreeMap<(usize, String), (String, usize)> = BTreeMap::new();
    for placed in rows {
        let room = placed.row.court_room.as_str();
        let code = room_code(room);
        rooms.entry((code.len(), code)).or_insert_with(|| (super::row::room_title(room), 0)).1 += 1;
    }
    for code in &choice.rooms {
        rooms.entry((code.len(), code.clone())).or_insert_with(|| (code.clone(), 0));
    }
    let room = |((_, code), (label, count)): ((usize, String), (String, usize))| context! { label, count, on => choice.rooms.contains(&code), code };
    rooms.into_iter().map(room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_all_that_is_to_be_seen() {
        let kept = BoardChoice::kept("mine", "3", "list");
        let of = |query: &str| chosen(&Fields::of_query(Some(query)), kept.clone());
        assert_eq!(of(""), kept);
        assert_eq!(of("view=columns"), BoardChoice { view: BoardView::Columns, ..kept.clone() });
        assert_eq!(of("chosen=1"), BoardChoice::kept("", "", "list"), "show everybody");
        assert_eq!(
            of("chosen=1&filter=mine&with=women&room=3&with_room=Courtroom+1"),
            BoardChoice::kept("mine women", "3 courtroom-1", "list")
        );
        assert_eq!(
            of("chosen=1&filter=mine&filter=left&without=mine&room=3&without_room=3"),
            BoardChoice::kept("left", "", "list")
        );
        assert_eq!(of("chosen=1&filter=%3Cb%3E&with=drop+table"), BoardChoice::kept("", "", "list"), "no such filter");
    }

    #[test]
    fn a_window_asks_for_what_it_shows() {
        let choice = BoardChoice::kept("mine women", "none courtroom-1", "list");
        let address = fragment(&choice, Some("0190"));
        let (_, query) = address.split_once('?').unwrap();
        assert_eq!(chosen(&Fields::of_query(Some(query)), BoardChoice::default()), choice);
        assert!(address.ends_with("&did=0190"));
    }
}
