//! The list of people on a board: one row each, in the order in which they are acted on.

use super::{hearings, voluntary};
use crate::{Cx, Problem};
use chrono::{Days, NaiveDate};
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_clocks::{Clock, Events, State};
use throughline_domain::board::{self, Standing};
use throughline_domain::ids::PersonId;
use throughline_domain::list::{EntryState, ListKind};
use throughline_domain::risk::RiskState;
use throughline_domain::time::{Instant, age_on};
use throughline_matching::Band;
use throughline_policy::{Class, Grant, Verb, ViewBoard};
use throughline_store::Tx;
use throughline_store::lists::{self, Best, BoardRow, Likely};
use throughline_store::organisations::Site;
use throughline_store::worklists::{self, RiskMark};

/// What all rows of one drawing share.
struct Drawing<'a> {
    now: Instant,
    today: NaiveDate,
    risks: &'a BTreeMap<PersonId, RiskMark>,
    may_see_risk: bool,
    may_compare: bool,
    may_open: bool,
    appointments: voluntary::Appointments,
}

/// A line of work with what decides its place.
struct Placed {
    row: BoardRow,
    detention: Detention,
    carried_over: bool,
    standing: Standing,
}

/// What the times on the list say of a detention.
#[derive(Default)]
pub(super) struct Detention {
    /// The end of the power to detain.
    pub(super) limit: Option<Clock>,
    /// When the first review is due, while it is still ahead.
    first_review: Option<Instant>,
}

/// The rows of the site's board with their counts: a custody list in one, a court list by room.
pub(super) async fn list(
    cx: &Cx,
    tx: &mut Tx,
    grant: &Grant<ViewBoard>,
    site: &Site,
    today: NaiveDate,
) -> Result<Value, Problem> {
    let yesterday = today - Days::new(1);
    crate::lists::freshen(tx, grant, yesterday, today).await?;
    let risks = worklists::risks(tx, grant, yesterday).await?;
    let drawing = Drawing {
        now: cx.now,
        today,
        risks: &risks,
        may_see_risk: super::may_see_here(cx, Class::RiskCard),
        may_compare: cx.role_may(Verb::View, Class::Search),
        may_open: super::may_see_here(cx, Class::Episode),
        appointments: voluntary::Appointments::of(tx, grant, yesterday, today).await?,
    };
    let todays = lists::board_rows(tx, grant, today).await?;
    // People are detained over midnight: nobody drops off the board because the day changed.
    let earlier = if site.kind.is_court() { Vec::new() } else { lists::board_rows(tx, grant, yesterday).await? };
    let left_over: Vec<BoardRow> = earlier.into_iter().filter(|row| is_left_over(row, &todays)).collect();
    let mut rows: Vec<Placed> = todays
        .into_iter()
        .map(|row| drawing.placed(row, false))
        .chain(left_over.into_iter().map(|row| drawing.placed(row, true)))
        .collect();
    let counts = counts(&rows);
    let total = rows.len();
    let has_voluntary = rows.iter().any(|placed| placed.row.kind == ListKind::Voluntary);
    let to_act = rows.iter().filter(|placed| placed.standing.state.is_open() && !placed.standing.gone).count();
    let (order, groups) = if site.kind.is_court() {
        rows.sort_by_key(|placed| board::place_in_room(&placed.standing));
        (board::ORDER_OF_COURT, by_room(&drawing, rows))
    } else {
        rows.sort_by_key(|placed| board::place(&placed.standing));
        let rows: Vec<Value> = rows.iter().map(|placed| drawing.row(placed)).collect();
        (board::ORDER_OF_CUSTODY, vec![context! { rows }])
    };
    Ok(context! { total, to_act, counts, order, groups, has_voluntary })
}

/// Whether a line of yesterday still waits for somebody and is not on today's list again.
fn is_left_over(row: &BoardRow, todays: &[BoardRow]) -> bool {
    let is_same = |other: &BoardRow| {
        let same_number = !row.custody_number.is_empty() && row.custody_number == other.custody_number;
        same_number || (row.name == other.name && row.date_of_birth == other.date_of_birth)
    };
    row.state.is_open() && row.gone_at.is_none() && !todays.iter().any(is_same)
}

fn counts(rows: &[Placed]) -> Vec<Value> {
    let counts = board::counts(rows.iter().map(|placed| placed.row.state));
    counts.into_iter().map(|(state, count)| context! { text => state.label(), count, tone => tone(state) }).collect()
}

/// Rooms in the order of their first sitting.
fn by_room(drawing: &Drawing<'_>, rows: Vec<Placed>) -> Vec<Value> {
    let mut rooms: Vec<(String, Vec<Placed>)> = Vec::new();
    for placed in rows {
        match rooms.iter_mut().find(|(room, _)| *room == placed.row.court_room) {
            Some((_, group)) => group.push(placed),
            None => rooms.push((placed.row.court_room.clone(), vec![placed])),
        }
    }
    rooms.sort_by_key(|(room, group)| (room.is_empty(), room.len(), room.clone(), group.len()));
    let room = |(room, group): (String, Vec<Placed>)| {
        let title = match room.as_str() {
            "" => "Room not given".to_owned(),
            text if text.chars().all(|c| c.is_ascii_digit()) => format!("Court {text}"),
            text => text.to_owned(),
        };
        let rows: Vec<Value> = group.iter().map(|placed| drawing.row(placed)).collect();
        context! { title, count => rows.len(), rows }
    };
    rooms.into_iter().map(room).collect()
}

