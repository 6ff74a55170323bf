//! What a person should know before relying on a list. Warn, never reject.

use chrono::NaiveDate;
use throughline_domain::time::{Instant, date_long, date_time_long};

/// Something to know about one entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The list gives no name.
    #[error("No name given")]
    NoName,
    /// The list gives no date of birth.
    #[error("No date of birth")]
    NoDateOfBirth,
    /// The date of birth cannot be one. The text is as printed.
    #[error("Date of birth '{0}' is not a possible date")]
    ImpossibleDateOfBirth(String),
    /// The printed age is not the age that the date of birth gives.
    #[error("Age {printed} does not fit the date of birth, which gives {calculated}")]
    AgeAndDateDisagree {
        /// The age as printed.
        printed: u32,
        /// The age on the day of the list by the date of birth.
        calculated: u32,
    },
    /// The age is not a number of years. The text is as printed.
    #[error("Age '{0}' was not understood")]
    UnreadableAge(String),
    /// The sex was not understood. The text is as printed.
    #[error("Sex '{0}' was not understood")]
    UnreadableSex(String),
    /// The PNC id has the wrong check letter. The text is as printed.
    #[error("PNC '{0}' has a wrong check letter: it may be mistyped")]
    BadPncLetter(String),
    /// The text given as PNC id has not the shape of one.
    #[error("'{0}' is not in the form of a PNC id")]
    NotAPnc(String),
    /// The CRO number has the wrong check letter. The text is as printed.
    #[error("CRO number '{0}' has a wrong check letter: it may be mistyped")]
    BadCroLetter(String),
    /// The text given as CRO number has not the shape of one.
    #[error("'{0}' is not in the form of a CRO number")]
    NotACro(String),
    /// The arrest summons number has the wrong check letter. The text is as printed. A reference in
    /// another form is a prosecutor's own, and no doubt.
    #[error("ASN '{0}' has a wrong check letter: it may be mistyped")]
    BadAsn(String),
    /// The NHS number is not valid, and is not used. The text is as printed.
    #[error("NHS number '{0}' is not valid: it may be mistyped")]
    BadNhsNumber(String),
    /// The person is under 18.
    #[error("Under 18")]
    Youth,
    /// Reporting restrictions apply.
    #[error("Reporting restriction: read it before sharing")]
    ReportingRestriction,
    /// The court list marks the person as in custody.
    #[error("In custody")]
    InCustody,
    /// An earlier entry has the same custody record number, or the same name and date of birth.
    #[error("Also at {0} of this list")]
    DuplicateInList(crate::Position),
    /// A time was not understood.
    #[error("{column} '{text}' is not a time")]
    UnreadableTime {
        /// The heading of the column, as printed.
        column: String,
        /// The text, as printed.
        text: String,
    },
    /// A time came without a date, and the day of the list was taken.
    #[error("{column} '{text}' has no date: the day of the list is assumed")]
    DateAssumed {
        /// The heading of the column, as printed.
        column: String,
        /// The text, as printed.
        text: String,
    },
    /// Arrest, arrival and authorisation of detention are not in that order.
    #[error("{later} comes before {earlier}: check the times")]
    TimesOutOfOrder {
        /// What should come first.
        earlier: String,
        /// What should come second.
        later: String,
    },
    /// The row has more cells than there are headings; the rest is in the verbatim row.
    #[error("This row has more cells than there are headings: columns may have slipped")]
    MoreCellsThanHeadings,
    /// The court withholds the name, and prints another in its place.
    #[error("The court withholds this name: what is printed is not the person's own")]
    NameWithheld,
    /// The court says that nobody has proved the date of birth.
    #[error("The date of birth is not verified")]
    DateOfBirthNotVerified,
    /// There is no date of birth, and somebody judged the year.
    #[error("Somebody judged the year of birth to be {0}")]
    PerceivedBirthYear(i32),
    /// The list gives a prison and says that the person is not held.
    #[error("The list gives a prison ('{prison}') and says '{status}': check where the person is")]
    PrisonAndStatusDisagree {
        /// The prison, as printed.
        prison: String,
        /// The status, as printed.
        status: String,
    },
    /// The hearing goes on for several days.
    #[error("This hearing has {} days: {}", .0.len(), days(.0))]
    SeveralHearingDays(Vec<Instant>),
    /// The court has cancelled days of the hearing.
    #[error("Cancelled: {}", days(.0))]
    CancelledHearingDays(Vec<Instant>),
    /// The name printed whole and the name in its parts are not the same. The parts are used when they
    /// give a surname.
    #[error("The list gives the name as '{printed}' and as '{parts}': check which is right")]
    NameElementsDisagree {
        /// The whole name, as printed.
        printed: String,
        /// The parts, joined.
        parts: String,
    },
    /// The title is not the one that usually goes with the sex.
    #[error("The title is '{title}' and the sex is given as {}: ask how to address the person", sex.label().to_lowercase())]
    TitleAndSexDisagree {
        /// The title, as printed.
        title: String,
        /// The sex, as read.
        sex: crate::Sex,
    },
    /// The list gives no case number.
    #[error("No case number")]
    NoCaseNumber,
    /// The court or its room is still to be allocated.
    #[error("The court is still to be allocated: check where the case is heard")]
    CourtToBeAllocated,
    /// The court's own system marks the case as not valid.
    #[error("The court marks this case as not valid: check that it is heard")]
    MarkedNotValid,
    /// A field is given several times with different texts; the first is used.
    #[error("{0} is given more than once: the first is used")]
    GivenTwice(String),
    /// A field holds something else than was expected. It is kept as it came.
    #[error("{field} '{text}' was not understood")]
    NotUnderstood {
        /// The field's name for people.
        field: String,
        /// What it holds, as it came.
        text: String,
    },
}

