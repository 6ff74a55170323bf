//! The score of one pair: evidence line by line, its weight, and what it comes to.

use throughline_domain::{codes, time::date_short};

use crate::{
    Description, Parameters, SafetyRule, Sex, Weights,
    compare::{
        self, DateOfBirthLevel, Level, NameAgreement, NhsNumberLevel, PoliceNumberLevel, PostcodeLevel, SexLevel,
    },
    prepared::{Nhs, PoliceNumber, Postcode, Prepared},
    rules,
};

/// From this probability a match is very likely. A wrong match shows one person another's health
/// record, so that at most one in twenty of the weakest shown as very likely may be wrong; DfE's
/// SUI Matcher draws its line for a match at the same place.
pub const VERY_LIKELY_FROM: f64 = 0.95;

/// From this probability a match is possible. A look costs a minute and a missed history may cost
/// far more, so that one right answer in twenty is worth the look.
pub const POSSIBLE_FROM: f64 = 0.05;

codes! {
    /// What a probability means for the person who reads the list.
    pub enum Band {
        /// Confirm it, unless something in front of you speaks against it.
        VeryLikely = "very-likely", "Very likely";
        /// Look, then decide.
        Possible = "possible", "Possible";
        /// Not shown unless asked for.
        NoMatch = "no-match", "No match";
    }
}

impl Band {
    /// The band of a probability after the safety rules.
    pub fn of(probability: f64) -> Self {
        if probability >= VERY_LIKELY_FROM {
            Self::VeryLikely
        } else if probability >= POSSIBLE_FROM {
            Self::Possible
        } else {
            Self::NoMatch
        }
    }
}

codes! {
    /// What a line of evidence is about.
    pub enum Comparison {
        /// First forename.
        Forename = "forename", "Forename";
        /// Surname.
        Surname = "surname", "Surname";
        /// Other forenames.
        MiddleNames = "middle-names", "Middle names";
        /// Forename and surname swapped, or another name used.
        Arrangement = "arrangement", "Which name";
        /// How common the agreeing names are.
        Rarity = "rarity", "How common the name is";
        /// Date of birth.
        DateOfBirth = "date-of-birth", "Date of birth";
        /// Sex.
        Sex = "sex", "Sex";
        /// Postcode.
        Postcode = "postcode", "Postcode";
        /// NHS number.
        NhsNumber = "nhs-number", "NHS number";
        /// PNC id.
        Pnc = "pnc", "PNC ID";
        /// CRO number.
        Cro = "cro", "CRO number";
    }
}

codes! {
    /// Which way a line of evidence points.
    pub enum Agreement {
        /// The same.
        Agree = "agree", "Agrees";
        /// Alike, or the same after a common slip.
        Partly = "partly", "Partly agrees";
        /// Not the same.
        Disagree = "disagree", "Differs";
        /// Nothing to compare; weighs nothing.
        Missing = "missing", "Not known";
    }
}

/// One line of evidence.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Evidence {
    /// What it is about.
    pub comparison: Comparison,
    /// How the values compare, in words: "Day and month swapped".
    pub level: &'static str,
    /// What it adds to the weight, in bits; below 0 it speaks against.
    pub weight_bits: f64,
    /// The value on the list, as shown; empty when not given.
    pub query_value: String,
    /// The value in the record, as shown; empty when not known.
    pub known_value: String,
    /// Which way it points.
    pub agreement: Agreement,
}

/// What a pair comes to.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Scored {
    /// The sum of the evidence, in bits. Not limited by rules.
    pub weight_bits: f64,
    /// Bits before any evidence; with the weight they give the probability before rules.
    pub prior_bits: f64,
    /// What arithmetic alone says, 0 to 1.
    pub probability_before_rules: f64,
    /// That it is the same person, within the limits of the rules, 0 to 1.
    pub probability: f64,
    /// What that means.
    pub band: Band,
    /// Line by line. Lines where neither side gives a value are left out.
    pub evidence: Vec<Evidence>,
    /// The safety rules that hold, in order of weight.
    pub rules: Vec<SafetyRule>,
}

/// How each field compares; `None` is missing. What EM will count, and what the rules read.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub name: NameAgreement,
    pub date_of_birth: Option<DateOfBirthLevel>,
    pub sex: Option<SexLevel>,
    pub postcode: Option<PostcodeLevel>,
    pub nhs_number: Option<NhsNumberLevel>,
    pub pnc: Option<PoliceNumberLevel>,
    pub cro: Option<PoliceNumberLevel>,
}

impl Pattern {
    fn of(parameters: &Parameters, query: &Prepared, known: &Prepared) -> Self {
        Self {
            name: compare::names(parameters, query, known),
            date_of_birth: compare::dates_of_birth(query.date_of_birth, known.date_of_birth),
            sex: compare::sexes(query.sex, known.sex),
            postcode: compare::postcodes(query, known),
            nhs_number: compare::nhs_numbers(query.nhs_number.as_ref(), known.nhs_number.as_ref()),
            pnc: compare::police_numbers(query.pnc.as_ref(), known.pnc.as_ref()),
            cro: compare::police_numbers(query.cro.as_ref(), known.cro.as_ref()),
        }
    }

    /// Whether the dates of birth are one date, 1 January included.
    pub fn is_same_date(&self) -> bool {
        matches!(self.date_of_birth, Some(DateOfBirthLevel::Same | DateOfBirthLevel::January))
    }
}

