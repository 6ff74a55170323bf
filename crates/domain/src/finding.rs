//! What was found: vulnerabilities and needs, how sure, whether new, and who says so.

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

codes! {
    /// Who says that a finding is so.
    pub enum FindingSource {
        /// The person.
        Person = "person", "The person";
        /// Seen by the practitioner.
        Seen = "seen", "Seen by the practitioner";
        /// A health record.
        HealthRecord = "health_record", "Health record";
        /// Custody or court.
        CustodyOrCourt = "custody_or_court", "Custody or court";
        /// Family or carer.
        Family = "family", "Family or carer";
        /// Another service.
        Service = "service", "Another service";
    }
}
