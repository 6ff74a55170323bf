//! Lines of work on a site's list, and what became of each.

codes! {
    /// Which list.
    pub enum ListKind {
        /// People detained in a custody suite.
        Custody = "custody", "Custody list";
        /// Defendants before a court.
        Court = "court", "Court list";
    }
}

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
    }
}

impl NotSeenReason {
    /// What the row becomes when this is its reason.
    pub fn entry_state(self) -> EntryState {
        match self {
            Self::Declined => EntryState::Declined,
            Self::NoNeed | Self::AlreadyOpen | Self::OutOfScope => EntryState::NotNeeded,
            _ => EntryState::Missed,
        }
    }
}
