//! The episode: its task list, offer and consent, hand-over, release, an alert raised by hand, and why somebody was
//! not seen.

mod as_of;
mod consent;
mod hand_over;
mod leaving;
mod not_seen;
mod offered;
mod raise;
mod show;

use crate::App;
use axum::Router;
use axum::routing::get;

/// The pages of an episode.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}", get(show::show))
        .route("/episodes/{episode}/consent", get(consent::show).post(consent::record))
        .route("/episodes/{episode}/hand-over", get(hand_over::show).post(hand_over::change))
        .route("/episodes/{episode}/release", get(leaving::show).post(leaving::change))
        .route("/episodes/{episode}/alert", get(raise::show).post(raise::raise))
        .route("/episodes/{episode}/not-seen", get(not_seen::show).post(not_seen::record))
}
