//! What is done for a goal: planning it, recording what has happened, and looking at it again.

use super::both::{NotSaved, Sent, of_line};
use super::questions::{fresh_review, read_review, read_start, read_when, typed_or, when};
use super::show::{May, intervention_value, line_value};
use super::{address, find_goal, frame_below, settle};
use crate::asking::typed_date;
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem, referrals};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::care::{Doer, InterventionState, NotProgress, Progress, approach, approaches};
use throughline_domain::ids::{GoalId, InterventionId, PersonId, ReferralId};
use throughline_domain::time::{Instant, london_date};
use throughline_policy::{RecordProgress, Subject, ViewCarePlan, ViewReferral, WriteCarePlan};
use throughline_store::Tx;
use throughline_store::care::{self, Goal, Intervention, Line, NewIntervention, Reviewer};
use throughline_store::referrals::Referral;
use uuid::Uuid;

pub(super) async fn new_page(cx: Cx, Path((person, goal)): Path<(PersonId, GoalId)>) -> Answer {
    draw_new(&cx, person, goal, &Sent::default()).await
}

/// The onward referrals of the goal's episode.
async fn referrals_of(tx: &mut Tx, subject: Subject) -> Result<Vec<Referral>, Problem> {
    let grant = tx.authorise::<ViewReferral>(subject).await?;
    Ok(throughline_store::referrals::of_episode(tx, &grant).await?)
}

