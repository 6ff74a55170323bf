//! What a board says of voluntary attendances: an appointment or an interview, and never a clock of
//! detention, for nobody is detained (PACE 1984, section 29).

use crate::Problem;
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::collections::BTreeMap;
use throughline_domain::appointment::{AppointmentState, is_after_interview};
use throughline_domain::board;
use throughline_domain::ids::EntryId;
use throughline_domain::list::EntryState;
use throughline_domain::time::{Instant, clock_time};
use throughline_policy::{Grant, ViewBoard};
use throughline_store::Tx;
use throughline_store::appointments::{self, OnBoard};
use throughline_store::lists::BoardRow;

/// The newest appointment of each line on the board.
#[derive(Default)]
pub(super) struct Appointments(BTreeMap<EntryId, OnBoard>);

impl Appointments {
    pub async fn of(tx: &mut Tx, grant: &Grant<ViewBoard>, from: NaiveDate, to: NaiveDate) -> Result<Self, Problem> {
        let all = appointments::on_board(tx, grant, from, to).await?;
        Ok(Self(all.into_iter().map(|one| (one.entry_id, one)).collect()))
    }

    /// The appointment that stands, of a line.
    fn standing(&self, id: EntryId) -> Option<&OnBoard> {
        self.0.get(&id).filter(|one| one.state.is_ahead())
    }

    /// When somebody comes, in words under their name.
    pub fn expected(&self, row: &BoardRow) -> String {
        match (self.standing(row.id), row.sitting_at) {
            (Some(one), _) => format!("Appointment {} to {}", clock_time(one.starts_at), clock_time(one.ends_at)),
            (None, Some(at)) => format!("Interview at {}", clock_time(at)),
            (None, None) => "Voluntary attendance: time of the interview not on the list".to_owned(),
        }
    }

    /// The clock of a line: to its slot, or else to the interview.
    pub fn clock(&self, row: &BoardRow, now: Instant) -> Option<Value> {
        let at = row.sitting_at.filter(|at| *at >= now)?;
        let name = if self.standing(row.id).is_some() { "Appointment" } else { "Interview" };
        let state = if at - now <= chrono::Duration::hours(1) { "soon" } else { "running" };
        Some(context! { name, due => at, state, words => board::left_in_words(at, now), soon_minutes => 60 })
    }

    /// What became of a time that has passed.
    pub fn until(&self, row: &BoardRow, now: Instant) -> Option<String> {
        let at = row.sitting_at.filter(|at| *at < now && row.state.is_open())?;
        let what = if self.standing(row.id).is_some() { "The appointment" } else { "The interview" };
        Some(format!("{what} began at {}", board::when(at, now)))
    }

    pub fn marks(&self, row: &BoardRow) -> Vec<(String, &'static str)> {
        let mut marks = vec![("Voluntary attendance: not detained".to_owned(), "info")];
        if row.state != EntryState::ToConsider {
            return marks;
        }
        let Some(one) = self.0.get(&row.id) else {
            marks.push(("No slot yet".to_owned(), "warn"));
            return marks;
        };
        if one.state == AppointmentState::Arrived {
            marks.push(("Arrived: waiting".to_owned(), "warn"));
        }
        if one.state == AppointmentState::Cancelled {
            marks.push(("Appointment cancelled: waits for another time".to_owned(), "warn"));
        }
        if one.clinic_cancelled && one.state.is_ahead() {
            marks.push(("The clinic was cancelled: give another time".to_owned(), "bad"));
        }
        if one.urgent {
            let at = one.interview_at.map(|at| format!(" at {}", clock_time(at))).unwrap_or_default();
            marks.push((format!("Urgent: before the interview{at}"), "bad"));
        }
        if is_after_interview(one.ends_at, one.interview_at) {
            marks.push(("Ends after the interview starts".to_owned(), "warn"));
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::detention;
    use super::*;
    use throughline_domain::list::ListKind;
    use throughline_domain::name::Name;
    use throughline_store::lists::Best;

    fn row(kind: ListKind, arrived_at: Instant) -> BoardRow {
        BoardRow {
            id: EntryId::new(uuid::Uuid::nil()),
            version: 1,
            kind,
            name: Name::new("Ada", "Marsh"),
            date_of_birth: None,
            custody_number: String::new(),
            court_room: String::new(),
            sitting_at: None,
            arrived_at: Some(arrived_at),
            detention_authorised_at: Some(arrived_at),
            state: EntryState::ToConsider,
            reason: None,
            taken_by: None,
            taken_by_name: String::new(),
            taken_at: None,
            person_id: None,
            episode_id: None,
            best: Best::Nobody(String::new()),
            gone_at: None,
            hearings: Vec::new(),
            restricted: false,
            is_woman: false,
            youth: false,
            in_custody: false,
            notices: 0,
            urgency: None,
        }
    }

    #[test]
    fn no_clock_of_detention_runs_for_somebody_who_attends_voluntarily() {
        let now: Instant = "2026-11-24T10:15:00Z".parse().unwrap();
        let arrived = now - chrono::Duration::hours(3);
        assert!(detention(&row(ListKind::Custody, arrived), &[], now).limit.is_some(), "somebody detained has one");
        assert!(detention(&row(ListKind::Voluntary, arrived), &[], now).limit.is_none());
        let appointments = Appointments::default();
        assert!(
            appointments.clock(&row(ListKind::Voluntary, arrived), now).is_none(),
            "and without a time there is none"
        );
        let marks = appointments.marks(&row(ListKind::Voluntary, arrived));
        assert_eq!(marks[0].0, "Voluntary attendance: not detained");
    }
}
