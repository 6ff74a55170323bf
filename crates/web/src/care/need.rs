//! Why a need has no goal.

use super::goal::find_need;
use super::questions::typed_or;
use super::{address, frame_below, subject_of};
use crate::{Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use minijinja::context;
use throughline_domain::care::NoGoalReason;
use throughline_domain::ids::PersonId;
use throughline_policy::WriteCarePlan;
use throughline_store::care::{self, NewReason};

/// Which need, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    need: String,
}

pub(super) async fn page(cx: Cx, Path(person): Path<PersonId>, Query(which): Query<Which>) -> Answer {
    draw(&cx, person, &which.need, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, person: PersonId, need: &str, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    if !tx.may::<WriteCarePlan>(person).await? {
        return Err(Problem::NotFound);
    }
    let need = find_need(&mut tx, person, need).await?.ok_or(Problem::NotFound)?;
    tx.commit().await?;
    let answer = |name: &str| typed_or(fields, &[], name);
    let ask = Asking { answer: &answer, errors };
    let reasons = NoGoalReason::ALL.iter().map(|reason| (reason.code(), reason.label()));
    let values = context! {
        heading => "Why is there no goal?",
        caption => format!("For the need: {}", need.label),
        action => format!("{}/needs/no-goal", address(person)),
        need => need.code,
        episode => need.episode_id.to_string(),
        questions => vec![
            ask.choice("single", "reason", "Why not?", "", reasons),
            ask.question("long_text", "words", "Anything else", "Who helps, or to whom it was passed. When to ask again"),
        ],
        errors => errors.summary(),
        ..frame
    };
    if errors.is_empty() {
        cx.page("care/no_goal.html", values)
    } else {
        cx.page_with_errors("care/no_goal.html", values)
    }
}

pub(super) async fn say_why(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let reason = NoGoalReason::from_code(fields.text("reason"));
    match reason {
        None => errors.add("reason", "Choose why there is no goal"),
        Some(reason) if reason.needs_words() && fields.given("words").is_none() => {
            errors.add("words", "Say who helps with it, or to whom it was passed");
        }
        Some(_) => {}
    }
    let Some(reason) = reason.filter(|_| errors.is_empty()) else {
        return draw(&cx, person, fields.text("need"), &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let need = find_need(&mut act, person, fields.text("need")).await?.ok_or(Problem::NotFound)?;
    let subject = subject_of(&mut act, person, &need.episode_id.to_string()).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let new =
        NewReason { need_code: need.code, need_label: need.label, reason, words: fields.text("words").to_owned() };
    care::say_why(&mut act, &grant, &new).await?;
    act.done(&format!("{}?done=reason", address(person))).await
}
