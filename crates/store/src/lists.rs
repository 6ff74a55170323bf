//! Lists as received, the lines of work they bring, and what people decided about each line.
//!
//! A list is kept byte for byte with its hash. Its rows become entries: one entry for each site,
//! kind, day and key, however often the list is sent again. An entry that is no longer on the
//! newest list is marked gone and keeps all work done on it.

mod said_before;
mod templates;

pub use said_before::{Said, Since, said_before};
pub use templates::{original, read_anew, remember_template, templates};

use crate::{Conn, Error, Result, Row, Tx, args, described, matching};
use chrono::NaiveDate;
use throughline_domain::episode::Urgency;
use throughline_domain::ids::{EntryId, EpisodeId, ListId, PersonId, SiteId, UserId};
use throughline_domain::list::{EntryState, ListKind, ListState, MatchDecision, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_matching::{Description, Scored};
use throughline_policy::{ChangeList, Grant, ImportList, ViewBoard, ViewList};
use uuid::Uuid;

/// One line of work as a board shows it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct BoardRow {
    /// Its id: the page of the line is `/entries/{id}`.
    pub id: EntryId,
    /// Version of the row.
    pub version: i64,
    /// Custody or court.
    pub kind: ListKind,
    /// The name as the list gives it, in its parts.
    pub name: Name,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Custody record number; empty when none is given.
    pub custody_number: String,
    /// Court room; empty when none is given.
    pub court_room: String,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
    /// Arrival at the station.
    pub arrived_at: Option<Instant>,
    /// Detention authorised.
    pub detention_authorised_at: Option<Instant>,
    /// What has been decided.
    pub state: EntryState,
    /// Why the person was not seen.
    pub reason: Option<NotSeenReason>,
    /// Who is seeing them; empty when nobody is.
    pub taken_by: String,
    /// The person, once somebody decided.
    pub person_id: Option<PersonId>,
    /// The episode, once opened.
    pub episode_id: Option<EpisodeId>,
    /// The likeliest known person.
    pub best_person_id: Option<PersonId>,
    /// How likely, from 0 to 1.
    pub best_probability: Option<f64>,
    /// Code of the match's band; empty when there is no match.
    pub best_band: String,
    /// Why it is likely, in one line.
    pub best_reason: String,
    /// When the newest list no longer had the line.
    pub gone_at: Option<Instant>,
    /// Whether a reporting restriction is printed.
    pub restricted: bool,
    /// How many things the reader noticed about the line.
    pub notices: usize,
    /// Urgency of the episode.
    pub urgency: Option<Urgency>,
}

/// The lines of the grant's site for a day: custody by arrival, court by room and sitting.
///
/// # Errors
/// The store's.
pub async fn board_rows(conn: &mut Conn, grant: &Grant<ViewBoard>, date: NaiveDate) -> Result<Vec<BoardRow>> {
    let rows = conn
        .fetch_all(
            "SELECT l.id, l.version, l.kind, l.forenames, l.surname, l.date_of_birth, l.custody_number, l.court_room,
                    l.sitting_at, l.arrived_at, l.detention_authorised_at, l.state, l.reason, l.person_id, l.episode_id,
                    l.best_person_id, l.best_probability, l.best_band, l.best_reason, l.gone_at, l.reporting_restriction,
                    l.source, COALESCE(u.name, '') AS taken_by_name, COALESCE(e.urgency, '') AS urgency
               FROM list_entry l LEFT JOIN app_user u ON u.id = l.taken_by LEFT JOIN episode e ON e.id = l.episode_id
              WHERE l.site_id = $1 AND l.list_date = $2
              ORDER BY l.kind, l.court_room, l.sitting_at, l.arrived_at, l.source_row",
            args![grant.site(), date],
        )
        .await?;
    rows.iter().map(board_row).collect()
}

