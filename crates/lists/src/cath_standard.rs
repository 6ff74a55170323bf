//! The HMCTS Magistrates Standard List as JSON, from the Court and tribunal hearings service (CaTH).
//!
//! Courts hold rooms, rooms hold sessions, sessions sittings, sittings hearings, hearings cases
//! and applications, and those hold parties. No field of a person is required by the published
//! schema, so an entry is known by where it stands. Instants are UTC with a `Z`. The Public List
//! has the same shape with less in each party, and reads the same. A Single Justice Procedure
//! list, which nobody attends, holds its parties directly in hearings and is not read.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value, json};
use throughline_domain::{
    name::Name,
    time::{Instant, london_date, stored},
};

use crate::{
    Entry, Format, ListKind, ListNotice, MAX_BYTES, MAX_ROWS, Notice, Offence, Position, ReadError, Reading,
    RejectReason, RejectedRow, SetAside, SetAsideReason, Source,
    checks::{Person, describe},
    names::is_youth_panel,
    source::Content,
};

pub(crate) const FORMAT: Format = Format {
    name: "cath-magistrates-standard-list",
    label: "Magistrates Standard List (CaTH JSON)",
    kind: ListKind::Court,
    looked_for: "a Magistrates Standard List as JSON, with 'document' and 'courtLists' that name cases and their parties",
    read,
};

/// The most that the words around the parties may add up to once they stand with each party.
pub(crate) const MOST_CONTEXT: usize = 4 * MAX_BYTES;

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let Content::Json(document) = &source.content else {
        return None;
    };
    let lists = document.get("courtLists").filter(|lists| lists.is_array())?;
    document.get("document")?;
    if is_single_justice(lists) {
        return None;
    }
    Some(Walk::new(document, today).courts(lists))
}

/// Whether the first hearing holds its parties directly, as a Single Justice Procedure list does.
fn is_single_justice(lists: &Value) -> bool {
    lists.pointer("/0/courtHouse/courtRoom/0/session/0/sittings/0/hearing/0/party").is_some()
}

/// The walk from courts down to parties, gathering the reading on its way.
struct Walk {
    reading: Reading,
    /// London days on which the court sits.
    days: BTreeSet<NaiveDate>,
    sites: HashSet<String>,
    today: NaiveDate,
    /// How many bytes the words around the parties add up to so far.
    context_bytes: usize,
}

/// Where the walk stands: the words that each party below inherits.
#[derive(Clone, Default)]
struct Place {
    path: String,
    court_house: Option<String>,
    lja: Option<String>,
    court_room: Option<String>,
    sitting_start: Option<String>,
    sitting_at: Option<Instant>,
    hearing_type: Option<String>,
    panel: Option<String>,
    channel: Option<String>,
}

/// A case or an application: what its parties share.
struct Matter<'a> {
    /// The field of the document it stands in: `case` or `application`.
    field: &'static str,
    reference: Option<String>,
    /// The case without its parties, as it came.
    verbatim: Value,
    restrictions: Vec<String>,
    parties: &'a [Value],
}

impl Walk {
    fn new(document: &Value, today: NaiveDate) -> Self {
        let published_at = document.pointer("/document/publicationDate").and_then(text).and_then(|at| instant(&at));
        Self {
            reading: Reading { published_at, ..Reading::new(FORMAT.kind, FORMAT.name) },
            days: BTreeSet::new(),
            sites: HashSet::new(),
            today,
            context_bytes: 0,
        }
    }

    fn courts(mut self, lists: &Value) -> Result<Reading, ReadError> {
        let top = Place::default();
        for (place, list) in self.below(&top, "courtLists", Some(lists))? {
            for (mut place, court) in self.below(&place, "courtHouse", list.get("courtHouse"))? {
                place.court_house = field(court, "courtHouseName");
                place.lja = field(court, "lja");
                self.rooms(&place, court)?;
            }
        }
        Ok(self.finish())
    }

    fn rooms(&mut self, place: &Place, court: &Value) -> Result<(), ReadError> {
        if let Some(site) = &place.court_house
            && self.sites.insert(site.clone())
        {
            self.reading.sites.push(site.clone());
        }
        for (mut place, room) in self.below(place, "courtRoom", court.get("courtRoom"))? {
            place.court_room = field(room, "courtRoomName");
            for (place, session) in self.below(&place, "session", room.get("session"))? {
                self.sittings(&place, session)?;
            }
        }
        Ok(())
    }

