//! One request of one signed-in user.

use crate::fields::Brought;
use crate::page::{NavItem, Shell, ShellUser};
use crate::{Act, App, Errors, Fields, Problem, security};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use chrono::Duration;
use serde::Serialize;
use throughline_domain::ids::SiteId;
use throughline_domain::time::Instant;
use throughline_policy::{Actor, Class, Context, Decision, Verb, decide};
use throughline_store::organisations::{self, Site};
use throughline_store::sessions::{self, Session, Stage};
use throughline_store::users::{self, User};
use throughline_store::{Cause, Read, Tx};

/// What a handler answers.
pub type Answer = Result<Response, Problem>;

/// Who this request is of.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The user.
    pub user: User,
    /// The sites they work at.
    pub sites: Vec<Site>,
    /// The request's reference, for the log and the page of an error.
    pub request: String,
}

impl SignedIn {
    /// The site the user works at now.
    pub fn site(&self) -> Option<&Site> {
        self.sites.iter().find(|site| Some(site.id) == self.session.site_id).or_else(|| self.sites.first())
    }
}

/// One request of one signed-in user: begins transactions and draws pages.
#[derive(Debug, Clone)]
pub struct Cx {
    /// What all requests share.
    pub app: App,
    /// Whose request this is.
    pub signed_in: SignedIn,
    /// When it came.
    pub now: Instant,
    path: String,
}

impl FromRequestParts<App> for Cx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let signed_in = parts.extensions.get::<SignedIn>().cloned().ok_or(Problem::SignIn)?;
        Ok(Self { app: app.clone(), signed_in, now: app.now(), path: parts.uri.path().to_owned() })
    }
}

impl Cx {
    /// The user as the policy knows them.
    pub fn actor(&self) -> Actor {
        self.signed_in.user.actor()
    }

    /// The site the user works at now.
    ///
    /// # Errors
    /// [`Problem::NotFound`] for users who work at no site.
    pub fn site(&self) -> Result<&Site, Problem> {
        self.signed_in.site().ok_or(Problem::NotFound)
    }

    /// The id of that site.
    ///
    /// # Errors
    /// As [`Cx::site`].
    pub fn site_id(&self) -> Result<SiteId, Problem> {
        self.site().map(|site| site.id)
    }

    /// Begins a transaction that looks (and writes who looked).
    ///
    /// # Errors
    /// The store's.
    pub async fn begin(&self) -> Result<Tx, Problem> {
        Ok(self.app.store.begin(self.cause()).await?)
    }

    /// Begins a change: done once, however often the same form arrives.
    ///
    /// # Errors
    /// [`Problem::DoneBefore`] when this form was acted on before.
    pub async fn act(&self, fields: &Fields) -> Result<Act, Problem> {
        Act::begin(self.begin().await?, self.signed_in.user.id, fields).await
    }

    /// A snapshot for what concerns no person.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(&self) -> Result<Read, Problem> {
        Ok(self.app.store.read().await?)
    }

    fn cause(&self) -> Cause {
        Cause { actor: Some(self.actor()), at: self.now, request: self.signed_in.request.clone() }
    }

    /// What the page is drawn in.
    pub fn shell(&self) -> Shell {
        shell(&self.app, Some(&self.signed_in), &self.path)
    }

    /// Draws a page.
    ///
    /// # Errors
    /// When the template is wrong.
    pub fn page(&self, name: &str, values: impl Serialize) -> Answer {
        Ok(Html(self.app.pages.page(name, &self.shell(), values)?).into_response())
    }

    /// Draws a page of a form that has errors: status 422, so that nobody takes it for success.
    ///
    /// # Errors
    /// When the template is wrong.
    pub fn page_with_errors(&self, name: &str, values: impl Serialize) -> Answer {
        let html = self.app.pages.page(name, &self.shell(), values)?;
        Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response())
    }

    /// Draws a page of a form: status 422 when something is wrong with what was sent.
    ///
    /// # Errors
    /// When the template is wrong.
    pub(crate) fn page_of_form(&self, name: &str, errors: &Errors, values: impl Serialize) -> Answer {
        if errors.is_empty() { self.page(name, values) } else { self.page_with_errors(name, values) }
    }

    /// Draws one block of a page, for a live board.
    ///
    /// # Errors
    /// When the template is wrong.
    pub fn fragment(&self, name: &str, block: &str, values: impl Serialize) -> Answer {
        Ok(Html(self.app.pages.block(name, block, &self.shell(), values)?).into_response())
    }

    /// Whether the user's role may ever do this: for links and buttons only. What happens is
    /// decided again, with everything known, when it is asked for.
    pub fn role_may(&self, verb: Verb, class: Class) -> bool {
        role_may(&self.actor(), verb, class)
    }
}

fn role_may(actor: &Actor, verb: Verb, class: Class) -> bool {
    throughline_policy::Relationship::ALL.iter().any(|relationship| {
        let context = Context { relationship: *relationship, own_site: true, link_worker_consent: true };
        matches!(decide(actor, verb, class, context), Decision::Allow(_))
    })
}

