//! What was answered wrongly, with its evidence, for whoever mends the engine.

use std::collections::BTreeMap;

use throughline_matching::{Candidate, Outcome, Scored};

use crate::lists::{Ids, List};

/// Every line that was answered wrongly at 0.9, and how often each kind of slip was overcome.
pub fn tell(list: &List, ids: &Ids, found: &[Vec<Candidate<u32>>], outcomes: &[Outcome]) {
    let names = ids.by_place();
    let mut slips: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, (truth, outcome)) in list.truth.iter().zip(outcomes).enumerate() {
        let is_called_known = outcome.probability >= 0.9;
        if outcome.is_known {
            for slip in truth.slips.iter().chain([&truth.severity]) {
                let (overcome, all) = slips.entry(slip).or_default();
                *overcome += usize::from(is_called_known && outcome.is_right);
                *all += 1;
            }
        }
        let is_well_answered = is_called_known == outcome.is_known && (outcome.is_right || !outcome.is_known);
        if is_well_answered {
            continue;
        }
        let line = &list.lines[at];
        println!(
            "--- {} known {} {} slips {} | {} {:?} {} {:?}",
            truth.query_id,
            truth.is_known,
            truth.kind,
            truth.slips.join("|"),
            line.name.natural(),
            line.date_of_birth,
            line.address,
            line.postcodes
        );
        for one in found[at].iter().take(2) {
            println!("  {}", names[&one.id]);
            evidence(&one.scored);
        }
    }
    println!("recall at 0.9 by slip:");
    for (slip, (overcome, all)) in slips {
        println!("  {slip} {overcome}/{all} {:.2}", overcome as f64 / all as f64);
    }
}

/// The lines of evidence of a pair.
pub fn evidence(scored: &Scored) {
    println!(
        "      p {:.3}, {:+.1} bits before and {:+.1} of evidence {:?}",
        scored.probability, scored.prior_bits, scored.weight_bits, scored.rules
    );
    for line in &scored.evidence {
        println!(
            "      {:14} {:+6.1} {} | {} | {}",
            line.comparison.code(),
            line.weight_bits,
            line.level,
            line.query_value,
            line.known_value
        );
    }
}
