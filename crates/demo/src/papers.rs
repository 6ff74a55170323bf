//! Custody advice and court reports of the demo: made from what was signed, released with their
//! line in the disclosure ledger, as the pages do.

use chrono::Datelike;
use throughline_documents::{
    Author, DocumentFacts, DocumentState, EpisodeFacts, Facts, PersonFacts, RiskFacts, RiskState, Row, Section, render,
};
use throughline_domain::document::DocumentKind;
use throughline_domain::ids::DocumentId;
use throughline_domain::risk;
use throughline_domain::time::{age_on, date_long, london_date};
use throughline_forms::Snapshot;
use throughline_policy::{
    ReleaseDocument, SignDocument, Subject, ViewClinical, ViewDocument, ViewEpisode, ViewIdentity, ViewJustice,
    ViewRiskCard, WriteDocument,
};
use throughline_store::documents::{self, File, NewDocument, Written};
use throughline_store::people::Person;
use throughline_store::{Tx, alerts, episodes, people};

/// Prepares, signs and releases a document of the subject's episode. The caller records the
/// disclosure in the same transaction. The rendering takes a moment, so only some episodes get one.
///
/// # Errors
/// The store's, refusals and the renderer's: a mistake in the demo.
pub async fn release(
    tx: &mut Tx,
    subject: Subject,
    kind: DocumentKind,
    id: DocumentId,
    recipient: &str,
    basis: &str,
    recommendations: &[String],
) -> anyhow::Result<()> {
    let facts = facts(tx, subject, kind, recipient, basis, recommendations).await?;
    let text = serde_json::to_string(&facts)?;
    let write = tx.authorise::<WriteDocument>(subject).await?;
    let written =
        Written { recipient: recipient.to_owned(), recommendations: recommendations.join("\n"), ..Written::default() };
    let number = {
        let view = tx.authorise::<ViewDocument>(subject).await?;
        documents::next_number(tx, &view, kind).await?
    };
    documents::prepare(tx, &write, &NewDocument { id, kind, number, facts: text.clone(), written }).await?;
    let line = line(tx, subject, id).await?;
    let sign = tx.authorise::<SignDocument>(subject).await?;
    documents::sign(tx, &sign, &line, line.version, &text).await?;
    let rendered = {
        let facts = facts.clone();
        tokio::task::spawn_blocking(move || render(kind.code(), &facts)).await??
    };
    let line = self::line(tx, subject, id).await?;
    let grant = tx.authorise::<ReleaseDocument>(subject).await?;
    let pages = i64::try_from(rendered.pages).unwrap_or(1);
    let file = File { facts: text, pdf: rendered.pdf, sha256: rendered.sha256, pages };
    documents::release(tx, &grant, &line, line.version, file).await?;
    Ok(())
}

async fn line(tx: &mut Tx, subject: Subject, id: DocumentId) -> anyhow::Result<documents::DocumentLine> {
    let view = tx.authorise::<ViewDocument>(subject).await?;
    let found = documents::get(tx, &view, id).await?;
    found.map(|document| document.line).ok_or_else(|| anyhow::anyhow!("the document was not kept"))
}

async fn facts(
    tx: &mut Tx,
    subject: Subject,
    kind: DocumentKind,
    recipient: &str,
    basis: &str,
    recommendations: &[String],
) -> anyhow::Result<Facts> {
    let identity = tx.authorise::<ViewIdentity>(subject).await?;
    let person = people::get(tx, &identity).await?.ok_or_else(|| anyhow::anyhow!("the person is there"))?;
    let view = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &view).await?.ok_or_else(|| anyhow::anyhow!("the episode is there"))?;
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let justice = episodes::justice(tx, &grant).await?;
    let grant = tx.authorise::<ViewRiskCard>(subject).await?;
    let card = alerts::risk_card(tx, &grant).await?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let records = documents::signed_records(tx, &grant).await?;
    let snapshots = records.iter().filter_map(|record| record.snapshot.as_ref());
    let is_court = kind == DocumentKind::CourtReport;
    Ok(Facts {
        document: DocumentFacts {
            service: "South London Liaison and Diversion".into(),
            reference: format!("LD-{}-{}", tx.now().year(), &episode.id.to_string()[..8].to_uppercase()),
            version: 1,
            state: DocumentState::Released,
            made_at: tx.now(),
            author: Author { name: tx.actor_name(), role: "L&D practitioner".into(), registration: None },
            recipient: recipient.to_owned(),
        },
        person: of_person(&person, tx.now()),
        episode: EpisodeFacts {
            site: episode.site_name.clone(),
            custody_number: Some(justice.custody_number).filter(|number| !is_court && !number.is_empty()),
            urn: Some(justice.urn).filter(|urn| is_court && !urn.is_empty()),
            legal_status: episode.legal_status.label().into(),
            key_times: Vec::new(),
        },
        reporting_restriction: Some(justice.reporting_restriction).filter(|text| !text.is_empty()),
        risk: RiskFacts {
            state: match card.state {
                risk::RiskState::Known => RiskState::Known,
                risk::RiskState::NoneIdentified => RiskState::NoneIdentified,
                risk::RiskState::NotAssessed => RiskState::NotAssessed,
                risk::RiskState::Unavailable => RiskState::Unavailable,
            },
            summary: card.alerts.iter().map(|alert| alert.kind.label()).collect::<Vec<_>>().join(", "),
        },
        sections: snapshots.flat_map(|snapshot| sections(snapshot, kind)).collect(),
        recommendations: recommendations.to_vec(),
        basis: basis.to_owned(),
        limits: kind.limits().into(),
        next_steps: Vec::new(),
    })
}

fn of_person(person: &Person, now: throughline_domain::time::Instant) -> PersonFacts {
    PersonFacts {
        name: person.name.clone(),
        born: person.date_of_birth.map_or_else(|| "Not known".into(), date_long),
        age: person.date_of_birth.and_then(|born| age_on(born, london_date(now))),
        nhs_number: person.nhs_number.clone(),
        gender: person.gender.label().into(),
        communication_needs: Vec::new(),
        adjustments: person.adjustments.lines().map(str::to_owned).collect(),
        interpreter: if person.interpreter { "Needed".into() } else { "Not needed".into() },
    }
}

/// What the signed forms let this kind of document say.
fn sections(snapshot: &Snapshot, kind: DocumentKind) -> Vec<Section> {
    let allowed = snapshot.for_document(kind.code());
    allowed
        .sections
        .iter()
        .map(|section| Section {
            title: section.title.clone(),
            rows: section.answers.iter().map(|answer| Row::new(&answer.label, &answer.value)).collect(),
            paragraphs: Vec::new(),
        })
        .filter(|section| !section.rows.is_empty())
        .collect()
}
