//! How an offer comes to be owed, moves on, and is emptied.

use super::{Offer, facts};
use crate::{Error, Result, Tx, args};
use throughline_domain::ids::{EntryId, EpisodeId, OutreachId};
use throughline_domain::outreach::{self, Obstacle, OfferChannel, OutreachState, may_offer, purge_on};
use throughline_domain::time::london_date;
use throughline_policy::Subject;
use uuid::Uuid;

/// One move of an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move<'a> {
    pub to: OutreachState,
    pub obstacle: Option<Obstacle>,
    pub channel: Option<OfferChannel>,
    pub wording: &'a str,
}

impl Move<'_> {
    pub(super) fn to(to: OutreachState) -> Self {
        Self { to, obstacle: None, channel: None, wording: "" }
    }
}

/// Owes the offer to whoever is on a line, with the details that it takes. Where the day of emptying has come already,
/// nothing is held and nothing offered.
pub(crate) async fn owe(tx: &mut Tx, entry: EntryId) -> Result<()> {
    let Some(details) = facts::details(tx, entry).await? else { return Ok(()) };
    let (now, purge_on) = (tx.now(), purge_on(details.list_date));
    if purge_on <= london_date(now) {
        return Ok(());
    }
    // One that was withdrawn is owed anew; any other stays as it is.
    let owed = tx
        .fetch_optional(
            "INSERT INTO outreach (id, site_id, list_date, entry_id, person_id, state, basis, forenames, surname, address,
                                   postcode, phone, language, safe_contact, found_at, purge_on)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             ON CONFLICT (entry_id) DO UPDATE
               SET forenames = excluded.forenames, surname = excluded.surname, address = excluded.address,
                   postcode = excluded.postcode, phone = excluded.phone, language = excluded.language,
                   safe_contact = excluded.safe_contact, person_id = excluded.person_id, state = excluded.state,
                   version = outreach.version + 1
             WHERE outreach.state = 'withdrawn'
             RETURNING id",
            args![
                OutreachId::new(Uuid::now_v7()),
                details.site,
                details.list_date,
                entry,
                details.person,
                OutreachState::ToCheck,
                &outreach::basis().id,
                &details.name.forenames,
                &details.name.surname,
                &details.address,
                &details.postcode,
                &details.phone,
                &details.language,
                &details.safe_contact,
                now,
                purge_on
            ],
        )
        .await?;
    match owed {
        Some(row) => settle(tx, row.get("id")?).await,
        None => Ok(()),
    }
}

