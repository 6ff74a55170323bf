//! Facts to PDF: a document is a frozen rendering of recorded facts for one kind of reader.
//!
//! **What this crate is for.** [`render`] takes [`Facts`] and the name of a kind and gives the
//! bytes of a PDF that is archival (PDF/A-2a) and accessible (PDF/UA-1): tagged, titled, with its
//! language and reading order. The same facts give the same bytes, so a released document can be
//! made again and compared by its hash.
//!
//! **Its words.** A *kind* is one file in `documents/`, found when the crate is built ([`kinds`]).
//! *Facts* are what it states. A *draft* carries a watermark on every page and may lack facts; a
//! *released* document states every fact that its kind *needs*.
//!
//! **How to add a kind.** Add `documents/<kind>.typ`. Its first lines say what it is:
//!
//! ```text
//! // title: Letter to the GP
//! // audience: The person's general practice
//! // needs: /basis the basis for sharing
//! #import "/_house.typ": *
//! #show: house
//! #opening()
//! #key-facts()
//! ```
//!
//! and the tests of this crate hold it, with the rest, to what every document keeps. A released
//! document is refused while a fact that its kind `needs` is blank. The parts of the page
//! (`key-facts`, `adjustments`, `recommendations`, `risk`, `findings`...) are in
//! `documents/_house.typ`.
//!
//! Filled-in and blank forms are printed for the service's own use ([`print_record`], [`print_blank`]). They are
//! no kind of document: nobody releases them, and each says so.
//!
//! **What it will never do.** Decide what a reader may see; read a clock, a file, a package or the
//! network; treat recorded text as markup: `#set`, `$x$` and `*b*` in a note are printed as typed.
//!
//! Rendering blocks for tens of milliseconds: call it from a blocking task. The fonts are fetched
//! by `script/vendor-fonts` and are part of the binary.
#![warn(missing_docs)]

mod facts;
mod kind;
mod printable;
mod printed;
mod world;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use chrono::{Datelike, Timelike};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::time::{Instant, date_time_long};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

pub use crate::facts::{
    Author, DocumentFacts, DocumentState, EpisodeFacts, Facts, PersonFacts, RiskFacts, RiskState, Row, Section,
};
pub use crate::kind::{Kind, Need, kinds};
use crate::printable::{Script, printable};
pub use crate::printed::{
    BlankFacts, BlankQuestion, BlankSection, FormAddendum, FormAnswer, FormSection, Printing, RecordFacts, Room,
    Signature, Standing, print_blank, print_record,
};
use crate::world::DocumentWorld;

/// The longest text of one document, in characters: about 150 pages.
const MOST_CHARACTERS: usize = 500_000;

/// How many renderings a cached layout outlives. Layouts hold text about people, so they go soon.
const CACHED_RENDERINGS: usize = 2;

/// A finished document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The bytes of the PDF.
    pub pdf: Vec<u8>,
    /// SHA-256 of those bytes, in lower-case hexadecimal: what a disclosure entry keeps.
    pub sha256: String,
    /// SHA-256 of kind and facts, in lower-case hexadecimal. Its first twelve digits are printed
    /// at the foot of every page, because a file can not state its own hash.
    pub facts_sha256: String,
    /// How many pages it has.
    pub pages: usize,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// There is no template of this name.
    #[error("There is no kind of document called '{0}'")]
    UnknownKind(String),
    /// A released document must state facts that are not there. Record them, or keep a draft.
    #[error("The {kind} can not be released yet. Record first: {missing}")]
    MissingFacts {
        /// The title of the kind.
        kind: &'static str,
        /// What is missing, in words, with commas between.
        missing: String,
    },
    /// The text is longer than one document may be.
    #[error(
        "The document is too long: it has {characters} characters and may have {most}. Shorten its longest section"
    )]
    TooLong {
        /// How many characters there are.
        characters: usize,
        /// How many there may be.
        most: usize,
    },
    /// The template is at fault. The facts are unharmed.
    #[error(
        "The {kind} could not be printed because of a fault in its template; nothing you recorded is lost. Tell whoever looks after this system: {detail}"
    )]
    Template {
        /// The title of the kind.
        kind: &'static str,
        /// What the typesetter said. It may quote the facts: keep it out of logs.
        detail: String,
    },
}

/// Renders a document.
///
/// Blocks for tens of milliseconds; the first rendering of a process also reads the fonts.
///
/// # Errors
/// When there is no such kind, when a released document lacks a fact its kind needs, when it is
/// too long, or when its template is faulty.
pub fn render(kind: &str, facts: &Facts) -> Result<Rendered, RenderError> {
    let kind = kind::kind(kind).ok_or_else(|| RenderError::UnknownKind(kind.to_owned()))?;
    let recorded = serde_json::to_value(facts).expect("facts are plain data");
    check_length(&recorded)?;
    check_needs(kind, facts, &recorded)?;
    let facts_sha256 = facts_hash(kind.name, &recorded);

    // Joined scripts can fail the PDF/A rule that every glyph maps to a character. The document
    // still has to be printed, so those characters are then printed by their codes.
    let rendered = export(kind, facts, &recorded, &facts_sha256, Script::Every)
        .or_else(|_| export(kind, facts, &recorded, &facts_sha256, Script::Simple));
    typst::comemo::evict(CACHED_RENDERINGS);
    let (pdf, pages) = rendered.map_err(|detail| RenderError::Template { kind: kind.title, detail })?;
    Ok(Rendered { sha256: hex(&Sha256::digest(&pdf)), facts_sha256, pages, pdf })
}

