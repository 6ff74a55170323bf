//! Booking: a slot for somebody who is on no list, or for a line that a list brought.

use super::{APPOINTMENT, Details, appointment, stand_on_slot};
use crate::lists::EntryFacts;
use crate::{Error, Result, Tx, args, clinics};
use throughline_domain::appointment::{NotFree, Slot};
use throughline_domain::ids::{AppointmentId, ClinicId, EntryId, ListId, PersonId};
use throughline_domain::list::{CLINIC_FORMAT, ListKind, ListState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeList, Grant};
use uuid::Uuid;

/// Whose appointment it is.
#[derive(Debug, Clone)]
pub enum For {
    /// Somebody on no list: a line is made of these facts. The person is carried on from an earlier
    /// line of theirs, when somebody decided who that is.
    Nobody(Box<EntryFacts>, Option<PersonId>),
    /// The line of a list, or of an appointment before.
    Line(EntryId),
}

/// An appointment to be made.
#[derive(Debug, Clone)]
pub struct NewAppointment {
    /// Its id.
    pub id: AppointmentId,
    /// In which clinic.
    pub clinic: ClinicId,
    /// From which slot on.
    pub from: Instant,
    /// How many slots in a row.
    pub slots: usize,
    /// Whose.
    pub of: For,
    /// What was asked.
    pub details: Details,
}

/// Books. Of two who want one slot at the same moment one gets it, and the other is told: they give
/// their act up, of which nothing may be kept.
///
/// # Errors
/// The store's; [`Error::Stale`] when the line has an appointment already, is being seen, or was decided.
pub async fn book(tx: &mut Tx, grant: &Grant<ChangeList>, new: &NewAppointment) -> Result<Result<EntryId, NotFree>> {
    let slots = match slots(tx, grant, new).await? {
        Ok(slots) => slots,
        Err(not_free) => return Ok(Err(not_free)),
    };
    let entry = match &new.of {
        For::Nobody(facts, person) => add_line(tx, grant, new.clinic, facts, *person).await?,
        For::Line(entry) => {
            open_line(tx, grant, *entry).await?;
            *entry
        }
    };
    make(tx, grant, new, entry, &slots).await
}

/// Gives an appointment that is ahead another time. Its slots are free again, its line goes to the new
/// day, and it says what took its place. When the new time cannot be had the caller gives the act up, and
/// nothing was changed.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it or its line first.
pub async fn rebook(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    before: AppointmentId,
    version: i64,
    new: &NewAppointment,
) -> Result<Result<EntryId, NotFree>> {
    let For::Line(entry) = new.of else { return Err(Error::Stale) };
    release(tx, before).await?;
    tx.execute_versioned(
        "UPDATE appointment SET state = 'rebooked', rebooked_as = $4, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state IN ('booked', 'arrived') AND entry_id = $5",
        args![before, grant.site(), version, new.id, entry],
    )
    .await?;
    open_line(tx, grant, entry).await?;
    match slots(tx, grant, new).await? {
        Ok(slots) => make(tx, grant, new, entry, &slots).await,
        Err(not_free) => Ok(Err(not_free)),
    }
}

/// The slots wanted, when they are free now; the clinic is held until this act has ended.
async fn slots(tx: &mut Tx, grant: &Grant<ChangeList>, new: &NewAppointment) -> Result<Result<Vec<Slot>, NotFree>> {
    let clinic = clinics::hold(tx, grant.site(), new.clinic).await?;
    let Some(clinic) = clinic.filter(|clinic| clinic.cancelled_at.is_none()) else {
        return Ok(Err(NotFree::NoSuchSlot));
    };
    let taken = clinics::taken(tx, new.clinic).await?;
    Ok(clinic.times.book(&taken, new.from, new.slots, tx.now()))
}

