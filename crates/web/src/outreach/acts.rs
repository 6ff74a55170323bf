//! What is done about an offer: checking, making, answering, and giving it to a link worker.

use super::{draw, safe_to_send};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use throughline_domain::ids::{OutreachId, UserId};
use throughline_domain::outreach::{Obstacle, OfferChannel, OutreachState};
use throughline_domain::role::Role;
use throughline_policy::{ChangeOutreach, CreateDisclosure, DecideForChild, Subject, ViewConsent};
use throughline_store::outreach::{self, Checked};
use throughline_store::users;

fn shown(id: OutreachId, done: &str) -> String {
    format!("/outreach/{id}?done={done}")
}

/// What was found out: which ways are safe, or why no offer may be made.
pub(super) async fn check(cx: Cx, Path(id): Path<OutreachId>, fields: Fields) -> Answer {
    let not = match fields.text("possible") {
        "yes" => None,
        code => match Obstacle::from_code(code).filter(|obstacle| super::FOUND_OUT.contains(obstacle)) {
            Some(obstacle) => Some(obstacle),
            None => return draw(&cx, id, None, Some(("possible", "Choose whether they may be contacted"))).await,
        },
    };
    let ways: Vec<OfferChannel> = fields.all("ways").filter_map(OfferChannel::from_code).collect();
    if not.is_none() && ways.is_empty() {
        return draw(&cx, id, None, Some(("ways", "Tick each way that is safe"))).await;
    }
    let checked = not.map_or_else(|| Checked::Safe { ways, adult: fields.ticked("adult") }, Checked::Not);
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut act, id).await?;
    outreach::check(&mut act, &grant, &offer, version, &checked).await?;
    act.done(&shown(id, "checked")).await
}

/// The offer was made by somebody: which way is recorded. Throughline itself sends nothing.
pub(super) async fn make(cx: Cx, Path(id): Path<OutreachId>, fields: Fields) -> Answer {
    let Some(channel) = OfferChannel::from_code(fields.text("channel")) else {
        return draw(&cx, id, None, Some(("channel", "Choose how it was offered"))).await;
    };
    safe_to_send(&cx, channel)?;
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut act, id).await?;
    let made = outreach::make(&mut act, &grant, &offer, version, channel).await?;
    act.done(&shown(id, if made.is_ok() { "offered" } else { "stopped" })).await
}

/// What came of it.
pub(super) async fn answer(cx: Cx, Path(id): Path<OutreachId>, fields: Fields) -> Answer {
    let answers = [OutreachState::Accepted, OutreachState::Declined, OutreachState::NotReached];
    let Some(answer) = answers.into_iter().find(|answer| answer.code() == fields.text("answer")) else {
        return draw(&cx, id, None, Some(("answer", "Choose what came of it"))).await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut act, id).await?;
    outreach::answer(&mut act, &grant, &offer, version, answer).await?;
    act.done(&shown(id, "answered")).await
}

/// What the youth lead decided about a child.
pub(super) async fn decide_for_child(cx: Cx, Path(id): Path<OutreachId>, fields: Fields) -> Answer {
    let accepted = match fields.text("decision") {
        "accepted" => Some(true),
        "not_made" => Some(false),
        _ => None,
    };
    let mut act = cx.act(&fields).await?;
    let (grant, offer) = outreach::open::<DecideForChild>(&mut act, id).await?;
    let Some(accepted) = accepted else {
        drop(act);
        return draw(&cx, id, None, Some(("decision", "Choose what becomes of the offer"))).await;
    };
    outreach::decide_for_child(&mut act, &grant, &offer, fields.version()?, accepted).await?;
    act.done(&shown(id, "answered")).await
}

/// Gives the offer to a link worker by name, by the person's consent.
pub(super) async fn assign(cx: Cx, Path(id): Path<OutreachId>, fields: Fields) -> Answer {
    let wanted: Option<UserId> = fields.text("to").parse().ok();
    let mut act = cx.act(&fields).await?;
    let (grant, offer) = outreach::open::<ChangeOutreach>(&mut act, id).await?;
    let colleagues = users::colleagues(&mut act).await?;
    let to = colleagues.into_iter().find(|one| Some(one.id) == wanted && one.role == Role::LinkWorker);
    let Some(to) = to else {
        drop(act);
        return draw(&cx, id, None, Some(("to", "Choose a link worker"))).await;
    };
    let version = fields.version()?;
    let person = offer.person_id.ok_or(Problem::NotFound)?;
    let consent = act.authorise::<ViewConsent>(person).await?;
    let agreed = outreach::agreed_to_link_workers(&mut act, &consent).await?;
    let words = "The person has not agreed to sharing with the link workers' charity";
    let (line, episode) = agreed.ok_or_else(|| Problem::Invalid(words.into()))?;
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(offer.site_id) };
    let disclose = act.authorise::<CreateDisclosure>(subject).await?;
    let name = format!("{}, community link worker", to.name);
    outreach::assign(&mut act, &grant, &disclose, &offer, version, (to.id, &name), line).await?;
    act.done(&shown(id, "assigned")).await
}
