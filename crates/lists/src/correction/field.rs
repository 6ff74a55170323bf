//! The fields that can be corrected: what an entry says of each, and what a person may say instead.

use chrono::NaiveDate;
use throughline_domain::identifier::{NhsNumber, PoliceId, asn, cro, pnc};
use throughline_domain::list::ListKind;
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, london_time, parse_date};

use super::checked;
use crate::fields::none_if_empty;
use crate::times::{read_birth, read_time};
use crate::{Column, Entry, Notice, Offence, Sex, checks};

throughline_domain::codes! {
    /// A field of a row that can be corrected.
    pub enum Field {
        /// The surname.
        Surname = "surname", "Surname";
        /// Forenames and middle names.
        Forenames = "forenames", "Forenames";
        /// Date of birth.
        DateOfBirth = "date_of_birth", "Date of birth";
        /// Sex.
        Sex = "sex", "Sex";
        /// Address without postcode.
        Address = "address", "Address";
        /// Postcode.
        Postcode = "postcode", "Postcode";
        /// PNC id.
        Pnc = "pnc", "PNC ID";
        /// CRO number.
        Cro = "cro", "CRO number";
        /// NHS number.
        NhsNumber = "nhs_number", "NHS number";
        /// Custody record number.
        CustodyNumber = "custody_number", "Custody record number";
        /// Arrest summons number.
        Asn = "asn", "ASN";
        /// When the person arrived at the station.
        ArrivedAt = "arrived_at", "Arrived";
        /// When detention was authorised.
        AuthorisedAt = "detention_authorised_at", "Detention authorised";
        /// The court room.
        CourtRoom = "court_room", "Court room";
        /// When the sitting starts.
        SittingAt = "sitting_at", "Sitting";
        /// Reporting restrictions.
        Restriction = "reporting_restriction", "Reporting restriction";
        /// The short titles of the alleged offences, one a line, in the order of the list.
        Offences = "offences", "Offences";
    }
}

/// The day and time of a field, as people type it.
const TIME: &str = "%d/%m/%Y %H:%M";
const DATE: &str = "%d/%m/%Y";

