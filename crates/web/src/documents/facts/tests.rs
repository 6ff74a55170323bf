use super::*;
use chrono::{TimeZone, Utc};
use throughline_domain::consent::ConsentFor;
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::ids::{AlertId, ConsentId, EpisodeId, PersonId, SiteId, UserId};
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender, IdentityState};
use throughline_domain::place::PointOfContact;
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_forms::Snapshot;
use throughline_store::alerts::Alert;
use uuid::Uuid;

fn at(hour: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 24, hour, 0, 0).unwrap()
}

fn person() -> Person {
    Person {
        id: PersonId::new(Uuid::from_u128(1)),
        version: 1,
        name: Name::new("Marek", "Zielinski"),
        preferred_name: String::new(),
        date_of_birth: chrono::NaiveDate::from_ymd_opt(1989, 3, 12),
        gender: Gender::Male,
        ethnicity: Ethnicity::NotKnown,
        nhs_number: None,
        identity_state: IdentityState::Provisional,
        language: "Polish".into(),
        interpreter: true,
        adjustments: "Easy-read explanations\nA quiet room".into(),
        deceased_on: None,
        aliases: Vec::new(),
        identifiers: Vec::new(),
    }
}

fn episode() -> Episode {
    Episode {
        id: EpisodeId::new(Uuid::from_u128(2)),
        version: 1,
        person_id: PersonId::new(Uuid::from_u128(1)),
        site_id: SiteId::new(Uuid::from_u128(3)),
        site_name: "Northgate custody".into(),
        entry_id: None,
        point_of_contact: PointOfContact::Custody,
        referral_source: ReferralSource::ALL[0],
        legal_status: LegalStatus::ALL[0],
        urgency: None,
        opened_at: at(8),
        released_at: None,
        next_hearing_at: Some(at(14)),
        owner_id: UserId::new(Uuid::from_u128(4)),
        owner_name: "Amara Bello".into(),
        next_action: "Screen".into(),
        next_action_due: at(12),
        link_organisation_id: None,
        link_worker_id: None,
        not_screened_reason: None,
        not_assessed_reason: None,
        assessment_needed: None,
        closed_at: None,
        closure_reason: None,
        closure_note: String::new(),
    }
}

fn alert(kind: AlertKind, detail: &str) -> Alert {
    Alert {
        id: AlertId::new(Uuid::from_u128(5)),
        version: 1,
        episode_id: EpisodeId::new(Uuid::from_u128(2)),
        kind,
        detail: detail.into(),
        state: AlertState::Open,
        raised_at: at(9),
        raised_by_name: "Amara Bello".into(),
        answered_at: None,
        answered_by_name: String::new(),
        review_on: None,
        due_at: None,
        waiting_since: at(9),
        owner_id: UserId::new(Uuid::from_u128(7)),
        owner_name: "Amara Bello".into(),
        legal_status: LegalStatus::Pace,
    }
}

fn consent(state: ConsentState, words: &str) -> Consent {
    Consent {
        id: ConsentId::new(Uuid::from_u128(6)),
        consent_for: ConsentFor::Police,
        state,
        words: words.into(),
        how_explained: String::new(),
        recorded_at: at(9),
        recorded_by_name: "Amara Bello".into(),
    }
}

fn screening() -> SignedRecord {
    let answer = |question: &str, value: &str, long: bool, documents: &[&str]| serde_json::json!({ "question": question, "label": format!("The question {question}"), "kind": "single", "value": value, "long": long, "documents": documents });
    let snapshot = serde_json::json!({ "form": "screening", "version": 1, "title": "Screening", "sections": [
        { "id": "communication", "title": "Communication", "class": "justice", "answers": [
            answer("appropriate_adult", "Needed", false, &["custody_advice", "court_report"]),
            answer("custody_advice", "Appropriate adult\nSay it back", true, &["custody_advice"]),
            answer("history", "A long story", true, &["health_letter"]),
        ]}
    ]});
    SignedRecord {
        form: "screening".into(),
        snapshot: serde_json::from_value::<Snapshot>(snapshot).ok(),
        withheld: false,
        awaits_countersignature: false,
        signed_at: Some(at(10)),
        signed_by_name: "Amara Bello".into(),
    }
}

fn record() -> Record {
    Record {
        person: person(),
        episode: episode(),
        justice: Justice {
            custody_number: "01PY/1234/26".into(),
            reporting_restriction: "No report may identify him".into(),
            ..Justice::default()
        },
        risk: RiskCard {
            state: risk::RiskState::Known,
            alerts: vec![
                alert(AlertKind::SelfHarm, "Plans it tonight"),
                alert(AlertKind::SafeContact, "Never ring the house"),
            ],
            ..RiskCard::unavailable()
        },
        forms: vec![screening()],
        ledger: vec![consent(ConsentState::Limited, "Not the tablets")],
        service: "Northgate Liaison and Diversion".into(),
    }
}

