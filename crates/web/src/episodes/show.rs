//! The task list of an episode: where it stands, who owns it, and what is next.

use super::subject;
use crate::banner::banner;
use crate::{Answer, Cx, Problem, risk};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_clocks::{Clock, Events, State};
use throughline_domain::episode::{Progress, Step, StepState};
use throughline_domain::ids::EpisodeId;
use throughline_domain::time::Instant;
use throughline_forms::{FormKind, catalogue};
use throughline_policy::{
    ChangeConsent, ChangeEpisode, ChangeJustice, ChangeRiskCard, Subject, ViewClinical, ViewConsent, ViewDocument,
    ViewEpisode, ViewFollowUp, ViewJustice, ViewNeedsPlan, ViewReferral, WriteClinical,
};
use throughline_store::episodes::{Episode, Justice};
use throughline_store::records::Record;
use throughline_store::{Tx, episodes, records};

/// The forms of the service that are steps of their own.
const FORMS_OF_STEPS: [&str; 3] = ["screening", "assessment", "risk"];

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(&mut tx, &grant).await?.ok_or(Problem::NotFound)?;
    let progress = episodes::progress(&mut tx, &grant).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    let justice = justice(&mut tx, subject).await?;
    let risk = risk_card(&mut tx, subject, cx.now).await?;
    let instruments = instruments(&mut tx, subject).await?;
    let steps = steps(&mut tx, subject, &episode, &progress).await?;
    let may = context! {
        change => tx.may::<ChangeEpisode>(subject).await?,
        release => tx.may::<ChangeJustice>(subject).await?,
        consent => tx.may::<ChangeConsent>(subject).await?,
        passport => tx.may::<ViewNeedsPlan>(subject).await?,
    };
    tx.commit().await?;
    let values = context! {
        heading => format!("{} episode", episode.point_of_contact),
        caption => episode.site_name,
        person => banner.value,
        back => context! { href => format!("/people/{}", episode.person_id), text => "Person's record" },
        base => format!("/episodes/{id}"),
        facts => facts(&episode),
        clocks => justice.as_ref().map(|justice| clocks(&episode, justice, cx.now)),
        justice,
        risk,
        steps,
        instruments,
        may,
        closed => episode.closed_at.is_some(),
        overdue => episode.closed_at.is_none() && episode.next_action_due < cx.now,
        episode,
    };
    cx.page("episodes/show.html", values)
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

/// The clocks that still run, or ran out while the person was held.
fn clocks(episode: &Episode, justice: &Justice, now: Instant) -> Value {
    let events = Events {
        arrested_at: justice.arrested_at,
        arrived_station_at: justice.arrived_at,
        detention_authorised_at: justice.detention_authorised_at,
        released_at: episode.released_at,
        ..Events::default()
    };
    if !episode.legal_status.is_with_police() {
        return context! { running => Vec::<Value>::new(), notices => Vec::<String>::new() };
    }
    let answer = throughline_clocks::clocks(&events, now);
    let running: Vec<Value> = answer.clocks.iter().filter_map(|clock| clock_value(clock, now)).collect();
    context! { running, notices => answer.notices }
}

fn clock_value(clock: &Clock, now: Instant) -> Option<Value> {
    let state = match clock.state {
        State::Running => "running",
        State::DueSoon => "soon",
        State::Overdue | State::Expired => "overdue",
        _ => return None,
    };
    let due = clock.due_at?;
    Some(
        context! { name => clock.label, due, state, words => time_left(due, now), rule => clock.rule, source => clock.source },
    )
}

/// "2 hours 5 minutes left", as the script that keeps it true says it.
fn time_left(due: Instant, now: Instant) -> String {
    let minutes = (due - now).num_minutes();
    let of = |count: i64, noun: &str| match count {
        0 => String::new(),
        1 => format!("1 {noun} "),
        more => format!("{more} {noun}s "),
    };
    let span = format!("{}{}", of(minutes.abs() / 60, "hour"), of(minutes.abs() % 60, "minute"));
    let span = if span.is_empty() { "less than a minute " } else { &span };
    format!("{span}{}", if due < now { "overdue" } else { "left" })
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

fn address(step: Step, id: EpisodeId) -> String {
    let page = match step {
        Step::Consent => "consent",
        Step::Screening => "forms/screening",
        Step::Assessment => "forms/assessment",
        Step::Risk => "forms/risk",
        Step::CustodyAdvice => "documents/custody_advice",
        Step::CourtReport => "documents/court_report",
        Step::Referrals => "referrals",
        Step::FollowUp => "follow-up",
        Step::Outcome => "outcome",
        Step::Closure => "close",
    };
    format!("/episodes/{id}/{page}")
}

async fn steps(tx: &mut Tx, subject: Subject, episode: &Episode, progress: &Progress) -> Result<Vec<Value>, Problem> {
    let next = progress.next_step(episode.point_of_contact, episode.legal_status);
    let mut steps = Vec::new();
    for (step, state) in progress.steps() {
        let seen = may_see(tx, subject, step).await?;
        let opens = seen && (state != StepState::CannotStart || step == Step::Closure);
        let is_next = step == next && !progress.closed;
        steps.push(context! {
            text => step.label(),
            href => opens.then(|| address(step, episode.id)),
            state => state.code(),
            words => state.label(),
            next => is_next,
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

/// Questionnaires and other forms, with what was filled in; nothing when the reader may not see.
async fn instruments(tx: &mut Tx, subject: Subject) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewClinical>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let all = records::of_episode(tx, &grant).await?;
    let forms: Vec<Value> = catalogue()
        .all()
        .iter()
        .filter(|form| !FORMS_OF_STEPS.contains(&form.id.as_str()))
        .map(|form| {
            let instrument = form.kind == FormKind::Instrument;
            context! { title => form.title, href => format!("/episodes/{}/forms/{}", grant.episode(), form.id), instrument }
        })
        .collect();
    let filled: Vec<Value> = all.iter().map(record_line).collect();
    let may_write = tx.may::<WriteClinical>(subject).await?;
    Ok(Some(context! { forms, filled, may_write }))
}

/// One filled-in form in a list.
pub(crate) fn record_line(record: &Record) -> Value {
    let title = record.snapshot.as_ref().map_or_else(
        || catalogue().get(&record.form_id).map_or_else(|| record.form_id.clone(), |form| form.title.clone()),
        |snapshot| snapshot.title.clone(),
    );
    let score = record.snapshot.as_ref().and_then(|snapshot| snapshot.score.as_ref());
    let signed = record.signed_at.is_some();
    context! {
        title,
        href => format!("/records/{}", record.id),
        state => record.state.code(),
        words => record.state.label(),
        at => record.signed_at.unwrap_or(record.updated_at),
        by => if signed { &record.signed_by_name } else { &record.updated_by_name },
        signed,
        score => score.map(|score| format!("{} of {}, {}", score.score.total, score.score.out_of, score.score.band)),
    }
}
