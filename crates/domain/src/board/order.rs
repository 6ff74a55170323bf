//! Who on a board is acted on first, and why in words.
//!
//! The words and the key are made from the same few facts of a row ([`Standing`]), and a test reads the
//! words of made-up boards back and finds the same order in them.

use super::left_in_words;
use crate::episode::Urgency;
use crate::list::EntryState;
use crate::time::{Instant, clock_time};
use chrono::Duration;
use std::cmp::Reverse;

/// Less than this is time that is nearly over.
const NEARLY_OVER: Duration = Duration::hours(1);

/// Less than this is soon.
const SOON: Duration = Duration::hours(3);

codes! {
    /// What ends the time to act, or is the next that happens.
    pub enum NextEvent {
        /// The first review of the detention (PACE 1984 s40(3)(a)).
        FirstReview = "first_review", "first review";
        /// A later review (PACE 1984 s40(3)(b) and (c)).
        Review = "review", "review";
        /// The end of the power to detain without an extension (PACE 1984 s41(1)).
        DetentionLimit = "detention_limit", "24 h limit";
        /// The hearing.
        Hearing = "hearing", "hearing";
        /// The slot of somebody who attends voluntarily, or else their interview.
        Appointment = "appointment", "appointment";
    }
}

/// What is known of somebody's risk by whoever looks at the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RiskSeen {
    /// A risk is known.
    Known,
    /// Nobody has decided who they are, and a risk is known of the very likely match.
    OfLikelyMatch,
    /// No risk is known, or this user may not see any.
    NotKnown,
}

impl RiskSeen {
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Known => Some("known risk"),
            Self::OfLikelyMatch => Some("likely match has a known risk"),
            Self::NotKnown => None,
        }
    }
}

/// What decides a row's place on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What has been decided.
    pub state: EntryState,
    /// Whether the row left the list: released, moved, or struck off.
    pub gone: bool,
    /// What happens next and when; `None` when the list does not say.
    pub next: Option<(NextEvent, Instant)>,
    /// How urgent the screener found it.
    pub urgency: Option<Urgency>,
    /// What is known of their risk.
    pub risk: RiskSeen,
}

/// How much time there is to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeLeft {
    /// Less than an hour, over already, or not known: a time that nobody gave may be short.
    NearlyOver,
    /// Less than three hours.
    Soon,
    /// More.
    Later,
}

impl Standing {
    /// Whether somebody still has to decide about the row.
    pub fn is_owed(&self) -> bool {
        self.state.is_open()
    }

    /// Whether the person is still there to be seen.
    pub fn waits(&self) -> bool {
        self.is_owed() && !self.gone
    }

    /// How much time there is to act.
    pub fn time_left(&self, now: Instant) -> TimeLeft {
        match self.next.map(|(_, at)| at - now) {
            None => TimeLeft::NearlyOver,
            Some(left) if left < NEARLY_OVER => TimeLeft::NearlyOver,
            Some(left) if left < SOON => TimeLeft::Soon,
            Some(_) => TimeLeft::Later,
        }
    }

    /// When its place changes by itself next, because less time is left.
    fn changes_at(&self, now: Instant) -> Option<Instant> {
        let (_, at) = self.next.filter(|_| self.waits())?;
        // A moment later the time left is less than the bound, and no longer just as much.
        let moments = [at - SOON, at - NEARLY_OVER, at].map(|moment| moment + Duration::seconds(1));
        moments.into_iter().find(|moment| *moment > now)
    }
}

/// The order of the board in a sentence, as it stands above the rows.
pub const ORDER: &str = "People to act on first: less than an hour left or time not known, then less than three hours, then the rest. In each of these known risk first, then the most urgent, then the least time left. Whoever has left the list comes after those still there.";

/// The order of a court's board in a sentence.
pub const ORDER_OF_COURT: &str = "By room. In each room first less than an hour to the hearing or time not known, then less than three hours, then the rest. In each of these known risk first, then the most urgent, then the earliest hearing.";

/// Where a row stands among those of its column: smaller comes first. Rows that compare alike stay as the
/// list has them, and so do all that were dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    dealt_with: bool,
    gone: bool,
    time_left: TimeLeft,
    risk: RiskSeen,
    urgency: u8,
    /// A time that nobody gave comes before every time that is known.
    at: Option<Instant>,
}

/// The key that sorts rows of a board: see [`ORDER`].
pub fn place(standing: &Standing, now: Instant) -> Place {
    if !standing.is_owed() {
        let (time_left, risk, urgency, at) = (TimeLeft::Later, RiskSeen::NotKnown, 0, None);
        return Place { dealt_with: true, gone: false, time_left, risk, urgency, at };
    }
    let (time_left, at) = if standing.gone {
        // Nobody can say how much time somebody has who is not there.
        (TimeLeft::NearlyOver, None)
    } else {
        (standing.time_left(now), standing.next.map(|(_, at)| at))
    };
    let urgency = urgency_rank(standing.urgency);
    Place { dealt_with: false, gone: standing.gone, time_left, risk: standing.risk, urgency, at }
}

/// Who has not been screened comes before those found to be routine: silence is no finding.
fn urgency_rank(urgency: Option<Urgency>) -> u8 {
    match urgency {
        Some(Urgency::Emergency) => 0,
        Some(Urgency::VeryUrgent) => 1,
        Some(Urgency::Urgent) => 2,
        None => 3,
        Some(Urgency::Routine) => 4,
    }
}

