//! Handing an episode over: owner, next action, and by when.

use crate::banner::banner;
use crate::pathway::{episode, subject};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::ids::{EpisodeId, UserId};
use throughline_domain::time::{clock_time, date_long, london_date};
use throughline_policy::{ChangeEpisode, Class};
use throughline_store::events::{self, NewEvent};
use throughline_store::{episodes, users};

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>) -> Answer {
    draw(&cx, id, None, &Errors::default()).await
}

async fn draw(cx: &Cx, id: EpisodeId, typed: Option<&Fields>, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let episode = episode(&mut tx, subject).await?;
    if !tx.may::<ChangeEpisode>(subject).await? || episode.closed_at.is_some() {
        return Err(Problem::NotFound);
    }
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    let colleagues = users::colleagues(&mut tx).await?;
    tx.commit().await?;
    let typed_or = |name: &str, now: String| typed.map_or(now, |fields| fields.text(name).to_owned());
    let owner = typed_or("owner", episode.owner_id.to_string());
    let owners: Vec<Value> = colleagues
        .iter()
        .map(|one| {
            let code = one.id.to_string();
            context! { checked => code == owner, code, label => format!("{} ({})", one.name, one.role) }
        })
        .collect();
    let due = episode.next_action_due;
    let values = context! {
        heading => "Hand over",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        base => format!("/episodes/{id}"),
        owners,
        next_action => typed_or("next_action", episode.next_action.clone()),
        due => typed_or("due", date_long(london_date(due))),
        due_time => typed_or("due.time", clock_time(due)),
        version => typed_or("version", episode.version.to_string()),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("episodes/hand_over.html", errors, values)
}

pub(super) async fn change(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let owner = fields.given("owner").and_then(|text| text.parse::<UserId>().ok());
    if owner.is_none() {
        errors.add("owner", "Choose who owns the episode from now on");
    }
    let next_action = fields.given("next_action");
    if next_action.is_none() {
        errors.add("next_action", "Write what has to be done next");
    }
    let due = errors.moment(&fields, "due", london_date(cx.now));
    let (Some(owner), Some(next_action), Some(due)) = (owner, next_action, due) else {
        return draw(&cx, id, Some(&fields), &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let grant = act.authorise::<ChangeEpisode>(subject).await?;
    let colleagues = users::colleagues(&mut act).await?;
    let Some(new_owner) = colleagues.into_iter().find(|one| one.id == owner) else {
        drop(act);
        errors.add("owner", "Choose somebody from the list");
        return draw(&cx, id, Some(&fields), &errors).await;
    };
    let before = episode(&mut act, subject).await?;
    episodes::hand_over(&mut act, &grant, fields.version()?, owner, next_action, due).await?;
    let words = if before.owner_id == owner {
        "Next action and date changed".to_owned()
    } else {
        format!("Handed over to {}", new_owner.name)
    };
    let event = NewEvent {
        at: None,
        site: Some(before.site_id),
        person: Some(before.person_id),
        episode: Some(id),
        kind: "episode",
        class: Class::Episode,
        words,
        link: format!("/episodes/{id}"),
    };
    events::add(&mut act, event).await?;
    act.done(&format!("/episodes/{id}")).await
}
