//! Reach: of everybody on the lists, how many were seen, by hour, place and who they are.
//!
//! **To add a dimension** is one entry in [`DIMENSIONS`]: its words, and how one line's group is read off. What is not
//! known is always a group of its own.
//!
//! Exact figures are for the service's own leaders. In published figures a row is given only when at least
//! [`LEAST`] were seen and at least as many were not; other rows are withheld, and more with them, until nobody can
//! work a withheld figure out from the rows beside it and the totals: every withheld figure keeps at least
//! [`LEAST_POSSIBLE`] possible values. Where that cannot be had the whole dimension is withheld.

mod guard;

use crate::suppress::Ratio;
use chrono::{Datelike, Days, NaiveDate};
use guard::{Row, guarded};
use std::collections::BTreeMap;
use throughline_domain::coverage::{ETHNIC_GROUPS, NOT_KNOWN};
use throughline_domain::time::date_short;

/// Published counts below this are told as "fewer than 5".
pub const LEAST: u64 = 5;

/// How many values of a withheld figure stay possible.
pub const LEAST_POSSIBLE: i64 = 3;

/// What is counted of one line of a list, without a name or an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachFact {
    /// The site.
    pub site: String,
    /// The day of work.
    pub day: NaiveDate,
    /// The hour of arrival, or of the sitting at court, in London.
    pub hour: Option<u32>,
    /// Sex, in words; empty when it is not known.
    pub sex: String,
    /// The age band in words.
    pub age_band: &'static str,
    /// The broad ethnic group.
    pub ethnic_group: &'static str,
    /// Whether somebody of the service saw them.
    pub seen: bool,
    /// Whether they came and left while nobody of the service was there.
    pub out_of_hours: bool,
}

/// One way to look at the lines.
#[derive(Debug)]
pub struct Dimension {
    /// Its name in an address.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The group of a line.
    pub group: fn(&ReachFact) -> String,
    /// Groups that are shown even when nobody is in them, in their order; others follow in the order of their words.
    pub always: &'static [&'static str],
    /// Whether the group of a line may not be known: then "not known" is a bar even when nobody is in it.
    pub may_be_unknown: bool,
}

/// Every dimension of the chart.
pub const DIMENSIONS: &[Dimension] = &[
    asked("hour", "Hour of arrival or sitting", hours, HOURS),
    known("site", "Site", |fact| fact.site.clone()),
    asked("sex", "Sex", |fact| or_not_known(&fact.sex), &["Female", "Male"]),
    asked("age", "Age", |fact| fact.age_band.to_owned(), AGES),
    asked("ethnicity", "Ethnic group", |fact| fact.ethnic_group.to_owned(), &ETHNIC_GROUPS),
    known("week", "Week", week),
];

/// A dimension whose group may not be known.
const fn asked(
    id: &'static str,
    title: &'static str,
    group: fn(&ReachFact) -> String,
    always: &'static [&'static str],
) -> Dimension {
    Dimension { id, title, group, always, may_be_unknown: true }
}

/// A dimension whose group every line has.
const fn known(id: &'static str, title: &'static str, group: fn(&ReachFact) -> String) -> Dimension {
    Dimension { id, title, group, always: &[], may_be_unknown: false }
}

const HOURS: &[&str] =
    &["00:00 to 03:59", "04:00 to 07:59", "08:00 to 11:59", "12:00 to 15:59", "16:00 to 19:59", "20:00 to 23:59"];
const AGES: &[&str] = &["Under 18", "18 to 24", "25 to 34", "35 to 49", "50 and over"];

fn hours(fact: &ReachFact) -> String {
    fact.hour
        .and_then(|hour| HOURS.get((hour / 4) as usize))
        .map_or_else(|| NOT_KNOWN.to_owned(), |hours| (*hours).to_owned())
}

fn or_not_known(words: &str) -> String {
    if words.is_empty() { NOT_KNOWN.to_owned() } else { words.to_owned() }
}

fn week(fact: &ReachFact) -> String {
    let monday = fact.day - Days::new(fact.day.weekday().num_days_from_monday().into());
    // Weeks sort by their day, so that the code comes first and is taken off when they are shown.
    format!("{monday}|Week of {}", date_short(monday))
}

/// A figure as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The count itself.
    Exact(u64),
    /// Some number below [`LEAST`].
    Few,
    /// Withheld, so that another figure cannot be worked out.
    Withheld,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(count) => write!(f, "{count}"),
            Self::Few => write!(f, "fewer than {LEAST}"),
            Self::Withheld => f.write_str("withheld"),
        }
    }
}

/// One bar: a group, how many were on the lists, and how many of them were seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The group.
    pub group: String,
    /// On the lists.
    pub listed: Figure,
    /// Seen.
    pub seen: Figure,
    /// The whole percentage, where both figures are given.
    pub percent: Option<u64>,
}