impl Field {
    /// The fields that a list of this kind has.
    pub fn of(kind: ListKind) -> impl Iterator<Item = &'static Self> {
        let not_there: &[Self] = match kind {
            ListKind::Custody => &[Self::CourtRoom, Self::SittingAt],
            ListKind::Court => &[Self::CustodyNumber, Self::ArrivedAt, Self::AuthorisedAt],
            ListKind::Voluntary => {
                &[Self::CustodyNumber, Self::ArrivedAt, Self::AuthorisedAt, Self::CourtRoom, Self::SittingAt]
            }
        };
        Self::ALL.iter().filter(move |field| !not_there.contains(field))
    }

    /// The column of a table that holds its time, for the fields that are times.
    pub(super) fn time_column(self) -> Option<Column> {
        match self {
            Self::ArrivedAt => Some(Column::ArrivedAt),
            Self::AuthorisedAt => Some(Column::AuthorisedAt),
            Self::SittingAt => Some(Column::SittingAt),
            _ => None,
        }
    }

    /// What an entry holds, as a form shows it: dates and times as people type them, codes of coded
    /// fields; empty when nothing.
    pub fn value(self, entry: &Entry) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let time = |at: Option<Instant>| at.map_or_else(String::new, |at| london_time(at).format(TIME).to_string());
        match self {
            Self::Surname => entry.name.surname.clone(),
            Self::Forenames => entry.name.forenames.clone(),
            Self::DateOfBirth => entry.date_of_birth.map_or_else(String::new, |born| born.format(DATE).to_string()),
            Self::Sex => entry.sex.map_or_else(String::new, |sex| sex.code().to_owned()),
            Self::Address => text(&entry.address),
            Self::Postcode => text(&entry.postcode),
            Self::Pnc => text(&entry.pnc),
            Self::Cro => text(&entry.cro),
            Self::NhsNumber => entry.nhs_number.as_ref().map_or_else(String::new, |number| number.digits().to_owned()),
            Self::CustodyNumber => text(&entry.custody_number),
            Self::Asn => text(&entry.asn),
            Self::ArrivedAt => time(entry.arrived_at),
            Self::AuthorisedAt => time(entry.detention_authorised_at),
            Self::CourtRoom => text(&entry.court_room),
            Self::SittingAt => time(entry.sitting_at),
            Self::Restriction => text(&entry.reporting_restriction),
            Self::Offences => {
                entry.offences.iter().map(|offence| offence.title.as_str()).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// A value in the words of a screen; empty for nothing.
    pub fn words(self, value: &str) -> String {
        match self {
            Self::Sex => Sex::from_code(value).map_or_else(|| value.to_owned(), |sex| sex.label().to_owned()),
            Self::Offences => value.lines().filter(|title| !title.is_empty()).collect::<Vec<_>>().join("; "),
            _ => value.to_owned(),
        }
    }

    /// What an entry says: its value, or word for word what was not understood.
    pub(super) fn says(self, entry: &Entry, headings: &[(String, Column)]) -> String {
        let value = self.value(entry);
        if !value.is_empty() {
            return value;
        }
        entry.notices.iter().find_map(|notice| checked::not_understood(notice, self, headings)).unwrap_or_default()
    }

    /// Reads what a person typed: in the form that is kept, empty for nothing.
    ///
    /// `entry` is the row as it stands, and `day` the day of the list: a time without a date is of that day.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever typed it.
    pub fn read(self, typed: &str, entry: &Entry, day: NaiveDate) -> Result<String, String> {
        let typed = typed.trim();
        if typed.is_empty() && self != Self::Offences {
            return Ok(String::new());
        }
        match self {
            Self::DateOfBirth => birth(typed, day).map(|born| born.format(DATE).to_string()),
            Self::Sex => {
                Sex::from_code(typed).map(|sex| sex.code().to_owned()).ok_or_else(|| "Choose one of these".to_owned())
            }
            Self::NhsNumber => NhsNumber::parse(typed).map(Into::into).map_err(|error| error.to_string()),
            Self::Pnc => police_id(pnc(typed), "A PNC ID looks like 2012/0345678X"),
            Self::Cro => police_id(cro(typed), "A CRO number looks like 123456/12X or SF12/123456X"),
            // A prosecutor's own reference has any form.
            Self::Asn => asn(typed).map_or_else(|| Ok(typed.to_owned()), |id| police_id(Some(id), "")),
            Self::ArrivedAt | Self::AuthorisedAt | Self::SittingAt => time(typed, day),
            Self::Offences => offences(typed, entry),
            Self::Restriction => Ok(typed.to_owned()),
            _ => Ok(typed.split_whitespace().collect::<Vec<_>>().join(" ")),
        }
    }

    /// Puts what was [read](Self::read) into an entry.
    pub(super) fn put(self, entry: &mut Entry, value: &str, day: NaiveDate) {
        let text = none_if_empty(value);
        let at = || read_time(value, day).map(|read| read.at);
        match self {
            Self::Surname => entry.name = Name::new(&entry.name.forenames, value),
            Self::Forenames => entry.name = Name::new(value, &entry.name.surname),
            Self::DateOfBirth => {
                entry.date_of_birth = None;
                checks::birth(entry, text, day);
            }
            Self::Sex => entry.sex = text.and_then(|code| checks::sex(entry, code)),
            Self::Address => entry.address = text,
            Self::Postcode => entry.postcode = text,
            Self::Pnc => entry.pnc = text.map(|text| checks::police_id(entry, text)),
            Self::Cro => entry.cro = text.map(|text| checks::cro_number(entry, text)),
            Self::NhsNumber => entry.nhs_number = text.and_then(|text| checks::nhs_number(entry, text)),
            Self::CustodyNumber => entry.custody_number = text,
            Self::Asn => {
                entry.asn = text;
                checks::check_asn(entry);
            }
            Self::ArrivedAt => entry.arrived_at = at(),
            Self::AuthorisedAt => entry.detention_authorised_at = at(),
            Self::CourtRoom => entry.court_room = text,
            Self::SittingAt => entry.sitting_at = at(),
            Self::Restriction => {
                entry.reporting_restriction = text;
                if entry.reporting_restriction.is_some() {
                    entry.notices.push(Notice::ReportingRestriction);
                }
            }
            Self::Offences => put_titles(&mut entry.offences, value),
        }
    }
}

fn birth(typed: &str, day: NaiveDate) -> Result<NaiveDate, String> {
    parse_date(typed, day).map_err(|error| error.to_string())?;
    let possible = read_birth(typed, day);
    possible.ok_or_else(|| "A date of birth is after 1899 and not after the day of the list".to_owned())
}

fn time(typed: &str, day: NaiveDate) -> Result<String, String> {
    let read = read_time(typed, day).ok_or_else(|| {
        format!("'{typed}' is not a day and time: enter it like 26/3/2026 9:30, or 9:30 on the day of the list")
    })?;
    Ok(london_time(read.at).format(TIME).to_string())
}

fn police_id(read: Option<PoliceId>, looks_like: &str) -> Result<String, String> {
    let id = read.ok_or_else(|| looks_like.to_owned())?;
    if !id.letter_is_right {
        return Err("The check letter does not fit this number: check it against the source".to_owned());
    }
    Ok(id.canonical)
}

/// One title a line; every offence of the row keeps its line, for its code and wording stay.
fn offences(typed: &str, entry: &Entry) -> Result<String, String> {
    let titles: Vec<&str> = typed.lines().map(str::trim).collect();
    let given = entry.offences.iter().rposition(|offence| !offence.title.is_empty()).map_or(0, |last| last + 1);
    if titles.len() < given {
        return Err(format!("This row has {given} offences: keep a line for each"));
    }
    Ok(titles.join("\n"))
}

fn put_titles(offences: &mut Vec<Offence>, titles: &str) {
    let titles: Vec<&str> = titles.lines().collect();
    offences.resize_with(offences.len().max(titles.len()), Offence::default);
    for (offence, title) in offences.iter_mut().zip(titles.into_iter().chain(std::iter::repeat(""))) {
        title.clone_into(&mut offence.title);
    }
}
