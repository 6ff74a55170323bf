//! A hearing of a line of work: one row of a court's list.

use std::ops::Deref;

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::{
    identifier::NhsNumber,
    list::next_sitting,
    name::Name,
    time::{Instant, clock_time, date_long, date_time_long, london_date},
};

use crate::{Corrected, Entry, Notice, Offence, Position, Sex, System};

/// Where and when a hearing is.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Sitting {
    /// The court house, as printed.
    pub court_house: Option<String>,
    /// The CJS organisation unit code of the court, as printed.
    pub court_code: Option<String>,
    /// The court room, as printed.
    pub court_room: Option<String>,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
    /// The day of the hearing, when the list gives a day and no time.
    pub listed_on: Option<NaiveDate>,
}

impl Sitting {
    /// The day, when one is given.
    pub fn day(&self) -> Option<NaiveDate> {
        self.sitting_at.map(london_date).or(self.listed_on)
    }

    /// In words: court, room, and time or day.
    pub fn words(&self) -> String {
        let when = self.sitting_at.map(date_time_long).or(self.listed_on.map(date_long));
        in_words([self.court_house.clone(), self.room(), when])
    }

    /// In words beside another: the court and the day only where they differ.
    pub fn words_beside(&self, other: &Self) -> String {
        let house = self.court_house.clone().filter(|_| self.court_house != other.court_house);
        let is_same_day = self.day() == other.day();
        let when = match self.sitting_at {
            Some(at) if is_same_day => Some(clock_time(at)),
            Some(at) => Some(date_time_long(at)),
            None => self.listed_on.map(date_long),
        };
        in_words([house, self.room(), when])
    }

    /// The room; a bare number says that it is one.
    fn room(&self) -> Option<String> {
        let is_number = |room: &String| room.chars().all(|c| c.is_ascii_digit());
        self.court_room.clone().map(|room| if is_number(&room) { format!("room {room}") } else { room })
    }

    /// Whether it is somewhere else, or at another time. Not every list of a system prints the court's
    /// code: one that is not given is no news.
    pub fn differs(&self, other: &Self) -> bool {
        let codes = self.court_code.as_ref().zip(other.court_code.as_ref());
        let own = |sitting: &Self| {
            (sitting.court_house.clone(), sitting.court_room.clone(), sitting.sitting_at, sitting.listed_on)
        };
        own(self) != own(other) || codes.is_some_and(|(one, other)| one != other)
    }
}

fn in_words(given: [Option<String>; 3]) -> String {
    let words = given.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if words.is_empty() { "Place and time not given".to_owned() } else { words }
}

/// What one row said of the person: kept with the hearing, so that a line can be parted again.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Particulars {
    /// As [`Entry::name`].
    pub name: Name,
    /// As [`Entry::name_as_printed`].
    pub name_as_printed: String,
    /// As [`Entry::aliases`].
    pub aliases: Vec<Name>,
    /// As [`Entry::date_of_birth`].
    pub date_of_birth: Option<NaiveDate>,
    /// As [`Entry::perceived_birth_year`].
    pub perceived_birth_year: Option<i32>,
    /// As [`Entry::age`].
    pub age: Option<u32>,
    /// As [`Entry::sex`].
    pub sex: Option<Sex>,
    /// As [`Entry::ethnicity`].
    pub ethnicity: Option<String>,
    /// As [`Entry::address`].
    pub address: Option<String>,
    /// As [`Entry::postcode`].
    pub postcode: Option<String>,
    /// As [`Entry::pnc`].
    pub pnc: Option<String>,
    /// As [`Entry::cro`].
    pub cro: Option<String>,
    /// As [`Entry::nhs_number`].
    pub nhs_number: Option<NhsNumber>,
    /// As [`Entry::master_defendant_id`].
    pub master_defendant_id: Option<String>,
    /// As [`Entry::custody_number`].
    pub custody_number: Option<String>,
    /// As [`Entry::asn`].
    pub asn: Option<String>,
    /// As [`Entry::arrested_at`].
    pub arrested_at: Option<Instant>,
    /// As [`Entry::arrived_at`].
    pub arrived_at: Option<Instant>,
    /// As [`Entry::detention_authorised_at`].
    pub detention_authorised_at: Option<Instant>,
    /// As [`Entry::site`].
    pub site: Option<String>,
    /// As [`Entry::youth`].
    pub youth: bool,
    /// As [`Entry::appropriate_adult`].
    pub appropriate_adult: Option<String>,
    /// As [`Entry::interpreter`].
    pub interpreter: Option<String>,
    /// As [`Entry::observation`].
    pub observation: Option<String>,
    /// As [`Entry::notes`].
    pub notes: Option<String>,
    /// As [`Entry::youth_told`].
    #[serde(default)]
    pub youth_told: bool,
    /// As [`Entry::corrected`].
    #[serde(default)]
    pub corrected: Vec<Corrected>,
}

