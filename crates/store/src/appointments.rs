//! Appointments in clinics, and the lines of work they are.
//!
//! Who an appointment is of, and what became of them, is on its line of work: the line stands on the
//! board of the slot's day with the slot's time as the time left to act. A line that was booked in by
//! hand belongs to a list that has its clinic's id.

mod booking;
mod ending;

pub use booking::{For, NewAppointment, book, rebook};
pub use ending::{after_missed, arrived, cancel, change_details, told};

use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use throughline_domain::appointment::{AfterMissed, AppointmentState, CancelReason, CancelledBy};
use throughline_domain::episode::ReferralSource;
use throughline_domain::ids::{AppointmentId, ClinicId, DisclosureId, EntryId, EpisodeId, PersonId, SiteId};
use throughline_domain::list::{EntryState, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewBoard, ViewList};

/// What is asked besides who, when and what: how to reach them, the interview, and what they need.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself, and none follows from another")]
pub struct Details {
    /// Who told the service.
    pub referral_source: ReferralSource,
    /// Telephone.
    pub phone: String,
    /// How to reach them without telling others.
    pub safe_contact: String,
    /// Whether the person agreed that a notice may say what it is about.
    pub may_say: bool,
    /// Whether they are to be seen before the interview.
    pub urgent: bool,
    /// The police force.
    pub police_force: String,
    /// The officer in the case.
    pub officer: String,
    /// The officer's collar number.
    pub collar_number: String,
    /// The officer's e-mail address.
    pub officer_email: String,
    /// When the interview starts.
    pub interview_at: Option<Instant>,
    /// Where the interview is.
    pub interview_place: String,
    /// Whether an appropriate adult is needed.
    pub appropriate_adult: bool,
    /// Whether an interpreter is needed.
    pub interpreter: bool,
    /// For which language.
    pub language: String,
    /// Remarks.
    pub notes: String,
}

impl Default for Details {
    fn default() -> Self {
        Self {
            referral_source: ReferralSource::Police,
            phone: String::new(),
            safe_contact: String::new(),
            may_say: false,
            urgent: false,
            police_force: String::new(),
            officer: String::new(),
            collar_number: String::new(),
            officer_email: String::new(),
            interview_at: None,
            interview_place: String::new(),
            appropriate_adult: false,
            interpreter: false,
            language: String::new(),
            notes: String::new(),
        }
    }
}

/// An appointment, whole, with what its line of work says.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// Its id.
    pub id: AppointmentId,
    /// Version of the row.
    pub version: i64,
    /// The site.
    pub site_id: SiteId,
    /// The clinic.
    pub clinic_id: ClinicId,
    /// Whether that clinic was cancelled.
    pub clinic_cancelled: bool,
    /// The line of work.
    pub entry_id: EntryId,
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
    /// Where it stands, its line considered.
    pub state: AppointmentState,
    /// What was asked.
    pub details: Details,
    /// Which appointment took its place.
    pub rebooked_as: Option<AppointmentId>,
    /// Who cancelled it.
    pub cancelled_by: Option<CancelledBy>,
    /// Why.
    pub cancel_reason: Option<CancelReason>,
    /// What was said about it.
    pub cancel_note: String,
    /// What was decided after nobody came.
    pub after_missed: Option<AfterMissed>,
    /// Why nothing more is done, when that was decided.
    pub after_missed_note: String,
    /// What the officer was told.
    pub disclosure_id: Option<DisclosureId>,
    /// Who booked it.
    pub created_by_name: String,
    /// When.
    pub created_at: Instant,
    /// The name on the line.
    pub name: Name,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// What was decided about the line.
    pub line_state: EntryState,
    /// Why they were not seen.
    pub reason: Option<NotSeenReason>,
    /// The version of the line.
    pub line_version: i64,
    /// The reader's entry of the line, whole, as JSON.
    pub source: String,
    /// The person, once somebody decided.
    pub person_id: Option<PersonId>,
    /// The episode, once opened.
    pub episode_id: Option<EpisodeId>,
}

