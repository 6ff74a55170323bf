//! Setting a clinic up, once or weekly; changing it; cancelling it.

use super::{OVERTAKEN, must_be_allowed, seen_clinic, week};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_domain::appointment::{Clinic as Times, ClinicError, weekly};
use throughline_domain::ids::{ClinicId, UserId};
use throughline_domain::time::{clock_time, date_long, date_time_long, london_date, parse_date, parse_time};
use throughline_policy::{ChangeList, Class};
use throughline_store::clinics::{self, Changed, Clinic, NewClinic};
use throughline_store::events::{self, NewEvent};
use throughline_store::users::{self, Colleague};
use throughline_store::{Error as StoreError, Tx};
use uuid::Uuid;

/// The usual length of a slot, in minutes.
const USUAL_SLOT: u32 = 30;

pub(super) async fn page(cx: Cx) -> Answer {
    let typed = context! { starts => "9:00", ends => "13:00", minutes => USUAL_SLOT, held_by => cx.signed_in.user.id.to_string() };
    draw(&cx, None, &typed, &Errors::default(), &[]).await
}

async fn draw(cx: &Cx, clinic: Option<&Clinic>, typed: &Value, errors: &Errors, in_the_way: &[Value]) -> Answer {
    let site = cx.site()?.clone();
    let mut tx = cx.begin().await?;
    must_be_allowed(&mut tx, clinic.map_or(site.id, |clinic| clinic.site_id)).await?;
    let colleagues = colleagues(&mut tx).await?;
    tx.commit().await?;
    if site.kind.is_court() && clinic.is_none() {
        return Err(Problem::Invalid(
            "Clinics for voluntary attendances are held at police stations: change to a custody site first".into(),
        ));
    }
    let chosen = typed.get_attr("held_by").ok().and_then(|value| value.as_str().map(str::to_owned));
    let holders = colleagues.iter().map(|one| {
        let code = one.id.to_string();
        context! { checked => chosen.as_deref() == Some(code.as_str()), code, label => format!("{}, {}", one.name, one.role.label()) }
    });
    let values = context! {
        heading => if clinic.is_some() { "Change the clinic" } else { "Set up a clinic" }, caption => site.name,
        crumbs => [context! { text => "Clinics", href => "/clinics" }],
        is_new => clinic.is_none(), version => clinic.map(|clinic| clinic.version), id => clinic.map(|clinic| clinic.id),
        holders => holders.collect::<Vec<_>>(), typed, in_the_way,
        errors => errors.summary(), wrong => errors.by_field(),
    };
    cx.page_of_form("clinics/set_up.html", errors, values)
}

/// Who may hold a clinic: everybody who sees people.
async fn colleagues(tx: &mut Tx) -> Result<Vec<Colleague>, Problem> {
    let mut all = users::colleagues(tx).await?;
    all.retain(|one| one.role.is_clinical());
    Ok(all)
}

/// A clinic as typed, with each fault at its field.
async fn typed(cx: &Cx, fields: &Fields, id: ClinicId, errors: &mut Errors) -> Result<Option<NewClinic>, Problem> {
    let today = london_date(cx.now);
    let day = parse_date(fields.text("day"), today).map_err(|error| errors.add("day", error.to_string())).ok();
    if day.is_some_and(|day| day < today) {
        errors.add("day", "This day has passed");
    }
    let mut time =
        |name: &str| parse_time(fields.text(name)).map_err(|_| errors.add(name, "Enter a time, like 9:00 or 1pm")).ok();
    let (starts, ends) = (time("starts"), time("ends"));
    let minutes: Option<u32> = fields.text("minutes").trim().parse().ok();
    if minutes.is_none() {
        errors.add("minutes", ClinicError::SlotLength.to_string());
    }
    let mut tx = cx.begin().await?;
    let all = colleagues(&mut tx).await?;
    tx.commit().await?;
    let held_by: Option<UserId> = fields.text("held_by").parse().ok().filter(|id| all.iter().any(|one| one.id == *id));
    if held_by.is_none() {
        errors.add("held_by", "Choose who holds the clinic");
    }
    let (Some(day), Some(starts), Some(ends), Some(minutes), Some(held_by)) = (day, starts, ends, minutes, held_by)
    else {
        return Ok(None);
    };
    let times = match Times::new(day, starts, ends, minutes) {
        Ok(times) => times,
        Err(error) => {
            let field = if matches!(error, ClinicError::EndsFirst) { "ends" } else { "minutes" };
            errors.add(field, error.to_string());
            return Ok(None);
        }
    };
    let text = |name: &str| fields.text(name).trim().to_owned();
    Ok(Some(NewClinic { id, times, held_by, place: text("place"), ask_for: text("ask_for"), phone: text("phone") }))
}