/// Why one row comes before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The other left the list.
    StillThere,
    /// There is less time for them, by the hour.
    LessTime,
    /// Of their risk more is known.
    Risk,
    /// They are more urgent.
    Urgency,
    /// Their time ends earlier, in the same span.
    Earlier,
}

impl Because {
    fn words(self) -> &'static str {
        match self {
            Self::StillThere => "who has left the list",
            Self::LessTime => "for whom there is more time",
            Self::Risk => "whose risk is not known as surely",
            Self::Urgency => "who is less urgent",
            Self::Earlier => "whose time ends later",
        }
    }
}

/// Why a row comes before another; `None` when nothing of the order tells them apart, or when it does not.
pub fn why_before(first: &Standing, second: &Standing, now: Instant) -> Option<Because> {
    let (one, other) = (place(first, now), place(second, now));
    let reasons = [
        (one.gone.cmp(&other.gone), Because::StillThere),
        (one.time_left.cmp(&other.time_left), Because::LessTime),
        (one.risk.cmp(&other.risk), Because::Risk),
        (one.urgency.cmp(&other.urgency), Because::Urgency),
        (one.at.cmp(&other.at), Because::Earlier),
    ];
    let (order, why) = reasons.into_iter().find(|(order, _)| order.is_ne())?;
    (order.is_lt() && !one.dealt_with && !other.dealt_with).then_some(why)
}

/// Why a row has its place, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// `1st`.
    pub place: String,
    /// What happens next, and when; it is told with a clock.
    pub next: Option<(NextEvent, Instant)>,
    /// The rest: that the time is not known, the risk, the urgency.
    pub words: Vec<&'static str>,
    /// The row after it, and why that comes after.
    before: Option<Because>,
    of: usize,
}

/// Explains the place of each of the rows of one column, or of one room in it, that were sorted by
/// [`place`]. Rows that were dealt with have none.
pub fn explain(sorted: &[&Standing], now: Instant) -> Vec<Option<Explained>> {
    let of = sorted.iter().filter(|row| row.is_owed()).count();
    let explained = |(at, row): (usize, &&Standing)| {
        row.is_owed().then(|| Explained {
            place: ordinal(at + 1),
            next: row.next.filter(|_| !row.gone),
            words: words(row),
            before: sorted.get(at + 1).and_then(|after| why_before(row, after, now)),
            of,
        })
    };
    sorted.iter().enumerate().map(explained).collect()
}

fn words(row: &Standing) -> Vec<&'static str> {
    let time = if row.gone {
        Some("left the list, a decision is still owed")
    } else {
        row.next.is_none().then_some("time not known")
    };
    let urgency = match row.urgency {
        Some(Urgency::Emergency) => Some("emergency"),
        Some(Urgency::VeryUrgent) => Some("very urgent"),
        Some(Urgency::Urgent) => Some("urgent"),
        Some(Urgency::Routine) => Some("routine"),
        None => None,
    };
    [time, row.risk.words(), urgency].into_iter().flatten().collect()
}

impl Explained {
    /// `first review in 40 minutes`: what happens next and how long until then.
    pub fn next_in_words(&self, now: Instant) -> Option<String> {
        let (what, at) = self.next?;
        let began = match what {
            NextEvent::Hearing => Some("sitting"),
            NextEvent::Appointment => Some("appointment"),
            NextEvent::FirstReview | NextEvent::Review | NextEvent::DetentionLimit => None,
        };
        if let Some(what) = began.filter(|_| at <= now) {
            return Some(format!("{what} began at {}", clock_time(at)));
        }
        Some(format!("{what}, {}", left_in_words(at, now)))
    }

    /// `1st: first review, 40 minutes left; known risk`, as it stands on the row.
    pub fn short(&self, now: Instant) -> String {
        let next = self.next_in_words(now);
        let parts: Vec<&str> = next.as_deref().into_iter().chain(self.words.iter().copied()).collect();
        format!("{}: {}", self.place, parts.join("; "))
    }

    /// Why the next comes after, for the whole sentence: `Before the next, who is less urgent.`
    pub fn before_in_words(&self) -> String {
        let why = self.before.map(|why| format!(" Before the next, {}.", why.words()));
        format!("{} of {}.{}", self.place, self.of, why.unwrap_or_default())
    }
}

/// When the order changes next by time alone: then the board is drawn again.
pub fn changes_at<'a>(rows: impl IntoIterator<Item = &'a Standing>, now: Instant) -> Option<Instant> {
    rows.into_iter().filter_map(|row| row.changes_at(now)).min()
}

/// `1st`, `2nd`, `3rd`, `11th`, `21st`.
pub fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// A key that sorts follow-ups: contacts within 48 hours of release before all others, in each the
/// longest overdue first. On average one person a week dies by suicide within 48 hours of leaving
/// police custody. The store lists in this order too, so that a limit leaves off the last of it.
pub fn follow_up_place(kind: crate::task::TaskKind, due_at: Instant) -> impl Ord + use<> {
    (Reverse(kind == crate::task::TaskKind::ContactAfterRelease), due_at)
}

#[cfg(test)]
mod tests;
