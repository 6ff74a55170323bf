//! Learning the parameters: how often each level is seen for each class of pair, by expectation and
//! maximisation over a list's candidates, with what people decided as certain where it is given.
//!
//! What unrelated people have in common is counted on random pairs and held fast; the other classes
//! (same person, twin, relative, namesake) are learnt from the candidates, under the rule that at
//! most one person of the index is the one described. Every share is drawn towards the parameters
//! one starts from with the weight of [`DRAWN`] pairs, so that a young service changes little.

use std::hash::Hash;

use rayon::prelude::*;

use crate::compare::{Memory, compare};
use crate::index::{Index, Limits};
use crate::levels::{Comparison, DateOfBirthLevel, LEARNT};
use crate::parameters::{CLASSES, Calibration, Class, Parameters, logarithms};
use crate::pattern::Pattern;
use crate::record::Prepared;
use crate::score::{Commonness, weigh};
use crate::{Description, evaluate};

/// The weight of the parameters one starts from, in pairs.
const DRAWN: f64 = 50.0;

/// Random pairs that are compared.
const RANDOM_PAIRS: usize = 6_000_000;

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 25;

/// Decisions from which the calibration is learnt; with fewer, a service has nothing to learn of its own.
pub const ENOUGH_DECISIONS: usize = 200;

/// Lines whose counts are added up one after the other: the sums are the same on every run, however
/// many processors take part.
const SUMMED: usize = 64;

/// What people found out about somebody on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<Id> {
    /// Nobody has decided.
    Open,
    /// They are nobody of the index.
    Unknown,
    /// They are none of these; of everybody else nobody has decided.
    NotThese(Vec<Id>),
    /// They are this person, whose records these are.
    Known(Vec<Id>),
}

impl<Id: PartialEq> Answer<Id> {
    /// Whether the person described is this one: yes, no, or nobody has decided.
    fn is(&self, id: &Id) -> Option<bool> {
        match self {
            Self::Open => None,
            Self::Unknown => Some(false),
            Self::NotThese(ids) => ids.contains(id).then_some(false),
            Self::Known(ids) => Some(ids.contains(id)),
        }
    }
}

/// What was learnt.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// The parameters, under a version of their own.
    pub parameters: Parameters,
    /// Pairs that were weighed in each round.
    pub pairs: usize,
    /// Answers that were given.
    pub decisions: usize,
}

/// A query's candidates, compared once.
struct Case {
    common: Commonness,
    /// Each with whether it is known to be the same person: yes, no, or nobody has decided.
    pairs: Vec<(Pattern, Option<bool>)>,
}

/// Learns from a list: `answers` says of each line what people found out; shorter than the list, the
/// rest is open. The index weighs with its own parameters meanwhile and is not changed.
pub fn train<Id>(index: &Index<Id>, list: &[Description], answers: &[Answer<Id>], version: &str) -> Learnt
where
    Id: Copy + Eq + Hash + Ord + Send + Sync,
{
    let start = index.parameters().clone();
    let chance = chance(index, list, &start);
    let cases: Vec<Case> = list
        .par_iter()
        .enumerate()
        .map_init(Memory::default, |memory, (at, description)| {
            case(index, description, answers.get(at).unwrap_or(&Answer::Open), memory)
        })
        .collect();
    let mut parameters = start.clone();
    put_chance(&mut parameters, &chance);
    for _ in 0..ROUNDS {
        let sums = expectation(index, &parameters, &cases);
        maximise(&mut parameters, &start, &sums, list.len());
    }
    version.clone_into(&mut parameters.version);
    let decisions = answers.iter().filter(|answer| **answer != Answer::Open).count();
    parameters.calibration = Calibration { slope: 1.0, offset_bits: 0.0 };
    if decisions >= ENOUGH_DECISIONS {
        parameters.calibration = calibration(index, &parameters, list, answers);
    }
    Learnt { parameters, pairs: cases.iter().map(|case| case.pairs.len()).sum(), decisions }
}

