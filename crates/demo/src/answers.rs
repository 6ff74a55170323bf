//! Fills forms as a practitioner would: what the story tells, and the usual answer elsewhere.

use crate::stories::Story;
use anyhow::ensure;
use std::collections::BTreeMap;
use throughline_domain::time::{Instant, clock_time, london_date};
use throughline_forms::{Answers, Form, Kind, Purpose, Question};

/// What is told for a form, by question id.
pub type Told = BTreeMap<String, Vec<String>>;

/// Usual answers, tried in this order when the story says nothing.
const USUAL: &[&str] = &[
    "no",
    "none_identified",
    "room",
    "agreed",
    "not_needed",
    "does_not_apply",
    "none",
    "unknown",
    "routine",
    "not_asked",
    "person",
    "yes",
];

/// The answers to a form, ready to be signed.
///
/// # Errors
/// When the form would not be signed: its definition and the stories have grown apart.
pub fn answered(form: &Form, told: &Told, at: Instant) -> anyhow::Result<Answers> {
    let mut answers = Answers::default();
    for question in form.questions() {
        let applies = question.when.is_none() || form.visible(&answers).iter().any(|visible| visible.id == question.id);
        if applies {
            answer(form, &mut answers, question, told, at);
        }
    }
    let faults = form.check(&answers, Purpose::Sign, at);
    let words: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.field_name, fault.message)).collect();
    ensure!(faults.is_empty(), "the demo's answers to {} would not be signed: {}", form.id, words.join("; "));
    Ok(answers)
}

fn answer(form: &Form, answers: &mut Answers, question: &Question, told: &Told, at: Instant) {
    let id = question.id.as_str();
    let given = told.get(id).cloned();
    let needed = form.needs(question, answers);
    match question.kind {
        Kind::Findings => {
            let codes = given.unwrap_or_else(|| vec!["none".into()]);
            for code in &codes {
                let (code, status, known) = parts(code);
                if code != "none" {
                    answers.set(&format!("{id}.{code}.status"), [status]);
                    answers.set(&format!("{id}.{code}.known"), [known]);
                    answers.set(&format!("{id}.{code}.source"), [source(status)]);
                }
            }
            answers.set(id, codes.iter().map(|code| parts(code).0));
        }
        Kind::DateTime if needed => {
            answers.set(id, [london_date(at).to_string()]);
            answers.set(&format!("{id}.time"), [clock_time(at)]);
        }
        Kind::Date if needed => {
            answers.set(id, [(london_date(at) + chrono::Days::new(7)).to_string()]);
        }
        Kind::Single | Kind::YesNo | Kind::Multi => {
            let usual = || USUAL.iter().find(|code| question.option(code).is_some()).map(|code| (*code).to_owned());
            let first = || question.options.first().map(|option| option.code.clone());
            let chosen = given.or_else(|| needed.then(|| usual().or_else(first).into_iter().collect()));
            answers.set(id, chosen.unwrap_or_default());
        }
        _ => {
            let usual = needed.then(|| vec!["Asked; nothing to add today.".to_owned()]);
            answers.set(id, given.or(usual).unwrap_or_default());
        }
    }
}

/// `code`, or `code/status/known`.
fn parts(text: &str) -> (&str, &str, &str) {
    let mut parts = text.split('/');
    let code = parts.next().unwrap_or_default();
    (code, parts.next().unwrap_or("suspected"), parts.next().unwrap_or("new"))
}

/// Who usually says what is known so surely.
fn source(status: &str) -> &'static str {
    match status {
        "diagnosed" => "health_record",
        "suspected" => "seen",
        _ => "person",
    }
}

pub(crate) fn tell(told: &mut Told, id: &str, text: &str) {
    if !text.is_empty() {
        told.insert(id.to_owned(), vec![text.to_owned()]);
    }
}

pub(crate) fn tell_all(told: &mut Told, id: &str, codes: &[&str]) {
    told.insert(id.to_owned(), codes.iter().map(|code| (*code).to_owned()).collect());
}

/// What a screening tells of a story.
pub fn screening(story: &Story, is_assessed: bool, language: &str, is_woman: bool) -> Told {
    let mut told = Told::new();
    tell(&mut told, "concern", story.concern);
    tell(&mut told, "own_words", story.own_words);
    tell_all(&mut told, "present", &["nobody"]);
    // Asked of those who come by appointment only.
    tell(&mut told, "interview_when", "today");
    tell(&mut told, "interview_wait", "no");
    tell(&mut told, "free_to_leave", "explained");
    tell(&mut told, "solicitor", "has");
    tell(&mut told, "after_interview", "somebody");
    tell_all(&mut told, "vulnerabilities", story.vulnerabilities);
    if story.self_harm.is_empty() {
        tell(&mut told, "self_harm_concern", "no");
    } else {
        tell(&mut told, "self_harm_concern", "yes");
        tell(&mut told, "self_harm_narrative", story.self_harm);
        tell(&mut told, "custody_told", "both");
    }
    tell(&mut told, "medication", story.medication);
    if !story.substances.is_empty() {
        tell(&mut told, "substance_use", "yes");
        tell(&mut told, "substance_detail", story.substances);
        tell(&mut told, "withdrawal", if story.withdrawal { "yes" } else { "no" });
    }
    tell(&mut told, "communication_needs", story.communication);
    if !story.communication.is_empty() {
        tell_all(&mut told, "adjustments", &["plain_words", "more_time", "check_back"]);
        tell(&mut told, "not_understood", "Agrees with whatever was said last, or goes quiet and looks away.");
        tell(&mut told, "triggers", "Being rushed; several people talking at once.");
        tell(&mut told, "what_helps", "Being told what comes next, and a break after twenty minutes.");
        tell(&mut told, "appropriate_adult", "needed");
        tell(
            &mut told,
            "appropriate_adult_why",
            "May not follow the caution or questions put quickly; suggestible when tired.",
        );
    }
    if !language.is_empty() {
        tell(&mut told, "interpreter", "yes");
        tell(&mut told, "language", language);
    }
    if !story.dependants.is_empty() {
        tell(&mut told, "dependants", "yes");
        tell(&mut told, "dependants_detail", story.dependants);
    }
    if is_woman {
        tell(&mut told, "pregnancy", "no");
    }
    tell(&mut told, "known_to_services", story.known);
    tell(&mut told, "services_detail", story.services);
    tell(&mut told, "urgency", story.urgency);
    tell(
        &mut told,
        "outcome",
        if is_assessed {
            "assessment"
        } else if story.signposted.is_empty() {
            "no_further_action"
        } else {
            "signposted"
        },
    );
    tell(&mut told, "signposted_to", story.signposted);
    tell(&mut told, "outcome_why", "No vulnerability found that needs more from us; knows how to reach us.");
    tell(&mut told, "custody_advice", story.advice);
    told
}

