//! A custody list as comma, semicolon or tab separated text.
//!
//! No force publishes a fixed export, so the reader goes by headings, in the many spellings that
//! custody systems and their users give them ([`SPELLINGS`]). The headings may stand below a
//! title; columns may be in any order; what is not known is kept with each row.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use throughline_domain::{
    name::{Name, folded},
    time::{Instant, parse_date},
};

use crate::{
    Entry, Format, ListKind, ListNotice, MAX_ROWS, Notice, Offence, Position, ReadError, Reading, RejectReason,
    RejectedRow, Source,
    checks::{Person, custody_key, describe, person_key},
    delimited::{Row, RowError, Rows},
    names,
    source::Content,
    times::read_time,
};

pub(crate) const FORMAT: Format = Format {
    name: "custody-csv",
    label: "Custody list (CSV)",
    kind: ListKind::Custody,
    looked_for: "a custody list as CSV, with headings such as 'Custody number', 'Name', 'Date of birth' and 'Arrested'",
    read,
};

/// How far down the headings may stand.
const HEADINGS_WITHIN: usize = 20;
/// The most text a row of headings may have, in bytes; beyond it the row is not headings.
const LONGEST_HEADINGS: usize = 8_000;

/// What a column of a custody list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Column {
    CustodyNumber,
    Surname,
    Forenames,
    MiddleNames,
    FullName,
    DateOfBirth,
    Age,
    Sex,
    Ethnicity,
    Address,
    Postcode,
    Pnc,
    NhsNumber,
    ArrestedAt,
    ArrivedAt,
    AuthorisedAt,
    Offence,
    OffenceCode,
    AppropriateAdult,
    Interpreter,
    Observation,
    Notes,
    Site,
}

/// The spellings of each heading, folded and without spaces. A trailing number (`Offence 2`) is
/// dropped before looking here.
const SPELLINGS: &[(Column, &str)] = &[
    (
        Column::CustodyNumber,
        "custodyrecordnumber custodyrecordno custodyrecordref custodyrecord custodynumber \
         custodyno custodyref custodyreference custodyid crnumber crno crn cr crref \
         custodyrecordnum recordnumber recordno detentionnumber detentionno detentionlog \
         detentionref dlnumber",
    ),
    (Column::Surname, "surname lastname familyname detaineesurname detaineelastname"),
    (
        Column::Forenames,
        "forenames forename firstname firstnames givenname givennames detaineeforename \
         detaineeforenames detaineefirstname",
    ),
    (Column::MiddleNames, "middlename middlenames secondname othernames"),
    (
        Column::FullName,
        "name names fullname detaineename detainee detainedperson dpname dp prisoner \
         prisonername person personname nameofdetainee subject subjectname detainedpersonname",
    ),
    (Column::DateOfBirth, "dateofbirth dob birthdate born birthday datebirth"),
    (Column::Age, "age ageyears ageatarrest"),
    (Column::Sex, "sex gender mf sexgender"),
    (Column::Ethnicity, "ethnicity ethnicgroup ethnicorigin selfdefinedethnicity sde ethnicappearance ethnic"),
    (Column::Address, "address homeaddress fulladdress addressline residence currentaddress"),
    (Column::Postcode, "postcode postalcode pcode homepostcode"),
    (Column::Pnc, "pnc pncid pncno pncnumber pncref policenationalcomputer"),
    (Column::NhsNumber, "nhsnumber nhsno nhs nhsid"),
    (
        Column::ArrestedAt,
        "arrested arrestedat arresttime timeofarrest arrestdatetime arrestdate \
         dateandtimeofarrest datetimeofarrest arrestdateandtime arrestedon",
    ),
    (
        Column::ArrivedAt,
        "arrived arrivedat arrivaltime arrival timeofarrival timearrived arrivaldatetime \
         arrivalatstation arrivedatstation relevanttime arrivalincustody arrivedincustody \
         datetimeofarrival arrivaldateandtime bookedin bookedinat",
    ),
    (
        Column::AuthorisedAt,
        "detentionauthorised detentionauthorisedat detentionauthorisedtime \
         detentionauthorized authorised authorisedat timedetentionauthorised detentiontime \
         detentionauth dettimeauthorised timeauthorised authorisationtime",
    ),
    (
        Column::Offence,
        "offence offences offencedescription offencetitle offencedetails arrestedfor \
         reasonforarrest arrestreason reason suspectedoffence suspectedoffences arrestoffence \
         allegedoffence allegation charge charges",
    ),
    (Column::OffenceCode, "offencecode offencecodes cjscode cjsoffencecode cjscodes"),
    (
        Column::AppropriateAdult,
        "appropriateadult aa aarequired aaneeded appropriateadultrequired \
         appropriateadultneeded",
    ),
    (Column::Interpreter, "interpreter interpreterrequired interpreterneeded language interpreterlanguage"),
    (Column::Observation, "observation observationlevel observations obs obslevel levelofobservation"),
    (Column::Notes, "notes note comments comment remarks risk risks warnings riskmarkers markers"),
    (Column::Site, "site suite custodysuite station policestation custodysite custodycentre location"),
];

