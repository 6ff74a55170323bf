//! Coded answers as a table: one chosen option a row, and at its end what is left out, so that an answer that is not
//! there does not look like one that nobody gave.

use super::file::RecordFile;
use throughline_domain::spreadsheet::cell;
use throughline_domain::time::date_time_long;
use throughline_store::export::SignedForm;

const HEADINGS: [&str; 14] = [
    "record_id",
    "form",
    "form_version",
    "state",
    "signed_at",
    "signed_by",
    "question",
    "question_words",
    "code",
    "words",
    "status",
    "known_before",
    "national_code",
    "dataset_item",
];

/// Where `question` stands among the headings.
const QUESTION: usize = 6;

/// Where `words` stands among the headings.
const WORDS: usize = 9;

/// The table, with a heading; no cell is taken for a formula.
pub(super) fn table(record: &RecordFile) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for form in record.signed_forms.iter().flatten() {
        for row in rows(form) {
            writer.write_record(row.iter().map(|text| cell(text)))?;
        }
    }
    for words in &record.left_out {
        writer.write_record(left_out(words).iter().map(|text| cell(text)))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A row that says what is not in the table.
fn left_out(words: &str) -> [String; 14] {
    std::array::from_fn(|column| match column {
        QUESTION => "left_out".to_owned(),
        WORDS => words.to_owned(),
        _ => String::new(),
    })
}

fn rows(form: &SignedForm) -> Vec<[String; 14]> {
    let Some(answers) = &form.answers else { return Vec::new() };
    let all = answers.sections.iter().flat_map(|section| &section.answers);
    let row = |answer: &throughline_forms::SnapshotAnswer, code: &throughline_forms::SnapshotCode| {
        let national = code.national.as_ref().map(|national| format!("{} {}", national.list, national.code));
        [
            form.id.to_string(),
            answers.form.clone(),
            answers.version.to_string(),
            form.state.code().to_owned(),
            date_time_long(form.signed_at),
            form.signed_by.clone(),
            answer.question.clone(),
            answer.label.clone(),
            code.code.clone(),
            code.label.clone(),
            code.status.clone().unwrap_or_default(),
            code.known.clone().unwrap_or_default(),
            national.unwrap_or_default(),
            answer.dataset.clone().unwrap_or_default(),
        ]
    };
    all.flat_map(|answer| answer.codes.iter().map(move |code| row(answer, code))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said_in_its_own_columns() {
        let row = left_out("Signed forms: not for the maker's role");
        let said: Vec<(&str, &str)> =
            HEADINGS.into_iter().zip(row.iter().map(String::as_str)).filter(|(_, text)| !text.is_empty()).collect();
        assert_eq!(said, [("question", "left_out"), ("words", "Signed forms: not for the maker's role")]);
    }
}
