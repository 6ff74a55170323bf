//! The JSON document of a person's record. Its shape is a promise to whoever reads it: a change raises
//! [`SCHEMA_VERSION`], and `docs/printing-and-finding.md` lists its keys.

use super::part::{Open, Part};
use crate::Problem;
use serde::Serialize;
use std::collections::BTreeSet;
use throughline_domain::disclosure::Basis;
use throughline_domain::episode::LegalStatus;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_domain::risk::RiskState;
use throughline_domain::time::Instant;
use throughline_policy::{
    Grant, ViewCarePlan, ViewClinical, ViewConsent, ViewContactDetails, ViewDisclosure, ViewDocument, ViewEpisode,
    ViewFollowUp, ViewIdentity, ViewJustice, ViewNeedsPlan, ViewReferral, ViewRiskCard,
};
use throughline_store::care::{self, Decision, Goal, ReasonSaid};
use throughline_store::consents::{self, Consent};
use throughline_store::consultations::{self, Consultation};
use throughline_store::contacts::{self, Contact};
use throughline_store::disclosures::{self, Disclosure};
use throughline_store::documents::{self, DocumentLine};
use throughline_store::episodes::{self, Justice};
use throughline_store::export::{self, AlertLine, CodedFinding, ReferralLine, SignedForm};
use throughline_store::outcomes::{self, Outcome};
use throughline_store::people::{self, ContactDetails};
use throughline_store::{Tx, legal, merges};

/// The version of the document's shape.
const SCHEMA_VERSION: u32 = 2;

/// A person's record. A part that its maker may not see, or that nobody asked for, is absent and named in `left_out`.
#[derive(Debug, Serialize)]
pub(super) struct RecordFile {
    schema: &'static str,
    schema_version: u32,
    made: Made,
    pub(super) left_out: Vec<String>,
    person: Who,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_details: Option<ContactDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_when_joined: Option<Vec<SetAside>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    episodes: Option<Vec<EpisodeLine>>,
    /// Signed forms, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signed_forms: Option<Vec<SignedForm>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<CodedFinding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<Risk>,
    #[serde(skip_serializing_if = "Option::is_none")]
    care_plan: Option<CarePlan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    care_decisions: Option<Vec<Decision>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<Contact>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrals: Option<Vec<ReferralLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<Vec<Consultation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<Vec<DocumentLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justice: Option<Vec<JusticeOfEpisode>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consents: Option<Vec<Consent>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosures: Option<Vec<Disclosure>>,
}

/// The risk card in words, which never lets an empty list of alerts look like no risk, and every alert.
#[derive(Debug, Serialize)]
struct Risk {
    state: RiskState,
    state_words: &'static str,
    assessed_at: Option<Instant>,
    assessed_by: String,
    found_in: Vec<String>,
    not_asked: Vec<String>,
    alerts: Vec<AlertLine>,
}

/// A detail of a record that was joined into this one and says something else: rules for safe contact above all.
#[derive(Debug, Serialize)]
struct SetAside {
    detail: &'static str,
    in_this_record: String,
    in_the_joined_record: String,
}

/// Goals with what is done for them and what has happened, and why a need has none.
#[derive(Debug, Serialize)]
struct CarePlan {
    goals: Vec<Goal>,
    no_goal: Vec<ReasonSaid>,
}

/// What police and court did in an episode. A line that another replaced, or that was taken back, says so.
#[derive(Debug, Serialize)]
struct JusticeOfEpisode {
    episode_id: EpisodeId,
    legal_status: LegalStatus,
    #[serde(flatten)]
    facts: Justice,
    legal_events: Vec<legal::Entry>,
    outcomes: Vec<Outcome>,
}

/// Who made the file, for whom, why.
#[derive(Debug, Serialize)]
pub(super) struct Made {
    pub(super) at: Instant,
    pub(super) by: String,
    pub(super) role: String,
    pub(super) recipient: String,
    pub(super) basis: Basis,
    pub(super) purpose: String,
}

