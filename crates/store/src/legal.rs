//! Legal events of an episode: added, and replaced by others, never changed.

use crate::{Conn, Error, Result, Row, Tx, args, events};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use throughline_domain::ids::{EpisodeId, LegalEventId, SiteId};
use throughline_domain::legal::{Allocation, Asks, Charge, DecidedBy, Detail, LegalEvent, LegalEventKind, Origin};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeJustice, Class, Grant, ViewBoard, ViewJustice};

/// One line about a legal event, as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Its id.
    pub id: LegalEventId,
    /// What happened, when, and what else is said of it.
    pub event: LegalEvent,
    /// Who decided, as far as is known.
    pub decided_by: Option<DecidedBy>,
    /// Their name, number or rank, as typed.
    pub decider_name: String,
    /// Anything else, exactly as typed; for a line that replaces another, why.
    pub note: String,
    /// The line whose place this one takes.
    pub replaces: Option<LegalEventId>,
    /// Whether it takes the other line away, which was entered in error.
    pub withdrawn: bool,
    /// Whether another line has taken its place.
    pub replaced: bool,
    /// When it was written down.
    pub recorded_at: Instant,
    /// By whom.
    pub recorded_by_name: String,
}

impl Entry {
    /// Whether it is what the service says happened: nothing took its place, and it takes nothing away.
    pub fn stands(&self) -> bool {
        !self.replaced && !self.withdrawn
    }
}

/// A line to be recorded.
#[derive(Debug, Clone)]
pub struct NewLegalEvent {
    /// Its id.
    pub id: LegalEventId,
    /// What happened.
    pub kind: LegalEventKind,
    /// When it happened.
    pub at: Instant,
    /// What else is said of it.
    pub detail: Detail,
    /// Who decided.
    pub decided_by: Option<DecidedBy>,
    /// Their name, number or rank, exactly as typed.
    pub decider_name: String,
    /// Anything else, exactly as typed.
    pub note: String,
    /// The line whose place it takes.
    pub replaces: Option<LegalEventId>,
}

const COLUMNS: &str = "e.id, e.episode_id, e.kind, e.at, e.ended_at, e.minutes, e.section, e.offence, e.allocation,
    e.first_appearance_at, e.decided_by, e.decider_name, e.note, e.replaces, e.withdrawn, e.recorded_at, e.recorded_by_name";

/// Every line of the grant's episode, in the order in which it happened; of one moment in the order of recording.
///
/// # Errors
/// The store's.
pub async fn of_episode(conn: &mut Conn, grant: &Grant<ViewJustice>) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN n.id IS NULL THEN false ELSE true END AS replaced
           FROM legal_event e LEFT JOIN legal_event n ON n.replaces = e.id
          WHERE e.episode_id = $1 AND e.person_id = $2 ORDER BY e.at, e.recorded_at, e.id"
    );
    let rows = conn.fetch_text(sqlx::AssertSqlSafe(sql), args![grant.episode(), grant.person()]).await?;
    rows.iter().map(entry).collect()
}

/// What stands of the legal events of people on the lists of the grant's site since a day, by episode.
///
/// The caller asks whether the reader may see the class: a board is not one person's.
///
/// # Errors
/// The store's.
pub async fn of_board(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    since: NaiveDate,
) -> Result<BTreeMap<EpisodeId, Vec<LegalEvent>>> {
    let sql = format!(
        "SELECT {COLUMNS}, false AS replaced FROM legal_event e
          WHERE e.episode_id IN (SELECT l.episode_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2)
            AND NOT e.withdrawn AND NOT EXISTS (SELECT 1 FROM legal_event n WHERE n.replaces = e.id)
          ORDER BY e.at, e.recorded_at, e.id"
    );
    let rows = conn.fetch_text(sqlx::AssertSqlSafe(sql), args![grant.site(), since]).await?;
    let mut all: BTreeMap<EpisodeId, Vec<LegalEvent>> = BTreeMap::new();
    for row in &rows {
        all.entry(row.get("episode_id")?).or_default().push(entry(row)?.event);
    }
    Ok(all)
}

fn entry(row: &Row) -> Result<Entry> {
    let kind: LegalEventKind = row.get("kind")?;
    Ok(Entry {
        id: row.get("id")?,
        event: LegalEvent { kind, at: row.get("at")?, detail: detail(row, kind)?, origin: Origin::Recorded },
        decided_by: row.get("decided_by")?,
        decider_name: row.get("decider_name")?,
        note: row.get("note")?,
        replaces: row.get("replaces")?,
        withdrawn: row.get("withdrawn")?,
        replaced: row.get("replaced")?,
        recorded_at: row.get("recorded_at")?,
        recorded_by_name: row.get("recorded_by_name")?,
    })
}

