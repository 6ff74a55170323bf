//! Today: the board of the site somebody works at now.

mod acts;
mod choice;
mod hearings;
mod lists_in;
mod live;
mod people;
mod row;
mod voluntary;

use crate::{Act, Answer, App, Cx, Fields, Problem};
use axum::Router;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use chrono::{DateTime, Days, Duration, NaiveDate};
use minijinja::{Value, context};
use std::collections::BTreeSet;
use throughline_domain::board;
use throughline_domain::calendar::OpeningHours;
use throughline_domain::ids::{EntryId, SiteId};
use throughline_domain::list::{EntryState, ListKind};
use throughline_domain::role::Role;
use throughline_domain::time::{Instant, date_long, london_date, london_day};
use throughline_policy::{Class, Context, Decision, Grant, Relationship, Verb, ViewBoard, decide};
use throughline_store::organisations::Site;
use throughline_store::worklists::{self, Change, Line};
use throughline_store::{Tx, coverage, lists, sessions, shifts};
use uuid::Uuid;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(show))
        .route("/board/fragment", get(fragment))
        .route("/board/follow-ups", get(all_follow_ups))
        .route("/board/events", get(live::events))
        .route("/board/act", post(acts::act))
        .route("/board/acts/{act}/undo", post(acts::undo))
        .route("/board/seen", post(seen))
        .route("/site", post(change_site))
}

/// How many of a person's own tasks the board shows before it leads to the worklist.
const OWN_TASKS: i64 = 8;

/// How far ahead the board shows follow-ups of the site.
const FOLLOW_UPS_WITHIN_HOURS: i64 = 48;

/// How many follow-ups of the site the board shows before it leads to the page of all: a screenful.
const FOLLOW_UPS: i64 = 30;

/// How many changes the board tells.
const CHANGES: i64 = 30;

/// How many days back the board looks for the last list.
const LOOK_BACK_DAYS: u64 = 14;

/// What is asked of the board: by its address, or by a form that was sent.
#[derive(Default)]
struct Asked {
    query: Fields,
    /// An act of the user's that is told.
    did: Option<Uuid>,
    /// Rows that are ticked.
    ticked: BTreeSet<EntryId>,
    /// What is wrong with the form, beside it, and the reason that was chosen in it.
    error: Option<&'static str>,
    reason: String,
}

impl Asked {
    fn by(query: Fields) -> Self {
        Self { query, ..Self::default() }
    }

    fn did(&self) -> Option<Uuid> {
        self.did.or_else(|| self.query.given("did")?.parse().ok())
    }
}

async fn show(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    if cx.site().is_err() {
        return Ok(Redirect::to(page_without_a_site(&cx)).into_response());
    }
    let query = Fields::of_query(query.as_deref());
    if choice::is_chosen_in(&query) {
        choice::keep(&cx, &query).await?;
        let tick = query.given("tick").and_then(EntryState::from_code);
        let tick = tick.map(|state| format!("?tick={}", state.code())).unwrap_or_default();
        return Ok(Redirect::to(&format!("/{tick}{}", choice::place_on_page(&query))).into_response());
    }
    cx.page("board/show.html", values(&cx, &Asked::by(query)).await?)
}

async fn fragment(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let asked = Asked::by(Fields::of_query(query.as_deref()));
    cx.fragment("board/show.html", "board", values(&cx, &asked).await?)
}

/// Where somebody goes who works at no site: a link worker to their worklist.
fn page_without_a_site(cx: &Cx) -> &'static str {
    if cx.role_may(Verb::View, Class::FollowUp) {
        return "/worklist";
    }
    match crate::cx::first_page(&cx.actor()) {
        "/" => "/help",
        first => first,
    }
}

