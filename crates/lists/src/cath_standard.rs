//! The HMCTS Magistrates Standard List as JSON, from the Court and tribunal hearings service (CaTH).
//!
//! Courts hold rooms, rooms hold sessions, sessions sittings, sittings hearings, hearings cases
//! and applications, and those hold parties. No field of a person is required by the published
//! schema, so an entry is known by where it stands. Instants are UTC with a `Z`. The Public List
//! has the same shape with less in each party. A Single Justice Procedure list has its parties
//! directly in its hearings; nobody attends, so they are set aside wherever they stand.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use throughline_domain::{
    name::Name,
    time::{Instant, london_date},
};

use crate::{
    Entry, Format, ListKind, ListNotice, Notice, Offence, Position, ReadError, Reading, SetAside, SetAsideReason,
    Source, System,
    checks::{Person, describe},
    fields::{field, instant, is_true, items, items_of, joined, none_if_empty, object_of, some_joined, text, without},
    names::is_youth_panel,
    source::Content,
    walk::Walk,
};

/// What the readers of all lists of this shape look for.
pub(crate) const LOOKED_FOR: &str =
    "a Magistrates list or a Single Justice Procedure list as JSON, with 'document' and 'courtLists'";

pub(crate) const FORMAT: Format = Format {
    name: "cath-magistrates-standard-list",
    label: "Magistrates Standard List (CaTH JSON)",
    kind: ListKind::Court,
    system: System::CommonPlatform,
    looked_for: LOOKED_FOR,
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (document, lists) = court_lists(source)?;
    let kind = Kind { format: FORMAT.name, title: "Magistrates' court list" };
    Some(courts(&kind, document, lists, today))
}

/// The document and its court lists, when it is one that courts publish through CaTH.
pub(crate) fn court_lists(source: &Source) -> Option<(&Value, &Value)> {
    let Content::Json(document) = &source.content else {
        return None;
    };
    document.get("document")?;
    let lists = document.get("courtLists").filter(|lists| lists.is_array())?;
    Some((document, lists))
}

/// Every hearing of the court lists, for a look at what it holds.
pub(crate) fn hearings(lists: &Value) -> Vec<&Value> {
    const WAY: [&str; 5] = ["courtHouse", "courtRoom", "session", "sittings", "hearing"];
    let lists: Vec<&Value> = items(lists).iter().collect();
    WAY.iter().fold(lists, |all, name| all.into_iter().flat_map(|value| items_of(value, name)).collect())
}

/// Whether the hearing names parties of its own, as those of the Single Justice Procedure do.
pub(crate) fn has_own_parties(hearing: &Value) -> bool {
    !items_of(hearing, "party").is_empty()
}

/// Whether a case or an application of the hearing names parties.
pub(crate) fn has_matters_with_parties(hearing: &Value) -> bool {
    ["case", "application"]
        .iter()
        .any(|name| items_of(hearing, name).iter().any(|matter| !items_of(matter, "party").is_empty()))
}

/// Which of the lists of this shape it is.
pub(crate) struct Kind {
    /// The [`Format::name`].
    pub(crate) format: &'static str,
    /// What people call it.
    pub(crate) title: &'static str,
}

/// The walk from courts down to parties, gathering the reading on its way.
struct Courts {
    walk: Walk,
    today: NaiveDate,
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

/// Reads the lists that hold cases and applications, and those their parties.
pub(crate) fn courts(kind: &Kind, document: &Value, lists: &Value, today: NaiveDate) -> Result<Reading, ReadError> {
    let published_at = document.pointer("/document/publicationDate").and_then(text).and_then(|at| instant(&at));
    let reading = Reading { published_at, ..Reading::new(FORMAT.kind, kind.format) };
    let courts = Courts { walk: Walk::new(reading), today }.courts(document, lists)?;
    Ok(courts.finish(kind.title))
}

impl Courts {
    fn courts(mut self, document: &Value, lists: &Value) -> Result<Self, ReadError> {
        let venue = document.pointer("/venue/venueName").and_then(text);
        let top = Place { court_house: venue, ..Place::default() };
        for (place, list) in self.below(&top, "courtLists", Some(lists))? {
            for (mut place, court) in self.below(&place, "courtHouse", list.get("courtHouse"))? {
                place.court_house = field(court, "courtHouseName").or(place.court_house);
                place.lja = field(court, "lja");
                self.rooms(&place, court)?;
            }
        }
        Ok(self)
    }

    fn rooms(&mut self, place: &Place, court: &Value) -> Result<(), ReadError> {
        self.walk.site(place.court_house.as_ref());
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
            self.walk.days.extend(place.sitting_at.map(london_date));
            for (mut place, hearing) in self.below(&place, "hearing", sitting.get("hearing"))? {
                place.hearing_type = field(hearing, "hearingType");
                place.panel = field(hearing, "panel");
                place.channel = joined(hearing.get("channel"), ", ");
                self.matters(&place, hearing)?;
            }
        }
        Ok(())
    }

    fn matters(&mut self, place: &Place, hearing: &Value) -> Result<(), ReadError> {
        for (name, reference) in [("case", "caseUrn"), ("application", "applicationReference")] {
            for (place, matter) in self.below(place, name, hearing.get(name))? {
                let matter = Matter::of(name, reference, matter);
                if matter.parties.is_empty() && !has_own_parties(hearing) {
                    let reference = matter.reference.clone().unwrap_or_default();
                    self.walk.reading.notices.push(ListNotice::CaseWithoutParties(reference));
                }
                self.parties(&place, &matter)?;
            }
        }
        self.single_justice(place, hearing)
    }

