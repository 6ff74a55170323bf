//! A definition as it is written, and the proof that it makes sense.

mod condition;
mod feeds;
mod limits;
mod name;
mod question;
mod scoring;
mod step;
mod written;

use std::collections::HashSet;

use name::Name;
use written::{Lists, RawForm, RawSection};

use crate::definition::{AudienceClass, Form, FormKind, Question, Section};
use crate::vocabulary::{DOCUMENT_KINDS, Word, label as word_label};

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
///
/// What it takes over from other forms is proven by [`check_definitions`] alone, which has them.
pub fn check_definition(file_name: &str, text: &str) -> Result<Form, Vec<DefinitionError>> {
    read(file_name, text).map(|read| read.form)
}

/// Reads and proves all definitions of a service together, given as file name and text: each for
/// itself, and what one takes over from another.
pub fn check_definitions<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<Form>, Vec<DefinitionError>> {
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (file, text) in files {
        match read(file, text) {
            Ok(read) => found.push((file, read)),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if errors.is_empty() {
        let beyond =
            |(file, read): &(&str, Read)| [untaken(file, read, &found), unfollowed(file, read, &found)].concat();
        errors = found.iter().flat_map(beyond).collect();
    }
    if errors.is_empty() { Ok(found.into_iter().map(|(_, read)| read.form).collect()) } else { Err(errors) }
}

/// A definition that makes sense by itself.
struct Read {
    form: Form,
    taken: Vec<Taken>,
    next_forms: Vec<(usize, String)>,
}

/// An answer that is first taken over from another form.
struct Taken {
    line: usize,
    form: String,
    question: String,
}

/// What a definition cannot take over from another form.
fn untaken(file: &str, read: &Read, all: &[(&str, Read)]) -> Vec<DefinitionError> {
    let wrong = |taken: &Taken| {
        let Taken { form, question, line } = taken;
        let from = all.iter().map(|(_, other)| &other.form).find(|other| other.id == *form);
        let section =
            from.and_then(|from| from.sections.iter().find(|one| one.questions.iter().any(|q| q.id == *question)));
        let reason = match section {
            None => format!("no form '{form}' asks '{question}', so no answer can be taken from it"),
            Some(section) if section.class.is_restricted() => {
                let class = section.class.code();
                format!("'{form}.{question}' is in a {class} section, which no other form may take over")
            }
            Some(_) => return None,
        };
        Some(DefinitionError { file: file.to_owned(), line: Some(*line), reason })
    };
    read.taken.iter().filter_map(wrong).collect()
}

/// The forms that a score goes on with and that there are not.
fn unfollowed(file: &str, read: &Read, all: &[(&str, Read)]) -> Vec<DefinitionError> {
    let there_is = |id: &str| all.iter().any(|(_, other)| other.form.id == id);
    let wrong = |(line, form): &(usize, String)| DefinitionError {
        file: file.to_owned(),
        line: Some(*line),
        reason: format!("next_form is '{form}', and there is no such form"),
    };
    read.next_forms.iter().filter(|(_, form)| !there_is(form)).map(wrong).collect()
}

fn read(file_name: &str, text: &str) -> Result<Read, Vec<DefinitionError>> {
    let mut check = Check {
        file: file_name,
        text,
        errors: Vec::new(),
        asked: Vec::new(),
        details: Vec::new(),
        restricted: HashSet::new(),
        concludes: None,
        taken: Vec::new(),
        next_forms: Vec::new(),
    };
    let raw: RawForm = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let line = error.span().map(|span| line_of(text, span.start));
            return Err(vec![DefinitionError { file: file_name.to_owned(), line, reason: plain(error.message()) }]);
        }
    };
    let form = check.form(raw);
    if check.errors.is_empty() {
        Ok(Read { form, taken: check.taken, next_forms: check.next_forms })
    } else {
        Err(check.errors)
    }
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

/// One walk through a definition, collecting everything that is wrong.
struct Check<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<DefinitionError>,
    /// The questions read so far: conditions look back to them, never ahead.
    asked: Vec<Question>,
    /// The questions named to explain alerts; they may come later, so they are looked up last.
    details: Vec<Name>,
    /// The questions that only some readers of the record see: nothing that others see may tell their answers.
    restricted: HashSet<String>,
    /// The question that concludes about risk.
    concludes: Option<String>,
    /// What is taken over from other forms.
    taken: Vec<Taken>,
    /// The forms that come next after a score.
    next_forms: Vec<(usize, String)>,
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
        self.has_words(&raw.title, "the title of the form", at);
        if raw.version == 0 {
            self.wrong(at, "the version is counted from 1");
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
            step: None,
            fits: raw.fits.map(|fits| self.fits(fits)).unwrap_or_default(),
            sections,
            sign: raw.sign,
            licence: raw.licence,
            scoring: None,
        };
        form.scoring = raw.scoring.map(|scoring| self.scoring(scoring, &form));
        form.step = raw.step.and_then(|step| self.step(&step, &form));
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

    /// What people read has words.
    fn has_words(&mut self, text: &str, what: &str, at: usize) {
        if text.trim().is_empty() {
            self.wrong(at, format!("{what} is empty: write what people read"));
        }
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

    fn section(&mut self, raw: RawSection, lists: &Lists) -> Section {
        let at = raw.id.span().start;
        self.has_words(&raw.title, &format!("the title of the section '{}'", raw.id.get_ref()), at);
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
            if class.is_restricted() && !question.feeds.document.is_empty() {
                let reason = format!("'{}' is in a {} section, which no document may carry", question.id, class.code());
                self.wrong(at, reason);
            }
            if class.is_restricted() && question.tells_others() {
                let reason = format!(
                    "'{}' is in a {} section: an alert, a finding, a state of risk or a dataset would tell what it says",
                    question.id,
                    class.code()
                );
                self.wrong(at, reason);
            }
            if question.feeds.risk.is_some() && !class.is_restricted() && class != AudienceClass::Risk {
                let reason = format!(
                    "'{}' speaks of risk on the risk card, so its section must be of the class risk",
                    question.id
                );
                self.wrong(at, reason);
            }
            if class.is_restricted() {
                self.restricted.insert(question.id.clone());
            }
            self.asked.push(question.clone());
            questions.push(question);
        }
        Section { id: self.name(&raw.id, "section"), title: raw.title, help: raw.help, class, questions }
    }
}
