//! `POST /api/lists`: a program hands in a list. It shows a token, takes no cookie, and gets JSON.
//!
//! The documentation for whoever writes such a program is `docs/api.md`.

mod refusal;

use crate::fields::LARGEST_UPLOAD;
use crate::{App, Problem, Upload};
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::NaiveDate;
use refusal::Refusal;
use serde_json::json;
use std::net::SocketAddr;
use throughline_domain::ids::SiteId;
use throughline_domain::origin::ByItself;
use throughline_domain::time::{london_date, parse_date};
use throughline_inbox::{Incoming, Receipt, Received, token};
use throughline_policy::Class;
use throughline_store::Cause;
use throughline_store::tokens::{self, Token};

/// The addresses of programs. They stand apart from the pages: no cookie is looked at, and no page is drawn.
pub fn routes() -> Router<App> {
    let upload = DefaultBodyLimit::max(LARGEST_UPLOAD + 1024 * 1024);
    Router::new().route("/api/lists", post(hand_in).layer(upload))
}

/// What the address may say of a list.
#[derive(Debug, Default, serde::Deserialize)]
struct Said {
    name: Option<String>,
    date: Option<String>,
}

async fn hand_in(State(app): State<App>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let answer = match receive(&app, &from.ip().to_string(), request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.into_response(),
    };
    metrics::counter!("throughline_lists_handed_in", "status" => answer.status().as_str().to_owned()).increment(1);
    answer
}

async fn receive(app: &App, from: &str, request: Request) -> Result<Response, Refusal> {
    let cause = Cause { actor: None, at: app.now(), request: crate::security::reference() };
    // Whose it is comes first: nothing of the body is read for a stranger.
    let token = shown(app, &cause, from, request.headers()).await?;
    let incoming = incoming(app, request, london_date(cause.at)).await?;
    let origin = ByItself::Program { name: token.name };
    let received = throughline_inbox::receive(&app.store, cause, token.site_id, &origin, incoming).await?;
    match received {
        Received::Waiting(receipt) => Ok((StatusCode::CREATED, told(&receipt, token.site_id)).into_response()),
        Received::Same(receipt) => Ok((StatusCode::OK, told(&receipt, token.site_id)).into_response()),
        Received::NotRead(why) => Err(Refusal::NotRead(why)),
    }
}

/// The token that a request shows, if it is good; its use is noted, and counted.
async fn shown(app: &App, cause: &Cause, from: &str, headers: &HeaderMap) -> Result<Token, Refusal> {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let text = text.and_then(|text| text.split_once(' ')).filter(|(way, _)| way.eq_ignore_ascii_case("bearer"));
    let Some(shown) = text.and_then(|(_, text)| token::Shown::read(text)) else { return stranger(app, from) };
    let mut tx = app.store.begin(cause.clone()).await?;
    let Some((token, kept)) = tokens::find(&mut tx, shown.id).await? else { return stranger(app, from) };
    if !shown.opens(&kept) {
        return stranger(app, from);
    }
    app.take_upload_of(token.id).map_err(Refusal::Wait)?;
    let is_good = tokens::used(&mut tx, token.id).await?;
    if !is_good {
        let words = format!("a list handed in with the token {}, which was revoked or has ended", token.id);
        tx.note_refused("create", Class::List.code(), token.site_id.into(), &words);
    }
    tx.commit().await?;
    if is_good { Ok(token) } else { Err(Refusal::Ended) }
}

/// Who shows no token that we know has few tries. They are counted apart from those to sign in: a program that is set
/// up wrongly, behind the proxy that everybody comes through, locks nobody out.
fn stranger<T>(app: &App, from: &str) -> Result<T, Refusal> {
    let tries = app.take_sign_in(&format!("token {from}"));
    Err(if tries.is_err() { Refusal::Wait(std::time::Duration::from_mins(1)) } else { Refusal::NoToken })
}

async fn incoming(app: &App, request: Request, today: NaiveDate) -> Result<Incoming, Refusal> {
    let said = Query::<Said>::try_from_uri(request.uri()).map(|Query(said)| said).unwrap_or_default();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let upload = if kind.trim_start().to_ascii_lowercase().starts_with("multipart/") {
        Upload::from_request(request, app).await
    } else {
        raw(request).await
    };
    let upload = match upload {
        Ok(upload) => upload,
        Err(Problem::TooLarge) => {
            let file = Incoming::file(said.name.as_deref().unwrap_or_default(), Vec::new());
            return Ok(Incoming { size: LARGEST_UPLOAD as u64 + 1, ..file });
        }
        Err(_) => return Err(Refusal::NoBody),
    };
    let name = said.name.as_deref().or(upload.fields.given("name")).unwrap_or(&upload.file_name);
    let date = said.date.as_deref().or(upload.fields.given("date")).filter(|text| !text.is_empty());
    let day = date.map(|text| parse_date(text, today)).transpose().map_err(|error| Refusal::Date(error.to_string()))?;
    Ok(Incoming { day, ..Incoming::file(name, upload.bytes) })
}

/// A body that is the file.
async fn raw(request: Request) -> Result<Upload, Problem> {
    let (parts, body) = request.into_parts();
    let disposition = parts.headers.get(header::CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
    let file_name = disposition.and_then(file_name).unwrap_or_default();
    let bytes = to_bytes(body, LARGEST_UPLOAD).await.map_err(|_| Problem::TooLarge)?.to_vec();
    Ok(Upload { file_name, bytes, ..Upload::default() })
}

/// The name in `Content-Disposition: attachment; filename="list.csv"`.
fn file_name(disposition: &str) -> Option<String> {
    let (_, rest) = disposition.split_once("filename=")?;
    let name = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split(';').next(),
    };
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// What a program is told of a list: figures, and nothing of anybody.
fn told(receipt: &Receipt, site: SiteId) -> Json<serde_json::Value> {
    let reading = &receipt.reading;
    let notices: Vec<String> = reading.notices.iter().map(ToString::to_string).collect();
    Json(json!({
        "id": receipt.id,
        "site": site,
        "kind": receipt.kind,
        "format": reading.format,
        "list_date": receipt.list_date,
        "state": receipt.state,
        "rows_in": reading.rows_in,
        "entries": reading.entries.len(),
        "rejected": reading.rejected.len(),
        "set_aside": reading.set_aside.len(),
        "notices": notices,
        "waiting_at": format!("/lists/{}/review", receipt.id),
    }))
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn the_name_of_a_file_is_read_from_its_header() {
        for (header, name) in [
            ("attachment; filename=\"list of today.csv\"", Some("list of today.csv")),
            ("attachment; filename=list.csv; size=3", Some("list.csv")),
            ("attachment; filename=\"\"", None),
            ("inline", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }
}
