//! What a row is about, as a subject for the policy.

use crate::{Result, Row};
use throughline_policy::Subject;

/// The subject of a row that has `person_id`, `episode_id` and `site_id`.
pub(crate) fn of(row: &Row) -> Result<Subject> {
    Ok(Subject {
        person: Some(row.get("person_id")?),
        episode: Some(row.get("episode_id")?),
        site: Some(row.get("site_id")?),
    })
}
