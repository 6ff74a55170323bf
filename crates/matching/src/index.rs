//! The index: everybody who is known, in memory, and the question who a description may be of.

use std::hash::Hash;

use rayon::prelude::*;

use crate::band::Band;
use crate::compare::{Memory, Query, compare};
use crate::evidence::{Candidate, Scored};
use crate::ids::Ids;
use crate::keys;
use crate::parameters::Parameters;
use crate::postings::Postings;
use crate::record::{Prepared, Record, Records};
use crate::rival::Rival;
use crate::rules::{self, Likely};
use crate::score::{Commonness, weigh};
use crate::{Description, lines};

/// Log-odds below which a candidate takes no part in anything, in bits.
const FORGOTTEN: f64 = -16.0;

/// Log-odds from which candidates are asked whether they are one person, in bits.
const RIVAL: f64 = -7.0;

/// The most rivals that are compared with each other.
const MOST_RIVALS: usize = 8;

/// Everybody who is known, and the parameters they are weighed with.
///
/// `Id` is what the caller knows people by. The index answers from memory, reads no clock and no
/// randomness, and gives one answer whatever the order in which people came and went.
#[derive(Debug, Clone)]
pub struct Index<Id> {
    pub(crate) parameters: Parameters,
    pub(crate) records: Records,
    pub(crate) postings: Postings,
    pub(crate) ids: Ids<Id>,
}

/// An index in the making, for a caller that has people a few thousand at a time: nobody can be found
/// in it until it is finished.
#[derive(Debug)]
pub struct Builder<Id>(Index<Id>);

impl<Id: Copy + Eq + Hash + Ord + Send + Sync> Builder<Id> {
    /// With nobody so far.
    pub fn new(parameters: Parameters) -> Self {
        Self(Index { parameters, records: Records::default(), postings: Postings::default(), ids: Ids::default() })
    }

    /// Adds these people.
    pub fn add(&mut self, people: &[(Id, Description)]) {
        let ready: Vec<Prepared> = people.par_iter().map(|(_, description)| Prepared::new(description)).collect();
        for ((id, _), prepared) in people.iter().zip(&ready) {
            self.0.place(*id, prepared);
        }
    }

    /// The index.
    pub fn finish(mut self) -> Index<Id> {
        self.0.records.shrink();
        self.0.ids.shrink();
        self.0.rebuild_postings();
        self.0
    }
}

/// What to answer with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The most candidates.
    pub most: usize,
    /// The least probability.
    pub least: f64,
}

impl Limits {
    /// Candidates worth showing for a line of a list.
    pub const LIST: Self = Self { most: 20, least: crate::POSSIBLE_FROM };

    /// The best so many, however unlikely.
    pub fn best(most: usize) -> Self {
        Self { most, least: 0.0 }
    }
}

impl<Id: Copy + Eq + Hash + Ord + Send + Sync> Index<Id> {
    /// An index of nobody.
    pub fn new(parameters: Parameters) -> Self {
        Self::build(parameters, Vec::new())
    }

    /// An index of all these people. Of several with one id the last one counts.
    pub fn build(parameters: Parameters, people: impl IntoIterator<Item = (Id, Description)>) -> Self {
        const CHUNK: usize = 16_384;
        let mut builder = Builder::new(parameters);
        let mut people = people.into_iter().peekable();
        while people.peek().is_some() {
            let chunk: Vec<(Id, Description)> = people.by_ref().take(CHUNK).collect();
            builder.add(&chunk);
        }
        builder.finish()
    }

    fn rebuild_postings(&mut self) {
        let records = &self.records;
        let people = u32::try_from(records.all.len()).expect("fewer than four milliards of people");
        self.postings = Postings::build(people, |place, keys| {
            if records.get(place).is_there() {
                keys::of_known(records, place, keys);
            }
        });
    }

