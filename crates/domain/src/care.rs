//! The care plan: needs lead to goals, goals to what is done, by whom and when, to reviews, and at the end to an
//! evaluation of each goal.
//!
//! The person's own words come before ours. Nothing is dropped in silence: a need has a goal or a reason why it has
//! none, what is done has a day of review until it has ended, and an episode closes only when each goal is evaluated,
//! if only by saying why nobody knows. The rules are the service's own; what they follow is in `docs/care.md`.

mod approach;
mod standing;
#[cfg(test)]
mod tests;

pub use approach::{Approach, approach, approaches};
pub use standing::{Said, Standing, standing};

use crate::role::Role;
use crate::time::{Instant, from_london, london_date};
use chrono::{Days, NaiveDate, NaiveTime};

codes! {
    /// Where a goal stands.
    pub enum GoalState {
        /// Worked towards.
        WorkingOn = "working_on", "Working on it";
        /// Reached.
        Reached = "reached", "Reached";
        /// Some of it was reached.
        PartlyReached = "partly_reached", "Partly reached";
        /// Not reached.
        NotReached = "not_reached", "Not reached";
        /// The person no longer wants it.
        NoLongerWanted = "no_longer_wanted", "No longer wanted";
        /// Nobody can say, for a reason that is given.
        NotKnown = "not_known", "Not known";
    }
}

impl GoalState {
    /// Whether it still has to be evaluated.
    pub fn is_open(self) -> bool {
        self == Self::WorkingOn
    }

    /// What an evaluation may find.
    pub fn evaluations() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|state| !state.is_open())
    }
}

codes! {
    /// Why a need has no goal.
    pub enum NoGoalReason {
        /// The person wants to think about it later.
        NotNow = "not_now", "Not now";
        /// The person wants no help with it.
        Declined = "declined", "They do not want help with this";
        /// Somebody helps with it already.
        AlreadyHelped = "already_helped", "Somebody helps with it already";
        /// Passed on to others, who work on it.
        PassedOn = "passed_on", "Passed on to others";
    }
}

impl NoGoalReason {
    /// Whether words are needed beside it: who helps, and to whom it was passed.
    pub fn needs_words(self) -> bool {
        matches!(self, Self::AlreadyHelped | Self::PassedOn)
    }
}

codes! {
    /// Who does it.
    pub enum Doer {
        /// The Liaison and Diversion team.
        Us = "us", "Our team";
        /// The partner charity's link worker.
        LinkWorker = "link_worker", "The link worker";
        /// Another service, through an onward referral.
        Service = "service", "Another service, by onward referral";
        /// The person themself.
        Person = "person", "The person themself";
    }
}

impl Doer {
    /// Whether somebody of this role may record what has come of it: link workers of what is theirs, others of all.
    pub fn recorded_by(self, role: Role) -> bool {
        match role {
            Role::LinkWorker | Role::LinkWorkerLead => self == Self::LinkWorker,
            _ => true,
        }
    }
}

codes! {
    /// Where an intervention stands.
    pub enum InterventionState {
        /// To be done.
        Planned = "planned", "Planned";
        /// Going on.
        UnderWay = "under_way", "Under way";
        /// Done.
        Done = "done", "Done";
        /// Ended before it was done.
        Stopped = "stopped", "Stopped";
    }
}

impl InterventionState {
    /// Whether nothing more is owed.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Done | Self::Stopped)
    }
}

codes! {
    /// What a line of the history of a goal or an intervention is.
    pub enum CareAct {
        /// Set or planned.
        Planned = "planned", "Planned";
        /// Put in other words.
        Reworded = "reworded", "Reworded";
        /// What has happened since.
        Progress = "progress", "Progress";
        /// Looked at again, with the day of the next time.
        Reviewed = "reviewed", "Reviewed";
        /// Done or stopped.
        Ended = "ended", "Ended";
        /// The goal was evaluated.
        Evaluated = "evaluated", "Evaluated";
    }
}

/// What became of a goal, in the service's words and the person's. It can be made only whole: an evaluation that
/// finds "not known" says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    state: GoalState,
    words: String,
    own_words: String,
}

/// Why this is no evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEvaluation {
    /// The goal would still be open.
    #[error("Choose what became of the goal")]
    StillOpen,
    /// Nobody can say, and nobody says why.
    #[error("Say why it is not known: the next person needs to know what was tried")]
    NoReason,
}

