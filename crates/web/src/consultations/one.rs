//! One piece of advice with its versions, and correcting one's own.

use super::form;
use crate::banner::banner;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::ids::ConsultationId;
use throughline_policy::{ChangeConsultation, Subject, ViewClinical, ViewConsultation};
use throughline_store::Tx;
use throughline_store::consultations::{self, Consultation};

pub(super) async fn show(cx: Cx, Path(id): Path<ConsultationId>) -> Answer {
    draw(&cx, id, None, &Errors::default()).await
}

/// The versions, newest first, for a reader who may see them: those of advice about somebody with a grant for them.
async fn find(tx: &mut Tx, id: ConsultationId) -> Result<(Subject, Vec<Consultation>), Problem> {
    let subject = consultations::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let versions = if subject.person.is_some() {
        let grant = tx.authorise::<ViewClinical>(subject).await?;
        consultations::versions_about(tx, &grant, id).await?
    } else {
        let grant = tx.authorise::<ViewConsultation>(Subject { site: subject.site, ..Subject::default() }).await?;
        consultations::versions(tx, &grant, id).await?
    };
    if versions.is_empty() { Err(Problem::NotFound) } else { Ok((subject, versions)) }
}

fn of_site(subject: Subject) -> Subject {
    Subject { site: subject.site, ..Subject::default() }
}

fn back(subject: Subject) -> Value {
    let list = || context! { href => "/consultations", text => "Advice to colleagues" };
    let episode = |episode| context! { href => format!("/episodes/{episode}"), text => "Episode" };
    subject.episode.map_or_else(list, episode)
}

async fn draw(cx: &Cx, id: ConsultationId, fields: Option<&Fields>, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, versions) = find(&mut tx, id).await?;
    let standing = versions.first().ok_or(Problem::NotFound)?;
    let person = match subject.person {
        Some(person) => Some(banner(&mut tx, person, subject.episode).await?.value),
        None => None,
    };
    let own = standing.by_user == cx.signed_in.user.id;
    let may_correct = own && tx.may::<ChangeConsultation>(of_site(subject)).await?;
    tx.commit().await?;
    let values = context! {
        heading => format!("Advice: {}", standing.topic.label().to_lowercase()),
        caption => format!("To {}", standing.asked_by.label().to_lowercase()),
        person,
        back => back(subject),
        names_somebody => subject.person.is_some(),
        standing => form::line(standing),
        before => versions.iter().skip(1).map(form::line).collect::<Vec<Value>>(),
        may_correct,
        correcting => fields.is_some(),
        choices => form::choices(),
        typed => fields.map_or_else(|| form::typed(standing), Fields::typed),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    if errors.is_empty() {
        cx.page("consultations/one.html", values)
    } else {
        cx.page_with_errors("consultations/one.html", values)
    }
}

pub(super) async fn correct(cx: Cx, Path(id): Path<ConsultationId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, versions) = find(&mut act, id).await?;
    let grant = act.authorise::<ChangeConsultation>(of_site(subject)).await?;
    let standing = versions.first().filter(|one| one.by_user == cx.signed_in.user.id).ok_or(Problem::NotFound)?;
    let mut errors = Errors::default();
    let given = form::read(&fields, cx.now, &mut errors);
    if fields.given("why").is_none() {
        errors.add("why", "Write why it is corrected");
    }
    let Some(given) = given.filter(|_| errors.is_empty()) else {
        drop(act);
        return draw(&cx, id, Some(&fields), &errors).await;
    };
    let base = Consultation { number: fields.version()?, ..standing.clone() };
    consultations::correct(&mut act, &grant, &base, &given, fields.text("why")).await?;
    act.done(&format!("/consultations/{id}")).await
}
