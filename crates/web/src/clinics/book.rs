//! Booking somebody in: by hand, from a line of a list, again after a missed appointment; moving an
//! appointment to another time, and correcting what was asked.

use super::form::{self, Wanted};
use super::openings::{Chosen, Openings};
use super::{OVERTAKEN, is_stale, must_be_allowed, seen, tell};
use crate::line::{Listed, source, subject};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::appointment::{AfterMissed, AppointmentState, NotFree};
use throughline_domain::ids::{AppointmentId, ClinicId, EntryId, SiteId};
use throughline_domain::time::{Instant, date_time_long, london_date};
use throughline_lists::{Booked, Entry};
use throughline_policy::{ChangeList, SearchPeople, Subject, ViewList};
use throughline_store::appointments::{self, Appointment, For, NewAppointment};
use throughline_store::lists::{self, EntryFacts};
use throughline_store::{Error as StoreError, Tx};
use uuid::Uuid;

/// What a booking page is opened with: none of it names a person.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Opened {
    /// The slot, as a form names it.
    #[serde(default)]
    slot: String,
    /// The line that gets a slot.
    #[serde(default)]
    entry: String,
    /// The missed appointment after which another one is made.
    #[serde(default)]
    after: String,
}

/// For whom a slot is looked for.
enum Whose {
    /// Somebody on no list.
    Anybody,
    /// A line that has no appointment.
    Line(EntryId, Box<Entry>, Option<Box<Appointment>>),
    /// Somebody who did not attend: a new line, for another day.
    After(Box<Appointment>, Box<Entry>),
    /// An appointment that is ahead.
    Ahead(Box<Appointment>, Box<Entry>),
}

impl Whose {
    async fn opened(tx: &mut Tx, here: SiteId, opened: &Opened) -> Result<(SiteId, Self), Problem> {
        if let Ok(entry) = opened.entry.parse::<EntryId>() {
            let site = subject(tx, entry).await?;
            let grant = tx.authorise::<ViewList>(site).await?;
            let line = lists::entry(tx, &grant, entry).await?.ok_or(Problem::NotFound)?;
            let before = appointments::of_line(tx, &grant, entry).await?.into_iter().next();
            return Ok((site, Self::Line(entry, Box::new(source(&line)?), before.map(Box::new))));
        }
        if let Ok(after) = opened.after.parse::<AppointmentId>() {
            let (_, missed) = seen(tx, after).await?;
            let entry = entry_of(&missed)?;
            return Ok((missed.site_id, Self::After(Box::new(missed), Box::new(entry))));
        }
        Ok((here, Self::Anybody))
    }

    fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Anybody => None,
            Self::Line(_, entry, _) | Self::After(_, entry) | Self::Ahead(_, entry) => Some(entry),
        }
    }

    fn before(&self) -> Option<&Appointment> {
        match self {
            Self::Anybody => None,
            Self::Line(_, _, before) => before.as_deref(),
            Self::After(before, _) | Self::Ahead(before, _) => Some(before),
        }
    }

    /// Whether who it is, is asked here: a list speaks for its own lines, and another appointment is of
    /// the same person as the first.
    fn asks_who(&self) -> bool {
        matches!(self, Self::Anybody)
    }
}

fn entry_of(appointment: &Appointment) -> Result<Entry, Problem> {
    serde_json::from_str(&appointment.source).map_err(|_| Problem::Failed)
}

/// What a booking page is drawn with.
struct Drawing<'a> {
    whose: &'a Whose,
    openings: &'a Openings,
    opened: &'a Opened,
    typed: Value,
    /// How many slots are offered together.
    slots: usize,
    interview: Option<Instant>,
}

pub(super) async fn page(cx: Cx, Query(opened): Query<Opened>) -> Answer {
    let mut tx = cx.begin().await?;
    let (site, whose) = Whose::opened(&mut tx, cx.site_id()?, &opened).await?;
    must_be_allowed(&mut tx, site).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let openings = Openings::of(&mut tx, &grant, london_date(cx.now)).await?;
    tx.commit().await?;
    let typed = form::filled(whose.entry(), whose.before());
    let interview = whose
        .before()
        .map_or_else(|| whose.entry().and_then(|entry| entry.interview_at), |before| before.details.interview_at);
    let drawing = Drawing { whose: &whose, openings: &openings, opened: &opened, typed, slots: 1, interview };
    draw(&cx, &drawing, &Errors::default(), false)
}

