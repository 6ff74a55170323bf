//! Every summed instrument against an independent computation, for random complete answers.
//!
//! The tables below are written from the instruments' publications, not from the files in `forms/`.
use proptest::prelude::*;
use throughline_forms::{ScoreError, catalogue, score_answers_json, score_sheet_json};

/// What an instrument counts, from its publication.
struct Tool {
    id: &'static str,
    /// The scores an item may have, for each item.
    items: &'static [&'static [i32]],
    /// The lowest total of each band after the first.
    thresholds: &'static [i32],
    /// The place of the item about self-harm.
    self_harm: Option<usize>,
}

const FOUR: &[i32] = &[0, 1, 2, 3];
const FIVE: &[i32] = &[0, 1, 2, 3, 4];
const YES: &[i32] = &[0, 1];
const HARM: &[i32] = &[0, 2, 4];

const TOOLS: &[Tool] = &[
    Tool { id: "phq9", items: &[FOUR; 9], thresholds: &[5, 10, 15, 20], self_harm: Some(8) },
    Tool { id: "gad7", items: &[FOUR; 7], thresholds: &[5, 10, 15], self_harm: None },
    Tool { id: "audit_c", items: &[FIVE; 3], thresholds: &[5], self_harm: None },
    Tool {
        id: "audit",
        items: &[FIVE, FIVE, FIVE, FIVE, FIVE, FIVE, FIVE, FIVE, HARM, HARM],
        thresholds: &[8, 16, 20],
        self_harm: None,
    },
    Tool { id: "pc_ptsd5", items: &[YES; 6], thresholds: &[3, 4], self_harm: None },
    Tool { id: "aq10", items: &[YES; 10], thresholds: &[6], self_harm: None },
];

impl Tool {
    /// Whether an item that the AUDIT or the PC-PTSD-5 does not ask after these answers has points all the same.
    fn contradicts(&self, scores: &[i32]) -> bool {
        let points = |from: usize, to: usize| scores.iter().skip(from).take(to - from).sum::<i32>() > 0;
        match self.id {
            "audit" | "audit_c" if scores[0] == 0 => points(1, 8),
            "audit" if scores[1] + scores[2] == 0 => points(3, 8),
            "pc_ptsd5" if scores[0] == 0 => points(1, 6),
            _ => false,
        }
    }

    /// The total by hand: a sum, but for what the AUDIT and the PC-PTSD-5 leave out.
    fn total(&self, scores: &[i32]) -> i32 {
        match self.id {
            "audit" | "audit_c" if scores[0] == 0 => scores.iter().skip(8).sum(),
            "audit" if scores[1] + scores[2] == 0 => scores[0] + scores[8] + scores[9],
            "pc_ptsd5" => scores[0] * scores[1..].iter().sum::<i32>(),
            _ => scores.iter().sum(),
        }
    }

    /// How many thresholds the total has reached.
    fn band(&self, total: i32) -> usize {
        self.thresholds.iter().filter(|threshold| total >= **threshold).count()
    }
}

/// A tool with a score for each of its items.
fn answered() -> impl Strategy<Value = (usize, Vec<i32>)> {
    (0..TOOLS.len()).prop_flat_map(|place| {
        let picks: Vec<_> = TOOLS[place].items.iter().map(|scores| proptest::sample::select(*scores)).collect();
        (Just(place), picks)
    })
}

#[test]
fn what_was_answered_against_a_skip_rule_is_no_low_risk() {
    let cases = [("audit", "[4,0,0,4,4,4,4,4,4,4]"), ("audit", "[0,4,4,4,4,4,4,4,0,0]"), ("pc_ptsd5", "[0,1,1,1,1,1]")];
    for (id, answers) in cases {
        let sheet = score_sheet_json(catalogue().get(id).unwrap(), answers).unwrap();
        assert_eq!((sheet.total, sheet.band), (None, None), "{id} {answers}");
    }
}

