//! The sources of the adjustments passport, and what was said before of a finding. On both databases.

use chrono::Duration;
use throughline_domain::finding::FindingStatus;
use throughline_domain::ids::{PersonId, RecordId};
use throughline_domain::role::Role;
use throughline_forms::Answers;
use throughline_policy::{Subject, ViewNeedsPlan};
use throughline_store::passport::{self, Sources};
use throughline_store::people::Finding;
use throughline_store::{people, raw};
use throughline_testkit::{Kit, on_both};

/// Signs a screening with these answers, so many minutes on.
async fn sign(kit: &Kit, subject: Subject, minutes: i64, said: &[(&str, &str)]) -> RecordId {
    let mut answers = Answers::default();
    for (question, code) in said {
        answers.set(question, [*code]);
    }
    kit.signed(subject, kit.now + Duration::minutes(minutes), "screening", &answers).await
}

async fn episode_of(kit: &Kit, person: PersonId) -> Subject {
    Subject { person: Some(person), episode: Some(kit.episode(person).await), site: Some(kit.custody()) }
}

async fn sources(kit: &Kit, person: PersonId) -> Sources {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewNeedsPlan>(person).await.unwrap();
    passport::sources(&mut tx, &grant).await.unwrap()
}

async fn findings(kit: &Kit, person: PersonId) -> Vec<Finding> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewNeedsPlan>(person).await.unwrap();
    people::findings(&mut tx, &grant).await.unwrap()
}

on_both! {
    /// The newest answer speaks, over all episodes; nothing clinical and nothing of risk comes along.
    async fn the_newest_answer_of_any_episode_speaks(kit: Kit) {
        let person = kit.person("Kayla", "Whitcombe").await;
        assert!(sources(&kit, person).await.said.is_empty());
        let first = episode_of(&kit, person).await;
        sign(&kit, first, 1, &[
            ("concern", "Says he will end his life"),
            ("self_harm_concern", "yes"),
            ("communication_needs", "Short sentences"),
            ("triggers", "Crowds"),
        ]).await;
        let second = episode_of(&kit, person).await;
        sign(&kit, second, 2, &[("communication_needs", "Pictures help"), ("appropriate_adult", "needed")]).await;
        let found = sources(&kit, person).await;
        let said = |question: &str| found.of(question).map(|said| said.value.clone());
        assert_eq!(said("communication_needs").as_deref(), Some("Pictures help"));
        assert_eq!(said("triggers").as_deref(), Some("Crowds"), "an earlier form speaks where no later one does");
        assert_eq!(said("appropriate_adult").as_deref(), Some("Yes: the custody officer has been told"));
        assert_eq!(said("what_helps"), None);
        assert_eq!(found.of("triggers").unwrap().signed_at, Some(kit.now + Duration::minutes(1)));
        assert!(found.said.iter().all(|said| !said.value.contains("end his life")), "{found:?}");
        assert!(!found.unreadable);
    }

    /// A form that cannot be read is told, and is no silence.
    async fn a_form_that_cannot_be_read_is_told(kit: Kit) {
        let person = kit.person("Kayla", "Whitcombe").await;
        let subject = episode_of(&kit, person).await;
        let record = sign(&kit, subject, 1, &[("triggers", "Crowds")]).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE record SET snapshot = 'torn' WHERE id = $1", vec![record.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let found = sources(&kit, person).await;
        assert!(found.unreadable && found.said.is_empty());
    }

    /// A later statement does not take an earlier one away.
    async fn what_was_found_before_is_kept_beside_what_was_found_last(kit: Kit) {
        let person = kit.person("Kayla", "Whitcombe").await;
        let subject = episode_of(&kit, person).await;
        let autism = |status: &'static str, known: &'static str| {
            [("vulnerabilities", "autism"), ("vulnerabilities.autism.status", status), ("vulnerabilities.autism.known", known)]
        };
        sign(&kit, subject, 1, &autism("suspected", "new")).await;
        sign(&kit, subject, 2, &autism("diagnosed", "already_known")).await;
        let found = findings(&kit, person).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].status, found[0].already_known), (FindingStatus::Diagnosed, true));
        assert_eq!(found[0].earlier.len(), 1);
        assert_eq!((found[0].earlier[0].status, found[0].earlier[0].already_known), (FindingStatus::Suspected, false));
    }
}
