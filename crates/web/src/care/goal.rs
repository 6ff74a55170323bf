//! Setting a goal, putting it in other words, and saying what became of it.

use super::both::{NotSaved, Sent, of_line, of_need, state_words};
use super::questions::{for_which, read_when, typed_or, when};
use super::show::{May, goal_value, line_value};
use super::{address, find_goal, frame_below, open_episodes, settle, subject_of};
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::care::{Evaluation, GoalState, NotAnEvaluation};
use throughline_domain::ids::{GoalId, PersonId};
use throughline_domain::time::Instant;
use throughline_policy::{EvaluateGoal, ViewCarePlan, ViewReferral, WriteCarePlan};
use throughline_store::Tx;
use throughline_store::care::{self, Goal, Need, NeedAsSeen, NewGoal};
use uuid::Uuid;

/// Where a form of the plan comes from, as codes in its address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct CameFrom {
    #[serde(default)]
    need: String,
    #[serde(default)]
    back: String,
}

/// A need of the person, by its code.
pub(super) async fn find_need(tx: &mut Tx, person: PersonId, code: &str) -> Result<Option<Need>, Problem> {
    let grant = tx.authorise::<ViewCarePlan>(person).await?;
    Ok(care::needs(tx, &grant).await?.into_iter().find(|need| need.code == code))
}

/// A need with how much had been said of it on the page that the form comes from.
pub(super) async fn need_as_seen(
    tx: &mut Tx,
    person: PersonId,
    fields: &Fields,
) -> Result<(Need, NeedAsSeen), NotSaved> {
    let said = fields.given("said").and_then(|said| said.parse().ok()).ok_or(NotSaved::Late)?;
    let need = find_need(tx, person, fields.text("need")).await?.ok_or(NotSaved::Late)?;
    let seen = NeedAsSeen { said, ..need.as_seen() };
    Ok((need, seen))
}

pub(super) async fn new_page(cx: Cx, Path(person): Path<PersonId>, Query(from): Query<CameFrom>) -> Answer {
    draw_new(&cx, person, &from.need, &Sent::default()).await
}

