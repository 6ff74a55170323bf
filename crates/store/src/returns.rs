//! What the monthly return counts: one fact for each episode opened in a stretch of time, read in
//! one pass of each table and without a name or an identifier of anybody.

use crate::{Conn, Result, Row, args};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use std::collections::{BTreeMap, HashMap, HashSet};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::contact::Attendance;
use throughline_domain::document::{Audience, DocumentKind};
use throughline_domain::episode::{ClosureReason, Step};
use throughline_domain::finding::FindingList;
use throughline_domain::list::NotSeenReason;
use throughline_domain::outcome::{CjOutcome, Decider, InformationUse};
use throughline_domain::person::{Ethnicity, Gender, age_band};
use throughline_domain::place::PointOfContact;
use throughline_domain::referral::ReferralState;
use throughline_domain::task::CONTACT_AFTER_RELEASE_HOURS;
use throughline_domain::time::{Instant, age_on, from_london, london_date, parse_date, parse_time};
use throughline_policy::{Grant, ViewMeasures, ViewPublished};
use throughline_returns::{DocumentFact, EpisodeFact};
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
    consents(conn, period, &mut counting).await?;
    records(conn, period, &mut counting).await?;
    findings(conn, period, &mut counting).await?;
    let decisions = decisions(conn, period, &mut counting).await?;
    documents(conn, period, &mut counting, &decisions).await?;
    referrals(conn, period, &mut counting).await?;
    contacts(conn, period, &mut counting).await?;
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

