//! By when each site's list for the day should be in, and what has come.

use super::received::received_by;
use crate::organisations::{self, Site};
use crate::{Conn, Error, Result, Row, Tx, args};
use chrono::{NaiveDate, NaiveTime};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::expected::{ListStanding, Todays, list_standing};
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::ListKind;
use throughline_domain::time::{Instant, london_date};
use throughline_policy::{ChangeUsers, Grant, ViewBoard};

const FORM: &str = "%H:%M";

/// The London time by which a site's list should be in, on days when it is open; `None` when none is expected.
///
/// # Errors
/// The store's.
pub async fn expected_by(conn: &mut Conn, site: SiteId) -> Result<Option<NaiveTime>> {
    let row = conn.fetch_optional("SELECT list_expected_by FROM site WHERE id = $1", args![site]).await?;
    let text: String = row.map(|row| row.get("list_expected_by")).transpose()?.unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    NaiveTime::parse_from_str(&text, FORM)
        .map(Some)
        .map_err(|_| Error::Corrupt("list_expected_by is not a time".to_owned()))
}

/// Says by when the list of a site that is being set up should be in.
///
/// # Errors
/// The store's.
pub async fn expect_by(conn: &mut Conn, site: SiteId, by: Option<NaiveTime>) -> Result<()> {
    let text = by.map(|by| by.format(FORM).to_string()).unwrap_or_default();
    conn.execute("UPDATE site SET list_expected_by = $2 WHERE id = $1", args![site, text]).await?;
    Ok(())
}

/// Changes by when a site's list should be in.
///
/// # Errors
/// The store's.
pub async fn set_expected_by(tx: &mut Tx, _: &Grant<ChangeUsers>, site: SiteId, by: Option<NaiveTime>) -> Result<()> {
    expect_by(tx, site, by).await?;
    let words =
        by.map_or_else(|| "no list is expected".to_owned(), |by| format!("list expected by {}", by.format(FORM)));
    tx.audit_detail(&format!("site {site}: {words}"));
    Ok(())
}

/// What has come in for a day at a site, of one kind.
///
/// # Errors
/// The store's.
async fn todays(conn: &mut Conn, site: SiteId, kind: ListKind, day: NaiveDate) -> Result<Todays> {
    let row = conn
        .fetch_one(
            "SELECT count(CASE WHEN state = 'committed' THEN 1 END) AS brought_in,
                    count(CASE WHEN state = 'preview' THEN 1 END) AS waiting
               FROM list WHERE site_id = $1 AND kind = $2 AND list_date = $3",
            args![site, kind, day],
        )
        .await?;
    let (brought_in, waiting): (i64, i64) = (row.get("brought_in")?, row.get("waiting")?);
    Ok(match (brought_in, waiting) {
        (1.., _) => Todays::BroughtIn,
        (_, 1..) => Todays::Waiting,
        _ => Todays::Nothing,
    })
}

/// How a site stands with its list for today.
///
/// # Errors
/// The store's.
pub async fn standing(conn: &mut Conn, site: &Site, now: Instant) -> Result<ListStanding> {
    let by = expected_by(conn, site.id).await?;
    let kind = if site.kind.is_court() { ListKind::Court } else { ListKind::Custody };
    let todays = todays(conn, site.id, kind, london_date(now)).await?;
    // Hours that cannot be read hide no list: the site counts as open.
    let hours = serde_json::from_str(&site.hours).unwrap_or_else(|_| OpeningHours::custody());
    Ok(list_standing(by, &hours, now, todays))
}

/// How many sites are without the list that should be in: a figure without names.
///
/// # Errors
/// The store's.
pub async fn sites_without_list(conn: &mut Conn, now: Instant) -> Result<usize> {
    let mut missing = 0;
    for site in organisations::sites(conn).await? {
        let standing = standing(conn, &site, now).await?;
        missing += usize::from(matches!(standing, ListStanding::Missing(_)));
    }
    Ok(missing)
}

/// A list that waits for somebody to look it over.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Waiting {
    /// Its id.
    pub id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// When it came.
    pub received_at: Instant,
    /// Who handed it in, or by which way it came.
    pub received_by: String,
}

/// The lists of the grant's site that wait for review, for a day and later, the newest first.
///
/// # Errors
/// The store's.
pub async fn waiting(conn: &mut Conn, grant: &Grant<ViewBoard>, from: NaiveDate, limit: i64) -> Result<Vec<Waiting>> {
    let rows = conn
        .fetch_all(
            "SELECT l.id, l.kind, l.list_date, l.received_at, l.origin, l.came_from, l.sent_at, l.passed_over,
                    COALESCE(u.name, '') AS received_by_name
               FROM list l LEFT JOIN app_user u ON u.id = l.received_by
              WHERE l.site_id = $1 AND l.state = 'preview' AND l.list_date >= $2
              ORDER BY l.received_at DESC, l.id DESC LIMIT $3",
            args![grant.site(), from, limit],
        )
        .await?;
    rows.iter().map(one).collect()
}

fn one(row: &Row) -> Result<Waiting> {
    Ok(Waiting {
        id: row.get("id")?,
        kind: row.get("kind")?,
        list_date: row.get("list_date")?,
        received_at: row.get("received_at")?,
        received_by: received_by(row)?,
    })
}