async fn values(cx: &Cx, asked: &Asked) -> Result<Value, Problem> {
    let site = cx.site()?.clone();
    let today = london_date(cx.now);
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewBoard>(site.id).await?;
    let list = people::people(cx, &mut tx, &grant, &site, today, asked).await?;
    let last_list = last_list(&mut tx, &grant, cx.now, today).await?;
    let lists_in = lists_in::strip(&mut tx, &grant, &site, cx.now).await?;
    let handover = handover(&mut tx, &grant, &site, cx.now).await?;
    let own = worklists::of_user(&mut tx, cx.signed_in.user.id, OWN_TASKS).await?;
    let own_count = worklists::count_of_user(&mut tx, cx.signed_in.user.id, cx.now).await?;
    let follow_ups = follow_ups(cx, &mut tx, &grant, FOLLOW_UPS).await?;
    let changes = changes(cx, &mut tx, &grant, today).await?;
    let reasons_owed = reasons_owed(cx, &mut tx, &grant, today).await?;
    tx.commit().await?;
    Ok(context! {
        heading => format!("Today at {}", site.name),
        caption => date_long(today),
        sites => sites(cx, &site),
        court => site.kind.is_court(),
        list,
        last_list,
        lists_in,
        handover,
        own => own.iter().map(|line| task_row(line, cx.now)).collect::<Vec<_>>(),
        own_total => own_count.total,
        own_overdue => own_count.overdue,
        follow_ups,
        changes,
        reasons_owed,
        may_import => cx.role_may(Verb::Create, Class::List),
    })
}

/// For how many rows since yesterday nobody said why they were not seen: the team leader sees that it is said.
async fn reasons_owed(cx: &Cx, tx: &mut Tx, grant: &Grant<ViewBoard>, today: NaiveDate) -> Result<usize, Problem> {
    if cx.signed_in.user.role != Role::TeamLeader {
        return Ok(0);
    }
    Ok(coverage::reasons_owed(tx, grant, today - Days::new(1), today, cx.now).await?)
}

fn sites(cx: &Cx, here: &Site) -> Vec<Value> {
    let sites = cx.signed_in.sites.iter();
    sites
        .map(|site| context! { code => site.id.to_string(), label => site.name, checked => site.id == here.id })
        .collect()
}

/// What the board says of the list behind it: today's, or when the last one came.
async fn last_list(
    tx: &mut Tx,
    grant: &Grant<ViewBoard>,
    now: Instant,
    today: NaiveDate,
) -> Result<Option<Value>, Problem> {
    let list = lists::last(tx, grant, today - Days::new(LOOK_BACK_DAYS - 1), today).await?;
    Ok(list.map(|list| {
        context! {
            is_todays => list.list_date == today,
            words => board::when(list.received_at, now),
            by => list.received_by,
            href => format!("/lists/{}", list.id),
            kind => if list.kind == ListKind::Court { "court list" } else { "custody list" },
        }
    }))
}

async fn handover(tx: &mut Tx, grant: &Grant<ViewBoard>, site: &Site, now: Instant) -> Result<Value, Problem> {
    let on = shifts::on_now(tx, grant, now).await?;
    let next = shifts::next(tx, grant, now).await?;
    let person = |shift: &shifts::Shift, at: Instant| context! { name => shift.name, role => shift.role.label(), when => board::when(at, now) };
    let hours = serde_json::from_str::<OpeningHours>(&site.hours).ok();
    Ok(context! {
        opening => hours.as_ref().map(|hours| board::opening_in_words(hours, now)),
        is_open => hours.as_ref().is_some_and(|hours| hours.is_open(now)),
        on => on.iter().map(|shift| person(shift, shift.ends_at)).collect::<Vec<_>>(),
        next => next.iter().map(|shift| person(shift, shift.starts_at)).collect::<Vec<_>>(),
    })
}

/// Every follow-up of the site, for whom the board shows only the first.
async fn all_follow_ups(cx: Cx) -> Answer {
    let site = cx.site()?.clone();
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewBoard>(site.id).await?;
    let follow_ups = follow_ups(&cx, &mut tx, &grant, worklists::MOST).await?;
    tx.commit().await?;
    let heading = format!("Follow-ups due at {}", site.name);
    cx.page(
        "board/follow_ups.html",
        context! { heading, back => context! { href => "/", text => "Back to today" }, follow_ups },
    )
}

