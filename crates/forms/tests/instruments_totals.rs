//! Instruments whose items are not shown: the total is entered, and the alerts do not wait for it.
use throughline_domain::risk::AlertKind;
use throughline_forms::{
    Answers, Form, FormKind, Method, Purpose, Rater, Reading, ScoreError, catalogue, score_answers_json,
    score_sheet_json,
};

fn form(id: &str) -> &'static Form {
    catalogue().get(id).expect("it is shipped")
}

#[track_caller]
fn scored(id: &str, answers: &str, total: i32, band: &str) {
    let score = score_answers_json(form(id), answers).expect("it can be scored");
    assert_eq!((score.total, score.band.as_str()), (total, band), "{id} {answers}");
    assert_eq!(score.statement, "Screen, not a diagnosis");
}

#[track_caller]
fn error(id: &str, answers: &str) -> ScoreError {
    score_answers_json(form(id), answers).expect_err("it cannot be scored")
}

#[test]
fn core_10_names_every_threshold() {
    let cases = [
        (0, "Below the clinical cut-off of 11"),
        (10, "Below the clinical cut-off of 11"),
        (11, "Mild"),
        (14, "Mild"),
        (15, "Moderate"),
        (19, "Moderate"),
        (20, "Moderate to severe"),
        (24, "Moderate to severe"),
        (25, "Severe"),
        (40, "Severe"),
    ];
    for (total, band) in cases {
        scored("core10", &format!("[{total}, 10, false]"), total, band);
    }
    assert_eq!(form("core10").scoring.as_ref().unwrap().reliable_change.as_ref().unwrap().points, 6);
}

#[test]
fn core_10_makes_nine_answers_up_to_ten_and_no_fewer() {
    // The mean of nine times ten: 9 / 9 * 10, 10 / 9 * 10 = 11.1, 13 / 9 * 10 = 14.4, 36 / 9 * 10.
    for (sum, total) in [(0, 0), (9, 10), (10, 11), (13, 14), (14, 16), (36, 40)] {
        let score = score_answers_json(form("core10"), &format!("[{sum}, 9, false]")).unwrap();
        assert_eq!((score.total, score.prorated), (total, true), "a sum of {sum}");
        assert!(score.notices[0].starts_with("1 of 10 items is not answered: the total is the mean of the others"));
    }
    assert_eq!(
        error("core10", "[10, 8, false]").to_string(),
        "2 of 10 items are not answered; a score needs at least 9"
    );
    assert!(matches!(error("core10", "[0, 0, false]"), ScoreError::TooFew { answered: 0, .. }));
    assert!(matches!(error("core10", "[10, null, false]"), ScoreError::NotEntered { .. }));
    assert!(matches!(error("core10", "[null, 10, false]"), ScoreError::NotEntered { .. }));
}

