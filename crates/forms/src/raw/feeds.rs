//! What an answer leads to.

use toml::Spanned;

use super::Check;
use super::name::Name;
use super::written::{RawAlert, RawFeeds, RawRisk};
use crate::condition::{Condition, Test};
use crate::definition::{AlertFeed, Feeds, Kind, Question, RiskFeed};
use crate::vocabulary::FINDING_LISTS;
use throughline_domain::risk::AlertKind;

impl Check<'_> {
    pub(super) fn feeds(&mut self, raw: RawFeeds, question: &Question, at: usize) -> Feeds {
        if raw.finding.is_some() && question.kind != Kind::Findings {
            self.wrong(at, format!("only a findings question feeds findings; '{}' is none", question.id));
        }
        if raw.finding.is_none() && question.kind == Kind::Findings {
            let reason = format!("'{}' needs feeds.finding: vulnerability or need", question.id);
            self.wrong(at, reason);
        }
        Feeds {
            alert: raw.alert.and_then(|alert| self.alert(alert, question, at)),
            finding: raw.finding.map(|list| self.word(&list, FINDING_LISTS, "list of findings")),
            document: self.documents(&raw.document),
            dataset: raw.dataset,
            risk: raw.risk.map(|risk| self.risk(risk, question, at)),
        }
    }

    pub(super) fn alert(&mut self, raw: RawAlert, question: &Question, at: usize) -> Option<AlertFeed> {
        let kind = self.alert_kind(&raw.kind);
        let when = match raw.when {
            Some(when) => self.condition(when, Some(question), at)?,
            None => Condition::About { question: question.id.clone(), test: Test::Answered },
        };
        let detail = raw.detail.as_ref().map(|detail| detail.get_ref().clone());
        self.details.extend(raw.detail);
        Some(AlertFeed { kind: kind?, label: raw.label, when, detail })
    }

    fn alert_kind(&mut self, name: &Name) -> Option<AlertKind> {
        let kind = AlertKind::from_code(name.get_ref());
        if kind.is_none() {
            let known: Vec<&str> = AlertKind::ALL.iter().map(|kind| kind.code()).collect();
            let reason = format!("there is no alert kind '{}'; there are: {}", name.get_ref(), known.join(", "));
            self.wrong(name.span().start, reason);
        }
        kind
    }

    /// The question that explains an alert may come after the one that raises it.
    pub(super) fn details_exist(&mut self) {
        for name in std::mem::take(&mut self.details) {
            if !self.asked.iter().any(|question| question.id == *name.get_ref()) {
                let reason = format!("there is no question '{}' to explain the alert", name.get_ref());
                self.wrong(name.span().start, reason);
            }
        }
    }

    pub(super) fn risk(&mut self, raw: RawRisk, question: &Question, at: usize) -> RiskFeed {
        self.codes_exist(question, &raw.known, at);
        self.codes_exist(question, &raw.none, at);
        let codes = |names: Vec<Name>| names.into_iter().map(Spanned::into_inner).collect();
        RiskFeed { overall: raw.overall, known: codes(raw.known), none: codes(raw.none) }
    }
}
