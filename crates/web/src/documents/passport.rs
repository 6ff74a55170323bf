//! The adjustments passport: shown on one page, and given with one press. The file, its version and its
//! line in the disclosure ledger are one act: nothing leaves without a line.

use super::facts::{self, About};
use super::sharing::{Asked, Ledger, ask, choices};
use super::{banner_of, kind_of, render};
use crate::pathway::subject;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use minijinja::{Value, context};
use throughline_documents::{
    DocumentState as Printed, EpisodeFacts, Facts, Rendered, RiskFacts, RiskState, Row, Section,
};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::{Channel, consent_for};
use throughline_domain::document::{Audience, DocumentKind};
use throughline_domain::ids::{DocumentId, EpisodeId, PersonId};
use throughline_domain::passport::{ADJUSTMENTS, ENTRIES, Entry, INTERPRETER, LANGUAGE, NOBODY_ASKED};
use throughline_domain::place::PointOfContact;
use throughline_domain::time::{date_long, london_date};
use throughline_policy::{
    ChangeIdentity, CreateDisclosure, ReleaseDocument, SignDocument, Subject, ViewDocument, ViewEpisode, ViewIdentity,
    ViewNeedsPlan, WriteClinical, WriteDocument,
};
use throughline_store::documents::{self, File, NewDocument, Written};
use throughline_store::episodes::Episode;
use throughline_store::passport::{self, Said, Sources};
use throughline_store::people::{self, Person};
use throughline_store::{Tx, disclosures, episodes, organisations};
use uuid::Uuid;

/// For whom the passport is.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct For {
    #[serde(default)]
    r#for: String,
}

/// What the passport is made from.
struct Record {
    person: Person,
    episode: Episode,
    sources: Sources,
    service: String,
}

/// A line of the passport: what is known, and where it is from.
struct Line {
    label: &'static str,
    /// `None` when nobody has an answer.
    value: Option<String>,
    source: String,
}

/// The passport of a person: that of the episode that is open, or was last.
pub(super) async fn of_person(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let all = episodes::of_person(&mut tx, &grant).await?;
    tx.commit().await?;
    let episode = all.iter().find(|episode| episode.closed_at.is_none()).or(all.first()).ok_or_else(|| {
        Problem::Invalid("The passport is made from an episode: open one for this person first".into())
    })?;
    Ok(Redirect::to(&format!("/episodes/{}/passport", episode.id)).into_response())
}

pub(super) async fn page(cx: Cx, Path(id): Path<EpisodeId>, Query(readers): Query<For>) -> Answer {
    let audience = Audience::from_code(&readers.r#for);
    draw(&cx, id, audience, None, &Errors::default()).await
}

async fn read(tx: &mut Tx, subject: Subject) -> Result<Record, Problem> {
    let identity = tx.authorise::<ViewIdentity>(subject).await?;
    let person = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?;
    let view = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &view).await?.ok_or(Problem::NotFound)?;
    let needs = tx.authorise::<ViewNeedsPlan>(subject).await?;
    let sources = passport::sources(tx, &needs).await?;
    let service = organisations::service(tx).await?.map(|service| service.name).unwrap_or_default();
    Ok(Record { person, episode, sources, service })
}

/// Who is likeliest to need it now.
fn readers(episode: &Episode) -> Audience {
    let at_court = episode.point_of_contact != PointOfContact::Custody && !episode.legal_status.is_with_police();
    let goes_to_court = episode.next_hearing_at.is_some() && !episode.legal_status.is_with_police();
    if at_court || goes_to_court { Audience::Court } else { Audience::Police }
}

fn recipient(episode: &Episode, audience: Audience) -> String {
    let at_court = episode.point_of_contact != PointOfContact::Custody;
    match audience {
        Audience::Police => format!("Custody officer, {}", episode.site_name),
        Audience::Court if at_court => format!("Legal adviser, {}", episode.site_name),
        Audience::Court => String::new(),
    }
}

fn lines(record: &Record) -> Vec<Line> {
    ENTRIES.iter().map(|entry| line(entry, record)).collect()
}

/// What the person's record says now is newer than what a form said: forms write it there.
fn line(entry: &Entry, record: &Record) -> Line {
    let of_person = match entry.question {
        ADJUSTMENTS => Some(record.person.adjustments.trim().to_owned()),
        LANGUAGE => Some(record.person.language.trim().to_owned()),
        INTERPRETER if record.person.interpreter => Some("Needed".to_owned()),
        _ => None,
    };
    if let Some(value) = of_person.filter(|value| !value.is_empty()) {
        return Line { label: entry.label, value: Some(value), source: "The person's details, as they are now".into() };
    }
    match record.sources.of(entry.question) {
        Some(said) => Line { label: entry.label, value: Some(in_words(said)), source: source(said) },
        None => Line { label: entry.label, value: None, source: String::new() },
    }
}

