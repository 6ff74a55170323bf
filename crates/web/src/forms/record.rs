//! A signed record: read from its snapshot, added to, countersigned, or marked in error.

use super::{draft, form_of, learned, open_record, score, sign, title_of};
use crate::banner::banner;
use crate::episodes::{self as episode_pages, Errors};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_forms::{AudienceClass, Snapshot};
use throughline_policy::{CountersignClinical, SignClinical, ViewClinical, WriteClinical};
use throughline_store::episodes;
use throughline_store::records::{self, Record};

pub(super) async fn show(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    let may_write = tx.may::<WriteClinical>(subject).await?;
    if record.state == RecordState::Draft && may_write {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/records/{id}/edit")).into_response());
    }
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let addenda = records::addenda(&mut tx, &grant, id).await?;
    let versions = records::versions(&mut tx, &grant, id).await?;
    let (episode, _) = episode_pages::next_step(&mut tx, subject).await?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    let may_sign = tx.may::<SignClinical>(subject).await?;
    let may_countersign = tx.may::<CountersignClinical>(subject).await?;
    tx.commit().await?;
    let signed = record.state.counts();
    let snapshot = match &record.snapshot {
        Some(snapshot) => Some(snapshot.clone()),
        // A draft that the reader may only look at, or one that was marked in error unsigned.
        None => form_of(&record).ok().map(|form| form.snapshot(&record.answers)),
    };
    let values = context! {
        heading => title_of(&record),
        caption => record.state.label(),
        person => banner.value,
        back => context! { href => format!("/episodes/{}", record.episode_id), text => "Episode" },
        base => format!("/records/{id}"),
        sections => snapshot.as_ref().map(sections),
        score => snapshot.as_ref().and_then(|snapshot| snapshot.score.as_ref()).map(|one| score::panel(&one.score, signed.then_some(record.episode_id))),
        withheld => snapshot.as_ref().and_then(|snapshot| snapshot.score_withheld.clone()),
        addenda,
        versions,
        state => record.state.code(),
        may_add => may_sign && signed,
        may_mark => may_sign && record.state != RecordState::InError,
        may_countersign => may_countersign && record.state == RecordState::AwaitingCountersignature && record.signed_by != Some(cx.signed_in.user.id),
        is_open => episode.closed_at.is_none(),
        episode,
        record,
    };
    cx.page("forms/record.html", values)
}

fn sections(snapshot: &Snapshot) -> Vec<Value> {
    snapshot
        .sections
        .iter()
        .map(|section| {
            context! {
                id => section.id,
                title => section.title,
                class => section.class.label(),
                third_party => section.class == AudienceClass::ThirdParty,
                rows => section.answers,
            }
        })
        .collect()
}

/// The record as it stood when a version was saved.
pub(super) async fn version(cx: Cx, Path((id, number)): Path<(RecordId, i64)>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let versions = records::versions(&mut tx, &grant, id).await?;
    let version = versions.into_iter().find(|one| one.version == number).ok_or(Problem::NotFound)?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let form = form_of(&record)?;
    let values = context! {
        heading => draft::heading(&record),
        caption => "As it stood",
        person => banner.value,
        back => context! { href => format!("/records/{id}"), text => "The record" },
        sections => form.summary(&version.answers),
        version,
    };
    cx.page("forms/version.html", values)
}

pub(super) async fn addendum_page(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    words_page(&cx, id, &ADDENDUM, &Fields::default(), &Errors::default()).await
}

pub(super) async fn error_page(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    words_page(&cx, id, &IN_ERROR, &Fields::default(), &Errors::default()).await
}

/// A page that asks for words about a record.
struct WordsPage {
    heading: &'static str,
    page: &'static str,
    label: &'static str,
    hint: &'static str,
    missing: &'static str,
    button: &'static str,
    warns: bool,
}

const ADDENDUM: WordsPage = WordsPage {
    heading: "Add to the record",
    page: "addendum",
    label: "What you add",
    hint: "It stands below the signed record with your name and the time. What was signed stays as it is.",
    missing: "Write what you add to the record",
    button: "Add to the record",
    warns: false,
};

const IN_ERROR: WordsPage = WordsPage {
    heading: "Mark in error",
    page: "error",
    label: "Why the record is wrong",
    hint: "For example: written on the wrong person's record. It is kept, and shown as marked in error with your words.",
    missing: "Write why the record is wrong",
    button: "Mark in error",
    warns: true,
};

async fn words_page(cx: &Cx, id: RecordId, page: &WordsPage, typed: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    if !tx.may::<SignClinical>(subject).await? || record.state == RecordState::InError {
        return Err(Problem::NotFound);
    }
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let values = context! {
        heading => page.heading,
        caption => title_of(&record),
        person => banner.value,
        back => context! { href => format!("/records/{id}"), text => "The record" },
        action => format!("/records/{id}/{}", page.page),
        label => page.label,
        hint => page.hint,
        button => page.button,
        warns => page.warns,
        words => typed.text("words"),
        version => if typed.text("version").is_empty() { record.version.to_string() } else { typed.text("version").to_owned() },
        errors => (!errors.is_empty()).then(|| errors.list()),
        wrong => errors.by_field(),
    };
    if errors.is_empty() {
        cx.page("forms/words.html", values)
    } else {
        cx.page_with_errors("forms/words.html", values)
    }
}

pub(super) async fn addendum(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let Some(_) = fields.given("words") else { return missing(&cx, id, &ADDENDUM, &fields).await };
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    let grant = act.authorise::<SignClinical>(subject).await?;
    records::add_addendum(&mut act, &grant, &record, fields.text("words")).await?;
    act.done(&format!("/records/{id}")).await
}

async fn missing(cx: &Cx, id: RecordId, page: &WordsPage, fields: &Fields) -> Answer {
    let mut errors = Errors::default();
    errors.add("words", page.missing);
    words_page(cx, id, page, fields, &errors).await
}

pub(super) async fn error(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let Some(_) = fields.given("words") else { return missing(&cx, id, &IN_ERROR, &fields).await };
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    let grant = act.authorise::<SignClinical>(subject).await?;
    if record.version != fields.version()? {
        return Err(Problem::Stale);
    }
    let counted = record.state.counts();
    records::mark_in_error(&mut act, &grant, &record, &title_of(&record), fields.text("words")).await?;
    if counted {
        let due = episodes::soon(cx.now);
        episodes::set_next_action(&mut act, record.episode_id, &sign::again(&record), due).await?;
    }
    act.done(&format!("/records/{id}")).await
}

pub(super) async fn countersign(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, record): (_, Record) = open_record(&mut act, id).await?;
    let grant = act.authorise::<CountersignClinical>(subject).await?;
    if record.signed_by == Some(cx.signed_in.user.id) {
        return Err(Problem::NotFound);
    }
    records::countersign(&mut act, &grant, &record).await?;
    learned::keep(&mut act, subject, form_of(&record)?, &record).await?;
    sign::set_next(&mut act, subject).await?;
    act.done(&format!("/records/{id}")).await
}
