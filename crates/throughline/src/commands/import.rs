//! Taking over what another system knows.

use crate::config::Installation;
use crate::patient_index::PatientIndex;
use crate::patient_row::Line;
use crate::progress::Progress;
use crate::words::{counted, say, say_json, wrong_use};
use chrono::NaiveDate;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use throughline_domain::ids::ElsewhereId;
use throughline_domain::time::london_date;
use throughline_store::elsewhere::{self, Record};
use throughline_store::{Store, elsewhere::Taken};
use uuid::Uuid;

/// Records saved together: colleagues wait for no more than these, and a power cut loses none that was counted.
const BATCH: usize = 200;

/// Known records looked at together.
const PAGE: i64 = 5_000;

/// The longest pause between batches.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Takes over what another system knows
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Takes over a hospital's patient index, so that people known there are found: CSV or FHIR NDJSON
    ///
    /// The file is the whole index of its source. Its content tells what it is: CSV with a first row
    /// of headings (record_id, nhs_number, pnc_id, cro, first, middle, last, alias_names, dob, sex,
    /// ethnicity, address, town, postcode, prev_postcodes, phone, gp), or a FHIR R4 Patient a line.
    /// Nobody becomes a person of ours by it: a list and a search show the record, and somebody decides.
    ///
    /// A row that cannot be taken is told with its number and reason, and the rest is taken. Of two
    /// rows with one number the later counts. The same file again changes nothing, so that a run that
    /// was cut short is simply run again. The service may go on running meanwhile.
    #[command(after_help = "Examples:
  throughline import people patients.csv --source PAS
  zcat Patient.ndjson.gz | throughline import people - --source Rio")]
    People {
        /// The file (`-` for standard input)
        file: PathBuf,
        /// The name of the system it comes from, as it is shown beside each record
        #[arg(long, value_name = "NAME", default_value = "Hospital")]
        source: String,
        /// Goes on although more than a fifth of the source's records are not in the file any more
        #[arg(long)]
        accept_gone: bool,
        /// How to write what was done
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        installation: Installation,
    },
}

/// How the outcome is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What became of the rows. Rows in are rows out: all but `gone` add up to `rows`.
#[derive(Debug, Default, serde::Serialize)]
struct Outcome {
    rows: usize,
    new: usize,
    changed: usize,
    unchanged: usize,
    /// A later row had the same number.
    repeated: usize,
    /// Merged into another record of the index.
    set_aside: usize,
    rejected: usize,
    /// Known before, and not in the file.
    gone: usize,
}

/// What a first look at the whole file tells: no more of a row than a hash of its number and its place.
struct Survey {
    hasher: RandomState,
    /// Where the row that counts stands, for each number that is in the file; 0 where none can be taken.
    rows: HashMap<u64, usize>,
    outcome: Outcome,
}

/// Does a command.
pub async fn run(command: &Command) -> anyhow::Result<()> {
    let Command::People { file, source, accept_gone, format, installation } = command;
    let source = source.trim();
    if source.is_empty() {
        return Err(wrong_use("give the system a name: --source PAS"));
    }
    let today = london_date(chrono::Utc::now());
    let mut index = PatientIndex::open(file)?;
    let unused = index.unused()?;
    if !unused.is_empty() {
        eprintln!("not used: {}", unused.join(", "));
    }
    let survey = survey(&mut index, today)?;
    let store = super::open(&installation.load()?).await?;
    let done = take_over(&store, source, &mut index, survey, today, *accept_gone).await;
    store.close().await;
    let outcome = done?;
    match format {
        Format::Text => say(in_words(source, &outcome))?,
        Format::Json => say_json(&outcome)?,
    }
    if outcome.rejected > 0 {
        anyhow::bail!(
            "{} not taken: the reasons are above. Put them right and run it again; what was taken is left as it is",
            counted(outcome.rejected, "row was", "rows were")
        );
    }
    Ok(())
}

fn in_words(source: &str, outcome: &Outcome) -> String {
    let Outcome { rows, new, changed, unchanged, repeated, set_aside, rejected, gone } = outcome;
    format!(
        "{source}: {}: {new} new, {changed} changed, {unchanged} unchanged, {repeated} repeated, {set_aside} set aside, {rejected} not taken. {gone} gone.",
        counted(*rows, "row", "rows")
    )
}

