//! The legal status of an episode: on which basis the person was held minute by minute, every legal
//! clock, and a fast form for what happened.

mod drawing;
mod held;
mod record;
mod show;
mod typed;

pub(crate) use held::{Held, held, mark_value, running};
pub(crate) use record::left;

use crate::App;
use axum::Router;
use axum::routing::get;

/// The pages of legal events.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/episodes/{episode}/legal", get(show::show).post(record::record))
        .route("/episodes/{episode}/legal/{legal_event}", get(show::correct).post(record::correct))
}
