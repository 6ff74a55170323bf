//! Small numbers withheld, so that nobody can be picked out of a return.
//!
//! Court lists are public and people talk: assume that the reader knows who was there. The strict
//! rule withholds every count from 1 to 7, rounds the others to the nearest 5, rounds totals on
//! their own, and gives a percentage only when it rests on at least 20 and neither it nor its
//! complement rests on a withheld count. A zero stays a zero unless the zero itself discloses.
//!
//! Withholding a cell is not enough when the cells beside it and their total are given. So the
//! strict rule takes the reader's part: it works out between which bounds a withheld cell must
//! lie, given everything else on the table, and withholds more until at least
//! [`LEAST_POSSIBLE`] values remain possible.
//!
//! Sources: OpenSAFELY's rule (withhold up to 7, round to 5) and NHS England's dashboard rule for
//! the Mental Health Services Data Set (withhold 0 to 4, round to 5).

use serde::Serialize;

throughline_domain::codes! {
    /// The rule by which small numbers are withheld.
    pub enum Profile {
        /// 1 to 7 withheld, the rest to the nearest 5, and guarded against subtraction.
        Strict = "strict", "Strict";
        /// 0 to 4 withheld and the rest to the nearest 5, as NHS England's dashboards do.
        Mhsds = "mhsds", "MHSDS";
    }
}

/// A percentage is not given on fewer than this, by the strict rule.
pub const LEAST_DENOMINATOR: u64 = 20;
/// A median is not given of fewer values than this.
pub const LEAST_FOR_MEDIAN: usize = 8;
/// How many values of a withheld cell the strict rule leaves possible.
pub const LEAST_POSSIBLE: i64 = 3;

impl Profile {
    /// What the reader is told about the figures.
    pub const fn note(self) -> &'static str {
        match self {
            Self::Strict => {
                "Counts from 1 to 7 are withheld and shown as *. Other counts are rounded to the nearest 5, totals on their own, so figures may not sum. Percentages are worked out before rounding and withheld where they rest on fewer than 20 or would reveal a withheld count. Medians are given as bands, for 8 or more."
            }
            Self::Mhsds => {
                "Counts from 0 to 4 are withheld and shown as *. Other counts are rounded to the nearest 5, totals on their own, so figures may not sum. Percentages are worked out before rounding and withheld where either count is. Medians are given for 8 or more."
            }
        }
    }

    /// The least and greatest count that is withheld for being small.
    const fn withheld(self) -> (i64, i64) {
        match self {
            Self::Strict => (1, 7),
            Self::Mhsds => (0, 4),
        }
    }
}

/// A figure as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A count, exact or rounded.
    Number(u64),
    /// A whole percentage.
    Percent(u64),
    /// Tenths of an hour.
    TenthsOfHours(u64),
    /// A band of time.
    Band(&'static str),
    /// Withheld by the profile.
    Withheld,
    /// There is nothing to show, such as a percentage of none.
    Nothing,
}

impl Shown {
    /// The figure without its unit, for a file; nothing is an empty cell.
    pub fn plain(self) -> String {
        match self {
            Self::Number(value) | Self::Percent(value) => value.to_string(),
            Self::TenthsOfHours(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
            Self::Band(band) => band.to_owned(),
            Self::Withheld => "*".to_owned(),
            Self::Nothing => String::new(),
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Percent(value) => write!(f, "{value}%"),
            Self::TenthsOfHours(_) => write!(f, "{} hours", self.plain()),
            Self::Nothing => f.write_str("–"),
            Self::Number(_) | Self::Band(_) | Self::Withheld => f.write_str(&self.plain()),
        }
    }
}

/// A numerator and its denominator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many.
    pub numerator: u64,
    /// Of how many.
    pub denominator: u64,
}

impl Ratio {
    /// The whole percentage, halves up; `None` of none.
    pub fn percent(self) -> Option<u64> {
        let Self { numerator, denominator } = self;
        (denominator > 0).then(|| (200 * numerator + denominator) / (2 * denominator))
    }
}

/// A ratio as it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownRatio {
    /// How many.
    pub numerator: Shown,
    /// Of how many.
    pub denominator: Shown,
    /// The percentage.
    pub percent: Shown,
}

