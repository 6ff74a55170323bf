//! Rows as entries.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::name::folded;
use throughline_domain::time::{Instant, london_date, parse_date};

use super::columns::Column;
use super::headings::Headings;
use super::offences::offences;
use super::preamble::Preamble;
use crate::checks::{Person, custody_key, describe, person_key};
use crate::grid::Grid;
use crate::names::{self, Printed};
use crate::row::Row;
use crate::row::RowError;
use crate::times::read_time;
use crate::{
    Entry, Format, ListKind, ListNotice, MAX_ROWS, Notice, Position, ReadError, Reading, RejectReason, RejectedRow,
};

/// Where the further rows of an entry are kept in its verbatim row.
pub(crate) const FURTHER_ROWS: &str = "Further rows";

/// Reads the rows below the headings.
pub(crate) fn read(
    format: &Format,
    grid: Grid<'_>,
    mut headings: Headings,
    today: NaiveDate,
) -> Result<Reading, ReadError> {
    let printed = Preamble::of(&headings.above, today);
    let mut reading = Reading::new(format.kind, format.name);
    reading.title = printed.title.unwrap_or_else(|| format.kind.label().to_owned());
    reading.sites.extend(printed.site);
    reading.list_date = printed.date;
    reading.notices = std::mem::take(&mut headings.notices);
    reading.headings = headings.meanings();
    let table = Table { headings: &headings, kind: format.kind, day: printed.date.unwrap_or(today), today };
    let mut blank = 0;
    let mut above: Option<Row> = None;
    for row in grid.rows() {
        let row = row.map_err(broken)?;
        if row.number <= headings.row {
            continue;
        }
        if row.is_blank() {
            blank += 1;
            continue;
        }
        reading.rows_in += 1;
        if reading.rows_in > MAX_ROWS {
            return Err(ReadError::TooManyRows);
        }
        table.put(&mut reading, above.as_ref(), &row);
        above = Some(row);
    }
    if blank > 0 {
        reading.notices.push(ListNotice::BlankRows(blank));
    }
    if reading.entries.is_empty() {
        reading.notices.push(ListNotice::NobodyOnIt);
    }
    let mut seen: HashSet<String> = reading.sites.iter().cloned().collect();
    let sites = reading.entries.iter().filter_map(|entry| entry.site.clone());
    reading.sites.extend(sites.filter(|site| seen.insert(site.clone())));
    Ok(reading)
}

fn broken(error: RowError) -> ReadError {
    match error {
        RowError::TooManyColumns { row } => ReadError::TooManyColumns { row },
        RowError::UnclosedQuote { row } => ReadError::BrokenCsv {
            row,
            reason: "a quotation mark (\") is opened and never closed. Close or remove it and try again".to_owned(),
        },
    }
}

struct Table<'a> {
    headings: &'a Headings,
    kind: ListKind,
    /// The day of the list.
    day: NaiveDate,
    today: NaiveDate,
}

