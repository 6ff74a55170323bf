//! Correcting who a person is and how they may be reached. The former state is kept; when two
//! people correct at once, the second sees both and loses nothing.

use super::details::{self, Identity, contact, contact_answer};
use super::frame::{self, Frame};
use super::note::note;
use crate::asking::codes;
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem, banner};
use axum::extract::Path;
use axum::http::StatusCode;
use minijinja::{Value, context};
use throughline_domain::ids::PersonId;
use throughline_domain::person::{IdentitySource, IdentityState};
use throughline_domain::time::london_date;
use throughline_policy::{ChangeContactDetails, ChangeIdentity, ViewContactDetails, ViewIdentity};
use throughline_store::Error as StoreError;
use throughline_store::people::{self, ContactDetails};

/// The page as it stands in the record.
struct Known {
    frame: Frame,
    identity: Identity,
    contact: Option<ContactDetails>,
    version: i64,
    may_identity: bool,
    may_contact: bool,
}

impl Known {
    fn answer(&self, field: &str) -> String {
        let contact = || self.contact.as_ref().and_then(|contact| contact_answer(contact, field));
        self.identity.answer(field).or_else(contact).unwrap_or_default()
    }
}

async fn known(cx: &Cx, person: PersonId) -> Result<Known, Problem> {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "").await?;
    let may_identity = tx.may::<ChangeIdentity>(person).await?;
    let may_contact = tx.may::<ChangeContactDetails>(person).await?;
    if !may_identity && !may_contact {
        return Err(Problem::NotFound);
    }
    let contact = banner::contact_details(&mut tx, person).await?;
    tx.commit().await?;
    let identity = Identity::of(&frame.banner.person);
    let version = frame.banner.person.version;
    Ok(Known { frame, identity, contact, version, may_identity, may_contact })
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let known = known(&cx, person).await?;
    let answer = |field: &str| known.answer(field);
    draw(&cx, person, &known, &Asking { answer: &answer, errors: &Errors::default() }, None)
}

fn draw(cx: &Cx, person: PersonId, known: &Known, asking: &Asking<'_>, conflict: Option<&[Value]>) -> Answer {
    let confirmed = known.frame.banner.person.identity_state == IdentityState::Confirmed;
    let is_conflict = conflict.is_some();
    let values = context! {
        heading => if is_conflict { "Somebody else changed these details" } else { "Change details" },
        back => context! { href => format!("/people/{person}"), text => "Back to the summary" },
        version => known.version,
        conflict,
        identity => known.may_identity.then(|| details::identity_questions(asking)),
        needs => known.may_identity.then(|| details::needs_questions(asking)),
        contact => known.may_contact.then(|| details::contact_questions(asking)),
        confirmed,
        source => asking.choice("single", "source", "What did you check it against?", "", codes(IdentitySource::ALL, IdentitySource::code, IdentitySource::label)),
        errors => asking.errors.summary(),
        ..known.frame.value.clone()
    };
    if !asking.errors.is_empty() {
        return cx.page_with_errors("people/edit.html", values);
    }
    let mut page = cx.page("people/edit.html", values)?;
    if is_conflict {
        *page.status_mut() = StatusCode::CONFLICT;
    }
    Ok(page)
}

pub(super) async fn change(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let known = known(&cx, person).await?;
    let mut errors = Errors::default();
    let typed = known.may_identity.then(|| Identity::read(&fields, london_date(cx.now), &mut errors));
    let answer = |field: &str| fields.text(field).to_owned();
    if !errors.is_empty() {
        return draw(&cx, person, &known, &Asking { answer: &answer, errors: &errors }, None);
    }
    let mut act = cx.act(&fields).await?;
    match save(&cx, &mut act, person, typed.as_ref(), known.may_contact.then(|| contact(&fields)), fields.version()?)
        .await
    {
        Ok(()) => act.done(&format!("/people/{person}?done=saved")).await,
        Err(Problem::Stale) => {
            drop(act);
            let now = self::known(&cx, person).await?;
            let differences = differences(&fields, &now);
            draw(&cx, person, &now, &Asking { answer: &answer, errors: &errors }, Some(&differences))
        }
        Err(problem) => Err(problem),
    }
}

