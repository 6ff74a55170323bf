//! People in FHIR R4: a `Patient` a line (NDJSON), as a hospital's system exports them in UK Core.
//!
//! | Of a person | From |
//! |---|---|
//! | number | the identifier of type `MR`, else the first that is not an NHS or police number, else `id` |
//! | NHS number, PNC id, CRO number | identifiers whose system ends so, unless their use is `old` |
//! | name | the one in use: `official`, `usual`, any other; the rest are other names |
//! | date of birth | `birthDate` of any precision; of a year or a month the year is used |
//! | address, postcodes | the one in use, `home` first; postcodes of the rest are earlier ones |
//! | phone, GP, ethnicity, death | `telecom`, `generalPractitioner`, UK Core's ethnic category, `deceased[x]` |
//!
//! A record replaced by another is set aside: the other one is in the index too. A record that is not
//! active is taken: the person is still the person. Of a record that is restricted (PDS marks those whom
//! somebody must not find) no address, telephone or GP is taken.

use crate::patient_row::{Line, Rejected};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_store::elsewhere::Record;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Patient {
    resource_type: String,
    id: Option<String>,
    meta: Meta,
    active: Option<bool>,
    identifier: Vec<Identifier>,
    name: Vec<HumanName>,
    telecom: Vec<ContactPoint>,
    gender: Option<String>,
    birth_date: Option<String>,
    deceased_boolean: Option<bool>,
    deceased_date_time: Option<String>,
    address: Vec<Address>,
    general_practitioner: Vec<Reference>,
    link: Vec<Link>,
    extension: Vec<Extension>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    security: Vec<Coding>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Coding {
    code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CodeableConcept {
    coding: Vec<Coding>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Period {
    end: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Identifier {
    #[serde(rename = "use")]
    used: Option<String>,
    r#type: CodeableConcept,
    system: Option<String>,
    value: Option<String>,
    period: Period,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HumanName {
    #[serde(rename = "use")]
    used: Option<String>,
    text: Option<String>,
    family: Option<String>,
    given: Vec<Option<String>>,
    period: Period,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ContactPoint {
    system: Option<String>,
    value: Option<String>,
    #[serde(rename = "use")]
    used: Option<String>,
    period: Period,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Address {
    #[serde(rename = "use")]
    used: Option<String>,
    text: Option<String>,
    line: Vec<Option<String>>,
    city: Option<String>,
    postal_code: Option<String>,
    period: Period,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    display: Option<String>,
    identifier: Option<Identifier>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Link {
    r#type: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Extension {
    url: String,
    value_codeable_concept: CodeableConcept,
}

/// The date of birth, or the first and last year that fit.
type Born = (Option<NaiveDate>, Option<(i32, i32)>);

/// What every resource says of itself.
#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "resourceType")]
    kind: Option<String>,
}

/// Reads a line.
///
/// # Errors
/// When it is no patient who could be known again, with the reason. What somebody is called is never
/// repeated in it.
pub fn read(line: &str, today: NaiveDate) -> Result<Line, Rejected> {
    let broken = |error: &serde_json::Error| Rejected::unread(format!("broken JSON at its column {}", error.column()));
    let resource: Resource = serde_json::from_str(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Rejected::unread("it is no FHIR resource"),
        _ => broken(&error),
    })?;
    match resource.kind.as_deref() {
        Some("Patient") => {}
        Some(other) => return Err(Rejected::unread(format!("it is a {}, not a Patient", plain(other)))),
        None => return Err(Rejected::unread("it is no FHIR resource: it does not say its resourceType")),
    }
    let patient: Patient = serde_json::from_str(line).map_err(|error| {
        Rejected::unread(format!("it is not as FHIR R4 writes a Patient, at its column {}", error.column()))
    })?;
    patient.line(today)
}

/// A word for a message, should it be none.
fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

impl Patient {
    fn line(&self, today: NaiveDate) -> Result<Line, Rejected> {
        let number = self.number().ok_or_else(|| {
            Rejected::unread("it has no number: neither an identifier nor an id, by which it would be known again")
        })?;
        if self.link.iter().any(|link| link.r#type.as_deref() == Some("replaced-by")) {
            return Ok(Line::SetAside(number, "merged into another record of the index"));
        }
        let rejected = |reason: String| Rejected { number: Some(number.clone()), reason };
        let (date_of_birth, born_between) = self.born(today).map_err(rejected)?;
        let deceased_on = self.deceased_on().map_err(rejected)?;
        let (name, aliases) = self.names(today);
        let nhs_number = self.of_system(&["nhs-number"]);
        if name.is_unknown() && nhs_number.is_none() {
            return Err(rejected("it has neither a name nor an NHS number".to_owned()));
        }
        let is_restricted = self.meta.security.iter().any(|coding| matches!(coding.code.as_deref(), Some("R" | "V")));
        let (address, postcodes) = if is_restricted { (String::new(), Vec::new()) } else { self.addresses(today) };
        Ok(Line::Record(Box::new(Record {
            number,
            name,
            aliases,
            date_of_birth,
            born_between,
            gender: self.gender(),
            ethnicity: self.ethnicity(),
            address,
            postcodes,
            nhs_number,
            pnc: self.of_system(&["pnc", "pnc-id", "pnc-number"]),
            cro: self.of_system(&["cro", "cro-number"]),
            phone: if is_restricted { String::new() } else { self.phone(today) },
            gp: if is_restricted { String::new() } else { self.practice() },
            is_deceased: self.deceased_boolean == Some(true) || self.deceased_date_time.is_some(),
            deceased_on,
            in_use: self.active != Some(false),
        })))
    }

    fn number(&self) -> Option<String> {
        let is_record = |one: &&Identifier| one.r#type.coding.iter().any(|coding| coding.code.as_deref() == Some("MR"));
        let is_local = |one: &&Identifier| {
            !one.is_of(&["nhs-number", "pnc", "pnc-id", "pnc-number", "cro", "cro-number"])
                && !is_old(one.used.as_deref())
        };
        let value = |one: &Identifier| text(one.value.as_deref());
        let typed = self.identifier.iter().filter(is_record).filter(|one| !is_old(one.used.as_deref())).find_map(value);
        typed
            .or_else(|| self.identifier.iter().filter(is_local).find_map(value))
            .or_else(|| text(self.id.as_deref()))
            .or_else(|| self.of_system(&["nhs-number"]))
    }

    /// The identifier of a system whose address ends so.
    fn of_system(&self, ends: &[&str]) -> Option<String> {
        let mut of = self.identifier.iter().filter(|one| one.is_of(ends) && !is_old(one.used.as_deref()));
        of.find_map(|one| text(one.value.as_deref()))
    }

    /// The name in use, and all others once.
    fn names(&self, today: NaiveDate) -> (Name, Vec<Name>) {
        let mut names: Vec<&HumanName> =
            self.name.iter().filter(|name| name.used.as_deref() != Some("anonymous")).collect();
        names.sort_by_key(|name| name.rank(today));
        let mut all: Vec<Name> = Vec::new();
        for name in names {
            let mut read = name.read();
            // A nickname is given alone.
            if read.surname.is_empty()
                && let Some(first) = all.first()
            {
                read.surname.clone_from(&first.surname);
            }
            if !read.is_unknown() && !all.contains(&read) {
                all.push(read);
            }
        }
        let mut all = all.into_iter();
        (all.next().unwrap_or_default(), all.collect())
    }

    fn gender(&self) -> Gender {
        match self.gender.as_deref() {
            Some("male") => Gender::Male,
            Some("female") => Gender::Female,
            Some("other") => Gender::Indeterminate,
            _ => Gender::NotKnown,
        }
    }

    fn ethnicity(&self) -> Ethnicity {
        let told = self.extension.iter().filter(|one| one.url.ends_with("Extension-UKCore-EthnicCategory"));
        let mut codes = told.flat_map(|one| &one.value_codeable_concept.coding).filter_map(|one| one.code.as_deref());
        codes.find_map(|code| Ethnicity::from_code(&code.trim().to_uppercase())).unwrap_or(Ethnicity::NotKnown)
    }

    fn born(&self, today: NaiveDate) -> Result<Born, String> {
        let Some(told) = text(self.birth_date.as_deref()) else { return Ok((None, None)) };
        let date = fhir_date(&told).ok_or("the date of birth is no date")?;
        if date.first() > today {
            return Err("the date of birth is in the future".to_owned());
        }
        if date.first().year() < 1850 {
            return Err("the date of birth is before 1850".to_owned());
        }
        Ok(match date {
            Told::Day(day) => (Some(day), None),
            Told::Within(first) => (None, Some((first.year(), first.year()))),
        })
    }

    fn deceased_on(&self) -> Result<Option<NaiveDate>, String> {
        let Some(told) = text(self.deceased_date_time.as_deref()) else { return Ok(None) };
        let day = told.split('T').next().unwrap_or_default();
        match fhir_date(day).ok_or("the date of death is no date")? {
            Told::Day(day) => Ok(Some(day)),
            Told::Within(_) => Ok(None),
        }
    }

    /// The present address, and postcodes: the present one first.
    fn addresses(&self, today: NaiveDate) -> (String, Vec<String>) {
        let mut all: Vec<&Address> = self.address.iter().collect();
        all.sort_by_key(|address| address.rank(today));
        let (now, before): (Vec<&Address>, Vec<&Address>) = all.into_iter().partition(|address| !address.is_old(today));
        let present = now.first();
        let mut postcodes = vec![present.and_then(|one| text(one.postal_code.as_deref())).unwrap_or_default()];
        for one in now.iter().skip(1).chain(&before) {
            if let Some(code) = text(one.postal_code.as_deref())
                && !postcodes.contains(&code)
            {
                postcodes.push(code);
            }
        }
        if postcodes == [""] {
            postcodes.clear();
        }
        (present.map(|one| one.in_one_line()).unwrap_or_default(), postcodes)
    }

    fn phone(&self, today: NaiveDate) -> String {
        let is_phone = |one: &&ContactPoint| matches!(one.system.as_deref(), Some("phone" | "sms"));
        let mut phones: Vec<&ContactPoint> = self.telecom.iter().filter(is_phone).collect();
        phones.retain(|one| !is_old(one.used.as_deref()) && !one.period.is_over(today));
        phones.sort_by_key(|one| one.used.as_deref() != Some("mobile"));
        phones.iter().find_map(|one| text(one.value.as_deref())).unwrap_or_default()
    }

    fn practice(&self) -> String {
        let told = |one: &Reference| {
            let code = || one.identifier.as_ref().and_then(|identifier| text(identifier.value.as_deref()));
            text(one.display.as_deref()).or_else(code)
        };
        self.general_practitioner.iter().find_map(told).unwrap_or_default()
    }
}

fn text(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn is_old(used: Option<&str>) -> bool {
    used == Some("old")
}

impl Period {
    /// Whether it ended before a day. An end that is no date says nothing.
    fn is_over(&self, today: NaiveDate) -> bool {
        let end = self.end.as_deref().and_then(|end| fhir_date(end.split('T').next().unwrap_or_default()));
        matches!(end, Some(Told::Day(day)) if day < today)
    }
}

impl Identifier {
    fn is_of(&self, ends: &[&str]) -> bool {
        let system = self.system.as_deref().unwrap_or_default().to_lowercase();
        let last = system.trim_end_matches('/').rsplit(['/', ':', '#']).next().unwrap_or_default();
        ends.contains(&last)
    }
}

impl HumanName {
    /// The lower, the sooner it is the one in use.
    fn rank(&self, today: NaiveDate) -> u8 {
        let of_use = match self.used.as_deref() {
            Some("official") => 0,
            Some("usual") => 1,
            None | Some("temp") => 2,
            Some("nickname") => 3,
            _ => 8,
        };
        of_use + if self.period.is_over(today) { 4 } else { 0 }
    }

    fn read(&self) -> Name {
        let given: Vec<&str> =
            self.given.iter().flatten().map(|given| given.trim()).filter(|given| !given.is_empty()).collect();
        let name = Name::new(&given.join(" "), self.family.as_deref().unwrap_or_default());
        if !name.is_unknown() {
            return name;
        }
        let whole = self.text.as_deref().unwrap_or_default().trim();
        let (forenames, surname) = whole.rsplit_once(' ').unwrap_or(("", whole));
        Name::new(forenames, surname)
    }
}

impl Address {
    fn is_old(&self, today: NaiveDate) -> bool {
        is_old(self.used.as_deref()) || self.period.is_over(today)
    }

    fn rank(&self, today: NaiveDate) -> u8 {
        let of_use = match self.used.as_deref() {
            Some("home") => 0,
            None => 1,
            _ => 2,
        };
        of_use + if self.is_old(today) { 4 } else { 0 }
    }

    fn in_one_line(&self) -> String {
        let parts: Vec<&str> = self
            .line
            .iter()
            .flatten()
            .map(String::as_str)
            .chain(self.city.as_deref())
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        if parts.is_empty() { text(self.text.as_deref()).unwrap_or_default() } else { parts.join(", ") }
    }
}

/// What a FHIR date tells.
#[derive(Debug, Clone, Copy)]
enum Told {
    Day(NaiveDate),
    /// A month or a year, by its first day.
    Within(NaiveDate),
}

impl Told {
    fn first(self) -> NaiveDate {
        match self {
            Self::Day(day) | Self::Within(day) => day,
        }
    }
}

/// `1990`, `1990-04` or `1990-04-07`; nothing else is a date in FHIR.
fn fhir_date(text: &str) -> Option<Told> {
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let parts: Vec<&str> = text.trim().split('-').collect();
    let year = i32::try_from(number(parts.first()?, 4)?).ok()?;
    match parts.as_slice() {
        [_] => NaiveDate::from_ymd_opt(year, 1, 1).map(Told::Within),
        [_, month] => NaiveDate::from_ymd_opt(year, number(month, 2)?, 1).map(Told::Within),
        [_, month, day] => NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?).map(Told::Day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
    }

    fn record(json: &serde_json::Value) -> Record {
        match read(&json.to_string(), today()).unwrap() {
            Line::Record(record) => *record,
            other @ Line::SetAside(..) => panic!("{other:?}"),
        }
    }

    fn reason(line: &str) -> (Option<String>, String) {
        let rejected = read(line, today()).unwrap_err();
        (rejected.number, rejected.reason)
    }

    fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn a_uk_core_patient_is_read_whole() {
        let ada = record(&serde_json::json!({
            "resourceType": "Patient", "id": "f3a1",
            "meta": { "security": [{ "code": "U" }] },
            "identifier": [
                { "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018" },
                { "use": "old", "system": "https://pas.example.invalid/Id/hospital", "value": "OLD1" },
                { "use": "usual", "system": "https://pas.example.invalid/Id/hospital", "value": " H00123 " },
            ],
            "name": [
                { "use": "old", "family": "Fenwick", "given": ["Ada"] },
                { "use": "nickname", "given": ["Addie"] },
                { "use": "usual", "family": "Marsh", "given": ["Ada", "Mary"], "prefix": ["Ms"] },
            ],
            "gender": "female", "birthDate": "1991-02-14", "active": false,
            "address": [
                { "use": "old", "line": ["1 Old Road"], "city": "Bexley", "postalCode": "ZZ2 2BB" },
                { "use": "home", "line": ["Flat 2", "12 Wesley Avenue"], "city": "Bromley", "postalCode": "ZZ1 1AA" },
            ],
            "telecom": [
                { "system": "phone", "use": "old", "value": "01632 960000" },
                { "system": "phone", "use": "home", "value": "01632 960001" },
                { "system": "phone", "use": "mobile", "value": "07700 900001" },
                { "system": "email", "value": "ada@example.invalid" },
            ],
            "generalPractitioner": [{ "identifier": { "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y12345" } }],
            "extension": [{ "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory",
                            "valueCodeableConcept": { "coding": [{ "code": "B" }] } }],
        }));
        assert_eq!((ada.number.as_str(), ada.nhs_number.as_deref()), ("H00123", Some("9990000018")));
        assert_eq!(ada.name, Name::new("Ada Mary", "Marsh"));
        assert_eq!(ada.aliases, [Name::new("Addie", "Marsh"), Name::new("Ada", "Fenwick")]);
        assert_eq!(
            (ada.date_of_birth, ada.gender, ada.ethnicity),
            (day(1991, 2, 14), Gender::Female, Ethnicity::WhiteIrish)
        );
        assert_eq!(ada.address, "Flat 2, 12 Wesley Avenue, Bromley");
        assert_eq!(ada.postcodes, ["ZZ1 1AA", "ZZ2 2BB"]);
        assert_eq!((ada.phone.as_str(), ada.gp.as_str(), ada.in_use), ("07700 900001", "Y12345", false));
    }

    #[test]
    fn a_date_of_birth_has_any_precision_and_must_be_one() {
        let patient = |born: &str| {
            read(
                &format!(r#"{{"resourceType":"Patient","id":"1","name":[{{"family":"Marsh"}}],"birthDate":"{born}"}}"#),
                today(),
            )
        };
        let told = |born: &str| match patient(born) {
            Ok(Line::Record(record)) => Ok((record.date_of_birth, record.born_between)),
            Ok(Line::SetAside(..)) => panic!("it is taken"),
            Err(rejected) => Err(rejected.reason),
        };
        let no_date = || Err("the date of birth is no date".to_owned());
        let cases = [
            ("1991-02-14", Ok((day(1991, 2, 14), None))),
            ("1991-02", Ok((None, Some((1991, 1991))))),
            ("1991", Ok((None, Some((1991, 1991))))),
            ("", Ok((None, None))),
            ("2000-02-29", Ok((day(2000, 2, 29), None))),
            ("1991-02-30", no_date()),
            ("1991-13", no_date()),
            ("1991-2-14", no_date()),
            ("14/02/1991", no_date()),
            ("1991-02-14T00:00:00Z", no_date()),
            ("never", no_date()),
            ("2026-11-26", Err("the date of birth is in the future".to_owned())),
            ("1700-01-01", Err("the date of birth is before 1850".to_owned())),
        ];
        for (born, expected) in cases {
            assert_eq!(told(born), expected, "{born}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_taken_says_why_and_names_nobody() {
        let none = |reason: &str| (None, reason.to_owned());
        assert_eq!(
            reason("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Mar"),
            none("broken JSON at its column 48")
        );
        assert_eq!(reason("[]"), none("it is no FHIR resource"));
        assert_eq!(reason("42"), none("it is no FHIR resource"));
        assert_eq!(reason(r#"{"resourceType":"Bundle","entry":[]}"#), none("it is a Bundle, not a Patient"));
        assert_eq!(reason(r#"{"id":"1"}"#), none("it is no FHIR resource: it does not say its resourceType"));
        let wrong = reason(r#"{"resourceType":"Patient","id":"1","name":"Ada Marsh"}"#);
        assert!(
            wrong.1.starts_with("it is not as FHIR R4 writes a Patient") && !wrong.1.contains("Marsh"),
            "{wrong:?}"
        );
        let nameless = reason(r#"{"resourceType":"Patient","id":"1","birthDate":"1991-02-14"}"#);
        assert_eq!(nameless, (Some("1".into()), "it has neither a name nor an NHS number".into()));
        assert!(reason(r#"{"resourceType":"Patient","name":[{"family":"Marsh"}]}"#).1.starts_with("it has no number"));
        let died = reason(
            r#"{"resourceType":"Patient","id":"1","name":[{"family":"Marsh"}],"deceasedDateTime":"2026-02-31"}"#,
        );
        assert_eq!(died.1, "the date of death is no date");
    }

    #[test]
    fn a_record_replaced_by_another_is_set_aside() {
        let line = r#"{"resourceType":"Patient","id":"1","name":[{"family":"Marsh"}],"link":[{"type":"replaced-by","other":{"reference":"Patient/2"}}]}"#;
        assert!(matches!(read(line, today()), Ok(Line::SetAside(number, _)) if number == "1"));
        let keeps = record(
            &serde_json::json!({ "resourceType": "Patient", "id": "2", "name": [{ "family": "Marsh" }], "link": [{ "type": "replaces" }] }),
        );
        assert_eq!(keeps.number, "2");
    }

    #[test]
    fn of_a_restricted_record_nobody_learns_where_they_are() {
        let ada = record(&serde_json::json!({
            "resourceType": "Patient", "id": "1", "meta": { "security": [{ "code": "R" }] }, "name": [{ "family": "Marsh" }],
            "address": [{ "line": ["12 Wesley Avenue"], "postalCode": "ZZ1 1AA" }],
            "telecom": [{ "system": "phone", "value": "07700 900001" }],
            "generalPractitioner": [{ "display": "Wesley Surgery" }],
        }));
        assert_eq!((ada.address.as_str(), ada.postcodes.len(), ada.phone.as_str(), ada.gp.as_str()), ("", 0, "", ""));
    }

    #[test]
    fn the_dead_are_told() {
        let of = |field: &str, value: serde_json::Value| {
            let record = record(
                &serde_json::json!({ "resourceType": "Patient", "id": "1", "name": [{ "family": "Marsh" }], field: value }),
            );
            (record.is_deceased, record.deceased_on)
        };
        assert_eq!(of("deceasedBoolean", true.into()), (true, None));
        assert_eq!(of("deceasedBoolean", false.into()), (false, None));
        assert_eq!(of("deceasedDateTime", "2010-10-22T00:00:00+00:00".into()), (true, day(2010, 10, 22)));
        assert_eq!(of("deceasedDateTime", "2010-10".into()), (true, None));
    }

    #[test]
    fn the_name_in_use_is_told_by_its_use_and_its_period() {
        let name = |names: serde_json::Value| {
            let record = record(&serde_json::json!({ "resourceType": "Patient", "id": "1", "name": names }));
            (record.name.natural(), record.aliases.len())
        };
        let (old, new) = (
            serde_json::json!({ "use": "usual", "family": "Fenwick", "period": { "end": "2020-01-01" } }),
            serde_json::json!({ "family": "Marsh" }),
        );
        assert_eq!(name(serde_json::json!([old, new])), ("Marsh".into(), 1));
        assert_eq!(
            name(
                serde_json::json!([{ "use": "maiden", "family": "Fenwick" }, { "use": "official", "family": "Marsh" }])
            ),
            ("Marsh".into(), 1)
        );
        assert_eq!(name(serde_json::json!([{ "text": "Ada Mary Marsh" }])), ("Ada Mary Marsh".into(), 0));
        assert_eq!(
            name(
                serde_json::json!([{ "family": "Marsh" }, { "use": "old", "family": "Marsh" }, { "use": "anonymous", "family": "X" }])
            ),
            ("Marsh".into(), 0)
        );
        assert_eq!(name(serde_json::json!([{ "family": "Marsh", "given": [null, "Ada"] }])), ("Ada Marsh".into(), 0));
    }
}