fn in_words(said: &Said) -> String {
    match (said.question, said.value.as_str()) {
        (INTERPRETER, "Yes") => "Needed".to_owned(),
        (INTERPRETER, "No") => "Not needed when asked".to_owned(),
        (_, value) => value.to_owned(),
    }
}

fn source(said: &Said) -> String {
    let when = said.signed_at.map(|at| format!(", {}", date_long(london_date(at)))).unwrap_or_default();
    format!("{}{when}, {}", said.form, said.signed_by_name)
}

async fn draw(cx: &Cx, id: EpisodeId, chosen: Option<Audience>, fields: Option<&Fields>, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let record = read(&mut tx, subject).await?;
    let audience = chosen.unwrap_or_else(|| readers(&record.episode));
    let kind = DocumentKind::passport(audience);
    let may_give = may_give(&mut tx, subject).await?;
    let consent = if may_give { Some(Ledger::read(&mut tx, subject).await?) } else { None };
    let may_edit = tx.may::<ChangeIdentity>(subject).await?;
    let may_ask = tx.may::<WriteClinical>(subject).await?;
    let banner = banner_of(&mut tx, subject).await?;
    tx.commit().await?;
    let tabs = Audience::ALL.iter().map(|one| {
        let text = if *one == Audience::Police { "For custody" } else { "For court" };
        context! { text, href => format!("/episodes/{id}/passport?for={}", one.code()), current => *one == audience }
    });
    let typed = fields.map_or_else(|| context! { recipient => recipient(&record.episode, audience) }, Fields::typed);
    let values = context! {
        heading => "Adjustments passport",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        tabs => tabs.collect::<Vec<_>>(),
        readers => audience.code(),
        audience => audience.label(),
        lines => lines(&record).iter().map(line_value).collect::<Vec<_>>(),
        unreadable => record.sources.unreadable,
        limits => kind.limits(),
        action => format!("/episodes/{id}/passport?for={}", audience.code()),
        versions => format!("/episodes/{id}/documents/{}", kind.code()),
        edit => may_edit.then(|| format!("/people/{}/edit", record.person.id)),
        screening => may_ask.then(|| format!("/episodes/{id}/forms/screening")),
        consent => consent.as_ref().map(|ledger| ledger.value(consent_for(audience))),
        consent_href => format!("/episodes/{id}/consent"),
        choices => choices(&suggestions(&record.episode, audience), &[Channel::Paper, Channel::SecureEmail]),
        typed,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("documents/passport.html", errors, values)
}

fn suggestions(episode: &Episode, audience: Audience) -> Vec<String> {
    let who: &[&str] = match audience {
        Audience::Police => &["Custody officer", "Officer in the case", "Defence solicitor"],
        Audience::Court => &["Legal adviser", "Defence solicitor", "Usher", "Probation court team"],
    };
    who.iter().map(|who| format!("{who}, {}", episode.site_name)).collect()
}

fn line_value(line: &Line) -> Value {
    context! { label => line.label, value => line.value, words => NOBODY_ASKED, source => line.source }
}

async fn may_give(tx: &mut Tx, subject: Subject) -> Result<bool, Problem> {
    Ok(tx.may::<WriteDocument>(subject).await?
        && tx.may::<SignDocument>(subject).await?
        && tx.may::<ReleaseDocument>(subject).await?
        && tx.may::<CreateDisclosure>(subject).await?)
}

/// Makes the file, signs and releases it, and writes the line in the ledger: one act.
pub(super) async fn give(cx: Cx, Path(id): Path<EpisodeId>, Query(readers): Query<For>, fields: Fields) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    if !may_give(&mut tx, subject).await? {
        return Err(Problem::NotFound);
    }
    let audience = Audience::from_code(&readers.r#for).ok_or_else(|| {
        Problem::Invalid("Choose whom the passport is for, custody or court, and give it there".into())
    })?;
    let kind = DocumentKind::passport(audience);
    let ledger = Ledger::read(&mut tx, subject).await?;
    let mut errors = Errors::default();
    let Some(asked) = ask(&fields, &ledger, consent_for(audience), &mut errors) else {
        drop(tx);
        return draw(&cx, id, Some(audience), Some(&fields), &errors).await;
    };
    let view = tx.authorise::<ViewDocument>(subject).await?;
    let number = documents::next_number(&mut tx, &view, kind).await?;
    let record = read(&mut tx, subject).await?;
    // Nobody waits for the database while the file is made.
    tx.commit().await?;
    let document = DocumentId::new(Uuid::now_v7());
    let about = About::draft(&cx, document, kind, number);
    let basis = facts::basis_words(kind, asked.basis(), ledger.line(consent_for(audience)));
    let stated = state(&record, &about, kind, fields.text("recipient"), basis);
    let text = facts::to_text(&stated);
    match render(kind, stated).await? {
        Ok(rendered) => keep(&cx, &fields, subject, Made { document, kind, number, text, rendered }, &asked).await,
        Err(error) => {
            errors.add("recipient", error.to_string());
            draw(&cx, id, Some(audience), Some(&fields), &errors).await
        }
    }
}