    fn sittings(&mut self, place: &Place, session: &Value) -> Result<(), ReadError> {
        for (mut place, sitting) in self.below(place, "sittings", session.get("sittings"))? {
            place.sitting_start = field(sitting, "sittingStart");
            place.sitting_at = place.sitting_start.as_deref().and_then(instant);
            self.days.extend(place.sitting_at.map(london_date));
            for (mut place, hearing) in self.below(&place, "hearing", sitting.get("hearing"))? {
                place.hearing_type = field(hearing, "hearingType");
                place.panel = field(hearing, "panel");
                place.channel = joined(hearing.get("channel"));
                self.matters(&place, hearing)?;
            }
        }
        Ok(())
    }

    fn matters(&mut self, place: &Place, hearing: &Value) -> Result<(), ReadError> {
        for (name, reference) in [("case", "caseUrn"), ("application", "applicationReference")] {
            for (place, matter) in self.below(place, name, hearing.get(name))? {
                self.parties(&place, &Matter::of(name, reference, matter))?;
            }
        }
        Ok(())
    }

    fn parties(&mut self, place: &Place, matter: &Matter<'_>) -> Result<(), ReadError> {
        if matter.parties.is_empty() {
            let reference = matter.reference.clone().unwrap_or_default();
            self.reading.notices.push(ListNotice::CaseWithoutParties(reference));
        }
        self.spend(place.bytes() + matter.verbatim.to_string().len(), matter.parties.len())?;
        for (index, party) in matter.parties.iter().enumerate() {
            self.party(place, matter, index, party)?;
        }
        Ok(())
    }

    fn party(&mut self, place: &Place, matter: &Matter<'_>, index: usize, party: &Value) -> Result<(), ReadError> {
        let position = self.next(&format!("{}.party[{index}]", place.path))?;
        let Some(fields) = party.as_object() else {
            self.reject(position, party);
            return Ok(());
        };
        if let Some(reason) = not_work(matter, fields) {
            let organisation = party.pointer("/organisationDetails/organisationName").and_then(text);
            let name = organisation.unwrap_or_else(|| name(party.get("individualDetails")).natural());
            self.reading.set_aside.push(SetAside { row: position, name, urn: matter.reference.clone(), reason });
            return Ok(());
        }
        let entry = self.entry(place, matter, index, party, position);
        self.reading.entries.push(entry);
        Ok(())
    }

    fn entry(&self, place: &Place, matter: &Matter<'_>, index: usize, party: &Value, position: Position) -> Entry {
        let details = party.get("individualDetails");
        let detail = |name: &str| details.and_then(|details| field(details, name));
        let mut entry = Entry::at(position, verbatim(place, matter, party));
        entry.name = name(details);
        entry.name_as_printed = entry.name.natural();
        entry.address = address(details.and_then(|details| details.get("address")));
        entry.postcode = details.and_then(|details| details.pointer("/address/postCode")).and_then(text);
        entry.asn = detail("asn");
        entry.site.clone_from(&place.court_house);
        entry.court_house.clone_from(&place.court_house);
        entry.court_room.clone_from(&place.court_room);
        entry.sitting_at = place.sitting_at;
        entry.urn.clone_from(&matter.reference);
        entry.hearing_type.clone_from(&place.hearing_type);
        entry.notes = matter.particulars();
        (entry.key, entry.second_key) = keys(place, matter, index);
        let person = Person {
            date_of_birth: detail("dateOfBirth"),
            age: detail("age"),
            sex: detail("gender"),
            pnc: detail("pncId"),
            nhs_number: None,
            youth_panel: place.panel.as_deref().is_some_and(is_youth_panel),
        };
        describe(&mut entry, person, &self.days_for_age(place));
        offences(&mut entry, matter, party);
        entry.in_custody = details.and_then(|details| details.get("inCustody")).is_some_and(is_true);
        if entry.in_custody {
            entry.notices.push(Notice::InCustody);
        }
        if let (Some(text), None) = (&place.sitting_start, place.sitting_at) {
            entry.notices.push(Notice::UnreadableTime { column: "Sitting at".to_owned(), text: text.clone() });
        }
        entry
    }

