//! Two people at once: what a colleague wrote stands beside what was typed, and neither is lost.

use super::show::written_later;
use crate::{Act, Answer, Cx, Errors, Fields, Problem};
use axum::http::StatusCode;
use minijinja::{Value, context};
use throughline_domain::care::{GoalState, InterventionState, Said};
use throughline_store::care::{Decision, Line, NeedSaid};
use throughline_store::{Error as StoreError, Refused};

/// A form that was sent and is drawn again: because something in it is wrong, or because a colleague was quicker.
/// The default is a fresh page.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// What was typed.
    pub fields: Fields,
    /// What is wrong with it.
    pub errors: Errors,
    /// Whether what it is about was changed meanwhile.
    stale: bool,
}

impl Sent {
    /// Something in it is wrong.
    pub(super) fn wrong(fields: Fields, errors: Errors) -> Self {
        Self { fields, errors, stale: false }
    }

    /// Whether nothing was sent yet.
    pub(super) fn is_fresh(&self) -> bool {
        !self.stale && self.errors.is_empty()
    }

    /// How many times what is at `version` was changed since the form was made from it.
    pub(super) fn changes_since(&self, version: i64) -> usize {
        let from = self.fields.version().unwrap_or(version);
        usize::try_from(version - from).unwrap_or_default()
    }

    /// How much of what is `now` was added since the page showed it, by the field that counts what it showed.
    pub(super) fn added_since(&self, field: &str, now: usize) -> usize {
        let shown = self.fields.given(field).and_then(|shown| shown.parse().ok()).unwrap_or(now);
        now.saturating_sub(shown)
    }

    /// For `both_texts` of `care/parts.html`: what colleagues wrote meanwhile, and why the form cannot be sent any more,
    /// if it cannot. `None` when nothing came between.
    pub(super) fn beside(&self, theirs: &[Value], over: Option<&str>) -> Option<Value> {
        let came_between = over.is_some() || !theirs.is_empty();
        let shown = self.stale || (!self.errors.is_empty() && came_between);
        let words = match (over, theirs.is_empty()) {
            (Some(why), _) => format!(
                "{why} while you were writing. What you typed stays on this page until you leave it: copy what the record \
                 still needs, for example into a note"
            ),
            (None, false) => {
                "a colleague wrote something while you were writing. Read both. What you typed is still in \
                              the form below: change what no longer fits, and save again"
                    .to_owned()
            }
            (None, true) => {
                "something was changed while you were writing. Look at what stands now, and save again".to_owned()
            }
        };
        shown.then(|| context! { words, theirs })
    }

