//! Alerts that somebody owes an answer or another look: on their owner's worklist, and on the team
//! leader's once they are late.

use super::{Alert, COLUMNS, FROM, alert};
use crate::sql::placeholders;
use crate::{Result, Row, Tx, args};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use throughline_domain::alert::{AnswerWithin, Owed};
use throughline_domain::ids::{PersonId, SiteId, UserId};
use throughline_domain::name::Name;
use throughline_domain::time::london_date;
use throughline_policy::ViewRiskCard;

/// An alert on a worklist.
#[derive(Debug, Clone)]
pub struct OwedAlert {
    /// The alert.
    pub alert: Alert,
    /// What is owed of it.
    pub owed: Owed,
    /// Whose it is.
    pub person_id: PersonId,
    /// Their name; `None` when the reader may not see the risk card now. The wait is told all the same.
    pub name: Option<Name>,
    /// The site where the episode began.
    pub site_name: String,
}

/// What one user owes of alerts now: a first answer, or another look. Oldest first.
///
/// # Errors
/// The store's.
pub async fn of_owner(tx: &mut Tx, user: UserId, within: AnswerWithin) -> Result<Vec<OwedAlert>> {
    let today = london_date(tx.now());
    let sql = select("COALESCE(a.owner_id, e.owner_id) = $2");
    let rows = tx.fetch_text(AssertSqlSafe(sql), args![today, user]).await?;
    owed(tx, &rows, within, |_| true).await
}

/// Alerts of the episodes of these sites that nobody has answered in time, or whose day of review has
/// gone by: what their team leader is told. Oldest first.
///
/// # Errors
/// The store's.
pub async fn late(tx: &mut Tx, sites: &[SiteId], within: AnswerWithin) -> Result<Vec<OwedAlert>> {
    if sites.is_empty() {
        return Ok(Vec::new());
    }
    let (now, today) = (tx.now(), london_date(tx.now()));
    let sql = select(&format!("e.site_id IN ({})", placeholders(2, sites.len())));
    let mut values = args![today];
    values.extend(sites.iter().map(|site| (*site).into()));
    let rows = tx.fetch_text(AssertSqlSafe(sql), values).await?;
    owed(tx, &rows, within, |owed| owed.is_late(now, today)).await
}

fn select(whose: &str) -> String {
    format!(
        "SELECT {COLUMNS}, a.person_id, p.forenames, p.surname, s.name AS site_name {FROM}
           JOIN person p ON p.id = a.person_id JOIN site s ON s.id = e.site_id
          WHERE (a.state = 'open' OR (a.state = 'acknowledged' AND (a.review_on IS NULL OR a.review_on <= $1))) AND {whose}
          ORDER BY COALESCE(a.waiting_since, a.raised_at), a.id"
    )
}

/// The alerts of these rows of which something is owed that `kept` keeps. Only whose alert is shown is
/// noted as shown.
async fn owed(tx: &mut Tx, rows: &[Row], within: AnswerWithin, kept: impl Fn(Owed) -> bool) -> Result<Vec<OwedAlert>> {
    let today = london_date(tx.now());
    let mut lines = Vec::new();
    for row in rows {
        let alert = alert(row)?;
        let Some(owed) = alert.owed(within, today).filter(|owed| kept(*owed)) else { continue };
        let name = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
        let (person_id, site_name) = (row.get("person_id")?, row.get("site_name")?);
        lines.push(OwedAlert { alert, owed, person_id, name: Some(name), site_name });
    }
    let people: BTreeSet<PersonId> = lines.iter().map(|line| line.person_id).collect();
    let visible = tx.may_each::<ViewRiskCard>(&people).await?;
    for line in lines.iter_mut().filter(|line| !visible.contains(&line.person_id)) {
        line.name = None;
    }
    for person in visible {
        tx.note_shown(person, "worklist");
    }
    Ok(lines)
}
