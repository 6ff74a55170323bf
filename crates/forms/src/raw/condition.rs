//! Conditions: they look back to questions already asked, never ahead.

use super::Check;
use super::name::Name;
use super::written::RawCondition;
use crate::condition::{Condition, Test};
use crate::definition::Question;

impl Check<'_> {
    /// A condition about questions already asked, or about `itself` where one is given.
    pub(super) fn condition(&mut self, raw: RawCondition, itself: Option<&Question>, near: usize) -> Option<Condition> {
        let at = raw.question.as_ref().map_or(near, |question| question.span().start);
        if let RawCondition { question: None, is: None, any_of: None, not: None, answered: None, .. } = &raw {
            return match (raw.all, raw.any) {
                (Some(parts), None) => self.parts(parts, itself, at).map(Condition::All),
                (None, Some(parts)) => self.parts(parts, itself, at).map(Condition::Any),
                _ => {
                    self.wrong(
                        at,
                        "a condition needs a question with is, any_of, not or answered; or one of all and any",
                    );
                    None
                }
            };
        }
        if raw.all.is_some() || raw.any.is_some() {
            self.wrong(at, "a condition is about a question, or joins others with all or any; not both");
            return None;
        }
        let test = match (raw.is, raw.any_of, raw.not, raw.answered) {
            (Some(is), None, None, None) => (Test::AnyOf(vec![is.get_ref().clone()]), vec![is]),
            (None, Some(codes), None, None) if codes.is_empty() => {
                self.wrong(at, "any_of needs at least one code: with none of them it would never hold");
                return None;
            }
            (None, Some(codes), None, None) => {
                (Test::AnyOf(codes.iter().map(|code| code.get_ref().clone()).collect()), codes)
            }
            (None, None, Some(not), None) => (Test::Not(not.get_ref().clone()), vec![not]),
            (None, None, None, Some(answered)) if *answered.get_ref() => (Test::Answered, Vec::new()),
            (None, None, None, Some(_)) => {
                self.wrong(at, "a condition cannot ask for 'answered = false': silence says nothing");
                return None;
            }
            _ => {
                self.wrong(at, "a condition needs exactly one of is, any_of, not and answered");
                return None;
            }
        };
        let asked = match (&raw.question, itself) {
            (None, Some(question)) => question.clone(),
            (Some(name), Some(question)) if *name.get_ref() == question.id => question.clone(),
            (Some(name), _) => self.asked_before(name)?,
            (None, None) => {
                self.wrong(at, "a condition needs to name a question");
                return None;
            }
        };
        self.codes_exist(&asked, &test.1, at);
        Some(Condition::About { question: asked.id, test: test.0 })
    }

    pub(super) fn parts(
        &mut self,
        raw: Vec<RawCondition>,
        itself: Option<&Question>,
        at: usize,
    ) -> Option<Vec<Condition>> {
        if raw.is_empty() {
            self.wrong(at, "all and any need at least one condition");
            return None;
        }
        raw.into_iter().map(|part| self.condition(part, itself, at)).collect()
    }

    pub(super) fn asked_before(&mut self, name: &Name) -> Option<Question> {
        let found = self.asked.iter().find(|question| question.id == *name.get_ref()).cloned();
        if found.is_none() {
            let reason = format!("no question '{}' is asked before this one", name.get_ref());
            self.wrong(name.span().start, reason);
        }
        found
    }

    pub(super) fn codes_exist(&mut self, question: &Question, codes: &[Name], at: usize) {
        if !codes.is_empty() && !question.kind.is_coded() {
            let reason = format!("'{}' is typed, so only 'answered' can be asked of it", question.id);
            self.wrong(at, reason);
            return;
        }
        for code in codes.iter().filter(|code| question.option(code.get_ref()).is_none()) {
            let known: Vec<&str> = question.options.iter().map(|option| option.code.as_str()).collect();
            let reason = format!("'{}' has no option '{}'; it has: {}", question.id, code.get_ref(), known.join(", "));
            self.wrong(code.span().start, reason);
        }
    }
}
