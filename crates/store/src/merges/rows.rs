//! Which rows are a person's: the one list of them, and moving them there and back.

use super::Added;
use crate::{Conn, Result, Tx, args};
use sqlx::AssertSqlSafe;
use throughline_domain::ids::{MergeId, PersonId};
use uuid::Uuid;

/// Rows of people: their table, and the column that says whose they are.
#[derive(Debug)]
pub(super) struct Rows {
    table: &'static str,
    column: &'static str,
    /// Several of them, in words; empty for what nobody has to check.
    kind: &'static str,
    /// Whether its rows belong to an episode (`episode_id`).
    of_episode: bool,
}

const fn of_episode(table: &'static str, kind: &'static str) -> Rows {
    Rows { table, column: "person_id", kind, of_episode: true }
}

const fn of_person(table: &'static str, kind: &'static str) -> Rows {
    Rows { table, column: "person_id", kind, of_episode: false }
}

/// Rows that move whole, whatever they say. Episodes come first: where they are tells where the
/// rest belongs.
const WHOLE: &[Rows] = &[
    of_person("episode", "Episodes"),
    of_episode("record", "Forms"),
    of_episode("alert", "Alerts"),
    of_episode("finding", "Vulnerabilities and needs"),
    of_episode("document", "Documents"),
    of_episode("consent", "Lines of the consent ledger"),
    of_episode("disclosure", "Disclosures"),
    of_episode("referral", "Onward referrals"),
    of_episode("task", "Tasks"),
    of_episode("contact", "Contacts"),
    of_episode("outcome", "CJ outcomes"),
    of_episode("legal_event", "Legal events"),
    of_episode("care_goal", "Goals of the care plan"),
    of_episode("care_intervention", "What is done for goals"),
    of_episode("care_need_said", "Reasons why a need has no goal"),
    of_episode("care_decision", "Decisions about care"),
    of_episode("consultation", "Advice given to colleagues"),
    of_episode("list_entry", "Rows of lists"),
    Rows { table: "list_entry", column: "best_person_id", kind: "", of_episode: false },
    of_person("match_decision", "Decisions about rows of lists"),
    of_person("relationship", "Claims of access"),
    of_episode("outreach", "Offers to people who were missed"),
    of_person("elsewhere", "Records elsewhere"),
    of_person("elsewhere_decision", "Decisions about records elsewhere"),
    of_episode("event", ""),
];

/// Rows that move where the other record has not the same already.
pub(super) const NAMES: Rows = of_person("person_alias", "Other names");
/// As [`NAMES`].
pub(super) const IDENTIFIERS: Rows = of_person("person_identifier", "Identifiers");

/// Columns that name a person and stay as they are, each with the reason.
pub const NOT_MOVED: &[(&str, &str, &str)] = &[
    ("audit_row", "person", "the log is never changed: who looked reads the rows of both"),
    ("person_version", "person_id", "former states of the person's own row, which stays too"),
    ("match_change", "person_id", "says that they changed, which stays true"),
    ("person", "merged_into", "says where the rows went"),
    ("duplicate_pair", "first_id", "is about the two records, not the person"),
    ("duplicate_pair", "second_id", "is about the two records, not the person"),
    ("person_merge", "keep_id", "is the joining itself"),
    ("person_merge", "away_id", "is the joining itself"),
];

fn all() -> impl Iterator<Item = &'static Rows> {
    WHOLE.iter().chain([&NAMES, &IDENTIFIERS])
}

/// Every column that says whose a row is and moves when records are joined: table and column.
pub fn moved_columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().map(|column| (column.table, column.column))
}

/// Notes every row that the one who stays has already: what is not noted came afterwards.
pub(super) async fn note_there(tx: &mut Tx, merge: MergeId, keep: PersonId) -> Result<()> {
    for column in all() {
        note_rows(tx, merge, column, keep, "there").await?;
    }
    Ok(())
}

async fn note_rows(tx: &mut Tx, merge: MergeId, of: &Rows, person: PersonId, was: &str) -> Result<()> {
    let Rows { table, column, .. } = of;
    let sql = format!(
        "INSERT INTO person_merge_row (merge_id, table_name, column_name, row_id, was)
         SELECT $1, $2, $3, id, $4 FROM {table} WHERE {column} = $5"
    );
    tx.execute_text(AssertSqlSafe(sql), args![merge, *table, *column, was, person]).await?;
    Ok(())
}

/// Notes one row.
pub(super) async fn note(tx: &mut Tx, merge: MergeId, of: &Rows, row: Uuid, was: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO person_merge_row (merge_id, table_name, column_name, row_id, was) VALUES ($1, $2, $3, $4, $5)",
        args![merge, of.table, of.column, row, was],
    )
    .await?;
    Ok(())
}

/// Moves and notes one row.
pub(super) async fn move_one(tx: &mut Tx, merge: MergeId, of: &Rows, row: Uuid, keep: PersonId) -> Result<()> {
    note(tx, merge, of, row, "moved").await?;
    let sql = format!("UPDATE {} SET {} = $2 WHERE id = $1", of.table, of.column);
    tx.execute_text(AssertSqlSafe(sql), args![row, keep]).await?;
    Ok(())
}

/// Moves and notes every row that moves whole.
pub(super) async fn move_all(tx: &mut Tx, merge: MergeId, away: PersonId, keep: PersonId) -> Result<()> {
    for of in WHOLE {
        note_rows(tx, merge, of, away, "moved").await?;
        let sql = format!("UPDATE {0} SET {1} = $2 WHERE {1} = $1", of.table, of.column);
        tx.execute_text(AssertSqlSafe(sql), args![away, keep]).await?;
    }
    Ok(())
}