/// Looks at every row, and tells those that are not taken.
fn survey(index: &mut PatientIndex, today: NaiveDate) -> anyhow::Result<Survey> {
    let mut survey = Survey { hasher: RandomState::new(), rows: HashMap::new(), outcome: Outcome::default() };
    for row in index.rows(today)? {
        let (row, line) = row?;
        survey.outcome.rows += 1;
        match line {
            Ok(Line::Record(record)) => {
                let number = survey.hasher.hash_one(&record.number);
                let earlier = survey.rows.insert(number, row).filter(|earlier| *earlier > 0);
                if let Some(earlier) = earlier {
                    survey.outcome.repeated += 1;
                    eprintln!("row {earlier}: not used: row {row} has the same number, and the later counts");
                }
            }
            Ok(Line::SetAside(_, why)) => {
                survey.outcome.set_aside += 1;
                eprintln!("row {row}: set aside: {why}");
            }
            Err(rejected) => {
                survey.outcome.rejected += 1;
                eprintln!("row {row}: not taken: {}", rejected.reason);
                // What was known of it before stays.
                if let Some(number) = rejected.number {
                    survey.rows.entry(survey.hasher.hash_one(&number)).or_insert(0);
                }
            }
        }
    }
    if survey.rows.values().all(|row| *row == 0) {
        anyhow::bail!("of {} none can be taken. Nothing was changed", counted(survey.outcome.rows, "row", "rows"));
    }
    Ok(survey)
}

impl Survey {
    fn has(&self, number: &str) -> bool {
        self.rows.contains_key(&self.hasher.hash_one(number))
    }

    fn counts(&self, row: usize, record: &Record) -> bool {
        self.rows.get(&self.hasher.hash_one(&record.number)) == Some(&row)
    }
}

async fn take_over(
    store: &Store,
    source: &str,
    index: &mut PatientIndex,
    mut survey: Survey,
    today: NaiveDate,
    accept_gone: bool,
) -> anyhow::Result<Outcome> {
    let gone = gone(store, source, &survey, accept_gone).await?;
    let mut progress = Progress::new("Taking over records", survey.outcome.rows);
    let mut outcome = std::mem::take(&mut survey.outcome);
    let mut rows = index.rows(today)?;
    let (mut seen, mut is_over) = (0, false);
    while !is_over {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            let Some(row) = rows.next() else {
                is_over = true;
                break;
            };
            seen += 1;
            match row? {
                (row, Ok(Line::Record(record))) if survey.counts(row, &record) => batch.push(*record),
                _ => {}
            }
        }
        let taken = save(store, source, &batch).await?;
        outcome.new += taken.new;
        outcome.changed += taken.changed;
        outcome.unchanged += taken.unchanged;
        progress.at(seen);
    }
    for some in gone.chunks(BATCH) {
        let started = Instant::now();
        let mut tx = super::begin(store).await?;
        elsewhere::mark_gone(&mut tx, source, some).await?;
        tx.commit().await?;
        pause(started).await;
    }
    outcome.gone = gone.len();
    Ok(outcome)
}

async fn save(store: &Store, source: &str, batch: &[Record]) -> anyhow::Result<Taken> {
    if batch.is_empty() {
        return Ok(Taken::default());
    }
    let started = Instant::now();
    let mut tx = super::begin(store).await?;
    let taken = elsewhere::take_in(&mut tx, source, batch).await?;
    tx.commit().await?;
    pause(started).await;
    Ok(taken)
}

/// Leaves the database to colleagues for as long as a batch kept it from them.
async fn pause(started: Instant) {
    tokio::time::sleep(started.elapsed().min(LONGEST_PAUSE)).await;
}

/// Records of the source that are not in the file.
async fn gone(store: &Store, source: &str, survey: &Survey, accept_gone: bool) -> anyhow::Result<Vec<ElsewhereId>> {
    let (mut gone, mut known) = (Vec::new(), 0);
    let mut after = ElsewhereId::new(Uuid::nil());
    loop {
        let page = elsewhere::numbers_after(&mut *store.read().await?, source, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        known += page.len();
        gone.extend(page.iter().filter(|(_, number)| !survey.has(number)).map(|(id, _)| *id));
    }
    if gone.len() * 5 > known && !accept_gone {
        anyhow::bail!(
            "{} of the {known} records known from {source} are not in this file: more than a fifth. Nothing was changed. Is it the whole index of {source}? If they are meant to go, run it again with --accept-gone",
            gone.len()
        );
    }
    Ok(gone)
}
