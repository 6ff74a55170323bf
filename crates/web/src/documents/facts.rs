//! From the record to what a document states, with the source of each part.

use crate::{Cx, Problem};
use chrono::NaiveDate;
use minijinja::{Value, context};
use sha2::{Digest, Sha256};
use throughline_documents::{
    Author, DocumentFacts, DocumentState, EpisodeFacts, Facts, PersonFacts, RiskFacts, RiskState, Row, Section,
};
use throughline_domain::consent::ConsentState;
use throughline_domain::disclosure::{Basis, consent_for};
use throughline_domain::document::{Audience, DocumentKind};
use throughline_domain::ids::DocumentId;
use throughline_domain::risk;
use throughline_domain::time::{Instant, age_on, date_long, date_time_long, london_date};
use throughline_forms::{Score, SnapshotAnswer, SnapshotSection};
use throughline_policy::{Subject, ViewClinical, ViewConsent, ViewEpisode, ViewIdentity, ViewJustice, ViewRiskCard};
use throughline_store::alerts::{self, RiskCard};
use throughline_store::consents::{self, Consent};
use throughline_store::documents::{self, SignedRecord, Written};
use throughline_store::episodes::{self, Episode, Justice};
use throughline_store::people::{self, Person};
use throughline_store::{Tx, organisations};
use uuid::Uuid;

/// Everything recorded that a document may draw on.
#[derive(Debug, Clone)]
pub(super) struct Record {
    person: Person,
    episode: Episode,
    justice: Justice,
    risk: RiskCard,
    forms: Vec<SignedRecord>,
    ledger: Vec<Consent>,
    service: String,
}

/// Which document is made, by whom and when.
#[derive(Debug, Clone)]
pub(super) struct About {
    reference: String,
    kind: DocumentKind,
    number: u32,
    made_at: Instant,
    author: Author,
}

impl About {
    /// The document's own facts, for this recipient.
    pub(super) fn facts(&self, service: &str, state: DocumentState, recipient: &str) -> DocumentFacts {
        DocumentFacts {
            service: service.to_owned(),
            reference: self.reference.clone(),
            version: self.number,
            state,
            made_at: self.made_at,
            author: self.author.clone(),
            recipient: recipient.trim().to_owned(),
        }
    }

    /// The day it is made, in London.
    pub(super) fn made_on(&self) -> NaiveDate {
        london_date(self.made_at)
    }

    /// A print of a page of a person's record. It is no version of anything.
    pub(super) fn print(cx: &Cx) -> Self {
        Self::draft(cx, DocumentId::new(Uuid::now_v7()), DocumentKind::CustodyAdvice, 1)
    }

    /// A draft of the signed-in user's.
    pub(super) fn draft(cx: &Cx, id: DocumentId, kind: DocumentKind, number: i64) -> Self {
        let user = &cx.signed_in.user;
        let registration = Some(user.registration.clone()).filter(|text| !text.trim().is_empty());
        Self {
            reference: reference(id),
            kind,
            number: u32::try_from(number).unwrap_or(1),
            made_at: cx.now,
            author: Author { name: user.name.clone(), role: user.role.label().to_owned(), registration },
        }
    }
}

/// What a reader quotes: the end of the document's id, which says nothing of the person.
fn reference(id: DocumentId) -> String {
    let digits = id.uuid().simple().to_string().to_uppercase();
    format!("TL-{}-{}", &digits[24..28], &digits[28..])
}

/// Reads what is recorded, asking the policy for each part.
pub(super) async fn read(tx: &mut Tx, subject: Subject) -> Result<Record, Problem> {
    let identity = tx.authorise::<ViewIdentity>(subject).await?;
    let person = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?;
    let view = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &view).await?.ok_or(Problem::NotFound)?;
    let justice = tx.authorise::<ViewJustice>(subject).await?;
    let justice = episodes::justice(tx, &justice).await?;
    let card = tx.authorise::<ViewRiskCard>(subject).await?;
    let risk = alerts::risk_card(tx, &card).await?;
    let clinical = tx.authorise::<ViewClinical>(subject).await?;
    let forms = documents::signed_records(tx, &clinical).await?;
    let consent = tx.authorise::<ViewConsent>(subject).await?;
    let ledger = consents::ledger(tx, &consent).await?;
    let service = organisations::service(tx).await?.map(|service| service.name).unwrap_or_default();
    Ok(Record { person, episode, justice, risk, forms, ledger, service })
}

/// The questions whose answers the author starts the recommendations from. They are not printed a
/// second time among the findings.
const RECOMMENDATIONS: &[(DocumentKind, &str)] = &[
    (DocumentKind::CustodyAdvice, "custody_recommendations"),
    (DocumentKind::CustodyAdvice, "custody_advice"),
    (DocumentKind::CourtReport, "court_recommendations"),
];

fn recommends(kind: DocumentKind, answer: &SnapshotAnswer) -> bool {
    RECOMMENDATIONS.contains(&(kind, answer.question.as_str()))
}

