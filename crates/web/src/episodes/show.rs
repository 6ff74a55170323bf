//! The task list of an episode: where it stands, who owns it, and what is next.

use super::offered;
use crate::as_of::Asked;
use crate::banner::banner;
use crate::pathway::{form_of_step, subject};
use crate::{Answer, Cx, Problem, risk};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::episode::{Progress, Step, StepState};
use throughline_domain::ids::EpisodeId;
use throughline_domain::time::Instant;
use throughline_forms::About;
use throughline_policy::{
    ChangeConsent, ChangeEpisode, ChangeJustice, ChangeRiskCard, RaiseAlert, Subject, ViewCarePlan, ViewClinical,
    ViewConsent, ViewDocument, ViewEpisode, ViewFollowUp, ViewJustice, ViewNeedsPlan, ViewReferral, WriteClinical,
};
use throughline_store::episodes::{Episode, Justice};
use throughline_store::records::{Record, Records};
use throughline_store::{Tx, episodes, records};

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>, Query(asked): Query<Asked>) -> Answer {
    match asked.read(cx.now) {
        Ok(None) => now(&cx, id, &asked, None).await,
        Ok(Some(moment)) => super::as_of::show(&cx, id, moment, &asked).await,
        Err(words) => now(&cx, id, &asked, Some(&words)).await,
    }
}

/// The episode as it stands now. `wrong` says why a moment that was asked for cannot be shown.
async fn now(cx: &Cx, id: EpisodeId, asked: &Asked, wrong: Option<&str>) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(&mut tx, &grant).await?.ok_or(Problem::NotFound)?;
    let progress = episodes::progress(&mut tx, &grant).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    let justice = justice(&mut tx, subject).await?;
    let clocks = held(&mut tx, subject, &episode, cx.now).await?;
    let risk = risk_card(&mut tx, subject, cx.now).await?;
    let about = About { age: banner.age, contact: episode.point_of_contact };
    let records = filled_forms(&mut tx, subject).await?;
    let known = records.as_ref().map_or(&[][..], |all| &all.records);
    let steps = steps(&mut tx, subject, &episode, &progress, (about, known)).await?;
    let forms = match &records {
        Some(records) => Some(offered::forms(records, about, id, tx.may::<WriteClinical>(subject).await?)),
        None => None,
    };
    let care_href = tx.may::<ViewCarePlan>(subject).await?.then(|| format!("/people/{}/care", episode.person_id));
    let may = context! {
        change => tx.may::<ChangeEpisode>(subject).await?,
        release => tx.may::<ChangeJustice>(subject).await?,
        consent => tx.may::<ChangeConsent>(subject).await?,
        advise => crate::consultations::may_record_about(&mut tx, subject).await?,
        passport => tx.may::<ViewNeedsPlan>(subject).await?,
        raise => tx.may::<RaiseAlert>(subject).await?,
    };
    tx.commit().await?;
    let values = context! {
        heading => format!("{} episode", episode.point_of_contact),
        caption => episode.site_name,
        person => banner.value,
        back => context! { href => format!("/people/{}", episode.person_id), text => "Person's record" },
        base => format!("/episodes/{id}"),
        facts => facts(&episode),
        clocks,
        justice,
        risk,
        steps,
        forms,
        care_href,
        may,
        closed => episode.closed_at.is_some(),
        overdue => episode.closed_at.is_none() && episode.next_action_due < cx.now,
        ask_as_of => asked.form(&format!("/episodes/{id}"), wrong),
        episode,
    };
    if wrong.is_some() {
        cx.page_with_errors("episodes/show.html", values)
    } else {
        cx.page("episodes/show.html", values)
    }
}

fn facts(episode: &Episode) -> Value {
    context! {
        legal_status => episode.legal_status.label(),
        referral_source => episode.referral_source.label(),
        urgency => episode.urgency.map(throughline_domain::episode::Urgency::label),
        not_screened => episode.not_screened_reason.map(throughline_domain::list::NotSeenReason::label),
        not_assessed => episode.not_assessed_reason.map(throughline_domain::list::NotSeenReason::label),
        closure => episode.closure_reason.map(throughline_domain::episode::ClosureReason::label),
    }
}

async fn justice(tx: &mut Tx, subject: Subject) -> Result<Option<Justice>, Problem> {
    if !tx.may::<ViewJustice>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    Ok(Some(episodes::justice(tx, &grant).await?))
}

