//! A defendant, or the subject of an application, as an entry.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};
use throughline_domain::{
    name::{Name, folded},
    time::london_date,
};

use super::hearing::{Hearing, Ids};
use crate::{
    Entry, Notice, Offence, Position,
    checks::{Person, describe},
    fields::{field, is_true, items_of, labelled, object_of, some_joined, text, without},
    names::says_in_custody,
};

/// A case or an application: what its parties share.
pub(super) struct Matter {
    /// The name it goes by in the key and in the verbatim entry.
    what: &'static str,
    /// The URN of a case, or the reference of an application.
    pub(super) reference: Option<String>,
    /// The case or application without its parties, as it came.
    verbatim: Value,
    pub(super) bytes: usize,
}

impl Matter {
    pub(super) fn case(case: &Value) -> Self {
        let identifier = object_of(case, "prosecutionCaseIdentifier");
        let said = |name: &str| identifier.and_then(|identifier| field(identifier, name));
        let reference = said("caseURN").or_else(|| said("prosecutionAuthorityReference"));
        Self::of("prosecutionCase", reference, without(case, &["defendants"]))
    }

    pub(super) fn application(application: &Value) -> Self {
        let reference = field(application, "applicationReference").or_else(|| field(application, "id"));
        let parties = ["subject", "applicant", "respondents", "thirdParties"];
        Self::of("courtApplication", reference, without(application, &parties))
    }

    fn of(what: &'static str, reference: Option<String>, verbatim: Value) -> Self {
        Self { what, reference, bytes: verbatim.to_string().len(), verbatim }
    }

    /// What an application is about: its type and particulars.
    fn particulars(&self) -> Option<String> {
        let kind = object_of(&self.verbatim, "type").and_then(|kind| field(kind, "type"));
        some_joined([kind, field(&self.verbatim, "applicationParticulars")], ": ")
    }
}

/// A party as it came, and where it keeps what is said of the person or organisation.
pub(super) struct Party<'a> {
    pub(super) value: &'a Value,
    /// Where `personDefendant` or `legalEntityDefendant` stand.
    holder: &'a Value,
    /// Its place among the parties of its kind.
    index: usize,
}

impl<'a> Party<'a> {
    pub(super) fn defendant(value: &'a Value, index: usize) -> Self {
        Self { value, holder: value, index }
    }

    /// A party of an application may be a defendant of a case, or a person or organisation by itself.
    pub(super) fn of_application(value: &'a Value, index: usize) -> Self {
        Self { value, holder: object_of(value, "masterDefendant").unwrap_or(value), index }
    }

    fn person_defendant(&self) -> Option<&'a Value> {
        object_of(self.holder, "personDefendant")
    }

    fn person(&self) -> Option<&'a Value> {
        let details = self.person_defendant().and_then(|defendant| object_of(defendant, "personDetails"));
        details.or_else(|| object_of(self.value, "personDetails"))
    }

    /// The organisation's name, when the party is one and no person.
    pub(super) fn organisation(&self) -> Option<String> {
        if self.person_defendant().is_some() || self.person().is_some() {
            return None;
        }
        let entity = object_of(self.holder, "legalEntityDefendant");
        let of_entity = entity.map(|entity| object_of(entity, "organisation").unwrap_or(entity));
        let found = of_entity
            .or_else(|| object_of(self.value, "organisation"))
            .or_else(|| object_of(self.value, "prosecutingAuthority"))?;
        Some(field(found, "name").unwrap_or_default())
    }

    pub(super) fn name(&self) -> Name {
        self.person().map(name).unwrap_or_default()
    }

    fn said(&self, name: &str) -> Option<String> {
        field(self.value, name).or_else(|| field(self.holder, name))
    }

    pub(super) fn ids(&self) -> Ids {
        Ids { own: field(self.value, "id"), master: self.said("masterDefendantId") }
    }

    /// Whether two parties of an application are one, by their ids.
    pub(super) fn is(&self, other: &Self) -> bool {
        let (one, other) = (self.ids(), other.ids());
        (one.own.is_some() && one.own == other.own) || (one.master.is_some() && one.master == other.master)
    }
}

pub(super) fn entry(position: Position, hearing: &Hearing<'_>, matter: &Matter, party: &Party<'_>) -> Entry {
    let ids = party.ids();
    let verbatim = json!({
        "hearing": hearing.verbatim(&ids),
        (matter.what): matter.verbatim,
        "defendant": party.value,
    });
    let mut entry = Entry::at(position, verbatim);
    entry.master_defendant_id = ids.master;
    court(&mut entry, hearing, matter);
    person(&mut entry, hearing, party);
    custody(&mut entry, party.person_defendant());
    offences(&mut entry, hearing, party);
    entry.asn = party.person_defendant().and_then(|person| field(person, "arrestSummonsNumber"));
    entry.cro = party.said("croNumber");
    entry.asn = entry.asn.take().or_else(|| field(&matter.verbatim, "defendantASN"));
    entry.notes = notes(hearing, matter, party);
    entry.notices.extend(hearing.notices.iter().cloned());
    (entry.key, entry.second_key) = keys(hearing, matter, party);
    entry
}

