//! The care plan: goals, what is done for them, what has happened, and what became of each.
//!
//! A goal and an intervention stand as they are now, under a version; each change adds a line with everything that
//! stood then, so that nothing is overwritten, and a change that started from an older version is refused. What goes
//! on has a day of review, and the review is a task of whoever owes it, with the intervention's own id.

mod decisions;
mod interventions;
mod needs;

pub use decisions::{Decision, NewDecision, decide, decisions};
pub use interventions::{Intervention, NewIntervention, Reviewer, intervention, plan, record, review_title};
pub use needs::{Need, NeedAsSeen, NeedSaid, NewReason, ReasonSaid, needs, reasons, say_why};

use crate::{Conn, Error, Result, Row, Tx, args, events};
use chrono::NaiveDate;
use throughline_domain::care::{CareAct, Evaluation, GoalState};
use throughline_domain::ids::{EpisodeId, GoalId, InterventionId, PersonId};
use throughline_domain::time::Instant;
use throughline_policy::{Class, EvaluateGoal, Grant, Permit, Subject, ViewCarePlan, WriteCarePlan};
use uuid::Uuid;

/// The kind of the care plan's events.
pub const EVENT: &str = "care";

/// A goal as it stands.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Goal {
    /// Its id.
    pub id: GoalId,
    /// Version of the row: what a change must have started from.
    pub version: i64,
    /// The person.
    pub person_id: PersonId,
    /// The episode.
    pub episode_id: EpisodeId,
    /// When the episode closed, if it did.
    pub episode_closed_at: Option<Instant>,
    /// The code of the need it is for; empty when it is for none.
    pub need_code: String,
    /// The need, in words as they were.
    pub need_label: String,
    /// What the person says they want, in their words.
    pub own_words: String,
    /// What we work towards.
    pub aim: String,
    /// Where it stands.
    pub state: GoalState,
    /// When it was set.
    pub set_at: Instant,
    /// By whom.
    pub set_by_name: String,
    /// What is done for it, in the order planned.
    pub interventions: Vec<Intervention>,
    /// Its history and that of what is done for it, newest first.
    pub lines: Vec<Line>,
}

impl Goal {
    /// The line that evaluated it, when one did.
    pub fn evaluation(&self) -> Option<&Line> {
        self.lines.iter().find(|line| line.act == CareAct::Evaluated).filter(|_| !self.state.is_open())
    }
}

/// One line of a history.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// The goal.
    pub goal_id: GoalId,
    /// The intervention, when it is about one.
    pub intervention_id: Option<InterventionId>,
    /// What happened.
    pub act: CareAct,
    /// The code of the state that it came to, of the goal or of the intervention.
    pub state: String,
    /// What was said: of a goal the aim or the evaluation, of an intervention what was planned or has happened.
    pub words: String,
    /// The person's own words.
    pub own_words: String,
    /// The next day of review, when one was set.
    pub review_on: Option<NaiveDate>,
    /// When it happened.
    pub at: Instant,
    /// When it was written down.
    pub entered_at: Instant,
    /// By whom.
    pub by_name: String,
}

/// A goal to be set.
#[derive(Debug, Clone)]
pub struct NewGoal {
    /// Its id.
    pub id: GoalId,
    /// The need it is for, as the page showed it; `None` for a goal of its own.
    pub need: Option<NeedAsSeen>,
    /// What the person says they want; empty when they did not say.
    pub own_words: String,
    /// What we work towards.
    pub aim: String,
    /// When it was agreed, which may be before it is written down.
    pub at: Instant,
}

const GOAL: &str =
    "SELECT g.id, g.version, g.person_id, g.episode_id, e.closed_at AS episode_closed_at, g.need_code, g.need_label,
        g.own_words, g.aim, g.state, g.set_at, g.set_by_name
   FROM care_goal g JOIN episode e ON e.id = g.episode_id";

fn goal_of(row: &Row) -> Result<Goal> {
    Ok(Goal {
        id: row.get("id")?,
        version: row.get("version")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        episode_closed_at: row.get("episode_closed_at")?,
        need_code: row.get("need_code")?,
        need_label: row.get("need_label")?,
        own_words: row.get("own_words")?,
        aim: row.get("aim")?,
        state: row.get("state")?,
        set_at: row.get("set_at")?,
        set_by_name: row.get("set_by_name")?,
        interventions: Vec::new(),
        lines: Vec::new(),
    })
}