fn check_length(recorded: &Value) -> Result<(), RenderError> {
    let characters = characters(recorded);
    if characters > MOST_CHARACTERS {
        return Err(RenderError::TooLong { characters, most: MOST_CHARACTERS });
    }
    Ok(())
}

fn characters(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.iter().map(characters).sum(),
        Value::Object(fields) => fields.values().map(characters).sum(),
        _ => 0,
    }
}

fn check_needs(kind: &'static Kind, facts: &Facts, recorded: &Value) -> Result<(), RenderError> {
    let missing: Vec<&str> = kind
        .needs
        .iter()
        .filter(|need| recorded.pointer(need.path).is_none_or(is_blank))
        .map(|need| need.words)
        .collect();
    if facts.document.state == DocumentState::Released && !missing.is_empty() {
        return Err(RenderError::MissingFacts { kind: kind.title, missing: missing.join(", ") });
    }
    Ok(())
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(fields) => fields.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn facts_hash(template: &str, recorded: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(template);
    hash.update([0]);
    hash.update(recorded.to_string());
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

/// The PDF and its number of pages, or what the typesetter said.
fn export(
    kind: &Kind,
    facts: &Facts,
    recorded: &Value,
    hash: &str,
    script: Script,
) -> Result<(Vec<u8>, usize), String> {
    let document = lay_out(kind, facts, recorded, hash, script)?;
    Ok((pdf_of(&document, hash, facts.document.made_at)?, document.pages().len()))
}

/// The file of laid-out pages. The same pages with the same hash and instant make the same bytes.
fn pdf_of(document: &PagedDocument, hash: &str, made_at: Instant) -> Result<Vec<u8>, String> {
    let standards =
        PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).expect("these two standards go together");
    let options = PdfOptions {
        ident: Smart::Custom(hash.to_owned()),
        creator: Smart::Custom(Some("Throughline".to_owned())),
        timestamp: timestamp(made_at),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|faults| in_words(&faults))
}

/// The pages of a document before they are a file.
fn lay_out(kind: &Kind, facts: &Facts, recorded: &Value, hash: &str, script: Script) -> Result<PagedDocument, String> {
    compile(kind.name, &data(kind, facts, recorded, hash, script))
}

fn compile(template: &str, data: &Value) -> Result<PagedDocument, String> {
    let world = DocumentWorld::new(template, data.to_string().into_bytes());
    typst::compile::<PagedDocument>(&world).output.map_err(|faults| in_words(&faults))
}

/// `data.json`: the facts with what is derived from them, in words.
fn data(kind: &Kind, facts: &Facts, recorded: &Value, hash: &str, script: Script) -> Value {
    let mut data = recorded.clone();
    data["title"] = json!(kind.title);
    data["document"]["made_at"] = json!(date_time_long(facts.document.made_at));
    data["document"]["hash"] = json!(short(hash));
    say_who(&mut data, &facts.person);
    data["risk"]["words"] = json!(facts.risk.state.words());
    data["has_codes"] = json!(make_printable(&mut data, script));
    data
}

/// The part of a hash that is printed, in groups that can be read aloud.
fn short(hash: &str) -> String {
    format!("{} {} {}", &hash[..4], &hash[4..8], &hash[8..12])
}

/// The name and number of a person as every page says them.
fn say_who(data: &mut Value, person: &PersonFacts) {
    data["person"]["formal_name"] = json!(person.name.formal());
    data["person"]["natural_name"] = json!(person.name.natural());
    data["person"]["nhs_number"] =
        json!(person.nhs_number.as_ref().map_or_else(|| "Not known".to_owned(), NhsNumber::spaced));
}

/// Makes every text printable; tells whether some character is printed by its code.
fn make_printable(value: &mut Value, script: Script) -> bool {
    match value {
        Value::String(text) => {
            let (made, coded) = printable(text, script);
            *text = made;
            coded
        }
        Value::Array(items) => items.iter_mut().fold(false, |coded, item| make_printable(item, script) | coded),
        Value::Object(fields) => fields.values_mut().fold(false, |coded, field| make_printable(field, script) | coded),
        _ => false,
    }
}

fn timestamp(instant: Instant) -> Option<Timestamp> {
    let part = |number: u32| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        instant.year(),
        part(instant.month())?,
        part(instant.day())?,
        part(instant.hour())?,
        part(instant.minute())?,
        part(instant.second())?,
    )
    .map(Timestamp::new_utc)
}

fn in_words(faults: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    messages.join("; ")
}
