//! One month counted: every measure, in total and by site.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use throughline_domain::time::{Instant, london_date};

use crate::facts::{Breakdown, Count, DurationOf, EpisodeFact};
use crate::measure::{Formula, Measure, Unit};
use crate::suppress::{self, Profile, Ratio, Shown, ShownRatio};

/// The name under which the total stands.
pub const ALL_SITES: &str = "All sites";

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(NaiveDate);

/// A text that is not a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a month: write it like 2026-11")]
pub struct MonthError(String);

impl Month {
    /// The month a day is in.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        self.0
    }

    /// Whether a day is in it.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::of(day) == self
    }
}

impl std::str::FromStr for Month {
    type Err = MonthError;

    /// Reads `2026-11`.
    fn from_str(text: &str) -> Result<Self, MonthError> {
        format!("{text}-01").parse().map(Self).map_err(|_| MonthError(text.to_owned()))
    }
}

impl std::fmt::Display for Month {
    /// `November 2026`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.format("%B %Y").fmt(f)
    }
}

/// What stands at the head of a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The name of the service.
    pub service: String,
    /// The month.
    pub month: Month,
    /// When the return was made.
    pub generated_at: Instant,
    /// The sites of the service, in the order shown; a site of an episode that is missing here
    /// is added at the end.
    pub sites: Vec<String>,
}

/// For whom the figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The service's own managers: every figure as counted. Not to be passed on.
    Exact,
    /// The commissioner: small numbers withheld by a profile.
    Released(Profile),
}

/// One line of a return.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The measure's number.
    pub number: String,
    /// The measure's id.
    pub measure: String,
    /// The measure's title.
    pub title: String,
    /// The site, or [`ALL_SITES`].
    pub site: String,
    /// The category, in a measure that is broken down.
    pub category: Option<String>,
    /// The numerator; for a median, of how many it is.
    pub numerator: Shown,
    /// The denominator, where the measure has one.
    pub denominator: Option<Shown>,
    /// The value of the measure.
    pub value: Shown,
    /// What the value is in.
    pub unit: Unit,
    /// What the reader has to know about this line; usually empty.
    pub note: String,
}

/// One month counted.
#[derive(Debug, Clone)]
pub struct MonthlyReturn {
    heading: Heading,
    tallies: Vec<Tally>,
    left_out: usize,
}

/// One measure counted by site.
#[derive(Debug, Clone)]
struct Tally {
    measure: Measure,
    counted: Counted,
}

#[derive(Debug, Clone)]
enum Counted {
    Counts(Vec<u64>),
    Broken(Vec<u64>, BTreeMap<String, Vec<u64>>),
    Ratios(Vec<Ratio>),
    Times(Vec<Vec<i64>>),
}

/// The episodes of the month, each with the place of its site.
struct Placed<'a> {
    facts: Vec<(usize, &'a EpisodeFact)>,
    sites: usize,
    today: NaiveDate,
}

impl Placed<'_> {
    fn counts(&self, count: Count) -> Vec<u64> {
        let mut counts = vec![0; self.sites];
        for (site, fact) in &self.facts {
            counts[*site] += u64::from(count(fact, self.today));
        }
        counts
    }

    fn broken(&self, count: Count, breakdown: Breakdown) -> BTreeMap<String, Vec<u64>> {
        let mut categories: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for (site, fact) in &self.facts {
            let Some(category) = breakdown(fact) else {
                continue;
            };
            if !categories.contains_key(category) {
                categories.insert(category.to_owned(), vec![0; self.sites]);
            }
            if let Some(counts) = categories.get_mut(category) {
                counts[*site] += u64::from(count(fact, self.today));
            }
        }
        categories
    }

    fn times(&self, duration: DurationOf) -> Vec<Vec<i64>> {
        let mut times = vec![Vec::new(); self.sites];
        for (site, fact) in &self.facts {
            times[*site].extend(duration(fact));
        }
        times
    }
}

