//! What becomes of an appointment: they came, it was cancelled, nobody came, the officer was told.

use super::appointment::{again, follow_up_subject, officer_words};
use super::{OVERTAKEN, must_be_allowed, seen, tell};
use crate::documents::sharing::Ledger;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::appointment::{AfterMissed, CancelReason, CancelledBy, for_officer};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::{Basis, Channel, check};
use throughline_domain::ids::{AppointmentId, DisclosureId, TaskId};
use throughline_domain::referral::working_days_after;
use throughline_domain::task::TaskKind;
use throughline_domain::time::date_time_long;
use throughline_policy::{ChangeFollowUp, ChangeList, CreateDisclosure, ViewEpisode};
use throughline_store::appointments::{self, Appointment};
use throughline_store::disclosures::{self, NewDisclosure};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Error as StoreError, Tx, episodes, people};
use uuid::Uuid;

/// The page of the appointment with what is wrong, at its field.
async fn refused(cx: &Cx, id: AppointmentId, field: &str, message: &str, fields: &Fields) -> Answer {
    let mut errors = Errors::default();
    errors.add(field, message);
    again(cx, id, context! { errors => errors.summary(), wrong => errors.by_field(), typed => fields.typed() }).await
}

pub(super) async fn arrived(cx: Cx, Path(id): Path<AppointmentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let (_, of) = seen(&mut act, id).await?;
    let grant = act.authorise::<ChangeList>(of.site_id).await?;
    match appointments::arrived(&mut act, &grant, id, version).await {
        Err(StoreError::Stale) => {
            drop(act);
            return refused(&cx, id, "", OVERTAKEN, &fields).await;
        }
        other => other?,
    }
    tell(&mut act, &of, "Arrived, and waits").await?;
    act.done(&format!("/appointments/{id}")).await
}

pub(super) async fn cancel_page(cx: Cx, Path(id): Path<AppointmentId>) -> Answer {
    draw_cancel(&cx, id, &Fields::default(), &Errors::default()).await
}

async fn draw_cancel(cx: &Cx, id: AppointmentId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (_, of) = seen(&mut tx, id).await?;
    must_be_allowed(&mut tx, of.site_id).await?;
    tx.commit().await?;
    if !of.state.is_ahead() && errors.is_empty() {
        return Err(Problem::NotFound);
    }
    let by = CancelledBy::ALL
        .iter()
        .map(|one| context! { code => one.code(), label => one.label(), checked => fields.text("by") == one.code() });
    let reasons = CancelReason::ALL.iter().map(
        |one| context! { code => one.code(), label => one.label(), checked => fields.text("reason") == one.code(), hint => hint(*one) },
    );
    let values = context! {
        heading => "Cancel the appointment",
        crumbs => [context! { text => "Clinics", href => "/clinics" }, context! { text => "Appointment", href => format!("/appointments/{id}") }],
        name => of.name.formal(), when => date_time_long(of.starts_at), version => of.version,
        by => by.collect::<Vec<_>>(), reasons => reasons.collect::<Vec<Value>>(), typed => fields.typed(),
        errors => errors.summary(), wrong => errors.by_field(),
    };
    cx.page_of_form("clinics/cancel.html", errors, values)
}

/// What becomes of the person when this is why.
fn hint(reason: CancelReason) -> &'static str {
    if reason.ends_line().is_some() {
        "They are taken off the work of the day"
    } else {
        "They stay on the board and wait for another time"
    }
}

pub(super) async fn cancel(cx: Cx, Path(id): Path<AppointmentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut errors = Errors::default();
    let (by, reason) = (CancelledBy::from_code(fields.text("by")), CancelReason::from_code(fields.text("reason")));
    if by.is_none() {
        errors.add("by", "Choose who cancelled");
    }
    if reason.is_none() {
        errors.add("reason", "Choose why");
    }
    let Some(why) = by.zip(reason) else { return draw_cancel(&cx, id, &fields, &errors).await };
    let mut act = cx.act(&fields).await?;
    let (_, of) = seen(&mut act, id).await?;
    let grant = act.authorise::<ChangeList>(of.site_id).await?;
    match appointments::cancel(&mut act, &grant, id, version, why, fields.text("note")).await {
        Err(StoreError::Stale) => {
            drop(act);
            errors.add("", OVERTAKEN);
            return draw_cancel(&cx, id, &fields, &errors).await;
        }
        other => other?,
    }
    tell(&mut act, &of, &format!("Appointment cancelled: {}", why.1)).await?;
    act.done(&format!("/appointments/{id}")).await
}