/// Consents to share, each by its newest line of the episode. Being seen and being contacted are
/// no sharing; a best-interests decision is nobody's consent.
async fn consents(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
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
async fn records(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
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
async fn findings(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
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

/// One decision of police or court.
#[derive(Debug, Clone, Copy)]
struct Decision {
    decider: Decider,
    on: NaiveDate,
    information_use: InformationUse,
}

async fn decisions(
    conn: &mut Conn,
    period: Period,
    counting: &mut Counting<'_>,
) -> Result<HashMap<Uuid, Vec<Decision>>> {
    let rows = period
        .rows(
            conn,
            "SELECT o.episode_id, o.code, o.decided_on, o.information_use FROM outcome o JOIN episode e ON e.id = o.episode_id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3",
        )
        .await?;
    let mut decisions: HashMap<Uuid, Vec<Decision>> = HashMap::new();
    for row in &rows {
        let Some(opened) = counting.of(row)? else {
            continue;
        };
        opened.fact.outcome_known = true;
        let decision = Decision {
            decider: row.get::<CjOutcome>("code")?.decider(),
            on: row.get("decided_on")?,
            information_use: row.get("information_use")?,
        };
        decisions.entry(row.get("episode_id")?).or_default().push(decision);
    }
    Ok(decisions)
}

/// Documents that left and were not taken back.
async fn documents(
    conn: &mut Conn,
    period: Period,
    counting: &mut Counting<'_>,
    decisions: &HashMap<Uuid, Vec<Decision>>,
) -> Result<()> {
    let rows = period
        .rows(
            conn,
            "SELECT d.episode_id, d.kind, d.released_at FROM document d JOIN episode e ON e.id = d.episode_id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
                AND d.state = 'released' AND d.released_at IS NOT NULL",
        )
        .await?;
    for row in &rows {
        let kind: DocumentKind = row.get("kind")?;
        let released_on = london_date(row.get("released_at")?);
        let known = decisions.get(&row.get::<Uuid>("episode_id")?).map_or(&[][..], Vec::as_slice);
        let Some(opened) = counting.of(row)? else {
            continue;
        };
        opened.fact.documents.push(DocumentFact {
            kind: kind.label().to_owned(),
            before_decision: before_decision(kind, released_on, known),
        });
    }
    Ok(())
}

/// Whether a document was released before a decision of those it was for; `None` while they have
/// decided nothing. Decisions have a day and no hour: on the day itself the record of whether the
/// information was available speaks.
fn before_decision(kind: DocumentKind, released_on: NaiveDate, decisions: &[Decision]) -> Option<bool> {
    let decider = match kind.audience() {
        Audience::Police => Decider::Police,
        Audience::Court => Decider::Court,
    };
    let mut its = decisions.iter().filter(|decision| decision.decider == decider).peekable();
    its.peek()?;
    Some(its.any(|decision| {
        let same_day = decision.on == released_on && decision.information_use != InformationUse::NotAvailable;
        decision.on > released_on || same_day
    }))
}

/// The steps of one onward referral, in order, each with its time.
type Steps = Vec<(ReferralState, Instant)>;

/// What became of one onward referral.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is counted by itself, and none follows from another")]
struct Became {
    made: bool,
    accepted: bool,
    offered: bool,
    attended: bool,
    engaged_at_closure: bool,
}

impl Became {
    /// Reads it off the steps, in order, each with its time.
    fn of(steps: &[(ReferralState, Instant)], closed_at: Option<Instant>) -> Self {
        use ReferralState as S;
        let reached = |states: &[S]| steps.iter().any(|(state, _)| states.contains(state));
        let last = closed_at.and_then(|closed| steps.iter().rev().find(|(_, at)| *at <= closed));
        Self {
            made: steps.iter().any(|(state, _)| !matches!(state, S::Drafted | S::Ended)),
            accepted: reached(&[S::Accepted, S::AppointmentMade, S::Attended, S::NotAttended, S::Engaged]),
            offered: reached(&[S::AppointmentMade, S::Attended, S::NotAttended, S::Engaged]),
            attended: reached(&[S::Attended, S::Engaged]),
            engaged_at_closure: last.is_some_and(|(state, _)| matches!(state, S::Attended | S::Engaged)),
        }
    }
}

async fn referrals(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
    let rows = period
        .rows(
            conn,
            "SELECT r.episode_id, r.id AS referral_id, t.state, t.at
               FROM referral r JOIN episode e ON e.id = r.episode_id JOIN referral_step t ON t.referral_id = r.id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
              ORDER BY r.id, t.at, t.id",
        )
        .await?;
    let mut steps: BTreeMap<Uuid, (&Row, Steps)> = BTreeMap::new();
    for row in &rows {
        let entry = steps.entry(row.get("referral_id")?).or_insert_with(|| (row, Vec::new()));
        entry.1.push((row.get("state")?, row.get("at")?));
    }
    for (row, steps) in steps.values() {
        let Some(opened) = counting.of(row)? else {
            continue;
        };
        let became = Became::of(steps, opened.closed_at);
        let fact = &mut opened.fact;
        fact.referrals_made += u32::from(became.made);
        fact.referrals_accepted += u32::from(became.accepted);
        fact.first_appointments_offered += u32::from(became.offered);
        fact.first_appointments_attended += u32::from(became.attended);
        fact.engaged_at_closure |= became.engaged_at_closure;
    }
    Ok(())
}

/// Who was reached within 48 hours of release.
async fn contacts(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
    let rows = period
        .rows(
            conn,
            "SELECT c.episode_id, c.attendance, c.at FROM contact c JOIN episode e ON e.id = c.episode_id
              WHERE e.opened_at >= $1 AND e.opened_at < $2 AND e.closure_reason <> $3
                AND e.released_at IS NOT NULL AND c.at >= e.released_at",
        )
        .await?;
    for row in &rows {
        let reached = row.get::<Attendance>("attendance")?.reached();
        let at: Instant = row.get("at")?;
        let Some(opened) = counting.of(row)? else {
            continue;
        };
        let in_time = opened.released_at.is_some_and(|released| in_48_hours(released, at));
        opened.fact.contacted_in_48_hours |= reached && in_time;
    }
    Ok(())
}

fn in_48_hours(released: Instant, at: Instant) -> bool {
    at >= released && at <= released + Duration::hours(CONTACT_AFTER_RELEASE_HOURS)
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

    fn court(on: &str, information_use: InformationUse) -> Decision {
        Decision { decider: Decider::Court, on: day(on), information_use }
    }

    #[test]
    fn a_report_is_in_time_when_a_decision_it_was_for_came_later() {
        let report = |released: &str, decisions: &[Decision]| {
            before_decision(DocumentKind::CourtReport, day(released), decisions)
        };
        let first = court("2026-11-10", InformationUse::NotAvailable);
        let second = court("2026-11-24", InformationUse::Followed);
        assert_eq!(report("2026-11-09", &[first]), Some(true));
        assert_eq!(report("2026-11-10", &[first]), Some(false), "on the day, and not available");
        assert_eq!(report("2026-11-24", &[second]), Some(true), "on the day, and followed");
        assert_eq!(report("2026-11-12", &[first, second]), Some(true), "for the second hearing");
        assert_eq!(report("2026-11-25", &[first, second]), Some(false));
        assert_eq!(report("2026-11-09", &[]), None);
        assert_eq!(
            before_decision(DocumentKind::CustodyAdvice, day("2026-11-09"), &[first]),
            None,
            "police have decided nothing"
        );
    }

    #[test]
    fn a_referral_counts_as_what_it_reached_and_not_as_where_it_ended() {
        use ReferralState as S;
        let steps = [
            (S::Drafted, at("2026-11-01T10:00:00Z")),
            (S::Sent, at("2026-11-01T11:00:00Z")),
            (S::AppointmentMade, at("2026-11-05T11:00:00Z")),
            (S::NotAttended, at("2026-11-12T11:00:00Z")),
            (S::Ended, at("2026-11-13T11:00:00Z")),
        ];
        let missed = Became::of(&steps, Some(at("2026-11-20T10:00:00Z")));
        assert_eq!(missed, Became { made: true, accepted: true, offered: true, ..Became::default() });
        let abandoned = Became::of(&[steps[0], (S::Ended, at("2026-11-02T10:00:00Z"))], None);
        assert_eq!(abandoned, Became::default(), "a draft that was never sent was not made");
    }

    #[test]
    fn engagement_is_as_it_stood_when_the_episode_closed() {
        use ReferralState as S;
        let steps = [(S::Sent, at("2026-11-01T11:00:00Z")), (S::Attended, at("2026-11-12T11:00:00Z"))];
        assert!(Became::of(&steps, Some(at("2026-11-12T11:00:00Z"))).engaged_at_closure);
        assert!(!Became::of(&steps, Some(at("2026-11-11T11:00:00Z"))).engaged_at_closure);
        assert!(!Became::of(&steps, None).engaged_at_closure);
    }

    #[test]
    fn a_contact_at_48_hours_is_in_time_and_one_before_release_is_none() {
        let released = at("2026-11-20T22:00:00Z");
        assert!(in_48_hours(released, at("2026-11-22T22:00:00Z")));
        assert!(!in_48_hours(released, at("2026-11-22T22:00:01Z")));
        assert!(!in_48_hours(released, at("2026-11-20T21:59:59Z")));
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

    #[test]
    fn the_screening_took_place_when_it_says_it_did() {
        let today = day("2026-11-22");
        assert_eq!(seen_at(Some("22/11/26"), Some("0930"), today), Some(at("2026-11-22T09:30:00Z")));
        assert_eq!(seen_at(Some("soon"), Some("0930"), today), None);
        assert_eq!(seen_at(Some("22/11/26"), None, today), None);
    }
}