pub(super) async fn set_up(cx: Cx, fields: Fields) -> Answer {
    let site = cx.site()?.clone();
    let mut errors = Errors::default();
    let first = typed(&cx, &fields, ClinicId::new(Uuid::now_v7()), &mut errors).await?;
    let days = first.as_ref().map(|first| days(&fields, first.times.day(), &mut errors));
    let (Some(first), Some((days, left_out)), true) = (first, days, errors.is_empty()) else {
        return draw(&cx, None, &fields.typed(), &errors, &[]).await;
    };
    if site.kind.is_court() {
        return draw(&cx, None, &fields.typed(), &errors, &[]).await;
    }
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(site.id).await?;
    for day in &days {
        let Ok(times) = Times::new(*day, first.times.starts(), first.times.ends(), first.times.slot_minutes()) else {
            continue;
        };
        let id = ClinicId::new(Uuid::now_v7());
        clinics::add(&mut act, &grant, &NewClinic { id, times, ..first.clone() }).await?;
    }
    let weeks = if days.len() == 1 { "1 clinic".to_owned() } else { format!("{} clinics", days.len()) };
    let skipped =
        if left_out.is_empty() { String::new() } else { format!(", {} bank holidays left out", left_out.len()) };
    note(&mut act, site.id, format!("{weeks} for voluntary attendances set up{skipped}")).await?;
    act.done(&format!("/clinics?week={}", days.first().copied().unwrap_or(first.times.day()))).await
}

/// The days on which it is held: one, or every week until a day with bank holidays left out. A single
/// clinic on a bank holiday is what somebody asked for.
fn days(fields: &Fields, first: NaiveDate, errors: &mut Errors) -> (Vec<NaiveDate>, Vec<NaiveDate>) {
    let until = match fields.text("repeats") {
        "once" | "" => return (vec![first], Vec::new()),
        _ => parse_date(fields.text("until"), first),
    };
    let days = until
        .map_err(|error| error.to_string())
        .and_then(|until| weekly(first, until).map_err(|error| error.to_string()));
    match days {
        Ok((days, _)) if days.is_empty() => {
            errors.add("until", "Each of these days is a bank holiday: set the clinic up once, or choose another day");
            (Vec::new(), Vec::new())
        }
        Ok(days) => days,
        Err(message) => {
            errors.add("until", message);
            (Vec::new(), Vec::new())
        }
    }
}

async fn note(tx: &mut Tx, site: throughline_domain::ids::SiteId, words: String) -> Result<(), Problem> {
    let new = NewEvent {
        at: None,
        site: Some(site),
        person: None,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link: "/clinics".to_owned(),
    };
    Ok(events::add(tx, new).await?)
}

pub(super) async fn change_page(cx: Cx, Path(id): Path<ClinicId>) -> Answer {
    let clinic = open_clinic(&cx, id).await?;
    let times = &clinic.times;
    let typed = context! {
        day => date_long(times.day()), starts => clock_time(times.starts_at()), ends => clock_time(times.ends_at()),
        minutes => times.slot_minutes(), held_by => clinic.held_by.to_string(), place => clinic.place, ask_for => clinic.ask_for,
        phone => clinic.phone,
    };
    draw(&cx, Some(&clinic), &typed, &Errors::default(), &[]).await
}

/// A clinic that was not cancelled, for whoever may change it.
async fn open_clinic(cx: &Cx, id: ClinicId) -> Result<Clinic, Problem> {
    let mut tx = cx.begin().await?;
    let (_, clinic) = seen_clinic(&mut tx, id).await?;
    must_be_allowed(&mut tx, clinic.site_id).await?;
    tx.commit().await?;
    if clinic.cancelled_at.is_some() {
        return Err(Problem::NotFound);
    }
    Ok(clinic)
}

