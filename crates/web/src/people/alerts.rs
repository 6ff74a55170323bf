//! Answering for an alert of a person, and its history.

use super::alert_card::{HAND_OVER, Names, Typed, alert_value};
use super::{frame, summary};
use crate::{Act, Answer, Cx, Errors, Fields, Problem, risk};
use axum::extract::{Path, Query};
use chrono::{Duration, NaiveDate};
use minijinja::{Value, context};
use throughline_domain::alert::{AlertStep, LONGEST_REVIEW_DAYS};
use throughline_domain::ids::{AlertId, PersonId, UserId};
use throughline_domain::risk::AlertState;
use throughline_domain::time::{london_date, parse_date};
use throughline_policy::{ChangeRiskCard, Class, Subject, ViewRiskCard};
use throughline_store::alerts::{self, Alert, Step};
use throughline_store::events::{self, NewEvent};
use throughline_store::people;

/// An answer to an alert, checked.
#[derive(Debug, PartialEq, Eq)]
enum AlertAnswer {
    Stands { words: String, review_on: NaiveDate },
    Ended { words: String },
    HandedOver { words: String, to: UserId },
}

fn read_answer(fields: &Fields, id: AlertId, today: NaiveDate, errors: &mut Errors) -> Option<AlertAnswer> {
    let names = Names::of(id);
    let words = fields.text(&names.words).to_owned();
    match fields.text(&names.answer) {
        "acknowledged" => {
            let review = read_review(fields.text(&names.review), today);
            let review_on = review.map_err(|words| errors.add(&names.review, words)).ok()?;
            Some(AlertAnswer::Stands { words, review_on })
        }
        "resolved" => {
            if words.trim().is_empty() {
                errors.add(&names.words, "Say what was done, or why the alert has ended");
                return None;
            }
            Some(AlertAnswer::Ended { words })
        }
        HAND_OVER => {
            let to = fields.text(&names.owner).parse::<UserId>().ok();
            if to.is_none() {
                errors.add(&names.owner, "Choose who is to answer for the alert");
            }
            if words.trim().is_empty() {
                errors.add(&names.words, "Say why the alert goes to somebody else, and what they should know");
                return None;
            }
            to.map(|to| AlertAnswer::HandedOver { words, to })
        }
        _ => {
            errors.add(&names.answer, "Choose whether you acknowledge, resolve or hand over this alert");
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

/// Acknowledges, resolves or hands over an alert.
pub(super) async fn answer(cx: Cx, Path((person, id)): Path<(PersonId, AlertId)>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let Some(answer) = read_answer(&fields, id, london_date(cx.now), &mut errors) else {
        return summary::with_errors(&cx, person, &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let view = act.authorise::<ViewRiskCard>(person).await?;
    let alert = alerts::get(&mut act, &view, id).await?.ok_or(Problem::NotFound)?;
    if alert.state == AlertState::Resolved {
        return Err(Problem::Stale);
    }
    let version = fields.version()?;
    let done = match answer {
        AlertAnswer::Stands { words, review_on } => {
            settle(&mut act, person, &alert, version, AlertState::Acknowledged, &words, Some(review_on)).await?
        }
        AlertAnswer::Ended { words } => {
            settle(&mut act, person, &alert, version, AlertState::Resolved, &words, None).await?
        }
        AlertAnswer::HandedOver { words, to } => {
            let Some(owner) = risk::may_own(&mut act).await?.into_iter().find(|one| one.id == to) else {
                drop(act);
                errors.add(&Names::of(id).owner, "Choose somebody from the list");
                return summary::with_errors(&cx, person, &fields, &errors).await;
            };
            let grant = act.authorise::<ChangeRiskCard>(person).await?;
            alerts::hand_over(&mut act, &grant, &alert, version, owner.id, &owner.name, &words).await?;
            "handed_over"
        }
    };
    act.done(&format!("/people/{person}?done={done}")).await
}

/// Acknowledges or resolves, and tells it where the alert was raised.
async fn settle(
    act: &mut Act,
    person: PersonId,
    alert: &Alert,
    version: i64,
    state: AlertState,
    words: &str,
    review_on: Option<NaiveDate>,
) -> Result<&'static str, Problem> {
    let grant = act.authorise::<ChangeRiskCard>(person).await?;
    alerts::answer(act, &grant, alert.id, version, state, words, review_on).await?;
    let subject = people::subject_of_episode(act, alert.episode_id).await?;
    let event = NewEvent {
        at: None,
        site: subject.and_then(|subject: Subject| subject.site),
        person: Some(person),
        episode: Some(alert.episode_id),
        kind: "alert",
        class: Class::RiskCard,
        words: alerts::answered_words(alert.kind, state),
        link: format!("/people/{person}"),
    };
    events::add(act, event).await?;
    Ok(state.code())
}

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    done: String,
}

impl Shown {
    fn notice(&self) -> Option<Value> {
        match self.done.as_str() {
            "raised" => Some(context! { kind => "success", text => "The alert was raised" }),
            "stands" => Some(
                context! { kind => "warning", text => "This alert stands already, in the same words: no second one was raised" },
            ),
            _ => None,
        }
    }
}

/// One alert with everything that was done about it.
pub(super) async fn show(cx: Cx, Path((person, id)): Path<(PersonId, AlertId)>, Query(shown): Query<Shown>) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "alerts").await?;
    let grant = tx.authorise::<ViewRiskCard>(person).await?;
    let alert = alerts::get(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    let steps = alerts::history(&mut tx, &grant, id).await?;
    let owners = if tx.may::<ChangeRiskCard>(person).await? { Some(risk::may_own(&mut tx).await?) } else { None };
    tx.commit().await?;
    let (fields, errors) = (Fields::default(), Errors::default());
    let typed = Typed { fields: &fields, errors: &errors };
    let claimed = frame.value.get_attr("notice").ok().filter(|notice| !notice.is_none());
    cx.page(
        "people/alert.html",
        context! {
            notice => claimed.or_else(|| shown.notice()),
            heading => format!("Alert: {}", alert.kind),
            alert => alert_value(&cx, person, &alert, owners.as_deref(), typed),
            episode => format!("/episodes/{}", alert.episode_id),
            steps => steps.iter().map(step_value).collect::<Vec<_>>(),
            ..frame.value.clone()
        },
    )
}

fn step_value(step: &Step) -> Value {
    let what = match step.step {
        AlertStep::HandedOver => format!("Handed over to {}", step.owner_name),
        AlertStep::Raised if !step.owner_name.is_empty() => format!("Raised, for {} to answer", step.owner_name),
        step => step.label().to_owned(),
    };
    context! { what, at => step.at, by => step.by_name, words => step.words, review_on => step.review_on.map(|day| day.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_alert_is_looked_at_again_today_or_within_a_year() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        assert_eq!(read_review("25/11/26", today), Ok(today + Duration::days(1)));
        assert_eq!(read_review("24/11/2026", today), Ok(today));
        for text in ["", "23/11/2026", "24/11/2028", "soon"] {
            assert!(read_review(text, today).is_err(), "{text}");
        }
    }

    #[test]
    fn handing_over_needs_somebody_and_the_reason() {
        let (id, today) = (AlertId::new(Uuid::nil()), NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
        let names = Names::of(id);
        let read = |pairs: &[(&str, &str)]| {
            let mut errors = Errors::default();
            let read = read_answer(&pairs.iter().copied().collect(), id, today, &mut errors);
            let wrong: Vec<bool> = names.all().iter().map(|field| errors.of(field).is_some()).collect();
            (read, wrong)
        };
        let to = Uuid::from_u128(7).to_string();
        assert_eq!(read(&[]).1, [true, false, false, false]);
        assert_eq!(read(&[(&names.answer, HAND_OVER)]).1, [false, true, false, true]);
        let whole = [(&*names.answer, HAND_OVER), (&*names.owner, &*to), (&*names.words, "End of my shift")];
        let to = UserId::new(Uuid::from_u128(7));
        assert_eq!(read(&whole).0, Some(AlertAnswer::HandedOver { words: "End of my shift".into(), to }));
        assert_eq!(read(&[(&names.answer, "resolved")]).1, [false, true, false, false]);
    }
}
