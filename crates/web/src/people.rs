//! People: finding them, adding them, and the pages of one person's record.

mod alert_card;
mod alerts;
mod as_of;
mod claim;
mod create;
mod details;
mod edit;
mod find;
pub(crate) mod frame;
mod joined;
mod ledgers;
pub(crate) mod note;
mod search;
mod summary;
mod timeline;

use crate::App;
use axum::Router;
use axum::routing::{get, post};

/// The pages of people.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/people", get(search::show))
        .route("/people/search", get(search::show).post(search::search))
        .route("/people/new", get(create::search_first).post(create::show))
        .route("/people/create", get(create::search_first).post(create::create))
        .route("/people/{person}", get(summary::show))
        .route("/people/{person}/alerts/{alert}", get(alerts::show).post(alerts::answer))
        .route("/people/{person}/timeline", get(timeline::show))
        .route("/people/{person}/find", get(find::show).post(find::find))
        .route("/people/{person}/documents", get(ledgers::documents))
        .route("/people/{person}/sharing", get(ledgers::sharing))
        .route("/people/{person}/who-looked", get(ledgers::who_looked))
        .route("/people/{person}/edit", get(edit::show).post(edit::change))
        .route("/people/{person}/confirm-identity", post(edit::confirm_identity))
        .route("/people/{person}/episodes", get(create::episode_form).post(create::open_episode))
        .route("/people/{person}/claim", get(claim::show).post(claim::claim))
}