#[test]
fn core_10_refuses_what_cannot_be() {
    for answers in
        ["[41, 10, false]", "[-1, 10, false]", "[10, 11, false]", "[10.5, 10, false]", r#"["ten", 10, false]"#]
    {
        assert!(matches!(error("core10", answers), ScoreError::OutOfRange { .. }), "{answers}");
    }
    // What cannot be is told before what is missing.
    assert!(matches!(error("core10", r#"{"total": 99}"#), ScoreError::OutOfRange { .. }));
    let impossible = error("core10", "[37, 9, false]");
    assert_eq!(impossible.to_string(), "9 answered items cannot sum to 37: at most 36");
    assert!(impossible.is_wrong_answer() && !error("core10", "[10, 8, false]").is_wrong_answer());
}

#[test]
fn the_risk_item_of_core_10_alerts_whatever_the_total_and_without_one() {
    for answers in ["[0, 10, true]", "[40, 10, true]", "[0, 5, true]", "[null, null, true]", "[99, 10, true]"] {
        let sheet = score_sheet_json(form("core10"), answers).unwrap();
        assert_eq!(sheet.alerts.len(), 1, "{answers}");
        assert_eq!(sheet.alerts[0].kind, AlertKind::SelfHarm);
    }
    let calm = score_sheet_json(form("core10"), "[40, 10, false]").unwrap();
    assert!(calm.alerts.is_empty() && calm.notices.iter().all(|notice| !notice.contains("not answered")));
    let silent = score_sheet_json(form("core10"), "[5, 10, null]").unwrap();
    assert!(silent.alerts.is_empty());
    assert!(silent.notices.iter().any(|notice| notice.ends_with("no alert does not mean that there is no risk")));
}

#[test]
fn that_the_self_harm_item_was_not_answered_can_be_signed_and_is_said() {
    let cases = [
        ("core10", "risk", "not_answered", "[20, 9, \"not_answered\"]"),
        ("honos", "self_injury", "not_rated", "[20, \"not_rated\"]"),
    ];
    for (id, question, code, json) in cases {
        let sheet = score_sheet_json(form(id), json).unwrap();
        assert!(sheet.total.is_some() && sheet.alerts.is_empty() && sheet.wrong.is_none(), "{id}");
        let silent =
            sheet.notices.iter().any(|notice| notice.ends_with("no alert does not mean that there is no risk"));
        assert!(silent, "{id}: {:?}", sheet.notices);
        let mut answers = Answers::default();
        for (question, given) in [("total", "20"), ("answered", "9"), (question, code)] {
            answers.set(question, [given]);
        }
        let now = throughline_domain::time::from_london("2026-03-26T12:00:00".parse().unwrap());
        assert_eq!(form(id).check(&answers, Purpose::Sign, now), [], "{id}");
        let score = form(id).snapshot(&answers).score.expect("it is scored").score;
        assert!(score.notices.iter().any(|notice| notice.ends_with("no alert does not mean that there is no risk")));
    }
}

#[test]
fn the_score_of_a_self_harm_item_is_never_refused_without_its_alert() {
    for score in ["1", "2", "3", "4", "3.0", "9"] {
        for (id, json) in
            [("core10", format!("[12, 10, {score}]")), ("honos", format!(r#"{{"total": 12, "self_injury": {score}}}"#))]
        {
            let sheet = score_sheet_json(form(id), &json).unwrap();
            assert_eq!((sheet.alerts.len(), sheet.total, &sheet.wrong), (1, Some(12), &None), "{id} {json}");
        }
    }
    assert!(score_sheet_json(form("core10"), "[12, 10, 0]").unwrap().alerts.is_empty());
    assert!(matches!(error("core10", "[12, 10, -1]"), ScoreError::NotOffered { .. }));
}

#[test]
fn a_total_of_nought_with_an_item_above_nought_is_told_and_keeps_the_alert() {
    let contradictory = |id, json| {
        let sheet = score_sheet_json(form(id), json).unwrap();
        (sheet.alerts.len(), sheet.notices.iter().any(|notice| notice.contains("contradict each other: check both")))
    };
    assert_eq!(contradictory("core10", r#"{"total": 0, "answered": 10, "risk": "yes"}"#), (1, true));
    assert_eq!(contradictory("honos", r#"{"total": 0, "self_injury": "yes"}"#), (1, true));
    assert_eq!(contradictory("core10", r#"{"total": 1, "answered": 10, "risk": "yes"}"#), (1, false));
    assert_eq!(contradictory("core10", r#"{"total": 0, "answered": 10, "risk": "no"}"#), (0, false));
}

#[test]
fn the_form_says_which_items_of_core_10_are_turned() {
    // One guide says 3 and 4; the items themselves say 2 and 3.
    assert!(form("core10").intro.contains("items, 2 and 3, count the other way round"));
}

#[test]
fn honos_has_a_total_and_no_band_and_says_who_rates() {
    let no_bands = "No bands: compare it with earlier ratings";
    scored("honos", r#"{"total": 0, "self_injury": "no"}"#, 0, no_bands);
    scored("honos", r#"{"total": 48, "self_injury": "no"}"#, 48, no_bands);
    assert!(matches!(error("honos", r#"{"total": 49}"#), ScoreError::OutOfRange { .. }));
    let score = score_answers_json(form("honos"), r#"{"total": 10, "self_injury": "no"}"#).unwrap();
    assert!(score.caveats.iter().any(|notice| notice.starts_with("Rated by a clinician")));
    assert_eq!(form("honos").scoring.as_ref().unwrap().rated_by, Rater::Clinician);
    let rated = score_sheet_json(form("honos"), r#"{"self_injury": "yes"}"#).unwrap();
    assert_eq!((rated.total, rated.alerts.len()), (None, 1));
}

#[test]
fn asrs_is_at_the_cut_off_from_four() {
    let (below, at) = ("Below the cut-off of 4", "At or above the cut-off of 4");
    for (total, band) in [(0, below), (3, below), (4, at), (5, at), (6, at)] {
        scored("asrs", &format!("[{total}]"), total, band);
    }
    assert!(matches!(error("asrs", "[7]"), ScoreError::OutOfRange { .. }));
}

#[test]
fn ldsq_says_what_the_manual_says_and_has_no_cut_off_of_ours() {
    let likely = "Learning disability likely, by the manual’s table";
    scored("ldsq", r#"{"total": 90, "manual_says": "likely"}"#, 90, likely);
    scored(
        "ldsq",
        r#"{"total": 10, "manual_says": "not_indicated"}"#,
        10,
        "Learning disability not indicated, by the manual’s table",
    );
    assert!(form("ldsq").scoring.as_ref().unwrap().bands().is_empty());
    assert!(
        matches!(error("ldsq", r#"{"total": 10}"#), ScoreError::NotEntered { question } if question == "manual_says")
    );
    let sheet = score_sheet_json(form("ldsq"), r#"{"manual_says": "likely"}"#).unwrap();
    assert_eq!((sheet.total, sheet.alerts[0].kind), (None, AlertKind::AppropriateAdult));
    let low = score_answers_json(form("ldsq"), r#"{"total": 90, "manual_says": "likely"}"#).unwrap();
    assert!(low.caveats.contains(&"A low score is the one that matters on this instrument".to_owned()));
}

#[test]
fn a_total_that_cannot_be_is_told_beside_its_field_before_signing() {
    let told = |pairs: &[(&str, &str)]| {
        let mut answers = Answers::default();
        for (field, value) in pairs {
            answers.set(field, [*value]);
        }
        let now = throughline_domain::time::from_london("2026-03-26T12:00:00".parse().unwrap());
        let errors = form("core10").check(&answers, Purpose::Sign, now);
        errors.into_iter().map(|error| (error.field_name, error.message)).collect::<Vec<_>>()
    };
    let risk = ("risk", "no");
    assert!(told(&[("total", "36"), ("answered", "9"), risk]).is_empty());
    assert!(told(&[("total", " 36 "), ("answered", "7"), risk]).len() == 1, "28 is the most of seven");
    assert!(told(&[("total", "12"), ("answered", "7"), risk]).is_empty(), "too few is signed without a score");
    let whole = told(&[("total", "12.5"), ("answered", "10"), risk]);
    assert_eq!(whole, [("total".to_owned(), "‘12.5’ cannot be: enter a whole number from 0 to 40".to_owned())]);
    let impossible = told(&[("total", "37"), ("answered", "9"), risk]);
    assert_eq!(impossible[0].1, "9 answered items cannot sum to 37, at most to 36: check both numbers");
    assert_eq!(told(&[("total", "41"), ("answered", "10"), risk]).len(), 1, "one thing is told once");
    let fields: Vec<String> = told(&[]).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["total", "answered", "risk"], "silence about risk is not signed");
}

#[test]
fn a_letter_carries_the_caveats_and_none_of_the_answers() {
    let mut answers = Answers::default();
    for (question, given) in [("total", "9"), ("answered", "9"), ("risk", "yes")] {
        answers.set(question, [given]);
    }
    let letter = form("core10").snapshot(&answers).for_document("health_letter");
    let score = letter.score.expect("the letter may carry it").score;
    assert_eq!((score.total, score.statement.as_str()), (10, "Screen, not a diagnosis"));
    assert!(score.notices.is_empty() && score.alerts.is_empty() && letter.sections.is_empty());
    assert!(form("core10").snapshot(&answers).for_document("court_report").score.is_none());
}

#[test]
fn items_are_shown_only_where_the_licence_says_so() {
    for form in catalogue().all().iter().filter(|form| form.kind == FormKind::Instrument) {
        let (licence, scoring) = (form.licence.as_ref().unwrap(), form.scoring.as_ref().unwrap());
        let entered = matches!(scoring.method, Method::Entered(_));
        assert_eq!(licence.items_shown, !entered, "{}", form.id);
        assert_eq!(form.items().next().is_some(), licence.items_shown, "{}", form.id);
        for text in [&licence.holder, &licence.terms, &licence.source, &scoring.source] {
            assert!(!text.trim().is_empty(), "{}", form.id);
        }
    }
}

#[test]
fn no_reading_bands_the_risk_of_suicide() {
    for form in catalogue().all().iter().filter(|form| form.kind == FormKind::Instrument) {
        let named: Vec<&str> = match &form.scoring.as_ref().unwrap().reading {
            Reading::Bands(bands) => bands.iter().map(|band| band.label.as_str()).collect(),
            Reading::Rules(rules) => rules.iter().map(|rule| rule.label.as_str()).collect(),
            Reading::TotalOnly(words) => vec![words],
            Reading::ReadOff(_) => Vec::new(),
        };
        for label in named {
            let label = label.to_lowercase();
            assert!(!label.contains("suicid") && !label.contains("self-harm"), "{}: {label}", form.id);
        }
    }
}