/// Headings that only a court list has: a sheet with one of these is not a custody list.
const OF_A_COURT: [&str; 6] = ["courthouse", "courtroom", "urn", "caseurn", "sittingat", "hearingtype"];

fn meaning(heading: &str) -> Option<Column> {
    let plain = plain(heading);
    let plain = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    SPELLINGS
        .iter()
        .find(|(_, spellings)| spellings.split(' ').any(|spelling| spelling == plain))
        .map(|(column, _)| *column)
}

fn plain(heading: &str) -> String {
    folded(heading).replace(' ', "")
}

/// The row of headings, understood.
#[derive(Debug)]
struct Headings {
    delimiter: char,
    row: usize,
    /// As printed, made unique, for the verbatim rows.
    labels: Vec<String>,
    /// The places of each column, in the order of the row.
    places: HashMap<Column, Vec<usize>>,
    /// The cells above the headings.
    preamble: Vec<String>,
    notices: Vec<ListNotice>,
    of_a_court: bool,
}

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let Content::Text(text) = &source.content else {
        return None;
    };
    let mut too_wide = None;
    let mut best: Option<Headings> = None;
    for delimiter in [',', ';', '\t'] {
        match find_headings(text, delimiter) {
            Ok(Some(found)) if best.as_ref().is_none_or(|best| found.places.len() > best.places.len()) => {
                best = Some(found);
            }
            Ok(_) => {}
            Err(row) => too_wide = Some(ReadError::TooManyColumns { row }),
        }
    }
    let Some(headings) = best else {
        return too_wide.map(Err);
    };
    if headings.of_a_court {
        return None;
    }
    let missing = headings.missing();
    if !missing.is_empty() {
        return Some(Err(ReadError::MissingColumns(missing)));
    }
    Some(rows(text, headings, today))
}

/// The row among the first that has most known headings, two at least. An error is the row that
/// has too many columns.
fn find_headings(text: &str, delimiter: char) -> Result<Option<Headings>, usize> {
    let mut best: Option<Headings> = None;
    let mut preamble = Vec::new();
    for row in Rows::new(text, delimiter).take(HEADINGS_WITHIN) {
        let row = match row {
            Ok(row) => row,
            Err(RowError::TooManyColumns { row }) => {
                return if best.is_some() { Ok(best) } else { Err(row) };
            }
            Err(RowError::UnclosedQuote { .. }) => break,
        };
        let found = Headings::of(&row, delimiter, &preamble);
        if found.as_ref().is_some_and(|found| found.places.len() > best.as_ref().map_or(1, |best| best.places.len())) {
            best = found;
        }
        let short = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty() && cell.len() <= 200);
        preamble.extend(short.filter(|cell| !cell.starts_with("sep=")).map(str::to_owned));
    }
    Ok(best)
}

