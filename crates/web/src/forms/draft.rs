//! A draft: begun, filled in, and saved while it is typed.

use super::countersigning::sent_back;
use super::opened::{form_of, open_record, title_of};
use super::sections::{self, WITHHELD};
use super::{prefill, unsettled};
use crate::banner::banner;
use crate::pathway;
use crate::record_lines::record_line;
use crate::{Answer, Cx, Fields, Problem};
use axum::Json;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::episode::Step;
use throughline_domain::ids::{EpisodeId, RecordId};
use throughline_domain::time::london_date;
use throughline_forms::{About, Answers, Form, FormKind, Purpose, SummaryRow, catalogue};
use throughline_policy::{ChangeEpisode, ViewClinical, WriteClinical};
use throughline_store::Tx;
use throughline_store::idempotency::{self, Claim};
use throughline_store::records::{self, Record, Saved};
use uuid::Uuid;

/// A form of an episode: goes on with the open draft, or shows what was signed and offers a new one.
pub(super) async fn open(cx: Cx, Path((id, form)): Path<(EpisodeId, String)>) -> Answer {
    let form = catalogue().get(&form).ok_or(Problem::NotFound)?;
    let mut tx = cx.begin().await?;
    let subject = pathway::subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let all: Vec<Record> = records::of_episode(&mut tx, &grant)
        .await?
        .records
        .into_iter()
        .filter(|record| belongs(record, form))
        .collect();
    let episode = pathway::episode(&mut tx, subject).await?;
    let may_write = tx.may::<WriteClinical>(subject).await? && episode.closed_at.is_none();
    let may_say_why = tx.may::<ChangeEpisode>(subject).await?;
    // A note is its author's: a colleague's draft is no reason not to begin one.
    let mine = |record: &&Record| form.kind != FormKind::Note || record.created_by == cx.signed_in.user.id;
    let is_draft = |record: &&Record| record.form_id == form.id && record.state == RecordState::Draft;
    let draft = all.iter().find(|record| is_draft(record) && mine(record));
    if let Some(draft) = draft.filter(|_| may_write) {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/records/{}/edit", draft.id)).into_response());
    }
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let about = About { age: banner.age, contact: episode.point_of_contact };
    let filled: Vec<Value> = all.iter().map(record_line).collect();
    let values = context! {
        heading => form.title,
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        intro => form.intro.trim(),
        licence => form.licence,
        is_instrument => form.kind == FormKind::Instrument,
        action => format!("/episodes/{id}/forms/{}", form.id),
        blank => may_print_blank(form).then(|| format!("/forms/{}/pdf", form.id)),
        not_seen => form.step.filter(|step| may_say_why && matches!(step, Step::Screening | Step::Assessment))
            .map(|step| format!("/episodes/{id}/not-seen?what={}", step.code())),
        better => better(form, about, id),
        filled,
        may_write,
        closed => episode.closed_at.is_some(),
        of_person => episode.person_id.to_string(),
    };
    cx.page("forms/open.html", values)
}

/// Whether the questions may be printed: those of an instrument only when its licence lets us show them.
fn may_print_blank(form: &Form) -> bool {
    form.licence.as_ref().is_none_or(|licence| licence.items_shown)
}

/// Whether a record is of the form, or of another that fulfils the same step.
fn belongs(record: &Record, form: &Form) -> bool {
    record.form_id == form.id || (form.step.is_some() && catalogue().step_of(&record.form_id) == form.step)
}

/// The form made for somebody like this person, when this one is not.
fn better(form: &Form, about: About, episode: EpisodeId) -> Option<Value> {
    let fits = catalogue().for_step(form.step?, about).filter(|fits| fits.id != form.id)?;
    Some(context! { title => fits.title, href => format!("/episodes/{episode}/forms/{}", fits.id) })
}

pub(super) async fn start(cx: Cx, Path((id, form)): Path<(EpisodeId, String)>, fields: Fields) -> Answer {
    let form = catalogue().get(&form).ok_or(Problem::NotFound)?;
    let mut act = cx.act(&fields).await?;
    let subject = pathway::subject(&mut act, id).await?;
    let grant = act.authorise::<WriteClinical>(subject).await?;
    let episode = pathway::episode(&mut act, subject).await?;
    if episode.closed_at.is_some() {
        return Err(Problem::NotFound);
    }
    fields.of_person(episode.person_id)?;
    let known = prefill::known(&mut act, subject, form).await?;
    let record = records::start(&mut act, &grant, RecordId::new(Uuid::now_v7()), form, &known.answers).await?;
    act.done(&format!("/records/{record}/edit")).await
}

/// What the edit page is opened for.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct OpenedFor {
    /// `sign` shows beside each question what is missing to sign.
    #[serde(default, rename = "for")]
    purpose: String,
}

pub(super) async fn edit(cx: Cx, Path(id): Path<RecordId>, Query(opened): Query<OpenedFor>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    let may_write = tx.may::<WriteClinical>(subject).await?;
    if record.state != RecordState::Draft || !may_write {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/records/{id}")).into_response());
    }
    let form = form_of(&record)?;
    let known = prefill::known(&mut tx, subject, form).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let acts = records::acts(&mut tx, &grant, &record).await?;
    let lost = unsettled::of(&mut tx, subject, &record).await?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let purpose = if opened.purpose == "sign" { Purpose::Sign } else { Purpose::Draft };
    let errors = sections::mendable(form, form.check(&record.answers, purpose, cx.now), &record);
    let mut view = form.view(&record.answers, &errors);
    note_sources(&mut view, &known, &record.answers);
    sections::leave_out(view.get_mut("sections"), form, &record);
    let mut progress = serde_json::to_value(form.progress(&record.answers)).map_err(|_| Problem::Failed)?;
    sections::leave_out(Some(&mut progress), form, &record);
    let values = context! {
        heading => form.title,
        caption => "Draft",
        person => banner.value,
        back => context! { href => format!("/episodes/{}", record.episode_id), text => "Episode" },
        errors => (!errors.is_empty()).then_some(&errors),
        form => view,
        not_asked => not_asked(form, &record.answers, &known),
        progress,
        sent_back => sent_back(&acts),
        unsettled => unsettled::values(&lost, &record, &Fields::default()),
        withheld => record.withheld.then_some(WITHHELD),
        of_person => record.person_id.to_string(),
        raises => raised_on_signing(form, &record.answers),
        record,
        other => (record.updated_by != cx.signed_in.user.id).then_some(&record.updated_by_name),
        save => format!("/records/{id}/save"),
    };
    cx.page("forms/edit.html", values)
}

