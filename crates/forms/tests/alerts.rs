//! Alerts that the shipped forms raise: one list of kinds, each raised by some question.

use std::collections::BTreeSet;
use throughline_domain::risk::AlertKind;
use throughline_forms::{Answers, catalogue};

#[test]
fn every_kind_of_alert_is_raised_by_a_form() {
    let raised: BTreeSet<AlertKind> = catalogue()
        .all()
        .iter()
        .flat_map(throughline_forms::Form::questions)
        .filter_map(|question| Some(question.feeds.alert.as_ref()?.kind))
        .collect();
    // One that does not say of whom is no longer raised; what no kind fits is raised by people.
    let missing: Vec<&AlertKind> = AlertKind::ALL
        .iter()
        .filter(|kind| !raised.contains(kind) && !matches!(kind, AlertKind::Safeguarding | AlertKind::Other))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_dose_that_is_due_says_which_and_when() {
    let form = catalogue().get("screening").expect("it is shipped");
    let mut answers = Answers::default();
    assert!(form.alerts(&answers).is_empty());
    answers.set("medication", ["Insulin, last this morning"]);
    answers.set("medication_due", ["24/11/2026"]);
    answers.set("medication_due.time", ["18:30"]);
    let alerts = form.alerts(&answers);
    assert_eq!((alerts.len(), alerts[0].kind), (1, AlertKind::MedicationDue));
    assert_eq!(alerts[0].detail, "Insulin, last this morning");
    assert_eq!(alerts[0].due_at, Some("2026-11-24T18:30:00Z".parse().unwrap()));
}

#[test]
fn the_need_for_an_interpreter_is_an_alert_with_the_language() {
    let form = catalogue().get("screening").expect("it is shipped");
    let mut answers = Answers::default();
    answers.set("interpreter", ["yes"]);
    answers.set("language", ["Polish"]);
    let alerts = form.alerts(&answers);
    assert_eq!((alerts[0].kind, alerts[0].detail.as_str(), alerts[0].due_at), (AlertKind::Interpreter, "Polish", None));
}

#[test]
fn an_alert_never_says_which_allegation_makes_somebody_vulnerable() {
    let form = catalogue().get("risk").expect("it is shipped");
    let mut answers = Answers::default();
    answers.set("charge_related", ["identified"]);
    answers.set("charge_related_kind", ["indecent_images"]);
    answers.set("charge_related_detail", ["The days after devices come back are dangerous"]);
    let alerts = form.alerts(&answers);
    assert_eq!(alerts[0].kind, AlertKind::ChargeRelated);
    let told = serde_json::to_string(&alerts).unwrap();
    assert!(!told.contains("ndecent"), "{told}");
    let kind = form.question("charge_related_kind").unwrap();
    assert!(kind.feeds.document.is_empty(), "it leaves the service in no document");
}
