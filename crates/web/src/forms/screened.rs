//! What a signed screening says of the episode. The one place that knows which questions say it.

use throughline_domain::episode::Urgency;
use throughline_forms::Snapshot;

/// The form that says it.
pub(super) const SCREENING: &str = "screening";

/// The form that ends "not assessed".
pub(super) const ASSESSMENT: &str = "assessment";

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screened {
    /// How urgent: the national code of the chosen answer.
    pub urgency: Option<Urgency>,
    /// Whether an assessment is needed.
    pub assessment_needed: Option<bool>,
}

/// Reads it from a signed screening; `None` for every other form.
pub(super) fn screened(snapshot: &Snapshot) -> Option<Screened> {
    if snapshot.form != SCREENING {
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
    use throughline_forms::{Answers, catalogue};

    #[test]
    fn a_screening_says_how_urgent_and_whether_to_assess() {
        let form = catalogue().get(SCREENING).expect("the screening is shipped");
        let mut answers = Answers::default();
        answers.set("urgency", ["very_urgent"]);
        answers.set("outcome", ["assessment"]);
        let found = screened(&form.snapshot(&answers));
        assert_eq!(found, Some(Screened { urgency: Some(Urgency::VeryUrgent), assessment_needed: Some(true) }));
        answers.set("outcome", ["signposted"]);
        assert_eq!(screened(&form.snapshot(&answers)).and_then(|found| found.assessment_needed), Some(false));
        let other = catalogue().get(ASSESSMENT).expect("the assessment is shipped");
        assert_eq!(screened(&other.snapshot(&answers)), None);
    }
}
