//! The clinics of a week with their slots; one clinic; and everybody for whom something is to be decided.

use super::{book, may_change, seen_clinic, tone};
use crate::{Answer, Cx, Problem};
use axum::extract::{Path, Query};
use chrono::{Datelike, Days, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::appointment::AppointmentState;
use throughline_domain::calendar::bank_holiday;
use throughline_domain::ids::ClinicId;
use throughline_domain::list::EntryState;
use throughline_domain::time::{Instant, date_long, date_time_long, london_date};
use throughline_policy::ViewList;
use throughline_store::appointments::{self, Appointment};
use throughline_store::clinics::{self, Clinic};

/// Which week is shown: any day of it.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    week: String,
}

pub(super) async fn show(cx: Cx, Query(shown): Query<Shown>) -> Answer {
    let site = cx.site()?.clone();
    let today = london_date(cx.now);
    let day = shown.week.parse::<NaiveDate>().unwrap_or(today);
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    let sunday = monday + Days::new(6);
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewList>(site.id).await?;
    let all = clinics::of_days(&mut tx, &grant, monday, sunday).await?;
    let booked = appointments::of_days(&mut tx, &grant, monday, sunday).await?;
    let to_settle = appointments::to_settle(&mut tx, &grant, today).await?;
    tx.commit().await?;
    let days: Vec<Value> = (0..7)
        .map(|offset| monday + Days::new(offset))
        .filter_map(|day| day_value(&cx, day, today, &all, &booked))
        .collect();
    cx.page(
        "clinics/week.html",
        context! {
            heading => "Clinics for voluntary attendances", caption => site.name,
            is_court => site.kind.is_court(), days,
            from => date_long(monday), to => date_long(sunday), is_this_week => monday <= today && today <= sunday,
            before => format!("/clinics?week={}", monday - Days::new(7)), after => format!("/clinics?week={}", monday + Days::new(7)),
            to_settle => to_settle.iter().map(to_settle_value).collect::<Vec<_>>(), may_change => may_change(&cx),
        },
    )
}

fn day_value(cx: &Cx, day: NaiveDate, today: NaiveDate, all: &[Clinic], booked: &[Appointment]) -> Option<Value> {
    let of_day: Vec<Value> = all
        .iter()
        .filter(|clinic| clinic.times.day() == day)
        .map(|clinic| clinic_value(clinic, booked, cx.now))
        .collect();
    let holiday = bank_holiday(day);
    (!of_day.is_empty() || holiday.is_some()).then(|| {
        context! { title => format!("{} {}", day.format("%A"), date_long(day)), is_today => day == today, holiday, clinics => of_day }
    })
}

/// A clinic with its slots, each free or somebody's.
fn clinic_value(clinic: &Clinic, booked: &[Appointment], now: Instant) -> Value {
    let of_clinic: Vec<&Appointment> =
        booked.iter().filter(|one| one.clinic_id == clinic.id && holds_slot(one.state)).collect();
    let holder = |at: Instant| of_clinic.iter().find(|one| one.starts_at <= at && at < one.ends_at);
    let times = &clinic.times;
    let slots: Vec<Value> = times
        .slots()
        .iter()
        .map(|slot| {
            let of = holder(slot.starts_at);
            let is_free = of.is_none() && clinic.cancelled_at.is_none() && slot.ends_at > now;
            context! {
                time => times.time_of(slot.starts_at), until => times.time_of(slot.ends_at), day => date_long(times.day()), is_free,
                book => is_free.then(|| book::href(clinic.id, slot.starts_at)),
                shown => is_free || of.is_some(), of => of.map(|of| appointment_value(of)),
                goes_on => of.is_some_and(|of| of.starts_at < slot.starts_at),
            }
        })
        .collect();
    let free = slots.iter().filter(|slot| slot.get_attr("is_free").is_ok_and(|free| free.is_true())).count();
    context! {
        id => clinic.id, starts => times.time_of(times.starts_at()), ends => times.time_of(times.ends_at()), held_by => clinic.held_by_name,
        place => clinic.place, cancelled => clinic.cancelled_at.is_some(), reason => clinic.cancelled_reason,
        free, taken => of_clinic.len(), slots, day => date_long(times.day()), minutes => times.slot_minutes(),
    }
}

/// Whether an appointment has its slots still: what is past stays where it was.
fn holds_slot(state: AppointmentState) -> bool {
    !matches!(state, AppointmentState::Cancelled | AppointmentState::Rebooked)
}

fn appointment_value(of: &Appointment) -> Value {
    context! {
        id => of.id, name => of.name.formal(), state => of.state.label(), tone => tone(of.state), urgent => of.details.urgent,
        adult => of.details.appropriate_adult, interpreter => of.details.interpreter, interview_at => of.details.interview_at,
    }
}

fn to_settle_value(of: &Appointment) -> Value {
    let why = match of.state {
        AppointmentState::DidNotAttend => "Did not attend: say what follows",
        AppointmentState::Cancelled => "Cancelled, and waits for another time",
        _ if of.clinic_cancelled => "The clinic was cancelled: another time, or cancel",
        _ if of.line_state == EntryState::ToConsider => "The day has passed: say what became of them",
        _ => "To be settled",
    };
    context! { id => of.id, name => of.name.formal(), when => date_time_long(of.starts_at), why, again => book::again_href(of) }
}

pub(super) async fn one(cx: Cx, Path(id): Path<ClinicId>) -> Answer {
    let mut tx = cx.begin().await?;
    let (grant, clinic) = seen_clinic(&mut tx, id).await?;
    let day = clinic.times.day();
    let mut booked = appointments::of_days(&mut tx, &grant, day, day).await?;
    tx.commit().await?;
    booked.retain(|one| one.clinic_id == id);
    let ended: Vec<Value> = booked.iter().filter(|one| !holds_slot(one.state)).map(appointment_value).collect();
    let in_the_way = booked.iter().filter(|one| one.state.is_ahead()).count();
    cx.page(
        "clinics/clinic.html",
        context! {
            heading => format!("Clinic on {} {}", day.format("%A"), date_long(day)),
            crumbs => [context! { text => "Clinics", href => format!("/clinics?week={day}") }],
            clinic => clinic_value(&clinic, &booked, cx.now), ended, in_the_way, place => clinic.place, ask_for => clinic.ask_for,
            phone => clinic.phone, may_change => may_change(&cx),
        },
    )
}

/// Everybody who is booked in a clinic and not yet seen: who is told of when it is changed or cancelled.
pub(super) async fn ahead(
    tx: &mut throughline_store::Tx,
    grant: &throughline_policy::Grant<ViewList>,
    clinic: &Clinic,
) -> Result<Vec<Appointment>, Problem> {
    let day = clinic.times.day();
    let mut booked = appointments::of_days(tx, grant, day, day).await?;
    booked.retain(|one| one.clinic_id == clinic.id && one.state.is_ahead());
    Ok(booked)
}