/// The recommendations that signed forms hold for these readers, with the form that says so.
pub(super) fn recorded_recommendations(record: &Record, kind: DocumentKind) -> Vec<(String, String)> {
    let answers = record.forms.iter().filter_map(|form| {
        let told = form.snapshot.as_ref()?.for_document(kind.code());
        let text = told
            .sections
            .iter()
            .flat_map(|section| &section.answers)
            .find(|answer| recommends(kind, answer))?
            .value
            .clone();
        Some((source(form, &told.title), text))
    });
    answers.collect()
}

/// What a first draft starts from: the usual reader, and the recommendations that are recorded.
pub(super) fn suggested(record: &Record, kind: DocumentKind) -> Written {
    // The assessment's recommendations are newer and fuller than the screening's: newest first.
    let recommendations =
        recorded_recommendations(record, kind).into_iter().next().map(|(_, text)| text).unwrap_or_default();
    let at_court = record.episode.point_of_contact != throughline_domain::place::PointOfContact::Custody;
    let recipient = match kind.audience() {
        Audience::Police => format!("Custody officer, {}", record.episode.site_name),
        Audience::Court if at_court => record.episode.site_name.clone(),
        Audience::Court => String::new(),
    };
    Written { recipient, recommendations, ..Written::default() }
}

/// What a document states.
pub(super) fn make(record: &Record, about: &About, written: &Written) -> Facts {
    let audience = about.kind.audience();
    let made_on = london_date(about.made_at);
    Facts {
        document: about.facts(&record.service, DocumentState::Draft, &written.recipient),
        person: person_facts(&record.person, made_on),
        episode: EpisodeFacts {
            site: record.episode.site_name.clone(),
            custody_number: given(&record.justice.custody_number).filter(|_| audience == Audience::Police),
            urn: given(&record.justice.urn),
            legal_status: record.episode.legal_status.label().to_owned(),
            key_times: key_times(record, audience),
        },
        reporting_restriction: given(&record.justice.reporting_restriction),
        risk: RiskFacts { state: risk_state(record.risk.state), summary: risk_summary(&record.risk, audience) },
        sections: sections(record, about.kind, written),
        recommendations: lines(&written.recommendations),
        basis: consent_words(about.kind, consents::speaks(&record.ledger, consent_for(audience))),
        limits: about.kind.limits().to_owned(),
        next_steps: lines(&written.next_steps),
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Who a person is, as every printed page says it.
pub(crate) fn person_facts(person: &Person, made_on: NaiveDate) -> PersonFacts {
    PersonFacts {
        name: person.name.clone(),
        born: person.date_of_birth.map(date_long).unwrap_or_default(),
        age: person.date_of_birth.and_then(|born| age_on(born, made_on)),
        nhs_number: person.nhs_number.clone(),
        gender: person.gender.label().to_owned(),
        communication_needs: given(&person.language).map(|language| format!("Speaks {language}")).into_iter().collect(),
        adjustments: lines(&person.adjustments),
        interpreter: interpreter(person),
    }
}

pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn interpreter(person: &Person) -> String {
    match (person.interpreter, person.language.trim()) {
        (true, "") => "Needed: the language is not recorded".to_owned(),
        (true, language) => format!("Needed: {language}"),
        (false, _) => String::new(),
    }
}

fn key_times(record: &Record, audience: Audience) -> Vec<Row> {
    let justice = &record.justice;
    let told = match audience {
        Audience::Police => {
            vec![("Arrived", justice.arrived_at), ("Detention authorised", justice.detention_authorised_at)]
        }
        Audience::Court => vec![("Hearing", record.episode.next_hearing_at)],
    };
    told.into_iter().filter_map(|(label, at)| Some(Row::new(label, date_time_long(at?)))).collect()
}

/// The state of the risk card, as printed pages say it.
pub(crate) fn risk_state(state: risk::RiskState) -> RiskState {
    match state {
        risk::RiskState::Known => RiskState::Known,
        risk::RiskState::NoneIdentified => RiskState::NoneIdentified,
        risk::RiskState::NotAssessed => RiskState::NotAssessed,
        risk::RiskState::Unavailable => RiskState::Unavailable,
    }
}

/// Which alerts stand, as far as these readers are told; what was said stays in the sections that
/// their own questions let out.
fn risk_summary(card: &RiskCard, audience: Audience) -> String {
    let mut kinds: Vec<&str> =
        card.alerts.iter().filter(|alert| audience.is_told_of(alert.kind)).map(|alert| alert.kind.label()).collect();
    kinds.dedup();
    let mut parts = Vec::new();
    if !kinds.is_empty() {
        parts.push(format!("Alerts: {}.", kinds.join("; ")));
    }
    if card.alerts.iter().any(|alert| !audience.is_told_of(alert.kind)) {
        parts.push(
            "Other alerts are recorded that are not set out here: ask the author before you rely on this.".to_owned(),
        );
    }
    if let Some(at) = card.assessed_at {
        parts.push(format!("Assessed {} by {}.", date_time_long(at), card.assessed_by));
    }
    parts.join("\n\n")
}

fn sections(record: &Record, kind: DocumentKind, written: &Written) -> Vec<Section> {
    let covering = Some(written.covering.clone()).filter(|text| !text.trim().is_empty());
    let covering = covering.map(|text| Section {
        title: "From the practitioner".into(),
        rows: Vec::new(),
        paragraphs: vec![text],
    });
    covering.into_iter().chain(record.forms.iter().flat_map(|form| form_sections(form, kind))).collect()
}

fn form_sections(form: &SignedRecord, kind: DocumentKind) -> Vec<Section> {
    let Some(snapshot) = &form.snapshot else {
        let words =
            "This form is signed, but could not be read when the document was made. Ask the author what it says.";
        return vec![Section {
            title: format!("Signed form: {}", form.form),
            rows: Vec::new(),
            paragraphs: vec![words.to_owned()],
        }];
    };
    let told = snapshot.for_document(kind.code());
    let source = source(form, &told.title);
    let score = told.score.as_ref().map(|score| Section {
        title: told.title.clone(),
        rows: vec![Row::new("Score", scored(&score.score)), Row::new("Source", source.clone())],
        paragraphs: Vec::new(),
    });
    let sections = told.sections.iter().filter_map(|section| form_section(section, kind, &source));
    sections.chain(score).collect()
}

/// A score never stands alone: its range, its band, and what must be read beside it.
fn scored(score: &Score) -> String {
    let beside = std::iter::once(&score.statement).chain(&score.caveats).map(|words| format!("{words}."));
    format!("{} of {}: {}. {}", score.total, score.out_of, score.band, beside.collect::<Vec<_>>().join(" "))
}

/// A section of a form: short answers as rows, prose as paragraphs under its question.
fn form_section(section: &SnapshotSection, kind: DocumentKind, source: &str) -> Option<Section> {
    let told: Vec<&SnapshotAnswer> = section.answers.iter().filter(|answer| !recommends(kind, answer)).collect();
    if told.is_empty() {
        return None;
    }
    let short = told.iter().filter(|answer| !answer.long).map(|answer| Row::new(&answer.label, &answer.value));
    let prose = told.iter().filter(|answer| answer.long).map(|answer| format!("{}\n{}", answer.label, answer.value));
    Some(Section {
        title: section.title.clone(),
        rows: short.chain([Row::new("Source", source)]).collect(),
        paragraphs: prose.collect(),
    })
}

fn source(form: &SignedRecord, title: &str) -> String {
    let when = form.signed_at.map(|at| format!(" on {}", date_time_long(at))).unwrap_or_default();
    let waits = if form.awaits_countersignature { ". A countersignature is still owed" } else { "" };
    format!("{title}, signed by {}{when}{waits}", form.signed_by_name)
}

/// What a document says of the consent on which it is shared; nothing while none permits it.
fn consent_words(kind: DocumentKind, line: Option<&Consent>) -> String {
    let Some(line) = line.filter(|line| line.state.permits()) else { return String::new() };
    let readers = lower_first(kind.audience().label());
    let asked = format!("Recorded {} by {}.", date_time_long(line.recorded_at), line.recorded_by_name);
    match line.state {
        ConsentState::BestInterests => {
            format!(
                "The person could not decide when they were asked. This is shared with {readers} in their best interests. {asked}"
            )
        }
        ConsentState::Limited => {
            format!("The person agreed, within limits, that this is shared with {readers}. {asked}")
        }
        _ => format!("The person agreed that this is shared with {readers}. {asked}"),
    }
}

/// What a document says of the basis on which it is released.
pub(super) fn basis_words(kind: DocumentKind, basis: Basis, line: Option<&Consent>) -> String {
    match basis {
        Basis::Consent => consent_words(kind, line),
        other => format!(
            "Shared without relying on consent. Basis: {}. The reason is in the disclosure ledger.",
            lower_first(other.label())
        ),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A hash of what a signer reads: all but the moment and the name under it.
pub(super) fn seen(facts: &Facts) -> String {
    let mut facts = facts.clone();
    facts.document.made_at = Instant::UNIX_EPOCH;
    facts.document.author = Author { name: String::new(), role: String::new(), registration: None };
    throughline_audit::hex(&Sha256::digest(to_text(&facts)))
}

/// Facts as they are stored.
pub(super) fn to_text(facts: &Facts) -> String {
    serde_json::to_string(facts).expect("facts are plain data")
}

/// Facts as they were stored.
pub(super) fn from_text(text: &str) -> Result<Facts, Problem> {
    serde_json::from_str(text).map_err(|_| {
        tracing::error!("the stored facts of a document cannot be read");
        Problem::Failed
    })
}

/// Facts for the preview.
pub(super) fn value(facts: &Facts) -> Value {
    context! { risk_words => facts.risk.state.words(), natural_name => facts.person.name.natural(), ..Value::from_serialize(facts) }
}

#[cfg(test)]
mod tests;