/// The first `most` follow-ups of people from this site, contacts after release first, and how many
/// there are in all. Nobody beyond the first is named, so nobody beyond them is looked at. Who may
/// not see them by name is told how many there are.
async fn follow_ups(cx: &Cx, tx: &mut Tx, grant: &Grant<ViewBoard>, most: i64) -> Result<Value, Problem> {
    let until = cx.now + Duration::hours(FOLLOW_UPS_WITHIN_HOURS);
    let count = worklists::count_follow_ups_of_site(tx, grant, until, cx.now).await?;
    let lines = worklists::follow_ups_of_site(tx, grant, until, most).await?;
    let shown: Vec<Value> =
        lines.iter().filter(|line| line.name.is_some()).map(|line| task_row(line, cx.now)).collect();
    let hidden = lines.len() - shown.len();
    let more = count.total.saturating_sub(lines.len());
    Ok(context! { shown, hidden, more, total => count.total, overdue => count.overdue })
}

async fn changes(cx: &Cx, tx: &mut Tx, grant: &Grant<ViewBoard>, today: NaiveDate) -> Result<Value, Problem> {
    let seen_at = worklists::seen_at(tx, grant).await?;
    let since = seen_at.unwrap_or_else(|| london_day(today).0);
    let all = worklists::changes(tx, grant, since, CHANGES).await?;
    let shown: Vec<Value> =
        all.iter().filter(|change| may_see_here(cx, change.class)).map(|change| change_row(change, cx.now)).collect();
    Ok(
        context! { shown, since => if seen_at.is_some() { board::when(since, cx.now) } else { "the start of today".to_owned() }, ever => seen_at.is_some(), at => cx.now.to_rfc3339() },
    )
}

fn change_row(change: &Change, now: Instant) -> Value {
    context! {
        when => board::when(change.entered_at, now),
        name => change.name.as_ref().map(throughline_domain::name::Name::formal),
        words => change.words,
        href => change.link,
        by => change.actor_name,
    }
}

/// Whether the user may see this class of people whom they know from the lists of their site.
pub(crate) fn may_see_here(cx: &Cx, class: Class) -> bool {
    let context = Context { relationship: Relationship::Site, own_site: true, link_worker_consent: false };
    matches!(decide(&cx.actor(), Verb::View, class, context), Decision::Allow(_))
}

/// A task in a short list: what, about whom, by when, whose.
pub(crate) fn task_row(line: &Line, now: Instant) -> Value {
    let due = line.task.due_at;
    let overdue = due < now;
    let soon = !overdue && due - now <= Duration::hours(4);
    context! {
        key => line.task.id.to_string(),
        href => format!("/tasks/{}", line.task.id),
        title => line.task.title,
        kind => line.task.kind.label(),
        name => line.name.as_ref().map(throughline_domain::name::Name::formal),
        due,
        overdue,
        clock => context! {
            name => "",
            due,
            state => if overdue { "overdue" } else if soon { "soon" } else { "running" },
            words => board::left_in_words(due, now),
            soon_minutes => 240,
        },
        when => board::when(due, now),
        left => board::left_in_words(due, now),
        owner => line.owner_name,
        organisation => line.organisation_name,
        site => line.site_name,
    }
}

/// "Mark as seen": up to what the page showed, so that what came in since is still told.
async fn seen(cx: Cx, fields: Fields) -> Answer {
    let shown = fields.given("at").and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    let shown = shown.map_or(cx.now, |at| at.to_utc().min(cx.now));
    let mut act: Act = cx.act(&fields).await?;
    let grant = act.authorise::<ViewBoard>(cx.site_id()?).await?;
    worklists::mark_seen(&mut act, &grant, shown).await?;
    act.done("/").await
}

/// Goes on working at another of one's sites.
async fn change_site(cx: Cx, fields: Fields) -> Answer {
    let site: SiteId = fields.text("site").parse().map_err(|_| Problem::Invalid("Choose a site".into()))?;
    if !cx.signed_in.sites.iter().any(|known| known.id == site) {
        return Err(Problem::NotFound);
    }
    let mut act = cx.act(&fields).await?;
    sessions::set_site(&mut act, &cx.signed_in.session.id, site).await?;
    act.done("/").await
}