#[derive(Debug, Serialize)]
struct Who {
    forenames: String,
    surname: String,
    preferred_name: String,
    date_of_birth: Option<chrono::NaiveDate>,
    gender: &'static str,
    ethnicity: &'static str,
    nhs_number: Option<String>,
    language: String,
    interpreter: bool,
    adjustments: String,
    other_names: Vec<String>,
    identity_state: &'static str,
    died_on: Option<chrono::NaiveDate>,
    /// Numbers of police and courts only where those were asked for.
    identifiers: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct EpisodeLine {
    id: EpisodeId,
    site: String,
    point_of_contact: &'static str,
    opened_at: Instant,
    released_at: Option<Instant>,
    closed_at: Option<Instant>,
    closure_reason: Option<&'static str>,
}

/// Contacts and justice facts are read episode by episode, each with a grant of its own.
async fn episodes_of(tx: &mut Tx, person: PersonId) -> Result<Vec<episodes::Episode>, Problem> {
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok(Vec::new());
    }
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    Ok(episodes::of_person(tx, &grant).await?)
}

/// A part that was asked for and that the maker may see; `None` otherwise.
macro_rules! part {
    ($tx:ident, $person:ident, $asked:ident, $part:ident, $permit:ident, $read:path) => {
        if $asked.contains(&Part::$part) && $tx.may::<$permit>($person).await? {
            let grant = $tx.authorise::<$permit>($person).await?;
            Some($read($tx, &grant).await?)
        } else {
            None
        }
    };
}

impl RecordFile {
    /// Reads what was asked for of a record, as far as the maker may see it, each part with a grant of its own.
    pub(super) async fn read(tx: &mut Tx, person: PersonId, made: Made, asked: &[Part]) -> Result<Self, Problem> {
        let mut left_out = Open::read(tx, person).await?.not_in(asked);
        let identity = tx.authorise::<ViewIdentity>(person).await?;
        let known = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?;
        let gives_justice = asked.contains(&Part::Justice) && tx.may::<ViewJustice>(person).await?;
        let contact_details =
            part!(tx, person, asked, ContactDetails, ViewContactDetails, people::contact_details).flatten();
        let set_aside_when_joined = set_aside(tx, person, asked, &identity).await?;
        let episodes = part!(tx, person, asked, Episodes, ViewEpisode, episodes::of_person);
        let mut signed_forms = part!(tx, person, asked, Forms, ViewClinical, export::signed_forms);
        left_out.extend(signed_forms.as_mut().map(|forms| without_restricted(forms)).unwrap_or_default());
        Ok(Self {
            schema: "throughline.record",
            schema_version: SCHEMA_VERSION,
            made,
            left_out,
            person: who(&known, gives_justice),
            contact_details,
            set_aside_when_joined,
            episodes: episodes.map(|all| all.iter().map(episode_line).collect()),
            signed_forms,
            findings: part!(tx, person, asked, Findings, ViewNeedsPlan, export::findings),
            risk: part!(tx, person, asked, Risk, ViewRiskCard, risk),
            care_plan: part!(tx, person, asked, CarePlan, ViewCarePlan, care_plan),
            care_decisions: part!(tx, person, asked, Decisions, ViewClinical, care::decisions),
            contacts: contacts(tx, person, asked).await?,
            referrals: part!(tx, person, asked, Referrals, ViewReferral, export::referrals),
            advice: part!(tx, person, asked, Advice, ViewClinical, all_advice),
            documents: part!(tx, person, asked, Documents, ViewDocument, documents::of_person),
            justice: justice(tx, person, asked).await?,
            consents: part!(tx, person, asked, Consents, ViewConsent, consents::ledger),
            disclosures: part!(tx, person, asked, Disclosures, ViewDisclosure, disclosures::ledger),
        })
    }
}

async fn risk(tx: &mut Tx, grant: &Grant<ViewRiskCard>) -> Result<Risk, Problem> {
    let card = crate::risk::card(tx, grant).await;
    Ok(Risk {
        state: card.state,
        state_words: card.state.label(),
        assessed_at: card.assessed_at,
        assessed_by: card.assessed_by,
        found_in: card.known,
        not_asked: card.not_asked,
        alerts: export::alerts(tx, grant).await?,
    })
}

async fn set_aside(
    tx: &mut Tx,
    person: PersonId,
    asked: &[Part],
    identity: &Grant<ViewIdentity>,
) -> Result<Option<Vec<SetAside>>, Problem> {
    if !asked.contains(&Part::ContactDetails) || !tx.may::<ViewContactDetails>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewContactDetails>(person).await?;
    let mut all = Vec::new();
    for joined in merges::of_person(tx, identity).await? {
        let details = merges::left_behind_in(tx, &grant, joined.id).await?;
        all.extend(details.into_iter().map(|one| SetAside {
            detail: one.label,
            in_this_record: one.keep,
            in_the_joined_record: one.away,
        }));
    }
    Ok((!all.is_empty()).then_some(all))
}

