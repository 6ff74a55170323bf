//! A definition as it is written, and the proof that it makes sense.

use std::collections::HashSet;

use serde::Deserialize;
use toml::Spanned;

use crate::condition::{Condition, Test};
use crate::definition::{
    AlertFeed, AudienceClass, Band, Feeds, Form, FormKind, Kind, Licence, MissingRule, NationalCode, OptionItem,
    Prefill, Question, Required, RiskFeed, Scoring, Section,
};
use crate::vocabulary::{ALERT_KINDS, DOCUMENT_KINDS, FINDING_LISTS, Word, YES_NO, label as word_label};

/// Why a definition is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {reason}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct DefinitionError {
    /// The file.
    pub file: String,
    /// The line, counted from 1, where the file gives one.
    pub line: Option<usize>,
    /// What is wrong and what to write instead.
    pub reason: String,
}

/// Reads and proves one definition. Everything wrong is told at once, except that a file that
/// is not TOML, or has an unknown key, is told by its first such error.
pub fn check_definition(file_name: &str, text: &str) -> Result<Form, Vec<DefinitionError>> {
    let mut check = Check { file: file_name, text, errors: Vec::new(), asked: Vec::new(), details: Vec::new() };
    let raw: RawForm = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.span().map(|span| line_of(text, span.start));
            return Err(vec![DefinitionError { file: file_name.to_owned(), line, reason: plain(error.message()) }]);
        }
    };
    let form = check.form(raw);
    if check.errors.is_empty() { Ok(form) } else { Err(check.errors) }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The reader's message as a sentence for the author of a form.
fn plain(message: &str) -> String {
    let rules = [
        ("unknown field ", "there is no key "),
        ("missing field ", "a key is missing: "),
        ("unknown variant ", "there is no such choice as "),
        ("duplicate key", "the same key is written twice"),
    ];
    rules
        .iter()
        .find_map(|(from, to)| message.strip_prefix(from).map(|rest| format!("{to}{rest}")))
        .unwrap_or_else(|| message.to_owned())
}

