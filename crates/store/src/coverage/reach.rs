//! What the chart of reach counts: one fact for each line, without a name or an identifier.

use super::rows::{self, LedgerRow};
use crate::returns::MayCount;
use crate::{Conn, Result, organisations};
use chrono::{NaiveDate, Timelike};
use std::collections::HashMap;
use throughline_domain::coverage::{Owed, ethnic_group};
use throughline_domain::ids::{PersonId, SiteId};
use throughline_domain::list::{ListKind, NotSeenReason};
use throughline_domain::person::{Ethnicity, Gender, age_band};
use throughline_domain::time::{Instant, age_on, london_time};
use throughline_returns::reach::ReachFact;

/// Who somebody is, as far as it is counted.
struct Known {
    gender: Gender,
    ethnicity: Ethnicity,
    born: Option<NaiveDate>,
}

/// What an entry of a list says, as far as it is counted. The rest of it is passed over.
#[derive(Debug, Default, serde::Deserialize)]
struct Listed {
    #[serde(default)]
    sex: Option<String>,
    #[serde(default)]
    age: Option<u32>,
    #[serde(default)]
    ethnicity: Option<String>,
}

/// One fact for everybody who passed through the lists of these sites (or of all) in these days. Who may still be
/// there is not counted yet, and who is on a later list is counted there.
///
/// # Errors
/// The store's.
pub async fn reach_facts(
    conn: &mut Conn,
    _grant: &impl MayCount,
    only: Option<&[SiteId]>,
    (from, to): (NaiveDate, NaiveDate),
    now: Instant,
) -> Result<Vec<ReachFact>> {
    let mut facts = Vec::new();
    for site in organisations::sites(conn).await? {
        if only.is_some_and(|only| !only.contains(&site.id)) {
            continue;
        }
        let rows = rows::of_site(conn, site.id, from, to, now).await?;
        let known = known(conn, site.id, (from, to)).await?;
        let counted = rows.iter().filter(|row| !row.carried_on && (row.was_seen() || row.owed != Owed::NotYet));
        facts.extend(counted.map(|row| fact(row, &site.name, row.person_id.and_then(|person| known.get(&person)))));
    }
    Ok(facts)
}

async fn known(conn: &mut Conn, site: SiteId, (from, to): (NaiveDate, NaiveDate)) -> Result<HashMap<PersonId, Known>> {
    let rows = conn
        .fetch_all(
            "SELECT p.id, p.gender, p.ethnicity, p.date_of_birth FROM person p
              WHERE EXISTS (SELECT 1 FROM list_entry l
                             WHERE l.person_id = p.id AND l.site_id = $1 AND l.list_date >= $2 AND l.list_date <= $3)",
            crate::args![site, from, to],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let known =
                Known { gender: row.get("gender")?, ethnicity: row.get("ethnicity")?, born: row.get("date_of_birth")? };
            Ok((row.get("id")?, known))
        })
        .collect()
}

/// The record comes before the list: somebody asked the person.
fn fact(row: &LedgerRow, site: &str, known: Option<&Known>) -> ReachFact {
    let listed: Listed = serde_json::from_str(&row.source).unwrap_or_default();
    let hour = match row.kind {
        ListKind::Custody => row.arrived_at,
        ListKind::Court | ListKind::Voluntary => row.sitting_at,
    };
    let recorded = known.map(|known| known.gender).filter(|gender| *gender != Gender::NotKnown);
    let gender = recorded.unwrap_or_else(|| Gender::from_list(listed.sex.as_deref().unwrap_or_default()));
    let born = known.and_then(|known| known.born).or(row.date_of_birth);
    let age = born.and_then(|born| age_on(born, row.day)).or(listed.age);
    ReachFact {
        site: site.to_owned(),
        day: row.day,
        hour: hour.map(|at| london_time(at).hour()),
        sex: if gender == Gender::NotKnown { String::new() } else { gender.label().to_owned() },
        age_band: age_band(age),
        ethnic_group: ethnic_group(known.map(|known| known.ethnicity), listed.ethnicity.as_deref().unwrap_or_default()),
        seen: row.was_seen(),
        out_of_hours: row.owed == Owed::OutOfHours || row.reason == Some(NotSeenReason::OutOfHours),
    }
}