    /// Sets aside the parties that stand directly in a hearing.
    fn single_justice(&mut self, place: &Place, hearing: &Value) -> Result<(), ReadError> {
        let urns = items_of(hearing, "case").iter().map(|case| field(case, "caseUrn"));
        let urns = some_joined(urns, ", ");
        for (path, party) in self.walk.each(&place.path, 0, "party", hearing.get("party"))? {
            let Some(position) = self.walk.row(&path, party)? else { continue };
            self.set_aside(position, party, urns.clone(), SetAsideReason::SingleJusticeProcedure);
        }
        Ok(())
    }

    /// Of a party that is set aside only the name is kept, so one whose details are not in the shape
    /// of any is rejected, which keeps it whole.
    fn set_aside(&mut self, position: Position, party: &Value, urn: Option<String>, reason: SetAsideReason) {
        let details = ["individualDetails", "organisationDetails"];
        if details.iter().flat_map(|name| items_of(party, name)).all(Value::is_object) {
            self.walk.set_aside(position, party_name(party), urn, reason);
        } else {
            self.walk.reject(position, party);
        }
    }

    fn parties(&mut self, place: &Place, matter: &Matter<'_>) -> Result<(), ReadError> {
        self.walk.spend(place.bytes() + matter.verbatim.to_string().len(), matter.parties.len())?;
        for (index, party) in matter.parties.iter().enumerate() {
            self.party(place, matter, index, party)?;
        }
        Ok(())
    }

    fn party(&mut self, place: &Place, matter: &Matter<'_>, index: usize, party: &Value) -> Result<(), ReadError> {
        let position = self.walk.next(&format!("{}.party[{index}]", place.path))?;
        let Some(fields) = party.as_object() else {
            self.walk.reject(position, party);
            return Ok(());
        };
        if let Some(reason) = not_work(matter, fields) {
            self.set_aside(position, party, matter.reference.clone(), reason);
            return Ok(());
        }
        let entry = self.entry(place, matter, index, party, position);
        self.walk.keep(entry);
        Ok(())
    }

    fn entry(&self, place: &Place, matter: &Matter<'_>, index: usize, party: &Value, position: Position) -> Entry {
        let details = object_of(party, "individualDetails");
        let detail = |name: &str| details.and_then(|details| field(details, name));
        let mut entry = Entry::at(position, verbatim(place, matter, party));
        entry.name = name(details);
        entry.name_as_printed = entry.name.natural();
        entry.address = address(details.and_then(|details| object_of(details, "address")));
        entry.postcode =
            details.and_then(|details| object_of(details, "address")).and_then(|address| field(address, "postCode"));
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
        let instants = [place.sitting_at, self.walk.reading.published_at];
        instants.into_iter().flatten().map(london_date).chain([self.today]).collect()
    }

    /// The objects of a field, each with its place; what is something else there is rejected.
    fn below<'a>(
        &mut self,
        place: &Place,
        name: &str,
        value: Option<&'a Value>,
    ) -> Result<Vec<(Place, &'a Value)>, ReadError> {
        let found = self.walk.below(&place.path, place.bytes(), name, value)?;
        Ok(found.into_iter().map(|(path, item)| (Place { path, ..place.clone() }, item)).collect())
    }

    fn finish(self, title: &str) -> Reading {
        let mut reading = self.walk.finish(title);
        let is_single_justice = |row: &SetAside| row.reason == SetAsideReason::SingleJusticeProcedure;
        if reading.set_aside.iter().any(is_single_justice) {
            reading.notices.push(ListNotice::SingleJusticeProcedure);
        } else if reading.entries.is_empty() {
            reading.notices.push(ListNotice::NobodyOnIt);
        }
        reading
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
        Self {
            field: field_name,
            reference: field(matter, reference),
            restrictions: restrictions(matter),
            verbatim: without(matter, &["party"]),
            parties: items_of(matter, "party"),
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
    let has = |name: &str| party.get(name).is_some_and(|details| items(details).iter().any(Value::is_object));
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
    for offence in items_of(party, "offence") {
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
    let details = items_of(value, "reportingRestrictionDetails");
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

/// Every name that a party goes by: one, unless the document says its details twice.
fn party_name(party: &Value) -> String {
    let organisations = items_of(party, "organisationDetails").iter().map(|details| field(details, "organisationName"));
    let people =
        items_of(party, "individualDetails").iter().map(|details| none_if_empty(&name(Some(details)).natural()));
    let mut names: Vec<Option<String>> = organisations.chain(people).collect();
    names.dedup();
    some_joined(names, " / ").unwrap_or_default()
}

fn name(details: Option<&Value>) -> Name {
    let part = |name: &str| details.and_then(|details| field(details, name)).unwrap_or_default();
    let forenames = format!("{} {}", part("individualForenames"), part("individualMiddleName"));
    Name::new(&forenames, &part("individualSurname"))
}

fn address(address: Option<&Value>) -> Option<String> {
    let address = address?;
    some_joined([joined(address.get("line"), ", "), field(address, "town"), field(address, "county")], ", ")
}
