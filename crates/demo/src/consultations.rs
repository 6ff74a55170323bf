//! Advice given to custody staff, police and courts: mostly about nobody named, once about somebody.

use crate::chance::Chance;
use crate::team::Team;
use anyhow::Context;
use chrono::Duration;
use throughline_domain::consultation::{AskedBy, How, Topic};
use throughline_domain::ids::ConsultationId;
use throughline_domain::place::SiteKind;
use throughline_domain::time::london_date;
use throughline_policy::{ChangeConsultation, CreateConsultation, Subject, ViewBoard, ViewConsultation, WriteClinical};
use throughline_store::consultations::{self, Given, Whose};
use throughline_store::lists;
use throughline_store::organisations::Site;

/// Advice of the demo: hours ago, who asked, what about, how, minutes, and what was said.
struct Said(i64, AskedBy, Topic, How, i64, &'static str);

const SAID: &[Said] = &[
    Said(
        2,
        AskedBy::Custody,
        Topic::Interview,
        How::InPerson,
        10,
        "Somebody who agrees with everything needs an appropriate adult before interview. Ask open questions, one at a time.",
    ),
    Said(
        5,
        AskedBy::Police,
        Topic::Learning,
        How::Phone,
        5,
        "Autism is not seen from outside: say what happens next and when, and turn the light down if it can be done.",
    ),
    Said(
        26,
        AskedBy::Court,
        Topic::MentalHealthAct,
        How::Phone,
        15,
        "How to ask for a section 12 doctor today, and what the court may do meanwhile.",
    ),
    Said(
        50,
        AskedBy::Probation,
        Topic::Services,
        How::Email,
        5,
        "Which alcohol service takes people who have no address.",
    ),
    Said(
        74,
        AskedBy::Custody,
        Topic::SelfHarm,
        How::Phone,
        5,
        "Ask about it in plain words. Asking does not put the thought into anybody's head. Call us and healthcare if the answer is yes.",
    ),
];

/// Records the advice, corrects one piece, and gives some about a person of today's board.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let site = *team.sites_of(SiteKind::Custody).first().context("the demo has custody suites")?;
    let mut chance = Chance::new(team.seed, "consultations");
    for (nth, said) in SAID.iter().enumerate() {
        let by = team.actor(if nth % 2 == 0 { "Amara Bello" } else { "Tom Hartley" });
        let at = team.now - Duration::hours(said.0);
        let mut tx = team.act(by, at + Duration::minutes(3)).await?;
        let grant = tx.authorise::<CreateConsultation>(site.id).await?;
        consultations::record(&mut tx, &grant, ConsultationId::new(chance.id()), &given(said, at)).await?;
        tx.commit().await?;
    }
    correct(team, site).await?;
    about_somebody(team, &mut chance, site).await
}

fn given(said: &Said, at: throughline_domain::time::Instant) -> Given {
    Given {
        asked_by: said.1,
        topic: said.2,
        how: said.3,
        minutes: said.4,
        asked: String::new(),
        advised: said.5.to_owned(),
        at,
    }
}

async fn correct(team: &Team, site: &Site) -> anyhow::Result<()> {
    let by = team.actor("Amara Bello");
    let mut tx = team.act(by, team.now - Duration::hours(1)).await?;
    let view = tx.authorise::<ViewConsultation>(site.id).await?;
    let mine = consultations::of_site(&mut tx, &view, Whose::Mine, 10).await?;
    let court = mine.iter().find(|one| one.topic == Topic::MentalHealthAct).context("it was recorded")?;
    let grant = tx.authorise::<ChangeConsultation>(site.id).await?;
    let corrected = Given {
        asked_by: court.asked_by,
        topic: court.topic,
        how: court.how,
        minutes: 20,
        asked: "Is there a doctor who can see somebody at court today?".into(),
        advised: court.advised.clone().unwrap_or_default(),
        at: court.at,
    };
    consultations::correct(&mut tx, &grant, None, court, &corrected, "It took longer, and the question was missing")
        .await?;
    Ok(tx.commit().await?)
}

async fn about_somebody(team: &Team, chance: &mut Chance, site: &Site) -> anyhow::Result<()> {
    let by = team.actor("Amara Bello");
    let mut tx = team.act(by, team.now - Duration::minutes(10)).await?;
    let board = tx.authorise::<ViewBoard>(site.id).await?;
    let rows = lists::board_rows(&mut tx, &board, london_date(team.now)).await?;
    let Some((person, episode)) = rows.iter().find_map(|row| Some((row.person_id?, row.episode_id?))) else {
        return Ok(());
    };
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(site.id) };
    let grant = tx.authorise::<CreateConsultation>(site.id).await?;
    let about = tx.authorise::<WriteClinical>(subject).await?;
    let given = Given {
        asked_by: AskedBy::Colleague,
        topic: Topic::Communication,
        how: How::InPerson,
        minutes: 10,
        asked: "How best to talk with them before the handover?".into(),
        advised: "Short sentences, and time to answer. They like to be told first what the talk is for.".into(),
        at: team.now - Duration::minutes(25),
    };
    consultations::record_about(&mut tx, &grant, &about, ConsultationId::new(chance.id()), &given, None).await?;
    Ok(tx.commit().await?)
}