fn days(days: &[Instant]) -> String {
    days.iter().map(|day| date_time_long(*day)).collect::<Vec<_>>().join("; ")
}

/// Something to know about a list as a whole.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ListNotice {
    /// The bytes were not UTF-8.
    #[error("This file is in an older text encoding (Windows-1252): check names with accents")]
    ReadAsWindows1252,
    /// Zero bytes in a text, each shown as the sign for what is no character.
    #[error("This file has {0} damaged characters, shown as '\u{FFFD}': check the words around them")]
    NoCharacters(usize),
    /// The list was put together from words on the pages of a PDF.
    #[error("Read from a PDF by where its words stand: compare it with the print")]
    ReadFromPdf,
    /// A JSON object says a key twice; both values are kept.
    #[error("The file says '{0}' twice in one place: both are kept, check them")]
    RepeatedKey(String),
    /// A heading was not known. Its cells are kept with each row.
    #[error("Column '{0}' is not used; it is kept with each row")]
    UnknownColumn(String),
    /// Two columns mean the same; the first that is filled in is used.
    #[error("Column '{0}' means the same as an earlier one; the first that is filled in is used")]
    RepeatedColumn(String),
    /// Blank rows were passed over.
    #[error("Blank rows passed over: {0}")]
    BlankRows(usize),
    /// The sittings fall on several days.
    #[error("This list covers {0} days")]
    SeveralDays(usize),
    /// A case or an application names no party.
    #[error("Case '{0}' names nobody")]
    CaseWithoutParties(String),
    /// Sessions with no case in them.
    #[error("Sessions without a case: {0}")]
    SessionsWithoutCases(usize),
    /// A document in the file holds no sessions.
    #[error("Document '{0}' holds no court list")]
    DocumentEmpty(String),
    /// A document is for another day or court than a session in it.
    #[error("Document '{document}' is for {says}, and a session in it is not: check that it is the right list")]
    DocumentDisagrees {
        /// The document's name, as given.
        document: String,
        /// The day or the court (OU code) it is for.
        says: String,
    },
    /// The list names no day for its sessions: the day of its printing is taken.
    #[error("This list names no day: {}, when it was printed, is taken. Check that it is the day of the hearings", date_long(*.0))]
    DayOfPrinting(NaiveDate),
    /// The list names no day at all: the day of reading is taken.
    #[error("This list names no day: today is taken. Check that it is the day of the hearings")]
    NoDay,
    /// The list has nobody on it.
    #[error("Nobody is on this list")]
    NobodyOnIt,
    /// A Single Justice Procedure list: cases decided on the papers.
    #[error("Single justice procedure: these cases are decided on the papers and nobody attends court")]
    SingleJusticeProcedure,
    /// A Magistrates Public List, which tells less of each person than the Standard List.
    #[error("This is the public list: it gives no dates of birth and no addresses. The Standard List does")]
    PublicList,
    /// A list of cases that may be called on any day of a period.
    #[error("Warned list: these cases may be called on any day from {} to {}", date_long(*.from), date_long(*.to))]
    WarnedFor {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// The court has taken a hearing off its lists.
    #[error("The court has deleted hearing {0}")]
    HearingDeleted(String),
    /// A hearing came without its id.
    #[error("This hearing has no id, so a later change of it cannot be told to be of the same hearing")]
    HearingWithoutId,
}
