//! Scores of one instrument over time: which of them may be compared, and whether a change is more than chance.
//!
//! Nothing here says that somebody is better or worse: a total is read in its instrument's own bands, and a change is
//! more than the chance of the measurement, or is not known to be.

use throughline_domain::time::Instant;

use crate::scoring::{Band, ReliableChange, Scoring};

/// One total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// When the form was signed.
    pub at: Instant,
    /// The version of the instrument's definition.
    pub version: u32,
    /// The total.
    pub total: i32,
    /// The highest total there can be.
    pub out_of: i32,
    /// The name of the band, as it was.
    pub band: String,
    /// Whether missing items took the mean of the answered ones.
    pub prorated: bool,
}

/// Totals that may be joined by a line, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Run<'a> {
    /// The totals: at least one.
    pub points: Vec<Point>,
    /// How they are read; `None` when this program no longer has the version they were made with.
    pub scoring: Option<&'a Scoring>,
}

impl<'a> Run<'a> {
    /// The bands in which the totals are read; none when they are not known.
    pub fn bands(&self) -> &'a [Band] {
        self.scoring.map_or(&[], Scoring::bands)
    }

    /// The change from the first total to the last; `None` when there is one total only.
    pub fn change(&self) -> Option<Change<'a>> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let reliable = self.scoring.and_then(|scoring| scoring.reliable_change.as_ref());
        (self.points.len() > 1).then(|| change(reliable, first, last))
    }
}

/// Parts the totals of one instrument, oldest first, into runs that may be joined. Two versions are joined only where
/// both are known and are read in the same bands: what cannot be proved the same is not drawn as one line. `scoring`
/// gives how a version is scored.
pub fn runs<'a>(points: Vec<Point>, scoring: impl Fn(u32) -> Option<&'a Scoring>) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for point in points {
        let read_by = scoring(point.version);
        let joins = runs.last().is_some_and(|run| {
            let before = &run.points[run.points.len() - 1];
            let same_version = before.version == point.version;
            let same_reading = matches!((run.scoring, read_by), (Some(then), Some(now)) if then.reading == now.reading);
            before.out_of == point.out_of && (same_version || same_reading)
        });
        match runs.last_mut().filter(|_| joins) {
            Some(run) => {
                run.points.push(point);
                run.scoring = read_by;
            }
            None => runs.push(Run { points: vec![point], scoring: read_by }),
        }
    }
    runs
}

/// What lies between two totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// The first total.
    pub from: i32,
    /// The last total.
    pub to: i32,
    /// Whether one of them is prorated.
    pub prorated: bool,
    /// What it means.
    pub meaning: Meaning<'a>,
}

/// Whether a change is more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// As many points as the figure, or more.
    MoreThanChance(&'a ReliableChange),
    /// Fewer.
    MayBeChance(&'a ReliableChange),
    /// There is no figure for this instrument.
    NotKnown,
}

/// The change between two totals that may be compared.
pub fn change<'a>(reliable: Option<&'a ReliableChange>, first: &Point, last: &Point) -> Change<'a> {
    let points = (last.total - first.total).abs();
    let meaning = match reliable {
        Some(figure) if points >= figure.points => Meaning::MoreThanChance(figure),
        Some(figure) => Meaning::MayBeChance(figure),
        None => Meaning::NotKnown,
    };
    Change { from: first.total, to: last.total, prorated: first.prorated || last.prorated, meaning }
}