const APPOINTMENT: &str =
    "SELECT a.id, a.version, a.site_id, a.clinic_id, a.entry_id, a.starts_at, a.ends_at, a.state, a.referral_source, a.phone,
        a.safe_contact, a.may_say, a.urgent, a.police_force, a.officer, a.collar_number, a.officer_email, a.interview_at,
        a.interview_place, a.appropriate_adult, a.interpreter, a.language, a.notes, a.rebooked_as, a.cancelled_by,
        a.cancel_reason, a.cancel_note, a.after_missed, a.after_missed_note, a.disclosure_id, a.created_by_name, a.created_at,
        CASE WHEN c.cancelled_at IS NULL THEN false ELSE true END AS clinic_cancelled,
        l.forenames, l.surname, l.date_of_birth, l.state AS line_state, l.reason, l.version AS line_version, l.source,
        l.person_id, l.episode_id
   FROM appointment a JOIN list_entry l ON l.id = a.entry_id JOIN clinic c ON c.id = a.clinic_id";

fn appointment(row: &Row) -> Result<Appointment> {
    let (line_state, reason): (EntryState, Option<NotSeenReason>) = (row.get("line_state")?, row.get("reason")?);
    let state: AppointmentState = row.get("state")?;
    Ok(Appointment {
        id: row.get("id")?,
        version: row.get("version")?,
        site_id: row.get("site_id")?,
        clinic_id: row.get("clinic_id")?,
        clinic_cancelled: row.get("clinic_cancelled")?,
        entry_id: row.get("entry_id")?,
        starts_at: row.get("starts_at")?,
        ends_at: row.get("ends_at")?,
        state: state.with_line(line_state, reason),
        details: details(row)?,
        rebooked_as: row.get("rebooked_as")?,
        cancelled_by: row.get("cancelled_by")?,
        cancel_reason: row.get("cancel_reason")?,
        cancel_note: row.get("cancel_note")?,
        after_missed: row.get("after_missed")?,
        after_missed_note: row.get("after_missed_note")?,
        disclosure_id: row.get("disclosure_id")?,
        created_by_name: row.get("created_by_name")?,
        created_at: row.get("created_at")?,
        name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
        date_of_birth: row.get("date_of_birth")?,
        line_state,
        reason,
        line_version: row.get("line_version")?,
        source: row.get("source")?,
        person_id: row.get("person_id")?,
        episode_id: row.get("episode_id")?,
    })
}

fn details(row: &Row) -> Result<Details> {
    Ok(Details {
        referral_source: row.get("referral_source")?,
        phone: row.get("phone")?,
        safe_contact: row.get("safe_contact")?,
        may_say: row.get("may_say")?,
        urgent: row.get("urgent")?,
        police_force: row.get("police_force")?,
        officer: row.get("officer")?,
        collar_number: row.get("collar_number")?,
        officer_email: row.get("officer_email")?,
        interview_at: row.get("interview_at")?,
        interview_place: row.get("interview_place")?,
        appropriate_adult: row.get("appropriate_adult")?,
        interpreter: row.get("interpreter")?,
        language: row.get("language")?,
        notes: row.get("notes")?,
    })
}

/// The site of an appointment, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such appointment.
pub async fn site_of(conn: &mut Conn, id: AppointmentId) -> Result<Option<SiteId>> {
    let row = conn.fetch_optional("SELECT site_id FROM appointment WHERE id = $1", args![id]).await?;
    row.map(|row| row.get("site_id")).transpose()
}

/// One appointment of the grant's site.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewList>, id: AppointmentId) -> Result<Option<Appointment>> {
    let sql = sqlx::AssertSqlSafe(format!("{APPOINTMENT} WHERE a.id = $1 AND a.site_id = $2"));
    conn.fetch_text(sql, args![id, grant.site()]).await?.first().map(appointment).transpose()
}

/// The appointments of the grant's site in clinics from one day to another, both included, by time.
///
/// # Errors
/// The store's.
pub async fn of_days(
    conn: &mut Conn,
    grant: &Grant<ViewList>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Appointment>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{APPOINTMENT} WHERE a.site_id = $1 AND a.slot_on >= $2 AND a.slot_on <= $3 ORDER BY a.starts_at, a.created_at, a.id"
    ));
    conn.fetch_text(sql, args![grant.site(), from, to]).await?.iter().map(appointment).collect()
}

