use super::*;
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{AlertId, EpisodeId, UserId};
use throughline_domain::risk::{AlertKind, AlertState};
use uuid::Uuid;

fn now() -> Instant {
    "2026-11-24T14:00:00Z".parse().unwrap()
}

fn alert(kind: AlertKind, detail: &str) -> Alert {
    Alert {
        id: AlertId::new(Uuid::nil()),
        version: 1,
        episode_id: EpisodeId::new(Uuid::nil()),
        kind,
        detail: detail.into(),
        state: AlertState::Open,
        raised_at: now(),
        raised_by_name: "Amara Bello".into(),
        answered_at: None,
        answered_by_name: String::new(),
        review_on: None,
        due_at: None,
        waiting_since: now(),
        owner_id: UserId::new(Uuid::nil()),
        owner_name: "Amara Bello".into(),
        legal_status: LegalStatus::Pace,
    }
}

/// Every state, with and without alerts, an assessment, areas not asked about and a try that failed:
/// no part of the page is blank, and only an assessment says that somebody asked.
#[test]
fn no_combination_prints_a_blank() {
    let mut checked = 0;
    for state in RiskState::ALL {
        for number in 0..16_u32 {
            let has = |bit: u32| number & (1 << bit) != 0;
            let card = RiskCard {
                state: *state,
                alerts: if has(0) { vec![alert(AlertKind::SelfHarm, "Said so")] } else { Vec::new() },
                assessed_at: has(1).then(now),
                assessed_by: if has(1) { "Amara Bello".into() } else { String::new() },
                known: Vec::new(),
                not_asked: if has(2) { vec!["Fire-setting".into()] } else { Vec::new() },
                could_not_ask: has(3).then(|| (now(), "Sam Tilley".into())),
            };
            let summary = summary(&card, now());
            assert!(!summary.trim().is_empty());
            assert_eq!(summary.contains("Assessed today"), has(1), "{summary}");
            let sections = sections(&card, now());
            assert!(!sections.is_empty());
            for section in &sections {
                assert!(!section.rows.is_empty() || !section.paragraphs.is_empty(), "{state}: {}", section.title);
                assert!(section.rows.iter().all(|row| !row.value.trim().is_empty()));
                assert!(section.paragraphs.iter().all(|text| !text.trim().is_empty()));
            }
            let told: usize = sections.iter().map(|section| section.rows.len()).sum();
            assert_eq!(told, card.alerts.len(), "no alert is left out, in any state");
            if *state == RiskState::Unavailable {
                let words = sections.iter().flat_map(|section| &section.paragraphs);
                assert!(words.into_iter().any(|text| text.contains("Unavailable") || text.contains("may be more")));
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 64);
}

#[test]
fn long_details_are_shortened_with_words_and_no_alert_is_left_out() {
    let alerts: Vec<Alert> = AlertKind::ALL.iter().map(|kind| alert(*kind, &"long ".repeat(400))).collect();
    let card = RiskCard { state: RiskState::Known, alerts, ..RiskCard::unavailable() };
    let sections = sections(&card, now());
    let rows: Vec<&Row> = sections.iter().flat_map(|section| &section.rows).collect();
    assert_eq!(rows.len(), AlertKind::ALL.len());
    assert!(rows.iter().all(|row| row.value.contains("(goes on in the record)")));
    assert!(rows.iter().map(|row| row.value.chars().count()).sum::<usize>() < 8000);
}

#[test]
fn what_must_be_acted_on_now_comes_first() {
    let alerts = vec![alert(AlertKind::Interpreter, "Polish"), alert(AlertKind::Withdrawal, "Shakes")];
    let card = RiskCard { state: RiskState::Known, alerts, ..RiskCard::unavailable() };
    let titles: Vec<String> = sections(&card, now()).into_iter().map(|section| section.title).collect();
    assert_eq!(titles[..2], ["Alerts: act now", "Alerts: arrange"]);
}