impl Table<'_> {
    fn put(&self, reading: &mut Reading, above: Option<&Row>, row: &Row) {
        let of = reading.entries.last_mut().filter(|_| above.is_some_and(|above| self.goes_on(above, row)));
        if let Some(entry) = of {
            entry.offences.extend(self.offences(row));
            add_further(&mut entry.verbatim, self.headings.verbatim(row));
            reading.further.push(Position::Row(row.number));
            return;
        }
        match self.entry(row) {
            Ok(entry) => reading.entries.push(entry),
            Err(rejected) => reading.rejected.push(rejected),
        }
    }

    /// Whether a row tells of one more offence of the person in the row above: courts print a row for
    /// each. Everything that is known but the offences is the same, a name and a case among it.
    fn goes_on(&self, above: &Row, row: &Row) -> bool {
        const OF_OFFENCES: [Column; 3] = [Column::Offence, Column::OffenceCode, Column::OffenceWording];
        let same = |column: &Column| self.headings.cells(above, *column) == self.headings.cells(row, *column);
        self.kind == ListKind::Court
            && self.headings.cell(row, Column::Urn).is_some()
            && self.name(row).is_some()
            && Column::ALL.iter().filter(|column| !OF_OFFENCES.contains(column)).all(same)
    }

    fn entry(&self, row: &Row) -> Result<Entry, RejectedRow> {
        let cell = |column| self.headings.cell(row, column);
        let mut entry = Entry::at(Position::Row(row.number), self.headings.verbatim(row));
        let printed = self.name(row);
        entry.custody_number = cell(Column::CustodyNumber);
        let is_nobody = printed.is_none() && entry.custody_number.is_none();
        let printed = printed.unwrap_or_default();
        entry.name = printed.name;
        entry.name_as_printed = printed.text;
        entry.ethnicity = cell(Column::Ethnicity);
        entry.address = some_joined(&self.headings.cells(row, Column::Address), ", ");
        entry.postcode = cell(Column::Postcode);
        entry.asn = cell(Column::Asn);
        entry.cro = cell(Column::Cro);
        entry.appropriate_adult = cell(Column::AppropriateAdult);
        entry.interpreter = cell(Column::Interpreter);
        entry.observation = cell(Column::Observation);
        entry.notes = some_joined(&self.headings.cells(row, Column::Notes), "\n");
        entry.offences = self.offences(row);
        let person = Person {
            date_of_birth: cell(Column::DateOfBirth),
            age: cell(Column::Age),
            sex: cell(Column::Sex).or(printed.sex),
            pnc: cell(Column::Pnc),
            nhs_number: cell(Column::NhsNumber),
            youth_panel: cell(Column::Panel).is_some_and(|panel| names::is_youth_panel(&panel)),
        };
        describe(&mut entry, person, &[self.day, self.today]);
        match self.kind {
            ListKind::Custody => self.custody(row, &mut entry),
            ListKind::Court => self.court(row, &mut entry, printed.in_custody),
            ListKind::Voluntary => self.voluntary(row, &mut entry),
        }
        if self.headings.is_exceeded_by(row) {
            entry.notices.push(Notice::MoreCellsThanHeadings);
        }
        if is_nobody { Err(nobody(entry)) } else { Ok(entry) }
    }

    fn name(&self, row: &Row) -> Option<Printed> {
        let part = |column| self.headings.cell(row, column).unwrap_or_default();
        let whole = part(Column::FullName);
        let forenames = format!("{} {}", part(Column::Forenames), part(Column::MiddleNames));
        let (surname, forenames) = (part(Column::Surname), forenames.trim());
        let printed = if surname.is_empty() && forenames.is_empty() {
            names::printed(&whole)
        } else {
            // `Name` beside `Forenames` and no `Surname` is how some lists head the surname.
            let surname = if surname.is_empty() { &whole } else { &surname };
            names::parted(forenames, surname, &whole)
        };
        Some(printed).filter(|printed| !printed.name.is_unknown())
    }

    fn offences(&self, row: &Row) -> Vec<crate::Offence> {
        let cells = |column| self.headings.cells(row, column);
        offences(&cells(Column::Offence), &cells(Column::OffenceCode), &cells(Column::OffenceWording))
    }

    fn custody(&self, row: &Row, entry: &mut Entry) {
        entry.in_custody = true;
        entry.site = self.headings.cell(row, Column::Site);
        self.times(row, entry);
        (entry.key, entry.second_key) = custody_keys(entry);
    }

    /// Nobody is held: there is an interview, and no time of a detention.
    fn voluntary(&self, row: &Row, entry: &mut Entry) {
        entry.site = self.headings.cell(row, Column::Site);
        entry.officer = some_joined(&self.headings.cells(row, Column::Officer), ", ");
        self.interview(row, entry);
        (entry.key, entry.second_key) = voluntary_keys(entry);
    }

    /// The day and the time stand in one cell or in two. A day without a time is kept as a day.
    fn interview(&self, row: &Row, entry: &mut Entry) {
        let Some((column, day)) = self.headings.labelled(row, Column::InterviewAt).next() else {
            let times = self.headings.labelled(row, Column::InterviewTime);
            entry.interview_at = self.time(times, &mut entry.notices).map(|(_, at)| at);
            return;
        };
        let column = column.to_owned();
        let time = self.headings.cell(row, Column::InterviewTime).unwrap_or_default();
        let text = format!("{day} {time}").trim().to_owned();
        let read = read_time(&text, self.day).or_else(|| read_time(day, self.day));
        if let Some(read) = read.filter(|read| !read.day_assumed || parse_date(day, self.day).is_err()) {
            entry.interview_at = Some(read.at);
            if read.day_assumed {
                entry.notices.push(Notice::DateAssumed { column, text });
            }
            return;
        }
        entry.listed_on = parse_date(day, self.day).ok();
        if entry.listed_on.is_none() || !time.is_empty() {
            entry.notices.push(Notice::UnreadableTime { column, text });
        }
    }

    fn times(&self, row: &Row, entry: &mut Entry) {
        let mut read = |column| self.time(self.headings.labelled(row, column), &mut entry.notices);
        let (arrested, arrived, authorised) =
            (read(Column::ArrestedAt), read(Column::ArrivedAt), read(Column::AuthorisedAt));
        entry.arrested_at = arrested.as_ref().map(|(_, at)| *at);
        entry.arrived_at = arrived.as_ref().map(|(_, at)| *at);
        entry.detention_authorised_at = authorised.as_ref().map(|(_, at)| *at);
        let given: Vec<(String, Instant)> = [arrested, arrived, authorised].into_iter().flatten().collect();
        for pair in given.windows(2).filter(|pair| pair[1].1 < pair[0].1) {
            entry.notices.push(Notice::TimesOutOfOrder { earlier: pair[0].0.clone(), later: pair[1].0.clone() });
        }
    }

    /// The time that the cells of a column tell with its heading, and a notice for each doubt about it. A date and
    /// its time may stand in columns of their own.
    fn time<'a>(
        &self,
        cells: impl Iterator<Item = (&'a str, &'a str)>,
        notices: &mut Vec<Notice>,
    ) -> Option<(String, Instant)> {
        let (labels, texts): (Vec<&str>, Vec<&str>) = cells.unzip();
        let column = (*labels.first()?).to_owned();
        let whole = texts.join(" ");
        let Some(read) = std::iter::once(whole.as_str()).chain(texts).find_map(|text| read_time(text, self.day)) else {
            notices.push(Notice::UnreadableTime { column, text: whole });
            return None;
        };
        if read.day_assumed {
            notices.push(Notice::DateAssumed { column: column.clone(), text: whole });
        }
        Some((column, read.at))
    }

    /// The cells that tell when the case is called: the start of its block before that of the sitting, under whose
    /// heading the lists of Libra print the room.
    fn sitting<'a>(&'a self, row: &'a Row) -> Vec<(&'a str, &'a str)> {
        let of_block: Vec<_> = self.headings.labelled(row, Column::BlockStart).collect();
        let of_sitting = self.headings.labelled(row, Column::SittingAt).filter(|(_, text)| !is_room(text));
        if of_block.is_empty() { of_sitting.collect() } else { of_block }
    }

    fn room(&self, row: &Row) -> Option<String> {
        let named = || self.headings.labelled(row, Column::SittingAt).find(|(_, text)| is_room(text));
        self.headings.cell(row, Column::CourtRoom).or_else(|| named().map(|(_, text)| room_alone(text).to_owned()))
    }

    fn court(&self, row: &Row, entry: &mut Entry, is_starred: bool) {
        let cell = |column| self.headings.cell(row, column);
        let house = cell(Column::CourtHouse).or_else(|| cell(Column::Site));
        entry.site.clone_from(&house);
        entry.court_house = house;
        // Behind a colon stand those who sit: `Courtroom 1: A Judge`.
        entry.court_room = self.room(row).map(|room| room.split(':').next().unwrap_or_default().trim().to_owned());
        entry.sitting_at = self.time(self.sitting(row).into_iter(), &mut entry.notices).map(|(_, at)| at);
        entry.urn = cell(Column::Urn);
        entry.hearing_type = cell(Column::HearingType);
        entry.reporting_restriction = cell(Column::Restriction);
        if entry.reporting_restriction.is_some() {
            entry.notices.push(Notice::ReportingRestriction);
        }
        entry.in_custody = is_starred || cell(Column::InCustody).is_some_and(|text| names::says_in_custody(&text));
        if entry.in_custody {
            entry.notices.push(Notice::InCustody);
        }
        (entry.key, entry.second_key) = court_keys(entry);
    }
}

