//! The matching engine without the server, and what the server learns.

use super::parameters;
use crate::config::Installation;
use crate::people_csv::read_mapped;
use crate::progress::Progress;
use crate::words::{counted, read, read_text, say, say_json, wrong_use};
use anyhow::Context;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use throughline_domain::time::london_date;
use throughline_matching::people_csv::{Mapping, PeopleCsv, PersonRow, mapping};
use throughline_matching::{
    Answer, Candidate, Description, Evaluation, Index, Limits, Outcome, Parameters, Scored, evaluate, reason_line,
    train,
};

/// Lines that are answered between two steps of the progress bar.
const STEP: usize = 2_000;

/// From this probability two records of an index are told as one person's.
const DUPLICATE_FROM: f64 = 0.5;

/// Rows of one file that are told one by one; further ones are only counted.
const MOST_TOLD: usize = 20;

const EXAMPLES: &str = "\
Examples:
  throughline match --index people.csv --list custody.csv --out found.csv --top 3
  throughline match --index a.csv --list b.csv --out - --columns given_name=first,street_number=address,address_1=address
  throughline match duplicates --index people.csv --out pairs.csv
  throughline match train --index people.csv --list custody.csv --truth truth.csv --out ours.toml
  throughline match evaluate --index people.csv --list custody.csv --truth truth.csv --params ours.toml
  throughline match learn --config /etc/throughline/config.toml
  throughline match take-up shipped --by \"Jo Reed\" --reason \"Too many strangers called known\"";

/// Finds the people of a list in an index of people
///
/// Both files are CSV with a row of headings: record_id (or query_id), nhs_number, pnc_id, cro,
/// local_id, first, middle, last, alias_names, dob, sex, address, postcode, prev_postcodes; any of
/// them may be missing. For each person of the list the output has the records worth looking at,
/// the likeliest first. It states; a person decides.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    find: Option<Find>,
}

/// Where people and parameters are read from.
#[derive(Debug, Clone, clap::Args)]
struct Source {
    /// The known people
    #[arg(long, value_name = "CSV")]
    index: PathBuf,
    /// Headings of another system and the column each stands for; several for one are joined
    #[arg(long, value_name = "THEIRS=OURS", value_delimiter = ',', value_parser = mapping)]
    columns: Vec<Mapping>,
    /// Other parameters than those that are part of the program
    #[arg(long, value_name = "TOML")]
    params: Option<PathBuf>,
}

