//! The identity banner of every page about one person, and of no page about more.

mod needs;

use crate::Problem;
use minijinja::{Value, context};
use throughline_domain::consent::ConsentFor;
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_domain::time::{age_on, london_date};
use throughline_policy::{Subject, ViewConsent, ViewContactDetails, ViewEpisode, ViewIdentity, ViewJustice};
use throughline_store::people::Person;
use throughline_store::{Tx, consents, episodes, people};

/// The person a page is about, and what its banner says.
#[derive(Debug)]
pub struct Banner {
    /// Who they are.
    pub person: Person,
    /// Completed years today.
    pub age: Option<u32>,
    /// The `person` key of the page.
    pub value: Value,
}

/// Reads the banner of a person. Parts the reader may not see are left out, except the risk,
/// which then says "Unavailable": silence never looks like no risk.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such person or they are not the reader's to see.
pub async fn banner(tx: &mut Tx, person: PersonId, episode: Option<EpisodeId>) -> Result<Banner, Problem> {
    let episode = match episode {
        None => open_episode(tx, person).await?,
        episode => episode,
    };
    let subject = Subject { person: Some(person), episode, site: None };
    let grant = tx.authorise::<ViewIdentity>(subject).await?;
    let known = people::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let today = london_date(tx.now());
    let age = known.date_of_birth.and_then(|born| age_on(born, today));
    let died = known.deceased_on;
    let value = context! {
        family => known.name.surname,
        given => known.name.forenames,
        preferred_name => known.preferred_name,
        born => known.date_of_birth.map(|date| date.to_string()),
        age,
        died => died.map(|date| date.to_string()),
        age_at_death => died.and_then(|died| known.date_of_birth.and_then(|born| age_on(born, died))),
        gender => known.gender.label(),
        nhs_number => known.nhs_number.as_ref().map(|number| number.digits().to_owned()),
        href => format!("/people/{person}"),
        adjustments => needs::adjustments(&known),
        language => known.language,
        identity => (known.identity_state == throughline_domain::person::IdentityState::Provisional).then_some("Not yet confirmed"),
        risk => risk(tx, subject).await?,
        consent => sharing(tx, subject).await?,
        legal_status => legal_status(tx, subject).await?,
        restricted => restriction(tx, subject).await?,
    };
    Ok(Banner { person: known, age, value })
}

/// The episode whose legal status and restrictions are told where the page is about no single one: the
/// newest that is open.
async fn open_episode(tx: &mut Tx, person: PersonId) -> Result<Option<EpisodeId>, Problem> {
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let all = episodes::of_person(tx, &grant).await?;
    let open = all.iter().filter(|episode| episode.closed_at.is_none());
    Ok(open.max_by_key(|episode| episode.opened_at).map(|episode| episode.id))
}

async fn risk(tx: &mut Tx, subject: Subject) -> Result<Value, Problem> {
    let card = crate::risk::read(tx, subject).await?;
    Ok(context! { state => card.state.code(), words => crate::risk::in_short(&card, tx.now()) })
}

async fn sharing(tx: &mut Tx, subject: Subject) -> Result<Option<Value>, Problem> {
    if !tx.may::<ViewConsent>(subject).await? {
        return Ok(Some(context! { text => "not shown to your role", tone => "neutral" }));
    }
    let grant = tx.authorise::<ViewConsent>(subject).await?;
    let ledger = consents::ledger(tx, &grant).await?;
    let of = |consent_for| consents::state(&ledger, consent_for);
    let (police, court) = (of(ConsentFor::Police), of(ConsentFor::Court));
    let word = |state: throughline_domain::consent::ConsentState| {
        if state.permits() {
            "yes"
        } else if state.is_answer() {
            "no"
        } else {
            "not asked"
        }
    };
    let tone = if police.permits() && court.permits() { "good" } else { "warn" };
    Ok(Some(context! { text => format!("police {}, court {}", word(police), word(court)), tone }))
}

async fn legal_status(tx: &mut Tx, subject: Subject) -> Result<Option<Value>, Problem> {
    if subject.episode.is_none() || !tx.may::<ViewEpisode>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let Some(episode) = episodes::get(tx, &grant).await? else { return Ok(None) };
    let clock = next_clock(tx, subject, &episode).await?;
    Ok(Some(context! { text => episode.legal_status.label(), clock }))
}

/// The legal clock that matters next, while the episode is open.
async fn next_clock(tx: &mut Tx, subject: Subject, episode: &episodes::Episode) -> Result<Option<Value>, Problem> {
    if episode.closed_at.is_some() || !tx.may::<ViewJustice>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let now = tx.now();
    Ok(crate::legal::held(tx, &grant, episode, now).await?.next_clock(now))
}

async fn restriction(tx: &mut Tx, subject: Subject) -> Result<Option<String>, Problem> {
    if subject.episode.is_none() || !tx.may::<ViewJustice>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let justice = episodes::justice(tx, &grant).await?;
    Ok(Some(justice.reporting_restriction).filter(|text| !text.is_empty()))
}

/// Reads only how a person may be reached, when the reader may.
///
/// # Errors
/// The store's.
pub async fn contact_details(tx: &mut Tx, person: PersonId) -> Result<Option<people::ContactDetails>, Problem> {
    if !tx.may::<ViewContactDetails>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewContactDetails>(person).await?;
    Ok(people::contact_details(tx, &grant).await?)
}
