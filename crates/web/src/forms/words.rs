//! Pages that ask for words about a record: an addendum, a mark of error, what to change.

use super::countersigning::may_countersign;
use super::opened::{open_record, title_of};
use super::sign;
use crate::banner::banner;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::context;
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_forms::AudienceClass;
use throughline_policy::{SignClinical, Subject};
use throughline_store::records::{self, Record};
use throughline_store::{Tx, episodes};

pub(super) async fn addendum_page(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    words_page(&cx, id, &ADDENDUM, &Fields::default(), &Errors::default()).await
}

pub(super) async fn error_page(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    words_page(&cx, id, &IN_ERROR, &Fields::default(), &Errors::default()).await
}

pub(super) async fn send_back_page(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    words_page(&cx, id, &SEND_BACK, &Fields::default(), &Errors::default()).await
}

/// A page that asks for words about a record.
pub(super) struct WordsPage {
    heading: &'static str,
    page: &'static str,
    label: &'static str,
    hint: &'static str,
    missing: &'static str,
    button: &'static str,
    warns: bool,
    /// Whether it asks if the words are about, or from, other people.
    asks_class: bool,
}

const ADDENDUM: WordsPage = WordsPage {
    heading: "Add to the record",
    page: "addendum",
    label: "What you add",
    hint: "It stands below the signed record with your name and the time. What was signed stays as it is.",
    missing: "Write what you add to the record",
    button: "Add to the record",
    warns: false,
    asks_class: true,
};

const IN_ERROR: WordsPage = WordsPage {
    heading: "Mark in error",
    page: "error",
    label: "Why the record is wrong",
    hint: "For example: written on the wrong person's record. It is kept, and shown as marked in error with your words.",
    missing: "Write why the record is wrong",
    button: "Mark in error",
    warns: true,
    asks_class: false,
};

pub(super) const SEND_BACK: WordsPage = WordsPage {
    heading: "Send back",
    page: "send-back",
    label: "What has to change before you countersign",
    hint: "It becomes a draft again, with your words above it. The signature it had and the text it was put under are kept in the history.",
    missing: "Write what has to change before you countersign",
    button: "Send back",
    warns: false,
    asks_class: false,
};

/// Whether this user may use a page of words on a record.
async fn may_use(cx: &Cx, tx: &mut Tx, subject: Subject, record: &Record, page: &WordsPage) -> Result<bool, Problem> {
    if page.page == SEND_BACK.page {
        return may_countersign(cx, tx, subject, record).await;
    }
    Ok(tx.may::<SignClinical>(subject).await? && record.state != RecordState::InError)
}

/// Whether the store takes it from somebody whose signatures a colleague countersigns.
async fn may_alone(tx: &mut Tx, record: &Record, page: &WordsPage) -> Result<bool, Problem> {
    match page.page {
        page if page == ADDENDUM.page => Ok(records::may_add_addendum(tx).await?),
        page if page == IN_ERROR.page => Ok(records::may_mark_in_error(tx, record).await?),
        _ => Ok(true),
    }
}

async fn words_page(cx: &Cx, id: RecordId, page: &WordsPage, typed: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    if !may_use(cx, &mut tx, subject, &record, page).await? {
        return Err(Problem::NotFound);
    }
    if !may_alone(&mut tx, &record, page).await? {
        return Err(throughline_store::Error::NotAlone.into());
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
        asks_class => page.asks_class && !record.hidden.contains(&AudienceClass::ThirdParty),
        from_others => typed.ticked("from_others"),
        of_person => record.person_id.to_string(),
        words => typed.text("words"),
        version => if typed.text("version").is_empty() { record.version.to_string() } else { typed.text("version").to_owned() },
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("forms/words.html", errors, values)
}

pub(super) async fn addendum(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let Some(_) = fields.given("words") else { return missing(&cx, id, &ADDENDUM, &fields).await };
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<SignClinical>(subject).await?;
    let class = if fields.ticked("from_others") { AudienceClass::ThirdParty } else { AudienceClass::Clinical };
    records::add_addendum(&mut act, &grant, &record, class, fields.text("words")).await?;
    act.done(&format!("/records/{id}")).await
}

pub(super) async fn missing(cx: &Cx, id: RecordId, page: &WordsPage, fields: &Fields) -> Answer {
    let mut errors = Errors::default();
    errors.add("words", page.missing);
    words_page(cx, id, page, fields, &errors).await
}

pub(super) async fn error(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let Some(_) = fields.given("words") else { return missing(&cx, id, &IN_ERROR, &fields).await };
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<SignClinical>(subject).await?;
    if record.version != fields.version()? {
        return Err(Problem::Stale);
    }
    let counted = record.state.counts();
    records::mark_in_error(&mut act, &grant, &record, &title_of(&record), fields.text("words")).await?;
    if counted {
        let due = episodes::soon(cx.now);
        episodes::set_next_action(&mut act, record.episode_id, &sign::again(&record), due).await?.only_while_open();
    }
    act.done(&format!("/records/{id}")).await
}