/// Adds to an entry another place in which the same person stands in the application.
pub(super) fn add(entry: &mut Entry, role: &str, party: &Party<'_>) {
    if let Some(fields) = entry.verbatim.as_object_mut() {
        fields.insert(role.to_owned(), party.value.clone());
    }
}

fn court(entry: &mut Entry, hearing: &Hearing<'_>, matter: &Matter) {
    entry.site.clone_from(&hearing.court_house);
    entry.court_house.clone_from(&hearing.court_house);
    entry.court_code.clone_from(&hearing.court_code);
    entry.court_room.clone_from(&hearing.court_room);
    entry.sitting_at = hearing.sitting_at;
    entry.urn.clone_from(&matter.reference);
    entry.hearing_type.clone_from(&hearing.kind);
}

fn person(entry: &mut Entry, hearing: &Hearing<'_>, party: &Party<'_>) {
    let details = party.person();
    let detail = |name: &str| details.and_then(|details| field(details, name));
    entry.name = party.name();
    entry.name_as_printed = entry.name.natural();
    entry.aliases = items_of(party.value, "aliases").iter().filter_map(alias).collect();
    entry.ethnicity = details.and_then(|details| object_of(details, "ethnicity")).and_then(ethnicity);
    let address = details.and_then(|details| object_of(details, "address"));
    entry.address = address.and_then(lines);
    entry.postcode = address.and_then(|address| field(address, "postcode"));
    entry.interpreter = detail("interpreterLanguageNeeds");
    let described = Person {
        date_of_birth: detail("dateOfBirth"),
        sex: detail("gender"),
        pnc: party.said("pncId"),
        youth_panel: is_youth(hearing, party),
        ..Person::default()
    };
    let day = hearing.sitting_at.map_or(hearing.today, london_date);
    describe(entry, described, &[day, hearing.today]);
    perceived_year(entry, party.person_defendant().and_then(|person| field(person, "perceivedBirthYear")), day);
}

/// The names of a person: `firstName`, `middleName`, `lastName`.
fn name(details: &Value) -> Name {
    let forenames = some_joined([field(details, "firstName"), field(details, "middleName")], " ");
    Name::new(&forenames.unwrap_or_default(), &field(details, "lastName").unwrap_or_default())
}

fn alias(alias: &Value) -> Option<Name> {
    let name = name(alias);
    let name = if name.is_unknown() { Name::new("", &field(alias, "legalEntityName")?) } else { name };
    Some(name)
}

/// What the person says of it, or else what somebody saw.
fn ethnicity(ethnicity: &Value) -> Option<String> {
    const FIELDS: [&str; 4] = [
        "selfDefinedEthnicityDescription",
        "selfDefinedEthnicityCode",
        "observedEthnicityDescription",
        "observedEthnicityCode",
    ];
    FIELDS.iter().find_map(|name| field(ethnicity, name))
}

fn lines(address: &Value) -> Option<String> {
    some_joined((1..=5).map(|line| field(address, &format!("address{line}"))), ", ")
}

/// Whether the court says that the defendant is a youth.
fn is_youth(hearing: &Hearing<'_>, party: &Party<'_>) -> bool {
    let marked = party.value.get("isYouth").or_else(|| party.holder.get("isYouth")).is_some_and(is_true);
    let markers = hearing.own("defendantHearingYouthMarkers", &party.ids());
    marked || !markers.is_empty()
}

/// Puts the year of birth as somebody judged it into an entry without a date of birth.
fn perceived_year(entry: &mut Entry, text: Option<String>, day: NaiveDate) {
    let year = text.and_then(|text| text.parse().ok()).filter(|year| (1900..=day.year()).contains(year));
    let Some(year) = year.filter(|_| entry.date_of_birth.is_none()) else {
        return;
    };
    entry.perceived_birth_year = Some(year);
    entry.notices.push(Notice::PerceivedBirthYear(year));
    // Whoever was born in a year is at most as old as the years since.
    if !entry.youth && day.year() - year < 18 {
        entry.youth = true;
        entry.notices.push(Notice::Youth);
    }
}

/// `C` is custody in Common Platform's codes of bail; other codes are read by their description.
fn custody(entry: &mut Entry, person: Option<&Value>) {
    let status = person.and_then(|person| object_of(person, "bailStatus"));
    let code = status.and_then(|status| field(status, "code"));
    let description = status.and_then(|status| field(status, "description"));
    let says_held = |text: &str| {
        let text = folded(text);
        says_in_custody(&text) || text.starts_with("custody ") || text.starts_with("remanded into custody")
    };
    entry.in_custody = code.as_deref() == Some("C") || description.as_deref().is_some_and(says_held);
    entry.bail_status = description.or(code);
    if entry.in_custody {
        entry.notices.push(Notice::InCustody);
    }
}

