//! Who a person was known to be at an instant, and what stood of them. Other names and identifiers
//! are not kept by date: they are left out.

use super::{ContactDetails, Person, contact_details, get};
use crate::{Conn, Error, Result, args};
use throughline_domain::risk::AlertKind;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, Permit, ViewContactDetails, ViewIdentity, ViewRiskCard};

/// A former state of a person's row, as it was kept.
#[derive(serde::Deserialize)]
struct Former {
    person: Person,
    contact: ContactDetails,
}

/// The state that was replaced next after the instant; none when the row still stands as it did.
async fn former<P: Permit>(conn: &mut Conn, grant: &Grant<P>, at: Instant) -> Result<Option<Former>> {
    let row = conn
        .fetch_optional(
            "SELECT content FROM person_version WHERE person_id = $1 AND replaced_at > $2 ORDER BY version LIMIT 1",
            args![grant.person(), at],
        )
        .await?;
    let content: Option<String> = row.map(|row| row.get("content")).transpose()?;
    let read = |text: String| serde_json::from_str(&text);
    content.map(read).transpose().map_err(|_| Error::Corrupt("a former state of a person".into()))
}

async fn was_known<P: Permit>(conn: &mut Conn, grant: &Grant<P>, at: Instant) -> Result<bool> {
    let found = conn
        .fetch_optional("SELECT id FROM person WHERE id = $1 AND created_at <= $2", args![grant.person(), at])
        .await?;
    Ok(found.is_some())
}

/// Who the grant's person was known to be; `None` when nobody knew them yet.
///
/// # Errors
/// The store's.
pub async fn get_as_of(conn: &mut Conn, grant: &Grant<ViewIdentity>, at: Instant) -> Result<Option<Person>> {
    if !was_known(conn, grant, at).await? {
        return Ok(None);
    }
    let then = match former(conn, grant, at).await? {
        Some(former) => Some(former.person),
        None => get(conn, grant).await?,
    };
    Ok(then.map(|person| Person { aliases: Vec::new(), identifiers: Vec::new(), ..person }))
}

/// How and where the grant's person could be reached; `None` when nobody knew them yet.
///
/// # Errors
/// The store's.
pub async fn contact_details_as_of(
    conn: &mut Conn,
    grant: &Grant<ViewContactDetails>,
    at: Instant,
) -> Result<Option<ContactDetails>> {
    if !was_known(conn, grant, at).await? {
        return Ok(None);
    }
    match former(conn, grant, at).await? {
        Some(former) => Ok(Some(former.contact)),
        None => contact_details(conn, grant).await,
    }
}

/// An alert that stood.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AlertThen {
    /// What kind.
    pub kind: AlertKind,
    /// What exactly.
    pub detail: String,
    /// When it was raised.
    pub raised_at: Instant,
    /// By whom.
    pub raised_by_name: String,
}

/// The alerts of the grant's person that had been raised and not resolved, newest first.
///
/// # Errors
/// The store's.
pub async fn alerts_as_of(conn: &mut Conn, grant: &Grant<ViewRiskCard>, at: Instant) -> Result<Vec<AlertThen>> {
    let rows = conn
        .fetch_all(
            "SELECT kind, detail, raised_at, raised_by_name FROM alert
              WHERE person_id = $1 AND raised_at <= $2 AND (state <> 'resolved' OR answered_at > $2)
              ORDER BY raised_at DESC",
            args![grant.person(), at],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(AlertThen {
                kind: row.get("kind")?,
                detail: row.get("detail")?,
                raised_at: row.get("raised_at")?,
                raised_by_name: row.get("raised_by_name")?,
            })
        })
        .collect()
}
