//! Alerts that the shipped forms raise: one list of kinds, each raised by some question.

use std::collections::BTreeSet;
use throughline_domain::risk::AlertKind;
use throughline_forms::{Answers, AudienceClass, Form, Purpose, catalogue};

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

/// The forms by which somebody is screened.
fn screenings() -> [&'static Form; 2] {
    ["screening", "voluntary_attendance"].map(|id| catalogue().get(id).expect("it is shipped"))
}

fn given(pairs: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::default();
    for (question, code) in pairs {
        answers.set(question, [*code]);
    }
    answers
}

#[track_caller]
fn raises(form: &str, pairs: &[(&str, &str)], kind: AlertKind) {
    let form = catalogue().get(form).expect("it is shipped");
    let kinds: Vec<AlertKind> = form.alerts(&given(pairs)).into_iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds, [kind], "{}: {pairs:?}", form.id);
}

/// What is said when this is signed, of this question.
fn said(form: &Form, pairs: &[(&str, &str)], question: &str) -> Vec<String> {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let errors = form.check(&given(pairs), Purpose::Sign, now);
    errors.into_iter().filter(|error| error.question == question).map(|error| error.message).collect()
}

#[test]
fn contact_that_is_not_safe_in_every_way_is_signed_with_words_of_what_we_must_not_do() {
    let risk = catalogue().get("risk").expect("it is shipped");
    let missing = |ways: &[&str]| {
        let mut answers = Answers::default();
        answers.set("contact_how", ways.iter().copied());
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        risk.check(&answers, Purpose::Sign, now).iter().any(|error| error.question == "contact_limits")
    };
    for ways in
        [&["letter"][..], &["none"], &["call", "text"], &["voicemail", "text"], &["call", "voicemail", "letter"]]
    {
        assert!(missing(ways), "{ways:?}");
    }
    assert!(!missing(&["call", "voicemail", "text"]));
    assert!(!missing(&["call", "voicemail", "text", "letter"]));
    assert!(!missing(&[]), "that nothing is chosen is told at its own question");
    let told = said(risk, &[("contact_how", "none")], "contact_limits");
    assert!(told[0].starts_with("Write what we must not do"), "{told:?}");
    raises("risk", &[("contact_how", "none"), ("contact_limits", "Nothing at all")], AlertKind::SafeContact);
}

#[test]
fn an_answer_that_is_needed_only_beside_others_is_not_shown_as_missing_without_them() {
    let risk = catalogue().get("risk").expect("it is shipped");
    let shown = |ways: &[&str]| {
        let mut answers = Answers::default();
        answers.set("contact_how", ways.iter().copied());
        let rows = risk.summary(&answers).into_iter().flat_map(|section| section.rows).collect::<Vec<_>>();
        rows.into_iter().find(|row| row.question_id == "contact_limits").map(|row| row.value)
    };
    assert_eq!(shown(&["letter"]).as_deref(), Some("Not answered"));
    assert_eq!(shown(&["call", "voicemail", "text"]), None);
}

#[test]
fn an_allegation_that_makes_somebody_vulnerable_is_an_alert_at_screening() {
    for form in screenings() {
        raises(&form.id, &[("charge_related", "identified")], AlertKind::ChargeRelated);
        let ticked = [("vulnerabilities", "charge_related"), ("charge_related", "none_identified")];
        assert!(said(form, &ticked, "charge_related")[0].ends_with("change one of the two"), "{}", form.id);
        let section =
            form.sections.iter().find(|section| section.questions.iter().any(|one| one.id == "charge_related"));
        assert_eq!(section.unwrap().class, AudienceClass::Risk);
    }
}

#[test]
fn self_harm_that_was_ticked_is_no_absence_of_concern() {
    for form in screenings() {
        let told = said(form, &[("vulnerabilities", "self_harm"), ("self_harm_concern", "no")], "self_harm_concern");
        assert!(told[0].ends_with("change one of the two"), "{}: {told:?}", form.id);
        assert_eq!(
            said(form, &[("vulnerabilities", "adhd"), ("self_harm_concern", "no")], "self_harm_concern"),
            [""; 0]
        );
    }
}