/// A row that tells of nobody, with what else it says.
fn nobody(mut entry: Entry) -> RejectedRow {
    let (row, verbatim) = (entry.position.clone(), entry.verbatim.take());
    RejectedRow { row, verbatim, reason: RejectReason::NobodyNamed, understood: Some(Box::new(entry)) }
}

/// The key of a row of a table and its looser one, by what the entry says.
pub(crate) fn keys(kind: ListKind, entry: &Entry) -> (String, Option<String>) {
    match kind {
        ListKind::Custody => custody_keys(entry),
        ListKind::Court => court_keys(entry),
        ListKind::Voluntary => voluntary_keys(entry),
    }
}

/// Who is interviewed on which day; and, looser, who, for an interview that moves.
fn voluntary_keys(entry: &Entry) -> (String, Option<String>) {
    let by_person = person_key(entry);
    let day = entry.interview_at.map(london_date).or(entry.listed_on).map(|day| day.to_string());
    (format!("voluntary:{}|{}", by_person.as_deref().unwrap_or_default(), day.unwrap_or_default()), by_person)
}

fn custody_keys(entry: &Entry) -> (String, Option<String>) {
    let by_person = person_key(entry);
    let by_number = entry.custody_number.as_deref().map(custody_key);
    (by_number.or_else(|| by_person.clone()).unwrap_or_default(), by_person)
}

