//! Administration: who may sign in as what, and when each site is covered.

mod sites;
mod supervision;
mod tokens;

use crate::{Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use chrono::{Datelike, NaiveTime};
use minijinja::{Value, context};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::ids::UserId;
use throughline_domain::time::{Instant, date_long, date_short, london_date};
use throughline_policy::{ChangeUsers, Subject, ViewUsers};
use throughline_store::lists;
use throughline_store::organisations::{self, Site};
use throughline_store::users::{self, User};

/// The pages of administration.
pub fn routes() -> Router<App> {
    Router::new()
        .merge(sites::routes())
        .merge(supervision::routes())
        .merge(tokens::routes())
        .route("/administration", get(show))
        .route("/administration/users/{user}", get(show_user))
        .route("/administration/users/{user}/lock", post(lock))
        .route("/administration/users/{user}/unlock", post(unlock))
        .route("/administration/users/{user}/second-factor", post(reset_second_factor))
}

/// What was just done, for the notice.
#[derive(Debug, Default, serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn show(cx: Cx) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewUsers>(Subject::default()).await?;
    let users = users::all(&mut tx, &grant).await?;
    let sites = organisations::sites(&mut tx).await?;
    let mut expected = Vec::new();
    for site in &sites {
        expected.push(lists::expected_by(&mut tx, site.id).await?);
    }
    let may_change = tx.may::<ChangeUsers>(Subject::default()).await?;
    tx.commit().await?;
    let rows: Vec<Value> = users.iter().map(|user| line(user, &sites, cx.now)).collect();
    let places: Vec<Value> = sites.iter().zip(expected).map(|(site, by)| place(site, by)).collect();
    cx.page(
        "administration/show.html",
        context! { heading => "Administration", users => rows, sites => places, may_change },
    )
}

fn line(user: &User, sites: &[Site], now: Instant) -> Value {
    let (access, tone) = access(user, now);
    context! {
        href => format!("/administration/users/{}", user.id),
        name => &user.name,
        role => user.role.label(),
        organisation => &user.organisation_name,
        sites => sites_in_words(user, sites),
        access,
        tone,
    }
}

/// "All sites", their names, or none: most people work at all of them.
fn sites_in_words(user: &User, sites: &[Site]) -> String {
    if user.sites.is_empty() {
        return "None".to_owned();
    }
    if !sites.is_empty() && sites.iter().all(|site| user.sites.contains(&site.id)) {
        return "All sites".to_owned();
    }
    let names = sites.iter().filter(|site| user.sites.contains(&site.id)).map(|site| site.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// Whether a user may sign in, in words, with a tone.
fn access(user: &User, now: Instant) -> (String, &'static str) {
    let today = london_date(now);
    match user.access_until {
        _ if user.locked => ("Locked".to_owned(), "bad"),
        Some(until) if until <= now => (format!("Ended {}", date_short(london_date(until))), "warn"),
        Some(until) if london_date(until).year() == today.year() => {
            (format!("Until {}", london_date(until).format("%-d %B")), "info")
        }
        Some(until) => (format!("Until {}", date_short(london_date(until))), "info"),
        None => ("Can sign in".to_owned(), "good"),
    }
}

fn place(site: &Site, expected_by: Option<NaiveTime>) -> Value {
    context! {
        name => &site.name,
        kind => site.kind.label(),
        code => &site.code,
        hours => hours_in_words(site),
        expected_by => expected_by.map(|by| by.format("%H:%M").to_string()),
        href => format!("/administration/sites/{}", site.id),
    }
}

/// When the site is covered, in words; empty when that is not recorded.
fn hours_in_words(site: &Site) -> String {
    serde_json::from_str::<OpeningHours>(&site.hours).map(|hours| hours.describe()).unwrap_or_default()
}

async fn show_user(cx: Cx, Path(id): Path<UserId>, Query(done): Query<Done>) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewUsers>(Subject::default()).await?;
    tx.audit_detail(&format!("user {id}"));
    let user = users::by_id(&mut tx, id).await?.ok_or(Problem::NotFound)?;
    let second_factor = users::with_second_factor(&mut tx, &grant).await?.contains(&id);
    let sites = organisations::sites(&mut tx).await?;
    let may_change = tx.may::<ChangeUsers>(Subject::default()).await?;
    tx.commit().await?;
    let (access, tone) = access(&user, cx.now);
    cx.page(
        "administration/user.html",
        context! {
            heading => &user.name,
            caption => user.role.label(),
            back => context! { href => "/administration", text => "Back to administration" },
            notice => notice(&done.done),
            user => &user,
            sites => sites_in_words(&user, &sites),
            until => user.access_until.map(|until| date_long(london_date(until))),
            access,
            tone,
            second_factor,
            may_change,
            self_shown => user.id == cx.signed_in.user.id,
        },
    )
}

fn notice(done: &str) -> Option<Value> {
    let text = match done {
        "locked" => "The account is locked, and its sessions have ended.",
        "unlocked" => "The account is unlocked.",
        "second-factor" => "The second factor is reset. They set it up again when they next sign in.",
        _ => return None,
    };
    Some(context! { kind => "success", title => "Saved", text })
}

async fn lock(cx: Cx, Path(id): Path<UserId>, fields: Fields) -> Answer {
    if id == cx.signed_in.user.id {
        return Err(Problem::Invalid("You cannot lock your own account: ask another administrator".into()));
    }
    set_locked(cx, id, fields, true, "locked").await
}

async fn unlock(cx: Cx, Path(id): Path<UserId>, fields: Fields) -> Answer {
    set_locked(cx, id, fields, false, "unlocked").await
}

async fn set_locked(cx: Cx, id: UserId, fields: Fields, locked: bool, done: &str) -> Answer {
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeUsers>(Subject::default()).await?;
    act.audit_detail(&format!("user {id}"));
    users::by_id(&mut act, id).await?.ok_or(Problem::NotFound)?;
    users::set_locked(&mut act, &grant, id, fields.version()?, locked).await?;
    act.done(&format!("/administration/users/{id}?done={done}")).await
}

async fn reset_second_factor(cx: Cx, Path(id): Path<UserId>, fields: Fields) -> Answer {
    if id == cx.signed_in.user.id {
        return Err(Problem::Invalid("You cannot reset your own second factor: ask another administrator".into()));
    }
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeUsers>(Subject::default()).await?;
    act.audit_detail(&format!("user {id}"));
    users::by_id(&mut act, id).await?.ok_or(Problem::NotFound)?;
    users::reset_second_factor(&mut act, &grant, id, fields.version()?).await?;
    act.done(&format!("/administration/users/{id}?done=second-factor")).await
}
