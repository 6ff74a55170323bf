//! Style, scripts and icons: our own from `web/assets` and the fetched ones from `vendor/assets`,
//! inside the binary (read from disk in a debug build, so that a change shows on reload).
//!
//! Every address holds a fingerprint of all assets together (`/assets/3f9a…/app.js`), so a
//! browser keeps a file for a year and still never uses an old one; and because the fingerprint
//! is a folder, a script may import its neighbour by a relative name.

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// What a page may load and where it may send: its own host only; nothing inline, no frames.
/// Each answer of the server carries it as `Content-Security-Policy`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/assets"]
struct Ours;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../vendor/assets"]
struct Fetched;

/// The bytes of an asset, ours before the fetched one of the same name.
pub fn read(path: &str) -> Option<Cow<'static, [u8]>> {
    Ours::get(path).or_else(|| Fetched::get(path)).map(|file| file.data)
}

/// The address of an asset in a page, `/assets/<fingerprint>/<path>`; `None` when there is no
/// such asset.
pub fn address(path: &str) -> Option<String> {
    read(path).map(|_| format!("/assets/{}/{path}", fingerprint()))
}

/// Sixteen hexadecimal digits over the names and bytes of all assets.
#[cfg(not(debug_assertions))]
pub fn fingerprint() -> String {
    static ONCE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    ONCE.get_or_init(taken_fingerprint).clone()
}

/// Sixteen hexadecimal digits over the names and bytes of all assets. A debug build takes it
/// again when a file has changed.
#[cfg(debug_assertions)]
pub fn fingerprint() -> String {
    static LAST: std::sync::Mutex<Option<(u64, String)>> = std::sync::Mutex::new(None);
    let newest = newest_change();
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match last.as_ref() {
        Some((when, fingerprint)) if *when == newest => fingerprint.clone(),
        _ => {
            let fingerprint = taken_fingerprint();
            *last = Some((newest, fingerprint.clone()));
            fingerprint
        }
    }
}

/// Seconds since 1970 at which an asset last changed on disk.
#[cfg(debug_assertions)]
fn newest_change() -> u64 {
    let ours = Ours::iter().filter_map(|path| Ours::get(&path));
    let fetched = Fetched::iter().filter_map(|path| Fetched::get(&path));
    ours.chain(fetched).filter_map(|file| file.metadata.last_modified()).max().unwrap_or_default()
}

fn taken_fingerprint() -> String {
    let names: BTreeSet<Cow<'static, str>> = Ours::iter().chain(Fetched::iter()).collect();
    let mut hash = Sha256::new();
    for name in &names {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(read(name).unwrap_or_default());
    }
    hash.finalize().iter().take(8).fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// The route that serves the assets, for any state of the router.
pub fn routes<S: Clone + Send + Sync + 'static>() -> axum::Router<S> {
    axum::Router::new().route("/assets/{fingerprint}/{*path}", get(serve))
}

async fn serve(Path((asked, path)): Path<(String, String)>) -> Response {
    let Some(bytes) = read(&path) else {
        return (StatusCode::NOT_FOUND, "There is no such file").into_response();
    };
    // A page drawn by another version of the server may ask with its own fingerprint: it gets
    // the file, and does not keep it.
    let keep = if asked == fingerprint() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type(&path))),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, Body::from(bytes.into_owned())).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use tower::ServiceExt;

    async fn ask(path: &str) -> Response {
        let request = Request::get(path).body(Body::empty()).expect("the path is one");
        routes::<()>().oneshot(request).await.expect("the route answers")
    }

    fn header_of(answer: &Response, name: header::HeaderName) -> &str {
        answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_a_year_under_its_fingerprint() {
        for (path, kind) in [
            ("throughline.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("nhsuk-frontend.min.js", "text/javascript; charset=utf-8"),
            ("images/nhsuk-icon-cross.svg", "image/svg+xml"),
        ] {
            let answer = ask(&address(path).expect(path)).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(header_of(&answer, header::CONTENT_TYPE), kind);
            assert_eq!(header_of(&answer, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        }
    }

    #[tokio::test]
    async fn a_page_of_another_version_gets_the_file_but_does_not_keep_it() {
        let answer = ask("/assets/0000000000000000/app.js").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(header_of(&answer, header::CACHE_CONTROL), "no-cache");
    }

    #[tokio::test]
    async fn what_is_not_an_asset_is_not_there() {
        assert_eq!(address("nothing.js"), None);
        for path in ["/assets/0/nothing.js", "/assets/0/../Cargo.toml", "/assets/0/%2e%2e/%2e%2e/Cargo.toml"] {
            assert_eq!(ask(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn no_asset_names_an_address_of_another_host() {
        for name in Ours::iter().chain(Fetched::iter()).filter(|name| name.ends_with(".css") || name.ends_with(".js")) {
            let bytes = read(&name).expect("it was listed");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("https://"), "{name}");
            assert!(!text.contains("@font-face"), "{name}");
        }
    }
}
