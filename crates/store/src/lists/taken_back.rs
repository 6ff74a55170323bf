//! Taking back a list that was brought in: its lines become what they were before, and what somebody has done
//! since stays.
//!
//! A line that was there only because of the list, and on which nobody has worked, is deleted and not marked:
//! every question about lines would have to leave marked ones out, and one that forgot would put somebody on
//! the board who is not in custody. Nothing can refer to such a line, for whoever refers to a line has worked on
//! it; the list keeps its bytes, its reading and its corrections, so that it can be brought in again.

use super::List;
use super::before::{self, Said, Standing};
use crate::events::{self, NewEvent};
use crate::{Conn, Error, Result, Tx, args};
use chrono::NaiveDate;
use std::collections::HashSet;
use throughline_domain::ids::{EntryId, ListId};
use throughline_domain::list::{LineBecame, LineChange, ListState, TAKEN_BACK_WITHIN};
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, clock_time};
use throughline_policy::{Class, Grant, ImportList, Subject, ViewList};
use uuid::Uuid;

/// A line that stays as the list has it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Stayed {
    /// The line.
    pub id: EntryId,
    /// The name it gives.
    pub name: Name,
    /// What the list had done to it.
    pub change: LineChange,
    /// Why it stays.
    pub why: LineBecame,
}

/// What taking a list back would do now.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TakingBack {
    /// When it was brought in.
    pub brought_in_at: Instant,
    /// Who brought it in.
    pub brought_in_by: String,
    /// Until when it can be taken back.
    pub until: Instant,
    /// Lines that are removed.
    pub removed: usize,
    /// Lines that say again what they said before.
    pub changed: usize,
    /// Lines that are on the list again.
    pub returned: usize,
    /// Lines of which only the list that last had them is another again.
    pub kept: usize,
    /// Lines that stay as the list has them.
    pub stays: Vec<Stayed>,
}

/// Why a list cannot be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTakenBack {
    /// It is not brought in: never, or it was taken back before.
    NotBroughtIn,
    /// What its lines were before was not kept.
    NotKept,
    /// It could be until then.
    TooLate(Instant),
    /// This list was brought in after it, and has to be taken back first.
    NotNewest(ListId),
}

/// A list that was taken back.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TakenBack {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// Lines that stayed as the list has them.
    pub stayed: Vec<Stayed>,
}

/// What would become of one line.
struct Fate {
    id: EntryId,
    change: LineChange,
    now: Standing,
    before: Option<Said>,
    version_before: i64,
    becomes: LineBecame,
}

/// What taking back a list of the grant's site would do at this instant, or why it cannot be.
///
/// # Errors
/// The store's.
pub async fn taking_back(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    list: &List,
    now: Instant,
) -> Result<Result<TakingBack, NotTakenBack>> {
    debug_assert_eq!(grant.site(), list.site_id, "the list was read with the grant");
    let commit = match newest_commit(conn, list, now).await? {
        Ok(commit) => commit,
        Err(why) => return Ok(Err(why)),
    };
    let fates = fates(conn, &commit).await?;
    Ok(Ok(plan(&commit, &fates)))
}

fn plan(commit: &Commit, fates: &[Fate]) -> TakingBack {
    let restored = |change: LineChange| {
        fates.iter().filter(|fate| fate.becomes == LineBecame::Restored && fate.change == change).count()
    };
    TakingBack {
        brought_in_at: commit.at,
        brought_in_by: commit.by.clone(),
        until: commit.at + TAKEN_BACK_WITHIN,
        removed: fates.iter().filter(|fate| fate.becomes == LineBecame::Removed).count(),
        changed: restored(LineChange::Changed),
        returned: restored(LineChange::Gone),
        kept: restored(LineChange::Kept),
        stays: fates.iter().filter_map(stays).collect(),
    }
}

fn stays(fate: &Fate) -> Option<Stayed> {
    let is_staying = matches!(fate.becomes, LineBecame::WorkedOn | LineBecame::PlaceTaken);
    let name = Name { forenames: fate.now.said.forenames.clone(), surname: fate.now.said.surname.clone() };
    is_staying.then_some(Stayed { id: fate.id, name, change: fate.change, why: fate.becomes })
}

/// The act of bringing a list in.
struct Commit {
    id: Uuid,
    at: Instant,
    by: String,
}

