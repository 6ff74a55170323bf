//! Pages: the template environment, and the frame ([`Shell`]) that every page is drawn in.
//!
//! A page is a template in `web/templates/<noun>/`, named as its handler, that extends
//! `layout.html` and uses the macros of `web/templates/parts/` and of the NHS design system
//! (`vendor/templates/nhsuk/`, fetched by `script/vendor`). `web/templates/README.md` shows how
//! to write one. Templates are inside the binary; a debug build reads them from disk, so that a
//! change shows on reload.
//!
//! The NHS templates are written for Python's Jinja. Seven small differences are bridged in
//! [`environment`]; a test compares every fixture that the design system publishes with what we
//! draw. Text from a value is always escaped, whatever the template is called.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, context};
use rust_embed::RustEmbed;
use serde::Serialize;
use throughline_domain::time::{self, Instant};

use crate::assets;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/templates"]
struct Ours;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../vendor/templates"]
struct Fetched;

/// A page could not be drawn: its template is missing or wrong. The cause is for the log; it
/// names templates and lines, never a value of a record.
#[derive(Debug, thiserror::Error)]
#[error("The page '{name}' could not be drawn. Nothing was changed. Go back and try again")]
pub struct PageError {
    /// The template.
    pub name: String,
    /// What was wrong with it.
    #[source]
    pub cause: Error,
}

/// Draws pages. Made once when the server starts, and shared.
#[derive(Debug)]
pub struct Pages {
    #[cfg(not(debug_assertions))]
    environment: Environment<'static>,
    #[cfg(debug_assertions)]
    environment: std::sync::RwLock<(u64, std::sync::Arc<Environment<'static>>)>,
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}

impl Pages {
    /// The templates of this build.
    pub fn new() -> Self {
        #[cfg(not(debug_assertions))]
        return Self { environment: environment() };
        #[cfg(debug_assertions)]
        return Self { environment: std::sync::RwLock::new((newest_change(), std::sync::Arc::new(environment()))) };
    }

    /// Draws the template `name` (its path below `web/templates`) with the keys of `values`.
    ///
    /// # Errors
    /// When the template is missing or wrong.
    pub fn render(&self, name: &str, values: impl Serialize) -> Result<String, PageError> {
        self.environment()
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|cause| PageError { name: name.to_owned(), cause })
    }

    /// Draws a whole page: `values` within the frame of the signed-in (or not signed-in) `shell`.
    ///
    /// # Errors
    /// When the template is missing or wrong.
    pub fn page(&self, name: &str, shell: &Shell, values: impl Serialize) -> Result<String, PageError> {
        self.render(name, context! { shell => shell, ..Value::from_serialize(values) })
    }

    /// Draws one block of a page alone, for a live board that fetches its fragment again.
    ///
    /// # Errors
    /// When the template is missing or wrong, or has no such block.
    pub fn block(&self, name: &str, block: &str, shell: &Shell, values: impl Serialize) -> Result<String, PageError> {
        let values = context! { shell => shell, ..Value::from_serialize(values) };
        let environment = self.environment();
        let template = environment.get_template(name);
        let captured = template.and_then(|template| template.render_captured(values));
        let drawn = captured.and_then(|mut page| page.with_state_mut(|state| state.render_block(block)));
        drawn.map_err(|cause| PageError { name: name.to_owned(), cause })
    }

    #[cfg(not(debug_assertions))]
    fn environment(&self) -> &Environment<'static> {
        &self.environment
    }

    #[cfg(debug_assertions)]
    fn environment(&self) -> std::sync::Arc<Environment<'static>> {
        let newest = newest_change();
        {
            let current = self.environment.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            if current.0 == newest {
                return current.1.clone();
            }
        }
        let mut current = self.environment.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *current = (newest, std::sync::Arc::new(environment()));
        current.1.clone()
    }
}

/// Seconds since 1970 at which one of our templates last changed on disk.
#[cfg(debug_assertions)]
fn newest_change() -> u64 {
    let files = Ours::iter().filter_map(|path| Ours::get(&path));
    files.filter_map(|file| file.metadata.last_modified()).max().unwrap_or_default()
}

/// What every page is drawn in: who is signed in, where, and what they may open.
///
/// It holds nothing of a person's record: a page adds its own `person` for the banner.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Shell {
    /// The signed-in user; `None` on the sign-in pages.
    pub user: Option<ShellUser>,
    /// The site the user works at in this session, for example `Northgate custody`.
    pub site: Option<String>,
    /// Whether everything shown is invented: a stripe says so on every page.
    pub demo: bool,
    /// The entries of the primary navigation that this user may open, in order.
    pub nav: Vec<NavItem>,
    /// Whether the user may search for people: shows the search box.
    pub may_search: bool,
    /// The token that every form sends as `csrf_token` and every script as `x-csrf-token`.
    pub csrf: String,
    /// Now, by the server's clock: counts-down are taken from it and not from the computer's.
    pub now: Instant,
    /// Seconds without use after which this session is locked; 0 for never.
    pub lock_after_seconds: u32,
    /// The telephone number to call when the service is down.
    pub downtime_number: String,
    /// The address of the help page.
    pub help_href: String,
    /// The version of the program.
    pub version: String,
}

/// The signed-in user, as the header shows them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShellUser {
    /// The user's id: a page asks with it whether the session is still that of who opened it.
    pub id: String,
    /// The user's name.
    pub name: String,
    /// The role in this session, in words.
    pub role: String,
}

