//! Worklists: what one user, one organisation or one site owes, and what changed since somebody
//! last looked.
//!
//! A name is on a worklist only when the reader may see that person's follow-up at this moment: a
//! link worker whose person withdrew consent still sees that something is owed, and to whom to
//! hand it back, but no name.

use crate::tasks::{Task, task};
use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use throughline_domain::ids::{OrganisationId, PersonId, UserId};
use throughline_domain::name::Name;
use throughline_domain::risk::{AlertKind, RiskEvidence, RiskState, SignedRisk};
use throughline_domain::time::Instant;
use throughline_policy::{Class, Grant, ViewBoard, ViewFollowUp};

/// The most lines that one worklist reads: beyond it a list is no longer a list of work.
pub const MOST: i64 = 300;

/// A task on a worklist.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// The task.
    pub task: Task,
    /// The person's name; `None` when the reader may not see it now.
    pub name: Option<Name>,
    /// The owner's name; `None` while nobody has taken it.
    pub owner_name: Option<String>,
    /// The name of the organisation that owes it.
    pub organisation_name: String,
    /// The name of the site where the episode began.
    pub site_name: String,
}

const LINE: &str = "SELECT t.id, t.version, t.person_id, t.episode_id, t.kind, t.title, t.due_at, t.owner_id, t.organisation_id,
        t.state, t.outcome, t.record_id, p.forenames, p.surname, u.name AS owner_name, o.name AS organisation_name, s.name AS site_name
   FROM task t JOIN person p ON p.id = t.person_id JOIN episode e ON e.id = t.episode_id JOIN site s ON s.id = e.site_id
   JOIN organisation o ON o.id = t.organisation_id LEFT JOIN app_user u ON u.id = t.owner_id";

/// How many tasks a list has, shown or not: counted without naming anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// All of them.
    pub total: usize,
    /// Those whose date has gone by.
    pub overdue: usize,
}

/// The first `most` open tasks of one user, by date.
///
/// # Errors
/// The store's.
pub async fn of_user(tx: &mut Tx, user: UserId, most: i64) -> Result<Vec<Line>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LINE} WHERE t.owner_id = $1 AND t.state = 'open' ORDER BY t.due_at, t.id LIMIT $2"
    ));
    let rows = tx.fetch_text(sql, args![user, most]).await?;
    lines(tx, &rows).await
}

/// How many open tasks one user has, and how many were due before `now`.
///
/// # Errors
/// The store's.
pub async fn count_of_user(conn: &mut Conn, user: UserId, now: Instant) -> Result<Count> {
    let row = conn
        .fetch_one(
            "SELECT count(*) AS total, count(CASE WHEN t.due_at < $2 THEN 1 END) AS overdue
               FROM task t WHERE t.owner_id = $1 AND t.state = 'open'",
            args![user, now],
        )
        .await?;
    count(&row)
}

fn count(row: &Row) -> Result<Count> {
    let of = |column: &str| -> Result<usize> { Ok(usize::try_from(row.get::<i64>(column)?).unwrap_or_default()) };
    Ok(Count { total: of("total")?, overdue: of("overdue")? })
}

/// Every open task of an organisation, taken or not, by date.
///
/// # Errors
/// The store's.
pub async fn of_organisation(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Line>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LINE} WHERE t.organisation_id = $1 AND t.state = 'open' ORDER BY t.due_at, t.id LIMIT $2"
    ));
    let rows = tx.fetch_text(sql, args![organisation, MOST]).await?;
    lines(tx, &rows).await
}

/// Contacts and follow-ups owed by `until` for people whose episode began at the grant's site,
/// whoever owes them: the team that released somebody sees whether anybody has rung. The first
/// `most`, contacts after release before the others and each by date.
///
/// # Errors
/// The store's.
pub async fn follow_ups_of_site(tx: &mut Tx, grant: &Grant<ViewBoard>, until: Instant, most: i64) -> Result<Vec<Line>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LINE} WHERE e.site_id = $1 AND t.state = 'open' AND t.kind IN ('contact_48h', 'follow_up') AND t.due_at <= $2
          ORDER BY CASE WHEN t.kind = 'contact_48h' THEN 0 ELSE 1 END, t.due_at, t.id LIMIT $3"
    ));
    let rows = tx.fetch_text(sql, args![grant.site(), until, most]).await?;
    lines(tx, &rows).await
}

/// How many [`follow_ups_of_site`] would list without a limit, and how many were due before `now`.
///
/// # Errors
/// The store's.
pub async fn count_follow_ups_of_site(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    until: Instant,
    now: Instant,
) -> Result<Count> {
    let row = conn
        .fetch_one(
            "SELECT count(*) AS total, count(CASE WHEN t.due_at < $3 THEN 1 END) AS overdue
               FROM task t JOIN episode e ON e.id = t.episode_id
              WHERE e.site_id = $1 AND t.state = 'open' AND t.kind IN ('contact_48h', 'follow_up') AND t.due_at <= $2",
            args![grant.site(), until, now],
        )
        .await?;
    count(&row)
}

