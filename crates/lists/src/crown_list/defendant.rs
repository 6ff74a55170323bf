//! A defendant of a Crown Court list as an entry.

use serde_json::Value;
use throughline_domain::name::{Name, folded};

use super::masked::is_masked;
use super::place::{Day, Place};
use crate::{
    Entry, Notice, Offence, Position,
    checks::{Person, describe},
    fields::{field, items_of, joined, labelled, object_of, some_joined},
    names::{says_in_custody, split},
    times::read_time,
};

pub(super) fn entry(position: Position, place: &Place, index: usize, defendant: &Value, day: Day) -> Entry {
    let mut entry = Entry::at(position, place.verbatim(defendant));
    entry.site.clone_from(&place.court_house);
    entry.court_house.clone_from(&place.court_house);
    entry.court_room.clone_from(&place.court_room);
    entry.urn.clone_from(&place.case_number);
    entry.hearing_type.clone_from(&place.hearing_type);
    person(&mut entry, object_of(defendant, "PersonalDetails"), day);
    entry.offences = items_of(defendant, "Charges").iter().filter(|charge| charge.is_object()).map(offence).collect();
    custody(&mut entry, defendant);
    sitting(&mut entry, place, day);
    let urn = labelled("URN", field(defendant, "URN"));
    let prisoner = labelled("Prisoner number", field(defendant, "PrisonerID"));
    let prison = labelled("Prison", prison(defendant));
    entry.notes = some_joined([place.remark.clone(), urn, prisoner, prison], "\n");
    (entry.key, entry.second_key) = keys(&entry, place, index);
    entry
}

fn person(entry: &mut Entry, details: Option<&Value>, day: Day) {
    let masked = details.is_some_and(is_masked);
    let detail = |name: &str| details.and_then(|details| field(details, name));
    let name = details.and_then(|details| object_of(details, "Name"));
    if masked {
        entry.name = Name::new("", &detail("MaskedName").unwrap_or_default());
    } else if let Some(name) = name {
        entry.name = own_name(name);
        entry.aliases = requested_name(name).into_iter().filter(|requested| !is_same(requested, &entry.name)).collect();
    }
    entry.name_as_printed = entry.name.natural();
    let address = details.and_then(|details| object_of(details, "Address"));
    entry.address = address.and_then(|address| joined(address.get("Line"), ", "));
    entry.postcode = address.and_then(|address| field(address, "PostCode"));
    let birth = details.and_then(|details| object_of(details, "DateOfBirth"));
    let described = Person {
        date_of_birth: birth.and_then(|birth| field(birth, "BirthDate")),
        age: detail("Age"),
        sex: detail("Sex"),
        ..Person::default()
    };
    describe(entry, described, &[day.known.unwrap_or(day.list), day.today]);
    let verified_by = birth.and_then(|birth| field(birth, "VerifiedBy"));
    if entry.date_of_birth.is_some() && verified_by.is_some_and(|by| folded(&by) == "not verified") {
        entry.notices.push(Notice::DateOfBirthNotVerified);
    }
    if masked {
        entry.notices.push(Notice::NameWithheld);
    }
}

fn own_name(name: &Value) -> Name {
    let forenames = joined(name.get("CitizenNameForename"), " ").unwrap_or_default();
    let surname = some_joined([field(name, "CitizenNameSurname"), field(name, "CitizenNameSuffix")], " ");
    Name::new(&forenames, &surname.unwrap_or_default())
}

/// The name by which somebody asks to be known, printed whole.
fn requested_name(name: &Value) -> Option<Name> {
    field(name, "CitizenNameRequestedName").map(|requested| split(&requested))
}

fn is_same(one: &Name, other: &Name) -> bool {
    folded(&one.natural()) == folded(&other.natural())
}

fn offence(charge: &Value) -> Offence {
    Offence {
        code: field(charge, "CJSoffenceCode"),
        title: field(charge, "OffenceStatement").unwrap_or_default(),
        wording: None,
    }
}

/// Where the list says the person is held.
fn prison(defendant: &Value) -> Option<String> {
    let location = object_of(defendant, "PrisonLocation")?;
    joined(location.get("Location"), ", ")
}

/// A prison means custody, whatever status stands beside it.
fn custody(entry: &mut Entry, defendant: &Value) {
    let status = field(defendant, "CustodyStatus");
    let status_says_held =
        status.as_deref().is_some_and(|status| says_in_custody(status) || folded(status) == "on remand");
    let prison = prison(defendant);
    entry.in_custody = prison.is_some() || status_says_held;
    if entry.in_custody {
        entry.notices.push(Notice::InCustody);
    }
    if let (Some(prison), Some(status), false) = (prison, &status, status_says_held) {
        entry.notices.push(Notice::PrisonAndStatusDisagree { prison, status: status.clone() });
    }
    entry.bail_status = status;
}

fn sitting(entry: &mut Entry, place: &Place, day: Day) {
    const COLUMN: &str = "Sitting at";
    let Some(text) = place.sitting_at.clone() else {
        entry.listed_on = day.known;
        return;
    };
    let Some(read) = read_time(&text, day.known.unwrap_or(day.list)) else {
        entry.listed_on = day.known;
        entry.notices.push(Notice::UnreadableTime { column: COLUMN.to_owned(), text });
        return;
    };
    entry.sitting_at = Some(read.at);
    if read.day_assumed && day.known.is_none() {
        entry.notices.push(Notice::DateAssumed { column: COLUMN.to_owned(), text });
    }
}

/// The key (court, room, day and time, case, place among the defendants) and the looser one of the
/// case and the place alone.
fn keys(entry: &Entry, place: &Place, index: usize) -> (String, Option<String>) {
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let tail = format!("crown|{}|{index}", known(&place.case_number));
    let when = match (entry.sitting_at, entry.listed_on) {
        (Some(at), _) => at.to_rfc3339(),
        (None, day) => some_joined([day.map(|day| day.to_string()), place.sitting_at.clone()], " ").unwrap_or_default(),
    };
    let key = format!("court:{}|{}|{when}|{tail}", known(&place.court_house), known(&place.court_room));
    (key, place.case_number.as_ref().map(|_| format!("matter:{tail}")))
}
