//! Instruments are scored as published, and a self-harm item is seen whatever the total.
use throughline_forms::{Answers, Form, ScoreError, catalogue, score_answers_json, score_sheet_json};

fn form(id: &str) -> &'static Form {
    catalogue().get(id).expect("it is shipped")
}

/// Item scores that sum to `total`, filling from the first item.
fn summing(items: usize, total: i32) -> String {
    let scores: Vec<i32> = (0..items).map(|item| (total - 3 * i32::try_from(item).unwrap()).clamp(0, 3)).collect();
    serde_json::to_string(&scores).unwrap()
}

#[test]
fn phq9_names_every_threshold() {
    let bands = [
        (0, "Minimal"),
        (4, "Minimal"),
        (5, "Mild"),
        (9, "Mild"),
        (10, "Moderate"),
        (14, "Moderate"),
        (15, "Moderately severe"),
        (19, "Moderately severe"),
        (20, "Severe"),
        (27, "Severe"),
    ];
    for (total, band) in bands {
        let score = score_answers_json(form("phq9"), &summing(9, total)).unwrap();
        assert_eq!((score.total, score.band.as_str(), score.out_of), (total, band, 27));
        assert_eq!(score.statement, "Screen, not a diagnosis");
    }
}

#[test]
fn gad7_names_every_threshold() {
    let bands = [
        (0, "Minimal"),
        (4, "Minimal"),
        (5, "Mild"),
        (9, "Mild"),
        (10, "Moderate"),
        (14, "Moderate"),
        (15, "Severe"),
        (21, "Severe"),
    ];
    for (total, band) in bands {
        let score = score_answers_json(form("gad7"), &summing(7, total)).unwrap();
        assert_eq!((score.total, score.band.as_str(), score.out_of), (total, band, 21));
    }
}

#[test]
fn the_self_harm_item_alerts_at_every_answer_above_not_at_all() {
    for (answer, alerts) in [(0, 0), (1, 1), (2, 1), (3, 1)] {
        let score = score_answers_json(form("phq9"), &format!("[0,0,0,0,0,0,0,0,{answer}]")).unwrap();
        assert_eq!(score.alerts.len(), alerts, "item 9 answered {answer}");
    }
    let score = score_answers_json(form("phq9"), "[0,0,0,0,0,0,0,0,1]").unwrap();
    assert_eq!((score.band.as_str(), score.alerts[0].kind.code()), ("Minimal", "self_harm"));
}

#[test]
fn the_self_harm_item_alerts_even_when_no_total_can_be_given() {
    let mut answers = Answers::default();
    answers.set("self_harm_thoughts", ["several_days"]);
    assert!(form("phq9").score(&answers).is_err());
    assert_eq!(form("phq9").alerts(&answers)[0].kind.code(), "self_harm");
}

#[test]
fn phq9_fills_up_to_two_missing_items_by_proportion() {
    let score = score_answers_json(form("phq9"), "[1,1,1,1,1,1,1,null,null]").unwrap();
    assert_eq!((score.total, score.prorated), (9, true));
    assert_eq!(score.missing, ["movement", "self_harm_thoughts"]);
    let rounded = score_answers_json(form("phq9"), "[2,1,1,1,1,1,1,1]").unwrap();
    assert_eq!(rounded.total, 10, "9 of 8 items is 10.125 of 9");
    let error = score_answers_json(form("phq9"), "[1,1,1,1,1,1]").unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 of 9 items are not answered (concentration, movement, self_harm_thoughts); a score needs at least 7"
    );
}

#[test]
fn gad7_needs_all_seven() {
    let error = score_answers_json(form("gad7"), "[1,1,1,1,1,1]").unwrap_err();
    assert_eq!(error.to_string(), "1 of 7 items are not answered (afraid); a score needs all 7");
}

#[test]
fn the_difficulty_question_is_not_scored() {
    let mut answers = Answers::default();
    for item in form("gad7").items() {
        answers.set(&item.id, ["several_days"]);
    }
    answers.set("difficulty", ["extremely"]);
    assert_eq!(form("gad7").score(&answers).unwrap().total, 7);
}

#[test]
fn answers_are_taken_by_name_by_place_by_code_and_by_score() {
    let by_name = r#"{"nervous": 1, "control": "several_days", "worry": 1, "relaxing": 1, "restless": 1, "irritable": 1, "afraid": 3}"#;
    let by_place = r#"["several_days", 1, 1, 1, 1, 1, "nearly_every_day"]"#;
    assert_eq!(score_answers_json(form("gad7"), by_name), score_answers_json(form("gad7"), by_place));
}

