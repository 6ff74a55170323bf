//! Outreach: offers to people who came and left while nobody of the service was there.

mod acts;
mod letter;

use crate::{Answer, App, Cx, Problem};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use minijinja::{Value, context};
use throughline_domain::ids::OutreachId;
use throughline_domain::outreach::{
    self as rules, Obstacle, OfferChannel, OutreachState, basis_of, purge_after, wording,
};
use throughline_domain::role::Role;
use throughline_policy::{ChangeOutreach, CreateDisclosure, Subject, ViewConsent, ViewOutreach};
use throughline_store::outreach::{self, Offer, Step};
use throughline_store::{Tx, users};

/// The pages of offers.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/outreach", get(queue))
        .route("/outreach/{offer}", get(show))
        .route("/outreach/{offer}/letter", get(letter::show))
        .route("/outreach/{offer}/check", post(acts::check))
        .route("/outreach/{offer}/make", post(acts::make))
        .route("/outreach/{offer}/answer", post(acts::answer))
        .route("/outreach/{offer}/child", post(acts::decide_for_child))
        .route("/outreach/{offer}/assign", post(acts::assign))
}

/// The order of the queue: what somebody has to do first.
const ORDER: [OutreachState; 8] = [
    OutreachState::Accepted,
    OutreachState::ToOffer,
    OutreachState::ToCheck,
    OutreachState::YouthLead,
    OutreachState::Offered,
    OutreachState::NotReached,
    OutreachState::NotPossible,
    OutreachState::Declined,
];

async fn queue(cx: Cx) -> Answer {
    let mut tx = cx.begin().await?;
    let (offers, counts) = match cx.signed_in.user.role {
        Role::LinkWorker | Role::LinkWorkerLead => (outreach::given_to_actor(&mut tx).await?, Vec::new()),
        _ => {
            let grant = tx.authorise::<ViewOutreach>(cx.site_id()?).await?;
            (outreach::of_site(&mut tx, &grant).await?, outreach::counts(&mut tx, &grant).await?)
        }
    };
    tx.commit().await?;
    let groups: Vec<Value> = ORDER
        .iter()
        .filter_map(|state| {
            let rows: Vec<Value> = offers.iter().filter(|offer| offer.state == *state).map(row).collect();
            let (title, tone) = (state.label(), tone(*state));
            (!rows.is_empty()).then(|| context! { id => state.code(), title, tone, rows })
        })
        .collect();
    let counts: Vec<Value> =
        counts.iter().map(|(state, count)| context! { words => state.label(), count, tone => tone(*state) }).collect();
    let by_name = matches!(cx.signed_in.user.role, Role::LinkWorker | Role::LinkWorkerLead);
    cx.page(
        "outreach/queue.html",
        context! {
            heading => "Outreach",
            caption => cx.signed_in.site().map(|site| site.name.clone()),
            groups,
            counts,
            by_name,
            purge_days => purge_after().0,
        },
    )
}

fn tone(state: OutreachState) -> &'static str {
    match state {
        OutreachState::Accepted => "good",
        OutreachState::ToOffer | OutreachState::ToCheck | OutreachState::YouthLead => "warn",
        OutreachState::Offered => "info",
        _ => "neutral",
    }
}

/// Their name, or that it was emptied.
fn name_of(offer: &Offer) -> String {
    if offer.name.is_unknown() { "Details emptied".to_owned() } else { offer.name.formal() }
}

fn row(offer: &Offer) -> Value {
    context! {
        href => format!("/outreach/{}", offer.id),
        name => name_of(offer),
        day => offer.list_date,
        site => offer.site,
        obstacle => offer.obstacle.map(Obstacle::label),
        assigned => offer.assigned_name,
        purge_on => offer.purge_on,
        open_episode => offer.state == OutreachState::Accepted && offer.episode_id.is_none(),
    }
}

/// What the page is opened with.
#[derive(Debug, Default, serde::Deserialize)]
struct Opened {
    #[serde(default)]
    done: String,
}

fn done_words(code: &str) -> Option<Value> {
    let text = match code {
        "checked" => "What you found out was recorded.",
        "offered" => "The offer was recorded.",
        "answered" => "The answer was recorded.",
        "assigned" => "The offer was given to the link worker. It is a line of the disclosure ledger.",
        "stopped" => {
            let text = "The offer was not recorded: something forbids it now. It is said below.";
            return Some(context! { kind => "warning", text });
        }
        _ => return None,
    };
    Some(context! { kind => "success", text })
}

async fn show(cx: Cx, Path(id): Path<OutreachId>, Query(opened): Query<Opened>) -> Answer {
    draw(&cx, id, done_words(&opened.done), None).await
}

/// Where something is wrong, and what.
type Wrong = (&'static str, &'static str);

