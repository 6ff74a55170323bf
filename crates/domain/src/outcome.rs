//! CJ outcome: what police or court decided, and whether our information counted.

use crate::episode::LegalStatus;
use crate::time::Instant;
use chrono::Duration;

codes! {
    /// Who decided.
    pub enum Decider {
        /// Police.
        Police = "police", "Police";
        /// A court.
        Court = "court", "Court";
    }
}

codes! {
    /// What was decided. Out-of-court disposals include Outcome 22 (diversionary activity).
    pub enum CjOutcome {
        /// Charged or summonsed.
        Charged = "charged", "Charged or summonsed";
        /// Simple caution.
        Caution = "caution", "Simple caution";
        /// Conditional caution.
        ConditionalCaution = "conditional_caution", "Conditional caution";
        /// Community resolution.
        CommunityResolution = "community_resolution", "Community resolution";
        /// Outcome 22.
        Outcome22 = "outcome_22", "Outcome 22: diversionary activity";
        /// No further action.
        Nfa = "nfa", "No further action";
        /// Pre-charge bail.
        PoliceBail = "police_bail", "Bailed before charge";
        /// Released under investigation.
        Rui = "rui", "Released under investigation";
        /// Detained under the Mental Health Act.
        MentalHealthAct = "mha", "Detained under the Mental Health Act";
        /// Adjourned, on bail.
        AdjournedBail = "adjourned_bail", "Adjourned on bail";
        /// Remanded in custody.
        RemandCustody = "remand_custody", "Remanded in custody";
        /// Remanded in custody for own protection.
        RemandProtection = "remand_protection", "Remanded in custody for own protection";
        /// Remanded to hospital.
        RemandHospital = "remand_hospital", "Remanded to hospital";
        /// Withdrawn or discontinued.
        Withdrawn = "withdrawn", "Withdrawn or discontinued";
        /// Acquitted.
        Acquitted = "acquitted", "Acquitted";
        /// Absolute or conditional discharge.
        Discharge = "discharge", "Absolute or conditional discharge";
        /// Fine.
        Fine = "fine", "Fine";
        /// Community order.
        CommunityOrder = "community_order", "Community order";
        /// Community order with a mental health treatment requirement.
        CommunityOrderMhtr = "community_order_mhtr", "Community order with mental health treatment requirement";
        /// Suspended sentence.
        SuspendedSentence = "suspended", "Suspended sentence order";
        /// Immediate custody.
        Custody = "custody", "Immediate custody";
        /// Hospital order.
        HospitalOrder = "hospital_order", "Hospital order";
        /// Youth disposal.
        YouthDisposal = "youth", "Referral order or youth rehabilitation order";
        /// Sent to the Crown Court.
        SentToCrown = "sent_crown", "Sent to the Crown Court";
    }
}

impl CjOutcome {
    /// Who may decide this.
    pub fn decider(self) -> Decider {
        match self {
            Self::Charged
            | Self::Caution
            | Self::ConditionalCaution
            | Self::CommunityResolution
            | Self::Outcome22
            | Self::Nfa
            | Self::PoliceBail
            | Self::Rui
            | Self::MentalHealthAct => Decider::Police,
            _ => Decider::Court,
        }
    }

    /// Whether somebody who is held can walk out with this. Charged people and those sent to the
    /// Crown Court are kept or bailed; a remand, a sentence of custody or a hospital order keeps.
    pub fn may_release(self) -> bool {
        self.releases() || matches!(self, Self::Charged | Self::SentToCrown)
    }

    /// Whether the matter goes on to another hearing.
    pub fn goes_on(self) -> bool {
        matches!(
            self,
            Self::Charged
                | Self::AdjournedBail
                | Self::RemandCustody
                | Self::RemandProtection
                | Self::RemandHospital
                | Self::SentToCrown
        )
    }

