//! The care plan: needs beside goals and what is done, open first, each with what can be done about it.

use super::{address, open_episodes};
use crate::people::frame;
use crate::{Answer, Cx, Problem};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::care::{CareAct, Doer, GoalState, InterventionState, Said, Standing, approach, review_due};
use throughline_domain::finding::FindingStatus;
use throughline_domain::ids::PersonId;
use throughline_domain::role::Role;
use throughline_domain::time::Instant;
use throughline_policy::{EvaluateGoal, RecordProgress, ViewCarePlan, ViewClinical, ViewReferral, WriteCarePlan};
use throughline_store::Tx;
use throughline_store::care::{self, Decision, Goal, Intervention, Line, Need};

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

fn done_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "goal" => "The goal was set. Plan what is done for it",
        "reworded" => "The goal was put in other words",
        "planned" => "It is planned, and its review is on the worklist",
        "recorded" => "The progress was recorded",
        "evaluated" => "The goal was evaluated",
        "reason" => "The reason was recorded",
        "decision" => "The decision was written down",
        _ => return None,
    })
}

/// What the reader may do with a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct May {
    /// Set goals and plan.
    pub write: bool,
    /// Evaluate.
    pub evaluate: bool,
    /// Record progress, as somebody of this role.
    recorder: Option<Role>,
}

impl May {
    pub(super) async fn of(tx: &mut Tx, person: PersonId) -> Result<Self, Problem> {
        let role = tx.actor().map(|actor| actor.role);
        let may_record = tx.may::<RecordProgress>(person).await?;
        Ok(Self {
            write: tx.may::<WriteCarePlan>(person).await?,
            evaluate: tx.may::<EvaluateGoal>(person).await?,
            recorder: role.filter(|_| may_record),
        })
    }

    /// Whether they may record what has happened with what this one does.
    pub(super) fn record(self, doer: Doer) -> bool {
        self.recorder.is_some_and(|role| doer.recorded_by(role))
    }
}

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>, Query(done): Query<Done>) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "care").await?;
    let grant = tx.authorise::<ViewCarePlan>(person).await?;
    let goals = care::goals(&mut tx, &grant).await?;
    let needs = care::needs(&mut tx, &grant).await?;
    let decisions = decisions(&mut tx, person).await?;
    let may = May::of(&mut tx, person).await?;
    let sees_referrals = tx.may::<ViewReferral>(person).await?;
    let open = open_episodes(&mut tx, person).await?;
    tx.commit().await?;
    let base = address(person);
    let (working, ended): (Vec<&Goal>, Vec<&Goal>) = goals.iter().partition(|goal| goal.state.is_open());
    let (asked, answered): (Vec<&Need>, Vec<&Need>) =
        needs.iter().partition(|need| need.standing == Standing::Unanswered);
    let goal_value = |goal: &&Goal| goal_value(goal, may, sees_referrals, cx.now);
    let claimed = frame.value.get_attr("notice").ok().filter(|notice| !notice.is_none());
    let notice = claimed.or_else(|| done_words(&done.done).map(|text| context! { kind => "success", text }));
    let values = context! {
        heading => "Care plan",
        base,
        unanswered => asked.iter().map(|need| need_value(need)).collect::<Vec<_>>(),
        answered => answered.iter().filter(|need| need.standing != Standing::WorkedOn).map(|need| need_value(need)).collect::<Vec<_>>(),
        has_needs => !needs.is_empty(),
        working => working.iter().map(goal_value).collect::<Vec<_>>(),
        ended => ended.iter().map(goal_value).collect::<Vec<_>>(),
        decisions,
        may_write => may.write && !open.is_empty(),
        is_open => !open.is_empty(),
        ..frame.value
    };
    cx.page("care/show.html", context! { notice, ..values })
}

/// Decisions about care; `None` for who may not read the clinical record.
async fn decisions(tx: &mut Tx, person: PersonId) -> Result<Option<Vec<Value>>, Problem> {
    if !tx.may::<ViewClinical>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewClinical>(person).await?;
    let all = care::decisions(tx, &grant).await?;
    Ok(Some(all.iter().map(decision_value).collect()))
}