async fn draw(cx: &Cx, id: OutreachId, notice: Option<Value>, wrong: Option<Wrong>) -> Answer {
    let mut tx = cx.begin().await?;
    let (grant, offer) = outreach::open::<ViewOutreach>(&mut tx, id).await?;
    let steps = outreach::steps(&mut tx, &grant, &offer).await?;
    let ways = outreach::ways(&mut tx, &grant, &offer).await?;
    let may_change = outreach::open::<ChangeOutreach>(&mut tx, id).await.is_ok();
    let may_decide = cx.signed_in.user.role == Role::TeamLeader;
    let link_workers = link_workers(&mut tx, &offer).await?;
    tx.commit().await?;
    let is_held = offer.state.needs_details() && offer.purged_at.is_none() && offer.episode_id.is_none();
    let name = rules::addressed(&offer.name);
    let unsafe_wording = wording_problem(cx);
    let ways: Vec<Value> = ways
        .unwrap_or_default()
        .into_iter()
        .filter(|_| unsafe_wording.is_none())
        .map(|way| context! { code => way.code(), label => way.label(), words => wording().written(way, &name) })
        .collect();
    let values = context! {
        heading => name_of(&offer),
        caption => "Offer",
        title => "Offer",
        back => context! { href => "/outreach", text => "Outreach" },
        notice,
        id => id.to_string(),
        version => offer.version,
        state => offer.state.code(),
        state_words => offer.state.label(),
        tone => tone(offer.state),
        obstacle => offer.obstacle.map(Obstacle::label),
        age_unknown => offer.obstacle == Some(Obstacle::AgeUnknown),
        site => offer.site,
        day => offer.list_date,
        is_held,
        address => offer.address,
        postcode => offer.postcode,
        phone => offer.phone,
        language => offer.language,
        safe_contact => offer.safe_contact,
        safe_ways => offer.safe_ways.iter().map(|way| way.label()).collect::<Vec<_>>(),
        assigned => offer.assigned_name,
        basis => basis_of(&offer.basis).map(|basis| context! { title => basis.title, law => basis.law, confidentiality => basis.confidentiality, source => basis.source }),
        purge_on => offer.purge_on,
        purge_reason => purge_after().1,
        purged_at => offer.purged_at,
        entry_href => offer.entry_id.map(|entry| format!("/entries/{entry}")),
        episode_href => offer.episode_id.map(|episode| format!("/episodes/{episode}")),
        found_out => FOUND_OUT.iter().map(|one| context! { code => one.code(), label => format!("No: {}", one.label()), checked => false }).collect::<Vec<_>>(),
        may_change,
        may_decide,
        unsafe_wording,
        all_ways => OfferChannel::ALL.iter().map(|way| context! { code => way.code(), label => way.label(), checked => offer.safe_ways.contains(way) }).collect::<Vec<_>>(),
        ways,
        wording => wording().version,
        link_workers,
        steps => steps.iter().map(step).collect::<Vec<_>>(),
        wrong => wrong.iter().map(|(field, words)| (*field, Value::from(*words))).collect::<Value>(),
        errors => wrong.map(|(field_name, message)| vec![context! { field_name, message }]),
    };
    if wrong.is_some() {
        cx.page_with_errors("outreach/show.html", values)
    } else {
        cx.page("outreach/show.html", values)
    }
}

fn step(step: &Step) -> Value {
    context! {
        words => step.state.label(),
        obstacle => step.obstacle.map(Obstacle::label),
        channel => step.channel.map(OfferChannel::label),
        wording => step.wording,
        at => step.at,
        by => step.by_name,
    }
}

/// Link workers to whom the offer may be given: where the person agreed to sharing with their charity.
async fn link_workers(tx: &mut Tx, offer: &Offer) -> Result<Vec<Value>, Problem> {
    let Some(person) = offer.person_id.filter(|_| offer.state.is_open() && offer.state != OutreachState::YouthLead)
    else {
        return Ok(Vec::new());
    };
    if !tx.may::<ViewConsent>(person).await? {
        return Ok(Vec::new());
    }
    let consent = tx.authorise::<ViewConsent>(person).await?;
    let Some((_, episode)) = outreach::agreed_to_link_workers(tx, &consent).await? else { return Ok(Vec::new()) };
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(offer.site_id) };
    if !tx.may::<CreateDisclosure>(subject).await? {
        return Ok(Vec::new());
    }
    let colleagues = users::colleagues(tx).await?;
    let workers = colleagues.iter().filter(|one| one.role == Role::LinkWorker);
    Ok(workers.map(|one| context! { code => one.id.to_string(), label => one.name, checked => false }).collect())
}

/// Whether words may be shown to be sent: they are looked at again each time, whoever edited them.
fn safe_to_send(cx: &Cx, channel: OfferChannel) -> Result<(), Problem> {
    if rules::wording().rings_nobody() && !cx.app.settings.demo {
        let words = "The wording has an invented telephone number: put the service's own into reference/outreach.toml";
        return Err(Problem::Invalid(words.into()));
    }
    let unsafe_words = rules::wording().betrays(channel);
    if unsafe_words.is_empty() {
        return Ok(());
    }
    let words = unsafe_words.join(", ");
    Err(Problem::Invalid(format!("The wording has words that must not be read by anybody else: {words}")))
}

/// Why no wording may be shown now, in words.
fn wording_problem(cx: &Cx) -> Option<String> {
    OfferChannel::ALL.iter().find_map(|channel| match safe_to_send(cx, *channel) {
        Err(Problem::Invalid(words)) => Some(words),
        _ => None,
    })
}

/// Why no offer may be made, as somebody finds out.
const FOUND_OUT: [Obstacle; 4] =
    [Obstacle::ContactRefused, Obstacle::Restricted, Obstacle::RefusedBefore, Obstacle::Deceased];
