//! Where the service promises to be present.

codes! {
    /// What kind of place a site is.
    pub enum SiteKind {
        /// A police custody suite.
        Custody = "custody", "Police custody";
        /// A magistrates' court.
        Magistrates = "magistrates", "Magistrates' court";
        /// The Crown Court.
        Crown = "crown", "Crown Court";
    }
}

impl SiteKind {
    /// Whether people on this site's lists are on a court list rather than detained by police.
    pub fn is_court(self) -> bool {
        self != Self::Custody
    }
}

codes! {
    /// Where in the justice system the person came to the service (national list of points of
    /// contact).
    pub enum PointOfContact {
        /// Held in police custody.
        Custody = "custody", "Police custody";
        /// Interviewed by appointment, not arrested.
        VoluntaryAttendance = "voluntary", "Voluntary attendance";
        /// Before the magistrates' court.
        Magistrates = "magistrates", "Magistrates' court";
        /// Before the youth court.
        YouthCourt = "youth_court", "Youth court";
        /// Before the Crown Court.
        Crown = "crown", "Crown Court";
        /// Sent by probation.
        Probation = "probation", "Probation";
        /// In the community.
        Community = "community", "Community";
    }
}

impl From<SiteKind> for PointOfContact {
    fn from(kind: SiteKind) -> Self {
        match kind {
            SiteKind::Custody => Self::Custody,
            SiteKind::Magistrates => Self::Magistrates,
            SiteKind::Crown => Self::Crown,
        }
    }
}
