//! The free slots of a site: what somebody may choose from.

use crate::Problem;
use chrono::{DateTime, Days, NaiveDate};
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};
use throughline_domain::appointment::is_after_interview;
use throughline_domain::ids::ClinicId;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewList};
use throughline_store::Tx;
use throughline_store::clinics::{self, Clinic};

/// How many days ahead slots are looked for.
const AHEAD: Days = Days::new(92);

/// How many slots are offered at once.
const OFFERED: usize = 60;

/// A slot as a form names it: its clinic and the second it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    pub clinic: ClinicId,
    pub from: Instant,
}

impl Chosen {
    pub fn read(text: &str) -> Option<Self> {
        let (clinic, seconds) = text.trim().split_once('_')?;
        let from = DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
        Some(Self { clinic: clinic.parse().ok()?, from })
    }

    pub fn code(self) -> String {
        format!("{}_{}", self.clinic, self.from.timestamp())
    }
}

/// The clinics of a site from today on, and which of their slots are taken.
pub(super) struct Openings {
    clinics: Vec<Clinic>,
    taken: BTreeMap<ClinicId, BTreeSet<Instant>>,
    now: Instant,
}

impl Openings {
    pub async fn of(tx: &mut Tx, grant: &Grant<ViewList>, today: NaiveDate) -> Result<Self, Problem> {
        let mut clinics = clinics::of_days(tx, grant, today, today + AHEAD).await?;
        clinics.retain(|clinic| clinic.cancelled_at.is_none());
        Ok(Self { clinics, taken: clinics::taken_from(tx, grant, today).await?, now: tx.now() })
    }

    /// The clinic of a slot that was chosen.
    pub fn clinic(&self, id: ClinicId) -> Option<&Clinic> {
        self.clinics.iter().find(|clinic| clinic.id == id)
    }

    /// When an appointment of so many slots would end.
    pub fn ends_at(&self, chosen: Chosen, slots: usize) -> Option<Instant> {
        let run = self.clinic(chosen.clinic)?.times.run(chosen.from, slots)?;
        run.last().map(|slot| slot.ends_at)
    }

    /// The free slots in order. With an interview those that end before it come first.
    pub fn free(&self, slots: usize, interview: Option<Instant>) -> Vec<Chosen> {
        let none = BTreeSet::new();
        let mut all: Vec<Chosen> = Vec::new();
        for clinic in &self.clinics {
            let taken = self.taken.get(&clinic.id).unwrap_or(&none);
            let free = clinic.times.free(taken, slots, self.now);
            all.extend(free.into_iter().map(|slot| Chosen { clinic: clinic.id, from: slot.starts_at }));
        }
        all.sort_by_key(|chosen| (self.is_late(*chosen, slots, interview), chosen.from));
        all.truncate(OFFERED);
        all
    }

    pub fn is_late(&self, chosen: Chosen, slots: usize, interview: Option<Instant>) -> bool {
        self.ends_at(chosen, slots).is_some_and(|ends| is_after_interview(ends, interview))
    }

    /// The choices of a form, one of them chosen: the first when nothing else was.
    pub fn options(&self, slots: usize, interview: Option<Instant>, chosen: Option<Chosen>) -> Vec<Value> {
        let free = self.free(slots, interview);
        let chosen = chosen.filter(|chosen| free.contains(chosen)).or(free.first().copied());
        let option = |one: &Chosen| {
            context! { code => one.code(), label => self.words(*one, slots, interview), checked => Some(*one) == chosen }
        };
        free.iter().map(option).collect()
    }

    fn words(&self, chosen: Chosen, slots: usize, interview: Option<Instant>) -> String {
        let Some(clinic) = self.clinic(chosen.clinic) else { return String::new() };
        let day = clinic.times.day().format("%a %-d %b");
        let ends = self.ends_at(chosen, slots).map(|ends| clinic.times.time_of(ends)).unwrap_or_default();
        let late = if self.is_late(chosen, slots, interview) { " (after the interview starts)" } else { "" };
        format!("{day}, {} to {ends}, {}{late}", clinic.times.time_of(chosen.from), clinic.held_by_name)
    }
}
