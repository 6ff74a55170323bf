//! The risk card on a person's page, with the form that answers each of its alerts.

use crate::{Asking, Cx, Errors, Fields, Problem, risk};
use minijinja::{Value, context};
use throughline_domain::ids::{AlertId, PersonId};
use throughline_domain::risk::AlertState;
use throughline_domain::time::london_date;
use throughline_policy::ChangeRiskCard;
use throughline_store::Tx;
use throughline_store::alerts::{Alert, RiskCard};
use throughline_store::users::Colleague;

/// The answer that gives an alert to somebody else.
pub(super) const HAND_OVER: &str = "hand_over";

/// What was typed into the forms of alerts, and what is wrong with it.
#[derive(Clone, Copy)]
pub(super) struct Typed<'a> {
    pub fields: &'a Fields,
    pub errors: &'a Errors,
}

/// The risk card, and its alerts each with the form that answers it.
pub(super) async fn card(
    cx: &Cx,
    tx: &mut Tx,
    person: PersonId,
    typed: Typed<'_>,
) -> Result<(Value, Vec<Value>), Problem> {
    let card = risk::read(tx, person.into()).await?;
    let owners = owners(tx, &card, person).await?;
    let lines = card.alerts.iter().map(|alert| alert_value(cx, person, alert, owners.as_deref(), typed)).collect();
    let link = |alert: &Alert| owners.is_some().then(|| format!("#alert-{}", alert.id));
    let print = format!("/people/{person}/risk-card/pdf");
    Ok((context! { print, ..risk::value(&card, cx.now, None, &link) }, lines))
}

/// Whom an alert may be given to; `None` for a reader who may not answer for alerts.
async fn owners(tx: &mut Tx, card: &RiskCard, person: PersonId) -> Result<Option<Vec<Colleague>>, Problem> {
    if card.alerts.is_empty() || !tx.may::<ChangeRiskCard>(person).await? {
        return Ok(None);
    }
    risk::may_own(tx).await.map(Some)
}

/// The names of the fields of one alert: a page has several alerts.
pub(super) struct Names {
    pub answer: String,
    pub words: String,
    pub review: String,
    pub owner: String,
}

impl Names {
    pub fn of(id: AlertId) -> Self {
        let name = |part: &str| format!("{part}-{id}");
        Self { answer: name("answer"), words: name("words"), review: name("review"), owner: name("owner") }
    }

    pub fn all(&self) -> [&str; 4] {
        [&self.answer, &self.words, &self.review, &self.owner]
    }
}

pub(super) fn alert_value(
    cx: &Cx,
    person: PersonId,
    alert: &Alert,
    owners: Option<&[Colleague]>,
    typed: Typed<'_>,
) -> Value {
    let names = Names::of(alert.id);
    let within = cx.app.settings.alert_answer;
    let (now, today) = (cx.now, london_date(cx.now));
    let owed = alert.owed(within, today);
    let late = owed.is_some_and(|owed| owed.is_late(now, today));
    context! {
        id => alert.id.to_string(),
        href => format!("/people/{person}/alerts/{}", alert.id),
        version => alert.version,
        kind => alert.kind.label(),
        tier => alert.tier().label(),
        detail => alert.detail,
        due => alert.due_at.map(|due| risk::due_words(due, now)),
        state => alert.state.label(),
        tone => match alert.state {
            AlertState::Open => "bad",
            AlertState::Acknowledged => "warn",
            AlertState::Resolved => "neutral",
        },
        stands => alert.state != AlertState::Resolved,
        standing => risk::standing(alert, now),
        owner => alert.owner_name,
        owed => owed.map(risk::owed_words),
        late,
        raised_at => alert.raised_at,
        may_answer => owners.is_some() && alert.state != AlertState::Resolved,
        wrong => typed.errors.concern(&names.all()),
        questions => owners.map(|owners| questions(alert, &names, owners, typed)),
    }
}

fn questions(alert: &Alert, names: &Names, owners: &[Colleague], typed: Typed<'_>) -> Vec<Value> {
    let answer = |field: &str| typed.fields.text(field).to_owned();
    let asking = Asking { answer: &answer, errors: typed.errors };
    let options = [
        ("acknowledged", "Acknowledge: I take it on"),
        ("resolved", "Resolve: it has ended"),
        (HAND_OVER, "Hand over: somebody else is to answer for it"),
    ];
    let others: Vec<(String, String)> = owners
        .iter()
        .filter(|one| one.id != alert.owner_id)
        .map(|one| (one.id.to_string(), format!("{} ({})", one.name, one.role)))
        .collect();
    let others = others.iter().map(|(code, label)| (code.as_str(), label.as_str()));
    vec![
        asking.choice("single", &names.answer, "Your answer", "", options),
        asking.question("date", &names.review, "Look at it again on", "Needed to acknowledge. For example, 26/3/2026"),
        asking.choice("select", &names.owner, "Hand over to", "Needed to hand over", others),
        asking.question(
            "long_text",
            &names.words,
            "What was done, or why it has ended or goes to somebody else",
            "Needed to resolve and to hand over",
        ),
    ]
}