pub(super) async fn change(cx: Cx, Path(id): Path<ClinicId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let clinic = open_clinic(&cx, id).await?;
    let mut errors = Errors::default();
    let wanted = typed(&cx, &fields, id, &mut errors).await?;
    let Some(wanted) = wanted.filter(|_| errors.is_empty()) else {
        return draw(&cx, Some(&clinic), &fields.typed(), &errors, &[]).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(clinic.site_id).await?;
    match clinics::change(&mut act, &grant, version, &wanted).await {
        Ok(Changed::Done) => {}
        Ok(Changed::InTheWay(starts)) => {
            drop(act);
            let who = in_the_way(&cx, &clinic, &starts).await?;
            errors.add("day", "Some people are booked at times that this clinic would not have. Give each another time, or cancel, first: nothing was changed");
            return draw(&cx, Some(&clinic), &fields.typed(), &errors, &who).await;
        }
        Err(StoreError::Stale) => {
            drop(act);
            errors.add("day", OVERTAKEN);
            return draw(&cx, Some(&clinic), &fields.typed(), &errors, &[]).await;
        }
        Err(error) => return Err(error.into()),
    }
    note(&mut act, clinic.site_id, format!("Clinic on {} changed", date_long(wanted.times.day()))).await?;
    act.done(&format!("/clinics/{id}")).await
}

/// Who stands in the way of a change: with name and time, and a way to their appointment.
async fn in_the_way(
    cx: &Cx,
    clinic: &Clinic,
    starts: &[throughline_domain::time::Instant],
) -> Result<Vec<Value>, Problem> {
    let booked = everybody(cx, clinic).await?;
    Ok(booked.into_iter().filter(|(at, _)| starts.contains(at)).map(|(_, value)| value).collect())
}

async fn everybody(cx: &Cx, clinic: &Clinic) -> Result<Vec<(throughline_domain::time::Instant, Value)>, Problem> {
    let mut tx = cx.begin().await?;
    let (grant, _) = seen_clinic(&mut tx, clinic.id).await?;
    let booked = week::ahead(&mut tx, &grant, clinic).await?;
    tx.commit().await?;
    let value = |one: &throughline_store::appointments::Appointment| {
        context! { id => one.id, name => one.name.formal(), when => date_time_long(one.starts_at) }
    };
    Ok(booked.iter().map(|one| (one.starts_at, value(one))).collect())
}

pub(super) async fn cancel_page(cx: Cx, Path(id): Path<ClinicId>) -> Answer {
    let clinic = open_clinic(&cx, id).await?;
    draw_cancel(&cx, &clinic, &Fields::default(), &Errors::default()).await
}

async fn draw_cancel(cx: &Cx, clinic: &Clinic, fields: &Fields, errors: &Errors) -> Answer {
    let booked: Vec<Value> = everybody(cx, clinic).await?.into_iter().map(|(_, value)| value).collect();
    let day = clinic.times.day();
    let values = context! {
        heading => "Cancel the clinic", caption => format!("{} {}, {} to {}", day.format("%A"), date_long(day), clock_time(clinic.times.starts_at()), clock_time(clinic.times.ends_at())),
        crumbs => [context! { text => "Clinics", href => format!("/clinics?week={day}") }],
        booked, version => clinic.version, id => clinic.id, typed => fields.typed(),
        errors => errors.summary(), wrong => errors.by_field(),
    };
    cx.page_of_form("clinics/cancel_clinic.html", errors, values)
}

pub(super) async fn cancel(cx: Cx, Path(id): Path<ClinicId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let clinic = open_clinic(&cx, id).await?;
    let mut errors = Errors::default();
    let Some(reason) = fields.given("reason") else {
        errors.add("reason", "Say why the clinic is cancelled");
        return draw_cancel(&cx, &clinic, &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(clinic.site_id).await?;
    match clinics::cancel(&mut act, &grant, id, version, reason).await {
        Err(StoreError::Stale) => {
            drop(act);
            errors.add("reason", OVERTAKEN);
            return draw_cancel(&cx, &clinic, &fields, &errors).await;
        }
        other => other?,
    }
    note(&mut act, clinic.site_id, format!("Clinic on {} cancelled: {reason}", date_long(clinic.times.day()))).await?;
    act.done("/clinics").await
}