impl MonthlyReturn {
    /// Counts the measures that are part of the program over the episodes of a month.
    pub fn count(heading: Heading, facts: &[EpisodeFact]) -> Self {
        Self::count_measures(heading, facts, Measure::all())
    }

    /// Counts given measures over the episodes of a month. Episodes opened in another month are
    /// left out (see [`MonthlyReturn::left_out`]).
    pub fn count_measures(mut heading: Heading, facts: &[EpisodeFact], measures: &[Measure]) -> Self {
        let mut site_places: BTreeMap<String, usize> = BTreeMap::new();
        for (place, site) in heading.sites.iter().enumerate() {
            site_places.entry(site.clone()).or_insert(place);
        }
        let mut counted = Vec::with_capacity(facts.len());
        for fact in facts.iter().filter(|fact| heading.month.contains(fact.opened_on)) {
            let place = site_places.get(&fact.site).copied().unwrap_or_else(|| {
                heading.sites.push(fact.site.clone());
                site_places.insert(fact.site.clone(), heading.sites.len() - 1);
                heading.sites.len() - 1
            });
            counted.push((place, fact));
        }
        let left_out = facts.len() - counted.len();
        let placed = Placed { facts: counted, sites: heading.sites.len(), today: london_date(heading.generated_at) };
        let tallies = measures.iter().map(|measure| tally(measure, &placed)).collect();
        Self { heading, tallies, left_out }
    }

    /// What stands at the head.
    pub fn heading(&self) -> &Heading {
        &self.heading
    }

    /// How many of the given episodes were opened in another month and so were not counted.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The lines of the return, for a page.
    ///
    /// The released view gives categories for all sites together only: a reason by site by month
    /// is finer than may leave the service.
    pub fn rows(&self, view: View) -> Vec<Row> {
        self.tallies.iter().flat_map(|tally| self.rows_of(tally, view)).collect()
    }

    fn rows_of(&self, tally: &Tally, view: View) -> Vec<Row> {
        let measure = &tally.measure;
        match &tally.counted {
            Counted::Counts(counts) => self.count_rows(measure, None, counts, view),
            Counted::Broken(counts, categories) => {
                let mut rows = self.count_rows(measure, None, counts, view);
                match view {
                    View::Exact => rows.extend(
                        categories.iter().flat_map(|(name, counts)| self.count_rows(measure, Some(name), counts, view)),
                    ),
                    View::Released(profile) => {
                        rows.extend(category_rows(measure, categories, &rows[0], profile));
                    }
                }
                rows
            }
            Counted::Ratios(ratios) => self.ratio_rows(measure, ratios, view),
            Counted::Times(times) => self.median_rows(measure, times, view),
        }
    }

    fn sites(&self) -> impl Iterator<Item = &str> {
        std::iter::once(ALL_SITES).chain(self.heading.sites.iter().map(String::as_str))
    }

    fn count_rows(&self, measure: &Measure, category: Option<&str>, counts: &[u64], view: View) -> Vec<Row> {
        let (total, sites) = match view {
            View::Exact => (Shown::Number(counts.iter().sum()), counts.iter().copied().map(Shown::Number).collect()),
            View::Released(profile) => suppress::parts(profile, counts, false),
        };
        let shown = std::iter::once(total).chain(sites);
        self.sites().zip(shown).map(|(site, shown)| row(measure, site, category, (shown, None, shown))).collect()
    }

    fn ratio_rows(&self, measure: &Measure, ratios: &[Ratio], view: View) -> Vec<Row> {
        let (total, sites) = match view {
            View::Exact => (exact(sum(ratios)), ratios.iter().copied().map(exact).collect()),
            View::Released(profile) => suppress::ratios(profile, ratios, measure.zero_discloses),
        };
        let shown = std::iter::once(total).chain(sites);
        self.sites()
            .zip(shown)
            .map(|(site, shown)| row(measure, site, None, (shown.numerator, Some(shown.denominator), shown.percent)))
            .collect()
    }