/// Saves what differs from the record, if the record is still the one that the form was made from.
async fn save(
    cx: &Cx,
    act: &mut Act,
    person: PersonId,
    identity: Option<&Identity>,
    contact: Option<ContactDetails>,
    mut version: i64,
) -> Result<(), Problem> {
    let view = act.authorise::<ViewIdentity>(person).await?;
    let stored = people::get(act, &view).await?.ok_or(Problem::NotFound)?;
    if stored.version != version {
        return Err(StoreError::Stale.into());
    }
    let mut changed = Vec::new();
    if let Some(identity) = identity.filter(|identity| **identity != Identity::of(&stored)) {
        let grant = act.authorise::<ChangeIdentity>(person).await?;
        people::change(act, &grant, &identity.put_into(stored)).await?;
        version += 1;
        changed.push("Identity details");
    }
    if let Some(contact) = contact {
        let view = act.authorise::<ViewContactDetails>(person).await?;
        if people::contact_details(act, &view).await?.as_ref() != Some(&contact) {
            let grant = act.authorise::<ChangeContactDetails>(person).await?;
            people::change_contact_details(act, &grant, version, &contact).await?;
            changed.push("Contact details");
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    note(cx, act, person, &format!("{} corrected", changed.join(" and ").replace(" and C", " and c"))).await
}

/// What was typed beside what stands in the record now, where they differ.
fn differences(fields: &Fields, now: &Known) -> Vec<Value> {
    let row = |(field, label): &(&str, &str)| {
        let (typed, stored) = (fields.text(field).trim().to_owned(), now.answer(field));
        (typed != stored.trim()).then(
            || context! { label, left => shown(field, &typed), right => shown(field, &stored), agree => "differ" },
        )
    };
    LABELS.iter().filter(|(field, _)| fields.pairs().any(|(name, _)| name == *field)).filter_map(row).collect()
}

const LABELS: &[(&str, &str)] = &[
    ("forenames", "Forenames"),
    ("surname", "Surname"),
    ("preferred_name", "Likes to be called"),
    ("date_of_birth", "Date of birth"),
    ("gender", "Gender"),
    ("ethnicity", "Ethnic category"),
    ("nhs_number", "NHS number"),
    ("language", "Language"),
    ("interpreter", "Interpreter"),
    ("adjustments", "Adjustments"),
    ("safe_contact", "Safe contact"),
    ("phone", "Phone"),
    ("address", "Address"),
    ("postcode", "Postcode"),
    ("gp", "GP practice"),
];

/// Codes in words; everything else as it is.
fn shown(field: &str, value: &str) -> String {
    use throughline_domain::person::{Ethnicity, Gender};
    let label = match field {
        "gender" => Gender::from_code(value).map(Gender::label),
        "ethnicity" => Ethnicity::from_code(value).map(Ethnicity::label),
        _ => None,
    };
    label.unwrap_or(value).to_owned()
}

/// Notes that the identity was checked against a second source.
pub(super) async fn confirm_identity(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let Some(source) = IdentitySource::from_code(fields.text("source")) else {
        let known = known(&cx, person).await?;
        let mut errors = Errors::default();
        errors.add("source", "Choose what you checked the identity against");
        let answer = |field: &str| known.answer(field);
        return draw(&cx, person, &known, &Asking { answer: &answer, errors: &errors }, None);
    };
    let mut act = cx.act(&fields).await?;
    let view = act.authorise::<ViewIdentity>(person).await?;
    let mut stored = people::get(&mut act, &view).await?.ok_or(Problem::NotFound)?;
    let grant = act.authorise::<ChangeIdentity>(person).await?;
    stored.version = fields.version()?;
    stored.identity_state = IdentityState::Confirmed;
    people::change(&mut act, &grant, &stored).await?;
    note(&cx, &mut act, person, &format!("Identity confirmed: {source}")).await?;
    act.done(&format!("/people/{person}?done=confirmed")).await
}
