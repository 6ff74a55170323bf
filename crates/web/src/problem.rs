//! What can go wrong, in words for the page.

use crate::fields::{Brought, Sent};
use crate::page::PageError;
use crate::{App, SignedIn};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use throughline_store::{Error as StoreError, Refused};

/// Everything that can stop a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such page, or it is not for this user: the two answer alike.
    #[error("Page not found")]
    NotFound,
    /// Not signed in, or not any more.
    #[error("Not saved: you are signed out")]
    SignIn,
    /// The session is locked.
    #[error("Not saved: Throughline is locked")]
    Locked,
    /// Somebody else changed it first.
    #[error("Somebody else changed this while you were working on it")]
    Stale,
    /// The form's token is missing or of another session.
    #[error("This form is no longer valid")]
    Token,
    /// The form was made for another person than whose record it would change.
    #[error("This page is not of the person whose record this is")]
    WrongPerson,
    /// What was sent is too large.
    #[error("This file is too large")]
    TooLarge,
    /// What was sent cannot be understood: the words say why.
    #[error("{0}")]
    Invalid(String),
    /// Too many tries.
    #[error("Too many tries: wait a minute and try again")]
    TooMany,
    /// The act was done before: this is where its answer led.
    #[error("Done before")]
    DoneBefore(String),
    /// The disk is full.
    #[error("Nothing was saved: the server's disk is full")]
    DiskFull,
    /// The server failed; the cause is in its log.
    #[error("Sorry, something went wrong")]
    Failed,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale => Self::Stale,
            StoreError::NotAlone => Self::Invalid(error.to_string()),
            StoreError::DiskFull => Self::DiskFull,
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::Failed
            }
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Denied(_) => Self::NotFound,
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        tracing::error!(page = error.name, cause = ?error.cause, "a page could not be drawn");
        Self::Failed
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn | Self::DoneBefore(_) => StatusCode::SEE_OTHER,
            Self::Locked => StatusCode::LOCKED,
            Self::Stale => StatusCode::CONFLICT,
            Self::Token => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid(_) | Self::WrongPerson => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The status of its page: a page leads nowhere by itself.
    fn page_status(&self) -> StatusCode {
        if *self == Self::SignIn { StatusCode::UNAUTHORIZED } else { self.status() }
    }

    /// What the user can do about it.
    fn advice(&self) -> &'static str {
        match self {
            Self::NotFound => {
                "There is no such page, or it is not one you may open. If you expected to see a person here, they may not be on your list or caseload: search for them, or ask your team leader."
            }
            Self::Stale => {
                "Nothing of yours was saved over theirs. Open the page again, see what they changed, and add what is missing."
            }
            Self::WrongPerson => {
                "Nothing was saved. Check in the banner whose record you have open, open it again from the list or the search, and add there what you typed."
            }
            Self::Token => "You may have signed in again in another window. Go back, reload the page and try again.",
            Self::TooLarge => {
                "The largest list that can be read is 20 MB. Ask for the list without pictures or scans, or split it."
            }
            Self::TooMany => "This protects accounts from being guessed.",
            Self::DiskFull => {
                "Ring the help number below, and try again when it is mended. A record cannot be opened either until then: who looked could not be written."
            }
            Self::Failed => {
                "Nothing was saved. Try again. If it happens again, ring the help number below and quote the reference."
            }
            Self::Invalid(_) => "Go back and put it right. Nothing was saved.",
            Self::SignIn => {
                "Your session ended before this was sent. Copy what you wrote, sign in, open the page again and add it there."
            }
            Self::Locked => {
                "The session was locked before this was sent. Copy what you wrote, unlock, open the page again and add it there."
            }
            Self::DoneBefore(_) => "",
        }
    }
}

