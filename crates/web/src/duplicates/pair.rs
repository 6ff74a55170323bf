//! A pair side by side, and a person's decision about it.

use super::both::{authorise_both, is_open, open, which};
use crate::{Answer, Asking, Cx, Errors, Fields, Problem, evidence};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::ids::{DuplicateId, PersonId};
use throughline_domain::merge::{self, DuplicateState, Reason};
use throughline_domain::name::Name;
use throughline_domain::time::date_short;
use throughline_policy::{Class, DecideDuplicate, Verb, ViewIdentity};
use throughline_store::merges::{self, Compared, Side};

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

pub(super) async fn show(cx: Cx, Path(pair): Path<DuplicateId>, Query(done): Query<Done>) -> Answer {
    let reported = done.done == "reported";
    let words = "Thank you. The pair waits under “Possible duplicates” for somebody to decide";
    let notice = reported.then(|| context! { kind => "success", text => words });
    draw(&cx, pair, &Fields::default(), &Errors::default(), notice).await
}

async fn draw(cx: &Cx, pair: DuplicateId, fields: &Fields, errors: &Errors, notice: Option<Value>) -> Answer {
    let mut tx = cx.begin().await?;
    let compared = open(&mut tx, pair).await?;
    let mut people = Vec::new();
    for side in &compared.sides {
        let may_open = side.merged_into.is_none() && tx.may::<ViewIdentity>(side.person.id).await?;
        people.push(person(side, may_open));
    }
    tx.commit().await?;
    let (line, scored) = (&compared.line, &compared.scored);
    let may_decide = is_open(&compared) && cx.role_may(Verb::Change, Class::Duplicates);
    let values = context! {
        heading => "Are these one person?",
        back => context! { href => "/duplicates", text => "Possible duplicates" },
        notice,
        errors => errors.summary(),
        id => pair.to_string(),
        version => line.version,
        people,
        proposed_by => line.proposed_by_name,
        proposed_at => line.proposed_at,
        proposed_reason => line.reason,
        holds => holds(&compared),
        state => line.state.code(),
        state_words => line.state.label(),
        earlier => line.earlier_state.map(DuplicateState::label),
        asked_again => line.asked_again,
        decided_at => line.decided_at,
        decided_by => line.decided_by_name,
        decision_reason => line.decision_reason,
        joined => line.merge_id.map(|merge| format!("/duplicates/joined/{merge}")),
        is_open => is_open(&compared),
        may_decide,
        questions => may_decide.then(|| questions(&compared, fields, errors)),
        ..evidence::compared(scored, "Few people are in the record twice")
    };
    cx.page_of_form("duplicates/pair.html", errors, values)
}

fn person(side: &Side, may_open: bool) -> Value {
    context! {
        name => side.person.name.formal(),
        href => may_open.then(|| format!("/people/{}", side.person.id)),
        aliases => side.person.aliases.iter().map(Name::natural).collect::<Vec<_>>(),
    }
}

/// What each record holds: kinds of which either holds any.
fn holds(compared: &Compared) -> Vec<Value> {
    let [one, other] = &compared.sides;
    one.holds
        .iter()
        .zip(&other.holds)
        .filter(|((_, left), (_, right))| left + right > 0)
        .map(|((kind, left), (_, right))| context! { kind, left, right })
        .collect()
}

/// The one proposed to stay.
fn proposed(compared: &Compared) -> PersonId {
    let [one, other] = &compared.sides;
    merge::proposed_to_stay((one.person.id, one.history), (other.person.id, other.history))
}

fn questions(compared: &Compared, fields: &Fields, errors: &Errors) -> Vec<Value> {
    let proposed = proposed(compared).to_string();
    let typed = |field: &str| match (field, fields.given(field)) {
        ("keep", None) => proposed.clone(),
        _ => fields.text(field).to_owned(),
    };
    let asking = Asking { answer: &typed, errors };
    let decisions =
        [("join", "One person: join the two records"), ("different", "Different people"), ("not_sure", "Not sure")];
    let (ids, labels) = (
        compared.sides.each_ref().map(|side| side.person.id.to_string()),
        compared.sides.each_ref().map(|side| stays(compared, side, side.person.id.to_string() == proposed)),
    );
    let options = ids.iter().zip(&labels).map(|(id, label)| (id.as_str(), label.as_str()));
    vec![
        asking.choice("single", "decision", "Your decision", "", decisions),
        asking.choice(
            "single",
            "keep",
            "If they are joined, which record stays?",
            "Proposed is the one with more history. The other is joined into it",
            options,
        ),
        asking.question(
            "long_text",
            "reason",
            "How do you know?",
            "For example: both fingerprints lead to one PNC ID. Needed to join them and for different people",
        ),
    ]
}

fn stays(compared: &Compared, side: &Side, is_proposed: bool) -> String {
    let born = side
        .person
        .date_of_birth
        .map_or_else(|| "date of birth not known".to_owned(), |born| format!("born {}", date_short(born)));
    let episodes = match side.history.episodes {
        1 => "1 episode".to_owned(),
        many => format!("{many} episodes"),
    };
    let more = if is_proposed { " (proposed)" } else { "" };
    format!("The {}: {}, {born}, {episodes}{more}", which(compared, side.person.id), side.person.name.formal())
}

/// Decides: different people and not sure are saved at once, joining is confirmed on a page of its own.
pub(super) async fn decide(cx: Cx, Path(pair): Path<DuplicateId>, fields: Fields) -> Answer {
    if !cx.role_may(Verb::Change, Class::Duplicates) {
        return Err(Problem::NotFound);
    }
    let mut errors = Errors::default();
    let decision = fields.text("decision");
    if !["join", "different", "not_sure"].contains(&decision) {
        errors.add("decision", "Choose one person, different people or not sure");
    }
    if decision != "not_sure"
        && let Err(refusal) = Reason::new(fields.text("reason"))
    {
        errors.add("reason", refusal);
    }
    if !errors.is_empty() {
        return draw(&cx, pair, &fields, &errors, None).await;
    }
    if decision == "join" {
        return super::join::confirm(&cx, pair, &fields, &errors).await;
    }
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let compared = open(&mut act, pair).await?;
    if !is_open(&compared) {
        return Err(Problem::Stale);
    }
    let [one, other] = &compared.sides;
    let (one, other) = authorise_both::<DecideDuplicate>(&mut act, one.person.id, other.person.id).await?;
    if decision == "different" {
        merges::decide_different(&mut act, &one, &other, version, fields.text("reason")).await?;
    } else {
        merges::decide_not_sure(&mut act, &one, &other, version, fields.text("reason")).await?;
    }
    act.done(&format!("/duplicates?done={decision}")).await
}