impl Headings {
    fn of(row: &Row, delimiter: char, preamble: &[String]) -> Option<Self> {
        if row.cells.iter().map(String::len).sum::<usize>() > LONGEST_HEADINGS {
            return None;
        }
        let mut headings = Self {
            delimiter,
            row: row.number,
            labels: Vec::with_capacity(row.cells.len()),
            places: HashMap::new(),
            preamble: Vec::new(),
            notices: Vec::new(),
            of_a_court: row.cells.iter().any(|cell| OF_A_COURT.contains(&plain(cell).as_str())),
        };
        for (index, cell) in row.cells.iter().enumerate() {
            headings.add(index, cell.trim());
        }
        headings.preamble = if headings.places.len() > 1 { preamble.to_vec() } else { Vec::new() };
        Some(headings)
    }

    fn add(&mut self, index: usize, heading: &str) {
        let taken = heading.is_empty() || self.labels.iter().any(|label| label == heading);
        self.labels.push(if taken {
            format!("{heading} (column {})", index + 1).trim().to_owned()
        } else {
            heading.to_owned()
        });
        let Some(column) = meaning(heading) else {
            if !heading.is_empty() {
                self.notices.push(ListNotice::UnknownColumn(heading.to_owned()));
            }
            return;
        };
        let places = self.places.entry(column).or_default();
        if !places.is_empty() && !may_repeat(column) {
            self.notices.push(ListNotice::RepeatedColumn(heading.to_owned()));
        }
        places.push(index);
    }

    /// What a custody list cannot be worked without, as far as it is missing: who is meant, and
    /// one thing that tells them from others or says why they are there.
    fn missing(&self) -> Vec<String> {
        let any = |columns: &[Column]| columns.iter().any(|column| self.places.contains_key(column));
        let mut missing = Vec::new();
        if !any(&[Column::CustodyNumber, Column::FullName, Column::Surname]) {
            missing.extend(["name".to_owned(), "custody record number".to_owned()]);
        } else if !any(&[
            Column::CustodyNumber,
            Column::DateOfBirth,
            Column::ArrestedAt,
            Column::ArrivedAt,
            Column::AuthorisedAt,
            Column::Offence,
        ]) {
            missing.extend(["custody record number", "date of birth", "arrest", "arrival"].map(str::to_owned));
        }
        missing
    }

    /// The first filled cell of a column, trimmed, with its heading.
    fn labelled(&self, row: &Row, column: Column) -> Option<(String, String)> {
        self.places.get(&column)?.iter().find_map(|index| {
            let text = row.cells.get(*index)?.trim();
            (!text.is_empty()).then(|| (self.labels[*index].clone(), text.to_owned()))
        })
    }

    fn cell(&self, row: &Row, column: Column) -> Option<String> {
        self.labelled(row, column).map(|(_, text)| text)
    }

    /// Every filled cell of a column that may repeat, trimmed.
    fn cells(&self, row: &Row, column: Column) -> Vec<String> {
        let places = self.places.get(&column).into_iter().flatten();
        let cells = places.filter_map(|index| row.cells.get(*index)).map(|cell| cell.trim());
        cells.filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    }

    fn verbatim(&self, row: &Row) -> Value {
        let label = |index: usize| self.labels.get(index).cloned().unwrap_or_else(|| format!("(column {})", index + 1));
        let cells = row.cells.iter().enumerate().map(|(index, cell)| (label(index), Value::String(cell.clone())));
        Value::Object(cells.collect::<Map<_, _>>())
    }
}

fn may_repeat(column: Column) -> bool {
    matches!(column, Column::Offence | Column::OffenceCode | Column::Address | Column::Notes)
}

