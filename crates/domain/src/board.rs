//! The board of a site: who is acted on first, how many are in each state, and when somebody is
//! there.

use crate::calendar::OpeningHours;
use crate::episode::Urgency;
use crate::list::EntryState;
use crate::task::TaskKind;
use crate::time::{Instant, clock_time, date_long, london_date};
use chrono::Duration;

/// What decides a row's place on the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What has been decided.
    pub state: EntryState,
    /// Whether the row left the list: released, moved, or struck off.
    pub gone: bool,
    /// When there is no more time to act: the end of the power to detain, or the sitting. `None`
    /// when the list does not say.
    pub until: Option<Instant>,
    /// How urgent the screener found it.
    pub urgency: Option<Urgency>,
    /// Whether the person is known to have a risk.
    pub known_risk: bool,
}

/// The order of the board in a sentence, as it stands above the rows.
pub const ORDER_OF_CUSTODY: &str = "People to act on first: time not known, then the least time left, then the most urgent, then known risk. Those dealt with come after.";

/// The order of a court's board in a sentence.
pub const ORDER_OF_COURT: &str =
    "By room, and in each room by time. At the same time the most urgent come first, then known risk.";

/// A key that sorts rows of a board: see [`ORDER_OF_CUSTODY`].
///
/// A time that nobody gave may be short, so it comes before every time that is known.
pub fn place(standing: &Standing) -> impl Ord + use<> {
    let to_act = standing.state.is_open() && !standing.gone;
    let urgency = (standing.urgency.is_none(), standing.urgency);
    (!to_act, standing.until, urgency, !standing.known_risk)
}

/// A key that sorts the rows of one court room: see [`ORDER_OF_COURT`]. What was decided moves
/// nobody, so that the board reads as the list does; who has gone comes last.
pub fn place_in_room(standing: &Standing) -> impl Ord + use<> {
    let urgency = (standing.urgency.is_none(), standing.urgency);
    (standing.gone, standing.until, urgency, !standing.known_risk)
}

/// How many rows are in each state, in the order of the states; states without rows are left out,
/// so that the counts add up to the rows.
pub fn counts(states: impl IntoIterator<Item = EntryState>) -> Vec<(EntryState, usize)> {
    let mut counts: Vec<(EntryState, usize)> = EntryState::ALL.iter().map(|state| (*state, 0)).collect();
    for state in states {
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == state) {
            *count += 1;
        }
    }
    counts.retain(|(_, count)| *count > 0);
    counts
}

/// A key that sorts follow-ups: contacts within 48 hours of release before all others, in each the
/// longest overdue first. On average one person a week dies by suicide within 48 hours of leaving
/// police custody. The store lists in this order too, so that a limit leaves off the last of it.
pub fn follow_up_place(kind: TaskKind, due_at: Instant) -> impl Ord + use<> {
    (kind != TaskKind::ContactAfterRelease, due_at)
}

/// Whether somebody should be there now, in words: `Open until 22:00`, or
/// `Closed: opens 08:00 tomorrow`.
pub fn opening_in_words(hours: &OpeningHours, now: Instant) -> String {
    if hours.is_open(now) {
        return match closing(hours, now) {
            Some(end) => format!("Open until {}", when(end, now)),
            None => "Open day and night".to_owned(),
        };
    }
    hours
        .next_opening(now)
        .map_or_else(|| "Closed".to_owned(), |opening| format!("Closed: opens {}", when(opening, now)))
}

/// When it closes next: a stretch that ends at midnight goes on when the next day begins open.
fn closing(hours: &OpeningHours, now: Instant) -> Option<Instant> {
    let mut at = now;
    for _ in 0..8 {
        let day = london_date(at);
        let end = hours.for_date(day).iter().map(|span| span.on(day)).find(|(from, to)| *from <= at && at < *to)?.1;
        if !hours.is_open(end) {
            return Some(end);
        }
        at = end;
    }
    None
}

/// A time near `now` in words: `22:00`, `08:00 tomorrow`, `09:00 on Monday`, `14:02 yesterday`.
pub fn when(at: Instant, now: Instant) -> String {
    let (day, today) = (london_date(at), london_date(now));
    let time = clock_time(at);
    let words = match (day - today).num_days() {
        0 => return time,
        1 if time == "00:00" => return "midnight".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        2..=6 => format!("on {}", day.format("%A")),
        _ => format!("on {}", date_long(day)),
    };
    format!("{time} {words}")
}

/// A length of time in whole minutes, in words as `clocks.js` keeps them: `2 hours 5 minutes left`,
/// `12 minutes overdue`. Never rounded up, so that no board shows more time than there is.
pub fn left_in_words(due: Instant, now: Instant) -> String {
    let left = due - now;
    if left < Duration::zero() {
        format!("{} overdue", length_in_words(-left))
    } else {
        format!("{} left", length_in_words(left))
    }
}

