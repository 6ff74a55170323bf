//! Advice given to colleagues, on SQLite and on PostgreSQL.

use chrono::Duration;
use throughline_domain::consent::ConsentFor;
use throughline_domain::consultation::{AskedBy, How, Topic};
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::ids::{ConsultationId, DisclosureId, PersonId};
use throughline_domain::role::Role;
use throughline_policy::{
    ChangeConsultation, CreateConsultation, CreateDisclosure, Subject, ViewClinical, ViewConsultation, ViewDisclosure,
    ViewEpisode, WriteClinical,
};
use throughline_store::consultations::{self, Activity, Consultation, Given, Whose};
use throughline_store::disclosures::{self, NewDisclosure};
use throughline_store::{Error, events};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn given(kit: &Kit, words: &str) -> Given {
    Given {
        asked_by: AskedBy::Custody,
        topic: Topic::Interview,
        how: How::Phone,
        minutes: 5,
        asked: String::new(),
        advised: words.into(),
        at: kit.now - Duration::minutes(20),
    }
}

async fn record(kit: &Kit, words: &str) -> ConsultationId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreateConsultation>(kit.custody()).await.expect("practitioners may");
    let id = ConsultationId::new(Uuid::now_v7());
    consultations::record(&mut tx, &grant, id, &given(kit, words)).await.expect("it is recorded");
    tx.commit().await.expect("it commits");
    id
}

/// Advice about somebody, told outside with its line in the ledger.
async fn record_about(kit: &Kit, person: PersonId, words: &str) -> ConsultationId {
    let episode = kit.episode(person).await;
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreateConsultation>(kit.custody()).await.expect("practitioners may");
    let about = tx.authorise::<WriteClinical>(subject).await.expect("practitioners may");
    let disclose = tx.authorise::<CreateDisclosure>(subject).await.expect("practitioners may");
    let told = NewDisclosure {
        id: DisclosureId::new(Uuid::now_v7()),
        document_id: None,
        summary: "Advice given: interview".into(),
        consent_for: ConsentFor::Police,
        recipient: "Custody officer".into(),
        channel: Channel::Telephone,
        basis: Basis::Safeguarding,
        reason: "She cannot follow the questions".into(),
        consent_id: None,
        minimum_necessary: true,
    };
    disclosures::record(&mut tx, &disclose, kit.custody(), &told).await.expect("it is recorded");
    let id = ConsultationId::new(Uuid::now_v7());
    consultations::record_about(&mut tx, &grant, &about, id, &given(kit, words), Some(told.id))
        .await
        .expect("it is recorded");
    tx.commit().await.expect("it commits");
    id
}

async fn listed(kit: &Kit, role: Role, whose: Whose) -> Vec<Consultation> {
    let mut tx = kit.tx(role).await;
    let grant = tx.authorise::<ViewConsultation>(kit.custody()).await.expect("they may");
    let lines = consultations::of_site(&mut tx, &grant, whose, 50).await.expect("it answers");
    tx.commit().await.expect("it commits");
    lines
}

async fn correct(kit: &Kit, role: Role, standing: &Consultation, words: &str) -> Result<(), Error> {
    let mut tx = kit.tx_at(role, kit.now + Duration::minutes(5)).await;
    let grant = tx.authorise::<ChangeConsultation>(kit.custody()).await.expect("they may");
    let answer = consultations::correct(&mut tx, &grant, None, standing, &given(kit, words), "I said it wrong").await;
    if answer.is_ok() {
        tx.commit().await.expect("it commits");
    }
    answer
}

