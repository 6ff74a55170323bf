//! The form as a page needs it: everything decided, nothing left to a template but its look.

use serde::Serialize;
use serde_json::Value;

use crate::answers::Answers;
use crate::check::FieldError;
use crate::condition::{Condition, Test};
use crate::definition::{AudienceClass, Form, FormKind, Kind, Licence, Question, Required};
use crate::vocabulary::{FINDING_KNOWN, FINDING_SOURCES, FINDING_STATUSES, Word};

#[derive(Serialize)]
struct FormView<'a> {
    id: &'a str,
    version: u32,
    title: &'a str,
    kind: FormKind,
    intro: &'a str,
    sign: bool,
    licence: Option<&'a Licence>,
    errors: &'a [FieldError],
    sections: Vec<SectionView<'a>>,
}

#[derive(Serialize)]
struct SectionView<'a> {
    id: &'a str,
    title: &'a str,
    help: Option<&'a str>,
    class: AudienceClass,
    questions: Vec<QuestionView<'a>>,
}

#[derive(Serialize)]
struct QuestionView<'a> {
    id: &'a str,
    /// The field name.
    name: &'a str,
    label: &'a str,
    hint: Option<String>,
    kind: &'static str,
    required: Required,
    min: Option<f64>,
    max: Option<f64>,
    /// Whether it applies with these answers.
    visible: bool,
    /// The value of a typed question, to the letter.
    value: &'a str,
    /// The time field of a date-and-time.
    time: Option<FieldView>,
    options: Vec<OptionView>,
    error: Option<&'a str>,
    /// The one question and codes that reveal it, when it is as simple as that.
    reveal: Option<Reveal<'a>>,
    /// The whole condition.
    when: Option<&'a Condition>,
    /// The condition in words, for a page without script.
    only_if: Option<String>,
    documents: &'a [String],
}

#[derive(Serialize)]
struct Reveal<'a> {
    question: &'a str,
    codes: &'a [String],
}

#[derive(Serialize)]
struct FieldView {
    name: String,
    value: String,
    error: Option<String>,
}

#[derive(Serialize)]
struct OptionView {
    code: String,
    label: String,
    hint: Option<String>,
    checked: bool,
    /// "None of these".
    alone: bool,
    /// Answered in an earlier version and not offered any more: shown so that it is not lost.
    unlisted: bool,
    /// For a finding.
    status: Option<PartView>,
    /// For a finding.
    known: Option<PartView>,
    /// For a finding.
    source: Option<PartView>,
}

#[derive(Serialize)]
struct PartView {
    name: String,
    options: Vec<OptionView>,
    error: Option<String>,
}

impl Form {
    /// The view model of the form's page, for templates.
    ///
    /// Every question is in it, also those that do not apply (`visible: false`), with what was
    /// typed, so that a page can reveal them by script, works without, and loses nothing: posting
    /// the page back gives the same [`Answers`]. A condition that is one question and some codes
    /// is told as `reveal`, every condition as `when` and, in words, `only_if`.
    pub fn view(&self, answers: &Answers, errors: &[FieldError]) -> Value {
        let visible = self.visible(answers);
        let sections = self.sections.iter().map(|section| SectionView {
            id: &section.id,
            title: &section.title,
            help: section.help.as_deref(),
            class: section.class,
            questions: section
                .questions
                .iter()
                .map(|question| {
                    let page = Page { form: self, answers, errors };
                    page.question(question, visible.contains(&question))
                })
                .collect(),
        });
        let view = FormView {
            id: &self.id,
            version: self.version,
            title: &self.title,
            kind: self.kind,
            intro: &self.intro,
            sign: self.sign,
            licence: self.licence.as_ref(),
            errors,
            sections: sections.collect(),
        };
        serde_json::to_value(view).expect("a view is strings, numbers and lists")
    }
}

struct Page<'a> {
    form: &'a Form,
    answers: &'a Answers,
    errors: &'a [FieldError],
}

