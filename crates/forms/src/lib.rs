//! The forms and instruments of the record: what is asked, what an answer means, what follows
//! from it.
//!
//! **What this crate is for.** A form is data: one TOML file in `forms/`. This engine reads the
//! files once, proves them, and then answers every question the rest of Throughline has about
//! what somebody typed: which questions apply now, what is missing before signing, how the
//! answers read in words, which alerts, findings and risk state follow, what an instrument
//! scores, and how all of it is frozen so that it can be read in twenty years.
//!
//! **Its words.**
//!
//! | Word | Meaning |
//! |---|---|
//! | [`Form`] | a definition: sections of questions, with a version; an *instrument* is a form with [`Scoring`] |
//! | [`AudienceClass`] | the class of a section: who may come to see its answers (clinical, risk, needs and plan, justice, third party) |
//! | [`Answers`] | what was typed and ticked, exactly, by question id; a draft as long as it is not signed |
//! | [`Condition`] | when a question applies: always about a question asked *before* it, so that forms read downwards |
//! | [`Feeds`] | what an answer leads to: an alert, a finding, a document, a dataset item, the risk state |
//! | [`Finding`] | a vulnerability or need, with its status, whether it is new and who says so |
//! | [`Fits`] | whom a form is made for; of the forms that fulfil a step, the one that fits the person best is opened |
//! | [`Limits`] | what makes an answer implausible: a past that is still to come, an end before its beginning |
//! | [`Scoring`] | how an instrument is scored: summed or entered ([`Method`]), and read off in bands, by rule, or in a licensed table ([`Reading`]) |
//! | [`ScoreSheet`] | the score or why there is none, with the alerts in both cases |
//! | [`Snapshot`] | the signed answers in words and codes, complete without the definition |
//!
//! **The walk of one page.** [`Answers::read`] keeps what the browser sent → [`Form::settle`]
//! writes understood dates in one way → [`Form::check`] tells what is wrong →
//! [`Form::view`] draws the page again, or [`Form::summary`] the check-answers page → signing
//! takes the [`Form::snapshot`], and [`Form::alerts`], [`Form::findings`] and
//! [`Form::risk`] say what follows.
//!
//! ```
//! use throughline_forms::{catalogue, Answers};
//!
//! let phq9 = catalogue().get("phq9").expect("PHQ-9 is shipped");
//! let ticked = ["interest", "mood", "sleep", "energy", "appetite", "failure", "concentration", "movement"]
//!     .map(|item| (item.to_owned(), "several_days".to_owned()));
//! let mut answers = Answers::read(phq9, ticked);
//! answers.set("self_harm_thoughts", ["not_at_all"]);
//! let score = phq9.score(&answers).unwrap();
//! assert_eq!((score.total, score.band.as_str()), (8, "Mild"));
//! assert_eq!(score.statement, "Screen, not a diagnosis");
//! ```
//!
//! **How to add a form.** Add `forms/<id>.toml`; copy the nearest one; `docs/forms.md` explains
//! every key. Nothing else: the build proves it with this very code ([`check_definitions`]) and
//! embeds it. A definition with an unknown key, a code that no option has, or bands with a gap
//! stops the build with its file, line and reason.
//! **How to change one.** Edit it and raise `version`. Signed records keep their snapshot; an
//! answer that a draft holds but the new version no longer offers is still shown, never dropped.
//!
//! **What it will never do.** Refuse free text for what it looks like. Lose typed text because a
//! question no longer applies. Turn a question nobody asked into "no risk". Give a low, medium or
//! high band for suicide (NICE NG225 advises against it). Raise or hide anything by total alone:
//! an answer about self-harm raises its alert whatever the score. Show the items of an instrument
//! without a licence that says so, or a band without "Screen, not a diagnosis". Read a clock, a file
//! or a database.
#![warn(missing_docs)]

mod answers;
mod applies;
mod catalogue;
mod check;
mod condition;
mod definition;
mod fits;
mod licences;
mod limits;
mod outcome;
pub mod over_time;
mod raw;
mod score;
mod scoring;
mod snapshot;
mod summary;
mod view;
pub mod vocabulary;

pub use answers::Answers;
pub use catalogue::{Catalogue, catalogue};
pub use check::{FieldError, Purpose, SectionProgress, SectionState};
pub use condition::{Condition, Test};
pub use definition::{
    AlertFeed, AudienceClass, Contradiction, Feeds, Form, FormKind, Kind, Licence, Limits, Moment, NationalCode,
    OptionItem, Prefill, Question, Required, RiskFeed, Section,
};
pub use fits::{About, Fits, STEPS_WITH_FORMS};
pub use licences::LicenceEntry;
pub use outcome::{Finding, RaisedAlert, RiskAnswer, RiskConclusion};
pub use raw::{DefinitionError, check_definition, check_definitions};
pub use score::{ItemScore, Next, Score, ScoreError, ScoreSheet, score_answers_json, score_sheet_json};
pub use scoring::{
    AnsweredCount, Band, Entered, Method, MissingRule, Rater, Reading, ReliableChange, ResultRule, RuleTest, Scoring,
};
pub use snapshot::{Snapshot, SnapshotAnswer, SnapshotCode, SnapshotScore, SnapshotSection};
pub use summary::{SummaryRow, SummarySection};
