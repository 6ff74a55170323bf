//! Coverage: who passed through a site's lists, and whether a reason is owed for not seeing them.
//!
//! People are brought in and let go at all hours, and nobody of the service is there at all hours. [`owed`] says of
//! one line of a list whether that is settled, whether a person has to say why nobody was seen, or whether the times
//! alone tell that they came and left while nobody was there. The last is found by the service itself and is the only
//! thing it ever says by itself: it never goes over what a person said, and what cannot be told is asked.

use chrono::{Days, Duration, NaiveDate};

use crate::calendar::OpeningHours;
use crate::list::{EntryState, ListKind, NotSeenReason};
use crate::time::{Instant, london_date, london_day};

/// No custody list that somebody is on is older than this while they are still held: detention ends after 96 hours
/// without charge (PACE s44), and a person charged goes before the next court.
const HELD_DAYS: u64 = 4;

/// A stay longer than this is a slip of the list: nobody is told anything by it.
const LONGEST_STAY: Duration = Duration::days(14);

/// How one line of a list went by, as far as the lists and people tell.
#[derive(Debug, Clone, Copy)]
pub struct Passage {
    /// Custody or court.
    pub kind: ListKind,
    /// The day of work of the list.
    pub day: NaiveDate,
    /// What was decided.
    pub state: EntryState,
    /// Whether an episode carries on from the line.
    pub has_episode: bool,
    /// Whether a reason was ever given for it, even one taken back: then the service says nothing by itself.
    pub answered: bool,
    /// Whether a list of one of the next days has the same line: the stay goes on there.
    pub carried_on: bool,
    /// When a list first had the line.
    pub first_listed_at: Instant,
    /// When the person arrived at the station.
    pub arrived_at: Option<Instant>,
    /// When the first list without the line was received: they had left by then, perhaps long before.
    pub gone_by: Option<Instant>,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
}

/// When somebody of the service is at a site.
#[derive(Debug, Clone, Copy)]
pub struct Cover<'a> {
    /// The hours that the service promises; `None` when they cannot be read.
    pub hours: Option<&'a OpeningHours>,
    /// Shifts held, each from its beginning until before its end.
    pub shifts: &'a [(Instant, Instant)],
    /// Whether the site keeps a rota at this time. Where there is none, the hours are taken for held.
    pub has_rota: bool,
}

codes! {
    /// Why a person has to say the reason.
    pub enum WhyOwed {
        /// They were there while somebody of the service was.
        WhileStaffed = "while_staffed", "There while somebody of the service was";
        /// Within the hours, and the rota has nobody.
        NobodyOnRota = "nobody_on_rota", "Within the site's hours, with nobody on the rota";
        /// Somebody took the line, and nothing came of it.
        TakenUp = "taken_up", "A colleague took this row, and nothing was recorded";
        /// A reason was given and taken back.
        TakenBack = "taken_back", "A reason was given before and taken back";
        /// The list gives no arrival.
        NoArrival = "no_arrival", "Cannot be told: the list does not say when they came";
        /// No list says when they left.
        NoLeaving = "no_leaving", "Cannot be told: no list says when they left";
        /// They came out of hours, and a list was missing when somebody was there again.
        MayHaveStayed = "may_have_stayed", "Cannot be told: they came out of hours and may have left within them";
        /// The times contradict one another.
        TimesDisagree = "times_disagree", "Cannot be told: the times on the list contradict one another";
        /// The hours of the site cannot be read.
        NoHours = "no_hours", "Cannot be told: the hours of this site are not known";
    }
}

impl WhyOwed {
    /// The reason that is likely, to be put first; a person still chooses it.
    pub fn suggests(self) -> Option<NotSeenReason> {
        match self {
            Self::NobodyOnRota => Some(NotSeenReason::Staffing),
            Self::MayHaveStayed => Some(NotSeenReason::OutOfHours),
            _ => None,
        }
    }
}

/// What is owed for one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// They are, or may be, still there.
    NotYet,
    /// Seen, decided, or carried on to a later list.
    Nothing,
    /// A person has to say why.
    Reason(WhyOwed),
    /// They came and left while nobody was there: the service says so by itself.
    OutOfHours,
}

/// Who was there in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Somebody,
    /// Promised, and the rota has nobody.
    Promised,
    Nobody,
}

impl Cover<'_> {
    /// Who was there from one instant until before another; at the one instant when they are the same.
    fn there(&self, hours: &OpeningHours, from: Instant, to: Instant) -> There {
        let touches = |(begin, end): (Instant, Instant)| begin < to.max(from + Duration::microseconds(1)) && from < end;
        if self.shifts.iter().copied().any(touches) {
            return There::Somebody;
        }
        let mut days = london_date(from).iter_days().take_while(|day| *day <= london_date(to));
        let promised = days.any(|day| hours.for_date(day).iter().any(|span| touches(span.on(day))));
        match (promised, self.has_rota) {
            (false, _) => There::Nobody,
            (true, true) => There::Promised,
            (true, false) => There::Somebody,
        }
    }
}

