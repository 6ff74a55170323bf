//! Finding by itself who came and left while nobody of the service was there.

use super::rows;
use crate::events::{self, NewEvent};
use crate::outreach;
use crate::{Result, Tx, args, organisations};
use chrono::Days;
use throughline_domain::coverage::Owed;
use throughline_domain::ids::{EntryId, PersonId, SiteId};
use throughline_domain::list::NotSeenReason;
use throughline_domain::time::london_date;
use throughline_policy::{ChangeList, Class, Grant, Subject};
use uuid::Uuid;

/// How many days back is looked: whoever is found later is past being offered anything in time.
pub const LOOK_BACK_DAYS: u64 = 14;

/// What a night's look came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Lines that were found to have come and left out of hours.
    pub out_of_hours: usize,
    /// Lines for which a person has to say why.
    pub reasons_owed: usize,
}

/// Looks through the lists of the grant's site, because somebody asked.
///
/// # Errors
/// The store's.
pub async fn find_at_site(tx: &mut Tx, grant: &Grant<ChangeList>) -> Result<Found> {
    find(tx, grant.site()).await
}

/// Looks through the lists of every site.
pub(crate) async fn find_everywhere(tx: &mut Tx) -> Result<Found> {
    let mut all = Found::default();
    for site in organisations::sites(tx).await? {
        let found = find(tx, site.id).await?;
        all.out_of_hours += found.out_of_hours;
        all.reasons_owed += found.reasons_owed;
    }
    Ok(all)
}

async fn find(tx: &mut Tx, site: SiteId) -> Result<Found> {
    let now = tx.now();
    let today = london_date(now);
    let mut found = Found::default();
    for row in rows::of_site(tx, site, today - Days::new(LOOK_BACK_DAYS), today, now).await? {
        match row.owed {
            Owed::Reason(_) => found.reasons_owed += 1,
            Owed::OutOfHours if says_itself(tx, row.id, row.version).await? => {
                found.out_of_hours += 1;
                tell(tx, site, row.id, row.person_id).await?;
                outreach::owe(tx, row.id).await?;
            }
            Owed::OutOfHours | Owed::NotYet | Owed::Nothing => {}
        }
    }
    let words = format!("{} out of hours, {} reasons owed", found.out_of_hours, found.reasons_owed);
    tx.note_act("change", "list", Subject::from(site), &words);
    Ok(found)
}

/// Says "out of hours" of a line that nobody decided, took or ever said anything about, and that has not changed.
async fn says_itself(tx: &mut Tx, entry: EntryId, version: i64) -> Result<bool> {
    let (now, reason) = (tx.now(), NotSeenReason::OutOfHours);
    let said = tx
        .execute(
            "UPDATE list_entry SET state = $3, reason = $4, version = version + 1
              WHERE id = $1 AND version = $2 AND state = 'to_consider' AND reason = '' AND taken_by IS NULL AND episode_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM not_seen_said s WHERE s.entry_id = list_entry.id)",
            args![entry, version, reason.entry_state(), reason],
        )
        .await?;
    if said == 0 {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO not_seen_said (id, entry_id, reason, state, said_at, said_by, said_by_name)
         VALUES ($1, $2, $3, $4, $5, NULL, 'Throughline')",
        args![Uuid::now_v7(), entry, reason, reason.entry_state(), now],
    )
    .await?;
    Ok(true)
}

/// Says it on the board and in the timeline, without a name: the line holds it.
async fn tell(tx: &mut Tx, site: SiteId, entry: EntryId, person: Option<PersonId>) -> Result<()> {
    let words = "Came and left out of hours: found by the times on the lists".to_owned();
    let link = format!("/entries/{entry}");
    let new =
        NewEvent { at: None, site: Some(site), person, episode: None, kind: "list", class: Class::List, words, link };
    events::add(tx, new).await
}