impl Evaluation {
    /// An evaluation.
    ///
    /// # Errors
    /// When it finds nothing, or that it is not known without a reason.
    pub fn new(state: GoalState, words: &str, own_words: &str) -> Result<Self, NotAnEvaluation> {
        if state.is_open() {
            return Err(NotAnEvaluation::StillOpen);
        }
        if state == GoalState::NotKnown && words.trim().is_empty() {
            return Err(NotAnEvaluation::NoReason);
        }
        Ok(Self { state, words: words.to_owned(), own_words: own_words.to_owned() })
    }

    /// What was found.
    pub fn state(&self) -> GoalState {
        self.state
    }

    /// What was seen, or why it is not known.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What the person says of it.
    pub fn own_words(&self) -> &str {
        &self.own_words
    }
}

/// What has happened with an intervention: where it stands, and the day on which it is looked at again. One that goes
/// on has such a day, and one that has ended says what came of it: both can be said in no other way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    state: InterventionState,
    words: String,
    review_on: Option<NaiveDate>,
}

/// Why progress cannot be recorded so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProgress {
    /// It goes on, and nobody would look at it again.
    #[error("Enter the day on which this is looked at again")]
    NoReview,
    /// It has ended, and nobody says with what.
    #[error("Say what came of it")]
    NoOutcome,
    /// Nothing was said.
    #[error("Say what has happened")]
    NoWords,
}

impl Progress {
    /// It goes on, and is looked at again.
    ///
    /// # Errors
    /// When it has ended by then, there is no day, or nothing is said.
    pub fn new(state: InterventionState, words: &str, review_on: Option<NaiveDate>) -> Result<Self, NotProgress> {
        let silent = words.trim().is_empty();
        if state.is_ended() && silent {
            return Err(NotProgress::NoOutcome);
        }
        if silent {
            return Err(NotProgress::NoWords);
        }
        if !state.is_ended() && review_on.is_none() {
            return Err(NotProgress::NoReview);
        }
        Ok(Self { state, words: words.to_owned(), review_on: review_on.filter(|_| !state.is_ended()) })
    }

    /// Where it stands.
    pub fn state(&self) -> InterventionState {
        self.state
    }

    /// What has happened, or what came of it.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// The day on which it is looked at again; none once it has ended.
    pub fn review_on(&self) -> Option<NaiveDate> {
        self.review_on
    }

    /// What this is in the history: the end, a review when the day moved, or else progress.
    pub fn act(&self, review_before: Option<NaiveDate>) -> CareAct {
        match self.review_on {
            _ if self.state.is_ended() => CareAct::Ended,
            now if now != review_before => CareAct::Reviewed,
            _ => CareAct::Progress,
        }
    }
}

/// Days within which a plan is looked at again when nobody says when: the service follows people up for about four
/// weeks. The service's own default; no national standard sets it.
pub const REVIEW_WITHIN_DAYS: u64 = 14;

/// The longest time without a look at what is being done: the service's own limit.
pub const LONGEST_REVIEW_DAYS: u64 = 92;

/// Why a day is no day of review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAReview {
    /// It is over.
    #[error("The day is in the past: enter a later one")]
    Past,
    /// It is today, and a review of today would be late already.
    #[error("A review today was due by 17:00: enter tomorrow or a later day")]
    TooLate,
    /// It is too far ahead.
    #[error("The day is more than three months ahead: look at this sooner")]
    TooFar,
}

/// Whether something may next be looked at on this day, when that is said at `now`.
///
/// # Errors
/// When the day is over, when its review would be due already, or when it is too far ahead.
pub fn review_day(day: NaiveDate, now: Instant) -> Result<NaiveDate, NotAReview> {
    let today = london_date(now);
    if day < today {
        return Err(NotAReview::Past);
    }
    if review_due(day) <= now {
        return Err(NotAReview::TooLate);
    }
    if day > today + Days::new(LONGEST_REVIEW_DAYS) {
        return Err(NotAReview::TooFar);
    }
    Ok(day)
}

/// When a review that is owed on a day falls due: at the end of the working day in London.
pub fn review_due(day: NaiveDate) -> Instant {
    from_london(day.and_time(NaiveTime::from_hms_opt(17, 0, 0).unwrap_or_default()))
}