impl<'a> Page<'a> {
    fn question(&self, question: &'a Question, visible: bool) -> QuestionView<'a> {
        let (min, max) = match question.kind {
            Kind::Number { min, max } => (min, max),
            _ => (None, None),
        };
        QuestionView {
            id: &question.id,
            name: &question.id,
            label: &question.label,
            hint: question.hint_for(self.answers),
            kind: question.kind.code(),
            required: question.required,
            min,
            max,
            visible,
            value: self.value(question),
            time: (question.kind == Kind::DateTime).then(|| self.field(format!("{}.time", question.id))),
            options: if question.kind.is_coded() { self.options(question) } else { Vec::new() },
            error: self.error(&question.id),
            reveal: question.when.as_ref().and_then(reveal),
            when: question.when.as_ref(),
            only_if: question.when.as_ref().map(|when| when.in_words(self.form)),
            documents: &question.feeds.document,
        }
    }

    fn value(&self, question: &Question) -> &'a str {
        if question.kind.is_coded() {
            return "";
        }
        self.answers.one(&question.id).unwrap_or_default()
    }

    fn error(&self, field: &str) -> Option<&'a str> {
        self.errors.iter().find(|error| error.field_name == field).map(|error| error.message.as_str())
    }

    fn field(&self, name: String) -> FieldView {
        let value = self.answers.one(&name).unwrap_or_default().to_owned();
        let error = self.error(&name).map(str::to_owned);
        FieldView { name, value, error }
    }

    fn options(&self, question: &Question) -> Vec<OptionView> {
        let offered = question.options.iter().map(|option| OptionView {
            checked: self.answers.has(&question.id, &option.code),
            hint: option.hint.clone(),
            alone: option.alone,
            ..OptionView::offered(&option.code, &option.label)
        });
        let mut options: Vec<OptionView> = offered.collect();
        for code in self.answers.codes_spoken_of(&question.id) {
            if !options.iter().any(|option| option.code == code) {
                let checked = self.answers.has(&question.id, code);
                options.push(OptionView { checked, ..OptionView::unlisted(code) });
            }
        }
        if question.kind == Kind::Findings {
            for option in options.iter_mut().filter(|option| !option.alone) {
                let part = |part: &str, words| self.part(question, &option.code, part, words);
                let (status, known) = (part("status", FINDING_STATUSES), part("known", FINDING_KNOWN));
                let source = part("source", FINDING_SOURCES);
                (option.status, option.known, option.source) = (Some(status), Some(known), Some(source));
            }
        }
        options
    }

    fn part(&self, question: &Question, code: &str, part: &str, words: &[Word]) -> PartView {
        let name = format!("{}.{code}.{part}", question.id);
        let chosen = self.answers.one(&name);
        let mut options: Vec<OptionView> = words
            .iter()
            .map(|word| OptionView { checked: chosen == Some(word.code), ..OptionView::offered(word.code, word.label) })
            .collect();
        if let Some(code) = chosen.filter(|code| words.iter().all(|word| word.code != *code)) {
            options.push(OptionView { checked: true, ..OptionView::unlisted(code) });
        }
        let error = self.error(&name).map(str::to_owned);
        PartView { name, options, error }
    }
}

impl OptionView {
    fn offered(code: &str, label: &str) -> Self {
        Self {
            code: code.to_owned(),
            label: label.to_owned(),
            hint: None,
            checked: false,
            alone: false,
            unlisted: false,
            status: None,
            known: None,
            source: None,
        }
    }

    fn unlisted(code: &str) -> Self {
        Self { unlisted: true, ..Self::offered(code, &format!("‘{code}’ (not offered any more)")) }
    }
}

fn reveal(when: &Condition) -> Option<Reveal<'_>> {
    match when {
        Condition::About { question, test: Test::AnyOf(codes) } => Some(Reveal { question, codes }),
        _ => None,
    }
}
