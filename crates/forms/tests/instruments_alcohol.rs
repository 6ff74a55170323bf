//! AUDIT-C and AUDIT: thresholds, the published skip rules, and what comes next.
use throughline_forms::{Answers, Form, Prefill, Purpose, ScoreError, catalogue, score_answers_json, score_sheet_json};

fn form(id: &str) -> &'static Form {
    catalogue().get(id).expect("it is shipped")
}

#[track_caller]
fn scored(id: &str, answers: &str, total: i32, band: &str) {
    let score = score_answers_json(form(id), answers).expect("it can be scored");
    assert_eq!((score.total, score.band.as_str()), (total, band), "{id} {answers}");
    assert_eq!(score.statement, "Screen, not a diagnosis");
}

#[test]
fn audit_c_is_positive_from_five() {
    let positive = "Positive: increasing or higher risk";
    scored("audit_c", "[0, null, null]", 0, "Lower risk");
    scored("audit_c", "[1, 0, 0]", 1, "Lower risk");
    scored("audit_c", "[2, 1, 1]", 4, "Lower risk");
    scored("audit_c", "[4, 0, 0]", 4, "Lower risk");
    scored("audit_c", "[2, 2, 1]", 5, positive);
    scored("audit_c", "[4, 4, 4]", 12, positive);
    assert_eq!(score_answers_json(form("audit_c"), "[4, 4, 4]").unwrap().out_of, 12);
}

#[test]
fn a_positive_audit_c_goes_on_with_the_audit_which_takes_its_answers_over() {
    let next = |answers| score_answers_json(form("audit_c"), answers).unwrap().next;
    assert_eq!(next("[2, 1, 1]"), None);
    let positive = next("[2, 2, 1]").expect("5 is positive");
    assert_eq!(positive.form.as_deref(), Some("audit"));
    for question in form("audit_c").questions() {
        let taken = form("audit").question(&question.id).expect("the AUDIT asks it as well");
        let from = Prefill::Latest { form: "audit_c".into(), question: question.id.clone() };
        assert_eq!(taken.prefill, Some(from));
        assert_eq!((&taken.label, &taken.options), (&question.label, &question.options), "what is taken over fits");
    }
    let taken = form("audit").questions().filter(|question| question.prefill.is_some()).count();
    assert_eq!(taken, 3, "and nothing else is taken over");
}

#[test]
fn audit_names_every_threshold() {
    // Answers to questions 1 to 10, and what they sum to by hand.
    let cases = [
        ("[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]", 1, "Lower risk"),
        ("[4, 1, 1, 1, 0, 0, 0, 0, 0, 0]", 7, "Lower risk"),
        ("[4, 1, 1, 1, 1, 0, 0, 0, 0, 0]", 8, "Increasing risk"),
        ("[4, 4, 4, 1, 0, 0, 0, 0, 2, 0]", 15, "Increasing risk"),
        ("[4, 4, 4, 2, 0, 0, 0, 0, 2, 0]", 16, "Higher risk"),
        ("[4, 4, 4, 3, 0, 0, 0, 0, 4, 0]", 19, "Higher risk"),
        ("[4, 4, 4, 4, 0, 0, 0, 0, 4, 0]", 20, "Possible dependence"),
        ("[4, 4, 4, 4, 4, 4, 4, 4, 4, 4]", 40, "Possible dependence"),
    ];
    for (answers, total, band) in cases {
        scored("audit", answers, total, band);
    }
}

#[test]
fn possible_dependence_is_referred_and_not_advised() {
    let next = |answers| score_answers_json(form("audit"), answers).unwrap().next.map(|next| next.words);
    assert_eq!(next("[4, 1, 1, 1, 0, 0, 0, 0, 0, 0]"), None);
    assert_eq!(next("[4, 1, 1, 1, 1, 0, 0, 0, 0, 0]").as_deref(), Some("Offer brief advice"));
    let words = next("[4, 4, 4, 4, 0, 0, 0, 0, 4, 0]").expect("20 goes on");
    assert_eq!(words, "Refer to a specialist alcohol service: brief advice is not enough");
}

#[test]
fn who_never_drinks_is_asked_the_last_two_questions_only() {
    let score = score_answers_json(form("audit"), "[0, null, null, null, null, null, null, null, 2, 4]").unwrap();
    assert_eq!((score.total, score.missing.len(), score.skipped.len()), (6, 0, 7));
    assert!(!score.prorated);
    assert!(score.notices[0].starts_with("By an earlier answer, 7 items do not apply and count 0"));
    let error =
        score_answers_json(form("audit"), "[0, null, null, null, null, null, null, null, 2, null]").unwrap_err();
    assert!(matches!(&error, ScoreError::Missing { missing, .. } if missing == &["advice"]), "{error}");
}

