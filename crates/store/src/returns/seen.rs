//! Who agreed, who was seen, and what was found.

use super::{Counting, Opened, Period};
use crate::{Conn, Result, Row};
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::{BTreeMap, HashSet};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::episode::Step;
use throughline_domain::finding::FindingList;
use throughline_domain::list::NotSeenReason;
use throughline_domain::time::{Instant, from_london, parse_date, parse_time};
use uuid::Uuid;

/// Consents to share, each by its newest line of the episode. Being seen and being contacted are
/// no sharing; a best-interests decision is nobody's consent.
pub(super) async fn consents(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
    let rows = period
        .rows(
            conn,
            "SELECT c.episode_id, c.consent_for, c.state FROM consent c JOIN episode e ON e.id = c.episode_id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
              ORDER BY c.recorded_at, c.id",
        )
        .await?;
    let mut newest: BTreeMap<(Uuid, ConsentFor), (ConsentState, &Row)> = BTreeMap::new();
    for row in &rows {
        newest.insert((row.get("episode_id")?, row.get("consent_for")?), (row.get("state")?, row));
    }
    for ((_, consent_for), (state, row)) in newest {
        let Some(opened) = counting.of(row)? else {
            continue;
        };
        count_consent(opened, consent_for, state);
    }
    Ok(())
}

fn count_consent(opened: &mut Opened, consent_for: ConsentFor, state: ConsentState) {
    let given = matches!(state, ConsentState::Given | ConsentState::Limited);
    let asked = given || matches!(state, ConsentState::Refused | ConsentState::Withdrawn);
    match consent_for {
        ConsentFor::Engagement => opened.fact.declined |= asked && !given,
        ConsentFor::ContactBy => opened.agreed_to_contact = given,
        _ => {
            opened.fact.consents_asked += u32::from(asked);
            opened.fact.consents_given += u32::from(given);
        }
    }
}

/// Signed screenings and assessments. The database takes three answers out of the screening, so
/// that no other answer leaves it; whatever form fulfils that step asks them, or is refused.
pub(super) async fn records(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
    let sql = if conn.is_postgres() {
        "SELECT r.episode_id, r.step, r.signed_at, CAST(r.answers AS json) -> 'agreed' ->> 0 AS agreed,
                CAST(r.answers AS json) -> 'seen_at' ->> 0 AS seen_on, CAST(r.answers AS json) -> 'seen_at.time' ->> 0 AS seen_time
           FROM record r JOIN episode e ON e.id = r.episode_id
          WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
            AND r.step IN ('screening', 'assessment') AND r.state IN ('signed', 'awaiting')"
    } else {
        "SELECT r.episode_id, r.step, r.signed_at, json_extract(r.answers, '$.agreed[0]') AS agreed,
                json_extract(r.answers, '$.seen_at[0]') AS seen_on, json_extract(r.answers, '$.\"seen_at.time\"[0]') AS seen_time
           FROM record r JOIN episode e ON e.id = r.episode_id
          WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
            AND r.step IN ('screening', 'assessment') AND r.state IN ('signed', 'awaiting')"
    };
    for row in period.rows(conn, sql).await? {
        let Some(opened) = counting.of(&row)? else {
            continue;
        };
        let step: String = row.get("step")?;
        if step == Step::Assessment.code() {
            opened.fact.assessed = true;
            continue;
        }
        let agreed: Option<String> = row.get("agreed")?;
        if agreed.as_deref() == Some("declined") {
            opened.fact.declined = true;
            opened.fact.not_screened_reason.get_or_insert_with(|| NotSeenReason::Declined.label().to_owned());
            continue;
        }
        opened.fact.screened = true;
        let (on, time): (Option<String>, Option<String>) = (row.get("seen_on")?, row.get("seen_time")?);
        let signed_at: Option<Instant> = row.get("signed_at")?;
        let at = seen_at(on.as_deref(), time.as_deref(), opened.fact.opened_on).or(signed_at);
        let seconds = at.map(|at| (at - opened.referred_at).num_seconds().max(0));
        opened.fact.seconds_to_screen = [opened.fact.seconds_to_screen, seconds].into_iter().flatten().min();
    }
    Ok(())
}

/// When the person was seen, as it was typed.
fn seen_at(date: Option<&str>, time: Option<&str>, today: NaiveDate) -> Option<Instant> {
    let date = parse_date(date?, today).ok()?;
    let time = parse_time(time?).ok()?;
    Some(from_london(NaiveDateTime::new(date, time)))
}

/// Vulnerabilities and needs found, each once however many forms name it. A need is new only when
/// no form says that it was known.
pub(super) async fn findings(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
    let rows = period
        .rows(
            conn,
            "SELECT f.episode_id, f.list, f.code, f.already_known
               FROM finding f JOIN episode e ON e.id = f.episode_id JOIN record r ON r.id = f.record_id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
                AND f.status <> 'declined' AND r.state IN ('signed', 'awaiting')
              ORDER BY f.episode_id, f.list, f.code, CASE WHEN f.already_known THEN 0 ELSE 1 END",
        )
        .await?;
    let mut counted: HashSet<(Uuid, FindingList, String)> = HashSet::with_capacity(rows.len());
    for row in &rows {
        let list: FindingList = row.get("list")?;
        if !counted.insert((row.get("episode_id")?, list, row.get("code")?)) {
            continue;
        }
        let known: bool = row.get("already_known")?;
        let Some(opened) = counting.of(row)? else {
            continue;
        };
        match list {
            FindingList::Vulnerability => opened.fact.vulnerabilities += 1,
            FindingList::Need => {
                opened.fact.needs += 1;
                opened.fact.new_needs += u32::from(!known);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn the_screening_took_place_when_it_says_it_did() {
        let today = day("2026-11-22");
        assert_eq!(seen_at(Some("22/11/26"), Some("0930"), today), Some(at("2026-11-22T09:30:00Z")));
        assert_eq!(seen_at(Some("soon"), Some("0930"), today), None);
        assert_eq!(seen_at(Some("22/11/26"), None, today), None);
    }
}
