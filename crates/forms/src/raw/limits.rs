//! What makes an answer implausible.

use toml::Spanned;

use super::Check;
use super::name::Name;
use super::written::{RawContradiction, RawLimits};
use crate::definition::{Contradiction, Kind, Limits, Moment, Question};

impl Check<'_> {
    pub(super) fn limits(&mut self, raw: RawLimits, question: &Question) -> Limits {
        Limits {
            moment: raw.moment.and_then(|moment| self.moment(&moment, question)),
            not_before: raw.not_before.and_then(|earlier| self.not_before(&earlier, question)),
            useful_length: raw.useful_length.map(|length| self.useful_length(&length, question)),
            contradicted: raw.contradicted.into_iter().filter_map(|one| self.contradiction(one, question)).collect(),
        }
    }

    fn contradiction(&mut self, raw: RawContradiction, question: &Question) -> Option<Contradiction> {
        let at = raw.say.span().start;
        if raw.say.get_ref().trim().is_empty() {
            self.wrong(at, "a contradiction needs to say what to put right");
        }
        let when = self.condition(raw.when, Some(question), at)?;
        Some(Contradiction { when, say: raw.say.into_inner() })
    }

    fn moment(&mut self, name: &Name, question: &Question) -> Option<Moment> {
        self.has_a_date(name, question, "moment");
        let moment = Moment::from_code(name.get_ref());
        if moment.is_none() {
            let reason = format!("there is no moment '{}'; it is past or future", name.get_ref());
            self.wrong(name.span().start, reason);
        }
        moment
    }

    fn not_before(&mut self, name: &Name, question: &Question) -> Option<String> {
        self.has_a_date(name, question, "not_before");
        let earlier = self.asked_before(name)?;
        if !is_dated(&earlier) {
            let reason = format!("'{}' has no date, so nothing can be before it", earlier.id);
            self.wrong(name.span().start, reason);
        }
        Some(earlier.id)
    }

    fn has_a_date(&mut self, name: &Name, question: &Question, key: &str) {
        if !is_dated(question) {
            self.wrong(name.span().start, format!("'{}' has no date, so {key} means nothing", question.id));
        }
    }

    fn useful_length(&mut self, length: &Spanned<usize>, question: &Question) -> usize {
        if !matches!(question.kind, Kind::Text | Kind::LongText) {
            let reason = format!("'{}' is no text, so useful_length means nothing", question.id);
            self.wrong(length.span().start, reason);
        }
        if *length.get_ref() == 0 {
            self.wrong(length.span().start, "a useful length is at least 1 character");
        }
        *length.get_ref()
    }
}

fn is_dated(question: &Question) -> bool {
    matches!(question.kind, Kind::Date | Kind::DateTime)
}
