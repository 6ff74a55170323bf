//! A form as it was proven: every reference holds, every list is closed.

use serde::Serialize;
use throughline_domain::risk::AlertKind;

use throughline_domain::episode::Step;

use crate::condition::Condition;
use crate::fits::Fits;
use crate::scoring::Scoring;
use crate::vocabulary::Word;

throughline_domain::codes! {
    /// Whether the definition is a form of the service or a published instrument.
    pub enum FormKind {
        /// A form of the service.
        Form = "form", "Form";
        /// A published questionnaire with a scoring rule and a licence.
        Instrument = "instrument", "Instrument";
        /// A note: as many as there is something to say, each its author's.
        Note = "note", "Note";
    }
}

throughline_domain::codes! {
    /// The class of a section: what kind of information its answers are, and so who may come to
    /// see them. Consent and policy decide by class, never by question.
    pub enum AudienceClass {
        /// Health information: seen by the care team.
        Clinical = "clinical", "Clinical";
        /// What must be known to keep somebody safe.
        Risk = "risk", "Risk and safety";
        /// Needs, adjustments and the plan: what a link worker or a court may be given.
        NeedsPlan = "needs_plan", "Needs and plan";
        /// Police and court matters.
        Justice = "justice", "Justice";
        /// What others said or what concerns others: never printed.
        ThirdParty = "third_party", "About or from other people";
        /// What its author and their team leaders alone may read: never printed, and feeds nothing.
        Sealed = "sealed", "Sealed";
    }
}

impl AudienceClass {
    /// Whether the class has readers of its own among those who read the clinical record.
    pub const fn is_restricted(self) -> bool {
        matches!(self, Self::ThirdParty | Self::Sealed)
    }
}

/// A form or instrument: the definition of what is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The stable name, also the file's name.
    pub id: String,
    /// Raised with every change; a record names the version it was answered in.
    pub version: u32,
    /// The heading of the page.
    pub title: String,
    /// Form or instrument.
    pub kind: FormKind,
    /// What to know before starting: the first paragraph of the page.
    pub intro: String,
    /// The step of the pathway that it fulfils once signed.
    pub step: Option<Step>,
    /// Whom it is made for.
    pub fits: Fits,
    /// The sections in the order asked.
    pub sections: Vec<Section>,
    /// Whether the record is signed when complete.
    pub sign: bool,
    /// On what terms the items may be shown. Every instrument has one.
    pub licence: Option<Licence>,
    /// How the answers are scored. Every instrument has one.
    pub scoring: Option<Scoring>,
}

impl Form {
    /// Every question, in the order asked.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id == id)
    }

    /// The scored questions, in the order asked.
    pub fn items(&self) -> impl Iterator<Item = &Question> {
        self.questions().filter(|question| question.is_item())
    }
}

/// A part of a form, answered on one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The stable name, unique in the form.
    pub id: String,
    /// The heading.
    pub title: String,
    /// Guidance under the heading.
    pub help: Option<String>,
    /// What kind of information the answers are.
    pub class: AudienceClass,
    /// The questions in the order asked.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The stable name, unique in the form; also the field name on the page.
    pub id: String,
    /// The words of the question.
    pub label: String,
    /// Help below the label.
    pub hint: Option<String>,
    /// What may be answered.
    pub kind: Kind,
    /// The answers offered, for the kinds that offer some. A yes-or-no question has two.
    pub options: Vec<OptionItem>,
    /// When an answer is needed.
    pub required: Required,
    /// With which answers to earlier questions an answer is needed; `None` means with any.
    pub required_when: Option<Condition>,
    /// What to say when a needed answer is missing: "Choose how urgent this is".
    pub missing: Option<String>,
    /// When the question applies; `None` means always.
    pub when: Option<Condition>,
    /// What the answer leads to.
    pub feeds: Feeds,
    /// Where a first answer may be taken from, for the practitioner to confirm.
    pub prefill: Option<Prefill>,
    /// What makes an answer implausible.
    pub limits: Limits,
}

impl Question {
    /// The option with this code.
    pub fn option(&self, code: &str) -> Option<&OptionItem> {
        self.options.iter().find(|option| option.code == code)
    }

    /// Whether the answer leads to something that readers of other classes see.
    pub fn tells_others(&self) -> bool {
        let Feeds { alert, finding, dataset, risk, .. } = &self.feeds;
        let raises = alert.is_some() || self.options.iter().any(|option| option.alert.is_some());
        raises || finding.is_some() || dataset.is_some() || risk.is_some()
    }

    /// Whether the answers to this question count towards a score.
    pub fn is_item(&self) -> bool {
        !self.options.is_empty() && self.options.iter().all(|option| option.score.is_some())
    }
}