    /// Draws the page of the form: 422 when something is wrong, 409 when a colleague was quicker.
    pub(super) fn page(&self, cx: &Cx, template: &str, values: Value) -> Answer {
        let errors = self.errors.summary();
        let mut page = cx.page(template, context! { errors, ..values })?;
        *page.status_mut() = match (self.errors.is_empty(), self.stale) {
            (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
            (true, true) => StatusCode::CONFLICT,
            (true, false) => StatusCode::OK,
        };
        Ok(page)
    }
}

/// Why something was not saved.
#[derive(Debug)]
pub(super) enum NotSaved {
    /// A colleague was quicker.
    Late,
    /// Several episodes are open, and the form names none.
    ToChoose,
    /// Anything that has a page of its own.
    Problem(Problem),
}

impl From<Problem> for NotSaved {
    fn from(problem: Problem) -> Self {
        if problem == Problem::Stale { Self::Late } else { Self::Problem(problem) }
    }
}

impl From<StoreError> for NotSaved {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

impl From<Refused> for NotSaved {
    fn from(refused: Refused) -> Self {
        Problem::from(refused).into()
    }
}

impl NotSaved {
    /// The form to be drawn again, once its act was given up.
    ///
    /// # Errors
    /// What has a page of its own.
    pub(super) fn again(self, act: Act, fields: Fields) -> Result<Sent, Problem> {
        drop(act);
        let mut errors = Errors::default();
        match self {
            Self::Late => Ok(Sent { fields, errors, stale: true }),
            Self::ToChoose => {
                errors.add("episode", "Choose for which episode: more than one is open");
                Ok(Sent::wrong(fields, errors))
            }
            Self::Problem(problem) => Err(problem),
        }
    }
}

/// Texts with what each is, without those that say nothing.
fn texts<const N: usize>(all: [(&str, &str); N]) -> Vec<Value> {
    let said = all.into_iter().filter(|(_, text)| !text.trim().is_empty());
    said.map(|(label, text)| context! { label, text }).collect()
}

/// A line that a colleague added to a history.
pub(super) fn of_line(line: &Line) -> Value {
    context! {
        title => format!("{}: {}", line.act, state_words(line).to_lowercase()),
        at => line.at,
        by => line.by_name,
        written_later => written_later(line.at, line.entered_at),
        review_on => line.review_on.map(|day| day.to_string()),
        texts => texts([("In their own words", &line.own_words), ("", &line.words)]),
    }
}

/// Where a goal or an intervention had come to with a line of the history.
pub(super) fn state_words(line: &Line) -> &'static str {
    match line.intervention_id {
        Some(_) => InterventionState::from_code(&line.state).map_or("", InterventionState::label),
        None => GoalState::from_code(&line.state).map_or("", GoalState::label),
    }
}

/// What a colleague said of a need.
pub(super) fn of_need(one: &NeedSaid) -> Value {
    let title = match one.said {
        Said::Goal(state) => format!("A goal was set: {}", state.label().to_lowercase()),
        Said::NoGoal(reason) => format!("No goal: {}", reason.label().to_lowercase()),
    };
    context! {
        title,
        at => one.entered_at,
        by => one.by_name,
        texts => texts([("In their own words", &one.own_words), ("", &one.words)]),
    }
}

/// What a colleague decided.
pub(super) fn of_decision(one: &Decision) -> Value {
    context! {
        title => one.question,
        at => one.at,
        by => one.by_name,
        written_later => written_later(one.at, one.entered_at),
        texts => texts([
            ("Considered", &one.considered),
            ("Least restrictive option", &one.least_restrictive),
            ("Chosen", &one.chosen),
            ("Why", &one.why),
            ("In their own words", &one.own_words),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(version: &str) -> Fields {
        [("version", version), ("said", "1")].into_iter().collect()
    }

    fn words(beside: Option<Value>) -> String {
        beside.map(|beside| beside.get_attr("words").unwrap().to_string()).unwrap_or_default()
    }

    #[test]
    fn what_came_between_is_counted_from_what_the_page_showed() {
        let late = Sent { fields: sent("2"), stale: true, ..Sent::default() };
        assert_eq!((late.changes_since(5), late.changes_since(2)), (3, 0));
        assert_eq!((late.added_since("said", 3), late.added_since("seen", 3)), (2, 0));
        assert_eq!(Sent::default().changes_since(5), 0, "a fresh page shows what stands");
    }

    #[test]
    fn a_form_with_something_wrong_tells_of_a_colleague_too() {
        let theirs = || vec![context! { title => "Reworded" }];
        assert!(Sent::default().beside(&theirs(), None).is_none());
        let mut errors = Errors::default();
        errors.add("aim", "Say what we work towards");
        let wrong = Sent::wrong(sent("1"), errors);
        assert!(wrong.beside(&[], None).is_none(), "nothing came between");
        assert!(words(wrong.beside(&theirs(), None)).contains("a colleague wrote something"));
        assert!(words(wrong.beside(&[], Some("The episode was closed"))).starts_with("The episode was closed"));
        let late = Sent { fields: sent("1"), stale: true, ..Sent::default() };
        assert!(words(late.beside(&[], None)).contains("save again"));
    }
}