async fn make(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    new: &NewAppointment,
    entry: EntryId,
    slots: &[Slot],
) -> Result<Result<EntryId, NotFree>> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Ok(Err(NotFree::NoSuchSlot)) };
    let (now, by) = (tx.now(), tx.actor_name());
    let day = throughline_domain::time::london_date(first.starts_at);
    let of = &new.details;
    tx.execute(
        "INSERT INTO appointment (id, site_id, clinic_id, entry_id, starts_at, ends_at, slot_on, state, referral_source, phone,
                                  safe_contact, may_say, urgent, police_force, officer, collar_number, officer_email, interview_at,
                                  interview_place, appropriate_adult, interpreter, language, notes, created_at, created_by,
                                  created_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'booked', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                 $24, $25)",
        args![
            new.id,
            grant.site(),
            new.clinic,
            entry,
            first.starts_at,
            last.ends_at,
            day,
            of.referral_source,
            &of.phone,
            &of.safe_contact,
            of.may_say,
            of.urgent,
            &of.police_force,
            &of.officer,
            &of.collar_number,
            &of.officer_email,
            of.interview_at,
            &of.interview_place,
            of.appropriate_adult,
            of.interpreter,
            &of.language,
            &of.notes,
            now,
            grant.actor().user,
            by
        ],
    )
    .await?;
    if !clinics::take(tx, new.clinic, new.id, slots).await? {
        return Ok(Err(NotFree::Taken(first.starts_at)));
    }
    stand_on_slot(tx, entry).await?;
    Ok(Ok(entry))
}

/// Frees the slots of an appointment.
pub(super) async fn release(tx: &mut Tx, id: AppointmentId) -> Result<()> {
    tx.execute("DELETE FROM appointment_slot WHERE appointment_id = $1", args![id]).await?;
    Ok(())
}

/// A line may get a slot while it has none, nobody is with them and nothing was decided.
async fn open_line(tx: &mut Tx, grant: &Grant<ChangeList>, entry: EntryId) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET version = version + 1
          WHERE id = $1 AND site_id = $2 AND kind = 'voluntary' AND state = 'to_consider' AND episode_id IS NULL
            AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.entry_id = list_entry.id AND a.state IN ('booked', 'arrived'))",
        args![entry, grant.site()],
    )
    .await
}

/// A line of its own, on the list that stands for the clinic.
async fn add_line(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    clinic: ClinicId,
    facts: &EntryFacts,
    person: Option<PersonId>,
) -> Result<EntryId> {
    let list = list_of(tx, grant, clinic, facts).await?;
    let id = EntryId::new(Uuid::now_v7());
    let now = tx.now();
    tx.execute(
        "INSERT INTO list_entry (id, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames, surname,
                                 date_of_birth, sitting_at, state, person_id, created_at)
         VALUES ($1, $2, $3, 'voluntary', $4, $5, 0, $6, $7, $8, $9, $10, 'to_consider', $11, $12)",
        args![
            id,
            grant.site(),
            list,
            facts.list_date,
            &facts.key,
            &facts.source,
            &facts.name.forenames,
            &facts.name.surname,
            facts.date_of_birth,
            facts.sitting_at,
            person,
            now
        ],
    )
    .await?;
    tx.relationships_changed();
    Ok(id)
}

/// The list that stands for a clinic has its id, and no bytes that somebody sent.
async fn list_of(tx: &mut Tx, grant: &Grant<ChangeList>, clinic: ClinicId, facts: &EntryFacts) -> Result<ListId> {
    let list = ListId::new(clinic.uuid());
    let now = tx.now();
    tx.execute(
        "INSERT INTO list (id, site_id, kind, format, list_date, file_name, sha256, original, reading, state, received_at,
                           received_by, committed_at)
         VALUES ($1, $2, $7, $8, $3, 'Clinic', '', $4, '{}', $9, $5, $6, $5)
         ON CONFLICT (id) DO NOTHING",
        args![
            list,
            grant.site(),
            facts.list_date,
            Vec::<u8>::new(),
            now,
            grant.actor().user,
            ListKind::Voluntary,
            CLINIC_FORMAT,
            ListState::Committed
        ],
    )
    .await?;
    Ok(list)
}

/// An appointment of the grant's site, to be changed.
pub(super) async fn get(tx: &mut Tx, grant: &Grant<ChangeList>, id: AppointmentId) -> Result<super::Appointment> {
    let sql = sqlx::AssertSqlSafe(format!("{APPOINTMENT} WHERE a.id = $1 AND a.site_id = $2"));
    let rows = tx.fetch_text(sql, args![id, grant.site()]).await?;
    rows.first().map(appointment).transpose()?.ok_or(Error::Stale)
}
