//! Signing in and out: password, second factor, lock and unlock.
//!
//! A wrong address and a wrong password answer alike and take equally long. After five failures
//! an address waits a quarter of an hour. A session that was not used for a while is locked, not
//! ended: the page stays in the window, and the password reopens it.

use crate::{Answer, App, Fields, Problem, SignedIn, security};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use chrono::Duration;
use minijinja::context;
use std::net::SocketAddr;
use std::sync::OnceLock;
use throughline_domain::time::Instant;
use throughline_store::Cause;
use throughline_store::sessions::{self, Session, Stage};
use throughline_store::users::{self, Secrets, User};

/// Failures after which an address waits.
const FAILURES: i64 = 5;

/// How long it waits.
const WAIT_MINUTES: i64 = 15;

/// How long a session lasts whatever happens: a shift and its handover.
const LONGEST_SESSION_HOURS: i64 = 12;

/// The pages of signing in.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-in/code", get(code_page).post(code))
        .route("/sign-in/set-up", get(set_up_page).post(set_up))
        .route("/sign-out", post(sign_out))
        .route("/lock", post(lock))
        .route("/locked", get(locked_page))
        .route("/unlock", post(unlock))
        .route("/session", get(whose))
        .route("/session/ping", post(stay))
}

/// Argon2id with OWASP's second recommended setting: 19 MiB, two passes.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within the algorithm's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The Argon2id hash of a password, in PHC form.
///
/// # Panics
/// When the operating system gives no randomness.
pub fn hash_password(password: &str) -> String {
    argon2().hash_password(password.as_bytes()).expect("a password can be hashed").to_string()
}

