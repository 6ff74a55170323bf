//! Outreach: offers to people who came and left while nobody of the service was there.
//!
//! What it takes to make the offer is copied from the list and the record when the offer is owed, and emptied as soon
//! as it is not needed and on its day at the latest ([`purge`]). The steps hold codes only. Whether an offer may be
//! made is asked anew each time one is made: somebody may have died, refused or said what is safe since.

mod facts;
mod owing;

pub use owing::{Purged, purge};
pub(crate) use owing::{episode_opened, linked, owe, withdraw};

use crate::disclosures::{self, NewDisclosure};
use crate::{Conn, Error, Refused, Result, Row, Tx, args};
use chrono::NaiveDate;
use owing::{advance, settle};
use sqlx::AssertSqlSafe;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::ids::{ConsentId, DisclosureId, EntryId, EpisodeId, OutreachId, PersonId, SiteId, UserId};
use throughline_domain::name::Name;
use throughline_domain::outreach::{self, Obstacle, OfferChannel, OutreachState, may_offer, ways_as_codes, ways_in};
use throughline_domain::role::OrganisationKind;
use throughline_domain::time::Instant;
use throughline_policy::{
    ChangeOutreach, Context, CreateDisclosure, DecideForChild, Denied, Grant, Permit, Relationship, Subject,
    ViewConsent, ViewOutreach,
};
use uuid::Uuid;

/// One offer.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its id.
    pub id: OutreachId,
    /// Version of the row.
    pub version: i64,
    /// Where they were missed.
    pub site_id: SiteId,
    /// Its name.
    pub site: String,
    /// The day of the list.
    pub list_date: NaiveDate,
    /// The line; `None` once emptied.
    pub entry_id: Option<EntryId>,
    /// The person, when somebody decided who it is.
    pub person_id: Option<PersonId>,
    /// The episode that was opened since.
    pub episode_id: Option<EpisodeId>,
    /// Where it stands.
    pub state: OutreachState,
    /// Why it may not be made, or not yet.
    pub obstacle: Option<Obstacle>,
    /// The code of the lawful basis.
    pub basis: String,
    /// Their name.
    pub name: Name,
    /// Address, as given.
    pub address: String,
    /// Postcode, as given.
    pub postcode: String,
    /// Telephone.
    pub phone: String,
    /// Preferred language, when it is not English.
    pub language: String,
    /// Rules for contacting safely, from the record.
    pub safe_contact: String,
    /// Ways that somebody checked to be safe.
    pub safe_ways: Vec<OfferChannel>,
    /// Who makes the offer, when it was given to a link worker.
    pub assigned_to: Option<UserId>,
    /// Their name; empty when nobody has it.
    pub assigned_name: String,
    /// On which day the details are emptied.
    pub purge_on: NaiveDate,
    /// When they were.
    pub purged_at: Option<Instant>,
}

/// What was done about an offer.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it stood from then on.
    pub state: OutreachState,
    /// Why it could not be made.
    pub obstacle: Option<Obstacle>,
    /// How it was made.
    pub channel: Option<OfferChannel>,
    /// In which words.
    pub wording: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
}

/// What somebody found out before an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// These ways are safe, and whether they are known to be 18 or over.
    Safe {
        /// The ways.
        ways: Vec<OfferChannel>,
        /// Whether somebody made sure of their age.
        adult: bool,
    },
    /// It may not be made, for one of the reasons that only a person can know.
    Not(Obstacle),
}

const OFFER: &str = "SELECT o.id, o.version, o.site_id, s.name AS site, o.list_date, o.entry_id, o.person_id, o.episode_id, o.state, o.obstacle,
        o.basis, o.forenames, o.surname, o.address, o.postcode, o.phone, o.language, o.safe_contact, o.safe_ways,
        o.assigned_to, COALESCE(u.name, '') AS assigned_name, o.purge_on, o.purged_at
   FROM outreach o JOIN site s ON s.id = o.site_id LEFT JOIN app_user u ON u.id = o.assigned_to";

