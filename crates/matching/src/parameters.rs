//! The numbers of the engine: how often each level is seen for each kind of pair. Read from a
//! versioned TOML file and checked; written the same way when they are learnt anew.

use std::fmt::Write as _;

use throughline_domain::codes;

use crate::levels::{Comparison, LEARNT};

codes! {
    /// What two descriptions can be to each other.
    pub enum Class {
        /// Of the same person.
        Same = "same", "Same person";
        /// Of two people who have nothing to do with each other.
        Unrelated = "unrelated", "Unrelated";
        /// Of twins.
        Twin = "twin", "Twins";
        /// Of two people of one family or household: partners, siblings, parent and child.
        Relative = "relative", "Relatives";
        /// Of two people of one family who bear the same name, such as father and son.
        Namesake = "namesake", "Namesakes in one family";
        /// Of two unrelated people of the same name who were born close together.
        Lookalike = "lookalike", "Unrelated namesakes of one age";
    }
}

/// How many classes there are.
pub(crate) const CLASSES: usize = Class::ALL.len();

/// log2 of how often a level is seen, for each class.
pub(crate) type Row = [f32; CLASSES];

/// The least share a level may have: nothing is impossible.
const FLOOR: f64 = 1e-7;

/// How far the shares of a comparison may be from adding up to 1.
const SLACK: f64 = 0.005;

/// Every number the engine uses. [`Parameters::default`] is the set shipped with this version.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Names this set of numbers; kept with every answer, so that it can be explained later.
    pub version: String,
    /// What is believed before anything is compared.
    pub prior: Prior,
    /// From bits to a probability that can be taken at its word.
    pub calibration: Calibration,
    pub(crate) tables: [Vec<Row>; LEARNT],
}

/// What is believed before anything is compared.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// How often a person on a list is already known, 0 to 1.
    pub share_known: f64,
    /// A young service holds few people, but the next person at the desk comes from a whole
    /// district: fewer people than this are reckoned as this many.
    pub smallest_population: f64,
    /// How many of a listed person's twins are in the index, on average.
    pub twins: f64,
    /// How many of their relatives and housemates are.
    pub relatives: f64,
    /// How many of their family who bear the same name are.
    pub namesakes: f64,
    /// How many unrelated people of the same name and about the same age are, beyond chance.
    pub lookalikes: f64,
}

/// From bits to a probability: logistic of slope times bits, plus an offset.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Below 1 the evidence is taken as less than it says.
    pub slope: f64,
    /// Bits added.
    pub offset_bits: f64,
}

impl Calibration {
    /// The probability of log-odds in bits.
    pub fn probability(self, bits: f64) -> f64 {
        1.0 / (1.0 + (-(self.slope * bits + self.offset_bits)).exp2())
    }
}