async fn newest_commit(conn: &mut Conn, list: &List, now: Instant) -> Result<Result<Commit, NotTakenBack>> {
    let Some(committed_at) = list.committed_at.filter(|_| list.state == ListState::Committed) else {
        return Ok(Err(NotTakenBack::NotBroughtIn));
    };
    if now > committed_at + TAKEN_BACK_WITHIN {
        return Ok(Err(NotTakenBack::TooLate(committed_at + TAKEN_BACK_WITHIN)));
    }
    let row = conn
        .fetch_optional(
            "SELECT c.id, c.number, c.brought_in_at, u.name AS by_name FROM list_commit c JOIN app_user u ON u.id = c.brought_in_by
              WHERE c.list_id = $1 AND c.taken_back_at IS NULL ORDER BY c.number DESC LIMIT 1",
            args![list.id],
        )
        .await?;
    let Some(row) = row else { return Ok(Err(NotTakenBack::NotKept)) };
    let number: i64 = row.get("number")?;
    let later = conn
        .fetch_optional(
            "SELECT l.id FROM list l LEFT JOIN list_commit c ON c.list_id = l.id AND c.taken_back_at IS NULL
              WHERE l.site_id = $1 AND l.kind = $2 AND l.state = 'committed' AND l.id <> $3
                AND (c.number > $4 OR (c.number IS NULL AND l.committed_at > $5))
              ORDER BY l.committed_at DESC, c.number DESC LIMIT 1",
            args![list.site_id, list.kind, list.id, number, committed_at],
        )
        .await?;
    if let Some(later) = later {
        return Ok(Err(NotTakenBack::NotNewest(later.get("id")?)));
    }
    Ok(Ok(Commit { id: row.get("id")?, at: row.get("brought_in_at")?, by: row.get("by_name")? }))
}

async fn fates(conn: &mut Conn, commit: &Commit) -> Result<Vec<Fate>> {
    let rows = conn
        .fetch_all(
            "SELECT cl.entry_id, cl.change, cl.before, cl.version_before, cl.version, cl.worked,
                    (SELECT count(*) FROM match_decision d WHERE d.entry_id = cl.entry_id AND d.decided_at >= $2)
                  + (SELECT count(*) FROM elsewhere_decision d WHERE d.entry_id = cl.entry_id AND d.decided_at >= $2) AS decided
               FROM list_commit_line cl WHERE cl.commit_id = $1 ORDER BY cl.entry_id",
            args![commit.id, commit.at],
        )
        .await?;
    let mut fates = Vec::new();
    for row in &rows {
        let id: EntryId = row.get("entry_id")?;
        let Some(now) = before::line(conn, id).await? else { continue };
        let change: LineChange = row.get("change")?;
        let text: String = row.get("before")?;
        let before: Option<Said> = match text.as_str() {
            "" => None,
            text => Some(serde_json::from_str(text).map_err(|error| Error::Corrupt(error.to_string()))?),
        };
        let (version, worked): (i64, String) = (row.get("version")?, row.get("worked")?);
        let is_worked_on = version != now.version || worked != now.worked || row.get::<i64>("decided")? > 0;
        let becomes = match change {
            LineChange::Added | LineChange::Changed if is_worked_on => LineBecame::WorkedOn,
            LineChange::Added => LineBecame::Removed,
            // What somebody does about a line that is gone does not hang on its being gone.
            LineChange::Changed | LineChange::Kept | LineChange::Gone => LineBecame::Restored,
        };
        fates.push(Fate { id, change, now, before, version_before: row.get("version_before")?, becomes });
    }
    leave_where_places_are_taken(&mut fates);
    Ok(fates)
}

/// A line whose place (day and key) a line that stays has by now stays too; and so on.
fn leave_where_places_are_taken(fates: &mut [Fate]) {
    loop {
        let taken: HashSet<(NaiveDate, String)> = fates
            .iter()
            .filter(|fate| matches!(fate.becomes, LineBecame::WorkedOn | LineBecame::PlaceTaken))
            .map(|fate| (fate.now.said.list_date, fate.now.said.entry_key.clone()))
            .collect();
        let is_taken = |before: &Said| taken.contains(&(before.list_date, before.entry_key.clone()));
        let blocked = fates
            .iter_mut()
            .find(|fate| fate.becomes == LineBecame::Restored && fate.before.as_ref().is_some_and(is_taken));
        match blocked {
            Some(fate) => fate.becomes = LineBecame::PlaceTaken,
            None => return,
        }
    }
}