impl Problem {
    /// Whether the very same form may go through a moment later.
    fn may_pass_later(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Failed | Self::TooMany)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = match &self {
            Self::DoneBefore(location) => Redirect::to(location).into_response(),
            other => other.status().into_response(),
        };
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer to an address that is nobody's.
pub(crate) async fn no_such_page() -> Problem {
    Problem::NotFound
}

/// Draws the page of a problem around the bare status that a handler answered with.
pub(crate) async fn show(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let brought = Brought::default();
    request.extensions_mut().insert(brought.clone());
    let signed_in = request.extensions().get::<SignedIn>().cloned();
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_none_or(|accept| accept.contains("html"));
    let path = request.uri().path().to_owned();
    let is_read = request.method() == Method::GET;
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    if !wants_page || matches!(problem, Problem::DoneBefore(_)) {
        return response;
    }
    let sent = brought.take();
    match problem {
        // A page is not needed by who wrote nothing: they sign in, or unlock, and come back.
        Problem::SignIn if sent.texts().is_empty() => Redirect::to("/sign-in").into_response(),
        Problem::Locked if sent.texts().is_empty() => {
            let back = if is_read { crate::security::safe_path(&path) } else { "/" };
            Redirect::to(&format!("/locked?to={back}")).into_response()
        }
        problem => draw(&app, signed_in.as_ref(), &problem, &path, &sent),
    }
}

/// Fields that no page shows or sends again.
const SECRET: &[&str] = &["password", "code", "csrf_token"];

/// Fields that hold no writing: what was looked for, and where to come back to.
const NO_WRITING: &[&str] = &["q", "to"];

/// Whether a value is empty, a code of a list or an id: it says nothing to who would have to write it again.
fn is_code(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
}

impl Sent {
    /// What its writer would have to write again, in the order of the form.
    fn texts(&self) -> Vec<String> {
        let is_writing = |name: &str| !name.starts_with('_') && !SECRET.contains(&name) && !NO_WRITING.contains(&name);
        let told = self.fields.pairs().filter(|(name, _)| is_writing(name));
        told.map(|(_, value)| value.trim().to_owned()).filter(|text| !is_code(text)).collect()
    }
}

/// Where the page of a problem leads, in words.
fn way_on(problem: &Problem) -> Value {
    match problem {
        Problem::SignIn => context! { href => "/sign-in", text => "Sign in" },
        Problem::Locked => context! { href => "/locked?to=/", text => "Unlock" },
        _ => context! { href => "/", text => "Go to the first page" },
    }
}

fn draw(app: &App, signed_in: Option<&SignedIn>, problem: &Problem, path: &str, sent: &Sent) -> Response {
    let shell = crate::cx::shell(app, signed_in, "");
    let reference = signed_in.map(|signed_in| signed_in.request.clone()).unwrap_or_default();
    let told: Vec<(String, String)> =
        sent.fields.pairs().filter(|(name, _)| !SECRET.contains(&name.as_str())).collect();
    let has_secret = sent.fields.given("password").or_else(|| sent.fields.given("code")).is_some();
    let texts = sent.texts();
    let again = (problem.may_pass_later() && !told.is_empty() && !has_secret && !sent.file)
        .then(|| context! { action => path, takes_file => sent.takes_file, fields => told });
    let values = context! { heading => problem.to_string(), advice => problem.advice(), reference, texts, again, file => sent.file, way_on => way_on(problem) };
    match app.pages.page("problem.html", &shell, values) {
        Ok(html) => (problem.page_status(), axum::response::Html(html)).into_response(),
        Err(error) => {
            tracing::error!(cause = ?error.cause, "the page of a problem could not be drawn");
            (problem.status(), problem.to_string()).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_is_told_from_codes_and_ids() {
        for code in ["", "self_harm", "2", "0199e5a2-7c1e-7f3a-9d2b-5a6c7d8e9f00"] {
            assert!(is_code(code), "{code}");
        }
        for text in ["Homeless", "26/11/2026", "she said so", "éloi", "no."] {
            assert!(!is_code(text), "{text}");
        }
    }
}
