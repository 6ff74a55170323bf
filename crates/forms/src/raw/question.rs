//! A question and the answers it offers.

use std::collections::HashSet;

use super::name::Name;
use super::written::{Lists, RawKind, RawLimits, RawOption, RawQuestion, RawRequired};
use super::{Check, Taken};
use crate::definition::{Feeds, Kind, Limits, NationalCode, OptionItem, Prefill, Question, Required};
use crate::vocabulary::{PERSON_FIELDS, YES_NO, label as word_label};

impl Check<'_> {
    pub(super) fn question(&mut self, raw: RawQuestion, lists: &Lists) -> Question {
        let at = raw.id.span().start;
        let id = self.name(&raw.id, "question");
        if self.asked.iter().any(|earlier| earlier.id == id) {
            self.wrong(at, format!("there are two questions called '{id}'"));
        }
        self.has_words(&raw.label, &format!("the label of '{id}'"), at);
        let kind = self.kind(&raw, at);
        let options = self.options(&raw, kind, lists, at);
        if raw.required_when.is_some() && matches!(raw.required, RawRequired::No) {
            self.wrong(at, format!("'{id}' is never required, so required_when means nothing"));
        }
        let mut question = Question {
            id,
            label: raw.label,
            hint: raw.hint,
            kind,
            options,
            required: match raw.required {
                RawRequired::No => Required::No,
                RawRequired::Yes => Required::Yes,
                RawRequired::ToSign => Required::ToSign,
            },
            required_when: raw.required_when.and_then(|when| self.condition(when, None, at)),
            missing: raw.missing,
            when: raw.when.and_then(|when| self.condition(when, None, at)),
            feeds: Feeds::default(),
            prefill: raw.prefill.and_then(|prefill| self.prefill(&prefill)),
            limits: Limits::default(),
        };
        let limits = RawLimits {
            moment: raw.moment,
            not_before: raw.not_before,
            useful_length: raw.useful_length,
            contradicted: raw.contradicted,
        };
        question.limits = self.limits(limits, &question);
        question.feeds = self.feeds(raw.feeds, &question, at);
        question
    }

    pub(super) fn kind(&mut self, raw: &RawQuestion, at: usize) -> Kind {
        let limits = raw.min.is_some() || raw.max.is_some();
        if limits && raw.kind != RawKind::Number {
            self.wrong(at, format!("'{}' is no number, so min and max mean nothing", raw.id.get_ref()));
        }
        if raw.min.zip(raw.max).is_some_and(|(min, max)| min > max) {
            self.wrong(at, format!("the min of '{}' is above its max", raw.id.get_ref()));
        }
        match raw.kind {
            RawKind::Text => Kind::Text,
            RawKind::LongText => Kind::LongText,
            RawKind::YesNo => Kind::YesNo,
            RawKind::Single => Kind::Single,
            RawKind::Multi => Kind::Multi,
            RawKind::Findings => Kind::Findings,
            RawKind::Date => Kind::Date,
            RawKind::Time => Kind::Time,
            RawKind::DateTime => Kind::DateTime,
            RawKind::Number => Kind::Number { min: raw.min, max: raw.max },
        }
    }

    pub(super) fn options(&mut self, raw: &RawQuestion, kind: Kind, lists: &Lists, at: usize) -> Vec<OptionItem> {
        let id = raw.id.get_ref();
        let offered = match (&raw.options, &raw.option_list) {
            (Some(_), Some(_)) => {
                self.wrong(at, format!("'{id}' has both options and option_list; write one"));
                None
            }
            (Some(options), None) => Some(options),
            (None, Some(list)) => {
                let found = lists.get(list.get_ref());
                if found.is_none() {
                    let reason = format!("there is no list '{}' under [lists]", list.get_ref());
                    self.wrong(list.span().start, reason);
                    return Vec::new();
                }
                found
            }
            (None, None) => None,
        };
        match (kind, offered) {
            (Kind::YesNo, None) => YES_NO.iter().map(OptionItem::from).collect(),
            (Kind::YesNo, Some(_)) => {
                self.wrong(at, format!("'{id}' is yes or no; leave its options out, or make it a single"));
                Vec::new()
            }
            (kind, Some(options)) if kind.is_coded() && !options.is_empty() => {
                if kind.takes_many() && options.iter().any(|option| option.score.is_some()) {
                    let reason = format!(
                        "several answers to '{id}' may be chosen, so they cannot have scores: make it a single"
                    );
                    self.wrong(at, reason);
                }
                self.option_items(options, raw.national_list.as_deref())
            }
            (kind, _) if kind.is_coded() => {
                self.wrong(at, format!("'{id}' has no options to choose from"));
                Vec::new()
            }
            (_, Some(_)) => {
                self.wrong(at, format!("'{id}' is typed, not chosen, so it cannot have options"));
                Vec::new()
            }
            (_, None) => Vec::new(),
        }
    }

    pub(super) fn option_items(&mut self, raw: &[RawOption], list: Option<&str>) -> Vec<OptionItem> {
        let mut seen = HashSet::new();
        let scored = raw.iter().filter(|option| option.score.is_some()).count();
        let mut items = Vec::new();
        for option in raw {
            let at = option.code.span().start;
            let code = self.name(&option.code, "option");
            if !seen.insert(code.clone()) {
                self.wrong(at, format!("two options have the code '{code}'"));
            }
            self.has_words(&option.label, &format!("the label of the option '{code}'"), at);
            if scored > 0 && option.score.is_none() {
                self.wrong(at, format!("the option '{code}' has no score, but others here do"));
            }
            let national = option.national.as_ref().and_then(|national| {
                if list.is_none() {
                    let reason = format!("'{code}' has a national code, so the question needs national_list");
                    self.wrong(at, reason);
                }
                list.map(|list| NationalCode { list: list.to_owned(), code: national.clone() })
            });
            items.push(OptionItem {
                code,
                label: option.label.clone(),
                hint: option.hint.clone(),
                score: option.score,
                national,
                alone: option.alone,
                unanswered: option.unanswered,
                alert: option.alert.as_ref().and_then(|kind| self.alert_kind(kind)),
            });
        }
        items
    }

    pub(super) fn prefill(&mut self, name: &Name) -> Option<Prefill> {
        let parts: Vec<&str> = name.get_ref().split('.').collect();
        match parts.as_slice() {
            ["person", field] => {
                if word_label(PERSON_FIELDS, field).is_none() {
                    let known: Vec<&str> = PERSON_FIELDS.iter().map(|word| word.code).collect();
                    let reason = format!("the person has no field '{field}'; there are: {}", known.join(", "));
                    self.wrong(name.span().start, reason);
                }
                Some(Prefill::Person((*field).to_owned()))
            }
            ["latest", form, question] => {
                self.taken.push(Taken {
                    line: super::line_of(self.text, name.span().start),
                    form: (*form).to_owned(),
                    question: (*question).to_owned(),
                });
                Some(Prefill::Latest { form: (*form).to_owned(), question: (*question).to_owned() })
            }
            _ => {
                let reason = format!(
                    "'{}' is no place to take an answer from; write person.FIELD or latest.FORM.QUESTION",
                    name.get_ref()
                );
                self.wrong(name.span().start, reason);
                None
            }
        }
    }
}