type Tables = [Vec<[f64; CLASSES]>; LEARNT];

fn empty_tables() -> Tables {
    std::array::from_fn(|at| vec![[0.0; CLASSES]; Comparison::ALL[at].rows()])
}

fn add_tables(mut a: Tables, b: &Tables) -> Tables {
    for (a, b) in a.iter_mut().flatten().flatten().zip(b.iter().flatten().flatten()) {
        *a += b;
    }
    a
}

/// How often each level is seen in random pairs: counts, in the column of unrelated people.
fn chance<Id>(index: &Index<Id>, list: &[Description], parameters: &Parameters) -> Tables
where
    Id: Copy + Eq + Hash + Ord + Send + Sync,
{
    let people = index.records.all.len();
    if people == 0 {
        return empty_tables();
    }
    let each = (RANDOM_PAIRS / list.len().max(1)).clamp(1, people);
    let common = Commonness::of_nobody(index.population());
    let count = |(at, description): (usize, &Description)| {
        let query = index.asked(Prepared::new(description));
        let (mut tables, mut memory) = (empty_tables(), Memory::default());
        // Places far apart, other ones for each line: as good as random, and the same every time.
        let mut place = at.wrapping_mul(7_919) % people;
        for _ in 0..each {
            place = (place + 1 + people / (each + 1)) % people;
            let record = index.records.get(u32::try_from(place).unwrap_or_default());
            if record.is_there() {
                let records = &index.records;
                let pattern = compare(parameters, &query, records, record, &common, f64::NEG_INFINITY, &mut memory);
                if let Some(pattern) = &pattern {
                    add(&mut tables, pattern, Class::Unrelated, 1.0);
                }
            }
        }
        tables
    };
    list.par_iter().enumerate().map(count).reduce(empty_tables, |a, b| add_tables(a, &b))
}

fn add(tables: &mut Tables, pattern: &Pattern, class: Class, weight: f64) {
    for comparison in Comparison::learnt() {
        if let Some(row) = pattern.row(*comparison) {
            tables[*comparison as usize][row][class as usize] += weight;
        }
    }
}

fn case<Id>(index: &Index<Id>, description: &Description, answer: &Answer<Id>, memory: &mut Memory) -> Case
where
    Id: Copy + Eq + Hash + Ord + Send + Sync,
{
    let query = index.asked(Prepared::new(description));
    let (rivals, common) = index.all_rivals(&query, memory);
    let pairs = rivals.into_iter().map(|rival| (rival.pattern, answer.is(&index.ids.at(rival.place)))).collect();
    Case { common, pairs }
}

/// The expected counts of every level for every class.
fn expectation<Id>(index: &Index<Id>, parameters: &Parameters, cases: &[Case]) -> Tables
where
    Id: Copy + Eq + Hash + Ord + Send + Sync,
{
    let people = index.population();
    let prior = &parameters.prior;
    let counts = [0.0, people, prior.twins, prior.relatives, prior.namesakes, prior.lookalikes];
    let of_class = counts.map(|count| count / people);
    let known = prior.share_known / people;
    let count = |mut tables: Tables, case: &Case| {
        // For each pair: the odds of one person, and how the rest is shared out.
        let weighed: Vec<(f64, [f64; CLASSES])> = case
            .pairs
            .iter()
            .map(|(pattern, _)| {
                let weighed = weigh(parameters, &index.records, pattern, &case.common);
                let classes = weighed.classes;
                let mut rest: [f64; CLASSES] =
                    std::array::from_fn(|class| of_class[class] * f64::from(classes[class]).exp2());
                if !weighed.has_date {
                    rest[Class::Lookalike as usize] = 0.0;
                }
                let sum: f64 = rest.iter().sum();
                for share in &mut rest {
                    *share /= sum;
                }
                (known * f64::from(classes[Class::Same as usize]).exp2() / sum, rest)
            })
            .collect();
        let all: f64 = weighed.iter().map(|(odds, _)| odds).sum();
        for ((pattern, told), (odds, rest)) in case.pairs.iter().zip(weighed) {
            let same = told.map_or(odds / (1.0 + all), |told| if told { 1.0 } else { 0.0 });
            add(&mut tables, pattern, Class::Same, same);
            for class in &Class::ALL[1..] {
                let weight = (1.0 - same) * rest[*class as usize];
                if weight > 1e-6 {
                    add(&mut tables, pattern, *class, weight);
                }
            }
        }
        tables
    };
    let sums: Vec<Tables> = cases.par_chunks(SUMMED).map(|cases| cases.iter().fold(empty_tables(), count)).collect();
    sums.iter().fold(empty_tables(), add_tables)
}

