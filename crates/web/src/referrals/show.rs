//! One referral: where it stands, every state it has been in, and what has become of it now.

use super::{banner_of, follow, referral_value};
use crate::documents::sharing::{Ledger, choices};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::Channel;
use throughline_domain::ids::ReferralId;
use throughline_domain::referral::ReferralState;
use throughline_domain::time::{Instant, from_london, london_date, parse_date, parse_time};
use throughline_policy::{ChangeReferral, CreateDisclosure, Subject, ViewConsent, ViewDirectory, ViewReferral};
use throughline_store::referrals::{self, Move, Referral};
use throughline_store::{Tx, directory};

/// Finds a referral for a reader who may see it.
pub(super) async fn find(tx: &mut Tx, id: ReferralId) -> Result<(Subject, Referral), Problem> {
    let subject = referrals::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewReferral>(subject).await?;
    let referral = referrals::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((subject, referral))
}

pub(super) async fn page(cx: Cx, Path(id): Path<ReferralId>) -> Answer {
    draw(&cx, id, &Fields::default(), &Errors::default()).await
}

/// The page, with the form for sending a draft or for what has become of a referral that was sent.
pub(super) async fn draw(cx: &Cx, id: ReferralId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, referral) = find(&mut tx, id).await?;
    let view = tx.authorise::<ViewReferral>(subject).await?;
    let steps = referrals::steps(&mut tx, &view, id).await?;
    let known = tx.authorise::<ViewDirectory>(Subject::default()).await.ok();
    let service = match known {
        Some(known) => directory::get(&mut tx, &known, referral.directory_id).await?,
        None => None,
    };
    let consent = if tx.may::<ViewConsent>(subject).await? {
        Some(Ledger::read(&mut tx, subject).await?.value(ConsentFor::OnwardServices))
    } else {
        None
    };
    let banner = banner_of(&mut tx, subject).await?;
    let may_change = tx.may::<ChangeReferral>(subject).await?;
    let may_send = may_change && tx.may::<CreateDisclosure>(subject).await?;
    tx.commit().await?;
    let is_draft = referral.state == ReferralState::Drafted;
    let typed = if errors.is_empty() {
        context! { recipient => referral.service_name }
    } else {
        fields.typed()
    };
    let values = context! {
        heading => "Referral",
        crumbs => vec![
            context! { text => "Episode", href => format!("/episodes/{}", referral.episode_id) },
            context! { text => "Onward referrals", href => format!("/episodes/{}/referrals", referral.episode_id) },
        ],
        person => banner.value,
        referral => referral_value(&referral),
        service => service,
        consent,
        consent_href => format!("/episodes/{}/consent", referral.episode_id),
        history => steps.iter().map(step_value).collect::<Vec<_>>(),
        moves => may_change.then(|| moves(&referral, fields.text("to"))),
        is_draft,
        may_send => may_send && is_draft,
        choices => choices(&[], Channel::ALL),
        typed,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("referrals/show.html", errors, values)
}

fn step_value(step: &referrals::Step) -> Value {
    context! {
        at => step.at,
        title => step.state.label(),
        by => step.by_name,
        text => step.note,
    }
}

/// What may be recorded next. Sending is no choice of this list: it asks for its basis.
fn moves(referral: &Referral, chosen: &str) -> Vec<Value> {
    let next = referral.state.next().iter().filter(|state| **state != ReferralState::Sent);
    next.map(|state| {
        context! {
            code => state.code(),
            label => if *state == referral.state { "First appointment moved" } else { state.label() },
            hint => state.needs_reason().then_some("Say why below"),
            asks_when => *state == ReferralState::AppointmentMade,
            checked => state.code() == chosen,
        }
    })
    .collect()
}

pub(super) async fn record(cx: Cx, Path(id): Path<ReferralId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let mut act = cx.act(&fields).await?;
    let (subject, before) = find(&mut act, id).await?;
    let grant = act.authorise::<ChangeReferral>(subject).await?;
    let Some(to) = asked(&fields, &before, cx.now, &mut errors) else {
        drop(act);
        return draw(&cx, id, &fields, &errors).await;
    };
    referrals::record(&mut act, &grant, id, fields.version()?, &to).await?;
    let (_, after) = find(&mut act, id).await?;
    follow(&mut act, subject, &grant, &after).await?;
    act.done(&format!("/referrals/{id}")).await
}

/// What the form asks to record, checked against where the referral stands.
fn asked(fields: &Fields, before: &Referral, now: Instant, errors: &mut Errors) -> Option<Move> {
    let to = ReferralState::from_code(fields.text("to")).filter(|to| *to != ReferralState::Sent);
    let Some(to) = to.filter(|to| before.state.next().contains(to)) else {
        errors.add("to", "Choose what has become of the referral");
        return None;
    };
    let note = fields.text("note").to_owned();
    if to.needs_reason() && note.trim().is_empty() {
        errors.add("note", "Say why: the next person to help needs to know");
    }
    let appointment_at = if to == ReferralState::AppointmentMade { appointment(fields, now, errors) } else { None };
    errors.is_empty().then_some(Move { to, note, appointment_at })
}

fn appointment(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<Instant> {
    let date = parse_date(fields.text("date"), london_date(now)).map_err(|error| errors.add("date", error.to_string()));
    let time = parse_time(fields.text("time"))
        .map_err(|_| errors.add("time", "Enter the time of the appointment, like 9:30 or 2:15pm"));
    Some(from_london(date.ok()?.and_time(time.ok()?)))
}
