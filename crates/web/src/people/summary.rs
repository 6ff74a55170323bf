//! The summary of a person: what to know first, what is owed, and how they may be reached.

use super::details::{Asking, Errors};
use super::frame;
use crate::as_of::Asked;
use crate::{Answer, Cx, Fields, Problem, banner};
use axum::extract::{Path, Query};
use chrono::{Duration, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::ids::{AlertId, MergeId, PersonId};
use throughline_domain::risk::{AlertState, RiskState};
use throughline_domain::time::{date_long, london_date, parse_date};
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, ChangeRiskCard, Class, OpenEpisode, Subject, ViewEpisode, ViewNeedsPlan,
    ViewRiskCard,
};
use throughline_store::Tx;
use throughline_store::alerts::{self, Alert, RiskCard};
use throughline_store::episodes::{self, Episode};
use throughline_store::events::{self, NewEvent};
use throughline_store::people::{self, Person};

/// An alert that is acknowledged is looked at again within a year.
const LONGEST_REVIEW_DAYS: i64 = 366;

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
    /// The joining by which an old link led here.
    joined: Option<MergeId>,
}

fn done_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "added" => "The person was added",
        "from_elsewhere" => "The person was added from the hospital's record",
        "elsewhere_added" => "The hospital's record was added to this person",
        "saved" => "The details were saved",
        "confirmed" => "The identity was confirmed",
        "acknowledged" => "The alert was acknowledged",
        "resolved" => "The alert was resolved",
        _ => return None,
    })
}

pub(super) async fn show(
    cx: Cx,
    Path(person): Path<PersonId>,
    Query(done): Query<Done>,
    Query(asked): Query<Asked>,
) -> Answer {
    match asked.read(cx.now) {
        Ok(Some(moment)) => return super::as_of::show(&cx, person, moment, &asked).await,
        Ok(None) => {}
        Err(words) => {
            let mut errors = Errors::default();
            errors.add("as_of", words);
            let typed = asked.typed();
            return draw(&cx, person, &typed, &errors, None, None).await;
        }
    }
    let joined = done.joined;
    let done = done_words(&done.done).map(|text| context! { kind => "success", text });
    draw(&cx, person, &Fields::default(), &Errors::default(), done, joined).await
}

async fn draw(
    cx: &Cx,
    person: PersonId,
    fields: &Fields,
    errors: &Errors,
    done: Option<Value>,
    joined: Option<MergeId>,
) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "").await?;
    let (risk, alerts) = risk(&mut tx, person, fields, errors).await?;
    let (open, past) = person_episodes(&mut tx, person).await?;
    let findings = findings(&mut tx, person).await?;
    let contact = banner::contact_details(&mut tx, person).await?;
    let may_edit = tx.may::<ChangeIdentity>(person).await? || tx.may::<ChangeContactDetails>(person).await?;
    let may_open = cx.site().is_ok() && tx.may::<OpenEpisode>(person).await?;
    let elsewhere = crate::elsewhere::of_person(&mut tx, person, frame.banner.person.nhs_number.as_ref()).await?;
    let duplicates = super::joined::records(cx, &mut tx, person, joined).await?;
    tx.commit().await?;
    let notice = frame.value.get_attr("notice").ok().filter(|notice| !notice.is_none()).or(done);
    let values = context! {
        heading => "Summary",
        notice,
        errors => errors.value(),
        risk,
        alerts,
        open,
        past,
        findings,
        contact,
        about => about(&frame.banner.person),
        may_edit,
        may_open,
        elsewhere,
        duplicates,
        ask_as_of => Asked::of(fields).form(&format!("/people/{person}"), errors.of("as_of")),
        ..frame.value.clone()
    };
    if errors.is_empty() {
        cx.page("people/summary.html", values)
    } else {
        cx.page_with_errors("people/summary.html", values)
    }
}

/// The risk card, and its alerts each with the form that answers it.
async fn risk(tx: &mut Tx, person: PersonId, fields: &Fields, errors: &Errors) -> Result<(Value, Vec<Value>), Problem> {
    let unavailable = || (context! { state => RiskState::Unavailable.code() }, Vec::new());
    if !tx.may::<ViewRiskCard>(person).await? {
        return Ok(unavailable());
    }
    let grant = tx.authorise::<ViewRiskCard>(person).await?;
    let mut card = match alerts::risk_card(tx, &grant).await {
        Ok(card) => card,
        Err(error) => {
            tracing::error!(%error, "a risk card could not be read");
            return Ok(unavailable());
        }
    };
    // What nobody has answered for comes first.
    card.alerts.sort_by_key(|alert| alert.state != AlertState::Open);
    let may_answer = tx.may::<ChangeRiskCard>(person).await?;
    let alerts = card.alerts.iter().map(|alert| alert_value(alert, may_answer, fields, errors)).collect();
    Ok((card_value(&card, may_answer), alerts))
}