#[test]
fn who_would_rather_not_speak_of_self_harm_is_seen_and_told_of() {
    for form in screenings() {
        raises(&form.id, &[("self_harm_concern", "declined")], AlertKind::SelfHarm);
        let told = said(form, &[("self_harm_concern", "declined")], "custody_told");
        assert_eq!(told.len(), 1, "{}: whether it was passed on is asked", form.id);
    }
}

#[test]
fn an_appointment_hides_no_danger_that_custody_would_see() {
    for form in screenings().map(|form| form.id.as_str()) {
        raises(form, &[("medication_due", "24/11/2026")], AlertKind::MedicationDue);
        raises(form, &[("pregnancy", "pregnant")], AlertKind::Pregnancy);
        raises(form, &[("pregnancy", "new_baby")], AlertKind::Pregnancy);
        raises(form, &[("interpreter", "yes")], AlertKind::Interpreter);
        for use_of in ["yes", "unknown", "declined"] {
            raises(form, &[("substance_use", use_of), ("withdrawal", "yes")], AlertKind::Withdrawal);
        }
    }
}

#[test]
fn a_young_person_needs_an_appropriate_adult() {
    for form in screenings() {
        let both = [
            ("vulnerabilities", "young_person"),
            ("vulnerabilities.young_person.status", "identified"),
            ("vulnerabilities.young_person.known", "new"),
            ("vulnerabilities.young_person.source", "person"),
            ("appropriate_adult", "not_needed"),
        ];
        let told = [said(form, &both, "vulnerabilities"), said(form, &both, "appropriate_adult")].concat();
        assert!(told.iter().any(|message| message.contains("everybody under 18 needs")), "{}: {told:?}", form.id);
    }
}

#[test]
fn difficulty_in_being_understood_is_an_alert() {
    raises("communication", &[("interpreter", "yes")], AlertKind::Interpreter);
    for question in ["understanding", "expressing", "reading", "attention"] {
        raises("communication", &[(question, "marked")], AlertKind::Communication);
    }
    raises("communication", &[("led", "yes")], AlertKind::AppropriateAdult);
}

#[test]
fn signs_of_exploitation_that_nobody_could_ask_about_are_an_alert() {
    for sign in ["sexual", "carries", "missing"] {
        let seen = [("exploitation_signs", sign), ("exploitation", "not_asked")];
        raises("under18_assessment", &seen, AlertKind::SafeguardingChild);
        let form = catalogue().get("under18_assessment").expect("it is shipped");
        assert_eq!(said(form, &seen, "exploitation_detail").len(), 1, "what has been done is needed");
    }
    raises("under18_assessment", &[("guardian_told", "unsafe")], AlertKind::SafeguardingChild);
    let form = catalogue().get("under18_assessment").expect("it is shipped");
    let nothing = [("exploitation_signs", "not_asked"), ("exploitation", "not_asked")];
    assert!(form.alerts(&given(&nothing)).is_empty());
}

#[test]
fn a_risk_that_is_known_at_closing_is_an_alert_of_its_kind() {
    let form = catalogue().get("closing").expect("it is shipped");
    assert_eq!(said(form, &[("risk_now", "known")], "risk_now_kinds"), ["Choose which risk is known"]);
    let mut answers = given(&[("risk_now", "known"), ("risk_now_detail", "Said so to his sister")]);
    answers.set("risk_now_kinds", ["self_harm", "arson"]);
    let alerts: Vec<_> = form.alerts(&answers).into_iter().map(|alert| (alert.kind, alert.detail)).collect();
    let told = |kind| (kind, "Said so to his sister".to_owned());
    assert_eq!(alerts, [told(AlertKind::SelfHarm), told(AlertKind::Arson)]);
    let question = form.question("risk_now_kinds").unwrap();
    assert!(question.options.iter().all(|option| option.alert.is_some()), "no risk is known in silence");
    answers.set("risk_now", ["none_identified"]);
    assert!(form.alerts(&answers).is_empty());
}