fn draw(cx: &Cx, of: &Drawing<'_>, errors: &Errors, asks_late: bool) -> Answer {
    let typed_slot = of.typed.get_attr("slot").ok().and_then(|value| value.as_str().and_then(Chosen::read));
    let chosen = typed_slot.or_else(|| Chosen::read(&of.opened.slot));
    let options = of.openings.options(of.slots, of.interview, chosen);
    let is_ahead = matches!(of.whose, Whose::Ahead(..));
    let heading = match of.whose {
        Whose::Ahead(..) => "Another time",
        Whose::After(..) => "Another appointment",
        Whose::Anybody | Whose::Line(..) => "Book somebody in",
    };
    let values = context! {
        heading,
        crumbs => [context! { text => "Clinics", href => "/clinics" }],
        name => of.whose.entry().map(|entry| entry.name.formal()),
        asks_who => of.whose.asks_who(), is_ahead,
        now_at => of.whose.before().filter(|_| is_ahead).map(|before| date_time_long(before.starts_at)),
        version => of.whose.before().filter(|_| is_ahead).map(|before| before.version),
        entry => of.opened.entry, after => of.opened.after,
        slots_free => options, slots => of.slots, asks_late,
        choices => form::choices(&of.typed), typed => of.typed.clone(),
        errors => errors.summary(), wrong => errors.by_field(),
    };
    cx.page_of_form("clinics/book.html", errors, values)
}

/// The page again, with everything that was typed and the slots that are free now.
async fn again(cx: &Cx, tried: &Tried<'_>, errors: &Errors, asks_late: bool) -> Answer {
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewList>(tried.site).await?;
    let openings = Openings::of(&mut tx, &grant, london_date(cx.now)).await?;
    tx.commit().await?;
    let mut drawing = Drawing {
        whose: tried.whose,
        openings: &openings,
        opened: tried.opened,
        typed: tried.fields.typed(),
        slots: tried.slots,
        interview: tried.interview,
    };
    drawing.slots = drawing.slots.max(1);
    draw(cx, &drawing, errors, asks_late)
}

/// A form that was sent.
struct Tried<'a> {
    site: SiteId,
    whose: &'a Whose,
    opened: &'a Opened,
    fields: &'a Fields,
    slots: usize,
    interview: Option<Instant>,
}

/// The slot that was chosen, unless something speaks against it; whether it was that it comes late.
async fn chosen(cx: &Cx, tried: &Tried<'_>, errors: &mut Errors) -> Result<(Option<Chosen>, bool), Problem> {
    let Some(chosen) = Chosen::read(tried.fields.text("slot")) else {
        errors.add("slot", "Choose a slot");
        return Ok((None, false));
    };
    let mut tx = cx.begin().await?;
    let grant = tx.authorise::<ViewList>(tried.site).await?;
    let openings = Openings::of(&mut tx, &grant, london_date(cx.now)).await?;
    tx.commit().await?;
    let late = openings.is_late(chosen, tried.slots, tried.interview) && !tried.fields.ticked("late");
    if late {
        errors.add("slot", "This slot ends after the interview starts: what is found then comes too late for it. Choose one before the interview, or tick that it has to be this one");
    }
    Ok((Some(chosen), late))
}

pub(super) async fn book(cx: Cx, fields: Fields) -> Answer {
    let text = |name: &str| fields.text(name).to_owned();
    let opened = Opened { slot: text("slot"), entry: text("entry"), after: text("after") };
    let mut tx = cx.begin().await?;
    let (site, whose) = Whose::opened(&mut tx, cx.site_id()?, &opened).await?;
    must_be_allowed(&mut tx, site).await?;
    tx.commit().await?;
    let mut errors = Errors::default();
    let wanted = form::read(&fields, cx.now, whose.asks_who(), &mut errors);
    let (slots, interview) = wanted.as_ref().map_or((1, None), |wanted| (wanted.slots, wanted.details.interview_at));
    let tried = Tried { site, whose: &whose, opened: &opened, fields: &fields, slots, interview };
    let (slot, late) = chosen(&cx, &tried, &mut errors).await?;
    let (Some(wanted), Some(slot), true) = (wanted, slot, errors.is_empty()) else {
        return again(&cx, &tried, &errors, late).await;
    };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(site).await?;
    let new = new_appointment(&cx, &whose, &wanted, slot);
    let booked = match appointments::book(&mut act, &grant, &new).await {
        Ok(Ok(entry)) => Ok(entry),
        Ok(Err(not_free)) => Err(not_free_words(&not_free)),
        Err(error) if is_stale(&error) => Err(OVERTAKEN.to_owned()),
        Err(error) => return Err(error.into()),
    };
    let entry = match booked {
        Ok(entry) => entry,
        Err(words) => {
            drop(act);
            errors.add("slot", words);
            return again(&cx, &tried, &errors, false).await;
        }
    };
    if let Whose::After(missed, _) = &whose {
        appointments::after_missed(&mut act, &grant, missed.id, missed.version, AfterMissed::Rebooked, "").await?;
    }
    look_for(&mut act, site, entry).await?;
    let (_, made) = seen(&mut act, new.id).await?;
    tell(&mut act, &made, &format!("Appointment booked for {}", date_time_long(made.starts_at))).await?;
    act.done(&format!("/appointments/{}", new.id)).await
}

