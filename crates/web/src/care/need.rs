//! Why a need has no goal.

use super::both::{NotSaved, Sent};
use super::goal::{find_need, need_as_seen, said_since};
use super::questions::typed_or;
use super::{address, frame_below, subject_of};
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem};
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
    draw(&cx, person, &which.need, &Sent::default()).await
}

async fn draw(cx: &Cx, person: PersonId, code: &str, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    if !tx.may::<WriteCarePlan>(person).await? {
        return Err(Problem::NotFound);
    }
    let need = find_need(&mut tx, person, code).await?;
    tx.commit().await?;
    if need.is_none() && sent.is_fresh() {
        return Err(Problem::NotFound);
    }
    let answer = |name: &str| typed_or(&sent.fields, &[], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let reasons = NoGoalReason::ALL.iter().map(|reason| (reason.code(), reason.label()));
    let over = need.is_none().then_some("The form that found this need stopped counting, or its episode was closed,");
    let values = context! {
        heading => "Why is there no goal?",
        caption => need.as_ref().map(|need| format!("For the need: {}", need.label)),
        action => format!("{}/needs/no-goal", address(person)),
        need => need.as_ref().map(|need| need.code.clone()),
        said => need.as_ref().map(|need| need.said.len()),
        questions => vec![
            ask.choice("single", "reason", "Why not?", "", reasons),
            ask.question("long_text", "words", "Anything else", "Who helps, or to whom it was passed. When to ask again"),
        ],
        beside => sent.beside(&said_since("", need.as_ref(), sent), over),
        ..frame
    };
    sent.page(cx, "care/no_goal.html", values)
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
    let code = fields.text("need").to_owned();
    let Some(reason) = reason.filter(|_| errors.is_empty()) else {
        return draw(&cx, person, &code, &Sent::wrong(fields, errors)).await;
    };
    let mut act = cx.act(&fields).await?;
    match save(&mut act, person, &fields, reason).await {
        Ok(()) => act.done(&format!("{}?done=reason", address(person))).await,
        Err(why) => draw(&cx, person, &code, &why.again(act, fields)?).await,
    }
}

async fn save(act: &mut Act, person: PersonId, fields: &Fields, reason: NoGoalReason) -> Result<(), NotSaved> {
    let (need, seen) = need_as_seen(act, person, fields).await?;
    let subject = subject_of(act, person, &need.episode_id.to_string()).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let new = NewReason { need: seen, reason, words: fields.text("words").to_owned() };
    Ok(care::say_why(act, &grant, &new).await?)
}
