//! Advice about somebody, from their episode: it stands in their timeline, and what it told outside in the ledger.

use super::form;
use crate::banner::banner;
use crate::documents::sharing::{Ledger, ask, choices as sharing_choices};
use crate::pathway::subject;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::consultation::AskedBy;
use throughline_domain::ids::{ConsultationId, EpisodeId};
use throughline_policy::{CreateConsultation, CreateDisclosure, Subject, WriteClinical};
use throughline_store::Tx;
use throughline_store::consultations::{self, Given};
use throughline_store::disclosures::{self, NewDisclosure};
use uuid::Uuid;

pub(super) async fn page(cx: Cx, Path(episode): Path<EpisodeId>) -> Answer {
    draw(&cx, episode, &Fields::default(), &Errors::default()).await
}

/// Whether the actor may record advice about somebody, where the episode is.
pub(crate) async fn may(tx: &mut Tx, subject: Subject) -> Result<bool, Problem> {
    let site = Subject { site: subject.site, ..Subject::default() };
    Ok(tx.may::<WriteClinical>(subject).await? && tx.may::<CreateConsultation>(site).await?)
}

async fn draw(cx: &Cx, id: EpisodeId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    if !may(&mut tx, subject).await? {
        return Err(Problem::NotFound);
    }
    let ledger = Ledger::read(&mut tx, subject).await?;
    let banner = banner(&mut tx, subject.person.ok_or(Problem::NotFound)?, Some(id)).await?;
    tx.commit().await?;
    let values = context! {
        heading => "Advice about this person",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        choices => form::choices(),
        askers => askers(&ledger),
        sharing => sharing_choices(&[], &[]),
        typed => fields.typed(),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("consultations/about.html", errors, values)
}

/// Who may ask, each with what the person said of telling them.
fn askers(ledger: &Ledger) -> Vec<Value> {
    let one = |asked_by: &AskedBy| {
        let hint = match asked_by.consent_for() {
            Some(consent_for) => format!("The person's answer to sharing: {}", ledger.state(consent_for)),
            None => "Of this service: nothing leaves it".to_owned(),
        };
        context! { code => asked_by.code(), label => asked_by.label(), hint }
    };
    AskedBy::ALL.iter().map(one).collect()
}

pub(super) async fn record(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let about = act.authorise::<WriteClinical>(subject).await?;
    let grant = act.authorise::<CreateConsultation>(Subject { site: subject.site, ..Subject::default() }).await?;
    let ledger = Ledger::read(&mut act, subject).await?;
    let mut errors = Errors::default();
    let given = form::read(&fields, cx.now, &mut errors);
    let told = told(&fields, given.as_ref(), &ledger, &mut errors);
    let Some(given) = given.filter(|_| errors.is_empty()) else {
        drop(act);
        return draw(&cx, id, &fields, &errors).await;
    };
    if let Some(told) = &told {
        let disclose = act.authorise::<CreateDisclosure>(subject).await?;
        disclosures::record(&mut act, &disclose, disclose.site(), told).await?;
    }
    let new = ConsultationId::new(Uuid::now_v7());
    consultations::record_about(&mut act, &grant, &about, new, &given, told.map(|told| told.id)).await?;
    act.done(&format!("/consultations/{new}")).await
}

/// What the disclosure ledger must say, when somebody outside was told something of the person.
fn told(fields: &Fields, given: Option<&Given>, ledger: &Ledger, errors: &mut Errors) -> Option<NewDisclosure> {
    let asked_by = AskedBy::from_code(fields.text("asked_by"))?;
    let consent_for = asked_by.consent_for()?;
    match fields.text("told") {
        "no" => return None,
        "yes" => {}
        _ => {
            errors.add("told", "Say whether they were told something of this person");
            return None;
        }
    }
    let who = fields.given("recipient").unwrap_or(asked_by.label());
    let channel = given.map_or("verbal", |given| given.how.channel().code());
    let asked = [
        ("recipient", who),
        ("channel", channel),
        ("basis", fields.text("basis")),
        ("reason", fields.text("reason")),
        ("minimum", fields.text("minimum")),
    ];
    let mut sharing = Errors::default();
    let asked = ask(&asked.into_iter().collect(), ledger, consent_for, &mut sharing);
    errors.extend(sharing);
    let given = given?;
    Some(asked?.disclosure(ledger, None, format!("Advice given: {}", given.topic.label().to_lowercase())))
}
