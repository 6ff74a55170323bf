//! Organisations, the service and its sites, with their hours.

use chrono::NaiveTime;
use throughline_domain::calendar::OpeningHours;
use throughline_domain::ids::{OrganisationId, ServiceId, SiteId};
use throughline_domain::place::SiteKind;
use throughline_domain::role::OrganisationKind;
use throughline_store::organisations::{self, Organisation, Service, Site};
use throughline_store::{Result, Tx, lists};
use uuid::Uuid;

/// The places of the demo service.
#[derive(Debug, Clone)]
pub struct Places {
    /// The NHS trust.
    pub trust: OrganisationId,
    /// The charity whose link workers follow up.
    pub partner: OrganisationId,
    /// The commissioner.
    pub commissioner: OrganisationId,
    /// The sites: Bromley custody, Bexley custody, Bromley court, Bexley court, Woolwich Crown Court.
    pub sites: Vec<Site>,
}

/// A stable identifier for a named thing of the demo.
pub fn id(name: &str) -> Uuid {
    Uuid::from_u128(name.bytes().fold(0x6c_64_64_65_6d_6f_u128, |hash, byte| {
        hash.wrapping_mul(0x0100_0000_01b3_0000_0001).wrapping_add(u128::from(byte) + 1)
    }))
}

/// The organisations of the demo.
fn organisations_of_the_demo() -> [Organisation; 5] {
    let organisation =
        |key: &str, name: &str, kind| Organisation { id: OrganisationId::new(id(key)), name: name.into(), kind };
    [
        organisation("trust", "Thames Reach NHS Foundation Trust (invented)", OrganisationKind::Trust),
        organisation("partner", "Wayside Link (invented charity)", OrganisationKind::Partner),
        organisation("police", "Metropolitan police area (invented)", OrganisationKind::Police),
        organisation("court", "London courts (invented)", OrganisationKind::Court),
        organisation("commissioner", "Health and Justice commissioner (invented)", OrganisationKind::Commissioner),
    ]
}

fn service() -> Service {
    Service {
        id: ServiceId::new(id("service")),
        organisation_id: OrganisationId::new(id("trust")),
        name: "South London Liaison and Diversion".into(),
        help_phone: "020 7946 0100".into(),
    }
}

/// The sites, with their hours: custody 08:00 to 22:00 on weekdays and 13:00 to 21:00 at weekends,
/// courts 09:00 to 17:00 from Monday to Saturday, bank holidays too.
fn sites() -> Vec<Site> {
    let hours = |hours: &OpeningHours| serde_json::to_string(hours).unwrap_or_default();
    let (custody, court) = (hours(&OpeningHours::custody()), hours(&OpeningHours::court()));
    let site = |key: &str, name: &str, kind, code: &str, hours: &str| Site {
        id: SiteId::new(id(key)),
        service_id: service().id,
        name: name.into(),
        kind,
        code: code.into(),
        hours: hours.into(),
    };
    vec![
        site("bromley custody", "Bromley custody", SiteKind::Custody, "01PY", &custody),
        site("bexley custody", "Bexley custody", SiteKind::Custody, "01RY", &custody),
        site("bromley court", "Bromley Magistrates' Court", SiteKind::Magistrates, "B01CN", &court),
        site("bexley court", "Bexley Magistrates' Court", SiteKind::Magistrates, "B01BH", &court),
        site("woolwich", "Woolwich Crown Court", SiteKind::Crown, "C01WL", &court),
    ]
}

/// The places as they are in every demo.
pub fn known() -> Places {
    let [trust, partner, _, _, commissioner] = organisations_of_the_demo();
    Places { trust: trust.id, partner: partner.id, commissioner: commissioner.id, sites: sites() }
}

/// Makes organisations, service and sites.
///
/// # Errors
/// The store's.
pub async fn make(tx: &mut Tx) -> Result<Places> {
    for one in &organisations_of_the_demo() {
        organisations::add(tx, one).await?;
    }
    organisations::add_service(tx, &service()).await?;
    let places = known();
    for (order, one) in places.sites.iter().enumerate() {
        organisations::add_site(tx, one, i64::try_from(order).unwrap_or_default()).await?;
        let (hour, minute) = if one.kind.is_court() { (8, 30) } else { (7, 30) };
        lists::expect_by(tx, one.id, NaiveTime::from_hms_opt(hour, minute, 0)).await?;
    }
    Ok(places)
}
