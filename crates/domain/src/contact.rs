//! Contacts: direct work with the person, and what is done about them.

codes! {
    /// How the contact took place (MHSDS consultation mechanism, with the service's own places).
    pub enum ContactMode {
        /// Face to face in a cell or consultation room.
        FaceToFace = "01", "Face to face";
        /// Telephone.
        Telephone = "02", "Telephone";
        /// Video.
        Video = "11", "Video";
        /// Text message.
        Text = "10", "Text message";
        /// Letter.
        Letter = "letter", "Letter";
        /// Went with the person to an appointment.
        Escorted = "escorted", "Went with them to an appointment";
    }
}

codes! {
    /// What came of it (NHS ATTENDED OR DID NOT ATTEND, with the words the field prefers).
    pub enum Attendance {
        /// Seen on time.
        Attended = "5", "Reached: spoke or met";
        /// Late, but seen.
        LateSeen = "6", "Late, but seen";
        /// Late, and not seen.
        LateNotSeen = "7", "Late, not seen";
        /// Cancelled by the person.
        CancelledByPerson = "2", "Cancelled by the person";
        /// Did not attend, or did not answer.
        DidNotAttend = "3", "Not reached";
        /// Cancelled by the service.
        CancelledByService = "4", "Cancelled by us";
    }
}

impl Attendance {
    /// Whether the person was seen or spoken with.
    pub fn reached(self) -> bool {
        matches!(self, Self::Attended | Self::LateSeen)
    }

    /// The words for somebody of this age: a child "was not brought".
    pub fn label_for(self, age: Option<u32>) -> &'static str {
        match (self, age) {
            (Self::DidNotAttend, Some(0..=17)) => "Was not brought",
            _ => self.label(),
        }
    }
}

codes! {
    /// What becomes of a task after a contact was recorded.
    pub enum AfterContact {
        /// What was owed is done.
        Done = "done", "The task is done";
        /// Somebody tries again, on a date.
        Again = "again", "Try again, or contact them again, on a date";
        /// No longer owed, with a reason.
        NotNeeded = "not_needed", "No further contact is needed";
    }
}

impl AfterContact {
    /// Why this cannot follow what came of the contact. A person who was not reached is not
    /// "done": somebody tries again on a date, or says why nobody does.
    pub fn refused(self, attendance: Attendance, missed_before: usize) -> Option<String> {
        if self != Self::Done || attendance.reached() {
            return None;
        }
        Some(match missed_before {
            0 => "The person was not reached: choose when somebody tries again, or say why nobody should".to_owned(),
            before => format!(
                "The person has not been reached {} times: give the date of the next attempt, or say why there is none",
                before + 1
            ),
        })
    }
}

/// How many contacts in a row came to nothing, of contacts newest first.
pub fn missed_in_a_row(newest_first: impl IntoIterator<Item = Attendance>) -> usize {
    newest_first.into_iter().take_while(|attendance| !attendance.reached()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_was_not_reached_is_not_done() {
        let missed = Attendance::DidNotAttend;
        assert!(AfterContact::Done.refused(missed, 0).is_some());
        assert!(AfterContact::Done.refused(missed, 1).is_some_and(|words| words.contains("2 times")));
        assert_eq!(AfterContact::Again.refused(missed, 1), None);
        assert_eq!(AfterContact::NotNeeded.refused(missed, 1), None);
        assert_eq!(AfterContact::Done.refused(Attendance::LateSeen, 3), None);
    }

    #[test]
    fn only_misses_since_the_last_contact_count() {
        use Attendance::{Attended, CancelledByPerson, DidNotAttend};
        assert_eq!(missed_in_a_row([DidNotAttend, CancelledByPerson, Attended, DidNotAttend]), 2);
        assert_eq!(missed_in_a_row([Attended, DidNotAttend]), 0);
    }
}