impl std::fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let by = (self.to - self.from).abs();
        let points = if by == 1 { "point" } else { "points" };
        write!(f, "{} to {}: ", self.from, self.to)?;
        match self.meaning {
            Meaning::MoreThanChance(figure) => {
                write!(f, "changed by more than chance ({by} {points}; {} or more, {})", figure.points, figure.source)?;
            }
            Meaning::MayBeChance(_) if by == 0 => f.write_str("the same total")?,
            Meaning::MayBeChance(figure) => {
                write!(
                    f,
                    "{by} {points}, which may be chance ({} or more is more than chance, {})",
                    figure.points, figure.source
                )?;
            }
            Meaning::NotKnown => {
                write!(f, "{by} {points}. How much is more than chance is not known for this instrument")?;
            }
        }
        if self.prorated { f.write_str(". One of these totals is prorated") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::scoring::Reading;
    use chrono::{Duration, TimeZone};

    fn point(day: i64, version: u32, total: i32) -> Point {
        let at = chrono::Utc.with_ymd_and_hms(2026, 9, 1, 9, 0, 0).unwrap() + Duration::days(day);
        Point { at, version, total, out_of: 27, band: String::new(), prorated: false }
    }

    fn scoring(cut: i32, points: Option<i32>) -> Scoring {
        let band = |from, to, label: &str| Band { from, to, label: label.into(), next: None, next_form: None };
        let mut scoring = catalogue().get("phq9").unwrap().scoring.clone().unwrap();
        scoring.reading = Reading::Bands(vec![band(0, cut - 1, "Low"), band(cut, 27, "High")]);
        scoring.reliable_change = points.map(|points| ReliableChange { points, source: "a manual".into() });
        scoring
    }

    #[test]
    fn a_change_is_more_than_chance_from_the_figure_on_in_both_directions() {
        let figure = ReliableChange { points: 6, source: "a manual".into() };
        let of = |from, to| change(Some(&figure), &point(0, 1, from), &point(9, 1, to)).meaning;
        for (from, to) in [(12, 6), (6, 12), (12, 5), (0, 27)] {
            assert_eq!(of(from, to), Meaning::MoreThanChance(&figure), "{from} to {to}");
        }
        for (from, to) in [(12, 7), (7, 12), (12, 12)] {
            assert_eq!(of(from, to), Meaning::MayBeChance(&figure), "{from} to {to}");
        }
        assert_eq!(change(None, &point(0, 1, 27), &point(9, 1, 0)).meaning, Meaning::NotKnown);
    }

    #[test]
    fn a_change_is_told_without_saying_that_it_is_good() {
        let phq9 = catalogue().get("phq9").unwrap().scoring.as_ref();
        let told = |from, to| {
            let run = Run { points: vec![point(0, 1, from), point(9, 1, to)], scoring: phq9 };
            run.change().unwrap().to_string()
        };
        let words = "12 to 5: changed by more than chance (7 points; 6 or more, NHS Talking Therapies manual)";
        assert_eq!(told(12, 5), words);
        assert!(told(12, 11).starts_with("12 to 11: 1 point, which may be chance (6 or more is more than chance"));
        assert_eq!(told(9, 9), "9 to 9: the same total");
        for words in [told(12, 5), told(5, 12)] {
            let lower = words.to_lowercase();
            assert!(["better", "worse", "improve", "deteriorat", "recover"].iter().all(|word| !lower.contains(word)));
        }
    }

    #[test]
    fn a_prorated_total_is_said() {
        let last = Point { prorated: true, ..point(9, 1, 5) };
        let words = change(None, &point(0, 1, 12), &last).to_string();
        assert!(words.ends_with("One of these totals is prorated"), "{words}");
    }

    #[test]
    fn versions_that_are_read_in_other_bands_are_not_joined() {
        let (one, same, other) = (scoring(10, Some(6)), scoring(10, None), scoring(11, Some(6)));
        let by = |version| match version {
            1 => Some(&one),
            2 => Some(&same),
            3 => Some(&other),
            _ => None,
        };
        let parts = |versions: &[u32]| -> Vec<usize> {
            let points = (0..).zip(versions).map(|(day, version)| point(day, *version, 10)).collect();
            runs(points, by).iter().map(|run| run.points.len()).collect()
        };
        assert_eq!(parts(&[1, 1, 1]), [3]);
        assert_eq!(parts(&[1, 2, 2]), [3]);
        assert_eq!(parts(&[1, 1, 3]), [2, 1]);
        // A version that this program no longer has is joined with itself only.
        assert_eq!(parts(&[8, 8, 1]), [2, 1]);
        assert_eq!(parts(&[8, 9]), [1, 1]);
    }

    #[test]
    fn totals_out_of_another_maximum_are_not_joined() {
        let all = vec![point(0, 1, 10), Point { out_of: 21, ..point(9, 1, 10) }];
        let phq9 = catalogue().get("phq9").unwrap().scoring.as_ref();
        assert_eq!(runs(all, |_| phq9).len(), 2);
    }

    #[test]
    fn one_total_is_no_change() {
        assert_eq!(Run { points: vec![point(0, 1, 10)], scoring: None }.change(), None);
        assert!(runs(vec![], |_| None).is_empty());
    }
}