/// Every appointment a line of the grant's site ever had, the newest first.
///
/// # Errors
/// The store's.
pub async fn of_line(conn: &mut Conn, grant: &Grant<ViewList>, entry: EntryId) -> Result<Vec<Appointment>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{APPOINTMENT} WHERE a.site_id = $1 AND a.entry_id = $2 ORDER BY a.created_at DESC, a.id DESC"
    ));
    conn.fetch_text(sql, args![grant.site(), entry]).await?.iter().map(appointment).collect()
}

/// Everybody of the grant's site for whom something is to be decided: booked in a clinic that was
/// cancelled; cancelled, and waiting for another time; on an earlier day, and nobody has said what became of
/// them; or did not attend, and nobody has said what follows. They stand here until somebody does.
///
/// # Errors
/// The store's.
pub async fn to_settle(conn: &mut Conn, grant: &Grant<ViewList>, today: NaiveDate) -> Result<Vec<Appointment>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{APPOINTMENT} WHERE a.site_id = $1 AND (
              (a.state IN ('booked', 'arrived') AND c.cancelled_at IS NOT NULL AND l.state IN ('to_consider', 'being_seen')
                AND l.episode_id IS NULL)
           OR (a.state = 'cancelled' AND l.state = 'to_consider'
                AND NOT EXISTS (SELECT 1 FROM appointment b WHERE b.entry_id = a.entry_id
                                  AND (b.state IN ('booked', 'arrived') OR b.created_at > a.created_at)))
           OR (a.state IN ('booked', 'arrived') AND l.state = 'to_consider' AND a.slot_on < $2)
           OR (a.state IN ('booked', 'arrived') AND l.reason = 'did_not_attend' AND a.after_missed = ''))
         ORDER BY a.starts_at, a.id"
    ));
    conn.fetch_text(sql, args![grant.site(), today]).await?.iter().map(appointment).collect()
}

/// What a board says of a line's appointment.
#[derive(Debug, Clone)]
pub struct OnBoard {
    /// The line.
    pub entry_id: EntryId,
    /// When it starts.
    pub starts_at: Instant,
    /// When it ends.
    pub ends_at: Instant,
    /// Where it stands, whatever was decided about the line.
    pub state: AppointmentState,
    /// Whether its clinic was cancelled.
    pub clinic_cancelled: bool,
    /// Whether they are to be seen before the interview.
    pub urgent: bool,
    /// When the interview starts.
    pub interview_at: Option<Instant>,
}

/// The newest appointment of each line of the grant's site that stands on the board of these days.
///
/// # Errors
/// The store's.
pub async fn on_board(
    conn: &mut Conn,
    grant: &Grant<ViewBoard>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<OnBoard>> {
    let rows = conn
        .fetch_all(
            "SELECT a.entry_id, a.starts_at, a.ends_at, a.state, a.urgent, a.interview_at,
                    CASE WHEN c.cancelled_at IS NULL THEN false ELSE true END AS clinic_cancelled
               FROM list_entry l JOIN appointment a ON a.entry_id = l.id JOIN clinic c ON c.id = a.clinic_id
              WHERE l.site_id = $1 AND l.list_date >= $2 AND l.list_date <= $3
              ORDER BY a.created_at, a.id",
            args![grant.site(), from, to],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(OnBoard {
                entry_id: row.get("entry_id")?,
                starts_at: row.get("starts_at")?,
                ends_at: row.get("ends_at")?,
                state: row.get("state")?,
                clinic_cancelled: row.get("clinic_cancelled")?,
                urgent: row.get("urgent")?,
                interview_at: row.get("interview_at")?,
            })
        })
        .collect()
}

/// Puts a line on the day and the time of its appointment, when it has one: a list that is sent again
/// gives the day of the interview, and the slot stays.
pub(crate) async fn stand_on_slot(tx: &mut Tx, entry: EntryId) -> Result<()> {
    tx.execute(
        "UPDATE list_entry
            SET list_date = (SELECT a.slot_on FROM appointment a WHERE a.entry_id = list_entry.id AND a.state IN ('booked', 'arrived')),
                sitting_at = (SELECT a.starts_at FROM appointment a WHERE a.entry_id = list_entry.id AND a.state IN ('booked', 'arrived'))
          WHERE id = $1
            AND EXISTS (SELECT 1 FROM appointment a WHERE a.entry_id = list_entry.id AND a.state IN ('booked', 'arrived'))",
        args![entry],
    )
    .await?;
    Ok(())
}