/// The alerts that the answers raise once they are signed: whoever writes them is told at once, since nobody else is.
pub(super) fn raised_on_signing(form: &Form, answers: &Answers) -> Vec<String> {
    form.alerts(answers).into_iter().map(|alert| alert.label).collect()
}

/// What is answered and does not count. What was only taken over, and is still as it was, is not
/// anybody's answer yet.
fn not_asked(form: &Form, answers: &Answers, known: &prefill::Known) -> Vec<SummaryRow> {
    let rows = form.not_asked_now(answers).into_iter();
    rows.filter(|row| known.source(&row.question_id, answers).is_none()).collect()
}

/// Says beside a question where its answer was taken from.
fn note_sources(view: &mut serde_json::Value, known: &prefill::Known, answers: &Answers) {
    let sections = view.get_mut("sections").and_then(serde_json::Value::as_array_mut);
    let questions =
        sections.into_iter().flatten().filter_map(|section| section.get_mut("questions")?.as_array_mut()).flatten();
    for question in questions {
        let Some(id) = question.get("id").and_then(serde_json::Value::as_str).map(str::to_owned) else { continue };
        if let (Some(source), Some(question)) = (known.source(&id, answers), question.as_object_mut()) {
            let hint = question.get("hint").and_then(serde_json::Value::as_str).map(|hint| format!("{hint}. "));
            question.insert("hint".into(), format!("{}{source}", hint.unwrap_or_default()).into());
        }
    }
}

/// What a page sent, as answers. Answers to questions that the form does not ask any more stay.
pub(super) fn read(form: &Form, standing: &Answers, fields: &Fields, today: chrono::NaiveDate) -> Answers {
    let mut answers = Answers::read(form, fields.pairs());
    form.settle(&mut answers, today);
    let gone =
        standing.iter().filter(|(field, _)| field.split('.').next().is_none_or(|id| form.question(id).is_none()));
    for (field, values) in gone {
        answers.set(field, values.to_vec());
    }
    answers
}

pub(super) async fn save(cx: Cx, Path(id): Path<RecordId>, headers: HeaderMap, fields: Fields) -> Answer {
    let by_script = headers.contains_key("x-requested-with");
    let base = fields.version()?;
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    fields.of_person(record.person_id)?;
    let grant = tx.authorise::<WriteClinical>(subject).await?;
    let form = form_of(&record)?;
    let answers = read(form, &record.answers, &fields, london_date(cx.now));
    let page = Page::of(&cx, &mut tx, &fields).await?;
    let saved = records::save(&mut tx, &grant, id, base, page.saved, &answers).await?;
    if let Saved::Saved { version } = &saved {
        page.note(&mut tx, *version).await?;
    }
    tx.commit().await?;
    match saved {
        Saved::Saved { version } if by_script => {
            let raises = raised_on_signing(form, &answers);
            Ok(Json(serde_json::json!({ "version": version, "saved_at": cx.now, "raises": raises })).into_response())
        }
        Saved::Saved { .. } => Ok(after_save(&record, fields.text("then"))),
        Saved::Conflict { kept_as, by, state } => Ok(conflict(id, kept_as, &by, state, by_script)),
    }
}

fn after_save(record: &Record, then: &str) -> Response {
    let to = if then == "check" {
        format!("/records/{}/check", record.id)
    } else {
        format!("/episodes/{}", record.episode_id)
    };
    Redirect::to(&to).into_response()
}

fn conflict(id: RecordId, kept_as: i64, by: &str, state: RecordState, by_script: bool) -> Response {
    let address = format!("/records/{id}/conflict/{kept_as}");
    if by_script {
        return (
            StatusCode::CONFLICT,
            Json(serde_json::json!({ "conflict_url": address, "by": by, "signed": state != RecordState::Draft })),
        )
            .into_response();
    }
    Redirect::to(&address).into_response()
}

/// One page of a draft saves many times. Its key remembers the last version it made, so that a
/// save whose answer was lost on the way is no conflict with itself.
struct Page {
    key: Option<String>,
    saved: Option<i64>,
}

impl Page {
    async fn of(cx: &Cx, tx: &mut Tx, fields: &Fields) -> Result<Self, Problem> {
        let Some(key) = fields.key().map(|key| format!("draft {key}")) else {
            return Ok(Self { key: None, saved: None });
        };
        let saved = match idempotency::claim(tx, cx.signed_in.user.id, &key).await? {
            Claim::New => None,
            Claim::Done(version) => version.parse().ok(),
        };
        Ok(Self { key: Some(key), saved })
    }

    async fn note(&self, tx: &mut Tx, version: i64) -> Result<(), Problem> {
        if let Some(key) = &self.key {
            idempotency::done(tx, key, &version.to_string()).await?;
        }
        Ok(())
    }
}

/// The heading of pages about a record.
pub(super) fn heading(record: &Record) -> String {
    title_of(record)
}