async fn draw_new(cx: &Cx, person: PersonId, code: &str, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    if !tx.may::<WriteCarePlan>(person).await? {
        return Err(Problem::NotFound);
    }
    let need = find_need(&mut tx, person, code).await?;
    let open = open_episodes(&mut tx, person).await?;
    tx.commit().await?;
    let label = need.as_ref().map_or("", |need| need.label.as_str());
    let answer = |name: &str| typed_or(&sent.fields, &[("aim", label)], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let over = open.is_empty().then_some("The last open episode was closed");
    let values = context! {
        heading => "Set a goal",
        caption => need.as_ref().map(|need| format!("For the need: {}", need.label)),
        action => format!("{}/goals/new", address(person)),
        need => need.as_ref().map(|need| need.code.clone()),
        said => need.as_ref().map(|need| need.said.len()),
        episode => need.as_ref().map(|need| need.episode_id.to_string()),
        is_open => !open.is_empty(),
        questions => vec![
            ask.question("long_text", "own_words", "What they want, in their own words", "Word for word, as they say it. Leave it empty when they did not say: then it is shown as missing"),
            ask.question("long_text", "aim", "What we work towards", "Something both of you can tell is reached. No account of the offence: the link worker reads this when the person agreed"),
            when(&ask, cx.now, "When was it agreed?"),
        ],
        which => need.is_none().then(|| for_which(&ask, &open)).flatten(),
        beside => sent.beside(&said_since(code, need.as_ref(), sent), over),
        ..frame
    };
    sent.page(cx, "care/goal_new.html", values)
}

/// What was said of a need since the form was drawn; that it is no longer found, when a form names one.
pub(super) fn said_since(code: &str, need: Option<&Need>, sent: &Sent) -> Vec<Value> {
    match need {
        Some(need) => need.said.iter().take(sent.added_since("said", need.said.len())).map(of_need).collect(),
        None if code.is_empty() => Vec::new(),
        None => vec![context! { title => "The need is no longer found in a signed form of an open episode" }],
    }
}

pub(super) async fn set(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    if fields.given("aim").is_none() {
        errors.add("aim", "Say what we work towards");
    }
    let at = read_when(&fields, cx.now, &mut errors);
    let need = fields.text("need").to_owned();
    if !errors.is_empty() {
        return draw_new(&cx, person, &need, &Sent::wrong(fields, errors)).await;
    }
    let mut act = cx.act(&fields).await?;
    match save_new(&mut act, person, &fields, at).await {
        Ok(()) => act.done(&format!("{}?done=goal", address(person))).await,
        Err(why) => draw_new(&cx, person, &need, &why.again(act, fields)?).await,
    }
}

async fn save_new(act: &mut Act, person: PersonId, fields: &Fields, at: Instant) -> Result<(), NotSaved> {
    let subject = subject_of(act, person, fields.text("episode")).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let need = match fields.given("need") {
        Some(_) => Some(need_as_seen(act, person, fields).await?.1),
        None => None,
    };
    let text = |name: &str| fields.text(name).to_owned();
    let id = GoalId::new(Uuid::now_v7());
    let new = NewGoal { id, need, own_words: text("own_words"), aim: text("aim"), at };
    Ok(care::set_goal(act, &grant, &new).await?)
}

pub(super) async fn page(cx: Cx, Path((person, id)): Path<(PersonId, GoalId)>) -> Answer {
    draw(&cx, person, id, &Sent::default()).await
}

/// A goal with its history, and its words to be changed.
async fn draw(cx: &Cx, person: PersonId, id: GoalId, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    let (_, goal) = find_goal(&mut tx, person, id).await?;
    let may = May::of(&mut tx, person).await?;
    if !sent.is_fresh() && !may.write {
        return Err(Problem::NotFound);
    }
    let sees_referrals = tx.may::<ViewReferral>(person).await?;
    tx.commit().await?;
    let answer = |name: &str| typed_or(&sent.fields, &[("own_words", &goal.own_words), ("aim", &goal.aim)], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let of = |line: &care::Line| {
        let what = goal.interventions.iter().find(|one| Some(one.id) == line.intervention_id).map(|one| &one.what);
        context! { what, state => state_words(line), ..line_value(line) }
    };
    let values = context! {
        heading => "Goal",
        base => address(person),
        goal => goal_value(&goal, may, sees_referrals, cx.now),
        history => goal.lines.iter().map(of).collect::<Vec<_>>(),
        questions => vec![
            ask.question("long_text", "own_words", "What they want, in their own words", ""),
            ask.question("long_text", "aim", "What we work towards", ""),
        ],
        beside => beside(&goal, sent),
        ..frame
    };
    sent.page(cx, "care/goal.html", values)
}

/// What colleagues did with a goal since the form was drawn.
fn beside(goal: &Goal, sent: &Sent) -> Option<Value> {
    let own = goal.lines.iter().filter(|line| line.intervention_id.is_none());
    let theirs: Vec<Value> = own.take(sent.changes_since(goal.version)).map(of_line).collect();
    sent.beside(&theirs, (!goal.state.is_open()).then_some("This goal was evaluated"))
}

pub(super) async fn reword(cx: Cx, Path((person, id)): Path<(PersonId, GoalId)>, fields: Fields) -> Answer {
    if fields.given("aim").is_none() {
        let mut errors = Errors::default();
        errors.add("aim", "Say what we work towards");
        return draw(&cx, person, id, &Sent::wrong(fields, errors)).await;
    }
    let mut act = cx.act(&fields).await?;
    match save_words(&mut act, person, id, &fields).await {
        Ok(()) => act.done(&format!("{}?done=reworded", address(person))).await,
        Err(why) => draw(&cx, person, id, &why.again(act, fields)?).await,
    }
}

async fn save_words(act: &mut Act, person: PersonId, id: GoalId, fields: &Fields) -> Result<(), NotSaved> {
    let (subject, goal) = find_goal(act, person, id).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let (own_words, aim) = (fields.text("own_words"), fields.text("aim"));
    Ok(care::reword(act, &grant, goal.id, fields.version()?, own_words, aim).await?)
}

pub(super) async fn evaluate_page(
    cx: Cx,
    Path((person, id)): Path<(PersonId, GoalId)>,
    Query(from): Query<CameFrom>,
) -> Answer {
    draw_evaluation(&cx, person, id, &from.back, &Sent::default()).await
}

async fn draw_evaluation(cx: &Cx, person: PersonId, id: GoalId, back: &str, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    let (subject, goal) = find_goal(&mut tx, person, id).await?;
    if !tx.may::<EvaluateGoal>(subject).await? {
        return Err(Problem::NotFound);
    }
    let may = May::of(&mut tx, person).await?;
    tx.commit().await?;
    let answer = |name: &str| typed_or(&sent.fields, &[], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let states: Vec<GoalState> = GoalState::evaluations().collect();
    let states = states.iter().map(|state| (state.code(), state.label()));
    let values = context! {
        heading => "What became of the goal",
        base => address(person),
        from_closing => back == "close",
        closing => format!("/episodes/{}/close", goal.episode_id),
        goal => goal_value(&goal, may, false, cx.now),
        questions => vec![
            ask.choice("single", "state", "What became of it?", "", states),
            ask.question("long_text", "words", "What you have seen", "Needed when it is not known: say why, and what was tried"),
            ask.question("long_text", "own_words", "What they say of it, in their own words", "Leave it empty when they could not be asked"),
            when(&ask, cx.now, "When was it looked at?"),
        ],
        beside => beside(&goal, sent),
        ..frame
    };
    sent.page(cx, "care/evaluate.html", values)
}

pub(super) async fn evaluate(cx: Cx, Path((person, id)): Path<(PersonId, GoalId)>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let at = read_when(&fields, cx.now, &mut errors);
    let back = fields.text("back").to_owned();
    let Some(found) = read_evaluation(&fields, &mut errors).filter(|_| errors.is_empty()) else {
        return draw_evaluation(&cx, person, id, &back, &Sent::wrong(fields, errors)).await;
    };
    let mut act = cx.act(&fields).await?;
    match save_evaluation(&mut act, person, id, &fields, &found, at).await {
        Ok(next) => act.done(&next).await,
        Err(why) => draw_evaluation(&cx, person, id, &back, &why.again(act, fields)?).await,
    }
}

/// Saves what became of a goal; answers with where that leads.
async fn save_evaluation(
    act: &mut Act,
    person: PersonId,
    id: GoalId,
    fields: &Fields,
    found: &Evaluation,
    at: Instant,
) -> Result<String, NotSaved> {
    let (subject, goal) = find_goal(act, person, id).await?;
    let grant = act.authorise::<EvaluateGoal>(subject).await?;
    care::evaluate(act, &grant, goal.id, fields.version()?, found, at).await?;
    settle(act, subject).await?;
    Ok(match fields.text("back") {
        "close" => format!("/episodes/{}/close", goal.episode_id),
        _ => format!("{}?done=evaluated", address(person)),
    })
}

fn read_evaluation(fields: &Fields, errors: &mut Errors) -> Option<Evaluation> {
    let Some(state) = GoalState::from_code(fields.text("state")) else {
        errors.add("state", NotAnEvaluation::StillOpen);
        return None;
    };
    let read = Evaluation::new(state, fields.text("words"), fields.text("own_words"));
    read.map_err(|why| {
        let field = if why == NotAnEvaluation::NoReason { "words" } else { "state" };
        errors.add(field, why);
    })
    .ok()
}
