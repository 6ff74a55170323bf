//! What was found: vulnerabilities and needs, how sure, and whether new.

codes! {
    /// Which list a finding belongs to.
    pub enum FindingList {
        /// A vulnerability.
        Vulnerability = "vulnerability", "Vulnerability";
        /// A need that help can be arranged for.
        Need = "need", "Need";
    }
}

codes! {
    /// How sure the finder is.
    pub enum FindingStatus {
        /// Seen or told.
        Identified = "identified", "Identified";
        /// Suspected.
        Suspected = "suspected", "Suspected";
        /// Diagnosed by somebody qualified.
        Diagnosed = "diagnosed", "Diagnosed";
        /// Asked, and the person would rather not say.
        Declined = "declined", "Declined to say";
    }
}
