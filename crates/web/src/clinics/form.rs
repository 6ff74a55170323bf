//! The questions that are asked when somebody is booked in.

use crate::{Errors, Fields};
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::appointment::fewest_slots;
use throughline_domain::episode::ReferralSource;
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, date_long, london_date, london_time, parse_date};
use throughline_lists::{Booked, Entry, Sex};
use throughline_store::appointments::{Appointment, Details};

/// The most slots one appointment takes.
const MOST_SLOTS: usize = 8;

/// What was asked for, understood.
pub(super) struct Wanted {
    pub booked: Booked,
    pub details: Details,
    pub slots: usize,
}

/// Reads the form; `None` when something is wrong, with each fault at its field. `asks_who` when the
/// line is made here: a list's own line says who it is of.
pub(super) fn read(fields: &Fields, now: Instant, asks_who: bool, errors: &mut Errors) -> Option<Wanted> {
    let details = details(fields, now, errors);
    let booked = booked(fields, now, &details, asks_who, errors);
    let slots = slots(fields, &details, errors);
    errors.is_empty().then_some(Wanted { booked, details, slots })
}

fn details(fields: &Fields, now: Instant, errors: &mut Errors) -> Details {
    let text = |name: &str| fields.text(name).trim().to_owned();
    let has_interview = fields.given("interview").is_some() || fields.given("interview.time").is_some();
    let interview_at = if has_interview { errors.moment(fields, "interview", london_date(now)) } else { None };
    let officer_email = text("officer_email");
    let is_address = |text: &str| text.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.'));
    if !officer_email.is_empty() && (!is_address(&officer_email) || officer_email.contains(char::is_whitespace)) {
        errors.add("officer_email", "This is no e-mail address: enter one like name@example.police.uk");
    }
    let referral_source = ReferralSource::from_code(fields.text("referral_source"));
    if referral_source.is_none() {
        errors.add("referral_source", "Choose who told us");
    }
    Details {
        referral_source: referral_source.unwrap_or(ReferralSource::Police),
        phone: text("phone"),
        safe_contact: text("safe_contact"),
        may_say: fields.ticked("may_say"),
        urgent: fields.ticked("urgent"),
        police_force: text("police_force"),
        officer: text("officer"),
        collar_number: text("collar_number"),
        officer_email,
        interview_at,
        interview_place: text("interview_place"),
        appropriate_adult: fields.ticked("appropriate_adult"),
        interpreter: fields.ticked("interpreter") || fields.given("language").is_some(),
        language: text("language"),
        notes: fields.text("notes").to_owned(),
    }
}

fn booked(fields: &Fields, now: Instant, details: &Details, asks_who: bool, errors: &mut Errors) -> Booked {
    let name = Name::new(fields.text("forenames"), fields.text("surname"));
    if asks_who && name.is_unknown() {
        errors.add("surname", "Enter a name: family name, given names or both");
    }
    let today = london_date(now);
    let born = fields.given("born").filter(|_| asks_who).map(|text| parse_date(text, today));
    let date_of_birth = match born.transpose() {
        Ok(Some(born)) if born > today => {
            errors.add("born", "The date of birth is in the future");
            None
        }
        Ok(born) => born,
        Err(error) => {
            errors.add("born", error.to_string());
            None
        }
    };
    let officer = [&details.officer, &details.collar_number, &details.police_force];
    Booked {
        name,
        date_of_birth,
        sex: Sex::from_code(fields.text("sex")),
        offence: fields.text("offence").to_owned(),
        officer: officer.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", "),
        interview_at: details.interview_at,
        appropriate_adult: details.appropriate_adult,
        interpreter: match (details.interpreter, details.language.as_str()) {
            (true, "") => "Yes".to_owned(),
            (_, language) => language.to_owned(),
        },
    }
}

