//! What signed forms say of what a person needs to understand and to take part.

use crate::documents::read_snapshot;
use crate::{Conn, Result, args};
use throughline_domain::passport::ENTRIES;
use throughline_domain::time::Instant;
use throughline_forms::AudienceClass;
use throughline_policy::{Grant, ViewNeedsPlan};

/// The newest answer to a question of the passport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The question.
    pub question: &'static str,
    /// The answer in words.
    pub value: String,
    /// The form it was given in.
    pub form: String,
    /// When that was signed.
    pub signed_at: Option<Instant>,
    /// By whom.
    pub signed_by_name: String,
}

/// What signed forms say for the passport.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The newest answer to each question that has one.
    pub said: Vec<Said>,
    /// Whether a signed form could not be read: it may say more.
    pub unreadable: bool,
}

impl Sources {
    /// The newest answer to a question.
    pub fn of(&self, question: &str) -> Option<&Said> {
        self.said.iter().find(|said| said.question == question)
    }
}

/// The newest answers of the grant's person to the questions of the passport, over all episodes. Only
/// sections of needs and plan are read, and of these only the questions that are listed.
///
/// # Errors
/// The store's.
pub async fn sources(conn: &mut Conn, grant: &Grant<ViewNeedsPlan>) -> Result<Sources> {
    let rows = conn
        .fetch_all(
            "SELECT snapshot, signed_at, signed_by_name FROM record
              WHERE person_id = $1 AND state IN ('signed', 'awaiting') ORDER BY signed_at DESC, id DESC",
            args![grant.person()],
        )
        .await?;
    let mut sources = Sources::default();
    for row in &rows {
        let text: Option<String> = row.get("snapshot")?;
        let Some(snapshot) = read_snapshot(&text.unwrap_or_default()) else {
            sources.unreadable = true;
            continue;
        };
        let needs = snapshot.sections.iter().filter(|section| section.class == AudienceClass::NeedsPlan);
        for answer in needs.flat_map(|section| &section.answers) {
            let listed = ENTRIES.iter().find(|entry| entry.question == answer.question);
            let Some(entry) = listed.filter(|entry| sources.of(entry.question).is_none()) else { continue };
            sources.said.push(Said {
                question: entry.question,
                value: answer.value.clone(),
                form: snapshot.title.clone(),
                signed_at: row.get("signed_at")?,
                signed_by_name: row.get("signed_by_name")?,
            });
        }
    }
    Ok(sources)
}