fn tone(state: EntryState) -> &'static str {
    match state {
        EntryState::ToConsider => "warn",
        EntryState::BeingSeen => "info",
        EntryState::Seen => "good",
        EntryState::Missed => "bad",
        EntryState::Declined | EntryState::NotNeeded => "neutral",
    }
}

impl Drawing<'_> {
    fn placed(&self, mut row: BoardRow, carried_over: bool) -> Placed {
        hearings::turn_to_next(&mut row, self.now);
        let detention = detention(&row, self.now);
        let standing = Standing {
            state: row.state,
            gone: row.gone_at.is_some(),
            until: row.sitting_at.or_else(|| detention.limit.as_ref().and_then(|limit| limit.due_at)),
            urgency: row.urgency,
            known_risk: self.risk(row.person_id).is_some_and(|mark| mark.state == RiskState::Known),
        };
        Placed { row, detention, carried_over, standing }
    }

    /// The risk of a person; nothing for who may not see it, in words, colour or order.
    fn risk(&self, person: Option<PersonId>) -> Option<&RiskMark> {
        person.filter(|_| self.may_see_risk).and_then(|person| self.risks.get(&person))
    }

    fn row(&self, placed: &Placed) -> Value {
        let row = &placed.row;
        let episode = row.episode_id.filter(|_| self.may_open);
        let page = episode.map_or_else(|| format!("/entries/{}", row.id), |episode| format!("/episodes/{episode}"));
        context! {
            key => row.id.to_string(),
            href => page,
            name => row.name.formal(),
            age => row.date_of_birth.and_then(|born| age_on(born, self.today)),
            custody_number => row.custody_number,
            sitting => row.sitting_at.filter(|_| row.kind != ListKind::Voluntary),
            more_hearings => hearings::more(row),
            expected => (row.kind == ListKind::Voluntary).then(|| self.appointments.expected(row)),
            clock => self.clock(placed),
            until => self.until(placed),
            state => row.state.label(),
            tone => tone(row.state),
            reason => row.reason.map(throughline_domain::list::NotSeenReason::label).filter(|reason| *reason != row.state.label()),
            taken_by => row.taken_by,
            waits => placed.standing.state.is_open() && !placed.standing.gone,
            urgency => row.urgency.map(throughline_domain::episode::Urgency::label),
            known => self.known(row),
            marks => self.marks(placed),
            row_tone => self.row_tone(placed),
        }
    }

    /// The clock of somebody who waits; those dealt with have only words.
    fn clock(&self, placed: &Placed) -> Option<Value> {
        let (row, now) = (&placed.row, self.now);
        if !placed.standing.state.is_open() || placed.standing.gone {
            return None;
        }
        if row.kind == ListKind::Voluntary {
            return self.appointments.clock(row, now);
        }
        if let Some(at) = row.sitting_at {
            let state = if at - now <= chrono::Duration::hours(1) { "soon" } else { "running" };
            let clock = context! { name => "Sitting", due => at, state, words => board::left_in_words(at, now), soon_minutes => 60 };
            return Some(clock).filter(|_| at >= now);
        }
        let limit = placed.detention.limit.as_ref()?;
        let due = limit.due_at?;
        let state = match limit.state {
            State::Expired => "overdue",
            State::DueSoon => "soon",
            _ => "running",
        };
        let note = (limit.state == State::Expired).then_some("May have been extended: ask custody.");
        Some(
            context! { name => limit.label.as_str(), due, state, words => board::left_in_words(due, now), soon_minutes => 180, note },
        )
    }

    fn until(&self, placed: &Placed) -> Option<String> {
        let row = &placed.row;
        if let Some(at) = row.gone_at {
            return Some(format!("Left the list {}", board::when(at, self.now)));
        }
        if row.kind == ListKind::Voluntary {
            return self.appointments.until(row, self.now);
        }
        if row.kind == ListKind::Court {
            return match row.sitting_at {
                None => Some("Time not on the list".to_owned()),
                Some(at) if at < self.now && placed.standing.state.is_open() => {
                    Some(format!("Sitting began at {}", board::when(at, self.now)))
                }
                Some(_) => None,
            };
        }
        let is_open = placed.standing.state.is_open();
        if placed.detention.limit.is_none() {
            return is_open.then(|| "Arrival time not on the list: ask custody how long is left".to_owned());
        }
        let review = placed.detention.first_review.filter(|_| is_open)?;
        Some(format!("First review by {}", board::when(review, self.now)))
    }

    /// Whether the service knows this person, in words.
    fn known(&self, row: &BoardRow) -> Value {
        if row.person_id.is_some() {
            return context! { text => if row.episode_id.is_some() { "Known: record open" } else { "Known: identity decided" }, tone => "info" };
        }
        let likely_words =
            |likely: &Likely, start: &str| format!("{start}: {}", throughline_matching::in_words(likely.probability));
        match &row.best {
            Best::Person(person, likely) if likely.band != Band::NoMatch => {
                let (start, tone) = match likely.band {
                    Band::VeryLikely => ("Very likely known", "info"),
                    _ => ("Possibly known", "neutral"),
                };
                let href = self.may_compare.then(|| format!("/entries/{}/compare/{person}", row.id));
                context! { text => likely_words(likely, start), tone, reason => likely.reason, href }
            }
            Best::Elsewhere(likely) if likely.band != Band::NoMatch => {
                let start = match likely.band {
                    Band::VeryLikely => "Very likely in the hospital's record",
                    _ => "Possibly in the hospital's record",
                };
                let href = self.may_compare.then(|| format!("/entries/{}#possible-matches", row.id));
                context! { text => likely_words(likely, start), tone => "neutral", reason => likely.reason, href }
            }
            Best::Nobody(said) => context! { text => "No match found", tone => "neutral", reason => said },
            Best::Person(..) | Best::Elsewhere(_) => context! { text => "No match found", tone => "neutral" },
        }
    }

    fn marks(&self, placed: &Placed) -> Vec<Value> {
        let row = &placed.row;
        let mark = |text: String, tone: &str| context! { text, tone };
        let mut marks = Vec::new();
        marks.extend(self.risk_mark(row).map(|(text, tone)| mark(text, tone)));
        if row.kind == ListKind::Voluntary {
            marks.extend(self.appointments.marks(row).into_iter().map(|(text, tone)| mark(text, tone)));
        }
        if placed.standing.gone && row.state.is_open() {
            marks.push(mark("Left before a decision: say what became of them".into(), "warn"));
        }
        if row.date_of_birth.and_then(|born| age_on(born, self.today)).is_some_and(|age| age < 18) {
            marks.push(mark("Under 18".into(), "info"));
        }
        if row.restricted {
            marks.push(mark("Reporting restriction".into(), "bad"));
        }
        if placed.carried_over {
            marks.push(mark("From yesterday: not on today's list".into(), "warn"));
        }
        if row.notices > 0 {
            let noun = if row.notices == 1 { "thing" } else { "things" };
            marks.push(mark(format!("{} {noun} to check on this line", row.notices), "warn"));
        }
        marks
    }

    fn risk_mark(&self, row: &BoardRow) -> Option<(String, &'static str)> {
        if !self.may_see_risk {
            // Silence never looks like no risk.
            return row
                .person_id
                .map(|_| ("Risk: unavailable to your role here, so ask before you meet them".to_owned(), "warn"));
        }
        if row.person_id.is_none() {
            // Nobody has decided that it is them: the mark says whose risk it would be.
            let Best::Person(person, likely) = &row.best else { return None };
            let risk = self.risk(Some(*person)).filter(|_| likely.band == Band::VeryLikely)?;
            return (risk.state == RiskState::Known)
                .then(|| ("The likely match has a known risk: compare now".to_owned(), "bad"));
        }
        Some(match self.risk(row.person_id) {
            Some(mark) if mark.alerts.is_empty() => (format!("Risk: {}", mark.state), risk_tone(mark.state)),
            Some(mark) => {
                let kinds: Vec<&str> = mark.alerts.iter().map(|kind| kind.label()).collect();
                (format!("Risk: {}", kinds.join("; ")), "bad")
            }
            None => ("Risk: not assessed".to_owned(), "warn"),
        })
    }

    fn row_tone(&self, placed: &Placed) -> &'static str {
        let waits = placed.standing.state.is_open() && !placed.standing.gone;
        let soon = placed.standing.until.is_some_and(|until| until - self.now <= chrono::Duration::hours(1));
        match (waits, placed.standing.known_risk, soon) {
            (false, ..) => "done",
            (true, true, _) => "bad",
            (true, false, true) => "warn",
            _ => "neutral",
        }
    }
}

fn risk_tone(state: RiskState) -> &'static str {
    match state {
        RiskState::Known => "bad",
        RiskState::NoneIdentified => "good",
        RiskState::NotAssessed | RiskState::Unavailable => "warn",
    }
}

pub(super) fn detention(row: &BoardRow, now: Instant) -> Detention {
    // Nobody who attends voluntarily is detained: no clock of detention runs, whatever times a list gives.
    let has_times = row.arrived_at.is_some() || row.detention_authorised_at.is_some();
    if row.kind == ListKind::Voluntary || !has_times {
        return Detention::default();
    }
    let events = Events {
        arrived_station_at: row.arrived_at,
        detention_authorised_at: row.detention_authorised_at,
        ..Events::default()
    };
    let clocks = throughline_clocks::clocks(&events, now).clocks;
    let first_review = clocks
        .iter()
        .find(|clock| clock.id == "pace_review_1")
        .filter(|clock| matches!(clock.state, State::Running | State::DueSoon))
        .and_then(|clock| clock.due_at);
    let limit = clocks.into_iter().find(|clock| clock.id == "pace_24h").filter(|clock| clock.due_at.is_some());
    Detention { limit, first_review }
}
