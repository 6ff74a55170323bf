//! Documents: frozen renderings of recorded facts for one kind of reader.

use crate::risk::AlertKind;
use crate::time::Instant;
use chrono::Duration;

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
        /// What the person needs to understand and take part, for custody.
        PassportCustody = "passport_custody", "Adjustments passport for custody";
        /// The same for court.
        PassportCourt = "passport_court", "Adjustments passport for court";
    }
}

impl Audience {
    /// Whether these readers are told that an alert of this kind stands. What a reader does not
    /// act on stays out: the court is told what bears on the hearing, and how a person may safely
    /// be reached, or who may be harming them, is told to neither.
    pub fn is_told_of(self, alert: AlertKind) -> bool {
        use AlertKind as A;
        let bears_on_hearing = matches!(alert, A::Interpreter | A::AppropriateAdult | A::Communication);
        let bears_on_custody = matches!(
            alert,
            A::SelfHarm
                | A::RiskToOthers
                | A::Arson
                | A::MedicationDue
                | A::Withdrawal
                | A::PhysicalHealth
                | A::SelfNeglect
                | A::Pregnancy
                | A::Dependants
                | A::ChargeRelated
                | A::StaffSafety
        );
        bears_on_hearing || (self == Self::Police && bears_on_custody)
    }
}

impl DocumentKind {
    /// What the document is not, as its readers must be told.
    pub fn limits(self) -> &'static str {
        match self {
            Self::CustodyAdvice => {
                "This is advice from Liaison and Diversion about vulnerability and needs. It is not a medical opinion on fitness to be detained or interviewed, which the healthcare professional gives, and not a psychiatric report. It says nothing about whether the person did what is alleged. It is true of the time it was made: ask again when something changes."
            }
            Self::CourtReport => {
                "This is information from Liaison and Diversion about health and social needs. It is not a psychiatric report, not an opinion on fitness to plead or to stand trial, and not a pre-sentence report. It says nothing about whether the person did what is alleged. It rests on what the person said and on the records seen when it was made."
            }
            Self::PassportCustody | Self::PassportCourt => {
                "This says what helps the person to understand and to take part. It says nothing about health, risk or the case, and is no opinion on fitness to be interviewed, to plead or to stand trial."
            }
        }
    }

    /// What is owed once a document has come to this state, and by when.
    pub fn next_action(self, state: DocumentState, now: Instant, next_hearing: Option<Instant>) -> (String, Instant) {
        let name = self.label().to_lowercase();
        let within_the_shift = now + Duration::hours(4);
        match (state, self) {
            (DocumentState::Draft, _) => (format!("Finish and sign the {name}"), within_the_shift),
            (DocumentState::Signed, _) => (format!("Release the {name}"), within_the_shift),
            (DocumentState::Released, Self::CustodyAdvice) => {
                ("Find out what custody did with the advice".to_owned(), within_the_shift)
            }
            (DocumentState::Released, Self::CourtReport) => {
                let hearing = next_hearing.filter(|hearing| *hearing > now).unwrap_or(now);
                ("Find out what the court decided".to_owned(), hearing + Duration::hours(24))
            }
            (DocumentState::Released, Self::PassportCustody | Self::PassportCourt) => {
                ("Find out whether the adjustments were made".to_owned(), now + Duration::hours(24))
            }
            (DocumentState::Withdrawn, _) => {
                (format!("Prepare the {name} again, or record why there is none"), within_the_shift)
            }
        }
    }

    /// What is owed first once a released document was taken back: its readers still rely on it.
    pub fn recall_action(self) -> String {
        format!("Tell those who have the {} that it is withdrawn", self.label().to_lowercase())
    }

    /// Who reads it.
    pub fn audience(self) -> Audience {
        match self {
            Self::CustodyAdvice | Self::PassportCustody => Audience::Police,
            Self::CourtReport | Self::PassportCourt => Audience::Court,
        }
    }

    /// Whether it is an adjustments passport: made and given in one act, never kept as a draft.
    pub fn is_passport(self) -> bool {
        matches!(self, Self::PassportCustody | Self::PassportCourt)
    }

    /// The passport for these readers.
    pub fn passport(audience: Audience) -> Self {
        match audience {
            Audience::Police => Self::PassportCustody,
            Audience::Court => Self::PassportCourt,
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
                | (Self::Signed | Self::Released, Self::Released | Self::Withdrawn)
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn custody_is_told_of_self_harm_and_the_court_is_not_told_its_detail() {
        assert!(Audience::Police.is_told_of(AlertKind::SelfHarm));
        assert!(!Audience::Court.is_told_of(AlertKind::SelfHarm));
        assert!(Audience::Court.is_told_of(AlertKind::Interpreter));
    }

    #[test]
    fn nobody_outside_is_told_how_a_person_is_safely_reached() {
        let kept = [
            AlertKind::SafeContact,
            AlertKind::Safeguarding,
            AlertKind::SafeguardingAdult,
            AlertKind::SafeguardingChild,
            AlertKind::RiskFromOthers,
            AlertKind::Other,
        ];
        for alert in kept {
            assert!(Audience::ALL.iter().all(|audience| !audience.is_told_of(alert)), "{alert}");
        }
    }

    #[test]
    fn the_decision_is_asked_for_the_day_after_the_hearing() {
        let now = chrono::Utc.with_ymd_and_hms(2026, 11, 24, 9, 0, 0).unwrap();
        let hearing = now + Duration::days(3);
        let next = |hearing| DocumentKind::CourtReport.next_action(DocumentState::Released, now, hearing).1;
        assert_eq!(next(Some(hearing)), hearing + Duration::hours(24));
        assert_eq!(next(Some(now - Duration::days(1))), now + Duration::hours(24));
    }
}