/// One count on its own.
pub fn count(profile: Profile, value: u64) -> Shown {
    let (least, most) = profile.withheld();
    if i64::try_from(value).is_ok_and(|value| (least..=most).contains(&value)) {
        return Shown::Withheld;
    }
    Shown::Number((value + 2) / 5 * 5)
}

/// A total and the parts it is the sum of.
///
/// With `zero_discloses`, parts of zero are withheld when all of the total is in one part: the
/// zeros would tell that everybody there shares the trait of that part.
pub fn parts(profile: Profile, parts: &[u64], zero_discloses: bool) -> (Shown, Vec<Shown>) {
    let whole: u64 = parts.iter().sum();
    let total = count(profile, whole);
    let mut shown: Vec<Shown> = parts.iter().map(|part| count(profile, *part)).collect();
    if profile == Profile::Mhsds {
        return (total, shown);
    }
    let in_one = whole > 0 && parts.contains(&whole);
    if total == Shown::Withheld || (zero_discloses && in_one && parts.len() > 1) {
        // With a withheld total, a zero beside it would narrow what the others can be.
        shown.fill(Shown::Withheld);
        return (total, shown);
    }
    if Line::of((whole, total), (parts, &shown)).summed().is_guarded() {
        return (total, shown);
    }
    withhold_more(total, shown, parts)
}

/// Withholds the zeros and the smallest part given, and the total as well where that is not
/// enough. From then on a withheld cell may be any number, so subtraction says little.
fn withhold_more(total: Shown, mut shown: Vec<Shown>, parts: &[u64]) -> (Shown, Vec<Shown>) {
    let given = |cell: &Shown| matches!(cell, Shown::Number(value) if *value > 0);
    let smallest = (0..parts.len()).filter(|place| given(&shown[*place])).min_by_key(|place| parts[*place]);
    let Some(smallest) = smallest else {
        shown.fill(Shown::Withheld);
        return (Shown::Withheld, shown);
    };
    shown[smallest] = Shown::Withheld;
    for cell in &mut shown {
        if *cell == Shown::Number(0) {
            *cell = Shown::Withheld;
        }
    }
    (total, shown)
}

/// Ratios of the parts of a whole (the sites), and of the whole.
///
/// With `zero_discloses`, a numerator of none or of all is not told.
pub fn ratios(profile: Profile, ratios: &[Ratio], zero_discloses: bool) -> (ShownRatio, Vec<ShownRatio>) {
    let numerators: Vec<u64> = ratios.iter().map(|ratio| ratio.numerator).collect();
    let denominators: Vec<u64> = ratios.iter().map(|ratio| ratio.denominator).collect();
    let whole = Ratio { numerator: numerators.iter().sum(), denominator: denominators.iter().sum() };
    let (numerator, shown_numerators) = parts(profile, &numerators, false);
    let (denominator, shown_denominators) = parts(profile, &denominators, false);
    let show = |ratio: Ratio, numerator: Shown, denominator: Shown| {
        let numerator = if zero_tells(profile, ratio, zero_discloses) { Shown::Withheld } else { numerator };
        ShownRatio { numerator, denominator, percent: percent(profile, ratio, numerator, denominator, zero_discloses) }
    };
    let mut total = show(whole, numerator, denominator);
    let mut shown: Vec<ShownRatio> = ratios
        .iter()
        .zip(shown_numerators.into_iter().zip(shown_denominators))
        .map(|(ratio, (numerator, denominator))| show(*ratio, numerator, denominator))
        .collect();
    if profile == Profile::Strict {
        guard_percentages((whole, &mut total), (ratios, &mut shown));
    }
    (total, shown)
}

/// Withholds percentages that would narrow a withheld count: those of the parts first, or that of
/// the whole, or all; and, where even that is not enough, the numerators of the parts.
fn guard_percentages((whole, total): (Ratio, &mut ShownRatio), (ratios, shown): (&[Ratio], &mut [ShownRatio])) {
    let choices = [(true, true), (true, false), (false, true), (false, false)];
    let mut pins = choices.into_iter().map(|(total, parts)| Pins { total, parts });
    let kept = pins.find(|pins| Grid::of((whole, total), (ratios, shown), *pins).is_guarded());
    if kept.is_none_or(|kept| !kept.total) {
        withhold_percent(total);
    }
    if kept.is_none_or(|kept| !kept.parts) {
        shown.iter_mut().for_each(withhold_percent);
    }
    if kept.is_none() {
        for ratio in shown {
            ratio.numerator = Shown::Withheld;
        }
    }
}