fn board_row(row: &Row) -> Result<BoardRow> {
    Ok(BoardRow {
        id: row.get("id")?,
        version: row.get("version")?,
        kind: row.get("kind")?,
        name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
        date_of_birth: row.get("date_of_birth")?,
        custody_number: row.get("custody_number")?,
        court_room: row.get("court_room")?,
        sitting_at: row.get("sitting_at")?,
        arrived_at: row.get("arrived_at")?,
        detention_authorised_at: row.get("detention_authorised_at")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        taken_by: row.get("taken_by_name")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        best_person_id: row.get("best_person_id")?,
        best_probability: row.get("best_probability")?,
        best_band: row.get("best_band")?,
        best_reason: row.get("best_reason")?,
        gone_at: row.get("gone_at")?,
        restricted: !row.get::<String>("reporting_restriction")?.is_empty(),
        notices: notices_in(&row.get::<String>("source")?),
        urgency: row.get("urgency")?,
    })
}

/// How many notices the reader put on an entry, from the entry as it is kept.
fn notices_in(source: &str) -> usize {
    /// The rest of the entry is passed over, not read.
    #[derive(Default, serde::Deserialize)]
    struct Noticed {
        #[serde(default)]
        notices: Vec<serde::de::IgnoredAny>,
    }
    serde_json::from_str::<Noticed>(source).unwrap_or_default().notices.len()
}

/// What a board says of the list behind it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LastList {
    /// Its id.
    pub id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// When it was received.
    pub received_at: Instant,
    /// By whom.
    pub received_by: String,
    /// When its rows were brought in.
    pub committed_at: Option<Instant>,
}

/// The newest committed list of the grant's site for a day, or for the last day before it that
/// had one, back to another day.
///
/// # Errors
/// The store's.
pub async fn last(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Option<LastList>> {
    let row = conn
        .fetch_optional(
            "SELECT l.id, l.kind, l.list_date, l.received_at, l.committed_at, u.name AS received_by_name
               FROM list l JOIN app_user u ON u.id = l.received_by
              WHERE l.site_id = $1 AND l.list_date >= $2 AND l.list_date <= $3 AND l.state = 'committed'
              ORDER BY l.list_date DESC, l.committed_at DESC, l.id DESC LIMIT 1",
            args![grant.site(), from, to],
        )
        .await?;
    row.map(|row| {
        Ok(LastList {
            id: row.get("id")?,
            kind: row.get("kind")?,
            list_date: row.get("list_date")?,
            received_at: row.get("received_at")?,
            received_by: row.get("received_by_name")?,
            committed_at: row.get("committed_at")?,
        })
    })
    .transpose()
}

/// A list as received.
#[derive(Debug, Clone, serde::Serialize)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// The site it was received at.
    pub site_id: SiteId,
    /// Custody or court.
    pub kind: ListKind,
    /// The reader that read it.
    pub format: String,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// The file's name, or what stood in for it.
    pub file_name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub bytes: i64,
    /// Where it stands.
    pub state: ListState,
    /// When it was received.
    pub received_at: Instant,
    /// By whom.
    pub received_by: String,
    /// When its rows were brought in.
    pub committed_at: Option<Instant>,
    /// What the reader understood, as JSON.
    #[serde(skip)]
    pub reading: String,
}

/// A list to be kept.
#[derive(Debug, Clone)]
pub struct NewList {
    /// Its id.
    pub id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The reader that read it.
    pub format: String,
    /// The day its rows are for.
    pub list_date: NaiveDate,
    /// The file's name, or what stands in for it.
    pub file_name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// The bytes as they came.
    pub original: Vec<u8>,
    /// What the reader understood, as JSON.
    pub reading: String,
}

/// What a list says of one line, as far as the board and search need it in columns.
#[derive(Debug, Clone, Default)]
pub struct EntryFacts {
    /// The day of work.
    pub list_date: NaiveDate,
    /// What makes it the same line when the list is sent again.
    pub key: String,
    /// Its number in the file.
    pub source_row: i64,
    /// The reader's entry, whole, as JSON.
    pub source: String,
    /// The name as the list gives it.
    pub name: Name,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Custody record number.
    pub custody_number: String,
    /// Arrival at the station.
    pub arrived_at: Option<Instant>,
    /// Detention authorised.
    pub detention_authorised_at: Option<Instant>,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
    /// Court room.
    pub court_room: String,
    /// Reporting restriction.
    pub reporting_restriction: String,
}

/// The likeliest known person for a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Who.
    pub person: PersonId,
    /// How likely, from 0 to 1.
    pub probability: f64,
    /// Code of the band.
    pub band: String,
    /// Why, in one line.
    pub reason: String,
}

