//! One episode as the measures see it, and every named number that can be read off it.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// What the measures need to know of one episode, without who it was about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent yes or no of the record, counted as such")]
pub struct EpisodeFact {
    /// The name of the site.
    pub site: String,
    /// Where in the justice system the person came to the service.
    pub point_of_contact: String,
    /// The London day the episode was opened.
    pub opened_on: NaiveDate,
    /// Whether a screening was done.
    pub screened: bool,
    /// Why not, when it was not.
    pub not_screened_reason: Option<String>,
    /// From the referral to the screening, in seconds.
    pub seconds_to_screen: Option<i64>,
    /// Whether the person said no to screening or assessment.
    pub declined: bool,
    /// Whether the screening found that an assessment was needed.
    pub assessment_needed: bool,
    /// Whether an assessment was done.
    pub assessed: bool,
    /// Consents to share asked for.
    pub consents_asked: u32,
    /// Consents to share given.
    pub consents_given: u32,
    /// Vulnerabilities found.
    pub vulnerabilities: u32,
    /// Needs found.
    pub needs: u32,
    /// Needs found that no service knew of before.
    pub new_needs: u32,
    /// Whether the person arrived and left while nobody of the service was on site.
    pub out_of_hours: bool,
    /// Documents released.
    pub documents: Vec<DocumentFact>,
    /// Onward referrals made.
    pub referrals_made: u32,
    /// Onward referrals accepted.
    pub referrals_accepted: u32,
    /// First appointments offered.
    pub first_appointments_offered: u32,
    /// First appointments attended.
    pub first_appointments_attended: u32,
    /// Whether the person was released and had agreed to be contacted.
    pub released_with_consent: bool,
    /// Whether the person was reached within 48 hours of release.
    pub contacted_in_48_hours: bool,
    /// Whether the criminal justice outcome is recorded.
    pub outcome_known: bool,
    /// The London day the episode was closed.
    pub closed_on: Option<NaiveDate>,
    /// Why it was closed.
    pub closed_reason: Option<String>,
    /// Whether the person was engaged with a service referred to when the episode was closed.
    pub engaged_at_closure: bool,
    /// The sex recorded.
    pub sex: Option<String>,
    /// The age band on the day the episode was opened.
    pub age_band: Option<String>,
    /// The ethnic group.
    pub ethnicity_group: Option<String>,
}

/// One document released in an episode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DocumentFact {
    /// The kind of document.
    pub kind: String,
    /// Whether it was released before the decision it was for; `None` while that is not known.
    pub before_decision: Option<bool>,
}

/// A named number of one episode. The day is the one the return is made on.
pub type Count = fn(&EpisodeFact, NaiveDate) -> u32;
/// The category of one episode; `None` when the episode is not in the breakdown.
pub type Breakdown = fn(&EpisodeFact) -> Option<&str>;
/// A named length of time of one episode, in seconds; `None` when it has none.
pub type DurationOf = fn(&EpisodeFact) -> Option<i64>;

/// Every count that a measure may name as its numerator or denominator.
pub const COUNTS: &[(&str, Count)] = &[
    ("episodes", |_, _| 1),
    ("screened", |fact, _| u32::from(fact.screened)),
    ("not_screened", |fact, _| u32::from(!fact.screened)),
    ("offered", |fact, _| u32::from(fact.screened || fact.declined)),
    ("declined", |fact, _| u32::from(fact.declined)),
    ("assessment_needed", |fact, _| u32::from(fact.screened && fact.assessment_needed)),
    ("assessed", |fact, _| u32::from(fact.screened && fact.assessment_needed && fact.assessed)),
    ("assessed_all", |fact, _| u32::from(fact.assessed)),
    ("assessed_with_vulnerability", |fact, _| u32::from(fact.assessed && fact.vulnerabilities > 0)),
    ("consents_asked", |fact, _| fact.consents_asked),
    ("consents_given", |fact, _| fact.consents_given),
    ("needs", |fact, _| fact.needs),
    ("new_needs", |fact, _| fact.new_needs),
    ("out_of_hours", |fact, _| u32::from(fact.out_of_hours)),
    ("reports_with_decision", |fact, _| documents(fact, |document| document.before_decision.is_some())),
    ("reports_before_decision", |fact, _| documents(fact, |document| document.before_decision == Some(true))),
    ("outcomes_known", |fact, _| u32::from(fact.outcome_known)),
    ("informed_decisions", |fact, _| u32::from(fact.outcome_known && informed(fact))),
    ("referrals_made", |fact, _| fact.referrals_made),
    ("referrals_accepted", |fact, _| fact.referrals_accepted),
    ("first_appointments_offered", |fact, _| fact.first_appointments_offered),
    ("first_appointments_attended", |fact, _| fact.first_appointments_attended),
    ("released_with_consent", |fact, _| u32::from(fact.released_with_consent)),
    ("contacted_in_48_hours", |fact, _| u32::from(fact.released_with_consent && fact.contacted_in_48_hours)),
    ("closed_with_referral", |fact, _| u32::from(closed_with_referral(fact))),
    ("engaged_at_closure", |fact, _| u32::from(closed_with_referral(fact) && fact.engaged_at_closure)),
    ("closed_28_days", |fact, today| u32::from(closed_28_days(fact, today))),
    ("closed_28_days_outcome_known", |fact, today| u32::from(closed_28_days(fact, today) && fact.outcome_known)),
];

/// Every breakdown that a measure may name.
pub const BREAKDOWNS: &[(&str, Breakdown)] = &[
    ("not_screened_reason", |fact| {
        (!fact.screened).then(|| fact.not_screened_reason.as_deref().unwrap_or("No reason recorded"))
    }),
    ("closed_reason", |fact| fact.closed_on.map(|_| fact.closed_reason.as_deref().unwrap_or("No reason recorded"))),
    ("point_of_contact", |fact| Some(fact.point_of_contact.as_str())),
    ("sex", |fact| Some(fact.sex.as_deref().unwrap_or("Not recorded"))),
    ("age_band", |fact| Some(fact.age_band.as_deref().unwrap_or("Not recorded"))),
    ("ethnicity_group", |fact| Some(fact.ethnicity_group.as_deref().unwrap_or("Not recorded"))),
];

/// Every length of time that a measure may take the median of.
pub const DURATIONS: &[(&str, DurationOf)] =
    &[("time_to_screen", |fact| fact.seconds_to_screen.filter(|seconds| fact.screened && *seconds >= 0))];

fn documents(fact: &EpisodeFact, counted: fn(&DocumentFact) -> bool) -> u32 {
    u32::try_from(fact.documents.iter().filter(|document| counted(document)).count()).unwrap_or(u32::MAX)
}

fn informed(fact: &EpisodeFact) -> bool {
    fact.documents.iter().any(|document| document.before_decision == Some(true))
}

fn closed_with_referral(fact: &EpisodeFact) -> bool {
    fact.closed_on.is_some() && fact.referrals_made > 0
}

fn closed_28_days(fact: &EpisodeFact, today: NaiveDate) -> bool {
    fact.closed_on.is_some_and(|closed| closed + Days::new(28) < today)
}
