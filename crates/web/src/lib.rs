//! The pages: what people see and do in a browser.
//!
//! **What this crate is for.** It carries values between a person, the rules and the store. Each
//! page is a handler that reads as a story of one screenful: take the input, ask for what the
//! policy allows, act, save, show or go on. There is no SQL here (`throughline-store` has it), no
//! rule of the service (`throughline-domain`, `-forms`, `-clocks`, `-policy` have them) and no
//! string of HTML (`web/templates` has it).
//!
//! **Its words.** [`App`] is what all requests share. [`Cx`] is one request of one signed-in user:
//! it begins transactions and draws pages. [`Fields`] is a submitted form whose token was checked.
//! [`Act`] is a change: it is done once however often the form arrives. [`Problem`] is everything
//! that can go wrong, in words for the page.
//!
//! **How to add a page.** A handler file named by its noun with `pub fn routes() -> Router<App>`,
//! listed in [`router`]; a template of the same name in `web/templates/<noun>/`; a line in the
//! test of routes and roles (`tests/routes.rs`), which fails until it is there.
//!
//! **What it will never do.** Put an identifier of a person's into an address, a title, a log or a
//! metric; lose what somebody typed; say "Saved" before the store says it is durable.

mod act;
mod as_of;
mod asking;
pub mod assets;
mod banner;
mod cx;
mod errors;
mod evidence;
mod fields;
mod line;
pub mod page;
mod pathway;
mod people_found;
mod problem;
mod rates;
mod record_lines;
pub mod release;
mod risk;
mod security;

pub mod account;
pub mod administration;
pub mod api;
pub mod audit;
pub mod board;
pub mod care;
pub mod clinics;
pub mod compare;
pub mod consultations;
pub mod coverage;
pub mod directory;
pub mod documents;
pub mod duplicates;
mod elsewhere;
pub mod episodes;
pub mod export;
pub mod forms;
pub mod help;
pub mod legal;
pub mod licences;
pub mod lists;
pub mod outcomes;
pub mod outreach;
pub mod people;
pub mod printing;
pub mod referrals;
pub mod returns;
pub mod tasks;

pub use act::Act;
pub(crate) use asking::Asking;
pub use cx::{Answer, Cx, SignedIn};
pub(crate) use errors::Errors;
pub use fields::{Fields, Upload};
pub use problem::Problem;
pub use rates::Allowance;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use std::ops::Deref;
use std::sync::Arc;
use throughline_domain::alert::AnswerWithin;
use throughline_domain::time::Instant;
use throughline_store::Store;

/// How this installation behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Everything shown is invented, and the demo accounts exist.
    pub demo: bool,
    /// Seconds without use after which a session is locked.
    pub lock_after_seconds: u32,
    /// Whether cookies are marked `Secure` (everywhere but on a loopback address).
    pub secure_cookies: bool,
    /// How often one address or one user may do what can be misused.
    pub allowance: Allowance,
    /// The sign-ins that the demo shows on its first page: e-mail address, password, what for.
    pub demo_sign_ins: Vec<DemoSignIn>,
    /// How long an alert may wait for an answer before the team leader is told.
    pub alert_answer: AnswerWithin,
    /// Where the time of day comes from. Tests give it a day of their own.
    pub clock: fn() -> Instant,
}

/// A sign-in of the demo.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DemoSignIn {
    /// Name.
    pub name: String,
    /// Role, in words.
    pub role: String,
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            demo: false,
            lock_after_seconds: 15 * 60,
            secure_cookies: true,
            allowance: Allowance::default(),
            demo_sign_ins: Vec::new(),
            alert_answer: AnswerWithin::default(),
            clock: chrono::Utc::now,
        }
    }
}

/// What all requests share.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

/// The inside of [`App`].
#[derive(Debug)]
pub struct Shared {
    /// The database.
    pub store: Store,
    /// The templates.
    pub pages: page::Pages,
    /// How this installation behaves.
    pub settings: Settings,
    /// Who may do how much how fast.
    rates: rates::Rates,
    /// How far the audit log was verified.
    verified: audit::Verified,
    /// The number to ring when the system is down.
    pub help_phone: String,
}

impl Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Puts an application together.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(store: Store, settings: Settings) -> throughline_store::Result<Self> {
        let help_phone = {
            let mut read = store.read().await?;
            throughline_store::organisations::service(&mut read)
                .await?
                .map(|service| service.help_phone)
                .unwrap_or_default()
        };
        let rates = rates::Rates::new(&settings.allowance);
        Ok(Self(Arc::new(Shared {
            store,
            pages: page::Pages::new(),
            settings,
            rates,
            verified: audit::Verified::default(),
            help_phone,
        })))
    }

    /// The time of day.
    pub fn now(&self) -> Instant {
        throughline_domain::time::stored((self.settings.clock)())
    }
}

/// Every page.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .merge(board::routes())
        .merge(lists::routes())
        .merge(clinics::routes())
        .merge(compare::routes())
        .merge(elsewhere::routes())
        .merge(people::routes())
        .merge(duplicates::routes())
        .merge(care::routes())
        .merge(episodes::routes())
        .merge(legal::routes())
        .merge(forms::routes())
        .merge(printing::routes())
        .merge(export::routes())
        .merge(consultations::routes())
        .merge(documents::routes())
        .merge(referrals::routes())
        .merge(tasks::routes())
        .merge(outcomes::routes())
        .merge(returns::routes())
        .merge(coverage::routes())
        .merge(outreach::routes())
        .merge(directory::routes())
        .merge(administration::routes())
        .merge(audit::routes())
        .merge(licences::routes())
        .layer(from_fn_with_state(app.clone(), duplicates::lead_on))
        .layer(from_fn_with_state(app.clone(), cx::must_be_signed_in));
    let open = Router::new().merge(account::routes()).merge(help::routes());
    Router::new()
        .merge(pages)
        .merge(open)
        .fallback(problem::no_such_page)
        .layer(from_fn_with_state(app.clone(), problem::show))
        .layer(from_fn(security::same_site_only))
        .layer(from_fn_with_state(app.clone(), cx::identify))
        .merge(api::routes())
        .merge(assets::routes())
        .layer(from_fn(security::headers))
        .layer(from_fn(security::measure))
        .layer(tower_http::compression::CompressionLayer::new())
        .with_state(app)
}