/// Finding the people of a list. An optional group of arguments cannot hold another, so that
/// those of [`Source`] are named again.
#[derive(Debug, Clone, clap::Args)]
struct Find {
    /// The known people
    #[arg(long, value_name = "CSV")]
    index: PathBuf,
    /// Headings of another system and the column each stands for; several for one are joined
    #[arg(long, value_name = "THEIRS=OURS", value_delimiter = ',', value_parser = mapping)]
    columns: Vec<Mapping>,
    /// Other parameters than those that are part of the program
    #[arg(long, value_name = "TOML")]
    params: Option<PathBuf>,
    /// The people looked for
    #[arg(long, value_name = "CSV")]
    list: PathBuf,
    /// Where to write what was found (`-` for standard output)
    #[arg(long, value_name = "CSV")]
    out: PathBuf,
    /// The most records for each person of the list
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    top: u16,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum Command {
    /// Learns parameters from a list, with what people found out about it where that is known
    #[command(
        after_help = "Example:  throughline match train --index people.csv --list custody.csv --truth truth.csv --out ours.toml"
    )]
    Train {
        #[command(flatten)]
        source: Source,
        /// The people looked for
        #[arg(long, value_name = "CSV")]
        list: PathBuf,
        /// Who they were: query_id, known (0 or 1), record_ids with a vertical bar between them
        #[arg(long, value_name = "CSV")]
        truth: Option<PathBuf>,
        /// Where to write the parameters (`-` for standard output)
        #[arg(long, value_name = "TOML")]
        out: PathBuf,
    },
    /// Measures the answers to a list whose truth is known
    #[command(
        after_help = "Example:  throughline match evaluate --index people.csv --list custody.csv --truth truth.csv"
    )]
    Evaluate {
        #[command(flatten)]
        source: Source,
        /// The people looked for
        #[arg(long, value_name = "CSV")]
        list: PathBuf,
        /// Who they are: query_id, known (0 or 1), record_ids with a vertical bar between them
        #[arg(long, value_name = "CSV")]
        truth: PathBuf,
        /// How to say it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Finds records of an index that may be of one person
    #[command(after_help = "Example:  throughline match duplicates --index people.csv --out pairs.csv")]
    Duplicates {
        #[command(flatten)]
        source: Source,
        /// Where to write the pairs (`-` for standard output)
        #[arg(long, value_name = "CSV", default_value = "-")]
        out: PathBuf,
    },
    /// Learns from what was decided in the running service, and takes it up where it is no worse
    ///
    /// What is learnt is compared with what is weighed with now, on a fifth of the decisions that it was not
    /// learnt from. It is kept as a version either way.
    #[command(after_help = "Example:  throughline match learn --config /etc/throughline/config.toml")]
    Learn {
        #[command(flatten)]
        installation: Installation,
    },
    /// Lists the parameters that were learnt, and who took which up
    #[command(after_help = "Example:  throughline match parameters --toml learnt-2 > learnt-2.toml")]
    Parameters {
        #[command(flatten)]
        installation: Installation,
        /// Writes this version as a file that people can read, and `--params` takes
        #[arg(long, value_name = "VERSION")]
        toml: Option<String>,
    },
    /// Has every server weigh with a version, or go back to one
    #[command(
        after_help = "Example:  throughline match take-up learnt-1 --by \"Jo Reed\" --reason \"learnt-2 calls too many strangers known\""
    )]
    TakeUp {
        /// Which; `shipped` is the one that is part of the program
        version: String,
        #[command(flatten)]
        installation: Installation,
        /// Who decides
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Matches a list against an index, learns, measures, or looks for duplicates; or has the service learn.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    match (&args.command, &args.find) {
        (Some(Command::Learn { installation }), _) => parameters::learn(installation).await,
        (Some(Command::Parameters { installation, toml }), _) => parameters::show(installation, toml.as_deref()).await,
        (Some(Command::TakeUp { version, installation, by, reason }), _) => {
            parameters::take_up(installation, version, by, reason).await
        }
        (Some(Command::Train { source, list, truth, out }), _) => learn(source, list, truth.as_deref(), out),
        (Some(Command::Evaluate { source, list, truth, format }), _) => measure(source, list, truth, *format),
        (Some(Command::Duplicates { source, out }), _) => duplicates(source, out),
        (None, Some(find)) => search(find),
        (None, None) => Err(wrong_use("say --index, --list and --out; see throughline match --help")),
    }
}

/// The people of a file, each with the id it has there.
struct People {
    ids: Vec<String>,
    descriptions: Vec<Description>,
}

fn people(file: &Path, columns: &[Mapping]) -> anyhow::Result<People> {
    let csv = read_mapped(file, columns)?;
    if !csv.unused.is_empty() {
        eprintln!("{}: not used: {}", file.display(), csv.unused.join(", "));
    }
    let today = london_date(chrono::Utc::now());
    tell_complaints(file, &csv, today);
    if csv.rows.is_empty() {
        eprintln!("{}: there is nobody in it", file.display());
    }
    Ok(People {
        ids: csv.rows.iter().map(PersonRow::id).collect(),
        descriptions: csv.rows.iter().map(|row| row.description(today)).collect(),
    })
}

fn tell_complaints(file: &Path, csv: &PeopleCsv, today: chrono::NaiveDate) {
    let unread = csv.unread.iter().map(|(row, reason)| (*row, format!("not read: {reason}")));
    let partly = csv.rows.iter().filter_map(|row| row.complaint(today).map(|reason| (row.row, reason)));
    let mut complaints: Vec<(usize, String)> = unread.chain(partly).collect();
    complaints.sort();
    for (row, reason) in complaints.iter().take(MOST_TOLD) {
        eprintln!("{}: row {row}: {reason}", file.display());
    }
    if !complaints.is_empty() {
        eprintln!(
            "{}: {} could not be read in full, {} not at all.",
            file.display(),
            counted(complaints.len(), "row", "rows"),
            csv.unread.len()
        );
    }
}

impl Source {
    fn parameters(&self) -> anyhow::Result<Parameters> {
        let Some(file) = &self.params else { return Ok(Parameters::default()) };
        Parameters::parse(&read_text(file)?).map_err(|error| wrong_use(format!("{}: {error}", file.display())))
    }

