//! Consent: a ledger of what a person agreed to, per recipient, and what a refusal means.
//!
//! Consent here sets the common-law duty of confidence aside; it is not the legal basis under
//! data-protection law, and refusing to share never stops the NHS team itself from acting on a
//! risk (trust.md 3.5 in the design references: "refusal must never hide a live safety risk").

codes! {
    /// With whom, or for what, the person was asked.
    pub enum ConsentFor {
        /// To be seen, screened and assessed.
        Engagement = "engagement", "Being seen by Liaison and Diversion";
        /// Police and custody staff.
        Police = "police", "Sharing with police and custody staff";
        /// Court, defence and prosecution.
        Court = "court", "Sharing with the court, defence and prosecution";
        /// Probation or the youth justice service.
        Probation = "probation", "Sharing with probation or youth justice";
        /// GP and mental health team.
        Health = "health", "Sharing with GP and mental health team";
        /// The charity whose link workers follow up.
        LinkWorkers = "link_workers", "Sharing with the community link workers' charity";
        /// Each service a referral is made to.
        OnwardServices = "onward_services", "Sharing with services we refer to";
        /// Family or carer.
        Family = "family", "Sharing with family or carer";
        /// Telephone, text or letter.
        ContactBy = "contact_by", "Being contacted by phone, text or letter";
    }
}

codes! {
    /// What the ledger says now.
    pub enum ConsentState {
        /// Nobody has asked.
        NotAsked = "not_asked", "Not asked yet";
        /// Asked, and to be asked again.
        Deferred = "deferred", "Asked: to be asked again";
        /// Agreed.
        Given = "given", "Given";
        /// Agreed within limits that are written down.
        Limited = "limited", "Given with limits";
        /// Refused.
        Refused = "refused", "Refused";
        /// Given before, taken back.
        Withdrawn = "withdrawn", "Withdrawn";
        /// The person cannot decide now; shared in their best interests.
        BestInterests = "best_interests", "Lacks capacity: best interests decision";
    }
}

impl ConsentState {
    /// Whether sharing may rest on this line alone.
    pub fn permits(self) -> bool {
        matches!(self, Self::Given | Self::Limited | Self::BestInterests)
    }

    /// Whether the line is a person's answer, which a later question should not silently replace.
    pub fn is_answer(self) -> bool {
        !matches!(self, Self::NotAsked | Self::Deferred)
    }

    /// Whether a written reason or limit must stand beside it.
    pub fn needs_words(self) -> bool {
        matches!(self, Self::Limited | Self::BestInterests)
    }
}
