//! The dated rule tables: how they are written, read and checked.

mod raw;

use chrono::{Duration, NaiveDate};
use serde::Deserialize;
use throughline_domain::legal::{Allocation, MhaSection};

use crate::events::Hours;

/// The rule tables that are part of the program: file name and text.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("reference/legal/pace.toml", include_str!("../../../reference/legal/pace.toml")),
    ("reference/legal/mental_health_act.toml", include_str!("../../../reference/legal/mental_health_act.toml")),
    ("reference/legal/hospital.toml", include_str!("../../../reference/legal/hospital.toml")),
    ("reference/legal/release_and_trial.toml", include_str!("../../../reference/legal/release_and_trial.toml")),
];

/// After this many days a rule should be checked against the law again.
pub const MAX_AGE_OF_CHECK_DAYS: i64 = 90;

/// One version of one rule: a row of `reference/legal/*.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The clock that the rule makes, such as `pace_24h`; the same in every version.
    pub id: String,
    /// The rule in a sentence.
    pub name: String,
    /// The rule in two or three words, for a board.
    pub label: String,
    /// Whether it ends a power or owes a review.
    pub kind: Kind,
    /// How long it runs.
    pub length: Length,
    /// The event from which it runs.
    pub starts_from: StartsFrom,
    /// For clocks of a section of the Mental Health Act: which.
    pub section: Option<MhaSection>,
    /// For clocks of a charge: where it is heard.
    pub allocation: Option<Allocation>,
    /// What each renewal adds; the last one is added for every further renewal.
    pub renewals: Vec<Length>,
    /// The most that it may run to, renewals included.
    pub at_most: Option<Length>,
    /// Whether the day of the start event is the first of its days.
    pub first_day_counts: bool,
    /// Whether it ends on the working day before, when its last day is none.
    pub ends_on_working_day: bool,
    /// For clocks from the relevant time: how long after arrest they start at the latest.
    pub arrival_within: Option<Hours>,
    /// The most that a doctor's extension may add; the extension is added to the length.
    pub extension_max: Option<Hours>,
    /// The clock beyond which this one cannot run.
    pub not_beyond: Option<String>,
    /// The decision without which the rule is not in force.
    pub needs: Option<Permission>,
    /// The decisions that, made in time, carry the power on beyond this limit.
    pub extended_by: Vec<Permission>,
    /// The event that meets the rule.
    pub met_by: Option<MetBy>,
    /// Whether excluded time moves the clock.
    pub excluded_time: ExcludedTime,
    /// How long before the end the clock says "due soon".
    pub due_soon: Duration,
    /// Who decides on what begins it or keeps it running.
    pub decided_by: String,
    /// Where the true times are.
    pub check_in: Paper,
    /// The provision the rule comes from.
    pub source: String,
    /// What of the rule nobody has checked against its source yet.
    pub to_verify: Option<String>,
    /// The first day of this version.
    pub in_force_from: NaiveDate,
    /// The last day of this version, when the law has changed since.
    pub in_force_to: Option<NaiveDate>,
    /// When a person last checked the rule against its source.
    pub checked_on: NaiveDate,
}

impl Rule {
    /// The name of this version: the day it came into force.
    pub fn version(&self) -> String {
        self.in_force_from.to_string()
    }

    /// Whether this version was the law on a day.
    pub fn in_force_on(&self, day: NaiveDate) -> bool {
        self.in_force_from <= day && self.in_force_to.is_none_or(|last| day <= last)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let last = |rule: &Self| rule.in_force_to.unwrap_or(NaiveDate::MAX);
        self.id == other.id && self.in_force_from <= last(other) && other.in_force_from <= last(self)
    }
}

/// What a clock is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A power to hold somebody ends.
    Limit,
    /// An officer owes a review.
    Review,
    /// Another clock stands still until it has run out.
    Pause,
}

/// How long a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Elapsed hours.
    Hours(Hours),
    /// London calendar days, of which the first is the day of the start event or, where the rule
    /// says so, the day after; the clock runs out at the midnight that ends the last.
    Days(u16),
    /// Calendar months that begin with a day; they run out at the midnight that ends the day
    /// before the same day of the last month.
    Months(u16),
    /// The law sets no limit: it is said, because a blank would look like a mistake.
    None,
}

/// The event from which a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartsFrom {
    /// The earlier of arrival at the station and `arrival_within_hours` after arrest.
    RelevantTime,
    /// The custody officer's authority to detain.
    DetentionAuthorised,
    /// The latest review that was held.
    LastReviewHeld,
    /// The last warrant of further detention.
    WarrantGranted,
    /// Arrest for breach of pre-charge bail.
    BailBreachArrest,
    /// Arrival at the place of safety under section 136.
    S136Arrival,
    /// Arrival at the place of safety under section 135.
    S135Arrival,
    /// A section of the Mental Health Act began.
    SectionBegan,
    /// Arrest for the offence of pre-charge bail; the release on it where no arrest is recorded.
    PreChargeBail,
    /// Release under investigation.
    UnderInvestigation,
    /// The first appearance for a charge.
    FirstAppearance,
}

impl StartsFrom {
    /// The event in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::RelevantTime => "arrival at the station, or 24 hours after arrest if that is earlier",
            Self::DetentionAuthorised => "detention being authorised",
            Self::LastReviewHeld => "the last review",
            Self::WarrantGranted => "the last warrant",
            Self::BailBreachArrest => "arrest for breach of pre-charge bail",
            Self::S136Arrival | Self::S135Arrival => "arrival at the place of safety",
            Self::SectionBegan => "the day the section began",
            Self::PreChargeBail => "arrest, or release on bail if the arrest is not recorded",
            Self::UnderInvestigation => "release under investigation",
            Self::FirstAppearance => "the first appearance for the charge",
        }
    }
}

