//! The directory of services to refer to, all invented.

use crate::chance::Chance;
use crate::team::Team;
use chrono::{Days, Duration};
use throughline_domain::ids::DirectoryId;
use throughline_domain::referral::HelpKind;
use throughline_domain::time::london_date;
use throughline_policy::ChangeDirectory;
use throughline_store::directory::{self, Service};

const SERVICES: &[(HelpKind, &str, &str, &str, &str)] = &[
    (HelpKind::Gp, "Weir Road Surgery", "Bromley", "Mon to Fri 8:00 to 18:30", "Registers people with no fixed abode"),
    (
        HelpKind::CommunityMentalHealth,
        "Bromley Community Mental Health Team",
        "Bromley",
        "Mon to Fri 9:00 to 17:00",
        "Adults, by letter or telephone; answers within five working days",
    ),
    (
        HelpKind::Crisis,
        "South London Home Treatment Team",
        "Bromley and Bexley",
        "Day and night",
        "By telephone, professional to professional",
    ),
    (
        HelpKind::TalkingTherapies,
        "Talk South London",
        "Bromley and Bexley",
        "Mon to Sat 8:00 to 20:00",
        "Self-referral with us beside them works best",
    ),
    (
        HelpKind::Substance,
        "Turning Tide Drug and Alcohol Service",
        "Bexley",
        "Mon to Fri 9:00 to 17:00, open access mornings",
        "Anybody from 18; walk in before 11:00",
    ),
    (
        HelpKind::Housing,
        "Bromley Housing Options",
        "Bromley",
        "Mon to Fri 9:00 to 16:00",
        "Duty to refer form; same-day line for tonight",
    ),
    (
        HelpKind::Debt,
        "Fair Ground Money Advice",
        "Bromley and Bexley",
        "Tue to Fri 10:00 to 16:00",
        "By telephone; no letters when asked",
    ),
    (
        HelpKind::DomesticAbuse,
        "Haven Independent Advisers",
        "Bromley and Bexley",
        "Mon to Fri 9:00 to 21:00",
        "High risk the same day, by telephone only",
    ),
    (HelpKind::Women, "The Orchard Women's Centre", "Penge", "Mon to Thu 9:30 to 16:30", "Women; crèche on Tuesdays"),
    (
        HelpKind::Veterans,
        "Op Homeward Veterans' Mental Health",
        "South East",
        "Mon to Fri 9:00 to 17:00",
        "Served at least one day; self-referral",
    ),
    (
        HelpKind::Neurodevelopmental,
        "South London Autism and ADHD Assessment",
        "Bromley and Bexley",
        "Mon to Fri 9:00 to 17:00",
        "Through the GP; waiting list of 40 weeks",
    ),
    (
        HelpKind::Employment,
        "Works For All Supported Employment",
        "Bexleyheath",
        "Mon to Fri 9:00 to 17:00",
        "Autistic people and people with a learning disability",
    ),
    (HelpKind::Youth, "Bexley Youth Justice Service", "Bexley", "Mon to Fri 9:00 to 17:00", "10 to 17"),
    (
        HelpKind::Mhtr,
        "Primary Care MHTR Team",
        "South London",
        "Mon to Fri 9:00 to 17:00",
        "At court on Tuesdays and Thursdays",
    ),
    (
        HelpKind::SocialCare,
        "Bromley Adult Social Care, front door",
        "Bromley",
        "Mon to Fri 8:30 to 17:30; emergencies at all hours",
        "Safeguarding by telephone first",
    ),
    (
        HelpKind::Other,
        "Street Lamp Outreach",
        "Bromley and Bexley",
        "Every day 5:00 to 10:00 and 18:00 to 22:00",
        "Finds people who sleep rough",
    ),
];

/// Makes the directory, kept by the administrator.
///
/// # Errors
/// The store's.
pub async fn make(team: &mut Team) -> anyhow::Result<()> {
    let mut chance = Chance::new(team.seed, "directory");
    let mut tx = team.act(team.actor("Colin Marsh"), team.now - Duration::days(90)).await?;
    let grant = tx.authorise::<ChangeDirectory>(throughline_policy::Subject::default()).await?;
    let today = london_date(team.now);
    for (number, (kind, name, area, hours, accepts)) in (0_u64..).zip(SERVICES) {
        let id = DirectoryId::new(chance.id());
        let service = Service {
            id,
            version: 1,
            name: format!("{name} (invented)"),
            kind: *kind,
            area: (*area).into(),
            phone: format!("020 7946 0{:03}", 200 + number * 7),
            email: format!("referrals{number}@demo.invalid"),
            hours: (*hours).into(),
            accepts: (*accepts).into(),
            active: true,
            // Some have not been checked for a long time, as it is.
            checked_on: today - Days::new(if number % 5 == 3 { 260 } else { 6 + number * 9 }),
        };
        directory::create(&mut tx, &grant, &service).await?;
        team.directory.insert(kind.code(), id);
    }
    tx.commit().await?;
    Ok(())
}
