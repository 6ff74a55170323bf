//! Every form the program ships: somebody can fill it in and sign it, it raises the alerts it
//! declares, and each part of it stays with those its section is for.
use chrono::NaiveDate;
use throughline_domain::time::{Instant, from_london};
use throughline_forms::{
    Answers, AudienceClass, Condition, Form, FormKind, Kind, Moment, Purpose, Question, RaisedAlert, Required,
    Snapshot, Test, catalogue,
};

fn now() -> Instant {
    from_london(NaiveDate::from_ymd_opt(2026, 3, 26).unwrap().and_hms_opt(14, 0, 0).unwrap())
}

/// How the boxes are ticked where a condition does not say.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// The first answer offered: most often the one that says there is something.
    First,
    /// The last answer offered.
    Last,
}

/// Fills a form in downwards, as a person would: every question that applies, in plausible words.
/// `told` are answers that are given.
fn filled(form: &Form, manner: Manner, told: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::default();
    for question in form.questions() {
        if !form.visible(&answers).contains(&question) {
            continue;
        }
        match told.iter().find(|(id, _)| *id == question.id) {
            Some((id, value)) => answers.set(id, [*value]),
            None => fill(&mut answers, question, manner),
        }
        finish(&mut answers, question);
        soften(form, &mut answers, question);
    }
    answers
}

fn fill(answers: &mut Answers, question: &Question, manner: Manner) {
    let id = &question.id;
    match question.kind {
        Kind::Text | Kind::LongText => answers.set(id, ["Said so, quietly"]),
        Kind::Number { min, .. } => answers.set(id, [min.unwrap_or(0.0).to_string()]),
        Kind::Date if question.limits.moment == Some(Moment::Future) => answers.set(id, ["2026-04-09"]),
        Kind::Date | Kind::DateTime => answers.set(id, ["2026-03-26"]),
        Kind::Time => answers.set(id, ["09:30"]),
        _ => {
            let chosen = match manner {
                Manner::First => question.options.first(),
                Manner::Last => question.options.last(),
            };
            answers.set(id, [chosen.expect("coded questions offer answers").code.clone()]);
        }
    }
}

/// The parts beside an answer: the time, and what a finding is.
fn finish(answers: &mut Answers, question: &Question) {
    let id = &question.id;
    match question.kind {
        Kind::DateTime => answers.set(&format!("{id}.time"), ["09:30"]),
        Kind::Findings => {
            for code in answers.get(id).to_vec() {
                if question.option(&code).is_some_and(|option| !option.alone) {
                    answers.set(&format!("{id}.{code}.status"), ["suspected"]);
                    answers.set(&format!("{id}.{code}.known"), ["new"]);
                    answers.set(&format!("{id}.{code}.source"), ["person"]);
                }
            }
        }
        _ => {}
    }
}

/// Takes the first answer that nothing before it contradicts.
fn soften(form: &Form, answers: &mut Answers, question: &Question) {
    let contradicted = |answers: &Answers| {
        form.check(answers, Purpose::Sign, now())
            .iter()
            .any(|error| question.limits.contradicted.iter().any(|one| one.say == error.message))
    };
    for option in &question.options {
        if !contradicted(answers) {
            return;
        }
        answers.set(&question.id, [option.code.clone()]);
    }
}

#[track_caller]
fn signs(form: &Form, answers: &Answers) {
    let told: Vec<String> = form
        .check(answers, Purpose::Sign, now())
        .into_iter()
        .filter(|error| !of_risk_conclusion(form, &error.question))
        .map(|error| format!("{}: {}", error.field_name, error.message))
        .collect();
    assert!(told.is_empty(), "{} is not signed: {}", form.id, told.join("; "));
}

/// The conclusion of the risk form is weighed against its own areas; its own tests fill it in.
fn of_risk_conclusion(form: &Form, question: &str) -> bool {
    form.question(question).and_then(|question| question.feeds.risk.as_ref()).is_some_and(|risk| risk.overall)
}