    fn median_rows(&self, measure: &Measure, times: &[Vec<i64>], view: View) -> Vec<Row> {
        let all: Vec<i64> = times.iter().flatten().copied().collect();
        let numbers: Vec<u64> = times.iter().map(|times| times.len() as u64).collect();
        let (total, sites) = match view {
            View::Exact => (Shown::Number(all.len() as u64), numbers.iter().copied().map(Shown::Number).collect()),
            View::Released(profile) => suppress::parts(profile, &numbers, false),
        };
        let shown = std::iter::once((total, &all)).chain(sites.into_iter().zip(times));
        self.sites()
            .zip(shown)
            .map(|(site, (number, times))| row(measure, site, None, (number, None, median(view, number, times))))
            .collect()
    }
}

/// A median is withheld with the number it is of.
fn median(view: View, number: Shown, times: &[i64]) -> Shown {
    match view {
        _ if times.is_empty() => Shown::Nothing,
        View::Exact => suppress::exact_median(times),
        View::Released(_) if number == Shown::Withheld => Shown::Withheld,
        View::Released(profile) => suppress::median(profile, times),
    }
}

fn tally(measure: &Measure, placed: &Placed) -> Tally {
    let counted = match measure.formula {
        Formula::Count(count) => Counted::Counts(placed.counts(count)),
        Formula::Broken(count, breakdown) => Counted::Broken(placed.counts(count), placed.broken(count, breakdown)),
        Formula::Percent(numerator, denominator) => {
            let pairs = placed.counts(numerator).into_iter().zip(placed.counts(denominator));
            Counted::Ratios(pairs.map(|(numerator, denominator)| Ratio { numerator, denominator }).collect())
        }
        Formula::MedianHours(duration) => Counted::Times(placed.times(duration)),
    };
    Tally { measure: measure.clone(), counted }
}

/// The categories of all sites together. Where their total is withheld there are none: a list of
/// the categories that occur would tell that each holds somebody.
fn category_rows(
    measure: &Measure,
    categories: &BTreeMap<String, Vec<u64>>,
    total: &Row,
    profile: Profile,
) -> Vec<Row> {
    let counts: Vec<u64> = categories.values().map(|counts| counts.iter().sum()).collect();
    let (whole, shown) = suppress::parts(profile, &counts, measure.zero_discloses);
    if total.numerator == Shown::Withheld || whole == Shown::Withheld {
        return Vec::new();
    }
    let named = categories.keys().zip(shown);
    named.map(|(name, shown)| row(measure, ALL_SITES, Some(name), (shown, None, shown))).collect()
}

fn sum(ratios: &[Ratio]) -> Ratio {
    Ratio {
        numerator: ratios.iter().map(|ratio| ratio.numerator).sum(),
        denominator: ratios.iter().map(|ratio| ratio.denominator).sum(),
    }
}

fn exact(ratio: Ratio) -> ShownRatio {
    ShownRatio {
        numerator: Shown::Number(ratio.numerator),
        denominator: Shown::Number(ratio.denominator),
        percent: ratio.percent().map_or(Shown::Nothing, Shown::Percent),
    }
}

fn row(
    measure: &Measure,
    site: &str,
    category: Option<&str>,
    (numerator, denominator, value): (Shown, Option<Shown>, Shown),
) -> Row {
    let note = match (value, denominator) {
        (Shown::Withheld, Some(_)) if numerator != Shown::Withheld => "Percentage withheld",
        (Shown::Withheld, _) => "Withheld: small number",
        (Shown::Nothing, _) => "No cases",
        _ => "",
    };
    Row {
        number: measure.number.clone(),
        measure: measure.id.clone(),
        title: measure.title.clone(),
        site: site.to_owned(),
        category: category.map(str::to_owned),
        numerator,
        denominator,
        value,
        unit: measure.unit(),
        note: note.to_owned(),
    }
}
