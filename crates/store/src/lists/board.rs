//! The lines of a day as a board shows them, and the list behind them.

use super::hearings::Told;
use super::received::received_by;
use super::{Best, BoardHearing};
use crate::{Conn, Result, Row, args};
use chrono::NaiveDate;
use throughline_domain::episode::Urgency;
use throughline_domain::ids::{EntryId, EpisodeId, ListId, PersonId, UserId};
use throughline_domain::list::{EntryState, HEARING_FORMAT, ListKind, ListState, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewBoard};

/// One line of work as a board shows it.
#[derive(Debug, Clone, serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of the list, and a filter of the board")]
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
    /// Who is seeing them.
    pub taken_by: Option<UserId>,
    /// Their name; empty when nobody is.
    pub taken_by_name: String,
    /// Since when.
    pub taken_at: Option<Instant>,
    /// The person, once somebody decided.
    pub person_id: Option<PersonId>,
    /// The episode, once opened.
    pub episode_id: Option<EpisodeId>,
    /// Who it is likeliest to be.
    pub best: Best,
    /// When the newest list no longer had the line.
    pub gone_at: Option<Instant>,
    /// Whether a reporting restriction is printed.
    pub restricted: bool,
    /// How many things the reader noticed about the line.
    pub notices: usize,
    /// Its hearings; court room and sitting above are those of the earliest.
    pub hearings: Vec<BoardHearing>,
    /// Whether the list says that it is a woman.
    pub is_woman: bool,
    /// Whether the list says that they are under 18, by date of birth, age or panel.
    pub youth: bool,
    /// Whether a court's list says that they come from custody.
    pub in_custody: bool,
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
                    l.source, l.taken_by, l.taken_at, COALESCE(u.name, '') AS taken_by_name, COALESCE(e.urgency, '') AS urgency
               FROM list_entry l LEFT JOIN app_user u ON u.id = l.taken_by LEFT JOIN episode e ON e.id = l.episode_id
              WHERE l.site_id = $1 AND l.list_date = $2
              ORDER BY l.kind, l.court_room, l.sitting_at, l.arrived_at, l.source_row",
            args![grant.site(), date],
        )
        .await?;
    rows.iter().map(board_row).collect()
}

fn board_row(row: &Row) -> Result<BoardRow> {
    let told = Told::of(&row.get::<String>("source")?);
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
        taken_by: row.get("taken_by")?,
        taken_by_name: row.get("taken_by_name")?,
        taken_at: row.get("taken_at")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
        best: Best::kept(row)?,
        gone_at: row.get("gone_at")?,
        restricted: !row.get::<String>("reporting_restriction")?.is_empty(),
        notices: told.notices,
        hearings: told.hearings,
        is_woman: told.sex.as_deref() == Some("female"),
        youth: told.youth,
        in_custody: told.in_custody,
        urgency: row.get("urgency")?,
    })
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
/// had one, back to another day. News of one hearing is no list of a day.
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
            "SELECT l.id, l.kind, l.list_date, l.received_at, l.committed_at, l.origin, l.came_from, l.sent_at, l.passed_over,
                    COALESCE(u.name, '') AS received_by_name
               FROM list l LEFT JOIN app_user u ON u.id = l.received_by
              WHERE l.site_id = $1 AND l.list_date >= $2 AND l.list_date <= $3 AND l.state = $4
                AND l.format <> $5 AND l.kind <> $6
              ORDER BY l.list_date DESC, l.committed_at DESC, l.id DESC LIMIT 1",
            args![grant.site(), from, to, ListState::Committed, HEARING_FORMAT, ListKind::Voluntary],
        )
        .await?;
    row.map(|row| {
        Ok(LastList {
            id: row.get("id")?,
            kind: row.get("kind")?,
            list_date: row.get("list_date")?,
            received_at: row.get("received_at")?,
            received_by: received_by(&row)?,
            committed_at: row.get("committed_at")?,
        })
    })
    .transpose()
}
