//! What a total, or the answers, are read off as.

use super::items::one_or_many;
use super::{Items, Next, ScoreError};
use crate::answers::Answers;
use crate::definition::Form;
use crate::scoring::{Reading, ResultRule, RuleTest, Scoring};

/// A result with what it rests on and leads to.
pub(super) struct Read {
    pub(super) label: String,
    pub(super) because: Vec<String>,
    pub(super) next: Option<Next>,
}

impl Read {
    fn plain(label: &str) -> Self {
        Self { label: label.to_owned(), because: Vec::new(), next: None }
    }
}

impl Form {
    pub(super) fn read_off(
        &self,
        scoring: &Scoring,
        total: i32,
        items: &Items,
        answers: &Answers,
    ) -> Result<Read, ScoreError> {
        match &scoring.reading {
            Reading::Bands(bands) => {
                let band = bands
                    .iter()
                    .find(|band| (band.from..=band.to).contains(&total))
                    .expect("the bands of a proven definition cover every total");
                Ok(Read { next: next(band.next.as_ref(), band.next_form.as_ref()), ..Read::plain(&band.label) })
            }
            Reading::Rules(rules) => self.by_rule(rules, items, answers),
            Reading::ReadOff(question) => self.as_read(question, answers),
            Reading::TotalOnly(words) => Ok(Read::plain(words)),
        }
    }

    /// The first rule that holds for certain. While missing items could still make an earlier rule
    /// hold there is no result: a screen that is not finished never says "no".
    fn by_rule(&self, rules: &[ResultRule], items: &Items, answers: &Answers) -> Result<Read, ScoreError> {
        for rule in rules {
            let tests: Vec<(&RuleTest, Option<bool>)> =
                rule.any.iter().map(|test| (test, self.certainly(test, items, answers))).collect();
            let held: Vec<&str> =
                tests.iter().filter(|(_, holds)| *holds == Some(true)).map(|(test, _)| test.says()).collect();
            let undecided = tests.iter().any(|(_, holds)| holds.is_none());
            if held.is_empty() && undecided {
                return Err(ScoreError::Undecided { missing: items.missing.clone() });
            }
            if !held.is_empty() || rule.any.is_empty() {
                let because = (!held.is_empty()).then(|| format!("Because: {}", held.join("; ")));
                let (missing, all) = (items.missing.len(), items.asked());
                let missing = (missing > 0).then(|| {
                    let are = one_or_many(missing, "is", "are");
                    format!("{missing} of {all} items {are} not answered: the result stands without them")
                });
                let because = because.into_iter().chain(missing).collect();
                return Ok(Read {
                    because,
                    next: next(rule.next.as_ref(), rule.next_form.as_ref()),
                    ..Read::plain(&rule.label)
                });
            }
        }
        unreachable!("the last rule of a proven definition has no tests")
    }

    /// Whether a test holds, if that is certain whatever the missing items would say.
    fn certainly(&self, test: &RuleTest, items: &Items, answers: &Answers) -> Option<bool> {
        match test {
            RuleTest::Answered { question, is, .. } => Some(answers.has(question, is)),
            RuleTest::AtLeast { of, sum, .. } => {
                let skipped = self.scoring.as_ref().and_then(|scoring| scoring.skipped).unwrap_or_default();
                let (mut least, mut most) = (0, 0);
                for id in of {
                    let answered = items.answered.iter().find(|item| item.question == *id).map(|item| item.score);
                    let settled = answered.or_else(|| items.skipped.contains(id).then_some(skipped));
                    let (low, high) = match settled {
                        Some(score) => (score, score),
                        None => self.question(id).map_or((0, 0), |item| item.range(None)),
                    };
                    least += low;
                    most += high;
                }
                if least >= *sum { Some(true) } else { (most < *sum).then_some(false) }
            }
        }
    }

    /// What somebody read off in the instrument's own table.
    fn as_read(&self, question: &str, answers: &Answers) -> Result<Read, ScoreError> {
        let read = answers.one(question).filter(|code| !code.trim().is_empty());
        let Some(code) = read else {
            return Err(ScoreError::NotEntered { question: question.to_owned() });
        };
        let asked = self.question(question).expect("a proven definition names a question");
        let option = asked.option(code).ok_or_else(|| asked.not_offered(code))?;
        Ok(Read::plain(&option.label))
    }
}

fn next(words: Option<&String>, form: Option<&String>) -> Option<Next> {
    words.map(|words| Next { words: words.clone(), form: form.cloned() })
}
