//! A draft: begun, filled in, and saved while it is typed.

use super::{form_of, open_record, prefill, title_of};
use crate::banner::banner;
use crate::episodes as episode_pages;
use crate::{Answer, Cx, Fields, Problem};
use axum::Json;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::ids::{EpisodeId, RecordId};
use throughline_domain::time::london_date;
use throughline_forms::{Answers, Form, FormKind, Purpose, catalogue};
use throughline_policy::{ViewClinical, WriteClinical};
use throughline_store::Tx;
use throughline_store::idempotency::{self, Claim};
use throughline_store::records::{self, Record, Saved};
use uuid::Uuid;

/// A form of an episode: goes on with the open draft, or shows what was signed and offers a new one.
pub(super) async fn open(cx: Cx, Path((id, form)): Path<(EpisodeId, String)>) -> Answer {
    let form = catalogue().get(&form).ok_or(Problem::NotFound)?;
    let mut tx = cx.begin().await?;
    let subject = episode_pages::subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let all: Vec<Record> =
        records::of_episode(&mut tx, &grant).await?.into_iter().filter(|record| record.form_id == form.id).collect();
    let episode = episode_pages::episode(&mut tx, subject).await?;
    let may_write = tx.may::<WriteClinical>(subject).await? && episode.closed_at.is_none();
    let draft = all.iter().find(|record| record.state == RecordState::Draft);
    if let Some(draft) = draft.filter(|_| may_write) {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/records/{}/edit", draft.id)).into_response());
    }
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    tx.commit().await?;
    let filled: Vec<Value> = all.iter().map(episode_pages::record_line).collect();
    let values = context! {
        heading => form.title,
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        intro => form.intro.trim(),
        licence => form.licence,
        is_instrument => form.kind == FormKind::Instrument,
        action => format!("/episodes/{id}/forms/{}", form.id),
        blank => format!("/forms/{}/pdf", form.id),
        not_seen => matches!(form.id.as_str(), super::screened::SCREENING | super::screened::ASSESSMENT)
            .then(|| format!("/episodes/{id}/not-seen?what={}", form.id)),
        filled,
        may_write,
        closed => episode.closed_at.is_some(),
    };
    cx.page("forms/open.html", values)
}

pub(super) async fn start(cx: Cx, Path((id, form)): Path<(EpisodeId, String)>, fields: Fields) -> Answer {
    let form = catalogue().get(&form).ok_or(Problem::NotFound)?;
    let mut act = cx.act(&fields).await?;
    let subject = episode_pages::subject(&mut act, id).await?;
    let grant = act.authorise::<WriteClinical>(subject).await?;
    if episode_pages::episode(&mut act, subject).await?.closed_at.is_some() {
        return Err(Problem::NotFound);
    }
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
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let purpose = if opened.purpose == "sign" { Purpose::Sign } else { Purpose::Draft };
    let errors = form.check(&record.answers, purpose, london_date(cx.now));
    let mut view = form.view(&record.answers, &errors);
    note_sources(&mut view, &known, &record.answers);
    let progress = form.progress(&record.answers);
    let values = context! {
        heading => form.title,
        caption => "Draft",
        person => banner.value,
        back => context! { href => format!("/episodes/{}", record.episode_id), text => "Episode" },
        errors => (!errors.is_empty()).then_some(&errors),
        form => view,
        progress,
        record,
        other => (record.updated_by != cx.signed_in.user.id).then_some(&record.updated_by_name),
        save => format!("/records/{id}/save"),
    };
    cx.page("forms/edit.html", values)
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
            Ok(Json(serde_json::json!({ "version": version, "saved_at": cx.now })).into_response())
        }
        Saved::Saved { .. } => Ok(after_save(&record, fields.text("then"))),
        Saved::Conflict { kept_as, by } => Ok(conflict(id, kept_as, &by, by_script)),
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

fn conflict(id: RecordId, kept_as: i64, by: &str, by_script: bool) -> Response {
    let address = format!("/records/{id}/conflict/{kept_as}");
    if by_script {
        return (StatusCode::CONFLICT, Json(serde_json::json!({ "conflict_url": address, "by": by }))).into_response();
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