/// Comparisons that hardly ever disagree on one person and are too rare to be learnt without answers.
fn is_held_fast(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::NhsNumber | Comparison::Pnc | Comparison::Cro | Comparison::LocalId)
}

fn put_chance(parameters: &mut Parameters, counts: &Tables) {
    let start = parameters.clone();
    for comparison in Comparison::learnt().iter().filter(|comparison| !is_held_fast(**comparison)) {
        draw(parameters, &start, counts, Class::Unrelated, *comparison);
    }
}

fn maximise(parameters: &mut Parameters, start: &Parameters, counts: &Tables, lines: usize) {
    let of_class = |class: Class| -> f64 {
        // Every pattern has an arrangement, so that its table counts the pairs.
        counts[Comparison::Arrangement as usize].iter().map(|row| row[class as usize]).sum()
    };
    let lines = lines.max(1) as f64;
    let learnt = |class, at_least: f64| ((of_class(class) + at_least * DRAWN) / (lines + DRAWN)).max(1e-4);
    parameters.prior.share_known = learnt(Class::Same, start.prior.share_known).min(0.99);
    parameters.prior.twins = learnt(Class::Twin, start.prior.twins);
    parameters.prior.relatives = learnt(Class::Relative, start.prior.relatives);
    parameters.prior.namesakes = learnt(Class::Namesake, start.prior.namesakes);
    parameters.prior.lookalikes = learnt(Class::Lookalike, start.prior.lookalikes);
    for comparison in Comparison::learnt() {
        for class in Class::ALL {
            let like = match source(*class, *comparison) {
                Source::Held => continue,
                Source::Learnt => {
                    draw(parameters, start, counts, *class, *comparison);
                    continue;
                }
                // Same and unrelated come before the others, so that theirs are drawn already.
                Source::LikeSame => Class::Same,
                Source::LikeUnrelated => Class::Unrelated,
            };
            for row in &mut parameters.tables[*comparison as usize] {
                row[*class as usize] = row[like as usize];
            }
        }
    }
}

/// Where a class takes its shares of a comparison from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Learnt,
    /// What makes a twin a twin and a namesake a namesake is not learnt: otherwise the classes
    /// would become whatever fits a list best, and their names would be untrue.
    Held,
    /// As for one person: a family lives where its people live, and twins share a birthday.
    LikeSame,
    LikeUnrelated,
}

fn source(class: Class, comparison: Comparison) -> Source {
    let is_home = matches!(comparison, Comparison::Postcode | Comparison::Address | Comparison::Town);
    match class {
        _ if is_held_fast(comparison) => Source::Held,
        Class::Unrelated => Source::Held,
        Class::Same => Source::Learnt,
        Class::Lookalike if is_home => Source::LikeUnrelated,
        _ if is_home => Source::LikeSame,
        Class::Twin if comparison == Comparison::DateOfBirth => Source::LikeSame,
        Class::Lookalike if comparison == Comparison::DateOfBirth => Source::Learnt,
        // A sibling's name is chosen like anybody's.
        Class::Twin | Class::Relative if comparison == Comparison::Forename => Source::LikeUnrelated,
        _ if matches!(comparison, Comparison::Forename | Comparison::DateOfBirth) => Source::Held,
        _ => Source::Learnt,
    }
}

