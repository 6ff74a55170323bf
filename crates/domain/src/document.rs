//! Documents: frozen renderings of recorded facts for one kind of reader.

codes! {
    /// Who a document is written for.
    pub enum Audience {
        /// Custody officer and officer in the case.
        Police = "police", "Police and custody staff";
        /// Bench, legal adviser, defence and prosecution.
        Court = "court", "Court, defence and prosecution";
    }
}

codes! {
    /// The kinds of document the service makes. Each has a template of the same name.
    pub enum DocumentKind {
        /// What the custody officer needs to know now.
        CustodyAdvice = "custody_advice", "Custody advice";
        /// What the court needs to know before it decides.
        CourtReport = "court_report", "Court report";
    }
}

impl DocumentKind {
    /// Who reads it.
    pub fn audience(self) -> Audience {
        match self {
            Self::CustodyAdvice => Audience::Police,
            Self::CourtReport => Audience::Court,
        }
    }
}

codes! {
    /// Where a document stands. A signed document never changes; a new version supersedes it.
    pub enum DocumentState {
        /// Being prepared; watermarked.
        Draft = "draft", "Draft";
        /// Signed by its author: its facts are frozen.
        Signed = "signed", "Signed";
        /// Given to its recipient, with a line in the disclosure ledger.
        Released = "released", "Released";
        /// Replaced or taken back.
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

impl DocumentState {
    /// Whether `self` may become `next`.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::Signed | Self::Withdrawn)
                | (
                    Self::Signed | Self::Released,
                    Self::Released | Self::Withdrawn
                )
        )
    }
}

codes! {
    /// Where a filled-in form stands. Nothing signed is changed in place.
    pub enum RecordState {
        /// Being filled in.
        Draft = "draft", "Draft";
        /// Signed by somebody who cannot sign alone.
        AwaitingCountersignature = "awaiting", "Waiting for countersignature";
        /// Signed.
        Signed = "signed", "Signed";
        /// Written on the wrong record or otherwise wrong; kept, and shown as such.
        InError = "in_error", "Marked in error";
    }
}

impl RecordState {
    /// Whether the record may be relied on: shown in documents and counted.
    pub fn counts(self) -> bool {
        matches!(self, Self::Signed | Self::AwaitingCountersignature)
    }
}
