//! The numbers of the engine, read from a versioned TOML file and checked.

use std::{collections::BTreeMap, marker::PhantomData};

use crate::{
    Frequencies,
    compare::{
        DateOfBirthLevel, ForenameLevel, Level, MiddleNamesLevel, NhsNumberLevel, PoliceNumberLevel, PostcodeLevel,
        SexLevel, SurnameLevel,
    },
};

/// How far the m, or the u, of a comparison may be from adding up to 1.
const SUM_SLACK: f64 = 0.005;

/// Every number the engine uses. [`Parameters::default`] is the set shipped with this version.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Names this set of numbers; kept with every answer, so that it can be explained later.
    pub version: String,
    /// What is believed before anything is compared.
    pub prior: Prior,
    /// From bits to a probability that can be taken at its word.
    pub calibration: Calibration,
    /// How alike spellings must be.
    pub likeness: Likeness,
    /// What it costs to look under other names and in another order.
    pub arrangement: Arrangement,
    /// How far rare and common names count.
    pub rarity: Rarity,
    /// Weights of the first forename.
    pub forename: Weights<ForenameLevel>,
    /// Weights of the surname.
    pub surname: Weights<SurnameLevel>,
    /// Weights of the middle names.
    pub middle_names: Weights<MiddleNamesLevel>,
    /// Weights of the date of birth.
    pub date_of_birth: Weights<DateOfBirthLevel>,
    /// Weights of sex.
    pub sex: Weights<SexLevel>,
    /// Weights of the postcode.
    pub postcode: Weights<PostcodeLevel>,
    /// Weights of the NHS number.
    pub nhs_number: Weights<NhsNumberLevel>,
    /// Weights of the PNC id.
    pub pnc: Weights<PoliceNumberLevel>,
    /// Weights of the CRO number.
    pub cro: Weights<PoliceNumberLevel>,
    /// How common names are.
    #[serde(skip)]
    pub frequencies: Frequencies,
    /// How many people are known, as far as the caller has said; see [`Self::with_population`].
    #[serde(skip)]
    pub population: u64,
}

/// What is believed before anything is compared.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// How often a person on a list is known already, above 0 and below 1.
    pub share_known: f64,
    /// The population assumed when fewer people are known.
    pub smallest_population: u64,
}

/// A straight line in bits, fitted to decisions people made.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Above 0; 1 leaves the bits as they are.
    pub slope: f64,
    /// Added after the slope; 0 leaves the bits as they are.
    pub offset_bits: f64,
}

/// Jaro-Winkler likeness from 0 (nothing shared) to 1 (equal).
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Likeness {
    /// From here spellings are close.
    pub close: f64,
    /// From here they are alike.
    pub alike: f64,
    /// From here they may be one name heard twice, when they also sound alike.
    pub sounds_alike: f64,
}

/// Bits taken for finding a name elsewhere than where it was written.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrangement {
    /// For forename and surname swapped.
    pub swapped_bits: f64,
    /// For agreeing with another name they have used.
    pub other_name_bits: f64,
}

/// How far rare and common names count.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rarity {
    /// The most that one name may add or take away.
    pub limit_bits: f64,
    /// The part that counts when names agree only partly, 0 to 1.
    pub partly: f64,
}

/// How often a level is seen.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Odds {
    /// When both descriptions are of the same person.
    pub m: f64,
    /// When they are of two people.
    pub u: f64,
}

impl Odds {
    /// The weight of the level: log2(m / u).
    pub fn bits(self) -> f64 {
        (self.m / self.u).log2()
    }
}

/// The odds of every level of one comparison.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "BTreeMap<String, Odds>", bound = "L: Level")]
pub struct Weights<L> {
    odds: BTreeMap<String, Odds>,
    level: PhantomData<fn() -> L>,
}

impl<L: Level> Weights<L> {
    /// How often a level is seen.
    pub fn odds(&self, level: L) -> Odds {
        // Complete by construction: see `try_from`.
        self.odds[level.code()]
    }

    /// The weight of a level in bits.
    pub fn bits(&self, level: L) -> f64 {
        self.odds(level).bits()
    }

    fn check(&self, table: &'static str) -> Result<(), ParametersError> {
        let refuse = |why: String| Err(ParametersError::Unsound { table, why });
        for (level, odds) in &self.odds {
            if !(is_share(odds.m) && is_share(odds.u)) {
                return refuse(format!("m and u of '{level}' must be above 0 and below 1"));
            }
        }
        let sums = [("m", self.sum(|odds| odds.m)), ("u", self.sum(|odds| odds.u))];
        for (which, sum) in sums {
            if (sum - 1.0).abs() > SUM_SLACK {
                return refuse(format!("the {which} of all levels must add up to 1, not {sum:.3}"));
            }
        }
        if self.bits(L::EVERY[0]) <= 0.0 {
            return refuse(format!("'{}' must speak for the same person", L::EVERY[0].code()));
        }
        if self.bits(L::EVERY[L::EVERY.len() - 1]) >= 0.0 {
            return refuse("'different' must speak against the same person".to_owned());
        }
        Ok(())
    }

    fn sum(&self, part: impl Fn(&Odds) -> f64) -> f64 {
        self.odds.values().map(part).sum()
    }
}

impl<L: Level> TryFrom<BTreeMap<String, Odds>> for Weights<L> {
    type Error = String;