/// What follows after nobody came.
pub(super) async fn follow_up(cx: Cx, Path(id): Path<AppointmentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let decided = match fields.text("follow_up") {
        "task" => AfterMissed::Task,
        "nothing" => AfterMissed::Nothing,
        _ => return refused(&cx, id, "follow_up", "Choose what follows", &fields).await,
    };
    if decided == AfterMissed::Nothing && fields.given("why").is_none() {
        return refused(&cx, id, "why", "Say why nothing more is done", &fields).await;
    }
    let mut act = cx.act(&fields).await?;
    let (_, of) = seen(&mut act, id).await?;
    let grant = act.authorise::<ChangeList>(of.site_id).await?;
    match appointments::after_missed(&mut act, &grant, id, version, decided, fields.text("why")).await {
        Err(StoreError::Stale) => {
            drop(act);
            return refused(&cx, id, "", OVERTAKEN, &fields).await;
        }
        other => other?,
    }
    if decided == AfterMissed::Task {
        add_task(&mut act, &of).await?;
    }
    act.done("/clinics").await
}

/// A task to reach the person, in the episode that is open.
async fn add_task(tx: &mut Tx, of: &Appointment) -> Result<(), Problem> {
    let subject = follow_up_subject(tx, of).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ChangeFollowUp>(subject).await?;
    let view = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &view).await?.ok_or(Problem::NotFound)?;
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: grant.person(),
        episode_id: episode.id,
        kind: TaskKind::FollowUp,
        title: "Reach them about the missed appointment".into(),
        due_at: working_days_after(tx.now(), 1),
        owner_id: Some(episode.owner_id),
        organisation_id: tx.actor().ok_or(Problem::SignIn)?.organisation,
    };
    Ok(tasks::add(tx, &task).await?)
}

/// Records that the officer in the case was told whether they attended: only with the person's consent,
/// and in the disclosure ledger.
pub(super) async fn told(cx: Cx, Path(id): Path<AppointmentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let (_, of) = seen(&mut act, id).await?;
    let list = act.authorise::<ChangeList>(of.site_id).await?;
    let subject = match of.episode_id {
        Some(episode) => people::subject_of_episode(&mut act, episode).await?,
        None => None,
    };
    let Some(subject) = subject else {
        let why = for_officer(of.state, None).err().map(|why| why.to_string()).unwrap_or_default();
        drop(act);
        return refused(&cx, id, "recipient", &why, &fields).await;
    };
    let ledger = Ledger::read(&mut act, subject).await?;
    let state = ledger.state(ConsentFor::Police);
    let recipient = fields.given("recipient").map_or_else(|| officer_words(&of), str::to_owned);
    let words = match for_officer(of.state, Some(state)) {
        Ok(words) => words,
        Err(why) => {
            drop(act);
            return refused(&cx, id, "recipient", &why.to_string(), &fields).await;
        }
    };
    if let Err(refusal) = check(&recipient, Some(Basis::Consent), state, "") {
        drop(act);
        return refused(&cx, id, "recipient", &refusal.to_string(), &fields).await;
    }
    let Some(channel) = Channel::from_code(fields.text("channel")) else {
        drop(act);
        return refused(&cx, id, "channel", "Choose how they were told", &fields).await;
    };
    let grant = act.authorise::<CreateDisclosure>(subject).await?;
    let new = NewDisclosure {
        id: DisclosureId::new(Uuid::now_v7()),
        document_id: None,
        summary: words.to_owned(),
        consent_for: ConsentFor::Police,
        recipient,
        channel,
        basis: Basis::Consent,
        reason: String::new(),
        consent_id: ledger.line(ConsentFor::Police).map(|line| line.id),
        minimum_necessary: true,
    };
    disclosures::record(&mut act, &grant, of.site_id, &new).await?;
    match appointments::told(&mut act, &list, id, version, new.id).await {
        Err(StoreError::Stale) => {
            drop(act);
            return refused(&cx, id, "", OVERTAKEN, &fields).await;
        }
        other => other?,
    }
    act.done(&format!("/appointments/{id}")).await
}
