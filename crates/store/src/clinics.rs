//! Clinics for voluntary attendances: when somebody is at a site to see people by appointment.

use crate::{Conn, Error, Result, Row, Tx, args};
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};
use throughline_domain::appointment::{Clinic as Times, Slot};
use throughline_domain::ids::{AppointmentId, ClinicId, SiteId, UserId};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeList, Grant, ViewList};

/// A clinic as it stands.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// Version of the row.
    pub version: i64,
    /// Where it is held.
    pub site_id: SiteId,
    /// Its day, times and slots.
    pub times: Times,
    /// Who holds it.
    pub held_by: UserId,
    /// Their name.
    pub held_by_name: String,
    /// Where to come, in words for whoever comes.
    pub place: String,
    /// Whom to ask for.
    pub ask_for: String,
    /// The number to ring.
    pub phone: String,
    /// When it was cancelled.
    pub cancelled_at: Option<Instant>,
    /// Why.
    pub cancelled_reason: String,
}

/// A clinic to be set up, or as it is to be.
#[derive(Debug, Clone)]
pub struct NewClinic {
    /// Its id.
    pub id: ClinicId,
    /// Its day, times and slots.
    pub times: Times,
    /// Who holds it.
    pub held_by: UserId,
    /// Where to come, in words for whoever comes.
    pub place: String,
    /// Whom to ask for.
    pub ask_for: String,
    /// The number to ring.
    pub phone: String,
}

const CLINIC: &str =
    "SELECT c.id, c.version, c.site_id, c.day, c.starts, c.ends, c.slot_minutes, c.held_by, u.name AS held_by_name,
        c.place, c.ask_for, c.phone, c.cancelled_at, c.cancelled_reason
   FROM clinic c JOIN app_user u ON u.id = c.held_by";

fn clinic(row: &Row) -> Result<Clinic> {
    Ok(Clinic {
        id: row.get("id")?,
        version: row.get("version")?,
        site_id: row.get("site_id")?,
        times: times(row)?,
        held_by: row.get("held_by")?,
        held_by_name: row.get("held_by_name")?,
        place: row.get("place")?,
        ask_for: row.get("ask_for")?,
        phone: row.get("phone")?,
        cancelled_at: row.get("cancelled_at")?,
        cancelled_reason: row.get("cancelled_reason")?,
    })
}

fn times(row: &Row) -> Result<Times> {
    let time = |column: &str| -> Result<NaiveTime> {
        let text: String = row.get(column)?;
        NaiveTime::parse_from_str(&text, TIME).map_err(|_| Error::Corrupt(format!("{column} is not a time")))
    };
    let minutes: i64 = row.get("slot_minutes")?;
    let minutes = u32::try_from(minutes).map_err(|_| Error::Corrupt("slot_minutes is no length".into()))?;
    let times = Times::new(row.get("day")?, time("starts")?, time("ends")?, minutes);
    times.map_err(|error| Error::Corrupt(format!("a clinic makes no sense: {error}")))
}

/// A time of day as it is kept.
const TIME: &str = "%H:%M";

/// The site of a clinic, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such clinic.
pub async fn site_of(conn: &mut Conn, id: ClinicId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM clinic WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

/// Sets a clinic up.
///
/// # Errors
/// The store's.
pub async fn add(tx: &mut Tx, grant: &Grant<ChangeList>, new: &NewClinic) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO clinic (id, site_id, day, starts, ends, slot_minutes, held_by, place, ask_for, phone, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            new.id,
            grant.site(),
            new.times.day(),
            london_start(&new.times),
            london_end(&new.times),
            new.times.slot_minutes(),
            new.held_by,
            &new.place,
            &new.ask_for,
            &new.phone,
            now,
            grant.actor().user
        ],
    )
    .await?;
    Ok(())
}

fn london_start(times: &Times) -> String {
    times.starts().format(TIME).to_string()
}

fn london_end(times: &Times) -> String {
    times.ends().format(TIME).to_string()
}

/// The clinics of the grant's site from one day to another, both included, cancelled ones too.
///
/// # Errors
/// The store's.
pub async fn of_days(conn: &mut Conn, grant: &Grant<ViewList>, from: NaiveDate, to: NaiveDate) -> Result<Vec<Clinic>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{CLINIC} WHERE c.site_id = $1 AND c.day >= $2 AND c.day <= $3 ORDER BY c.day, c.starts, c.id"
    ));
    conn.fetch_text(sql, args![grant.site(), from, to]).await?.iter().map(clinic).collect()
}

/// One clinic of the grant's site.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewList>, id: ClinicId) -> Result<Option<Clinic>> {
    let sql = sqlx::AssertSqlSafe(format!("{CLINIC} WHERE c.id = $1 AND c.site_id = $2"));
    conn.fetch_text(sql, args![id, grant.site()]).await?.first().map(clinic).transpose()
}

