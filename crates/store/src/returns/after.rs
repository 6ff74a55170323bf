//! What was decided, what was told in time for it, and the help that was reached.

use super::{Counting, Period};
use crate::{Conn, Result, Row};
use chrono::{Duration, NaiveDate};
use std::collections::{BTreeMap, HashMap};
use throughline_domain::contact::Attendance;
use throughline_domain::document::{Audience, DocumentKind};
use throughline_domain::outcome::{CjOutcome, Decider, InformationUse};
use throughline_domain::referral::ReferralState;
use throughline_domain::task::CONTACT_AFTER_RELEASE_HOURS;
use throughline_domain::time::{Instant, london_date};
use throughline_returns::DocumentFact;
use uuid::Uuid;

/// One decision of police or court.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decision {
    decider: Decider,
    on: NaiveDate,
    information_use: InformationUse,
}

pub(super) async fn decisions(
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
pub(super) async fn documents(
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

pub(super) async fn referrals(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
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
pub(super) async fn contacts(conn: &mut Conn, period: Period, counting: &mut Counting<'_>) -> Result<()> {
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
}