    /// The index, by the places of its rows, and the rows themselves.
    fn index(&self) -> anyhow::Result<(Index<u32>, People)> {
        let parameters = self.parameters()?;
        let known = people(&self.index, &self.columns)?;
        let index = Index::build(parameters, (0..).zip(known.descriptions.iter().cloned()));
        Ok((index, known))
    }
}

/// The answers to a list, with a progress bar.
fn answers(index: &Index<u32>, list: &[Description], limits: Limits) -> Vec<Vec<Candidate<u32>>> {
    let mut progress = Progress::new("Looking for people", list.len());
    let mut found = Vec::with_capacity(list.len());
    for some in list.chunks(STEP) {
        found.extend(index.query_all(some, limits));
        progress.at(found.len());
    }
    found
}

fn writer(out: &Path) -> anyhow::Result<Box<dyn std::io::Write>> {
    if out.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdout()));
    }
    Ok(Box::new(std::fs::File::create(out).with_context(|| format!("{} cannot be written", out.display()))?))
}

/// Weight, probability, band and evidence, as every output has them.
fn cells(scored: &Scored) -> [String; 4] {
    [
        format!("{:.3}", scored.weight_bits),
        format!("{:.6}", scored.probability),
        scored.band.code().to_owned(),
        reason_line(scored),
    ]
}

fn search(find: &Find) -> anyhow::Result<()> {
    let source = Source { index: find.index.clone(), columns: find.columns.clone(), params: find.params.clone() };
    let (index, known) = source.index()?;
    let list = people(&find.list, &source.columns)?;
    let limits = Limits { most: usize::from(find.top), ..Limits::LIST };
    let found = answers(&index, &list.descriptions, limits);
    let mut out = csv::Writer::from_writer(writer(&find.out)?);
    out.write_record(["query_id", "record_id", "rank", "weight", "probability", "band", "evidence"])?;
    for (query, candidates) in list.ids.iter().zip(&found) {
        for (rank, candidate) in (1..).zip(candidates) {
            let record = &known.ids[candidate.id as usize];
            let rank = u32::to_string(&rank);
            let first = [query.clone(), record.clone(), rank];
            out.write_record(first.into_iter().chain(cells(&candidate.scored)))?;
        }
    }
    out.flush()?;
    eprintln!(
        "{} looked for, {} with somebody worth looking at, among {}.",
        counted(list.ids.len(), "person", "people"),
        found.iter().filter(|candidates| !candidates.is_empty()).count(),
        counted(known.ids.len(), "record", "records")
    );
    Ok(())
}