/// What makes an answer implausible, beyond what its kind says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// On which side of now a date or time must be.
    pub moment: Option<Moment>,
    /// The question, asked before, whose date or time this one cannot precede.
    pub not_before: Option<String>,
    /// How many characters are useful to whoever reads the text: a hint, never a refusal.
    pub useful_length: Option<usize>,
    /// What other answers say against this one.
    pub contradicted: Vec<Contradiction>,
}

/// Answers that cannot be signed beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// When they contradict each other; about the question itself and those asked before it.
    pub when: Condition,
    /// What to put right.
    pub say: String,
}

throughline_domain::codes! {
    /// On which side of now a date or time must be.
    pub enum Moment {
        /// It has happened: now or earlier.
        Past = "past", "In the past";
        /// It is still to come: today or later.
        Future = "future", "In the future";
    }
}

/// What may be answered to a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// Text of any length.
    LongText,
    /// Yes or no.
    YesNo,
    /// One of the options.
    Single,
    /// Any number of the options.
    Multi,
    /// Any number of the options, each with a status and whether it is new.
    Findings,
    /// A date, typed as people type dates.
    Date,
    /// A time of day.
    Time,
    /// A date and a time of day, in two fields.
    DateTime,
    /// A number, with the limits that make sense.
    Number {
        /// The smallest sensible value.
        min: Option<f64>,
        /// The largest sensible value.
        max: Option<f64>,
    },
}

impl Kind {
    /// The name used in definitions and templates.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::YesNo => "yes_no",
            Self::Single => "single",
            Self::Multi => "multi",
            Self::Findings => "findings",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "date_time",
            Self::Number { .. } => "number",
        }
    }

    /// Whether answers are codes of options.
    pub const fn is_coded(self) -> bool {
        matches!(self, Self::YesNo | Self::Single | Self::Multi | Self::Findings)
    }

    /// Whether more than one option may be chosen.
    pub const fn takes_many(self) -> bool {
        matches!(self, Self::Multi | Self::Findings)
    }
}

/// When an answer is needed. A draft is saved whatever is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    /// Never.
    No,
    /// For the section to count as complete, and to sign.
    Yes,
    /// Only to sign.
    ToSign,
}

/// One answer offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionItem {
    /// What is stored.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Help below the option.
    pub hint: Option<String>,
    /// What the option counts towards a score.
    pub score: Option<i32>,
    /// The same answer in a national code list.
    pub national: Option<NationalCode>,
    /// "None of these": cannot be chosen together with others, and is no finding.
    pub alone: bool,
    /// "It was not answered": says on an instrument's question that there was no answer.
    pub unanswered: bool,
    /// The alert that choosing it raises.
    pub alert: Option<AlertKind>,
}

impl From<&Word> for OptionItem {
    fn from(word: &Word) -> Self {
        Self {
            code: word.code.to_owned(),
            label: word.label.to_owned(),
            hint: None,
            score: None,
            national: None,
            alone: false,
            unanswered: false,
            alert: None,
        }
    }
}

/// A code of a national list, named as the NHS Data Dictionary names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct NationalCode {
    /// The list, for example `CLINICAL RESPONSE PRIORITY TYPE`.
    pub list: String,
    /// The code in that list.
    pub code: String,
}

/// What an answer leads to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feeds {
    /// Raises an alert.
    pub alert: Option<AlertFeed>,
    /// The question whose text explains the alerts that its options raise.
    pub alert_detail: Option<String>,
    /// Its ticked options are findings of this list (`vulnerability` or `need`).
    pub finding: Option<String>,
    /// The documents that may carry the answer.
    pub document: Vec<String>,
    /// The national or commissioner dataset item it fills.
    pub dataset: Option<String>,
    /// Says something about the state of risk.
    pub risk: Option<RiskFeed>,
}

/// Raises an alert when its condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertFeed {
    /// What it is about.
    pub kind: AlertKind,
    /// The words of the alert; those of the kind when absent.
    pub label: Option<String>,
    /// When the alert is raised.
    pub when: Condition,
    /// The question whose text explains the alert.
    pub detail: Option<String>,
}

/// What the codes of a question say about risk. A code in neither list says that nobody could ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskFeed {
    /// Whether this is the overall conclusion, or one of the areas it draws on.
    pub overall: bool,
    /// The codes that mean a risk is known.
    pub known: Vec<String>,
    /// The codes that mean it was asked about and none was identified.
    pub none: Vec<String>,
}

/// Where a first answer may be taken from. Shown as a suggestion; saved only when confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prefill {
    /// A field of the person: `person.pregnancy`.
    Person(String),
    /// The newest signed answer to a question of a form: `latest.screening.medication`.
    Latest {
        /// The form's id.
        form: String,
        /// The question's id.
        question: String,
    },
}

/// On what terms an instrument's items are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Who holds the rights.
    pub holder: String,
    /// The terms in a sentence.
    pub terms: String,
    /// Where the terms are written.
    pub source: String,
    /// Whether the words of the items may be shown; otherwise only a score is entered.
    pub items_shown: bool,
}