fn decision_value(decision: &Decision) -> Value {
    context! {
        written_later => written_later(decision.at, decision.entered_at),
        ..Value::from_serialize(decision)
    }
}

fn need_value(need: &Need) -> Value {
    let words = match need.standing {
        Standing::Unanswered => "No goal, and no reason why not".to_owned(),
        Standing::WorkedOn => "A goal is worked on".to_owned(),
        Standing::Answered(Said::Goal(state)) => format!("A goal was set for it: {}", state.label().to_lowercase()),
        Standing::Answered(Said::NoGoal(reason)) => format!("No goal: {}", reason.label().to_lowercase()),
    };
    // Found again since: the reason that was given stands beside it, and does not answer for it.
    let reason = need.reason().map(|(reason, said)| {
        context! { label => reason.label(), words => said.words, at => said.entered_at, by => said.by_name }
    });
    context! {
        code => need.code,
        label => need.label,
        status => need.status.label(),
        declined => need.status == FindingStatus::Declined,
        found_at => need.found_at,
        found_by => need.found_by_name,
        words,
        reason,
        episode => need.episode_id.to_string(),
    }
}

/// A goal with everything that is done for it.
pub(super) fn goal_value(goal: &Goal, may: May, sees_referrals: bool, now: Instant) -> Value {
    let is_open = goal.state.is_open();
    context! {
        id => goal.id.to_string(),
        version => goal.version,
        need => Some(&goal.need_label).filter(|label| !label.is_empty()),
        own_words => goal.own_words,
        aim => goal.aim,
        state => goal.state.label(),
        tone => tone(goal.state),
        is_open,
        set_at => goal.set_at,
        set_by => goal.set_by_name,
        evaluation => goal.evaluation().map(line_value),
        interventions => goal.interventions.iter().map(|one| intervention_value(one, goal, may, sees_referrals, now)).collect::<Vec<_>>(),
        may_plan => may.write && is_open && goal.episode_closed_at.is_none(),
        may_evaluate => may.evaluate && is_open,
        may_reword => may.write && is_open,
    }
}

/// Neither good nor bad: what became of a goal is the person's to call.
fn tone(state: GoalState) -> &'static str {
    match state {
        GoalState::WorkingOn => "info",
        GoalState::NotKnown => "warn",
        _ => "neutral",
    }
}

/// Something that is done, with the last that was said of it.
pub(super) fn intervention_value(
    one: &Intervention,
    goal: &Goal,
    may: May,
    sees_referrals: bool,
    now: Instant,
) -> Value {
    let last = goal.lines.iter().find(|line| line.intervention_id == Some(one.id));
    let is_open = !one.state.is_ended();
    context! {
        id => one.id.to_string(),
        what => one.what,
        approach => approach(&one.approach).map(|approach| context! { title => approach.title, source => approach.source }),
        doer => one.doer.label(),
        referral => one.referral_id.filter(|_| sees_referrals).map(|id| format!("/referrals/{id}")),
        starts_on => one.starts_on.to_string(),
        review_on => one.review_on.map(|day| day.to_string()),
        overdue => one.review_on.is_some_and(|day| review_due(day) < now),
        state => one.state.label(),
        tone => match one.state { InterventionState::Planned | InterventionState::UnderWay => "info", _ => "neutral" },
        is_open,
        planned_by => one.planned_by_name,
        last => last.filter(|line| line.act != CareAct::Planned).map(line_value),
        may_record => is_open && may.record(one.doer),
    }
}

/// A line of a history. A goal is set, what is done for it is planned.
pub(super) fn line_value(line: &Line) -> Value {
    let sets_goal = line.act == CareAct::Planned && line.intervention_id.is_none();
    context! {
        act => if sets_goal { "Set" } else { line.act.label() },
        words => line.words,
        own_words => line.own_words,
        review_on => line.review_on.map(|day| day.to_string()),
        at => line.at,
        written_later => written_later(line.at, line.entered_at),
        by => line.by_name,
    }
}

/// When it was written down, where that was later than it was.
pub(super) fn written_later(at: Instant, entered_at: Instant) -> Option<Instant> {
    (entered_at - at > chrono::Duration::minutes(10)).then_some(entered_at)
}
