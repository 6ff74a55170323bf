//! Needs of the open episodes, and what was said of each.

use crate::care::{EVENT, must_be_open};
use crate::{Conn, Error, Result, Tx, args, events};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use throughline_domain::care::{NoGoalReason, Said, Standing, standing};
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
    /// Everything that was said of it, newest first.
    pub said: Vec<NeedSaid>,
}

impl Need {
    /// The last reason given why it has no goal.
    pub fn reason(&self) -> Option<(NoGoalReason, &NeedSaid)> {
        self.said.iter().find_map(|one| match one.said {
            Said::NoGoal(reason) => Some((reason, one)),
            Said::Goal(_) => None,
        })
    }

    /// The need as it stands now: for whoever answers it.
    pub fn as_seen(&self) -> NeedAsSeen {
        NeedAsSeen { code: self.code.clone(), label: self.label.clone(), said: self.said.len() }
    }
}

/// Something that was said of a need: a goal for it, or a reason why it has none.
#[derive(Debug, Clone)]
pub struct NeedSaid {
    /// What it was; a goal as it stands now.
    pub said: Said,
    /// What is worked towards, or the words beside the reason.
    pub words: String,
    /// Of a goal, the person's own words.
    pub own_words: String,
    /// When it was written down.
    pub entered_at: Instant,
    /// By whom.
    pub by_name: String,
}

/// A need as a page showed it. What a colleague has said of it since is read before anybody says more.
#[derive(Debug, Clone)]
pub struct NeedAsSeen {
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: String,
    /// How much had been said of it: how many goals and reasons there were.
    pub said: usize,
}

/// A reason to be written.
#[derive(Debug, Clone)]
pub struct NewReason {
    /// The need, as the page showed it.
    pub need: NeedAsSeen,
    /// The reason.
    pub reason: NoGoalReason,
    /// Words beside it.
    pub words: String,
}

/// Why a need has no goal, as it was said.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ReasonSaid {
    /// The episode.
    pub episode_id: EpisodeId,
    /// The code of the need.
    pub need_code: String,
    /// The need, in words as they were.
    pub need_label: String,
    /// The reason.
    pub reason: NoGoalReason,
    /// Words beside it.
    pub words: String,
    /// When it was said.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
}

