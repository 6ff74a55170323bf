//! The disclosure ledger: what was told to whom, when, how, and on what basis.

use crate::{Conn, Error, Result, Row, Tx, args, consents, events};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::ids::{ConsentId, DisclosureId, DocumentId, EpisodeId, SiteId, UserId};
use throughline_domain::time::Instant;
use throughline_policy::{Class, CreateDisclosure, Grant, Subject, ViewDisclosure};

/// One act of telling somebody outside something.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Disclosure {
    /// Its id.
    pub id: DisclosureId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// The document given, when it was one.
    pub document_id: Option<DocumentId>,
    /// What was told, in a line.
    pub summary: String,
    /// Which line of the consent ledger speaks for the recipient.
    pub consent_for: ConsentFor,
    /// To whom.
    pub recipient: String,
    /// How.
    pub channel: Channel,
    /// What sets the duty of confidence aside.
    pub basis: Basis,
    /// Why, when the basis is not consent.
    pub reason: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
}

/// A disclosure to be recorded. Its basis was checked by `domain::disclosure::check`.
#[derive(Debug, Clone)]
pub struct NewDisclosure {
    /// Its id.
    pub id: DisclosureId,
    /// The document given, when it is one.
    pub document_id: Option<DocumentId>,
    /// What is told, in a line.
    pub summary: String,
    /// Which line of the consent ledger speaks for the recipient.
    pub consent_for: ConsentFor,
    /// To whom.
    pub recipient: String,
    /// How.
    pub channel: Channel,
    /// What sets the duty of confidence aside.
    pub basis: Basis,
    /// Why, when the basis is not consent.
    pub reason: String,
    /// The line of the consent ledger, when the basis is consent.
    pub consent_id: Option<ConsentId>,
    /// Whether the sender confirmed that it is no more than is needed.
    pub minimum_necessary: bool,
}

fn disclosure(row: &Row) -> Result<Disclosure> {
    Ok(Disclosure {
        id: row.get("id")?,
        episode_id: row.get("episode_id")?,
        document_id: row.get("document_id")?,
        summary: row.get("summary")?,
        consent_for: row.get("consent_for")?,
        recipient: row.get("recipient")?,
        channel: row.get("channel")?,
        basis: row.get("basis")?,
        reason: row.get("reason")?,
        at: row.get("at")?,
        by_name: row.get("by_name")?,
    })
}

/// Every disclosure about the grant's person, newest first.
///
/// # Errors
/// The store's.
pub async fn ledger(conn: &mut Conn, grant: &Grant<ViewDisclosure>) -> Result<Vec<Disclosure>> {
    let rows = conn
        .fetch_all(
            "SELECT id, episode_id, document_id, summary, consent_for, recipient, channel, basis, reason, at, by_name
               FROM disclosure WHERE person_id = $1 ORDER BY at DESC, id DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter().map(disclosure).collect()
}

/// Records a disclosure.
///
/// # Errors
/// [`Error::Stale`] when it rests on consent, and that line does not speak any more or does not permit it.
pub async fn record(tx: &mut Tx, grant: &Grant<CreateDisclosure>, site: SiteId, new: &NewDisclosure) -> Result<()> {
    let subject = Subject { person: Some(grant.person()), episode: Some(grant.episode()), site: Some(site) };
    write(tx, subject, grant.actor().user, new).await
}

/// Writes a line of the ledger with its event. The caller has the grant for what is disclosed.
///
/// # Errors
/// [`Error::Stale`] as [`record`].
pub(crate) async fn write(tx: &mut Tx, about: Subject, by: UserId, new: &NewDisclosure) -> Result<()> {
    let person = about.person.ok_or(Error::Stale)?;
    if new.basis == Basis::Consent && !consents::stands(tx, person, new.consent_for, new.consent_id).await? {
        return Err(Error::Stale);
    }
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO disclosure (id, person_id, episode_id, document_id, summary, consent_for, recipient, channel, basis, reason,
                                 consent_id, minimum_necessary, at, by_user, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        args![
            new.id,
            person,
            about.episode,
            new.document_id,
            &new.summary,
            new.consent_for,
            &new.recipient,
            new.channel,
            new.basis,
            &new.reason,
            new.consent_id,
            new.minimum_necessary,
            now,
            by,
            name
        ],
    )
    .await?;
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: about.site,
            person: Some(person),
            episode: about.episode,
            kind: "disclosure",
            class: Class::Disclosure,
            words: format!("{} ({})", new.summary, new.basis),
            link: format!("/people/{person}/sharing"),
        },
    )
    .await
}
