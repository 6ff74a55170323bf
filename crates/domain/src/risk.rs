//! The four-state risk card: silence never looks like "no risk".

codes! {
    /// What the risk card says.
    pub enum RiskState {
        /// Something was found.
        Known = "known", "Known risk";
        /// Somebody asked, and found none.
        NoneIdentified = "none_identified", "Assessed, none identified";
        /// Nobody has asked yet.
        NotAssessed = "not_assessed", "Not assessed";
        /// There may be something, and it cannot be shown.
        Unavailable = "unavailable", "Unavailable";
    }
}

/// What the record holds that bears on the risk card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RiskEvidence {
    /// Open alerts of any kind.
    pub open_alerts: usize,
    /// What the newest signed risk form said: `Some(true)` when it found risk.
    pub signed_finding: Option<bool>,
    /// Whether the record could be read; `false` when a part is sealed or failed to load.
    pub readable: bool,
}

impl RiskState {
    /// The state of the card. An open alert outweighs a form that found nothing; what cannot be
    /// read is never shown as nothing.
    pub fn of(evidence: RiskEvidence) -> Self {
        match evidence {
            RiskEvidence { readable: false, .. } => Self::Unavailable,
            RiskEvidence { open_alerts: 1.., .. } | RiskEvidence { signed_finding: Some(true), .. } => Self::Known,
            RiskEvidence { signed_finding: Some(false), .. } => Self::NoneIdentified,
            RiskEvidence { signed_finding: None, .. } => Self::NotAssessed,
        }
    }
}

codes! {
    /// Kinds of alert a form may raise.
    pub enum AlertKind {
        /// Thoughts or acts of self-harm or suicide.
        SelfHarm = "self_harm", "Self-harm or suicide";
        /// Violence to others.
        Violence = "violence", "Risk to others";
        /// Fire-setting.
        Arson = "arson", "Fire-setting";
        /// Medicine that must not be missed.
        MedicationDue = "medication_due", "Medication due";
        /// Pregnant or recently gave birth.
        Pregnancy = "pregnancy", "Pregnancy";
        /// Children or adults at home who depend on the person.
        Dependants = "dependants", "Dependants at home";
        /// A child or an adult at risk.
        Safeguarding = "safeguarding", "Safeguarding";
        /// Needs an interpreter.
        Interpreter = "interpreter", "Interpreter needed";
        /// Needs an appropriate adult.
        AppropriateAdult = "appropriate_adult", "Appropriate adult needed";
        /// The allegation itself raises the risk of suicide.
        ChargeRelated = "charge_related", "Charge-related risk";
        /// How the person may safely be contacted.
        SafeContact = "safe_contact", "Safe contact rules";
        /// Risk to those who visit or meet the person.
        StaffSafety = "staff_safety", "Staff safety";
        /// Anything else that must be seen.
        Other = "other", "Other alert";
    }
}

codes! {
    /// Where an alert stands.
    pub enum AlertState {
        /// Raised, nobody has answered for it.
        Open = "open", "Open";
        /// Somebody has taken it on.
        Acknowledged = "acknowledged", "Acknowledged";
        /// Ended, with a reason.
        Resolved = "resolved", "Resolved";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_not_safety() {
        let readable = RiskEvidence { readable: true, ..RiskEvidence::default() };
        assert_eq!(RiskState::of(readable), RiskState::NotAssessed);
        assert_eq!(
            RiskState::of(RiskEvidence { readable: false, signed_finding: Some(false), open_alerts: 0 }),
            RiskState::Unavailable
        );
        assert_eq!(RiskState::of(RiskEvidence { signed_finding: Some(false), ..readable }), RiskState::NoneIdentified);
        assert_eq!(
            RiskState::of(RiskEvidence { signed_finding: Some(false), open_alerts: 1, ..readable }),
            RiskState::Known
        );
    }
}
