//! Advice given to colleagues, police and courts: the form waits first, and what was given is listed below it.
//!
//! Most advice names nobody, and then nothing is asked that could say who it is about. Advice about somebody is
//! recorded from their episode; when it told somebody outside something of them, it needs its basis, and the line of
//! the disclosure ledger is written in the same act.

mod about;
mod form;
mod list;
mod one;

use crate::App;
use axum::Router;
use axum::routing::get;

pub(crate) use about::may as may_record_about;

/// The pages of advice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/consultations", get(list::show).post(list::record))
        .route("/consultations/{consultation}", get(one::show).post(one::correct))
        .route("/episodes/{episode}/consultation", get(about::page).post(about::record))
}
