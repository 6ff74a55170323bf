//! A screening or an assessment did not happen: why, and whether it is offered again.

use crate::banner::banner;
use crate::pathway::{episode, move_on, next_step, subject};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::ids::{EpisodeId, TaskId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::task::TaskKind;
use throughline_domain::time::{Instant, date_long, london_date};
use throughline_policy::{ChangeEpisode, Subject};
use throughline_store::records::{self, NotDone};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, episodes};
use uuid::Uuid;

/// What the page is opened with: neither names a person.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Opened {
    #[serde(default)]
    what: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>, Query(opened): Query<Opened>) -> Answer {
    draw(&cx, id, &opened, None, &Errors::default()).await
}

async fn draw(cx: &Cx, id: EpisodeId, opened: &Opened, typed: Option<&Fields>, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let episode = episode(&mut tx, subject).await?;
    if !tx.may::<ChangeEpisode>(subject).await? || episode.closed_at.is_some() {
        return Err(Problem::NotFound);
    }
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let text = |name: &str, first: &str| typed.map_or(first, |fields| fields.text(name)).to_owned();
    let reason = text("reason", &opened.reason);
    let reasons: Vec<Value> = NotSeenReason::ALL
        .iter()
        .map(|one| context! { code => one.code(), label => one.label(), checked => one.code() == reason })
        .collect();
    let values = context! {
        heading => "Not seen",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        base => format!("/episodes/{id}"),
        reasons,
        what => text("what", &opened.what),
        again => text("again", ""),
        again_at => typed.map_or_else(|| date_long(london_date(cx.now)), |fields| fields.text("again_at").to_owned()),
        again_time => text("again_at.time", ""),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("episodes/not_seen.html", errors, values)
}

pub(super) async fn record(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let what = match fields.text("what") {
        "screening" => Some(NotDone::Screening),
        "assessment" => Some(NotDone::Assessment),
        _ => None,
    };
    if what.is_none() {
        errors.add("what", "Choose what did not happen");
    }
    let reason = fields.given("reason").and_then(NotSeenReason::from_code);
    if reason.is_none() {
        errors.add("reason", "Choose the reason");
    }
    let again = offered_again(&fields, &mut errors, cx.now);
    let (Some(what), Some(reason), true) = (what, reason, errors.is_empty()) else {
        return draw(&cx, id, &Opened::default(), Some(&fields), &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let grant = act.authorise::<ChangeEpisode>(subject).await?;
    let (_, before) = next_step(&mut act, subject).await?;
    records::not_done(&mut act, &grant, what, reason, again.is_some()).await?;
    match again {
        Some(due) => offer_again(&mut act, subject, what, due).await?,
        None => move_on(&mut act, subject, before).await?,
    }
    act.done(&format!("/episodes/{id}")).await
}

/// When it is offered again; `None` when it is not, or when the answer is wrong.
fn offered_again(fields: &Fields, errors: &mut Errors, now: Instant) -> Option<Instant> {
    match fields.text("again") {
        "yes" => errors.moment(fields, "again_at", london_date(now)),
        "no" => None,
        _ => {
            errors.add("again", "Choose whether it is offered again");
            None
        }
    }
}

async fn offer_again(tx: &mut Tx, subject: Subject, what: NotDone, due_at: Instant) -> Result<(), Problem> {
    let title = match what {
        NotDone::Screening => "Offer the screening again",
        NotDone::Assessment => "Offer the assessment again",
    };
    let episode = episode(tx, subject).await?;
    let organisation_id = tx.actor().ok_or(Problem::SignIn)?.organisation;
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: episode.person_id,
        episode_id: episode.id,
        kind: TaskKind::See,
        title: title.into(),
        due_at,
        owner_id: Some(episode.owner_id),
        organisation_id,
    };
    tasks::add(tx, &task).await?;
    episodes::set_next_action(tx, episode.id, title, due_at).await?.only_while_open();
    Ok(())
}
