//! What becomes of answers: nothing typed is lost, silence is not safety, and only what may
//! leave leaves.
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::Value;
use throughline_domain::time::{Instant, from_london};
use throughline_forms::{
    Answers, AudienceClass, FieldError, Form, Purpose, RiskConclusion, SectionState, Snapshot, catalogue,
    check_definition, vocabulary,
};

fn form(id: &str) -> &'static Form {
    catalogue().get(id).expect("it is shipped")
}

/// Noon in London on that day.
fn now() -> Instant {
    from_london(today().and_hms_opt(12, 0, 0).unwrap())
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn read(form: &Form, pairs: &[(&str, &str)]) -> Answers {
    Answers::read(form, pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn messages(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| error.message.as_str()).collect()
}

/// Every kind of question, and a condition of every shape.
fn every_kind() -> Form {
    let text = r#"
id = "every"
version = 3
title = "Every kind"
kind = "form"
intro = "For tests"

[[section]]
id = "all"
title = "All"
class = "clinical"

[[section.question]]
id = "line"
label = "Line"
kind = "text"
required = "to_sign"

[[section.question]]
id = "prose"
label = "Prose"
kind = "long_text"
when = { question = "line", answered = true }

[[section.question]]
id = "ready"
label = "Ready?"
kind = "yes_no"
required = "yes"
missing = "Choose whether you are ready"

[[section.question]]
id = "colour"
label = "Colour"
kind = "single"
options = [{ code = "red", label = "Red" }, { code = "blue", label = "Blue" }]
when = { question = "ready", not = "no" }

[[section.question]]
id = "helps"
label = "What helps"
kind = "multi"
options = [{ code = "tea", label = "Tea" }, { code = "talk", label = "Talking" }, { code = "none", label = "Nothing", alone = true }]

[[section.question]]
id = "found"
label = "Found"
kind = "findings"
feeds.finding = "need"
options = [{ code = "home", label = "A home" }, { code = "work", label = "Work" }, { code = "none", label = "None", alone = true }]
required = "yes"

[[section.question]]
id = "day"
label = "Day"
kind = "date"

[[section.question]]
id = "hour"
label = "Hour"
kind = "time"

[[section.question]]
id = "moment"
label = "Moment"
kind = "date_time"

[[section.question]]
id = "weeks"
label = "Weeks"
kind = "number"
min = 0
max = 45
when = { all = [{ question = "ready", is = "yes" }, { any = [{ question = "colour", is = "red" }, { question = "helps", any_of = ["tea", "talk"] }] }] }
"#;
    check_definition("every.toml", text).expect("the sample makes sense")
}

fn visible(form: &Form, pairs: &[(&str, &str)]) -> Vec<String> {
    form.visible(&read(form, pairs)).iter().map(|question| question.id.clone()).collect()
}

#[test]
fn questions_apply_when_their_condition_holds() {
    let form = every_kind();
    let always = ["line", "ready", "helps", "found", "day", "hour", "moment"];
    assert_eq!(visible(&form, &[]), always);
    assert!(visible(&form, &[("line", "x")]).contains(&"prose".to_owned()));
    assert!(!visible(&form, &[("line", "  ")]).contains(&"prose".to_owned()), "spaces are no answer");
    assert!(visible(&form, &[("ready", "yes")]).contains(&"colour".to_owned()));
    assert!(!visible(&form, &[("ready", "no")]).contains(&"colour".to_owned()));
    let weeks = "weeks".to_owned();
    assert!(visible(&form, &[("ready", "yes"), ("colour", "red")]).contains(&weeks));
    assert!(visible(&form, &[("ready", "yes"), ("helps", "tea")]).contains(&weeks));
    assert!(!visible(&form, &[("ready", "yes"), ("colour", "blue")]).contains(&weeks));
    assert!(!visible(&form, &[("ready", "no"), ("helps", "tea")]).contains(&weeks));
}

#[test]
fn an_answer_that_no_longer_applies_reveals_nothing_and_is_kept() {
    let answers = read(
        form("screening"),
        &[("interpreter", "no"), ("language", "Twi"), ("seen_how", "records"), ("agreed", "agreed")],
    );
    assert_eq!(answers.one("language"), Some("Twi"));
    let rows: Vec<String> = form("screening")
        .summary(&answers)
        .into_iter()
        .flat_map(|section| section.rows)
        .map(|row| row.question_id)
        .collect();
    assert!(!rows.contains(&"language".to_owned()) && !rows.contains(&"agreed".to_owned()));
    assert!(form("screening").snapshot(&answers).answer("language").is_none());
}

#[test]
fn free_text_is_kept_to_the_letter_whatever_it_looks_like() {
    let texts = [
        "  leading and trailing  ".to_owned(),
        "'; DROP TABLE people; -- <script>alert('x')</script> {{ 7*7 }} ../../etc/passwd".to_owned(),
        "line\r\nline\n\n\ttab \u{0} nul, emoji 🙂, Ełżbieta, \u{202e}turned".to_owned(),
        "é".repeat(50_000),
    ];
    for text in texts {
        let answers = read(form("screening"), &[("concern", &text)]);
        assert_eq!(answers.one("concern"), Some(text.as_str()));
        assert!(form("screening").check(&answers, Purpose::Draft, now()).is_empty());
        let json = serde_json::to_string(&answers).unwrap();
        assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
        let snapshot = form("screening").snapshot(&answers);
        assert_eq!(snapshot.answer("concern").unwrap().value, text);
    }
}

#[test]
fn fields_of_other_forms_are_left_out() {
    let answers = read(
        form("screening"),
        &[("csrf_token", "abc"), ("concern.status", "x"), ("vulnerabilities.adhd.colour", "red"), ("concern", "")],
    );
    assert!(answers.is_empty());
}

#[test]
fn answers_are_a_json_object_of_arrays() {
    let answers = read(&every_kind(), &[("helps", "talk"), ("helps", "tea"), ("line", "x")]);
    assert_eq!(serde_json::to_string(&answers).unwrap(), r#"{"helps":["tea","talk"],"line":["x"]}"#);
}

#[test]
fn a_draft_refuses_nothing_and_tells_of_dates_it_cannot_read() {
    let form = every_kind();
    assert_eq!(form.check(&Answers::default(), Purpose::Draft, now()), []);
    let answers = read(
        &form,
        &[
            ("day", "31/2/2026"),
            ("hour", "25:00"),
            ("moment", "soon"),
            ("moment.time", "noon"),
            ("helps", "none"),
            ("helps", "tea"),
        ],
    );
    let errors = form.check(&answers, Purpose::Draft, now());
    assert_eq!(
        errors.iter().map(|error| error.field_name.as_str()).collect::<Vec<_>>(),
        ["day", "hour", "moment", "moment.time"]
    );
    assert_eq!(errors[0].message, "There is no such date as '31/2/2026'");
    assert_eq!(answers.one("day"), Some("31/2/2026"));
}

#[test]
fn signing_tells_everything_that_is_missing_in_plain_words() {
    let form = every_kind();
    let told = form.check(&Answers::default(), Purpose::Sign, now());
    assert_eq!(
        messages(&told),
        ["Write an answer to “Line”", "Choose whether you are ready", "Choose one or more answers to “Found”"]
    );
    let screening = self::form("screening").check(&Answers::default(), Purpose::Sign, now());
    assert!(messages(&screening).contains(&"Choose how urgent this is"));
}

#[test]
fn signing_tells_what_does_not_fit() {
    let form = every_kind();
    let told = |pairs: &[(&str, &str)]| {
        let mut all = vec![("line", "x"), ("ready", "yes"), ("colour", "red"), ("found", "none")];
        all.retain(|(name, _)| pairs.iter().all(|(given, _)| given != name));
        all.extend(pairs);
        let errors = form.check(&read(&form, &all), Purpose::Sign, now());
        errors.into_iter().map(|error| (error.field_name, error.message)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[]), []);
    let one = |pairs: &[(&str, &str)]| {
        let told = told(pairs);
        assert_eq!(told.len(), 1, "{told:?}");
        told[0].clone()
    };
    assert_eq!(one(&[("weeks", "many")]).1, "‘many’ is not a number: enter it in digits, like 12");
    assert_eq!(one(&[("weeks", "NaN")]).1, "‘NaN’ is not a number: enter it in digits, like 12");
    assert_eq!(one(&[("weeks", "46")]).1, "Enter a number of 45 or less");
    assert_eq!(one(&[("weeks", "-1")]).1, "Enter a number of 0 or more");
    assert_eq!(one(&[("colour", "green")]).1, "‘green’ is not offered any more: choose again for “Colour”");
    assert_eq!(one(&[("helps", "none"), ("helps", "tea")]).1, "Choose “Nothing” on its own, or choose the others");
    assert_eq!(
        one(&[("moment", "24/11/26")]),
        ("moment.time".into(), "Enter the time as well, like 9:30 or 2:15pm".into())
    );
    assert_eq!(
        one(&[("found", "home"), ("found.home.status", "suspected"), ("found.home.source", "seen")]),
        ("found.home.known".into(), "Say whether “A home” is new or was already known".into())
    );
    let of = |part: &str| {
        let parts = [("status", "suspected"), ("known", "new"), ("source", "seen")];
        let named = parts.iter().filter(|(name, _)| *name != part);
        let fields: Vec<(String, &str)> = named.map(|(name, code)| (format!("found.home.{name}"), *code)).collect();
        let given: Vec<(&str, &str)> = fields.iter().map(|(name, code)| (name.as_str(), *code)).collect();
        one(&[&[("found", "home")], given.as_slice()].concat())
    };
    assert_eq!(of("status").0, "found.home.status");
    assert_eq!(of("source"), ("found.home.source".into(), "Say who “A home” is known from".into()));
}

#[test]
fn dates_are_settled_once_and_read_alike_for_ever() {
    let form = every_kind();
    let mut answers =
        read(&form, &[("day", "26/3/26"), ("hour", "2.15pm"), ("moment", "1 Nov 2026"), ("moment.time", "0930")]);
    let typed: Vec<String> = form.summary(&answers)[0].rows.iter().map(|row| row.value.clone()).collect();
    assert!(typed.contains(&"26/3/26".to_owned()), "a two-digit year is not guessed at when shown");
    form.settle(&mut answers, today());
    let words: Vec<String> = form.summary(&answers)[0].rows.iter().map(|row| row.value.clone()).collect();
    assert!(words.contains(&"26 March 2026".to_owned()) && words.contains(&"14:15".to_owned()));
    assert!(words.contains(&"1 November 2026 at 09:30".to_owned()));
    let mut unreadable = read(&form, &[("day", "soon"), ("hour", "later")]);
    let before = unreadable.clone();
    form.settle(&mut unreadable, today());
    assert_eq!(unreadable, before);
}

#[test]
fn the_summary_says_not_answered_for_what_is_needed_and_missing() {
    let form = every_kind();
    let rows = &form.summary(&read(
        &form,
        &[
            ("line", "x"),
            ("found", "home"),
            ("found.home.status", "diagnosed"),
            ("found.home.known", "already_known"),
            ("found.home.source", "health_record"),
            ("helps", "tea"),
            ("helps", "talk"),
        ],
    ))[0]
        .rows;
    let shown: Vec<(&str, &str)> = rows.iter().map(|row| (row.question_id.as_str(), row.value.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("line", "x"),
            ("ready", "Not answered"),
            ("helps", "Tea\nTalking"),
            ("found", "A home: diagnosed, already known, source: health record")
        ]
    );
}

#[test]
fn the_task_list_tells_how_far_each_section_is() {
    let form = every_kind();
    let state = |pairs: &[(&str, &str)]| form.progress(&read(&form, pairs)).remove(0);
    assert_eq!(state(&[]).state, SectionState::NotStarted);
    let begun = state(&[("helps", "tea")]);
    assert_eq!(
        (begun.state, begun.outstanding),
        (SectionState::InProgress, vec!["Ready?".to_owned(), "Found".to_owned()])
    );
    assert_eq!(
        state(&[("ready", "yes"), ("found", "none")]).state,
        SectionState::Complete,
        "a line is needed only to sign"
    );
}

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

#[test]
fn a_view_tells_the_page_what_reveals_a_question() {
    let view = form("screening").view(&read(form("screening"), &[("interpreter", "yes")]), &[]);
    let language = question(&view, "language");
    assert_eq!(language["reveal"], serde_json::json!({ "question": "interpreter", "codes": ["yes"] }));
    assert_eq!(language["only_if"], "“Is an interpreter needed?” is “Yes”");
    assert_eq!(language["visible"], true);
    assert_eq!(question(&view, "substance_detail")["visible"], false);
    assert_eq!(
        question(&view, "agreed")["only_if"],
        "“How was the person seen?” is answered, and not “Not seen: from records and what others said”"
    );
}

#[test]
fn a_view_puts_each_error_at_its_field() {
    let form = every_kind();
    let answers = read(&form, &[("found", "home"), ("day", "soon"), ("moment", "1/2/2026"), ("line", "x")]);
    let errors = form.check(&answers, Purpose::Sign, now());
    let view = form.view(&answers, &errors);
    assert_eq!(question(&view, "ready")["error"], "Choose whether you are ready");
    assert_eq!(question(&view, "day")["value"], "soon");
    assert!(question(&view, "day")["error"].as_str().unwrap().contains("'soon' is not a date"));
    assert!(question(&view, "moment")["time"]["error"].is_string());
    assert!(question(&view, "found")["options"][0]["status"]["error"].is_string());
    assert_eq!(view["errors"].as_array().unwrap().len(), errors.len());
}

#[test]
fn an_answer_that_is_not_offered_any_more_is_shown() {
    let view = every_kind().view(&read(&every_kind(), &[("colour", "green")]), &[]);
    let green = &question(&view, "colour")["options"][2];
    assert_eq!((&green["checked"], &green["unlisted"]), (&Value::Bool(true), &Value::Bool(true)));
}

fn question<'a>(view: &'a Value, id: &str) -> &'a Value {
    let sections = view["sections"].as_array().unwrap().iter();
    let mut questions = sections.flat_map(|section| section["questions"].as_array().unwrap());
    questions.find(|question| question["id"] == id).expect("the question is in the view")
}

/// What a browser would post from the page.
fn posted(view: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let mut pairs = Vec::new();
    for question in list(&view["sections"]).iter().flat_map(|section| list(&section["questions"])) {
        let name = text(&question["name"]);
        pairs.push((name.clone(), text(&question["value"])));
        if !question["time"].is_null() {
            pairs.push((text(&question["time"]["name"]), text(&question["time"]["value"])));
        }
        for option in list(&question["options"]) {
            if option["checked"] == true {
                pairs.push((name.clone(), text(&option["code"])));
            }
            for part in
                [&option["status"], &option["known"], &option["source"]].into_iter().filter(|part| !part.is_null())
            {
                for choice in list(&part["options"]).iter().filter(|choice| choice["checked"] == true) {
                    pairs.push((text(&part["name"]), text(&choice["code"])));
                }
            }
        }
    }
    pairs
}

/// Names and values as a page of this form could post them, with codes that older versions had.
fn pairs_of(form: &Form) -> impl Strategy<Value = Vec<(String, String)>> + use<> {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    for question in form.questions() {
        let mut codes: Vec<String> = question.options.iter().map(|option| option.code.clone()).collect();
        if question.kind.is_coded() {
            codes.push("from_an_older_version".to_owned());
        }
        if question.kind.code() == "findings" {
            for code in codes.iter().filter(|code| *code != "none") {
                let words = |list: &[vocabulary::Word]| {
                    list.iter().map(|word| word.code.to_owned()).chain(["older".to_owned()]).collect()
                };
                fields.push((format!("{}.{code}.status", question.id), words(vocabulary::FINDING_STATUSES)));
                fields.push((format!("{}.{code}.known", question.id), words(vocabulary::FINDING_KNOWN)));
                fields.push((format!("{}.{code}.source", question.id), words(vocabulary::FINDING_SOURCES)));
            }
        }
        if question.kind.code() == "date_time" {
            fields.push((format!("{}.time", question.id), Vec::new()));
        }
        fields.push((question.id.clone(), codes));
    }
    let one = proptest::sample::select(fields).prop_flat_map(|(name, codes)| {
        let value = if codes.is_empty() { any::<String>().boxed() } else { proptest::sample::select(codes).boxed() };
        value.prop_map(move |value| (name.clone(), value))
    });
    proptest::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_page_posted_back_loses_nothing(which in 0..catalogue().all().len(), pairs in pairs_of(form("screening")), more in pairs_of(form("risk"))) {
        let form = &catalogue().all()[which];
        let answers = Answers::read(form, pairs.into_iter().chain(more));
        let again = Answers::read(form, posted(&form.view(&answers, &[])));
        prop_assert_eq!(again, answers);
    }

    #[test]
    fn a_page_with_every_kind_posted_back_loses_nothing(pairs in pairs_of(&every_kind())) {
        let form = every_kind();
        let answers = Answers::read(&form, pairs);
        let again = Answers::read(&form, posted(&form.view(&answers, &[])));
        prop_assert_eq!(&again, &answers);
        let json = serde_json::to_string(&answers).unwrap();
        prop_assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
    }

    #[test]
    fn whatever_is_typed_can_be_shown_checked_and_frozen(pairs in pairs_of(&every_kind())) {
        let form = every_kind();
        let mut answers = Answers::read(&form, pairs);
        form.settle(&mut answers, today());
        let told = form.check(&answers, Purpose::Sign, now());
        prop_assert!(told.iter().all(|error| form.question(&error.question).is_some()));
        let snapshot = form.snapshot(&answers);
        let rows: usize = form.summary(&answers).iter().map(|section| section.rows.len()).sum();
        prop_assert_eq!(rows, snapshot.sections.iter().map(|section| section.answers.len()).sum::<usize>());
        let stored = serde_json::to_string(&snapshot).unwrap();
        prop_assert_eq!(serde_json::from_str::<Snapshot>(&stored).unwrap(), snapshot);
    }
}
