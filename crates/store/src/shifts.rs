//! Shifts: who is at a site, and when.

use crate::{Conn, Result, Row, Tx, args};
use throughline_domain::ids::{ShiftId, SiteId, UserId};
use throughline_domain::role::Role;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewBoard};

/// One period of presence of one person at one site.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Shift {
    /// Its id.
    pub id: ShiftId,
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// From when.
    pub starts_at: Instant,
    /// Until when.
    pub ends_at: Instant,
}

/// A shift to be added.
#[derive(Debug, Clone)]
pub struct NewShift {
    /// Its id.
    pub id: ShiftId,
    /// Where.
    pub site_id: SiteId,
    /// Who.
    pub user_id: UserId,
    /// From when.
    pub starts_at: Instant,
    /// Until when.
    pub ends_at: Instant,
}

fn shift(row: &Row) -> Result<Shift> {
    Ok(Shift {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        name: row.get("name")?,
        role: row.get("role")?,
        starts_at: row.get("starts_at")?,
        ends_at: row.get("ends_at")?,
    })
}

/// Who is at the grant's site at an instant.
///
/// # Errors
/// The store's.
pub async fn on_now(conn: &mut Conn, grant: &Grant<ViewBoard>, now: Instant) -> Result<Vec<Shift>> {
    let rows = conn
        .fetch_all(
            "SELECT f.id, f.user_id, u.name, u.role, f.starts_at, f.ends_at FROM shift f JOIN app_user u ON u.id = f.user_id
              WHERE f.site_id = $1 AND f.starts_at <= $2 AND f.ends_at > $2 ORDER BY f.ends_at, u.name",
            args![grant.site(), now],
        )
        .await?;
    rows.iter().map(shift).collect()
}

/// Who comes next to the grant's site: everybody whose shift begins at the next beginning.
///
/// # Errors
/// The store's.
pub async fn next(conn: &mut Conn, grant: &Grant<ViewBoard>, now: Instant) -> Result<Vec<Shift>> {
    let rows = conn
        .fetch_all(
            "SELECT f.id, f.user_id, u.name, u.role, f.starts_at, f.ends_at FROM shift f JOIN app_user u ON u.id = f.user_id
              WHERE f.site_id = $1
                AND f.starts_at = (SELECT min(n.starts_at) FROM shift n WHERE n.site_id = $1 AND n.starts_at > $2)
              ORDER BY u.name",
            args![grant.site(), now],
        )
        .await?;
    rows.iter().map(shift).collect()
}

/// Adds a shift. From the rota, which stands outside any person's record.
///
/// # Errors
/// The store's.
pub async fn add(tx: &mut Tx, new: &NewShift) -> Result<()> {
    tx.execute(
        "INSERT INTO shift (id, site_id, user_id, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
        args![new.id, new.site_id, new.user_id, new.starts_at, new.ends_at],
    )
    .await?;
    Ok(())
}