/// The primary navigation: each entry with its address and the class that opens it.
const NAVIGATION: &[(&str, &str, Class)] = &[
    ("Today", "/", Class::Board),
    ("Lists", "/lists", Class::List),
    ("Clinics", "/clinics", Class::List),
    ("Coverage", "/coverage", Class::List),
    ("People", "/people", Class::Search),
    ("Duplicates", "/duplicates", Class::Duplicates),
    ("Worklist", "/worklist", Class::FollowUp),
    ("Outreach", "/outreach", Class::Outreach),
    ("Advice", "/consultations", Class::Consultation),
    ("Directory", "/directory", Class::Directory),
    ("Measures", "/measures", Class::Published),
    ("Countersigning", "/countersigning", Class::Supervision),
    ("Administration", "/administration", Class::Users),
    ("Audit", "/audit", Class::AuditLog),
];

/// The first page of a user: the board, or else the worklist, or else the first entry of the
/// navigation that they may open.
pub(crate) fn first_page(actor: &Actor) -> &'static str {
    if !role_may(actor, Verb::View, Class::Board) && role_may(actor, Verb::View, Class::FollowUp) {
        return "/worklist";
    }
    NAVIGATION.iter().find(|(_, _, class)| may_enter(actor, *class)).map_or("/help", |(_, href, _)| href)
}

/// What a page is drawn in, for a signed-in user or for nobody.
pub(crate) fn shell(app: &App, signed_in: Option<&SignedIn>, path: &str) -> Shell {
    let open = signed_in.filter(|signed_in| signed_in.session.stage == Stage::Open);
    let actor = open.map(|signed_in| signed_in.user.actor());
    let nav = actor.as_ref().map(|actor| navigation(actor, path)).unwrap_or_default();
    Shell {
        user: open.map(|signed_in| ShellUser {
            id: signed_in.user.id.to_string(),
            name: signed_in.user.name.clone(),
            role: signed_in.user.role.label().to_owned(),
        }),
        site: open.and_then(SignedIn::site).map(|site| site.name.clone()),
        demo: app.settings.demo,
        nav,
        may_search: actor.is_some_and(|actor| role_may(&actor, Verb::View, Class::Search)),
        csrf: signed_in.map(|signed_in| signed_in.session.csrf.clone()).unwrap_or_default(),
        now: app.now(),
        lock_after_seconds: app.settings.lock_after_seconds,
        downtime_number: app.help_phone.clone(),
        help_href: "/help".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// Whether an entry of the navigation is the user's: to look or, where there is nothing but a change, to change.
fn may_enter(actor: &Actor, class: Class) -> bool {
    let verb = if class == Class::Supervision { Verb::Change } else { Verb::View };
    role_may(actor, verb, class)
}

fn navigation(actor: &Actor, path: &str) -> Vec<NavItem> {
    NAVIGATION
        .iter()
        .filter(|(_, _, class)| may_enter(actor, *class))
        .map(|(text, href, _)| NavItem {
            text: (*text).into(),
            href: (*href).into(),
            current: if *href == "/" { path == "/" } else { path.starts_with(href) },
        })
        .collect()
}

/// Finds out whose request this is, from the session's cookie.
pub(crate) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(token) = security::session_cookie(request.headers(), app.settings.secure_cookies) {
        match signed_in(&app, &token).await {
            Ok(Some(signed_in)) => {
                request.extensions_mut().insert(signed_in);
            }
            Ok(None) => {}
            Err(error) => return Problem::from(error).into_response(),
        }
    }
    next.run(request).await
}

async fn signed_in(app: &App, token: &str) -> throughline_store::Result<Option<SignedIn>> {
    let now = app.now();
    let mut read = app.store.read().await?;
    let Some(mut session) = sessions::find(&mut read, &security::hash(token), now).await? else { return Ok(None) };
    let Some(user) = users::by_id(&mut read, session.user_id).await?.filter(|user| user.may_sign_in(now)) else {
        return Ok(None);
    };
    let all = organisations::sites(&mut read).await?;
    let idle = Duration::seconds(i64::from(app.settings.lock_after_seconds));
    if session.stage == Stage::Open && app.settings.lock_after_seconds > 0 && now - session.seen_at > idle {
        session.stage = Stage::Locked;
    }
    let sites = all.into_iter().filter(|site| user.sites.contains(&site.id)).collect();
    Ok(Some(SignedIn { session, user, sites, request: security::reference() }))
}

/// Lets only signed-in, unlocked users through, and notes that they are active.
pub(crate) async fn must_be_signed_in(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(signed_in) = request.extensions().get::<SignedIn>().cloned() else {
        return turn_away(request, Problem::SignIn).await;
    };
    match signed_in.session.stage {
        Stage::SecondFactor => return turn_away(request, Problem::SignIn).await,
        Stage::Locked => return turn_away(request, Problem::Locked).await,
        Stage::Open => {}
    }
    let is_stale = app.now() - signed_in.session.seen_at > Duration::seconds(60);
    if !security::is_background(request.uri().path())
        && is_stale
        && let Err(error) = note_active(&app, &signed_in).await
    {
        return Problem::from(error).into_response();
    }
    next.run(request).await
}

/// Lets nobody in; what they wrote is given back to them.
async fn turn_away(request: Request, problem: Problem) -> Response {
    Brought::keep_unread(request).await;
    problem.into_response()
}

pub(crate) async fn note_active(app: &App, signed_in: &SignedIn) -> throughline_store::Result<()> {
    let cause = Cause { actor: Some(signed_in.user.actor()), at: app.now(), request: signed_in.request.clone() };
    let mut tx = app.store.begin(cause).await?;
    sessions::seen(&mut tx, &signed_in.session.id).await?;
    tx.commit().await
}
