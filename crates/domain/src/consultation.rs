//! Consultation: advice given to a colleague, the police or a court, about somebody or about nobody named.
//!
//! It is indirect work that nobody sees unless it is written down, and advice that was given is advice that
//! somebody may have acted on: it is corrected by a new version, never overwritten.

use crate::consent::ConsentFor;
use crate::disclosure::Channel;
use crate::time::Instant;
use chrono::Duration;

codes! {
    /// Who asked, by role. Nobody's name is needed.
    pub enum AskedBy {
        /// Custody officer or detention officer.
        Custody = "custody", "Custody staff";
        /// Officer in the case, or any other officer.
        Police = "police", "Police officer";
        /// Legal adviser, usher, bench, prosecution.
        Court = "court", "Court";
        /// The defence.
        Defence = "defence", "Defence solicitor";
        /// Custody healthcare, mental health team, GP.
        Healthcare = "healthcare", "Healthcare professional";
        /// Probation or youth justice.
        Probation = "probation", "Probation or youth justice";
        /// Social care of a council.
        SocialCare = "social_care", "Social care";
        /// Somebody of this service.
        Colleague = "colleague", "Colleague in this service";
        /// Anybody else.
        Other = "other", "Other";
    }
}

codes! {
    /// What the advice was about.
    pub enum Topic {
        /// Mental health.
        MentalHealth = "mental_health", "Mental health";
        /// Self-harm or suicide.
        SelfHarm = "self_harm", "Self-harm or suicide";
        /// Learning disability, autism, ADHD.
        Learning = "learning", "Learning disability, autism or ADHD";
        /// How to talk with somebody, and what to do differently.
        Communication = "communication", "Communication and adjustments";
        /// Appropriate adult, fitness for interview.
        Interview = "interview", "Interview and appropriate adult";
        /// Detention, assessment and treatment under the Act.
        MentalHealthAct = "mental_health_act", "Mental Health Act";
        /// Drugs or alcohol.
        Substances = "substances", "Drugs or alcohol";
        /// A child or an adult at risk.
        Safeguarding = "safeguarding", "Safeguarding";
        /// Which service may help.
        Services = "services", "Which service may help";
        /// Anything else.
        Other = "other", "Other";
    }
}

codes! {
    /// How the advice was given.
    pub enum How {
        /// By telephone.
        Phone = "phone", "Phone";
        /// Face to face.
        InPerson = "in_person", "In person";
        /// In writing.
        Email = "email", "E-mail";
    }
}

impl AskedBy {
    /// Which line of the consent ledger speaks for them when they are told something of a person; nothing for the
    /// service's own team, who are told nothing outside.
    pub fn consent_for(self) -> Option<ConsentFor> {
        match self {
            Self::Custody | Self::Police => Some(ConsentFor::Police),
            Self::Court | Self::Defence => Some(ConsentFor::Court),
            Self::Probation => Some(ConsentFor::Probation),
            Self::Healthcare => Some(ConsentFor::Health),
            Self::SocialCare | Self::Other => Some(ConsentFor::OnwardServices),
            Self::Colleague => None,
        }
    }
}

impl How {
    /// The same as a channel of a disclosure.
    pub fn channel(self) -> Channel {
        match self {
            Self::Phone => Channel::Telephone,
            Self::InPerson => Channel::Verbal,
            Self::Email => Channel::SecureEmail,
        }
    }
}

/// Minutes that are kept when nobody says how long it took.
pub const USUAL_MINUTES: i64 = 5;

/// The longest that one piece of advice takes, in minutes: a longer one is a slip.
const LONGEST_MINUTES: i64 = 480;

/// How long afterwards advice may still be written down.
const LATEST_DAYS: i64 = 31;

/// Reads how long it took; nothing typed is [`USUAL_MINUTES`].
///
/// # Errors
/// In words for the page.
pub fn minutes(typed: &str) -> Result<i64, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(USUAL_MINUTES);
    }
    let minutes = typed.parse().ok().filter(|minutes| (1..=LONGEST_MINUTES).contains(minutes));
    minutes.ok_or_else(|| format!("Enter how long it took in whole minutes, from 1 to {LONGEST_MINUTES}"))
}

/// Whether advice may have been given at this instant, when it is written down at `now`.
///
/// # Errors
/// In words for the page.
pub fn given_at(at: Instant, now: Instant) -> Result<Instant, String> {
    if at > now {
        return Err("This is in the future: enter when the advice was given".into());
    }
    if now - at > Duration::days(LATEST_DAYS) {
        return Err(format!("This is more than {LATEST_DAYS} days ago: check the date"));
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_services_own_team_is_told_nothing_outside() {
        for asked_by in AskedBy::ALL {
            assert_eq!(asked_by.consent_for().is_none(), *asked_by == AskedBy::Colleague, "{asked_by}");
        }
    }

    #[test]
    fn minutes_are_read_or_taken_as_usual() {
        assert_eq!(minutes(" "), Ok(USUAL_MINUTES));
        assert_eq!(minutes(" 20 "), Ok(20));
        for typed in ["0", "481", "-3", "ten", "1.5", "99999999999999999999"] {
            assert!(minutes(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn advice_is_given_before_it_is_written_down() {
        let now: Instant = "2026-11-24T14:32:00Z".parse().unwrap();
        assert_eq!(given_at(now, now), Ok(now));
        assert!(given_at(now + Duration::minutes(1), now).is_err());
        assert!(given_at(now - Duration::days(32), now).is_err());
    }
}
