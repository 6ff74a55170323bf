//! The checks every list shares. Each leaves a notice; none refuses.

use std::collections::HashMap;

use chrono::NaiveDate;
use throughline_domain::{
    identifier::{NhsNumber, asn, cro, pnc},
    name::folded,
    time::age_on,
};

use crate::{Entry, Notice, Position, Sex, times::read_birth};

/// What a list says of a person, before it is checked. Empty texts are `None`.
#[derive(Debug, Default)]
pub(crate) struct Person {
    pub(crate) date_of_birth: Option<String>,
    pub(crate) age: Option<String>,
    pub(crate) sex: Option<String>,
    pub(crate) pnc: Option<String>,
    pub(crate) nhs_number: Option<String>,
    /// Whether the court's panel is for youths, or the court says that the person is one.
    pub(crate) youth_panel: bool,
}

/// Puts what the list says of a person into the entry, with a notice for each doubt.
///
/// `days` are the days on which the printed age may have been worked out; the first is the day
/// of the list.
pub(crate) fn describe(entry: &mut Entry, person: Person, days: &[NaiveDate]) {
    let Some(&day) = days.first() else { return };
    if entry.name.is_unknown() {
        entry.notices.push(Notice::NoName);
    }
    birth(entry, person.date_of_birth, day);
    age(entry, person.age, days);
    entry.sex = person.sex.and_then(|text| sex(entry, text));
    entry.pnc = person.pnc.map(|text| police_id(entry, text));
    entry.nhs_number = person.nhs_number.and_then(|text| nhs_number(entry, text));
    let years = entry.date_of_birth.and_then(|born| age_on(born, day));
    entry.youth_told = person.youth_panel;
    entry.youth = person.youth_panel || [years, entry.age].into_iter().flatten().any(|years| years < 18);
    if entry.youth {
        entry.notices.push(Notice::Youth);
    }
}

pub(crate) fn birth(entry: &mut Entry, text: Option<String>, day: NaiveDate) {
    let Some(text) = text.filter(|text| !says_not_known(text)) else {
        entry.notices.push(Notice::NoDateOfBirth);
        return;
    };
    entry.date_of_birth = read_birth(&text, day);
    if entry.date_of_birth.is_none() {
        entry.notices.push(Notice::ImpossibleDateOfBirth(text));
    }
}

fn says_not_known(text: &str) -> bool {
    matches!(
        folded(text).as_str(),
        "" | "unknown" | "not known" | "n k" | "nk" | "u k" | "not given" | "refused" | "none" | "n a"
    )
}

fn age(entry: &mut Entry, text: Option<String>, days: &[NaiveDate]) {
    let Some(text) = text.filter(|text| !says_not_known(text)) else {
        return;
    };
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let Some(printed) = digits.parse().ok().filter(|years| *years <= 130) else {
        entry.notices.push(Notice::UnreadableAge(text));
        return;
    };
    entry.age = Some(printed);
    age_fits(entry, days);
}

/// Warns of a printed age that the date of birth does not give on any of these days.
pub(crate) fn age_fits(entry: &mut Entry, days: &[NaiveDate]) {
    let (Some(printed), Some(born)) = (entry.age, entry.date_of_birth) else {
        return;
    };
    let fits = days.iter().any(|day| age_on(born, *day) == Some(printed));
    if let Some(calculated) = age_on(born, days[0]).filter(|_| !fits) {
        entry.notices.push(Notice::AgeAndDateDisagree { printed, calculated });
    }
}

pub(crate) fn sex(entry: &mut Entry, text: String) -> Option<Sex> {
    match folded(&text).as_str() {
        "m" | "male" | "man" => Some(Sex::Male),
        "f" | "female" | "woman" => Some(Sex::Female),
        "x" | "indeterminate" | "other" | "non binary" => Some(Sex::Indeterminate),
        "n" | "u" | "unknown" | "not known" | "not specified" | "not stated" => None,
        _ => {
            entry.notices.push(Notice::UnreadableSex(text));
            None
        }
    }
}

pub(crate) fn police_id(entry: &mut Entry, text: String) -> String {
    let Some(id) = pnc(&text) else {
        entry.notices.push(Notice::NotAPnc(text.clone()));
        return text;
    };
    if !id.letter_is_right {
        entry.notices.push(Notice::BadPncLetter(text));
    }
    id.canonical
}

pub(crate) fn nhs_number(entry: &mut Entry, text: String) -> Option<NhsNumber> {
    let number = NhsNumber::parse(&text).ok();
    if number.is_none() {
        entry.notices.push(Notice::BadNhsNumber(text));
    }
    number
}

/// Brings CRO numbers into canonical form, and warns of the check letters of these and of ASNs.
pub(crate) fn check_police_numbers(entries: &mut [Entry]) {
    for entry in entries {
        entry.cro = entry.cro.take().map(|text| cro_number(entry, text));
        check_asn(entry);
    }
}

/// Warns of an arrest summons number with a wrong check letter.
pub(crate) fn check_asn(entry: &mut Entry) {
    let wrong = entry.asn.as_ref().filter(|text| asn(text).is_some_and(|number| !number.letter_is_right));
    entry.notices.extend(wrong.cloned().map(Notice::BadAsn));
}

pub(crate) fn cro_number(entry: &mut Entry, text: String) -> String {
    let Some(number) = cro(&text) else {
        entry.notices.push(Notice::NotACro(text.clone()));
        return text;
    };
    if !number.letter_is_right {
        entry.notices.push(Notice::BadCroLetter(text));
    }
    number.canonical
}

/// The folded name and date of birth, when the name is known: the loosest identity there is.
pub(crate) fn person_key(entry: &Entry) -> Option<String> {
    let surname = folded(&entry.name.surname);
    let forenames = folded(&entry.name.forenames);
    let born = entry.date_of_birth.map_or_else(String::new, |born| born.to_string());
    (!surname.is_empty() || !forenames.is_empty()).then(|| format!("person:{surname}|{forenames}|{born}"))
}

/// The custody record number with case and spacing evened out, its signs kept: `CU/12` is not `CU12`.
pub(crate) fn custody_key(number: &str) -> String {
    format!("custody:{}", number.split_whitespace().collect::<String>().to_uppercase())
}

/// Makes every key unique.
pub(crate) fn make_keys_unique(entries: &mut [Entry]) {
    let mut keys: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let times = keys.entry(entry.key.clone()).or_default();
        *times += 1;
        if *times > 1 {
            entry.key = format!("{} #{times}", entry.key);
        }
    }
}

/// Tells each entry of an earlier one that seems the same person's and is a line of its own: the same
/// custody record number, the same name and date of birth, or the same id across cases.
pub(crate) fn mark_duplicates(entries: &mut [Entry]) {
    let mut seen: HashMap<String, Position> = HashMap::new();
    for entry in entries {
        let by_number = entry.custody_number.as_deref().map(custody_key);
        let by_person = person_key(entry).filter(|_| entry.date_of_birth.is_some());
        let masters = entry.hearings.iter().filter_map(|hearing| hearing.said.master_defendant_id.as_deref());
        let by_master = masters.map(|id| format!("master:{}", id.to_lowercase()));
        let identities: Vec<String> = by_number.into_iter().chain(by_person).chain(by_master).collect();
        if let Some(earlier) = identities.iter().find_map(|identity| seen.get(identity)) {
            entry.tell(Notice::DuplicateInList(earlier.clone()));
        }
        for identity in identities {
            seen.entry(identity).or_insert_with(|| entry.position.clone());
        }
    }
}
