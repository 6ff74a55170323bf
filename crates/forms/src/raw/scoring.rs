//! The proof that scoring makes sense: every total has one reading, every name is a question.

mod rules;
mod written;

use toml::Spanned;

use super::Check;
use super::name::Name;
use crate::definition::{Form, Kind, Question};
use crate::scoring::{AnsweredCount, Band, Entered, Method, MissingRule, Reading, ReliableChange, Scoring};

use written::{RawEntered, RawMissing};

pub(super) use written::RawScoring;

impl Check<'_> {
    pub(super) fn scoring(&mut self, mut raw: RawScoring, form: &Form) -> Scoring {
        let at = raw.missing.span().start;
        let missing = self.missing(*raw.missing.get_ref(), raw.missing_max, at);
        self.skipped(raw.skipped.as_ref(), form, at);
        let skipped = raw.skipped.map(Spanned::into_inner);
        let method = self.method(raw.entered.take(), missing, form, at);
        self.some_must_be_answered(missing, method.as_ref(), form, at);
        let range = match &method {
            Some(Method::Entered(entered)) => Some((entered.lowest, entered.highest)),
            Some(Method::Sum) => self.summed_range(form, skipped, at),
            None => None,
        };
        let written = (raw.bands, raw.result, raw.read_off, raw.total_only);
        let reading = match written {
            (Some(bands), None, None, None) => Some(self.bands(bands, range, at)),
            (None, Some(results), None, None) => Some(self.rules(results, form, at)),
            (None, None, Some(question), None) => self.read_off(&question, form),
            (None, None, None, Some(words)) => Some(Reading::TotalOnly(words.into_inner())),
            _ => {
                self.wrong(at, "a score is read off in exactly one way: bands, result, read_off or total_only");
                None
            }
        };
        Scoring {
            method: method.unwrap_or(Method::Sum),
            reading: reading.unwrap_or(Reading::Bands(Vec::new())),
            missing,
            skipped,
            rated_by: raw.rated_by,
            low_matters: raw.low_matters,
            document: self.documents(&raw.document),
            source: raw.source,
            to_verify: raw.to_verify,
            reliable_change: raw.reliable_change.map(|change| self.reliable_change(change)),
        }
    }

    /// The lowest and the highest sum of the items.
    fn summed_range(&mut self, form: &Form, skipped: Option<i32>, at: usize) -> Option<(i32, i32)> {
        let add =
            |(low, high): (i32, i32), (least, most): (i32, i32)| low.checked_add(least).zip(high.checked_add(most));
        let range = form.items().map(|item| item.range(skipped)).try_fold((0, 0), add);
        if range.is_none() {
            self.wrong(at, "the scores of the items are too large to be summed");
        }
        range
    }

    fn missing(&mut self, rule: RawMissing, max: Option<usize>, at: usize) -> MissingRule {
        match (rule, max) {
            (RawMissing::Refuse, None) => MissingRule::Refuse,
            (RawMissing::Prorate, Some(max)) => MissingRule::Prorate { max },
            (RawMissing::Prorate, None) => {
                self.wrong(at, "prorating needs missing_max: the most items that may be missing");
                MissingRule::Refuse
            }
            (RawMissing::Refuse, Some(_)) => {
                self.wrong(at, "missing_max has no meaning when missing items are refused");
                MissingRule::Refuse
            }
        }
    }

    /// A mean needs something that it is the mean of.
    fn some_must_be_answered(&mut self, missing: MissingRule, method: Option<&Method>, form: &Form, at: usize) {
        let items = match method {
            Some(Method::Entered(entered)) => entered.answered.as_ref().map(|answered| answered.items),
            Some(Method::Sum) => Some(form.items().count()),
            None => None,
        };
        if let Some(items) = items.filter(|items| missing.allowed() >= *items) {
            self.wrong(at, format!("missing_max must be fewer than all {items} items"));
        }
    }

    /// An item that may not apply counts something then, and only there is something to count.
    fn skipped(&mut self, skipped: Option<&Spanned<i32>>, form: &Form, at: usize) {
        let conditional = form.items().find(|item| item.when.is_some());
        match (skipped, conditional) {
            (None, Some(item)) => {
                let reason = format!(
                    "the item '{}' does not always apply, so scoring needs skipped: what an item counts then",
                    item.id
                );
                self.wrong(at, reason);
            }
            (Some(skipped), None) => {
                self.wrong(skipped.span().start, "skipped has no meaning: every item always applies");
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn method(&mut self, entered: Option<RawEntered>, missing: MissingRule, form: &Form, at: usize) -> Option<Method> {
        let shown = form.licence.as_ref().is_none_or(|licence| licence.items_shown);
        let item = form.items().next();
        let Some(entered) = entered else {
            if item.is_none() {
                self.wrong(at, "there is scoring, but no question whose options have scores");
                return None;
            }
            if !shown {
                self.wrong(
                    at,
                    "the items may not be shown (licence.items_shown), so the total is entered: write entered",
                );
            }
            return Some(Method::Sum);
        };
        let near = entered.total.span().start;
        if let Some(item) = item {
            let reason = format!("the total is entered, so '{}' cannot have scores", item.id);
            self.wrong(near, reason);
        }
        if form.licence.is_some() && shown {
            self.wrong(near, "a total is entered where the items may not be shown; licence.items_shown says they may");
        }
        let (lowest, highest) = self.whole_number(&entered.total, form)?;
        let answered = entered.answered.and_then(|answered| self.answered(&answered, highest, form));
        if answered.is_none() && missing != MissingRule::Refuse {
            self.wrong(near, "prorating an entered total needs answered: the question of how many items were answered");
        }
        let above_zero = entered.above_zero.and_then(|name| self.above_zero(&name, form));
        Some(Method::Entered(Entered { total: entered.total.into_inner(), lowest, highest, answered, above_zero }))
    }

    fn answered(&mut self, name: &Name, highest: i32, form: &Form) -> Option<AnsweredCount> {
        let (_, items) = self.whole_number(name, form)?;
        if items < 1 || highest % items != 0 {
            let reason = format!(
                "the highest total, {highest}, is not a whole number for each of the {items} items of '{}'",
                name.get_ref()
            );
            self.wrong(name.span().start, reason);
            return None;
        }
        let (question, each) = (name.get_ref().clone(), highest / items);
        Some(AnsweredCount { question, items: usize::try_from(items).unwrap_or_default(), each })
    }

    /// The question whether an item was above 0 offers `yes`.
    fn above_zero(&mut self, name: &Name, form: &Form) -> Option<String> {
        let question = self.named(name, form)?;
        if question.option("yes").is_none() {
            let reason = format!("'{}' must offer yes: an item was above 0", name.get_ref());
            self.wrong(name.span().start, reason);
        }
        Some(name.get_ref().clone())
    }

    /// The limits of a question for a whole number.
    fn whole_number(&mut self, name: &Name, form: &Form) -> Option<(i32, i32)> {
        let question = self.named(name, form)?;
        if let Kind::Number { min: Some(min), max: Some(max) } = question.kind
            && let (Some(min), Some(max)) = (as_whole(min), as_whole(max))
        {
            return Some((min, max));
        }
        let reason = format!("'{}' must be a number with a whole min and max", name.get_ref());
        self.wrong(name.span().start, reason);
        None
    }

    fn read_off(&mut self, name: &Name, form: &Form) -> Option<Reading> {
        let question = self.named(name, form)?;
        if question.kind != Kind::Single {
            let reason = format!("'{}' must offer single answers: what the instrument's table says", name.get_ref());
            self.wrong(name.span().start, reason);
        }
        Some(Reading::ReadOff(name.get_ref().clone()))
    }

    fn named<'f>(&mut self, name: &Name, form: &'f Form) -> Option<&'f Question> {
        let found = form.question(name.get_ref());
        if found.is_none() {
            self.wrong(name.span().start, format!("there is no question '{}'", name.get_ref()));
        }
        found
    }

    fn reliable_change(&mut self, change: Spanned<ReliableChange>) -> ReliableChange {
        if change.get_ref().points < 1 {
            self.wrong(change.span().start, "a reliable change is at least 1 point");
        }
        change.into_inner()
    }

    /// The bands cover every possible total exactly once, in order.
    fn bands(&mut self, bands: Vec<Spanned<Band>>, range: Option<(i32, i32)>, at: usize) -> Reading {
        if let Some((lowest, highest)) = range {
            self.cover(&bands, lowest, highest, at);
        }
        for band in &bands {
            self.next_is_told(band.get_ref().next.as_ref(), band.get_ref().next_form.as_ref(), band.span().start);
        }
        Reading::Bands(bands.into_iter().map(Spanned::into_inner).collect())
    }

    fn cover(&mut self, bands: &[Spanned<Band>], lowest: i32, highest: i32, at: usize) {
        // Wider than a total, so that there is a next one after the highest.
        let mut next = i64::from(lowest);
        for band in bands {
            let Band { from, to, label, .. } = band.get_ref();
            self.has_words(label, "the label of a band", band.span().start);
            if i64::from(*from) != next || to < from {
                let reason = format!("the band '{label}' is {from} to {to}, but the next total to name is {next}");
                self.wrong(band.span().start, reason);
                return;
            }
            next = i64::from(*to) + 1;
        }
        if next != i64::from(highest) + 1 {
            let reason = format!("the bands end at {}, but totals go from {lowest} to {highest}", next - 1);
            self.wrong(at, reason);
        }
    }

    fn next_is_told(&mut self, words: Option<&String>, form: Option<&String>, at: usize) {
        if form.is_some() && words.is_none() {
            self.wrong(at, "next_form needs next: the words of what comes next");
        }
        let line = super::line_of(self.text, at);
        self.next_forms.extend(form.map(|form| (line, form.clone())));
    }
}

/// The whole number that a limit is.
fn as_whole(limit: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is told by the comparison")]
    let whole = limit as i32;
    (f64::from(whole) - limit).abs().lt(&f64::EPSILON).then_some(whole)
}