async fn lines(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Line>> {
    let tasks: Vec<Task> = rows.iter().map(task).collect::<Result<_>>()?;
    let people: BTreeSet<PersonId> = tasks.iter().map(|task| task.person_id).collect();
    let visible = tx.may_each::<ViewFollowUp>(&people).await?;
    let mut shown = BTreeSet::new();
    let mut lines = Vec::with_capacity(rows.len());
    for (row, task) in rows.iter().zip(tasks) {
        let visible = visible.contains(&task.person_id);
        if visible && shown.insert(task.person_id) {
            tx.note_shown(task.person_id, "worklist");
        }
        let name = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
        lines.push(Line {
            task,
            name: visible.then_some(name),
            owner_name: row.get("owner_name")?,
            organisation_name: row.get("organisation_name")?,
            site_name: row.get("site_name")?,
        });
    }
    Ok(lines)
}

/// Something that changed at a site.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Change {
    /// When it was entered.
    pub entered_at: Instant,
    /// The class of the record it belongs to: who may not see the class does not see the change.
    pub class: Class,
    /// What happened, in words without clinical content.
    pub words: String,
    /// The page that shows it, or nothing.
    pub link: String,
    /// Who did it.
    pub actor_name: String,
    /// The person it is about, when it is about one.
    pub name: Option<Name>,
}

/// What others changed at the grant's site since an instant, newest first.
///
/// # Errors
/// The store's.
pub async fn changes(conn: &mut Conn, grant: &Grant<ViewBoard>, since: Instant, limit: i64) -> Result<Vec<Change>> {
    let rows = conn
        .fetch_all(
            "SELECT v.entered_at, v.class, v.words, v.link, v.actor_name, p.forenames, p.surname
               FROM event v LEFT JOIN person p ON p.id = v.person_id
              WHERE v.site_id = $1 AND v.entered_at > $2 AND (v.actor IS NULL OR v.actor <> $3) ORDER BY v.id DESC LIMIT $4",
            args![grant.site(), since, grant.actor().user, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let forenames: Option<String> = row.get("forenames")?;
            let surname: Option<String> = row.get("surname")?;
            Ok(Change {
                entered_at: row.get("entered_at")?,
                class: row.get("class")?,
                words: row.get("words")?,
                link: row.get("link")?,
                actor_name: row.get("actor_name")?,
                name: forenames.zip(surname).map(|(forenames, surname)| Name { forenames, surname }),
            })
        })
        .collect()
}

/// What a board says of the risk of somebody on it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RiskMark {
    /// One of four words.
    pub state: RiskState,
    /// The kinds of alert that are not resolved.
    pub alerts: Vec<AlertKind>,
}

/// The risk marks of everybody on the lists of the grant's site since a day: of people decided on
/// and of likely matches. Who is not in the map is not known, or nobody has asked.
///
/// # Errors
/// The store's.
pub async fn risks(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    since: NaiveDate,
) -> Result<BTreeMap<PersonId, RiskMark>> {
    let alerts = conn
        .fetch_all(
            "SELECT DISTINCT a.person_id, a.kind FROM alert a
              WHERE a.person_id IN (SELECT l.person_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2
                                    UNION SELECT l.best_person_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2)
                AND a.state <> 'resolved' ORDER BY a.kind",
            args![grant.site(), since],
        )
        .await?;
    let forms = conn
        .fetch_all(
            "SELECT r.person_id, r.snapshot, r.signed_at FROM record r
              WHERE r.step = 'risk' AND r.state IN ('signed', 'awaiting')
                AND r.person_id IN (SELECT l.person_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2
                                    UNION SELECT l.best_person_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2)
              ORDER BY r.signed_at DESC, r.id DESC",
            args![grant.site(), since],
        )
        .await?;
    let withheld = crate::records::marks_withheld(conn, grant.actor(), grant.site(), since).await?;
    let mut kinds: BTreeMap<PersonId, Vec<AlertKind>> = BTreeMap::new();
    for row in &alerts {
        kinds.entry(row.get("person_id")?).or_default().push(row.get("kind")?);
    }
    let mut found: BTreeMap<PersonId, Vec<SignedRisk>> = BTreeMap::new();
    for row in &forms {
        let says = crate::alerts::signed_risk(&row.get::<String>("snapshot")?);
        found.entry(row.get("person_id")?).or_default().push(says);
    }
    let people: BTreeSet<PersonId> = kinds.keys().chain(found.keys()).copied().collect();
    Ok(people
        .into_iter()
        .map(|person| {
            let alerts = kinds.remove(&person).unwrap_or_default();
            let forms = found.remove(&person).unwrap_or_default();
            let of_risk = alerts.iter().filter(|kind| kind.speaks_of_risk()).count();
            let state = RiskState::of(RiskEvidence::of(of_risk, forms)).when_withheld(withheld.contains(&person));
            (person, RiskMark { state, alerts })
        })
        .collect())
}

/// When the grant's actor last said that they had seen the board of the grant's site.
///
/// # Errors
/// The store's.
pub async fn seen_at(conn: &mut Conn, grant: &Grant<ViewBoard>) -> Result<Option<Instant>> {
    let row = conn
        .fetch_optional(
            "SELECT seen_at FROM board_seen WHERE user_id = $1 AND site_id = $2",
            args![grant.actor().user, grant.site()],
        )
        .await?;
    row.map(|row| row.get("seen_at")).transpose()
}

/// Notes that the grant's actor has seen the board of the grant's site as it was at `at`.
///
/// # Errors
/// The store's.
pub async fn mark_seen(tx: &mut Tx, grant: &Grant<ViewBoard>, at: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO board_seen (user_id, site_id, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, site_id) DO UPDATE SET seen_at = excluded.seen_at",
        args![grant.actor().user, grant.site(), at],
    )
    .await?;
    Ok(())
}
