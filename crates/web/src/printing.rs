//! Printing for the service's own use: a signed form from its frozen snapshot, and a blank form for when the
//! computers are down. Who may see a record may print it; each print has an audit row of its own.

mod blank;
mod record;

use crate::{App, Problem};
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use throughline_documents::{RenderError, Rendered};

/// The pages of printing.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/records/{record}/print", get(record::page).post(record::print))
        .route("/forms/{form}/pdf", get(blank::print))
}

/// Renders away from the threads that answer requests.
async fn render(
    printing: impl FnOnce() -> Result<Rendered, RenderError> + Send + 'static,
) -> Result<Rendered, Problem> {
    let rendered = tokio::task::spawn_blocking(printing).await.map_err(|_| Problem::Failed)?;
    rendered.map_err(|error| match error {
        RenderError::TooLong { .. } => Problem::Invalid(error.to_string()),
        other => {
            // The words may quote the record: only which form it was goes into the log.
            tracing::error!("a form could not be printed");
            Problem::Invalid(without_detail(&other))
        }
    })
}

fn without_detail(error: &RenderError) -> String {
    match error {
        RenderError::Template { kind, .. } => format!(
            "The {kind} could not be printed because of a fault in its template; nothing you recorded is lost. Tell whoever looks after this system"
        ),
        other => other.to_string(),
    }
}

/// A file for the browser to show. Its name names no person.
fn inline_pdf(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{}.pdf\"", name.replace('_', "-"))),
    ];
    (headers, bytes).into_response()
}
