//! The people on a board: their columns with counts that equal the rows, or one list; what the filters show
//! and what they hide.

use super::row::{Drawing, Placed, room_title, tone};
use super::{Asked, acts, choice, voluntary};
use crate::{Cx, Problem};
use chrono::{Days, NaiveDate};
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::board::{self, BoardChoice, BoardView, Explained, Hidden, Standing};
use throughline_domain::ids::EntryId;
use throughline_domain::list::{EntryState, ListKind};
use throughline_domain::time::Instant;
use throughline_policy::{Class, Grant, Verb, ViewBoard};
use throughline_store::lists::{self, BoardRow, Told};
use throughline_store::organisations::Site;
use throughline_store::worklists;
use throughline_store::{Tx, legal};

/// What is drawn: everybody, and what somebody wants to see of them.
struct Board<'a> {
    drawing: Drawing<'a>,
    choice: &'a BoardChoice,
    is_court: bool,
    rows: Vec<Placed>,
}

/// The people of the site's board.
pub(super) async fn people(
    cx: &Cx,
    tx: &mut Tx,
    grant: &Grant<ViewBoard>,
    site: &Site,
    today: NaiveDate,
    asked: &Asked,
) -> Result<Value, Problem> {
    let kept = lists::board_choice(tx, grant).await?;
    let choice = choice::chosen(&asked.query, kept);
    let told = match asked.did() {
        Some(act) => lists::told(tx, grant, act).await?,
        None => None,
    };
    let yesterday = today - Days::new(1);
    crate::lists::freshen(tx, grant, yesterday, today).await?;
    let risks = worklists::risks(tx, grant, yesterday).await?;
    let todays = lists::board_rows(tx, grant, today).await?;
    // People are detained over midnight: nobody drops off the board because the day changed.
    let is_court = site.kind.is_court();
    let earlier = if is_court { Vec::new() } else { lists::board_rows(tx, grant, yesterday).await? };
    let left_over: Vec<BoardRow> = left_over(earlier, &todays);
    let appointments = voluntary::Appointments::of(tx, grant, yesterday, today).await?;
    let legal = if super::may_see_here(cx, Class::Justice) {
        legal::of_board(tx, grant, yesterday).await?
    } else {
        BTreeMap::new()
    };
    let drawing = Drawing {
        now: cx.now,
        today,
        user: cx.signed_in.user.id,
        risks: &risks,
        legal: &legal,
        appointments: &appointments,
        may_see_risk: super::may_see_here(cx, Class::RiskCard),
        may_compare: cx.role_may(Verb::View, Class::Search),
        may_open: super::may_see_here(cx, Class::Episode),
        may_change: cx.role_may(Verb::Change, Class::List),
        ticked: &asked.ticked,
        ticked_column: asked.query.given("tick").and_then(EntryState::from_code),
        left: &left_because(told.as_ref()),
    };
    let rows = todays
        .into_iter()
        .map(|row| drawing.placed(row, false))
        .chain(left_over.into_iter().map(|row| drawing.placed(row, true)))
        .collect();
    let board = Board { drawing, choice: &choice, is_court, rows };
    let fragment = choice::fragment(&choice, told.as_ref().map(|told| told.id.to_string()).as_deref());
    Ok(context! {
        told => told.as_ref().map(acts::told_value),
        shown_query => choice::fragment(&choice, None).trim_start_matches("/board/fragment?"),
        fragment,
        reasons => acts::reasons(&asked.reason),
        error => asked.error,
        ..board.value(cx.now)
    })
}

fn left_because(told: Option<&Told>) -> BTreeMap<EntryId, String> {
    let rows = told.map(|told| told.rows.as_slice()).unwrap_or_default();
    let left = rows.iter().filter(|row| !row.left_because.is_empty());
    left.map(|row| (row.id, row.left_because.clone())).collect()
}

/// The lines of yesterday that still wait for somebody and are not on today's list again.
fn left_over(mut earlier: Vec<BoardRow>, todays: &[BoardRow]) -> Vec<BoardRow> {
    let numbers: std::collections::HashSet<&str> =
        todays.iter().map(|row| row.custody_number.as_str()).filter(|number| !number.is_empty()).collect();
    let people: std::collections::HashSet<_> =
        todays.iter().map(|row| (row.name.formal(), row.date_of_birth)).collect();
    earlier.retain(|row| {
        let is_again =
            numbers.contains(row.custody_number.as_str()) || people.contains(&(row.name.formal(), row.date_of_birth));
        row.state.is_open() && row.gone_at.is_none() && !is_again
    });
    earlier
}

