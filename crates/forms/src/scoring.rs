//! How an instrument is scored, as its file declares it: where the total is from, how it is read
//! off, and what unanswered items do. The arithmetic is in [`score`](crate::score).

use serde::{Deserialize, Serialize};

/// How an instrument is scored.
#[derive(Debug, Clone, PartialEq)]
pub struct Scoring {
    /// Where the total is from.
    pub method: Method,
    /// What the total, or the answers, are read off as.
    pub reading: Reading,
    /// What happens when items are unanswered.
    pub missing: MissingRule,
    /// What an item counts that the instrument skips, because an earlier answer says that it does
    /// not apply. `None` when every item is always asked.
    pub skipped: Option<i32>,
    /// Who rates.
    pub rated_by: Rater,
    /// Whether it is the low totals that matter: every score then says so.
    pub low_matters: bool,
    /// The documents that may carry the total and band.
    pub document: Vec<String>,
    /// Where the thresholds are from.
    pub source: String,
    /// What nobody has checked against the instrument's manual yet, in a sentence: it is shown
    /// beside every score until somebody has.
    pub to_verify: Option<String>,
    /// From which difference between two totals on a change is more than chance.
    pub reliable_change: Option<ReliableChange>,
}

impl Scoring {
    /// The bands by total; none when the instrument is read off otherwise.
    pub fn bands(&self) -> &[Band] {
        match &self.reading {
            Reading::Bands(bands) => bands,
            Reading::Rules(_) | Reading::ReadOff(_) | Reading::TotalOnly(_) => &[],
        }
    }
}

/// Where a total is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// It is the sum of the scores of the items.
    Sum,
    /// It was added up on the instrument's own form, and is entered: its items may not be shown.
    Entered(Entered),
}

/// A total that is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The question in which it is entered.
    pub total: String,
    /// The lowest total there can be.
    pub lowest: i32,
    /// The highest total there can be.
    pub highest: i32,
    /// The question that says how many items were answered, when the instrument has a rule for
    /// that.
    pub answered: Option<AnsweredCount>,
    /// The question whether one of the items was above 0, when it is asked: `yes` contradicts a total of 0.
    pub above_zero: Option<String>,
}

/// How many items stand behind an entered total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredCount {
    /// The question in which the number of answered items is entered.
    pub question: String,
    /// How many items the instrument has.
    pub items: usize,
    /// The most that one item counts.
    pub each: i32,
}

/// What a total, or the answers, are read off as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Bands that together cover every possible total once.
    Bands(Vec<Band>),
    /// The first rule that holds; the last one has no tests and holds when no other does.
    Rules(Vec<ResultRule>),
    /// What somebody read off in a table that may not be reproduced: the answer to this question.
    ReadOff(String),
    /// Nothing: the total stands for itself, with these words beside it.
    TotalOnly(String),
}

/// A range of totals with its name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The lowest total.
    pub from: i32,
    /// The highest total.
    pub to: i32,
    /// The name.
    pub label: String,
    /// What comes next.
    pub next: Option<String>,
    /// The form in which it is done, by id.
    pub next_form: Option<String>,
}

/// A result that follows from answers, not from the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRule {
    /// The name of the result.
    pub label: String,
    /// The tests of which one is enough; none for the result that stands when no other does.
    pub any: Vec<RuleTest>,
    /// What comes next.
    pub next: Option<String>,
    /// The form in which it is done, by id.
    pub next_form: Option<String>,
}

/// One test of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleTest {
    /// The scores of some items sum to this or more.
    AtLeast {
        /// The items, by id.
        of: Vec<String>,
        /// The least sum.
        sum: i32,
        /// The reason in words.
        says: String,
    },
    /// A question that is no item is answered so. Unanswered, it says nothing.
    Answered {
        /// The question's id.
        question: String,
        /// The code.
        is: String,
        /// The reason in words.
        says: String,
    },
}

impl RuleTest {
    /// The reason in words.
    pub fn says(&self) -> &str {
        match self {
            Self::AtLeast { says, .. } | Self::Answered { says, .. } => says,
        }
    }
}

/// Who rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rater {
    /// The person answers.
    #[default]
    Person,
    /// A clinician rates what they see and know.
    Clinician,
}

/// What happens when items of an instrument are unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingRule {
    /// No score is given. A result by rule stands all the same when no answer could undo it.
    Refuse,
    /// Up to `max` missing items take the mean of the answered ones.
    Prorate {
        /// The most items that may be missing.
        max: usize,
    },
}

impl MissingRule {
    /// How many items may be missing.
    pub(crate) const fn allowed(self) -> usize {
        match self {
            Self::Refuse => 0,
            Self::Prorate { max } => max,
        }
    }
}

/// From which difference between two totals of one person on a change is more than the chance of the
/// measurement. It says nothing of how somebody is, only that they have changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReliableChange {
    /// The smallest difference, in points of the total.
    pub points: i32,
    /// Where the figure is from.
    pub source: String,
}