fn line_of(row: &Row) -> Result<Line> {
    Ok(Line {
        goal_id: row.get("goal_id")?,
        intervention_id: row.get("intervention_id")?,
        act: row.get("act")?,
        state: row.get("state")?,
        words: row.get("words")?,
        own_words: row.get("own_words")?,
        review_on: row.get("review_on")?,
        at: row.get("at")?,
        entered_at: row.get("entered_at")?,
        by_name: row.get("by_name")?,
    })
}

/// The goals of the grant's person with what is done for each: open ones first, then the newest.
///
/// # Errors
/// The store's.
pub async fn goals(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Vec<Goal>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{GOAL} WHERE g.person_id = $1 ORDER BY CASE g.state WHEN 'working_on' THEN 0 ELSE 1 END, g.set_at DESC, g.id DESC"
    ));
    let rows = conn.fetch_text(sql, args![grant.person()]).await?;
    let mut goals: Vec<Goal> = rows.iter().map(goal_of).collect::<Result<_>>()?;
    let done = interventions::of_person(conn, grant).await?;
    let lines = conn
        .fetch_all(
            "SELECT l.goal_id, l.intervention_id, l.act, l.state, l.words, l.own_words, l.review_on, l.at, l.entered_at, l.by_name
               FROM care_line l JOIN care_goal g ON g.id = l.goal_id
              WHERE g.person_id = $1 ORDER BY l.entered_at DESC, l.id DESC",
            args![grant.person()],
        )
        .await?;
    let lines: Vec<Line> = lines.iter().map(line_of).collect::<Result<_>>()?;
    for goal in &mut goals {
        goal.interventions = done.iter().filter(|one| one.goal_id == goal.id).cloned().collect();
        goal.lines = lines.iter().filter(|line| line.goal_id == goal.id).cloned().collect();
    }
    Ok(goals)
}

/// One goal of the grant's person.
///
/// # Errors
/// The store's.
pub async fn goal(conn: &mut Conn, grant: &Grant<ViewCarePlan>, id: GoalId) -> Result<Option<Goal>> {
    Ok(goals(conn, grant).await?.into_iter().find(|goal| goal.id == id))
}

/// The goals of the grant's episode that are not evaluated, oldest first.
///
/// # Errors
/// The store's.
pub async fn open_of_episode(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Vec<Goal>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{GOAL} WHERE g.person_id = $1 AND g.episode_id = $2 AND g.state = 'working_on' ORDER BY g.set_at, g.id"
    ));
    let rows = conn.fetch_text(sql, args![grant.person(), grant.episode()]).await?;
    rows.iter().map(goal_of).collect()
}

/// How many goals of an episode are not evaluated.
pub(crate) async fn count_open(conn: &mut Conn, episode: EpisodeId) -> Result<i64> {
    let row = conn
        .fetch_one(
            "SELECT count(*) AS goals FROM care_goal WHERE episode_id = $1 AND state = $2",
            args![episode, GoalState::WorkingOn],
        )
        .await?;
    row.get("goals")
}

/// The person, episode and site of a goal, as a subject for the policy. `None` when there is no such goal.
///
/// # Errors
/// The store's.
pub async fn subject(conn: &mut Conn, goal: GoalId) -> Result<Option<Subject>> {
    let row = conn
        .fetch_optional(
            "SELECT g.person_id, g.episode_id, e.site_id FROM care_goal g JOIN episode e ON e.id = g.episode_id WHERE g.id = $1",
            args![goal],
        )
        .await?;
    row.as_ref().map(crate::subject::of).transpose()
}