/// What the passport states. Of risk, health and the case it knows nothing: those parts stay empty.
fn state(record: &Record, about: &About, kind: DocumentKind, recipient: &str, basis: String) -> Facts {
    let rows = lines(record).into_iter().map(|line| match line.value {
        Some(value) => Row::new(line.label, format!("{value}\n({})", line.source)),
        None => Row::new(line.label, NOBODY_ASKED),
    });
    let unreadable = record
        .sources
        .unreadable
        .then(|| "A signed form could not be read when this was made. Ask the author what it says.".to_owned());
    let section = Section {
        title: "What helps this person to understand and take part".into(),
        rows: rows.collect(),
        paragraphs: unreadable.into_iter().collect(),
    };
    Facts {
        document: about.facts(&record.service, Printed::Released, recipient),
        person: facts::person_facts(&record.person, about.made_on()),
        episode: EpisodeFacts {
            site: record.episode.site_name.clone(),
            custody_number: None,
            urn: None,
            legal_status: String::new(),
            key_times: Vec::new(),
        },
        reporting_restriction: None,
        risk: RiskFacts { state: RiskState::Unavailable, summary: String::new() },
        sections: vec![section],
        recommendations: Vec::new(),
        basis,
        limits: kind.limits().to_owned(),
        next_steps: Vec::new(),
    }
}

/// A passport that was made and is about to be kept.
struct Made {
    document: DocumentId,
    kind: DocumentKind,
    number: i64,
    text: String,
    rendered: Rendered,
}

async fn keep(cx: &Cx, fields: &Fields, subject: Subject, made: Made, asked: &Asked) -> Answer {
    let readers: ConsentFor = consent_for(made.kind.audience());
    let mut act = cx.act(fields).await?;
    // Consent may have been taken back while the file was made, and a colleague may have been quicker.
    let ledger = Ledger::read(&mut act, subject).await?;
    let view = act.authorise::<ViewDocument>(subject).await?;
    let is_next = documents::next_number(&mut act, &view, made.kind).await? == made.number;
    if !is_next || ask(fields, &ledger, readers, &mut Errors::default()).is_none() {
        return Err(Problem::Stale);
    }
    let write = act.authorise::<WriteDocument>(subject).await?;
    let sign = act.authorise::<SignDocument>(subject).await?;
    let release = act.authorise::<ReleaseDocument>(subject).await?;
    let disclose = act.authorise::<CreateDisclosure>(subject).await?;
    let Made { document, kind, number, text, rendered } = made;
    let written = Written { recipient: fields.text("recipient").to_owned(), ..Written::default() };
    documents::prepare(&mut act, &write, &NewDocument { id: document, kind, number, facts: text.clone(), written })
        .await?;
    let line = documents::get(&mut act, &view, document).await?.ok_or(Problem::Failed)?.line;
    documents::sign(&mut act, &sign, &line, line.version, &text).await?;
    let line = documents::get(&mut act, &view, document).await?.ok_or(Problem::Failed)?.line;
    let pages = i64::try_from(rendered.pages).unwrap_or_default();
    let file = File { facts: text, pdf: rendered.pdf, sha256: rendered.sha256, pages };
    documents::release(&mut act, &release, &line, line.version, file).await?;
    let summary = format!("{kind}, version {number}");
    disclosures::record(&mut act, &disclose, disclose.site(), &asked.disclosure(&ledger, Some(document), summary))
        .await?;
    act.done(&format!("/documents/{document}?done=passport")).await
}

/// Where the versions of a passport are made anew: from its page, never as a draft.
pub(super) fn page_of(episode: EpisodeId, kind: DocumentKind) -> Option<String> {
    let audience = kind.audience();
    kind.is_passport().then(|| format!("/episodes/{episode}/passport?for={}", audience.code()))
}

/// As [`kind_of`], for kinds that are kept as drafts.
pub(super) fn drafted_kind_of(code: &str) -> Result<DocumentKind, Problem> {
    kind_of(code).and_then(|kind| if kind.is_passport() { Err(Problem::NotFound) } else { Ok(kind) })
}