#[test]
fn nothing_heavy_in_questions_two_and_three_skips_to_question_nine() {
    let score = score_answers_json(form("audit"), "[3, 0, 0, null, null, null, null, null, 0, 0]").unwrap();
    assert_eq!((score.total, score.missing.len(), score.skipped.len()), (3, 0, 5));
    // One point in either of the two, and questions 4 to 8 are asked: unanswered, they are missing.
    for answers in ["[3, 1, 0, null, null, null, null, null, 0, 0]", "[3, 0, 1, null, null, null, null, null, 0, 0]"] {
        let error = score_answers_json(form("audit"), answers).unwrap_err();
        assert!(matches!(&error, ScoreError::Missing { missing, .. } if missing.len() == 5), "{error}");
    }
}

#[test]
fn what_hangs_on_an_unanswered_question_is_missing_and_not_skipped() {
    let missing = |answers| match score_answers_json(form("audit"), answers).unwrap_err() {
        ScoreError::Missing { missing, .. } => missing.len(),
        other => panic!("{other}"),
    };
    assert_eq!(missing("[null, null, null, null, null, null, null, null, 0, 0]"), 8);
    assert_eq!(missing("[3, 0, null, null, null, null, null, null, 0, 0]"), 6);
    assert_eq!(missing("[3, null, 0, null, null, null, null, null, 0, 0]"), 6);
}

#[test]
fn a_nought_to_a_question_that_was_skipped_changes_nothing_and_is_told() {
    let score = score_answers_json(form("audit"), "[0, 0, 0, 0, 0, 0, 0, 0, 2, 0]").unwrap();
    assert_eq!((score.total, score.skipped.len()), (2, 7));
    assert!(score.notices.iter().any(|notice| notice.starts_with("Answers to items that do not apply are kept")));
}

#[test]
fn an_answer_that_would_count_is_never_left_out_of_a_total() {
    let later = ["unable_to_stop", "failed", "morning", "guilt", "memory"].as_slice();
    let cases: [(&str, &str, &[&str], &[&str]); 4] = [
        ("audit", "[0, 4, 4, 4, 4, 4, 4, 4, 0, 0]", &[&["amount", "binge"], later].concat(), &["frequency"]),
        ("audit", "[4, 0, 0, 4, 4, 4, 4, 4, 4, 4]", later, &["amount", "binge"]),
        ("audit", "[0, null, null, 1, null, null, null, null, null, null]", &["unable_to_stop"], &["frequency"]),
        ("audit_c", "[0, 1, 0]", &["amount"], &["frequency"]),
    ];
    for (id, answers, answered, by) in cases {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let error = score_answers_json(form(id), answers).unwrap_err();
        assert_eq!(error, ScoreError::Contradictory { answered: ids(answered), by: ids(by) }, "{answers}");
        let sheet = score_sheet_json(form(id), answers).unwrap();
        assert_eq!((sheet.total, sheet.band.as_deref()), (None, None), "{answers}");
        assert!(sheet.wrong.is_none(), "each answer is one that is offered");
        let told = sheet.notices.iter().find(|notice| notice.starts_with("Not scored: answers contradict each other"));
        let told = told.unwrap_or_else(|| panic!("{answers}: {:?}", sheet.notices));
        assert!(answered.iter().chain(by).all(|id| told.contains(id)), "{told}");
    }
}

#[test]
fn on_the_page_a_contradiction_names_the_questions_by_their_words() {
    let mut answers = Answers::default();
    for (question, code) in [("frequency", "never"), ("amount", "ten_or_more"), ("injury", "no"), ("advice", "no")] {
        answers.set(question, [code]);
    }
    let withheld = form("audit").snapshot(&answers).score_withheld.expect("it has no score");
    assert!(withheld.contains("“How often do you have a drink containing alcohol?”"), "{withheld}");
    assert!(withheld.contains("“How many units of alcohol do you drink"), "{withheld}");
}

#[test]
fn the_page_asks_what_the_skip_rules_leave() {
    let visible = |pairs: &[(&str, &str)]| {
        let mut answers = Answers::default();
        for (question, code) in pairs {
            answers.set(question, [*code]);
        }
        form("audit").visible(&answers).iter().map(|question| question.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(visible(&[("frequency", "never")]), ["frequency", "injury", "advice"]);
    let light = [("frequency", "monthly_or_less"), ("amount", "one_or_two"), ("binge", "never")];
    assert_eq!(visible(&light), ["frequency", "amount", "binge", "injury", "advice"]);
    let heavy = [("frequency", "monthly_or_less"), ("amount", "one_or_two"), ("binge", "monthly")];
    assert_eq!(visible(&heavy).len(), 10);
}

#[test]
fn a_form_that_skips_is_signed_without_the_skipped() {
    let mut answers = Answers::default();
    for (question, code) in [("frequency", "never"), ("injury", "no"), ("advice", "no")] {
        answers.set(question, [code]);
    }
    let now = throughline_domain::time::from_london("2026-03-26T12:00:00".parse().unwrap());
    assert!(form("audit").check(&answers, Purpose::Sign, now).is_empty());
    let score = form("audit").snapshot(&answers).score.expect("it is scored").score;
    assert_eq!((score.total, score.band.as_str()), (0, "Lower risk"));
}