/// Why needs of the grant's person have no goal, in every episode, newest first.
///
/// # Errors
/// The store's.
pub async fn reasons(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Vec<ReasonSaid>> {
    let rows = conn
        .fetch_all(
            "SELECT episode_id, need_code, need_label, reason, words, at, by_name FROM care_need_said
              WHERE person_id = $1 ORDER BY at DESC, id DESC",
            args![grant.person()],
        )
        .await?;
    let one = |row: &crate::Row| {
        Ok(ReasonSaid {
            episode_id: row.get("episode_id")?,
            need_code: row.get("need_code")?,
            need_label: row.get("need_label")?,
            reason: row.get("reason")?,
            words: row.get("words")?,
            at: row.get("at")?,
            by_name: row.get("by_name")?,
        })
    };
    rows.iter().map(one).collect()
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
    let mut said = all_said(conn, grant).await?;
    let mut needs: Vec<Need> = Vec::new();
    for row in &found {
        let code: String = row.get("code")?;
        if needs.iter().any(|need| need.code == code) {
            continue;
        }
        let found_at = row.get("signed_at")?;
        let said = said.remove(&code).unwrap_or_default();
        let counts: Vec<(Instant, Said)> = said.iter().map(|(at, one)| (*at, one.said)).collect();
        needs.push(Need {
            episode_id: row.get("episode_id")?,
            code,
            label: row.get("label")?,
            status: row.get("status")?,
            found_at,
            found_by_name: row.get("signed_by_name")?,
            standing: standing(found_at, &counts),
            said: said.into_iter().map(|(_, one)| one).collect(),
        });
    }
    needs.sort_by_key(|need| need.standing != Standing::Unanswered);
    Ok(needs)
}

/// What was said of needs and the instant from which each counts, by code of the need, newest first.
type SaidOf = BTreeMap<String, Vec<(Instant, NeedSaid)>>;

async fn all_said(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<SaidOf> {
    let mut said = SaidOf::new();
    goals_said(conn, grant, &mut said).await?;
    reasons_said(conn, grant, &mut said).await?;
    for all in said.values_mut() {
        all.sort_by_key(|(_, one)| Reverse(one.entered_at));
    }
    Ok(said)
}

/// A goal counts from its evaluation on, when it has one, else from when it was set.
async fn goals_said(conn: &mut Conn, grant: &Grant<ViewCarePlan>, said: &mut SaidOf) -> Result<()> {
    let rows = conn
        .fetch_all(
            "SELECT g.need_code, g.state, g.aim, g.own_words, g.set_by_name, COALESCE(l.entered_at, g.set_at) AS entered_at,
                    COALESCE((SELECT max(v.entered_at) FROM care_line v
                               WHERE v.goal_id = g.id AND v.act = 'evaluated'), g.set_at) AS said_at
               FROM care_goal g LEFT JOIN care_line l ON l.goal_id = g.id AND l.intervention_id IS NULL AND l.version = 1
              WHERE g.person_id = $1 AND g.need_code <> ''",
            args![grant.person()],
        )
        .await?;
    for row in &rows {
        let one = NeedSaid {
            said: Said::Goal(row.get("state")?),
            words: row.get("aim")?,
            own_words: row.get("own_words")?,
            entered_at: row.get("entered_at")?,
            by_name: row.get("set_by_name")?,
        };
        said.entry(row.get("need_code")?).or_default().push((row.get("said_at")?, one));
    }
    Ok(())
}

async fn reasons_said(conn: &mut Conn, grant: &Grant<ViewCarePlan>, said: &mut SaidOf) -> Result<()> {
    let rows = conn
        .fetch_all(
            "SELECT need_code, reason, words, at, by_name FROM care_need_said WHERE person_id = $1",
            args![grant.person()],
        )
        .await?;
    for row in &rows {
        let at: Instant = row.get("at")?;
        let one = NeedSaid {
            said: Said::NoGoal(row.get("reason")?),
            words: row.get("words")?,
            own_words: String::new(),
            entered_at: at,
            by_name: row.get("by_name")?,
        };
        said.entry(row.get("need_code")?).or_default().push((at, one));
    }
    Ok(())
}

/// Whoever answers a need has seen what was said of it before. The caller holds the episode's row, so that two who
/// answer at once do it one after the other.
pub(super) async fn must_be_as_seen(tx: &mut Tx, grant: &Grant<WriteCarePlan>, need: &NeedAsSeen) -> Result<()> {
    let row = tx
        .fetch_one(
            "SELECT (SELECT count(*) FROM care_goal WHERE person_id = $1 AND need_code = $2)
                  + (SELECT count(*) FROM care_need_said WHERE person_id = $1 AND need_code = $2) AS said",
            args![grant.person(), &need.code],
        )
        .await?;
    let said: i64 = row.get("said")?;
    if usize::try_from(said).is_ok_and(|said| said == need.said) { Ok(()) } else { Err(Error::Stale) }
}

/// Says why a need of the grant's episode has no goal.
///
/// # Errors
/// [`Error::Stale`] when the episode has closed, or something was said of the need that the page did not show.
pub async fn say_why(tx: &mut Tx, grant: &Grant<WriteCarePlan>, new: &NewReason) -> Result<()> {
    must_be_open(tx, grant).await?;
    must_be_as_seen(tx, grant, &new.need).await?;
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute(
        "INSERT INTO care_need_said (id, person_id, episode_id, need_code, need_label, reason, words, at, by_user, by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            Uuid::now_v7(),
            grant.person(),
            grant.episode(),
            &new.need.code,
            &new.need.label,
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