/// Which percentages are given, and so pin their counts.
#[derive(Clone, Copy)]
struct Pins {
    total: bool,
    parts: bool,
}

fn withhold_percent(ratio: &mut ShownRatio) {
    if ratio.percent != Shown::Nothing {
        ratio.percent = Shown::Withheld;
    }
}

/// Whether a numerator of zero tells something about everybody in a group.
fn zero_tells(profile: Profile, ratio: Ratio, zero_discloses: bool) -> bool {
    let small = count(Profile::Strict, ratio.denominator) == Shown::Withheld;
    profile == Profile::Strict && ratio.numerator == 0 && ratio.denominator > 0 && (zero_discloses || small)
}

fn percent(profile: Profile, ratio: Ratio, numerator: Shown, denominator: Shown, zero_discloses: bool) -> Shown {
    let Some(percent) = ratio.percent() else {
        return Shown::Nothing;
    };
    if numerator == Shown::Withheld || denominator == Shown::Withheld {
        return Shown::Withheld;
    }
    if profile == Profile::Mhsds {
        return Shown::Percent(percent);
    }
    let rest = ratio.denominator.saturating_sub(ratio.numerator);
    let all_tells = zero_discloses && rest == 0;
    if ratio.denominator < LEAST_DENOMINATOR || count(profile, rest) == Shown::Withheld || all_tells {
        return Shown::Withheld;
    }
    Shown::Percent(percent)
}

/// The median of lengths of time in seconds; withheld for fewer than [`LEAST_FOR_MEDIAN`].
///
/// The strict rule gives a band: a median is the time of one person or two.
pub fn median(profile: Profile, seconds: &[i64]) -> Shown {
    if seconds.is_empty() {
        return Shown::Nothing;
    }
    if seconds.len() < LEAST_FOR_MEDIAN {
        return Shown::Withheld;
    }
    match profile {
        Profile::Strict => band(median_seconds(seconds)),
        Profile::Mhsds => exact_median(seconds),
    }
}

/// The median in tenths of an hour, for the service's own managers: given of any number.
pub fn exact_median(seconds: &[i64]) -> Shown {
    if seconds.is_empty() {
        return Shown::Nothing;
    }
    Shown::TenthsOfHours(u64::try_from((median_seconds(seconds) + 180) / 360).unwrap_or(0))
}

fn median_seconds(seconds: &[i64]) -> i64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { i64::midpoint(sorted[middle - 1], sorted[middle]) }
}

fn band(seconds: i64) -> Shown {
    const BANDS: [(i64, &str); 6] = [
        (1, "under 1 hour"),
        (2, "1 to 2 hours"),
        (4, "2 to 4 hours"),
        (8, "4 to 8 hours"),
        (24, "8 to 24 hours"),
        (72, "24 to 72 hours"),
    ];
    let found = BANDS.iter().find(|(below, _)| seconds < below * 3600);
    Shown::Band(found.map_or("72 hours or more", |(_, words)| words))
}

/// The least and greatest number that a figure can stand for.
type Bounds = (i64, i64);

/// Above every count of a service, so that "any number" has an end.
const ANY: i64 = 1 << 40;

fn exactly(count: u64) -> Bounds {
    i64::try_from(count).map_or((0, ANY), |count| (count, count))
}

fn intersect(one: Bounds, other: Bounds) -> Bounds {
    (one.0.max(other.0), one.1.min(other.1))
}

/// What a reader can say of one figure alone, who takes a star for `star`.
fn bounds(shown: Shown, star: Bounds) -> Bounds {
    match shown {
        Shown::Number(0) => (0, 0),
        // Below 8 the strict rule withholds, so a 10 is from 8 to 12.
        Shown::Number(value) => i64::try_from(value).map_or((0, ANY), |value| ((value - 2).max(8), value + 2)),
        _ => star,
    }
}

