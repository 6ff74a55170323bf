//! Why a program's list is not taken, as problem details (RFC 9457) in plain English.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::time::Duration;
use throughline_inbox::NotRead;
use throughline_lists::ReadError;
use throughline_store::Error;

#[derive(Debug)]
pub(super) enum Refusal {
    /// No token, or none that is known.
    NoToken,
    /// The token was revoked or has ended.
    Ended,
    /// Too many lists, or too many tries.
    Wait(Duration),
    /// The body is not what its type says.
    NoBody,
    /// The day cannot be understood.
    Date(String),
    /// It is no list that can be kept. The people of the site are told.
    NotRead(NotRead),
    /// The disk is full.
    DiskFull,
    /// The server failed; the cause is in its log.
    Failed,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if matches!(error, Error::DiskFull) {
            return Self::DiskFull;
        }
        tracing::error!(%error, "a list that a program handed in could not be kept");
        Self::Failed
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::Ended => StatusCode::UNAUTHORIZED,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NoBody => StatusCode::BAD_REQUEST,
            Self::Date(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotRead(NotRead::Unreadable(ReadError::TooLarge)) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotRead(NotRead::Unreadable(ReadError::NotText { .. } | ReadError::PictureOnly)) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::NotRead(NotRead::ReaderFailed) | Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotRead(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::NoToken | Self::Ended => "This token does not open anything",
            Self::Wait(_) => "Too many requests",
            Self::NoBody | Self::Date(_) => "The request cannot be understood",
            Self::NotRead(_) => "This is no list that Throughline can read",
            Self::DiskFull | Self::Failed => "The list was not kept",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NoToken => "Send the token as \"Authorization: Bearer ...\". An administrator issues one".into(),
            Self::Ended => {
                "This token was revoked, or its last day has passed. Ask an administrator for a new one".into()
            }
            Self::Wait(_) => "Wait as long as Retry-After says, and send it again".into(),
            Self::NoBody => "Send the file as the body, or as the file of a multipart form".into(),
            Self::Date(why) => why.clone(),
            Self::NotRead(why) => format!("{why}. The people of the site are told"),
            Self::DiskFull => "The server's disk is full. Send it again when that is mended".into(),
            Self::Failed => "Nothing was kept. Send it again".into(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = json!({ "title": self.title(), "status": status.as_u16(), "detail": self.detail() });
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"throughline\""));
        }
        if let Self::Wait(wait) = self {
            // Whole seconds, and never too few.
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        response
    }
}
