//! CJ outcomes of an episode, and what follows from them; closure is in [`closing`].

mod closing;

use crate::{Answer, App, Cx, Fields, Problem, banner, release};
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{EpisodeId, OutcomeId};
use throughline_domain::legal::LegalEventKind;
use throughline_domain::outcome::{CjOutcome, Decider, InformationUse, next_action_after};
use throughline_domain::time::{Instant, from_london, london_date, parse_date, parse_time};
use throughline_policy::{ChangeFollowUp, ChangeJustice, Subject, ViewEpisode, ViewJustice};
use throughline_store::episodes::{self, Episode};
use throughline_store::outcomes::{self, NewOutcome};
use throughline_store::{Tx, people};
use uuid::Uuid;

/// The pages of outcomes and closure.
pub fn routes() -> Router<App> {
    Router::new().route("/episodes/{episode}/outcome", get(show).post(record)).merge(closing::routes())
}

/// What was just done, for the notice.
#[derive(Debug, Default, serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

/// A message and the field it is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
struct FieldError {
    field_name: &'static str,
    message: String,
}

fn wrong(field_name: &'static str, message: impl Into<String>) -> FieldError {
    FieldError { field_name, message: message.into() }
}

/// The episode of an address, or the answer for one that is not there or not the reader's.
async fn open(tx: &mut Tx, id: EpisodeId) -> Result<(Subject, Episode), Problem> {
    let subject = people::subject_of_episode(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    Ok((subject, episode))
}

async fn show(cx: Cx, Path(id): Path<EpisodeId>, Query(done): Query<Done>) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, episode) = open(&mut tx, id).await?;
    let values = page(&mut tx, &cx, subject, &episode).await?;
    tx.commit().await?;
    let today = context! { decided_on => typed_today(cx.now) };
    let notice = (done.done == "recorded").then(|| recorded_notice(&episode));
    cx.page("outcomes/show.html", context! { notice, typed => today, ..values })
}

fn typed_today(now: Instant) -> String {
    london_date(now).format("%-d/%-m/%Y").to_string()
}

fn recorded_notice(episode: &Episode) -> Value {
    let link = context! { text => "Back to the episode", href => format!("/episodes/{}", episode.id) };
    context! { kind => "success", title => "Saved", text => "The outcome is recorded.", link }
}

/// Everything of the page but what was typed.
async fn page(tx: &mut Tx, cx: &Cx, subject: Subject, episode: &Episode) -> Result<Value, Problem> {
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let recorded = outcomes::of_episode(tx, &grant).await?;
    let may_record = tx.may::<ChangeJustice>(subject).await?;
    let person = banner::banner(tx, episode.person_id, Some(episode.id)).await?.value;
    let court_first = cx.signed_in.site().is_some_and(|site| site.kind.is_court());
    let deciders = if court_first { [Decider::Court, Decider::Police] } else { [Decider::Police, Decider::Court] };
    let groups = deciders.map(|decider| {
        let all = CjOutcome::ALL.iter().filter(|outcome| outcome.decider() == decider);
        context! { label => decider.label(), options => all.map(|one| choice(one.code(), one.label())).collect::<Vec<_>>() }
    });
    Ok(context! {
        heading => "CJ outcome",
        caption => &episode.site_name,
        back => context! { href => format!("/episodes/{}", episode.id), text => "Back to the episode" },
        person,
        episode,
        recorded => recorded.iter().map(line).collect::<Vec<_>>(),
        may_record,
        legal_status => episode.legal_status.label(),
        asks_release => may_be_released(episode),
        groups,
        information_uses => InformationUse::ALL.iter().map(|one| choice(one.code(), one.label())).collect::<Vec<_>>(),
    })
}

fn choice(code: &str, label: &str) -> Value {
    context! { code, label }
}

fn line(outcome: &outcomes::Outcome) -> Value {
    context! {
        what => outcome.code.label(),
        who => outcome.code.decider().label(),
        on => outcome.decided_on.to_string(),
        information => outcome.information_use.label(),
        note => &outcome.note,
        at => outcome.recorded_at,
        by => &outcome.recorded_by_name,
    }
}

/// Whether the page asks if the person walks out: an open episode of somebody who is held, or of
/// whom nobody has said.
fn may_be_released(episode: &Episode) -> bool {
    let unknown = episode.legal_status == LegalStatus::NotKnown && episode.released_at.is_none();
    episode.closed_at.is_none() && (episode.legal_status.is_held() || unknown)
}