/// What is owed for a line at an instant.
pub fn owed(passage: &Passage, cover: &Cover<'_>, now: Instant) -> Owed {
    if !passage.state.is_open() || passage.has_episode || passage.carried_on {
        return Owed::Nothing;
    }
    if !is_over(passage, now) {
        return Owed::NotYet;
    }
    if passage.state == EntryState::BeingSeen {
        return Owed::Reason(WhyOwed::TakenUp);
    }
    match told_by_times(passage, cover) {
        Owed::OutOfHours if passage.answered => Owed::Reason(WhyOwed::TakenBack),
        told => told,
    }
}

/// Whether nobody can be seen on the line any more. A court's day ends at midnight; who is no longer on its list may
/// have been moved to another room or time of the same day.
fn is_over(passage: &Passage, now: Instant) -> bool {
    let today = london_date(now);
    match passage.kind {
        ListKind::Court | ListKind::Voluntary => passage.day < today,
        ListKind::Custody => {
            passage.gone_by.is_some_and(|gone| gone <= now) || passage.day + Days::new(HELD_DAYS) < today
        }
    }
}

fn told_by_times(passage: &Passage, cover: &Cover<'_>) -> Owed {
    let Some(hours) = cover.hours else { return Owed::Reason(WhyOwed::NoHours) };
    match passage.kind {
        ListKind::Court | ListKind::Voluntary => day_of_sitting(passage, cover, hours),
        ListKind::Custody => custody_stay(passage, cover, hours),
    }
}

/// A defendant may be in the building before and after the sitting, and a volunteer before and after the
/// interview: only a whole day without anybody tells.
fn day_of_sitting(passage: &Passage, cover: &Cover<'_>, hours: &OpeningHours) -> Owed {
    let (from, to) = london_day(passage.sitting_at.map_or(passage.day, london_date));
    match cover.there(hours, from, to) {
        There::Somebody => Owed::Reason(WhyOwed::WhileStaffed),
        There::Promised => Owed::Reason(WhyOwed::NobodyOnRota),
        There::Nobody => Owed::OutOfHours,
    }
}

/// That they were there when they arrived is sure; a list may be published after somebody left, so that until when
/// they stayed is known only as "gone by then".
fn custody_stay(passage: &Passage, cover: &Cover<'_>, hours: &OpeningHours) -> Owed {
    let Some(arrived) = passage.arrived_at else { return Owed::Reason(WhyOwed::NoArrival) };
    match cover.there(hours, arrived, arrived) {
        There::Somebody => return Owed::Reason(WhyOwed::WhileStaffed),
        There::Promised => return Owed::Reason(WhyOwed::NobodyOnRota),
        There::Nobody => {}
    }
    let Some(gone_by) = passage.gone_by else { return Owed::Reason(WhyOwed::NoLeaving) };
    if arrived > gone_by || arrived > passage.first_listed_at || gone_by - arrived > LONGEST_STAY {
        return Owed::Reason(WhyOwed::TimesDisagree);
    }
    match cover.there(hours, arrived, gone_by) {
        There::Nobody => Owed::OutOfHours,
        There::Somebody | There::Promised => Owed::Reason(WhyOwed::MayHaveStayed),
    }
}

/// The broad ethnic group of the ONS (18+1 categories, census of 2021), from the record's category or else from what
/// the list prints: a code of the police's 16+1 or 18+1 self-defined categories, or the words of one.
///
/// Source: ONS, "Ethnic group, national identity and religion: harmonised standards", England.
pub fn ethnic_group(recorded: Option<crate::person::Ethnicity>, printed: &str) -> &'static str {
    use crate::person::Ethnicity::{Chinese, NotKnown, NotStated};
    match recorded {
        Some(Chinese) => return ETHNIC_GROUPS[2],
        Some(known) if !matches!(known, NotKnown | NotStated) => {
            let group = known.group();
            return ETHNIC_GROUPS.iter().find(|name| name.split(' ').next() == Some(group)).unwrap_or(&NOT_KNOWN);
        }
        _ => {}
    }
    let text = printed.trim().to_uppercase();
    let code = |group: char| {
        let mut letters = text.chars();
        letters.next() == Some(group) && letters.next().is_some_and(|c| c.is_ascii_digit()) && text.len() == 2
    };
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if text == "O1" || code('A') => ETHNIC_GROUPS[2],
        () if code('M') || says(&["MIXED", "MULTIPLE"]) => ETHNIC_GROUPS[1],
        () if code('W') || text.starts_with("WHITE") => ETHNIC_GROUPS[0],
        () if says(&["ASIAN", "INDIAN", "PAKISTANI", "BANGLADESHI", "CHINESE"]) => ETHNIC_GROUPS[2],
        () if code('B') || text.starts_with("BLACK") => ETHNIC_GROUPS[3],
        () if code('O') || says(&["ARAB", "ANY OTHER ETHNIC"]) => ETHNIC_GROUPS[4],
        () => NOT_KNOWN,
    }
}

/// The groups of the ONS, in its order.
pub const ETHNIC_GROUPS: [&str; 5] = ["White", "Mixed or multiple", "Asian", "Black", "Other"];

/// What is not known is always told, as a group of its own.
pub const NOT_KNOWN: &str = "Not known";

#[cfg(test)]
mod tests;