proptest! {
    #[test]
    fn complete_answers_score_as_published((place, scores) in answered()) {
        let tool = &TOOLS[place];
        let form = catalogue().get(tool.id).expect("it is shipped");
        let scored = score_answers_json(form, &serde_json::to_string(&scores).unwrap());
        if tool.contradicts(&scores) {
            let is_told = matches!(scored, Err(ScoreError::Contradictory { .. }));
            prop_assert!(is_told, "{} {:?}: {:?}", tool.id, &scores, scored);
            return Ok(());
        }
        let score = scored.expect("complete answers score");
        let total = tool.total(&scores);
        prop_assert_eq!(score.total, total, "{} {:?}", tool.id, &scores);
        let bands = form.scoring.as_ref().unwrap().bands();
        prop_assert_eq!(&score.band, &bands[tool.band(total)].label, "{} {:?}", tool.id, &scores);
        prop_assert_eq!(bands.len(), tool.thresholds.len() + 1);
        let alerts = tool.self_harm.is_some_and(|item| scores[item] > 0);
        prop_assert_eq!(!score.alerts.is_empty(), alerts, "{} {:?}", tool.id, &scores);
        prop_assert!(score.missing.is_empty() && !score.prorated);
    }

    #[test]
    fn bjmhs_refers_as_published(yes in proptest::collection::vec(any::<bool>(), 8)) {
        let symptoms = yes[..6].iter().filter(|yes| **yes).count();
        let refer = symptoms >= 2 || yes[6] || yes[7];
        let score = score_answers_json(catalogue().get("bjmhs").unwrap(), &serde_json::to_string(&yes).unwrap()).unwrap();
        prop_assert_eq!(score.band.starts_with("Refer"), refer);
        prop_assert_eq!(usize::try_from(score.total).unwrap(), yes.iter().filter(|yes| **yes).count());
    }

    #[test]
    fn cmhs_counts_as_published(yes in proptest::collection::vec(any::<bool>(), 20)) {
        for (id, yes, threshold) in [("cmhs_m", &yes[..12], 6), ("cmhs_w", &yes[12..], 4)] {
            let answers: Vec<i32> = yes.iter().map(|yes| i32::from(*yes)).collect();
            let total: i32 = answers.iter().sum();
            let form = catalogue().get(id).expect("it is shipped");
            let score = score_answers_json(form, &serde_json::to_string(&answers).unwrap()).expect("complete answers score");
            prop_assert_eq!((score.total, score.band.starts_with("At or above")), (total, total >= threshold));
        }
    }

    #[test]
    fn core_10_scores_as_published(items in proptest::collection::vec(0..=4_i32, 10), missing in proptest::option::of(0..10_usize)) {
        let given: Vec<i32> = (0..10).filter(|item| Some(*item) != missing).map(|item| items[item]).collect();
        let (sum, risk) = (given.iter().sum::<i32>(), missing != Some(5) && items[5] > 0);
        let answers = format!("[{sum}, {}, {risk}]", given.len());
        let sheet = score_sheet_json(catalogue().get("core10").unwrap(), &answers).unwrap();
        // Twice the sum and a half, in whole numbers: the nearest, and up from a half.
        let count = i32::try_from(given.len()).unwrap();
        prop_assert_eq!(sheet.total, Some((20 * sum + count) / (2 * count)));
        prop_assert_eq!(sheet.prorated, missing.is_some());
        prop_assert_eq!(!sheet.alerts.is_empty(), risk);
    }

    #[test]
    fn a_positive_self_harm_item_is_never_without_its_alert(scores in proptest::collection::vec(proptest::option::of(0..=3_i32), 9)) {
        let sheet = score_sheet_json(catalogue().get("phq9").unwrap(), &serde_json::to_string(&scores).unwrap()).unwrap();
        prop_assert_eq!(!sheet.alerts.is_empty(), scores[8].is_some_and(|score| score > 0));
        let silent = sheet.notices.iter().any(|notice| notice.ends_with("no alert does not mean that there is no risk"));
        prop_assert_eq!(silent, scores[8].is_none());
        let missing = scores.iter().filter(|score| score.is_none()).count();
        prop_assert_eq!(sheet.total.is_some(), missing <= 2);
    }
}
