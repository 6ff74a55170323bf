//! Forms on paper, for the service's own use: a filled-in form from its signed snapshot, and a blank one for when
//! the computers are down. A draft has no place here: nothing unsigned can be taken for signed.

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use throughline_domain::time::{Instant, date_time_long};

use crate::facts::{PersonFacts, RiskFacts};
use crate::printable::Script;
use crate::{
    CACHED_RENDERINGS, RenderError, Rendered, check_length, compile, facts_hash, hex, make_printable, pdf_of, say_who,
    short,
};

/// A signed form as it is printed: everything on the pages, already chosen for who prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordFacts {
    /// The name of the service.
    pub service: String,
    /// What a reader quotes. It names the record, never the person.
    pub reference: String,
    /// The form's title, as it was when it was signed.
    pub title: String,
    /// The version of the form's definition.
    pub form_version: String,
    /// How the record stands.
    pub standing: Standing,
    /// Why it was marked in error; empty when it was not.
    pub error_reason: String,
    /// Whom it is about.
    pub person: PersonFacts,
    /// Where the person was seen.
    pub site: String,
    /// The words of a reporting restriction on the case.
    pub reporting_restriction: Option<String>,
    /// The risk card at the moment of printing.
    pub risk: RiskFacts,
    /// Who signed.
    pub signed: Signature,
    /// Who countersigned.
    pub countersigned: Option<Signature>,
    /// The score in words, and what every score carries with it.
    pub score: Option<(String, String)>,
    /// Why a form that is scored has no score.
    pub score_withheld: Option<String>,
    /// The sections, in the order asked.
    pub sections: Vec<FormSection>,
    /// What is not printed, each with the reason.
    pub left_out: Vec<String>,
    /// What was added after signing, oldest first.
    pub addenda: Vec<FormAddendum>,
    /// Who prints it, when and for what.
    pub printed: Printing,
}

/// How a printed record stands. There is no draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Signed by somebody who may sign alone, or countersigned.
    Signed,
    /// Signed, and a countersignature is owed.
    Awaiting,
    /// Marked in error since: said across every page.
    InError,
}

impl Standing {
    /// What the edge of every page says.
    fn words(self) -> &'static str {
        match self {
            Self::Signed => "Signed",
            Self::Awaiting => "Not countersigned",
            Self::InError => "MARKED IN ERROR",
        }
    }
}

/// Somebody's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Their name.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// A section of a printed form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormSection {
    /// Its heading.
    pub title: String,
    /// Its answers.
    pub answers: Vec<FormAnswer>,
}

/// An answer of a printed form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormAnswer {
    /// The words of the question, as they were.
    pub label: String,
    /// The answer in words.
    pub value: String,
    /// Whether it is prose.
    pub long: bool,
}

/// What was added to a record after it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormAddendum {
    /// What was added.
    pub words: String,
    /// By whom.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// Who prints something, when, for what, and what becomes of the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Printing {
    /// The name of who prints it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// What for.
    pub purpose: String,
    /// Whether the paper is kept or destroyed, as a sentence.
    pub then: String,
}

/// A form without answers, to be filled in by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlankFacts {
    /// The name of the service.
    pub service: String,
    /// The form's id: what the sheet is called.
    pub form: String,
    /// The version of its definition.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// What to know before starting.
    pub intro: String,
    /// Its sections, in the order asked.
    pub sections: Vec<BlankSection>,
    /// When it was printed.
    pub printed_at: Instant,
}

/// A section of a blank form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlankSection {
    /// Its heading.
    pub title: String,
    /// Guidance under it; may be empty.
    pub note: String,
    /// Its questions.
    pub questions: Vec<BlankQuestion>,
}

/// A question with room for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlankQuestion {
    /// The words of the question.
    pub label: String,
    /// Help below it; may be empty.
    pub hint: String,
    /// When it is asked, in words; empty when it always is.
    pub only_if: String,
    /// What is left free for the answer.
    pub room: Room,
    /// The answers offered, each with a box to tick.
    pub options: Vec<String>,
}