/// One entry of the primary navigation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct NavItem {
    /// What it says: `Today`, `Lists`, `People`, `Worklist`, `Directory`, `Measures`, `Administration`.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// Whether the page shown belongs to it.
    pub current: bool,
}

/// The template environment with what the NHS's Jinja templates need and MiniJinja lacks:
/// undefined values may be looked into; blocks leave no blank line; Python's methods, with `get`
/// taking an undefined default; a test for already escaped text; a length for what is undefined;
/// a `truncate` that takes its arguments by position; escaping whatever a template's name ends in.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_loader(|name| Ok(source(name)));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_unknown_method_callback(python_method);
    // The words of an error may be logged; a value of a record must not be.
    environment.set_debug(false);
    environment.add_test("escaped", |value: &Value| value.is_safe());
    environment.add_filter("length", length);
    environment.add_filter("truncate", truncate);
    environment.add_filter("date_long", |value: &Value| shown(value, |moment| time::date_long(moment.date())));
    environment.add_filter("date_short", |value: &Value| shown(value, |moment| time::date_short(moment.date())));
    environment.add_filter("time", |value: &Value| shown(value, |moment| moment.format("%H:%M").to_string()));
    environment.add_filter("datetime", |value: &Value| {
        shown(value, |moment| format!("{} at {}", time::date_long(moment.date()), moment.format("%H:%M")))
    });
    environment.add_filter("datetime_short", |value: &Value| {
        shown(value, |moment| format!("{} {}", time::date_short(moment.date()), moment.format("%H:%M")))
    });
    environment.add_filter("typed_date", typed_date);
    environment.add_filter("nhs", nhs);
    environment.add_function("asset", asset);
    environment.add_function("fresh_key", || uuid::Uuid::new_v4().simple().to_string());
    environment
}

fn source(name: &str) -> Option<String> {
    let file = Ours::get(name).or_else(|| Fetched::get(name))?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// Python's methods on texts, lists and maps; `get` with an undefined default is undefined, and a
/// `get` on what is undefined is too.
fn python_method(state: &State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match (method, value.kind(), args) {
        ("get", ValueKind::Undefined, _) => Ok(Value::UNDEFINED),
        ("get", ValueKind::Map, [key, default]) => {
            let found = value.get_item(key)?;
            Ok(if found.is_undefined() { default.clone() } else { found })
        }
        _ => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
    }
}

fn length(value: &Value) -> Result<usize, Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(0);
    }
    let why = || Error::new(ErrorKind::InvalidOperation, format!("a {} has no length", value.kind()));
    value.len().ok_or_else(why)
}

/// Jinja's `truncate(length, killwords, end, leeway)`, by position or by name.
#[expect(clippy::needless_pass_by_value, reason = "the template engine hands arguments over by value")]
fn truncate(text: Cow<'_, str>, by_position: Rest<Value>, by_name: Kwargs) -> Result<String, Error> {
    let argument = |at: usize, name: &str| -> Result<Value, Error> {
        let named: Option<Value> = by_name.get(name)?;
        Ok(named.or_else(|| by_position.get(at).cloned()).unwrap_or(Value::UNDEFINED))
    };
    let length = argument(0, "length")?.as_usize().unwrap_or(255);
    let cut_words = argument(1, "killwords")?.is_true();
    let end = argument(2, "end")?;
    let end = end.as_str().unwrap_or("...");
    let leeway = argument(3, "leeway")?.as_usize().unwrap_or(0);
    by_name.assert_all_used()?;
    if text.chars().count() <= length + leeway {
        return Ok(text.into_owned());
    }
    let kept: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
    let kept = if cut_words { kept.as_str() } else { kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words) };
    Ok(format!("{kept}{end}"))
}

/// Shows a moment (RFC 3339), a London date and time, a date or a time of day in London time.
/// Nothing is shown for nothing: the template says what nothing means.
fn shown(value: &Value, show: impl Fn(NaiveDateTime) -> String) -> Result<String, Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(String::new());
    }
    let text = value.as_str().unwrap_or_default();
    let read = DateTime::parse_from_rfc3339(text)
        .map(|instant| time::london_time(instant.with_timezone(&Utc)))
        .or_else(|_| text.parse::<NaiveDateTime>())
        .or_else(|_| text.parse::<NaiveDate>().map(|date| date.and_time(NaiveTime::MIN)))
        .or_else(|_| text.parse::<NaiveTime>().map(|time| NaiveDate::default().and_time(time)));
    let why = |_| Error::new(ErrorKind::InvalidOperation, "a date filter was given what is no date or time");
    read.map(show).map_err(why)
}

/// A date in a field as people type it, `26/11/2026`; whatever is no settled date stays as it was typed.
fn typed_date(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), |date| date.format("%-d/%-m/%Y").to_string())
}

/// Ten digits grouped 3-3-4 with no-break spaces; anything else as it is.
fn nhs(value: &Value) -> String {
    let Some(text) = value.as_str() else {
        return String::new();
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 10 {
        return text.to_owned();
    }
    format!("{}\u{a0}{}\u{a0}{}", &digits[..3], &digits[3..6], &digits[6..])
}

fn asset(path: &str) -> Result<String, Error> {
    let why = || Error::new(ErrorKind::InvalidOperation, format!("there is no asset '{path}'"));
    assets::address(path).ok_or_else(why)
}

#[cfg(test)]
mod tests;
