//! Onward referral: help asked for, followed until it has really started.

use crate::calendar::is_bank_holiday;
use crate::time::{Instant, from_london, london_date};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

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
            S::Sent => &[S::Acknowledged, S::Accepted, S::AppointmentMade, S::Rejected, S::Ended, S::HandedOn],
            S::Acknowledged => &[S::Accepted, S::AppointmentMade, S::Rejected, S::Ended, S::HandedOn],
            S::Accepted => &[S::AppointmentMade, S::Attended, S::Rejected, S::Ended, S::HandedOn],
            S::AppointmentMade => &[S::Attended, S::NotAttended, S::AppointmentMade, S::Ended, S::HandedOn],
            S::NotAttended => &[S::AppointmentMade, S::Attended, S::Ended, S::HandedOn],
            S::Attended => &[S::Engaged, S::Ended, S::HandedOn],
            S::Rejected | S::Engaged | S::Ended | S::HandedOn => &[],
        }
    }

    /// Whether nothing more is owed: ended, started, refused or handed on.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Rejected | Self::Attended | Self::Engaged | Self::Ended | Self::HandedOn)
    }

    /// Whether reaching this state needs a reason in words.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Rejected | Self::Ended | Self::HandedOn)
    }
}

/// What is owed about a referral, and by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// What is to be done.
    pub words: &'static str,
    /// By when.
    pub due_at: Instant,
    /// Whether somebody chases the service or the person; otherwise the referral needs no chasing.
    pub is_chase: bool,
}

impl ReferralState {
    /// What is owed once a referral has come to this state. The periods are the service's own
    /// defaults: no national standard sets them.
    pub fn owed(self, now: Instant, appointment_at: Option<Instant>) -> Owed {
        let (words, due_at, is_chase) = match self {
            Self::Drafted => ("Send the referral", working_days_after(now, 0), false),
            Self::Sent => ("Check that the service has the referral", working_days_after(now, 3), true),
            Self::Acknowledged => ("Ask whether the service accepts the referral", working_days_after(now, 3), true),
            Self::Accepted => ("Ask for the date of the first appointment", working_days_after(now, 5), true),
            Self::AppointmentMade => {
                let appointment = appointment_at.filter(|at| *at > now).unwrap_or(now);
                ("Find out whether they came to the first appointment", working_days_after(appointment, 1), true)
            }
            Self::NotAttended => ("Make contact about the missed first appointment", working_days_after(now, 1), true),
            Self::Rejected => ("Find other help: a referral was not accepted", working_days_after(now, 1), false),
            Self::Attended | Self::Engaged => ("Review the plan: help has started", working_days_after(now, 5), false),
            Self::Ended | Self::HandedOn => {
                ("Review the plan: a referral has ended", working_days_after(now, 5), false)
            }
        };
        Owed { words, due_at, is_chase }
    }
}

/// Five in the afternoon on the working day so many working days after an instant. Nought is the
/// same day, or the next working day when that day is none or it is later than that already.
pub fn working_days_after(instant: Instant, days: u32) -> Instant {
    let end_of = |date: NaiveDate| from_london(date.and_time(NaiveTime::from_hms_opt(17, 0, 0).unwrap_or_default()));
    let today = london_date(instant);
    if days == 0 && is_working_day(today) && end_of(today) > instant {
        return end_of(today);
    }
    let coming = (1..).map_while(|day| today.checked_add_days(Days::new(day)));
    let nth = usize::try_from(days.max(1) - 1).unwrap_or_default();
    end_of(coming.filter(|date| is_working_day(*date)).nth(nth).unwrap_or(today))
}

fn is_working_day(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_bank_holiday(date)
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
    fn a_referral_sent_before_christmas_is_chased_after_the_holidays() {
        // Wednesday 23 December 2026: Thursday is a working day, Friday to Monday are not.
        let sent = from_london(NaiveDate::from_ymd_opt(2026, 12, 23).unwrap().and_hms_opt(10, 0, 0).unwrap());
        let due = from_london(NaiveDate::from_ymd_opt(2026, 12, 30).unwrap().and_hms_opt(17, 0, 0).unwrap());
        assert_eq!(ReferralState::Sent.owed(sent, None).due_at, due);
    }

    #[test]
    fn nought_working_days_is_today_until_five() {
        let at = |hour| from_london(NaiveDate::from_ymd_opt(2026, 11, 27).unwrap().and_hms_opt(hour, 0, 0).unwrap());
        assert_eq!(working_days_after(at(9), 0), at(17));
        assert_eq!(working_days_after(at(18), 0), at(17) + chrono::Duration::days(3), "Friday evening leads to Monday");
    }

    #[test]
    fn chasing_stops_when_the_help_has_started_and_not_when_an_appointment_was_missed() {
        let now = from_london(NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(10, 0, 0).unwrap());
        assert!(ReferralState::NotAttended.owed(now, None).is_chase);
        for state in ReferralState::ALL.iter().filter(|state| state.is_final()) {
            assert!(!state.owed(now, None).is_chase, "{state}");
        }
    }

    #[test]
    fn a_missed_first_appointment_is_not_the_end() {
        assert!(!ReferralState::NotAttended.is_final());
        assert!(ReferralState::NotAttended.next().contains(&ReferralState::AppointmentMade));
    }
}