fn offer_in(row: &Row) -> Result<Offer> {
    Ok(Offer {
        id: row.get("id")?,
        version: row.get("version")?,
        site_id: row.get("site_id")?,
        site: row.get("site")?,
        list_date: row.get("list_date")?,
        entry_id: row.get("entry_id")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        state: row.get("state")?,
        obstacle: row.get("obstacle")?,
        basis: row.get("basis")?,
        name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
        address: row.get("address")?,
        postcode: row.get("postcode")?,
        phone: row.get("phone")?,
        language: row.get("language")?,
        safe_contact: row.get("safe_contact")?,
        safe_ways: ways_in(&row.get::<String>("safe_ways")?),
        assigned_to: row.get("assigned_to")?,
        assigned_name: row.get("assigned_name")?,
        purge_on: row.get("purge_on")?,
        purged_at: row.get("purged_at")?,
    })
}

/// Opens an offer: asks the policy, writes who looked or acts, and gives the offer with the proof.
///
/// # Errors
/// [`Refused::Denied`] when the actor may not, or there is none: the two answer alike.
pub async fn open<P: Permit>(tx: &mut Tx, id: OutreachId) -> Result<(Grant<P>, Offer), Refused> {
    let sql = AssertSqlSafe(format!("{OFFER} WHERE o.id = $1"));
    let rows = tx.fetch_text(sql, args![id]).await?;
    let Some(offer) = rows.first().map(offer_in).transpose()? else {
        return Err(Refused::Denied(Denied::Relationship));
    };
    let grant = authorised::<P>(tx, &offer)?;
    Ok((grant, offer))
}

/// A link worker stands in a relationship to an offer that was given to them by name, and to no other.
fn authorised<P: Permit>(tx: &mut Tx, offer: &Offer) -> Result<Grant<P>, Refused> {
    let actor = tx.actor().cloned().ok_or(Refused::Denied(Denied::Role))?;
    let is_given = actor.organisation_kind == OrganisationKind::Partner && offer.assigned_to == Some(actor.user);
    let context = Context {
        relationship: if is_given { Relationship::Allocated } else { Relationship::None },
        own_site: actor.sites.contains(&offer.site_id),
        link_worker_consent: false,
    };
    let subject = Subject { person: offer.person_id, site: Some(offer.site_id), ..Subject::default() };
    tx.authorise_among::<P>(&actor, subject, &[context])
}

/// Offers of the grant's site whose details are still held, those who wait longest first; whoever is known among them
/// gets a line of who looked.
///
/// # Errors
/// The store's.
pub async fn of_site(tx: &mut Tx, grant: &Grant<ViewOutreach>) -> Result<Vec<Offer>> {
    let sql = AssertSqlSafe(format!(
        "{OFFER} WHERE o.site_id = $1 AND o.purged_at IS NULL AND o.state <> 'withdrawn' ORDER BY o.list_date, o.found_at, o.id"
    ));
    let rows = tx.fetch_text(sql, args![grant.site()]).await?;
    let offers: Vec<Offer> = rows.iter().map(offer_in).collect::<Result<_>>()?;
    for person in offers.iter().filter_map(|offer| offer.person_id) {
        let subject = Subject { person: Some(person), site: Some(grant.site()), ..Subject::default() };
        tx.note_act("view", "outreach", subject, "queue of offers");
    }
    Ok(offers)
}

/// Offers that were given to the actor by name.
///
/// # Errors
/// The store's; what the actor may not see is left out.
pub async fn given_to_actor(tx: &mut Tx) -> Result<Vec<Offer>> {
    let Some(user) = tx.actor().map(|actor| actor.user) else { return Ok(Vec::new()) };
    let sql = AssertSqlSafe(format!(
        "{OFFER} WHERE o.assigned_to = $1 AND o.purged_at IS NULL AND o.state <> 'withdrawn' ORDER BY o.list_date, o.found_at, o.id"
    ));
    let rows = tx.fetch_text(sql, args![user]).await?;
    let mut seen = Vec::new();
    for offer in rows.iter().map(offer_in).collect::<Result<Vec<_>>>()? {
        match authorised::<ViewOutreach>(tx, &offer) {
            Ok(_) => seen.push(offer),
            Err(Refused::Store(error)) => return Err(error),
            Err(Refused::Denied(_)) => {}
        }
    }
    Ok(seen)
}

