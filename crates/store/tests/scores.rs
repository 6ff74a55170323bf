//! Scores over time, on both databases.

use chrono::Duration;
use throughline_domain::ids::RecordId;
use throughline_domain::role::Role;
use throughline_domain::time::Instant;
use throughline_forms::{Answers, catalogue};
use throughline_policy::{
    SignClinical, Subject, ViewClinical, ViewContactDetails, ViewJustice, ViewNeedsPlan, ViewRiskCard,
};
use throughline_store::records::Record;
use throughline_store::{raw, records, scores};
use throughline_testkit::{Kit, on_both};

async fn somebody(kit: &Kit) -> Subject {
    let person = kit.person("Jan", "Kowalski").await;
    let episode = kit.episode(person).await;
    Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }
}

/// A PHQ-9 in which so many items were answered "several days", and the rest "not at all".
async fn signed(kit: &Kit, subject: Subject, at: Instant, answered: usize, total: usize) -> RecordId {
    let form = catalogue().get("phq9").unwrap();
    let mut answers = Answers::default();
    for (number, item) in form.items().take(answered).enumerate() {
        answers.set(&item.id, [if number < total { "several_days" } else { "not_at_all" }]);
    }
    kit.signed(subject, at, "phq9", &answers).await
}

async fn record(tx: &mut throughline_store::Tx, subject: Subject, id: RecordId) -> Record {
    let view = tx.authorise::<ViewClinical>(subject).await.unwrap();
    records::get(tx, &view, id).await.unwrap().unwrap()
}

async fn totals(kit: &Kit, subject: Subject) -> Vec<Option<i32>> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewClinical>(subject).await.unwrap();
    let found = scores::of_person(&mut tx, &grant).await.unwrap();
    found.scored.iter().map(|one| one.score.as_ref().ok().map(|score| score.score.total)).collect()
}

on_both! {
    async fn scores_are_told_oldest_first_with_those_that_have_no_total(kit: Kit) {
        let subject = somebody(&kit).await;
        signed(&kit, subject, kit.now - Duration::days(1), 9, 3).await;
        signed(&kit, subject, kit.now - Duration::days(9), 9, 7).await;
        signed(&kit, subject, kit.now, 2, 2).await;
        assert_eq!(totals(&kit, subject).await, [Some(7), Some(3), None]);
    }

    async fn a_score_is_of_the_class_of_its_items(kit: Kit) {
        let subject = somebody(&kit).await;
        signed(&kit, subject, kit.now, 9, 3).await;
        assert_eq!(totals(&kit, subject).await.len(), 1);
        let mut tx = kit.tx(Role::Practitioner).await;
        let needs = tx.authorise::<ViewNeedsPlan>(subject).await.unwrap();
        assert!(scores::of_person(&mut tx, &needs).await.unwrap().scored.is_empty());
        let risk = tx.authorise::<ViewRiskCard>(subject).await.unwrap();
        assert!(scores::of_person(&mut tx, &risk).await.unwrap().scored.is_empty());
        let justice = tx.authorise::<ViewJustice>(subject).await.unwrap();
        assert!(scores::of_person(&mut tx, &justice).await.unwrap().scored.is_empty());
        // A permit for something else opens no form at all.
        let other = tx.authorise::<ViewContactDetails>(subject).await.unwrap();
        assert!(scores::of_person(&mut tx, &other).await.unwrap().scored.is_empty());
    }

    async fn what_is_in_error_does_not_count_and_what_cannot_be_read_is_said(kit: Kit) {
        let subject = somebody(&kit).await;
        let wrong = signed(&kit, subject, kit.now - Duration::days(2), 9, 9).await;
        let broken = signed(&kit, subject, kit.now - Duration::days(1), 9, 3).await;
        signed(&kit, subject, kit.now, 9, 5).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let standing = record(&mut tx, subject, wrong).await;
        let sign = tx.authorise::<SignClinical>(subject).await.unwrap();
        records::mark_in_error(&mut tx, &sign, &standing, "PHQ-9", "Another person's answers").await.unwrap();
        raw::execute(&mut tx, "UPDATE record SET snapshot = '{' WHERE id = $1", vec![broken.into()]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(totals(&kit, subject).await, [Some(5)]);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewClinical>(subject).await.unwrap();
        assert_eq!(scores::of_person(&mut tx, &grant).await.unwrap().unreadable, 1);
    }

    async fn scores_of_another_person_stay_theirs(kit: Kit) {
        let subject = somebody(&kit).await;
        signed(&kit, subject, kit.now, 9, 3).await;
        let other = somebody(&kit).await;
        assert!(totals(&kit, other).await.is_empty());
    }
}