    /// The day of the sitting first; a court may print the age of the day of publication or of reading.
    fn days_for_age(&self, place: &Place) -> Vec<NaiveDate> {
        let instants = [place.sitting_at, self.reading.published_at];
        instants.into_iter().flatten().map(london_date).chain([self.today]).collect()
    }

    /// The values of a field, each with its place; what is not an object there is rejected.
    fn below<'a>(
        &mut self,
        place: &Place,
        name: &str,
        value: Option<&'a Value>,
    ) -> Result<Vec<(Place, &'a Value)>, ReadError> {
        let whole = value.map(items).unwrap_or_default();
        let is_list = value.is_some_and(Value::is_array);
        self.spend(place.bytes(), whole.len())?;
        let mut found = Vec::with_capacity(whole.len());
        for (index, item) in whole.iter().enumerate() {
            let dot = if place.path.is_empty() { "" } else { "." };
            let step = if is_list { format!("{name}[{index}]") } else { name.to_owned() };
            let path = format!("{}{dot}{step}", place.path);
            if item.is_object() {
                found.push((Place { path, ..place.clone() }, item));
            } else {
                let position = self.next(&path)?;
                self.reject(position, item);
            }
        }
        Ok(found)
    }

    /// Counts words that are about to stand with each of `times` things.
    fn spend(&mut self, bytes: usize, times: usize) -> Result<(), ReadError> {
        self.context_bytes = self.context_bytes.saturating_add(bytes.saturating_mul(times));
        if self.context_bytes > MOST_CONTEXT { Err(ReadError::TooLarge) } else { Ok(()) }
    }

    fn next(&mut self, path: &str) -> Result<Position, ReadError> {
        if self.reading.rows_in == MAX_ROWS {
            return Err(ReadError::TooManyRows);
        }
        self.reading.rows_in += 1;
        Ok(Position::Path { path: path.to_owned(), ordinal: self.reading.rows_in })
    }

    fn reject(&mut self, row: Position, verbatim: &Value) {
        let reason = RejectReason::WrongShape;
        self.reading.rejected.push(RejectedRow { row, verbatim: verbatim.clone(), reason });
    }

    fn finish(mut self) -> Reading {
        let sites = self.reading.sites.join(" and ");
        let at = if sites.is_empty() { String::new() } else { format!(" for {sites}") };
        self.reading.title = format!("Magistrates' court list{at}");
        self.reading.list_date = self.days.first().copied();
        if self.days.len() > 1 {
            self.reading.notices.push(ListNotice::SeveralDays(self.days.len()));
        }
        if self.reading.entries.is_empty() {
            self.reading.notices.push(ListNotice::NobodyOnIt);
        }
        self.reading
    }
}

impl Place {
    fn bytes(&self) -> usize {
        let texts = [
            &self.court_house,
            &self.lja,
            &self.court_room,
            &self.sitting_start,
            &self.hearing_type,
            &self.panel,
            &self.channel,
        ];
        self.path.len() + texts.iter().filter_map(|text| text.as_deref()).map(str::len).sum::<usize>()
    }
}

impl<'a> Matter<'a> {
    fn of(field_name: &'static str, reference: &str, matter: &'a Value) -> Self {
        let mut own: Map<String, Value> = Map::new();
        own.extend(
            matter
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| *name != "party")
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        Self {
            field: field_name,
            reference: field(matter, reference),
            restrictions: restrictions(matter),
            verbatim: Value::Object(own),
            parties: matter.get("party").map(items).unwrap_or_default(),
        }
    }

    /// What an application is about: its type and particulars.
    fn particulars(&self) -> Option<String> {
        let parts = ["applicationType", "applicationParticulars"].iter().filter_map(|name| field(&self.verbatim, name));
        none_if_empty(&parts.collect::<Vec<_>>().join(": "))
    }
}

