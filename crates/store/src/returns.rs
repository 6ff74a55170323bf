//! What the monthly return counts: one fact for each episode opened in a stretch of time, read in
//! one pass of each table and without a name or an identifier of anybody.

mod after;
mod seen;

use crate::{Conn, Result, Row, args};
use chrono::NaiveDate;
use std::collections::HashMap;
use throughline_domain::calendar::OpeningHours;
use throughline_domain::episode::ClosureReason;
use throughline_domain::list::NotSeenReason;
use throughline_domain::person::{Ethnicity, Gender, age_band};
use throughline_domain::place::PointOfContact;
use throughline_domain::time::{Instant, age_on, london_date};
use throughline_policy::{Grant, ViewMeasures, ViewPublished};
use throughline_returns::EpisodeFact;
use uuid::Uuid;

/// A grant to count: exact counts, or those that may be published. The caller shows no more than
/// the grant it holds is for.
pub trait MayCount: Sync {}
impl MayCount for Grant<ViewMeasures> {}
impl MayCount for Grant<ViewPublished> {}

/// The facts of every episode opened from `from` until before `to`. Episodes that were opened in
/// error or twice are nobody's and are left out.
///
/// # Errors
/// The store's.
pub async fn facts(
    conn: &mut Conn,
    (from, to): (Instant, Instant),
    _grant: &impl MayCount,
) -> Result<Vec<EpisodeFact>> {
    let period = Period { from, to };
    let (mut opened, places) = episodes(conn, period).await?;
    let mut counting = Counting { opened: &mut opened, places: &places };
    seen::consents(conn, period, &mut counting).await?;
    seen::records(conn, period, &mut counting).await?;
    seen::findings(conn, period, &mut counting).await?;
    let decisions = after::decisions(conn, period, &mut counting).await?;
    after::documents(conn, period, &mut counting, &decisions).await?;
    after::referrals(conn, period, &mut counting).await?;
    after::contacts(conn, period, &mut counting).await?;
    Ok(opened.into_iter().map(Opened::fact).collect())
}

/// When the episodes were opened.
#[derive(Clone, Copy)]
struct Period {
    from: Instant,
    to: Instant,
}

impl Period {
    async fn rows(self, conn: &mut Conn, sql: &'static str) -> Result<Vec<Row>> {
        conn.fetch_all(sql, args![self.from, self.to, ClosureReason::Duplicate]).await
    }
}

/// One episode while it is being counted.
struct Opened {
    fact: EpisodeFact,
    referred_at: Instant,
    arrived_at: Instant,
    released_at: Option<Instant>,
    closed_at: Option<Instant>,
    came_out_of_hours: bool,
    hours: Option<OpeningHours>,
    agreed_to_contact: bool,
}

impl Opened {
    fn fact(mut self) -> EpisodeFact {
        self.fact.released_with_consent = self.released_at.is_some() && self.agreed_to_contact;
        self.fact.out_of_hours = self.came_out_of_hours
            && !self.fact.screened
            && nobody_was_there(self.hours.as_ref(), self.arrived_at, self.released_at);
        if self.fact.screened {
            self.fact.not_screened_reason = None;
        }
        self.fact
    }
}

/// The episodes and where each stands, so that rows of other tables find theirs.
struct Counting<'a> {
    opened: &'a mut Vec<Opened>,
    places: &'a HashMap<Uuid, usize>,
}

impl Counting<'_> {
    fn of(&mut self, row: &Row) -> Result<Option<&mut Opened>> {
        let id: Uuid = row.get("episode_id")?;
        Ok(self.places.get(&id).and_then(|place| self.opened.get_mut(*place)))
    }
}

async fn episodes(conn: &mut Conn, period: Period) -> Result<(Vec<Opened>, HashMap<Uuid, usize>)> {
    let rows = period
        .rows(
            conn,
            "SELECT e.id AS episode_id, s.name AS site, s.hours, e.point_of_contact, e.opened_at, e.arrived_at, e.released_at,
                    e.not_screened_reason, e.not_assessed_reason, e.assessment_needed, e.out_of_hours, e.closed_at,
                    e.closure_reason, p.gender, p.date_of_birth, p.ethnicity
               FROM episode e JOIN site s ON s.id = e.site_id JOIN person p ON p.id = e.person_id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
              ORDER BY e.opened_at, e.id",
        )
        .await?;
    let mut opened = Vec::with_capacity(rows.len());
    let mut places = HashMap::with_capacity(rows.len());
    for row in &rows {
        places.insert(row.get("episode_id")?, opened.len());
        opened.push(episode(row)?);
    }
    Ok((opened, places))
}

fn episode(row: &Row) -> Result<Opened> {
    let opened_at: Instant = row.get("opened_at")?;
    let closed_at: Option<Instant> = row.get("closed_at")?;
    let not_screened: Option<NotSeenReason> = row.get("not_screened_reason")?;
    let not_assessed: Option<NotSeenReason> = row.get("not_assessed_reason")?;
    let closure: Option<ClosureReason> = row.get("closure_reason")?;
    let born: Option<NaiveDate> = row.get("date_of_birth")?;
    let opened_on = london_date(opened_at);
    let declined = [not_screened, not_assessed].contains(&Some(NotSeenReason::Declined));
    let hours: String = row.get("hours")?;
    let fact = EpisodeFact {
        site: row.get("site")?,
        point_of_contact: row.get::<PointOfContact>("point_of_contact")?.label().to_owned(),
        opened_on,
        not_screened_reason: not_screened.map(|reason| reason.label().to_owned()),
        declined,
        assessment_needed: row.get::<Option<bool>>("assessment_needed")? == Some(true),
        closed_on: closed_at.map(london_date),
        closed_reason: closure.map(|reason| reason.label().to_owned()),
        sex: Some(row.get::<Gender>("gender")?.label().to_owned()),
        age_band: Some(age_band(born.and_then(|born| age_on(born, opened_on))).to_owned()),
        ethnicity_group: Some(row.get::<Ethnicity>("ethnicity")?.group().to_owned()),
        ..EpisodeFact::default()
    };
    Ok(Opened {
        fact,
        referred_at: opened_at,
        arrived_at: row.get::<Option<Instant>>("arrived_at")?.unwrap_or(opened_at),
        released_at: row.get("released_at")?,
        closed_at,
        came_out_of_hours: row.get("out_of_hours")?,
        hours: serde_json::from_str(&hours).ok(),
        agreed_to_contact: false,
    })
}

/// Whether nobody of the service was on site from arrival to release. Without hours or a release
/// only the arrival is known, and speaks.
fn nobody_was_there(hours: Option<&OpeningHours>, arrived: Instant, released: Option<Instant>) -> bool {
    let (Some(hours), Some(released)) = (hours, released) else {
        return true;
    };
    !hours.is_open(arrived) && hours.next_opening(arrived).is_none_or(|opening| opening >= released)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_in_custody_is_out_of_hours_only_when_it_ended_before_opening() {
        let hours = OpeningHours::custody();
        let arrived = at("2026-11-24T23:30:00Z");
        let there = |released: &str| !nobody_was_there(Some(&hours), arrived, Some(at(released)));
        assert!(!there("2026-11-25T04:00:00Z"));
        assert!(there("2026-11-25T09:00:00Z"));
        assert!(nobody_was_there(None, arrived, None));
    }
}
