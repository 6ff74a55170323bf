//! A total that was added up on the instrument's own form.

use super::items::{one_or_many, prorated};
use super::{Items, ScoreError, Total};
use crate::answers::Answers;
use crate::check::FieldError;
use crate::definition::Form;
use crate::scoring::{AnsweredCount, Entered, Method, Scoring};

impl Entered {
    /// The entered total, by proportion when the instrument allows for the items it lacks.
    pub(super) fn total(&self, scoring: &Scoring, answers: &Answers) -> Result<Total, ScoreError> {
        let given = whole(answers, &self.total, self.lowest, self.highest);
        // What cannot be is told before what is missing.
        if given.as_ref().is_err_and(ScoreError::is_wrong_answer) {
            given.clone()?;
        }
        let Some(count) = &self.answered else {
            return Ok(Total { points: given?, prorated: false, items: Items::default(), notices: Vec::new() });
        };
        let items = i32::try_from(count.items).unwrap_or(i32::MAX);
        let answered = usize::try_from(whole(answers, &count.question, 0, items)?).unwrap_or_default();
        let given = given?;
        count.can_sum_to(given, answered, &self.total)?;
        let (missing, allowed) = (count.items - answered, scoring.missing.allowed());
        if missing > allowed || answered == 0 {
            return Err(ScoreError::TooFew { answered, items: count.items, allowed });
        }
        let mut notices = Vec::new();
        if missing > 0 {
            let all = count.items;
            notices.push(format!(
                "{missing} of {all} items {} not answered: the total is the mean of the others times {all}, as this instrument allows for up to {allowed}",
                one_or_many(missing, "is", "are")
            ));
        }
        let points = if missing > 0 { prorated(given, answered, count.items) } else { given };
        Ok(Total { points, prorated: missing > 0, items: Items::default(), notices })
    }
}

impl AnsweredCount {
    fn can_sum_to(&self, total: i32, answered: usize, question: &str) -> Result<(), ScoreError> {
        let most = self.each.saturating_mul(i32::try_from(answered).unwrap_or(i32::MAX));
        if total > most {
            return Err(ScoreError::Impossible { question: question.to_owned(), total, answered, most });
        }
        Ok(())
    }
}

/// The answer to a question as a whole number within limits.
fn whole(answers: &Answers, question: &str, lowest: i32, highest: i32) -> Result<i32, ScoreError> {
    let given = answers.one(question).map(str::trim).filter(|typed| !typed.is_empty());
    let Some(given) = given else {
        return Err(ScoreError::NotEntered { question: question.to_owned() });
    };
    given.parse().ok().filter(|number| (lowest..=highest).contains(number)).ok_or_else(|| ScoreError::OutOfRange {
        question: question.to_owned(),
        given: given.to_owned(),
        lowest,
        highest,
    })
}

impl Form {
    /// A total that cannot be is not signed.
    pub(crate) fn check_entered(&self, answers: &Answers) -> Option<FieldError> {
        let scoring = self.scoring.as_ref()?;
        if !matches!(scoring.method, Method::Entered(_)) {
            return None;
        }
        let (question, message) = match self.score(answers).err()? {
            ScoreError::OutOfRange { question, given, lowest, highest } => {
                (question, format!("‘{given}’ cannot be: enter a whole number from {lowest} to {highest}"))
            }
            ScoreError::Impossible { question, total, answered, most } => (
                question,
                format!(
                    "{answered} answered {} cannot sum to {total}, at most to {most}: check both numbers",
                    one_or_many(answered, "item", "items")
                ),
            ),
            _ => return None,
        };
        Some(FieldError { field_name: question.clone(), question, message })
    }
}
