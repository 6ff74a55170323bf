//! Measures as data: the files of `measures/`, read and checked.

use serde::{Deserialize, Serialize};

use crate::facts::{BREAKDOWNS, Breakdown, COUNTS, Count, DURATIONS, DurationOf};

mod files {
    include!(concat!(env!("OUT_DIR"), "/files.rs"));
}

/// One measure of the return: one file of `measures/`.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its name in code and addresses.
    pub id: String,
    /// Its number in the return, such as `4` or `1a`.
    pub number: String,
    /// Its name for people.
    pub title: String,
    /// What exactly is counted.
    pub definition: String,
    /// How it is worked out.
    pub formula: Formula,
    /// Whether a zero, or a whole, tells something about every person in the group.
    pub zero_discloses: bool,
    /// Where the definition comes from.
    pub source: String,
}

/// How a measure is worked out.
#[derive(Debug, Clone, Copy)]
pub enum Formula {
    /// A count.
    Count(Count),
    /// A count of which every episode falls in one category.
    Broken(Count, Breakdown),
    /// One count as a percentage of another.
    Percent(Count, Count),
    /// The median of a length of time, in hours.
    MedianHours(DurationOf),
}

/// What a measure's value is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A number of things.
    Count,
    /// A whole percentage.
    Percent,
    /// Hours, the median.
    MedianHours,
}

impl Unit {
    /// The unit in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Percent => "percent",
            Self::MedianHours => "median hours",
        }
    }
}

/// What is wrong with a file of `measures/`, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The file is not a measure.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// What is wrong in it.
        reason: String,
    },
    /// A count, breakdown or length of time is not known.
    #[error("{file}: there is no {what} '{name}'. Use one of: {known}")]
    Unknown {
        /// The file.
        file: String,
        /// What kind of name it is.
        what: &'static str,
        /// The name that is not known.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The unit does not fit the other fields.
    #[error(
        "{0}: a count has a numerator (and may have a breakdown), a percent has a numerator and a denominator, a median_hours has median_of, and none has more"
    )]
    Formula(String),
    /// Two measures share an id or a number.
    #[error("{0}: another measure has the same id or number")]
    Twice(String),
}

impl Measure {
    /// The measures that are part of the program, in the order of their numbers.
    pub fn all() -> &'static [Self] {
        static ALL: std::sync::LazyLock<Vec<Measure>> =
            std::sync::LazyLock::new(|| Measure::read_all(files::FILES).expect("the tests read every measure"));
        &ALL
    }

    /// Reads measures, given as file name and text, and puts them in the order of their numbers.
    ///
    /// # Errors
    /// The first fault found, with its file.
    pub fn read_all(files: &[(&str, &str)]) -> Result<Vec<Self>, MeasureError> {
        let mut measures: Vec<Self> = Vec::with_capacity(files.len());
        for (file, text) in files {
            let measure = Self::read(file, text)?;
            if measures.iter().any(|other| other.id == measure.id || other.number == measure.number) {
                return Err(MeasureError::Twice((*file).to_owned()));
            }
            measures.push(measure);
        }
        measures.sort_by_key(|measure| place(&measure.number));
        Ok(measures)
    }

    /// Reads one measure.
    ///
    /// # Errors
    /// When the text is not a measure or names a count that does not exist.
    pub fn read(file: &str, text: &str) -> Result<Self, MeasureError> {
        let unreadable = |reason: String| MeasureError::Unreadable { file: file.to_owned(), reason };
        let written: Written = toml::from_str(text).map_err(|error| unreadable(error.to_string().trim().to_owned()))?;
        let texts = [&written.id, &written.number, &written.title, &written.definition, &written.source];
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(unreadable("id, number, title, definition and source may not be empty".to_owned()));
        }
        Ok(Self {
            formula: written.formula(file)?,
            id: written.id,
            number: written.number,
            title: written.title,
            definition: written.definition,
            zero_discloses: written.zero_discloses,
            source: written.source,
        })
    }

    /// What its value is in.
    pub fn unit(&self) -> Unit {
        match self.formula {
            Formula::Count(_) | Formula::Broken(..) => Unit::Count,
            Formula::Percent(..) => Unit::Percent,
            Formula::MedianHours(_) => Unit::MedianHours,
        }
    }
}