    fn try_from(odds: BTreeMap<String, Odds>) -> Result<Self, String> {
        if let Some(missing) = L::EVERY.iter().find(|level| !odds.contains_key(level.code())) {
            return Err(format!("the level '{}' is missing", missing.code()));
        }
        let is_known = |code: &String| L::EVERY.iter().any(|level| level.code() == code);
        if let Some(surplus) = odds.keys().find(|code| !is_known(code)) {
            return Err(format!("there is no level '{surplus}'"));
        }
        Ok(Self { odds, level: PhantomData })
    }
}

/// Why a parameters file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// Not TOML, or not of the shape of `parameters/default.toml`.
    #[error("The matching parameters cannot be read: {0}. Compare the file with the one shipped")]
    Unreadable(String),
    /// Readable, but the numbers contradict what they mean.
    #[error("The matching parameters are unsound in [{table}]: {why}")]
    Unsound {
        /// The table of the file.
        table: &'static str,
        /// What must hold.
        why: String,
    },
}

impl Parameters {
    /// Reads and checks a parameters file.
    ///
    /// # Errors
    /// When it is not TOML of the right shape, a level is missing or surplus, or the numbers
    /// contradict their meaning.
    pub fn parse(text: &str) -> Result<Self, ParametersError> {
        let parameters: Self =
            toml::from_str(text).map_err(|error| ParametersError::Unreadable(error.message().to_owned()))?;
        parameters.check()?;
        Ok(parameters)
    }

    /// The same parameters for a service that knows this many people.
    #[must_use]
    pub fn with_population(mut self, people: u64) -> Self {
        self.population = people;
        self
    }

    /// The same parameters with the service's own name frequencies.
    #[must_use]
    pub fn with_frequencies(mut self, frequencies: Frequencies) -> Self {
        self.frequencies = frequencies;
        self
    }

    /// The bits for (always: against) any one known person before anything is compared.
    pub fn prior_bits(&self) -> f64 {
        let people = self.population.max(self.prior.smallest_population);
        (self.prior.share_known / people as f64).log2()
    }

    /// The probability that goes with a weight: never quite 0 and never quite 1.
    pub fn probability(&self, weight_bits: f64) -> f64 {
        let bits = self.calibration.slope * (weight_bits + self.prior_bits()) + self.calibration.offset_bits;
        1.0 / (1.0 + (-bits.clamp(-50.0, 50.0)).exp2())
    }

    fn check(&self) -> Result<(), ParametersError> {
        let refuse = |table, why: &str| Err(ParametersError::Unsound { table, why: why.to_owned() });
        if !is_share(self.prior.share_known) || self.prior.smallest_population == 0 {
            return refuse("prior", "the share must be above 0 and below 1, the population above 0");
        }
        if !(self.calibration.slope > 0.0 && self.calibration.offset_bits.is_finite()) {
            return refuse("calibration", "the slope must be above 0 and the offset a number");
        }
        let Likeness { close, alike, sounds_alike } = self.likeness;
        if !(1.0 > close && close > alike && alike > sounds_alike && sounds_alike > 0.0) {
            return refuse("likeness", "1 > close > alike > sounds_alike > 0 must hold");
        }
        if !(self.arrangement.swapped_bits <= 0.0 && self.arrangement.other_name_bits <= 0.0) {
            return refuse("arrangement", "looking further can only cost: bits of 0 or below");
        }
        if !(self.rarity.limit_bits >= 0.0 && (0.0..=1.0).contains(&self.rarity.partly)) {
            return refuse("rarity", "the limit must be 0 or above, the part between 0 and 1");
        }
        self.forename.check("forename")?;
        self.surname.check("surname")?;
        self.middle_names.check("middle_names")?;
        self.date_of_birth.check("date_of_birth")?;
        self.sex.check("sex")?;
        self.postcode.check("postcode")?;
        self.nhs_number.check("nhs_number")?;
        self.pnc.check("pnc")?;
        self.cro.check("cro")
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self::parse(include_str!("../parameters/default.toml")).expect("the embedded parameters are sound")
    }
}

fn is_share(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../parameters/default.toml");

    #[test]
    fn the_shipped_parameters_are_sound() {
        let parameters = Parameters::parse(SHIPPED).unwrap();
        assert_eq!(parameters.version, "2026-11-22");
        let same = parameters.date_of_birth.bits(DateOfBirthLevel::Same);
        assert!((13.0..14.0).contains(&same), "{same}");
    }

    #[test]
    fn a_level_that_is_missing_or_surplus_is_refused() {
        let missing = SHIPPED.replace("one-day ", "one-week ");
        let error = Parameters::parse(&missing).unwrap_err().to_string();
        assert!(error.contains("one-day"), "{error}");
    }

    #[test]
    fn shares_that_do_not_add_up_are_refused() {
        let wrong = SHIPPED.replace("m = 0.854", "m = 0.754");
        let error = Parameters::parse(&wrong).unwrap_err().to_string();
        assert_eq!(
            error,
            "The matching parameters are unsound in [date_of_birth]: \
             the m of all levels must add up to 1, not 0.900"
        );
    }

    #[test]
    fn a_larger_population_lowers_every_probability() {
        let town = Parameters::default();
        let country = Parameters::default().with_population(10_000_000);
        assert!(country.probability(15.0) < town.probability(15.0));
        let village = Parameters::default().with_population(12);
        assert!((village.prior_bits() - town.prior_bits()).abs() < 1e-12);
    }
}