/// Takes a list back: it waits for review again. Everything, or nothing.
///
/// # Errors
/// [`Error::Stale`] when it cannot be, or was taken back before: [`taking_back`] says why.
pub async fn take_back(tx: &mut Tx, grant: &Grant<ImportList>, list: &List) -> Result<TakingBack> {
    // Lists of one site are brought in and taken back one after the other.
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![grant.site()]).await?;
    let now = tx.now();
    let commit = newest_commit(tx, list, now).await?.map_err(|_| Error::Stale)?;
    tx.execute_versioned(
        "UPDATE list SET state = 'preview', committed_at = NULL WHERE id = $1 AND site_id = $2 AND state = 'committed'",
        args![list.id, grant.site()],
    )
    .await?;
    tx.execute_versioned(
        "UPDATE list_commit SET taken_back_at = $2, taken_back_by = $3 WHERE id = $1 AND taken_back_at IS NULL",
        args![commit.id, now, grant.actor().user],
    )
    .await?;
    let fates = fates(tx, &commit).await?;
    for fate in fates.iter().filter(|fate| fate.becomes == LineBecame::Removed) {
        tx.execute("DELETE FROM list_entry WHERE id = $1 AND site_id = $2", args![fate.id, grant.site()]).await?;
    }
    make_room(tx, grant, &fates).await?;
    for fate in &fates {
        restore(tx, grant, fate).await?;
        as_it_was_left(tx, &commit, fate).await?;
        tx.execute(
            "UPDATE list_commit_line SET became = $3 WHERE commit_id = $1 AND entry_id = $2",
            args![commit.id, fate.id, fate.becomes],
        )
        .await?;
    }
    tx.relationships_changed();
    tx.note_act("change", "list", Subject::from(grant.site()), "A list was taken back");
    tell(tx, grant, list).await?;
    Ok(plan(&commit, &fates))
}

/// Two lines may change places: both leave their own first.
async fn make_room(tx: &mut Tx, grant: &Grant<ImportList>, fates: &[Fate]) -> Result<()> {
    let moves = |fate: &&Fate| {
        let is_elsewhere = |before: &Said| {
            (before.list_date, &before.entry_key) != (fate.now.said.list_date, &fate.now.said.entry_key)
        };
        fate.becomes == LineBecame::Restored && fate.before.as_ref().is_some_and(is_elsewhere)
    };
    for fate in fates.iter().filter(moves) {
        let aside = format!("taken back:{}", fate.id);
        tx.execute(
            "UPDATE list_entry SET entry_key = $3 WHERE id = $1 AND site_id = $2",
            args![fate.id, grant.site(), aside],
        )
        .await?;
    }
    Ok(())
}

async fn restore(tx: &mut Tx, grant: &Grant<ImportList>, fate: &Fate) -> Result<()> {
    let Some(said) = fate.before.as_ref().filter(|_| fate.becomes == LineBecame::Restored) else { return Ok(()) };
    match fate.change {
        LineChange::Added => Ok(()),
        LineChange::Gone => {
            tx.execute(
                "UPDATE list_entry SET gone_at = $3, version = version + 1 WHERE id = $1 AND site_id = $2",
                args![fate.id, grant.site(), said.gone_at],
            )
            .await?;
            Ok(())
        }
        // Nobody's page of it becomes old, as when it was kept.
        LineChange::Kept => {
            tx.execute(
                "UPDATE list_entry SET list_id = $3, source_row = $4, gone_at = $5 WHERE id = $1 AND site_id = $2",
                args![fate.id, grant.site(), said.list_id, said.source_row, said.gone_at],
            )
            .await?;
            Ok(())
        }
        LineChange::Changed => put_back(tx, grant, fate.id, said).await,
    }
}

/// To the lists before this one a line that says again what it said after them is a line on which nobody has
/// worked since: its version went on twice, and nothing else did.
async fn as_it_was_left(tx: &mut Tx, commit: &Commit, fate: &Fate) -> Result<()> {
    if fate.becomes != LineBecame::Restored {
        return Ok(());
    }
    tx.execute(
        "UPDATE list_commit_line SET version = (SELECT e.version FROM list_entry e WHERE e.id = $2)
          WHERE entry_id = $2 AND commit_id <> $1 AND version = $3",
        args![commit.id, fate.id, fate.version_before],
    )
    .await?;
    Ok(())
}

