//! Acts on rows of a board: one or several in one transaction. Rows that changed meanwhile are left alone
//! and told by name; the rest is done, and can be undone.

use crate::events::{self, NewEvent};
use crate::{Conn, Error, Result, Row, Tx, args, coverage};
use std::collections::BTreeSet;
use throughline_domain::board::{BoardAct, when};
use throughline_domain::ids::{EntryId, EpisodeId, PersonId, UserId};
use throughline_domain::list::{EntryState, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_policy::{ChangeList, Class, Grant, Subject, ViewBoard};
use uuid::Uuid;

/// A row that somebody ticked, as it was when they saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticked {
    /// The row.
    pub id: EntryId,
    /// Its version then.
    pub version: i64,
}

/// What is done to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Whoever acts sees these people.
    Take,
    /// Nobody has decided after all.
    PutBack,
    /// They were not seen, for a reason that several can have: [`NotSeenReason::may_be_of_several`].
    NotSeen(NotSeenReason),
}

impl Doing {
    fn act(self) -> BoardAct {
        match self {
            Self::Take => BoardAct::Take,
            Self::PutBack => BoardAct::PutBack,
            Self::NotSeen(_) => BoardAct::NotSeen,
        }
    }

    fn reason(self) -> Option<NotSeenReason> {
        match self {
            Self::NotSeen(reason) => Some(reason),
            Self::Take | Self::PutBack => None,
        }
    }

    /// What the row becomes.
    fn after(self, by: UserId, at: Instant, before: &Now) -> Decided {
        match self {
            Self::Take => {
                Decided { state: EntryState::BeingSeen, reason: None, taken_by: Some(by), taken_at: Some(at) }
            }
            Self::PutBack => Decided { state: EntryState::ToConsider, reason: None, taken_by: None, taken_at: None },
            Self::NotSeen(reason) => {
                Decided { state: reason.entry_state(), reason: Some(reason), ..before.decided.clone() }
            }
        }
    }
}

/// What came of an act.
#[derive(Debug, Clone, Copy)]
pub struct Acted {
    /// The act, as [`told`] tells it and [`undo`] undoes it.
    pub id: Uuid,
    /// To how many rows it was done.
    pub done: usize,
    /// How many were left alone.
    pub left: usize,
}

/// What a decision comes to in columns.
#[derive(Debug, Clone)]
struct Decided {
    state: EntryState,
    reason: Option<NotSeenReason>,
    taken_by: Option<UserId>,
    taken_at: Option<Instant>,
}

/// A row as it is now.
#[derive(Debug)]
struct Now {
    version: i64,
    decided: Decided,
    taken_by_name: String,
    name: Name,
    person_id: Option<PersonId>,
    episode_id: Option<EpisodeId>,
}

/// Does one thing to several rows, in one transaction: each row that nobody changed meanwhile. A colleague's
/// rows are left alone: one is taken over on its own page, with a reason.
///
/// # Errors
/// The store's.
pub async fn act(tx: &mut Tx, grant: &Grant<ChangeList>, doing: Doing, ticked: &[Ticked]) -> Result<Acted> {
    let (at, by) = (tx.now(), grant.actor().user);
    let act = begin(tx, grant, doing.act(), doing.reason(), None).await?;
    let mut acted = Acted { id: act, done: 0, left: 0 };
    // In one order for everybody, so that two who tick the same rows never wait for each other.
    for one in ticked.iter().copied().collect::<BTreeSet<_>>() {
        let Some(before) = now(tx, grant, one.id).await? else { continue };
        let after = doing.after(by, at, &before);
        let is_refused = refused(doing, &before, one.version, by, at);
        let left = match is_refused {
            Some(why) => Some(why),
            None if set(tx, grant, one, &before, &after).await? => None,
            // Somebody was faster in this very moment.
            None => match now(tx, grant, one.id).await? {
                Some(now) => Some(overtaken(&now, by, at)),
                None => continue,
            },
        };
        note(tx, grant, act, one, &before, left.as_deref()).await?;
        if left.is_some() {
            acted.left += 1;
            continue;
        }
        acted.done += 1;
        tell(tx, grant, one.id, &before, &words(doing.act(), doing.reason(), &grant.actor().name)).await?;
    }
    Ok(acted)
}

