//! PC-PTSD-5, BJMHS, CMHS and AQ-10: the gate, the rules and the two directions.
use throughline_domain::place::PointOfContact;
use throughline_forms::{About, Answers, Form, ScoreError, catalogue, score_answers_json, score_sheet_json};

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
fn pc_ptsd_5_names_both_cut_offs() {
    scored("pc_ptsd5", "[true, 0, 0, 0, 0, 0]", 0, "Below the cut-offs");
    scored("pc_ptsd5", "[true, 1, 1, 0, 0, 0]", 2, "Below the cut-offs");
    scored("pc_ptsd5", "[true, 1, 1, 1, 0, 0]", 3, "Positive at the sensitive cut-off of 3");
    scored("pc_ptsd5", "[true, 1, 1, 1, 1, 0]", 4, "Positive at both cut-offs, 3 and 4");
    scored("pc_ptsd5", "[true, 1, 1, 1, 1, 1]", 5, "Positive at both cut-offs, 3 and 4");
}

#[test]
fn without_an_event_pc_ptsd_5_is_nought_and_asks_no_more() {
    scored("pc_ptsd5", r#"{"exposure": "no"}"#, 0, "Below the cut-offs");
    scored("pc_ptsd5", "[false, 0, 0, 0, 0, 0]", 0, "Below the cut-offs");
    let contradictory = score_answers_json(form("pc_ptsd5"), "[false, 1, 1, 1, 1, 1]").unwrap_err();
    assert!(
        matches!(&contradictory, ScoreError::Contradictory { answered, by } if answered.len() == 5 && by == &["exposure"]),
        "{contradictory}"
    );
    let mut answers = Answers::default();
    answers.set("exposure", ["no"]);
    assert_eq!(form("pc_ptsd5").visible(&answers).len(), 1);
}

#[test]
fn an_event_nobody_asked_about_is_no_nought() {
    for answers in ["[]", "{}", "[null, 0, 0, 0, 0, 0]", "[null, 1, 1, 1, 1, 1]"] {
        let error = score_answers_json(form("pc_ptsd5"), answers).unwrap_err();
        assert!(matches!(&error, ScoreError::Missing { missing, .. } if missing.len() == 5), "{answers}: {error}");
    }
    let error = score_answers_json(form("pc_ptsd5"), "[true, 1, 1, 1, 1, null]").unwrap_err();
    assert!(matches!(&error, ScoreError::Missing { missing, .. } if missing == &["guilty"]), "{error}");
}

const REFER: &str = "Refer for a mental health assessment";
const NO_REASON: &str = "No reason to refer by the rule of this screen";

#[test]
fn bjmhs_refers_by_its_rule_and_not_by_its_total() {
    scored("bjmhs", "[0, 0, 0, 0, 0, 0, 0, 0]", 0, NO_REASON);
    scored("bjmhs", "[1, 0, 0, 0, 0, 0, 0, 0]", 1, NO_REASON);
    scored("bjmhs", "[0, 0, 0, 0, 0, 1, 0, 0]", 1, NO_REASON);
    scored("bjmhs", "[1, 1, 0, 0, 0, 0, 0, 0]", 2, REFER);
    scored("bjmhs", "[0, 0, 0, 0, 1, 1, 0, 0]", 2, REFER);
    scored("bjmhs", "[0, 0, 0, 0, 0, 0, 1, 0]", 1, REFER);
    scored("bjmhs", "[0, 0, 0, 0, 0, 0, 0, 1]", 1, REFER);
    scored("bjmhs", "[1, 1, 1, 1, 1, 1, 1, 1]", 8, REFER);
    scored("bjmhs", r#"[0, 0, 0, 0, 0, 0, 0, 0, "yes"]"#, 0, REFER);
}

#[test]
fn bjmhs_says_on_what_the_result_rests() {
    let notices = |answers| score_answers_json(form("bjmhs"), answers).unwrap().notices;
    assert_eq!(
        notices("[1, 1, 0, 0, 0, 0, 0, 1]")[0],
        "Because: 2 or more current symptoms; has been in hospital for emotional or mental health problems"
    );
    assert!(notices("[0, 0, 0, 0, 0, 0, 0, 0]").is_empty());
}

#[test]
fn bjmhs_refers_on_what_was_answered_but_clears_nobody_who_was_not_asked() {
    let hospital = score_answers_json(form("bjmhs"), r#"{"hospital": "yes"}"#).unwrap();
    assert_eq!((hospital.band.as_str(), hospital.missing.len(), hospital.prorated), (REFER, 7, false));
    assert!(hospital.notices.iter().any(|notice| notice.starts_with("7 of 8 items are not answered")));
    // One symptom and one unanswered: two could still be reached.
    for answers in ["[1, null, 0, 0, 0, 0, 0, 0]", "[0, 0, 0, 0, 0, 0, null, 0]", "[0, 0, 0, 0, 0, 0, 0, null]"] {
        let error = score_answers_json(form("bjmhs"), answers).unwrap_err();
        assert!(matches!(&error, ScoreError::Undecided { missing } if missing.len() == 1), "{answers}: {error}");
    }
    assert!(
        matches!(score_answers_json(form("bjmhs"), "[]"), Err(ScoreError::Undecided { missing }) if missing.len() == 8)
    );
    let seen = score_answers_json(form("bjmhs"), r#"{"other_reason": "yes"}"#).unwrap();
    assert_eq!((seen.total, seen.band.as_str()), (0, REFER), "somebody who answers nothing can be referred");
    let sheet = score_sheet_json(form("bjmhs"), "[0, 0, 0, 0, 0, 0, 0, null]").unwrap();
    assert_eq!((sheet.total, sheet.band, sheet.missing), (None, None, vec!["hospital".to_owned()]));
    // None of the missing can decide: two symptoms are out of reach.
    scored("bjmhs", "[0, null, 0, 0, 0, 0, 0, 0]", 0, NO_REASON);
}

/// The CMHS forms: their number of items and the threshold.
const CMHS: [(&str, usize, usize); 2] = [("cmhs_m", 12, 6), ("cmhs_w", 8, 4)];

/// Answers to a screen of `items` questions, the first `yes` of them yes.
fn first_yes(items: usize, yes: usize) -> String {
    let answers: Vec<&str> = (0..items).map(|place| if place < yes { "\"yes\"" } else { "\"no\"" }).collect();
    format!("[{}]", answers.join(", "))
}

#[test]
fn cmhs_names_its_threshold_and_says_that_nobody_has_verified_it() {
    for (id, items, threshold) in CMHS {
        assert_eq!(form(id).items().count(), items, "{id}");
        let (below, at) =
            (format!("Below the threshold of {threshold}"), format!("At or above the threshold of {threshold}"));
        for yes in 0..=items {
            let band = if yes < threshold { &below } else { &at };
            scored(id, &first_yes(items, yes), i32::try_from(yes).unwrap(), band);
        }
        let score = score_answers_json(form(id), &first_yes(items, 0)).unwrap();
        assert!(score.caveats.iter().any(|notice| notice.starts_with("Not verified: the threshold of")), "{id}");
        let mut answers = throughline_forms::Answers::default();
        form(id).items().for_each(|item| answers.set(&item.id, ["yes"]));
        let letter = form(id).snapshot(&answers).for_document("health_letter").score.expect("it is scored").score;
        assert!(letter.caveats[0].starts_with("Not verified"), "what is not verified goes with the band");
    }
}

#[test]
fn cmhs_is_at_its_threshold_whatever_was_left_out_and_below_it_only_when_it_is_out_of_reach() {
    for (id, items, threshold) in CMHS {
        let with = |yes: usize, no: usize| {
            let given = [vec!["1"; yes], vec!["0"; no], vec!["null"; items - yes - no]].concat().join(", ");
            score_answers_json(form(id), &format!("[{given}]"))
        };
        assert!(with(threshold, 0).unwrap().band.starts_with("At or above"), "{id}");
        let open = with(threshold - 1, items - threshold).unwrap_err();
        assert!(matches!(&open, ScoreError::Undecided { missing } if missing.len() == 1), "{id}: {open}");
        assert!(with(threshold - 2, items - threshold + 1).unwrap().band.starts_with("Below"), "{id}");
    }
}

#[test]
fn aq_10_counts_agreement_for_some_and_disagreement_for_the_others() {
    let agree = r#"["definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree", "definitely_agree"]"#;
    let score = score_answers_json(form("aq10"), agree).unwrap();
    assert_eq!(score.items.iter().map(|item| item.score).collect::<Vec<_>>(), [1, 0, 0, 0, 0, 0, 1, 1, 0, 1]);
    for (answer, total) in [("slightly_agree", 4), ("slightly_disagree", 6), ("definitely_disagree", 6)] {
        let answers = agree.replace("definitely_agree", answer);
        assert_eq!(score_answers_json(form("aq10"), &answers).unwrap().total, total, "{answer}");
    }
}

#[test]
fn aq_10_is_at_the_cut_off_from_six_and_not_from_seven() {
    let (below, at) = ("Below the cut-off of 6", "At or above the cut-off of 6");
    scored("aq10", "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", 0, below);
    scored("aq10", "[1, 1, 1, 1, 1, 0, 0, 0, 0, 0]", 5, below);
    scored("aq10", "[1, 1, 1, 1, 1, 1, 0, 0, 0, 0]", 6, at);
    scored("aq10", "[1, 1, 1, 1, 1, 1, 1, 0, 0, 0]", 7, at);
    scored("aq10", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", 10, at);
    let error = score_answers_json(form("aq10"), "[1, 1, 1, 1, 1, 1, 1, 1, 1]").unwrap_err();
    assert_eq!(error.to_string(), "1 of 10 items are not answered (intentions); a score needs all 10");
}

#[test]
fn what_was_made_for_adults_is_not_offered_first_to_a_child() {
    let aged = |age| About { age: Some(age), contact: PointOfContact::Custody };
    for (id, from_age) in [("aq10", 16), ("asrs", 18), ("ldsq", 18), ("honos", 18)] {
        let fits = &form(id).fits;
        assert!(!fits.suits(aged(12)) && !fits.suits(aged(from_age - 1)), "{id}");
        assert!(fits.suits(aged(from_age)) && fits.suits(About { age: None, ..aged(0) }), "{id}");
    }
    assert!(form("phq9").fits.suits(aged(12)), "it says nothing of age");
}