/// How many offers of each state there ever were at the grant's site: what is counted after details were emptied.
///
/// # Errors
/// The store's.
pub async fn counts(conn: &mut Conn, grant: &Grant<ViewOutreach>) -> Result<Vec<(OutreachState, i64)>> {
    let rows = conn
        .fetch_all(
            "SELECT state, count(*) AS offers FROM outreach WHERE site_id = $1 GROUP BY state ORDER BY state",
            args![grant.site()],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("state")?, row.get("offers")?))).collect()
}

/// What was done about an offer, oldest first.
///
/// # Errors
/// The store's.
pub async fn steps(conn: &mut Conn, _grant: &Grant<ViewOutreach>, offer: &Offer) -> Result<Vec<Step>> {
    let rows = conn
        .fetch_all(
            "SELECT state, obstacle, channel, wording, at, by_name FROM outreach_step WHERE outreach_id = $1 ORDER BY at, id",
            args![offer.id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                state: row.get("state")?,
                obstacle: row.get("obstacle")?,
                channel: row.get("channel")?,
                wording: row.get("wording")?,
                at: row.get("at")?,
                by_name: row.get("by_name")?,
            })
        })
        .collect()
}

/// In which ways the offer may be made now, or why not.
///
/// # Errors
/// The store's.
pub async fn ways(
    conn: &mut Conn,
    _grant: &Grant<ViewOutreach>,
    offer: &Offer,
) -> Result<Result<Vec<OfferChannel>, Obstacle>> {
    Ok(may_offer(&facts::of(conn, offer.id).await?))
}

/// Keeps what somebody found out, and where the offer stands by it.
///
/// # Errors
/// [`Error::Stale`] when the offer changed first, or nothing is to be checked.
pub async fn check(
    tx: &mut Tx,
    _grant: &Grant<ChangeOutreach>,
    offer: &Offer,
    version: i64,
    checked: &Checked,
) -> Result<()> {
    match checked {
        Checked::Not(obstacle) => {
            let next = OutreachState::NotPossible;
            advance(tx, offer, version, owing::Move { obstacle: Some(*obstacle), ..owing::Move::to(next) }).await
        }
        Checked::Safe { .. } if !matches!(offer.state, OutreachState::ToCheck | OutreachState::ToOffer) => {
            Err(Error::Stale)
        }
        Checked::Safe { ways, adult } => {
            tx.execute_versioned(
                "UPDATE outreach SET safe_ways = $3, adult_checked = $4, version = version + 1 WHERE id = $1 AND version = $2",
                args![offer.id, version, ways_as_codes(ways), *adult],
            )
            .await?;
            settle(tx, offer.id).await
        }
    }
}

/// Records that the offer was made, in the wording of now. What forbids it is found out again first; then the offer
/// stands by that, and nothing was made.
///
/// # Errors
/// [`Error::Stale`] when the offer changed first.
pub async fn make(
    tx: &mut Tx,
    _grant: &Grant<ChangeOutreach>,
    offer: &Offer,
    version: i64,
    channel: OfferChannel,
) -> Result<Result<(), Obstacle>> {
    let obstacle = match may_offer(&facts::of(tx, offer.id).await?) {
        Ok(ways) if ways.contains(&channel) => None,
        Ok(_) => return Ok(Err(Obstacle::SafetyUnknown)),
        Err(obstacle) => Some(obstacle),
    };
    if let Some(obstacle) = obstacle {
        advance(tx, offer, version, owing::Move { obstacle: Some(obstacle), ..owing::Move::to(obstacle.state()) })
            .await?;
        return Ok(Err(obstacle));
    }
    let wording = &outreach::wording().version;
    let made = owing::Move { channel: Some(channel), wording, ..owing::Move::to(OutreachState::Offered) };
    advance(tx, offer, version, made).await?;
    tx.audit_detail(&format!("offered by {}", channel.code()));
    Ok(Ok(()))
}

