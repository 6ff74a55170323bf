//! Scores of a person's signed instruments, over all episodes: only those of the class that the reader may see.

use crate::{Conn, Result, args};
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_domain::time::Instant;
use throughline_forms::{AudienceClass, Snapshot, SnapshotScore};
use throughline_policy::{Class, Grant, Permit, Verb};

/// A signed form that is scored.
#[derive(Debug, Clone)]
pub struct Scored {
    /// Its record.
    pub record_id: RecordId,
    /// The instrument's id.
    pub form: String,
    /// The instrument's title, as it was.
    pub title: String,
    /// The version of its definition.
    pub version: u32,
    /// When it was signed.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// Whether it waits for a countersignature.
    pub awaits: bool,
    /// The score, or why there is none.
    pub score: std::result::Result<SnapshotScore, String>,
}

/// The scores of a person.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Signed forms that are scored, oldest first.
    pub scored: Vec<Scored>,
    /// Signed forms that cannot be read: there may be a score in them.
    pub unreadable: usize,
}

/// What a permit to look opens of a form.
fn opens<P: Permit>() -> Option<AudienceClass> {
    match (P::VERB, P::CLASS) {
        (Verb::View, Class::Clinical) => Some(AudienceClass::Clinical),
        (Verb::View, Class::NeedsPlan) => Some(AudienceClass::NeedsPlan),
        (Verb::View, Class::RiskCard) => Some(AudienceClass::Risk),
        (Verb::View, Class::Justice) => Some(AudienceClass::Justice),
        _ => None,
    }
}

/// The scores of the grant's person whose items are of the class that the grant opens. Forms marked in error do not
/// count.
///
/// # Errors
/// The store's.
pub async fn of_person<P: Permit>(conn: &mut Conn, grant: &Grant<P>) -> Result<Scores> {
    let Some(class) = opens::<P>() else { return Ok(Scores::default()) };
    let rows = conn
        .fetch_all(
            "SELECT id, state, snapshot, signed_at, signed_by_name FROM record
              WHERE person_id = $1 AND state IN ('signed', 'awaiting') AND signed_at IS NOT NULL ORDER BY signed_at, id",
            args![grant.person()],
        )
        .await?;
    let mut scores = Scores::default();
    for row in &rows {
        let text: String = row.get("snapshot")?;
        let Ok(snapshot) = serde_json::from_str::<Snapshot>(&text) else {
            scores.unreadable += 1;
            continue;
        };
        let Some(score) = score_of(&snapshot.for_class(class)) else { continue };
        scores.scored.push(Scored {
            record_id: row.get("id")?,
            form: snapshot.form,
            title: snapshot.title,
            version: snapshot.version,
            at: row.get("signed_at")?,
            by_name: row.get("signed_by_name")?,
            awaits: row.get::<RecordState>("state")? == RecordState::AwaitingCountersignature,
            score,
        });
    }
    Ok(scores)
}

/// The score of a snapshot, or why there is none; `None` for a form that is not scored.
fn score_of(snapshot: &Snapshot) -> Option<std::result::Result<SnapshotScore, String>> {
    let withheld = || snapshot.score_withheld.clone().map(Err);
    snapshot.score.clone().map(Ok).or_else(withheld)
}
