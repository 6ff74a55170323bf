//! What becomes of an appointment: they came, it was cancelled, nobody came, somebody was told.

use super::Details;
use super::booking::{get, release};
use crate::lists::EntryFacts;
use crate::{Error, Result, Tx, args};
use throughline_domain::appointment::{AfterMissed, AppointmentState, CancelReason, CancelledBy};
use throughline_domain::ids::{AppointmentId, DisclosureId};
use throughline_domain::list::NotSeenReason;
use throughline_policy::{ChangeList, Grant};

/// They are there and wait.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first.
pub async fn arrived(tx: &mut Tx, grant: &Grant<ChangeList>, id: AppointmentId, version: i64) -> Result<()> {
    tx.execute_versioned(
        "UPDATE appointment SET state = 'arrived', version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state = 'booked'",
        args![id, grant.site(), version],
    )
    .await
}

/// Cancels an appointment that is ahead: its slots are free again. Its line ends with the reason, or
/// stays to be considered when the person waits for another time.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it or its line first.
pub async fn cancel(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: AppointmentId,
    version: i64,
    (by, reason): (CancelledBy, CancelReason),
    note: &str,
) -> Result<()> {
    let appointment = get(tx, grant, id).await?;
    if !appointment.state.is_ahead() {
        return Err(Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE appointment SET state = $4, cancelled_by = $5, cancel_reason = $6, cancel_note = $7, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state IN ('booked', 'arrived')",
        args![id, grant.site(), version, AppointmentState::Cancelled, by, reason, note],
    )
    .await?;
    release(tx, id).await?;
    if let Some(reason) = reason.ends_line() {
        end_line(tx, grant, &appointment, reason).await?;
    }
    Ok(())
}

async fn end_line(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    of: &super::Appointment,
    reason: NotSeenReason,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list_entry SET state = $4, reason = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND episode_id IS NULL",
        args![of.entry_id, grant.site(), of.line_version, reason.entry_state(), reason],
    )
    .await
}

/// What follows after nobody came: decided once.
///
/// # Errors
/// [`Error::Stale`] when somebody else decided, or the line was put back, first.
pub async fn after_missed(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: AppointmentId,
    version: i64,
    decided: AfterMissed,
    note: &str,
) -> Result<()> {
    if get(tx, grant, id).await?.state != AppointmentState::DidNotAttend {
        return Err(Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE appointment SET after_missed = $4, after_missed_note = $5, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND after_missed = ''",
        args![id, grant.site(), version, decided, note],
    )
    .await
}

/// Notes which line of the disclosure ledger tells what the officer in the case was told.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it, or told, first.
pub async fn told(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: AppointmentId,
    version: i64,
    disclosure: DisclosureId,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE appointment SET disclosure_id = $4, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND disclosure_id IS NULL",
        args![id, grant.site(), version, disclosure],
    )
    .await
}

/// Corrects what was asked when the appointment was booked, and what its line says of who they are: the
/// line only when it was booked in by hand (`facts`), for a list speaks for its own lines.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it first.
pub async fn change_details(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    id: AppointmentId,
    version: i64,
    details: &Details,
    facts: Option<&EntryFacts>,
) -> Result<()> {
    let before = get(tx, grant, id).await?;
    tx.execute_versioned(
        "UPDATE appointment SET referral_source = $4, phone = $5, safe_contact = $6, may_say = $7, urgent = $8, police_force = $9,
                officer = $10, collar_number = $11, officer_email = $12, interview_at = $13, interview_place = $14,
                appropriate_adult = $15, interpreter = $16, language = $17, notes = $18, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3 AND state IN ('booked', 'arrived')",
        args![
            id,
            grant.site(),
            version,
            details.referral_source,
            &details.phone,
            &details.safe_contact,
            details.may_say,
            details.urgent,
            &details.police_force,
            &details.officer,
            &details.collar_number,
            &details.officer_email,
            details.interview_at,
            &details.interview_place,
            details.appropriate_adult,
            details.interpreter,
            &details.language,
            &details.notes
        ],
    )
    .await?;
    let Some(facts) = facts else { return Ok(()) };
    tx.execute_versioned(
        "UPDATE list_entry SET source = $4, forenames = $5, surname = $6, date_of_birth = $7, version = version + 1
          WHERE id = $1 AND site_id = $2 AND version = $3",
        args![
            before.entry_id,
            grant.site(),
            before.line_version,
            &facts.source,
            &facts.name.forenames,
            &facts.name.surname,
            facts.date_of_birth
        ],
    )
    .await
}