type Name = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    id: Name,
    version: u32,
    title: String,
    kind: FormKind,
    intro: String,
    #[serde(default)]
    sign: bool,
    licence: Option<Licence>,
    scoring: Option<RawScoring>,
    #[serde(default)]
    lists: std::collections::BTreeMap<String, Vec<RawOption>>,
    #[serde(default, rename = "section")]
    sections: Vec<RawSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScoring {
    bands: Vec<Spanned<Band>>,
    missing: Spanned<RawMissing>,
    missing_max: Option<usize>,
    #[serde(default)]
    document: Vec<Name>,
    source: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum RawMissing {
    Refuse,
    Prorate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    id: Name,
    title: String,
    help: Option<String>,
    class: Name,
    #[serde(default, rename = "question")]
    questions: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    id: Name,
    label: String,
    hint: Option<String>,
    kind: RawKind,
    min: Option<f64>,
    max: Option<f64>,
    options: Option<Vec<RawOption>>,
    option_list: Option<Name>,
    national_list: Option<String>,
    #[serde(default)]
    required: RawRequired,
    missing: Option<String>,
    when: Option<RawCondition>,
    #[serde(default)]
    feeds: RawFeeds,
    prefill: Option<Name>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Text,
    LongText,
    YesNo,
    Single,
    Multi,
    Findings,
    Date,
    Time,
    DateTime,
    Number,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum RawRequired {
    #[default]
    No,
    Yes,
    ToSign,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct RawOption {
    code: Name,
    label: String,
    hint: Option<String>,
    score: Option<i32>,
    national: Option<String>,
    #[serde(default)]
    alone: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawFeeds {
    alert: Option<RawAlert>,
    finding: Option<Name>,
    #[serde(default)]
    document: Vec<Name>,
    dataset: Option<String>,
    risk: Option<RawRisk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAlert {
    kind: Name,
    label: Option<String>,
    when: Option<RawCondition>,
    detail: Option<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRisk {
    #[serde(default)]
    overall: bool,
    known: Vec<Name>,
    #[serde(default)]
    none: Vec<Name>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    question: Option<Name>,
    is: Option<Name>,
    any_of: Option<Vec<Name>>,
    not: Option<Name>,
    answered: Option<Spanned<bool>>,
    all: Option<Vec<RawCondition>>,
    any: Option<Vec<RawCondition>>,
}

/// One walk through a definition, collecting everything that is wrong.
struct Check<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<DefinitionError>,
    /// The questions read so far: conditions look back to them, never ahead.
    asked: Vec<Question>,
    /// The questions named to explain alerts; they may come later, so they are looked up last.
    details: Vec<Name>,
}

impl Check<'_> {
    fn wrong(&mut self, at: usize, reason: impl Into<String>) {
        let line = Some(line_of(self.text, at));
        self.errors.push(DefinitionError { file: self.file.to_owned(), line, reason: reason.into() });
    }

    fn form(&mut self, raw: RawForm) -> Form {
        let at = raw.id.span().start;
        let id = self.name(&raw.id, "form");
        if self.file.rsplit('/').next() != Some(&format!("{id}.toml")) {
            self.wrong(at, format!("the form is called '{id}', so its file must be {id}.toml"));
        }
        let mut seen = HashSet::new();
        let mut sections = Vec::new();
        for section in raw.sections {
            if !seen.insert(section.id.get_ref().clone()) {
                let reason = format!("there are two sections called '{}'", section.id.get_ref());
                self.wrong(section.id.span().start, reason);
            }
            sections.push(self.section(section, &raw.lists));
        }
        self.details_exist();
        if sections.is_empty() {
            self.wrong(at, "a form needs at least one section");
        }
        let mut form = Form {
            id,
            version: raw.version,
            title: raw.title,
            kind: raw.kind,
            intro: raw.intro.trim().to_owned(),
            sections,
            sign: raw.sign,
            licence: raw.licence,
            scoring: None,
        };
        form.scoring = raw.scoring.map(|scoring| self.scoring(scoring, &form));
        self.instrument(at, &form);
        form
    }

    fn instrument(&mut self, at: usize, form: &Form) {
        if form.kind != FormKind::Instrument {
            return;
        }
        if form.licence.is_none() {
            self.wrong(at, "an instrument needs a [licence]: who holds the rights, and on what terms");
        }
        if form.scoring.is_none() {
            self.wrong(at, "an instrument needs [scoring]: its bands and what to do with missing items");
        }
    }

    /// An id or code: small letters, digits and underscores, because it becomes a field name.
    fn name(&mut self, name: &Name, what: &str) -> String {
        let text = name.get_ref();
        let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if text.is_empty() || !text.bytes().all(fine) {
            let reason = format!("the {what} name '{text}' may have only small letters, digits and underscores");
            self.wrong(name.span().start, reason);
        }
        text.clone()
    }

    fn word(&mut self, name: &Name, list: &[Word], what: &str) -> String {
        let code = name.get_ref();
        if word_label(list, code).is_none() {
            let known: Vec<&str> = list.iter().map(|word| word.code).collect();
            let reason = format!("there is no {what} '{code}'; there are: {}", known.join(", "));
            self.wrong(name.span().start, reason);
        }
        code.clone()
    }

    fn documents(&mut self, names: &[Name]) -> Vec<String> {
        names.iter().map(|name| self.word(name, DOCUMENT_KINDS, "document kind")).collect()
    }

    fn section(&mut self, raw: RawSection, lists: &std::collections::BTreeMap<String, Vec<RawOption>>) -> Section {
        let at = raw.id.span().start;
        let class = AudienceClass::from_code(raw.class.get_ref()).unwrap_or_else(|| {
            let known: Vec<&str> = AudienceClass::ALL.iter().map(|class| class.code()).collect();
            let reason =
                format!("there is no class '{}'; a section is one of: {}", raw.class.get_ref(), known.join(", "));
            self.wrong(raw.class.span().start, reason);
            AudienceClass::ThirdParty
        });
        if raw.questions.is_empty() {
            self.wrong(at, format!("the section '{}' asks nothing", raw.id.get_ref()));
        }
        let mut questions = Vec::new();
        for question in raw.questions {
            let at = question.id.span().start;
            let question = self.question(question, lists);
            if class == AudienceClass::ThirdParty && !question.feeds.document.is_empty() {
                let reason = format!("'{}' is in a third_party section, which no document may carry", question.id);
                self.wrong(at, reason);
            }
            self.asked.push(question.clone());
            questions.push(question);
        }
        Section { id: self.name(&raw.id, "section"), title: raw.title, help: raw.help, class, questions }
    }

    fn question(&mut self, raw: RawQuestion, lists: &std::collections::BTreeMap<String, Vec<RawOption>>) -> Question {
        let at = raw.id.span().start;
        let id = self.name(&raw.id, "question");
        if self.asked.iter().any(|earlier| earlier.id == id) {
            self.wrong(at, format!("there are two questions called '{id}'"));
        }
        let kind = self.kind(&raw, at);
        let options = self.options(&raw, kind, lists, at);
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
            missing: raw.missing,
            when: raw.when.and_then(|when| self.condition(when, None, at)),
            feeds: Feeds::default(),
            prefill: raw.prefill.and_then(|prefill| self.prefill(&prefill)),
        };
        question.feeds = self.feeds(raw.feeds, &question, at);
        question
    }

    fn kind(&mut self, raw: &RawQuestion, at: usize) -> Kind {
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

    fn options(
        &mut self,
        raw: &RawQuestion,
        kind: Kind,
        lists: &std::collections::BTreeMap<String, Vec<RawOption>>,
        at: usize,
    ) -> Vec<OptionItem> {
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

    fn option_items(&mut self, raw: &[RawOption], list: Option<&str>) -> Vec<OptionItem> {
        let mut seen = HashSet::new();
        let scored = raw.iter().filter(|option| option.score.is_some()).count();
        let mut items = Vec::new();
        for option in raw {
            let at = option.code.span().start;
            let code = self.name(&option.code, "option");
            if !seen.insert(code.clone()) {
                self.wrong(at, format!("two options have the code '{code}'"));
            }
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
            });
        }
        items
    }

    /// A condition about questions already asked, or about `itself` where one is given.
    fn condition(&mut self, raw: RawCondition, itself: Option<&Question>, near: usize) -> Option<Condition> {
        let at = raw.question.as_ref().map_or(near, |question| question.span().start);
        if let RawCondition { question: None, is: None, any_of: None, not: None, answered: None, .. } = &raw {
            return match (raw.all, raw.any) {
                (Some(parts), None) => self.parts(parts, itself, at).map(Condition::All),
                (None, Some(parts)) => self.parts(parts, itself, at).map(Condition::Any),
                _ => {
                    self.wrong(
                        at,
                        "a condition needs a question with is, any_of, not or answered; or one of all and any",
                    );
                    None
                }
            };
        }
        if raw.all.is_some() || raw.any.is_some() {
            self.wrong(at, "a condition is about a question, or joins others with all or any; not both");
            return None;
        }
        let test = match (raw.is, raw.any_of, raw.not, raw.answered) {
            (Some(is), None, None, None) => (Test::AnyOf(vec![is.get_ref().clone()]), vec![is]),
            (None, Some(codes), None, None) => {
                (Test::AnyOf(codes.iter().map(|code| code.get_ref().clone()).collect()), codes)
            }
            (None, None, Some(not), None) => (Test::Not(not.get_ref().clone()), vec![not]),
            (None, None, None, Some(answered)) if *answered.get_ref() => (Test::Answered, Vec::new()),
            (None, None, None, Some(_)) => {
                self.wrong(at, "a condition cannot ask for 'answered = false': silence says nothing");
                return None;
            }
            _ => {
                self.wrong(at, "a condition needs exactly one of is, any_of, not and answered");
                return None;
            }
        };
        let asked = match (&raw.question, itself) {
            (None, Some(question)) => question.clone(),
            (Some(name), Some(question)) if *name.get_ref() == question.id => question.clone(),
            (Some(name), _) => self.asked_before(name)?,
            (None, None) => {
                self.wrong(at, "a condition needs to name a question");
                return None;
            }
        };
        self.codes_exist(&asked, &test.1, at);
        Some(Condition::About { question: asked.id, test: test.0 })
    }

    fn parts(&mut self, raw: Vec<RawCondition>, itself: Option<&Question>, at: usize) -> Option<Vec<Condition>> {
        if raw.is_empty() {
            self.wrong(at, "all and any need at least one condition");
            return None;
        }
        raw.into_iter().map(|part| self.condition(part, itself, at)).collect()
    }

    fn asked_before(&mut self, name: &Name) -> Option<Question> {
        let found = self.asked.iter().find(|question| question.id == *name.get_ref()).cloned();
        if found.is_none() {
            let reason = format!("no question '{}' is asked before this one", name.get_ref());
            self.wrong(name.span().start, reason);
        }
        found
    }

    fn codes_exist(&mut self, question: &Question, codes: &[Name], at: usize) {
        if !codes.is_empty() && !question.kind.is_coded() {
            let reason = format!("'{}' is typed, so only 'answered' can be asked of it", question.id);
            self.wrong(at, reason);
            return;
        }
        for code in codes.iter().filter(|code| question.option(code.get_ref()).is_none()) {
            let known: Vec<&str> = question.options.iter().map(|option| option.code.as_str()).collect();
            let reason = format!("'{}' has no option '{}'; it has: {}", question.id, code.get_ref(), known.join(", "));
            self.wrong(code.span().start, reason);
        }
    }

    fn feeds(&mut self, raw: RawFeeds, question: &Question, at: usize) -> Feeds {
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

    fn alert(&mut self, raw: RawAlert, question: &Question, at: usize) -> Option<AlertFeed> {
        let kind = self.word(&raw.kind, ALERT_KINDS, "alert kind");
        let when = match raw.when {
            Some(when) => self.condition(when, Some(question), at)?,
            None => Condition::About { question: question.id.clone(), test: Test::Answered },
        };
        let detail = raw.detail.as_ref().map(|detail| detail.get_ref().clone());
        self.details.extend(raw.detail);
        Some(AlertFeed { kind, label: raw.label, when, detail })
    }

    /// The question that explains an alert may come after the one that raises it.
    fn details_exist(&mut self) {
        for name in std::mem::take(&mut self.details) {
            if !self.asked.iter().any(|question| question.id == *name.get_ref()) {
                let reason = format!("there is no question '{}' to explain the alert", name.get_ref());
                self.wrong(name.span().start, reason);
            }
        }
    }

    fn risk(&mut self, raw: RawRisk, question: &Question, at: usize) -> RiskFeed {
        self.codes_exist(question, &raw.known, at);
        self.codes_exist(question, &raw.none, at);
        let codes = |names: Vec<Name>| names.into_iter().map(Spanned::into_inner).collect();
        RiskFeed { overall: raw.overall, known: codes(raw.known), none: codes(raw.none) }
    }

    fn prefill(&mut self, name: &Name) -> Option<Prefill> {
        let parts: Vec<&str> = name.get_ref().split('.').collect();
        match parts.as_slice() {
            ["person", field] => Some(Prefill::Person((*field).to_owned())),
            ["latest", form, question] => {
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

    fn scoring(&mut self, raw: RawScoring, form: &Form) -> Scoring {
        let at = raw.missing.span().start;
        let missing = match (raw.missing.into_inner(), raw.missing_max) {
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
        };
        self.bands(&raw.bands, form, at);
        Scoring {
            bands: raw.bands.into_iter().map(Spanned::into_inner).collect(),
            missing,
            document: self.documents(&raw.document),
            source: raw.source,
        }
    }

    /// The bands cover every possible total exactly once, in order.
    fn bands(&mut self, bands: &[Spanned<Band>], form: &Form, at: usize) {
        if form.items().next().is_none() {
            self.wrong(at, "there is scoring, but no question whose options have scores");
            return;
        }
        let (lowest, highest) = crate::score::range(form);
        let mut next = lowest;
        for band in bands {
            let Band { from, to, label } = band.get_ref();
            if *from != next || to < from {
                let reason = format!("the band '{label}' is {from} to {to}, but the next total to name is {next}");
                self.wrong(band.span().start, reason);
                return;
            }
            next = to + 1;
        }
        if next != highest + 1 {
            let reason = format!("the bands end at {}, but totals go from {lowest} to {highest}", next - 1);
            self.wrong(at, reason);
        }
    }
}