/// One dimension counted. Without bars, all of it is withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its name in an address.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The bars, "not known" last.
    pub bars: Vec<Bar>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Everybody on the lists.
    pub whole: Bar,
    /// Came and left out of hours, of everybody on the lists (measure 12 over the lists).
    pub out_of_hours: Bar,
    /// Each dimension.
    pub dimensions: Vec<Counted>,
}

/// Whether figures are for the service's own leaders or for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    /// As they are.
    Exact,
    /// Small numbers withheld.
    Published,
}

/// Counts the lines in every dimension.
pub fn reach(facts: &[ReachFact], figures: Figures) -> Reach {
    let whole = ratio(facts.iter().map(|fact| fact.seen));
    let missed = ratio(facts.iter().map(|fact| fact.out_of_hours));
    let total = bar("Everybody on the lists", whole, figures == Figures::Exact || is_plain(whole));
    let may_break_down = total.percent.is_some() || figures == Figures::Exact;
    let dimensions = DIMENSIONS.iter().map(|dimension| {
        let rows = groups(dimension, facts);
        let bars = match figures {
            Figures::Exact => rows.into_iter().map(|(group, ratio)| bar(&group, ratio, true)).collect(),
            Figures::Published if may_break_down => published(&rows, whole),
            Figures::Published => Vec::new(),
        };
        Counted { id: dimension.id, title: dimension.title, bars }
    });
    Reach {
        out_of_hours: bar(
            "Came and left out of hours",
            missed,
            figures == Figures::Exact || (is_plain(missed) && is_plain(whole)),
        ),
        dimensions: dimensions.collect(),
        whole: total,
    }
}

fn ratio(seen: impl Iterator<Item = bool>) -> Ratio {
    seen.fold(Ratio::default(), |ratio, seen| Ratio {
        numerator: ratio.numerator + u64::from(seen),
        denominator: ratio.denominator + 1,
    })
}

/// The groups of a dimension: those always shown, then the others, "not known" last.
fn groups(dimension: &Dimension, facts: &[ReachFact]) -> Vec<(String, Ratio)> {
    let mut by_group: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for fact in facts {
        by_group.entry((dimension.group)(fact)).or_default().push(fact.seen);
    }
    let mut take = |group: &str| ratio(by_group.remove(group).unwrap_or_default().into_iter());
    let mut rows: Vec<(String, Ratio)> =
        dimension.always.iter().map(|group| ((*group).to_owned(), take(group))).collect();
    let not_known = take(NOT_KNOWN);
    for (group, seen) in by_group {
        let words = group.split_once('|').map_or(group.as_str(), |(_, words)| words);
        rows.push((words.to_owned(), ratio(seen.into_iter())));
    }
    if dimension.may_be_unknown {
        rows.push((NOT_KNOWN.to_owned(), not_known));
    }
    rows
}

/// Whether neither those who were seen nor those who were not are few.
fn is_plain(ratio: Ratio) -> bool {
    ratio.numerator >= LEAST && ratio.denominator - ratio.numerator >= LEAST
}

fn bar(group: &str, ratio: Ratio, given: bool) -> Bar {
    let figure = |count: u64| match count {
        count if given => Figure::Exact(count),
        count if count < LEAST => Figure::Few,
        _ => Figure::Withheld,
    };
    Bar {
        group: group.to_owned(),
        listed: figure(ratio.denominator),
        seen: figure(ratio.numerator),
        percent: ratio.percent().filter(|_| given),
    }
}

/// The rows of a dimension with small numbers withheld; none when that protects nobody.
fn published(rows: &[(String, Ratio)], whole: Ratio) -> Vec<Bar> {
    let counts: Vec<Row> = rows.iter().map(|(_, ratio)| Row { ratio: *ratio, given: is_plain(*ratio) }).collect();
    let Some(given) = guarded(counts, whole) else { return Vec::new() };
    rows.iter().zip(given).map(|((group, ratio), given)| bar(group, *ratio, given)).collect()
}

/// The figures as a file that opens in a spreadsheet, each line of it safe from being run as a formula.
pub fn csv(reach: &Reach, about: &[(&str, String)]) -> String {
    let heading = about.iter().map(|(name, value)| [(*name).to_owned(), value.clone()]);
    let titles = ["dimension", "group", "listed", "seen", "percentage"].map(str::to_owned);
    let line = |dimension: &str, bar: &Bar| {
        let percent = bar.percent.map(|percent| percent.to_string()).unwrap_or_default();
        [dimension.to_owned(), bar.group.clone(), bar.listed.to_string(), bar.seen.to_string(), percent]
    };
    let mut lines = vec![titles, line("All", &reach.whole), line("All", &reach.out_of_hours)];
    for counted in &reach.dimensions {
        lines.extend(counted.bars.iter().map(|bar| line(counted.title, bar)));
        if counted.bars.is_empty() {
            lines.push([counted.title.to_owned(), "withheld".to_owned(), String::new(), String::new(), String::new()]);
        }
    }
    format!("{}\n{}", crate::csv_file::written(heading), crate::csv_file::written(lines))
}

#[cfg(test)]
mod tests;
