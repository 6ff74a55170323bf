//! Recording what happened, correcting it, and what follows for the episode.

use super::{Held, held, show, typed};
use crate::pathway::{episode, subject};
use crate::{Answer, Cx, Errors, Fields, Problem, release};
use axum::extract::Path;
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{EpisodeId, LegalEventId};
use throughline_domain::legal::{Charge, Detail, LegalEventKind};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeJustice, Grant, Subject, ViewJustice};
use throughline_store::episodes::Episode;
use throughline_store::legal::{self, Entry, NewLegalEvent};
use throughline_store::{Tx, episodes};
use uuid::Uuid;

pub(super) async fn record(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let typed = typed::read(&fields, cx.now, &mut errors);
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let grant = act.authorise::<ChangeJustice>(subject).await?;
    let Some(new) = typed else {
        drop(act);
        return show::again(&cx, id, None, &fields, &errors).await;
    };
    let episode = episode(&mut act, subject).await?;
    let before = read(&mut act, subject, &episode).await?;
    legal::record(&mut act, &grant, episode.site_id, &new).await?;
    follow(&mut act, subject, &episode, &before, &new).await?;
    act.done(&format!("/episodes/{id}/legal?done=recorded")).await
}

pub(super) async fn correct(cx: Cx, Path((id, line)): Path<(EpisodeId, LegalEventId)>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let grant = act.authorise::<ChangeJustice>(subject).await?;
    let episode = episode(&mut act, subject).await?;
    let before = read(&mut act, subject, &episode).await?;
    let wrong = before.entries.iter().find(|entry| entry.id == line).ok_or(Problem::NotFound)?.clone();
    let mut errors = Errors::default();
    if fields.text("act") == "withdraw" {
        let Some(why) = fields.given("why") else {
            drop(act);
            errors.add("why", "Say why it was entered in error");
            return show::again(&cx, id, Some(line), &fields, &errors).await;
        };
        withdraw(&mut act, subject, &grant, &episode, &wrong, why).await?;
        return act.done(&format!("/episodes/{id}/legal?done=withdrawn")).await;
    }
    let Some(new) = typed::read(&fields, cx.now, &mut errors) else {
        drop(act);
        return show::again(&cx, id, Some(line), &fields, &errors).await;
    };
    let new = NewLegalEvent { replaces: Some(line), ..new };
    legal::record(&mut act, &grant, episode.site_id, &new).await?;
    if is_release(&episode, &wrong) {
        move_release(&mut act, &grant, &new).await?;
    }
    follow(&mut act, subject, &episode, &before, &new).await?;
    act.done(&format!("/episodes/{id}/legal?done=corrected")).await
}

/// Records that the person left the site on a status, for the pages on which that is said: the page of
/// a release or move, and a CJ outcome. A time that is corrected there takes the place of the one before.
///
/// # Errors
/// The store's.
pub(crate) async fn left(
    tx: &mut Tx,
    subject: Subject,
    episode: &Episode,
    kind: LegalEventKind,
    at: Instant,
) -> Result<(), Problem> {
    let grant = tx.authorise::<ChangeJustice>(subject).await?;
    let before = read(tx, subject, episode).await?;
    let standing = || before.entries.iter().filter(|entry| entry.stands());
    if standing().any(|entry| entry.event.kind == kind && entry.event.at == at) {
        return Ok(());
    }
    // Somebody who is held again leaves anew; of somebody who is free the release is corrected.
    let is_correction = kind.walks_out_on().is_some() && !episode.legal_status.is_held();
    let corrected = standing().find(|entry| is_correction && is_release(episode, entry));
    let detail = if kind == LegalEventKind::Charged { Detail::Charge(Charge::default()) } else { Detail::None };
    let mut events = vec![new(kind, at, detail, corrected.map(|entry| entry.id))];
    if kind == LegalEventKind::S136Detained && is_held_by_police(&before) {
        events.push(new(LegalEventKind::PoliceDetentionEnded, at, Detail::None, None));
    }
    for event in &events {
        legal::record(tx, &grant, episode.site_id, event).await?;
    }
    Ok(())
}

