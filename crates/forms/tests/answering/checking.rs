//! What is asked, what is kept, and what is told before signing.

use crate::{every_kind, form, messages, now, read, today, visible};
use throughline_forms::{Answers, Kind, Purpose, SectionState};

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
fn a_time_without_its_date_is_told_shown_and_not_signed() {
    let form = form("screening");
    let typed = read(form, &[("medication_due.time", "18:30")]);
    let told: Vec<(String, String)> = form
        .check(&typed, Purpose::Sign, now())
        .into_iter()
        .filter(|error| error.question == "medication_due")
        .map(|error| (error.field_name, error.message))
        .collect();
    assert_eq!(told, [("medication_due".to_owned(), "Enter the date as well, like 26/3/2026".to_owned())]);
    assert!(!form.check(&typed, Purpose::Draft, now()).iter().any(|error| error.question == "medication_due"));
    let rows = form.summary(&typed).into_iter().flat_map(|section| section.rows);
    let row = rows.into_iter().find(|row| row.question_id == "medication_due").expect("what was typed is shown");
    assert_eq!(row.value, "18:30, without a date");
    assert_eq!(form.snapshot(&typed).answer("medication_due").unwrap().value, "18:30, without a date");
    let health = form.progress(&typed).into_iter().find(|section| section.id == "health").unwrap();
    assert_eq!(health.state, SectionState::InProgress, "something is typed");
}

#[test]
fn no_date_and_time_of_any_form_drops_a_time_typed_alone() {
    for form in throughline_forms::catalogue().all() {
        for question in form.questions().filter(|question| question.kind == Kind::DateTime) {
            let mut alone = question.clone();
            alone.when = None;
            let mut form = form.clone();
            form.sections[0].questions = vec![alone];
            let typed = read(&form, &[(&format!("{}.time", question.id), "09:30")]);
            let told = form.check(&typed, Purpose::Sign, now());
            let named =
                told.iter().any(|error| error.field_name == question.id && error.message.contains("the date as well"));
            assert!(named, "{}.{}: {told:?}", form.id, question.id);
        }
    }
}

#[test]
fn a_time_alone_that_is_not_asked_now_is_shown_apart() {
    let form = form("screening");
    let typed = read(form, &[("seen_how", "records"), ("seen_at.time", "9:30")]);
    let apart: Vec<String> = form.not_asked_now(&typed).into_iter().map(|row| row.value).collect();
    assert_eq!(apart, ["9:30, without a date"]);
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