on_both! {
    async fn what_was_advised_is_kept_as_typed_and_listed(kit: Kit) {
        let words = "  Don't interview before 14:00 <b>\n=SUM(A1) ✓ ";
        let id = record(&kit, words).await;
        let mine = listed(&kit, Role::Practitioner, Whose::Mine).await;
        assert_eq!((mine.len(), mine[0].id, mine[0].advised.as_deref()), (1, id, Some(words)));
        assert_eq!(mine[0].at, kit.now - Duration::minutes(20));
        assert_eq!(mine[0].entered_at, kit.now);
        // A colleague finds it among the site's, and not among their own.
        assert_eq!(listed(&kit, Role::TeamLeader, Whose::Sites).await.len(), 1);
        assert_eq!(listed(&kit, Role::TeamLeader, Whose::Mine).await.len(), 0);
    }

    async fn a_correction_is_a_new_version_of_ones_own_and_the_first_words_stay(kit: Kit) {
        record(&kit, "First words").await;
        let standing = listed(&kit, Role::Practitioner, Whose::Mine).await.remove(0);
        assert!(matches!(correct(&kit, Role::TeamLeader, &standing, "Not theirs").await, Err(Error::Stale)));
        correct(&kit, Role::Practitioner, &standing, "Second words").await.expect("it is corrected");
        // From a page that shows the first version still.
        assert!(matches!(correct(&kit, Role::Practitioner, &standing, "Late words").await, Err(Error::Stale)));
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewConsultation>(kit.custody()).await.expect("they may");
        let versions = consultations::versions(&mut tx, &grant, standing.id).await.expect("it answers");
        let words: Vec<_> = versions.iter().map(|one| (one.number, one.advised.as_deref().unwrap())).collect();
        assert_eq!(words, [(2, "Second words"), (1, "First words")]);
        assert_eq!(versions[0].why_corrected, "I said it wrong");
        tx.commit().await.expect("it commits");
        let line = listed(&kit, Role::TeamLeader, Whose::Sites).await;
        assert_eq!((line.len(), line[0].number), (1, 2));
    }

    async fn advice_about_somebody_is_their_record(kit: Kit) {
        let person = kit.person("Kayla", "Whitcombe").await;
        let other = kit.person("Ada", "Marsh").await;
        kit.episode(other).await;
        let id = record_about(&kit, person, "She needs an appropriate adult").await;
        // The site's list says that there was advice, and not what nor about whom.
        let line = listed(&kit, Role::Practitioner, Whose::Sites).await.remove(0);
        assert_eq!((line.id, line.asked, line.advised), (id, None, None));
        let mut tx = kit.tx(Role::Practitioner).await;
        let site = tx.authorise::<ViewConsultation>(kit.custody()).await.expect("they may");
        assert!(consultations::versions(&mut tx, &site, id).await.expect("it answers").is_empty());
        let grant = tx.authorise::<ViewClinical>(person).await.expect("they may");
        let about = consultations::versions_about(&mut tx, &grant, id).await.expect("it answers");
        assert_eq!(about[0].advised.as_deref(), Some("She needs an appropriate adult"));
        // It stands in the timeline and, told outside, in the ledger of the same act.
        let view = tx.authorise::<ViewEpisode>(person).await.expect("they may");
        let timeline = events::of_person(&mut tx, &view, 50).await.expect("it answers");
        assert!(timeline.iter().any(|event| event.kind == "consultation" && event.link == format!("/consultations/{id}")));
        let ledger = tx.authorise::<ViewDisclosure>(person).await.expect("they may");
        let ledger = disclosures::ledger(&mut tx, &ledger).await.expect("it answers");
        assert_eq!(ledger.iter().map(|one| Some(one.id)).collect::<Vec<_>>(), [about[0].disclosure_id]);
        // A grant for somebody else opens none of it.
        let grant = tx.authorise::<ViewClinical>(other).await.expect("they may");
        assert!(consultations::versions_about(&mut tx, &grant, id).await.expect("it answers").is_empty());
    }

    async fn advice_about_somebody_is_corrected_with_a_grant_for_them(kit: Kit) {
        let person = kit.person("Kayla", "Whitcombe").await;
        let other = kit.person("Ada", "Marsh").await;
        kit.episode(other).await;
        record_about(&kit, person, "She needs an appropriate adult").await;
        let standing = listed(&kit, Role::Practitioner, Whose::Mine).await.remove(0);
        assert!(matches!(correct(&kit, Role::Practitioner, &standing, "Without a grant").await, Err(Error::Stale)));
        let mut tx = kit.tx_at(Role::Practitioner, kit.now + Duration::minutes(5)).await;
        let grant = tx.authorise::<ChangeConsultation>(kit.custody()).await.expect("they may");
        let said = given(&kit, "She has an appropriate adult");
        let of_other = tx.authorise::<WriteClinical>(other).await.expect("they may");
        let refused = consultations::correct(&mut tx, &grant, Some(&of_other), &standing, &said, "Wrong").await;
        assert!(matches!(refused, Err(Error::Stale)));
        let about = tx.authorise::<WriteClinical>(person).await.expect("they may");
        consultations::correct(&mut tx, &grant, Some(&about), &standing, &said, "Wrong").await.expect("it is corrected");
        let view = tx.authorise::<ViewClinical>(person).await.expect("they may");
        let versions = consultations::versions_about(&mut tx, &view, standing.id).await.expect("it answers");
        assert_eq!(versions.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(versions[0].disclosure_id, versions[1].disclosure_id, "what was told stays in the ledger");
    }

    async fn each_piece_of_advice_counts_once_whatever_was_corrected(kit: Kit) {
        record(&kit, "One").await;
        let standing = listed(&kit, Role::Practitioner, Whose::Mine).await.remove(0);
        correct(&kit, Role::Practitioner, &standing, "One, corrected").await.expect("it is corrected");
        record(&kit, "Two").await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewConsultation>(kit.custody()).await.expect("they may");
        let day = Duration::days(1);
        let counted = consultations::activity(&mut tx, &grant, kit.now - day, kit.now).await.expect("it answers");
        assert_eq!(counted, Activity { times: 2, minutes: 10 });
        let before = consultations::activity(&mut tx, &grant, kit.now - day * 2, kit.now - day).await.expect("it answers");
        assert_eq!(before, Activity::default());
    }

    async fn who_works_elsewhere_or_links_finds_nothing(kit: Kit) {
        record(&kit, "Words").await;
        for role in [Role::LinkWorker, Role::Student, Role::Analyst, Role::InformationGovernance] {
            let mut tx = kit.tx(role).await;
            assert!(tx.authorise::<ViewConsultation>(kit.custody()).await.is_err(), "{role}");
        }
    }
}