/// An outcome as it was typed and understood.
#[derive(Debug, Clone, PartialEq)]
struct Typed {
    code: CjOutcome,
    decided_on: NaiveDate,
    information_use: InformationUse,
    released_at: Option<Instant>,
    hearing: Option<Instant>,
}

async fn record(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, episode) = open(&mut act, id).await?;
    let grant = act.authorise::<ChangeJustice>(subject).await?;
    let typed = match read(&fields, may_be_released(&episode), cx.now) {
        Ok(typed) => typed,
        Err(errors) => {
            let values = page(&mut act, &cx, subject, &episode).await?;
            return cx.page_with_errors("outcomes/show.html", context! { errors, typed => fields.typed(), ..values });
        }
    };
    let new = NewOutcome {
        id: OutcomeId::new(Uuid::now_v7()),
        code: typed.code,
        decided_on: typed.decided_on,
        information_use: typed.information_use,
        note: fields.text("note").to_owned(),
    };
    outcomes::record(&mut act, &grant, episode.site_id, &new).await?;
    if episode.closed_at.is_none() {
        follow(&mut act, subject, &episode, fields.version()?, &typed).await?;
    }
    act.done(&format!("/episodes/{id}/outcome?done=recorded")).await
}

/// What follows from an outcome while the episode is open: the legal status, a release with its
/// contact, the next hearing, the end of chasing, and what is owed next.
async fn follow(tx: &mut Tx, subject: Subject, episode: &Episode, version: i64, typed: &Typed) -> Result<(), Problem> {
    let grant = tx.authorise::<ChangeJustice>(subject).await?;
    let status = typed.code.legal_status_after(episode.legal_status, typed.released_at.is_some());
    outcomes::set_legal_status(tx, &grant, version, status).await?;
    // A hearing that is known already stays, where the matter goes on and nobody says otherwise.
    let known = episode.next_hearing_at.filter(|at| typed.code.goes_on() && *at > tx.now());
    let hearing = typed.hearing.or(known);
    outcomes::set_next_hearing(tx, &grant, hearing).await?;
    let chased = tx.authorise::<ChangeFollowUp>(subject).await?;
    outcomes::end_chasing(tx, &chased, &format!("Recorded: {}", typed.code)).await?;
    if let Some(at) = typed.released_at {
        if let Some(kind) = released_by(typed.code, status) {
            crate::legal::left(tx, subject, episode, kind, at).await?;
        }
        return release::release(tx, subject, status, at).await;
    }
    let (words, due) = next_action_after(hearing, tx.now());
    episodes::set_next_action(tx, episode.id, words, due).await?.only_while_open();
    Ok(())
}

/// The legal event that a release by an outcome is: bail before charge is another thing than bail after it.
fn released_by(code: CjOutcome, status: LegalStatus) -> Option<LegalEventKind> {
    let before_charge = code == CjOutcome::PoliceBail;
    match LegalEventKind::of_leaving_on(status) {
        Some(LegalEventKind::Bailed) if !before_charge => Some(LegalEventKind::BailedAfterCharge),
        other => other,
    }
}

/// Reads the form, and says of each field what is wrong with it.
fn read(fields: &Fields, held: bool, now: Instant) -> Result<Typed, Vec<FieldError>> {
    let mut errors = Vec::new();
    let code = CjOutcome::from_code(fields.text("code"));
    if code.is_none() {
        errors.push(wrong("code", "Choose what was decided"));
    }
    let decided_on = decided_on(fields, now).map_err(|error| errors.push(error)).ok();
    let information_use = InformationUse::from_code(fields.text("information_use"));
    if information_use.is_none() {
        errors.push(wrong("information_use", "Choose whether our information was available"));
    }
    let released = if held { released(fields, code, now) } else { Ok(None) };
    let released_at = released.map_err(|error| errors.push(error)).ok().flatten();
    let hearing = hearing(fields, now).map_err(|error| errors.push(error)).ok().flatten();
    match (code, decided_on, information_use) {
        (Some(code), Some(decided_on), Some(information_use)) if errors.is_empty() => {
            Ok(Typed { code, decided_on, information_use, released_at, hearing })
        }
        _ => Err(errors),
    }
}

fn decided_on(fields: &Fields, now: Instant) -> Result<NaiveDate, FieldError> {
    let today = london_date(now);
    let date = parse_date(fields.text("decided_on"), today).map_err(|error| wrong("decided_on", error.to_string()))?;
    if date > today {
        return Err(wrong("decided_on", "The decision cannot be in the future: check the date"));
    }
    Ok(date)
}

