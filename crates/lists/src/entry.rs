//! One line of work on a list.

use std::fmt;

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::{identifier::NhsNumber, name::Name, time::Instant};

use crate::{Corrected, Notice, hearing::Hearings};

throughline_domain::codes! {
    /// A person's sex as a list gives it.
    pub enum Sex {
        /// Male.
        Male = "male", "Male";
        /// Female.
        Female = "female", "Female";
        /// Neither male nor female.
        Indeterminate = "indeterminate", "Indeterminate";
    }
}

/// Where in its file an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// The row as a spreadsheet numbers it: the first row is 1.
    Row(usize),
    /// A place in a JSON or XML document.
    Path {
        /// The path, as in `courtLists[0].courtHouse.courtRoom[1]`.
        path: String,
        /// The party's number on the whole list, from 1.
        ordinal: usize,
    },
}

impl Position {
    /// The number of the row in its file, or of the party on the whole list. No two rows share one.
    pub fn number(&self) -> usize {
        match self {
            Self::Row(row) => *row,
            Self::Path { ordinal, .. } => *ordinal,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(row) => write!(f, "row {row}"),
            Self::Path { ordinal, .. } => write!(f, "party {ordinal}"),
        }
    }
}

/// One alleged offence.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Offence {
    /// The CJS offence code, as printed.
    pub code: Option<String>,
    /// The short title; empty when the list gives only a code.
    pub title: String,
    /// The full wording.
    pub wording: Option<String>,
}

