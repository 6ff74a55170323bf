//! What a signed screening says of the episode. The one place that knows which questions say it.

use throughline_domain::episode::{Step, Urgency};
use throughline_forms::{Snapshot, catalogue};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screened {
    /// How urgent: the national code of the chosen answer.
    pub urgency: Option<Urgency>,
    /// Whether an assessment is needed.
    pub assessment_needed: Option<bool>,
}

/// Reads it from a signed form that fulfils the step of screening; `None` for every other form.
pub(super) fn screened(snapshot: &Snapshot) -> Option<Screened> {
    if catalogue().step_of(&snapshot.form) != Some(Step::Screening) {
        return None;
    }
    let chosen = |question: &str| snapshot.answer(question).and_then(|answer| answer.codes.first());
    let urgency = chosen("urgency")
        .and_then(|code| code.national.as_ref())
        .and_then(|national| Urgency::from_code(&national.code));
    Some(Screened { urgency, assessment_needed: chosen("outcome").map(|outcome| outcome.code == "assessment") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_forms::Answers;

    #[test]
    fn every_screening_says_how_urgent_and_whether_to_assess() {
        for form in catalogue().of_step(Step::Screening) {
            let mut answers = Answers::default();
            answers.set("urgency", ["very_urgent"]);
            answers.set("outcome", ["assessment"]);
            let found = screened(&form.snapshot(&answers));
            let expected = Screened { urgency: Some(Urgency::VeryUrgent), assessment_needed: Some(true) };
            assert_eq!(found, Some(expected), "{}", form.id);
            answers.set("outcome", ["signposted"]);
            assert_eq!(screened(&form.snapshot(&answers)).and_then(|found| found.assessment_needed), Some(false));
            let other = catalogue().get("assessment").expect("the assessment is shipped");
            assert_eq!(screened(&other.snapshot(&answers)), None);
        }
    }
}
