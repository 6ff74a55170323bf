//! Voluntary attendance: clinics, their slots, and the appointments in them.
//!
//! Somebody interviewed under caution as a volunteer (PACE 1984, section 29: free to leave unless
//! arrested) never passes a custody desk, so nobody screens them. Services hold clinics at police
//! stations for them. A [`Clinic`] is a stretch of a day at a site; its [`Slot`]s follow from it;
//! an appointment takes one slot, or several in a row. Nobody shares a slot.

pub mod notice;

use crate::calendar::is_bank_holiday;
use crate::consent::ConsentState;
use crate::list::{EntryState, NotSeenReason};
use crate::time::{Instant, clock_time, from_london, london_time};
use chrono::{Days, Duration, NaiveDate, NaiveTime};
use std::collections::BTreeSet;

/// The shortest slot, in minutes.
pub const SHORTEST_SLOT: u32 = 10;
/// The longest slot, in minutes: a whole clinic of four hours.
pub const LONGEST_SLOT: u32 = 240;
/// For how many weeks clinics may be set up at once.
pub const MOST_WEEKS: u64 = 53;

/// A stretch of one day at a site in which people come by appointment. Times are London wall-clock
/// times; its slots are elapsed time, so that both changes of the clocks keep every slot as long as
/// it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clinic {
    day: NaiveDate,
    starts: NaiveTime,
    ends: NaiveTime,
    slot_minutes: u32,
}

/// One bookable stretch of a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends: the next one starts then.
    pub ends_at: Instant,
}

/// Why a clinic cannot be set up as typed, in words for the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClinicError {
    /// It ends before it starts, or at once.
    #[error("The clinic must end after it starts")]
    EndsFirst,
    /// A slot is shorter or longer than a conversation can be.
    #[error("A slot has {SHORTEST_SLOT} to {LONGEST_SLOT} minutes")]
    SlotLength,
    /// Not one slot fits.
    #[error("Not one slot of {0} minutes fits between these times")]
    NoSlot(u32),
    /// The last day of a weekly clinic is before the first.
    #[error("The last day must not be before the first")]
    UntilFirst,
    /// Further ahead than anybody plans.
    #[error("Set up clinics for {MOST_WEEKS} weeks at most")]
    TooFar,
}

impl Clinic {
    /// A clinic of a day, from one London time to another, in slots of so many minutes.
    ///
    /// # Errors
    /// When no slot fits, or a slot is too short or too long.
    pub fn new(day: NaiveDate, starts: NaiveTime, ends: NaiveTime, slot_minutes: u32) -> Result<Self, ClinicError> {
        let clinic = Self { day, starts, ends, slot_minutes };
        if ends <= starts || clinic.ends_at() <= clinic.starts_at() {
            return Err(ClinicError::EndsFirst);
        }
        if !(SHORTEST_SLOT..=LONGEST_SLOT).contains(&slot_minutes) {
            return Err(ClinicError::SlotLength);
        }
        if clinic.slots().is_empty() {
            return Err(ClinicError::NoSlot(slot_minutes));
        }
        Ok(clinic)
    }

    /// Its day in London.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// The London time of day at which it starts.
    pub fn starts(&self) -> NaiveTime {
        self.starts
    }

    /// The London time of day at which it ends.
    pub fn ends(&self) -> NaiveTime {
        self.ends
    }

    /// When it starts.
    pub fn starts_at(&self) -> Instant {
        from_london(self.day.and_time(self.starts))
    }

    /// When it ends.
    pub fn ends_at(&self) -> Instant {
        from_london(self.day.and_time(self.ends))
    }

    /// How long a slot is, in minutes.
    pub fn slot_minutes(&self) -> u32 {
        self.slot_minutes
    }

    /// Its slots in order: whole ones only, what is left over at the end is not bookable.
    pub fn slots(&self) -> Vec<Slot> {
        let length = Duration::minutes(i64::from(self.slot_minutes.max(1)));
        let starts = std::iter::successors(Some(self.starts_at()), |at| Some(*at + length));
        let slots = starts.map(|starts_at| Slot { starts_at, ends_at: starts_at + length });
        slots.take_while(|slot| slot.ends_at <= self.ends_at()).collect()
    }

    /// So many slots in a row from an instant on; `None` when that is outside the clinic or not
    /// where a slot starts.
    pub fn run(&self, from: Instant, count: usize) -> Option<Vec<Slot>> {
        let slots = self.slots();
        let first = slots.iter().position(|slot| slot.starts_at == from)?;
        slots.get(first..first.checked_add(count)?).filter(|run| !run.is_empty()).map(<[Slot]>::to_vec)
    }

