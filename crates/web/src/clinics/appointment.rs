//! One appointment: who comes when, what became of it, and the notice they take with them.

use super::{book, may_change, seen, tone};
use crate::documents::sharing::Ledger;
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::appointment::notice::{Facts, lines};
use throughline_domain::appointment::{
    AfterMissed, AppointmentState, CancelReason, CancelledBy, for_officer, is_after_interview,
};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::Channel;
use throughline_domain::ids::{AppointmentId, EntryId};
use throughline_domain::list::ListKind;
use throughline_domain::time::{age_on, clock_time, date_long, london_date};
use throughline_lists::Entry;
use throughline_policy::{ChangeFollowUp, Grant, Subject, ViewConsent, ViewEpisode, ViewList};
use throughline_store::appointments::{self, Appointment};
use throughline_store::lists::Line;
use throughline_store::{Tx, clinics, episodes, organisations, people};

pub(super) async fn show(cx: Cx, Path(id): Path<AppointmentId>) -> Answer {
    let values = values(&cx, id).await?;
    cx.page("clinics/appointment.html", values)
}

/// The page again with something to say.
pub(super) async fn again(cx: &Cx, id: AppointmentId, extra: Value) -> Answer {
    let base = values(cx, id).await?;
    cx.page_with_errors("clinics/appointment.html", context! { ..extra, ..base })
}

async fn values(cx: &Cx, id: AppointmentId) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let (grant, of) = seen(&mut tx, id).await?;
    let entry: Entry = serde_json::from_str(&of.source).map_err(|_| Problem::Failed)?;
    let clinic = clinics::get(&mut tx, &grant, of.clinic_id).await?.ok_or(Problem::NotFound)?;
    let officer = officer(&mut tx, &of).await?;
    let follow_up = open_episode(&mut tx, &of).await?;
    let before = appointments::of_line(&mut tx, &grant, of.entry_id).await?;
    tx.commit().await?;
    let today = london_date(cx.now);
    let details = &of.details;
    let missed = of.state == AppointmentState::DidNotAttend;
    let when = format!(
        "{} at {} to {}",
        date_long(clinic.times.day()),
        clinic.times.time_of(of.starts_at),
        clinic.times.time_of(of.ends_at)
    );
    Ok(context! {
        heading => "Appointment", caption => "Voluntary attendance", name => of.name.formal(),
        crumbs => [context! { text => "Clinics", href => format!("/clinics?week={}", clinic.times.day()) }],
        id => of.id, version => of.version, entry => of.entry_id, state => of.state.label(), tone => tone(of.state),
        reason => of.reason.map(throughline_domain::list::NotSeenReason::label), when, held_by => clinic.held_by_name,
        clinic => clinic.id, clinic_cancelled => of.clinic_cancelled, clinic_reason => clinic.cancelled_reason,
        late => is_after_interview(of.ends_at, details.interview_at),
        born => of.date_of_birth.map(|born| born.to_string()), age => of.date_of_birth.and_then(|born| age_on(born, today)),
        sex => entry.sex.map(throughline_lists::Sex::label),
        offence => entry.offences.iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join("; "),
        phone => details.phone, safe_contact => details.safe_contact, may_say => details.may_say,
        referral_source => details.referral_source.label(), urgent => details.urgent,
        officer_words => officer_words(&of), officer_email => details.officer_email, interview_at => details.interview_at,
        interview_place => details.interview_place, appropriate_adult => details.appropriate_adult,
        interpreter => details.interpreter, language => details.language, notes => details.notes,
        booked_by => of.created_by_name, booked_at => of.created_at, rebooked_as => of.rebooked_as,
        cancelled_by => of.cancelled_by.map(CancelledBy::label), cancel_reason => of.cancel_reason.map(CancelReason::label),
        cancel_note => of.cancel_note, is_ahead => of.state.is_ahead(), is_booked => of.state == AppointmentState::Booked,
        again => book::again_href(&of), missed, after_missed => of.after_missed.map(AfterMissed::label),
        after_missed_note => of.after_missed_note, episode => of.episode_id, follow_up, officer,
        earlier => before.iter().filter(|one| one.id != of.id).map(short).collect::<Vec<_>>(),
        channels => [Channel::Telephone, Channel::SecureEmail].map(|one| context! { code => one.code(), label => one.label() }),
        may_change => may_change(cx),
    })
}

/// An appointment in a line: when, and what became of it.
fn short(of: &Appointment) -> Value {
    context! { id => of.id, when => format!("{} at {}", date_long(london_date(of.starts_at)), clock_time(of.starts_at)), state => of.state.label(), tone => tone(of.state) }
}

