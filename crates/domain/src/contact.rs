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
