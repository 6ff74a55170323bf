//! One row of the board: what decides its place, which filters it fits, and what it says.

use super::{hearings, voluntary};
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};
use throughline_clocks::{Clock, State, events_of, limit_in_force, review_ahead};
use throughline_domain::board::{self, BoardFilter, Explained, NextEvent, RiskSeen, Standing, TimeLeft};
use throughline_domain::episode::Urgency;
use throughline_domain::ids::{EntryId, EpisodeId, PersonId, UserId};
use throughline_domain::legal::{LegalEvent, Listed, known};
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::risk::RiskState;
use throughline_domain::time::{Instant, age_on};
use throughline_matching::Band;
use throughline_store::lists::{Best, BoardRow, Likely};
use throughline_store::worklists::RiskMark;

/// What all rows of one drawing share.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that the user may do or see")]
pub(super) struct Drawing<'a> {
    pub now: Instant,
    pub today: NaiveDate,
    pub user: UserId,
    pub risks: &'a BTreeMap<PersonId, RiskMark>,
    /// What people recorded of how those with an episode are held; nothing for who may not see it.
    pub legal: &'a BTreeMap<EpisodeId, Vec<LegalEvent>>,
    pub appointments: &'a voluntary::Appointments,
    pub may_see_risk: bool,
    pub may_compare: bool,
    pub may_open: bool,
    pub may_change: bool,
    /// Rows that are ticked, and the column of which all that is shown is.
    pub ticked: &'a BTreeSet<EntryId>,
    pub ticked_column: Option<EntryState>,
    /// Why a row was left alone in the act that is told.
    pub left: &'a BTreeMap<EntryId, String>,
}

/// A line of work with what decides its place.
pub(super) struct Placed {
    pub row: BoardRow,
    pub standing: Standing,
    pub fits: BTreeSet<BoardFilter>,
    detention: Detention,
    carried_over: bool,
}

/// What the times on the list, and what people recorded, say of a detention.
#[derive(Default)]
pub(super) struct Detention {
    /// The end of the power to detain.
    pub(super) limit: Option<Clock>,
    /// The review that is due next, while it is still ahead.
    review: Option<Clock>,
    /// On which basis the person is now, where somebody recorded an event.
    recorded: Option<String>,
}

/// What tells a row from the others of one board: the end of its id, which is random. Written several times
/// in each of hundreds of rows.
fn short(id: EntryId) -> String {
    id.to_string().split_off(24)
}

/// A court room as people say it.
pub(super) fn room_title(room: &str) -> String {
    match room {
        "" => "Room not given".to_owned(),
        text if text.chars().all(|c| c.is_ascii_digit()) => format!("Court {text}"),
        text => text.to_owned(),
    }
}

pub(super) fn tone(state: EntryState) -> &'static str {
    match state {
        EntryState::ToConsider => "warn",
        EntryState::BeingSeen => "info",
        EntryState::Seen => "good",
        EntryState::Missed => "bad",
        EntryState::Declined | EntryState::NotNeeded => "neutral",
    }
}