async fn care_plan(tx: &mut Tx, grant: &Grant<ViewCarePlan>) -> Result<CarePlan, Problem> {
    Ok(CarePlan { goals: care::goals(tx, grant).await?, no_goal: care::reasons(tx, grant).await? })
}

async fn all_advice(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Vec<Consultation>, Problem> {
    Ok(consultations::of_person(tx, grant, i64::MAX).await?)
}

async fn contacts(tx: &mut Tx, person: PersonId, asked: &[Part]) -> Result<Option<Vec<Contact>>, Problem> {
    if !asked.contains(&Part::Contacts) || !tx.may::<ViewFollowUp>(person).await? {
        return Ok(None);
    }
    let mut all = Vec::new();
    for episode in episodes_of(tx, person).await? {
        let subject = people::subject_of_episode(tx, episode.id).await?.ok_or(Problem::NotFound)?;
        let grant = tx.authorise::<ViewFollowUp>(subject).await?;
        all.extend(contacts::of_episode(tx, &grant).await?);
    }
    Ok(Some(all))
}

async fn justice(tx: &mut Tx, person: PersonId, asked: &[Part]) -> Result<Option<Vec<JusticeOfEpisode>>, Problem> {
    if !asked.contains(&Part::Justice) || !tx.may::<ViewJustice>(person).await? {
        return Ok(None);
    }
    let mut all = Vec::new();
    for episode in episodes_of(tx, person).await? {
        let subject = people::subject_of_episode(tx, episode.id).await?.ok_or(Problem::NotFound)?;
        let grant = tx.authorise::<ViewJustice>(subject).await?;
        all.push(JusticeOfEpisode {
            episode_id: episode.id,
            legal_status: episode.legal_status,
            facts: episodes::justice(tx, &grant).await?,
            legal_events: legal::of_episode(tx, &grant).await?,
            outcomes: outcomes::of_episode(tx, &grant).await?,
        });
    }
    Ok(Some(all))
}

/// Takes out what others said, what concerns others and what is sealed, and tells of which forms.
fn without_restricted(forms: &mut [SignedForm]) -> Vec<String> {
    let mut told = BTreeSet::new();
    for form in forms {
        let added = form.addenda.len();
        form.addenda.retain(|one| !one.class.is_restricted());
        if form.addenda.len() < added {
            told.insert(format!("Something added to a form signed by {}: it is restricted", form.signed_by));
        }
        let Some(answers) = &mut form.answers else {
            let why = if form.withheld { "it is restricted" } else { "it could not be read" };
            told.insert(format!("A form signed by {}: {why}", form.signed_by));
            continue;
        };
        for section in answers.sections.iter().filter(|section| section.class.is_restricted()) {
            let class = section.class.label().to_lowercase();
            told.insert(format!("{}, “{}”: {class}", answers.title, section.title));
        }
        answers.sections.retain(|section| !section.class.is_restricted());
        if answers.sections.is_empty() {
            form.error_reason.clear();
        }
        if form.withheld {
            told.insert(format!("A part of “{}”: not for the maker's role", answers.title));
        }
    }
    told.into_iter().collect()
}

fn who(person: &people::Person, gives_justice: bool) -> Who {
    let is_given = |kind: &str| gives_justice || kind == "local";
    Who {
        forenames: person.name.forenames.clone(),
        surname: person.name.surname.clone(),
        preferred_name: person.preferred_name.clone(),
        date_of_birth: person.date_of_birth,
        gender: person.gender.code(),
        ethnicity: person.ethnicity.code(),
        nhs_number: person.nhs_number.as_ref().map(|number: &NhsNumber| number.digits().to_owned()),
        language: person.language.clone(),
        interpreter: person.interpreter,
        adjustments: person.adjustments.clone(),
        other_names: person.aliases.iter().map(throughline_domain::name::Name::formal).collect(),
        identity_state: person.identity_state.label(),
        died_on: person.deceased_on,
        identifiers: person.identifiers.iter().filter(|(kind, _)| is_given(kind)).cloned().collect(),
    }
}

fn episode_line(episode: &episodes::Episode) -> EpisodeLine {
    EpisodeLine {
        id: episode.id,
        site: episode.site_name.clone(),
        point_of_contact: episode.point_of_contact.code(),
        opened_at: episode.opened_at,
        released_at: episode.released_at,
        closed_at: episode.closed_at,
        closure_reason: episode.closure_reason.map(throughline_domain::episode::ClosureReason::code),
    }
}
