//! What forms say of the way through the service: screened, assessed, or why not.

use crate::{Result, Tx, args, events};
use throughline_domain::episode::Urgency;
use throughline_domain::list::NotSeenReason;
use throughline_policy::{ChangeEpisode, Class, Grant, SignClinical};

/// Which step did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotDone {
    /// The screening.
    Screening,
    /// The assessment.
    Assessment,
}

/// Takes over what a signed screening found: urgency, and whether an assessment is needed. The
/// line of the list the episode was opened from is seen now.
///
/// # Errors
/// The store's.
pub async fn screened(
    tx: &mut Tx,
    grant: &Grant<SignClinical>,
    urgency: Option<Urgency>,
    assessment_needed: Option<bool>,
) -> Result<()> {
    tx.execute(
        "UPDATE episode SET urgency = COALESCE($2, urgency), assessment_needed = $3, not_screened_reason = '' WHERE id = $1",
        args![grant.episode(), urgency.map(Urgency::code), assessment_needed],
    )
    .await?;
    tx.execute(
        "UPDATE list_entry SET state = 'seen', reason = '', episode_id = $1, version = version + 1
          WHERE id = (SELECT entry_id FROM episode WHERE id = $1)",
        args![grant.episode()],
    )
    .await?;
    Ok(())
}

/// Takes back the coded reason why there was no assessment: there is one now.
///
/// # Errors
/// The store's.
pub async fn assessed(tx: &mut Tx, grant: &Grant<SignClinical>) -> Result<()> {
    tx.execute("UPDATE episode SET not_assessed_reason = '' WHERE id = $1", args![grant.episode()]).await?;
    Ok(())
}

/// Records why a screening or an assessment did not happen. When it is not offered again, the
/// line of the list says what became of it.
///
/// # Errors
/// The store's.
pub async fn not_done(
    tx: &mut Tx,
    grant: &Grant<ChangeEpisode>,
    what: NotDone,
    reason: NotSeenReason,
    again: bool,
) -> Result<()> {
    let (sql, words) = match what {
        NotDone::Screening => {
            ("UPDATE episode SET not_screened_reason = $2, version = version + 1 WHERE id = $1", "Not screened")
        }
        NotDone::Assessment => {
            ("UPDATE episode SET not_assessed_reason = $2, version = version + 1 WHERE id = $1", "Not assessed")
        }
    };
    tx.execute(sql, args![grant.episode(), reason]).await?;
    if what == NotDone::Screening && !again {
        tx.execute(
            "UPDATE list_entry SET state = $2, reason = $3, version = version + 1
              WHERE id = (SELECT entry_id FROM episode WHERE id = $1)",
            args![grant.episode(), reason.entry_state(), reason],
        )
        .await?;
    }
    events::add(
        tx,
        events::NewEvent {
            at: None,
            site: Some(grant.site()),
            person: Some(grant.person()),
            episode: Some(grant.episode()),
            kind: "episode",
            class: Class::Episode,
            words: format!("{words}: {reason}{}", if again { ", to be offered again" } else { "" }),
            link: format!("/episodes/{}", grant.episode()),
        },
    )
    .await
}
