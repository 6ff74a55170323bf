//! The directory: services that people are referred to, and when somebody last checked the entry.

use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use throughline_domain::ids::DirectoryId;
use throughline_domain::referral::HelpKind;
use throughline_policy::{ChangeDirectory, Grant, ViewDirectory};

/// A service in the directory.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Service {
    /// Its id.
    pub id: DirectoryId,
    /// Version of the row.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What kind of help it gives.
    pub kind: HelpKind,
    /// Where: a borough, a town, or how far it reaches.
    pub area: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// When it is open, in words.
    pub hours: String,
    /// Whom it accepts and how, in words.
    pub accepts: String,
    /// Whether new referrals may be made to it.
    pub active: bool,
    /// The day on which somebody last checked that all this is so.
    pub checked_on: NaiveDate,
}

fn service(row: &Row) -> Result<Service> {
    Ok(Service {
        id: row.get("id")?,
        version: row.get("version")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        area: row.get("area")?,
        phone: row.get("phone")?,
        email: row.get("email")?,
        hours: row.get("hours")?,
        accepts: row.get("accepts")?,
        active: row.get("active")?,
        checked_on: row.get("checked_on")?,
    })
}

/// Every service, also those no longer referred to, by name.
///
/// # Errors
/// The store's.
pub async fn all(conn: &mut Conn, _grant: &Grant<ViewDirectory>) -> Result<Vec<Service>> {
    conn.fetch_all(
        "SELECT id, version, name, kind, area, phone, email, hours, accepts, active, checked_on FROM directory_service
          ORDER BY name, id",
        args![],
    )
    .await?
    .iter()
    .map(service)
    .collect()
}

/// One service.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, _grant: &Grant<ViewDirectory>, id: DirectoryId) -> Result<Option<Service>> {
    let row = conn
        .fetch_optional(
            "SELECT id, version, name, kind, area, phone, email, hours, accepts, active, checked_on FROM directory_service WHERE id = $1",
            args![id],
        )
        .await?;
    row.as_ref().map(service).transpose()
}

/// Adds a service.
///
/// # Errors
/// The store's.
pub async fn create(tx: &mut Tx, _grant: &Grant<ChangeDirectory>, new: &Service) -> Result<()> {
    add(tx, new).await
}

/// Adds a service on behalf of the system: a demo, an import.
///
/// # Errors
/// The store's.
pub async fn add(conn: &mut Conn, new: &Service) -> Result<()> {
    conn.execute(
        "INSERT INTO directory_service (id, name, kind, area, phone, email, hours, accepts, active, checked_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.id,
            &new.name,
            new.kind,
            &new.area,
            &new.phone,
            &new.email,
            &new.hours,
            &new.accepts,
            new.active,
            new.checked_on
        ],
    )
    .await?;
    Ok(())
}

/// Corrects a service.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else corrected it first.
pub async fn change(tx: &mut Tx, _grant: &Grant<ChangeDirectory>, corrected: &Service) -> Result<()> {
    tx.execute_versioned(
        "UPDATE directory_service SET name = $3, kind = $4, area = $5, phone = $6, email = $7, hours = $8, accepts = $9,
                active = $10, checked_on = $11, version = version + 1
          WHERE id = $1 AND version = $2",
        args![
            corrected.id,
            corrected.version,
            &corrected.name,
            corrected.kind,
            &corrected.area,
            &corrected.phone,
            &corrected.email,
            &corrected.hours,
            &corrected.accepts,
            corrected.active,
            corrected.checked_on
        ],
    )
    .await
}