/// One line of work, whole.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// Its id.
    pub id: EntryId,
    /// Version of the row.
    pub version: i64,
    /// The site.
    pub site_id: SiteId,
    /// The list that last had it.
    pub list_id: ListId,
    /// Custody or court.
    pub kind: ListKind,
    /// The day of work.
    pub list_date: NaiveDate,
    /// The reader's entry, whole, as JSON.
    #[serde(skip)]
    pub source: String,
    /// What has been decided.
    pub state: EntryState,
    /// Why the person was not seen.
    pub reason: Option<NotSeenReason>,
    /// Who is seeing them.
    pub taken_by: Option<UserId>,
    /// Their name; empty when nobody is.
    pub taken_by_name: String,
    /// The person, once somebody decided.
    pub person_id: Option<PersonId>,
    /// The episode, once opened.
    pub episode_id: Option<EpisodeId>,
    /// When the newest list no longer had the line.
    pub gone_at: Option<Instant>,
}

/// A decision about a possible match, as it is kept.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Decision {
    /// The person it is about.
    pub person_id: PersonId,
    /// Their name.
    pub person: String,
    /// What was decided.
    pub decision: MatchDecision,
    /// The probability that was shown.
    pub probability: f64,
    /// What was described and what spoke for and against, as JSON.
    #[serde(skip)]
    pub evidence: String,
    /// By whom.
    pub decided_by: String,
    /// When.
    pub decided_at: Instant,
}

const LIST: &str = "SELECT l.id, l.site_id, l.kind, l.format, l.list_date, l.file_name, l.sha256, CAST(length(l.original) AS bigint) AS bytes,
        l.state, l.received_at, u.name AS received_by_name, l.committed_at, l.reading
   FROM list l JOIN app_user u ON u.id = l.received_by";

fn list(row: &Row) -> Result<List> {
    Ok(List {
        id: row.get("id")?,
        site_id: row.get("site_id")?,
        kind: row.get("kind")?,
        format: row.get("format")?,
        list_date: row.get("list_date")?,
        file_name: row.get("file_name")?,
        sha256: row.get("sha256")?,
        bytes: row.get("bytes")?,
        state: row.get("state")?,
        received_at: row.get("received_at")?,
        received_by: row.get("received_by_name")?,
        committed_at: row.get("committed_at")?,
        reading: row.get("reading")?,
    })
}

/// The site a list was received at, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such list.
pub async fn site_of_list(conn: &mut Conn, id: ListId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM list WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

/// The site a line belongs to, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such line.
pub async fn site_of_entry(conn: &mut Conn, id: EntryId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM list_entry WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

/// The lists of the grant's site, the newest day and the newest list first; discarded ones left out.
///
/// # Errors
/// The store's.
pub async fn of_site(conn: &mut Conn, grant: &Grant<ViewList>, limit: i64) -> Result<Vec<List>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LIST} WHERE l.site_id = $1 AND l.state <> 'discarded'
          ORDER BY l.list_date DESC, l.received_at DESC, l.id DESC LIMIT $2"
    ));
    conn.fetch_text(sql, args![grant.site(), limit]).await?.iter().map(list).collect()
}

/// One list of the grant's site.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewList>, id: ListId) -> Result<Option<List>> {
    let sql = sqlx::AssertSqlSafe(format!("{LIST} WHERE l.id = $1 AND l.site_id = $2"));
    conn.fetch_text(sql, args![id, grant.site()]).await?.first().map(list).transpose()
}

/// The lists of the grant's site that are these very bytes, waiting or brought in, newest first.
///
/// # Errors
/// The store's.
pub async fn same_bytes(conn: &mut Conn, grant: &Grant<ImportList>, sha256: &str) -> Result<Vec<List>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LIST} WHERE l.site_id = $1 AND l.sha256 = $2 AND l.state <> 'discarded' ORDER BY l.received_at DESC"
    ));
    conn.fetch_text(sql, args![grant.site(), sha256]).await?.iter().map(list).collect()
}