/// One hearing of a line of work, with everything that its row said.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Hearing {
    /// The system whose list has it.
    pub system: System,
    /// What makes it the same hearing when the list is sent again; see [`Entry::key`].
    pub key: String,
    /// A looser identity; see [`Entry::second_key`].
    pub second_key: Option<String>,
    /// The hearing's id in Common Platform, when an event gave it.
    pub hearing_id: Option<String>,
    /// Where in its file it stands.
    pub position: Position,
    /// Where and when.
    pub sitting: Sitting,
    /// The case reference (URN), or the reference of an application.
    pub urn: Option<String>,
    /// The hearing type, as printed.
    pub hearing_type: Option<String>,
    /// The alleged offences, in the order of the list.
    pub offences: Vec<Offence>,
    /// Whether this row marks the person as in custody.
    pub in_custody: bool,
    /// Bail or custody as the court states it.
    pub bail_status: Option<String>,
    /// Reporting restrictions of the case and of the offences.
    pub reporting_restriction: Option<String>,
    /// Whether the court has shared the hearing's results.
    pub results_shared: bool,
    /// What the row said of the person.
    pub said: Particulars,
    /// The source row exactly as it came.
    pub verbatim: Value,
    /// What a person should know before relying on this row.
    pub notices: Vec<Notice>,
}

impl Hearing {
    /// The hearing of a row, with everything the row says.
    pub(crate) fn of(row: Entry, system: System) -> Self {
        Self {
            system,
            key: row.key,
            second_key: row.second_key,
            hearing_id: None,
            position: row.position,
            sitting: Sitting {
                court_house: row.court_house,
                court_code: row.court_code,
                court_room: row.court_room,
                sitting_at: row.sitting_at,
                listed_on: row.listed_on,
            },
            urn: row.urn,
            hearing_type: row.hearing_type,
            offences: row.offences,
            in_custody: row.in_custody,
            bail_status: row.bail_status,
            reporting_restriction: row.reporting_restriction,
            results_shared: false,
            said: Particulars {
                name: row.name,
                name_as_printed: row.name_as_printed,
                aliases: row.aliases,
                date_of_birth: row.date_of_birth,
                perceived_birth_year: row.perceived_birth_year,
                age: row.age,
                sex: row.sex,
                ethnicity: row.ethnicity,
                address: row.address,
                postcode: row.postcode,
                pnc: row.pnc,
                cro: row.cro,
                nhs_number: row.nhs_number,
                master_defendant_id: row.master_defendant_id,
                custody_number: row.custody_number,
                asn: row.asn,
                arrested_at: row.arrested_at,
                arrived_at: row.arrived_at,
                detention_authorised_at: row.detention_authorised_at,
                site: row.site,
                youth: row.youth,
                appropriate_adult: row.appropriate_adult,
                interpreter: row.interpreter,
                observation: row.observation,
                notes: row.notes,
                youth_told: row.youth_told,
                corrected: row.corrected,
            },
            verbatim: row.verbatim,
            notices: row.notices,
        }
    }
}

/// The hearings of a line, in the order of their time: none on a custody list, at least one on a court's.
/// Only this crate makes them, so that what the line says of itself and what its hearings say agree.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Hearings(pub(crate) Vec<Hearing>);

impl Deref for Hearings {
    type Target = [Hearing];

    fn deref(&self) -> &[Hearing] {
        &self.0
    }
}

impl Entry {
    /// The hearing that is next: the first whose sitting is not over, and the last when all are. `None` on a
    /// custody list.
    pub fn next_hearing(&self, now: Instant) -> Option<&Hearing> {
        let sittings: Vec<Option<Instant>> = self.hearings.iter().map(|hearing| hearing.sitting.sitting_at).collect();
        next_sitting(&sittings, now).map(|at| &self.hearings[at])
    }

    /// The day of its hearings, when one is given: those of one line are of one day.
    pub fn hearing_day(&self) -> Option<NaiveDate> {
        self.hearings.iter().find_map(|hearing| hearing.sitting.day())
    }
}