fn duplicates(source: &Source, out: &Path) -> anyhow::Result<()> {
    let (index, known) = source.index()?;
    let limits = Limits { most: 20, least: DUPLICATE_FROM };
    let found = answers(&index, &known.descriptions, limits);
    let mut pairs: HashMap<(u32, u32), Scored> = HashMap::new();
    for (place, candidates) in (0..).zip(found) {
        for candidate in candidates.into_iter().filter(|candidate| candidate.id != place) {
            let pair = (place.min(candidate.id), place.max(candidate.id));
            let is_better = |known: &Scored| candidate.scored.probability > known.probability;
            if pairs.get(&pair).is_none_or(is_better) {
                pairs.insert(pair, candidate.scored);
            }
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(pair, _)| *pair);
    let mut out = csv::Writer::from_writer(writer(out)?);
    out.write_record(["record_id", "other_record_id", "weight", "probability", "band", "evidence"])?;
    for ((one, other), scored) in &pairs {
        let ids = [*one, *other].map(|place| known.ids[place as usize].clone());
        out.write_record(ids.into_iter().chain(cells(scored)))?;
    }
    out.flush()?;
    eprintln!(
        "{} that may be of one person, among {}.",
        counted(pairs.len(), "pair", "pairs"),
        counted(known.ids.len(), "record", "records")
    );
    Ok(())
}

/// What the truth says of each line of a list; a line it does not name is open.
fn truth(file: &Path, list: &People, known: &People) -> anyhow::Result<Vec<Answer<u32>>> {
    let mut places: HashMap<&str, Vec<u32>> = HashMap::new();
    for (place, id) in (0..).zip(&known.ids) {
        places.entry(id).or_default().push(place);
    }
    let bytes = read(file)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
    let wrong = |problem: String| wrong_use(format!("{}: {problem}", file.display()));
    let headings = reader.headers().map_err(|error| wrong(error.to_string()))?.clone();
    let column = |name: &str| {
        headings.iter().position(|heading| heading == name).ok_or_else(|| wrong(format!("there is no column {name}")))
    };
    let (query, is_known, records) = (column("query_id")?, column("known")?, column("record_ids")?);
    let mut said: HashMap<String, Answer<u32>> = HashMap::new();
    for (number, row) in reader.records().enumerate() {
        let told = |problem: String| wrong(format!("row {}: {problem}", number + 2));
        let row = row.map_err(|error| told(error.to_string()))?;
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let answer = match cell(is_known) {
            "0" => Answer::Unknown,
            "1" => {
                let ids = cell(records).split('|').map(str::trim).filter(|id| !id.is_empty());
                let found = ids.map(|id| places.get(id).ok_or_else(|| told(format!("there is no record {id}"))));
                Answer::Known(found.collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().copied().collect())
            }
            other => return Err(told(format!("known is 0 or 1, not '{other}'"))),
        };
        said.insert(cell(query).to_owned(), answer);
    }
    Ok(list.ids.iter().map(|id| said.get(id).cloned().unwrap_or(Answer::Open)).collect())
}

fn learn(source: &Source, list: &Path, truth_file: Option<&Path>, out: &Path) -> anyhow::Result<()> {
    let (index, known) = source.index()?;
    let list = people(list, &source.columns)?;
    let answers = truth_file.map_or_else(|| Ok(Vec::new()), |file| truth(file, &list, &known))?;
    let learnt = train(&index, &list.descriptions, &answers, "trained");
    writer(out)?.write_all(learnt.parameters.to_toml().as_bytes())?;
    eprintln!(
        "Learnt from {} of {}, with {}.",
        counted(learnt.pairs, "pair", "pairs"),
        counted(list.ids.len(), "person", "people"),
        counted(learnt.decisions, "decision", "decisions")
    );
    Ok(())
}

fn measure(source: &Source, list: &Path, truth_file: &Path, format: Format) -> anyhow::Result<()> {
    let (index, known) = source.index()?;
    let list = people(list, &source.columns)?;
    let truth = truth(truth_file, &list, &known)?;
    let found = answers(&index, &list.descriptions, Limits::best(5));
    let told = truth.iter().zip(&found).filter(|(answer, _)| **answer != Answer::Open);
    let outcomes: Vec<Outcome> = told.map(|(answer, found)| outcome(answer, found)).collect();
    let evaluation = evaluate(&outcomes);
    match format {
        Format::Json => say_json(&evaluation),
        Format::Text => say(in_text(&evaluation)),
    }
}

fn outcome(answer: &Answer<u32>, found: &[Candidate<u32>]) -> Outcome {
    let is_right = |one: &Candidate<u32>| matches!(answer, Answer::Known(ids) if ids.contains(&one.id));
    let best = found.first();
    Outcome {
        is_known: matches!(answer, Answer::Known(_)),
        bits: best.map(|best| best.scored.prior_bits + best.scored.weight_bits),
        probability: best.map_or(0.0, |best| best.scored.probability),
        is_right: best.is_some_and(is_right),
        is_in_first_five: found.iter().any(is_right),
    }
}

fn in_text(evaluation: &Evaluation) -> String {
    use std::fmt::Write as _;
    let Evaluation { lines, known, recall_at_1, recall_at_5, best, at_0_9, .. } = evaluation;
    let mut text = format!(
        "{}, {known} of them known.\n\
         The right record comes first for {recall_at_1:.4} of the known, among the first five for {recall_at_5:.4}.\n\
         Where F1 is best: precision {:.4}, recall {:.4}, F1 {:.4}.\n\
         From a probability of 0.9: precision {:.4}, recall {:.4}, F1 {:.4}; {}, {}.\n\
         Recall at a precision of 0.99: {:.4}.\n\
         What is said is off what comes true by {:.4} on average:\n\
         from  answers  said   true\n",
        counted(*lines, "line", "lines"),
        best.precision,
        best.recall,
        best.f1,
        at_0_9.precision,
        at_0_9.recall,
        at_0_9.f1,
        counted(at_0_9.false_alarms, "stranger called known", "strangers called known"),
        counted(at_0_9.wrong_people, "wrong person", "wrong people"),
        evaluation.recall_at_precision_99,
        // Of no lines it is a negative zero.
        evaluation.calibration_error.abs(),
    );
    for tenth in &evaluation.tenths {
        let _ = writeln!(text, "{:.1}   {:>7}  {:.3}  {:.3}", tenth.from, tenth.answers, tenth.said, tenth.came_true);
    }
    text
}
