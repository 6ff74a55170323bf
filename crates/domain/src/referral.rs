//! Onward referral: help asked for, followed until it has really started.

codes! {
    /// Where an onward referral stands.
    pub enum ReferralState {
        /// Being written.
        Drafted = "drafted", "Drafted";
        /// Sent.
        Sent = "sent", "Sent";
        /// The service says it has it.
        Acknowledged = "acknowledged", "Acknowledged";
        /// The service will see the person.
        Accepted = "accepted", "Accepted";
        /// The service will not, with its reason.
        Rejected = "rejected", "Rejected";
        /// A first appointment has a date.
        AppointmentMade = "appointment", "First appointment made";
        /// The person came: the help has started.
        Attended = "attended", "First appointment attended";
        /// The person did not come.
        NotAttended = "not_attended", "First appointment missed";
        /// The person is using the help.
        Engaged = "engaged", "Engaged";
        /// Ended before it started, with a reason.
        Ended = "ended", "Ended";
        /// Another organisation has taken over following it.
        HandedOn = "handed_on", "Handed on";
    }
}

impl ReferralState {
    /// The states that may come next.
    pub fn next(self) -> &'static [Self] {
        use ReferralState as S;
        match self {
            S::Drafted => &[S::Sent, S::Ended],
            S::Sent => &[
                S::Acknowledged,
                S::Accepted,
                S::AppointmentMade,
                S::Rejected,
                S::Ended,
                S::HandedOn,
            ],
            S::Acknowledged => &[
                S::Accepted,
                S::AppointmentMade,
                S::Rejected,
                S::Ended,
                S::HandedOn,
            ],
            S::Accepted => &[
                S::AppointmentMade,
                S::Attended,
                S::Rejected,
                S::Ended,
                S::HandedOn,
            ],
            S::AppointmentMade => &[
                S::Attended,
                S::NotAttended,
                S::AppointmentMade,
                S::Ended,
                S::HandedOn,
            ],
            S::NotAttended => &[S::AppointmentMade, S::Attended, S::Ended, S::HandedOn],
            S::Attended => &[S::Engaged, S::Ended, S::HandedOn],
            S::Rejected | S::Engaged | S::Ended | S::HandedOn => &[],
        }
    }

    /// Whether nothing more is owed: ended, started, refused or handed on.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Rejected | Self::Attended | Self::Engaged | Self::Ended | Self::HandedOn
        )
    }

    /// Whether reaching this state needs a reason in words.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Rejected | Self::Ended | Self::HandedOn)
    }
}

codes! {
    /// What kind of help a service in the directory gives.
    pub enum HelpKind {
        /// General practice.
        Gp = "gp", "GP";
        /// Community mental health team.
        CommunityMentalHealth = "cmht", "Community mental health team";
        /// Crisis or home treatment team.
        Crisis = "crisis", "Crisis or home treatment team";
        /// Talking therapies.
        TalkingTherapies = "talking", "Talking therapies";
        /// Drug and alcohol.
        Substance = "substance", "Drug and alcohol service";
        /// Housing and homelessness.
        Housing = "housing", "Housing and homelessness";
        /// Debt and benefits.
        Debt = "debt", "Debt and benefits advice";
        /// Domestic abuse and sexual violence.
        DomesticAbuse = "domestic_abuse", "Domestic abuse and sexual violence";
        /// Women's centre.
        Women = "women", "Women's centre";
        /// Veterans.
        Veterans = "veterans", "Veterans' service";
        /// Learning disability, autism, ADHD.
        Neurodevelopmental = "neuro", "Learning disability, autism or ADHD service";
        /// Employment, training, education.
        Employment = "employment", "Employment and training";
        /// Children's services and youth justice.
        Youth = "youth", "Youth justice or children's services";
        /// Mental health treatment requirement team.
        Mhtr = "mhtr", "Mental health treatment requirement team";
        /// Adult social care.
        SocialCare = "social_care", "Adult social care";
        /// Anything else.
        Other = "other", "Other";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_leads_on_or_is_final() {
        for state in ReferralState::ALL {
            assert!(!state.next().is_empty() || state.is_final(), "{state}");
        }
    }

    #[test]
    fn a_missed_first_appointment_is_not_the_end() {
        assert!(!ReferralState::NotAttended.is_final());
        assert!(
            ReferralState::NotAttended
                .next()
                .contains(&ReferralState::AppointmentMade)
        );
    }
}