/// Why a party is not a line of work, if it is not. Work is a person who is the defendant of a
/// case, or whom a case or application marks as its subject.
fn not_work(matter: &Matter<'_>, party: &Map<String, Value>) -> Option<SetAsideReason> {
    let role = party.get("partyRole").and_then(text).unwrap_or_default().to_uppercase();
    if role == "PROSECUTING_AUTHORITY" {
        return Some(SetAsideReason::ProsecutingAuthority);
    }
    let subject = party.get("subject").is_some_and(is_true);
    let unmarked_defendant = matter.field == "case" && (role.is_empty() || role == "DEFENDANT");
    if !subject && !unmarked_defendant && role != "DEFENDANT" {
        let role = if role.is_empty() { "no role given".to_owned() } else { role.replace('_', " ").to_lowercase() };
        return Some(SetAsideReason::OtherParty(role));
    }
    let has = |name: &str| party.get(name).is_some_and(Value::is_object);
    (has("organisationDetails") && !has("individualDetails")).then_some(SetAsideReason::Organisation)
}

/// The key (court, room, sitting, reference, place among the parties) and the looser one without
/// court, room and sitting.
fn keys(place: &Place, matter: &Matter<'_>, index: usize) -> (String, Option<String>) {
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let sitting = place.sitting_at.map_or_else(|| known(&place.sitting_start), |at| at.to_rfc3339());
    let reference = known(&matter.reference);
    let tail = format!("{}|{reference}|{index}", matter.field);
    let key = format!("court:{}|{}|{sitting}|{tail}", known(&place.court_house), known(&place.court_room));
    (key, (!reference.is_empty()).then(|| format!("matter:{tail}")))
}

fn offences(entry: &mut Entry, matter: &Matter<'_>, party: &Value) {
    let mut texts = matter.restrictions.clone();
    for offence in party.get("offence").map(items).unwrap_or_default() {
        texts.extend(restrictions(offence));
        entry.offences.push(Offence {
            code: field(offence, "offenceCode"),
            title: field(offence, "offenceTitle").unwrap_or_default(),
            wording: field(offence, "offenceWording"),
        });
    }
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    entry.reporting_restriction = none_if_empty(&texts.join("\n"));
    if entry.reporting_restriction.is_some() {
        entry.notices.push(Notice::ReportingRestriction);
    }
}

/// The restriction texts of a case or an offence; a restriction without a text still gives one.
fn restrictions(value: &Value) -> Vec<String> {
    let details = value.get("reportingRestrictionDetails").map(items).unwrap_or_default();
    let texts: Vec<String> = details.iter().filter_map(text).collect();
    let applies = value.get("reportingRestriction").is_some_and(is_true);
    if texts.is_empty() && applies {
        vec!["A reporting restriction applies (the list gives no details)".to_owned()]
    } else {
        texts
    }
}

fn verbatim(place: &Place, matter: &Matter<'_>, party: &Value) -> Value {
    json!({
        "courtHouseName": place.court_house,
        "lja": place.lja,
        "courtRoomName": place.court_room,
        "sittingStart": place.sitting_start,
        "hearingType": place.hearing_type,
        "panel": place.panel,
        "channel": place.channel,
        (matter.field): matter.verbatim,
        "party": party,
    })
}

fn name(details: Option<&Value>) -> Name {
    let part = |name: &str| details.and_then(|details| field(details, name)).unwrap_or_default();
    let forenames = format!("{} {}", part("individualForenames"), part("individualMiddleName"));
    Name::new(&forenames, &part("individualSurname"))
}

fn address(address: Option<&Value>) -> Option<String> {
    let address = address?;
    let parts = [joined(address.get("line")), field(address, "town"), field(address, "county")];
    none_if_empty(&parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn joined(value: Option<&Value>) -> Option<String> {
    let parts: Vec<String> = value.map(items).unwrap_or_default().iter().filter_map(text).collect();
    none_if_empty(&parts.join(", "))
}

/// An array's items, or the one value where an array is usual; absent, null and empty text are none.
fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        Value::String(text) if text.trim().is_empty() => &[],
        one => std::slice::from_ref(one),
    }
}

fn field(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(text)
}

/// A text or a number as trimmed text; absent, null and empty are alike.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => none_if_empty(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn none_if_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| {
        text(value).is_some_and(|text| matches!(text.to_lowercase().as_str(), "true" | "yes" | "y" | "1"))
    })
}

fn instant(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(stored(at))
}