/// The rows of this joining that were one of these: a subquery whose `$1` is the joining.
fn noted(table: &str, column: &str, was: Option<&str>) -> String {
    let was = was.map(|was| format!(" AND r.was = '{was}'")).unwrap_or_default();
    format!(
        "SELECT r.row_id FROM person_merge_row r
          WHERE r.merge_id = $1 AND r.table_name = '{table}' AND r.column_name = '{column}'{was}"
    )
}

/// Moves back what was moved and is still where it was moved to. An episode is one person's: what was
/// added since to an episode that goes back goes with it, and a row that has got an episode of the
/// other one since stays with that.
pub(super) async fn move_back(tx: &mut Tx, merge: MergeId, away: PersonId, keep: PersonId) -> Result<()> {
    for of in all() {
        let Rows { table, column, of_episode, .. } = of;
        let moved = noted(table, column, Some("moved"));
        let rows = if *of_episode {
            let (known, went) = (noted(table, column, None), noted("episode", "person_id", Some("moved")));
            let known_episodes = noted("episode", "person_id", None);
            format!(
                "(id IN ({moved}) AND (episode_id IS NULL OR episode_id IN ({known_episodes})))
                  OR (episode_id IN ({went}) AND id NOT IN ({known}))"
            )
        } else {
            format!("id IN ({moved})")
        };
        let sql = format!("UPDATE {table} SET {column} = $2 WHERE {column} = $3 AND ({rows})");
        tx.execute_text(AssertSqlSafe(sql), args![merge, away, keep]).await?;
    }
    Ok(())
}

/// Takes away what the joining itself had added: a name that became another name, and questions
/// about the other record that were put to this one, where nobody has answered them.
pub(super) async fn take_back_added(tx: &mut Tx, merge: MergeId, keep: PersonId) -> Result<()> {
    let names = noted(NAMES.table, NAMES.column, Some("added"));
    let sql = format!("DELETE FROM person_alias WHERE person_id = $2 AND id IN ({names})");
    tx.execute_text(AssertSqlSafe(sql), args![merge, keep]).await?;
    let pairs = noted("duplicate_pair", "id", Some("added"));
    let sql = format!("DELETE FROM duplicate_pair WHERE state = 'to_review' AND id IN ({pairs})");
    tx.execute_text(AssertSqlSafe(sql), args![merge]).await?;
    Ok(())
}

/// Notes a question that a joining puts.
pub(super) async fn note_pair(tx: &mut Tx, merge: MergeId, pair: Uuid) -> Result<()> {
    note(tx, merge, &Rows { table: "duplicate_pair", column: "id", kind: "", of_episode: false }, pair, "added").await
}

/// What moved, by kind, without what nobody looks for.
pub(super) async fn moved(conn: &mut Conn, merge: MergeId) -> Result<Vec<(&'static str, i64)>> {
    let rows = conn
        .fetch_all(
            "SELECT table_name, column_name, count(*) AS moved FROM person_merge_row
              WHERE merge_id = $1 AND was = 'moved' GROUP BY table_name, column_name",
            args![merge],
        )
        .await?;
    let mut counts = Vec::new();
    for of in all().filter(|of| !of.kind.is_empty()) {
        for row in &rows {
            if row.get::<String>("table_name")? == of.table && row.get::<String>("column_name")? == of.column {
                counts.push((of.kind, row.get("moved")?));
            }
        }
    }
    Ok(counts)
}

/// What was added to the one who stayed since, by kind.
pub(super) async fn added_since(conn: &mut Conn, merge: MergeId, keep: PersonId) -> Result<Vec<Added>> {
    let mut added = Vec::new();
    for of in all().filter(|of| !of.kind.is_empty()) {
        let Rows { table, column, kind, of_episode } = of;
        let goes_back = if *of_episode {
            format!("episode_id IN ({})", noted("episode", "person_id", Some("moved")))
        } else {
            "1 = 0".to_owned()
        };
        let sql = format!(
            "SELECT count(*) AS rows, count(CASE WHEN {goes_back} THEN 1 END) AS back
               FROM {table} WHERE {column} = $2 AND id NOT IN ({})",
            noted(table, column, None)
        );
        let rows = conn.fetch_text(AssertSqlSafe(sql), args![merge, keep]).await?;
        let Some(row) = rows.first() else { continue };
        let (rows, back): (i64, i64) = (row.get("rows")?, row.get("back")?);
        if rows > 0 {
            added.push(Added { kind, stays: rows - back, goes_back: back });
        }
    }
    Ok(added)
}

/// What a person's record holds, by kind: what would move.
pub(super) async fn holdings(conn: &mut Conn, person: PersonId) -> Result<Vec<(&'static str, i64)>> {
    let kinds: Vec<&Rows> = all().filter(|of| !of.kind.is_empty()).collect();
    let counts: Vec<String> = kinds
        .iter()
        .map(|of| format!("(SELECT count(*) FROM {0} WHERE {1} = $1) AS {0}_{1}", of.table, of.column))
        .collect();
    let rows = conn.fetch_text(AssertSqlSafe(format!("SELECT {}", counts.join(", "))), args![person]).await?;
    let Some(row) = rows.first() else { return Ok(Vec::new()) };
    kinds.iter().map(|of| Ok((of.kind, row.get(&format!("{}_{}", of.table, of.column))?))).collect()
}
