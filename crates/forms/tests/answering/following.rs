//! What follows from answers: findings, alerts, what is said of risk.

use crate::{form, now, read};
use throughline_forms::{Purpose, RiskConclusion, catalogue, check_definition};

#[test]
fn findings_carry_their_status_and_whether_they_are_new() {
    let answers = read(
        form("screening"),
        &[
            ("vulnerabilities", "adhd"),
            ("vulnerabilities", "trauma"),
            ("vulnerabilities.adhd.status", "suspected"),
            ("vulnerabilities.adhd.known", "new"),
            ("vulnerabilities.adhd.source", "person"),
            ("vulnerabilities.autism.status", "diagnosed"),
        ],
    );
    let findings = form("screening").findings(&answers);
    assert_eq!(findings.len(), 2, "only what is ticked is found");
    assert_eq!(
        (findings[0].list.as_str(), findings[0].code.as_str(), findings[0].label.as_str()),
        ("vulnerability", "adhd", "ADHD")
    );
    assert_eq!((findings[0].status.as_deref(), findings[0].known.as_deref()), (Some("suspected"), Some("new")));
    assert_eq!(findings[0].source.as_deref(), Some("person"));
    assert_eq!((findings[1].status.as_deref(), findings[1].source.as_deref()), (None, None));
    let none = read(form("screening"), &[("vulnerabilities", "none")]);
    assert!(form("screening").findings(&none).is_empty());
}

#[test]
fn a_self_harm_concern_alerts_in_words_and_never_in_bands() {
    let answers =
        read(form("screening"), &[("self_harm_concern", "yes"), ("self_harm_narrative", "Says he cannot go on")]);
    let alerts = form("screening").alerts(&answers);
    assert_eq!((alerts[0].kind.code(), alerts[0].detail.as_str()), ("self_harm", "Says he cannot go on"));
    let unexplained = form("screening").alerts(&read(form("screening"), &[("self_harm_concern", "yes")]));
    assert!(unexplained[0].detail.ends_with("now or recently?: Yes"));
    assert!(form("screening").alerts(&read(form("screening"), &[("self_harm_concern", "no")])).is_empty());
    for form in catalogue().all().iter().filter(|form| form.scoring.is_none()) {
        for option in form.questions().flat_map(|question| &question.options) {
            let label = option.label.to_lowercase();
            assert!(
                !["low", "medium", "high"].iter().any(|band| label == *band || label == format!("{band} risk")),
                "{}",
                option.label
            );
        }
    }
}

#[test]
fn risk_is_known_or_none_identified_only_when_somebody_said_so() {
    let risk = form("risk");
    let says = |pairs: &[(&str, &str)]| risk.risk(&read(risk, pairs));
    assert_eq!(says(&[]), None);
    assert_eq!(says(&[("to_self", "none_identified")]), None, "one area is no conclusion");
    assert_eq!(says(&[("overall_state", "none_identified")]), None, "a conclusion from nothing is none");
    let could_not_ask = says(&[("overall_state", "not_assessed"), ("to_self", "not_asked")]).unwrap();
    assert_eq!(could_not_ask.conclusion, RiskConclusion::NotAssessed);
    assert!(could_not_ask.not_asked.contains(&"Self-harm or suicide".to_owned()));
    let none =
        says(&[("to_self", "none_identified"), ("overall_state", "none_identified"), ("arson", "not_asked")]).unwrap();
    assert_eq!(none.conclusion, RiskConclusion::NoneIdentified);
    assert!(
        none.not_asked.contains(&"Fire-setting".to_owned())
            && !none.not_asked.contains(&"Self-harm or suicide".to_owned())
    );
    let known = says(&[("arson", "identified"), ("overall_state", "none_identified")]).unwrap();
    assert_eq!((known.conclusion, known.known), (RiskConclusion::Known, vec!["Fire-setting".to_owned()]));
    assert_eq!(
        says(&[("to_self", "identified")]).unwrap().conclusion,
        RiskConclusion::Known,
        "a known risk does not wait for a conclusion"
    );
    assert_eq!(form("screening").risk(&read(form("screening"), &[("self_harm_concern", "no")])), None);
}

/// A risk among several ticked answers of one area is not lost behind the first of them.
#[test]
fn one_of_several_answers_of_an_area_is_enough_for_a_known_risk() {
    let text = r#"
id = "areas"
version = 1
title = "Areas"
kind = "form"
intro = "For tests"
[[section]]
id = "risk"
title = "Risk"
class = "risk"
[[section.question]]
id = "harm"
label = "Harm"
kind = "multi"
options = [{ code = "none", label = "None" }, { code = "past", label = "In the past" }, { code = "now", label = "Now" }]
feeds.risk = { known = ["now"], none = ["none", "past"] }
"#;
    let form = check_definition("areas.toml", text).expect("it makes sense");
    let says = |codes: &[&str]| form.risk(&read(&form, &codes.iter().map(|code| ("harm", *code)).collect::<Vec<_>>()));
    assert_eq!(says(&["past", "now"]).expect("it is known").known, ["Harm"]);
    assert_eq!(says(&["past"]), None, "an area is no conclusion");
}

/// The answers that a snapshot gives back say of risk what was signed.
#[test]
fn a_snapshot_can_be_asked_again_what_it_says_of_risk() {
    let risk = form("risk");
    let answers = read(risk, &[("to_self", "identified"), ("to_self_detail", "Says so"), ("arson", "not_asked")]);
    assert_eq!(risk.risk(&risk.snapshot(&answers).answers()), risk.risk(&answers));
    let silent = read(risk, &[("to_self", "none_identified")]);
    assert_eq!(risk.risk(&risk.snapshot(&silent).answers()), None, "a conclusion that nobody gave is none");
}

#[test]
fn a_conclusion_about_risk_is_not_signed_against_its_own_areas() {
    let risk = form("risk");
    let told = |pairs: &[(&str, &str)]| {
        let errors = risk.check(&read(risk, pairs), Purpose::Sign, now());
        errors
            .into_iter()
            .filter(|error| error.field_name == "overall_state")
            .map(|error| error.message)
            .collect::<Vec<_>>()
    };
    assert!(told(&[("arson", "identified"), ("overall_state", "none_identified")])[0].contains("“Fire-setting”"));
    assert!(told(&[("arson", "identified"), ("overall_state", "not_assessed")])[0].contains("“Fire-setting”"));
    assert!(
        told(&[("arson", "not_asked"), ("overall_state", "none_identified")])[0].contains("no area was asked about")
    );
    assert!(told(&[("arson", "none_identified"), ("overall_state", "known")])[0].contains("say which"));
    assert!(told(&[("arson", "identified"), ("overall_state", "known")]).is_empty());
    assert!(told(&[("arson", "none_identified"), ("overall_state", "none_identified")]).is_empty());
    assert!(told(&[("arson", "not_asked"), ("overall_state", "not_assessed")]).is_empty());
}
