//! Needs of the open episodes, and what was said of each.

use crate::care::{EVENT, must_be_open};
use crate::{Conn, Result, Tx, args, events};
use std::collections::BTreeMap;
use throughline_domain::care::{GoalState, NoGoalReason, Said, Standing, standing};
use throughline_domain::finding::{FindingList, FindingStatus};
use throughline_domain::ids::EpisodeId;
use throughline_domain::time::Instant;
use throughline_policy::{Class, Grant, ViewCarePlan, WriteCarePlan};
use uuid::Uuid;

/// A need that was found in an open episode, and where it stands.
#[derive(Debug, Clone)]
pub struct Need {
    /// The episode in which it was last found.
    pub episode_id: EpisodeId,
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: String,
    /// How sure the finder was.
    pub status: FindingStatus,
    /// When the form that found it was signed.
    pub found_at: Instant,
    /// By whom.
    pub found_by_name: String,
    /// Whether it is cared for.
    pub standing: Standing,
    /// The last reason given why it has no goal.
    pub reason: Option<Reason>,
}

/// Why a need has no goal.
#[derive(Debug, Clone)]
pub struct Reason {
    /// The reason.
    pub reason: NoGoalReason,
    /// Words beside it.
    pub words: String,
    /// When it was said.
    pub at: Instant,
    /// By whom it was written.
    pub by_name: String,
}

/// A reason to be written.
#[derive(Debug, Clone)]
pub struct NewReason {
    /// The code of the need.
    pub need_code: String,
    /// The need in words.
    pub need_label: String,
    /// The reason.
    pub reason: NoGoalReason,
    /// Words beside it.
    pub words: String,
}

/// Needs found in the open episodes of the grant's person, each once, as it was last found: those of which nobody has
/// said anything first.
///
/// # Errors
/// The store's.
pub async fn needs(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Vec<Need>> {
    let found = conn
        .fetch_all(
            "SELECT f.episode_id, f.code, f.label, f.status, r.signed_at, r.signed_by_name
               FROM finding f JOIN record r ON r.id = f.record_id JOIN episode e ON e.id = f.episode_id
              WHERE f.person_id = $1 AND f.list = $2 AND r.state IN ('signed', 'awaiting') AND e.closed_at IS NULL
                AND r.signed_at IS NOT NULL
              ORDER BY r.signed_at DESC, f.label, f.id",
            args![grant.person(), FindingList::Need],
        )
        .await?;
    let (mut said, mut reasons) = (goals_said(conn, grant).await?, reasons(conn, grant).await?);
    let mut needs: Vec<Need> = Vec::new();
    for row in &found {
        let code: String = row.get("code")?;
        if needs.iter().any(|need| need.code == code) {
            continue;
        }
        let found_at = row.get("signed_at")?;
        let given = reasons.remove(&code).unwrap_or_default();
        let mut all = said.remove(&code).unwrap_or_default();
        all.extend(given.iter().map(|reason| (reason.at, Said::NoGoal(reason.reason))));
        needs.push(Need {
            episode_id: row.get("episode_id")?,
            code,
            label: row.get("label")?,
            status: row.get("status")?,
            found_at,
            found_by_name: row.get("signed_by_name")?,
            standing: standing(found_at, &all),
            reason: given.into_iter().next_back(),
        });
    }
    needs.sort_by_key(|need| need.standing != Standing::Unanswered);
    Ok(needs)
}

/// What goals say of needs, by code of the need.
async fn goals_said(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<BTreeMap<String, Vec<(Instant, Said)>>> {
    let rows = conn
        .fetch_all(
            "SELECT g.need_code, g.state, COALESCE((SELECT max(l.entered_at) FROM care_line l
                                                     WHERE l.goal_id = g.id AND l.act = 'evaluated'), g.set_at) AS said_at
               FROM care_goal g WHERE g.person_id = $1 AND g.need_code <> ''",
            args![grant.person()],
        )
        .await?;
    let mut said: BTreeMap<String, Vec<(Instant, Said)>> = BTreeMap::new();
    for row in &rows {
        let state: GoalState = row.get("state")?;
        said.entry(row.get("need_code")?).or_default().push((row.get("said_at")?, Said::Goal(state)));
    }
    Ok(said)
}

/// Reasons given, by code of the need, oldest first.
async fn reasons(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<BTreeMap<String, Vec<Reason>>> {
    let rows = conn
        .fetch_all(
            "SELECT need_code, reason, words, at, by_name FROM care_need_said WHERE person_id = $1 ORDER BY at, id",
            args![grant.person()],
        )
        .await?;
    let mut reasons: BTreeMap<String, Vec<Reason>> = BTreeMap::new();
    for row in &rows {
        let reason = Reason {
            reason: row.get("reason")?,
            words: row.get("words")?,
            at: row.get("at")?,
            by_name: row.get("by_name")?,
        };
        reasons.entry(row.get("need_code")?).or_default().push(reason);
    }
    Ok(reasons)
}

/// Says why a need of the grant's episode has no goal.
///
/// # Errors
/// [`crate::Error::Stale`] when the episode has closed.
pub async fn say_why(tx: &mut Tx, grant: &Grant<WriteCarePlan>, new: &NewReason) -> Result<()> {
    must_be_open(tx, grant).await?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO care_need_said (id, person_id, episode_id, need_code, need_label, reason, words, at, by_user, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            Uuid::now_v7(),
            grant.person(),
            grant.episode(),
            &new.need_code,
            &new.need_label,
            new.reason,
            &new.words,
            now,
            grant.actor().user,
            name
        ],
    )
    .await?;
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: EVENT,
            class: Class::CarePlan,
            words: "Said why a need has no goal".into(),
            link: format!("/people/{}/care", grant.person()),
        },
    )
    .await
}