/// What to tell somebody who was too late, with what to do.
fn not_free_words(not_free: &NotFree) -> String {
    match not_free {
        NotFree::Taken(_) => {
            format!("{not_free}. A colleague was faster. What you typed is kept, and the next free slots are offered")
        }
        other => other.to_string(),
    }
}

fn new_appointment(cx: &Cx, whose: &Whose, wanted: &Wanted, slot: Chosen) -> NewAppointment {
    let id = AppointmentId::new(Uuid::now_v7());
    let today = london_date(cx.now);
    let of = match whose {
        Whose::Line(entry, ..) => For::Line(*entry),
        Whose::Ahead(ahead, _) => For::Line(ahead.entry_id),
        Whose::Anybody => For::Nobody(Box::new(facts(&wanted.booked.entry(&id.to_string(), today), slot.from)), None),
        Whose::After(missed, entry) => {
            let key = format!("{}{id}", Booked::KEY);
            let again = Entry { key, second_key: None, interview_at: wanted.details.interview_at, ..(**entry).clone() };
            For::Nobody(Box::new(facts(&again, slot.from)), missed.person_id)
        }
    };
    NewAppointment {
        id,
        clinic: slot.clinic,
        from: slot.from,
        slots: wanted.slots,
        of,
        details: wanted.details.clone(),
    }
}

/// The columns of a line that was booked in by hand.
fn facts(entry: &Entry, from: Instant) -> EntryFacts {
    EntryFacts {
        list_date: london_date(from),
        key: entry.key.clone(),
        source: serde_json::to_string(entry).unwrap_or_default(),
        name: entry.name.clone(),
        date_of_birth: entry.date_of_birth,
        sitting_at: Some(from),
        ..EntryFacts::default()
    }
}

/// Who a line is likeliest to be, as for any line that is brought in.
async fn look_for(tx: &mut Tx, site: SiteId, id: EntryId) -> Result<(), Problem> {
    tx.authorise::<SearchPeople>(Subject::default()).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let line = lists::entry(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    let entry = source(&line)?;
    let best = lists::find_best(tx, id, &Listed::of(&line, &entry).description()).await?;
    if let Some(person) = best.person() {
        tx.note_shown(person, "possible match");
    }
    Ok(())
}

pub(super) async fn time_page(cx: Cx, Path(id): Path<AppointmentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let (grant, found) = seen(&mut tx, id).await?;
    must_be_allowed(&mut tx, found.site_id).await?;
    if !found.state.is_ahead() {
        return Err(Problem::NotFound);
    }
    let openings = Openings::of(&mut tx, &grant, london_date(cx.now)).await?;
    tx.commit().await?;
    let entry = entry_of(&found)?;
    let slots = slots_of(&found);
    let (typed, interview) = (form::filled(Some(&entry), Some(&found)), found.details.interview_at);
    let whose = Whose::Ahead(Box::new(found), Box::new(entry));
    let opened = Opened::default();
    let drawing = Drawing { whose: &whose, openings: &openings, opened: &opened, typed, slots, interview };
    draw(&cx, &drawing, &Errors::default(), false)
}

/// As many slots as the person needs.
fn slots_of(appointment: &Appointment) -> usize {
    let details = &appointment.details;
    throughline_domain::appointment::fewest_slots(details.appropriate_adult, details.interpreter)
}

pub(super) async fn time(cx: Cx, Path(id): Path<AppointmentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut tx = cx.begin().await?;
    let (_, found) = seen(&mut tx, id).await?;
    must_be_allowed(&mut tx, found.site_id).await?;
    tx.commit().await?;
    let (site, details) = (found.site_id, found.details.clone());
    let mut errors = Errors::default();
    let slots = match fields.given("slots").map(str::parse::<usize>) {
        None => slots_of(&found),
        Some(Ok(slots)) if (1..=8).contains(&slots) => slots,
        Some(_) => {
            errors.add("slots", "Enter how many slots in a row, from 1 to 8");
            1
        }
    };
    let entry = entry_of(&found)?;
    let booked = Booked { name: entry.name.clone(), ..Booked::default() };
    let whose = Whose::Ahead(Box::new(found), Box::new(entry));
    let opened = Opened { slot: fields.text("slot").to_owned(), ..Opened::default() };
    let tried = Tried { site, whose: &whose, opened: &opened, fields: &fields, slots, interview: details.interview_at };
    let (slot, late) = chosen(&cx, &tried, &mut errors).await?;
    let Some(slot) = slot.filter(|_| errors.is_empty()) else { return again(&cx, &tried, &errors, late).await };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<ChangeList>(site).await?;
    let new = new_appointment(&cx, &whose, &Wanted { booked, details, slots }, slot);
    let moved = match appointments::rebook(&mut act, &grant, id, version, &new).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(not_free)) => Err(not_free_words(&not_free)),
        Err(StoreError::Stale) => Err(OVERTAKEN.to_owned()),
        Err(error) => return Err(error.into()),
    };
    if let Err(words) = moved {
        drop(act);
        errors.add("slot", words);
        return again(&cx, &tried, &errors, false).await;
    }
    let (_, made) = seen(&mut act, new.id).await?;
    tell(&mut act, &made, &format!("Appointment moved to {}", date_time_long(made.starts_at))).await?;
    act.done(&format!("/appointments/{}", new.id)).await
}

