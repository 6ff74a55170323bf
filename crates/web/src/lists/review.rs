//! Looking a list over before it is brought in, bringing it in, and the list afterwards.

use super::bring_in::bring_in;
use super::compared::Compared;
use super::rows::{changed_row, entry_row, gone_rows, moved_rows, review_row, same_rows, state_words, verbatim};
use super::{corrections, hearings, on_to, site_of, taking_back};
use crate::line::facts;
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::{CLINIC_FORMAT, ListState};
use throughline_domain::time::{date_long, date_time_long, london_date};
use throughline_lists::Change;
use throughline_policy::{Class, ImportList, Verb, ViewList};
use throughline_store::Error as StoreError;
use throughline_store::lists;

pub async fn look_over(cx: Cx, Path(id): Path<ListId>) -> Answer {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let compared = Compared::of(&mut tx, &grant, id).await?;
    let taken_back = lists::taken_back(&mut tx, &grant, &compared.list).await?;
    tx.commit().await?;
    if compared.list.state != ListState::Preview {
        return Ok(on_to(&format!("/lists/{id}")));
    }
    if compared.reading.is_unread() {
        return Ok(on_to(&format!("/lists/{id}/columns")));
    }
    let taken_back = taken_back.map(|taken| taking_back::told(&taken));
    cx.page("lists/review.html", context! { taken_back, ..review(&cx, site, &compared) })
}

fn review(cx: &Cx, site: SiteId, compared: &Compared) -> Value {
    let (list, reading) = (&compared.list, &compared.reading);
    let site = cx.signed_in.sites.iter().find(|known| known.id == site);
    let format = throughline_lists::label_of(&reading.format);
    let (again, others): (Vec<&Change>, Vec<&Change>) =
        compared.changes.iter().partition(|change| change.concerns_identity());
    let changed: Vec<Value> =
        again.into_iter().chain(others).filter_map(|change| changed_row(compared, change)).collect();
    let new: Vec<Value> = compared
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::New { now } => Some(review_row(reading, &reading.entries[*now])),
            _ => None,
        })
        .collect();
    let mut new = new;
    // What may be wrong comes before what is merely good to know.
    new.sort_by_key(|row| !row.get_attr("in_doubt").is_ok_and(|in_doubt| in_doubt.is_true()));
    let (look, plain): (Vec<Value>, Vec<Value>) =
        new.into_iter().partition(|row| row.get_attr("first").is_ok_and(|first| first.is_true()));
    context! {
        heading => "Look this list over", caption => list.kind.label(), list, counts => compared.counts(), format,
        crumbs => [context! { text => "Lists", href => "/lists" }],
        title => reading.title.clone(), sites => reading.sites.clone(), published_at => reading.published_at,
        warnings => warnings(compared, site, london_date(cx.now)),
        notices => hearings::notices(reading),
        moved => moved_rows(compared), changed, look, plain, gone => gone_rows(compared), same => same_rows(compared),
        rejected => reading.rejected.iter().map(|row| context! { row => row.row.to_string(), number => row.row.number(), reason => row.reason.to_string(), verbatim => verbatim(&row.verbatim) }).collect::<Vec<_>>(),
        set_aside => reading.set_aside.iter().map(|row| context! { row => row.row.to_string(), name => row.name, urn => row.urn, reason => row.reason.to_string() }).collect::<Vec<_>>(),
        changes => compared.fingerprint(), is_table => throughline_lists::is_table(&reading.format), court => list.kind == throughline_domain::list::ListKind::Court,
        may_import => cx.role_may(Verb::Create, Class::List), corrected => &compared.corrected,
    }
}

/// What a person should settle before bringing the list in.
fn warnings(
    compared: &Compared,
    site: Option<&throughline_store::organisations::Site>,
    today: NaiveDate,
) -> Vec<String> {
    let (list, reading) = (&compared.list, &compared.reading);
    let mut warnings = Vec::new();
    if let Some(site) = site {
        let strange: Vec<&str> =
            reading.sites.iter().map(String::as_str).filter(|printed| !facts::is_named(printed, &site.name)).collect();
        if !strange.is_empty() {
            warnings.push(format!(
                "This list names {}. You are working at {}. Check that it is for this site.",
                strange.join(" and "),
                site.name
            ));
        }
        if site.kind.is_court() != (list.kind == throughline_domain::list::ListKind::Court) {
            warnings.push(format!(
                "This is a {}, and {} is not a place for one.",
                list.kind.label().to_lowercase(),
                site.name
            ));
        }
    }
    if let Some(printed) = reading.list_date.filter(|printed| *printed != list.list_date) {
        warnings.push(format!(
            "The list is printed for {}, and it will be brought in for {}.",
            date_long(printed),
            date_long(list.list_date)
        ));
    }
    warnings.extend(mostly_gone(compared));
    warnings.extend(hearings::nothing_known(compared));
    if list.list_date < today {
        warnings.push(format!("This list is for {}, a day that has passed.", date_long(list.list_date)));
    }
    warnings
}

