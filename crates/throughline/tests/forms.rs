//! Instruments from the command line: what an automated check may rely on.

use serde_json::Value;
use std::process::Command;

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    fn notices(&self) -> Vec<String> {
        serde_json::from_value(self.json()["notices"].clone()).expect("notices are texts")
    }
}

fn forms(arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_throughline")).arg("forms").args(arguments).output();
    let output = output.expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn score(instrument: &str, answers: &str) -> Said {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("answers.json");
    std::fs::write(&file, answers).expect("it can be written");
    forms(&["score", instrument, "--answers", file.to_str().expect("a path")])
}

#[test]
fn a_score_is_json_with_total_band_alerts_and_notices() {
    let said = score("phq9", "[1, 1, 1, 1, 1, 1, 1, 1, 1]");
    assert_eq!(said.code, Some(0), "{}", said.err);
    let sheet = said.json();
    assert_eq!((&sheet["total"], &sheet["band"], &sheet["out_of"]), (&9.into(), &"Mild".into(), &27.into()));
    assert_eq!(sheet["alerts"][0]["kind"], "self_harm");
    assert_eq!(said.notices(), ["Screen, not a diagnosis"]);
}

#[test]
fn what_is_made_up_by_proportion_says_by_which_rule() {
    let said = score("phq9", "[1, 1, 1, 1, 1, 1, 1, null, 0]");
    assert_eq!((said.code, said.json()["total"].clone()), (Some(0), 8.into()));
    assert!(said.notices()[1].starts_with("1 of 9 items is not answered: the total is the mean"));
    assert_eq!(said.notices()[2], "Not answered: movement");
}

#[test]
fn without_a_score_the_alerts_and_the_reason_are_there_and_it_is_no_error() {
    let said = score("phq9", r#"{"self_harm_thoughts": 2}"#);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let sheet = said.json();
    assert_eq!((&sheet["total"], &sheet["band"]), (&Value::Null, &Value::Null));
    assert_eq!(sheet["alerts"][0]["kind"], "self_harm");
    assert_eq!(sheet["missing"].as_array().map(Vec::len), Some(8));
    assert_eq!(said.notices()[0], "Screen, not a diagnosis");
    assert!(said.notices()[1].starts_with("Not scored: 8 of 9 items are not answered"));
}

#[test]
fn what_cannot_be_an_answer_is_wrong_use_and_hides_no_alert() {
    for answers in [
        r#"{"interest": 4, "self_harm_thoughts": 1}"#,
        r#"{"interest": "often", "self_harm_thoughts": 1}"#,
        r#"{"joy": 1, "self_harm_thoughts": 1}"#,
        "[0, 0, 0, 0, 0, 0, 0, 0, 1, 0]",
    ] {
        let said = score("phq9", answers);
        assert_eq!(said.code, Some(2), "{answers}");
        assert!(!said.err.is_empty());
        let sheet = said.json();
        assert_eq!((&sheet["total"], &sheet["alerts"][0]["kind"]), (&Value::Null, &"self_harm".into()), "{answers}");
        assert!(said.notices().iter().any(|notice| notice.starts_with("Not scored: ")), "{answers}");
    }
    let twice = score("phq9", r#"{"self_harm_thoughts": 2, "9": 0}"#);
    assert_eq!((twice.code, &twice.json()["alerts"][0]["kind"]), (Some(2), &"self_harm".into()));
    assert!(twice.notices()[1].contains("'self_harm_thoughts' is answered twice"));
    assert_eq!(score("core10", r#"{"total": 99}"#).code, Some(2), "before what is missing");
    let total = score("core10", r#"{"total": 41, "answered": 10, "risk": true}"#);
    assert_eq!((total.code, &total.json()["alerts"][0]["kind"]), (Some(2), &"self_harm".into()));
    assert!(total.notices()[1].contains("out of range for 'total': enter a whole number from 0 to 40"));
}

#[test]
fn answers_that_contradict_each_other_have_no_total_and_are_no_error() {
    for (instrument, answers) in
        [("audit", "[4,0,0,4,4,4,4,4,4,4]"), ("audit", "[0,4,4,4,4,4,4,4,0,0]"), ("pc_ptsd5", "[0,1,1,1,1,1]")]
    {
        let said = score(instrument, answers);
        assert_eq!((said.code, &said.json()["total"], &said.json()["band"]), (Some(0), &Value::Null, &Value::Null));
        assert!(said.notices()[1].starts_with("Not scored: answers contradict each other"), "{answers}");
    }
    let item = score("core10", r#"{"total": 12, "answered": 10, "risk": 3}"#);
    assert_eq!((item.code, &item.json()["alerts"][0]["kind"]), (Some(0), &"self_harm".into()));
}

#[test]
fn wrong_use_that_is_no_answer_prints_nothing() {
    for (instrument, answers) in [("phq9", "seven"), ("phq9", "7"), ("risk", "[]"), ("phq10", "[]")] {
        let said = score(instrument, answers);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{instrument} {answers}");
    }
    let said = score("phq10", "[]").err;
    assert!(
        said.contains("The instruments are ") && ["aq10", "audit", "core10"].iter().all(|id| said.contains(id)),
        "{said}"
    );
}

#[test]
fn an_instrument_is_found_as_people_spell_it_and_its_items_by_place() {
    let sheet = score("AUDIT-C", r#"{"1": 4, "2": 1, "3": "never"}"#).json();
    assert_eq!((&sheet["instrument"], &sheet["total"]), (&"audit_c".into(), &5.into()));
    assert_eq!(sheet["next"]["form"], "audit");
    assert_eq!(score("PC-PTSD-5", r#"{"exposure": false}"#).json()["total"], 0);
}

#[test]
fn every_instrument_is_checked_and_has_its_licence() {
    let checked = forms(&["check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.err);
    let said = forms(&["licences", "--format", "json"]);
    let licences = said.json();
    let licences = licences.as_array().expect("a list");
    let known = [
        "aq10", "asrs", "audit", "audit_c", "bjmhs", "cmhs_m", "cmhs_w", "core10", "gad7", "honos", "ldsq", "pc_ptsd5",
        "phq9",
    ];
    let named = |id: &str| licences.iter().any(|one| one["instrument"] == id);
    assert!(known.iter().all(|id| named(id)), "each that is shipped, and whatever a file adds");
    for one in licences {
        let id = one["instrument"].as_str().expect("an id");
        assert!(checked.out.contains(&format!("{id} version ")), "{id} is checked");
        for part in ["tool", "holder", "terms", "evidence"] {
            assert!(one[part].as_str().is_some_and(|text| !text.is_empty()), "{id} has {part}");
        }
    }
    let shown: Vec<&str> =
        licences.iter().filter(|one| one["items_shown"] == true).filter_map(|one| one["instrument"].as_str()).collect();
    let free = ["aq10", "audit", "audit_c", "bjmhs", "cmhs_m", "cmhs_w", "gad7", "pc_ptsd5", "phq9"];
    assert!(free.iter().all(|id| shown.contains(id)), "{shown:?}");
    assert!(["asrs", "core10", "honos", "ldsq"].iter().all(|id| !shown.contains(id)), "{shown:?}");
    let table = forms(&["licences"]).out;
    assert!(table.contains("CORE-10 (core10): items not shown: the total is entered\n  Holder     CORE System Trust."));
}