/// A total and its parts, as a reader can bound them.
struct Line {
    total: Bounds,
    parts: Vec<Bounds>,
    withheld: Vec<bool>,
}

impl Line {
    /// The reader is taken to know whether the stars of this line all stand for small numbers.
    fn of((whole, total): (u64, Shown), (truths, shown): (&[u64], &[Shown])) -> Self {
        let is_small = |truth: u64| count(Profile::Strict, truth) == Shown::Withheld;
        let withheld: Vec<bool> = shown.iter().map(|shown| *shown == Shown::Withheld).collect();
        let all_small = truths.iter().zip(&withheld).all(|(truth, withheld)| !withheld || is_small(*truth));
        let star = if all_small { Profile::Strict.withheld() } else { (0, ANY) };
        let total_star = if is_small(whole) { Profile::Strict.withheld() } else { (0, ANY) };
        let parts = shown.iter().map(|shown| bounds(*shown, star)).collect();
        Self { total: bounds(total, total_star), parts, withheld }
    }

    /// Narrowed by subtraction: each part is the total less the other parts.
    fn summed(mut self) -> Self {
        let least: i64 = self.parts.iter().map(|part| part.0).sum();
        let most: i64 = self.parts.iter().map(|part| part.1).sum();
        self.total = intersect(self.total, (least, most));
        let total = self.total;
        for part in &mut self.parts {
            *part = intersect(*part, (total.0 - (most - part.1), total.1 - (least - part.0)));
        }
        self
    }

    /// Whether every withheld part keeps [`LEAST_POSSIBLE`] values.
    fn is_guarded(&self) -> bool {
        let mut withheld = self.parts.iter().zip(&self.withheld).filter(|(_, withheld)| **withheld);
        withheld.all(|((least, most), _)| most - least + 1 >= LEAST_POSSIBLE)
    }
}

/// The numerators and denominators of a table, as a reader can bound them.
struct Grid {
    numerators: Line,
    denominators: Line,
}

impl Grid {
    /// A percentage may pin the counts it rests on, so the reader is taken to know exactly the
    /// counts beside each percentage that is given.
    fn of((whole, total): (Ratio, &ShownRatio), (ratios, shown): (&[Ratio], &[ShownRatio]), pins: Pins) -> Self {
        let line = |cell: fn(&ShownRatio) -> Shown, truth: fn(&Ratio) -> u64| {
            let truths: Vec<u64> = ratios.iter().map(truth).collect();
            let cells: Vec<Shown> = shown.iter().map(cell).collect();
            let mut line = Line::of((truth(&whole), cell(total)), (&truths, &cells));
            let given = |ratio: &ShownRatio| matches!(ratio.percent, Shown::Percent(_));
            if pins.total && given(total) {
                line.total = exactly(truth(&whole));
            }
            for ((part, truth), _) in
                line.parts.iter_mut().zip(truths).zip(shown).filter(|(_, ratio)| pins.parts && given(ratio))
            {
                *part = exactly(truth);
            }
            line
        };
        Self {
            numerators: line(|ratio| ratio.numerator, |ratio| ratio.numerator),
            denominators: line(|ratio| ratio.denominator, |ratio| ratio.denominator),
        }
        .reasoned()
    }

    /// Narrowed by subtraction and by "no numerator is above its denominator", as far as it goes.
    fn reasoned(mut self) -> Self {
        for _ in 0..8 {
            self.numerators = self.numerators.summed();
            self.denominators = self.denominators.summed();
            let tops = std::iter::once(&mut self.numerators.total).chain(&mut self.numerators.parts);
            let bottoms = std::iter::once(&mut self.denominators.total).chain(&mut self.denominators.parts);
            for (top, bottom) in tops.zip(bottoms) {
                top.1 = top.1.min(bottom.1);
                bottom.0 = bottom.0.max(top.0);
            }
        }
        self
    }

    fn is_guarded(&self) -> bool {
        self.numerators.is_guarded() && self.denominators.is_guarded()
    }
}

#[cfg(test)]
mod tests;
