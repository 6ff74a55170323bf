//! What is frozen of a form when it is signed: its answers in its own words, and what it says of risk.

use crate::{Error, Result};
use throughline_forms::{Answers, Form, RiskAnswer, RiskConclusion, Snapshot, catalogue};

/// Stands for the areas of a known risk, where nobody can tell any more which they were.
const NOT_READABLE: &str = "areas that can no longer be read: open the form";

#[derive(serde::Serialize)]
struct Frozen {
    #[serde(flatten)]
    snapshot: Snapshot,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<RiskAnswer>,
}

/// The text that is kept of what is signed. What it says of risk stands beside the snapshot and not in it, so that
/// only the risk card has it, and no document.
pub(super) fn freeze(form: &Form, answers: &Answers) -> Result<String> {
    let frozen = Frozen { snapshot: form.snapshot(answers), risk: form.risk(answers) };
    serde_json::to_string(&frozen).map_err(|error| Error::Corrupt(error.to_string()))
}

#[derive(serde::Deserialize)]
struct SaysOfRisk {
    risk: Option<RiskAnswer>,
    /// All that was frozen before the whole answer was.
    risk_state: Option<RiskConclusion>,
}

/// What a signed form says of risk. `None` when that cannot be read: it is never taken for a form that found
/// nothing.
pub(crate) fn risk_of(frozen: &str) -> Option<RiskAnswer> {
    let says: SaysOfRisk = serde_json::from_str(frozen).ok()?;
    says.risk.or_else(|| risk_asked_again(frozen, says.risk_state))
}

/// What a form says of which the state alone was frozen, or nothing because nobody could ask: the form is asked
/// again, while it is still the version that was signed. A known risk stays known whatever became of the form.
fn risk_asked_again(frozen: &str, state: Option<RiskConclusion>) -> Option<RiskAnswer> {
    let snapshot: Snapshot = serde_json::from_str(frozen).ok()?;
    let form = catalogue().get(&snapshot.form).filter(|form| form.version == snapshot.version);
    let again = form.and_then(|form| form.risk(&snapshot.answers()));
    match (state, again) {
        (None, again) => again.filter(|again| again.conclusion == RiskConclusion::NotAssessed),
        (Some(state), Some(again)) if again.conclusion == state => Some(again),
        (Some(RiskConclusion::Known), _) => {
            let areas = vec![NOT_READABLE.to_owned()];
            Some(RiskAnswer { conclusion: RiskConclusion::Known, known: areas.clone(), not_asked: areas })
        }
        (Some(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_form_says_what_it_found_of_risk_or_nothing() {
        let form = catalogue().get("risk").expect("the risk form is shipped");
        let says = |answers: &Answers| risk_of(&freeze(form, answers).unwrap()).map(|risk| risk.conclusion);
        let mut answers = Answers::default();
        answers.set("to_self", ["identified"]);
        assert_eq!(says(&answers), Some(RiskConclusion::Known));
        answers.set("to_self", ["none_identified"]);
        assert_eq!(says(&answers), None, "nothing is concluded from silence");
        answers.set("overall_state", ["none_identified"]);
        assert_eq!(says(&answers), Some(RiskConclusion::NoneIdentified));
        answers.set("overall_state", ["not_assessed"]);
        assert_eq!(says(&answers), Some(RiskConclusion::NotAssessed), "who could not ask said so");
    }

    #[test]
    fn what_is_torn_says_nothing() {
        for torn in ["", "no json", "{}", "{\"risk_state\": 7}", "{\"risk\": {\"conclusion\": \"none_identified\"}}"] {
            assert_eq!(risk_of(torn), None, "{torn}");
        }
    }
}