/// Keeps a list for review. Nothing of it is on the board until it is brought in.
///
/// # Errors
/// The store's.
pub async fn receive(tx: &mut Tx, grant: &Grant<ImportList>, new: &NewList) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO list (id, site_id, kind, format, list_date, file_name, sha256, original, reading, state, received_at, received_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'preview', $10, $11)",
        args![
            new.id,
            grant.site(),
            new.kind,
            &new.format,
            new.list_date,
            &new.file_name,
            &new.sha256,
            new.original.as_slice(),
            &new.reading,
            now,
            grant.actor().user
        ],
    )
    .await?;
    Ok(())
}

/// Sets a list aside that will not be used. Its bytes are kept.
///
/// # Errors
/// [`crate::Error::Stale`] when it was brought in or discarded before.
pub async fn discard(tx: &mut Tx, grant: &Grant<ImportList>, id: ListId) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list SET state = 'discarded' WHERE id = $1 AND site_id = $2 AND state = 'preview'",
        args![id, grant.site()],
    )
    .await
}

/// Begins to bring a list in: lists of one site are brought in one after the other.
///
/// # Errors
/// [`crate::Error::Stale`] when it was brought in or discarded before.
pub async fn begin_commit(tx: &mut Tx, grant: &Grant<ImportList>, id: ListId) -> Result<()> {
    // Touching the site's row makes a second list of this site wait until this one is in.
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![grant.site()]).await?;
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE list SET state = 'committed', committed_at = $3 WHERE id = $1 AND site_id = $2 AND state = 'preview'",
        args![id, grant.site(), now],
    )
    .await
}

const LINE: &str =
    "SELECT l.id, l.version, l.site_id, l.list_id, l.kind, l.list_date, l.source, l.state, l.reason, l.taken_by,
        COALESCE(u.name, '') AS taken_by_name, l.person_id, l.episode_id, l.gone_at
   FROM list_entry l LEFT JOIN app_user u ON u.id = l.taken_by";

fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        id: row.get("id")?,
        version: row.get("version")?,
        site_id: row.get("site_id")?,
        list_id: row.get("list_id")?,
        kind: row.get("kind")?,
        list_date: row.get("list_date")?,
        source: row.get("source")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        taken_by: row.get("taken_by")?,
        taken_by_name: row.get("taken_by_name")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        gone_at: row.get("gone_at")?,
    })
}

/// The lines of the grant's site of one kind, for the days from one to another, both included.
///
/// # Errors
/// The store's.
pub async fn lines(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    kind: ListKind,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Line>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{LINE} WHERE l.site_id = $1 AND l.kind = $2 AND l.list_date >= $3 AND l.list_date <= $4
          ORDER BY l.list_date, l.source_row, l.id"
    ));
    conn.fetch_text(sql, args![grant.site(), kind, from, to]).await?.iter().map(line).collect()
}

/// One line of the grant's site.
///
/// # Errors
/// The store's.
pub async fn entry(conn: &mut Conn, grant: &Grant<ViewList>, id: EntryId) -> Result<Option<Line>> {
    let sql = sqlx::AssertSqlSafe(format!("{LINE} WHERE l.id = $1 AND l.site_id = $2"));
    conn.fetch_text(sql, args![id, grant.site()]).await?.first().map(line).transpose()
}

/// Adds a line that was not on the site's list before. When the same custody record of the last
/// four days was decided to be a person, that decision and an episode still open carry on.
///
/// # Errors
/// The store's.
pub async fn add_entry(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    kind: ListKind,
    list: ListId,
    facts: &EntryFacts,
) -> Result<EntryId> {
    let id = EntryId::new(Uuid::now_v7());
    let before = earlier(tx, grant, kind, facts).await?.unwrap_or_default();
    let now = tx.now();
    tx.execute(
        "INSERT INTO list_entry (id, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames, surname,
                                 date_of_birth, custody_number, arrived_at, detention_authorised_at, sitting_at, court_room,
                                 reporting_restriction, state, taken_by, person_id, episode_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        args![
            id,
            grant.site(),
            list,
            kind,
            facts.list_date,
            &facts.key,
            facts.source_row,
            &facts.source,
            &facts.name.forenames,
            &facts.name.surname,
            facts.date_of_birth,
            &facts.custody_number,
            facts.arrived_at,
            facts.detention_authorised_at,
            facts.sitting_at,
            &facts.court_room,
            &facts.reporting_restriction,
            before.state.unwrap_or(EntryState::ToConsider),
            before.taken_by,
            before.person_id,
            before.episode_id,
            now
        ],
    )
    .await?;
    Ok(id)
}

