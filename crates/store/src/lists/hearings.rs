//! The hearings of a line: found by the id that Common Platform gives them, and told to a board.

use super::{LINE, Line, line};
use crate::{Conn, Result, Tx, args};
use chrono::NaiveDate;
use throughline_domain::ids::EntryId;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ImportList, ViewList};

/// Keeps what lists say of a line, whole, with the ids of its hearings. Nobody's page of it becomes old.
///
/// # Errors
/// The store's.
pub async fn keep_hearings(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    id: EntryId,
    source: &str,
    hearing_ids: &[&str],
) -> Result<()> {
    tx.execute("UPDATE list_entry SET source = $3 WHERE id = $1 AND site_id = $2", args![id, grant.site(), source])
        .await?;
    for hearing in hearing_ids {
        tx.execute(
            "INSERT INTO list_hearing (entry_id, hearing_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            args![id, hearing.to_lowercase()],
        )
        .await?;
    }
    Ok(())
}

/// The lines of the grant's site, from a day on, that have or had the hearing of this id.
///
/// # Errors
/// The store's.
pub async fn lines_of_hearing(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    hearing_id: &str,
    from: NaiveDate,
) -> Result<Vec<Line>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LINE} WHERE l.site_id = $1 AND l.list_date >= $2
            AND l.id IN (SELECT entry_id FROM list_hearing WHERE hearing_id = $3)
          ORDER BY l.list_date, l.source_row, l.id"
    ));
    conn.fetch_text(sql, args![grant.site(), from, hearing_id.to_lowercase()]).await?.iter().map(line).collect()
}

/// One hearing of a line, as far as a board needs it.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct BoardHearing {
    /// The case reference; empty when none is given.
    pub urn: String,
    /// Court room; empty when none is given.
    pub court_room: String,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
}

/// What a board needs of an entry as it is kept.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// How many things the reader noticed.
    pub notices: usize,
    /// The hearings, each once: a case that two systems list for one time is one.
    pub hearings: Vec<BoardHearing>,
    /// The code of the sex, when given.
    pub sex: Option<String>,
    /// Whether the list says that they are under 18.
    pub youth: bool,
    /// Whether the list says that they come from custody.
    pub in_custody: bool,
}

impl Told {
    /// From the entry as it is kept.
    pub fn of(source: &str) -> Self {
        let kept: Kept = serde_json::from_str(source).unwrap_or_default();
        let mut hearings: Vec<BoardHearing> = Vec::new();
        for hearing in kept.hearings {
            let (sitting, text) = (hearing.sitting, |text: Option<String>| text.unwrap_or_default());
            let (urn, court_room) = (text(hearing.urn), text(sitting.court_room));
            let one = BoardHearing { urn, court_room, sitting_at: sitting.sitting_at };
            let is_told = |other: &BoardHearing| {
                let is_one_case = !one.urn.is_empty() && one.urn == other.urn && one.sitting_at == other.sitting_at;
                is_one_case || *other == one
            };
            if !hearings.iter().any(is_told) {
                hearings.push(one);
            }
        }
        let (sex, youth, in_custody) = (kept.sex, kept.youth, kept.in_custody);
        Self { notices: kept.notices.len(), hearings, sex, youth, in_custody }
    }
}

/// The rest of the entry is passed over, not read.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Kept {
    notices: Vec<serde::de::IgnoredAny>,
    hearings: Vec<KeptHearing>,
    sex: Option<String>,
    youth: bool,
    in_custody: bool,
}

#[derive(serde::Deserialize)]
struct KeptHearing {
    urn: Option<String>,
    sitting: KeptSitting,
}

#[derive(serde::Deserialize)]
struct KeptSitting {
    court_room: Option<String>,
    sitting_at: Option<Instant>,
}