#[test]
fn every_form_signs_with_plausible_answers_whichever_way_they_go() {
    for form in catalogue().all() {
        assert!(form.sign, "{}", form.id);
        for manner in [Manner::First, Manner::Last] {
            let answers = filled(form, manner, &[]);
            signs(form, &answers);
            let missing: Vec<&str> = form
                .visible(&answers)
                .into_iter()
                .filter(|question| question.required != Required::No && !answers.is_answered(&question.id))
                .map(|question| question.label.as_str())
                .collect();
            assert!(missing.is_empty(), "{}: {missing:?}", form.id);
        }
    }
}

/// Answers that make a condition hold, the questions before it included.
fn making(form: &Form, condition: &Condition, told: &mut Vec<(String, String)>) {
    match condition {
        Condition::About { question, test } => {
            let question = form.question(question).expect("conditions are proven");
            if let Some(when) = &question.when {
                making(form, when, told);
            }
            let value = match test {
                Test::AnyOf(codes) => codes[0].clone(),
                Test::Not(code) => {
                    question.options.iter().find(|option| option.code != *code).expect("another").code.clone()
                }
                Test::Answered => {
                    let mut plausible = Answers::default();
                    fill(&mut plausible, question, Manner::First);
                    plausible.one(&question.id).expect("it is answered").to_owned()
                }
            };
            told.push((question.id.clone(), value));
        }
        Condition::All(parts) => parts.iter().for_each(|part| making(form, part, told)),
        Condition::Any(parts) => making(form, &parts[0], told),
    }
}

fn raised(form: &Form, question: &Question) -> (Answers, Vec<RaisedAlert>) {
    let mut told = Vec::new();
    if let Some(when) = &question.when {
        making(form, when, &mut told);
    }
    making(form, &question.feeds.alert.as_ref().expect("it raises one").when, &mut told);
    let told: Vec<(&str, &str)> = told.iter().map(|(id, value)| (id.as_str(), value.as_str())).collect();
    let answers = filled(form, Manner::First, &told);
    let alerts = form.alerts(&answers);
    (answers, alerts)
}

#[test]
fn every_alert_a_form_declares_is_raised_by_answers_that_sign_and_says_what_was_written() {
    let mut seen = 0;
    for form in catalogue().all() {
        for question in form.questions().filter(|question| question.feeds.alert.is_some()) {
            let (answers, alerts) = raised(form, question);
            let kind = &question.feeds.alert.as_ref().unwrap().kind;
            let alert = alerts.iter().find(|alert| alert.question == question.id);
            let alert = alert.unwrap_or_else(|| panic!("{}.{} does not raise {kind}", form.id, question.id));
            assert!(!alert.detail.trim().is_empty() && alert.kind == *kind, "{}.{}", form.id, question.id);
            signs(form, &answers);
            seen += 1;
        }
    }
    assert!(seen >= 25, "only {seen} alerts are declared");
}

#[test]
fn an_alert_needs_its_answer() {
    for form in catalogue().all() {
        assert_eq!(form.alerts(&Answers::default()), [], "{}", form.id);
    }
}

#[test]
fn what_a_class_of_readers_sees_is_what_its_sections_ask() {
    for form in catalogue().all() {
        let snapshot = form.snapshot(&filled(form, Manner::First, &[]));
        for class in AudienceClass::ALL {
            let of_class = |id: &str| {
                let section = form.sections.iter().find(|section| section.questions.iter().any(|one| one.id == id));
                section.is_some_and(|section| section.class == *class)
            };
            let seen = snapshot.for_class(*class);
            for answer in seen.sections.iter().flat_map(|section| &section.answers) {
                assert!(of_class(&answer.question), "{}.{} is shown as {class}", form.id, answer.question);
            }
            let all = snapshot.sections.iter().flat_map(|section| &section.answers);
            let expected = all.filter(|answer| of_class(&answer.question)).count();
            let shown: usize = seen.sections.iter().map(|section| section.answers.len()).sum();
            assert_eq!(shown, expected, "{} as {class}", form.id);
        }
    }
}