fn card_value(card: &RiskCard, may_answer: bool) -> Value {
    let alert = |alert: &Alert| {
        context! {
            kind => alert.kind.label(),
            text => alert.detail,
            since => alert.raised_at,
            by => standing(alert),
            href => may_answer.then(|| format!("#alert-{}", alert.id)),
        }
    };
    context! {
        state => card.state.code(),
        alerts => card.alerts.iter().map(alert).collect::<Vec<_>>(),
        assessed_at => card.assessed_at,
        assessed_by => card.assessed_by,
    }
}

/// Who raised an alert and who has answered for it, in words.
fn standing(alert: &Alert) -> String {
    let raised = format!("raised by {}", alert.raised_by_name);
    match (alert.state, alert.review_on) {
        (AlertState::Open, _) => format!("{raised}. Nobody has answered for it yet"),
        (_, Some(review)) => {
            format!(
                "{raised}. {} has taken it on, to be looked at again on {}",
                alert.answered_by_name,
                date_long(review)
            )
        }
        (_, None) => format!("{raised}. {} has taken it on", alert.answered_by_name),
    }
}

fn alert_value(alert: &Alert, may_answer: bool, fields: &Fields, errors: &Errors) -> Value {
    let id = alert.id;
    let (answer, words, review) = (format!("answer-{id}"), format!("words-{id}"), format!("review-{id}"));
    let typed = |field: &str| fields.text(field).to_owned();
    let asking = Asking { answer: &typed, errors };
    let options = [("acknowledged", "Acknowledge: I take it on"), ("resolved", "Resolve: it has ended")];
    let tone = if alert.state == AlertState::Open { "bad" } else { "warn" };
    context! {
        id => id.to_string(),
        version => alert.version,
        kind => alert.kind.label(),
        detail => alert.detail,
        state => alert.state.label(),
        tone,
        standing => standing(alert),
        raised_at => alert.raised_at,
        may_answer,
        wrong => [&answer, &words, &review].iter().any(|field| errors.of(field).is_some()),
        questions => vec![
            asking.choice("single", &answer, "Your answer", "", options),
            asking.question("date", &review, "Look at it again on", "Needed to acknowledge. For example, 26/3/2026"),
            asking.question("long_text", &words, "What was done, or why it has ended", "Needed to resolve"),
        ],
    }
}

/// An answer to an alert, checked.
#[derive(Debug, PartialEq, Eq)]
struct AlertAnswer {
    state: AlertState,
    words: String,
    review_on: Option<NaiveDate>,
}

fn read_answer(fields: &Fields, id: AlertId, today: NaiveDate, errors: &mut Errors) -> Option<AlertAnswer> {
    let (answer, words, review) = (format!("answer-{id}"), format!("words-{id}"), format!("review-{id}"));
    let typed = fields.text(&words).to_owned();
    match AlertState::from_code(fields.text(&answer)) {
        Some(AlertState::Acknowledged) => {
            let review_on =
                read_review(fields.text(&review), today).map_err(|words| errors.add(&review, words)).ok()?;
            Some(AlertAnswer { state: AlertState::Acknowledged, words: typed, review_on: Some(review_on) })
        }
        Some(AlertState::Resolved) if typed.trim().is_empty() => {
            errors.add(&words, "Say what was done, or why the alert has ended");
            None
        }
        Some(AlertState::Resolved) => Some(AlertAnswer { state: AlertState::Resolved, words: typed, review_on: None }),
        _ => {
            errors.add(&answer, "Choose whether you acknowledge or resolve this alert");
            None
        }
    }
}

fn read_review(text: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    if text.trim().is_empty() {
        return Err("Enter the day on which this alert is looked at again".into());
    }
    let date = parse_date(text, today).map_err(|error| error.to_string())?;
    if date < today {
        return Err("The day is in the past: enter today or a later day".into());
    }
    if date > today + Duration::days(LONGEST_REVIEW_DAYS) {
        return Err("The day is more than a year ahead: look at the alert sooner".into());
    }
    Ok(date)
}