/// The legal clocks and what does not fit, for who may see them.
async fn held(tx: &mut Tx, subject: Subject, episode: &Episode, now: Instant) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewJustice>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let held = crate::legal::held(tx, &grant, episode, now).await?;
    let marks: Vec<Value> = held.timeline.marks.iter().map(crate::legal::mark_value).collect();
    let running = if episode.closed_at.is_some() { Vec::new() } else { held.running(now) };
    Ok(Some(context! { running, marks, notices => held.answer.notices }))
}

async fn risk_card(tx: &mut Tx, subject: Subject, now: Instant) -> Result<Value, Problem> {
    let card = risk::read(tx, subject).await?;
    let may_answer = !card.alerts.is_empty() && tx.may::<ChangeRiskCard>(subject).await?;
    let person = subject.person.filter(|_| may_answer);
    let next = person.map(|person| context! { text => "Answer for these alerts", href => format!("/people/{person}") });
    let print = subject.person.map(|person| format!("/people/{person}/risk-card/pdf"));
    Ok(context! { next, print, ..risk::value(&card, now, subject.episode, &|_| None) })
}

async fn may_see(tx: &mut Tx, subject: Subject, step: Step) -> Result<bool, Problem> {
    Ok(match step {
        Step::Consent => tx.may::<ViewConsent>(subject).await?,
        Step::Screening | Step::Assessment | Step::Risk => tx.may::<ViewClinical>(subject).await?,
        Step::CustodyAdvice | Step::CourtReport => tx.may::<ViewDocument>(subject).await?,
        Step::Referrals => tx.may::<ViewReferral>(subject).await?,
        Step::FollowUp => tx.may::<ViewFollowUp>(subject).await?,
        Step::Outcome => tx.may::<ViewJustice>(subject).await?,
        Step::Closure => tx.may::<ViewEpisode>(subject).await?,
    })
}

fn address(step: Step, id: EpisodeId, (about, records): (About, &[Record])) -> String {
    let page = match step {
        Step::Consent => "consent",
        Step::Screening | Step::Assessment | Step::Risk => {
            return match form_of_step(step, about, records) {
                Some(form) => format!("/episodes/{id}/forms/{}", form.id),
                None => format!("/episodes/{id}/steps/{}", step.code()),
            };
        }
        Step::CustodyAdvice => "documents/custody_advice",
        Step::CourtReport => "documents/court_report",
        Step::Referrals => "referrals",
        Step::FollowUp => "follow-up",
        Step::Outcome => "outcome",
        Step::Closure => "close",
    };
    format!("/episodes/{id}/{page}")
}

async fn steps(
    tx: &mut Tx,
    subject: Subject,
    episode: &Episode,
    progress: &Progress,
    known: (About, &[Record]),
) -> Result<Vec<Value>, Problem> {
    let next = progress.next_step(episode.point_of_contact, episode.legal_status);
    let mut steps = Vec::new();
    for (step, state) in progress.steps() {
        let seen = may_see(tx, subject, step).await?;
        let opens = seen && (state != StepState::CannotStart || step == Step::Closure);
        let is_next = step == next && !progress.closed;
        steps.push(context! {
            text => step.label(),
            href => opens.then(|| address(step, episode.id, known)),
            state => state.code(),
            words => state.label(),
            next => is_next,
            is_action => is_next && episode.next_action == step.action(),
            hint => if seen { hint(step, state, episode, progress) } else { Some("Not shown to your role".into()) },
        });
    }
    Ok(steps)
}

fn hint(step: Step, state: StepState, episode: &Episode, progress: &Progress) -> Option<String> {
    match (step, state) {
        (Step::Screening, StepState::NotNeeded) => {
            episode.not_screened_reason.map(|reason| format!("Not screened: {reason}"))
        }
        (Step::Assessment, StepState::NotNeeded) => Some(match episode.not_assessed_reason {
            Some(reason) => format!("Not assessed: {reason}"),
            None => "The screening found that none is needed".into(),
        }),
        (Step::Assessment, StepState::CannotStart) => Some("The screening says whether it is needed".into()),
        (Step::FollowUp, StepState::InProgress) => Some(count(progress.open_tasks, "task", "open")),
        (Step::Closure, StepState::CannotStart) => Some(count(progress.closure_blocks().len(), "thing", "still owed")),
        _ => None,
    }
}

fn count(number: usize, noun: &str, words: &str) -> String {
    format!("{number} {noun}{} {words}", if number == 1 { "" } else { "s" })
}

/// What was filled in, newest last; nothing when the reader may not see.
async fn filled_forms(tx: &mut Tx, subject: Subject) -> Result<Option<Records>, Problem> {
    if !tx.may::<ViewClinical>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    Ok(Some(records::of_episode(tx, &grant).await?))
}