/// Why a parameters file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ParametersError {
    /// Not TOML, or a field is missing, unknown or of the wrong kind.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A table of levels is not as it must be.
    #[error("[{table}]: {problem}")]
    Table {
        /// Which table.
        table: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Default for Parameters {
    fn default() -> Self {
        static SHIPPED: std::sync::LazyLock<Parameters> = std::sync::LazyLock::new(|| {
            Parameters::parse(include_str!("../parameters/default.toml")).expect("the shipped parameters are valid")
        });
        SHIPPED.clone()
    }
}

impl Parameters {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not TOML, a comparison or level is missing or unknown, or shares do not add up.
    pub fn parse(text: &str) -> Result<Self, ParametersError> {
        #[derive(serde::Deserialize)]
        struct File {
            version: String,
            prior: Prior,
            calibration: Calibration,
            #[serde(flatten)]
            tables: toml::Table,
        }
        let mut file: File = toml::from_str(text)?;
        let mut tables: [Vec<Row>; LEARNT] = std::array::from_fn(|_| Vec::new());
        for comparison in Comparison::learnt() {
            for context in comparison.contexts() {
                let name = table_name(*comparison, context);
                let table = file.tables.remove(&name).ok_or_else(|| wrong(&name, "is missing"))?;
                tables[*comparison as usize].extend(rows(*comparison, &name, table)?);
            }
        }
        if let Some(surplus) = file.tables.keys().next() {
            return Err(wrong(surplus, "is no comparison of this version"));
        }
        Ok(Self { version: file.version, prior: file.prior, calibration: file.calibration, tables })
    }

    /// The file's text: what [`Self::parse`] reads.
    pub fn to_toml(&self) -> String {
        let Prior { share_known, smallest_population, twins, relatives, namesakes, lookalikes } = self.prior;
        let Calibration { slope, offset_bits } = self.calibration;
        let mut text = format!(
            "# The parameters of the matching engine: how often each level of each comparison is seen when two\n\
             # descriptions are of\n\
             #   [the same person, unrelated people, twins, relatives, namesakes in one family, unrelated namesakes].\n\
             # What a level is worth is log2(same / unrelated) bits. The shares of a column add up to 1.\n\
             # A level's unrelated share is replaced by how common the value is, where the index knows it.\n\n\
             version = {:?}\n\n\
             [prior]\n\
             # How often a person on a list is already known to the service.\n\
             share_known = {share_known:?}\n\
             # Fewer people than this are reckoned as this many.\n\
             smallest_population = {smallest_population:?}\n\
             # How many twins, relatives or housemates, namesakes in the family, and unrelated namesakes of one\n\
             # age a listed person has there.\n\
             twins = {twins:?}\nrelatives = {relatives:?}\nnamesakes = {namesakes:?}\nlookalikes = {lookalikes:?}\n\n\
             [calibration]\n\
             # probability = logistic(slope * bits + offset_bits), in bits.\n\
             slope = {slope:?}\noffset_bits = {offset_bits:?}\n",
            self.version
        );
        for comparison in Comparison::learnt() {
            let levels = comparison.levels();
            for (at, context) in comparison.contexts().iter().enumerate() {
                let _ = writeln!(text, "\n[{}]", table_name(*comparison, context));
                for (level, row) in levels.iter().zip(&self.tables[*comparison as usize][at * levels.len()..]) {
                    let shares: Vec<String> = row.iter().map(|bits| share_text(f64::from(*bits).exp2())).collect();
                    let _ = writeln!(text, "{} = [{}]", level.code, shares.join(", "));
                }
            }
        }
        text
    }

    /// What a row is worth by its levels alone, in bits.
    pub(crate) fn bits(&self, comparison: Comparison, row: usize) -> f32 {
        let row = &self.tables[comparison as usize][row];
        row[Class::Same as usize] - row[Class::Unrelated as usize]
    }

    pub(crate) fn row(&self, comparison: Comparison, row: usize) -> &Row {
        &self.tables[comparison as usize][row]
    }
}

fn share_text(share: f64) -> String {
    if share >= 0.001 { format!("{share:.5}") } else { format!("{share:.3e}") }
}

fn table_name(comparison: Comparison, context: &str) -> String {
    if context.is_empty() { comparison.code().to_owned() } else { format!("{}-{context}", comparison.code()) }
}

fn wrong(table: &str, problem: &str) -> ParametersError {
    ParametersError::Table { table: table.to_owned(), problem: problem.to_owned() }
}

fn rows(comparison: Comparison, name: &str, table: toml::Value) -> Result<Vec<Row>, ParametersError> {
    let mut given: std::collections::BTreeMap<String, [f64; CLASSES]> =
        table.try_into().map_err(|error: toml::de::Error| wrong(name, error.message()))?;
    let mut shares = Vec::new();
    for level in comparison.levels() {
        shares.push(given.remove(level.code).ok_or_else(|| wrong(name, &format!("'{}' is missing", level.code)))?);
    }
    if let Some(surplus) = given.keys().next() {
        return Err(wrong(name, &format!("'{surplus}' is no level of it")));
    }
    for class in Class::ALL {
        let column = shares.iter().map(|row| row[*class as usize]);
        let sum: f64 = column.clone().sum();
        if column.clone().any(|share| !(0.0..=1.0).contains(&share)) || (sum - 1.0).abs() > SLACK {
            return Err(wrong(name, &format!("the shares of '{}' add up to {sum:.3}, not to 1", class.code())));
        }
    }
    Ok(shares.into_iter().map(logarithms).collect())
}

/// log2 of shares, none below the floor.
#[expect(clippy::cast_possible_truncation, reason = "seven figures are more than are known")]
pub(crate) fn logarithms(shares: [f64; CLASSES]) -> Row {
    shares.map(|share| share.max(FLOOR).log2() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_read_and_written_alike() {
        let shipped = Parameters::default();
        let again = Parameters::parse(&shipped.to_toml()).unwrap();
        assert_eq!(again.version, shipped.version);
        for (a, b) in shipped.tables.iter().flatten().flatten().zip(again.tables.iter().flatten().flatten()) {
            assert!((a - b).abs() < 0.02, "{a} {b}");
        }
    }

    #[test]
    fn a_file_that_lacks_a_level_or_has_one_too_many_is_refused_with_its_name() {
        let text = Parameters::default().to_toml();
        let lacking = text.replacen("joined = ", "joint = ", 1);
        let told = Parameters::parse(&lacking).unwrap_err().to_string();
        assert_eq!(told, "[surname]: 'joined' is missing");
        let surplus = format!("{text}\n[hair]\nbrown = [1, 1, 1, 1, 1]\n");
        assert_eq!(Parameters::parse(&surplus).unwrap_err().to_string(), "[hair]: is no comparison of this version");
    }
}