fn length_in_words(length: Duration) -> String {
    let count = |number: i64, noun: &str| match number {
        0 => String::new(),
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    };
    let minutes = length.num_minutes();
    if minutes < 1 {
        return "less than a minute".to_owned();
    }
    let days = minutes / 1440;
    let rest = if days > 0 { 0 } else { minutes % 60 };
    let parts = [count(days, "day"), count(minutes % 1440 / 60, "hour"), count(rest, "minute")];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::from_london;
    use chrono::NaiveDate;

    fn at(day: u32, hour: u32, minute: u32) -> Instant {
        let date = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        from_london(date.and_hms_opt(hour, minute, 0).unwrap())
    }

    fn row(state: EntryState, until: Option<Instant>) -> Standing {
        Standing { state, gone: false, until, urgency: None, known_risk: false }
    }

    #[test]
    fn the_least_time_left_comes_first_and_time_not_known_before_it() {
        let soon = row(EntryState::BeingSeen, Some(at(24, 12, 0)));
        let later = row(EntryState::ToConsider, Some(at(24, 18, 0)));
        let not_known = row(EntryState::ToConsider, None);
        let done = row(EntryState::Declined, Some(at(24, 9, 0)));
        let mut rows = [done, later, soon, not_known];
        rows.sort_by_key(place);
        assert_eq!(rows, [not_known, soon, later, done]);
    }

    #[test]
    fn at_the_same_time_urgency_then_known_risk_decide() {
        let plain = row(EntryState::ToConsider, Some(at(24, 12, 0)));
        let risk = Standing { known_risk: true, ..plain };
        let urgent = Standing { urgency: Some(Urgency::Urgent), ..plain };
        let very_urgent = Standing { urgency: Some(Urgency::VeryUrgent), ..plain };
        let mut rows = [plain, risk, urgent, very_urgent];
        rows.sort_by_key(place);
        assert_eq!(rows, [very_urgent, urgent, risk, plain]);
    }

    #[test]
    fn somebody_who_has_gone_is_no_longer_acted_on_first() {
        let gone = Standing { gone: true, ..row(EntryState::ToConsider, None) };
        let here = row(EntryState::ToConsider, Some(at(24, 23, 0)));
        let mut rows = [gone, here];
        rows.sort_by_key(place);
        assert_eq!(rows, [here, gone]);
    }

    #[test]
    fn a_court_room_reads_as_its_list_does() {
        let seen_early = row(EntryState::Seen, Some(at(24, 10, 0)));
        let later = row(EntryState::ToConsider, Some(at(24, 14, 0)));
        let mut rows = [later, seen_early];
        rows.sort_by_key(place_in_room);
        assert_eq!(rows, [seen_early, later]);
    }

    #[test]
    fn counts_add_up_to_the_rows() {
        use EntryState::{Declined, Seen, ToConsider};
        let rows = [ToConsider, Declined, ToConsider, Seen];
        let counts = counts(rows);
        assert_eq!(counts, [(ToConsider, 2), (Seen, 1), (Declined, 1)]);
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), 4);
    }

    #[test]
    fn contacts_after_release_come_before_other_follow_ups() {
        let mut tasks = [
            (TaskKind::FollowUp, at(20, 9, 0)),
            (TaskKind::ContactAfterRelease, at(25, 9, 0)),
            (TaskKind::ContactAfterRelease, at(23, 9, 0)),
        ];
        tasks.sort_by_key(|(kind, due)| follow_up_place(*kind, *due));
        assert_eq!(tasks.map(|(_, due)| due), [at(23, 9, 0), at(25, 9, 0), at(20, 9, 0)]);
    }

    #[test]
    fn opening_is_told_as_people_say_it() {
        // 24 November 2026 is a Tuesday.
        let custody = OpeningHours::custody();
        assert_eq!(opening_in_words(&custody, at(24, 9, 0)), "Open until 22:00");
        assert_eq!(opening_in_words(&custody, at(24, 22, 0)), "Closed: opens 08:00 tomorrow");
        assert_eq!(opening_in_words(&custody, at(24, 7, 0)), "Closed: opens 08:00");
        assert_eq!(opening_in_words(&OpeningHours::court(), at(28, 18, 0)), "Closed: opens 09:00 on Monday");
        let always = OpeningHours::parse("mon-sun = ['00:00-24:00']").unwrap();
        assert_eq!(opening_in_words(&always, at(24, 9, 0)), "Open day and night");
    }

    #[test]
    fn time_left_is_never_rounded_up() {
        let now = at(24, 9, 0);
        assert_eq!(left_in_words(at(24, 11, 5), now), "2 hours 5 minutes left");
        assert_eq!(left_in_words(at(24, 8, 48), now), "12 minutes overdue");
        assert_eq!(left_in_words(at(26, 10, 30), now), "2 days 1 hour left");
        assert_eq!(left_in_words(now + Duration::seconds(59), now), "less than a minute left");
    }
}
