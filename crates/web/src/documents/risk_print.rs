//! The risk card on paper, for a handover: one page, its state in words.

use super::facts::{self, About};
use crate::{Answer, Cx, Problem, banner, risk};
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use throughline_documents::{DocumentState, EpisodeFacts, Facts, RiskFacts, Row, Section};
use throughline_domain::alert::AlertTier;
use throughline_domain::ids::PersonId;
use throughline_domain::risk::RiskState;
use throughline_domain::time::{Instant, date_time_long, london_date};
use throughline_policy::Class;
use throughline_store::alerts::{Alert, RiskCard};
use throughline_store::organisations;
use throughline_store::people::Person;

/// The most characters that the details of all alerts take together: beyond it each is shortened, with
/// words that say so, and the page stays one page. The alert itself is never left out.
const MOST_CHARACTERS: usize = 1700;

/// The shortest that a detail is cut to.
const LEAST_CHARACTERS: usize = 60;

/// The card of a person as a file that names nobody. That it was printed has an audit row of its own.
pub(super) async fn pdf(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let banner = banner::banner(&mut tx, person, None).await?;
    let card = risk::read(&mut tx, person.into()).await?;
    let service = organisations::service(&mut tx).await?.map(|service| service.name).unwrap_or_default();
    tx.note_print(Class::RiskCard, person.into(), "the risk card").await?;
    tx.commit().await?;
    let about = About::print(&cx);
    let stated = state(&card, &banner.person, &about, &service, cx.now);
    let rendered = tokio::task::spawn_blocking(move || throughline_documents::render("risk_card", &stated));
    let rendered = rendered.await.map_err(|_| Problem::Failed)?.map_err(|error| Problem::Invalid(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"risk-card.pdf\""),
    ];
    Ok((headers, rendered.pdf).into_response())
}

fn state(card: &RiskCard, person: &Person, about: &About, service: &str, now: Instant) -> Facts {
    let today: NaiveDate = london_date(now);
    Facts {
        document: about.facts(service, DocumentState::Released, "the care team"),
        person: facts::person_facts(person, today),
        episode: EpisodeFacts {
            site: String::new(),
            custody_number: None,
            urn: None,
            legal_status: String::new(),
            key_times: Vec::new(),
        },
        reporting_restriction: None,
        risk: RiskFacts { state: facts::risk_state(card.state), summary: summary(card, now) },
        sections: sections(card, now),
        recommendations: Vec::new(),
        basis: String::new(),
        limits: String::new(),
        next_steps: Vec::new(),
    }
}

/// Under the state: what it means, when and by whom assessed, and how old that is.
fn summary(card: &RiskCard, now: Instant) -> String {
    let assessed = card.assessed_at.map(|at| {
        let age = risk::age(card, now).unwrap_or_default();
        format!("Assessed {age}, {}, by {}.", date_time_long(at), card.assessed_by)
    });
    let meaning = match (card.state, assessed.is_some()) {
        (RiskState::Known, true) if card.known.is_empty() => {
            "The risk form identified none in any area; the alerts below stand all the same."
        }
        (RiskState::Known, true) => "Read what stands below.",
        (RiskState::Known, false) => "Nobody has signed a risk form: the alerts are all that is known.",
        (RiskState::NoneIdentified, _) => {
            "Somebody asked, and found none at that time. It is no promise that there is none."
        }
        (RiskState::NotAssessed, _) => "Nobody has an answer yet.",
        (RiskState::Unavailable, _) => {
            "There may be something that could not be read or may not be shown. Ask who wrote it."
        }
    };
    let tried = card.could_not_ask.as_ref().map(|(at, by)| format!("{by} could not ask on {}.", date_time_long(*at)));
    [Some(meaning.to_owned()), assessed, tried].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn sections(card: &RiskCard, now: Instant) -> Vec<Section> {
    let mut sections = alerts(card, now);
    if card.state == RiskState::Unavailable {
        let words = if sections.is_empty() { "Unavailable" } else { "There may be more that cannot be shown here." };
        sections.push(paragraph("Alerts", words));
        return sections;
    }
    if sections.is_empty() {
        sections.push(paragraph("Alerts", "No alert stands."));
    }
    if !card.known.is_empty() {
        sections.push(paragraph("Risk was found in", &card.known.join("; ")));
    }
    let not_asked = match (card.assessed_at, card.not_asked.as_slice()) {
        (None, []) => "Any area: no risk form is signed.".to_owned(),
        (Some(_), []) => "Every area of the form was asked about.".to_owned(),
        (_, areas) => areas.join("; "),
    };
    sections.push(paragraph("Nobody asked about", &not_asked));
    sections
}

/// The alerts that stand, by tier: in every state of the card, for what is known of a person is never kept back
/// because something else cannot be shown.
fn alerts(card: &RiskCard, now: Instant) -> Vec<Section> {
    let whole: usize = card.alerts.iter().map(|alert| alert.detail.chars().count()).sum();
    let most = (whole > MOST_CHARACTERS).then(|| (MOST_CHARACTERS / card.alerts.len()).max(LEAST_CHARACTERS));
    let of_tier = |tier: &AlertTier| {
        let of_tier = card.alerts.iter().filter(|alert| alert.tier() == *tier);
        let rows: Vec<Row> = of_tier.map(|alert| alert_row(alert, most, now)).collect();
        (!rows.is_empty()).then(|| Section {
            title: format!("Alerts: {}", tier.label().to_lowercase()),
            rows,
            paragraphs: Vec::new(),
        })
    };
    AlertTier::ALL.iter().filter_map(of_tier).collect()
}

fn paragraph(title: &str, text: &str) -> Section {
    Section { title: title.to_owned(), rows: Vec::new(), paragraphs: vec![text.to_owned()] }
}

fn alert_row(alert: &Alert, most: Option<usize>, now: Instant) -> Row {
    let due = alert.due_at.map(|due| risk::due_words(due, now));
    let detail = match most {
        Some(most) if alert.detail.chars().count() > most => {
            let start: String = alert.detail.chars().take(most).collect();
            format!("{start}… (goes on in the record)")
        }
        _ => alert.detail.clone(),
    };
    let standing = format!("{}, {}.", date_time_long(alert.raised_at), risk::standing(alert, now));
    let parts: Vec<String> = due.into_iter().chain([detail, standing]).filter(|part| !part.is_empty()).collect();
    Row::new(alert.kind.label(), parts.join("\n"))
}

#[cfg(test)]
mod tests;