/// Records what came of an offer.
///
/// # Errors
/// [`Error::Stale`] when the offer changed first, or was not made.
pub async fn answer(
    tx: &mut Tx,
    _grant: &Grant<ChangeOutreach>,
    offer: &Offer,
    version: i64,
    answer: OutreachState,
) -> Result<()> {
    use OutreachState::{Accepted, Declined, NotReached, Offered};
    if !matches!(offer.state, Offered | NotReached) || !matches!(answer, Accepted | Declined | NotReached) {
        return Err(Error::Stale);
    }
    advance(tx, offer, version, owing::Move::to(answer)).await
}

/// Records what became of a child's offer: their family accepted, or it is not made.
///
/// # Errors
/// [`Error::Stale`] when the offer changed first, or is no child's.
pub async fn decide_for_child(
    tx: &mut Tx,
    _grant: &Grant<DecideForChild>,
    offer: &Offer,
    version: i64,
    accepted: bool,
) -> Result<()> {
    if offer.state != OutreachState::YouthLead {
        return Err(Error::Stale);
    }
    let to = if accepted { OutreachState::Accepted } else { OutreachState::NotPossible };
    advance(tx, offer, version, owing::Move { obstacle: Some(Obstacle::Child), ..owing::Move::to(to) }).await
}

/// The line of the consent ledger by which a person agreed to sharing with the link workers' charity, and its
/// episode; `None` when the newest line does not permit it.
///
/// # Errors
/// The store's.
pub async fn agreed_to_link_workers(
    conn: &mut Conn,
    grant: &Grant<ViewConsent>,
) -> Result<Option<(ConsentId, EpisodeId)>> {
    let row = conn
        .fetch_optional(
            "SELECT id, episode_id, state FROM consent WHERE person_id = $1 AND consent_for = $2
              ORDER BY recorded_at DESC, id DESC LIMIT 1",
            args![grant.person(), ConsentFor::LinkWorkers],
        )
        .await?;
    let Some(row) = row.filter(|row| row.get::<ConsentState>("state").is_ok_and(ConsentState::permits)) else {
        return Ok(None);
    };
    Ok(Some((row.get("id")?, row.get("episode_id")?)))
}

/// Gives the offer to a link worker by name. That tells another organisation, so it rests on the person's consent and
/// is a line of the disclosure ledger. Whoever is not known, or has not agreed, is given to nobody outside.
///
/// # Errors
/// [`Error::Stale`] when the offer changed first, or is not of the person who agreed.
pub async fn assign(
    tx: &mut Tx,
    _grant: &Grant<ChangeOutreach>,
    disclose: &Grant<CreateDisclosure>,
    offer: &Offer,
    version: i64,
    (to, name): (UserId, &str),
    consent: ConsentId,
) -> Result<()> {
    if offer.person_id != Some(disclose.person()) || !offer.state.is_open() || offer.state == OutreachState::YouthLead {
        return Err(Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE outreach SET assigned_to = $3, version = version + 1 WHERE id = $1 AND version = $2",
        args![offer.id, version, to],
    )
    .await?;
    let new = NewDisclosure {
        id: DisclosureId::new(Uuid::now_v7()),
        document_id: None,
        summary: "Name and contact details, to offer the service after they were missed".into(),
        consent_for: ConsentFor::LinkWorkers,
        recipient: name.to_owned(),
        channel: Channel::Verbal,
        basis: Basis::Consent,
        reason: String::new(),
        consent_id: Some(consent),
        minimum_necessary: true,
    };
    disclosures::record(tx, disclose, offer.site_id, &new).await
}
