//! Results by rule.

use super::super::Check;
use super::super::name::Name;
use super::written::{RawResult, RawRuleTest};
use crate::definition::Form;
use crate::scoring::{Reading, ResultRule, RuleTest};

impl Check<'_> {
    /// Every result but the last has a test, so that exactly one result always stands.
    pub(super) fn rules(&mut self, results: Vec<RawResult>, form: &Form, at: usize) -> Reading {
        let last = results.len().saturating_sub(1);
        if results.len() < 2 {
            self.wrong(at, "a rule needs at least two results: one with tests, and the one that stands otherwise");
        }
        let mut rules = Vec::new();
        for (place, result) in results.into_iter().enumerate() {
            let near = result.label.span().start;
            match (place == last, result.any.is_empty()) {
                (true, false) => self.wrong(near, "the last result stands when no other does, so it has no tests"),
                (false, true) => self.wrong(near, "only the last result may have no tests"),
                (true, true) | (false, false) => {}
            }
            self.next_is_told(result.next.as_ref(), result.next_form.as_ref(), near);
            let any = result.any.into_iter().filter_map(|test| self.rule_test(test, form)).collect();
            self.has_words(result.label.get_ref(), "the label of a result", near);
            let label = result.label.into_inner();
            rules.push(ResultRule { label, any, next: result.next, next_form: result.next_form });
        }
        self.every_item_decides(&rules, form, at);
        Reading::Rules(rules)
    }

    /// An item that no rule names would be asked and decide nothing.
    fn every_item_decides(&mut self, rules: &[ResultRule], form: &Form, at: usize) {
        let names =
            |test: &RuleTest, id: &str| matches!(test, RuleTest::AtLeast { of, .. } if of.iter().any(|one| one == id));
        let is_named = |id: &str| rules.iter().flat_map(|rule| &rule.any).any(|test| names(test, id));
        for item in form.items().filter(|item| !is_named(&item.id)) {
            let reason =
                format!("no result rests on the item '{}': name it in a rule, or take its scores out", item.id);
            self.wrong(at, reason);
        }
    }

    fn rule_test(&mut self, raw: RawRuleTest, form: &Form) -> Option<RuleTest> {
        let at = raw.says.span().start;
        let says = raw.says.into_inner();
        match (raw.of, raw.at_least, raw.question, raw.is) {
            (Some(of), Some(sum), None, None) => self.at_least(&of, sum, says, form, at),
            (None, None, Some(question), Some(is)) => self.answered_so(&question, &is, says, form),
            _ => {
                self.wrong(at, "a test of a rule needs of and at_least, or question and is");
                None
            }
        }
    }

    fn at_least(&mut self, of: &[Name], sum: i32, says: String, form: &Form, at: usize) -> Option<RuleTest> {
        let mut most = 0_i64;
        for (place, name) in of.iter().enumerate() {
            if of[..place].iter().any(|before| before.get_ref() == name.get_ref()) {
                self.wrong(name.span().start, format!("'{}' is named twice, and would count once", name.get_ref()));
            }
            let Some(item) = form.items().find(|item| item.id == *name.get_ref()) else {
                let reason = format!("there is no item '{}': a question whose options have scores", name.get_ref());
                self.wrong(name.span().start, reason);
                return None;
            };
            most += i64::from(item.range(None).1);
        }
        if sum < 1 || i64::from(sum) > most {
            self.wrong(at, format!("at_least is {sum}, but these items sum to 0 to {most}"));
        }
        Some(RuleTest::AtLeast { of: of.iter().map(|name| name.get_ref().clone()).collect(), sum, says })
    }

    fn answered_so(&mut self, question: &Name, is: &Name, says: String, form: &Form) -> Option<RuleTest> {
        let asked = self.named(question, form)?;
        if asked.is_item() {
            let reason = format!("'{}' is an item: write of and at_least, so that a missing answer is seen", asked.id);
            self.wrong(question.span().start, reason);
        }
        self.codes_exist(asked, std::slice::from_ref(is), is.span().start);
        Some(RuleTest::Answered { question: question.get_ref().clone(), is: is.get_ref().clone(), says })
    }
}
