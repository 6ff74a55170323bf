//! Which step of the pathway a form fulfils, and whom it is made for.

use throughline_domain::episode::Step;
use throughline_domain::place::PointOfContact;
use toml::Spanned;

use super::Check;
use super::name::Name;
use super::written::RawFits;
use crate::definition::{Form, FormKind, Kind};
use crate::fits::{Fits, STEPS_WITH_FORMS};

impl Check<'_> {
    /// A form that fulfils a step asks what the pathway and the return read from that step.
    pub(super) fn step(&mut self, name: &Name, form: &Form) -> Option<Step> {
        let at = name.span().start;
        let step = STEPS_WITH_FORMS.into_iter().find(|step| step.code() == name.get_ref());
        if step.is_none() {
            let known: Vec<&str> = STEPS_WITH_FORMS.iter().map(|step| step.code()).collect();
            let reason = format!("no form fulfils a step '{}'; it is one of: {}", name.get_ref(), known.join(", "));
            self.wrong(at, reason);
        }
        if form.kind == FormKind::Instrument {
            self.wrong(at, "a questionnaire fulfils no step of the pathway");
        }
        if !form.sign {
            self.wrong(at, "a form that fulfils a step is signed: write sign = true");
        }
        for reason in step.map(|step| unasked(step, form)).unwrap_or_default() {
            self.wrong(at, reason);
        }
        step
    }

    pub(super) fn fits(&mut self, raw: Spanned<RawFits>) -> Fits {
        let at = raw.span().start;
        let RawFits { from_age, under_age, contact } = raw.into_inner();
        if from_age.zip(under_age).is_some_and(|(from, under)| from >= under) {
            self.wrong(at, "nobody is of that age: from_age must be below under_age");
        }
        let contact = contact.iter().filter_map(|name| self.contact(name)).collect();
        Fits { from_age, under_age, contact }
    }

    fn contact(&mut self, name: &Name) -> Option<PointOfContact> {
        let contact = PointOfContact::from_code(name.get_ref());
        if contact.is_none() {
            let known: Vec<&str> = PointOfContact::ALL.iter().map(|one| one.code()).collect();
            let reason = format!("there is no point of contact '{}'; there are: {}", name.get_ref(), known.join(", "));
            self.wrong(name.span().start, reason);
        }
        contact
    }
}

/// What a form of this step must ask and does not.
fn unasked(step: Step, form: &Form) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut wants = |fine: bool, what: &str| {
        if !fine {
            reasons.push(format!("a form that fulfils the step {} needs {what}", step.code()));
        }
    };
    let offers = |id: &str, code: &str| form.question(id).is_some_and(|question| question.option(code).is_some());
    match step {
        Step::Screening => {
            let seen = form.question("seen_at").is_some_and(|question| question.kind == Kind::DateTime);
            wants(seen, "a date_time 'seen_at': the return counts the time until the person was seen");
            wants(offers("agreed", "declined"), "a question 'agreed' with the option 'declined'");
            wants(offers("outcome", "assessment"), "a question 'outcome' with the option 'assessment'");
            let urgency = form.question("urgency").is_some_and(|question| {
                !question.options.is_empty() && question.options.iter().all(|option| option.national.is_some())
            });
            wants(urgency, "a question 'urgency' whose options all have national codes");
        }
        Step::Risk => {
            let concludes = form.questions().any(|one| one.feeds.risk.as_ref().is_some_and(|risk| risk.overall));
            wants(concludes, "a question with feeds.risk = { overall = true, ... }");
        }
        _ => {}
    }
    reasons
}
