//! CJ outcome: what police or court decided, and whether our information counted.

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