/// Undoes an act of the grant's actor: each of its rows that nobody changed since is as it was before.
/// Gives the id of this act.
///
/// # Errors
/// [`Error::Stale`] when there is no such act of this actor at the grant's site, or it was undone; the
/// store's otherwise.
pub async fn undo(tx: &mut Tx, grant: &Grant<ChangeList>, undone: Uuid) -> Result<Uuid> {
    let (at, by) = (tx.now(), grant.actor().user);
    let may = tx
        .fetch_optional(
            "SELECT a.id FROM board_act a WHERE a.id = $1 AND a.site_id = $2 AND a.user_id = $3 AND a.act <> 'undo'
                AND NOT EXISTS (SELECT 1 FROM board_act u WHERE u.undoes = a.id)",
            args![undone, grant.site(), by],
        )
        .await?;
    may.ok_or(Error::Stale)?;
    let rows = tx
        .fetch_all(
            "SELECT entry_id, version, was_state, was_reason, was_taken_by, was_taken_at FROM board_act_row
              WHERE act_id = $1 AND left_because = '' ORDER BY entry_id",
            args![undone],
        )
        .await?;
    let act = begin(tx, grant, BoardAct::Undo, None, Some(undone)).await?;
    for row in &rows {
        let one = Ticked { id: row.get("entry_id")?, version: row.get("version")? };
        let Some(before) = now(tx, grant, one.id).await? else { continue };
        let was = Decided {
            state: row.get("was_state")?,
            reason: row.get("was_reason")?,
            taken_by: row.get("was_taken_by")?,
            taken_at: row.get("was_taken_at")?,
        };
        let left = if set(tx, grant, one, &before, &was).await? { None } else { Some(overtaken(&before, by, at)) };
        note(tx, grant, act, one, &before, left.as_deref()).await?;
        if left.is_none() {
            let words = format!("{}: as it was before", was.state);
            tell(tx, grant, one.id, &before, &words).await?;
        }
    }
    Ok(act)
}

async fn begin(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    act: BoardAct,
    reason: Option<NotSeenReason>,
    undoes: Option<Uuid>,
) -> Result<Uuid> {
    let (id, at) = (Uuid::now_v7(), tx.now());
    tx.execute(
        "INSERT INTO board_act (id, site_id, user_id, at, act, reason, undoes) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            id,
            grant.site(),
            grant.actor().user,
            at,
            act.code().to_owned(),
            reason.map_or("", NotSeenReason::code),
            undoes
        ],
    )
    .await?;
    Ok(id)
}

async fn now(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId) -> Result<Option<Now>> {
    let row = tx
        .fetch_optional(
            "SELECT l.version, l.state, l.reason, l.taken_by, l.taken_at, l.forenames, l.surname, l.person_id, l.episode_id,
                    COALESCE(u.name, '') AS taken_by_name
               FROM list_entry l LEFT JOIN app_user u ON u.id = l.taken_by WHERE l.id = $1 AND l.site_id = $2",
            args![id, grant.site()],
        )
        .await?;
    row.map(|row| {
        Ok(Now {
            version: row.get("version")?,
            decided: Decided {
                state: row.get("state")?,
                reason: row.get("reason")?,
                taken_by: row.get("taken_by")?,
                taken_at: row.get("taken_at")?,
            },
            taken_by_name: row.get("taken_by_name")?,
            name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
            person_id: row.get("person_id")?,
            episode_id: row.get("episode_id")?,
        })
    })
    .transpose()
}

/// Why an act is not done to a row as it is now; `None` when it may be.
fn refused(doing: Doing, row: &Now, seen: i64, by: UserId, at: Instant) -> Option<String> {
    let is_colleagues =
        row.decided.state == EntryState::BeingSeen && row.decided.taken_by.is_some_and(|user| user != by);
    if is_colleagues || row.version != seen {
        return Some(overtaken(row, by, at));
    }
    if row.episode_id.is_some() {
        return Some("their record is open: go on there".to_owned());
    }
    let fits = match doing {
        Doing::Take => row.decided.state == EntryState::ToConsider,
        Doing::PutBack => row.decided.state != EntryState::ToConsider,
        Doing::NotSeen(reason) => reason.may_be_of_several() && row.decided.state.is_open(),
    };
    (!fits).then(|| match doing {
        Doing::NotSeen(reason) if !reason.may_be_of_several() => {
            format!("“{reason}” is recorded on each person's own row")
        }
        _ => format!("already {}", row.decided.state.label().to_lowercase()),
    })
}

/// What became of a row meanwhile: who has it and since when, or what was decided.
fn overtaken(row: &Now, by: UserId, at: Instant) -> String {
    let since = row.decided.taken_at.map(|taken| format!(" since {}", when(taken, at))).unwrap_or_default();
    match row.decided.state {
        EntryState::BeingSeen if row.decided.taken_by == Some(by) => format!("you have them already{since}"),
        EntryState::BeingSeen if !row.taken_by_name.is_empty() => format!("with {}{since}", row.taken_by_name),
        EntryState::ToConsider => "changed meanwhile: look again".to_owned(),
        other => format!("meanwhile {}", other.label().to_lowercase()),
    }
}