impl Drawing<'_> {
    pub(super) fn placed(&self, mut row: BoardRow, carried_over: bool) -> Placed {
        hearings::turn_to_next(&mut row, self.now);
        let events = row.episode_id.and_then(|episode| self.legal.get(&episode)).map_or(&[][..], Vec::as_slice);
        let detention = detention(&row, events, self.now);
        let standing = Standing {
            state: row.state,
            gone: row.gone_at.is_some(),
            next: next(&row, &detention),
            urgency: row.urgency,
            risk: self.risk_seen(&row),
        };
        let fits = self.fits(&row, &standing);
        Placed { row, standing, fits, detention, carried_over }
    }

    fn risk_seen(&self, row: &BoardRow) -> RiskSeen {
        let is_known = |person| self.risk(Some(person)).is_some_and(|mark| mark.state == RiskState::Known);
        match (row.person_id, &row.best) {
            (Some(person), _) if is_known(person) => RiskSeen::Known,
            (None, Best::Person(person, likely)) if likely.band == Band::VeryLikely && is_known(*person) => {
                RiskSeen::OfLikelyMatch
            }
            _ => RiskSeen::NotKnown,
        }
    }

    fn fits(&self, row: &BoardRow, standing: &Standing) -> BTreeSet<BoardFilter> {
        use BoardFilter::{InCustody, KnownRisk, Left, Mine, NotMatched, Restricted, ToCheck, Under18, Urgent, Women};
        let is_urgent = row.urgency.is_some_and(|urgency| urgency != Urgency::Routine);
        let all = [
            (NotMatched, row.person_id.is_none()),
            (KnownRisk, standing.risk != RiskSeen::NotKnown),
            (Urgent, is_urgent),
            (Women, row.is_woman),
            (Under18, self.is_under_18(row)),
            (InCustody, row.in_custody),
            (Restricted, row.restricted),
            (Left, standing.gone),
            (ToCheck, row.notices > 0),
            (Mine, row.taken_by == Some(self.user)),
        ];
        all.into_iter().filter(|(_, fits)| *fits).map(|(filter, _)| filter).collect()
    }

    fn is_under_18(&self, row: &BoardRow) -> bool {
        // A date of birth says it best; without one the list's own word counts.
        row.date_of_birth.and_then(|born| age_on(born, self.today)).map_or(row.youth, |age| age < 18)
    }

    /// The risk of a person; nothing for who may not see it, in words, colour or order.
    fn risk(&self, person: Option<PersonId>) -> Option<&RiskMark> {
        person.filter(|_| self.may_see_risk).and_then(|person| self.risks.get(&person))
    }

    /// A row with all it says. `place` is its place among those that are owed a decision, and `state` whether
    /// the row itself says what was decided.
    pub(super) fn row(&self, placed: &Placed, place: Option<&Explained>, says_state: bool) -> Value {
        let row = &placed.row;
        context! {
            age => row.date_of_birth.and_then(|born| age_on(born, self.today)),
            custody_number => row.custody_number,
            more_hearings => hearings::more(row),
            expected => (row.kind == ListKind::Voluntary).then(|| self.appointments.expected(row)),
            urgency => row.urgency.map(Urgency::label).filter(|_| place.is_none()),
            place => place.map(place_value),
            clock => self.clock(placed),
            limit => self.limit(placed),
            until => self.until(placed),
            says_state,
            // Beside the state itself, a reason of the same words says nothing more.
            reason => row.reason.map(NotSeenReason::label).filter(|reason| *reason != row.state.label()),
            tone => tone(row.state),
            taken_at => row.taken_at.filter(|_| row.state == EntryState::BeingSeen).map(|at| board::when(at, self.now)),
            waits => says_state && placed.standing.waits(),
            known => self.known(row),
            marks => self.marks(placed),
            ..self.compact(placed)
        }
    }

    /// A row of somebody who was dealt with: who, what became of them, and what must never be left out.
    pub(super) fn compact(&self, placed: &Placed) -> Value {
        let row = &placed.row;
        let mut warnings: Vec<Value> = Vec::new();
        let risk = self.risk_mark(row).filter(|(_, tone)| *tone != "good");
        warnings.extend(risk.map(|(text, tone)| context! { text, tone }));
        if row.restricted {
            warnings.push(context! { text => "Reporting restriction", tone => "bad" });
        }
        context! {
            key => row.id.to_string(),
            short => short(row.id),
            episode => row.episode_id.filter(|_| self.may_open).map(|episode| episode.to_string()),
            version => row.version,
            ticked => self.ticked.contains(&row.id) || self.ticked_column == Some(row.state),
            name => row.name.formal(),
            state => row.state.label(),
            reason => row.reason.map(NotSeenReason::label),
            room => (row.kind == ListKind::Court).then(|| room_title(&row.court_room)),
            taken_by => row.taken_by_name,
            mine => row.taken_by == Some(self.user),
            may_take => self.may_change && row.state == EntryState::ToConsider && row.episode_id.is_none(),
            take_over => self.may_change && row.state == EntryState::BeingSeen && row.episode_id.is_none() && row.taken_by.is_some_and(|user| user != self.user),
            left_because => self.left.get(&row.id),
            gone => row.gone_at.map(|at| board::when(at, self.now)),
            row_tone => self.row_tone(placed),
            marks => warnings,
        }
    }

    /// The clock of what happens next to somebody who waits; those dealt with have only words.
    fn clock(&self, placed: &Placed) -> Option<Value> {
        let now = self.now;
        let (what, at) = placed.standing.next.filter(|_| placed.standing.waits())?;
        match what {
            NextEvent::FirstReview | NextEvent::Review => {
                placed.detention.review.as_ref().map(|review| running(&review.label, at, now, 60))
            }
            NextEvent::Hearing => (at >= now).then(|| running("Hearing", at, now, 60)),
            NextEvent::DetentionLimit => self.limit_clock(placed),
            NextEvent::Appointment => self.appointments.clock(&placed.row, now),
        }
    }

    /// The end of the power to detain, where something else comes before it.
    fn limit(&self, placed: &Placed) -> Option<Value> {
        let (what, _) = placed.standing.next.filter(|_| placed.standing.waits())?;
        if matches!(what, NextEvent::FirstReview | NextEvent::Review) { self.limit_clock(placed) } else { None }
    }

    fn limit_clock(&self, placed: &Placed) -> Option<Value> {
        let limit = placed.detention.limit.as_ref()?;
        let due = limit.due_at?;
        let state = match limit.state {
            State::Expired => "overdue",
            State::DueSoon => "soon",
            _ => "running",
        };
        let note = (limit.state == State::Expired).then_some("May have been extended: ask custody.");
        let words = board::left_in_words(due, self.now);
        Some(context! { name => limit.label.as_str(), due, state, words, soon_minutes => 180, note })
    }

    fn until(&self, placed: &Placed) -> Option<String> {
        let row = &placed.row;
        if let Some(at) = row.gone_at {
            return Some(format!("Left the list {}", board::when(at, self.now)));
        }
        if !placed.standing.waits() {
            return None;
        }
        match (row.kind, placed.standing.next) {
            (ListKind::Court, None) => Some("Time not on the list".to_owned()),
            (ListKind::Custody, None) if placed.detention.recorded.is_some() => placed.detention.recorded.clone(),
            (ListKind::Custody, None) => Some("Arrival time not on the list: ask custody how long is left".to_owned()),
            (ListKind::Voluntary, _) => self.appointments.until(row, self.now),
            (_, Some((NextEvent::Hearing, at))) if at < self.now => {
                Some(format!("Sitting began at {}", board::when(at, self.now)))
            }
            _ => None,
        }
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
                let compare = self.may_compare_with(Some(person.to_string()));
                context! { text => likely_words(likely, start), tone, reason => likely.reason, compare }
            }
            Best::Elsewhere(likely) if likely.band != Band::NoMatch => {
                let start = match likely.band {
                    Band::VeryLikely => "Very likely in the hospital's record",
                    _ => "Possibly in the hospital's record",
                };
                let compare = self.may_compare_with(None);
                context! { text => likely_words(likely, start), tone => "neutral", reason => likely.reason, compare }
            }
            Best::Nobody(said) => context! { text => "No match found", tone => "neutral", reason => said },
            Best::Person(..) | Best::Elsewhere(_) => context! { text => "No match found", tone => "neutral" },
        }
    }

    /// With whom a row is compared: a person of ours, or nobody in particular; undefined for who may not.
    fn may_compare_with(&self, person: Option<String>) -> Value {
        if self.may_compare { Value::from(person) } else { Value::UNDEFINED }
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
        if self.is_under_18(row) {
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
                match mark.state {
                    RiskState::Known => (format!("Risk: {}", kinds.join("; ")), "bad"),
                    state => (format!("Risk: {state}; {}", kinds.join("; ")), risk_tone(state)),
                }
            }
            None => ("Risk: not assessed".to_owned(), "warn"),
        })
    }

    fn row_tone(&self, placed: &Placed) -> &'static str {
        let standing = &placed.standing;
        let little_time = standing.next.is_some() && standing.time_left(self.now) == TimeLeft::NearlyOver;
        match (standing.waits(), standing.risk == RiskSeen::Known, little_time) {
            (false, ..) if standing.is_owed() => "warn",
            (false, ..) => "done",
            (true, true, _) => "bad",
            (true, false, true) => "warn",
            _ => "neutral",
        }
    }
}

