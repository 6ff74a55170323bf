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
        let raises = question.options.iter().any(|option| option.alert.is_some());
        if raw.alert_detail.is_some() && !raises {
            self.wrong(at, format!("no option of '{}' raises an alert, so alert_detail explains none", question.id));
        }
        let alert_detail = raw.alert_detail.as_ref().map(|detail| detail.get_ref().clone());
        self.details.extend(raw.alert_detail);
        Feeds {
            alert_detail,
            alert: raw.alert.and_then(|alert| self.alert(alert, question, at)),
            finding: raw.finding.map(|list| self.word(&list, FINDING_LISTS, "list of findings")),
            document: self.documents(&raw.document),
            dataset: raw.dataset,
            risk: raw.risk.map(|risk| self.risk(risk, question, at)),
        }
    }

    pub(super) fn alert(&mut self, raw: RawAlert, question: &Question, at: usize) -> Option<AlertFeed> {
        let (kind, at_alert) = (self.alert_kind(&raw.kind), raw.kind.span().start);
        let when = match raw.when {
            Some(when) => self.condition(when, Some(question), at)?,
            None => Condition::About { question: question.id.clone(), test: Test::Answered },
        };
        for id in when.questions() {
            self.may_be_told(id, at_alert);
        }
        let detail = raw.detail.as_ref().map(|detail| detail.get_ref().clone());
        self.details.extend(raw.detail);
        Some(AlertFeed { kind: kind?, label: raw.label, when, detail })
    }

    pub(super) fn alert_kind(&mut self, name: &Name) -> Option<AlertKind> {
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
            let at = name.span().start;
            self.may_be_told(name.get_ref(), at);
            if !self.asked.iter().any(|question| question.id == *name.get_ref()) {
                let reason = format!("there is no question '{}' to explain the alert", name.get_ref());
                self.wrong(at, reason);
            }
        }
    }

    /// Whoever opens the record sees its alerts, so none may rest on an answer that is not for all of them.
    fn may_be_told(&mut self, id: &str, at: usize) {
        if self.restricted.contains(id) {
            let reason = format!("an alert would tell of '{id}', which is in a section that not every reader sees");
            self.wrong(at, reason);
        }
    }

    pub(super) fn risk(&mut self, raw: RawRisk, question: &Question, at: usize) -> RiskFeed {
        if !question.kind.is_coded() {
            self.wrong(at, format!("'{}' is typed: feeds.risk reads codes", question.id));
        }
        if raw.known.is_empty() {
            self.wrong(
                at,
                format!(
                    "'{}' has no code in feeds.risk.known, so no answer could say that a risk is known",
                    question.id
                ),
            );
        }
        for code in raw.none.iter().filter(|none| raw.known.iter().any(|known| known.get_ref() == none.get_ref())) {
            let reason = format!("'{}' cannot mean both that a risk is known and that none is", code.get_ref());
            self.wrong(code.span().start, reason);
        }
        self.codes_exist(question, &raw.known, at);
        self.codes_exist(question, &raw.none, at);
        if raw.overall
            && let Some(other) = self.concludes.replace(question.id.clone())
        {
            self.wrong(
                at,
                format!("'{}' and '{other}' both conclude about risk: only one may be overall", question.id),
            );
        }
        let codes = |names: Vec<Name>| names.into_iter().map(Spanned::into_inner).collect();
        RiskFeed { overall: raw.overall, known: codes(raw.known), none: codes(raw.none) }
    }
}
