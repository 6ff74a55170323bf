//! The recorded times that the clocks are worked out from.

use chrono::Duration;
use serde::{Deserialize, Deserializer, Serialize};
use throughline_domain::legal::{Allocation, MhaSection};
use throughline_domain::time::Instant;

/// What has been recorded about one detention. Every field may be absent; instants are RFC 3339
/// with an offset; an unknown field is refused, so that a misspelt event is never lost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Events {
    /// When the person was arrested.
    pub arrested_at: Option<Instant>,
    /// When the person came within the station's grounds (not when they were booked in).
    pub arrived_station_at: Option<Instant>,
    /// When the custody officer authorised detention.
    pub detention_authorised_at: Option<Instant>,
    /// When each review was held, in any order.
    #[serde(deserialize_with = "or_empty")]
    pub reviews_held: Vec<Instant>,
    /// Time that does not count, such as time in hospital without questioning.
    #[serde(deserialize_with = "or_empty")]
    pub excluded: Vec<Excluded>,
    /// When a superintendent authorised detention beyond the basic limit.
    pub superintendent_extension_at: Option<Instant>,
    /// Warrants of further detention.
    #[serde(deserialize_with = "or_empty")]
    pub warrants: Vec<Warrant>,
    /// When the person arrived at the place of safety (Mental Health Act, section 136).
    pub s136_arrived_at: Option<Instant>,
    /// By how long the examining doctor extended section 136.
    pub s136_extension_hours: Option<Hours>,
    /// When the doctor decided on that extension; absent counts as in time.
    pub s136_extended_at: Option<Instant>,
    /// When section 136 ended, by discharge or by another section.
    pub s136_ended_at: Option<Instant>,
    /// When the person arrived at the place of safety under a warrant (section 135).
    pub s135_arrived_at: Option<Instant>,
    /// By how long the examining doctor extended section 135.
    pub s135_extension_hours: Option<Hours>,
    /// When the doctor decided on that extension; absent counts as in time.
    pub s135_extended_at: Option<Instant>,
    /// When section 135 ended, by discharge or by another section.
    pub s135_ended_at: Option<Instant>,
    /// When the person was arrested for breach of, or failing to answer, pre-charge bail.
    pub bail_breach_arrested_at: Option<Instant>,
    /// How long the person was in police detention for the same offence before bail: where they come back by breaking or
    /// answering it, that counts too.
    pub detained_before_bail_hours: Option<Hours>,
    /// When the person was charged, which ends detention without charge.
    pub charged_at: Option<Instant>,
    /// When the person was released from the detention.
    pub released_at: Option<Instant>,
    /// Pre-charge bail.
    pub pre_charge_bail: Option<PreChargeBail>,
    /// When the person was released under investigation.
    pub under_investigation_at: Option<Instant>,
    /// Sections of the Mental Health Act under which the person is or was detained in hospital.
    #[serde(deserialize_with = "or_empty")]
    pub sections: Vec<Section>,
    /// Charges for which the person waits for trial in custody.
    #[serde(deserialize_with = "or_empty")]
    pub charges: Vec<ChargeHeld>,
    /// The instant to work the clocks out at, for callers that read it from a file.
    pub as_of: Option<Instant>,
    /// What was read and set aside because it cannot be meant, in plain English.
    #[serde(skip)]
    pub set_aside: Vec<String>,
}

/// A list, of which `null` is an empty one.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// An interval that does not count towards a period of detention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// When it began.
    pub from: Instant,
    /// When it ended; absent while it lasts.
    #[serde(default)]
    pub to: Option<Instant>,
    /// Why it does not count, in the recorder's words.
    #[serde(default)]
    pub reason: String,
}

/// A magistrates' warrant of further detention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warrant {
    /// When it was granted.
    pub granted_at: Instant,
    /// For how long.
    pub hours: Hours,
}

/// Release on pre-charge bail, and who has extended it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreChargeBail {
    /// When the person was released on it.
    pub from: Instant,
    /// The arrest for the offence, from which bail is counted; absent means the arrest of this detention.
    #[serde(default)]
    pub arrested_at: Option<Instant>,
    /// When an inspector extended it.
    #[serde(default)]
    pub inspector_at: Option<Instant>,
    /// When a superintendent extended it.
    #[serde(default)]
    pub superintendent_at: Option<Instant>,
    /// When it ended: by charge, by another arrest, or with no further action.
    #[serde(default)]
    pub ended_at: Option<Instant>,
}

/// Detention in hospital under a section of the Mental Health Act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Which, by its code: `s2`, `s37_41`.
    pub section: MhaSection,
    /// When it began.
    pub from: Instant,
    /// When each renewal was made.
    #[serde(default, deserialize_with = "or_empty")]
    pub renewed_at: Vec<Instant>,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Instant>,
}

/// A charge for which somebody waits for trial in custody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeHeld {
    /// What the charge is.
    #[serde(default)]
    pub offence: String,
    /// Where it is heard.
    pub allocation: Allocation,
    /// The first appearance, in custody.
    pub first_appearance_at: Instant,
    /// When it was sent to the Crown Court; absent counts from the first appearance.
    #[serde(default)]
    pub sent_at: Option<Instant>,
    /// Days in custody in the magistrates' court before it was sent; absent means all of them.
    #[serde(default)]
    pub days_in_magistrates: Option<u16>,
    /// When the custody for this charge ended: bail, trial, release.
    #[serde(default)]
    pub ended_at: Option<Instant>,
}

/// A length of time in hours, whole or decimal (`6`, `7.5`), kept to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Hours(Duration);

/// Why a number is not a length of time in hours.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0} is not a number of hours: enter a number of a minute or more, and up to 1,000 hours")]
pub struct HoursError(f64);

impl Hours {
    /// A whole number of hours.
    pub fn whole(hours: u16) -> Self {
        Self(Duration::hours(i64::from(hours)))
    }

    /// A number of minutes, of which 1,000 hours are the most.
    pub fn minutes(minutes: u32) -> Self {
        Self(Duration::minutes(i64::from(minutes.min(60_000))))
    }

    /// The elapsed time it stands for.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl TryFrom<f64> for Hours {
    type Error = HoursError;
    fn try_from(hours: f64) -> Result<Self, HoursError> {
        if !(hours > 0.0 && hours <= 1000.0) {
            return Err(HoursError(hours));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 60,000 minutes, checked above")]
        match (hours * 60.0).round() as i64 {
            0 => Err(HoursError(hours)),
            minutes => Ok(Self(Duration::minutes(minutes))),
        }
    }
}

impl From<Hours> for f64 {
    fn from(hours: Hours) -> Self {
        hours.0.num_minutes() as Self / 60.0
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hours = f64::from(*self);
        // Rust writes a whole float without its point, so 36 reads "36" and 7.5 reads "7.5".
        let rounded = (hours * 100.0).round() / 100.0;
        write!(f, "{rounded}")
    }
}
