//! The JSON document of a person's record. Its shape is a promise to whoever reads it: a change raises
//! [`SCHEMA_VERSION`], and `docs/printing-and-finding.md` lists its keys.

use crate::Problem;
use serde::Serialize;
use std::collections::BTreeSet;
use throughline_domain::disclosure::Basis;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_domain::time::Instant;
use throughline_policy::{
    Class, ViewClinical, ViewConsent, ViewContactDetails, ViewDisclosure, ViewEpisode, ViewIdentity, ViewNeedsPlan,
    ViewReferral, ViewRiskCard,
};
use throughline_store::consents::{self, Consent};
use throughline_store::disclosures::{self, Disclosure};
use throughline_store::export::{self, AlertLine, CodedFinding, ReferralLine, SignedForm};
use throughline_store::people::ContactDetails;
use throughline_store::{Tx, episodes, people};

/// The version of the document's shape.
const SCHEMA_VERSION: u32 = 1;

/// A person's record. A part that its maker may not see is absent and named in `left_out`.
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
    episodes: Option<Vec<EpisodeLine>>,
    /// Signed forms, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signed_forms: Option<Vec<SignedForm>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<CodedFinding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<Vec<AlertLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrals: Option<Vec<ReferralLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consents: Option<Vec<Consent>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosures: Option<Vec<Disclosure>>,
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
    identifiers: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct EpisodeLine {
    id: EpisodeId,
    site: String,
    point_of_contact: &'static str,
    legal_status: &'static str,
    opened_at: Instant,
    released_at: Option<Instant>,
    closed_at: Option<Instant>,
    closure_reason: Option<&'static str>,
}

/// The parts of the file with the class that opens each.
const PARTS: &[(Class, &str)] = &[
    (Class::ContactDetails, "Address, telephone and how to contact safely"),
    (Class::Episode, "Episodes"),
    (Class::Clinical, "Signed forms"),
    (Class::NeedsPlan, "Vulnerabilities and needs"),
    (Class::RiskCard, "Alerts"),
    (Class::Referral, "Onward referrals"),
    (Class::Consent, "The consent ledger"),
    (Class::Disclosure, "The disclosure ledger"),
];

/// Parts of a record for which the file has no place: whoever reads it must not take them for empty.
const NO_PLACE: &str =
    "Care plan, contacts, advice, documents, legal status and outcomes: this file has no place for them";

/// What is in no file of this maker, in words: the parts that they may not see, and those that the file cannot hold.
pub(super) async fn not_in_it(tx: &mut Tx, person: PersonId) -> Result<Vec<String>, Problem> {
    let mut not_in_it = Vec::new();
    for (class, words) in PARTS {
        if !tx.may_view(*class, person).await? {
            not_in_it.push(format!("{words}: not for the maker's role"));
        }
    }
    not_in_it.push(NO_PLACE.to_owned());
    Ok(not_in_it)
}

macro_rules! part {
    ($tx:ident, $person:ident, $permit:ident, $read:path) => {
        if $tx.may::<$permit>($person).await? {
            let grant = $tx.authorise::<$permit>($person).await?;
            Some($read($tx, &grant).await?)
        } else {
            None
        }
    };
}

impl RecordFile {
    /// Reads all of a record that the maker may see, each part with a grant of its own.
    pub(super) async fn read(tx: &mut Tx, person: PersonId, made: Made) -> Result<Self, Problem> {
        let mut left_out = not_in_it(tx, person).await?;
        let identity = tx.authorise::<ViewIdentity>(person).await?;
        let known = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?;
        let contact_details = part!(tx, person, ViewContactDetails, people::contact_details).flatten();
        let episodes = part!(tx, person, ViewEpisode, episodes::of_person);
        let mut signed_forms = part!(tx, person, ViewClinical, export::signed_forms);
        left_out.extend(signed_forms.as_mut().map(|forms| without_restricted(forms)).unwrap_or_default());
        Ok(Self {
            schema: "throughline.record",
            schema_version: SCHEMA_VERSION,
            made,
            left_out,
            person: who(&known),
            contact_details,
            episodes: episodes.map(|all| all.iter().map(episode_line).collect()),
            signed_forms,
            findings: part!(tx, person, ViewNeedsPlan, export::findings),
            alerts: part!(tx, person, ViewRiskCard, export::alerts),
            referrals: part!(tx, person, ViewReferral, export::referrals),
            consents: part!(tx, person, ViewConsent, consents::ledger),
            disclosures: part!(tx, person, ViewDisclosure, disclosures::ledger),
        })
    }
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
        if form.withheld {
            told.insert(format!("A part of “{}”: not for the maker's role", answers.title));
        }
    }
    told.into_iter().collect()
}

fn who(person: &people::Person) -> Who {
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
        identifiers: person.identifiers.clone(),
    }
}

fn episode_line(episode: &episodes::Episode) -> EpisodeLine {
    EpisodeLine {
        id: episode.id,
        site: episode.site_name.clone(),
        point_of_contact: episode.point_of_contact.code(),
        legal_status: episode.legal_status.code(),
        opened_at: episode.opened_at,
        released_at: episode.released_at,
        closed_at: episode.closed_at,
        closure_reason: episode.closure_reason.map(throughline_domain::episode::ClosureReason::code),
    }
}