/// What an earlier day's line of the same custody record hands on.
#[derive(Debug, Default)]
struct Earlier {
    state: Option<EntryState>,
    taken_by: Option<UserId>,
    person_id: Option<PersonId>,
    episode_id: Option<EpisodeId>,
}

async fn earlier(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    kind: ListKind,
    facts: &EntryFacts,
) -> Result<Option<Earlier>> {
    if kind != ListKind::Custody || facts.custody_number.is_empty() {
        return Ok(None);
    }
    let from = facts.list_date - chrono::Duration::days(4);
    // The same number with another name or date of birth is looked at by a person, not carried on.
    let row = tx
        .fetch_optional(
            "SELECT l.state, l.taken_by, l.person_id, e.id AS open_episode
               FROM list_entry l LEFT JOIN episode e ON e.id = l.episode_id AND e.closed_at IS NULL
              WHERE l.site_id = $1 AND l.kind = 'custody' AND l.custody_number = $2 AND l.list_date < $3 AND l.list_date >= $4
                AND l.person_id IS NOT NULL AND l.forenames = $5 AND l.surname = $6
                AND COALESCE(l.date_of_birth, '') = COALESCE($7, '')
              ORDER BY l.list_date DESC LIMIT 1",
            args![
                grant.site(),
                &facts.custody_number,
                facts.list_date,
                from,
                &facts.name.forenames,
                &facts.name.surname,
                facts.date_of_birth
            ],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let episode_id: Option<EpisodeId> = row.get("open_episode")?;
    Ok(Some(Earlier {
        state: episode_id.map(|_| row.get("state")).transpose()?,
        taken_by: if episode_id.is_some() { row.get("taken_by")? } else { None },
        person_id: row.get("person_id")?,
        episode_id,
    }))
}

/// Changes what the list says of a line. What people decided about it stays.
///
/// # Errors
/// The store's.
pub async fn change_entry(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    id: EntryId,
    list: ListId,
    facts: &EntryFacts,
) -> Result<()> {
    tx.execute(
        "UPDATE list_entry SET list_id = $3, list_date = $4, entry_key = $5, source_row = $6, source = $7, forenames = $8,
                surname = $9, date_of_birth = $10, custody_number = $11, arrived_at = $12, detention_authorised_at = $13,
                sitting_at = $14, court_room = $15, reporting_restriction = $16, gone_at = NULL, version = version + 1
          WHERE id = $1 AND site_id = $2",
        args![
            id,
            grant.site(),
            list,
            facts.list_date,
            &facts.key,
            facts.source_row,
            &facts.source,
            &facts.name.forenames,
            &facts.name.surname,
            facts.date_of_birth,
            &facts.custody_number,
            facts.arrived_at,
            facts.detention_authorised_at,
            facts.sitting_at,
            &facts.court_room,
            &facts.reporting_restriction
        ],
    )
    .await?;
    Ok(())
}

/// Notes that a line is on the newest list, unchanged. Nobody's page of it becomes old.
///
/// # Errors
/// The store's.
pub async fn keep_entry(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    id: EntryId,
    list: ListId,
    source_row: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE list_entry SET list_id = $3, source_row = $4, gone_at = NULL WHERE id = $1 AND site_id = $2",
        args![id, grant.site(), list, source_row],
    )
    .await?;
    Ok(())
}

/// Marks a line that the newest list no longer has. It stays, with everything done on it.
///
/// # Errors
/// The store's.
pub async fn mark_gone(tx: &mut Tx, grant: &Grant<ImportList>, id: EntryId) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "UPDATE list_entry SET gone_at = $3, version = version + 1 WHERE id = $1 AND site_id = $2 AND gone_at IS NULL",
        args![id, grant.site(), now],
    )
    .await?;
    Ok(())
}

