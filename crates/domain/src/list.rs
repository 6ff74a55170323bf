//! Lines of work on a site's list, and what became of each.

use crate::time::Instant;

codes! {
    /// Which list.
    pub enum ListKind {
        /// People detained in a custody suite.
        Custody = "custody", "Custody list";
        /// Defendants before a court.
        Court = "court", "Court list";
        /// People interviewed by appointment, who are not detained (PACE 1984, section 29).
        Voluntary = "voluntary", "Voluntary attendance list";
    }
}

impl ListKind {
    /// Whether who is not on the newest list has left. Each officer sends their own few voluntary
    /// attendances: who is not among them is still expected.
    pub fn takes_the_days_place(self) -> bool {
        self != Self::Voluntary
    }
}

/// The format of the list that stands for a clinic: nobody sent it.
pub const CLINIC_FORMAT: &str = "clinic";

/// The format of a message that concerns one hearing and never a whole day's list.
pub const HEARING_FORMAT: &str = "common-platform-hearing";

codes! {
    /// Where a list as received stands.
    pub enum ListState {
        /// Read and shown; nothing of it is on the board yet.
        Preview = "preview", "Waiting for review";
        /// Its rows are on the board.
        Committed = "committed", "Brought in";
        /// Not used.
        Discarded = "discarded", "Discarded";
    }
}

codes! {
    /// What bringing a list in did to a line.
    pub enum LineChange {
        /// The site's list did not have it before.
        Added = "added", "Added";
        /// The list said something else of it.
        Changed = "changed", "Changed";
        /// The list said the same of it.
        Kept = "kept", "Kept";
        /// The list no longer had it.
        Gone = "gone", "Gone";
    }
}

codes! {
    /// What taking a list back did to a line.
    pub enum LineBecame {
        /// It was there only because of the list, and nobody had worked on it.
        Removed = "removed", "Removed";
        /// It says what it said before the list.
        Restored = "restored", "As before";
        /// Somebody had worked on it since.
        WorkedOn = "worked_on", "Stayed: somebody has worked on it";
        /// Another line that stayed stands where it stood before.
        PlaceTaken = "place_taken", "Stayed: another row stands in its place";
    }
}

/// For how long a list that was brought in can be taken back: the longest shift of a practitioner. Whoever
/// comes after them works from what is on the board, and corrects it with the next list.
pub const TAKEN_BACK_WITHIN: chrono::Duration = chrono::Duration::hours(12);

codes! {
    /// What has been decided about somebody on the list.
    pub enum EntryState {
        /// Nobody has decided yet.
        ToConsider = "to_consider", "To consider";
        /// A colleague is with them or on the way.
        BeingSeen = "being_seen", "Being seen";
        /// Seen: an episode carries on from here.
        Seen = "seen", "Seen";
        /// Offered and declined.
        Declined = "declined", "Declined";
        /// Considered, and no need to be seen.
        NotNeeded = "not_needed", "Not needed";
        /// Left before anybody saw them; the reason is coded.
        Missed = "missed", "Missed";
    }
}

impl EntryState {
    /// Whether somebody still has to act on the row.
    pub fn is_open(self) -> bool {
        matches!(self, Self::ToConsider | Self::BeingSeen)
    }
}

codes! {
    /// What a person decided about a possible match.
    pub enum MatchDecision {
        /// The row is this person.
        Same = "same", "Same person";
        /// The row is somebody else.
        Different = "different", "Different person";
        /// It cannot be told yet.
        NotSure = "not_sure", "Not sure";
    }
}

