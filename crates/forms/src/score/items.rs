//! The items of an instrument: answered, missing or skipped.

use std::collections::{HashMap, HashSet};

use super::{ItemScore, ScoreError};
use crate::answers::Answers;
use crate::condition::Condition;
use crate::definition::{Form, Question};

/// The items as answered.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// The score of each answered item.
    pub(super) answered: Vec<ItemScore>,
    /// The items that apply, or may apply, and have no answer, by id.
    pub(super) missing: Vec<String>,
    /// The items that certainly do not apply, by id.
    pub(super) skipped: Vec<String>,
    /// How many of the skipped have an answer all the same.
    pub(super) not_counted: usize,
}

impl Items {
    /// Looks through the items. An item is skipped only when an answer says that it does not apply:
    /// what hangs on an unanswered question is missing, because silence says nothing.
    ///
    /// # Errors
    /// An answer that is not offered; or a skipped item whose answer would have changed the total: the rule says
    /// what need not be asked, not that what was answered may be left out.
    pub(super) fn of(form: &Form, answers: &Answers) -> Result<Self, ScoreError> {
        let applies = certainties(form, answers);
        let skipped = form.scoring.as_ref().and_then(|scoring| scoring.skipped).unwrap_or_default();
        let mut items = Self::default();
        let mut against: Vec<&Question> = Vec::new();
        for question in form.items() {
            let given = answers.one(&question.id).filter(|code| !code.trim().is_empty());
            match (applies[question.id.as_str()], given) {
                (Some(false), given) => {
                    items.skipped.push(question.id.clone());
                    items.not_counted += usize::from(given.is_some());
                    let would_count = given.and_then(|code| question.option(code)?.score);
                    against.extend(would_count.filter(|score| *score != skipped).map(|_| question));
                }
                (Some(true), Some(code)) => items.answered.push(question.item_score(code)?),
                (Some(true), None) | (None, _) => items.missing.push(question.id.clone()),
            }
        }
        if against.is_empty() { Ok(items) } else { Err(contradictory(form, &against, &applies)) }
    }

    /// How many items there are.
    pub(super) fn asked(&self) -> usize {
        self.answered.len() + self.missing.len() + self.skipped.len()
    }

    /// The sum of what was answered, and of `skipped` for each item that was skipped.
    pub(super) fn sum(&self, skipped: i32) -> i32 {
        let counted: i32 = self.answered.iter().map(|item| item.score).sum();
        self.skipped.iter().fold(counted, |sum, _| sum + skipped)
    }

    pub(super) fn too_few(&self, allowed: usize) -> ScoreError {
        ScoreError::Missing { missing: self.missing.clone(), items: self.asked(), allowed }
    }

    /// What is said of skipped items that count `skipped` each.
    pub(super) fn notices(&self, skipped: i32) -> Vec<String> {
        let many = self.skipped.len();
        let items = one_or_many(many, "item does not apply and counts", "items do not apply and count");
        let skip = (many > 0).then(|| format!("By an earlier answer, {many} {items} {skipped}"));
        let lost =
            (self.not_counted > 0).then(|| "Answers to items that do not apply are kept, but not counted".to_owned());
        skip.into_iter().chain(lost).collect()
    }
}

/// The items that were answered `against` the answers by which they do not apply.
fn contradictory(form: &Form, against: &[&Question], applies: &HashMap<&str, Option<bool>>) -> ScoreError {
    let mut by = HashSet::new();
    for item in against {
        item.decided_by(form, applies, &mut by);
    }
    let id = |question: &Question| question.id.clone();
    ScoreError::Contradictory {
        answered: against.iter().map(|item| id(item)).collect(),
        by: form.questions().filter(|question| by.contains(question.id.as_str())).map(id).collect(),
    }
}

/// Whether each question applies: `None` where an unanswered question could still decide.
fn certainties<'a>(form: &'a Form, answers: &Answers) -> HashMap<&'a str, Option<bool>> {
    let mut known: HashMap<&str, Option<bool>> = HashMap::new();
    for question in form.questions() {
        let applies = question.when.as_ref().map_or(Some(true), |when| when.certainly(answers, &known));
        known.insert(&question.id, applies);
    }
    known
}

impl Condition {
    /// Whether the condition holds, if that is certain whatever is still to be answered.
    fn certainly(&self, answers: &Answers, known: &HashMap<&str, Option<bool>>) -> Option<bool> {
        let parts = |parts: &[Self]| parts.iter().map(|part| part.certainly(answers, known)).collect::<Vec<_>>();
        match self {
            Self::About { question, test } => {
                let applies = known.get(question.as_str()).copied().flatten()?;
                if !applies {
                    return Some(false);
                }
                answers.is_answered(question).then(|| test.passes(answers.get(question)))
            }
            Self::All(all) => {
                let all = parts(all);
                if all.contains(&Some(false)) { Some(false) } else { (!all.contains(&None)).then_some(true) }
            }
            Self::Any(any) => {
                let any = parts(any);
                if any.contains(&Some(true)) { Some(true) } else { (!any.contains(&None)).then_some(false) }
            }
        }
    }
}

/// The sum as if every item had been answered like the mean of the answered ones, to the nearest
/// whole number.
pub(super) fn prorated(sum: i32, answered: usize, asked: usize) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a total is below a few hundred")]
    let total = (f64::from(sum) * asked as f64 / answered as f64).round() as i32;
    total
}

/// The word for one, or for several.
pub(super) const fn one_or_many(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

impl Question {
    /// The questions that apply themselves, and whose answers say that this one does not.
    fn decided_by<'a>(&'a self, form: &'a Form, applies: &HashMap<&str, Option<bool>>, found: &mut HashSet<&'a str>) {
        for id in self.when.iter().flat_map(Condition::questions) {
            if applies.get(id) == Some(&Some(true)) {
                found.insert(id);
            } else if let Some(before) = form.question(id) {
                before.decided_by(form, applies, found);
            }
        }
    }

    /// The least and the most that an item can count.
    pub(crate) fn range(&self, skipped: Option<i32>) -> (i32, i32) {
        let skipped = skipped.filter(|_| self.when.is_some());
        let scores = || self.options.iter().filter_map(|option| option.score).chain(skipped);
        (scores().min().unwrap_or(0), scores().max().unwrap_or(0))
    }

    fn item_score(&self, code: &str) -> Result<ItemScore, ScoreError> {
        let score = self.option(code).and_then(|option| option.score);
        let score = score.ok_or_else(|| self.not_offered(code))?;
        Ok(ItemScore { question: self.id.clone(), code: code.to_owned(), score })
    }

    pub(super) fn not_offered(&self, answer: &str) -> ScoreError {
        let mut offered: Vec<String> = self
            .options
            .iter()
            .map(|option| match option.score {
                Some(score) => format!("{} ({score})", option.code),
                None => option.code.clone(),
            })
            .collect();
        if offered.is_empty() {
            offered.push("a number or text".to_owned());
        }
        ScoreError::NotOffered { question: self.id.clone(), answer: answer.to_owned(), offered }
    }
}