/// Keeps the likeliest known person beside a line, for the board. Part of bringing a list in or of
/// deciding, whose own grant covers it.
///
/// # Errors
/// The store's.
pub async fn set_best(tx: &mut Tx, id: EntryId, best: Option<&Best>) -> Result<()> {
    tx.execute(
        "UPDATE list_entry SET best_person_id = $2, best_probability = $3, best_band = $4, best_reason = $5 WHERE id = $1",
        args![
            id,
            best.map(|best| best.person),
            best.map(|best| best.probability),
            best.map_or("", |best| best.band.as_str()),
            best.map_or("", |best| best.reason.as_str())
        ],
    )
    .await?;
    Ok(())
}

/// Everything decided about a line's possible matches, newest first.
///
/// # Errors
/// The store's.
pub async fn decisions(conn: &mut Conn, _grant: &Grant<ViewList>, entry: EntryId) -> Result<Vec<Decision>> {
    let rows = conn
        .fetch_all(
            "SELECT d.person_id, p.forenames, p.surname, d.decision, d.probability, d.evidence, d.decided_at, u.name AS decided_by_name
               FROM match_decision d JOIN person p ON p.id = d.person_id JOIN app_user u ON u.id = d.decided_by
              WHERE d.entry_id = $1 ORDER BY d.decided_at DESC, d.id DESC",
            args![entry],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let name = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
            Ok(Decision {
                person_id: row.get("person_id")?,
                person: name.formal(),
                decision: row.get("decision")?,
                probability: row.get("probability")?,
                evidence: row.get("evidence")?,
                decided_by: row.get("decided_by_name")?,
                decided_at: row.get("decided_at")?,
            })
        })
        .collect()
}

/// Keeps a decision about a possible match, with what was described and what spoke for and against, and
/// with what our record says at this moment. Earlier decisions stay as they were.
///
/// # Errors
/// [`Error::Stale`] when there is no such person; the store's otherwise.
pub async fn decide(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    entry: EntryId,
    person: PersonId,
    decision: MatchDecision,
    looked_for: &Description,
    scored: &Scored,
) -> Result<()> {
    let now = tx.now();
    let known = said_before::now_known(tx, person).await?.ok_or(Error::Stale)?;
    let evidence = described::evidence(looked_for, scored, &matching::version(tx.store()));
    let known = serde_json::json!(known).to_string();
    tx.execute(
        "INSERT INTO match_decision (id, entry_id, person_id, decision, probability, evidence, known, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![Uuid::now_v7(), entry, person, decision, scored.probability, evidence, known, grant.actor().user, now],
    )
    .await?;
    Ok(())
}

/// Says who a line is, or that nobody is decided on. A line with an episode keeps its person.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed the line first.
pub async fn link(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: EntryId,
    version: i64,
    person: Option<PersonId>,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET person_id = $4, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![id, grant.site(), version, person],
    )
    .await?;
    tx.relationships_changed();
    Ok(())
}

/// Takes a line: the actor is seeing the person or on the way.
///
/// # Errors
/// [`crate::Error::Stale`] when a colleague took it, or the line changed, first.
pub async fn take(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, version: i64) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = 'being_seen', taken_by = $4, reason = '', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state = 'to_consider'",
        args![id, grant.site(), version, grant.actor().user],
    )
    .await
}

/// Puts a line back that was taken or ended by mistake. A line with an episode stays.
///
/// # Errors
/// [`crate::Error::Stale`] when the line changed first.
pub async fn put_back(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, version: i64) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = 'to_consider', taken_by = NULL, reason = '', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![id, grant.site(), version],
    )
    .await
}

/// Records that the person was not seen, and why.
///
/// # Errors
/// [`crate::Error::Stale`] when the line changed first, or an episode was opened from it.
pub async fn not_seen(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: EntryId,
    version: i64,
    reason: NotSeenReason,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = $4, reason = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![id, grant.site(), version, reason.entry_state(), reason],
    )
    .await
}

/// Joins a line to the episode that was opened from it or goes on with it.
///
/// # Errors
/// [`crate::Error::Stale`] when the line has an episode already.
pub async fn join_episode(tx: &mut Tx, grant: &Grant<ChangeList>, id: EntryId, episode: EpisodeId) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET episode_id = $3, state = 'being_seen', reason = '', taken_by = $4, version = version + 1
          WHERE id = $1 AND site_id = $2 AND episode_id IS NULL",
        args![id, grant.site(), episode, grant.actor().user],
    )
    .await
}
