//! The matching engine without the server.

use crate::people_csv::{PeopleCsv, read_people};
use crate::progress::Progress;
use crate::words::{counted, read_text, wrong_use};
use anyhow::Context;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use throughline_domain::time::london_date;
use throughline_matching::{
    Candidate, Description, Key, Parameters, Selectivity, keys, rank, reason_line, search_keys,
};

/// A key shared by more people than this says too little to fetch them all.
const CROWDED: usize = 5_000;

/// Finds the people of a list in an index of people
///
/// Both files are CSV with a row of headings: record_id (or query_id), nhs_number, pnc_id, first,
/// middle, last, alias_names, dob, sex, postcode; any of them may be missing. For each person of
/// the list the output has the records worth looking at, the likeliest first. It states; a person
/// decides.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline match --index people.csv --list custody.csv --out found.csv --top 3")]
pub struct Args {
    /// The known people
    #[arg(long, value_name = "CSV")]
    index: PathBuf,
    /// The people looked for
    #[arg(long, value_name = "CSV")]
    list: PathBuf,
    /// Where to write what was found (`-` for standard output)
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
    /// The most records for each person of the list
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: u16,
    /// Other parameters than those that are part of the program
    #[arg(long, value_name = "TOML")]
    params: Option<PathBuf>,
}

/// Matches a list against an index.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let index = read_people(&args.index)?;
    let list = read_people(&args.list)?;
    tell_unused(&args.index, &index);
    tell_unused(&args.list, &list);
    let parameters = match &args.params {
        Some(file) => {
            Parameters::parse(&read_text(file)?).map_err(|error| wrong_use(format!("{}: {error}", file.display())))?
        }
        None => Parameters::default(),
    };
    let parameters = parameters.with_population(index.rows.len() as u64);
    let index = Index::new(index);
    let found = search(&parameters, &index, &list, usize::from(args.top));
    write(args, &index, &list, &found)
}

fn tell_unused(file: &std::path::Path, people: &PeopleCsv) {
    if !people.unused.is_empty() {
        eprintln!("{}: not used: {}", file.display(), people.unused.join(", "));
    }
}

/// Known people by the keys they share.
struct Index {
    ids: Vec<String>,
    people: Vec<Description>,
    by_key: HashMap<u64, Vec<u32>>,
}

fn number(key: &Key) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.as_str().hash(&mut hasher);
    hasher.finish()
}

impl Index {
    fn new(csv: PeopleCsv) -> Self {
        let today = london_date(chrono::Utc::now());
        let mut progress = Progress::new("Reading the index", csv.rows.len());
        let mut index = Self {
            ids: Vec::with_capacity(csv.rows.len()),
            people: Vec::with_capacity(csv.rows.len()),
            by_key: HashMap::new(),
        };
        for (place, row) in (0_u32..).zip(csv.rows) {
            let person = row.description(today);
            for key in keys(&person) {
                index.by_key.entry(number(&key)).or_default().push(place);
            }
            index.ids.push(row.id());
            index.people.push(person);
            progress.at(index.ids.len());
        }
        index
    }

    /// Those who share a key; the keys that thousands share only when the others find nobody.
    fn candidates(&self, query: &Description) -> Vec<u32> {
        let mut found = Vec::new();
        for key in search_keys(query) {
            if key.selectivity() == Selectivity::Thousands && !found.is_empty() {
                break;
            }
            if let Some(people) = self.by_key.get(&number(&key)).filter(|people| people.len() <= CROWDED) {
                found.extend_from_slice(people);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn query(&self, parameters: &Parameters, query: &Description, top: usize) -> Vec<Candidate<u32>> {
        let known = self.candidates(query).into_iter().map(|place| (place, self.people[place as usize].clone()));
        let mut ranked = rank(parameters, query, known);
        ranked.truncate(top);
        ranked
    }
}

fn search(parameters: &Parameters, index: &Index, list: &PeopleCsv, top: usize) -> Vec<Vec<Candidate<u32>>> {
    let today = london_date(chrono::Utc::now());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = list.rows.len().div_ceil(threads).max(1);
    let mut progress = Progress::new("Looking for people", list.rows.len());
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let work = |rows| {
            let done = &done;
            scope.spawn(move || -> Vec<Vec<Candidate<u32>>> {
                let rows: &[crate::people_csv::PersonRow] = rows;
                let one = |row: &crate::people_csv::PersonRow| {
                    let found = index.query(parameters, &row.description(today), top);
                    done.fetch_add(1, Ordering::Relaxed);
                    found
                };
                rows.iter().map(one).collect()
            })
        };
        let workers: Vec<_> = list.rows.chunks(share).map(work).collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            std::thread::sleep(std::time::Duration::from_millis(2));
            progress.at(done.load(Ordering::Relaxed));
        }
        workers.into_iter().flat_map(|worker| worker.join().expect("a query does not panic")).collect()
    })
}

fn write(args: &Args, index: &Index, list: &PeopleCsv, found: &[Vec<Candidate<u32>>]) -> anyhow::Result<()> {
    let to: Box<dyn std::io::Write> = if args.out.as_os_str() == "-" {
        Box::new(std::io::stdout())
    } else {
        Box::new(std::fs::File::create(&args.out).with_context(|| format!("{} cannot be written", args.out.display()))?)
    };
    let mut out = csv::Writer::from_writer(to);
    out.write_record(["query_id", "record_id", "rank", "weight", "probability", "band", "evidence"])?;
    for (row, candidates) in list.rows.iter().zip(found) {
        for (rank, candidate) in (1..).zip(candidates) {
            let scored = &candidate.scored;
            out.write_record([
                row.id(),
                index.ids[candidate.id as usize].clone(),
                u32::to_string(&rank),
                format!("{:.3}", scored.weight_bits),
                format!("{:.6}", scored.probability),
                scored.band.code().to_owned(),
                reason_line(scored),
            ])?;
        }
    }
    out.flush()?;
    let known = found.iter().filter(|candidates| !candidates.is_empty()).count();
    eprintln!(
        "{} looked for, {} with somebody worth looking at, among {}.",
        counted(list.rows.len(), "person", "people"),
        known,
        counted(index.ids.len(), "record", "records")
    );
    Ok(())
}
