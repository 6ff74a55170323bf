//! The risk card as every page shows it: one of four states in words, what stands behind it, how old it
//! is, and what nobody asked about.

use crate::Problem;
use minijinja::{Value, context};
use throughline_domain::alert::Owed;
use throughline_domain::ids::EpisodeId;
use throughline_domain::risk::{AlertState, RiskState};
use throughline_domain::time::{Instant, clock_time, date_long, date_time_long, days_ago, london_date};
use throughline_policy::{Grant, Subject, ViewRiskCard};
use throughline_store::Tx;
use throughline_store::alerts::{self, Alert, RiskCard};
use throughline_store::users::{self, Colleague};

/// The risk card of a subject. "Unavailable" for who may not see it and when it cannot be read, so
/// that silence never looks like no risk.
///
/// # Errors
/// The store's, when it cannot be asked whether the reader may.
pub(crate) async fn read(tx: &mut Tx, subject: Subject) -> Result<RiskCard, Problem> {
    if !tx.may::<ViewRiskCard>(subject).await? {
        return Ok(RiskCard::unavailable());
    }
    let grant = tx.authorise::<ViewRiskCard>(subject).await?;
    Ok(card(tx, &grant).await)
}

/// The risk card of the grant's person: "Unavailable" when it cannot be read.
pub(crate) async fn card(tx: &mut Tx, grant: &Grant<ViewRiskCard>) -> RiskCard {
    alerts::risk_card(tx, grant).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a risk card could not be read");
        RiskCard::unavailable()
    })
}

/// Colleagues who can answer for an alert: a link worker has access only while the person agrees, and a
/// student does not answer alone.
///
/// # Errors
/// The store's.
pub(crate) async fn may_own(tx: &mut Tx) -> Result<Vec<Colleague>, Problem> {
    let all = users::colleagues(tx).await?;
    Ok(all.into_iter().filter(|one| one.role.is_clinical() && !one.role.needs_countersignature()).collect())
}

/// How a page leads from an alert of a card on to the alert.
pub(crate) type Link<'a> = &'a (dyn Fn(&Alert) -> Option<String> + Sync);

/// The card for `parts/risk.html`. `here` is the episode of the page: alerts of others say so.
pub(crate) fn value(card: &RiskCard, now: Instant, here: Option<EpisodeId>, link: Link<'_>) -> Value {
    let alert = |alert: &Alert| {
        let elsewhere = here.is_some_and(|here| here != alert.episode_id);
        context! {
            kind => if elsewhere { format!("{} (another episode)", alert.kind) } else { alert.kind.to_string() },
            tier => alert.tier().label(),
            tier_code => alert.tier().code(),
            text => alert.detail,
            due => alert.due_at.map(|due| due_words(due, now)),
            since => alert.raised_at,
            by => standing(alert, now),
            href => link(alert),
        }
    };
    context! {
        state => card.state.code(),
        alerts => card.alerts.iter().map(alert).collect::<Vec<_>>(),
        assessed_at => card.assessed_at,
        assessed_by => card.assessed_by,
        age => age(card, now),
        known => card.known,
        not_asked => card.not_asked,
        could_not_ask => card.could_not_ask.as_ref().map(|(at, by)| context! { at, by }),
    }
}

/// The state in words with how old it is, for the banner: "Assessed, none identified 3 days ago".
pub(crate) fn in_short(card: &RiskCard, now: Instant) -> String {
    match (card.state, age(card, now)) {
        (RiskState::NoneIdentified, Some(age)) => format!("{}, {age}", card.state),
        _ => card.state.to_string(),
    }
}

/// How long ago the assessment was on which the card rests.
pub(crate) fn age(card: &RiskCard, now: Instant) -> Option<String> {
    card.assessed_at.map(|at| days_ago(london_date(at), london_date(now)))
}

/// When a dose is due, and whether that has gone by.
pub(crate) fn due_words(due: Instant, now: Instant) -> String {
    let day = if london_date(due) == london_date(now) { "today".to_owned() } else { date_long(london_date(due)) };
    let time = clock_time(due);
    if due < now {
        format!("was due {day} at {time}: make sure that it was given")
    } else {
        format!("due {day} at {time}")
    }
}

/// Who raised an alert, who has to answer for it, and since when or until when.
pub(crate) fn standing(alert: &Alert, now: Instant) -> String {
    let raised = format!("raised by {}", alert.raised_by_name);
    match (alert.state, alert.review_on) {
        (AlertState::Open, _) => {
            format!("{raised}. Nobody has answered for it yet: it is for {} to answer", alert.owner_name)
        }
        (AlertState::Resolved, _) => format!("{raised}. {} resolved it", alert.answered_by_name),
        (_, Some(review)) if review < london_date(now) => {
            let review = date_long(review);
            format!("{raised}. {} took it on and should have looked at it again on {review}", alert.answered_by_name)
        }
        (_, Some(review)) => {
            let review = date_long(review);
            format!("{raised}. {} has taken it on, to be looked at again on {review}", alert.answered_by_name)
        }
        (_, None) => format!("{raised}. {} has taken it on", alert.answered_by_name),
    }
}

/// What is owed of an alert, in words.
pub(crate) fn owed_words(owed: Owed) -> String {
    match owed {
        Owed::Answer(by) => format!("An answer is owed by {}", date_time_long(by)),
        Owed::Review(day) => format!("Another look was owed on {}", date_long(day)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_that_was_due_is_not_told_as_one_to_come() {
        let now: Instant = "2026-11-24T14:00:00Z".parse().unwrap();
        assert_eq!(due_words("2026-11-24T15:30:00Z".parse().unwrap(), now), "due today at 15:30");
        assert_eq!(due_words("2026-11-25T07:00:00Z".parse().unwrap(), now), "due 25 November 2026 at 07:00");
        assert!(due_words("2026-11-24T13:59:00Z".parse().unwrap(), now).starts_with("was due today at 13:59"));
    }

    #[test]
    fn none_identified_is_never_said_without_its_age() {
        let now: Instant = "2026-11-24T14:00:00Z".parse().unwrap();
        let card = RiskCard {
            state: RiskState::NoneIdentified,
            assessed_at: Some("2026-11-04T14:00:00Z".parse().unwrap()),
            ..RiskCard::unavailable()
        };
        assert_eq!(in_short(&card, now), "Assessed, none identified, 20 days ago");
        assert_eq!(in_short(&RiskCard::unavailable(), now), "Unavailable");
    }
}