/// Where the true times are, for whoever has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// The custody record.
    CustodyRecord,
    /// The section papers.
    SectionPapers,
    /// The bail notice.
    BailNotice,
    /// The court's record of the case.
    CourtRecord,
}

impl Paper {
    /// What to do, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::CustodyRecord => "check the custody record",
            Self::SectionPapers => "check the section papers",
            Self::BailNotice => "check the bail notice",
            Self::CourtRecord => "check with the court",
        }
    }
}

/// A decision by somebody with authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// A superintendent's authority to detain beyond the basic limit.
    SuperintendentExtension,
    /// A magistrates' warrant of further detention.
    Warrant,
    /// The examining doctor's extension of section 136.
    S136Extension,
    /// The examining doctor's extension of section 135.
    S135Extension,
    /// An inspector's extension of pre-charge bail.
    InspectorBail,
    /// A superintendent's extension of pre-charge bail.
    SuperintendentBail,
}

/// The event that meets a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetBy {
    /// The first review was held.
    FirstReview,
}

/// Whether time that does not count moves a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedTime {
    /// The clock stops while it lasts.
    Moves,
    /// The clock runs on.
    Ignored,
}

/// What was found in a rule table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file it was found in.
    pub file: String,
    /// What is wrong and what to do, in plain English.
    pub reason: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.file, self.reason)
    }
}

/// The result of checking rule tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// What makes a table unusable.
    pub errors: Vec<Finding>,
    /// What a person should look at: rules not checked for [`MAX_AGE_OF_CHECK_DAYS`] days.
    pub warnings: Vec<Finding>,
}

/// Rule tables that passed their check, in the order of their files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    rules: Vec<Rule>,
}

impl Tables {
    /// Reads and checks rule tables, given as file name and text.
    ///
    /// # Errors
    /// Every fault found, each with its file.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, Vec<Finding>> {
        let (rules, errors) = read_all(files);
        if errors.is_empty() {
            Ok(Self { rules: rules.into_iter().map(|(_, rule)| rule).collect() })
        } else {
            Err(errors)
        }
    }

    /// The tables that are part of the program.
    pub fn embedded() -> &'static Self {
        static TABLES: std::sync::LazyLock<Tables> =
            std::sync::LazyLock::new(|| Tables::read(EMBEDDED).expect("the tests check the embedded tables"));
        &TABLES
    }

    /// Every version of every rule.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The clock ids, each once, in the order of the tables.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for rule in &self.rules {
            if !ids.contains(&rule.id.as_str()) {
                ids.push(&rule.id);
            }
        }
        ids
    }

    /// The version of a rule that was the law on a day.
    pub fn in_force(&self, id: &str, day: NaiveDate) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id && rule.in_force_on(day))
    }

    /// The newest version of a rule.
    pub fn newest(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().filter(|rule| rule.id == id).max_by_key(|rule| rule.in_force_from)
    }
}

/// Checks rule tables, given as file name and text, as of a day.
pub fn check(files: &[(&str, &str)], today: NaiveDate) -> Check {
    let (rules, mut errors) = read_all(files);
    let mut warnings = Vec::new();
    for (file, rule) in &rules {
        let age = (today - rule.checked_on).num_days();
        let named =
            |reason: String| Finding { file: (*file).to_owned(), reason: format!("rule '{}': {reason}", rule.id) };
        if age < 0 {
            errors.push(named(format!("checked_on {} is in the future", rule.checked_on)));
        } else if age > MAX_AGE_OF_CHECK_DAYS && rule.in_force_to.is_none() {
            warnings.push(named(format!(
                "last checked {age} days ago, on {}. Read {} again and put today's date in checked_on",
                rule.checked_on, rule.source
            )));
        }
    }
    Check { errors, warnings }
}

fn read_all<'a>(files: &[(&'a str, &str)]) -> (Vec<(&'a str, Rule)>, Vec<Finding>) {
    let mut rules: Vec<(&str, Rule)> = Vec::new();
    let mut errors = Vec::new();
    for &(file, text) in files {
        match toml::from_str::<raw::Table>(text) {
            Err(error) => errors.push(Finding { file: file.to_owned(), reason: error.to_string().trim().to_owned() }),
            Ok(table) => {
                for raw in table.rule {
                    let id = raw.id.clone();
                    match raw.into_rule() {
                        Ok(rule) => rules.push((file, rule)),
                        Err(error) => {
                            errors.push(Finding { file: file.to_owned(), reason: format!("rule '{id}': {error}") });
                        }
                    }
                }
            }
        }
    }
    for (index, (file, rule)) in rules.iter().enumerate() {
        if let Some((_, other)) = rules[..index].iter().find(|(_, other)| other.overlaps(rule)) {
            let reason = format!(
                "rule '{}': the versions from {} and from {} are in force on the same days. Give the older one an in_force_to",
                rule.id, other.in_force_from, rule.in_force_from
            );
            errors.push(Finding { file: (*file).to_owned(), reason });
        }
    }
    for (file, rule) in &rules {
        let wall = rule.not_beyond.as_ref().filter(|wall| !rules.iter().any(|(_, other)| other.id == **wall));
        if let Some(wall) = wall {
            let reason = format!("rule '{}': not_beyond names '{wall}', and there is no such rule", rule.id);
            errors.push(Finding { file: (*file).to_owned(), reason });
        }
    }
    (rules, errors)
}