/// How many slots: as many as are needed at least, or as many as somebody chose.
fn slots(fields: &Fields, details: &Details, errors: &mut Errors) -> usize {
    let fewest = fewest_slots(details.appropriate_adult, details.interpreter);
    let Some(typed) = fields.given("slots") else { return fewest };
    match typed.parse::<usize>() {
        Ok(slots) if (fewest..=MOST_SLOTS).contains(&slots) => slots,
        Ok(slots) if slots < fewest => {
            errors.add(
                "slots",
                format!("With an appropriate adult or an interpreter {fewest} slots are needed at least"),
            );
            fewest
        }
        _ => {
            errors.add("slots", format!("Enter how many slots in a row, from 1 to {MOST_SLOTS}"));
            fewest
        }
    }
}

/// What stands in the form at first: what the line and an earlier appointment say.
pub(super) fn filled(entry: Option<&Entry>, before: Option<&Appointment>) -> Value {
    let mut typed: BTreeMap<&'static str, String> = BTreeMap::new();
    typed.insert("referral_source", ReferralSource::Police.code().to_owned());
    if let Some(entry) = entry {
        fill_who(&mut typed, entry);
    }
    if let Some(before) = before {
        fill_details(&mut typed, &before.details);
    }
    Value::from_serialize(typed)
}

fn fill_who(typed: &mut BTreeMap<&'static str, String>, entry: &Entry) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    typed.insert("surname", entry.name.surname.clone());
    typed.insert("forenames", entry.name.forenames.clone());
    typed.insert("born", entry.date_of_birth.map(date_long).unwrap_or_default());
    typed.insert("sex", entry.sex.map(|sex| sex.code().to_owned()).unwrap_or_default());
    typed.insert("offence", entry.offences.iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join("; "));
    typed.insert("officer", text(&entry.officer));
    fill_moment(typed, entry.interview_at);
    let asked = |text: &Option<String>| {
        text.as_deref()
            .map(throughline_domain::name::folded)
            .filter(|text| !matches!(text.as_str(), "" | "no" | "n" | "none"))
    };
    if asked(&entry.appropriate_adult).is_some() {
        typed.insert("appropriate_adult", "yes".to_owned());
    }
    if let Some(words) = asked(&entry.interpreter) {
        typed.insert("interpreter", "yes".to_owned());
        typed.insert(
            "language",
            if matches!(words.as_str(), "yes" | "y") { String::new() } else { text(&entry.interpreter) },
        );
    }
}

fn fill_moment(typed: &mut BTreeMap<&'static str, String>, interview: Option<Instant>) {
    if let Some(at) = interview {
        let local = london_time(at);
        typed.insert("interview", date_long(local.date()));
        typed.insert("interview.time", local.format("%H:%M").to_string());
    }
}

fn fill_details(typed: &mut BTreeMap<&'static str, String>, details: &Details) {
    let yes = |is: bool| if is { "yes".to_owned() } else { String::new() };
    let pairs = [
        ("referral_source", details.referral_source.code().to_owned()),
        ("phone", details.phone.clone()),
        ("safe_contact", details.safe_contact.clone()),
        ("may_say", yes(details.may_say)),
        ("urgent", yes(details.urgent)),
        ("police_force", details.police_force.clone()),
        ("officer", details.officer.clone()),
        ("collar_number", details.collar_number.clone()),
        ("officer_email", details.officer_email.clone()),
        ("interview_place", details.interview_place.clone()),
        ("appropriate_adult", yes(details.appropriate_adult)),
        ("interpreter", yes(details.interpreter)),
        ("language", details.language.clone()),
        ("notes", details.notes.clone()),
    ];
    typed.extend(pairs);
    fill_moment(typed, details.interview_at);
}

/// The choices of the form's lists.
pub(super) fn choices(typed: &Value) -> Value {
    let chosen = |name: &str| typed.get_attr(name).ok().and_then(|value| value.as_str().map(str::to_owned));
    let (sex, source) = (chosen("sex"), chosen("referral_source"));
    let sexes = Sex::ALL.iter().map(
        |one| context! { code => one.code(), label => one.label(), checked => sex.as_deref() == Some(one.code()) },
    );
    let sources = ReferralSource::ALL.iter().map(
        |one| context! { code => one.code(), label => one.label(), checked => source.as_deref() == Some(one.code()) },
    );
    context! { sexes => sexes.collect::<Vec<_>>(), sources => sources.collect::<Vec<_>>() }
}
