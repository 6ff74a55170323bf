//! Setting a goal, putting it in other words, and saying what became of it.

use super::questions::{read_when, typed_or, when};
use super::show::{May, goal_value, line_value};
use super::{address, find_goal, frame_below, open_episodes, settle, subject_of};
use crate::{Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::{Path, Query};
use minijinja::context;
use throughline_domain::care::{Evaluation, GoalState, NotAnEvaluation};
use throughline_domain::ids::{GoalId, PersonId};
use throughline_policy::{EvaluateGoal, ViewCarePlan, ViewReferral, WriteCarePlan};
use throughline_store::Tx;
use throughline_store::care::{self, Need, NewGoal};
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

pub(super) async fn new_page(cx: Cx, Path(person): Path<PersonId>, Query(from): Query<CameFrom>) -> Answer {
    draw_new(&cx, person, &from.need, &Fields::default(), &Errors::default()).await
}

async fn draw_new(cx: &Cx, person: PersonId, need: &str, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    if !tx.may::<WriteCarePlan>(person).await? {
        return Err(Problem::NotFound);
    }
    let need = find_need(&mut tx, person, need).await?;
    let open = open_episodes(&mut tx, person).await?;
    tx.commit().await?;
    let label = need.as_ref().map_or("", |need| need.label.as_str());
    let answer = |name: &str| typed_or(fields, &[("aim", label)], name);
    let ask = Asking { answer: &answer, errors };
    let codes: Vec<(String, String)> = open
        .iter()
        .map(|one| (one.id.to_string(), format!("{}, {}", one.point_of_contact.label(), one.site_name)))
        .collect();
    let which = codes.iter().map(|(code, label)| (code.as_str(), label.as_str()));
    let asks_episode = need.is_none() && open.len() > 1;
    let values = context! {
        heading => "Set a goal",
        caption => need.as_ref().map(|need| format!("For the need: {}", need.label)),
        action => format!("{}/goals/new", address(person)),
        need => need.as_ref().map(|need| need.code.clone()),
        episode => need.as_ref().map(|need| need.episode_id.to_string()),
        is_open => !open.is_empty(),
        questions => vec![
            ask.question("long_text", "own_words", "What they want, in their own words", "Word for word, as they say it. Leave it empty when they did not say: then it is shown as missing"),
            ask.question("long_text", "aim", "What we work towards", "Something both of you can tell is reached. No account of the offence: the link worker reads this when the person agreed"),
            when(&ask, cx.now, "When was it agreed?"),
        ],
        which => asks_episode.then(|| ask.choice("select", "episode", "For which episode?", "", which)),
        errors => errors.summary(),
        ..frame
    };
    if errors.is_empty() {
        cx.page("care/goal_new.html", values)
    } else {
        cx.page_with_errors("care/goal_new.html", values)
    }
}

pub(super) async fn set(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    if fields.given("aim").is_none() {
        errors.add("aim", "Say what we work towards");
    }
    let at = read_when(&fields, cx.now, &mut errors);
    if !errors.is_empty() {
        return draw_new(&cx, person, fields.text("need"), &fields, &errors).await;
    }
    let mut act = cx.act(&fields).await?;
    let need = match fields.given("need") {
        Some(code) => Some(find_need(&mut act, person, code).await?.ok_or(Problem::Stale)?),
        None => None,
    };
    let subject = subject_of(&mut act, person, fields.text("episode")).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let (need_code, need_label) = need.map(|need| (need.code, need.label)).unwrap_or_default();
    let new = NewGoal {
        id: GoalId::new(Uuid::now_v7()),
        need_code,
        need_label,
        own_words: fields.text("own_words").to_owned(),
        aim: fields.text("aim").to_owned(),
        at,
    };
    care::set_goal(&mut act, &grant, &new).await?;
    act.done(&format!("{}?done=goal", address(person))).await
}

pub(super) async fn page(cx: Cx, Path((person, id)): Path<(PersonId, GoalId)>) -> Answer {
    draw(&cx, person, id, &Fields::default(), &Errors::default()).await
}

/// A goal with its history, and its words to be changed.
async fn draw(cx: &Cx, person: PersonId, id: GoalId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    let (_, goal) = find_goal(&mut tx, person, id).await?;
    let may = May::of(&mut tx, person).await?;
    if !errors.is_empty() && !may.write {
        return Err(Problem::NotFound);
    }
    let sees_referrals = tx.may::<ViewReferral>(person).await?;
    tx.commit().await?;
    let answer = |name: &str| typed_or(fields, &[("own_words", &goal.own_words), ("aim", &goal.aim)], name);
    let ask = Asking { answer: &answer, errors };
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
        errors => errors.summary(),
        ..frame
    };
    if errors.is_empty() { cx.page("care/goal.html", values) } else { cx.page_with_errors("care/goal.html", values) }
}

