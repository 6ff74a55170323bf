//! Everything that is to be said about the answers to an instrument.

use serde::Serialize;

use super::{ItemScore, Next, STATEMENT, ScoreError};
use crate::answers::Answers;
use crate::definition::Form;
use crate::outcome::RaisedAlert;

/// The score of an instrument, or why there is none, and the alerts in both cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScoreSheet {
    /// The instrument's id.
    pub instrument: String,
    /// The version of its definition.
    pub version: u32,
    /// The total; `None` when there is no score.
    pub total: Option<i32>,
    /// The highest total there can be.
    pub out_of: i32,
    /// The band or result; `None` when there is no score.
    pub band: Option<String>,
    /// Whether missing items took the mean of the answered ones.
    pub prorated: bool,
    /// The unanswered items, by id.
    pub missing: Vec<String>,
    /// The items that do not apply, by id.
    pub skipped: Vec<String>,
    /// Each answered item.
    pub items: Vec<ItemScore>,
    /// The alerts, whether or not there is a score.
    pub alerts: Vec<RaisedAlert>,
    /// "Screen, not a diagnosis"; then why there is no score, or what must be read beside it.
    pub notices: Vec<String>,
    /// "Screen, not a diagnosis".
    pub statement: String,
    /// What comes next.
    pub next: Option<Next>,
    /// What was given and cannot be an answer, the first of it.
    #[serde(skip)]
    pub wrong: Option<ScoreError>,
}

impl Form {
    /// The sheet of answers, of which some (`wrong`) were left out because they cannot be answers.
    /// Nothing is scored then: what was meant might have decided.
    pub fn score_sheet(&self, answers: &Answers, mut wrong: Vec<ScoreError>) -> ScoreSheet {
        let mut sheet = ScoreSheet {
            instrument: self.id.clone(),
            version: self.version,
            total: None,
            out_of: self.range().1,
            band: None,
            prorated: false,
            missing: Vec::new(),
            skipped: Vec::new(),
            items: Vec::new(),
            alerts: self.alerts(answers),
            notices: vec![STATEMENT.to_owned()],
            statement: STATEMENT.to_owned(),
            next: None,
            wrong: None,
        };
        match self.score(answers) {
            Ok(score) if wrong.is_empty() => {
                sheet.total = Some(score.total);
                sheet.band = Some(score.band);
                sheet.prorated = score.prorated;
                sheet.missing = score.missing;
                sheet.skipped = score.skipped;
                sheet.items = score.items;
                sheet.notices.extend(score.caveats.into_iter().chain(score.notices));
                sheet.next = score.next;
                sheet.name_items();
                return sheet;
            }
            Err(error) if error.is_wrong_answer() => wrong.push(error),
            Err(error) if wrong.is_empty() => sheet.withheld(&error),
            Ok(_) | Err(_) => {}
        }
        for error in &wrong {
            sheet.withheld(error);
        }
        sheet.notices.extend(self.silent(answers));
        sheet.wrong = wrong.into_iter().next();
        sheet
    }
}

impl ScoreSheet {
    /// Names the items that the notices only count.
    fn name_items(&mut self) {
        for (words, items) in [("Not answered", &self.missing), ("Do not apply", &self.skipped)] {
            if !items.is_empty() {
                self.notices.push(format!("{words}: {}", items.join(", ")));
            }
        }
    }

    fn withheld(&mut self, error: &ScoreError) {
        if self.missing.is_empty() {
            self.missing = error.missing().to_vec();
        }
        self.notices.push(format!("Not scored: {error}"));
    }
}
