//! What guards every request: cookies, headers, same-site posts, and figures without identifiers.

use crate::Problem;
use crate::assets::CONTENT_SECURITY_POLICY;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rand::{Rng, RngExt};
use sha2::{Digest, Sha256};
use std::time::Instant;

const COOKIE: &str = "throughline";

/// The cookie's name: `__Host-` binds it to this host and to TLS; a loopback demo has no TLS.
fn cookie_name(secure: bool) -> String {
    if secure { format!("__Host-{COOKIE}") } else { COOKIE.to_owned() }
}

/// The value of the session's cookie.
pub(crate) fn session_cookie(headers: &HeaderMap, secure: bool) -> Option<String> {
    let name = cookie_name(secure);
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// The header that sets the session's cookie, or ends it when there is no token.
pub(crate) fn set_cookie(token: Option<&str>, secure: bool) -> (HeaderName, HeaderValue) {
    let name = cookie_name(secure);
    let flags = if secure { "; Secure" } else { "" };
    let text = match token {
        Some(token) => format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{flags}"),
        None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{flags}"),
    };
    (header::SET_COOKIE, HeaderValue::from_str(&text).expect("a token is letters and digits"))
}

/// 256 bits from the operating system's generator, in hexadecimal.
pub(crate) fn token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    throughline_audit::hex(&bytes)
}

/// The SHA-256 of a token: what the database keeps of it.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A request's reference as it is read out on the telephone: `7F3K-22`.
pub(crate) fn reference() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXY3467";
    let mut rng = rand::rng();
    let mut part =
        |n: usize| (0..n).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect::<String>();
    format!("{}-{}", part(4), part(2))
}

/// Whether a request is the page's own, not its user's: it does not keep a session awake.
pub(crate) fn is_background(path: &str) -> bool {
    path.ends_with("/events") || path.ends_with("/fragment")
}

/// A path of this site to come back to; anything else is the start page.
pub(crate) fn safe_path(path: &str) -> &str {
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
    if path.starts_with('/') && !path.starts_with("//") && plain { path } else { "/" }
}

/// Refuses a change that another site's page started.
pub(crate) async fn same_site_only(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_same_site(request.headers()) {
        return next.run(request).await;
    }
    Problem::Token.into_response()
}

fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        // A program, not a browser: it sends no cookie of its own accord.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// Sets the headers that every answer carries.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    set("content-security-policy", CONTENT_SECURITY_POLICY);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    set("strict-transport-security", "max-age=31536000; includeSubDomains");
    if !is_asset {
        set("cache-control", "no-store");
    }
    response
}

/// Counts and times requests by route (never by address: an address names a person's record).
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let method = request.method().as_str().to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    tracing::info!(
        route,
        method,
        status,
        ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    metrics::histogram!("throughline_request_seconds", "route" => route, "method" => method, "status" => status)
        .record(start.elapsed().as_secs_f64());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_gone_back_to() {
        assert_eq!(safe_path("/people/x-1"), "/people/x-1");
        for path in ["//evil.example", "https://evil.example", "/a?b", "x", "/a\r\nb"] {
            assert_eq!(safe_path(path), "/", "{path}");
        }
    }

    #[test]
    fn a_post_from_another_site_is_refused() {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("127.0.0.1:8080"));
        headers.insert("origin", HeaderValue::from_static("https://evil.example"));
        assert!(!is_same_site(&headers));
        headers.insert("origin", HeaderValue::from_static("http://127.0.0.1:8080"));
        assert!(is_same_site(&headers));
        headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
        assert!(!is_same_site(&headers));
    }
}
