//! Checking the answers, and signing them.

use super::draft::raised_on_signing;
use super::opened::{form_of, open_record, title_of};
use super::sections::{self, WITHHELD};
use super::{learned, score, screened, unsettled};
use crate::banner::banner;
use crate::pathway;
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::episode::Step;
use throughline_domain::ids::{RecordId, TaskId};
use throughline_domain::role::Role;
use throughline_domain::task::TaskKind;
use throughline_domain::time::{Instant, london_date};
use throughline_forms::{FieldError, Form, FormKind, Purpose};
use throughline_policy::{SignClinical, Subject};
use throughline_store::episodes::Episode;
use throughline_store::records::{self, Record};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Tx, episodes, users};
use uuid::Uuid;

pub(super) async fn check(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    draw(&cx, id, None, &Fields::default()).await
}

/// The check-answers page. `refused` says why signing was refused; `ticked` is what was sent.
async fn draw(cx: &Cx, id: RecordId, refused: Option<String>, ticked: &Fields) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    if record.state != RecordState::Draft {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/records/{id}")).into_response());
    }
    let may_sign = tx.may::<SignClinical>(subject).await?;
    let form = form_of(&record)?;
    let unsettled = unsettled::of(&mut tx, subject, &record).await?;
    let left_alone = learned::left_alone(&mut tx, subject, form, &record).await?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let missing: Vec<Value> = missing(form, &record, cx.now)
        .iter()
        .map(|error| context! { text => error.message, href => format!("/records/{id}/edit?for=sign#question-{}", error.question) })
        .collect();
    let score = form.scoring.as_ref().map(|_| match form.score(&record.answers) {
        Ok(score) => score::panel(&score, None),
        Err(error) => score::withheld(form, &error, &format!("/records/{id}/edit")),
    });
    let alerts = raised_on_signing(form, &record.answers);
    let user = &cx.signed_in.user;
    let values = context! {
        heading => "Check and sign",
        caption => form.title,
        person => banner.value,
        back => context! { href => format!("/records/{id}/edit"), text => "The draft" },
        sections => sections::summary(form, &record.answers, &record),
        not_asked => form.not_asked_now(&record.answers),
        withheld => record.withheld.then_some(WITHHELD),
        of_person => record.person_id.to_string(),
        edit => format!("/records/{id}/edit"),
        action => format!("/records/{id}/sign"),
        missing,
        score,
        alerts,
        unsettled => unsettled::values(&unsettled, &record, ticked),
        left_alone => learned::value(&left_alone, &record),
        may_sign,
        signer => context! { name => user.name, registration => user.registration, countersigned => user.is_countersigned(london_date(cx.now)) },
        notice => refused.as_ref().map(|text| context! { kind => "warning", text }),
        record,
    };
    if refused.is_some() {
        cx.page_with_errors("forms/check.html", values)
    } else {
        cx.page("forms/check.html", values)
    }
}

pub(super) async fn sign(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<SignClinical>(subject).await?;
    if record.state != RecordState::Draft {
        drop(act);
        return Ok(Redirect::to(&format!("/records/{id}")).into_response());
    }
    if record.version != fields.version()? {
        let words = format!(
            "Not signed: {} changed the draft after you opened this page. Check it again",
            record.updated_by_name
        );
        drop(act);
        return draw(&cx, id, Some(words), &fields).await;
    }
    let form = form_of(&record)?;
    if !missing(form, &record, cx.now).is_empty() {
        drop(act);
        let words = "Not signed: something is still missing. Everything is kept";
        return draw(&cx, id, Some(words.into()), &fields).await;
    }
    let unsettled = unsettled::of(&mut act, subject, &record).await?;
    if let Some(words) = unsettled::refusal(&unsettled, &fields) {
        drop(act);
        return draw(&cx, id, Some(words), &fields).await;
    }
    for version in unsettled.iter().map(|one| one.version) {
        records::sign_without(&mut act, &grant, id, version).await?;
    }
    let state = records::sign(&mut act, &grant, &record, form).await?;
    let snapshot = form.snapshot(&record.answers);
    if let Some(found) = screened::screened(&snapshot) {
        records::screened(&mut act, &grant, found.urgency, found.assessment_needed).await?;
    }
    if form.step == Some(Step::Assessment) {
        records::assessed(&mut act, &grant).await?;
    }
    if state == RecordState::AwaitingCountersignature {
        ask_for_countersignature(&mut act, subject, form, id).await?;
        return act.done(&format!("/records/{id}")).await;
    }
    let left = learned::keep(&mut act, subject, form, &record).await?;
    if form.kind == FormKind::Form {
        set_next(&mut act, subject).await?;
    }
    act.done(&learned::address(&record, &left)).await
}

/// What is missing to sign, of what this signer is shown.
fn missing(form: &Form, record: &Record, now: Instant) -> Vec<FieldError> {
    sections::mendable(form, form.check(&record.answers, Purpose::Sign, now), record)
}

/// What is owed once a form is signed, and by when.
pub(super) async fn set_next(tx: &mut Tx, subject: Subject) -> Result<(), Problem> {
    // No step is named: whatever is next now is set anew, with a date of its own.
    let (episode, next) = pathway::next_step(tx, subject).await?;
    let due = match (next, episode.urgency) {
        (Step::Assessment, Some(urgency)) => tx.now() + urgency.act_within(),
        _ => episodes::soon(tx.now()),
    };
    episodes::set_next_action(tx, episode.id, next.action(), due).await?.only_while_open();
    Ok(())
}

/// A task for the team leader who owns the episode, or the only one there is; else for whichever
/// of them takes it first.
async fn ask_for_countersignature(tx: &mut Tx, subject: Subject, form: &Form, record: RecordId) -> Result<(), Problem> {
    let episode = pathway::episode(tx, subject).await?;
    let organisation_id = tx.actor().ok_or(Problem::SignIn)?.organisation;
    let due_at = episodes::soon(tx.now());
    let title = records::countersign_title(&form.title);
    let owner_id = leader(tx, &episode).await?;
    let task = NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: episode.person_id,
        episode_id: episode.id,
        kind: TaskKind::Countersign,
        title: title.clone(),
        due_at,
        owner_id,
        organisation_id,
    };
    tasks::add_about(tx, &task, record).await?;
    episodes::set_next_action(tx, episode.id, &title, due_at).await?.only_while_open();
    Ok(())
}

async fn leader(tx: &mut Tx, episode: &Episode) -> Result<Option<throughline_domain::ids::UserId>, Problem> {
    let colleagues = users::colleagues(tx).await?;
    let leaders: Vec<_> = colleagues.into_iter().filter(|one| one.role == Role::TeamLeader).map(|one| one.id).collect();
    Ok(match leaders.as_slice() {
        [only] => Some(*only),
        several => several.iter().copied().find(|one| *one == episode.owner_id),
    })
}

/// The words of what is marked in error, for the next action.
pub(super) fn again(record: &Record) -> String {
    format!("Do again: {}", title_of(record))
}