fn released(fields: &Fields, code: Option<CjOutcome>, now: Instant) -> Result<Option<Instant>, FieldError> {
    let Some(code) = code else { return Ok(None) };
    match fields.text("walks_out") {
        "yes" if !code.may_release() => {
            Err(wrong("walks_out", format!("\"{code}\" keeps the person held: choose No, or another outcome")))
        }
        "yes" => {
            let at = date_and_time(fields, ["released_on", "released_time"], now)?;
            if at > now {
                return Err(wrong("released_time", "The release is in the future: record it when they have left"));
            }
            Ok(Some(at))
        }
        "no" => Ok(None),
        _ if code.may_release() => Err(wrong("walks_out", "Choose whether they walk out")),
        _ => Ok(None),
    }
}

fn hearing(fields: &Fields, now: Instant) -> Result<Option<Instant>, FieldError> {
    if fields.given("hearing_on").is_none() && fields.given("hearing_time").is_none() {
        return Ok(None);
    }
    let today = london_date(now);
    let date = parse_date(fields.text("hearing_on"), today).map_err(|error| wrong("hearing_on", error.to_string()))?;
    if date < today {
        return Err(wrong("hearing_on", "The next hearing is in the past: check the date"));
    }
    // Courts list people for the morning unless they say otherwise.
    let time = fields.given("hearing_time").unwrap_or("10:00");
    let time = parse_time(time).map_err(|error| wrong("hearing_time", error.to_string()))?;
    Ok(Some(from_london(date.and_time(time))))
}

fn date_and_time(fields: &Fields, [date, time]: [&'static str; 2], now: Instant) -> Result<Instant, FieldError> {
    let day = parse_date(fields.text(date), london_date(now)).map_err(|error| wrong(date, error.to_string()))?;
    let Some(typed) = fields.given(time) else {
        return Err(wrong(time, "Enter a time"));
    };
    let clock = parse_time(typed).map_err(|error| wrong(time, error.to_string()))?;
    Ok(from_london(day.and_time(clock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)], held: bool) -> Result<Typed, Vec<&'static str>> {
        let now = "2026-11-22T15:00:00Z".parse().unwrap();
        read(&pairs.iter().copied().collect(), held, now)
            .map_err(|errors| errors.into_iter().map(|error| error.field_name).collect())
    }

    const DECIDED: [(&str, &str); 3] = [("code", "nfa"), ("decided_on", "22/11/2026"), ("information_use", "followed")];

    #[test]
    fn whoever_is_held_is_asked_whether_they_walk_out() {
        assert_eq!(typed(&DECIDED, true), Err(vec!["walks_out"]));
        let leaving =
            [&DECIDED[..], &[("walks_out", "yes"), ("released_on", "22/11/26"), ("released_time", "2:05pm")]].concat();
        let released = typed(&leaving, true).unwrap().released_at;
        assert_eq!(released, Some("2026-11-22T14:05:00Z".parse().unwrap()));
        let staying = [&DECIDED[..], &[("walks_out", "no")]].concat();
        assert_eq!(typed(&staying, true).unwrap().released_at, None);
        assert_eq!(typed(&DECIDED, false).unwrap().released_at, None);
    }

    #[test]
    fn nobody_walks_out_of_a_remand_or_in_the_future() {
        let out = [("walks_out", "yes"), ("released_on", "22/11/26"), ("released_time", "14:00")];
        let remanded = [&[("code", "remand_custody")], &DECIDED[1..], &out[..]].concat();
        assert_eq!(typed(&remanded, true), Err(vec!["walks_out"]));
        let later = [&DECIDED[..], &out[..2], &[("released_time", "16:00")]].concat();
        assert_eq!(typed(&later, true), Err(vec!["released_time"]));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(typed(&[], true), Err(vec!["code", "decided_on", "information_use"]));
        let tomorrow = [DECIDED[0], ("decided_on", "23/11/2026"), DECIDED[2], ("hearing_on", "1/11/2026")];
        assert_eq!(typed(&tomorrow, false), Err(vec!["decided_on", "hearing_on"]));
    }

    #[test]
    fn a_hearing_without_a_time_is_in_the_morning() {
        let adjourned = [&DECIDED[..], &[("hearing_on", "1 December 2026")]].concat();
        assert_eq!(typed(&adjourned, false).unwrap().hearing, Some("2026-12-01T10:00:00Z".parse().unwrap()));
    }
}
