//! The score of an instrument: a total, what it is read off as, and what must be seen whatever
//! the total.

mod entered;
mod error;
mod items;
mod json;
mod reading;
mod sheet;

use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::definition::{Form, Question};
use crate::outcome::RaisedAlert;
use crate::scoring::{Entered, Method, Rater, Reading, RuleTest, Scoring};
use throughline_domain::risk::AlertKind;

pub use error::ScoreError;
pub use json::{score_answers_json, score_sheet_json};
pub use sheet::ScoreSheet;

use items::{Items, one_or_many, prorated};

/// What every score carries with it.
pub(crate) const STATEMENT: &str = "Screen, not a diagnosis";

/// The result of an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The instrument's id.
    pub instrument: String,
    /// The version of its definition.
    pub version: u32,
    /// The sum of the items, or the total that was entered; of all items by proportion when
    /// `prorated`.
    pub total: i32,
    /// The highest total there can be.
    pub out_of: i32,
    /// The name of the band the total falls in, or of the result that the instrument's rule gives.
    pub band: String,
    /// Whether missing items took the mean of the answered ones.
    pub prorated: bool,
    /// The unanswered items, by id.
    pub missing: Vec<String>,
    /// The items that an earlier answer made inapplicable, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// Each answered item.
    #[serde(default)]
    pub items: Vec<ItemScore>,
    /// The alerts its questions raise, whatever the total.
    pub alerts: Vec<RaisedAlert>,
    /// "Screen, not a diagnosis".
    pub statement: String,
    /// What is true of every score of the instrument: who rates, that the low ones matter, what is
    /// not verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
    /// What must be read beside this one: by which rule items are missing, what the result rests
    /// on, what silence does not mean, what comes next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// What comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// The score of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemScore {
    /// The question's id.
    pub question: String,
    /// The chosen option's code.
    pub code: String,
    /// What it counts.
    pub score: i32,
}

/// What comes next after a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// In words.
    pub words: String,
    /// The form in which it is done, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
}

/// A total before it is read off.
struct Total {
    points: i32,
    prorated: bool,
    items: Items,
    notices: Vec<String>,
}

impl Form {
    /// Scores the answers: the total, what it is read off as, and the alerts.
    ///
    /// A form with too many missing items has no score; its alerts are still those of
    /// [`Form::alerts`], which never waits for a total.
    ///
    /// # Errors
    /// Why there is no score: what is missing, or what cannot be an answer.
    pub fn score(&self, answers: &Answers) -> Result<Score, ScoreError> {
        let scoring = self.scoring.as_ref().ok_or_else(|| ScoreError::NotScored(self.id.clone()))?;
        let Total { points: total, prorated, items, mut notices } = match &scoring.method {
            Method::Sum => self.summed(scoring, answers)?,
            Method::Entered(entered) => entered.total(scoring, answers)?,
        };
        let read = self.read_off(scoring, total, &items, answers)?;
        notices.extend(self.total_against_item(scoring, total, answers));
        notices.extend(read.because);
        notices.extend(self.silent(answers));
        notices.extend(read.next.as_ref().map(|next| format!("Next: {}", next.words)));
        Ok(Score {
            instrument: self.id.clone(),
            version: self.version,
            total,
            out_of: self.range().1,
            band: read.label,
            prorated,
            missing: items.missing,
            skipped: items.skipped,
            items: items.answered,
            alerts: self.alerts(answers),
            statement: STATEMENT.to_owned(),
            caveats: scoring.caveats(),
            notices,
            next: read.next,
        })
    }

    /// What is said when a question about self-harm has no answer, or the answer that it had none: that nothing is raised is no
    /// reassurance then.
    fn silent(&self, answers: &Answers) -> Vec<String> {
        self.visible(answers)
            .into_iter()
            .filter(|question| question.feeds.alert.as_ref().is_some_and(|alert| alert.kind == AlertKind::SelfHarm))
            .filter(|question| question.is_silent(answers))
            .map(|question| {
                format!("“{}” is not answered: no alert does not mean that there is no risk", question.label)
            })
            .collect()
    }

    /// What is said of an entered total of 0 beside the answer that an item was above 0: one of the two is wrong.
    fn total_against_item(&self, scoring: &Scoring, total: i32, answers: &Answers) -> Option<String> {
        let Method::Entered(Entered { above_zero: Some(item), .. }) = &scoring.method else {
            return None;
        };
        let question = self.question(item)?;
        (total == 0 && answers.has(item, "yes")).then(|| {
            let (label, said) = (&question.label, question.in_words(answers));
            format!("A total of 0 and “{said}” to “{label}” contradict each other: check both. The alert stands")
        })
    }