/// What a line said before, and whom it was thought to be; a board looks again at once. The version goes on:
/// a page made meanwhile is old.
async fn put_back(tx: &mut Tx, grant: &Grant<ImportList>, id: EntryId, said: &Said) -> Result<()> {
    let probability: Option<f64> = said.best_probability.as_deref().and_then(|text| text.parse().ok());
    tx.execute(
        "UPDATE list_entry SET list_id = $3, list_date = $4, entry_key = $5, source_row = $6, source = $7, forenames = $8,
                surname = $9, date_of_birth = $10, custody_number = $11, arrived_at = $12, detention_authorised_at = $13,
                sitting_at = $14, court_room = $15, reporting_restriction = $16, gone_at = $17, best_person_id = $18,
                best_probability = $19, best_band = $20, best_reason = $21, best_seq = -1, version = version + 1
          WHERE id = $1 AND site_id = $2",
        args![
            id,
            grant.site(),
            said.list_id,
            said.list_date,
            &said.entry_key,
            said.source_row,
            &said.source,
            &said.forenames,
            &said.surname,
            said.date_of_birth,
            &said.custody_number,
            said.arrived_at,
            said.detention_authorised_at,
            said.sitting_at,
            &said.court_room,
            &said.reporting_restriction,
            said.gone_at,
            said.best_person_id,
            probability,
            &said.best_band,
            &said.best_reason
        ],
    )
    .await?;
    // Their record may have been joined to another since, which may have been joined to a third.
    let joined =
        "UPDATE list_entry SET best_person_id = (SELECT p.merged_into FROM person p WHERE p.id = best_person_id)
          WHERE id = $1 AND best_person_id IN (SELECT p.id FROM person p WHERE p.merged_into IS NOT NULL)";
    while tx.execute(joined, args![id]).await? > 0 {}
    Ok(())
}

async fn tell(tx: &mut Tx, grant: &Grant<ImportList>, list: &List) -> Result<()> {
    let (name, kind) = (tx.actor_name(), list.kind.label().to_lowercase());
    let new = NewEvent {
        at: None,
        site: Some(grant.site()),
        person: None,
        episode: None,
        kind: "list",
        class: Class::List,
        words: format!("{name} took back the {kind} of {}", clock_time(list.received_at)),
        link: format!("/lists/{}", list.id),
    };
    events::add(tx, new).await
}

/// Who last took back a list that waits for review again, and which lines stayed then; `None` when nobody did.
///
/// # Errors
/// The store's.
pub async fn taken_back(conn: &mut Conn, grant: &Grant<ViewList>, list: &List) -> Result<Option<TakenBack>> {
    debug_assert_eq!(grant.site(), list.site_id, "the list was read with the grant");
    let row = conn
        .fetch_optional(
            "SELECT c.id, c.taken_back_at, u.name AS by_name FROM list_commit c JOIN app_user u ON u.id = c.taken_back_by
              WHERE c.list_id = $1 ORDER BY c.number DESC LIMIT 1",
            args![list.id],
        )
        .await?;
    let Some(row) = row.filter(|_| list.state != ListState::Committed) else { return Ok(None) };
    let rows = conn
        .fetch_all(
            "SELECT e.id, e.forenames, e.surname, cl.change, cl.became FROM list_commit_line cl JOIN list_entry e ON e.id = cl.entry_id
              WHERE cl.commit_id = $1 AND cl.became IN ('worked_on', 'place_taken') ORDER BY e.surname, e.forenames, e.id",
            args![row.get::<Uuid>("id")?],
        )
        .await?;
    let stayed = rows.iter().map(|row| {
        let name = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
        Ok(Stayed { id: row.get("id")?, name, change: row.get("change")?, why: row.get("became")? })
    });
    Ok(Some(TakenBack {
        at: row.get("taken_back_at")?,
        by: row.get("by_name")?,
        stayed: stayed.collect::<Result<_>>()?,
    }))
}

/// The list with which a line was taken back, for pages that were open when it went.
///
/// # Errors
/// The store's. `None` when no such line was removed.
pub async fn removed_with(conn: &mut Conn, id: EntryId) -> Result<Option<ListId>> {
    let row = conn
        .fetch_optional(
            "SELECT c.list_id FROM list_commit_line cl JOIN list_commit c ON c.id = cl.commit_id
              WHERE cl.entry_id = $1 AND cl.became = 'removed' ORDER BY c.number DESC LIMIT 1",
            args![id],
        )
        .await?;
    row.map(|row| row.get("list_id")).transpose()
}