    /// The slots of an appointment that was made from one instant to another, as this clinic has
    /// them; `None` when the appointment does not fit into it.
    pub fn holds(&self, from: Instant, to: Instant) -> Option<Vec<Slot>> {
        let within: Vec<Slot> =
            self.slots().into_iter().filter(|slot| from <= slot.starts_at && slot.ends_at <= to).collect();
        let fits = within.first()?.starts_at == from && within.last()?.ends_at == to;
        fits.then_some(within)
    }

    /// The slots an appointment would take, when all of them are free.
    ///
    /// # Errors
    /// Why they cannot be had.
    pub fn book(
        &self,
        taken: &BTreeSet<Instant>,
        from: Instant,
        count: usize,
        now: Instant,
    ) -> Result<Vec<Slot>, NotFree> {
        let first = self.run(from, 1).ok_or(NotFree::NoSuchSlot)?;
        let run = self.run(from, count).ok_or(NotFree::RunsOver)?;
        if first[0].ends_at <= now {
            return Err(NotFree::Past);
        }
        match run.iter().find(|slot| taken.contains(&slot.starts_at)) {
            Some(slot) => Err(NotFree::Taken(slot.starts_at)),
            None => Ok(run),
        }
    }

    /// Where so many free slots in a row start, in order.
    pub fn free(&self, taken: &BTreeSet<Instant>, count: usize, now: Instant) -> Vec<Slot> {
        self.slots().into_iter().filter(|slot| self.book(taken, slot.starts_at, count, now).is_ok()).collect()
    }

    /// The time of a slot as people say it, `09:30`; in the hour that the autumn repeats, with the
    /// name of the time it is in, so that no two slots of a clinic read alike.
    pub fn time_of(&self, at: Instant) -> String {
        let twin = |hours: i64| {
            let other = at + Duration::hours(hours);
            london_time(other) == london_time(at)
        };
        let zone = if twin(1) {
            " (first, summer time)"
        } else if twin(-1) {
            " (second, winter time)"
        } else {
            ""
        };
        format!("{}{zone}", clock_time(at))
    }
}

/// Why slots cannot be had, in words for the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFree {
    /// No slot starts then.
    #[error("No slot of this clinic starts then: choose one of the free ones")]
    NoSuchSlot,
    /// The appointment would go on after the clinic.
    #[error("The appointment would run over the end of the clinic: choose an earlier slot, or fewer slots")]
    RunsOver,
    /// The slot is over.
    #[error("This slot is over: choose a later one")]
    Past,
    /// Somebody has it.
    #[error("The slot at {} is taken: choose another", clock_time(*.0))]
    Taken(Instant),
}

/// The days of a weekly clinic from the first to the last, and those left out because they are bank
/// holidays in England and Wales.
///
/// # Errors
/// When the last day is before the first, or too far ahead.
pub fn weekly(first: NaiveDate, until: NaiveDate) -> Result<(Vec<NaiveDate>, Vec<NaiveDate>), ClinicError> {
    if until < first {
        return Err(ClinicError::UntilFirst);
    }
    if until > first + Days::new(7 * MOST_WEEKS) {
        return Err(ClinicError::TooFar);
    }
    let days = std::iter::successors(Some(first), |day| day.checked_add_days(Days::new(7)));
    let days = days.take_while(|day| *day <= until);
    Ok(days.partition(|day| !is_bank_holiday(*day)))
}

/// How many slots somebody needs at least: with an appropriate adult or an interpreter everything
/// takes longer, so two in a row. The service's own default.
pub fn fewest_slots(appropriate_adult: bool, interpreter: bool) -> usize {
    if appropriate_adult || interpreter { 2 } else { 1 }
}

/// Whether an appointment ends only after the interview has begun: what is found then comes too late
/// for it.
pub fn is_after_interview(ends_at: Instant, interview_at: Option<Instant>) -> bool {
    interview_at.is_some_and(|interview| ends_at > interview)
}

codes! {
    /// Where an appointment stands. The middle ones are told by its line of work, and kept there.
    pub enum AppointmentState {
        /// Somebody is expected.
        Booked = "booked", "Booked";
        /// They are there and wait.
        Arrived = "arrived", "Arrived: waiting";
        /// A colleague is with them.
        BeingSeen = "being_seen", "Being seen";
        /// Seen.
        Seen = "seen", "Seen";
        /// Nobody came.
        DidNotAttend = "did_not_attend", "Did not attend";
        /// Not seen for another reason, which is on the line.
        NotSeen = "not_seen", "Not seen";
        /// Cancelled: its slots are free again.
        Cancelled = "cancelled", "Cancelled";
        /// Another appointment took its place.
        Rebooked = "rebooked", "Moved to another time";
    }
}

