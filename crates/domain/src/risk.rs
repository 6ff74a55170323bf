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
    /// Alerts that are not resolved and speak of risk.
    pub open_alerts: usize,
    /// What the newest signed risk form said: `Some(true)` when it found risk.
    pub signed_finding: Option<bool>,
    /// Whether the record could be read; `false` when a part is sealed or failed to load.
    pub readable: bool,
}

/// What one signed risk form says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedRisk {
    /// It found risk.
    Known,
    /// It asked, and found none.
    NoneIdentified,
    /// Nobody could ask: it says so itself.
    NotConcluded,
    /// It cannot be read, so that nobody knows what it says.
    Unreadable,
}

impl RiskEvidence {
    /// What alerts and signed risk forms say together. `forms` are newest first; the newest that
    /// concludes speaks. After somebody could not ask, a risk that was known before still stands, and
    /// "none identified" from before does not: it is no answer to what nobody could ask now.
    pub fn of(open_alerts: usize, forms: impl IntoIterator<Item = SignedRisk>) -> Self {
        let mut forms = forms.into_iter().peekable();
        let could_not_ask = forms.peek() == Some(&SignedRisk::NotConcluded);
        let speaks = forms.find(|form| *form != SignedRisk::NotConcluded);
        let signed_finding = match speaks {
            Some(SignedRisk::Known) => Some(true),
            Some(SignedRisk::NoneIdentified) if !could_not_ask => Some(false),
            _ => None,
        };
        Self { open_alerts, signed_finding, readable: speaks != Some(SignedRisk::Unreadable) }
    }

    /// Whether a signed form stands behind the state.
    pub fn is_assessed(self) -> bool {
        self.readable && self.signed_finding.is_some()
    }
}

impl RiskState {
    /// The state for a reader from whom something of the record is kept back: what they are not shown may
    /// say otherwise, so for them nobody's risk is "none".
    #[must_use]
    pub fn when_withheld(self, withheld: bool) -> Self {
        match self {
            Self::NoneIdentified if withheld => Self::Unavailable,
            state => state,
        }
    }

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
    /// What an alert is about: the one list, for forms, concerns and cards alike.
    pub enum AlertKind {
        /// Thoughts or acts of self-harm or suicide.
        SelfHarm = "self_harm", "Self-harm or suicide";
        /// Medicine that must not be missed; the alert says when.
        MedicationDue = "medication_due", "Medication due";
        /// Withdrawal from alcohol or drugs, which can kill.
        Withdrawal = "withdrawal", "Alcohol or drug withdrawal";
        /// Needs a healthcare professional now.
        PhysicalHealth = "physical_health", "Urgent physical health need";
        /// The allegation itself raises the risk of suicide, above all in its first days and at each
        /// step of the case. Which allegation is in the risk form, and never in the words of an alert.
        ChargeRelated = "charge_related", "Charge-related risk";
        /// Violence to others.
        RiskToOthers = "risk_to_others", "Risk to others";
        /// Harm from other people.
        RiskFromOthers = "risk_from_others", "At risk from others";
        /// Risk to those who visit or meet the person.
        StaffSafety = "staff_safety", "Staff safety";
        /// Fire-setting.
        Arson = "arson", "Fire-setting";
        /// Not looking after oneself.
        SelfNeglect = "self_neglect", "Self-neglect";
        /// A child at risk.
        SafeguardingChild = "safeguarding_child", "Safeguarding of a child";
        /// An adult at risk.
        SafeguardingAdult = "safeguarding_adult", "Safeguarding of an adult";
        /// A concern about safeguarding that does not say of whom. Kept to be read; no longer raised.
        Safeguarding = "safeguarding", "Safeguarding";
        /// How the person may safely be contacted.
        SafeContact = "safe_contact", "Safe contact rules";
        /// Pregnant or recently gave birth.
        Pregnancy = "pregnancy", "Pregnancy";
        /// Children or adults at home who depend on the person.
        Dependants = "dependants", "Dependants at home";
        /// Needs an appropriate adult.
        AppropriateAdult = "appropriate_adult", "Appropriate adult needed";
        /// Needs an interpreter.
        Interpreter = "interpreter", "Interpreter needed";
        /// Needs help to understand or to be understood.
        Communication = "communication", "Communication need";
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

    /// Every combination of alerts and of up to three forms has a state, and none is blank or says that
    /// there is no risk where nobody found that there is none.
    #[test]
    fn no_combination_is_blank_and_none_reads_as_safe_by_silence() {
        use SignedRisk::{Known, NoneIdentified, NotConcluded, Unreadable};
        let says = [None, Some(Known), Some(NoneIdentified), Some(NotConcluded), Some(Unreadable)];
        let mut seen = std::collections::BTreeSet::new();
        for alerts in 0..3 {
            for number in 0..says.len().pow(3) {
                let (first, second, third) = (says[number / 25], says[number / 5 % 5], says[number % 5]);
                let forms: Vec<SignedRisk> = [first, second, third].into_iter().flatten().collect();
                let state = RiskState::of(RiskEvidence::of(alerts, forms.iter().copied()));
                assert!(!state.label().is_empty());
                seen.insert(state);
                if state == RiskState::NoneIdentified {
                    assert_eq!((alerts, forms.first()), (0, Some(&NoneIdentified)), "{forms:?}");
                }
                let speaks = forms.iter().find(|form| **form != NotConcluded);
                if speaks == Some(&Unreadable) {
                    assert_eq!(state, RiskState::Unavailable, "{forms:?}");
                }
                if alerts > 0 && speaks != Some(&Unreadable) {
                    assert_eq!(state, RiskState::Known);
                }
            }
        }
        assert_eq!(seen.len(), 4, "every state is reached");
    }

    #[test]
    fn who_could_not_ask_takes_back_none_identified_and_not_a_known_risk() {
        use SignedRisk::{Known, NoneIdentified, NotConcluded};
        let of = |forms: &[SignedRisk]| RiskState::of(RiskEvidence::of(0, forms.iter().copied()));
        assert_eq!(of(&[NotConcluded]), RiskState::NotAssessed);
        assert_eq!(of(&[NotConcluded, NoneIdentified]), RiskState::NotAssessed);
        assert_eq!(of(&[NotConcluded, Known]), RiskState::Known);
        assert_eq!(of(&[NoneIdentified, Known]), RiskState::NoneIdentified, "the newest that concludes speaks");
    }

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
