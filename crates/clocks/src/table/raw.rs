//! A rule as it is written, before its fields are checked against each other.

use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Deserializer};
use throughline_domain::legal::{Allocation, MhaSection};

use super::{ExcludedTime, Kind, Length, MetBy, Paper, Permission, Rule, StartsFrom};
use crate::events::Hours;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) rule: Vec<Raw>,
}

/// A rule as it is written, before its fields are checked against each other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) id: String,
    name: String,
    label: String,
    kind: Kind,
    hours: Option<Hours>,
    days: Option<u16>,
    months: Option<u16>,
    #[serde(default)]
    no_limit: bool,
    starts_from: StartsFrom,
    section: Option<MhaSection>,
    allocation: Option<Allocation>,
    #[serde(default)]
    renew_months: Vec<u16>,
    #[serde(default)]
    renew_days: Vec<u16>,
    max_months: Option<u16>,
    max_days: Option<u16>,
    #[serde(default = "yes")]
    first_day_counts: bool,
    #[serde(default)]
    ends_on_working_day: bool,
    arrival_within_hours: Option<Hours>,
    extension_max_hours: Option<Hours>,
    not_beyond: Option<String>,
    needs: Option<Permission>,
    #[serde(default)]
    extended_by: Vec<Permission>,
    met_by: Option<MetBy>,
    excluded_time: ExcludedTime,
    due_soon_minutes: u32,
    decided_by: String,
    check_in: Paper,
    source: String,
    to_verify: Option<String>,
    #[serde(deserialize_with = "date")]
    in_force_from: NaiveDate,
    #[serde(default, deserialize_with = "optional_date")]
    in_force_to: Option<NaiveDate>,
    #[serde(deserialize_with = "date")]
    checked_on: NaiveDate,
}

/// What is wrong between the fields of one rule.
#[derive(Debug, thiserror::Error)]
pub(super) enum RuleError {
    #[error("give either hours or days, months or no_limit, and one of them only")]
    Length,
    #[error("{0} is empty")]
    Empty(&'static str),
    #[error("in_force_to is before in_force_from")]
    Period,
    #[error("arrival_within_hours belongs to, and is needed by, rules that start from the relevant time")]
    ArrivalWithin,
    #[error("extension_max_hours belongs to, and is needed by, rules in hours that need the doctor's extension")]
    ExtensionMax,
    #[error("section belongs to, and is needed by, rules that start when a section began")]
    Section,
    #[error("allocation belongs to, and is needed by, rules that start from the first appearance")]
    Allocation,
    #[error("renewals are given in renew_months or in renew_days, and so is what they may come to")]
    Renewals,
}

impl Raw {
    pub(super) fn into_rule(self) -> Result<Rule, RuleError> {
        let length = self.length()?;
        let texts = [
            ("id", &self.id),
            ("name", &self.name),
            ("label", &self.label),
            ("source", &self.source),
            ("decided_by", &self.decided_by),
        ];
        if let Some((field, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(RuleError::Empty(field));
        }
        if self.in_force_to.is_some_and(|last| last < self.in_force_from) {
            return Err(RuleError::Period);
        }
        if self.arrival_within_hours.is_some() != (self.starts_from == StartsFrom::RelevantTime) {
            return Err(RuleError::ArrivalWithin);
        }
        let extendable = matches!(self.needs, Some(Permission::S136Extension | Permission::S135Extension))
            && matches!(length, Length::Hours(_));
        if self.extension_max_hours.is_some() != extendable {
            return Err(RuleError::ExtensionMax);
        }
        if self.section.is_some() != (self.starts_from == StartsFrom::SectionBegan) {
            return Err(RuleError::Section);
        }
        if self.allocation.is_some() != (self.starts_from == StartsFrom::FirstAppearance) {
            return Err(RuleError::Allocation);
        }
        let (renewals, at_most) = self.renewals()?;
        Ok(Rule {
            id: self.id,
            name: self.name,
            label: self.label,
            kind: self.kind,
            length,
            starts_from: self.starts_from,
            section: self.section,
            allocation: self.allocation,
            renewals,
            at_most,
            first_day_counts: self.first_day_counts,
            ends_on_working_day: self.ends_on_working_day,
            arrival_within: self.arrival_within_hours,
            extension_max: self.extension_max_hours,
            not_beyond: self.not_beyond,
            needs: self.needs,
            extended_by: self.extended_by,
            met_by: self.met_by,
            excluded_time: self.excluded_time,
            due_soon: Duration::minutes(i64::from(self.due_soon_minutes)),
            decided_by: self.decided_by,
            check_in: self.check_in,
            source: self.source,
            to_verify: self.to_verify,
            in_force_from: self.in_force_from,
            in_force_to: self.in_force_to,
            checked_on: self.checked_on,
        })
    }

    fn length(&self) -> Result<Length, RuleError> {
        let given = [
            self.hours.map(Length::Hours),
            self.days.filter(|days| *days > 0).map(Length::Days),
            self.months.filter(|months| *months > 0).map(Length::Months),
            self.no_limit.then_some(Length::None),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(length), None) => Ok(length),
            _ => Err(RuleError::Length),
        }
    }

    fn renewals(&self) -> Result<(Vec<Length>, Option<Length>), RuleError> {
        if !self.renew_months.is_empty() && !self.renew_days.is_empty()
            || self.max_months.is_some() && self.max_days.is_some()
        {
            return Err(RuleError::Renewals);
        }
        let months = self.renew_months.iter().copied().map(Length::Months);
        let renewals = months.chain(self.renew_days.iter().copied().map(Length::Days)).collect();
        Ok((renewals, self.max_months.map(Length::Months).or(self.max_days.map(Length::Days))))
    }
}

fn yes() -> bool {
    true
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    written
        .to_string()
        .parse()
        .map_err(|_| serde::de::Error::custom(format!("'{written}' is not a date such as 2017-12-11")))
}

fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    date(deserializer).map(Some)
}