fn place_value(place: &Explained) -> Value {
    context! {
        ordinal => place.place,
        // What the row says of the time in full is not said twice.
        words => place.words.iter().copied().filter(|words| *words != "time not known").collect::<Vec<_>>().join("; "),
        sentence => place.before_in_words(),
    }
}

fn running(name: &str, due: Instant, now: Instant, soon_minutes: i64) -> Value {
    let state = if due < now {
        "overdue"
    } else if due - now <= chrono::Duration::minutes(soon_minutes) {
        "soon"
    } else {
        "running"
    };
    context! { name, due, state, words => board::left_in_words(due, now), soon_minutes }
}

/// What happens next to somebody on a list, and when, as far as the list says.
fn next(row: &BoardRow, detention: &Detention) -> Option<(NextEvent, Instant)> {
    match row.kind {
        ListKind::Court => return row.sitting_at.map(|at| (NextEvent::Hearing, at)),
        ListKind::Voluntary => return row.sitting_at.map(|at| (NextEvent::Appointment, at)),
        ListKind::Custody => {}
    }
    let limit = detention.limit.as_ref().and_then(|limit| limit.due_at).map(|at| (NextEvent::DetentionLimit, at));
    let review = detention.review.as_ref().and_then(|review| {
        let what = if review.id == "pace_review_1" { NextEvent::FirstReview } else { NextEvent::Review };
        review.due_at.map(|at| (what, at))
    });
    review.into_iter().chain(limit).min_by_key(|(_, at)| *at)
}

