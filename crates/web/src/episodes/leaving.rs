//! The person leaves the site: released, remanded, taken on; when, and what follows.

use crate::banner::banner;
use crate::pathway::{episode, subject};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::EpisodeId;
use throughline_domain::legal::LegalEventKind;
use throughline_domain::time::{Instant, date_long, date_time_long, london_date};
use throughline_policy::{ChangeJustice, Class, Subject, ViewJustice};
use throughline_store::episodes::Episode;
use throughline_store::events::{self, NewEvent};
use throughline_store::{Tx, episodes};

/// What may come after, in the order of how often it does.
const AFTER: [LegalStatus; 6] = [
    LegalStatus::Bail,
    LegalStatus::UnderInvestigation,
    LegalStatus::Liberty,
    LegalStatus::ChargedHeld,
    LegalStatus::Remanded,
    LegalStatus::Section136,
];

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>) -> Answer {
    draw(&cx, id, None, &Errors::default()).await
}

async fn draw(cx: &Cx, id: EpisodeId, typed: Option<&Fields>, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let episode = episode(&mut tx, subject).await?;
    if !tx.may::<ChangeJustice>(subject).await? || episode.closed_at.is_some() {
        return Err(Problem::NotFound);
    }
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let text = |name: &str| typed.map_or("", |fields| fields.text(name)).to_owned();
    let chosen = text("status");
    let statuses: Vec<Value> = AFTER
        .iter()
        .map(|status| {
            let hint =
                if status.walked_out() { "Starts the contact within 48 hours" } else { status.owed_on_leaving() };
            context! { code => status.code(), label => status.label(), hint, checked => status.code() == chosen }
        })
        .collect();
    let values = context! {
        heading => "Release or move",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        base => format!("/episodes/{id}"),
        statuses,
        status => episode.legal_status.label(),
        released_at => episode.released_at,
        at => typed.map_or_else(|| date_long(london_date(cx.now)), |fields| fields.text("at").to_owned()),
        at_time => text("at.time"),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("episodes/release.html", errors, values)
}

pub(super) async fn change(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let status = fields.given("status").and_then(LegalStatus::from_code).filter(|status| AFTER.contains(status));
    if status.is_none() {
        errors.add("status", "Choose what the person left on");
    }
    let at = errors.moment(&fields, "at", london_date(cx.now));
    if at.is_some_and(|at| at > cx.now) {
        errors.add("at.time", "This time lies ahead: enter when the person left");
    }
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    if let Some(at) = at {
        check_order(&mut act, subject, at, &mut errors).await?;
    }
    let (Some(status), Some(at), true) = (status, at, errors.is_empty()) else {
        drop(act);
        return draw(&cx, id, Some(&fields), &errors).await;
    };
    let episode = episode(&mut act, subject).await?;
    if episode.closed_at.is_some() {
        return Err(Problem::NotFound);
    }
    leave(&mut act, subject, &episode, status, at).await?;
    act.done(&format!("/episodes/{id}")).await
}

/// Nobody leaves before they came.
async fn check_order(tx: &mut Tx, subject: Subject, at: Instant, errors: &mut Errors) -> Result<(), Problem> {
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let justice = episodes::justice(tx, &grant).await?;
    if let Some(came) = justice.arrived_at.or(justice.arrested_at).filter(|came| at < *came) {
        errors.add("at", format!("The person came on {}: enter a later date and time", date_time_long(came)));
    }
    Ok(())
}

async fn leave(
    tx: &mut Tx,
    subject: Subject,
    episode: &Episode,
    status: LegalStatus,
    at: Instant,
) -> Result<(), Problem> {
    if let Some(kind) = LegalEventKind::of_leaving_on(status) {
        crate::legal::left(tx, subject, episode, kind, at).await?;
    }
    // Whoever is held again after a release leaves anew, and is owed a contact anew.
    let is_first = episode.released_at.is_none() || episode.legal_status.is_held();
    if status.walked_out() && is_first {
        crate::release::release(tx, subject, status, at).await?;
    } else {
        // A corrected time or status: the contact within 48 hours stands already.
        let grant = tx.authorise::<ChangeJustice>(subject).await?;
        episodes::set_legal_status(tx, &grant, status, status.walked_out().then_some(at)).await?;
        if !status.walked_out() {
            let due = episodes::soon(tx.now());
            episodes::set_next_action(tx, episode.id, status.owed_on_leaving(), due).await?.only_while_open();
        }
    }
    let event = NewEvent {
        at: Some(at),
        site: Some(episode.site_id),
        person: Some(episode.person_id),
        episode: Some(episode.id),
        kind: "episode",
        class: Class::Episode,
        words: format!("Left: {status}"),
        link: format!("/episodes/{}", episode.id),
    };
    Ok(events::add(tx, event).await?)
}
