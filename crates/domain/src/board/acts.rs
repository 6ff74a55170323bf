//! What is done to rows of a board, one or several at once.

use crate::list::NotSeenReason;

codes! {
    /// An act on rows of a board.
    pub enum BoardAct {
        /// Whoever acts sees these people.
        Take = "take", "Taken";
        /// Nobody has decided after all.
        PutBack = "put_back", "Put back";
        /// They were not seen, for one reason.
        NotSeen = "not_seen", "Not seen";
        /// An earlier act of the same user is undone.
        Undo = "undo", "Undone";
    }
}

codes! {
    /// Why somebody takes a row over from a colleague.
    pub enum TakeOverReason {
        /// The colleague's shift has ended.
        ShiftEnded = "shift_ended", "Their shift has ended";
        /// The colleague asked for it.
        Asked = "asked", "They asked me to";
        /// The colleague was called away.
        CalledAway = "called_away", "They were called away";
        /// The colleague is ill or absent.
        Absent = "absent", "They are ill or absent";
        /// Another practitioner is needed: sex, language, skill, or because the person asked.
        BetterPlaced = "better_placed", "Somebody else is better placed, or the person asked for somebody else";
    }
}

impl NotSeenReason {
    /// Whether several people can have it at once: it is about the site or the day, and nobody was looked
    /// at to find it. To decline is each person's own answer; what is found by looking at somebody, or in
    /// their record, is recorded on their own row.
    pub fn may_be_of_several(self) -> bool {
        match self {
            Self::Released
            | Self::TakenToCourt
            | Self::NoRoom
            | Self::OutOfHours
            | Self::Staffing
            | Self::ItFailure => true,
            Self::Declined
            | Self::Intoxicated
            | Self::Unsafe
            | Self::Asleep
            | Self::InInterview
            | Self::NoSupport
            | Self::Hospital
            | Self::AlreadyOpen
            | Self::NoNeed
            | Self::OutOfScope
            | Self::DidNotAttend
            | Self::AppointmentCancelled
            | Self::Late => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::EntryState;

    #[test]
    fn what_several_people_can_have_at_once_is_about_the_day_and_never_their_answer() {
        assert!(!NotSeenReason::Declined.may_be_of_several());
        for reason in NotSeenReason::ALL.iter().filter(|reason| reason.may_be_of_several()) {
            assert_eq!(reason.entry_state(), EntryState::Missed, "{reason}: a finding about one person");
        }
    }
}