fn rows(text: &str, mut headings: Headings, today: NaiveDate) -> Result<Reading, ReadError> {
    let printed = Preamble::of(&headings.preamble, today);
    let day = printed.date.unwrap_or(today);
    let mut reading = Reading {
        kind: FORMAT.kind,
        format: FORMAT.name.into(),
        title: printed.title.unwrap_or_else(|| FORMAT.kind.label().to_owned()),
        sites: printed.site.into_iter().collect(),
        list_date: printed.date,
        published_at: None,
        rows_in: 0,
        entries: Vec::new(),
        rejected: Vec::new(),
        set_aside: Vec::new(),
        notices: std::mem::take(&mut headings.notices),
    };
    let mut blank = 0;
    for row in Rows::new(text, headings.delimiter).skip(headings.row) {
        let row = row.map_err(broken)?;
        if row.is_blank() {
            blank += 1;
            continue;
        }
        reading.rows_in += 1;
        if reading.rows_in > MAX_ROWS {
            return Err(ReadError::TooManyRows);
        }
        match entry(&headings, &row, day, today) {
            Ok(entry) => reading.entries.push(entry),
            Err(rejected) => reading.rejected.push(rejected),
        }
    }
    if blank > 0 {
        reading.notices.push(ListNotice::BlankRows(blank));
    }
    if reading.entries.is_empty() {
        reading.notices.push(ListNotice::NobodyOnIt);
    }
    let mut seen: std::collections::HashSet<String> = reading.sites.iter().cloned().collect();
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

/// What the lines above the headings say.
#[derive(Default)]
struct Preamble {
    title: Option<String>,
    site: Option<String>,
    date: Option<NaiveDate>,
}

impl Preamble {
    fn of(cells: &[String], today: NaiveDate) -> Self {
        let mut found = Self::default();
        for (index, cell) in cells.iter().enumerate() {
            let (label, after) = cell.split_once(':').unwrap_or(("", cell));
            // `Suite:` may stand in one cell and the name in the next.
            let value =
                if after.trim().is_empty() { cells.get(index + 1).map_or("", String::as_str) } else { after }.trim();
            if found.date.is_none() {
                found.date = date_within(value, today);
            }
            if found.site.is_none() && meaning(label) == Some(Column::Site) && !value.is_empty() {
                found.site = Some(value.to_owned());
            }
        }
        found.title = cells.first().cloned();
        found
    }
}

/// The date a text is or ends with, as in `Custody list 26 March 2026`.
fn date_within(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let longest = words.len().min(3);
    (1..=longest)
        .rev()
        .find_map(|count| words.windows(count).find_map(|window| parse_date(&window.join(" "), today).ok()))
}

fn entry(headings: &Headings, row: &Row, day: NaiveDate, today: NaiveDate) -> Result<Entry, RejectedRow> {
    let cell = |column| headings.cell(row, column);
    let mut entry = Entry::at(Position::Row(row.number), headings.verbatim(row));
    (entry.name, entry.name_as_printed) = name(headings, row);
    entry.custody_number = cell(Column::CustodyNumber);
    if entry.name.is_unknown() && entry.custody_number.is_none() {
        let reason = RejectReason::NobodyNamed;
        return Err(RejectedRow { row: entry.position, verbatim: entry.verbatim, reason });
    }
    entry.in_custody = true;
    entry.ethnicity = cell(Column::Ethnicity);
    entry.address = some_joined(&headings.cells(row, Column::Address), ", ");
    entry.postcode = cell(Column::Postcode);
    entry.appropriate_adult = cell(Column::AppropriateAdult);
    entry.interpreter = cell(Column::Interpreter);
    entry.observation = cell(Column::Observation);
    entry.notes = some_joined(&headings.cells(row, Column::Notes), "\n");
    entry.site = cell(Column::Site);
    entry.offences = offences(&headings.cells(row, Column::Offence), &headings.cells(row, Column::OffenceCode));
    let person = Person {
        date_of_birth: cell(Column::DateOfBirth),
        age: cell(Column::Age),
        sex: cell(Column::Sex),
        pnc: cell(Column::Pnc),
        nhs_number: cell(Column::NhsNumber),
        youth_panel: false,
    };
    describe(&mut entry, person, &[day, today]);
    times(headings, row, &mut entry, day);
    if row.cells.iter().skip(headings.labels.len()).any(|cell| !cell.trim().is_empty()) {
        entry.notices.push(Notice::MoreCellsThanHeadings);
    }
    let by_person = person_key(&entry);
    let by_number = entry.custody_number.as_deref().map(custody_key);
    entry.key = by_number.or_else(|| by_person.clone()).unwrap_or_default();
    entry.second_key = by_person;
    Ok(entry)
}

fn name(headings: &Headings, row: &Row) -> (Name, String) {
    let part = |column| headings.cell(row, column).unwrap_or_default();
    let whole = part(Column::FullName);
    let (surname, forenames) =
        (part(Column::Surname), format!("{} {}", part(Column::Forenames), part(Column::MiddleNames)));
    let forenames = forenames.trim();
    if surname.is_empty() && forenames.is_empty() {
        return (names::split(&whole), whole);
    }
    // `Name` beside `Forenames` and no `Surname` is how some lists head the surname.
    let surname = if surname.is_empty() { whole.clone() } else { surname };
    let name = Name::new(forenames, &surname);
    let printed = if whole.is_empty() || whole == surname { name.natural() } else { whole };
    (name, printed)
}

fn times(headings: &Headings, row: &Row, entry: &mut Entry, day: NaiveDate) {
    let mut read = |column| time(headings, row, column, day, &mut entry.notices);
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

/// The time of a column with its heading, and a notice for each doubt about it.
fn time(
    headings: &Headings,
    row: &Row,
    column: Column,
    day: NaiveDate,
    notices: &mut Vec<Notice>,
) -> Option<(String, Instant)> {
    let (column, text) = headings.labelled(row, column)?;
    let Some(read) = read_time(&text, day) else {
        notices.push(Notice::UnreadableTime { column, text });
        return None;
    };
    if read.day_assumed {
        notices.push(Notice::DateAssumed { column: column.clone(), text });
    }
    Some((column, read.at))
}

/// Offences from their cells. A cell may hold several, apart by new lines, semicolons or bars;
/// never by commas, which titles contain. Codes pair with titles when there are as many of each;
/// otherwise a code that begins a title is taken from it, and loose codes stand alone.
fn offences(titles: &[String], codes: &[String]) -> Vec<Offence> {
    let titles = parts(titles, &['\n', ';', '|']);
    let codes = parts(codes, &['\n', ';', '|', ',']);
    if titles.len() == codes.len() {
        let pairs = titles.into_iter().zip(codes);
        return pairs.map(|(title, code)| Offence { code: Some(code), title, wording: None }).collect();
    }
    let alone = codes.into_iter().map(|code| Offence { code: Some(code), ..Offence::default() });
    titles.into_iter().map(|title| coded(&title)).chain(alone).collect()
}

fn parts(cells: &[String], separators: &[char]) -> Vec<String> {
    let parts = cells.iter().flat_map(|cell| cell.split(separators)).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// `TH68001 - Theft from shop` is a CJS code (two letters and five digits, sometimes one letter
/// more) and a title.
fn coded(text: &str) -> Offence {
    let (first, rest) = text.split_once([' ', ':']).unwrap_or((text, ""));
    let bytes = first.as_bytes();
    let is_code = (7..=8).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..7].iter().all(u8::is_ascii_digit)
        && bytes[7..].iter().all(u8::is_ascii_uppercase);
    if !is_code {
        return Offence { title: text.to_owned(), ..Offence::default() };
    }
    let title = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | ':'));
    Offence { code: Some(first.to_owned()), title: title.to_owned(), wording: None }
}

fn some_joined(parts: &[String], separator: &str) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(separator))
}
