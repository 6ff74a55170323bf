//! Tasks: something owed, with owner and date.

use crate::time::Instant;
use chrono::Duration;

codes! {
    /// What is owed.
    pub enum TaskKind {
        /// See the person at the site.
        See = "see", "See the person";
        /// Write a report or advice.
        Report = "report", "Write a report";
        /// First contact within 48 hours of release.
        ContactAfterRelease = "contact_48h", "Contact within 48 hours of release";
        /// Later follow-up contact.
        FollowUp = "follow_up", "Follow up";
        /// Chase an onward referral.
        ChaseReferral = "chase_referral", "Chase a referral";
        /// Find out what police or court decided.
        ChaseOutcome = "chase_outcome", "Find out the outcome";
        /// Countersign a colleague's record.
        Countersign = "countersign", "Countersign a record";
        /// Answer an alert.
        Alert = "alert", "Answer an alert";
        /// Look again at what is done for a goal of the care plan.
        ReviewCare = "review_care", "Review the care plan";
        /// Anything else.
        Other = "other", "Other";
    }
}

codes! {
    /// Where a task stands.
    pub enum TaskState {
        /// Owed.
        Open = "open", "To do";
        /// Done.
        Done = "done", "Done";
        /// No longer owed, with a reason.
        Cancelled = "cancelled", "Not needed";
    }
}

/// Hours after release within which the first contact is owed. On average one person a week dies
/// by suicide within 48 hours of leaving police custody; the figure is the service's default and
/// no national time standard.
pub const CONTACT_AFTER_RELEASE_HOURS: i64 = 48;

/// When the contact after release is due.
pub fn contact_after_release_due(released_at: Instant) -> Instant {
    released_at + Duration::hours(CONTACT_AFTER_RELEASE_HOURS)
}

impl TaskKind {
    /// Whether the task is done by contacting the person, and so by recording a contact.
    pub fn is_contact(self) -> bool {
        matches!(self, Self::ContactAfterRelease | Self::FollowUp)
    }

    /// Whether the task is done by recording a review in the care plan.
    pub fn is_review(self) -> bool {
        self == Self::ReviewCare
    }
}

/// When a concern that a colleague raised must be answered: a concern of self-harm or suicide
/// within the hour, others the same day.
pub fn concern_due(kind: crate::risk::AlertKind, raised_at: Instant) -> Instant {
    match kind {
        crate::risk::AlertKind::SelfHarm => raised_at + Duration::hours(1),
        _ => raised_at + Duration::hours(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::AlertKind;
    use chrono::TimeZone;

    #[test]
    fn a_concern_of_self_harm_is_answered_first() {
        let now = chrono::Utc.with_ymd_and_hms(2026, 11, 24, 9, 0, 0).unwrap();
        assert!(concern_due(AlertKind::SelfHarm, now) < concern_due(AlertKind::Other, now));
    }

    #[test]
    fn follow_ups_are_done_by_contact() {
        assert!(TaskKind::ContactAfterRelease.is_contact());
        assert!(!TaskKind::Countersign.is_contact());
    }
}