fn detail(row: &Row, kind: LegalEventKind) -> Result<Detail> {
    let missing = |what: &str| Error::Corrupt(format!("a legal event of kind '{}' has no {what}", kind.code()));
    Ok(match kind.asks() {
        Asks::Nothing => Detail::None,
        Asks::End => Detail::End(row.get("ended_at")?),
        Asks::Hours => {
            let minutes: Option<i64> = row.get("minutes")?;
            let minutes = minutes.and_then(|minutes| u32::try_from(minutes).ok());
            Detail::Minutes(minutes.ok_or_else(|| missing("length"))?)
        }
        Asks::Section => Detail::Section(row.get::<Option<_>>("section")?.ok_or_else(|| missing("section"))?),
        Asks::Charge => Detail::Charge(Charge {
            offence: row.get("offence")?,
            allocation: row.get("allocation")?,
            first_appearance: row.get("first_appearance_at")?,
        }),
    })
}

/// Records a legal event of the grant's episode.
///
/// # Errors
/// [`Error::Stale`] when the line it replaces is not there or was replaced already.
pub async fn record(tx: &mut Tx, grant: &Grant<ChangeJustice>, site: SiteId, new: &NewLegalEvent) -> Result<()> {
    if !new.detail.fits(new.kind) {
        return Err(Error::Corrupt(format!("'{}' asks for {:?}", new.kind.code(), new.kind.asks())));
    }
    add(tx, grant, new, false).await?;
    let words = match new.replaces {
        None => new.kind.label().to_owned(),
        Some(_) => format!("Corrected: {}", new.kind),
    };
    tell(tx, grant, site, Some(new.at), words).await
}

/// Takes a line away that was entered in error: a line that says so, and why, takes its place.
///
/// # Errors
/// [`Error::Stale`] when it is not there or was replaced already.
pub async fn withdraw(
    tx: &mut Tx,
    grant: &Grant<ChangeJustice>,
    site: SiteId,
    id: LegalEventId,
    wrong: &Entry,
    why: &str,
) -> Result<()> {
    let line = NewLegalEvent {
        id,
        kind: wrong.event.kind,
        at: wrong.event.at,
        detail: wrong.event.detail.clone(),
        decided_by: None,
        decider_name: String::new(),
        note: why.to_owned(),
        replaces: Some(wrong.id),
    };
    add(tx, grant, &line, true).await?;
    tell(tx, grant, site, None, format!("Entered in error: {}", wrong.event.kind)).await
}

/// Takes the release off the grant's episode, because its line was entered in error. The contact that was made for it
/// stays: whoever owes it finds out.
///
/// # Errors
/// The store's.
pub async fn clear_release(tx: &mut Tx, grant: &Grant<ChangeJustice>) -> Result<()> {
    tx.execute(
        "UPDATE episode SET released_at = NULL, version = version + 1 WHERE id = $1 AND person_id = $2",
        args![grant.episode(), grant.person()],
    )
    .await?;
    Ok(())
}

async fn add(tx: &mut Tx, grant: &Grant<ChangeJustice>, new: &NewLegalEvent, withdrawn: bool) -> Result<()> {
    if let Some(replaces) = new.replaces {
        may_be_replaced(tx, grant, replaces).await?;
    }
    let none = Charge::default();
    let charge = if let Detail::Charge(charge) = &new.detail { charge } else { &none };
    let ended_at = if let Detail::End(at) = new.detail { at } else { None };
    let minutes = if let Detail::Minutes(minutes) = new.detail { Some(i64::from(minutes)) } else { None };
    let section = if let Detail::Section(section) = new.detail { section.code() } else { "" };
    let (now, name) = (tx.now(), tx.actor_name());
    // Two corrections of one line at once: the second is told, and keeps its text.
    tx.execute_versioned(
        "INSERT INTO legal_event (id, person_id, episode_id, kind, at, ended_at, minutes, section, offence, allocation,
                                  first_appearance_at, decided_by, decider_name, note, replaces, withdrawn, recorded_at,
                                  recorded_by, recorded_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (replaces) DO NOTHING",
        args![
            new.id,
            grant.person(),
            grant.episode(),
            new.kind,
            new.at,
            ended_at,
            minutes,
            section,
            &charge.offence,
            charge.allocation.map_or("", Allocation::code),
            charge.first_appearance,
            new.decided_by.map_or("", DecidedBy::code),
            &new.decider_name,
            &new.note,
            new.replaces,
            withdrawn,
            now,
            grant.actor().user,
            name
        ],
    )
    .await
}

async fn may_be_replaced(tx: &mut Tx, grant: &Grant<ChangeJustice>, id: LegalEventId) -> Result<()> {
    let open = tx
        .fetch_optional(
            "SELECT e.id FROM legal_event e
              WHERE e.id = $1 AND e.episode_id = $2 AND e.person_id = $3 AND NOT e.withdrawn
                AND NOT EXISTS (SELECT 1 FROM legal_event n WHERE n.replaces = e.id)",
            args![id, grant.episode(), grant.person()],
        )
        .await?;
    open.map(|_| ()).ok_or(Error::Stale)
}

async fn tell(
    tx: &mut Tx,
    grant: &Grant<ChangeJustice>,
    site: SiteId,
    at: Option<Instant>,
    words: String,
) -> Result<()> {
    events::add(
        tx,
        events::NewEvent {
            at,
            site: Some(site),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "legal",
            class: Class::Justice,
            words,
            link: format!("/episodes/{}/legal", grant.episode()),
        },
    )
    .await
}
