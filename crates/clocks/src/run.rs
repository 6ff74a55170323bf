//! The runs of a rule: what each starts from, what ended it, and when it is due.

use chrono::{Datelike, Duration, Months, NaiveDate, NaiveTime, Weekday};
use throughline_domain::calendar::is_bank_holiday;
use throughline_domain::time::{Instant, from_london, london_date};

use crate::detention::{Detention, arrest, is_police_detention};
use crate::events::{ChargeHeld, Events, Hours, PreChargeBail, Warrant};
use crate::table::{ExcludedTime, Kind, Length, Permission, Rule, StartsFrom};

/// One run of a rule: a detention, a section, a charge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    /// When it starts, when that is known.
    pub(crate) start: Option<Instant>,
    /// When what it is about ended.
    pub(crate) ended: Option<Instant>,
    /// How often it was renewed.
    renewals: usize,
    /// The hours that were granted for it, where somebody decides on them.
    granted: Option<Hours>,
    /// Time of it that was used up before.
    used: Duration,
    /// Days of it that were used up before.
    days_used: i64,
    /// Which charge, where there may be several.
    pub(crate) about: String,
}

impl Detention<'_> {
    /// The runs of a rule; none when nothing was recorded that has to do with it.
    pub(crate) fn runs(&self, rule: &Rule) -> Vec<Run> {
        let events = self.events;
        let one = |start: Option<Instant>, ended: Option<Instant>| Run { start, ended, ..Run::default() };
        match rule.starts_from {
            StartsFrom::RelevantTime | StartsFrom::DetentionAuthorised | StartsFrom::LastReviewHeld => {
                let ended = if rule.kind == Kind::Review { self.released } else { self.without_charge_until() };
                let before = events.detained_before_bail_hours.filter(|_| rule.starts_from == StartsFrom::RelevantTime);
                let used = before.map_or(Duration::zero(), Hours::duration);
                let run = || Run { used, ..one(self.police_start(rule), ended) };
                is_police_detention(events).then(run).into_iter().collect()
            }
            StartsFrom::WarrantGranted => {
                let granted = |warrant: &&Warrant| Run {
                    granted: Some(warrant.hours),
                    ..one(Some(warrant.granted_at), self.without_charge_until())
                };
                self.warrants.last().map(granted).into_iter().collect()
            }
            StartsFrom::BailBreachArrest => {
                events.bail_breach_arrested_at.map(|at| one(Some(at), None)).into_iter().collect()
            }
            StartsFrom::S136Arrival => {
                self.place_of_safety(events.s136_arrived_at, events.s136_extension_hours, events.s136_ended_at)
            }
            StartsFrom::S135Arrival => {
                self.place_of_safety(events.s135_arrived_at, events.s135_extension_hours, events.s135_ended_at)
            }
            StartsFrom::SectionBegan => self.sections(rule),
            StartsFrom::PreChargeBail => {
                // The period begins with the day after arrest; without one the release has to do.
                let start = |bail: &PreChargeBail| arrest_for_bail(events, bail).unwrap_or(bail.from);
                let bail = events.pre_charge_bail.iter();
                bail.map(|bail| one(Some(start(bail)), self.happened(bail.ended_at))).collect()
            }
            StartsFrom::UnderInvestigation => {
                let charged = self.happened(events.charged_at);
                events
                    .under_investigation_at
                    .map(|at| one(Some(at), charged.filter(|end| at <= *end)))
                    .into_iter()
                    .collect()
            }
            StartsFrom::FirstAppearance => events
                .charges
                .iter()
                .filter(|charge| rule.allocation == Some(charge.allocation))
                .map(|charge| self.charge(charge))
                .collect(),
        }
    }

    fn happened(&self, at: Option<Instant>) -> Option<Instant> {
        at.filter(|at| *at <= self.as_of)
    }

    fn police_start(&self, rule: &Rule) -> Option<Instant> {
        match rule.starts_from {
            StartsFrom::RelevantTime => self.relevant_time(rule.arrival_within),
            StartsFrom::LastReviewHeld => self.reviews.last().copied(),
            _ => self.events.detention_authorised_at,
        }
    }

    fn relevant_time(&self, arrival_within: Option<Hours>) -> Option<Instant> {
        let latest = arrest(self.events).zip(arrival_within).map(|(arrest, within)| arrest + within.duration());
        match (self.events.arrived_station_at, latest) {
            (Some(arrival), Some(latest)) => Some(arrival.min(latest)),
            (arrival, latest) => arrival.or(latest),
        }
    }

    fn place_of_safety(&self, arrived: Option<Instant>, extended: Option<Hours>, ended: Option<Instant>) -> Vec<Run> {
        if arrived.is_none() && extended.is_none() {
            return Vec::new();
        }
        // Where police hold the person too, a release may be from that alone: this clock runs on.
        let released = self.released.filter(|_| !is_police_detention(self.events));
        let ended = self.happened(ended).or(released).filter(|end| arrived.is_none_or(|arrived| arrived <= *end));
        vec![Run { start: arrived, ended, ..Run::default() }]
    }

    fn sections(&self, rule: &Rule) -> Vec<Run> {
        let of_rule = self.events.sections.iter().filter(|section| rule.section == Some(section.section));
        of_rule
            .map(|section| {
                let renewals =
                    section.renewed_at.iter().filter(|at| section.from <= **at && **at <= self.as_of).count();
                let ended = self.happened(section.ended_at).filter(|end| section.from <= *end);
                Run { start: Some(section.from), ended, renewals, ..Run::default() }
            })
            .collect()
    }

    fn charge(&self, charge: &ChargeHeld) -> Run {
        let first = charge.first_appearance_at;
        let sent = charge.sent_at.filter(|sent| first <= *sent);
        let in_magistrates = sent.map_or(0, |sent| (london_date(sent) - london_date(first)).num_days());
        // More days than went by were not spent there.
        let told = charge.days_in_magistrates.map(i64::from).filter(|days| *days <= in_magistrates + 1);
        let days_used = told.filter(|_| sent.is_some()).unwrap_or(in_magistrates);
        let ended = self.happened(charge.ended_at).filter(|end| first <= *end);
        Run { start: Some(sent.unwrap_or(first)), ended, days_used, about: charge.offence.clone(), ..Run::default() }
    }

    /// When a run is due; `None` when the law sets no limit.
    pub(crate) fn due(&self, rule: &Rule, run: &Run, start: Instant) -> Option<Instant> {
        let due = match rule.length {
            Length::None => return None,
            Length::Hours(most) => {
                let hours = run.granted.map_or(most, |granted| granted.min(most)).duration();
                (start + hours + self.extension(rule) - run.used).max(start)
            }
            Length::Days(_) | Length::Months(_) => {
                from_london(first_day_after(rule, run, london_date(start)).and_time(NaiveTime::MIN))
            }
        };
        let due = match rule.excluded_time {
            ExcludedTime::Moves => moved(start, due, self.excluded_for(rule.kind)),
            ExcludedTime::Ignored => due,
        };
        Some(self.outer_wall(rule).map_or(due, |wall| due.min(wall)))
    }

    /// When the clock is due beyond which this one cannot run.
    fn outer_wall(&self, rule: &Rule) -> Option<Instant> {
        let id = rule.not_beyond.as_deref()?;
        let due = |run: Run| {
            let start = run.start?;
            self.due(self.tables.in_force(id, london_date(start))?, &run, start)
        };
        self.runs(self.tables.newest(id)?).into_iter().filter_map(due).min()
    }

    /// What an extension adds: what the doctor gave, at most what the law allows; the most it
    /// allows while none is recorded.
    fn extension(&self, rule: &Rule) -> Duration {
        let Some(most) = rule.extension_max else {
            return Duration::zero();
        };
        let given = match rule.needs {
            Some(Permission::S135Extension) => self.events.s135_extension_hours,
            _ => self.events.s136_extension_hours,
        };
        given.map_or(most, |given| given.min(most)).duration()
    }
}