/// Takes over who a line is, where its offer has not been made yet, and stands the offer by what the record says.
pub(crate) async fn linked(tx: &mut Tx, entry: EntryId) -> Result<()> {
    let row = tx
        .fetch_optional(
            "SELECT id FROM outreach WHERE entry_id = $1 AND state IN ('to_check', 'to_offer', 'youth_lead')",
            args![entry],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    let details = facts::details(tx, entry).await?.unwrap_or_default();
    let id: OutreachId = row.get("id")?;
    tx.execute(
        "UPDATE outreach SET person_id = $2, forenames = $3, surname = $4, address = $5, postcode = $6, phone = $7,
                language = $8, safe_contact = $9, version = version + 1 WHERE id = $1",
        args![
            id,
            details.person,
            &details.name.forenames,
            &details.name.surname,
            &details.address,
            &details.postcode,
            &details.phone,
            &details.language,
            &details.safe_contact
        ],
    )
    .await?;
    settle(tx, id).await
}

/// Stands the offer by what is known now: to be offered, or held up by the first obstacle.
pub(super) async fn settle(tx: &mut Tx, id: OutreachId) -> Result<()> {
    let (to, obstacle) = match may_offer(&facts::of(tx, id).await?) {
        Ok(_) => (OutreachState::ToOffer, None),
        Err(obstacle) => (obstacle.state(), Some(obstacle)),
    };
    tx.execute(
        "UPDATE outreach SET state = $2, obstacle = $3, version = version + 1 WHERE id = $1",
        args![id, to, obstacle.map_or("", Obstacle::code)],
    )
    .await?;
    stepped(tx, id, Move { obstacle, ..Move::to(to) }).await
}

/// Moves an offer on, where its state allows.
pub(super) async fn advance(tx: &mut Tx, offer: &Offer, version: i64, step: Move<'_>) -> Result<()> {
    if !offer.state.may_become(step.to) {
        return Err(Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE outreach SET state = $3, obstacle = $4, version = version + 1
          WHERE id = $1 AND version = $2 AND purged_at IS NULL",
        args![offer.id, version, step.to, step.obstacle.map_or("", Obstacle::code)],
    )
    .await?;
    stepped(tx, offer.id, step).await
}

async fn stepped(tx: &mut Tx, id: OutreachId, step: Move<'_>) -> Result<()> {
    let (now, name, user) = (tx.now(), tx.actor_name(), tx.actor().map(|actor| actor.user));
    tx.execute(
        "INSERT INTO outreach_step (id, outreach_id, state, obstacle, channel, wording, at, by_user, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            Uuid::now_v7(),
            id,
            step.to,
            step.obstacle.map_or("", Obstacle::code),
            step.channel.map_or("", OfferChannel::code),
            step.wording,
            now,
            user,
            name
        ],
    )
    .await?;
    if step.to.needs_details() { Ok(()) } else { empty(tx, id).await }
}

/// Empties the details of an offer. Who it was stays until its day, so that a refusal is known for so long.
async fn empty(tx: &mut Tx, id: OutreachId) -> Result<()> {
    tx.execute(
        "UPDATE outreach SET forenames = '', surname = '', address = '', postcode = '', phone = '', language = '',
                safe_contact = '', safe_ways = '' WHERE id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Takes back an offer that is not owed after all; one that was made stays.
pub(crate) async fn withdraw(tx: &mut Tx, entry: EntryId) -> Result<()> {
    let row = tx
        .fetch_optional(
            "SELECT id FROM outreach WHERE entry_id = $1
                AND state IN ('to_check', 'to_offer', 'youth_lead', 'not_possible')",
            args![entry],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    let id: OutreachId = row.get("id")?;
    tx.execute(
        "UPDATE outreach SET state = $2, obstacle = '', version = version + 1 WHERE id = $1",
        args![id, OutreachState::Withdrawn],
    )
    .await?;
    stepped(tx, id, Move::to(OutreachState::Withdrawn)).await
}

/// An episode was opened from a line: its offer is fulfilled, or no longer owed. The record has the details now.
pub(crate) async fn episode_opened(tx: &mut Tx, entry: EntryId, episode: EpisodeId) -> Result<()> {
    withdraw(tx, entry).await?;
    let rows = tx.fetch_all("SELECT id FROM outreach WHERE entry_id = $1 AND purged_at IS NULL", args![entry]).await?;
    for row in &rows {
        let id: OutreachId = row.get("id")?;
        tx.execute(
            "UPDATE outreach SET episode_id = $2, person_id = (SELECT e.person_id FROM episode e WHERE e.id = $2),
                    version = version + 1 WHERE id = $1",
            args![id, episode],
        )
        .await?;
        empty(tx, id).await?;
    }
    Ok(())
}

/// What a night's emptying came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Offers whose details were emptied.
    pub offers: u64,
}

/// Empties every offer whose day has come, and with the details whose they were: what is counted stays. Who accepted
/// and has no episode yet is kept until it is opened: they asked for help, and the basis is that of their care.
///
/// # Errors
/// The store's.
pub async fn purge(tx: &mut Tx) -> Result<Purged> {
    let now = tx.now();
    let offers = tx
        .execute(
            "UPDATE outreach SET forenames = '', surname = '', address = '', postcode = '', phone = '', language = '',
                    safe_contact = '', safe_ways = '', person_id = NULL, entry_id = NULL, episode_id = NULL, assigned_to = NULL,
                    state = CASE WHEN state = 'offered' THEN 'not_reached' ELSE state END,
                    purged_at = $1, version = version + 1
              WHERE purged_at IS NULL AND purge_on <= $2 AND NOT (state = 'accepted' AND episode_id IS NULL)",
            args![now, london_date(now)],
        )
        .await?;
    tx.note_act("change", "outreach", Subject::default(), &format!("details of {offers} offers emptied"));
    Ok(Purged { offers })
}