/// Says so when most of the board is not in the file: half a list looks like everybody was released.
fn mostly_gone(compared: &Compared) -> Option<String> {
    if compared.reading.event.is_some() {
        return None;
    }
    let counts = compared.counts();
    let (gone, before) = (counts.gone, hearings::in_scope(compared));
    let nobody_left = compared.reading.entries.is_empty() && gone > 0;
    (nobody_left || (gone >= 4 && gone * 2 > before)).then(|| {
        format!("{gone} of the {before} people on our list are not in this file. Check that it is the whole list, for this site and this time, before you bring it in.")
    })
}

pub async fn discard(cx: Cx, Path(id): Path<ListId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    lists::discard(&mut act, &grant, id).await?;
    act.done("/lists").await
}

pub async fn commit(cx: Cx, Path(id): Path<ListId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    match lists::begin_commit(&mut act, &grant, id).await {
        Err(StoreError::Stale) => {
            drop(act);
            return already(&cx, id).await;
        }
        other => other?,
    }
    let view = act.authorise::<ViewList>(site).await?;
    let compared = Compared::of(&mut act, &view, id).await?;
    if compared.reading.is_unread() {
        drop(act);
        return Ok(on_to(&format!("/lists/{id}/columns")));
    }
    if compared.fingerprint() != fields.text("changes") {
        drop(act);
        let text = "Something changed while you were looking: another list was brought in, or a colleague corrected a row. This is what would happen now.";
        let mut tx = cx.begin().await?;
        let view = tx.authorise::<ViewList>(site).await?;
        let compared = Compared::of(&mut tx, &view, id).await?;
        tx.commit().await?;
        let base = review(&cx, site, &compared);
        return cx.page_with_errors(
            "lists/review.html",
            context! { notice => context! { kind => "warning", text }, ..base },
        );
    }
    bring_in(&mut act, &grant, &compared).await?;
    act.done(&format!("/lists/{id}")).await
}

/// The answer to the second of two people who bring in the same list.
async fn already(cx: &Cx, id: ListId) -> Answer {
    let base = list_page(cx, id).await?;
    let text = "A colleague brought this list in, or discarded it, while you were looking. Nothing was done twice.";
    cx.page_with_errors("lists/show.html", context! { notice => context! { kind => "information", text }, ..base })
}

pub async fn show(cx: Cx, Path(id): Path<ListId>) -> Answer {
    let values = list_page(&cx, id).await?;
    if let Some(clinic) = values.get_attr("clinic").ok().and_then(|clinic| clinic.as_str().map(str::to_owned)) {
        return Ok(on_to(&format!("/clinics/{clinic}")));
    }
    if values.get_attr("waiting").is_ok_and(|waiting| waiting.is_true()) {
        return Ok(on_to(&format!("/lists/{id}/review")));
    }
    cx.page("lists/show.html", values)
}

pub(super) async fn list_page(cx: &Cx, id: ListId) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let list = lists::get(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    if list.format == CLINIC_FORMAT {
        return Ok(context! { clinic => id.to_string() });
    }
    let (reading, corrected) = corrections::laid(&mut tx, &grant, &list).await?.told();
    let taking_back = taking_back::offered(&mut tx, &grant, &list).await?;
    let days: Vec<NaiveDate> = reading
        .entries
        .iter()
        .map(|entry| facts::day(&reading, entry, list.list_date))
        .chain([list.list_date])
        .collect();
    let (from, to) =
        (days.iter().min().copied().unwrap_or(list.list_date), days.iter().max().copied().unwrap_or(list.list_date));
    let lines = lists::lines(&mut tx, &grant, list.kind, from, to).await?;
    tx.commit().await?;
    let on_lines = hearings::OnLines::of(lines)?;
    let rows: Vec<Value> = reading
        .entries
        .iter()
        .map(|entry| {
            let line = on_lines.line_of(facts::day(&reading, entry, list.list_date), entry);
            let state = line.map(|line| {
                if line.gone_at.is_some() {
                    format!("{}, no longer on the newest list", state_words(line))
                } else {
                    state_words(line)
                }
            });
            context! { id => line.map(|line| line.id.to_string()), state, ..entry_row(entry) }
        })
        .collect();
    let format = throughline_lists::label_of(&reading.format);
    Ok(context! {
        heading => list.kind.label(), caption => date_long(list.list_date), crumbs => [context! { text => "Lists", href => "/lists" }],
        brought_in => list.committed_at.map(date_time_long), waiting => list.state == ListState::Preview, discarded => list.state == ListState::Discarded,
        title => reading.title, sites => reading.sites, format, rows, rejected => reading.rejected.len(), set_aside => reading.set_aside.len(),
        rows_in => reading.rows_in, gathered => reading.gathered(), corrected, taking_back, may_import => cx.role_may(Verb::Create, Class::List), court => list.kind == throughline_domain::list::ListKind::Court, list,
    })
}