async fn password_is_right(password: String, hash: Option<String>) -> bool {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    let known = hash.is_some();
    let check = move || {
        // An unknown address costs the same work as a known one.
        let hash = hash.unwrap_or_else(|| NOBODYS.get_or_init(|| hash_password("nobody's password")).clone());
        PasswordHash::new(&hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
    };
    tokio::task::spawn_blocking(check).await.unwrap_or(false) && known
}

fn cause(app: &App, user: Option<&User>) -> Cause {
    Cause { actor: user.map(User::actor), at: app.now(), request: security::reference() }
}

/// A page with one field; 422 when something is wrong with it, so that nobody takes it for success.
fn page(
    app: &App,
    signed_in: Option<&SignedIn>,
    name: &str,
    error: Option<(&str, &str)>,
    values: minijinja::Value,
) -> Answer {
    let errors = error.map(|(field_name, message)| vec![context! { field_name, message }]);
    let status = if errors.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let values = context! { errors, ..values };
    Ok((status, Html(app.pages.page(name, &crate::cx::shell(app, signed_in, ""), values)?)).into_response())
}

/// What somebody reads who has to wait.
fn wait_words() -> String {
    format!("There were {FAILURES} wrong tries. Wait {WAIT_MINUTES} minutes, or ask an administrator")
}

async fn sign_in_page(State(app): State<App>, signed_in: Option<Extension<SignedIn>>) -> Answer {
    if let Some(Extension(signed_in)) = &signed_in
        && signed_in.session.stage == Stage::Open
    {
        return Ok(Redirect::to(crate::cx::first_page(&signed_in.user.actor())).into_response());
    }
    draw_sign_in(&app, signed_in.as_deref(), "", None)
}

fn draw_sign_in(app: &App, signed_in: Option<&SignedIn>, email: &str, error: Option<(&str, &str)>) -> Answer {
    let values = context! { heading => "Sign in", email, demo_sign_ins => &app.settings.demo_sign_ins };
    // A session that is locked or owes its second factor has a token, which the form must carry.
    page(app, signed_in, "account/sign_in.html", error, values)
}

async fn sign_in(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    signed_in: Option<Extension<SignedIn>>,
    fields: Fields,
) -> Answer {
    app.take_sign_in(&from.ip().to_string())?;
    let signed_in = signed_in.as_deref();
    let (email, password) = (fields.text("email").trim(), fields.text("password"));
    if email.is_empty() {
        return draw_sign_in(&app, signed_in, email, Some(("email", "Enter your email address")));
    }
    if password.is_empty() {
        return draw_sign_in(&app, signed_in, email, Some(("password", "Enter your password")));
    }
    let (found, failures) = {
        let mut read = app.store.read().await?;
        let since = app.now() - Duration::minutes(WAIT_MINUTES);
        (users::for_sign_in(&mut read, email).await?, sessions::failures_since(&mut read, email, since).await?)
    };
    if failures >= FAILURES {
        return draw_sign_in(&app, signed_in, email, Some(("email", &wait_words())));
    }
    let hash = found.as_ref().map(|(_, secrets)| secrets.password_hash.clone());
    let right = password_is_right(password.to_owned(), hash).await;
    if let Some((user, secrets)) = found.filter(|(user, _)| right && user.may_sign_in(app.now())) {
        return start_session(&app, &user, &secrets).await;
    }
    let mut tx = app.store.begin(cause(&app, None)).await?;
    sessions::note_attempt(&mut tx, email, false).await?;
    tx.commit().await?;
    draw_sign_in(&app, signed_in, email, Some(("email", "The email address or the password is wrong")))
}

/// A new session with a new token at each step: one that somebody planted is worth nothing.
async fn start_session(app: &App, user: &User, secrets: &Secrets) -> Answer {
    let token = security::token();
    let session = Session {
        id: security::hash(&token),
        user_id: user.id,
        site_id: user.sites.first().copied(),
        csrf: security::token(),
        stage: Stage::SecondFactor,
        seen_at: app.now(),
        expires_at: app.now() + Duration::hours(LONGEST_SESSION_HOURS),
    };
    let mut tx = app.store.begin(cause(app, Some(user))).await?;
    sessions::start(&mut tx, &session).await?;
    tx.commit().await?;
    let next = if secrets.totp_secret.is_some() { "/sign-in/code" } else { "/sign-in/set-up" };
    Ok(([security::set_cookie(Some(&token), app.settings.secure_cookies)], Redirect::to(next)).into_response())
}

/// The user whose password was right and whose second factor is owed.
async fn waiting(app: &App, signed_in: Option<Extension<SignedIn>>) -> Result<(SignedIn, Secrets), Problem> {
    let Extension(signed_in) = signed_in.ok_or(Problem::SignIn)?;
    if signed_in.session.stage != Stage::SecondFactor {
        return Err(Problem::SignIn);
    }
    let mut read = app.store.read().await?;
    let found = users::for_sign_in(&mut read, &signed_in.user.email).await?;
    let (_, secrets) = found.ok_or(Problem::SignIn)?;
    Ok((signed_in, secrets))
}

fn totp(secret: &[u8]) -> Option<totp_rs::Totp> {
    totp_rs::Builder::new().with_secret(secret.to_vec()).build().ok()
}

fn seconds(now: Instant) -> u64 {
    u64::try_from(now.timestamp()).unwrap_or_default()
}

async fn code_page(State(app): State<App>, signed_in: Option<Extension<SignedIn>>) -> Answer {
    let (signed_in, secrets) = waiting(&app, signed_in).await?;
    draw_code(&app, &signed_in, &secrets, None)
}

fn draw_code(app: &App, signed_in: &SignedIn, secrets: &Secrets, error: Option<&str>) -> Answer {
    // In the demo nobody has an authenticator for invented people: the page shows the code.
    let shown = secrets.totp_secret.as_deref().filter(|_| app.settings.demo).and_then(totp);
    let demo_code = shown.map(|totp| totp.generate(seconds(app.now())).to_string());
    let values = context! { heading => "Enter your 6-digit code", demo_code };
    page(app, Some(signed_in), "account/code.html", error.map(|message| ("code", message)), values)
}

async fn code(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    signed_in: Option<Extension<SignedIn>>,
    fields: Fields,
) -> Answer {
    app.take_sign_in(&from.ip().to_string())?;
    let (signed_in, secrets) = waiting(&app, signed_in).await?;
    let typed: String = fields.text("code").chars().filter(char::is_ascii_digit).collect();
    let step = secrets.totp_secret.as_deref().and_then(totp).and_then(|totp| totp.check(&typed, seconds(app.now())));
    let Some(step) = step else {
        return wrong_code(
            &app,
            &signed_in,
            &secrets,
            "That code is wrong or too old: enter the one that is shown now",
        )
        .await;
    };
    let mut tx = app.store.begin(cause(&app, Some(&signed_in.user))).await?;
    let fresh = users::use_totp_step(&mut tx, signed_in.user.id, i64::try_from(step).unwrap_or(i64::MAX)).await?;
    // Demo people share accounts, so their codes may be used more than once in half a minute.
    if !fresh && !app.settings.demo {
        drop(tx);
        return wrong_code(&app, &signed_in, &secrets, "That code was used before: wait for the next one").await;
    }
    open_session(&app, tx, &signed_in).await
}

async fn wrong_code(app: &App, signed_in: &SignedIn, secrets: &Secrets, words: &str) -> Answer {
    let mut tx = app.store.begin(cause(app, None)).await?;
    sessions::note_attempt(&mut tx, &signed_in.user.email, false).await?;
    let since = app.now() - Duration::minutes(WAIT_MINUTES);
    if sessions::failures_since(&mut tx, &signed_in.user.email, since).await? >= FAILURES {
        sessions::end(&mut tx, &signed_in.session.id).await?;
    }
    tx.commit().await?;
    draw_code(app, signed_in, secrets, Some(words))
}

async fn open_session(app: &App, mut tx: throughline_store::Tx, signed_in: &SignedIn) -> Answer {
    let token = security::token();
    let session = Session {
        id: security::hash(&token),
        csrf: security::token(),
        stage: Stage::Open,
        seen_at: app.now(),
        ..signed_in.session.clone()
    };
    sessions::end(&mut tx, &signed_in.session.id).await?;
    sessions::start(&mut tx, &session).await?;
    sessions::note_attempt(&mut tx, &signed_in.user.email, true).await?;
    tx.note_act("view", "users", throughline_policy::Subject::default(), "signed in");
    tx.commit().await?;
    let first = crate::cx::first_page(&signed_in.user.actor());
    Ok(([security::set_cookie(Some(&token), app.settings.secure_cookies)], Redirect::to(first)).into_response())
}

async fn set_up_page(State(app): State<App>, signed_in: Option<Extension<SignedIn>>) -> Answer {
    let (signed_in, secrets) = waiting(&app, signed_in).await?;
    if secrets.totp_secret.is_some() {
        return Err(Problem::SignIn);
    }
    draw_set_up(&app, &signed_in, None)
}

/// The secret offered at set-up. It follows from the session's token, so that the page and its
/// answer agree without keeping an unconfirmed secret anywhere.
fn offered_secret(signed_in: &SignedIn) -> Vec<u8> {
    let seed = [&signed_in.session.id[..], signed_in.session.csrf.as_bytes(), b"second factor"].concat();
    security::hash(&throughline_audit::hex(&seed))[..20].to_vec()
}

fn draw_set_up(app: &App, signed_in: &SignedIn, error: Option<&str>) -> Answer {
    let secret = totp(&offered_secret(signed_in)).map(|totp| totp.secret().to_base32()).ok_or(Problem::Failed)?;
    let account = signed_in.user.email.replace('@', "%40");
    let address = format!("otpauth://totp/Throughline:{account}?secret={secret}&issuer=Throughline");
    let code = qrcode::QrCode::new(address.as_bytes()).map_err(|_| Problem::Failed)?;
    let picture = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(200, 200).build();
    let picture = picture.split_once("?>").map_or(picture.as_str(), |(_, svg)| svg);
    let values = context! {
        heading => "Set up your second factor",
        secret,
        picture => minijinja::Value::from_safe_string(picture.to_owned()),
    };
    page(app, Some(signed_in), "account/set_up.html", error.map(|message| ("code", message)), values)
}

async fn set_up(State(app): State<App>, signed_in: Option<Extension<SignedIn>>, fields: Fields) -> Answer {
    let (signed_in, secrets) = waiting(&app, signed_in).await?;
    if secrets.totp_secret.is_some() {
        return Err(Problem::SignIn);
    }
    let secret = offered_secret(&signed_in);
    let typed: String = fields.text("code").chars().filter(char::is_ascii_digit).collect();
    if totp(&secret).and_then(|totp| totp.check(&typed, seconds(app.now()))).is_none() {
        return draw_set_up(&app, &signed_in, Some("That code is wrong: enter the one that your app shows now"));
    }
    let mut tx = app.store.begin(cause(&app, Some(&signed_in.user))).await?;
    users::set_totp(&mut tx, signed_in.user.id, Some(secret)).await?;
    open_session(&app, tx, &signed_in).await
}

async fn sign_out(State(app): State<App>, signed_in: Option<Extension<SignedIn>>, _fields: Fields) -> Answer {
    if let Some(Extension(signed_in)) = signed_in {
        let mut tx = app.store.begin(cause(&app, Some(&signed_in.user))).await?;
        sessions::end(&mut tx, &signed_in.session.id).await?;
        tx.commit().await?;
    }
    Ok(([security::set_cookie(None, app.settings.secure_cookies)], Redirect::to("/sign-in")).into_response())
}

async fn lock(State(app): State<App>, signed_in: Option<Extension<SignedIn>>, _fields: Fields) -> Answer {
    let Extension(signed_in) = signed_in.ok_or(Problem::SignIn)?;
    set_stage(&app, &signed_in, Stage::Locked).await?;
    Ok(Redirect::to("/locked").into_response())
}

async fn set_stage(app: &App, signed_in: &SignedIn, stage: Stage) -> Result<(), Problem> {
    // A session whose second factor is owed can be neither locked nor unlocked into an open one.
    if signed_in.session.stage == Stage::SecondFactor {
        return Err(Problem::SignIn);
    }
    let mut tx = app.store.begin(cause(app, Some(&signed_in.user))).await?;
    sessions::set_stage(&mut tx, &signed_in.session.id, stage).await?;
    Ok(tx.commit().await?)
}

/// Where to go after unlocking.
#[derive(Debug, serde::Deserialize)]
struct GoingTo {
    #[serde(default)]
    to: String,
}

async fn locked_page(
    State(app): State<App>,
    signed_in: Option<Extension<SignedIn>>,
    Query(going): Query<GoingTo>,
) -> Answer {
    let Extension(signed_in) = signed_in.ok_or(Problem::SignIn)?;
    draw_locked(&app, &signed_in, &going.to, None)
}

fn draw_locked(app: &App, signed_in: &SignedIn, to: &str, error: Option<&str>) -> Answer {
    let values =
        context! { heading => "Throughline is locked", name => signed_in.user.name, to => security::safe_path(to) };
    page(app, Some(signed_in), "account/locked.html", error.map(|message| ("password", message)), values)
}

/// Unlocks with the password: from the page of its own, or from the script over the locked page.
async fn unlock(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    signed_in: Option<Extension<SignedIn>>,
    fields: Fields,
) -> Answer {
    app.take_sign_in(&from.ip().to_string())?;
    let Extension(signed_in) = signed_in.ok_or(Problem::SignIn)?;
    let email = signed_in.user.email.clone();
    let (found, failures) = {
        let mut read = app.store.read().await?;
        let since = app.now() - Duration::minutes(WAIT_MINUTES);
        (users::for_sign_in(&mut read, &email).await?, sessions::failures_since(&mut read, &email, since).await?)
    };
    let hash = found.map(|(_, secrets)| secrets.password_hash);
    let by_script = headers.contains_key("x-csrf-token");
    let wrong = match try_password(&app, &email, failures, fields.text("password"), hash).await? {
        Tried::Right => None,
        Tried::Wrong if by_script => return Err(Problem::Invalid("That password is wrong".into())),
        Tried::MustWait if by_script => return Err(Problem::TooMany),
        Tried::Wrong => Some("That password is wrong".to_owned()),
        Tried::MustWait => Some(wait_words()),
    };
    if let Some(words) = wrong {
        return draw_locked(&app, &signed_in, fields.text("to"), Some(&words));
    }
    set_stage(&app, &signed_in, Stage::Open).await?;
    if by_script {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Redirect::to(security::safe_path(fields.text("to"))).into_response())
}

/// What came of a password that was to unlock.
enum Tried {
    Right,
    Wrong,
    /// There were too many wrong ones: a right one would look wrong until the wait is over, so that is what is said.
    MustWait,
}

/// Tries a password, and notes it. A right one ends the count of wrong tries, as at sign-in.
async fn try_password(
    app: &App,
    email: &str,
    failures: i64,
    password: &str,
    hash: Option<String>,
) -> Result<Tried, Problem> {
    if failures >= FAILURES {
        return Ok(Tried::MustWait);
    }
    let right = password_is_right(password.to_owned(), hash).await;
    let mut tx = app.store.begin(cause(app, None)).await?;
    sessions::note_attempt(&mut tx, email, right).await?;
    tx.commit().await?;
    Ok(if right { Tried::Right } else { Tried::Wrong })
}

/// Whose session it is now, with its token: a page whose session ended goes on when the same user signed in again in
/// another window, and stays closed to everybody else. It does not keep the session awake.
async fn whose(signed_in: Option<Extension<SignedIn>>) -> Result<Response, Problem> {
    let Extension(signed_in) = signed_in.ok_or(Problem::SignIn)?;
    match signed_in.session.stage {
        Stage::SecondFactor => Err(Problem::SignIn),
        Stage::Locked => Err(Problem::Locked),
        Stage::Open => {
            let body = serde_json::json!({ "user": signed_in.user.id, "csrf_token": signed_in.session.csrf });
            Ok(axum::Json(body).into_response())
        }
    }
}

/// "Stay signed in": notes that the user is there.
async fn stay(
    State(app): State<App>,
    signed_in: Option<Extension<SignedIn>>,
    _fields: Fields,
) -> Result<Response, Problem> {
    let Extension(signed_in) = signed_in.ok_or(Problem::SignIn)?;
    if signed_in.session.stage != Stage::Open {
        return Err(Problem::Locked);
    }
    crate::cx::note_active(&app, &signed_in).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