    /// The legal status that follows. `before` is the status at the decision; `walks_out` says
    /// whether somebody who was held leaves. Whoever is held for another matter stays held.
    pub fn legal_status_after(self, before: LegalStatus, walks_out: bool) -> LegalStatus {
        let stays = before.is_held() && !walks_out;
        match self {
            Self::RemandCustody | Self::RemandProtection => LegalStatus::Remanded,
            Self::Custody => LegalStatus::Sentenced,
            Self::MentalHealthAct | Self::RemandHospital | Self::HospitalOrder => LegalStatus::Hospital,
            Self::Charged if stays => LegalStatus::ChargedHeld,
            Self::SentToCrown if stays => LegalStatus::Remanded,
            _ if stays => before,
            Self::PoliceBail | Self::AdjournedBail | Self::SentToCrown => LegalStatus::Bail,
            Self::Charged if walks_out || before == LegalStatus::Bail => LegalStatus::Bail,
            Self::Rui => LegalStatus::UnderInvestigation,
            _ => LegalStatus::Liberty,
        }
    }

    /// Whether the person walks out, so that a contact within 48 hours is owed.
    pub fn releases(self) -> bool {
        !matches!(
            self,
            Self::Charged
                | Self::MentalHealthAct
                | Self::RemandCustody
                | Self::RemandProtection
                | Self::RemandHospital
                | Self::Custody
                | Self::HospitalOrder
                | Self::SentToCrown
        )
    }
}

/// Days after an outcome within which somebody decides whether the work ends or goes on.
const DECIDE_WITHIN_DAYS: i64 = 3;

/// What is owed after an outcome, and by when: the next hearing when there is one, else a
/// decision about the episode.
pub fn next_action_after(next_hearing: Option<Instant>, now: Instant) -> (&'static str, Instant) {
    match next_hearing {
        Some(hearing) => ("Find out what the next hearing decides", hearing),
        None => ("Decide whether to follow up or close", now + Duration::days(DECIDE_WITHIN_DAYS)),
    }
}

codes! {
    /// Whether the decision-maker had our information.
    pub enum InformationUse {
        /// Had it, and it shows in the decision.
        Followed = "followed", "Available, and the recommendation was followed";
        /// Had it; the decision was another.
        NotFollowed = "not_followed", "Available, and not followed";
        /// Had it; not known whether it counted.
        Available = "available", "Available; use not known";
        /// Did not have it.
        NotAvailable = "not_available", "Not available at the decision";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_decided_sets_the_legal_status() {
        use CjOutcome as O;
        use LegalStatus as L;
        for (outcome, before, walks_out, after) in [
            (O::Nfa, L::Pace, true, L::Liberty),
            (O::PoliceBail, L::Pace, true, L::Bail),
            (O::Rui, L::Pace, true, L::UnderInvestigation),
            (O::Charged, L::Pace, false, L::ChargedHeld),
            (O::Charged, L::Pace, true, L::Bail),
            (O::Charged, L::Voluntary, false, L::Liberty),
            (O::MentalHealthAct, L::Pace, false, L::Hospital),
            (O::RemandCustody, L::ChargedHeld, false, L::Remanded),
            (O::RemandCustody, L::Bail, false, L::Remanded),
            (O::Custody, L::Remanded, false, L::Sentenced),
            (O::SentToCrown, L::ChargedHeld, false, L::Remanded),
            (O::SentToCrown, L::Bail, false, L::Bail),
            (O::AdjournedBail, L::ChargedHeld, true, L::Bail),
            (O::Fine, L::Bail, false, L::Liberty),
            (O::CommunityOrderMhtr, L::Remanded, true, L::Liberty),
        ] {
            assert_eq!(outcome.legal_status_after(before, walks_out), after, "{outcome} from {before}");
        }
    }

    #[test]
    fn whoever_is_held_for_another_matter_stays_held() {
        for outcome in [CjOutcome::Nfa, CjOutcome::Fine, CjOutcome::Withdrawn] {
            assert_eq!(outcome.legal_status_after(LegalStatus::Remanded, false), LegalStatus::Remanded);
        }
    }

    #[test]
    fn nobody_walks_out_of_a_remand_or_a_hospital_order() {
        for outcome in CjOutcome::ALL {
            let held = outcome.legal_status_after(LegalStatus::Pace, true).is_held();
            assert_eq!(outcome.may_release(), !held, "{outcome}");
        }
    }
}
