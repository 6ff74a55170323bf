//! A clock in the few words that fit on a board.

use chrono::Duration;
use throughline_domain::time::{Instant, clock_time, date_time_short, london_date};

use crate::clock::{Clock, State};
use crate::table::Kind;

/// A clock in a few words at an instant, such as "Review due in 1 h 20 min (16:40)" or
/// "24 h limit passed 10 min ago".
///
/// The time is London time; its date is added when it is not the day of `now`.
pub fn short(clock: &Clock, now: Instant) -> String {
    let label = &clock.label;
    match (clock.state, clock.due_at) {
        (State::Met, _) => format!("{label} held in time"),
        (State::MetLate, _) => format!("{label} was held late"),
        (State::Stopped, _) => format!("{label} stopped"),
        (State::NoLimit, _) => format!("{label}: no limit in law"),
        (State::Extended, _) => format!("{label} extended"),
        (State::NotInForce, _) => format!("{label} not in force"),
        (_, None) => format!("{label}: start not recorded"),
        (State::NotStarted | State::Running | State::DueSoon | State::Overdue | State::Expired, Some(due)) => {
            time_left(clock, due, now)
        }
    }
}

fn time_left(clock: &Clock, due: Instant, now: Instant) -> String {
    let label = &clock.label;
    let left = due - now;
    let at = if london_date(due) == london_date(now) { clock_time(due) } else { date_time_short(due) };
    match (clock.kind, left < Duration::zero()) {
        (Kind::Review, false) => format!("{label} due in {} ({at})", length(left)),
        (Kind::Pause, _) => format!("{label} until {at}"),
        (Kind::Limit, false) => format!("{label} in {} ({at})", length(left)),
        (Kind::Review, true) => format!("{label} overdue by {} ({at})", length(-left)),
        (Kind::Limit, true) => format!("{label} passed {} ago", length(-left)),
    }
}

/// `1 h 20 min`, `3 h`, `10 min`, `less than 1 min`; whole minutes, never rounded up, so that no
/// board shows more time than there is.
pub(crate) fn length(duration: Duration) -> String {
    let (hours, minutes) = (duration.num_hours(), duration.num_minutes() % 60);
    match (hours, minutes) {
        (0, 0) => "less than 1 min".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
