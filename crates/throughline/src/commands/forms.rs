//! Form definitions, scores and licences.

use crate::words::{counted, read_text, say, say_json, wrong_use};
use std::path::{Path, PathBuf};
use throughline_domain::spreadsheet::cell;
use throughline_forms::{Form, LicenceEntry, catalogue};

/// Checks forms, scores instruments, tells their licences
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Proves a form definition; without a file, all that are part of the program
    #[command(after_help = "Example:  throughline forms check forms/screening.toml")]
    Check {
        /// The definition
        file: Option<PathBuf>,
    },
    /// Lists which question feeds which dataset item, as CSV
    #[command(after_help = "Example:  throughline forms dataset > dataset.csv")]
    Dataset,
    /// Scores the answers to an instrument
    ///
    /// Prints JSON: total, band (or the result of the instrument's rule), alerts, notices and what comes next. When
    /// the answers cannot be scored because some are missing or contradict each other, total and band are null, the notices say why, and the
    /// alerts are there all the same; that is no error, and ends with 0.
    ///
    /// What cannot be an answer (an unknown item or code, a number out of range, too many answers, a question that is
    /// answered twice) is wrong use and ends with 2: the same JSON is printed, with total null and the alerts of the other answers. So does text that
    /// is not JSON, and an instrument that there is not, with nothing printed.
    #[command(after_help = SCORE_HELP)]
    Score {
        /// The instrument's id (`throughline forms licences` lists them): phq9, audit_c, core10
        instrument: String,
        /// The answers as JSON: an array in the order asked, or an object by item (`-` for standard input)
        #[arg(long, value_name = "FILE")]
        answers: PathBuf,
    },
    /// Tells on what terms each instrument is used, and whether its items are shown
    #[command(after_help = "Example:  throughline forms licences --format json")]
    Licences {
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
}

const SCORE_HELP: &str = "\
Answers:   by id ({\"mood\": 2}), by place from 1 ({\"2\": 2}) or in order ([0, 2, null]); each a code or its score,
           yes and no also as true and false; null, or leaving it out, is unanswered.
           An instrument whose items are not shown takes its total: {\"total\": 17, \"answered\": 10, \"risk\": \"no\"}

Example:  echo '[1, 0, 2, 1, 0, 0, 1, 0, 0]' | throughline forms score phq9 --answers -";

/// How the licences are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For programs
    Json,
    /// For eyes
    Table,
}

/// Does a command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Check { file: Some(file) } => check(file),
        Command::Check { file: None } => catalogue().all().iter().try_for_each(|form| say(line(form))),
        Command::Dataset => say(dataset()?),
        Command::Score { instrument, answers } => score(instrument, answers),
        Command::Licences { format: Format::Json } => say_json(&catalogue().licences()),
        Command::Licences { format: Format::Table } => {
            catalogue().licences().iter().try_for_each(|entry| say(paragraph(entry)))
        }
    }
}

fn check(file: &Path) -> anyhow::Result<()> {
    let read = throughline_forms::check_definition(&file.display().to_string(), &read_text(file)?);
    let form = read.map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}:\n{}", counted(errors.len(), "fault", "faults"), lines.join("\n"))
    })?;
    say(line(&form))
}

fn score(instrument: &str, answers: &Path) -> anyhow::Result<()> {
    let form = catalogue().instrument(instrument).ok_or_else(|| {
        let known: Vec<&str> = catalogue().instruments().map(|form| form.id.as_str()).collect();
        wrong_use(format!("'{instrument}' is not an instrument. The instruments are {}", known.join(", ")))
    })?;
    let sheet = throughline_forms::score_sheet_json(form, &read_text(answers)?)
        .map_err(|error| wrong_use(error.to_string()))?;
    say_json(&sheet)?;
    match sheet.wrong {
        Some(wrong) => Err(wrong_use(wrong.to_string())),
        None => Ok(()),
    }
}

/// One line for each question that feeds a dataset item, in the order of the items.
fn dataset() -> anyhow::Result<String> {
    let all = catalogue().all().iter();
    let mut lines: Vec<[String; 5]> = all
        .flat_map(|form| form.questions().map(move |question| (form, question)))
        .filter_map(|(form, question)| {
            let item = question.feeds.dataset.clone()?;
            Some([item, form.id.clone(), form.version.to_string(), question.id.clone(), question.label.clone()])
        })
        .collect();
    lines.sort();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["dataset_item", "form", "form_version", "question", "question_words"])?;
    for line in &lines {
        table.write_record(line.iter().map(|text| cell(text)))?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}

fn line(form: &Form) -> String {
    format!(
        "{} version {}: good ({})",
        form.id,
        form.version,
        counted(form.questions().count(), "question", "questions")
    )
}

fn paragraph(entry: &LicenceEntry<'_>) -> String {
    let shown = if entry.items_shown { "items shown" } else { "items not shown: the total is entered" };
    let LicenceEntry { instrument, tool, holder, terms, evidence, .. } = entry;
    let verify = entry.to_verify.map(|what| format!("  To verify  {what}\n")).unwrap_or_default();
    format!(
        "{tool} ({instrument}): {shown}\n  Holder     {holder}\n  Terms      {terms}\n  Evidence   {evidence}\n{verify}"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_question_that_feeds_a_dataset_item_is_listed() {
        let table = super::dataset().unwrap();
        assert!(table.starts_with("dataset_item,form,form_version,question,question_words\n"), "{table}");
        assert!(table.contains("\nConsMechanismMH,screening,"), "{table}");
        let all = throughline_forms::catalogue().all().iter().flat_map(throughline_forms::Form::questions);
        let feeding = all.filter(|question| question.feeds.dataset.is_some()).count();
        assert_eq!(csv::Reader::from_reader(table.as_bytes()).records().count(), feeding);
    }
}