/// The arrest for the offence of a bail, where it is recorded: a later arrest is another one.
pub(crate) fn arrest_for_bail(events: &Events, bail: &PreChargeBail) -> Option<Instant> {
    bail.arrested_at.or(events.arrested_at.filter(|arrest| *arrest <= bail.from))
}

/// The first day on which a run in days or months is over.
fn first_day_after(rule: &Rule, run: &Run, start: NaiveDate) -> NaiveDate {
    let first = if rule.first_day_counts { start } else { start + Duration::days(1) };
    let renewed = (0..run.renewals).filter_map(|number| rule.renewals.get(number).or(rule.renewals.last()));
    // A renewal that the law does not know is none; so many renewals never happen.
    let end = renewed.take(100).fold(beyond(first, rule.length), |end, renewal| beyond(end, *renewal));
    let most = rule.at_most.map_or(end, |most| beyond(first, most));
    let mut end = end.min(most) - Duration::days(run.days_used);
    while rule.ends_on_working_day && !is_working_day(end - Duration::days(1)) {
        end -= Duration::days(1);
    }
    end
}

/// The first day after a length that begins with `first`. Months end before the same day of a
/// later month; where that month has no such day, they end with its last.
fn beyond(first: NaiveDate, length: Length) -> NaiveDate {
    match length {
        Length::Days(days) => first + Duration::days(i64::from(days)),
        Length::Months(months) => {
            let same_day = first + Months::new(u32::from(months));
            if same_day.day() < first.day() { same_day + Duration::days(1) } else { same_day }
        }
        Length::Hours(_) | Length::None => first,
    }
}

fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_bank_holiday(day)
}

/// `due` moved by the excluded time that falls between `start` and it, as it moves.
fn moved(start: Instant, due: Instant, excluded: &[(Instant, Instant)]) -> Instant {
    excluded.iter().fold(
        due,
        |due, (from, to)| {
            if *from < due && *to > start { due + (*to - (*from).max(start)) } else { due }
        },
    )
}