    /// The lowest and highest total there can be.
    pub(crate) fn range(&self) -> (i32, i32) {
        match self.scoring.as_ref().map(|scoring| &scoring.method) {
            Some(Method::Entered(entered)) => (entered.lowest, entered.highest),
            Some(Method::Sum) | None => {
                let skipped = self.scoring.as_ref().and_then(|scoring| scoring.skipped);
                self.items().fold((0, 0), |(low, high), item| {
                    let (least, most) = item.range(skipped);
                    (low + least, high + most)
                })
            }
        }
    }

    /// The questions that bear on the score or raise an alert, in the order asked: the items, what
    /// decides whether they apply, what is entered, and what a rule is about.
    pub fn scored_questions(&self) -> Vec<&Question> {
        let decides =
            |id: &str| self.items().filter_map(|item| item.when.as_ref()).any(|when| when.questions().contains(&id));
        let named = self.scoring.iter().flat_map(Scoring::named).collect::<Vec<_>>();
        self.questions()
            .filter(|question| {
                question.is_item()
                    || question.feeds.alert.is_some()
                    || named.contains(&question.id.as_str())
                    || decides(&question.id)
            })
            .collect()
    }

    /// Whether the total is from this question.
    pub(crate) fn gives_score(&self, question: &Question) -> bool {
        match self.scoring.as_ref().map(|scoring| &scoring.method) {
            Some(Method::Entered(entered)) => entered.total == question.id,
            Some(Method::Sum) => question.is_item(),
            None => false,
        }
    }

    /// The sum of the items by the instrument's rule for missing ones.
    fn summed(&self, scoring: &Scoring, answers: &Answers) -> Result<Total, ScoreError> {
        let items = Items::of(self, answers)?;
        let (missing, allowed) = (items.missing.len(), scoring.missing.allowed());
        let nothing = items.answered.is_empty() && items.skipped.is_empty();
        // A result by rule may stand although items are missing; `read_off` decides.
        let by_rule = matches!(scoring.reading, Reading::Rules(_));
        if !by_rule && (nothing || missing > allowed) {
            return Err(items.too_few(allowed));
        }
        let mut notices = items.notices(scoring.skipped.unwrap_or_default());
        let sum = items.sum(scoring.skipped.unwrap_or_default());
        let is_prorated = missing > 0 && missing <= allowed;
        if is_prorated {
            let (words, all) = (one_or_many(missing, "is", "are"), items.asked());
            notices.push(format!(
                "{missing} of {all} items {words} not answered: the total is the mean of the others times {all}, as this instrument allows for up to {allowed}"
            ));
        }
        let points = if is_prorated { prorated(sum, items.asked() - missing, items.asked()) } else { sum };
        Ok(Total { points, prorated: is_prorated, items, notices })
    }
}

impl Scoring {
    /// What stands beside every score of the instrument.
    fn caveats(&self) -> Vec<String> {
        let rated = (self.rated_by == Rater::Clinician)
            .then(|| "Rated by a clinician from what they saw and know, not answered by the person".to_owned());
        let low = self.low_matters.then(|| "A low score is the one that matters on this instrument".to_owned());
        let verify = self.to_verify.as_ref().map(|what| format!("Not verified: {what}"));
        rated.into_iter().chain(low).chain(verify).collect()
    }

    /// The questions that the scoring names, by id.
    fn named(&self) -> Vec<&str> {
        let entered = match &self.method {
            Method::Sum => Vec::new(),
            Method::Entered(entered) => {
                let answered = entered.answered.iter().map(|answered| answered.question.as_str());
                std::iter::once(entered.total.as_str()).chain(answered).chain(entered.above_zero.as_deref()).collect()
            }
        };
        let read = match &self.reading {
            Reading::Bands(_) | Reading::TotalOnly(_) => Vec::new(),
            Reading::ReadOff(question) => vec![question.as_str()],
            Reading::Rules(rules) => rules
                .iter()
                .flat_map(|rule| &rule.any)
                .filter_map(|test| match test {
                    RuleTest::Answered { question, .. } => Some(question.as_str()),
                    RuleTest::AtLeast { .. } => None,
                })
                .collect(),
        };
        entered.into_iter().chain(read).collect()
    }
}
