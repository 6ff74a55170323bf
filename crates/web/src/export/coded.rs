//! Coded answers as a table: one chosen option a row.

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

/// The table, with a heading; no cell is taken for a formula.
pub(super) fn table(record: &RecordFile) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for form in record.signed_forms.iter().flatten() {
        for row in rows(form) {
            writer.write_record(row.iter().map(|text| cell(text)))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
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
