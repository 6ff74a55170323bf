//! What a line and its hearings say, field by field in words, and what of it differs.

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, date_long, date_time_long};

use super::FieldChange;
use crate::{Entry, Hearing, Offence};

/// A field: its name, its name for people, and its value in words.
type Field<T> = (&'static str, &'static str, fn(&T) -> String);

/// What is said of the person.
const OF_PERSON: &[Field<Entry>] = &[
    ("name", "Name", |e| e.name.formal()),
    ("aliases", "Also known as", |e| e.aliases.iter().map(Name::formal).collect::<Vec<_>>().join("; ")),
    ("date_of_birth", "Date of birth", |e| date(e.date_of_birth)),
    ("perceived_birth_year", "Perceived birth year", |e| {
        e.perceived_birth_year.map_or_else(String::new, |year| year.to_string())
    }),
    ("age", "Age", |e| e.age.map_or_else(String::new, |age| age.to_string())),
    ("sex", "Sex", |e| e.sex.map_or_else(String::new, |sex| sex.to_string())),
    ("ethnicity", "Ethnicity", |e| words(e.ethnicity.as_deref())),
    ("address", "Address", |e| words(e.address.as_deref())),
    ("postcode", "Postcode", |e| words(e.postcode.as_deref())),
    ("pnc", "PNC", |e| words(e.pnc.as_deref())),
    ("cro", "CRO", |e| words(e.cro.as_deref())),
    ("nhs_number", "NHS number", |e| e.nhs_number.as_ref().map_or_else(String::new, |n| n.digits().to_owned())),
    ("custody_number", "Custody record number", |e| words(e.custody_number.as_deref())),
    ("asn", "ASN", |e| words(e.asn.as_deref())),
    ("interview_at", "Interview", |e| time(e.interview_at)),
    ("officer", "Officer in the case", |e| words(e.officer.as_deref())),
    ("arrested_at", "Arrested", |e| time(e.arrested_at)),
    ("arrived_at", "Arrived", |e| time(e.arrived_at)),
    ("detention_authorised_at", "Detention authorised", |e| time(e.detention_authorised_at)),
    ("youth", "Under 18", |e| yes_no(e.youth)),
    ("appropriate_adult", "Appropriate adult", |e| words(e.appropriate_adult.as_deref())),
    ("interpreter", "Interpreter", |e| words(e.interpreter.as_deref())),
    ("observation", "Observation level", |e| words(e.observation.as_deref())),
    ("notes", "Notes", |e| words(e.notes.as_deref())),
];

/// What a line of a custody list says besides: a court's line says it of each hearing.
const OF_PLACE: &[Field<Entry>] = &[
    ("site", "Site", |e| words(e.site.as_deref())),
    ("court_code", "Court code", |e| words(e.court_code.as_deref())),
    ("court_room", "Court room", |e| words(e.court_room.as_deref())),
    ("sitting_at", "Sitting", |e| time(e.sitting_at)),
    ("listed_on", "Listed for", |e| date(e.listed_on)),
    ("urn", "Case reference", |e| words(e.urn.as_deref())),
    ("hearing_type", "Hearing type", |e| words(e.hearing_type.as_deref())),
    ("offences", "Offences", |e| offences(&e.offences)),
    ("in_custody", "In custody", |e| yes_no(e.in_custody)),
    ("bail_status", "Bail status", |e| words(e.bail_status.as_deref())),
    ("reporting_restriction", "Reporting restriction", |e| words(e.reporting_restriction.as_deref())),
    ("results_shared", "Results shared", |e| {
        if e.hearings.iter().any(|hearing| hearing.results_shared) { "Yes".to_owned() } else { String::new() }
    }),
];

/// What is said of a hearing besides where and when it is.
const OF_HEARING: &[Field<Hearing>] = &[
    ("urn", "Case reference", |h| words(h.urn.as_deref())),
    ("hearing_type", "Hearing type", |h| words(h.hearing_type.as_deref())),
    ("offences", "Offences", |h| offences(&h.offences)),
    ("in_custody", "In custody", |h| yes_no(h.in_custody)),
    ("bail_status", "Bail status", |h| words(h.bail_status.as_deref())),
    ("reporting_restriction", "Reporting restriction", |h| words(h.reporting_restriction.as_deref())),
    ("results_shared", "Results shared", |h| yes_no(h.results_shared)),
];

/// Everything an entry says, field by field in words: label and value, without what is not given. Of a line
/// with several hearings, what is of one of them is left out: see [`hearing_facts`].
pub fn facts(entry: &Entry) -> Vec<(&'static str, String)> {
    let of_place: &[Field<Entry>] = if entry.hearings.len() > 1 { &[] } else { OF_PLACE };
    let all = OF_PERSON.iter().chain(of_place).map(|(_, label, value)| (*label, value(entry)));
    all.filter(|(_, value)| !value.is_empty()).collect()
}

/// What a hearing says besides where and when it is, as [`facts`].
pub fn hearing_facts(hearing: &Hearing) -> Vec<(&'static str, String)> {
    let all = OF_HEARING.iter().map(|(_, label, value)| (*label, value(hearing)));
    all.filter(|(_, value)| !value.is_empty()).collect()
}

/// What differs between two states of a line, but for its hearings.
pub(super) fn of_lines(before: &Entry, now: &Entry) -> Vec<FieldChange> {
    let of_place: &[Field<Entry>] = if now.hearings.is_empty() { OF_PLACE } else { &[] };
    let all = OF_PERSON.iter().chain(of_place);
    all.filter_map(|(field, label, value)| change(field, label, value(before), value(now))).collect()
}

/// What differs between two states of a hearing, but for where and when it is.
pub(super) fn of_hearings(before: &Hearing, now: &Hearing, are_several: bool) -> Vec<FieldChange> {
    let case = now.urn.as_ref().filter(|_| are_several).map(|urn| format!(" (case {urn})")).unwrap_or_default();
    let told =
        |(field, label, value): &Field<Hearing>| change(field, &format!("{label}{case}"), value(before), value(now));
    OF_HEARING.iter().filter_map(told).collect()
}

/// The parts of the verbatim rows that differ, for columns that no field of the entry holds.
pub(super) fn of_rows(before: &Value, now: &Value) -> Vec<FieldChange> {
    let (Some(was), Some(is)) = (before.as_object(), now.as_object()) else {
        return Vec::new();
    };
    let names = was.keys().chain(is.keys().filter(|name| !was.contains_key(*name)));
    names.filter_map(|name| change(name, name, plain(was.get(name)), plain(is.get(name)))).collect()
}

fn change(field: &str, label: &str, before: String, after: String) -> Option<FieldChange> {
    (before != after).then(|| FieldChange { field: field.to_owned(), label: label.to_owned(), before, after })
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    }
}

fn words(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(String::new, date_long)
}

fn time(at: Option<Instant>) -> String {
    at.map_or_else(String::new, date_time_long)
}

fn yes_no(yes: bool) -> String {
    if yes { "Yes" } else { "No" }.to_owned()
}

fn offences(offences: &[Offence]) -> String {
    let lines = offences.iter().map(|offence| {
        let parts = [offence.code.as_deref(), Some(offence.title.as_str()), offence.wording.as_deref()];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("; ")
}
