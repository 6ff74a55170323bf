//! Who is where: early and late shifts in custody, days at court.

use crate::chance::Chance;
use crate::team::Team;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use throughline_domain::ids::{ShiftId, UserId};
use throughline_domain::place::SiteKind;
use throughline_domain::time::{from_london, london_date};
use throughline_store::organisations::Site;
use throughline_store::shifts::{self, NewShift};

const CUSTODY: &[&str] = &["Amara Bello", "Tom Hartley", "Priya Nair", "Josie Quill"];
const COURT: &[&str] = &["Priya Nair", "Josie Quill", "Tom Hartley", "Amara Bello"];

/// Makes the shifts of the last and the next week.
///
/// # Errors
/// The store's.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let mut chance = Chance::new(team.seed, "rota");
    let mut tx = team.act(team.actor("Ruth Ekpo"), team.now - chrono::Duration::days(14)).await?;
    let today = london_date(team.now);
    for day in 0..15 {
        let date = today - Days::new(7) + Days::new(day);
        for (place, site) in team.sites.iter().enumerate() {
            for (who, from, to) in on(site, date, place + usize::try_from(day).unwrap_or_default()) {
                let at = |hour| from_london(date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()));
                let user_id: UserId = team.actor(who).user;
                shifts::add(
                    &mut tx,
                    &NewShift {
                        id: ShiftId::new(chance.id()),
                        site_id: site.id,
                        user_id,
                        starts_at: at(from),
                        ends_at: at(to),
                    },
                )
                .await?;
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Who is on at a site on a day: names and hours.
fn on(site: &Site, date: NaiveDate, turn: usize) -> Vec<(&'static str, u32, u32)> {
    let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    match (site.kind, is_weekend) {
        (SiteKind::Custody, true) => vec![(CUSTODY[turn % 4], 13, 21)],
        // The bank nurse knows the first suite only.
        (SiteKind::Custody, false) if site.code == "01PY" => {
            vec![(CUSTODY[turn % 4], 7, 15), ("Nadia Kowal", 14, 22)]
        }
        (SiteKind::Custody, false) => vec![(CUSTODY[turn % 4], 7, 15), (CUSTODY[(turn + 2) % 4], 14, 22)],
        (_, true) if date.weekday() == Weekday::Sat && site.kind == SiteKind::Magistrates => {
            vec![(COURT[turn % 4], 9, 13)]
        }
        (_, true) => Vec::new(),
        (_, false) => vec![(COURT[turn % 4], 9, 17)],
    }
}
