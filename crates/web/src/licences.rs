//! The licences of the instruments: on what terms each is used, for everybody who is signed in.

use crate::{Answer, App, Cx};
use axum::Router;
use axum::routing::get;
use minijinja::context;
use throughline_forms::catalogue;

/// The page of licences.
pub fn routes() -> Router<App> {
    Router::new().route("/help/licences", get(show))
}

async fn show(cx: Cx) -> Answer {
    let values = context! {
        heading => "Licences of the instruments",
        back => context! { href => "/help", text => "Help" },
        licences => catalogue().licences(),
    };
    cx.page("help/licences.html", values)
}
