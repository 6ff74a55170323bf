//! The matching engine on lists whose truth is known: how good, how quick, how large. Run by
//! `script/bench matching`.
//!
//! ```text
//! FOLDER...                 measures the engine on index.csv, queries.csv and truth.csv of each
//!   --params FILE           with these parameters
//!   --train PEOPLE,LIST     learns from these folders first
//!   --out FILE              writes the parameters
//!   --results FOLDER        keeps the figures there, and finds Splink's answers there
//! --invent FOLDER           invents such a folder
//!   --people N --lines N --seed N --list NAME
//! --febrl FOLDER            links dataset4a.csv with dataset4b.csv
//! --tables FOLDER           shows the figures that are kept there
//! ```
//!
//! `MISSES=1` tells every wrong answer with its evidence.

mod febrl;
mod figures;
mod lists;
mod measure;
mod misses;
mod quick;
mod tables;

use std::path::{Path, PathBuf};
use std::time::Instant;

use figures::{Figures, Linked, Several};
use throughline_matching::{Parameters, train};

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    folders: Vec<PathBuf>,
    parameters: Option<PathBuf>,
    train_on: Vec<String>,
    out: Option<PathBuf>,
    results: Option<PathBuf>,
    invent: Option<PathBuf>,
    febrl: Option<PathBuf>,
    tables: Option<PathBuf>,
    people: Option<u64>,
    lines: Option<usize>,
    seed: Option<u64>,
    list: Option<String>,
}

impl Asked {
    fn read(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut asked = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} wants a value"));
            match argument.as_str() {
                "--bench" => {}
                "--params" => asked.parameters = Some(value().into()),
                "--train" => asked.train_on.push(value()),
                "--out" => asked.out = Some(value().into()),
                "--results" => asked.results = Some(value().into()),
                "--invent" => asked.invent = Some(value().into()),
                "--febrl" => asked.febrl = Some(value().into()),
                "--tables" => asked.tables = Some(value().into()),
                "--people" => asked.people = Some(value().parse().expect("--people wants a number")),
                "--lines" => asked.lines = Some(value().parse().expect("--lines wants a number")),
                "--seed" => asked.seed = Some(value().parse().expect("--seed wants a number")),
                "--list" => asked.list = Some(value()),
                folder => asked.folders.push(folder.into()),
            }
        }
        asked
    }
}

fn main() {
    let asked = Asked::read(std::env::args().skip(1));
    if let Some(folder) = &asked.invent {
        throughline_invented::invent(folder, &order(&asked));
        return;
    }
    if let Some(folder) = &asked.tables {
        show(folder);
        return;
    }
    let parameters = parameters(&asked);
    if let Some(out) = &asked.out {
        std::fs::write(out, parameters.to_toml()).expect("a file to write to");
    }
    if let Some(folder) = &asked.febrl {
        link(folder, &parameters, asked.results.as_deref());
    }
    for folder in &asked.folders {
        let name = folder.file_name().unwrap_or_default();
        let results = asked.results.as_ref().map(|results| results.join(name));
        let measured = measure::measure(folder, results.as_deref(), parameters.clone());
        match results {
            Some(results) => {
                std::fs::create_dir_all(&results).expect("a folder to write to");
                figures::write(&results.join("figures.toml"), &measured);
            }
            None => tables::all(&[measured], &[]),
        }
    }
}

fn order(asked: &Asked) -> throughline_invented::Order {
    throughline_invented::Order {
        people: asked.people.unwrap_or(100_000),
        lines: asked.lines.unwrap_or(5_000),
        seed: asked.seed.unwrap_or(1),
        list: asked.list.clone().unwrap_or_else(|| "the list".to_owned()),
    }
}

/// As shipped, as given, or as learnt.
fn parameters(asked: &Asked) -> Parameters {
    let given = asked.parameters.as_ref().map(|file| {
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Parameters::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    });
    asked.train_on.iter().fold(given.unwrap_or_default(), |parameters, pair| learn(parameters, pair))
}

fn learn(parameters: Parameters, pair: &str) -> Parameters {
    let (people, list) = pair.split_once(',').unwrap_or((pair, pair));
    let (ids, index) = lists::index(parameters, Path::new(people), None);
    let started = Instant::now();
    let list = lists::List::read(Path::new(list));
    let learnt = train(&index, &list.lines, &list.answers(&ids), "trained");
    eprintln!("trained on {} pairs in {:.1} s", learnt.pairs, started.elapsed().as_secs_f64());
    learnt.parameters
}

fn link(folder: &Path, parameters: &Parameters, results: Option<&Path>) {
    let tells_misses = std::env::var("MISSES").is_ok();
    let ways = [(true, false), (true, true), (false, false), (false, true)];
    let all: Vec<Linked> = ways
        .map(|(number, training)| {
            febrl::link(folder, parameters.clone(), febrl::Given { number, training }, tells_misses)
        })
        .into();
    match results {
        Some(results) => figures::write(&results.join("febrl.toml"), &Several { all }),
        None => tables::all(&[], &all),
    }
}

/// The tables of everything that is kept in a folder, the smallest list first.
fn show(folder: &Path) {
    let kept = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<Figures> = kept.filter_map(|one| figures::read(&one.path().join("figures.toml"))).collect();
    all.sort_by(|a, b| (a.people, &a.name).cmp(&(b.people, &b.name)));
    let linked = figures::read::<Several<Linked>>(&folder.join("febrl.toml")).map_or(Vec::new(), |several| several.all);
    tables::all(&all, &linked);
}
