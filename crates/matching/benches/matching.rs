//! The matching engine on lists whose truth is known: how good, how quick, how large. Run by
//! `script/bench matching`.
//!
//! Each folder given holds `index.csv`, `queries.csv` and `truth.csv`.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use chrono::NaiveDate;
use throughline_domain::name::Name;
use throughline_matching::{Answer, Description, Index, Limits, Outcome, Parameters, Sex, evaluate, train};

fn main() {
    let mut parameters = Parameters::default();
    let mut out = None;
    let mut train_on = Vec::new();
    let mut folders = Vec::new();
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--params" => {
                let text = std::fs::read_to_string(arguments.next().unwrap()).unwrap();
                parameters = Parameters::parse(&text).unwrap();
            }
            "--train" => train_on.push(arguments.next().unwrap()),
            "--out" => out = arguments.next(),
            folder => folders.push(folder.to_owned()),
        }
    }
    for pair in train_on {
        let (people, list) = pair.split_once(',').unwrap_or((&pair, &pair));
        let (ids, index) = index(parameters.clone(), people);
        let started = Instant::now();
        let (list, answers) = lines(list, &ids);
        let learnt = train(&index, &list, &answers, "trained");
        println!("trained on {} pairs in {:.1} s", learnt.pairs, started.elapsed().as_secs_f64());
        parameters = learnt.parameters;
    }
    if let Some(out) = out {
        std::fs::write(out, parameters.to_toml()).unwrap();
    }
    for folder in folders {
        measure(&folder, parameters.clone());
    }
}

