//! The summary of a person as it stood at a moment: read-only.

use super::frame;
use crate::as_of::{AsOf, Asked};
use crate::record_lines::records_as_of;
use crate::{Answer, Cx, Problem};
use minijinja::{Value, context};
use throughline_domain::ids::PersonId;
use throughline_domain::time::{date_long, london_date};
use throughline_policy::{ViewClinical, ViewContactDetails, ViewEpisode, ViewIdentity, ViewRiskCard};
use throughline_store::people::{self, Person};
use throughline_store::{Tx, episodes, records};

pub(super) async fn show(cx: &Cx, person: PersonId, moment: AsOf, asked: &Asked) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "").await?;
    let grant = tx.authorise::<ViewIdentity>(person).await?;
    let then = people::get_as_of(&mut tx, &grant, moment.at).await?;
    let contact = contact(&mut tx, person, moment).await?;
    let alerts = alerts(&mut tx, person, moment).await?;
    let episodes = person_episodes(&mut tx, person, moment).await?;
    let records = filled(&mut tx, person, moment).await?;
    tx.commit().await?;
    let path = format!("/people/{person}");
    let values = context! {
        heading => "Summary",
        as_of => moment.strip(&path),
        ask_as_of => asked.form(&path, None),
        known => then.is_some(),
        about => then.as_ref().map(about),
        contact,
        alerts,
        episodes,
        records,
        ..frame.value
    };
    cx.page("people/as_of.html", values)
}

fn about(person: &Person) -> Value {
    context! {
        name => person.name.formal(),
        preferred_name => person.preferred_name,
        born => person.date_of_birth.map(date_long),
        gender => person.gender.label(),
        ethnicity => person.ethnicity.label(),
        nhs_number => person.nhs_number.as_ref().map(|number| number.digits().to_owned()),
        identity => person.identity_state.label(),
        adjustments => person.adjustments,
        language => person.language,
        interpreter => person.interpreter,
    }
}

async fn contact(tx: &mut Tx, person: PersonId, moment: AsOf) -> Result<Option<people::ContactDetails>, Problem> {
    if !tx.may::<ViewContactDetails>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewContactDetails>(person).await?;
    Ok(people::contact_details_as_of(tx, &grant, moment.at).await?)
}

/// The alerts that stood; `None` for who may not see them.
async fn alerts(tx: &mut Tx, person: PersonId, moment: AsOf) -> Result<Option<Vec<Value>>, Problem> {
    if !tx.may::<ViewRiskCard>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewRiskCard>(person).await?;
    let stood = people::alerts_as_of(tx, &grant, moment.at).await?;
    let value = |alert: &people::AlertThen| {
        context! { kind => alert.kind.label(), detail => alert.detail, at => alert.raised_at, by => alert.raised_by_name }
    };
    Ok(Some(stood.iter().map(value).collect()))
}

async fn person_episodes(tx: &mut Tx, person: PersonId, moment: AsOf) -> Result<Option<Vec<Value>>, Problem> {
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let opened = episodes::of_person(tx, &grant).await?.into_iter().filter(|episode| episode.opened_at <= moment.at);
    let value = |episode: episodes::Episode| {
        context! {
            href => moment.of_page(&format!("/episodes/{}", episode.id)),
            opened => date_long(london_date(episode.opened_at)),
            contact => episode.point_of_contact.label(),
            site => episode.site_name,
            closed => episode.closed_at.filter(|closed| *closed <= moment.at).map(|closed| date_long(london_date(closed))),
        }
    };
    Ok(Some(opened.map(value).collect()))
}

/// The forms as they stood; `None` for who may not read them.
async fn filled(tx: &mut Tx, person: PersonId, moment: AsOf) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewClinical>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewClinical>(person).await?;
    let stood = records::of_person_as_of(tx, &grant, moment.at).await?;
    Ok(Some(records_as_of(&stood, moment)))
}