/// Weighs whether a description on a list and a known person are the same.
///
/// ```
/// use throughline_matching::{Band, Description, Parameters, score};
///
/// let born = chrono::NaiveDate::from_ymd_opt(1990, 4, 7).unwrap();
/// let on_the_list = Description::named("Bill", "Quillfeather").born(born);
/// let known = Description::named("William", "Quillfeather").born(born);
/// let scored = score(&Parameters::default(), &on_the_list, &known);
/// assert_eq!(scored.band, Band::VeryLikely);
/// ```
pub fn score(parameters: &Parameters, query: &Description, known: &Description) -> Scored {
    scored(parameters, &Prepared::new(query), &Prepared::new(known))
}

pub(crate) fn scored(parameters: &Parameters, query: &Prepared, known: &Prepared) -> Scored {
    let pattern = Pattern::of(parameters, query, known);
    let evidence = evidence(parameters, &pattern, query, known);
    let weight_bits = evidence.iter().map(|line| line.weight_bits).sum();
    let probability_before_rules = parameters.probability(weight_bits);
    let (rules, probability) = rules::apply(&pattern, probability_before_rules);
    Scored {
        weight_bits,
        prior_bits: parameters.prior_bits(),
        probability_before_rules,
        probability,
        band: Band::of(probability),
        evidence,
        rules,
    }
}

fn evidence(p: &Parameters, pattern: &Pattern, query: &Prepared, known: &Prepared) -> Vec<Evidence> {
    let mut lines = name_evidence(p, &pattern.name);
    let dates = [query, known].map(|side| side.date_of_birth.map_or_else(String::new, date_short));
    let sexes = [query, known].map(|side| side.sex.map_or("", Sex::label).to_owned());
    let nhs = [query, known].map(|side| side.nhs_number.as_ref().map_or_else(String::new, Nhs::shown));
    lines.extend([
        line(Comparison::DateOfBirth, pattern.date_of_birth, &p.date_of_birth, dates),
        line(Comparison::Sex, pattern.sex, &p.sex, sexes),
        line(Comparison::Postcode, pattern.postcode, &p.postcode, [query, known].map(places)),
        line(Comparison::NhsNumber, pattern.nhs_number, &p.nhs_number, nhs),
        line(Comparison::Pnc, pattern.pnc, &p.pnc, [query.pnc.as_ref(), known.pnc.as_ref()].map(shown)),
        line(Comparison::Cro, pattern.cro, &p.cro, [query.cro.as_ref(), known.cro.as_ref()].map(shown)),
    ]);
    lines.retain(says_something);
    lines
}

fn name_evidence(p: &Parameters, name: &NameAgreement) -> Vec<Evidence> {
    let (query, known) = (&name.query, &name.known);
    let (query_first, query_middles) = first_and_others(&query.forenames);
    let (known_first, known_middles) = first_and_others(&known.forenames);
    let surnames = [query.surname.clone(), known.surname.clone()];
    let middles = [query_middles, known_middles];
    let mut lines = vec![
        line(Comparison::Forename, name.forename, &p.forename, [query_first, known_first]),
        line(Comparison::Surname, name.surname, &p.surname, surnames),
        line(Comparison::MiddleNames, name.middle_names, &p.middle_names, middles),
    ];
    let level = match (name.is_swapped, name.is_other_name) {
        (true, true) => "Another name, with forename and surname swapped",
        (true, false) => "Forename and surname swapped",
        (false, _) => "Another name they have used",
    };
    let whole_names = [query.natural(), known.natural()];
    if name.is_swapped || name.is_other_name {
        lines.push(plain_line(
            Comparison::Arrangement,
            level,
            name.arrangement_bits(p),
            Agreement::Partly,
            whole_names.clone(),
        ));
    }
    if name.rarity_bits != 0.0 {
        let (level, agreement) = if name.rarity_bits > 0.0 {
            ("An uncommon name", Agreement::Agree)
        } else {
            ("A common name", Agreement::Partly)
        };
        lines.push(plain_line(Comparison::Rarity, level, name.rarity_bits, agreement, whole_names));
    }
    lines
}

fn says_something(line: &Evidence) -> bool {
    let is_given = !(line.query_value.is_empty() && line.known_value.is_empty());
    is_given || line.agreement != Agreement::Missing
}

/// The first forename and the others, as shown: `Mary-Jane Ann` is `Mary` and `Jane Ann`.
fn first_and_others(forenames: &str) -> (String, String) {
    match forenames.split_once([' ', '-']) {
        Some((first, others)) => (first.to_owned(), others.to_owned()),
        None => (forenames.to_owned(), String::new()),
    }
}

fn line<L: Level>(comparison: Comparison, level: Option<L>, weights: &Weights<L>, values: [String; 2]) -> Evidence {
    let Some(level) = level else {
        let words = match (values[0].is_empty(), values[1].is_empty()) {
            (true, _) => "Not given",
            (false, true) => "Not in the record",
            (false, false) => "Cannot be compared",
        };
        return plain_line(comparison, words, 0.0, Agreement::Missing, values);
    };
    plain_line(comparison, level.words(), weights.bits(level), level.agreement(), values)
}

fn plain_line(
    comparison: Comparison,
    level: &'static str,
    weight_bits: f64,
    agreement: Agreement,
    [query_value, known_value]: [String; 2],
) -> Evidence {
    Evidence { comparison, level, weight_bits, query_value, known_value, agreement }
}

fn places(side: &Prepared) -> String {
    let mut places: Vec<String> = side.postcodes.iter().map(Postcode::shown).collect();
    if side.no_fixed_abode {
        places.push("No fixed abode".to_owned());
    }
    places.join(", ")
}

fn shown(number: Option<&PoliceNumber>) -> String {
    number.map_or_else(String::new, |number| number.shown.clone())
}