fn about(kind: DocumentKind) -> About {
    let author = Author { name: "Amara Bello".into(), role: "L&D practitioner".into(), registration: None };
    About { reference: "TL-0000-00000001".into(), kind, number: 1, made_at: at(11), author }
}

fn stated(record: &Record, kind: DocumentKind) -> (Facts, String) {
    let made = make(record, &about(kind), &suggested(record, kind));
    let text = to_text(&made);
    (made, text)
}

#[test]
fn a_reader_gets_only_the_answers_that_name_the_document() {
    let (custody, text) = stated(&record(), DocumentKind::CustodyAdvice);
    assert_eq!(custody.sections[0].rows[0], Row::new("The question appropriate_adult", "Needed"));
    assert_eq!(custody.sections[0].rows[1].label, "Source");
    assert!(custody.sections[0].rows[1].value.contains("signed by Amara Bello on 24 November 2026 at 10:00"));
    assert!(!text.contains("A long story"), "an answer for the health letter alone stays out");
}

#[test]
fn the_words_of_alerts_and_limits_stay_in_the_record() {
    for kind in DocumentKind::ALL {
        let (_, text) = stated(&record(), *kind);
        for words in ["Plans it tonight", "Never ring the house", "Not the tablets"] {
            assert!(!text.contains(words), "{kind}: {words}");
        }
    }
}

#[test]
fn what_is_left_out_of_the_risk_card_is_said_to_be_left_out() {
    let (custody, _) = stated(&record(), DocumentKind::CustodyAdvice);
    assert!(
        custody.risk.summary.contains("Self-harm or suicide")
            && custody.risk.summary.contains("Other alerts are recorded")
    );
    let (court, _) = stated(&record(), DocumentKind::CourtReport);
    assert!(!court.risk.summary.contains("Self-harm") && court.risk.summary.contains("Other alerts are recorded"));
}

#[test]
fn recorded_recommendations_start_the_draft_and_are_not_printed_twice() {
    let (custody, _) = stated(&record(), DocumentKind::CustodyAdvice);
    assert_eq!(custody.recommendations, ["Appropriate adult", "Say it back"]);
    assert!(custody.sections[0].paragraphs.is_empty());
}

#[test]
fn the_reporting_restriction_and_the_adjustments_always_travel() {
    for kind in DocumentKind::ALL {
        let (made, _) = stated(&record(), *kind);
        assert_eq!(made.reporting_restriction.as_deref(), Some("No report may identify him"));
        assert_eq!(made.person.adjustments, ["Easy-read explanations", "A quiet room"]);
        assert_eq!(made.person.interpreter, "Needed: Polish");
    }
}

#[test]
fn the_court_gets_no_custody_number() {
    let (court, _) = stated(&record(), DocumentKind::CourtReport);
    assert_eq!(court.episode.custody_number, None);
    assert_eq!(court.document.recipient, "", "a custody suite does not know which court it is for");
}

#[test]
fn a_signed_form_that_cannot_be_read_is_told() {
    let unreadable = SignedRecord { snapshot: None, ..screening() };
    let (made, _) = stated(&Record { forms: vec![unreadable], ..record() }, DocumentKind::CustodyAdvice);
    assert!(made.sections[0].paragraphs[0].contains("could not be read"));
}

#[test]
fn a_refusal_is_never_printed_as_consent() {
    let refused = Record { ledger: vec![consent(ConsentState::Refused, "")], ..record() };
    let (made, _) = stated(&refused, DocumentKind::CustodyAdvice);
    assert_eq!(made.basis, "");
    let words = basis_words(DocumentKind::CustodyAdvice, Basis::PublicInterest, refused.ledger.first());
    assert!(words.contains("without relying on consent") && words.contains("risk of serious harm"), "{words}");
}

#[test]
fn a_signer_is_held_to_what_they_read_but_not_to_the_minute() {
    let read = make(&record(), &about(DocumentKind::CustodyAdvice), &Written::default());
    let later = make(&record(), &About { made_at: at(12), ..about(DocumentKind::CustodyAdvice) }, &Written::default());
    assert_eq!(seen(&read), seen(&later));
    let changed = Record { risk: RiskCard { state: risk::RiskState::Unavailable, ..record().risk }, ..record() };
    assert_ne!(seen(&read), seen(&make(&changed, &about(DocumentKind::CustodyAdvice), &Written::default())));
}
