//! What is done for a goal, by whom, and the reviews that are owed.

use super::{NewLine, day_column, must_be_open, note, write_line};
use crate::{Conn, Error, Result, Row, Tx, args};
use chrono::NaiveDate;
use throughline_domain::care::{CareAct, Doer, InterventionState, Progress, review_due};
use throughline_domain::ids::{EpisodeId, GoalId, InterventionId, OrganisationId, ReferralId, TaskId, UserId};
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_policy::{EvaluateGoal, Grant, Permit, RecordProgress, ViewCarePlan, WriteCarePlan};

/// Something that is done for a goal.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Intervention {
    /// Its id.
    pub id: InterventionId,
    /// Version of the row: what a change must have started from.
    pub version: i64,
    /// The episode.
    pub episode_id: EpisodeId,
    /// The goal.
    pub goal_id: GoalId,
    /// What is done.
    pub what: String,
    /// The code of the approach, as in `domain::care::approaches`; empty for none of the list.
    pub approach: String,
    /// Who does it.
    pub doer: Doer,
    /// The onward referral by which another service does it.
    pub referral_id: Option<ReferralId>,
    /// From which day on.
    pub starts_on: NaiveDate,
    /// On which day it is looked at again; none once it has ended.
    pub review_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: InterventionState,
    /// When it was planned.
    pub planned_at: Instant,
    /// By whom.
    pub planned_by_name: String,
}

/// Something to be done.
#[derive(Debug, Clone)]
pub struct NewIntervention {
    /// Its id.
    pub id: InterventionId,
    /// The goal.
    pub goal: GoalId,
    /// What is done.
    pub what: String,
    /// The code of the approach; empty for none of the list.
    pub approach: String,
    /// Who does it.
    pub doer: Doer,
    /// The onward referral by which another service does it.
    pub referral: Option<ReferralId>,
    /// From which day on.
    pub starts_on: NaiveDate,
    /// On which day it is looked at again.
    pub review_on: NaiveDate,
    /// When it was agreed, which may be before it is written down.
    pub at: Instant,
}

/// Who owes a review: somebody, or an organisation of which nobody has taken it yet.
#[derive(Debug, Clone, Copy)]
pub struct Reviewer {
    /// Who.
    pub owner: Option<UserId>,
    /// Of which organisation.
    pub organisation: OrganisationId,
}

const INTERVENTION: &str =
    "SELECT id, version, episode_id, goal_id, what, approach, doer, referral_id, starts_on, review_on, state,
        planned_at, planned_by_name FROM care_intervention";

fn intervention_of(row: &Row) -> Result<Intervention> {
    Ok(Intervention {
        id: row.get("id")?,
        version: row.get("version")?,
        episode_id: row.get("episode_id")?,
        goal_id: row.get("goal_id")?,
        what: row.get("what")?,
        approach: row.get("approach")?,
        doer: row.get("doer")?,
        referral_id: row.get("referral_id")?,
        starts_on: row.get("starts_on")?,
        review_on: row.get("review_on")?,
        state: row.get("state")?,
        planned_at: row.get("planned_at")?,
        planned_by_name: row.get("planned_by_name")?,
    })
}

/// Everything that is done for the grant's person, in the order planned.
pub(super) async fn of_person(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Vec<Intervention>> {
    let sql = sqlx::AssertSqlSafe(format!("{INTERVENTION} WHERE person_id = $1 ORDER BY planned_at, id"));
    conn.fetch_text(sql, args![grant.person()]).await?.iter().map(intervention_of).collect()
}

/// One thing that is done for the grant's person.
///
/// # Errors
/// The store's.
pub async fn intervention(
    conn: &mut Conn,
    grant: &Grant<ViewCarePlan>,
    id: InterventionId,
) -> Result<Option<Intervention>> {
    let sql = sqlx::AssertSqlSafe(format!("{INTERVENTION} WHERE id = $1 AND person_id = $2"));
    conn.fetch_text(sql, args![id, grant.person()]).await?.first().map(intervention_of).transpose()
}

/// Plans something for a goal that is worked on, and owes its review.
///
/// # Errors
/// [`Error::Stale`] when the goal has been evaluated, or the episode has closed.
pub async fn plan(tx: &mut Tx, grant: &Grant<WriteCarePlan>, new: &NewIntervention, reviewer: Reviewer) -> Result<()> {
    must_be_open(tx, grant).await?;
    // The goal's row is written, so that an evaluation at the same time waits and then ends this too.
    tx.execute_versioned(
        "UPDATE care_goal SET state = state WHERE id = $1 AND person_id = $2 AND episode_id = $3 AND state = 'working_on'",
        args![new.goal, grant.person(), grant.episode()],
    )
    .await?;
    let name = tx.actor_name();
    tx.execute(
        "INSERT INTO care_intervention (id, person_id, episode_id, goal_id, what, approach, doer, referral_id, starts_on,
                                        review_on, state, planned_at, planned_by, planned_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            new.goal,
            &new.what,
            &new.approach,
            new.doer,
            new.referral,
            new.starts_on,
            new.review_on,
            InterventionState::Planned,
            new.at,
            grant.actor().user,
            name
        ],
    )
    .await?;
    let line = NewLine {
        goal: new.goal,
        intervention: Some(new.id),
        version: 1,
        act: CareAct::Planned,
        state: InterventionState::Planned.code(),
        words: &new.what,
        own_words: "",
        review_on: Some(new.review_on),
        at: new.at,
    };
    write_line(tx, grant, &line).await?;
    owe_review(tx, grant, new.id, new.review_on, reviewer).await?;
    note(tx, grant, new.at, "Care planned").await
}

