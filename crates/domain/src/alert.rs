//! Alerts: which come first, who is owed an answer and by when, and what was answered.

use crate::episode::LegalStatus;
use crate::risk::{AlertKind, AlertState};
use crate::time::Instant;
use chrono::{Duration, NaiveDate};

codes! {
    /// How soon an alert is read: three tiers and never more, so that the first is believed.
    pub enum AlertTier {
        /// Life may depend on it this hour.
        ActNow = "act_now", "Act now";
        /// Read before you meet, ring, write or hand over.
        KnowFirst = "know_first", "Know first";
        /// Something to be arranged.
        Arrange = "arrange", "Arrange";
    }
}

impl AlertKind {
    /// Its tier.
    pub fn tier(self) -> AlertTier {
        match self {
            Self::SelfHarm | Self::MedicationDue | Self::Withdrawal | Self::PhysicalHealth => AlertTier::ActNow,
            Self::AppropriateAdult | Self::Interpreter | Self::Communication => AlertTier::Arrange,
            // What nobody has sorted is not put last.
            _ => AlertTier::KnowFirst,
        }
    }

    /// Whether it is still raised: a concern about safeguarding says of whom since there is a kind for each.
    pub fn is_raised(self) -> bool {
        self != Self::Safeguarding
    }

    /// Whether it makes the risk card say "Known risk". What has only to be arranged stands on the card
    /// and is no risk: a card that cries wolf is not read.
    pub fn speaks_of_risk(self) -> bool {
        self.tier() != AlertTier::Arrange
    }
}

codes! {
    /// One thing that was done with an alert. Steps are added and never changed.
    pub enum AlertStep {
        /// Raised by a form or a person.
        Raised = "raised", "Raised";
        /// Somebody answers for it until the day it is looked at again.
        Acknowledged = "acknowledged", "Acknowledged";
        /// Somebody else is to answer for it.
        HandedOver = "handed_over", "Handed over";
        /// Ended, with the reason.
        Resolved = "resolved", "Resolved";
        /// The same was found again after somebody had answered for it.
        FoundAgain = "found_again", "Found again";
    }
}

/// The longest time until an alert that stands is looked at again.
pub const LONGEST_REVIEW_DAYS: i64 = 366;

/// How long an alert may wait for its first answer before the team leader is told (hazard H-04: an
/// alert that is missed). The service's own figures; there is no national standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerWithin {
    /// While the person is held.
    pub held: Duration,
    /// Otherwise.
    pub otherwise: Duration,
}

impl Default for AnswerWithin {
    fn default() -> Self {
        Self { held: Duration::hours(1), otherwise: Duration::hours(24) }
    }
}

impl AnswerWithin {
    /// By when an alert is answered: within the time that fits where the person is, and not after the
    /// moment the alert itself names (a dose that is due).
    pub fn answer_by(self, raised_at: Instant, status: LegalStatus, due_at: Option<Instant>) -> Instant {
        let within = raised_at + if status.is_held() { self.held } else { self.otherwise };
        due_at.map_or(within, |due| due.max(raised_at).min(within))
    }
}

/// What an alert asks of its owner now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// A first answer, by this moment.
    Answer(Instant),
    /// A look at what was acknowledged: its day has come, or gone by.
    Review(NaiveDate),
}

impl Owed {
    /// What is owed of an alert, when anything is. What was acknowledged without a day is owed a
    /// look at once: nothing stands unseen for ever.
    pub fn of(state: AlertState, answer_by: Instant, review_on: Option<NaiveDate>, today: NaiveDate) -> Option<Self> {
        match (state, review_on) {
            (AlertState::Open, _) => Some(Self::Answer(answer_by)),
            (AlertState::Acknowledged, Some(day)) if day > today => None,
            (AlertState::Acknowledged, day) => Some(Self::Review(day.unwrap_or(today))),
            (AlertState::Resolved, _) => None,
        }
    }

    /// Whether the team leader is told: the time to answer has gone by, or the day of the review.
    pub fn is_late(self, now: Instant, today: NaiveDate) -> bool {
        match self {
            Self::Answer(by) => by < now,
            Self::Review(day) => day < today,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn at(hour: u32, minute: u32) -> Instant {
        chrono::Utc.with_ymd_and_hms(2026, 11, 24, hour, minute, 0).unwrap()
    }

    #[test]
    fn there_are_three_tiers_and_life_comes_first() {
        assert_eq!(AlertTier::ALL.len(), 3);
        assert_eq!(AlertKind::SelfHarm.tier(), AlertTier::ActNow);
        assert_eq!(AlertKind::Other.tier(), AlertTier::KnowFirst, "what nobody has sorted is not put last");
        assert_eq!(AlertKind::Interpreter.tier(), AlertTier::Arrange);
        let no_risk: Vec<&AlertKind> = AlertKind::ALL.iter().filter(|kind| !kind.speaks_of_risk()).collect();
        assert_eq!(no_risk, [&AlertKind::AppropriateAdult, &AlertKind::Interpreter, &AlertKind::Communication]);
        assert!(AlertTier::ActNow < AlertTier::Arrange);
    }

    #[test]
    fn an_answer_is_owed_within_the_hour_while_somebody_is_held() {
        let within = AnswerWithin::default();
        assert_eq!(within.answer_by(at(9, 0), LegalStatus::Pace, None), at(10, 0));
        assert_eq!(within.answer_by(at(9, 0), LegalStatus::Bail, None), at(9, 0) + Duration::hours(24));
        assert_eq!(within.answer_by(at(9, 0), LegalStatus::Bail, Some(at(14, 0))), at(14, 0));
        assert_eq!(within.answer_by(at(9, 0), LegalStatus::Pace, Some(at(14, 0))), at(10, 0));
        assert_eq!(within.answer_by(at(9, 0), LegalStatus::Pace, Some(at(8, 0))), at(9, 0), "a dose already missed");
    }

    #[test]
    fn what_was_acknowledged_comes_back_on_its_day() {
        let today = at(9, 0).date_naive();
        let owed = |state, review| Owed::of(state, at(10, 0), review, today);
        assert_eq!(owed(AlertState::Open, None), Some(Owed::Answer(at(10, 0))));
        assert_eq!(owed(AlertState::Acknowledged, today.succ_opt()), None);
        assert_eq!(owed(AlertState::Acknowledged, Some(today)), Some(Owed::Review(today)));
        assert_eq!(owed(AlertState::Acknowledged, None), Some(Owed::Review(today)), "no day is no leave");
        assert_eq!(owed(AlertState::Resolved, None), None);
    }

    #[test]
    fn the_leader_is_told_of_what_is_late() {
        let today = at(9, 0).date_naive();
        assert!(!Owed::Answer(at(10, 0)).is_late(at(10, 0), today));
        assert!(Owed::Answer(at(10, 0)).is_late(at(10, 1), today));
        assert!(!Owed::Review(today).is_late(at(23, 0), today));
        assert!(Owed::Review(today.pred_opt().unwrap()).is_late(at(9, 0), today));
    }
}