/// One line of work: a detainee, a defendant, or the subject of an application.
///
/// Everything parsed is a proposal; `verbatim` is what the list said. Texts are trimmed and
/// otherwise exactly as printed, markup and formula signs included. Of a line with several hearings the
/// court, the case and the row are those of the earliest.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(remote = "Self")]
pub struct Entry {
    /// Where in the file it stands.
    pub position: Position,
    /// What makes it the same entry when the list is sent again. Unique within a reading.
    ///
    /// Custody: the custody record number, or the folded name and date of birth when there is
    /// none. Court: court, room, sitting, case reference and the party's place in the case; never
    /// a field of the person, for none is required. Hearing event: the ids of the hearing and of
    /// the defendant. Voluntary attendance: the folded name and date of birth with the day of the
    /// interview, or the appointment. Each hearing has such a key of its own; the line has that of the
    /// earliest when it is first seen, and keeps it whatever becomes of its hearings.
    pub key: String,
    /// A looser identity, tried only when `key` finds nothing and only when it is unambiguous:
    /// for custody the name and date of birth (a custody number is added later), for court the
    /// case reference and the party's place in it (a hearing moves room or time).
    pub second_key: Option<String>,
    /// The name, in its parts.
    pub name: Name,
    /// The name as the list printed it.
    pub name_as_printed: String,
    /// Other names the person is known by, in their parts.
    #[serde(default)]
    pub aliases: Vec<Name>,
    /// Date of birth, when given and possible.
    pub date_of_birth: Option<NaiveDate>,
    /// The year of birth as somebody judged it, when there is no date of birth.
    #[serde(default)]
    pub perceived_birth_year: Option<i32>,
    /// Age in years, as printed.
    pub age: Option<u32>,
    /// Sex, when given and understood.
    pub sex: Option<Sex>,
    /// Ethnicity, as printed.
    pub ethnicity: Option<String>,
    /// Address without postcode, as printed; the lines of a court's address joined by commas.
    pub address: Option<String>,
    /// Postcode, as printed.
    pub postcode: Option<String>,
    /// PNC id: in canonical form when it has the shape of one, otherwise as printed.
    pub pnc: Option<String>,
    /// CRO number: in canonical form when it has the shape of one, otherwise as printed.
    #[serde(default)]
    pub cro: Option<String>,
    /// NHS number, when its check digit is right.
    pub nhs_number: Option<NhsNumber>,
    /// The Common Platform's id of the person across cases. Two ids may be one person.
    #[serde(default)]
    pub master_defendant_id: Option<String>,
    /// Custody record number, as printed. Local to a force.
    pub custody_number: Option<String>,
    /// Arrest summons number, as printed. Never a ground for matching people.
    pub asn: Option<String>,
    /// When the interview under caution starts. Voluntary attendance only.
    #[serde(default)]
    pub interview_at: Option<Instant>,
    /// The officer in the case, as printed. Voluntary attendance only.
    #[serde(default)]
    pub officer: Option<String>,
    /// When the person was arrested.
    pub arrested_at: Option<Instant>,
    /// When the person arrived at the police station.
    pub arrived_at: Option<Instant>,
    /// When detention was authorised.
    pub detention_authorised_at: Option<Instant>,
    /// The custody suite, or the court house, as printed.
    pub site: Option<String>,
    /// The court house, as printed. `None` on a custody list.
    pub court_house: Option<String>,
    /// The CJS organisation unit code of the court (5 or 7 characters), as printed.
    #[serde(default)]
    pub court_code: Option<String>,
    /// The court room, as printed.
    pub court_room: Option<String>,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
    /// The day of the hearing, when the list gives a day and no time.
    #[serde(default)]
    pub listed_on: Option<NaiveDate>,
    /// The case reference (URN), or the reference of an application.
    pub urn: Option<String>,
    /// The hearing type, as printed; of a list from Libra, what the block of time is set aside for.
    pub hearing_type: Option<String>,
    /// The alleged offences, in the order of the list.
    pub offences: Vec<Offence>,
    /// Whether the person is in custody: always on a custody list, as marked on a court list.
    pub in_custody: bool,
    /// Bail or custody as the court states it.
    #[serde(default)]
    pub bail_status: Option<String>,
    /// Whether the person is under 18, by date of birth, printed age, the court's panel or its word.
    pub youth: bool,
    /// Whether the court's panel, or its word, says that the person is under 18, whatever the date of birth.
    #[serde(default)]
    pub youth_told: bool,
    /// Reporting restrictions of the case and of the offences. They travel with any export.
    pub reporting_restriction: Option<String>,
    /// What the list says of an appropriate adult.
    pub appropriate_adult: Option<String>,
    /// What the list says of an interpreter.
    pub interpreter: Option<String>,
    /// The observation level (PACE Code C, Annex H; College of Policing levels 1 to 4), as printed.
    pub observation: Option<String>,
    /// Remarks.
    pub notes: Option<String>,
    /// The source row exactly as it came. For a court list: the party, with the names and
    /// references of the court, room, sitting, hearing and case it stands in.
    pub verbatim: Value,
    /// What a person should know before relying on this entry.
    pub notices: Vec<Notice>,
    /// Its hearings, in the order of their time: none on a custody list, at least one on a court's.
    #[serde(default)]
    pub hearings: Hearings,
    /// What a person corrected, and what the list said there. `verbatim` is never corrected.
    #[serde(default)]
    pub corrected: Vec<Corrected>,
}

impl Entry {
    /// An entry that says nothing yet but where it stands and what its source said.
    pub(crate) fn at(position: Position, verbatim: Value) -> Self {
        Self {
            position,
            key: String::new(),
            second_key: None,
            name: Name::default(),
            name_as_printed: String::new(),
            aliases: Vec::new(),
            date_of_birth: None,
            perceived_birth_year: None,
            age: None,
            sex: None,
            ethnicity: None,
            address: None,
            postcode: None,
            pnc: None,
            cro: None,
            nhs_number: None,
            master_defendant_id: None,
            custody_number: None,
            asn: None,
            interview_at: None,
            officer: None,
            arrested_at: None,
            arrived_at: None,
            detention_authorised_at: None,
            site: None,
            court_house: None,
            court_code: None,
            court_room: None,
            sitting_at: None,
            listed_on: None,
            urn: None,
            hearing_type: None,
            offences: Vec::new(),
            in_custody: false,
            bail_status: None,
            youth: false,
            youth_told: false,
            reporting_restriction: None,
            appropriate_adult: None,
            interpreter: None,
            observation: None,
            notes: None,
            verbatim,
            notices: Vec::new(),
            hearings: Hearings::default(),
            corrected: Vec::new(),
        }
    }
}