#[test]
fn the_plan_for_the_link_worker_is_read_by_the_link_worker_whole() {
    let form = catalogue().get("link_worker_plan").expect("it is shipped");
    assert!(form.sections.iter().all(|section| section.class == AudienceClass::NeedsPlan));
}

#[test]
fn no_clinical_prose_goes_to_police_or_court_from_any_form() {
    let to_justice = ["custody_advice", "charging_information", "court_verbal", "court_report", "probation_input"];
    // Said in the clinical section of a screening or log, and meant for custody or court to act on.
    let meant = [
        "screening.medication",
        "voluntary_attendance.medication",
        "mha_assessment.community_plan",
        "assessment.limits",
        "under18_assessment.limits",
    ];
    for form in catalogue().all() {
        let clinical = form.sections.iter().filter(|section| section.class == AudienceClass::Clinical);
        for question in clinical.flat_map(|section| &section.questions).filter(|one| one.kind == Kind::LongText) {
            let name = format!("{}.{}", form.id, question.id);
            let leaves = question.feeds.document.iter().any(|kind| to_justice.contains(&kind.as_str()));
            assert!(!leaves || meant.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn whatever_is_printed_for_justice_asks_for_no_account_of_the_offence() {
    let to_justice = ["custody_advice", "charging_information", "court_verbal", "court_report", "probation_input"];
    for form in catalogue().all().iter().filter(|form| form.kind == FormKind::Form) {
        let prose = form.questions().filter(|question| question.kind == Kind::LongText);
        let leaves =
            |question: &Question| question.feeds.document.iter().any(|kind| to_justice.contains(&kind.as_str()));
        if !prose.into_iter().any(leaves) {
            continue;
        }
        let help = form.sections.iter().filter_map(|section| section.help.as_deref());
        let hints = form.questions().filter_map(|question| question.hint.as_deref());
        let words = help.chain(hints).chain([form.intro.as_str()]);
        let told = words.map(str::to_lowercase).any(|words| words.contains("account of the alleged offence"));
        assert!(told || form.id == "mha_assessment" || form.id == "capacity", "{}", form.id);
    }
}

/// Every needed question says what to do when it is missing, in a sentence that starts with a verb.
#[test]
fn what_is_missing_is_said_plainly() {
    for form in catalogue().all().iter().filter(|form| form.kind == FormKind::Form && form.id != "risk") {
        for question in form.questions().filter(|question| question.required == Required::Yes) {
            let missing = question.missing.as_deref();
            let verb = missing.and_then(|words| words.split(' ').next());
            assert!(
                matches!(verb, Some("Choose" | "Write" | "Enter" | "Say")),
                "{}.{}: {missing:?}",
                form.id,
                question.id
            );
        }
    }
}

#[test]
fn a_record_signed_with_an_older_version_reads_as_it_was() {
    // As it was stored before findings said who they are known from, and before the form said its step.
    let stored = r#"{"form":"screening","version":1,"title":"Screening","sections":[{"id":"needs","title":"Needs and vulnerabilities","class":"clinical","answers":[{"question":"vulnerabilities","label":"What was found?","kind":"findings","value":"ADHD: suspected, new","codes":[{"code":"adhd","label":"ADHD","status":"suspected","known":"new"}]}]}]}"#;
    let snapshot: Snapshot = serde_json::from_str(stored).expect("old snapshots are read");
    let answer = snapshot.answer("vulnerabilities").unwrap();
    assert_eq!((answer.label.as_str(), answer.value.as_str()), ("What was found?", "ADHD: suspected, new"));
    assert_eq!(answer.codes[0].source, None);
    assert_eq!(snapshot.version, 1);
    assert!(catalogue().get("screening").unwrap().version > 1);
    assert_eq!(serde_json::to_string(&snapshot).unwrap().matches("source").count(), 0, "nothing is added to it");
}