    fn place(&mut self, id: Id, prepared: &Prepared) -> u32 {
        self.remove(id);
        let place = self.records.add(prepared);
        self.ids.add(id);
        place
    }

    /// Adds a person, or changes what is known of them.
    pub fn put(&mut self, id: Id, description: &Description) {
        let prepared = Prepared::new(description);
        let place = self.place(id, &prepared);
        let mut keys = Vec::new();
        keys::of_known(&self.records, place, &mut keys);
        for key in keys {
            self.postings.add(key, place);
        }
    }

    /// Takes a person out. Whether they were there.
    pub fn remove(&mut self, id: Id) -> bool {
        let place = self.ids.remove(id);
        if let Some(place) = place {
            self.records.remove(place);
        }
        place.is_some()
    }

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.ids.len() == 0
    }

    /// Whether somebody of this id is there.
    pub fn contains(&self, id: Id) -> bool {
        self.ids.place(id).is_some()
    }

    /// How many people came, changed or went since the index was built: from some tens of
    /// thousands on, building it anew makes it smaller and quicker.
    pub fn changes(&self) -> usize {
        self.records.all.len() - self.ids.len()
    }

    /// The numbers people are weighed with.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Weighs with other numbers from now on.
    pub fn set_parameters(&mut self, parameters: Parameters) {
        self.parameters = parameters;
    }

    /// People as reckoned: a young service is reckoned larger than it is.
    pub(crate) fn population(&self) -> f64 {
        (self.len() as f64).max(self.parameters.prior.smallest_population)
    }

    /// Bits against any one person before anything is compared.
    pub(crate) fn prior_bits(&self) -> f64 {
        (self.parameters.prior.share_known / self.population()).log2()
    }

    /// Who a description may be of, the likeliest first.
    pub fn query(&self, description: &Description, limits: Limits) -> Vec<Candidate<Id>> {
        self.answer(&self.asked(Prepared::new(description)), limits, &mut Memory::default())
    }

    /// Who each of these may be, in their order; several at a time.
    pub fn query_all(&self, list: &[Description], limits: Limits) -> Vec<Vec<Candidate<Id>>> {
        let answer = |memory: &mut Memory, description: &Description| {
            self.answer(&self.asked(Prepared::new(description)), limits, memory)
        };
        list.par_iter().with_min_len(8).map_init(Memory::default, answer).collect()
    }

    /// A search by a person, who may have typed only a name: whoever bears one like it is found.
    pub fn search(&self, description: &Description, limits: Limits) -> Vec<Candidate<Id>> {
        let query = self.asked(Prepared::new(description));
        let mut memory = Memory::default();
        let mut found = self.sharing(&keys::of_query(&self.records.tokens, &query.prepared));
        if !query.prepared.born.is_known() && query.prepared.numbers.is_empty() {
            found.extend(self.sharing(&keys::of_names_alone(&self.records.tokens, &query.prepared)));
            found.sort_unstable();
            found.dedup();
        }
        let rivals = self.rivals_among(&query, &found, f64::NEG_INFINITY, &mut memory);
        self.candidates(&query, rivals, limits)
    }

    /// One person weighed against a description, as a list's answer would weigh them; `None` when
    /// nobody has this id.
    pub fn compare(&self, description: &Description, id: Id) -> Option<Scored> {
        let place = self.ids.place(id)?;
        let query = self.asked(Prepared::new(description));
        let mut memory = Memory::default();
        let rivals = self.rivals(&query, &mut memory);
        if let Some(rival) = rivals.iter().find(|rival| rival.place == place) {
            return Some(self.scored(&query, rival));
        }
        let alone = self.rivals_among(&query, &[place], f64::NEG_INFINITY, &mut memory);
        alone.first().map(|rival| self.scored(&query, rival))
    }

    pub(crate) fn asked(&self, prepared: Prepared) -> Query {
        Query::new(prepared, &self.parameters, &self.records, self.population())
    }

    fn answer(&self, query: &Query, limits: Limits, memory: &mut Memory) -> Vec<Candidate<Id>> {
        let rivals = self.rivals(query, memory);
        self.candidates(query, rivals, limits)
    }

    /// Everybody who takes part in the answer, the likeliest first.
    pub(crate) fn rivals(&self, query: &Query, memory: &mut Memory) -> Vec<Rival> {
        let (mut rivals, _) = self.found(query, FORGOTTEN, memory);
        self.compete(&mut rivals);
        rivals
    }

    /// Everybody who shares a key, the likeliest first; when none of them is likely, also whoever
    /// shares one after a slip.
    fn found(&self, query: &Query, least_bits: f64, memory: &mut Memory) -> (Vec<Rival>, Commonness) {
        let found = self.sharing(&keys::of_query(&self.records.tokens, &query.prepared));
        let (mut rivals, common) = self.weighed(query, &found, least_bits, memory);
        if rivals.first().is_some_and(|best| self.prior_bits() + best.weight() > 0.0) {
            return (rivals, common);
        }
        let mut further = self.sharing(&keys::of_query_slipped(&query.prepared));
        further.retain(|place| found.binary_search(place).is_err());
        if !further.is_empty() {
            let people = self.records.read_ahead(&further);
            rivals.extend(self.weigh_all(query, &further, &people, &common, least_bits, memory));
            self.put_in_order(&mut rivals);
        }
        (rivals, common)
    }

    /// Everybody who is found, however unlikely, for learning.
    pub(crate) fn all_rivals(&self, query: &Query, memory: &mut Memory) -> (Vec<Rival>, Commonness) {
        // Log-odds that can teach something, in bits; candidates of one line.
        const LEAST: f64 = -24.0;
        const MOST: usize = 60;
        let (mut rivals, common) = self.found(query, LEAST, memory);
        rivals.truncate(MOST);
        (rivals, common)
    }

    /// The places of everybody kept under one of these keys.
    fn sharing(&self, keys: &[keys::Key]) -> Vec<u32> {
        let mut found: Vec<u32> = keys.iter().flat_map(|key| self.postings.under(*key)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|place| self.records.get(*place).is_there());
        found
    }

    fn rivals_among(&self, query: &Query, found: &[u32], least_bits: f64, memory: &mut Memory) -> Vec<Rival> {
        self.weighed(query, found, least_bits, memory).0
    }

    /// These people, the likeliest first, and how common the query's values are: whoever bears its name
    /// is among those who share a key with it.
    fn weighed(&self, query: &Query, found: &[u32], least_bits: f64, memory: &mut Memory) -> (Vec<Rival>, Commonness) {
        memory.forget();
        let people = self.records.read_ahead(found);
        let same_name = people.iter().filter(|record| query.is_name_of(record)).count();
        let common = self.commonness(query, u32::try_from(same_name).unwrap_or(u32::MAX));
        let mut rivals = self.weigh_all(query, found, &people, &common, least_bits, memory);
        self.put_in_order(&mut rivals);
        (rivals, common)
    }

    fn weigh_all(
        &self,
        query: &Query,
        places: &[u32],
        people: &[Record],
        common: &Commonness,
        least_bits: f64,
        memory: &mut Memory,
    ) -> Vec<Rival> {
        let (parameters, records, prior) = (&self.parameters, &self.records, self.prior_bits());
        let rival = |(place, record): (&u32, &Record)| {
            let pattern = compare(parameters, query, records, record, common, least_bits - prior, memory)?;
            let weighed = weigh(parameters, records, &pattern, common);
            let relative_bits = weighed.relative_bits(parameters, common.people);
            Some(Rival { place: *place, pattern, weighed, relative_bits, others_bits: 0.0 })
        };
        let found = places.iter().zip(people).filter_map(rival);
        found.filter(|rival| prior + rival.weight() >= least_bits).collect()
    }

    fn put_in_order(&self, rivals: &mut [Rival]) {
        let id = |rival: &Rival| self.ids.at(rival.place);
        rivals.sort_by(|a, b| b.weight().total_cmp(&a.weight()).then_with(|| id(a).cmp(&id(b))));
    }

    fn commonness(&self, query: &Query, same_name: u32) -> Commonness {
        let under = |key| {
            let there = self.postings.under(key).filter(|place| self.records.get(*place).is_there());
            u32::try_from(there.count()).unwrap_or(u32::MAX)
        };
        let prepared = &query.prepared;
        let same_date = if prepared.born.is_known() { under(keys::born(prepared.born)) } else { 0 };
        let same_postcode = prepared.postcodes.first().map_or(0, |code| under(keys::postcode(*code)));
        Commonness::new(self.population(), same_date, same_postcode, same_name)
    }

    /// At most one person is the one described: what speaks for one speaks against the others, but
    /// not against another record of the same person.
    fn compete(&self, rivals: &mut [Rival]) {
        let prior = self.prior_bits();
        let odds: Vec<f64> = rivals.iter().map(|rival| (prior + rival.weight()).exp2()).collect();
        let all: f64 = odds.iter().sum();
        let contenders = rivals.iter().take(MOST_RIVALS).take_while(|rival| prior + rival.weight() >= RIVAL).count();
        let one_person = self.one_person(&rivals[..contenders]);
        for (at, rival) in rivals.iter_mut().enumerate() {
            let own: f64 = if at < contenders {
                (0..contenders).filter(|other| one_person[*other] == one_person[at]).map(|other| odds[other]).sum()
            } else {
                odds[at]
            };
            rival.others_bits = -(1.0 + (all - own).max(0.0)).log2();
        }
        self.put_in_order(rivals);
    }

    /// For each contender, the first of them that is a record of the same person.
    fn one_person(&self, contenders: &[Rival]) -> Vec<usize> {
        let mut first: Vec<usize> = (0..contenders.len()).collect();
        for at in 1..contenders.len() {
            let query = self.asked(self.prepared(contenders[at].place));
            let others: Vec<u32> = contenders[..at].iter().map(|rival| rival.place).collect();
            let mut places = others.clone();
            places.sort_unstable();
            let rivals = self.rivals_among(&query, &places, f64::NEG_INFINITY, &mut Memory::default());
            let is_same = |rival: &&Rival| {
                self.prior_bits() + rival.weight() > 0.0 && !rules::are_numbers_different(&rival.pattern)
            };
            let same = rivals.iter().find(is_same);
            if let Some(other) = same.and_then(|rival| others.iter().position(|place| *place == rival.place)) {
                first[at] = first[other];
            }
        }
        first
    }

    fn candidates(&self, query: &Query, rivals: Vec<Rival>, limits: Limits) -> Vec<Candidate<Id>> {
        // In the order of weights, which the rules may part from that of probabilities.
        let is_shown = |rival: &Rival| self.likely(rival).probability >= limits.least;
        let shown = rivals.into_iter().filter(is_shown).take(limits.most);
        shown.map(|rival| Candidate { id: self.ids.at(rival.place), scored: self.scored(query, &rival) }).collect()
    }

    fn likely(&self, rival: &Rival) -> Likely {
        let bits = self.prior_bits() + rival.weight();
        Likely::new(&rival.pattern, self.parameters.calibration.probability(bits))
    }

    fn scored(&self, query: &Query, rival: &Rival) -> Scored {
        let likely = self.likely(rival);
        Scored {
            weight_bits: rival.weight(),
            prior_bits: self.prior_bits(),
            probability_before_rules: likely.before_rules,
            probability: likely.probability,
            band: Band::of(likely.probability),
            evidence: lines::of(query, &self.records, rival),
            rules: likely.rules,
        }
    }

    /// A known person as if they were a query.
    pub(crate) fn prepared(&self, place: u32) -> Prepared {
        self.records.prepared(place)
    }
}
