//! A page, and the same page posted back.

use crate::{every_kind, form, now, read, today};
use proptest::prelude::*;
use serde_json::Value;
use throughline_forms::{Answers, Form, Purpose, Snapshot, catalogue, vocabulary};

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
