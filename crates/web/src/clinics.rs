//! Voluntary attendance: clinics at a police station, and who has which slot.

mod appointment;
mod book;
mod form;
mod openings;
mod outcome;
mod set_up;
mod week;

pub(crate) use appointment::{leads_to, on_line};

use crate::{App, Cx, Problem};
use axum::Router;
use axum::routing::{get, post};
use throughline_domain::appointment::AppointmentState;
use throughline_domain::ids::{AppointmentId, ClinicId, SiteId};
use throughline_policy::{ChangeList, Class, Grant, Verb, ViewList};
use throughline_store::appointments::{self, Appointment};
use throughline_store::clinics::{self, Clinic};
use throughline_store::events::{self, NewEvent};
use throughline_store::{Error as StoreError, Tx};

/// The pages of clinics and appointments.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/clinics", get(week::show))
        .route("/clinics/new", get(set_up::page).post(set_up::set_up))
        .route("/clinics/{clinic}", get(week::one))
        .route("/clinics/{clinic}/change", get(set_up::change_page).post(set_up::change))
        .route("/clinics/{clinic}/cancel", get(set_up::cancel_page).post(set_up::cancel))
        .route("/appointments/new", get(book::page).post(book::book))
        .route("/appointments/{appointment}", get(appointment::show))
        .route("/appointments/{appointment}/change", get(book::change_page).post(book::change))
        .route("/appointments/{appointment}/time", get(book::time_page).post(book::time))
        .route("/appointments/{appointment}/cancel", get(outcome::cancel_page).post(outcome::cancel))
        .route("/appointments/{appointment}/arrived", post(outcome::arrived))
        .route("/appointments/{appointment}/follow-up", post(outcome::follow_up))
        .route("/appointments/{appointment}/told", post(outcome::told))
        .route("/appointments/{appointment}/notice", get(appointment::notice))
}

/// Whether the user's role may book and set up: for links and buttons only.
fn may_change(cx: &Cx) -> bool {
    cx.role_may(Verb::Change, Class::List)
}

/// The site of an appointment and the appointment, as the user may see it.
async fn seen(tx: &mut Tx, id: AppointmentId) -> Result<(Grant<ViewList>, Appointment), Problem> {
    let site = appointments::site_of(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let found = appointments::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((grant, found))
}

/// A clinic as the user may see it.
async fn seen_clinic(tx: &mut Tx, id: ClinicId) -> Result<(Grant<ViewList>, Clinic), Problem> {
    let site = clinics::site_of(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let found = clinics::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    Ok((grant, found))
}

/// Whoever may not change the lists of a site is told that there is no such page.
async fn must_be_allowed(tx: &mut Tx, site: SiteId) -> Result<(), Problem> {
    if tx.may::<ChangeList>(site).await? { Ok(()) } else { Err(Problem::NotFound) }
}

/// Says on the board what happened to an appointment. Of somebody who is not known the line holds the
/// only name.
async fn tell(tx: &mut Tx, of: &Appointment, words: &str) -> Result<(), Problem> {
    let words = match of.person_id {
        Some(_) => words.to_owned(),
        None => format!("{}: {words}", of.name.formal()),
    };
    let new = NewEvent {
        at: None,
        site: Some(of.site_id),
        person: of.person_id,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link: format!("/appointments/{}", of.id),
    };
    Ok(events::add(tx, new).await?)
}

fn tone(state: AppointmentState) -> &'static str {
    match state {
        AppointmentState::Booked => "neutral",
        AppointmentState::Arrived => "warn",
        AppointmentState::BeingSeen => "info",
        AppointmentState::Seen => "good",
        AppointmentState::DidNotAttend | AppointmentState::NotSeen => "bad",
        AppointmentState::Cancelled | AppointmentState::Rebooked => "quiet",
    }
}

/// What a colleague did first, in words for the field at which somebody acted.
const OVERTAKEN: &str = "A colleague changed this while you were looking. Nothing was changed: look at it as it is now";

fn is_stale(error: &StoreError) -> bool {
    matches!(error, StoreError::Stale)
}
