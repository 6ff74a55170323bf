//! Form definitions and scores.

use crate::words::{counted, read_text, say, say_json, wrong_use};
use std::path::PathBuf;
use throughline_domain::spreadsheet::cell;

/// Checks forms and scores instruments
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
    #[command(after_help = "Example:  echo '[1, 0, 2, 1, 0, 0, 1, 0, 0]' | throughline forms score phq9 --answers -")]
    Score {
        /// The instrument's id: phq9, gad7
        instrument: String,
        /// The answers as JSON: an array in the order asked, or an object by item (`-` for standard input)
        #[arg(long, value_name = "FILE")]
        answers: PathBuf,
    },
}

/// Does a command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Check { file: Some(file) } => {
            let form = throughline_forms::check_definition(&file.display().to_string(), &read_text(file)?).map_err(
                |errors| {
                    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                    anyhow::anyhow!("{}:\n{}", counted(errors.len(), "fault", "faults"), lines.join("\n"))
                },
            )?;
            say(line(&form))
        }
        Command::Check { file: None } => {
            throughline_forms::catalogue().all().iter().try_for_each(|form| say(line(form)))
        }
        Command::Dataset => say(dataset()?),
        Command::Score { instrument, answers } => {
            let known = throughline_forms::catalogue().all().iter().filter(|form| form.scoring.is_some());
            let known: Vec<&str> = known.map(|form| form.id.as_str()).collect();
            let form = throughline_forms::catalogue().get(instrument).filter(|form| form.scoring.is_some());
            let form = form.ok_or_else(|| {
                wrong_use(format!("'{instrument}' is not an instrument. The instruments are {}", known.join(", ")))
            })?;
            let score = throughline_forms::score_answers_json(form, &read_text(answers)?)
                .map_err(|error| wrong_use(error.to_string()))?;
            say_json(&score)
        }
    }
}

/// One line for each question that feeds a dataset item, in the order of the items.
fn dataset() -> anyhow::Result<String> {
    let all = throughline_forms::catalogue().all().iter();
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

fn line(form: &throughline_forms::Form) -> String {
    format!(
        "{} version {}: good ({})",
        form.id,
        form.version,
        counted(form.questions().count(), "question", "questions")
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
