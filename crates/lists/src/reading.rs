//! Everything a file said, with nothing lost.

use chrono::NaiveDate;
use serde_json::Value;
use std::borrow::Cow;
use throughline_domain::list::ListKind;
use throughline_domain::time::Instant;

use crate::{Column, Entry, ListNotice, Position};

/// The format of a table whose columns nobody has told yet.
pub(crate) const UNREAD: &str = "unread";

/// What one file said: rows that are work, rows that are not, and rows that could not be used.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Reading {
    /// Which kind of list it is.
    pub kind: ListKind,
    /// The [`Format::name`](crate::Format) of the reader that read it.
    pub format: Cow<'static, str>,
    /// A title for people: as printed, or made from the format and the sites.
    pub title: String,
    /// The custody suites or court houses as printed, in order of first appearance.
    pub sites: Vec<String>,
    /// The day the list is for, when it says: as printed, or the London day of its first sitting.
    pub list_date: Option<NaiveDate>,
    /// When the list was published, when it says.
    pub published_at: Option<Instant>,
    /// How many rows (for a court list: parties) the file has. Blank rows are not counted.
    pub rows_in: usize,
    /// The lines of work, in the order of the file.
    pub entries: Vec<Entry>,
    /// What each heading of a table was taken to mean; none for other lists.
    #[serde(default)]
    pub headings: Vec<(String, Column)>,
    /// Rows that could not be used, kept word for word.
    pub rejected: Vec<RejectedRow>,
    /// Rows understood that are not lines of work.
    pub set_aside: Vec<SetAside>,
    /// Rows that tell more of the entry above them: courts print one row for each offence.
    #[serde(default)]
    pub further: Vec<Position>,
    /// What happened to one hearing, when the file tells that and is not a list of the day: it concerns
    /// this hearing alone.
    #[serde(default)]
    pub event: Option<HearingEvent>,
    /// What a person should know about the list as a whole.
    pub notices: Vec<ListNotice>,
}

impl Reading {
    /// A reading that says nothing yet but what it is of.
    pub fn new(kind: ListKind, format: &'static str) -> Self {
        Self {
            kind,
            format: format.into(),
            title: String::new(),
            sites: Vec::new(),
            list_date: None,
            published_at: None,
            rows_in: 0,
            entries: Vec::new(),
            headings: Vec::new(),
            rejected: Vec::new(),
            set_aside: Vec::new(),
            further: Vec::new(),
            event: None,
            notices: Vec::new(),
        }
    }

    /// A list whose columns nobody has told yet: nothing of it is read.
    pub fn unread(kind: ListKind) -> Self {
        Self { title: kind.label().to_owned(), ..Self::new(kind, UNREAD) }
    }

    /// Whether the columns have yet to be told.
    pub fn is_unread(&self) -> bool {
        self.format == UNREAD
    }

    /// Why it is not brought in: everybody who is not in it would be gone.
    pub fn no_list(&self) -> Option<NoList> {
        let is_on_paper = self.notices.contains(&ListNotice::SingleJusticeProcedure) && self.entries.is_empty();
        is_on_paper.then_some(NoList::NobodyAttends)
    }

    /// Whether every row of the file is an entry, a further hearing or row of one, rejected or set aside. It always is;
    /// readers count `rows_in` as rows are met, apart from deciding what each row is.
    pub fn accounts_for_every_row(&self) -> bool {
        let lines = self.entries.len() + self.gathered() + self.further.len();
        self.rows_in == lines + self.rejected.len() + self.set_aside.len()
    }

    /// How many rows are further hearings of a line: the same defendant for certain.
    pub fn gathered(&self) -> usize {
        self.entries.iter().map(|entry| entry.hearings.len().saturating_sub(1)).sum()
    }

    /// How many organisations are defendants on this list. They are not screened, but counted.
    pub fn organisations(&self) -> usize {
        self.set_aside.iter().filter(|row| row.reason == SetAsideReason::Organisation).count()
    }
}

/// What happened to one hearing, as Common Platform tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum HearingEvent {
    /// The hearing is listed, or its listing has changed: the entries replace those that were known of it.
    ConfirmedOrUpdated {
        /// The hearing's id, when given.
        hearing_id: Option<String>,
    },
    /// The court has shared the hearing's results: the entries replace those that were known of it.
    Resulted {
        /// The hearing's id, when given.
        hearing_id: Option<String>,
    },
    /// The hearing is off the court's lists. It has no entries, and those that were known of it are to go.
    Deleted {
        /// The hearing's id.
        hearing_id: String,
    },
}

impl HearingEvent {
    /// The hearing's id, when given.
    pub fn hearing_id(&self) -> Option<&str> {
        match self {
            Self::ConfirmedOrUpdated { hearing_id } | Self::Resulted { hearing_id } => hearing_id.as_deref(),
            Self::Deleted { hearing_id } => Some(hearing_id),
        }
    }
}

/// Why a reading is not brought in, in words for the person who brought it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoList {
    /// Its cases are decided on paper (Magistrates' Courts Act 1980, section 16A).
    #[error(
        "This is a list of the Single Justice Procedure: these cases are decided on paper and nobody attends. Nothing was brought in"
    )]
    NobodyAttends,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RejectedRow {
    /// Where in the file it stands.
    pub row: Position,
    /// The row exactly as it came.
    pub verbatim: Value,
    /// Why it could not be used.
    pub reason: RejectReason,
    /// What was understood of it all the same, without its verbatim row: an entry once somebody says who
    /// is meant.
    #[serde(default, deserialize_with = "crate::kept::of_a_row")]
    pub understood: Option<Box<Entry>>,
}

/// Why a row could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// Neither a name nor a custody record number: nobody could tell who is meant.
    #[error("No name and no custody record number")]
    NobodyNamed,
    /// A court list holds something else where a party or a group of parties should stand.
    #[error("Not in the shape of a court list")]
    WrongShape,
}

/// A row understood that is not a line of work.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SetAside {
    /// Where in the file it stands.
    pub row: Position,
    /// The name as printed; empty when none is given.
    pub name: String,
    /// The case the party belongs to, when known.
    pub urn: Option<String>,
    /// Why it is not a line of work.
    pub reason: SetAsideReason,
}

/// Why a row is not a line of work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// A defendant or subject that is an organisation.
    #[error("The defendant is an organisation")]
    Organisation,
    /// The prosecuting authority of a case.
    #[error("Prosecuting authority")]
    ProsecutingAuthority,
    /// Another party: a respondent, or an applicant who is not the subject.
    #[error("Not the defendant or subject ({0})")]
    OtherParty(String),
    /// A party of a case that a single justice decides on the papers.
    #[error("Single justice procedure: nobody attends")]
    SingleJusticeProcedure,
    /// Before another court than the one that was asked for, by its OU code.
    #[error("Before another court ({0})")]
    OtherCourt(String),
}