/// Where the person stands before the court; and, looser, the case and the person alone, for a hearing
/// that moves. A table gives a party no number, so the name takes its place.
fn court_keys(entry: &Entry) -> (String, Option<String>) {
    let known = |text: &Option<String>| text.as_deref().map(folded).unwrap_or_default();
    let who = folded(&entry.name.natural());
    let matter = format!("{}|{who}", known(&entry.urn));
    let sitting = entry.sitting_at.map_or_else(String::new, |at| at.to_rfc3339());
    let key = format!("court:{}|{}|{sitting}|row|{matter}", known(&entry.court_house), known(&entry.court_room));
    let second = if entry.urn.is_some() { Some(format!("matter:row|{matter}")) } else { person_key(entry) };
    (key, second)
}

/// Whether a text names a court room and no time: `Courtroom 2`.
fn is_room(text: &str) -> bool {
    folded(text).starts_with("court")
}

/// The room as the data of the same list has it: `2` of `Courtroom 2`.
fn room_alone(text: &str) -> &str {
    let rest = text.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim());
    if rest.is_empty() { text } else { rest }
}

fn add_further(verbatim: &mut Value, row: Value) {
    let Some(first) = verbatim.as_object_mut() else { return };
    if let Value::Array(rows) = first.entry(FURTHER_ROWS).or_insert_with(|| Value::Array(Vec::new())) {
        rows.push(row);
    }
}

fn some_joined(parts: &[String], separator: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(separator))
}
