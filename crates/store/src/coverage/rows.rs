//! The lines of a site as the ledger counts them.

use crate::{Conn, Result, Row, args};
use chrono::{Days, NaiveDate};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::coverage::{Cover, Owed, Passage, owed};
use throughline_domain::ids::{EntryId, EpisodeId, OutreachId, PersonId, SiteId};
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::outreach::OutreachState;
use throughline_domain::time::{Instant, london_day};
use throughline_policy::{Grant, ViewBoard, ViewList};

/// One line of the ledger.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// The line: its page is `/entries/{id}`.
    pub id: EntryId,
    /// Version of the line.
    pub version: i64,
    /// Custody or court.
    pub kind: ListKind,
    /// The day of work.
    pub day: NaiveDate,
    /// The name as the list gives it.
    pub name: Name,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Arrival at the station.
    pub arrived_at: Option<Instant>,
    /// When the sitting starts.
    pub sitting_at: Option<Instant>,
    /// When the first list without the line was received.
    pub gone_by: Option<Instant>,
    /// What was decided.
    pub state: EntryState,
    /// Why the person was not seen.
    pub reason: Option<NotSeenReason>,
    /// What is owed for it now.
    pub owed: Owed,
    /// Whether a later list has the same line, which counts in its place.
    pub carried_on: bool,
    /// Who said the reason last; empty when nobody did.
    pub said_by: String,
    /// The person, once somebody decided.
    pub person_id: Option<PersonId>,
    /// The episode that carries on.
    pub episode_id: Option<EpisodeId>,
    /// Whether a reporting restriction is printed.
    pub restricted: bool,
    /// The offer to them, and where it stands.
    pub offer: Option<(OutreachId, OutreachState)>,
    /// The reader's entry, whole, as JSON.
    pub(super) source: String,
}

impl LedgerRow {
    /// Whether somebody of the service saw them.
    pub fn was_seen(&self) -> bool {
        self.state == EntryState::Seen || self.episode_id.is_some()
    }
}

/// A list that still has somebody is followed by the next day's within this.
const CARRIED_ON_DAYS: u64 = 4;

/// A site keeps a rota when it has any shift within so many days of the line.
const ROTA_WITHIN_DAYS: u64 = 7;

/// The first list without a line was received after the last that has it: of the same day where the line was marked
/// gone, of a later day in any case.
const ROWS: &str = "SELECT l.id, l.version, l.kind, l.list_date, l.forenames, l.surname, l.date_of_birth, l.arrived_at, l.sitting_at,
        l.state, l.reason, l.person_id, l.episode_id, l.gone_at, l.reporting_restriction, l.source, l.created_at,
        (SELECT min(n.received_at) FROM list n
          WHERE n.site_id = l.site_id AND n.kind = l.kind AND n.state = 'committed' AND n.received_at > own.received_at
            AND (n.list_date > l.list_date OR (n.list_date = l.list_date AND l.gone_at IS NOT NULL))) AS next_list_at,
        (SELECT min(m.list_date) FROM list_entry m
          WHERE m.site_id = l.site_id AND m.kind = l.kind AND m.entry_key = l.entry_key AND m.list_date > l.list_date) AS next_day,
        (SELECT s.said_by_name FROM not_seen_said s WHERE s.entry_id = l.id ORDER BY s.said_at DESC, s.id DESC LIMIT 1) AS said_by_name,
        own.received_at, o.id AS offer_id, COALESCE(o.state, '') AS offer_state
   FROM list_entry l JOIN list own ON own.id = l.list_id LEFT JOIN outreach o ON o.entry_id = l.id
  WHERE l.site_id = $1 AND l.list_date >= $2 AND l.list_date <= $3
  ORDER BY l.list_date, l.kind, l.arrived_at, l.sitting_at, l.source_row, l.id";

/// When somebody is at a site: its hours and its shifts.
pub(super) struct SiteCover {
    hours: Option<OpeningHours>,
    shifts: Vec<(Instant, Instant)>,
}