fn offences(entry: &mut Entry, hearing: &Hearing<'_>, party: &Party<'_>) {
    let offences = items_of(party.value, "offences").iter().filter(|offence| offence.is_object());
    let mut restrictions: Vec<String> = hearing.restriction.iter().cloned().collect();
    for offence in offences {
        restrictions.extend(items_of(offence, "reportingRestrictions").iter().filter_map(restriction));
        entry.offences.push(Offence {
            code: field(offence, "offenceCode"),
            title: field(offence, "offenceTitle").unwrap_or_default(),
            wording: field(offence, "wording"),
        });
    }
    entry.reporting_restriction = some_joined(once_each(restrictions).into_iter().map(Some), "\n");
    if entry.reporting_restriction.is_some() {
        entry.notices.push(Notice::ReportingRestriction);
    }
}

/// A restriction without a text still applies.
fn restriction(restriction: &Value) -> Option<String> {
    const UNNAMED: &str = "A reporting restriction applies (the court gives no details)";
    let says = field(restriction, "label").or_else(|| text(restriction));
    says.or_else(|| restriction.is_object().then(|| UNNAMED.to_owned()))
}

fn notes(hearing: &Hearing<'_>, matter: &Matter, party: &Party<'_>) -> Option<String> {
    let detail = |name: &str| party.person().and_then(|person| field(person, name));
    let of_defendant = |name: &str| party.person_defendant().and_then(|person| field(person, name));
    let speaks = ["hearingLanguageNeeds", "documentationLanguageNeeds"].iter().filter_map(|name| detail(name));
    let other_language = speaks.into_iter().find(|language| folded(language) != "english");
    let remarks = [
        matter.particulars(),
        labelled("Specific requirements", detail("specificRequirements")),
        labelled("Disability", detail("disabilityStatus")),
        labelled("Language", other_language),
        labelled("Bail conditions", of_defendant("bailConditions")),
        labelled("Custody time limit", custody_time_limit(party)),
        labelled("Results", results(hearing, matter, party)),
    ];
    some_joined(remarks, "\n")
}

/// The date by which somebody in custody must be tried: of the defendant, of the bail status or of an
/// offence.
fn custody_time_limit(party: &Party<'_>) -> Option<String> {
    let defendant = party.person_defendant();
    let limit = |value: &Value| {
        let limit = value.get("custodyTimeLimit")?;
        text(limit).or_else(|| field(limit, "timeLimit"))
    };
    let status = defendant.and_then(|defendant| object_of(defendant, "bailStatus"));
    let offences = items_of(party.value, "offences").iter().filter_map(limit);
    let limits = defendant.and_then(limit).into_iter().chain(status.and_then(limit)).chain(offences);
    some_joined(once_each(limits).into_iter().map(Some), ", ")
}

/// What the court decided, by the names of its results; the rest is in the verbatim entry.
fn results(hearing: &Hearing<'_>, matter: &Matter, party: &Party<'_>) -> Option<String> {
    let of_offences = items_of(party.value, "offences").iter().flat_map(|offence| items_of(offence, "judicialResults"));
    let of_defendant = items_of(party.value, "judicialResults").iter();
    let of_application = items_of(&matter.verbatim, "judicialResults").iter();
    let own = hearing.own("defendantJudicialResults", &party.ids());
    let of_hearing = own.into_iter().filter_map(|own| object_of(own, "judicialResult"));
    let all = of_offences.chain(of_defendant).chain(of_application).chain(of_hearing);
    let valid = all.filter(|result| !result.get("isDeleted").is_some_and(is_true));
    some_joined(once_each(valid.filter_map(|result| field(result, "label"))).into_iter().map(Some), "; ")
}

fn once_each(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}

/// The key (hearing and defendant, by their ids or else by where they stand) and the looser one of the
/// case and the place in it, for a case that is listed in another hearing.
fn keys(hearing: &Hearing<'_>, matter: &Matter, party: &Party<'_>) -> (String, Option<String>) {
    let reference = matter.reference.clone().unwrap_or_default();
    let tail = format!("{}|{reference}|{}", matter.what, party.index);
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    let at = hearing.sitting_at.map_or_else(String::new, |at| at.to_rfc3339());
    let place = || format!("court:{}|{}|{at}", known(&hearing.court_house), known(&hearing.court_room));
    let standing = hearing.id.as_ref().map_or_else(place, |id| format!("hearing:{}", id.to_lowercase()));
    let who = party.ids().own.map_or_else(|| tail.clone(), |id| format!("{}|{}", matter.what, id.to_lowercase()));
    (format!("{standing}|{who}"), (!reference.is_empty()).then(|| format!("matter:{tail}")))
}
