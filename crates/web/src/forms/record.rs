//! A record: read from its snapshot, or as a version of its draft stood.

use super::countersigning::{act_value, changed, compared_with, may_countersign};
use super::opened::{form_of, open_record};
use super::sections::{self, WITHHELD};
use super::shown::shown;
use super::{as_of, draft, learned};
use crate::as_of::Asked;
use crate::banner::banner;
use crate::pathway;
use crate::{Answer, Cx, Problem};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use minijinja::context;
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_policy::{SignClinical, ViewClinical, WriteClinical};
use throughline_store::records;

pub(super) async fn show(
    cx: Cx,
    Path(id): Path<RecordId>,
    Query(asked): Query<Asked>,
    Query(after): Query<After>,
) -> Answer {
    match asked.read(cx.now) {
        Ok(None) => now(&cx, id, &asked, &after, None).await,
        Ok(Some(moment)) => as_of::show(&cx, id, moment, &asked).await,
        Err(words) => now(&cx, id, &asked, &after, Some(&words)).await,
    }
}

/// What a signature leads here with.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct After {
    /// What of the person it left alone.
    #[serde(default)]
    left: String,
}

/// The record as it stands now. `wrong` says why a moment that was asked for cannot be shown.
async fn now(cx: &Cx, id: RecordId, asked: &Asked, after: &After, wrong: Option<&str>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    let may_write = tx.may::<WriteClinical>(subject).await?;
    if record.state == RecordState::Draft && may_write && wrong.is_none() {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/records/{id}/edit")).into_response());
    }
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let addenda = records::addenda(&mut tx, &grant, &record).await?;
    let versions = records::version_lines(&mut tx, &grant, id).await?;
    let acts = records::acts(&mut tx, &grant, &record).await?;
    let (episode, _) = pathway::next_step(&mut tx, subject).await?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    let may_sign = tx.may::<SignClinical>(subject).await?;
    let may_countersign = may_countersign(cx, &mut tx, subject, &record).await?;
    let before = match compared_with(&versions, &acts).filter(|_| may_countersign) {
        Some(version) => records::version(&mut tx, &grant, id, version).await?,
        None => None,
    };
    let adds_alone = records::may_add_addendum(&mut tx).await?;
    let may_mark = may_sign && records::may_mark_in_error(&mut tx, &record).await?;
    tx.commit().await?;
    let signed = record.state.counts();
    let path = format!("/records/{id}");
    let values = context! {
        back => context! { href => format!("/episodes/{}", record.episode_id), text => "Episode" },
        person => banner.value,
        ask_as_of => asked.form(&path, wrong),
        addenda,
        may_add => may_sign && signed && adds_alone,
        ask_a_colleague => may_sign && signed && !adds_alone,
        may_mark => may_mark && record.state != RecordState::InError,
        left_alone => learned::value(&learned::of_address(&after.left), &record),
        changed => may_countersign.then(|| changed(&record, &versions, before.as_ref(), &acts)),
        may_countersign,
        versions,
        acts => acts.iter().map(act_value).collect::<Vec<_>>(),
        is_open => episode.closed_at.is_none(),
        episode,
        ..shown(&record)
    };
    if wrong.is_some() {
        cx.page_with_errors("forms/record.html", values)
    } else {
        cx.page("forms/record.html", values)
    }
}

/// The record as it stood when a version was saved.
pub(super) async fn version(cx: Cx, Path((id, number)): Path<(RecordId, i64)>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let version = records::version(&mut tx, &grant, id, number).await?.ok_or(Problem::NotFound)?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let form = form_of(&record)?;
    let values = context! {
        heading => draft::heading(&record),
        caption => "As it stood",
        person => banner.value,
        back => context! { href => format!("/records/{id}"), text => "The record" },
        sections => sections::summary(form, &version.answers, &record),
        withheld => version.withheld.then_some(WITHHELD),
        version,
    };
    cx.page("forms/version.html", values)
}
