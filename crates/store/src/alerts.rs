//! Alerts: what must be seen, who has to answer for it, and until when. None disappears unresolved,
//! and what was answered before is kept.

mod card;
mod owed;
mod steps;

pub use card::{RiskCard, risk_card};
pub use owed::{OwedAlert, late, of_owner};
pub use steps::{NewAlert, Owner, Step, Words, answer, answered_words, get, hand_over, history, raise, words};

pub(crate) use card::signed_risk;
pub(crate) use steps::raise_in;

use crate::{Result, Row};
use chrono::NaiveDate;
use throughline_domain::alert::{AlertTier, AnswerWithin, Owed};
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{AlertId, EpisodeId, UserId};
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_domain::time::Instant;

/// An alert.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Version of the row.
    pub version: i64,
    /// The episode it was raised in.
    pub episode_id: EpisodeId,
    /// What kind.
    pub kind: AlertKind,
    /// What exactly.
    pub detail: String,
    /// Where it stands.
    pub state: AlertState,
    /// When it was raised.
    pub raised_at: Instant,
    /// By whom.
    pub raised_by_name: String,
    /// When it was last answered.
    pub answered_at: Option<Instant>,
    /// Who has answered for it.
    pub answered_by_name: String,
    /// When it is looked at again.
    pub review_on: Option<NaiveDate>,
    /// The moment the alert is about: when a dose is due.
    pub due_at: Option<Instant>,
    /// Since when it waits for an answer.
    pub waiting_since: Instant,
    /// Who has to answer for it.
    pub owner_id: UserId,
    /// Their name.
    pub owner_name: String,
    /// Where the person of its episode is now: somebody held is answered for sooner.
    pub legal_status: LegalStatus,
}

impl Alert {
    /// What is owed of it now, when anything is.
    pub fn owed(&self, within: AnswerWithin, today: NaiveDate) -> Option<Owed> {
        let answer_by = within.answer_by(self.waiting_since, self.legal_status, self.due_at);
        Owed::of(self.state, answer_by, self.review_on, today)
    }

    /// How soon it is read.
    pub fn tier(&self) -> AlertTier {
        self.kind.tier()
    }
}

/// The columns of an alert, with its owner: the one it was given to, or else the episode's.
const COLUMNS: &str =
    "a.id, a.version, a.episode_id, a.kind, a.detail, a.state, a.raised_at, a.raised_by_name, a.answered_at,
        a.answered_by_name, a.review_on, a.due_at, COALESCE(a.waiting_since, a.raised_at) AS waiting_since,
        COALESCE(a.owner_id, e.owner_id) AS owner_id, u.name AS owner_name, e.legal_status";

const FROM: &str =
    "FROM alert a JOIN episode e ON e.id = a.episode_id JOIN app_user u ON u.id = COALESCE(a.owner_id, e.owner_id)";

fn alert(row: &Row) -> Result<Alert> {
    Ok(Alert {
        id: row.get("id")?,
        version: row.get("version")?,
        episode_id: row.get("episode_id")?,
        kind: row.get("kind")?,
        detail: row.get("detail")?,
        state: row.get("state")?,
        raised_at: row.get("raised_at")?,
        raised_by_name: row.get("raised_by_name")?,
        answered_at: row.get("answered_at")?,
        answered_by_name: row.get("answered_by_name")?,
        review_on: row.get("review_on")?,
        due_at: row.get("due_at")?,
        waiting_since: row.get("waiting_since")?,
        owner_id: row.get("owner_id")?,
        owner_name: row.get("owner_name")?,
        legal_status: row.get("legal_status")?,
    })
}