/// Sets a goal in the grant's episode.
///
/// # Errors
/// [`Error::Stale`] when the episode has closed, or something was said of the need that the page did not show.
pub async fn set_goal(tx: &mut Tx, grant: &Grant<WriteCarePlan>, new: &NewGoal) -> Result<()> {
    must_be_open(tx, grant).await?;
    if let Some(need) = &new.need {
        needs::must_be_as_seen(tx, grant, need).await?;
    }
    let (code, label) = new.need.as_ref().map_or(("", ""), |need| (&need.code, &need.label));
    let name = tx.actor_name();
    tx.execute(
        "INSERT INTO care_goal (id, person_id, episode_id, need_code, need_label, own_words, aim, state, set_at, set_by, set_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            code,
            label,
            &new.own_words,
            &new.aim,
            GoalState::WorkingOn,
            new.at,
            grant.actor().user,
            name
        ],
    )
    .await?;
    let line = NewLine {
        goal: new.id,
        intervention: None,
        version: 1,
        act: CareAct::Planned,
        state: GoalState::WorkingOn.code(),
        words: &new.aim,
        own_words: &new.own_words,
        review_on: None,
        at: new.at,
    };
    write_line(tx, grant, &line).await?;
    note(tx, grant, new.at, "Goal set").await
}

/// Puts a goal that is worked on in other words.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first, or it has been evaluated.
pub async fn reword(
    tx: &mut Tx,
    grant: &Grant<WriteCarePlan>,
    goal: GoalId,
    version: i64,
    own_words: &str,
    aim: &str,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE care_goal SET own_words = $4, aim = $5, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'working_on'",
        args![goal, grant.person(), version, own_words, aim],
    )
    .await?;
    let at = tx.now();
    let line = NewLine {
        goal,
        intervention: None,
        version: version + 1,
        act: CareAct::Reworded,
        state: GoalState::WorkingOn.code(),
        words: aim,
        own_words,
        review_on: None,
        at,
    };
    write_line(tx, grant, &line).await?;
    note(tx, grant, at, "Goal put in other words").await
}

/// Evaluates a goal. What was still going on for it ends with it, and with it the reviews that were owed.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first.
pub async fn evaluate(
    tx: &mut Tx,
    grant: &Grant<EvaluateGoal>,
    goal: GoalId,
    version: i64,
    found: &Evaluation,
    at: Instant,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE care_goal SET state = $4, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state = 'working_on'",
        args![goal, grant.person(), version, found.state()],
    )
    .await?;
    let line = NewLine {
        goal,
        intervention: None,
        version: version + 1,
        act: CareAct::Evaluated,
        state: found.state().code(),
        words: found.words(),
        own_words: found.own_words(),
        review_on: None,
        at,
    };
    write_line(tx, grant, &line).await?;
    interventions::end_with_goal(tx, grant, goal, at).await?;
    note(tx, grant, at, "Goal evaluated").await
}

/// A plan is made for an episode that goes on: what is planned for one that has ended would never be looked at.
async fn must_be_open<P: Permit>(tx: &mut Tx, grant: &Grant<P>) -> Result<()> {
    // Written, and not only read: whoever closes the episode waits, or is waited for.
    let sql = "UPDATE episode SET closed_at = closed_at WHERE id = $1 AND person_id = $2 AND closed_at IS NULL";
    match tx.execute(sql, args![grant.episode(), grant.person()]).await? {
        0 => Err(Error::Stale),
        _ => Ok(()),
    }
}

/// A line to be added to a history.
struct NewLine<'a> {
    goal: GoalId,
    intervention: Option<InterventionId>,
    version: i64,
    act: CareAct,
    state: &'static str,
    words: &'a str,
    own_words: &'a str,
    review_on: Option<NaiveDate>,
    at: Instant,
}

async fn write_line<P: Permit>(tx: &mut Tx, grant: &Grant<P>, line: &NewLine<'_>) -> Result<()> {
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO care_line (id, goal_id, intervention_id, version, act, state, words, own_words, review_on, at, entered_at,
                                by_user, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            Uuid::now_v7(),
            line.goal,
            line.intervention,
            line.version,
            line.act,
            line.state,
            line.words,
            line.own_words,
            day_column(line.review_on),
            line.at,
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    Ok(())
}

/// A day for a column that is never null.
fn day_column(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// Tells the timeline, in words without clinical content.
async fn note<P: Permit>(tx: &mut Tx, grant: &Grant<P>, at: Instant, words: &str) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at: Some(at),
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: EVENT,
            class: Class::CarePlan,
            words: words.into(),
            link: format!("/people/{}/care", grant.person()),
        },
    )
    .await
}