/// Changes the row if it still has the version and no episode; whether it did. A reason that comes or goes is
/// kept in the history of what was said.
async fn set(tx: &mut Tx, grant: &Grant<ChangeList>, one: Ticked, from: &Now, to: &Decided) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE list_entry SET state = $4, reason = $5, taken_by = $6, taken_at = $7, version = version + 1
              WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
            args![
                one.id,
                grant.site(),
                one.version,
                to.state,
                to.reason.map_or("", NotSeenReason::code),
                to.taken_by,
                to.taken_at
            ],
        )
        .await?;
    if changed == 1 && from.decided.reason != to.reason {
        coverage::said(tx, one.id, to.reason).await?;
    }
    Ok(changed == 1)
}

/// Keeps what became of a row, and writes its line into the audit log.
async fn note(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    act: Uuid,
    one: Ticked,
    before: &Now,
    left: Option<&str>,
) -> Result<()> {
    tx.execute(
        "INSERT INTO board_act_row (act_id, entry_id, left_because, was_state, was_reason, was_taken_by, was_taken_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            act,
            one.id,
            left.unwrap_or_default(),
            before.decided.state,
            before.decided.reason.map_or("", NotSeenReason::code),
            before.decided.taken_by,
            before.decided.taken_at,
            one.version + 1
        ],
    )
    .await?;
    let subject = Subject { person: before.person_id, episode: None, site: Some(grant.site()) };
    let done = if left.is_none() { "done" } else { "left alone" };
    tx.note_act("change", "list", subject, &format!("row {} of a list, by board act {act}: {done}", one.id));
    Ok(())
}

async fn tell(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, row: &Now, words: &str) -> Result<()> {
    // Of somebody who is not known the row holds the only name.
    let words = if row.person_id.is_some() { words.to_owned() } else { format!("{}: {words}", row.name.formal()) };
    let new = NewEvent {
        at: None,
        site: Some(grant.site()),
        person: row.person_id,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link: format!("/entries/{id}"),
    };
    events::add(tx, new).await
}

fn words(act: BoardAct, reason: Option<NotSeenReason>, by: &str) -> String {
    match (act, reason) {
        (BoardAct::Take, _) => format!("Being seen by {by}"),
        (BoardAct::NotSeen, Some(reason)) => format!("{}: {reason}", reason.entry_state()),
        _ => "Put back: to consider".to_owned(),
    }
}

/// An act on rows of a board, as whoever did it is told.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Told {
    /// The act.
    pub id: Uuid,
    /// What was done.
    pub act: BoardAct,
    /// The reason, of people who were not seen.
    pub reason: Option<NotSeenReason>,
    /// Whether it was undone since.
    pub undone: bool,
    /// The rows, by name: those to which it was done, and those that were left alone and why.
    pub rows: Vec<ToldRow>,
}

/// What became of one row in an act.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ToldRow {
    /// The row.
    pub id: EntryId,
    /// The name on the list.
    pub name: Name,
    /// Why it was left alone; empty when the act was done to it.
    pub left_because: String,
}

/// An act of the grant's actor on the board of the grant's site.
///
/// # Errors
/// The store's.
pub async fn told(conn: &mut Conn, grant: &Grant<ViewBoard>, id: Uuid) -> Result<Option<Told>> {
    let rows = conn
        .fetch_all(
            "SELECT a.act, a.reason, r.entry_id, r.left_because, l.forenames, l.surname,
                    EXISTS (SELECT 1 FROM board_act u WHERE u.undoes = a.id) AS undone
               FROM board_act a JOIN board_act_row r ON r.act_id = a.id JOIN list_entry l ON l.id = r.entry_id
              WHERE a.id = $1 AND a.site_id = $2 AND a.user_id = $3 ORDER BY l.surname, l.forenames, l.id",
            args![id, grant.site(), grant.actor().user],
        )
        .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let row = |row: &Row| {
        Ok(ToldRow {
            id: row.get("entry_id")?,
            name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
            left_because: row.get("left_because")?,
        })
    };
    Ok(Some(Told {
        id,
        act: first.get("act")?,
        reason: first.get("reason")?,
        undone: first.get("undone")?,
        rows: rows.iter().map(row).collect::<Result<_>>()?,
    }))
}
