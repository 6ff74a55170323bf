//! Onward referrals: choosing a service, sending with a basis, and following until help has started.

mod send;
mod show;

use crate::documents::sharing::Ledger;
use crate::pathway::subject;
use crate::{Answer, App, Cx, Errors, Fields, Problem, banner};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use minijinja::{Value, context};
use throughline_domain::consent::ConsentFor;
use throughline_domain::ids::{DirectoryId, EpisodeId, ReferralId};
use throughline_domain::referral::{HelpKind, Owed, ReferralState};
use throughline_policy::{CreateReferral, Subject, ViewConsent, ViewDirectory, ViewEpisode, ViewReferral};
use throughline_store::directory::{self, Service};
use throughline_store::referrals::{self, Chaser, NewReferral, Referral};
use throughline_store::{Tx, consents, episodes, users};
use uuid::Uuid;

/// The pages of onward referrals.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}/referrals", get(list))
        .route("/episodes/{episode}/referrals/new", get(new_page).post(create))
        .route("/referrals/{referral}", get(show::page).post(show::record))
        .route("/referrals/{referral}/send", post(send::send))
}

/// A state's tone.
fn tone(state: ReferralState) -> &'static str {
    match state {
        ReferralState::Drafted | ReferralState::NotAttended => "warn",
        ReferralState::Sent | ReferralState::Acknowledged | ReferralState::AppointmentMade => "info",
        ReferralState::Accepted | ReferralState::Attended | ReferralState::Engaged => "good",
        ReferralState::Rejected => "bad",
        ReferralState::Ended | ReferralState::HandedOn => "quiet",
    }
}

fn referral_value(referral: &Referral) -> Value {
    context! {
        words => referral.state.label(),
        tone => tone(referral.state),
        kind_label => referral.service_kind.label(),
        is_final => referral.state.is_final(),
        ..Value::from_serialize(referral)
    }
}

async fn banner_of(tx: &mut Tx, subject: Subject) -> Result<banner::Banner, Problem> {
    banner::banner(tx, subject.person.ok_or(Problem::NotFound)?, subject.episode).await
}

/// What the ledger says of onward services; `None` for readers who may not see it.
async fn onward_consent(tx: &mut Tx, subject: Subject) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewConsent>(subject).await? {
        return Ok(None);
    }
    Ok(Some(Ledger::read(tx, subject).await?.value(ConsentFor::OnwardServices)))
}

async fn list(cx: Cx, Path(episode): Path<EpisodeId>) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, episode).await?;
    let grant = tx.authorise::<ViewReferral>(subject).await?;
    let referrals = referrals::of_episode(&mut tx, &grant).await?;
    let consent = onward_consent(&mut tx, subject).await?;
    let banner = banner_of(&mut tx, subject).await?;
    let may_create = tx.may::<CreateReferral>(subject).await?;
    tx.commit().await?;
    cx.page(
        "referrals/list.html",
        context! {
            heading => "Onward referrals",
            crumbs => vec![context! { text => "Episode", href => format!("/episodes/{episode}") }],
            person => banner.value,
            episode,
            referrals => referrals.iter().map(referral_value).collect::<Vec<_>>(),
            consent,
            may_create,
        },
    )
}

/// Which kind of help is looked for.
#[derive(Debug, Default, serde::Deserialize)]
struct Wanted {
    #[serde(default)]
    kind: String,
}

async fn new_page(cx: Cx, Path(episode): Path<EpisodeId>, Query(wanted): Query<Wanted>) -> Answer {
    draw_new(&cx, episode, &wanted.kind, &Fields::default(), &Errors::default()).await
}