codes! {
    /// Why a person was not screened or not assessed.
    pub enum NotSeenReason {
        /// Declined.
        Declined = "declined", "Declined";
        /// Released before anybody saw them.
        Released = "released", "Released before seen";
        /// Taken to court first.
        TakenToCourt = "taken_to_court", "Taken to court before seen";
        /// Intoxicated.
        Intoxicated = "intoxicated", "Intoxicated";
        /// Not safe to see.
        Unsafe = "unsafe", "Too distressed or unsafe to see";
        /// Asleep or in a rest period.
        Asleep = "asleep", "Asleep or in rest period";
        /// In interview or with solicitor.
        InInterview = "in_interview", "In interview or with solicitor";
        /// No interpreter or appropriate adult.
        NoSupport = "no_support", "No interpreter or appropriate adult";
        /// No room or no escort staff.
        NoRoom = "no_room", "No room or no escort staff";
        /// Taken to hospital.
        Hospital = "hospital", "Taken to hospital";
        /// Already open to the service.
        AlreadyOpen = "already_open", "Already open: information only";
        /// No need found at triage.
        NoNeed = "no_need", "No need found at triage";
        /// Came and left outside staffed hours.
        OutOfHours = "out_of_hours", "Out of hours";
        /// Nobody was on shift.
        Staffing = "staffing", "Staffing";
        /// The system was down.
        ItFailure = "it_failure", "IT failure";
        /// Not a suspect or defendant.
        OutOfScope = "out_of_scope", "Out of scope";
        /// Identified too late.
        Late = "late", "Not identified until later";
        /// Did not come to the appointment.
        DidNotAttend = "did_not_attend", "Did not attend";
        /// The appointment was cancelled and nobody waits for another.
        AppointmentCancelled = "appointment_cancelled", "Appointment cancelled";
    }
}

impl NotSeenReason {
    /// Whether it can be the reason on a list of this kind: nobody is released who was never held,
    /// and nobody attends a cell by appointment.
    pub fn fits(self, kind: ListKind) -> bool {
        match self {
            Self::DidNotAttend | Self::AppointmentCancelled => kind == ListKind::Voluntary,
            Self::Released | Self::TakenToCourt | Self::Asleep => kind != ListKind::Voluntary,
            _ => true,
        }
    }

    /// What the row becomes when this is its reason.
    pub fn entry_state(self) -> EntryState {
        match self {
            Self::Declined => EntryState::Declined,
            Self::NoNeed | Self::AlreadyOpen | Self::OutOfScope => EntryState::NotNeeded,
            _ => EntryState::Missed,
        }
    }
}

/// How long somebody may still be called after a sitting began: a sitting lasts half a day.
const SITTING: chrono::Duration = chrono::Duration::hours(3);

/// Which of several hearings is next, by when their sittings begin: the first that is not over, and the last
/// when all are. A hearing without a time comes after those with one, and is never over.
pub fn next_sitting(sittings: &[Option<Instant>], now: Instant) -> Option<usize> {
    let is_ahead = |sitting: &Option<Instant>| sitting.is_none_or(|at| at + SITTING > now);
    let mut in_order: Vec<usize> = (0..sittings.len()).collect();
    in_order.sort_by_key(|at| (sittings[*at].is_none(), sittings[*at]));
    in_order.iter().copied().find(|at| is_ahead(&sittings[*at])).or(in_order.last().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn the_next_hearing_is_the_first_whose_sitting_is_not_over() {
        let at = |hour| chrono::Utc.with_ymd_and_hms(2026, 3, 26, hour, 0, 0).unwrap();
        let two = [Some(at(14)), Some(at(10))];
        let hours = [(9, 1), (10, 1), (12, 1), (13, 0), (16, 0), (20, 0)];
        for (hour, next) in hours {
            assert_eq!(next_sitting(&two, at(hour)), Some(next), "at {hour}");
        }
        assert_eq!(next_sitting(&[None, Some(at(10))], at(20)), Some(0), "nobody can say that it is over");
        assert_eq!(next_sitting(&[None, Some(at(10))], at(9)), Some(1));
        assert_eq!(next_sitting(&[], at(9)), None);
    }

    #[test]
    fn only_an_appointment_can_be_missed() {
        assert!(NotSeenReason::DidNotAttend.fits(ListKind::Voluntary));
        assert!(!NotSeenReason::DidNotAttend.fits(ListKind::Custody));
        assert!(!NotSeenReason::Released.fits(ListKind::Voluntary));
        assert_eq!(NotSeenReason::DidNotAttend.entry_state(), EntryState::Missed);
        assert!(NotSeenReason::ALL.iter().any(|reason| reason.fits(ListKind::Court)));
    }

    #[test]
    fn who_is_not_on_one_officers_list_is_still_expected() {
        assert!(!ListKind::Voluntary.takes_the_days_place());
        assert!(ListKind::Custody.takes_the_days_place() && ListKind::Court.takes_the_days_place());
    }
}