impl SiteCover {
    pub(super) async fn load(conn: &mut Conn, site: SiteId, from: NaiveDate, to: NaiveDate) -> Result<Self> {
        let row = conn.fetch_one("SELECT hours FROM site WHERE id = $1", args![site]).await?;
        let hours = serde_json::from_str(&row.get::<String>("hours")?).ok();
        let around = Days::new(2 * ROTA_WITHIN_DAYS);
        let rows = conn
            .fetch_all(
                "SELECT starts_at, ends_at FROM shift WHERE site_id = $1 AND ends_at > $2 AND starts_at < $3",
                args![site, london_day(from - around).0, london_day(to + around).1],
            )
            .await?;
        let shifts = rows.iter().map(|row| Ok((row.get("starts_at")?, row.get("ends_at")?))).collect::<Result<_>>()?;
        Ok(Self { hours, shifts })
    }

    fn on(&self, day: NaiveDate) -> Cover<'_> {
        let around = Days::new(ROTA_WITHIN_DAYS);
        let (first, last) = (london_day(day - around).0, london_day(day + around).1);
        let has_rota = self.shifts.iter().any(|(begin, end)| *begin < last && first < *end);
        Cover { hours: self.hours.as_ref(), shifts: &self.shifts, has_rota }
    }
}

fn row(row: &Row, cover: &SiteCover, now: Instant) -> Result<LedgerRow> {
    let day: NaiveDate = row.get("list_date")?;
    let (gone_at, next_list_at) = (row.get::<Option<Instant>>("gone_at")?, row.get::<Option<Instant>>("next_list_at")?);
    let said_by: Option<String> = row.get("said_by_name")?;
    let next_day: Option<NaiveDate> = row.get("next_day")?;
    let carried_on = next_day.is_some_and(|next| next <= day + Days::new(CARRIED_ON_DAYS));
    let state: EntryState = row.get("state")?;
    let episode_id: Option<EpisodeId> = row.get("episode_id")?;
    let passage = Passage {
        kind: row.get("kind")?,
        day,
        state,
        has_episode: episode_id.is_some(),
        answered: said_by.is_some(),
        carried_on,
        first_listed_at: row.get("created_at")?,
        arrived_at: row.get("arrived_at")?,
        gone_by: [next_list_at, gone_at].into_iter().flatten().min(),
        sitting_at: row.get("sitting_at")?,
    };
    let offer_state: Option<OutreachState> = row.get("offer_state")?;
    Ok(LedgerRow {
        id: row.get("id")?,
        version: row.get("version")?,
        kind: passage.kind,
        day,
        name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
        date_of_birth: row.get("date_of_birth")?,
        arrived_at: passage.arrived_at,
        sitting_at: passage.sitting_at,
        gone_by: passage.gone_by,
        state,
        reason: row.get("reason")?,
        owed: owed(&passage, &cover.on(day), now),
        carried_on,
        said_by: said_by.unwrap_or_default(),
        person_id: row.get("person_id")?,
        episode_id,
        restricted: !row.get::<String>("reporting_restriction")?.is_empty(),
        offer: row.get::<Option<OutreachId>>("offer_id")?.zip(offer_state),
        source: row.get("source")?,
    })
}

pub(super) async fn of_site(
    conn: &mut Conn,
    site: SiteId,
    from: NaiveDate,
    to: NaiveDate,
    now: Instant,
) -> Result<Vec<LedgerRow>> {
    let cover = SiteCover::load(conn, site, from, to).await?;
    let rows = conn.fetch_all(ROWS, args![site, from, to]).await?;
    rows.iter().map(|found| row(found, &cover, now)).collect()
}

/// Everybody on the lists of the grant's site for the days from one to another, both included.
///
/// # Errors
/// The store's.
pub async fn ledger(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    from: NaiveDate,
    to: NaiveDate,
    now: Instant,
) -> Result<Vec<LedgerRow>> {
    of_site(conn, grant.site(), from, to, now).await
}

/// For how many lines of the grant's site a person still has to say why nobody was seen.
///
/// # Errors
/// The store's.
pub async fn reasons_owed(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    from: NaiveDate,
    to: NaiveDate,
    now: Instant,
) -> Result<usize> {
    let rows = of_site(conn, grant.site(), from, to, now).await?;
    Ok(rows.iter().filter(|row| matches!(row.owed, Owed::Reason(_))).count())
}
