//! What the practitioners of one custody suite were told of how people are held: reviews, time in hospital, and the
//! power that followed. The other suites have the times of their lists alone.

use crate::chance::Chance;
use crate::team::Team;
use chrono::Duration;
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{EpisodeId, LegalEventId};
use throughline_domain::legal::{Detail, LegalEventKind};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeJustice, Subject};
use throughline_store::legal::{self, NewLegalEvent};
use throughline_store::organisations::Site;
use throughline_store::{Tx, episodes};

/// The suite whose practitioners record legal events.
const SUITE: &str = "01RY";

/// Records what was known when an episode was opened. Dice of its own: the course of nobody changes.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn record(
    team: &Team,
    tx: &mut Tx,
    subject: Subject,
    site: &Site,
    episode: EpisodeId,
    authorised: Instant,
) -> anyhow::Result<()> {
    if site.code != SUITE || team.now - tx.now() > Duration::days(2) {
        return Ok(());
    }
    let mut chance = Chance::new(team.seed, &format!("legal {episode}"));
    let opened = tx.now();
    let reviews = [335, 335 + 520].map(|minutes| authorised + Duration::minutes(minutes));
    let mut events: Vec<(LegalEventKind, Instant, Detail)> = Vec::new();
    events.extend(reviews.iter().filter(|at| **at < opened).map(|at| (LegalEventKind::ReviewHeld, *at, Detail::None)));
    let follows = chance.between(1, 3);
    if follows == 1 {
        let (from, to) = (authorised + Duration::minutes(60), authorised + Duration::minutes(150));
        events.push((LegalEventKind::ExcludedTime, from, Detail::End(Some(to))));
    }
    if follows == 2 && opened - authorised > Duration::hours(4) {
        events.push((LegalEventKind::PoliceDetentionEnded, opened - Duration::minutes(50), Detail::None));
        events.push((LegalEventKind::S136Arrived, opened - Duration::minutes(15), Detail::None));
    }
    let grant = tx.authorise::<ChangeJustice>(subject).await?;
    for (kind, at, detail) in events {
        let event = NewLegalEvent {
            id: LegalEventId::new(chance.id()),
            kind,
            at,
            detail,
            decided_by: kind.decider(),
            decider_name: String::new(),
            note: "As the custody desk told us".into(),
            replaces: None,
        };
        legal::record(tx, &grant, site.id, &event).await?;
        if kind == LegalEventKind::S136Arrived {
            episodes::set_legal_status(tx, &grant, LegalStatus::Section136, None).await?;
        }
    }
    Ok(())
}
