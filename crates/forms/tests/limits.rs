//! Answers that can be read and still cannot be right are told; more text than is useful is kept.
use chrono::NaiveDate;
use throughline_domain::time::{Instant, from_london};
use throughline_forms::{Answers, FieldError, Form, Purpose, check_definition};

fn custody() -> Form {
    let text = r#"
id = "custody"
version = 1
title = "Custody"
kind = "form"
intro = "For tests"

[[section]]
id = "times"
title = "Times"
class = "justice"

[[section.question]]
id = "held"
label = "Held?"
kind = "yes_no"

[[section.question]]
id = "arrested"
label = "Arrested"
kind = "date_time"
moment = "past"
when = { question = "held", is = "yes" }

[[section.question]]
id = "released"
label = "Released"
kind = "date_time"
moment = "past"
not_before = "arrested"

[[section.question]]
id = "first_day"
label = "First day at home"
kind = "date"
not_before = "released"

[[section.question]]
id = "diagnosed"
label = "Diagnosed"
kind = "date"
moment = "past"

[[section.question]]
id = "review"
label = "Review"
kind = "date"
moment = "future"

[[section.question]]
id = "notes"
label = "Notes"
hint = "In short."
kind = "long_text"
useful_length = 20

[[section.question]]
id = "calm"
label = "Calm?"
kind = "yes_no"
contradicted = [
  { when = { all = [{ question = "held", is = "no" }, { is = "yes" }] }, say = "Change one of the two" },
]
"#;
    check_definition("custody.toml", text).expect("the sample makes sense")
}

/// 26 March 2026 at 14:00 in London.
fn now() -> Instant {
    from_london(NaiveDate::from_ymd_opt(2026, 3, 26).unwrap().and_hms_opt(14, 0, 0).unwrap())
}

fn answers(pairs: &[(&str, &str)]) -> Answers {
    Answers::read(&custody(), pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn told(pairs: &[(&str, &str)], purpose: Purpose) -> Vec<(String, String)> {
    let errors = custody().check(&answers(pairs), purpose, now());
    errors.into_iter().map(|FieldError { field_name, message, .. }| (field_name, message)).collect()
}

fn one(field: &str, message: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), message.to_owned())]
}

#[test]
fn what_has_happened_is_not_in_the_future() {
    for purpose in [Purpose::Draft, Purpose::Sign] {
        let at = |day: &str, time: &str| told(&[("released", day), ("released.time", time)], purpose);
        assert_eq!(at("26/3/2026", "14:00"), []);
        assert_eq!(at("26/3/2026", "14:05"), [], "clocks on walls differ by minutes");
        let words = "“Released”: 26 March 2026 at 14:06 is still to come: enter when it happened";
        assert_eq!(at("26/3/2026", "14:06"), one("released.time", words));
        let words = "“Released”: 27 March 2026 at 09:00 is still to come: enter when it happened";
        assert_eq!(at("27/3/2026", "9:00"), one("released", words));
    }
}

#[test]
fn a_day_that_has_been_is_not_tomorrow() {
    assert_eq!(told(&[("diagnosed", "26/3/2026")], Purpose::Draft), []);
    let words = "“Diagnosed”: 27 March 2026 is still to come: enter when it happened";
    assert_eq!(told(&[("diagnosed", "27/3/2026")], Purpose::Draft), one("diagnosed", words));
}

#[test]
fn what_is_to_come_is_today_or_later() {
    assert_eq!(told(&[("review", "26/3/2026")], Purpose::Draft), []);
    let words = "“Review”: 25 March 2026 has passed: enter today or a later day";
    assert_eq!(told(&[("review", "25/3/2026")], Purpose::Draft), one("review", words));
}