/// How many of those shown are in each state, for the one list.
fn counts(shown: &[&Placed]) -> Vec<Value> {
    let counts = board::counts(shown.iter().map(|placed| placed.row.state));
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(state, count)| context! { text => state.label(), count, tone => tone(state) }).collect()
}

impl Board<'_> {
    fn value(&self, now: Instant) -> Value {
        let all: Vec<&Placed> = self.rows.iter().collect();
        let (shown, hidden): (Vec<&Placed>, Vec<&Placed>) = all.iter().partition(|placed| self.shows(placed));
        let hidden = Hidden::count(hidden.iter().map(|placed| &placed.standing), now);
        let is_list = self.choice.view == BoardView::List;
        let next = board::changes_at(self.rows.iter().map(|placed| &placed.standing), now);
        context! {
            total => all.len(),
            has_voluntary => all.iter().any(|placed| placed.row.kind == ListKind::Voluntary),
            shown => shown.len(),
            filtered => !self.choice.shows_everybody(),
            hidden => hidden.warning(),
            filters => choice::filters(self.choice, &self.rows, self.is_court),
            filters_on => self.choice.filters.iter().map(|filter| filter.code()).collect::<Vec<_>>(),
            rooms => if self.is_court { choice::rooms(self.choice, &self.rows) } else { Vec::new() },
            rooms_on => self.choice.rooms.iter().collect::<Vec<_>>(),
            view => self.choice.view.code(),
            order => if self.is_court { board::ORDER_OF_COURT } else { board::ORDER },
            may_change => self.drawing.may_change,
            counts => if is_list { counts(&shown) } else { Vec::new() },
            groups => if is_list { self.groups(&all, true) } else { Vec::new() },
            columns => if is_list { Vec::new() } else { self.columns() },
            draw_again_at => next,
        }
    }

    fn shows(&self, placed: &Placed) -> bool {
        self.choice.shows(&placed.fits, &placed.row.court_room)
    }

    /// A column for each decision, also for those that nobody is in: their counts add up to everybody.
    fn columns(&self) -> Vec<Value> {
        let states = board::counts(self.rows.iter().map(|placed| placed.row.state));
        let column = |(state, all): (EntryState, usize)| {
            let rows: Vec<&Placed> = self.rows.iter().filter(|placed| placed.row.state == state).collect();
            let shown = rows.iter().filter(|placed| self.shows(placed)).count();
            context! {
                code => state.code(),
                title => state.label(),
                open => state.is_open(),
                all,
                shown,
                groups => if state.is_open() { self.groups(&rows, false) } else { self.dealt_with(&rows) },
            }
        };
        states.into_iter().map(column).collect()
    }

    fn dealt_with(&self, rows: &[&Placed]) -> Vec<Value> {
        let shown: Vec<Value> =
            rows.iter().filter(|placed| self.shows(placed)).map(|placed| self.drawing.compact(placed)).collect();
        if shown.is_empty() { Vec::new() } else { vec![context! { rows => shown }] }
    }

    /// Rows in their order: of a court by room, otherwise as one. Each is told its place among all, so that
    /// a filter never makes somebody look more or less pressing.
    fn groups(&self, rows: &[&Placed], says_state: bool) -> Vec<Value> {
        let mut rooms: BTreeMap<(bool, usize, &str), Vec<&Placed>> = BTreeMap::new();
        for placed in rows {
            let room = if self.is_court { placed.row.court_room.as_str() } else { "" };
            rooms.entry((room.is_empty(), room.len(), room)).or_default().push(placed);
        }
        let group = |((_, _, room), mut group): ((bool, usize, &str), Vec<&Placed>)| {
            group.sort_by_key(|placed| board::place(&placed.standing, self.drawing.now));
            let standings: Vec<&Standing> = group.iter().map(|placed| &placed.standing).collect();
            let places: Vec<Option<Explained>> = board::explain(&standings, self.drawing.now);
            let shown: Vec<Value> = group
                .iter()
                .zip(&places)
                .filter(|(placed, _)| self.shows(placed))
                .map(|(placed, place)| self.drawing.row(placed, place.as_ref(), says_state))
                .collect();
            let title = self.is_court.then(|| room_title(room));
            (!shown.is_empty()).then(|| context! { title, count => shown.len(), rows => shown })
        };
        rooms.into_iter().filter_map(group).collect()
    }
}