fn rows(folder: &str, file: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(Path::new(folder).join(file)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn describe(row: &HashMap<String, String>) -> Description {
    let get = |name: &str| row.get(name).map_or("", String::as_str);
    let some = |name: &str| Some(get(name).to_owned()).filter(|text| !text.is_empty());
    let postcodes = std::iter::once(get("postcode")).chain(get("prev_postcodes").split('|'));
    let alias = |text: &str| {
        let (forenames, surname) = text.rsplit_once(' ').unwrap_or(("", text));
        Name::new(forenames, surname)
    };
    Description {
        name: Name::new(&format!("{} {}", get("first_name"), get("middle_names")), get("last_name")),
        aliases: get("alias_names").split('|').filter(|text| !text.is_empty()).map(alias).collect(),
        date_of_birth: NaiveDate::parse_from_str(get("dob"), "%Y-%m-%d").ok(),
        born_between: None,
        sex: Sex::from_code(get("sex")),
        address: get("address").to_owned(),
        postcodes: postcodes.map(str::to_owned).collect(),
        pnc: some("pnc_id"),
        nhs_number: some("nhs_number"),
        cro: None,
        local_id: None,
    }
}

fn index(parameters: Parameters, folder: &str) -> (HashMap<String, u32>, Index<u32>) {
    let mut ids = HashMap::new();
    let mut people = Vec::new();
    let mut reader = csv::Reader::from_path(Path::new(folder).join("index.csv")).unwrap();
    for (place, row) in (0..).zip(reader.deserialize()) {
        let row: HashMap<String, String> = row.unwrap();
        ids.insert(row["record_id"].clone(), place);
        people.push((place, describe(&row)));
    }
    let (started, before) = (Instant::now(), cpu());
    let index = Index::build(parameters, people);
    println!(
        "{folder}: built from {} people in {:.2} s, {:.2} s of processor time; {} MB",
        index.len(),
        started.elapsed().as_secs_f64(),
        cpu() - before,
        resident()
    );
    (ids, index)
}

fn lines(folder: &str, ids: &HashMap<String, u32>) -> (Vec<Description>, Vec<Answer<u32>>) {
    let list: Vec<Description> = rows(folder, "queries.csv").iter().map(describe).collect();
    let answer = |row: &HashMap<String, String>| {
        if row["known"] == "1" {
            Answer::Known(row["record_ids"].split('|').map(|id| ids[id]).collect())
        } else {
            Answer::Unknown
        }
    };
    let answers = rows(folder, "truth.csv").iter().map(answer).collect();
    (list, answers)
}

/// Processor time of this process, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or_default() / 1_024
}

fn measure(folder: &str, parameters: Parameters) {
    let (ids, index) = index(parameters, folder);
    let (list, answers) = lines(folder, &ids);
    let _ = index.query_all(&list, Limits::best(5));
    let (started, before) = (Instant::now(), cpu());
    let found = index.query_all(&list, Limits::best(5));
    let (took, busy) = (started.elapsed().as_secs_f64(), cpu() - before);
    let outcomes: Vec<Outcome> = found
        .iter()
        .zip(&answers)
        .map(|(found, answer)| {
            let right = |id: &u32| matches!(answer, Answer::Known(ids) if ids.contains(id));
            let best = found.first();
            Outcome {
                is_known: matches!(answer, Answer::Known(_)),
                bits: best.map(|best| best.scored.weight_bits + best.scored.prior_bits),
                probability: best.map_or(0.0, |best| best.scored.probability),
                is_right: best.is_some_and(|best| right(&best.id)),
                is_in_first_five: found.iter().any(|one| right(&one.id)),
            }
        })
        .collect();
    let e = evaluate(&outcomes);
    println!(
        "  500 names in {:.1} ms, {:.1} ms of processor time; recall@1 {:.4} @5 {:.4}; best F1 {:.4} (P {:.4} R {:.4}); at 0.9 P {:.4} R {:.4} F1 {:.4} false alarms {} wrong {}; R@P99 {:.4}; ECE {:.4}",
        took * 5e5 / list.len() as f64,
        busy * 5e5 / list.len() as f64,
        e.recall_at_1,
        e.recall_at_5,
        e.best.f1,
        e.best.precision,
        e.best.recall,
        e.at_0_9.precision,
        e.at_0_9.recall,
        e.at_0_9.f1,
        e.at_0_9.false_alarms,
        e.at_0_9.wrong_people,
        e.recall_at_precision_99,
        e.calibration_error
    );
    for t in &e.tenths {
        println!("    {:.1}: {:5} said {:.3} true {:.3}", t.from, t.answers, t.said, t.came_true);
    }
    let truth = rows(folder, "truth.csv");
    let mut kinds: std::collections::BTreeMap<String, (usize, usize)> = std::collections::BTreeMap::new();
    let mut ops: std::collections::BTreeMap<String, (usize, usize)> = std::collections::BTreeMap::new();
    for (row, outcome) in truth.iter().zip(&outcomes) {
        if outcome.is_known {
            for op in row["ops"].split('|').chain(std::iter::once(row["severity"].as_str())) {
                let k = ops.entry(op.to_owned()).or_default();
                k.0 += usize::from(outcome.is_right && outcome.probability >= 0.9);
                k.1 += 1;
            }
        } else {
            let k = kinds.entry(row["kind"].clone()).or_default();
            k.0 += usize::from(outcome.probability >= 0.9);
            k.1 += 1;
        }
    }
    println!("    false alarms at 0.9: {kinds:?}");
    println!(
        "    recall at 0.9: {}",
        ops.iter()
            .map(|(k, v)| format!("{k} {}/{} {:.2}", v.0, v.1, v.0 as f64 / v.1 as f64))
            .collect::<Vec<_>>()
            .join("; ")
    );
    if std::env::var("MISSES").is_ok() {
        let name: HashMap<u32, &String> = ids.iter().map(|(k, v)| (*v, k)).collect();
        for (((row, outcome), found), query) in truth.iter().zip(&outcomes).zip(&found).zip(&list) {
            let wrong = (outcome.is_known && (outcome.probability < 0.9 || !outcome.is_right))
                || (!outcome.is_known && outcome.probability >= 0.9);
            if wrong {
                println!(
                    "--- {} known {} {} ops {} | {} {:?} {} {:?}",
                    row["query_id"],
                    row["known"],
                    row["kind"],
                    row["ops"],
                    query.name.natural(),
                    query.date_of_birth,
                    query.address,
                    query.postcodes
                );
                for one in found.iter().take(2) {
                    println!(
                        "  {} p {:.3} w {:.1}+{:.1} {:?}",
                        name[&one.id],
                        one.scored.probability,
                        one.scored.prior_bits,
                        one.scored.weight_bits,
                        one.scored.rules
                    );
                    for l in &one.scored.evidence {
                        println!(
                            "      {:14} {:+6.1} {} | {} | {}",
                            l.comparison.code(),
                            l.weight_bits,
                            l.level,
                            l.query_value,
                            l.known_value
                        );
                    }
                }
            }
        }
    }
}
