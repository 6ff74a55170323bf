//! CONTRIBUTING says that an instrument is one file. Here it is followed to the letter, with invented
//! questions in the shape of a screen of ten, one of them reversed.
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use throughline_forms::{Answers, Form, Purpose, check_definition, score_answers_json};

/// The whole file, `forms/tea10.toml`. The questions are invented; nobody is screened for tea.
fn definition() -> String {
    let questions: Vec<String> = (1..=10)
        .map(|number| {
            let list = if number == 3 { "reversed" } else { "yes_no" };
            format!("[[section.question]]\nid = \"tea_{number}\"\nlabel = \"Invented question {number} about tea?\"\nkind = \"single\"\noption_list = \"{list}\"\n")
        })
        .collect();
    let questions = questions.join("\n");
    format!(
        r#"id = "tea10"
version = 1
title = "TEA-10: tea in the last year"
kind = "instrument"
sign = true
intro = """
Ten invented questions.
"""

[licence]
holder = "Nobody."
terms = "Invented for a test."
source = "This test"
items_shown = true

[scoring]
missing = "refuse"
document = ["health_letter"]
source = "Invented"
bands = [
  {{ from = 0, to = 0, label = "None" }},
  {{ from = 1, to = 2, label = "Low" }},
  {{ from = 3, to = 5, label = "Moderate" }},
  {{ from = 6, to = 8, label = "Substantial", next = "Offer coffee" }},
  {{ from = 9, to = 10, label = "Severe" }},
]

[lists]
yes_no = [
  {{ code = "yes", label = "Yes", score = 1 }},
  {{ code = "no", label = "No", score = 0 }},
]
reversed = [
  {{ code = "yes", label = "Yes", score = 0 }},
  {{ code = "no", label = "No", score = 1 }},
]

[[section]]
id = "items"
title = "In the last year"
class = "clinical"

{questions}"#
    )
}

/// The folder of forms as it is, in a place of its own.
fn copy_of_forms(place: &Path) -> PathBuf {
    let copy = place.join("forms");
    fs::create_dir(&copy).expect("a folder can be made");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
    for entry in fs::read_dir(shipped).expect("forms/ can be read") {
        let from = entry.expect("forms/ can be listed").path();
        fs::copy(&from, copy.join(from.file_name().expect("a file has a name"))).expect("a form can be copied");
    }
    copy
}

/// What is in a folder: the name and text of each file.
fn content(folder: &Path) -> BTreeSet<(String, String)> {
    fs::read_dir(folder)
        .expect("it can be read")
        .map(|entry| {
            let entry = entry.expect("it can be listed");
            (entry.file_name().into_string().expect("a plain name"), fs::read_to_string(entry.path()).expect("text"))
        })
        .collect()
}

fn added() -> Form {
    let place = tempfile::tempdir().expect("a folder can be made");
    let forms = copy_of_forms(place.path());
    let before = content(&forms);
    fs::write(forms.join("tea10.toml"), definition()).expect("it can be written");
    let after = content(&forms);
    let touched: Vec<&String> = after.symmetric_difference(&before).map(|(name, _)| name).collect();
    assert_eq!(touched, ["tea10.toml"], "exactly one file was touched");
    let all: Vec<Form> = after
        .iter()
        .map(|(name, text)| check_definition(name, text).unwrap_or_else(|errors| panic!("{}", errors[0])))
        .collect();
    all.into_iter().find(|form| form.id == "tea10").expect("the new one is among them")
}

#[test]
fn one_file_is_an_instrument_with_a_page_a_score_and_a_snapshot() {
    let form = added();
    let answers = "[1, 1, \"yes\", 0, 0, 0, 0, 0, 0, 0]";
    for (given, total, band) in [
        ("[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", 0, "None"),
        (answers, 2, "Low"),
        ("[1, 1, \"no\", 0, 0, 0, 0, 0, 0, 0]", 3, "Moderate"),
        ("[1, 1, 1, 1, 1, 1, 1, 1, 0, 0]", 8, "Substantial"),
        ("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", 10, "Severe"),
    ] {
        let score = score_answers_json(&form, given).expect("it can be scored");
        assert_eq!((score.total, score.band.as_str(), score.out_of), (total, band, 10), "{given}");
    }
    let view = form.view(&Answers::default(), &[]);
    assert_eq!(view["sections"][0]["questions"].as_array().map(Vec::len), Some(10));
    assert_eq!(view["licence"]["holder"], "Nobody.");
    let mut ticked = Answers::default();
    for (place, item) in form.items().enumerate() {
        ticked.set(&item.id, [if place < 7 { "yes" } else { "no" }]);
    }
    let now = throughline_domain::time::from_london("2026-03-26T12:00:00".parse().unwrap());
    assert!(form.check(&ticked, Purpose::Sign, now).is_empty());
    assert_eq!(form.summary(&ticked)[0].rows.len(), 10);
    let score = form.snapshot(&ticked).for_document("health_letter").score.expect("the letter may carry it").score;
    assert_eq!(
        (score.total, score.band.as_str(), score.statement.as_str()),
        (6, "Substantial", "Screen, not a diagnosis")
    );
}

#[test]
fn what_is_wrong_with_the_file_is_told_with_its_line() {
    let gap = definition().replace("from = 3, to = 5", "from = 4, to = 5");
    let errors = check_definition("forms/tea10.toml", &gap).expect_err("the bands have a gap");
    assert_eq!(
        errors[0].to_string(),
        "forms/tea10.toml, line 23: the band 'Moderate' is 4 to 5, but the next total to name is 3"
    );
}
