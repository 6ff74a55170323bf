//! What a list says.

mod check;

use crate::words::{read, say, say_json, wrong_use};
use std::path::{Path, PathBuf};
use throughline_domain::time::{clock_time, london_date};
use throughline_lists::{ListKind, Reading};

/// Reads custody and court lists
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Says what a list says: its entries, and every row that is none, with its reason
    #[command(after_help = "Example:  throughline lists read custody.csv --format table")]
    Read {
        /// The file (`-` for standard input)
        file: PathBuf,
        /// Refuses a list of another kind
        #[arg(long = "as", value_name = "KIND", value_parser = ["custody", "court", "voluntary"])]
        kind: Option<String>,
        /// Sets aside what is before other courts than the one of this OU code (5 or 7 characters)
        #[arg(long, value_name = "CODE")]
        court: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Reads many lists and tells of each what it is and whether every row of it came out
    #[command(after_help = "Example:  throughline lists check /srv/lists")]
    Check {
        /// Files, and folders with everything in them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
}

/// How a reading is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Everything, for programs
    Json,
    /// One line a row of the list, for spreadsheets; those of one line of work have its number
    Csv,
    /// For eyes
    Table,
}

/// Does a command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Read { file, kind, court, format } => tell(file, kind.as_deref(), court.as_deref(), *format),
        Command::Check { paths } => check::run(paths),
    }
}

fn tell(file: &Path, kind: Option<&str>, court: Option<&str>, format: Format) -> anyhow::Result<()> {
    let today = london_date(chrono::Utc::now());
    let reading =
        throughline_lists::read(&read(file)?, today).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    let reading = match court {
        Some(code) => reading.of_court(code),
        None => reading,
    };
    if let Some(kind) = kind.and_then(ListKind::from_code).filter(|kind| *kind != reading.kind) {
        return Err(wrong_use(format!(
            "{} is a {}, not a {}",
            file.display(),
            reading.kind.label().to_lowercase(),
            kind.label().to_lowercase()
        )));
    }
    match format {
        Format::Json => say_json(&reading),
        Format::Table => say(throughline_lists::table(&reading)),
        Format::Csv => say(csv_of(&reading)?),
    }
}

fn csv_of(reading: &Reading) -> anyhow::Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "position",
        "first",
        "last",
        "dob",
        "sex",
        "pnc_id",
        "nhs_number",
        "custody_number",
        "urn",
        "site",
        "court_room",
        "sitting",
        "postcode",
        "offences",
        "in_custody",
        "youth",
        "notices",
        "line",
    ])?;
    let lines = reading.entries.iter().enumerate();
    let rows = lines.flat_map(|(line, entry)| throughline_lists::apart(entry).into_iter().map(move |row| (line, row)));
    for (line, entry) in rows {
        let offences: Vec<&str> = entry.offences.iter().map(|offence| offence.title.as_str()).collect();
        let notices: Vec<String> = entry.notices.iter().map(ToString::to_string).collect();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = [
            entry.position.to_string(),
            entry.name.forenames.clone(),
            entry.name.surname.clone(),
            entry.date_of_birth.map(|date| date.to_string()).unwrap_or_default(),
            entry.sex.map_or("", throughline_lists::Sex::code).to_owned(),
            text(&entry.pnc),
            entry.nhs_number.as_ref().map(|number| number.digits().to_owned()).unwrap_or_default(),
            text(&entry.custody_number),
            text(&entry.urn),
            text(&entry.site),
            text(&entry.court_room),
            entry.sitting_at.map(clock_time).unwrap_or_default(),
            text(&entry.postcode),
            offences.join("; "),
            entry.in_custody.to_string(),
            entry.youth.to_string(),
            notices.join("; "),
            (line + 1).to_string(),
        ];
        out.write_record(row.map(|cell| throughline_domain::spreadsheet::cell(&cell)))?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}