/// Sorts `2` before `10` and `1` before `1a`.
fn place(number: &str) -> (u32, String) {
    let digits = number.len() - number.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, rest) = number.split_at(digits);
    (digits.parse().unwrap_or(u32::MAX), rest.to_owned())
}

/// A measure as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    number: String,
    title: String,
    definition: String,
    numerator: Option<String>,
    denominator: Option<String>,
    breakdown: Option<String>,
    median_of: Option<String>,
    #[serde(default)]
    zero_discloses: bool,
    unit: Unit,
    source: String,
}

impl Written {
    fn formula(&self, file: &str) -> Result<Formula, MeasureError> {
        let count = |name: &str| named(file, "count", COUNTS, name);
        let parts = (&self.numerator, &self.denominator, &self.breakdown, &self.median_of);
        match (self.unit, parts) {
            (Unit::Count, (Some(numerator), None, None, None)) => Ok(Formula::Count(count(numerator)?)),
            (Unit::Count, (Some(numerator), None, Some(breakdown), None)) => {
                Ok(Formula::Broken(count(numerator)?, named(file, "breakdown", BREAKDOWNS, breakdown)?))
            }
            (Unit::Percent, (Some(numerator), Some(denominator), None, None)) => {
                Ok(Formula::Percent(count(numerator)?, count(denominator)?))
            }
            (Unit::MedianHours, (None, None, None, Some(duration))) => {
                Ok(Formula::MedianHours(named(file, "length of time", DURATIONS, duration)?))
            }
            _ => Err(MeasureError::Formula(file.to_owned())),
        }
    }
}

fn named<T: Copy>(file: &str, what: &'static str, table: &[(&str, T)], name: &str) -> Result<T, MeasureError> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| MeasureError::Unknown {
        file: file.to_owned(),
        what,
        name: name.to_owned(),
        known: table.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = 'x'\nnumber = '90'\ntitle = 'X'\ndefinition = 'X'\nnumerator = 'screened'\ndenominator = 'episodes'\nunit = 'percent'\nsource = 'Local'\n";

    #[test]
    fn every_measure_of_the_repository_is_read_in_the_order_of_its_number() {
        let numbers: Vec<&str> = Measure::all().iter().map(|measure| measure.number.as_str()).collect();
        assert_eq!(
            numbers,
            [
                "1", "1a", "1b", "1c", "3", "4", "6", "7", "8", "9", "10", "11", "12", "14", "15", "17", "18", "19",
                "21", "22"
            ]
        );
    }

    #[test]
    fn a_measure_whose_counts_exist_is_one_file() {
        let measure = Measure::read("measures/90_x.toml", GOOD).unwrap();
        assert_eq!((measure.id.as_str(), measure.unit()), ("x", Unit::Percent));
    }

    #[test]
    fn a_faulty_measure_is_told_with_its_file_and_what_to_do() {
        for (from, to, words) in [
            ("'screened'", "'screend'", "there is no count 'screend'. Use one of: episodes, screened"),
            ("denominator = 'episodes'\n", "", "a percent has a numerator and a denominator"),
            ("unit = 'percent'", "unit = 'count'", "a count has a numerator"),
            ("title = 'X'", "title = ''", "may not be empty"),
            ("title", "titel", "unknown field `titel`"),
        ] {
            let told = Measure::read("measures/x.toml", &GOOD.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(told.starts_with("measures/x.toml: ") && told.contains(words), "{told}");
        }
        let twice = Measure::read_all(&[("a.toml", GOOD), ("b.toml", GOOD)]).unwrap_err().to_string();
        assert_eq!(twice, "b.toml: another measure has the same id or number");
    }
}