/// Acknowledges or resolves an alert.
pub(super) async fn answer_alert(cx: Cx, Path((person, alert)): Path<(PersonId, AlertId)>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let Some(answer) = read_answer(&fields, alert, london_date(cx.now), &mut errors) else {
        return draw(&cx, person, &fields, &errors, None, None).await;
    };
    let mut act = cx.act(&fields).await?;
    let view = act.authorise::<ViewRiskCard>(person).await?;
    let card = alerts::risk_card(&mut act, &view).await?;
    let known = card.alerts.into_iter().find(|known| known.id == alert).ok_or(Problem::Stale)?;
    let grant = act.authorise::<ChangeRiskCard>(person).await?;
    alerts::answer(&mut act, &grant, alert, fields.version()?, answer.state, &answer.words, answer.review_on).await?;
    let subject = people::subject_of_episode(&mut act, known.episode_id).await?;
    let event = NewEvent {
        at: None,
        site: subject.and_then(|subject: Subject| subject.site),
        person: Some(person),
        episode: Some(known.episode_id),
        kind: "alert",
        class: Class::RiskCard,
        words: alerts::answered_words(known.kind, answer.state),
        link: format!("/people/{person}"),
    };
    events::add(&mut act, event).await?;
    act.done(&format!("/people/{person}?done={}", answer.state.code())).await
}

async fn person_episodes(tx: &mut Tx, person: PersonId) -> Result<(Option<Vec<Value>>, Vec<Value>), Problem> {
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok((None, Vec::new()));
    }
    let (grant, now) = (tx.authorise::<ViewEpisode>(person).await?, tx.now());
    let all = episodes::of_person(tx, &grant).await?;
    let (past, open): (Vec<&Episode>, Vec<&Episode>) = all.iter().partition(|episode| episode.closed_at.is_some());
    let value = |episode: &&Episode| {
        context! {
            id => episode.id.to_string(),
            site => episode.site_name,
            contact => episode.point_of_contact.label(),
            legal_status => episode.legal_status.label(),
            opened_at => episode.opened_at,
            released_at => episode.released_at,
            next_hearing_at => episode.next_hearing_at,
            next_action => episode.next_action,
            due => episode.next_action_due,
            overdue => episode.next_action_due < now,
            owner => episode.owner_name,
            closed_at => episode.closed_at,
            closure => episode.closure_reason.map(throughline_domain::episode::ClosureReason::label),
        }
    };
    Ok((Some(open.iter().map(value).collect()), past.iter().map(value).collect()))
}

async fn findings(tx: &mut Tx, person: PersonId) -> Result<Option<Vec<Value>>, Problem> {
    if !tx.may::<ViewNeedsPlan>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewNeedsPlan>(person).await?;
    let found = people::findings(tx, &grant).await?;
    let value = |finding: &people::Finding| {
        context! {
            list => finding.list.label(),
            label => finding.label,
            status => finding.status.label(),
            known => if finding.already_known { "Known before" } else { "New" },
            source => finding.source.map(throughline_domain::finding::FindingSource::label),
            at => finding.signed_at,
            by => finding.signed_by_name,
        }
    };
    Ok(Some(found.iter().map(value).collect()))
}

/// Who the person is, beyond the banner.
fn about(person: &Person) -> Value {
    let identifiers: Vec<Value> =
        person.identifiers.iter().map(|(kind, value)| context! { kind => identifier_label(kind), value }).collect();
    context! {
        ethnicity => person.ethnicity.label(),
        language => person.language,
        interpreter => person.interpreter,
        adjustments => person.adjustments,
        identity => person.identity_state.label(),
        aliases => person.aliases.iter().map(throughline_domain::name::Name::formal).collect::<Vec<_>>(),
        identifiers,
    }
}

fn identifier_label(kind: &str) -> &str {
    match kind {
        "pnc" => "PNC ID",
        "cro" => "CRO number",
        "custody" => "Custody number",
        "local" => "Local number",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_looked_at_again_today_or_within_a_year() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(read_review("25/11/26", today), Ok(today + Duration::days(1)));
        assert_eq!(read_review("24/11/2026", today), Ok(today));
        for text in ["", "23/11/2026", "24/11/2028", "soon"] {
            assert!(read_review(text, today).is_err(), "{text}");
        }
    }
}