fn new(kind: LegalEventKind, at: Instant, detail: Detail, replaces: Option<LegalEventId>) -> NewLegalEvent {
    NewLegalEvent {
        id: LegalEventId::new(Uuid::now_v7()),
        kind,
        at,
        detail,
        decided_by: kind.decider(),
        decider_name: String::new(),
        note: String::new(),
        replaces,
    }
}

fn is_held_by_police(held: &Held) -> bool {
    held.timeline.spans.iter().any(|span| span.to.is_none() && span.basis == throughline_clocks::Basis::Police)
}

/// Whether a line is the release that the episode knows.
fn is_release(episode: &Episode, entry: &Entry) -> bool {
    entry.event.kind.walks_out_on().is_some() && episode.released_at == Some(entry.event.at)
}

async fn read(tx: &mut Tx, subject: Subject, episode: &Episode) -> Result<Held, Problem> {
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let now = tx.now();
    held(tx, &grant, episode, now).await
}

/// What follows for an open episode: its legal status, when this event began or ended the basis of now; and
/// when somebody who was held walks out, the contact within 48 hours.
async fn follow(
    tx: &mut Tx,
    subject: Subject,
    episode: &Episode,
    before: &Held,
    new: &NewLegalEvent,
) -> Result<(), Problem> {
    if episode.closed_at.is_some() {
        return Ok(());
    }
    let after = read(tx, subject, episode).await?;
    let current = after.timeline.current();
    let Some(began) = current.filter(|span| span.began_by == new.kind && span.from == new.at) else {
        let nobody_says = current.is_none() && episode.legal_status.is_held() && before.timeline.current().is_some();
        return if nobody_says { set_status(tx, subject, LegalStatus::NotKnown).await } else { Ok(()) };
    };
    let was_held = before.timeline.current().is_none_or(|span| span.basis.is_held());
    let contact_is_made = episode.released_at.is_some() && !was_held;
    match new.kind.walks_out_on() {
        Some(status) if !contact_is_made => release::release(tx, subject, status, new.at).await,
        _ => set_status(tx, subject, began.basis.legal_status()).await,
    }
}

async fn set_status(tx: &mut Tx, subject: Subject, status: LegalStatus) -> Result<(), Problem> {
    let grant = tx.authorise::<ChangeJustice>(subject).await?;
    Ok(episodes::set_legal_status(tx, &grant, status, None).await?)
}

/// The release that the episode knows goes with its corrected line; the contact that was made stays.
async fn move_release(tx: &mut Tx, grant: &Grant<ChangeJustice>, new: &NewLegalEvent) -> Result<(), Problem> {
    match new.kind.walks_out_on() {
        Some(status) => episodes::set_legal_status(tx, grant, status, Some(new.at)).await?,
        None => legal::clear_release(tx, grant).await?,
    }
    Ok(())
}

async fn withdraw(
    tx: &mut Tx,
    subject: Subject,
    grant: &Grant<ChangeJustice>,
    episode: &Episode,
    wrong: &Entry,
    why: &str,
) -> Result<(), Problem> {
    let id = LegalEventId::new(Uuid::now_v7());
    legal::withdraw(tx, grant, episode.site_id, id, wrong, why).await?;
    if episode.closed_at.is_some() {
        return Ok(());
    }
    if is_release(episode, wrong) {
        legal::clear_release(tx, grant).await?;
    }
    // What the episode says without the line: the list's times count only while nobody says it is over.
    let open = Episode { released_at: episode.released_at.filter(|_| !is_release(episode, wrong)), ..episode.clone() };
    let after = read(tx, subject, &Episode { legal_status: LegalStatus::NotKnown, ..open }).await?;
    let gave_status = wrong.event.kind.walks_out_on().is_some() || began_something(wrong);
    match after.timeline.current() {
        _ if !gave_status => Ok(()),
        Some(span) => set_status(tx, subject, span.basis.legal_status()).await,
        None => set_status(tx, subject, LegalStatus::NotKnown).await,
    }
}

fn began_something(entry: &Entry) -> bool {
    use LegalEventKind as Kind;
    matches!(
        entry.event.kind,
        Kind::Charged
            | Kind::Remanded
            | Kind::S136Detained
            | Kind::S136Arrived
            | Kind::S135Arrived
            | Kind::SectionBegan
            | Kind::PoliceDetentionEnded
    )
}