/// Few lists give an age instead of a date of birth: counted among dates, what it says would be
/// lost. Only how a row's shares compare counts, and that is held.
fn is_of_age(comparison: Comparison, row: usize) -> bool {
    comparison == Comparison::DateOfBirth
        && matches!(DateOfBirthLevel::of(row), DateOfBirthLevel::AgeFits | DateOfBirthLevel::AgeDiffers)
}

/// Shares from counts, drawn towards where one started.
fn draw(parameters: &mut Parameters, start: &Parameters, counts: &Tables, class: Class, comparison: Comparison) {
    let levels = comparison.levels().len();
    let (at, class) = (comparison as usize, class as usize);
    for context in 0..comparison.contexts().len() {
        let rows = context * levels..(context + 1) * levels;
        let rows: Vec<usize> = rows.filter(|row| !is_of_age(comparison, *row)).collect();
        let sum: f64 = rows.iter().map(|row| counts[at][*row][class]).sum();
        for row in rows {
            let before = f64::from(start.tables[at][row][class]).exp2();
            let share = (counts[at][row][class] + DRAWN * before) / (sum + DRAWN);
            parameters.tables[at][row][class] = logarithms([share; CLASSES])[0];
        }
    }
}

/// Slope and offset by which the best candidate's probability comes true (Platt scaling).
fn calibration<Id>(
    index: &Index<Id>,
    parameters: &Parameters,
    list: &[Description],
    answers: &[Answer<Id>],
) -> Calibration
where
    Id: Copy + Eq + Hash + Ord + Send + Sync,
{
    let mut index = index.clone();
    index.set_parameters(parameters.clone());
    let answered = index.query_all(list, Limits::best(1));
    let points: Vec<(f64, bool)> = answered
        .iter()
        .zip(answers)
        .filter_map(|(found, answer)| {
            let best = found.first()?;
            let bits = best.scored.prior_bits + best.scored.weight_bits;
            // Far from the middle there is nothing to calibrate, and outliers would pull the slope.
            answer.is(&best.id).filter(|_| bits.abs() < 12.0).map(|right| (bits, right))
        })
        .collect();
    evaluate::platt(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_of_each_person_what_somebody_said() {
        let (open, unknown) = (Answer::Open, Answer::Unknown);
        let (not_these, known) = (Answer::NotThese(vec![1]), Answer::Known(vec![1, 2]));
        assert_eq!(
            [&open, &unknown, &not_these, &known].map(|answer| answer.is(&1)),
            [None, Some(false), Some(false), Some(true)]
        );
        assert_eq!(
            [&open, &unknown, &not_these, &known].map(|answer| answer.is(&3)),
            [None, Some(false), None, Some(false)]
        );
    }

    #[test]
    fn however_many_processors_take_part_the_same_is_learnt() {
        let names = ["Ada Marsh", "Bo Reed", "Cy Dlone", "Dot Okafor", "Eve Nowak", "Fay Singh", "Gil Hart"];
        let person = |n: u32| {
            let (forename, surname) = names[n as usize % 7].split_once(' ').expect("two words");
            let born = chrono::NaiveDate::from_yo_opt(1950 + (n % 50).cast_signed(), 1 + n % 365).expect("a day");
            (
                n,
                Description::named(&format!("{forename}{}", n % 9), surname)
                    .born(born)
                    .at(&format!("ZZ{} 1AA", n % 30)),
            )
        };
        let index = Index::build(Parameters::default(), (0..150).map(person));
        let list: Vec<Description> = (0..200).map(|n| person(n * 2 / 3).1).collect();
        let answers: Vec<Answer<u32>> =
            (0..200).map(|n| if n % 3 == 0 { Answer::Open } else { Answer::Known(vec![n * 2 / 3]) }).collect();
        let learnt = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| train(&index, &list, &answers, "learnt").parameters)
        };
        let alone = learnt(1);
        assert!((0..2).all(|_| learnt(8) == alone));
    }
}
