//! What a document states. The same facts always make the same bytes.

use serde::{Deserialize, Serialize};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::name::Name;
use throughline_domain::time::Instant;

/// Everything one document states, already chosen for its reader.
///
/// Whoever gathers the facts has asked the policy and the consent ledger what this reader may
/// see: a document prints all it is given. Every text is data and is printed as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The document itself: who wrote it, for whom, in which version.
    pub document: DocumentFacts,
    /// The person it is about.
    pub person: PersonFacts,
    /// The custody or court matter in which it was written.
    pub episode: EpisodeFacts,
    /// The words of a reporting restriction on the case. It travels with anything about the case.
    pub reporting_restriction: Option<String>,
    /// The risk card as the reader must see it.
    pub risk: RiskFacts,
    /// What was found, in the order to be read.
    pub sections: Vec<Section>,
    /// What the reader is asked to do, most important first. Printed as a numbered list.
    pub recommendations: Vec<String>,
    /// On what basis this is shared: the consent given, or the other basis in law.
    pub basis: String,
    /// What the document is not: "This is not a psychiatric report..."
    pub limits: String,
    /// What the service does next, and by when.
    pub next_steps: Vec<String>,
}

/// The document itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFacts {
    /// The name of the service, as readers know it.
    pub service: String,
    /// The reference a reader quotes. It names the document, never the person.
    pub reference: String,
    /// The version, from 1.
    pub version: u32,
    /// Whether it may be relied on.
    pub state: DocumentState,
    /// When its facts were frozen. Shown in London time, and the PDF's own date.
    pub made_at: Instant,
    /// Who wrote it.
    pub author: Author,
    /// Whom it is for: "Leeds Magistrates' Court, court 4".
    pub recipient: String,
}

/// Whether a document may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Being written. Every page carries a DRAFT watermark.
    Draft,
    /// Signed and released. It states every fact its kind needs.
    Released,
}

/// The practitioner who wrote a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Their name.
    pub name: String,
    /// Their role: "Liaison and Diversion practitioner".
    pub role: String,
    /// Their professional registration, such as "NMC 12A3456E"; `None` when their role has none.
    pub registration: Option<String>,
}

/// The person a document is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFacts {
    /// Their name; its `FAMILY, Given` form heads every page.
    pub name: Name,
    /// When they were born, in words: "12 March 1989", "About 1989 (not confirmed)".
    pub born: String,
    /// Completed years on the day of the document.
    pub age: Option<u32>,
    /// Their NHS number; "Not known" is printed when there is none.
    pub nhs_number: Option<NhsNumber>,
    /// Gender as they describe it.
    pub gender: String,
    /// How they understand and make themselves understood.
    pub communication_needs: Vec<String>,
    /// What must be done differently for them.
    pub adjustments: Vec<String>,
    /// The interpreter needed: "Polish, by telephone", "Not needed". Empty when nobody asked.
    pub interpreter: String,
}

/// The custody or court matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeFacts {
    /// The custody suite or court.
    pub site: String,
    /// The number on the custody record.
    pub custody_number: Option<String>,
    /// The unique reference number of the case.
    pub urn: Option<String>,
    /// On what basis the person is held or bailed.
    pub legal_status: String,
    /// The times that matter to this reader, such as detention authorised, next review, hearing.
    pub key_times: Vec<Row>,
}

/// The risk card: its state and what must be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskFacts {
    /// One of four, because silence is not safety.
    pub state: RiskState,
    /// What the risk is and what follows from it.
    pub summary: String,
}

/// What is known of risk. There is no blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskState {
    /// A risk is recorded.
    Known,
    /// Somebody assessed and found none.
    NoneIdentified,
    /// Nobody has assessed.
    NotAssessed,
    /// Risk may be recorded, but could not be read when the document was made.
    Unavailable,
}

impl RiskState {
    /// The words readers see.
    pub fn words(self) -> &'static str {
        match self {
            Self::Known => "Known risk",
            Self::NoneIdentified => "Assessed, none identified",
            Self::NotAssessed => "Not assessed",
            Self::Unavailable => "Unavailable",
        }
    }
}

/// A part of the findings: rows of short facts, then paragraphs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Short facts with their labels.
    pub rows: Vec<Row>,
    /// Text. A line end inside a paragraph is kept.
    pub paragraphs: Vec<String>,
}

/// A short fact with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// What was recorded.
    pub value: String,
}

impl Row {
    /// A row from its two parts.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}