async fn draw_new(cx: &Cx, person: PersonId, goal: GoalId, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    let (subject, goal) = find_goal(&mut tx, person, goal).await?;
    if !tx.may::<WriteCarePlan>(subject).await? {
        return Err(Problem::NotFound);
    }
    let referred = referrals_of(&mut tx, subject).await?;
    tx.commit().await?;
    let (today, review) = (typed_date(london_date(cx.now)), fresh_review(cx.now));
    let answer = |name: &str| typed_or(&sent.fields, &[("starts_on", &today), ("review_on", &review)], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let values = context! {
        heading => "Plan what is done",
        goal => context! { aim => goal.aim, own_words => goal.own_words, is_open => goal.state.is_open() && goal.episode_closed_at.is_none() },
        action => format!("{}/goals/{}/plan", address(person), goal.id),
        questions => questions(&ask, &referred),
        refer => referred.is_empty().then(|| format!("/episodes/{}/referrals/new", goal.episode_id)),
        when => when(&ask, cx.now, "When was it agreed?"),
        sources => approaches().iter().map(|one| context! { title => one.title, source => one.source }).collect::<Vec<_>>(),
        beside => beside_plan(&goal, sent),
        ..frame
    };
    sent.page(cx, "care/plan.html", values)
}

/// Why nothing more can be planned for a goal, when that came while somebody was planning.
fn beside_plan(goal: &Goal, sent: &Sent) -> Option<Value> {
    let theirs = goal.evaluation().map(of_line);
    let closed = goal.episode_closed_at.map(|_| "The episode was closed");
    let over = theirs.as_ref().map(|_| "This goal was evaluated").or(closed);
    sent.beside(theirs.as_slice(), over)
}

fn questions(ask: &Asking<'_>, referred: &[Referral]) -> Vec<Value> {
    let list = approaches().iter().map(|one| (one.id.as_str(), one.title.as_str()));
    let list = list.chain(std::iter::once(("none", "Something else, in words")));
    let doers = Doer::ALL.iter().map(|doer| (doer.code(), doer.label()));
    let referred: Vec<(String, String)> = referred
        .iter()
        .map(|one| (one.id.to_string(), format!("{}: {}", one.service_name, one.state.label())))
        .collect();
    let which = referred.iter().map(|(code, label)| (code.as_str(), label.as_str()));
    let by_service = context! {
        when => context! { about => context! { question => "doer", test => context! { any_of => vec![Doer::Service.code()] } } },
        visible => (ask.answer)("doer") == Doer::Service.code(),
        only_if => "another service does it",
        ..ask.choice("select", "referral", "Which onward referral?", "", which)
    };
    vec![
        ask.choice("select", "approach", "What is done", "A short list with published guidance behind each", list),
        ask.question("long_text", "what", "What exactly", "Such as: go with her to the first appointment on Thursday. Leave it empty when the choice above says it all"),
        ask.choice("single", "doer", "Who does it?", "", doers),
        by_service,
        ask.question("date", "starts_on", "From which day?", ""),
        ask.question("date", "review_on", "When is it looked at again?", "It goes onto the worklist of whoever does it, or else onto yours"),
    ]
}

/// What a form asks to be planned.
struct Wanted {
    what: String,
    approach: String,
    doer: Doer,
    referral: Option<ReferralId>,
    starts_on: chrono::NaiveDate,
    review_on: chrono::NaiveDate,
}

fn read(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<Wanted> {
    let listed = approach(fields.text("approach"));
    let what = fields.given("what").map(|_| fields.text("what").to_owned());
    let what = what.or_else(|| listed.map(|approach| approach.title.clone()));
    if listed.is_none() && fields.text("approach") != "none" {
        errors.add("approach", "Choose what is done, or “Something else, in words”");
    } else if what.is_none() {
        errors.add("what", "Say what is done");
    }
    let doer = Doer::from_code(fields.text("doer"));
    if doer.is_none() {
        errors.add("doer", "Choose who does it");
    }
    let referral: Option<ReferralId> = fields.text("referral").parse().ok().filter(|_| doer == Some(Doer::Service));
    if doer == Some(Doer::Service) && referral.is_none() {
        errors.add("referral", "Choose the onward referral. If there is none yet, write it first: help that nobody asked for does not come");
    }
    let starts_on = read_start(fields.text("starts_on"), now).map_err(|error| errors.add("starts_on", error));
    let review_on = read_review(fields.text("review_on"), now).map_err(|error| errors.add("review_on", error));
    Some(Wanted {
        what: what?,
        approach: listed.map(|approach| approach.id.clone()).unwrap_or_default(),
        doer: doer?,
        referral,
        starts_on: starts_on.ok()?,
        review_on: review_on.ok()?,
    })
}

pub(super) async fn plan(cx: Cx, Path((person, goal)): Path<(PersonId, GoalId)>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let wanted = read(&fields, cx.now, &mut errors);
    let at = read_when(&fields, cx.now, &mut errors);
    let Some(wanted) = wanted.filter(|_| errors.is_empty()) else {
        return draw_new(&cx, person, goal, &Sent::wrong(fields, errors)).await;
    };
    let mut act = cx.act(&fields).await?;
    match save_plan(&cx, &mut act, person, goal, wanted, at).await {
        Ok(()) => act.done(&format!("{}?done=planned", address(person))).await,
        Err(why) => draw_new(&cx, person, goal, &why.again(act, fields)?).await,
    }
}

async fn save_plan(
    cx: &Cx,
    act: &mut Act,
    person: PersonId,
    goal: GoalId,
    wanted: Wanted,
    at: Instant,
) -> Result<(), NotSaved> {
    let (subject, goal) = find_goal(act, person, goal).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    if let Some(referral) = wanted.referral {
        let known = referrals_of(act, subject).await?;
        known.iter().find(|one| one.id == referral).ok_or(Problem::NotFound)?;
    }
    let reviewer = reviewer(cx, act, subject, wanted.doer).await?;
    let new = NewIntervention {
        id: InterventionId::new(Uuid::now_v7()),
        goal: goal.id,
        what: wanted.what,
        approach: wanted.approach,
        doer: wanted.doer,
        referral: wanted.referral,
        starts_on: wanted.starts_on,
        review_on: wanted.review_on,
        at,
    };
    Ok(care::plan(act, &grant, &new, reviewer).await?)
}

/// Who owes the review: the link workers of what they do, when the follow-up is theirs and the person agreed, else
/// whoever plans it.
async fn reviewer(cx: &Cx, tx: &mut Tx, subject: Subject, doer: Doer) -> Result<Reviewer, Problem> {
    if doer == Doer::LinkWorker {
        let chaser = referrals::chaser(tx, subject).await?;
        return Ok(Reviewer { owner: chaser.owner, organisation: chaser.organisation });
    }
    Ok(own(cx))
}

fn own(cx: &Cx) -> Reviewer {
    let user = &cx.signed_in.user;
    Reviewer { owner: Some(user.id), organisation: user.organisation_id }
}

/// Something that is done, of the person of the address, with its goal and the subject the policy is asked about.
async fn find(tx: &mut Tx, person: PersonId, id: InterventionId) -> Result<(Subject, Goal, Intervention), Problem> {
    let grant = tx.authorise::<ViewCarePlan>(person).await?;
    let one = care::intervention(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    let (subject, goal) = find_goal(tx, person, one.goal_id).await?;
    Ok((subject, goal, one))
}

pub(super) async fn page(cx: Cx, Path((person, id)): Path<(PersonId, InterventionId)>) -> Answer {
    draw(&cx, person, id, &Sent::default()).await
}

async fn draw(cx: &Cx, person: PersonId, id: InterventionId, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    let (_, goal, one) = find(&mut tx, person, id).await?;
    let may = May::of(&mut tx, person).await?;
    let sees_referrals = tx.may::<ViewReferral>(person).await?;
    tx.commit().await?;
    let review = one.review_on.map(typed_date).unwrap_or_default();
    let state = if one.state == InterventionState::Planned { InterventionState::UnderWay } else { one.state };
    let answer = |name: &str| typed_or(&sent.fields, &[("review_on", &review), ("state", state.code())], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let states = InterventionState::ALL.iter().map(|state| (state.code(), state.label()));
    let history: Vec<&Line> = goal.lines.iter().filter(|line| line.intervention_id == Some(id)).collect();
    let theirs: Vec<Value> = history.iter().take(sent.changes_since(one.version)).map(|line| of_line(line)).collect();
    let over = one.state.is_ended().then_some("This came to an end");
    let values = context! {
        heading => "What has happened",
        action => format!("{}/interventions/{id}", address(person)),
        goal => context! { aim => goal.aim },
        one => intervention_value(&one, &goal, may, sees_referrals, cx.now),
        version => one.version,
        history => history.into_iter().map(line_value).collect::<Vec<_>>(),
        questions => vec![
            ask.question("long_text", "words", "What has happened, or what came of it", "Only what the next person needs"),
            ask.choice("single", "state", "Where does it stand now?", "", states),
            ask.question("date", "review_on", "When is it looked at again?", "Not needed when it is done or stopped"),
            when(&ask, cx.now, "When was this?"),
        ],
        beside => sent.beside(&theirs, over),
        ..frame
    };
    sent.page(cx, "care/progress.html", values)
}

pub(super) async fn record(cx: Cx, Path((person, id)): Path<(PersonId, InterventionId)>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let at = read_when(&fields, cx.now, &mut errors);
    let Some(progress) = read_progress(&fields, &cx, &mut errors).filter(|_| errors.is_empty()) else {
        return draw(&cx, person, id, &Sent::wrong(fields, errors)).await;
    };
    let mut act = cx.act(&fields).await?;
    match save_progress(&cx, &mut act, person, id, &fields, &progress, at).await {
        Ok(()) => act.done(&format!("{}?done=recorded", address(person))).await,
        Err(why) => draw(&cx, person, id, &why.again(act, fields)?).await,
    }
}

async fn save_progress(
    cx: &Cx,
    act: &mut Act,
    person: PersonId,
    id: InterventionId,
    fields: &Fields,
    progress: &Progress,
    at: Instant,
) -> Result<(), NotSaved> {
    let (subject, _, one) = find(act, person, id).await?;
    let grant = act.authorise::<RecordProgress>(subject).await?;
    if !one.doer.recorded_by(grant.actor().role) {
        return Err(Problem::NotFound.into());
    }
    care::record(act, &grant, &one, fields.version()?, progress, at, own(cx)).await?;
    Ok(settle(act, subject).await?)
}

fn read_progress(fields: &Fields, cx: &Cx, errors: &mut Errors) -> Option<Progress> {
    let Some(state) = InterventionState::from_code(fields.text("state")) else {
        errors.add("state", "Choose where it stands now");
        return None;
    };
    let review_on = match fields.given("review_on") {
        Some(text) if !state.is_ended() => {
            Some(read_review(text, cx.now).map_err(|error| errors.add("review_on", error)).ok()?)
        }
        _ => None,
    };
    let read = Progress::new(state, fields.text("words"), review_on);
    read.map_err(|why| {
        let field = if why == NotProgress::NoReview { "review_on" } else { "words" };
        errors.add(field, why);
    })
    .ok()
}
