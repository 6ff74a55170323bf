//! Lists: receive, look over, bring in; and the lines they bring.

mod bring_in;
mod columns;
mod compared;
mod correct;
mod corrections;
mod entry;
mod fresh;
mod hearings;
mod known;
mod open;
mod review;
mod rows;
mod take_back;
mod take_over;
mod taken;
mod taking_back;
mod unread;

use crate::fields::LARGEST_UPLOAD;
use crate::{Answer, App, Cx, Problem, Upload};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use minijinja::{Value, context};
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::ListState;
use throughline_domain::origin::Way;
use throughline_domain::time::{london_date, parse_date};
use throughline_inbox::Incoming;
use throughline_lists::{FORMATS, HearingEvent};
use throughline_policy::{Class, ImportList, Verb, ViewList};
use throughline_store::Tx;
use throughline_store::lists::{self, Kept, List};

pub(crate) use fresh::freshen;

/// How many lists the page goes back.
const SHOWN: i64 = 40;

pub fn routes() -> Router<App> {
    // The fields beside the file are small; a file at the limit must still get through to be told.
    let upload = DefaultBodyLimit::max(LARGEST_UPLOAD + 1024 * 1024);
    Router::new()
        .route("/lists", get(all).post(receive).layer(upload))
        .route("/lists/{list}", get(review::show))
        .route("/lists/{list}/review", get(review::look_over))
        .route("/lists/{list}/columns", get(columns::show).post(columns::tell))
        .route("/lists/{list}/commit", post(review::commit))
        .route("/lists/{list}/discard", post(review::discard))
        .route("/lists/{list}/rows/{row}", get(correct::show).post(correct::save))
        .route("/lists/{list}/rows/{row}/take-back", post(correct::take_back))
        .route("/lists/{list}/take-back", post(take_back::take_back))
        .route("/lists/unread/{unread}/dealt-with", post(unread::deal_with))
        .route("/entries/{entry}", get(entry::show))
        .route("/entries/{entry}/take", post(entry::take))
        .route("/entries/{entry}/put-back", post(entry::put_back))
        .route("/entries/{entry}/take-over", post(take_over::take_over))
        .route("/entries/{entry}/not-seen", post(entry::not_seen))
        .route("/entries/{entry}/search", post(entry::search))
        .route("/entries/{entry}/open", post(open::open))
}

async fn all(cx: Cx) -> Answer {
    let values = page(&cx).await?;
    cx.page("lists/all.html", values)
}

/// The lists of the site, today first.
async fn page(cx: &Cx) -> Result<Value, Problem> {
    let site = cx.site()?;
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewList>(site.id).await?;
    let found = lists::of_site(&mut tx, &grant, SHOWN).await?;
    let unread = lists::unread(&mut tx, &grant, SHOWN).await?;
    tx.commit().await?;
    let today = london_date(cx.now);
    let (now, before): (Vec<_>, Vec<_>) = found.iter().map(shown).partition(|shown| shown.list.list_date >= today);
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.label).collect();
    Ok(context! {
        heading => "Lists", caption => site.name.clone(), today, lists => now, before, formats, unread,
        may_import => cx.role_may(Verb::Create, Class::List),
    })
}

/// A list as its row of the page shows it.
#[derive(Debug, serde::Serialize)]
struct Shown {
    #[serde(flatten)]
    list: List,
    rows: usize,
    state_words: &'static str,
    tone: &'static str,
    kind_words: &'static str,
    waiting: bool,
}

/// The part of a reading that a list of lists needs.
#[derive(serde::Deserialize)]
struct Counted {
    rows_in: usize,
    #[serde(default)]
    event: Option<HearingEvent>,
}

fn shown(list: &List) -> Shown {
    let counted = serde_json::from_str::<Counted>(&list.reading).ok();
    let rows = counted.as_ref().map(|reading| reading.rows_in).unwrap_or_default();
    let is_event = counted.is_some_and(|reading| reading.event.is_some());
    let waiting = list.state == ListState::Preview;
    Shown {
        rows,
        state_words: list.state.label(),
        tone: if waiting { "warn" } else { "good" },
        kind_words: if is_event { "News of one hearing" } else { list.kind.label() },
        waiting,
        list: list.clone(),
    }
}

async fn receive(cx: Cx, upload: Upload) -> Answer {
    cx.app.take_upload(cx.signed_in.user.id)?;
    let site = cx.site_id()?;
    let today = london_date(cx.now);
    let typed_day = match upload.fields.given("date").map(|text| parse_date(text, today)).transpose() {
        Ok(day) => day,
        Err(error) => return again(&cx, &upload, "date", &error.to_string()).await,
    };
    let pasted = upload.fields.given("pasted").map(str::as_bytes);
    let (bytes, name) = match (upload.bytes.is_empty(), pasted) {
        (false, Some(_)) => return again(&cx, &upload, "file", "Choose a file or paste a list, not both").await,
        (false, None) => (upload.bytes.clone(), upload.file_name.clone()),
        (true, Some(text)) => (text.to_vec(), "Pasted text".to_owned()),
        (true, None) if !upload.file_name.is_empty() => {
            return again(&cx, &upload, "file", "This file is empty. Ask for it to be sent again").await;
        }
        (true, None) => return again(&cx, &upload, "file", "Choose a file, or paste the list").await,
    };
    let field = if pasted.is_some() { "pasted" } else { "file" };
    let told = columns::told(&cx, site).await?;
    let incoming = Incoming { day: typed_day, ..Incoming::file(&name, bytes) };
    let list = match throughline_inbox::read(incoming, told, today).await {
        Ok(read) => read.list,
        Err((why, _)) => return again(&cx, &upload, field, &why.to_string()).await,
    };
    let mut act = cx.act(&upload.fields).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    let id = match lists::keep(&mut act, &grant, &list).await? {
        Kept::New => list.id,
        Kept::Same(same) if same.state == ListState::Preview => same.id,
        Kept::Same(same) => {
            drop(act);
            return duplicate(&cx, &same).await;
        }
    };
    act.done(&format!("/lists/{id}/review")).await
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

async fn duplicate(cx: &Cx, same: &List) -> Answer {
    let base = page(cx).await?;
    let by = &same.received_by;
    let text = if same.way == Way::Page {
        format!("{by} received this very file already, and it was brought in. Nothing has changed.")
    } else {
        format!("This very file came already, by {by}, and it was brought in. Nothing has changed.")
    };
    let notice = context! { kind => "information", text, link => context! { text => "See that list", href => format!("/lists/{}", same.id) } };
    cx.page("lists/all.html", context! { notice, ..base })
}

/// The page again, with what was typed and why it was not understood.
async fn again(cx: &Cx, upload: &Upload, field_name: &str, message: &str) -> Answer {
    let base = page(cx).await?;
    let errors = [context! { field_name, message }];
    let file_again = !upload.bytes.is_empty();
    cx.page_with_errors("lists/all.html", context! { errors, error_field => field_name, error => message, typed => upload.fields.typed(), file_again, ..base })
}

/// What may be done with a list of a site that is the user's.
async fn site_of(tx: &mut Tx, id: ListId) -> Result<SiteId, Problem> {
    lists::site_of_list(tx, id).await?.ok_or(Problem::NotFound)
}

/// Goes on to a page without a change.
fn on_to(location: &str) -> Response {
    Redirect::to(location).into_response()
}
