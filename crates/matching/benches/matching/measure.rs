//! One list, asked and measured.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use throughline_matching::{Answer, Candidate, Index, Limits, Outcome, Parameters, evaluate};

use crate::figures::{Accuracy, Figures, Speed, SplinkRun, Took, read};
use crate::lists::{List, Sheet, Truth, index};
use crate::{misses, quick};

/// How likely is called known.
const CUT: f64 = 0.9;
/// Lines of a long morning.
const MORNING: usize = 500;

/// Measures the engine on a folder, and Splink too where it has left its answers in `results`.
pub fn measure(folder: &Path, results: Option<&Path>, parameters: Parameters) -> Figures {
    let list = List::read(folder);
    let tells_misses = std::env::var("MISSES").is_ok();
    let wanted: HashSet<String> = list.truth.iter().flat_map(|truth| truth.records.iter().cloned()).collect();
    let version = parameters.version.clone();
    // The time to read the file is part of it.
    let ((ids, index), build) = quick::timed(|| index(parameters, folder, (!tells_misses).then_some(&wanted)));
    let (memory, most_memory) = (quick::memory("VmRSS:"), quick::memory("VmHWM:"));
    // Afterwards, so that its memory is not counted.
    let scan = quick::scan();
    let answers = list.answers(&ids);
    let found = index.query_all(&list.lines, Limits::best(5));
    let outcomes = outcomes(&found, &answers);
    if tells_misses {
        misses::tell(&list, &ids, &found, &outcomes);
    }
    let (people, engine) = (index.len(), accuracy(&outcomes, &list.truth));
    let speed = Speed { scan, build, memory, most_memory, ..speed(index, &list) };
    let splink = results.and_then(|results| splink(results, &list.truth));
    Figures {
        name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        parameters: version,
        people,
        lines: list.lines.len(),
        known: list.truth.iter().filter(|truth| truth.is_known).count(),
        speed,
        engine,
        splink,
    }
}

fn outcomes(found: &[Vec<Candidate<u32>>], answers: &[Answer<u32>]) -> Vec<Outcome> {
    let outcome = |(found, answer): (&Vec<Candidate<u32>>, &Answer<u32>)| {
        let right = |id: &u32| matches!(answer, Answer::Known(ids) if ids.contains(id));
        let best = found.first();
        Outcome {
            is_known: matches!(answer, Answer::Known(_)),
            bits: best.map(|best| best.scored.weight_bits + best.scored.prior_bits),
            probability: best.map_or(0.0, |best| best.scored.probability),
            is_right: best.is_some_and(|best| right(&best.id)),
            is_in_first_five: found.iter().any(|one| right(&one.id)),
        }
    };
    found.iter().zip(answers).map(outcome).collect()
}

fn accuracy(outcomes: &[Outcome], truth: &[Truth]) -> Accuracy {
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (truth, outcome) in truth.iter().zip(outcomes).filter(|(truth, _)| !truth.is_known) {
        let (alarms, all) = kinds.entry(truth.kind.clone()).or_default();
        *alarms += usize::from(outcome.probability >= CUT);
        *all += 1;
    }
    Accuracy::new(&evaluate(outcomes), kinds)
}

/// Times the engine. More of what it can do is timed here, and shown by `tables::speed`.
fn speed(mut index: Index<u32>, list: &List) -> Speed {
    let mornings: Vec<_> = list.lines.chunks(MORNING).filter(|morning| morning.len() == MORNING).collect();
    let asked = quick::median(mornings.len().max(1), |at| {
        let lines = mornings.get(at).copied().unwrap_or(&list.lines);
        std::hint::black_box(index.query_all(lines, Limits::LIST));
    });
    let first = u32::try_from(index.len()).expect("an index of this size");
    let ids = || first..;
    let put = quick::each(ids().zip(&list.lines), |(id, described)| index.put(id, described));
    let remove = quick::each(ids().zip(&list.lines), |(id, _)| {
        index.remove(id);
    });
    let (save, load, snapshot) = snapshot(index);
    Speed { list: asked, put, remove, save, load, snapshot, ..Speed::default() }
}

/// Saves the index into a file, forgets it and loads it again: the time of each, and the size of the
/// file in MiB.
fn snapshot(index: Index<u32>) -> (Took, Took, usize) {
    let path = std::env::temp_dir().join(format!("throughline-snapshot-{}", std::process::id()));
    let create = || BufWriter::new(File::create(&path).expect("a file to write to"));
    let ((), save) = quick::timed(|| {
        let mut file = create();
        index.save(&mut file).expect("a file takes what is written");
        file.flush().expect("a file takes what is written");
    });
    let open = || BufReader::new(File::open(&path).expect("the file just written"));
    let (parameters, people) = (index.parameters().clone(), index.len());
    drop(index);
    let (loaded, load) = quick::timed(|| Index::<u32>::load(parameters, &mut open()).expect("what was saved"));
    assert_eq!(loaded.len(), people);
    let bytes = std::fs::metadata(&path).expect("the file just written").len();
    std::fs::remove_file(&path).expect("the file just written");
    (save, load, usize::try_from(bytes / 1_048_576).expect("a few thousand"))
}

/// What Splink answered: its best candidates of each line, the likeliest first.
fn splink(results: &Path, truth: &[Truth]) -> Option<(SplinkRun, Accuracy)> {
    let run: SplinkRun = read(&results.join("splink.toml"))?;
    let mut found: HashMap<String, Vec<(f64, f64, String)>> = HashMap::new();
    Sheet::open(&results.join("splink.csv")).each(|row| {
        let number = |heading| row.get(heading).parse::<f64>().expect("a number");
        let candidate = (number("weight"), number("probability"), row.get("record_id").to_owned());
        found.entry(row.get("query_id").to_owned()).or_default().push(candidate);
    });
    let outcome = |truth: &Truth| {
        let candidates = found.get(&truth.query_id).map_or(&[][..], Vec::as_slice);
        let right = |candidate: &(f64, f64, String)| truth.records.contains(&candidate.2);
        let best = candidates.first();
        Outcome {
            is_known: truth.is_known,
            bits: best.map(|best| best.0),
            probability: best.map_or(0.0, |best| best.1),
            is_right: best.is_some_and(right),
            is_in_first_five: candidates.iter().take(5).any(right),
        }
    };
    let outcomes: Vec<Outcome> = truth.iter().map(outcome).collect();
    Some((run, accuracy(&outcomes, truth)))
}