/// Room for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// A box for each answer offered.
    Choices,
    /// A box for each, with room for how sure and whether it was known.
    Findings,
    /// One line.
    Short,
    /// Several lines.
    Long,
    /// A date and a time.
    DateTime,
}

/// Prints a filled-in form.
///
/// Blocks for tens of milliseconds.
///
/// # Errors
/// When it is too long, or the template is faulty.
pub fn print_record(facts: &RecordFacts) -> Result<Rendered, RenderError> {
    print("record", "printed record", &record_data(facts), facts.printed.at)
}

/// Prints a form to be filled in by hand.
///
/// Blocks for tens of milliseconds.
///
/// # Errors
/// When it is too long, or the template is faulty.
pub fn print_blank(facts: &BlankFacts) -> Result<Rendered, RenderError> {
    print("blank_form", "blank form", &blank_data(facts), facts.printed_at)
}

fn print(template: &str, kind: &'static str, recorded: &Value, at: Instant) -> Result<Rendered, RenderError> {
    check_length(recorded)?;
    let facts_sha256 = facts_hash(template, recorded);
    // As with documents: joined scripts that the archival format refuses are printed by their codes.
    let file = |script| {
        let document = compile(template, &with_hash(recorded, &facts_sha256, script))?;
        Ok((pdf_of(&document, &facts_sha256, at)?, document.pages().len()))
    };
    let printed = file(Script::Every).or_else(|_: String| file(Script::Simple));
    typst::comemo::evict(CACHED_RENDERINGS);
    let (pdf, pages) = printed.map_err(|detail| RenderError::Template { kind, detail })?;
    Ok(Rendered { sha256: hex(&Sha256::digest(&pdf)), facts_sha256, pages, pdf })
}

fn with_hash(recorded: &Value, hash: &str, script: Script) -> Value {
    let mut data = recorded.clone();
    data["document"]["hash"] = json!(short(hash));
    data["has_codes"] = json!(make_printable(&mut data, script));
    data
}

fn record_data(facts: &RecordFacts) -> Value {
    let signature = |one: &Signature| json!({ "name": one.name, "at": date_time_long(one.at) });
    let addendum = |one: &FormAddendum| json!({ "words": one.words, "name": one.name, "at": date_time_long(one.at) });
    let mut data = json!({
        "title": facts.title,
        "document": document(&facts.service, &facts.reference, &facts.form_version, &facts.signed.name),
        "person": facts.person,
        "risk": { "state": facts.risk.state, "words": facts.risk.state.words(), "summary": facts.risk.summary },
        "reporting_restriction": facts.reporting_restriction,
        "record": {
            "standing": facts.standing,
            "status": facts.standing.words(),
            "error_reason": facts.error_reason,
            "site": facts.site,
            "form_version": facts.form_version,
            "signed": signature(&facts.signed),
            "countersigned": facts.countersigned.as_ref().map(signature),
            "score": facts.score.as_ref().map(|(words, statement)| json!({ "words": words, "statement": statement })),
            "score_withheld": facts.score_withheld,
            "sections": facts.sections,
            "left_out": facts.left_out,
            "addenda": facts.addenda.iter().map(addendum).collect::<Vec<_>>(),
            "printed": {
                "by": facts.printed.by,
                "at": date_time_long(facts.printed.at),
                "purpose": facts.printed.purpose,
                "then": facts.printed.then,
            },
        },
    });
    say_who(&mut data, &facts.person);
    data
}

fn blank_data(facts: &BlankFacts) -> Value {
    json!({
        "title": facts.title,
        "document": document(&facts.service, &facts.form, &facts.version.to_string(), &facts.service),
        "form": { "intro": facts.intro, "sections": facts.sections },
    })
}

/// The keys that the house style asks of everything it prints.
fn document(service: &str, reference: &str, version: &str, author: &str) -> Value {
    json!({
        "state": "printed",
        "service": service,
        "reference": reference,
        "version": version,
        "author": { "name": author },
    })
}

#[cfg(test)]
mod tests;