pub(super) async fn change_page(cx: Cx, Path(id): Path<AppointmentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let (_, found) = seen(&mut tx, id).await?;
    must_be_allowed(&mut tx, found.site_id).await?;
    tx.commit().await?;
    if !found.state.is_ahead() {
        return Err(Problem::NotFound);
    }
    let typed = form::filled(Some(&entry_of(&found)?), Some(&found));
    draw_change(&cx, &found, &typed, &Errors::default())
}

/// Whether the line was booked in by hand, so that who it is of is corrected here.
fn is_by_hand(entry: &Entry) -> bool {
    entry.key.starts_with(Booked::KEY)
}

fn draw_change(cx: &Cx, found: &Appointment, typed: &Value, errors: &Errors) -> Answer {
    let values = context! {
        heading => "Correct the booking",
        crumbs => [context! { text => "Clinics", href => "/clinics" }, context! { text => "Appointment", href => format!("/appointments/{}", found.id) }],
        name => found.name.formal(), asks_who => is_by_hand(&entry_of(found)?), is_change => true, version => found.version,
        choices => form::choices(typed), typed,
        errors => errors.summary(), wrong => errors.by_field(),
    };
    cx.page_of_form("clinics/book.html", errors, values)
}

pub(super) async fn change(cx: Cx, Path(id): Path<AppointmentId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let (_, found) = seen(&mut act, id).await?;
    let grant = act.authorise::<ChangeList>(found.site_id).await?;
    let before = entry_of(&found)?;
    let by_hand = is_by_hand(&before);
    let mut errors = Errors::default();
    let Some(wanted) = form::read(&fields, cx.now, by_hand, &mut errors) else {
        drop(act);
        return draw_change(&cx, &found, &fields.typed(), &errors);
    };
    let new = wanted.booked.entry(before.key.trim_start_matches(Booked::KEY), london_date(cx.now));
    let facts = by_hand.then(|| facts(&new, found.starts_at));
    let changed = appointments::change_details(&mut act, &grant, id, version, &wanted.details, facts.as_ref()).await;
    match changed {
        Err(StoreError::Stale) => {
            drop(act);
            errors.add("", OVERTAKEN);
            return draw_change(&cx, &found, &fields.typed(), &errors);
        }
        other => other?,
    }
    if by_hand {
        look_for(&mut act, found.site_id, found.entry_id).await?;
    }
    tell(&mut act, &found, "Appointment corrected").await?;
    act.done(&format!("/appointments/{id}")).await
}

/// Where somebody is booked in for a slot.
pub(super) fn href(clinic: ClinicId, from: Instant) -> String {
    format!("/appointments/new?slot={}", Chosen { clinic, from }.code())
}

/// Whether another appointment may be made after this one, and where.
pub(super) fn again_href(of: &Appointment) -> Option<String> {
    match of.state {
        AppointmentState::DidNotAttend => Some(format!("/appointments/new?after={}", of.id)),
        AppointmentState::Cancelled if of.line_state == throughline_domain::list::EntryState::ToConsider => {
            Some(format!("/appointments/new?entry={}", of.entry_id))
        }
        state if state.is_ahead() => Some(format!("/appointments/{}/time", of.id)),
        _ => None,
    }
}