impl AppointmentState {
    /// What it is, given what was decided about its line of work.
    #[must_use]
    pub fn with_line(self, line: EntryState, reason: Option<NotSeenReason>) -> Self {
        match (self, line) {
            (Self::Booked | Self::Arrived, EntryState::BeingSeen) => Self::BeingSeen,
            (Self::Booked | Self::Arrived, EntryState::Seen) => Self::Seen,
            (Self::Booked | Self::Arrived, EntryState::ToConsider) => self,
            (Self::Booked | Self::Arrived, _) if reason == Some(NotSeenReason::DidNotAttend) => Self::DidNotAttend,
            (Self::Booked | Self::Arrived, _) => Self::NotSeen,
            (ended, _) => ended,
        }
    }

    /// Whether it can be changed, cancelled or moved to another time: nobody is with them, and
    /// nothing was decided.
    pub fn is_ahead(self) -> bool {
        matches!(self, Self::Booked | Self::Arrived)
    }

    /// Whether another appointment may be offered: of one ahead it takes the place, after one that
    /// came to nothing it is a new one.
    pub fn may_be_booked_again(self) -> bool {
        self.is_ahead() || matches!(self, Self::DidNotAttend | Self::NotSeen | Self::Cancelled)
    }
}

codes! {
    /// Who cancelled.
    pub enum CancelledBy {
        /// The person, or somebody for them.
        Person = "person", "The person, or somebody for them";
        /// The police.
        Police = "police", "The police";
        /// The service.
        Service = "service", "Our service";
    }
}

codes! {
    /// Why an appointment was cancelled.
    pub enum CancelReason {
        /// They do not want to come.
        Declined = "declined", "Does not want to be seen";
        /// They cannot come then.
        AnotherTime = "another_time", "Cannot come then: wants another time";
        /// Too unwell to come.
        Unwell = "unwell", "Too unwell to come";
        /// The interview will not take place.
        InterviewOff = "interview_off", "The interview will not take place";
        /// The interview was moved.
        InterviewMoved = "interview_moved", "The interview was moved";
        /// Arrested: the custody list has them now.
        Arrested = "arrested", "Arrested: now on the custody list";
        /// Nobody can hold the clinic.
        NoClinic = "no_clinic", "The clinic cannot be held";
        /// Booked in error or twice.
        InError = "in_error", "Booked in error or twice";
    }
}

impl CancelReason {
    /// What becomes of the line of work: its reason when nobody will be seen any more; `None` when
    /// somebody still waits for a time, and the line stays to be considered.
    pub fn ends_line(self) -> Option<NotSeenReason> {
        match self {
            Self::Declined => Some(NotSeenReason::Declined),
            Self::InterviewOff | Self::Arrested => Some(NotSeenReason::AppointmentCancelled),
            Self::InError => Some(NotSeenReason::OutOfScope),
            Self::AnotherTime | Self::Unwell | Self::InterviewMoved | Self::NoClinic => None,
        }
    }
}

codes! {
    /// What follows when somebody did not attend.
    pub enum AfterMissed {
        /// Another appointment was made.
        Rebooked = "rebooked", "Another appointment was made";
        /// A task to reach them was added.
        Task = "task", "A follow-up task was added";
        /// Nothing more is done, for a reason that is written down.
        Nothing = "nothing", "Nothing more";
    }
}

/// Why the officer in the case cannot be told, in words for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotTell {
    /// It is not known yet.
    #[error("Whether they attended is not known yet")]
    NotKnownYet,
    /// No episode: nobody could have asked.
    #[error("No episode is open, so nobody has asked whether the police may be told. Nothing may be told")]
    NoEpisode,
    /// Asked, and not agreed.
    #[error("The consent ledger says '{0}' for the police. Nothing may be told without consent")]
    NoConsent(ConsentState),
}

/// What the officer in the case may be told: that somebody attended, or did not, and no more; and
/// only when the person agreed that the police may know. Whether somebody came is confidential like
/// the rest of the record. `consent` is `None` without an episode.
///
/// # Errors
/// Why nothing may be told.
pub fn for_officer(state: AppointmentState, consent: Option<ConsentState>) -> Result<&'static str, CannotTell> {
    let words = match state {
        AppointmentState::Arrived | AppointmentState::BeingSeen | AppointmentState::Seen => "Attended the appointment",
        AppointmentState::DidNotAttend => "Did not attend the appointment",
        _ => return Err(CannotTell::NotKnownYet),
    };
    match consent {
        None => Err(CannotTell::NoEpisode),
        Some(consent) if consent.permits() => Ok(words),
        Some(consent) => Err(CannotTell::NoConsent(consent)),
    }
}

#[cfg(test)]
mod tests;