/// The officer in the case, as one says it.
pub(super) fn officer_words(of: &Appointment) -> String {
    let details = &of.details;
    let parts = [&details.officer, &details.collar_number, &details.police_force];
    parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

/// Whether and what the officer in the case may be told, and what the consent ledger says of it.
async fn officer(tx: &mut Tx, of: &Appointment) -> Result<Value, Problem> {
    let subject = match of.episode_id {
        Some(episode) => people::subject_of_episode(tx, episode).await?,
        None => None,
    };
    let Some(subject) = subject else { return Ok(told(of, None)) };
    if !tx.may::<ViewConsent>(subject).await? {
        return Ok(context! { hidden => true });
    }
    let ledger = Ledger::read(tx, subject).await?;
    Ok(told(of, Some(&ledger)))
}

fn told(of: &Appointment, ledger: Option<&Ledger>) -> Value {
    let consent = ledger.map(|ledger| ledger.state(ConsentFor::Police));
    let (words, why_not) = match for_officer(of.state, consent) {
        Ok(words) => (Some(words), None),
        Err(why_not) => (None, Some(why_not.to_string())),
    };
    context! { words, why_not, told => of.disclosure_id.is_some(), consent => ledger.map(|ledger| ledger.value(ConsentFor::Police)) }
}

/// The open episode of the person in which a follow-up task can be added, when the user may add one.
pub(super) async fn open_episode(tx: &mut Tx, of: &Appointment) -> Result<Option<String>, Problem> {
    Ok(follow_up_subject(tx, of).await?.and_then(|subject| subject.episode).map(|episode| episode.to_string()))
}

/// As [`open_episode`], as a subject for the policy.
pub(super) async fn follow_up_subject(tx: &mut Tx, of: &Appointment) -> Result<Option<Subject>, Problem> {
    let Some(person) = of.person_id.filter(|_| of.state == AppointmentState::DidNotAttend) else { return Ok(None) };
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let open = episodes::of_person(tx, &grant).await?.into_iter().find(|episode| episode.closed_at.is_none());
    let Some(open) = open else { return Ok(None) };
    let subject = Subject { person: Some(person), episode: Some(open.id), site: Some(open.site_id) };
    Ok(tx.may::<ChangeFollowUp>(subject).await?.then_some(subject))
}

/// What a line's page says of its appointment; nothing for a line of another kind.
pub(crate) async fn on_line(tx: &mut Tx, grant: &Grant<ViewList>, line: &Line) -> Result<Option<Value>, Problem> {
    if line.kind != ListKind::Voluntary {
        return Ok(None);
    }
    let all = appointments::of_line(tx, grant, line.id).await?;
    let newest = all.first();
    let waits = line.state == throughline_domain::list::EntryState::ToConsider && line.episode_id.is_none();
    let has_none = !newest.is_some_and(|newest| newest.state.is_ahead());
    Ok(Some(context! {
        newest => newest.map(short), clinic_cancelled => newest.is_some_and(|newest| newest.clinic_cancelled && newest.state.is_ahead()),
        book => (waits && has_none).then(|| format!("/appointments/new?entry={}", line.id)),
    }))
}

/// Where somebody goes on after a line was not seen: to the appointment when it was missed, for what
/// follows.
pub(crate) async fn leads_to(tx: &mut Tx, grant: &Grant<ViewList>, entry: EntryId) -> Result<String, Problem> {
    let newest = appointments::of_line(tx, grant, entry).await?.into_iter().next();
    let missed = newest.filter(|newest| newest.state == AppointmentState::DidNotAttend);
    Ok(missed.map_or_else(|| "/".to_owned(), |missed| format!("/appointments/{}", missed.id)))
}

/// The notice, to be printed or copied: safe for others to see.
pub(super) async fn notice(cx: Cx, Path(id): Path<AppointmentId>) -> Answer {
    let mut tx = cx.begin().await?;
    let (grant, of) = seen(&mut tx, id).await?;
    let clinic = clinics::get(&mut tx, &grant, of.clinic_id).await?.ok_or(Problem::NotFound)?;
    let service = organisations::service(&mut tx).await?.map(|service| service.name).unwrap_or_default();
    tx.commit().await?;
    let facts = Facts {
        given_name: of.name.forenames.split(' ').next().unwrap_or_default().to_owned(),
        when: format!(
            "{} {} at {}",
            clinic.times.day().format("%A"),
            date_long(clinic.times.day()),
            clinic.times.time_of(of.starts_at)
        ),
        length: format!("{} minutes", (of.ends_at - of.starts_at).num_minutes()),
        place: clinic.place.clone(),
        ask_for: clinic.ask_for.clone(),
        phone: clinic.phone.clone(),
        service,
        may_say: of.details.may_say,
    };
    let values = context! {
        heading => "Appointment notice", body_class => "tl-notice-page",
        crumbs => [context! { text => "Clinics", href => "/clinics" }, context! { text => "Appointment", href => format!("/appointments/{id}") }],
        lines => lines(&facts), text => lines(&facts).join("\n"), may_say => of.details.may_say, safe_contact => of.details.safe_contact,
        phone => of.details.phone, is_ahead => of.state.is_ahead(), clinic_cancelled => of.clinic_cancelled,
    };
    cx.page("clinics/notice.html", values)
}