async fn draw_new(cx: &Cx, episode: EpisodeId, kind: &str, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, episode).await?;
    if !tx.may::<CreateReferral>(subject).await? {
        return Err(Problem::NotFound);
    }
    let grant = tx.authorise::<ViewDirectory>(Subject::default()).await?;
    let all = directory::all(&mut tx, &grant).await?;
    let consent = onward_consent(&mut tx, subject).await?;
    let banner = banner_of(&mut tx, subject).await?;
    tx.commit().await?;
    let kind = HelpKind::from_code(kind);
    let chosen = fields.text("service");
    let today = throughline_domain::time::london_date(cx.now);
    let open: Vec<&Service> = all.iter().filter(|service| service.active).collect();
    let offered = open.iter().filter(|service| kind.is_none_or(|kind| service.kind == kind));
    let options = offered.map(|service| {
        context! {
            code => service.id.to_string(),
            label => service.name,
            hint => offer(service, today),
            checked => service.id.to_string() == chosen,
        }
    });
    // Only the kinds that somebody offers: an empty choice leads nowhere.
    let kinds = HelpKind::ALL.iter().filter(|kind| open.iter().any(|service| service.kind == **kind));
    let kinds = kinds.map(|one| context! { code => one.code(), label => one.label(), checked => kind == Some(*one) });
    let values = context! {
        heading => "Refer to a service",
        crumbs => vec![
            context! { text => "Episode", href => format!("/episodes/{episode}") },
            context! { text => "Onward referrals", href => format!("/episodes/{episode}/referrals") },
        ],
        person => banner.value,
        episode,
        kind => kind.map(HelpKind::code),
        kind_label => kind.map(HelpKind::label),
        kinds => kinds.collect::<Vec<_>>(),
        options => options.collect::<Vec<_>>(),
        consent,
        need => fields.text("need"),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("referrals/new.html", errors, values)
}

/// What a referrer needs to know of a service before choosing it.
fn offer(service: &Service, today: chrono::NaiveDate) -> String {
    let checked = format!("Checked {}", throughline_domain::time::days_ago(service.checked_on, today));
    let parts = [service.kind.label(), &service.area, &service.accepts, &service.hours, &checked];
    let parts: Vec<&str> =
        parts.into_iter().map(|part| part.trim().trim_end_matches('.')).filter(|part| !part.is_empty()).collect();
    parts.join(". ")
}

async fn create(cx: Cx, Path(episode): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let service: Option<DirectoryId> = fields.text("service").parse().ok();
    if service.is_none() {
        errors.add("service", "Choose the service");
    }
    if fields.given("need").is_none() {
        errors.add("need", "Say what the person needs from this service");
    }
    let Some(directory_id) = service.filter(|_| errors.is_empty()) else {
        return draw_new(&cx, episode, fields.text("kind"), &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, episode).await?;
    let grant = act.authorise::<CreateReferral>(subject).await?;
    let known = act.authorise::<ViewDirectory>(Subject::default()).await?;
    directory::get(&mut act, &known, directory_id).await?.filter(|service| service.active).ok_or(Problem::NotFound)?;
    let id = ReferralId::new(Uuid::now_v7());
    referrals::create(&mut act, &grant, &NewReferral { id, directory_id, need: fields.text("need").to_owned() })
        .await?;
    let owed = ReferralState::Drafted.owed(act.now(), None);
    episodes::set_next_action(&mut act, episode, owed.words, owed.due_at).await?.only_while_open();
    act.done(&format!("/referrals/{id}")).await
}

/// What follows when a referral has come to a state: the task of chasing it, and the next action.
async fn follow(
    tx: &mut Tx,
    subject: Subject,
    grant: &throughline_policy::Grant<throughline_policy::ChangeReferral>,
    referral: &Referral,
) -> Result<(), Problem> {
    let owed: Owed = referral.state.owed(tx.now(), referral.appointment_at);
    let chaser = chaser(tx, subject).await?;
    referrals::chase(tx, grant, referral, &owed, chaser).await?;
    episodes::set_next_action(tx, referral.episode_id, owed.words, owed.due_at).await?.only_while_open();
    Ok(())
}

/// Who chases: the link workers when the follow-up is theirs and the person agreed, else the
/// episode's owner.
pub(crate) async fn chaser(tx: &mut Tx, subject: Subject) -> Result<Chaser, Problem> {
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let consent = tx.authorise::<ViewConsent>(subject).await?;
    let ledger = consents::ledger(tx, &consent).await?;
    let agreed = consents::state(&ledger, ConsentFor::LinkWorkers).permits();
    if let Some(organisation) = episode.link_organisation_id.filter(|_| agreed) {
        return Ok(Chaser { owner: episode.link_worker_id, organisation });
    }
    let owner = users::by_id(tx, episode.owner_id).await?.ok_or(Problem::NotFound)?;
    Ok(Chaser { owner: Some(owner.id), organisation: owner.organisation_id })
}
