//! Organisations, services and sites: who runs what, and where.

use crate::{Conn, Result, Row, args};
use throughline_domain::ids::{OrganisationId, ServiceId, SiteId};
use throughline_domain::place::SiteKind;
use throughline_domain::role::OrganisationKind;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// What it is to the service.
    pub kind: OrganisationKind,
}

/// A commissioned service.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The organisation that runs it.
    pub organisation_id: OrganisationId,
    /// Its name.
    pub name: String,
    /// The number to ring for help, also when the system is down.
    pub help_phone: String,
}

/// A custody suite or court house.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// The service that covers it.
    pub service_id: ServiceId,
    /// Its name.
    pub name: String,
    /// What kind of place it is.
    pub kind: SiteKind,
    /// The justice system's organisation unit code.
    pub code: String,
    /// The opening hours, as JSON of `calendar::OpeningHours`.
    pub hours: String,
}

fn organisation(row: &Row) -> Result<Organisation> {
    Ok(Organisation { id: row.get("id")?, name: row.get("name")?, kind: row.get("kind")? })
}

fn site(row: &Row) -> Result<Site> {
    Ok(Site {
        id: row.get("id")?,
        service_id: row.get("service_id")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        code: row.get("code")?,
        hours: row.get("hours")?,
    })
}

/// Every organisation, by name.
///
/// # Errors
/// The store's.
pub async fn all(conn: &mut Conn) -> Result<Vec<Organisation>> {
    conn.fetch_all("SELECT id, name, kind FROM organisation ORDER BY name", args![])
        .await?
        .iter()
        .map(organisation)
        .collect()
}

/// Adds an organisation.
///
/// # Errors
/// The store's.
pub async fn add(conn: &mut Conn, new: &Organisation) -> Result<()> {
    conn.execute("INSERT INTO organisation (id, name, kind) VALUES ($1, $2, $3)", args![new.id, &new.name, new.kind])
        .await?;
    Ok(())
}

/// The service this installation is for: the first one.
///
/// # Errors
/// The store's.
pub async fn service(conn: &mut Conn) -> Result<Option<Service>> {
    let row = conn
        .fetch_optional("SELECT id, organisation_id, name, help_phone FROM service ORDER BY name LIMIT 1", args![])
        .await?;
    row.map(|row| {
        Ok(Service {
            id: row.get("id")?,
            organisation_id: row.get("organisation_id")?,
            name: row.get("name")?,
            help_phone: row.get("help_phone")?,
        })
    })
    .transpose()
}

/// Adds a service.
///
/// # Errors
/// The store's.
pub async fn add_service(conn: &mut Conn, new: &Service) -> Result<()> {
    conn.execute(
        "INSERT INTO service (id, organisation_id, name, help_phone) VALUES ($1, $2, $3, $4)",
        args![new.id, new.organisation_id, &new.name, &new.help_phone],
    )
    .await?;
    Ok(())
}

/// Every site, in the service's own order.
///
/// # Errors
/// The store's.
pub async fn sites(conn: &mut Conn) -> Result<Vec<Site>> {
    let rows = conn
        .fetch_all("SELECT id, service_id, name, kind, code, hours FROM site ORDER BY sort_order, name", args![])
        .await?;
    rows.iter().map(site).collect()
}

/// One site.
///
/// # Errors
/// The store's.
pub async fn site_by_id(conn: &mut Conn, id: SiteId) -> Result<Option<Site>> {
    let row = conn
        .fetch_optional("SELECT id, service_id, name, kind, code, hours FROM site WHERE id = $1", args![id])
        .await?;
    row.as_ref().map(site).transpose()
}

/// Adds a site.
///
/// # Errors
/// The store's.
pub async fn add_site(conn: &mut Conn, new: &Site, sort_order: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO site (id, service_id, name, kind, code, hours, sort_order) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![new.id, new.service_id, &new.name, new.kind, &new.code, &new.hours, sort_order],
    )
    .await?;
    Ok(())
}