#[test]
fn nobody_is_released_before_they_were_arrested() {
    let at = |arrested: (&str, &str), released: (&str, &str), held: &str| {
        told(
            &[
                ("held", held),
                ("arrested", arrested.0),
                ("arrested.time", arrested.1),
                ("released", released.0),
                ("released.time", released.1),
            ],
            Purpose::Draft,
        )
    };
    let words =
        "“Released”: 25 March 2026 at 08:59 is before “Arrested”, 25 March 2026 at 09:00: change one of the two";
    assert_eq!(at(("25/3/2026", "9:00"), ("25/3/2026", "8:59"), "yes"), one("released", words));
    assert_eq!(at(("25/3/2026", "9:00"), ("25/3/2026", "9:00"), "yes"), []);
    assert_eq!(at(("25/3/2026", "9:00"), ("25/3/2026", "8:59"), "no"), [], "a time that is not asked now says nothing");
    assert_eq!(at(("25/3/2026", ""), ("25/3/2026", "8:59"), "yes"), [], "without a time days are compared");
}

#[test]
fn a_day_is_compared_with_the_day_of_a_moment() {
    let at =
        |day: &str| told(&[("released", "25/3/2026"), ("released.time", "22:00"), ("first_day", day)], Purpose::Draft);
    assert_eq!(at("25/3/2026"), []);
    assert!(at("24/3/2026")[0].1.starts_with("“First day at home”: 24 March 2026 is before “Released”"));
}

#[test]
fn clocks_that_go_back_make_no_past_a_future() {
    // 01:30 on that night happens twice; at its second 01:10 the first 01:30 has passed.
    let night = "2026-10-25T01:10:00Z".parse::<Instant>().unwrap();
    let typed = answers(&[("released", "25/10/2026"), ("released.time", "01:10")]);
    assert_eq!(custody().check(&typed, Purpose::Draft, night), []);
}

#[test]
fn answers_that_contradict_each_other_are_saved_and_not_signed() {
    let both = [("held", "no"), ("calm", "yes")];
    assert_eq!(told(&both, Purpose::Draft), []);
    assert_eq!(told(&both, Purpose::Sign), one("calm", "Change one of the two"));
    assert_eq!(told(&[("held", "yes"), ("calm", "yes")], Purpose::Sign), []);
    assert_eq!(told(&[("calm", "yes")], Purpose::Sign), [], "silence contradicts nothing");
}

#[test]
fn long_text_is_told_of_and_never_refused() {
    let hint = |text: &str| {
        let view = custody().view(&answers(&[("notes", text)]), &[]);
        let questions = view["sections"][0]["questions"].as_array().unwrap().clone();
        let notes = questions.into_iter().find(|question| question["id"] == "notes").unwrap();
        (notes["hint"].as_str().unwrap().to_owned(), notes["value"].as_str().unwrap().to_owned())
    };
    assert_eq!(hint("Short").0, "In short. Up to about 20 characters are useful to whoever reads it");
    let long = "ü".repeat(3000);
    assert_eq!(
        hint(&long),
        (
            "In short. This is 3000 characters long; about 20 are useful to whoever reads it. All are kept".into(),
            long.clone()
        )
    );
    assert_eq!(told(&[("notes", &long)], Purpose::Sign), []);
    let frozen = custody().snapshot(&answers(&[("notes", &long)]));
    assert_eq!(frozen.answer("notes").unwrap().value, long);
}

#[test]
fn what_is_not_asked_now_is_shown_apart_and_never_counts() {
    let mut given = answers(&[("held", "no"), ("arrested", "25/3/2026"), ("arrested.time", "9:00"), ("notes", "x")]);
    given.set("weather", ["rain", "wind"]);
    given.set("weather.sun.status", ["none"]);
    let form = custody();
    let apart: Vec<(String, String)> =
        form.not_asked_now(&given).into_iter().map(|row| (row.label, row.value)).collect();
    assert_eq!(
        apart,
        [
            ("Arrested".to_owned(), "25 March 2026 at 9:00".to_owned()),
            ("‘weather’, from an earlier version of this form".to_owned(), "rain\nwind\nnone".to_owned()),
        ]
    );
    let frozen = form.snapshot(&given);
    assert!(frozen.answer("arrested").is_none() && frozen.answer("notes").is_some());
    given.set("held", ["yes"]);
    assert!(form.not_asked_now(&given).iter().all(|row| row.label != "Arrested"), "asked again, it counts again");
    assert!(form.snapshot(&given).answer("arrested").is_some());
}