/// A clinic about to be booked into or changed: whoever else wants to waits until this act has ended.
pub(crate) async fn hold(tx: &mut Tx, site: SiteId, id: ClinicId) -> Result<Option<Clinic>> {
    tx.execute("UPDATE clinic SET version = version WHERE id = $1 AND site_id = $2", args![id, site]).await?;
    let sql = sqlx::AssertSqlSafe(format!("{CLINIC} WHERE c.id = $1 AND c.site_id = $2"));
    tx.fetch_text(sql, args![id, site]).await?.first().map(clinic).transpose()
}

/// Where the slots start that somebody has.
pub(crate) async fn taken(conn: &mut Conn, id: ClinicId) -> Result<BTreeSet<Instant>> {
    let rows = conn.fetch_all("SELECT starts_at FROM appointment_slot WHERE clinic_id = $1", args![id]).await?;
    rows.iter().map(|row| row.get("starts_at")).collect()
}

/// Where the slots start that somebody has, of each clinic of the grant's site from a day on.
///
/// # Errors
/// The store's.
pub async fn taken_from(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    from: NaiveDate,
) -> Result<BTreeMap<ClinicId, BTreeSet<Instant>>> {
    let rows = conn
        .fetch_all(
            "SELECT s.clinic_id, s.starts_at FROM appointment_slot s JOIN clinic c ON c.id = s.clinic_id
              WHERE c.site_id = $1 AND c.day >= $2",
            args![grant.site(), from],
        )
        .await?;
    let mut taken: BTreeMap<ClinicId, BTreeSet<Instant>> = BTreeMap::new();
    for row in &rows {
        taken.entry(row.get("clinic_id")?).or_default().insert(row.get("starts_at")?);
    }
    Ok(taken)
}

/// What came of a change of a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is as wanted, and everybody booked has their time still.
    Done,
    /// These start at times that the changed clinic has no slot for: nothing was changed.
    InTheWay(Vec<Instant>),
}

/// Changes the times, slots or holder of a clinic. Whoever is booked keeps their time: when somebody
/// cannot, nothing is changed.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed or cancelled it first.
pub async fn change(tx: &mut Tx, grant: &Grant<ChangeList>, version: i64, wanted: &NewClinic) -> Result<Changed> {
    let before = hold(tx, grant.site(), wanted.id).await?.ok_or(Error::Stale)?;
    if before.version != version || before.cancelled_at.is_some() {
        return Err(Error::Stale);
    }
    let held = held(tx, wanted.id).await?;
    let fits = |(from, to): (Instant, Instant)| {
        (wanted.times.day() == before.times.day()).then(|| wanted.times.holds(from, to)).flatten()
    };
    let in_the_way: Vec<Instant> =
        held.iter().filter(|(_, from, to)| fits((*from, *to)).is_none()).map(|(_, from, _)| *from).collect();
    if !in_the_way.is_empty() {
        return Ok(Changed::InTheWay(in_the_way));
    }
    tx.execute("DELETE FROM appointment_slot WHERE clinic_id = $1", args![wanted.id]).await?;
    for (appointment, from, to) in held {
        take(tx, wanted.id, appointment, &fits((from, to)).unwrap_or_default()).await?;
    }
    tx.execute_versioned(
        "UPDATE clinic SET day = $4, starts = $5, ends = $6, slot_minutes = $7, held_by = $8, place = $9, ask_for = $10, phone = $11,
                version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3",
        args![
            wanted.id,
            grant.site(),
            version,
            wanted.times.day(),
            london_start(&wanted.times),
            london_end(&wanted.times),
            wanted.times.slot_minutes(),
            wanted.held_by,
            &wanted.place,
            &wanted.ask_for,
            &wanted.phone
        ],
    )
    .await?;
    Ok(Changed::Done)
}

/// The appointments that hold slots of a clinic, with their times.
async fn held(conn: &mut Conn, id: ClinicId) -> Result<Vec<(AppointmentId, Instant, Instant)>> {
    let rows = conn
        .fetch_all(
            "SELECT a.id, a.starts_at, a.ends_at FROM appointment a
              WHERE a.clinic_id = $1 AND EXISTS (SELECT 1 FROM appointment_slot s WHERE s.appointment_id = a.id)
              ORDER BY a.starts_at",
            args![id],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("starts_at")?, row.get("ends_at")?))).collect()
}

/// Takes slots for an appointment; whether all of them could be had. The database lets nobody have a
/// slot that somebody has.
pub(crate) async fn take(tx: &mut Tx, clinic: ClinicId, appointment: AppointmentId, slots: &[Slot]) -> Result<bool> {
    for slot in slots {
        let taken = tx
            .execute(
                "INSERT INTO appointment_slot (clinic_id, starts_at, appointment_id) VALUES ($1, $2, $3)
                 ON CONFLICT (clinic_id, starts_at) DO NOTHING",
                args![clinic, slot.starts_at, appointment],
            )
            .await?;
        if taken == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Cancels a clinic. Whoever is booked stays booked until each has another time or is cancelled: they
/// are shown until then, and nobody else can be booked in.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed or cancelled it first.
pub async fn cancel(tx: &mut Tx, grant: &Grant<ChangeList>, id: ClinicId, version: i64, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE clinic SET cancelled_at = $4, cancelled_reason = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND cancelled_at IS NULL",
        args![id, grant.site(), version, now, reason],
    )
    .await
}