/// What a risk form tells of a story.
pub fn risk(story: &Story) -> Told {
    let mut told = Told::new();
    let mut is_known = false;
    let areas = [("to_self", story.self_harm), ("from_others", story.from_others), ("to_others", story.to_others)];
    for (area, words) in areas {
        if !words.is_empty() {
            is_known = true;
            tell(&mut told, area, "identified");
            tell(&mut told, &format!("{area}_detail"), words);
        }
    }
    tell(&mut told, "plan_signs", "Not sleeping, not answering the phone, drinking in the morning.");
    tell(&mut told, "plan_self", "Walk, ring my sister, put the news off.");
    tell(&mut told, "plan_people", "My sister; the crisis line number on my card; the GP surgery.");
    let ways: &[&str] = if story.safe_contact.is_empty() { &["call", "voicemail", "text"] } else { &["call", "text"] };
    tell_all(&mut told, "contact_how", ways);
    tell(&mut told, "contact_limits", story.safe_contact);
    tell(&mut told, "overall_state", if is_known { "known" } else { "none_identified" });
    tell(
        &mut told,
        "overall_why",
        if is_known {
            "Seen alone, records read. To be looked at again at the contact after release."
        } else {
            "Each area asked about, alone in a private room; records agree."
        },
    );
    told
}

/// What an assessment tells of a story.
pub fn assessment(story: &Story) -> Told {
    let mut told = Told::new();
    tell_all(&mut told, "sources", &["person", "health_record", "custody_record"]);
    tell(&mut told, "situation", story.situation);
    tell(&mut told, "hopes", story.own_words);
    tell(&mut told, "history", story.services);
    tell_all(&mut told, "needs", story.needs);
    let mind =
        ["mse_appearance", "mse_speech", "mse_mood", "mse_thoughts", "mse_perception", "mse_cognition", "mse_insight"];
    for (id, words) in mind.iter().zip(story.mental_state) {
        tell(&mut told, id, words);
    }
    tell(&mut told, "medication", story.medication);
    tell(
        &mut told,
        "substance_use",
        if story.substances.is_empty() { "Drinks at weekends; no drugs." } else { story.substances },
    );
    tell(&mut told, "accommodation", story.accommodation);
    tell(&mut told, "employment", story.employment);
    tell(&mut told, "armed_forces", if story.theme == "veteran" { "served" } else { "no" });
    tell(&mut told, "strengths", story.strengths);
    tell(&mut told, "formulation", story.formulation);
    tell(
        &mut told,
        "least_restrictive",
        "Can be helped at home with the follow-up below; nothing more restrictive is needed today.",
    );
    tell(&mut told, "plan_clinical", story.plan);
    tell(&mut told, "plan_person", story.plan_person);
    tell(&mut told, "custody_recommendations", story.advice);
    tell(&mut told, "participation", story.communication);
    tell(&mut told, "court_recommendations", story.court);
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::STORIES;
    use throughline_forms::catalogue;

    #[test]
    fn every_story_can_be_signed_on_every_form() {
        let at = chrono::DateTime::parse_from_rfc3339("2026-03-03T11:00:00Z").unwrap().to_utc();
        let form = |id: &str| catalogue().get(id).unwrap();
        for story in STORIES {
            for is_assessed in [true, false] {
                for form in ["screening", "voluntary_attendance"].map(form) {
                    answered(form, &screening(story, is_assessed, "Somali", true), at).unwrap();
                }
            }
            answered(form("risk"), &risk(story), at).unwrap();
            answered(form("assessment"), &assessment(story), at).unwrap();
        }
    }

    #[test]
    fn what_a_story_says_of_findings_is_in_the_form() {
        let codes = |form: &str, question: &str| {
            let question = catalogue().get(form).unwrap().question(question).unwrap();
            question.options.iter().map(|option| option.code.clone()).collect::<Vec<_>>()
        };
        let (vulnerabilities, needs) = (codes("screening", "vulnerabilities"), codes("assessment", "needs"));
        for story in STORIES {
            for code in story.vulnerabilities {
                assert!(vulnerabilities.contains(&parts(code).0.to_owned()), "{code}");
            }
            for code in story.needs {
                assert!(needs.contains(&parts(code).0.to_owned()), "{code}");
            }
        }
    }

    #[test]
    fn an_answer_is_on_the_day_it_is_given() {
        let at = chrono::DateTime::parse_from_rfc3339("2026-07-01T23:30:00Z").unwrap().to_utc();
        let answers =
            answered(catalogue().get("screening").unwrap(), &screening(&STORIES[0], true, "", false), at).unwrap();
        assert_eq!(answers.one("seen_at"), Some("2026-07-02"));
    }
}