/// Records what has happened with something that is done. A review that was owed moves to its new day, or ends.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first, it has ended, or it is not the actor's to record: a page
/// asks [`Doer::recorded_by`] before.
pub async fn record(
    tx: &mut Tx,
    grant: &Grant<RecordProgress>,
    before: &Intervention,
    version: i64,
    progress: &Progress,
    at: Instant,
    reviewer: Reviewer,
) -> Result<()> {
    if !before.doer.recorded_by(grant.actor().role) {
        return Err(Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE care_intervention SET state = $4, review_on = $5, version = version + 1
          WHERE id = $1 AND person_id = $2 AND version = $3 AND state IN ('planned', 'under_way')",
        args![before.id, grant.person(), version, progress.state(), day_column(progress.review_on())],
    )
    .await?;
    let act = progress.act(before.review_on);
    let line = NewLine {
        goal: before.goal_id,
        intervention: Some(before.id),
        version: version + 1,
        act,
        state: progress.state().code(),
        words: progress.words(),
        own_words: "",
        review_on: progress.review_on(),
        at,
    };
    write_line(tx, grant, &line).await?;
    match progress.review_on() {
        Some(day) => owe_review(tx, grant, before.id, day, reviewer).await?,
        None => end_review(tx, grant, before.id, TaskState::Done, progress.state().label()).await?,
    }
    let words = match act {
        CareAct::Reviewed => "Care reviewed",
        CareAct::Ended => "Care ended",
        _ => "Progress recorded",
    };
    note(tx, grant, at, words).await
}

/// What still goes on for a goal ends when it is evaluated.
pub(super) async fn end_with_goal(tx: &mut Tx, grant: &Grant<EvaluateGoal>, goal: GoalId, at: Instant) -> Result<()> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{INTERVENTION} WHERE goal_id = $1 AND person_id = $2 AND state IN ('planned', 'under_way') ORDER BY planned_at, id"
    ));
    let open = tx.fetch_text(sql, args![goal, grant.person()]).await?;
    let open: Vec<Intervention> = open.iter().map(intervention_of).collect::<Result<_>>()?;
    for one in open {
        tx.execute_versioned(
            "UPDATE care_intervention SET state = $3, review_on = '', version = version + 1 WHERE id = $1 AND version = $2",
            args![one.id, one.version, InterventionState::Stopped],
        )
        .await?;
        let line = NewLine {
            goal,
            intervention: Some(one.id),
            version: one.version + 1,
            act: CareAct::Ended,
            state: InterventionState::Stopped.code(),
            words: "Ended with the goal, which was evaluated",
            own_words: "",
            review_on: None,
            at,
        };
        write_line(tx, grant, &line).await?;
        end_review(tx, grant, one.id, TaskState::Cancelled, "The goal was evaluated").await?;
    }
    Ok(())
}

/// The title of the task of a review. It shows on worklists, and so says nothing of the plan.
pub fn review_title() -> &'static str {
    "Review what is planned for a goal"
}

/// Makes or moves the task of a review. Each intervention has one, with its own id. Somebody to whom it was handed
/// keeps it, unless another organisation owes it now. Where it falls due before what the episode owes next, it is what the episode owes next.
async fn owe_review<P: Permit>(
    tx: &mut Tx,
    grant: &Grant<P>,
    id: InterventionId,
    day: NaiveDate,
    reviewer: Reviewer,
) -> Result<()> {
    let (now, due) = (tx.now(), review_due(day));
    tx.execute(
        "INSERT INTO task (id, person_id, episode_id, kind, title, due_at, owner_id, organisation_id, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9)
         ON CONFLICT (id) DO UPDATE SET due_at = $6, state = 'open', outcome = '', version = task.version + 1,
           owner_id = CASE WHEN task.organisation_id = $8 THEN task.owner_id ELSE $7 END, organisation_id = $8",
        args![
            TaskId::new(id.uuid()),
            grant.person(),
            grant.episode(),
            TaskKind::ReviewCare,
            review_title(),
            due,
            reviewer.owner,
            reviewer.organisation,
            now
        ],
    )
    .await?;
    tx.execute(
        "UPDATE episode SET next_action = $2, next_action_due = $3
          WHERE id = $1 AND closed_at IS NULL AND next_action_due > $3",
        args![grant.episode(), review_title(), due],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

async fn end_review<P: Permit>(
    tx: &mut Tx,
    grant: &Grant<P>,
    id: InterventionId,
    state: TaskState,
    outcome: &str,
) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE task SET state = $3, outcome = $4, done_at = $5, done_by = $6, version = version + 1
          WHERE id = $1 AND person_id = $2 AND state = 'open'",
        args![TaskId::new(id.uuid()), grant.person(), state, outcome, now, grant.actor().user],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}