/// Where a goal or an intervention had come to with a line of the history.
fn state_words(line: &care::Line) -> &'static str {
    use throughline_domain::care::InterventionState;
    match line.intervention_id {
        Some(_) => InterventionState::from_code(&line.state).map_or("", InterventionState::label),
        None => GoalState::from_code(&line.state).map_or("", GoalState::label),
    }
}

pub(super) async fn reword(cx: Cx, Path((person, id)): Path<(PersonId, GoalId)>, fields: Fields) -> Answer {
    if fields.given("aim").is_none() {
        let mut errors = Errors::default();
        errors.add("aim", "Say what we work towards");
        return draw(&cx, person, id, &fields, &errors).await;
    }
    let mut act = cx.act(&fields).await?;
    let (subject, goal) = find_goal(&mut act, person, id).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let version = fields.version()?;
    care::reword(&mut act, &grant, goal.id, version, fields.text("own_words"), fields.text("aim")).await?;
    act.done(&format!("{}?done=reworded", address(person))).await
}

pub(super) async fn evaluate_page(
    cx: Cx,
    Path((person, id)): Path<(PersonId, GoalId)>,
    Query(from): Query<CameFrom>,
) -> Answer {
    draw_evaluation(&cx, person, id, &from.back, &Fields::default(), &Errors::default()).await
}

async fn draw_evaluation(
    cx: &Cx,
    person: PersonId,
    id: GoalId,
    back: &str,
    fields: &Fields,
    errors: &Errors,
) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    let (subject, goal) = find_goal(&mut tx, person, id).await?;
    if !tx.may::<EvaluateGoal>(subject).await? {
        return Err(Problem::NotFound);
    }
    let may = May::of(&mut tx, person).await?;
    tx.commit().await?;
    let answer = |name: &str| typed_or(fields, &[], name);
    let ask = Asking { answer: &answer, errors };
    let states: Vec<GoalState> = GoalState::evaluations().collect();
    let states = states.iter().map(|state| (state.code(), state.label()));
    let values = context! {
        heading => "What became of the goal",
        base => address(person),
        from_closing => back == "close",
        goal => goal_value(&goal, may, false, cx.now),
        version => Some(fields.text("version")).filter(|typed| !typed.is_empty()),
        questions => vec![
            ask.choice("single", "state", "What became of it?", "", states),
            ask.question("long_text", "words", "What you have seen", "Needed when it is not known: say why, and what was tried"),
            ask.question("long_text", "own_words", "What they say of it, in their own words", "Leave it empty when they could not be asked"),
            when(&ask, cx.now, "When was it looked at?"),
        ],
        errors => errors.summary(),
        ..frame
    };
    let template = "care/evaluate.html";
    if errors.is_empty() { cx.page(template, values) } else { cx.page_with_errors(template, values) }
}

pub(super) async fn evaluate(cx: Cx, Path((person, id)): Path<(PersonId, GoalId)>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let at = read_when(&fields, cx.now, &mut errors);
    let Some(found) = read_evaluation(&fields, &mut errors).filter(|_| errors.is_empty()) else {
        return draw_evaluation(&cx, person, id, fields.text("back"), &fields, &errors).await;
    };
    let mut act = cx.act(&fields).await?;
    let (subject, goal) = find_goal(&mut act, person, id).await?;
    let grant = act.authorise::<EvaluateGoal>(subject).await?;
    care::evaluate(&mut act, &grant, goal.id, fields.version()?, &found, at).await?;
    settle(&mut act, subject).await?;
    let next = match fields.text("back") {
        "close" => format!("/episodes/{}/close", goal.episode_id),
        _ => format!("{}?done=evaluated", address(person)),
    };
    act.done(&next).await
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