fn risk_tone(state: RiskState) -> &'static str {
    match state {
        RiskState::Known => "bad",
        RiskState::NoneIdentified => "good",
        RiskState::NotAssessed | RiskState::Unavailable => "warn",
    }
}

pub(super) fn detention(row: &BoardRow, events: &[LegalEvent], now: Instant) -> Detention {
    // Nobody who attends voluntarily is detained: no clock of detention runs, whatever times a list gives.
    let has_times = row.arrived_at.is_some() || row.detention_authorised_at.is_some() || !events.is_empty();
    if row.kind == ListKind::Voluntary || !has_times {
        return Detention::default();
    }
    let listed = Listed {
        arrived_at: row.arrived_at,
        detention_authorised_at: row.detention_authorised_at,
        ..Listed::default()
    };
    let known = known(&listed, events);
    let answer = throughline_clocks::clocks(&events_of(&known), now);
    let recorded = (!events.is_empty()).then(|| {
        let timeline = throughline_clocks::timeline(&known, &answer, now);
        match timeline.current() {
            Some(span) => format!("Recorded: {} since {}", span.basis.words(), board::when(span.from, now)),
            None => "Recorded: nothing that holds them now. Ask custody".to_owned(),
        }
    });
    let limit = limit_in_force(&answer).filter(|limit| limit.due_at.is_some()).cloned();
    Detention { limit, review: review_ahead(&answer).cloned(), recorded }
}
