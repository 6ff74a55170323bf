//! Forms and instruments: drafts that save themselves, conflicts that lose nothing, signing, and
//! the signed record with its addenda, countersignature and marks of error.

mod alike;
mod as_of;
mod conflict;
mod countersign;
mod countersigning;
mod draft;
mod learned;
mod opened;
mod prefill;
mod record;
mod score;
mod screened;
mod sections;
mod shown;
mod sign;
mod steps;
mod unsettled;
mod words;

pub(crate) use sections::WITHHELD;

use crate::App;
use axum::Router;
use axum::routing::{get, post};

/// The pages of filled-in forms.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}/forms/{form}", get(draft::open).post(draft::start))
        .route("/episodes/{episode}/steps/{step}", get(steps::open))
        .route("/records/{record}", get(record::show))
        .route("/records/{record}/edit", get(draft::edit))
        .route("/records/{record}/save", post(draft::save))
        .route("/records/{record}/conflict/{version}", get(conflict::show).post(conflict::settle))
        .route("/records/{record}/check", get(sign::check))
        .route("/records/{record}/sign", post(sign::sign))
        .route("/records/{record}/versions/{version}", get(record::version))
        .route("/records/{record}/addendum", get(words::addendum_page).post(words::addendum))
        .route("/records/{record}/error", get(words::error_page).post(words::error))
        .route("/records/{record}/countersign", post(countersign::countersign))
        .route("/records/{record}/send-back", get(words::send_back_page).post(countersign::send_back))
}
