//! What was signed reads the same for ever, and only what may leave leaves.

use crate::{form, read};
use throughline_forms::{AudienceClass, Snapshot};

#[test]
fn a_snapshot_is_read_without_the_form() {
    let answers = read(
        form("screening"),
        &[
            ("urgency", "very_urgent"),
            ("vulnerabilities", "adhd"),
            ("vulnerabilities.adhd.status", "suspected"),
            ("vulnerabilities.adhd.known", "new"),
            ("vulnerabilities.adhd.source", "family"),
        ],
    );
    let stored = serde_json::to_string(&form("screening").snapshot(&answers)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&stored).unwrap();
    assert_eq!(
        (snapshot.form.as_str(), snapshot.version, snapshot.title.as_str()),
        ("screening", form("screening").version, "Screening")
    );
    let urgency = snapshot.answer("urgency").unwrap();
    assert_eq!(
        (urgency.label.as_str(), urgency.value.as_str(), urgency.codes[0].code.as_str()),
        ("How urgent is this?", "Very urgent", "very_urgent")
    );
    assert_eq!(urgency.codes[0].national.as_ref().unwrap().code, "4");
    let found = &snapshot.answer("vulnerabilities").unwrap().codes[0];
    assert_eq!((found.status.as_deref(), found.known.as_deref()), (Some("suspected"), Some("new")));
    assert_eq!(found.source.as_deref(), Some("family"));
}

#[test]
fn a_document_carries_only_what_names_it() {
    let assessment = form("assessment");
    let answers = read(
        assessment,
        &[
            ("formulation", "Clinical understanding"),
            ("trauma", "yes"),
            ("trauma_effect", "Startles"),
            ("court_recommendations", "Short sentences"),
            ("others_said", "In confidence"),
            ("custody_recommendations", "Observe"),
        ],
    );
    let snapshot = assessment.snapshot(&answers);
    let texts = |snapshot: &Snapshot| {
        snapshot
            .sections
            .iter()
            .flat_map(|section| &section.answers)
            .filter(|answer| answer.long && answer.value != "Not answered")
            .map(|answer| answer.value.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&snapshot.for_document("court_report")), ["Short sentences"]);
    assert_eq!(texts(&snapshot.for_document("custody_advice")), ["Observe"]);
    assert!(texts(&snapshot.for_document("unheard_of")).is_empty());
    assert_eq!(texts(&snapshot.for_class(AudienceClass::ThirdParty)), ["In confidence"]);
    assert_eq!(texts(&snapshot.for_class(AudienceClass::Justice)), ["Observe", "Short sentences"]);
}

#[test]
fn nothing_clinical_in_prose_goes_to_police_or_court_from_the_assessment() {
    let to_justice = ["custody_advice", "charging_information", "court_verbal", "court_report", "probation_input"];
    let clinical = form("assessment").sections.iter().filter(|section| section.class == AudienceClass::Clinical);
    for question in clinical
        .flat_map(|section| &section.questions)
        .filter(|question| question.kind.code() == "long_text" && question.id != "limits")
    {
        assert!(question.feeds.document.iter().all(|kind| !to_justice.contains(&kind.as_str())), "{}", question.id);
    }
}

#[test]
fn every_form_that_is_printed_for_justice_asks_for_no_account_of_the_offence() {
    for id in ["screening", "assessment", "risk"] {
        let form = form(id);
        let help = form.sections.iter().filter_map(|section| section.help.as_deref());
        let hints = form.questions().filter_map(|question| question.hint.as_deref());
        let told = help.chain(hints).any(|words| words.to_lowercase().contains("account of the alleged offence"));
        assert!(told, "{id}");
    }
}
