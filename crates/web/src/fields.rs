//! A submitted form, and an uploaded file: read whole, token checked, nothing dropped.

use crate::{App, Problem, SignedIn};
use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_domain::ids::PersonId;

/// The largest form: a long assessment is some hundred kilobytes.
const LARGEST_FORM: usize = 4 * 1024 * 1024;

/// The largest upload that is read to its end; the readers of lists have their own, lower limit.
pub const LARGEST_UPLOAD: usize = 24 * 1024 * 1024;

/// A submitted form whose token was checked.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// What an address asks with, read like a form.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self(parse(query.unwrap_or_default().as_bytes()))
    }

    /// The pairs, as they were sent.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.0.iter().cloned()
    }

    /// The first value of a field, exactly as typed; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The first value of a field without spaces around it, unless nothing is left.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// Every value of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// The version of the row that the form was made from.
    ///
    /// # Errors
    /// [`Problem::Stale`] when the form does not say.
    pub fn version(&self) -> Result<i64, Problem> {
        self.given("version")
            .or_else(|| self.given("base_version"))
            .and_then(|text| text.parse().ok())
            .ok_or(Problem::Stale)
    }

    /// Refuses a form that was made for another person than the one it is about to act on: on a shared
    /// PC with several windows a text must not land in the wrong record (hazard H-02).
    ///
    /// # Errors
    /// [`Problem::WrongPerson`], also when the form does not say whom it was made for.
    pub fn of_person(&self, person: PersonId) -> Result<(), Problem> {
        let of = self.given("of_person").and_then(|text| text.parse::<PersonId>().ok());
        if of == Some(person) { Ok(()) } else { Err(Problem::WrongPerson) }
    }

    /// The key that makes the form's act happen once.
    pub fn key(&self) -> Option<&str> {
        self.given("_key").filter(|key| key.len() <= 64)
    }

    /// Everything as one map for the template, so that a page with errors shows what was typed.
    pub fn typed(&self) -> minijinja::Value {
        self.0
            .iter()
            .map(|(name, value)| (Cow::Borrowed(name.as_str()), minijinja::Value::from(value.as_str())))
            .collect()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Fields {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, LARGEST_FORM).await.map_err(|_| Problem::TooLarge)?;
        let fields = Self(parse(&bytes));
        Brought::keep(&parts.extensions, Sent { fields: fields.clone(), ..Sent::default() });
        let sent = parts
            .headers
            .get("x-csrf-token")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_else(|| fields.text("csrf_token"));
        check_token(parts.extensions.get::<SignedIn>(), sent)?;
        Ok(fields)
    }
}

/// What a request brought, kept for the page of a problem, so that nobody types anything twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brought(Arc<Mutex<Sent>>);

/// The fields of a form, and how they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent {
    pub(crate) fields: Fields,
    /// Whether the form was one that takes a file.
    pub(crate) takes_file: bool,
    /// Whether a file came, which no page can send again.
    pub(crate) file: bool,
}

impl Brought {
    fn keep(parts: &axum::http::Extensions, sent: Sent) {
        if let Some(brought) = parts.get::<Self>() {
            *brought.0.lock().unwrap_or_else(PoisonError::into_inner) = sent;
        }
    }

    /// Keeps the form of a request that is turned away unread. A file is not kept: no page can send it again.
    pub(crate) async fn keep_unread(request: Request) {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        if parts.method != Method::POST || !kind.starts_with(b"application/x-www-form-urlencoded") {
            return;
        }
        if let Ok(bytes) = to_bytes(body, LARGEST_FORM).await {
            Self::keep(&parts.extensions, Sent { fields: Fields(parse(&bytes)), ..Sent::default() });
        }
    }

    /// What came, once.
    pub(crate) fn take(&self) -> Sent {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn check_token(signed_in: Option<&SignedIn>, sent: &str) -> Result<(), Problem> {
    match signed_in {
        Some(signed_in) if signed_in.session.csrf != sent => Err(Problem::Token),
        // Before sign-in there is no session to forge; the same-site rule still holds.
        _ => Ok(()),
    }
}

/// Reads `application/x-www-form-urlencoded`. Line breaks come as CR LF and are kept as LF.
fn parse(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (decode(&pair[..at]), decode(pair.get(at + 1..).unwrap_or_default()))
        })
        .collect()
}

fn decode(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match (byte, tail) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high * 16 + low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            (byte, _) => out.push(*byte),
        }
    }
    // PostgreSQL cannot hold a NUL, and no one types one.
    String::from_utf8_lossy(&out).replace("\r\n", "\n").replace('\0', "\u{fffd}")
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// An uploaded file with the fields beside it, token checked.
#[derive(Debug, Default)]
pub struct Upload {
    /// The fields beside the file.
    pub fields: Fields,
    /// The file's name as the browser told it: for show only.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let signed_in = request.extensions().get::<SignedIn>().cloned();
        let extensions = request.extensions().clone();
        let header = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let multipart = Multipart::from_request(request, app).await;
        let mut multipart = multipart.map_err(|_| Problem::Invalid("Choose a file to bring in".into()))?;
        let mut upload = Self::default();
        while let Some(mut part) = multipart.next_field().await.map_err(|_| Problem::TooLarge)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let mut bytes = Vec::new();
            while let Some(chunk) = part.chunk().await.map_err(|_| Problem::TooLarge)? {
                if bytes.len() + chunk.len() > LARGEST_UPLOAD {
                    return Err(Problem::TooLarge);
                }
                bytes.extend_from_slice(&chunk);
            }
            match file_name {
                Some(file_name) => {
                    upload.file_name = file_name;
                    upload.bytes = bytes;
                }
                None => upload.fields.0.push((name, String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}"))),
            }
        }
        let sent = Sent { fields: upload.fields.clone(), takes_file: true, file: !upload.bytes.is_empty() };
        Brought::keep(&extensions, sent);
        check_token(signed_in.as_ref(), header.as_deref().unwrap_or_else(|| upload.fields.text("csrf_token")))?;
        Ok(upload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_exactly() {
        let fields = Fields(parse(b"note=O%27Brien+%3Cb%3E%0D%0A%E2%9C%93&note=two&empty=&odd=%zz&_key=k"));
        assert_eq!(fields.text("note"), "O'Brien <b>\n\u{2713}");
        assert_eq!(fields.all("note").count(), 2);
        assert_eq!(fields.given("empty"), None);
        assert_eq!(fields.text("odd"), "%zz");
        assert_eq!(fields.key(), Some("k"));
    }
}