#[test]
fn answers_that_cannot_be_scored_say_what_would_do() {
    let error = |id, json| score_answers_json(form(id), json).unwrap_err();
    assert!(matches!(error("gad7", "[4,0,0,0,0,0,0]"), ScoreError::NotOffered { .. }));
    assert!(matches!(error("gad7", "[0.5,0,0,0,0,0,0]"), ScoreError::NotOffered { .. }));
    assert!(matches!(error("gad7", r#"{"mood": 1}"#), ScoreError::NoSuchItem { .. }));
    assert!(matches!(error("gad7", "[0,0,0,0,0,0,0,0]"), ScoreError::TooMany { given: 8, items: 7 }));
    assert!(matches!(error("gad7", "seven"), ScoreError::NotAnswers(_)));
    assert!(matches!(error("gad7", "7"), ScoreError::NotAnswers(_)));
    assert_eq!(error("risk", "[]").to_string(), "'risk' is a form without a score; score an instrument instead");
    assert!(error("gad7", r#"["often"]"#).to_string().contains("it takes not_at_all (0), several_days (1)"));
}

#[test]
fn a_prorated_total_always_has_a_band() {
    for total in 0..=21 {
        let seven = summing(7, total);
        let score = score_answers_json(form("phq9"), &seven).unwrap();
        assert!(!score.band.is_empty() && score.total <= 27);
    }
}

#[test]
fn a_snapshot_carries_the_score_or_the_reason_there_is_none() {
    let mut answers = Answers::default();
    answers.set("mood", ["nearly_every_day"]);
    let withheld = form("phq9").snapshot(&answers);
    assert!(withheld.score.is_none() && withheld.score_withheld.unwrap().starts_with("8 of 9 items"));
    for item in form("phq9").items() {
        answers.set(&item.id, ["nearly_every_day"]);
    }
    let letter = form("phq9").snapshot(&answers).for_document("health_letter");
    let score = letter.score.expect("the letter may carry the total");
    assert_eq!((score.score.total, score.score.items.len(), score.score.alerts.len()), (27, 0, 0));
    assert!(letter.sections.is_empty());
    assert!(form("phq9").snapshot(&answers).for_document("court_report").score.is_none());
}

#[test]
fn nothing_is_scored_around_what_cannot_be_an_answer() {
    // Eight of nine would be enough for a total, were the ninth only missing.
    for joy in ["4", "\"often\""] {
        let json = format!("[{joy}, 0, 0, 0, 0, 0, 0, 0, 1]");
        let sheet = score_sheet_json(form("phq9"), &json).unwrap();
        assert_eq!((sheet.total, sheet.band), (None, None), "{json}");
        assert!(matches!(sheet.wrong, Some(ScoreError::NotOffered { .. })));
        assert_eq!(sheet.alerts[0].kind.code(), "self_harm");
    }
}

#[test]
fn a_question_that_is_answered_twice_is_wrong_use_and_keeps_its_alert() {
    for answers in [
        r#"{"self_harm_thoughts": 2, "9": 0}"#,
        r#"{"9": 0, "self_harm_thoughts": 2}"#,
        r#"{"self_harm_thoughts": 2, "self_harm_thoughts": 0}"#,
        r#"{"self_harm_thoughts": 0, "self_harm_thoughts": 2}"#,
        r#"{"self_harm_thoughts": 2, "9": null}"#,
    ] {
        let sheet = score_sheet_json(form("phq9"), answers).unwrap();
        assert_eq!(sheet.alerts.len(), 1, "{answers}");
        assert_eq!(sheet.alerts[0].kind.code(), "self_harm", "{answers}");
        let twice = ScoreError::AnsweredTwice { question: "self_harm_thoughts".to_owned() };
        assert_eq!(sheet.wrong, Some(twice), "{answers}");
        assert!(sheet.notices.iter().any(|notice| notice.contains("is answered twice")), "{answers}");
    }
    let twice = r#"{"nervous": 1, "control": 1, "worry": 1, "relaxing": 1, "restless": 1, "irritable": 1, "afraid": 1, "1": 1}"#;
    assert!(matches!(score_answers_json(form("gad7"), twice), Err(ScoreError::AnsweredTwice { .. })));
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    assert_eq!(score_answers_json(form("gad7"), "[1.0, 1, 1, 1, 1, 1, 3e0]").unwrap().total, 9);
    assert_eq!(score_answers_json(form("core10"), "[12.0, 10.0, 0.0]").unwrap().total, 12);
    assert!(matches!(score_answers_json(form("core10"), "[12.5, 10, 0]"), Err(ScoreError::OutOfRange { .. })));
}
