//! Printing for the service's own use: what a sheet is for, and what becomes of it.
//!
//! A print is no disclosure: what leaves the service goes by [`crate::disclosure`], with its recipient and basis.

codes! {
    /// What a record is printed for.
    pub enum PrintFor {
        /// To be read where there is no screen.
        Reading = "reading", "Reading away from a screen, such as at the cell door";
        /// To be talked over with a colleague of the service.
        Supervision = "supervision", "Supervision, or a discussion among colleagues of the service";
        /// To be kept with the service's own papers.
        PaperFile = "paper_file", "The service's own paper file";
        /// To be at hand while the computers are down.
        Downtime = "downtime", "The locked folder for when Throughline is down";
    }
}

impl PrintFor {
    /// Whether the paper is kept or destroyed, as a sentence on each page.
    pub fn then(self) -> &'static str {
        match self {
            Self::Reading => "Destroy it today, when it has been read.",
            Self::Supervision => "Destroy it after the discussion.",
            Self::PaperFile => "Keep it locked in the service's paper file.",
            Self::Downtime => "Keep it locked away, and destroy it when Throughline is back.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_says_whether_it_is_kept_or_destroyed() {
        for purpose in PrintFor::ALL {
            let then = purpose.then();
            assert!(then.starts_with("Keep") || then.starts_with("Destroy"), "{purpose}");
        }
    }
}
